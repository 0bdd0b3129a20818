"""From a claim to dollars: Medicare's fee schedule, and what payers publish."""
