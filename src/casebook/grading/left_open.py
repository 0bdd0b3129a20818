"""What the readings of a note differ in, and the question that would settle it.

The question is worded for the surgeon: anastomosis, and not our word, join.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from casebook.coding.bowel import Place
from casebook.coding.operation import POINTS, Operation, Step

from .item import Item


class Matter(NamedTuple):
    """One thing that a note leaves open."""

    id: str
    what: str  # as in "the note does not settle ..."
    ask: str  # an open question that would settle it
    place: str = ""  # what the chart calls the place, where it is about one


#: What a whole operation can be, beside its bowel: how to measure it, and the matter it makes.
_FACETS: tuple[tuple[Callable[[Operation], object], Matter], ...] = (
    (
        lambda op: op.opened,
        Matter(
            "approach",
            "whether it was finished open or laparoscopically",
            "How was the operation carried out from there to its end?",
        ),
    ),
    (
        lambda op: any(p.start < op.valve < p.end for p in op.bowel.places),
        Matter(
            "valve",
            "whether the ileocecal valve went with the piece",
            "Where was the lower line of division in relation to the ileocecal valve, and to which part of"
            " the bowel was the ileum anastomosed?",
        ),
    ),
    (
        lambda op: (len(op.bowel.loops), sum(bool(p.brought_out) for p in op.bowel.places)),
        Matter(
            "stoma", "which part of the bowel was brought out", "Which part of the bowel forms the stoma?"
        ),
    ),
    (
        lambda op: (op.follows, bool(op.left)),
        Matter(
            "session",
            "whether the return was planned",
            "What was planned at the first operation, and what led to this one?",
        ),
    ),
    (
        lambda op: op.surgeon,
        Matter("surgeon", "who did what", "What did each surgeon do in this operation?"),
    ),
)
_COUNT = Matter(
    "joins",
    "how many joins stand at closing",
    "How many anastomoses were present when the abdomen was closed, and where was each?",
)
_ELSE = Matter(
    "else",
    "which operation was done",
    "What was done at each site, and what became of the ends of the bowel?",
)


def left_open(item: Item) -> list[Matter]:
    """What the readings of a note differ in, what is most of one place first."""
    readings = item.note.readings
    found = list(dict.fromkeys(matter for op in readings for matter in _of_places(op, readings)))
    acts = any(matter.id == "act" for matter in found)
    if not acts and len({standing(op) for op in readings}) > 1:
        found.append(_COUNT)
    found += [matter for measure, matter in _FACETS if len({measure(op) for op in readings}) > 1]
    return found or ([_ELSE] if len(readings) > 1 else [])


def question_of(item: Item) -> str:
    """What to ask the surgeon: the author's words, or what the readings leave open."""
    return str(item.key.get("ask") or " ".join(matter.ask for matter in left_open(item) or [_ELSE]))


def standing(op: Operation) -> int:
    """The anastomoses that stand when the abdomen is closed."""
    return sum(place.joined for place in op.bowel.places)


def _of_places(op: Operation, readings: tuple[Operation, ...]) -> Iterator[Matter]:
    """The matters of single places in which this reading differs from another one."""
    for other in readings:
        if other is op:
            continue
        for place in op.bowel.places:
            yield from _bridge(place, other)
            yield from _ends(op, place, other)
        for step in other.steps:
            if step.act in POINTS and any(_cut_at(step, cut) for cut in op.steps):
                yield Matter(
                    "act",
                    f"what was done at {step.name or 'one site'}",
                    f"What exactly was done at {step.name or 'that site'}, and what was removed there?",
                    step.name,
                )


def _cut_at(point: Step, cut: Step) -> bool:
    return cut.act == "resect" and cut.start <= point.start <= cut.end


def _bridge(place: Place, other: Operation) -> Iterator[Matter]:
    """Whether bowel between two places, or an anastomosis made before, went with one piece."""
    held = [p for p in other.bowel.places if place.start <= p.start and p.end <= place.end]
    if not place.joined or len(held) < 2:
        return
    if len(place.joins) > 1:
        yield Matter(
            "first-join",
            "whether the first join was still there at closing",
            "What became of the first anastomosis?",
        )
    else:
        yield Matter(
            "bridge", "whether the bowel between was removed", "What was done with the intervening bowel?"
        )


def _ends(op: Operation, place: Place, other: Operation) -> Iterator[Matter]:
    """Whether the two ends of one place were joined."""
    same = [p for p in other.bowel.places if (p.start, p.end) == (place.start, place.end)]
    if place.joined and any(not p.joined for p in same):
        name = next((op.steps[cut].name for cut in place.cuts if op.steps[cut].name), "")
        yield Matter(
            "ends",
            f"what became of the ends of {name or 'the bowel'}",
            "What was done with each of the two ends of the bowel after"
            f" {name or 'the segment'} was removed?",
            name,
        )
