"""From one operation to its claim, by cited rules. Knows no learner and no file; standard library only."""
