"""A small case of the tests' own, in no list of the book."""

CASE = """---
title: "Rowan: a woman of 41 with a swollen belly"
about: [joins, units]
level: 1
patient: {age: 41, sex: female}
readings:
  - says: two places came out and each was joined
    approach: open
    steps:
      - resect: [300, 320]
        for: stricture
      - join: [300, 320]
        evidence: upper-join
      - resect: [500, 520]
        for: stricture
      - join: [500, 520]
        evidence: lower-join
key:
  claim: "44120; 44121"
  diagnoses: [K50.012]
  why: Two segments, each with its own join.
authorities: [cms-aoc-2024-06]
---

## Operative report

A narrowed segment was removed and [its ends were joined with a stapler]{#upper-join}. Farther down a second
one came out;
[the ends were sewn together]{#lower-join}.
"""
