"""The door to the grader for a host that speaks JSON: the page's worker. Runs under Pyodide; standard library only."""

from __future__ import annotations

import json

from casebook.grading import grade_page


def grade_json(asked: str) -> str:
    """Grade `{"page": ..., "answer": ..., "evidence": ..., "diagnoses": ...}`; the answer is the JSON of `grade_page`.

    What a learner typed arrives as a value inside JSON and never as code.
    """
    given = json.loads(asked)
    page = {
        key: value for key, value in given["page"].items() if key != "anchors"
    }  # places in the page are no business of the grader
    graded = grade_page(page, given["answer"], given.get("evidence"), given.get("diagnoses"))
    return json.dumps(graded, ensure_ascii=False)
