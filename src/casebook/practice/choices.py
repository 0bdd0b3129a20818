"""Multiple choice for one case: the right answer among what wrong rules make of the same note."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from random import Random

from casebook.coding.claim import Claim, Same, show
from casebook.coding.note import Note
from casebook.coding.operation import Operation, Step
from casebook.coding.rulebook import TWINS
from casebook.coding.rules import derive
from casebook.coding.typed import read
from casebook.grading import Item, expected
from casebook.grading.explanation import Diagnosis, plain
from casebook.grading.misconceptions import Misconception

from .bank import checked_seed, whole

LEAST, MOST = 3, 10  # choices


def choices(item: Item, seed: int | str, most: int = 5) -> list[str]:
    """From 3 to `most` typed answers in an order drawn by the seed, exactly one of them accepted: the
    preferred one.

    What tempts in this note comes before what tempts in every note, and wrong rules of different kinds before
    two of one kind. "query" is always among them: standing only where it is right, it would give itself away.
    Raises ValueError for a case that no rule decides, and for a seed or a number that is none.
    """
    checked_seed(seed)
    if not whole(most) or not LEAST <= most <= MOST:
        raise ValueError(f"most: expected a whole number from {LEAST} to {MOST}")
    if item.note.action == "out-of-scope":
        raise ValueError("No rule of this casebook decides this case, so no choice would be right.")
    rng = Random(f"{seed}:{item.id}")
    chosen = list(dict.fromkeys((expected(item), "query")))
    seen = {item.compared(read(text)) for text in chosen}
    authors = list(item.key.get("tempting") or {})
    for least, texts in (
        (most, authors),
        (most, _tempting(item, rng)),
        (LEAST, _slips(item)),
    ):  # slips only where too few
        for text in texts:
            key = item.compared(read(text))
            if len(chosen) < least and key not in seen and item.grade(text).verdict in ("partly", "wrong"):
                seen.add(key)
                chosen.append(text)
    rng.shuffle(chosen)
    return chosen


# What wrong rules give


def _tempting(item: Item, rng: Random) -> Iterator[str]:
    """The answers of wrong rules, each followed by one of another kind as long as there are any."""
    ways = [(_filed(item, key, ms[0]), ms) for key, ms in item.diagnosis.wrong_ways.items()]
    rng.shuffle(ways)
    told: set[str] = set()  # the rules already broken by a choice
    while ways:
        best = min(ways, key=lambda way: _rank(item, way, told))
        ways = [way for way in ways if way[1] != best[1]]  # one slip gives one choice
        told |= {rule for m in best[1] for rule in m.swaps}
        yield best[0]


def _rank(item: Item, way: tuple[str, tuple[Misconception, ...]], told: set[str]) -> tuple[bool, ...]:
    """What to take first: what is surely wrong, one reading of several, what tempts in this note alone,
    another rule broken."""
    text, ms = way
    rules = {rule for m in ms for rule in m.swaps}
    unsure = item.grade(text).doubt is not None
    return unsure, "settle" not in rules, any(m.id in _everywhere() for m in ms), bool(rules & told)


def _filed(item: Item, key: Same, m: Misconception) -> str:
    """A wrong claim as that wrong rule would have it filed: its lines in order and with 51, just as the right
    one has them."""
    readings = item.note.readings
    claims = [derive(op, book) for op in readings for _, book in m.ways]
    if "settle" in m.swaps and (settled := item.note.chosen(m.book)):
        claims = [settled]
    return show(next(claim.lines for claim in claims if plain(claim.lines) == key))


@lru_cache(maxsize=1)
def _everywhere() -> frozenset[str]:
    """The misconceptions that tempt in the plainest note of two joins, and so in nearly every note."""
    steps = tuple(
        Step(act, at, at + 20, reason=why)
        for at in (100, 300)
        for act, why in (("resect", "stricture"), ("join", None))
    )
    ways = Diagnosis(Note((Operation(steps=steps),))).wrong_ways
    return frozenset(m.id for ms in ways.values() for m in ms)


# Plain slips


def _slips(item: Item) -> Iterator[str]:
    """What a slip of the hand makes of each claim that the note could support: the other family, a line less,
    a unit more."""
    for target in item.diagnosis.targets:
        lines: Claim = target.lines
        yield show(lines)  # one reading's claim, where the note needs a query
        yield show(replace(line, code=TWINS.get(line.code, line.code)) for line in lines)
        for i, line in enumerate(lines):
            if len(lines) > 1:
                yield show(lines[:i] + lines[i + 1 :])
            yield show((*lines[:i], replace(line, units=line.units + 1), *lines[i + 1 :]))
