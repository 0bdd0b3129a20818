"""The quiz: one ES module with two hosts (the book's page, the notebook), and what builds the grader for the page.

Nothing is imported here, so that the core and the book can name this package without a notebook's libraries.
"""
