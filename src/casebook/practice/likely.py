"""Which answers people give to a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from casebook.coding.claim import Line, show
from casebook.grading import expected, item_of


def candidate_answers(page: Mapping[str, Any]) -> list[str]:
    """The accepted answers of a case, and what every wrong rule gives on it: for tests, distractors and
    exports."""
    item = item_of(page)
    answers = [expected(item), *(show(c.lines) for c in item.diagnosis.targets)]
    for key in item.diagnosis.wrong_ways:
        lines = sorted(key, key=lambda k: (k[0], k[1], sorted(k[2])))
        answers.append(show(Line(code, units, tuple(sorted(marks))) for code, units, marks in lines))
    return list(dict.fromkeys([*answers, "query"]))
