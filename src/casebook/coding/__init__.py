"""From one operation to its claim, by cited rules; knows no learner and no case file. Standard library."""
