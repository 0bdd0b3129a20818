"""A page for each learner: every answer to what was set, what is said of it and why, and what comes next."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from casebook import files
from casebook.grading import Item, expected
from casebook.grading.feedback import in_text, result
from casebook.practice.bank import TAUGHT, Page, about_of, graded_item

from .gradebook import RIGHT, UNANSWERED, UNREADABLE, Entry, GradeBook
from .templates import environment

TEMPLATE = environment("learner.html").get_template("learner.html")


def give_back(
    book: GradeBook,
    pages: Iterable[Page],
    folder: str | Path,
    title: str = "Your answers",
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> list[Path]:
    """Write a page for each learner into a folder, which is made; their paths. Raises OSError."""
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True)
    known = {str(page["id"]): page for page in pages}
    items = {case: graded_item(page) for case, page in known.items()}
    names = file_names(book.learners)
    written = []
    for learner in progress(book.learners):
        path = into / names[learner]
        files.write(path, _page(book, learner, known, items, title))
        written.append(path)
    return written


def file_names(learners: Iterable[str]) -> dict[str, str]:
    """A file name for each learner: the name's letters and digits, made different where two would be one."""
    taken: set[str] = set()
    names = {}
    for learner in learners:
        plain = unicodedata.normalize("NFKD", learner).encode("ascii", "ignore").decode()
        stem = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60] or "learner"
        name, n = stem, 1
        while name in taken:
            n += 1
            name = f"{stem}-{n}"
        taken.add(name)
        names[learner] = f"{name}.html"
    return names


def _page(
    book: GradeBook, learner: str, pages: Mapping[str, Page], items: Mapping[str, Item], title: str
) -> str:
    cases = []
    missed: dict[str, None] = {}
    for case in book.cases:
        entry = book.entry(learner, case)
        if entry.state != RIGHT:
            missed |= dict.fromkeys(about_of(pages[case]))
        cases.append({"title": pages[case].get("title") or case, **_told(entry, items[case])})
    after = [TAUGHT[topic] for topic in missed if topic in TAUGHT]
    total = book.total(learner)
    return TEMPLATE.render(
        title=title, learner=learner, total=total, right=total.states[RIGHT], cases=cases, after=after
    )


def _told(entry: Entry, item: Item) -> dict[str, Any]:
    """One answer and what is said of it."""
    told: dict[str, Any] = {"answer": entry.answer, "state": entry.state, "headline": "", "parts": []}
    if entry.grade is None or entry.state == UNANSWERED:
        return {**told, "headline": f"Not answered. Expected: {expected(item)}."}
    feedback = result(entry.grade)["feedback"]
    parts = [{"title": part["title"], "lines": in_text(part)} for part in feedback["parts"]]
    more = f" Expected: {expected(item)}." if entry.state == UNREADABLE else ""
    return {**told, "headline": feedback["headline"] + more, "parts": parts}
