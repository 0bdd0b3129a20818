"""From verdicts to what comes next: hints, choices, tests, reviews, the question to the surgeon, pictures.

Standard library only.
"""
