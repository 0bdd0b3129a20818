"""Charts as worksheets for paper: a page each with room for the claim, and the key as a file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from casebook import files
from casebook.cases import Case, distinct, must_be_sound
from casebook.grading.feedback import in_text
from casebook.grading.worked import worked
from casebook.quiz.chart import chart_html

from .templates import environment

TEMPLATE = environment("pack.html").get_template("pack.html")


def pack(cases: Sequence[Case], path: str | Path, title: str = "Worksheets") -> tuple[Path, Path]:
    """Write the worksheets, and beside them the key, both or neither; the paths of both.

    Raises CaseError for a case without a chart or with a fault, CommandError where one of the two would be
    written over a case, OSError.
    """
    sheets = Path(path)
    key = sheets.with_name(f"{sheets.stem}-key{sheets.suffix or '.html'}")
    files.not_among([sheets, key], [case.path for case in cases])
    shown: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    for case in distinct(cases):
        must_be_sound(case, "printed")
        shown.append({"title": case.title, "chart": Markup(chart_html(case, ids=False).html)})
        told = worked(case.page())
        parts = [{"title": part["title"], "lines": in_text(part)} for part in told["parts"]]
        answers.append({"title": case.title, "answer": told["answer"], "parts": parts})
    files.write_all(
        {
            sheets: TEMPLATE.render(title=title, sheets=shown, answers=[]),
            key: TEMPLATE.render(title=f"{title}: the key", sheets=[], answers=answers),
        }
    )
    return sheets, key
