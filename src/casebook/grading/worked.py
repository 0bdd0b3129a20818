"""The worked answer of a case: what to file, and why, part by part. Made where a page is built or a case is
shown, and no part of what a page is given to grade with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from casebook.coding.claim import show
from casebook.coding.rules import RULEBOOK
from casebook.coding.views import accepted

from . import icd10
from .feedback import expected, rule_as_read, settles_as
from .item import Item, item_of
from .left_open import question_of
from .parts import Part, PartDict, Row, rows_of
from .quotes import proof


class Worked(TypedDict):
    """The worked answer of a case: what to file, and why, part by part."""

    answer: str
    parts: list[PartDict]


def worked(page: Mapping[str, Any]) -> Worked:
    """The worked answer of a case: what to file, why, what is not billed, and the other accepted views."""
    item = item_of(page)
    return {"answer": expected(item), "parts": [part.as_dict() for part in _parts(item)]}


def _parts(item: Item) -> list[Part]:
    main = item.diagnosis.targets[0] if item.diagnosis.targets else None
    billed = main if item.note.action == "bill" else None
    struck = billed.not_billed if billed else ()
    decided = billed.because if billed else ("settle",) if item.note.action == "query" else ()
    readings = item.note.readings
    codes = icd10.accepted(item.key.get("diagnoses"))
    found = [
        Part("why", "", rows_of(str(item.key.get("why") or ""))),
        Part(
            "ask",
            "What to ask the surgeon",
            rows_of(question_of(item) if item.note.action == "query" else None),
        ),
        Part(
            "readings",
            "What the note could mean",
            tuple(
                Row(says=op.says, code=show(accepted(op)[0][1].lines)) for op in readings if len(readings) > 1
            ),
        ),
        Part("settles", settles_as(item), proof(item)),
        Part("because", "Because", tuple(map(rule_as_read, decided))),
        Part(
            "not_billed",
            "Not billed",
            tuple(Row(code=code, says=RULEBOOK[rule].says) for code, rule, _ in struck),
        ),
        Part(
            "views",
            "Other accepted views",
            tuple(Row(code=show(c.lines), says=v.says) for v, c in item.note.accepted() if v),
        ),
        Part("diagnoses", "Diagnoses", rows_of(", or ".join(", ".join(each) for each in codes))),
    ]
    return [part for part in found if part.rows]
