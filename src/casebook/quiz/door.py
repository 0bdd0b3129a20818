"""The door to the grader for a host that speaks JSON: the page's worker. Runs under Pyodide; standard library only."""

from __future__ import annotations

import json
import sys
from typing import Any

from casebook.grading import grade_page


def grade_json(asked: str) -> str:
    """Grade `{"page": ..., "answer": ..., "evidence": ..., "diagnoses": ...}`; the answer is the JSON of `grade_page`.

    What a learner typed arrives as a value inside JSON and never as code.
    """
    given = json.loads(asked)
    page = {
        key: value for key, value in given["page"].items() if key != "anchors"
    }  # where things stand on the page is not the grader's business
    graded = grade_page(page, given["answer"], given.get("evidence"), given.get("diagnoses"))
    return json.dumps(graded, ensure_ascii=False)


def read_tables() -> list[str]:
    """Read every table of the grader now, because a snapshot of memory has no files; their names."""
    tables = [keeper for keeper in _keepers() if not keeper.__wrapped__.__code__.co_argcount]
    for table in tables:
        table()
    return [f"{table.__module__}.{table.__name__}" for table in tables]


def forget_answers() -> None:
    """Drop what was worked out for single cases: a snapshot is smaller without it."""
    for keeper in _keepers():
        if keeper.__wrapped__.__code__.co_argcount:
            keeper.cache_clear()


def _keepers() -> list[Any]:
    """The functions of the package that keep their results; one without arguments is a table."""
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith("casebook.")]
    things = [(module, thing) for module in modules for thing in vars(module).values()]
    return [thing for module, thing in things if hasattr(thing, "cache_info") and thing.__module__ == module.__name__]
