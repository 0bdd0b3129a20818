"""One call from a case and an answer to what is said of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from casebook.grading.feedback import Graded, result

from .case import Case, load


def grade(
    case: Case | str | Path,
    answer: str,
    evidence: Iterable[str] | None = None,
    diagnoses: Iterable[str] | None = None,
) -> Graded:
    """Grade one answer to a case, its file, or the id of a shipped one; the JSON of `casebook grade`.

    Raises CaseError where there is no such case.
    """
    item = (case if isinstance(case, Case) else load(case)).item
    return result(item.grade(answer), evidence, diagnoses)
