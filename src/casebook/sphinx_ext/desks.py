"""Directives for the desks of the book: `{test-yourself}`, `{your-progress}`, `{explorer}`,
`{check-a-claim}` and `{today}`, `{practice}`; and the bank of all cases."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from casebook.cases import library, load
from casebook.cases.shorts import short_cases
from casebook.practice.bank import TAUGHT
from casebook.practice.chapters import CHAPTERS, pool, shows_best
from casebook.quiz import desks

from .parts import markup

FIRST = 13  # cases of the first list, in which a reader starts
LEAST = 3  # cases of an exit check
BEGUN = "book/joins"  # up to here the Learn chapters teach what the brief charts of a first test need
DESKS: dict[str, Callable[..., str]] = {
    "test-yourself": desks.self_test,
    "practice": desks.practice,
    "your-progress": desks.progress,
    "explorer": desks.explorer,
    "check-a-claim": desks.claim,
    "today": desks.today,
}


class Desk(SphinxDirective):
    """One desk, with its size where the page can know it.

    `{test-yourself} joins units` is a test on these things to learn.
    """

    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """The markup; it is no text of the page."""
        topics = self.arguments[0].split() if self.arguments else []
        if unknown := [topic for topic in topics if self.name != "test-yourself" or topic not in TAUGHT]:
            raise self.error(f"{unknown[0]!r} is not a thing to learn; there are: {', '.join(TAUGHT)}")
        given = {"topics": " ".join(topics)} if topics else {}
        if topics and self.env.docname in CHAPTERS:
            drawn = exit_pools()[self.env.docname]
            if len(drawn) < LEAST:
                raise self.error(f"only {len(drawn)} cases hold nothing but what was taught so far")
            best = [id for id in best_shown()[self.env.docname] if id in drawn]
            given |= {"pool": " ".join(drawn), "first": " ".join(best)}
        if self.name == "test-yourself" and not topics:
            given["brief"] = " ".join(exit_pools()[BEGUN])
        return [markup(html=DESKS[self.name](vars(self.env.app).get("casebook_bytes"), **given))]


@lru_cache(maxsize=1)
def _shipped() -> list[dict[str, Any]]:
    """The pages of the shipped cases, in their order."""
    return [load(path).page() for path in library()]


@lru_cache(maxsize=1)
def _charts() -> list[dict[str, Any]]:
    """All that an exit check may ask: the cases and the short charts."""
    return [*_shipped(), *(made.page() for made in short_cases())]


@lru_cache(maxsize=1)
def exit_pools() -> dict[str, list[str]]:
    """The charts that each Learn chapter's exit check may draw; the first cases are left for reading."""
    first = [page["id"] for page in _shipped()[:FIRST]]
    return {chapter: pool(_charts(), chapter, first) for chapter in CHAPTERS}


@lru_cache(maxsize=1)
def best_shown() -> dict[str, list[str]]:
    """The charts that show best what each Learn chapter teaches."""
    return {chapter: shows_best(_charts(), chapter) for chapter in CHAPTERS}


def setup(app: Sphinx) -> None:
    """Register the directives."""
    for name in DESKS:
        app.add_directive(name, Desk)
