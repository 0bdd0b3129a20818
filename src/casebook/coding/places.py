"""What to call the places of an operation: by the names that the chart gives them, or by their order.
Centimeters are told only where the chart measured them, or where there is no chart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .bowel import Place, cm
from .operation import STEPS, Operation, Step

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_MEASURED = re.compile(
    r"(\d+(?:\.\d+)?)(?:\s*(?:to|and|or|[\u2013-])\s*(\d+(?:\.\d+)?))?[\s-]*(?:cm|centimet(?:er|re)s?)\b",
    re.I,
)


def many(n: int, one: str, more: str = "") -> str:
    """A number with its noun, small ones as words: two anastomoses. Without `more` an s makes the plural."""
    return f"{NUMBERS[n] if n < len(NUMBERS) else n} {one if n == 1 else more or one + 's'}"


def ordinal(i: int) -> str:
    """The word for the place in a row that has this index: 0 is the first."""
    return ORDINALS[i] if i < len(ORDINALS) else f"{i + 1}th"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words one after the other: A, B and C."""
    *most, end = words
    return f"{', '.join(most)} {last} {end}" if most else end


def bridge(step: Step, pieces: Iterable[Step]) -> bool:
    """Whether a piece is what lay between two others and had lost its blood: no diseased area of its own."""
    others = [s for s in pieces if s is not step]
    above, below = (any(at in (s.start, s.end) for s in others) for at in (step.start, step.end))
    return step.reason == "ischemia" and above and below


def measured(chart: str, operations: Iterable[Operation]) -> frozenset[float]:
    """The positions of these operations, in cm, that a chart states as centimeters."""
    stated = {float(n) for found in _MEASURED.findall(chart) for n in found if n}
    at = {
        x
        for op in operations
        for x in (op.valve, *(x for s in op.steps if isinstance(STEPS[s.act], str) for x in (s.start, s.end)))
    }
    return frozenset(at & stated)


def told_in_cm(op: Operation, *at: float) -> bool:
    """Whether the reader can know these positions as centimeters."""
    return op.measured is None or op.measured.issuperset(at)


def span(op: Operation, start: float, end: float) -> str:
    """A stretch in centimeters; empty where the chart does not measure it."""
    if not told_in_cm(op, start, end):
        return ""
    return f"{cm(start)} cm" if start == end else f"{cm(start)} to {cm(end)} cm"


def name(op: Operation, place: Place) -> str:
    """What the chart calls a place; empty where it has no name for it.

    A join names all that it closed; without one the pieces do, those taken for the margin alone left out.
    """
    standing = [op.steps[i].name for i in place.joins[-1:] if place.joined]
    cut = [op.steps[i] for i in place.cuts]
    main = [s.name for s in cut if s.reason != "margin"] or [s.name for s in cut]
    for names in (standing, main, [op.steps[i].name for i in place.stomas]):
        if all(names) and names:
            return listed(dict.fromkeys(names))
    return ""


def called(op: Operation, place: Place) -> str:
    """A place as one speaks of it: “the upper stricture”, “the place at 300 to 340 cm”, “the first place”."""
    words, stretch = name(op, place), span(op, place.start, place.end)
    if words:
        return f"{words} ({stretch})" if stretch and op.measured is not None else words
    if stretch:
        return f"the place at {stretch}"
    places = op.bowel.places
    return f"the {ordinal(places.index(place))} place" if len(places) > 1 else "the one place"


def called_step(op: Operation, step: Step, otherwise: str) -> str:
    """What was worked on at one spot, as one speaks of it: “the small hole”, or other words and where."""
    if step.name:
        return step.name
    where = span(op, step.start, step.end) if STEPS[step.act] in ("at", "span") else ""
    return f"{otherwise} at {where}" if where else otherwise


def joined_in_order(op: Operation) -> list[Place]:
    """The joined places, that joined first standing first."""
    return sorted((p for p in op.bowel.places if p.joined), key=lambda p: p.joins[-1])
