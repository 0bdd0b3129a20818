"""The door to the grader for a host that speaks JSON: the page's worker. Runs under Pyodide; standard library only."""

from __future__ import annotations

import json
import sys

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
    """Read every table of the grader now, because a snapshot of memory has no files; their names.

    A table is a function of the package without arguments that keeps its result.
    """
    read = []
    for name, module in sorted(sys.modules.items()):
        for table in list(vars(module).values()) if name.startswith("casebook.") else ():
            code = getattr(getattr(table, "__wrapped__", None), "__code__", None)
            if code and hasattr(table, "cache_info") and table.__module__ == name and not code.co_argcount:
                table()
                read.append(f"{name}.{table.__name__}")
    return read
