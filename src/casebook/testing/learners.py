"""Learners made up by chance: each follows a rulebook, slips now and then, and is more or less sure.

For trying a report before there is a class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Any

from casebook.coding.claim import Line, show
from casebook.coding.rulebook import Rulebook
from casebook.coding.rules import RULEBOOK
from casebook.grading import Item, expected
from casebook.grading.misconceptions import MISCONCEPTIONS

START = 1_790_000_000_000  # epoch milliseconds: in September 2026
SLIPS = 0.1  # of the answers


def book_of(rules: Iterable[str], more: Mapping[str, Callable[..., Any]] | None = None) -> Rulebook:
    """The rulebook with these misconceptions' rules swapped, and `more` swaps of any kind.

    Raises KeyError for an unknown id.
    """
    swaps = {rule: swap for id in rules for rule, swap in MISCONCEPTIONS[id].swaps.items()}
    return RULEBOOK.swap(swaps | dict(more or {}))


def answer(item: Item, book: Rulebook) -> str:
    """What somebody who follows this rulebook answers; where it has nothing to say, the right answer."""
    claim = item.note.chosen(book)
    if claim is not None and claim.out_of_scope is not None:
        return expected(item)
    return "query" if claim is None else show(claim.lines)


def learner(items: Sequence[Item], book: Rulebook, rng: Random, slips: float = SLIPS) -> list[dict[str, Any]]:
    """One learner's answers as a response file holds them, to the items in this order; `slips` is the share
    that goes wrong by hand."""
    rows = []
    at = START + rng.randrange(14 * 86_400) * 1000
    for item in items:
        seconds = round(rng.lognormvariate(4.4, 0.5))
        at += seconds * 1000
        slipped = rng.random() < slips
        text = _slip(item, rng) if slipped else answer(item, book)
        sure = rng.choices(("sure", "fairly", "guessing", None), (1, 3, 3, 1) if slipped else (5, 3, 1, 1))[0]
        rows.append(
            {
                "case": item.id,
                "at": at,
                "try": 1,
                "answer": text,
                "confidence": sure,
                "seconds": seconds,
                "hints": 0,
            }
        )
    return rows


def _slip(item: Item, rng: Random) -> str:
    """A slip of the hand: a unit more, a line left out, a line that does not belong, another code, or a
    question."""
    lines = item.note.mains[0].lines
    i = rng.randrange(len(lines))
    line = lines[i]
    changed = {
        "more": (*lines[:i], Line(line.code, line.units + 1, line.modifiers), *lines[i + 1 :]),
        "less": lines[:i] + lines[i + 1 :] or (Line("49000"),),
        "extra": (*lines, Line(rng.choice(("44005", "44950", "49000", "44850")))),
        "code": (
            *lines[:i],
            Line(rng.choice(("44120", "44121", "44202", "44140", "44125")), line.units),
            *lines[i + 1 :],
        ),
    }
    kind = rng.choice([*changed, "query"])
    return "query" if kind == "query" else show(changed[kind])
