"""Where on the bowel the next thing can be done, told by order alone: above the first place, between two of
them, across the valve. Who lays an operation out so needs no centimeters.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from casebook.coding.operation import POINTS, Operation
from casebook.coding.places import ordinal

#: What lies at a spot, as its neighbors speak of it.
NEIGHBORS = {
    "stricturoplasty": "the widened stricture",
    "repair": "the sewn hole",
    "enterotomy": "the opening",
    "diverticulectomy": "the removed pouch",
    "loop": "the loop brought out",
    "bypass": "an end of the bypass",
}
LEAST = 8.0  # cm of free bowel in which one more thing can be done
PIECE = 20.0  # cm of a piece, where there is room for it
#: cm on either side of the valve that a piece across it takes: it must clear what lies near.
ASTRIDE = 10.0

#: cm taken on each side of a join that is cut out again, where nothing lies nearer.
REDONE = 4.0

SMALL = "on the small bowel"

Stretch = tuple[float, float, str]  # where something lies, in cm, and what it is


def gaps(op: Operation, nearest: float, farthest: float) -> list[dict[str, Any]]:
    """The stretches of bowel from `nearest` to `farthest`, in cm, where something can be done: the free ones
    and the joins of the small bowel from above down, then across the valve, the colon and the duodenum.

    Each says where it is, how far it reaches (`low`, `high`), where a piece would be cut (`from`, `to`),
    whether it is a join `itself`, and whether it is the `usual` next one: the lowest free one of the small
    bowel.
    """
    taken = _taken(op)
    small = list(_free(taken, 0.0, op.valve, SMALL))
    joins = list(_joins(op, taken, nearest, farthest))
    rows = _down([*small, *(row for row in joins if 0 <= row["low"] < op.valve)])
    rows += _astride(op, taken)
    rows = [each for row in rows for each in (row, *_bridges(op, row))]
    colon = _free(taken, op.valve, farthest, "on the colon")
    rows += _down([*colon, *(row for row in joins if row["low"] >= op.valve)])
    duodenum = _free(taken, nearest, 0.0, "on the duodenum")
    rows += _down([*duodenum, *(row for row in joins if row["low"] < 0)])
    return [{"itself": False} | row | {"usual": row in small[-1:]} for row in rows]


def _bridges(op: Operation, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The whole of a stretch between two places, with the joins that stand there: out with it, they are one
    place. Where an end was brought out, they stay two."""
    for a, b in pairwise(op.bowel.places):
        if (a.end, b.start) == (row["low"], row["high"]) and not (a.brought_out or b.brought_out):
            low = a.start if a.joined else a.end
            high = b.end if b.joined else b.start
            yield row | {"says": f"all the bowel {row['says']}", "from": low, "to": high}


def _down(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["low"] + row["high"]) / 2)


def _joins(op: Operation, taken: list[Stretch], nearest: float, farthest: float) -> Iterator[dict[str, Any]]:
    """Every join with a little bowel on both sides, numbered as in the picture: it can be cut out again."""
    joined = [place for place in op.bowel.places if place.joined]
    for number, place in enumerate(joined, 1):
        a, b = place.start, place.end
        others = [x for *ends, _ in taken if ends != [a, b] for x in ends]
        edges = [nearest, 0.0, op.valve, farthest, *others]
        low = a - min(REDONE, (a - max(x for x in edges if x <= a)) / 2)
        high = b + min(REDONE, (min(x for x in edges if x >= b) - b) / 2)
        if (low, high) != (a, b):
            says = f"join {number} itself, with the bowel beside it"
            yield {"says": says, "low": low, "high": high, "from": low, "to": high, "itself": True}


def _taken(op: Operation) -> list[Stretch]:
    """All that something was done to, from above down."""
    found: list[Stretch] = [
        (p.start, p.end, f"the {ordinal(i)} place") for i, p in enumerate(op.bowel.places)
    ]
    found += [(at, at, NEIGHBORS["loop"]) for at, _ in op.bowel.loops]
    for step in op.steps:
        if step.act in POINTS:
            found.append((step.start, step.start, NEIGHBORS[step.act]))
        elif step.act == "bypass":
            found += [(at, at, NEIGHBORS["bypass"]) for at in (step.start, step.end)]
    return sorted(found)


def _free(taken: list[Stretch], low: float, high: float, region: str) -> Iterator[dict[str, Any]]:
    """The free stretches of one part of the bowel."""
    here = [(max(a, low), min(b, high), what) for a, b, what in taken if b > low and a < high]
    names = [what for *_, what in here]
    starts, ends = [low, *(b for _, b, _ in here)], [*(a for a, *_ in here), high]
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if end - start >= LEAST:
            above, below = names[:i][-1:], names[i:][:1]
            yield _row(_where(region, above, below), start, end)


def _where(region: str, above: list[str], below: list[str]) -> str:
    """In few words, for a narrow list: the small bowel is named only where it is untouched."""
    if not above and not below:
        return region
    said = f"below {above[0]}" if above else f"above {below[0]}"
    if above and below:
        places = above[0].endswith(" place") and below[0].endswith(" place")
        upper, lower = above[0].removesuffix(" place") if places else above[0], below[0]
        said = f"between {upper} and {lower.removeprefix('the ') if places else lower}"
    return said if region == SMALL else f"{region}, {said}"


def _row(says: str, low: float, high: float) -> dict[str, Any]:
    middle, half = (low + high) / 2, min(PIECE, (high - low) / 3) / 2
    piece = {"from": round(middle - half, 1), "to": round(middle + half, 1)}
    return {"says": says, "low": low, "high": high, **piece}


def _astride(op: Operation, taken: list[Stretch]) -> Iterator[dict[str, Any]]:
    """The piece that takes the valve, or the old anastomosis in its stead, where nothing lies in its way."""
    low, high = op.valve - ASTRIDE, op.valve + ASTRIDE
    if all(b < low or a > high for a, b, _ in taken):
        yield {"says": f"across the {op.junction}", "low": low, "high": high, "from": low, "to": high}
