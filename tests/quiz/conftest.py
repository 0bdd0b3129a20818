"""What the pages run, made once; and a case of these tests' own."""

from types import SimpleNamespace

import pytest

from casebook.quiz import runtime
from tests.conftest import ROOT

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

A narrowed segment was removed and [its ends were joined with a stapler]{#upper-join}. Farther down a second one came out;
[the ends were sewn together]{#lower-join}.
"""


@pytest.fixture(scope="session")
def parts():
    """The pieces that a page's grader is made of, from the cache that `make book` uses."""
    cache = ROOT / ".cache"
    cache.mkdir(exist_ok=True)
    package, wheel = runtime.pyodide(cache), runtime.make_wheel(cache)
    return SimpleNamespace(cache=cache, package=package, wheel=wheel, snapshot=runtime.make_snapshot(cache, package, wheel))


@pytest.fixture
def rowan(tmp_path):
    """The file of a small case."""
    file = tmp_path / "rowan.md"
    file.write_text(CASE, "utf-8")
    return file
