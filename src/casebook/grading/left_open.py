"""What the readings of a note differ in, and the question that would settle it."""

from __future__ import annotations

from collections.abc import Callable

from casebook.coding.operation import Operation

from .item import Item

#: What readings can differ in: how to measure it, what the note then does not settle, and what to ask.
_OPEN: tuple[tuple[Callable[[Operation], object], str, str], ...] = (
    (
        lambda op: sum(p.joined for p in op.bowel.places),
        "how many joins stand at closing",
        (
            "How many joins were there when the abdomen was closed, and where was each? "
            "Was any join that was made earlier in the operation taken out again?"
        ),
    ),
    (
        lambda op: op.approach in ("open", "converted"),
        "whether it was finished open or laparoscopically",
        "How was the operation completed: open or laparoscopically?",
    ),
    (
        lambda op: any(p.start < op.valve < p.end for p in op.bowel.places),
        "whether the ileocecal valve went with the piece",
        "Did the removed piece include the ileocecal valve and cecum?",
    ),
    (
        lambda op: (len(op.bowel.loops), sum(bool(p.brought_out) for p in op.bowel.places)),
        "which ends were brought out",
        "Which ends, if any, were brought out?",
    ),
)


def left_open(item: Item) -> list[tuple[str, str]]:
    """What the readings of a note differ in, and the question that would settle it."""
    found = [
        (what, ask) for measure, what, ask in _OPEN if len({measure(op) for op in item.note.readings}) > 1
    ]
    return found or [
        (
            "which operation was done",
            "Please describe what was removed at each site and what became of its ends.",
        )
    ]


def question_of(item: Item) -> str:
    """What to ask the surgeon: the author's words, or what the readings leave open."""
    return str(item.key.get("ask") or " ".join(ask for _, ask in left_open(item)))
