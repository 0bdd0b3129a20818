"""A page for each learner: every answer to what was set, what is said of it and why, and what comes next."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from casebook import files
from casebook.errors import CommandError
from casebook.grading import Item, expected
from casebook.grading.feedback import in_text, result
from casebook.practice.bank import TAUGHT, Page, about_of, graded_item
from casebook.practice.results import PAGES

from .gradebook import RIGHT, UNANSWERED, UNREADABLE, Entry, GradeBook
from .templates import environment

TEMPLATE = environment("learner.html").get_template("learner.html")
MARK = '<meta name="generator" content="casebook class feedback">'
LONGEST_HEAD = 1000  # bytes in which the mark stands
IN_BOOK = re.compile(r"(book/[\w-]+\.html#[\w-]+)")  # a page of the book, in a line
MOST_NAMED = 3  # pages in a message


def give_back(
    book: GradeBook,
    pages: Iterable[Page],
    folder: str | Path,
    title: str = "Your answers",
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
    *,
    replace: bool = False,
    address: str = "",
) -> list[Path]:
    """Write a page for each learner into a folder, which is made, all or none; their paths. Where the book's
    `address` is given, its chapters and rules are links.

    A page of an earlier run that this one does not write could be handed out as if it were of today. Where
    the folder holds such pages nothing is written; with `replace` they are taken away. Files that are no
    such pages are left as they are.

    Raises CommandError for what lies there, OSError.
    """
    into = Path(folder)
    names = file_names(book.learners)
    stale = _in_the_way(into, {names[learner] for learner in book.learners}, replace)
    known = {str(page["id"]): page for page in pages}
    items = {case: graded_item(page) for case, page in known.items()}
    written = files.write_all(
        {into / names[who]: _page(book, who, known, items, title, address) for who in progress(book.learners)}
    )
    for old in stale:
        old.unlink(missing_ok=True)
    return written


def _in_the_way(folder: Path, mine: Collection[str], replace: bool) -> list[Path]:
    """The pages of earlier runs that are not among `mine`. Raises CommandError where there are some and they
    are not to be replaced, and where another's file has the name of one of mine."""
    there = sorted(folder.glob("*.html")) if folder.is_dir() else []
    pages = [path for path in there if path.is_file() and _is_page(path)]
    if others := [path for path in there if path.name in mine and path not in pages]:
        raise CommandError(
            f"{others[0]}: this file is there already and is no page of an earlier run; name another folder"
        )
    stale = [path for path in pages if path.name not in mine]
    if stale and not replace:
        named = ", ".join(path.name for path in stale[:MOST_NAMED])
        more = f" and {len(stale) - MOST_NAMED} more" if len(stale) > MOST_NAMED else ""
        raise CommandError(
            f"{folder}: pages of an earlier run lie here that this one does not write: {named}{more}. So that"
            " no old page is handed out, name another folder, or say --force to have them taken away"
        )
    return stale


def _is_page(path: Path) -> bool:
    """Whether a file is a page that was written here, by its mark."""
    with path.open("rb") as file:
        return MARK.encode() in file.read(LONGEST_HEAD)


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
    book: GradeBook,
    learner: str,
    pages: Mapping[str, Page],
    items: Mapping[str, Item],
    title: str,
    address: str,
) -> str:
    cases = []
    missed: dict[str, None] = {}
    for case in book.cases:
        entry = book.entry(learner, case)
        if entry.state != RIGHT:
            missed |= dict.fromkeys(about_of(pages[case]))
        cases.append({"title": pages[case].get("title") or case, **_told(entry, items[case], address)})
    total = book.total(learner)
    return TEMPLATE.render(
        mark=Markup(MARK),
        title=title,
        learner=learner,
        total=total,
        right=total.states[RIGHT],
        cases=cases,
        after=[
            (_link(page, PAGES[page.removesuffix(".html")], address), what) for page, what in _again(missed)
        ],
    )


def _again(missed: Iterable[str]) -> list[tuple[str, list[str]]]:
    """The chapters that teach what was missed, each with what of it its title does not say."""
    chapters: dict[str, list[str]] = {}
    for words, page in (TAUGHT[topic] for topic in missed if topic in TAUGHT):
        told = chapters.setdefault(f"{page}.html", [])
        if words != PAGES[page].lower():
            told.append(words)
    return list(chapters.items())


def _link(page: str, words: str, address: str) -> str:
    """A page of the book by these words, a link where the book's address is known."""
    to = f"{address.rstrip('/')}/{page}"
    return Markup('<a href="{}">{}</a>').format(to, words) if address else words


def _linked(line: str, address: str) -> str:
    """A line in which the pages of the book are links, where its address is known."""
    if not address:
        return line
    parts = enumerate(IN_BOOK.split(line))
    return Markup("").join(_link(part, part, address) if at % 2 else part for at, part in parts)


def _told(entry: Entry, item: Item, address: str) -> dict[str, Any]:
    """One answer and what is said of it."""
    told: dict[str, Any] = {
        "answer": entry.answer, "state": entry.state, "held": entry.held, "headline": "", "parts": [],
    }  # fmt: skip
    if entry.grade is None or entry.state == UNANSWERED:
        return {**told, "headline": f"Not answered. Expected: {expected(item)}."}
    feedback = result(entry.grade)["feedback"]
    parts = [
        {"title": part["title"], "lines": [_linked(line, address) for line in in_text(part)]}
        for part in feedback["parts"]
    ]
    more = f" Expected: {expected(item)}." if entry.state == UNREADABLE else ""
    return {**told, "headline": feedback["headline"] + more, "parts": parts}
