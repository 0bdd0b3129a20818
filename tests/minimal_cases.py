"""The smallest operations, one file each in `minimal/`, and what `minimal/expected.toml` says of them."""

import tomllib
from functools import cache
from pathlib import Path

from casebook import cases
from casebook.coding.typed import read

FOLDER = Path(__file__).parent / "minimal"
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text("utf-8"))


@cache
def case(name):
    return cases.load(FOLDER / f"{name}.yaml")


@cache
def item(name):
    """One item for each case, so that what was worked out for it is kept from test to test."""
    return case(name).item


def lines(text):
    """The lines of a claim that is known to be well typed."""
    answer = read(text)
    assert answer.claim, f"{text!r} is no claim: {answer.error}"
    return answer.claim


def bag(claim):
    """A claim without what never matters, written apart from the grader: the order of lines and modifiers, XS
    for 59."""
    return sorted(
        (line.code, line.units, tuple(sorted("59" if m == "XS" else m for m in line.modifiers)))
        for line in claim
    )
