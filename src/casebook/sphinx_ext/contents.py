"""The list of contents beside every page: the parts of the book and their chapters.

The theme resolves the whole table of contents, with every case, for each page anew, which took a third of the
time of a build; two levels without their cases are soon told from the table as it was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


@dataclass(frozen=True)
class Chapter:
    """A page of the list, and whether the reader is on it or on a page below it."""

    page: str
    title: str
    here: bool


def contents(env: BuildEnvironment, pagename: str) -> list[tuple[str, list[Chapter]]]:
    """Each part with its chapters, as one page shows them."""
    return [
        (
            part.caption or "",
            [
                Chapter(page, env.titles[page].astext(), page == pagename or pagename in _below(env, page))
                for page in part.files()
                if page in env.titles
            ],
        )
        for part in env.external_site_map.root.subtrees  # type: ignore[attr-defined]
    ]


def _below(env: BuildEnvironment, page: str) -> set[str]:
    """The pages that stand below another."""
    pages = env.toctree_includes.get(page, [])
    return {*pages, *(each for below in pages for each in _below(env, below))}


def use_contents(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page its list, in a book whose table of contents is a file of its own."""
    if hasattr(app.env, "external_site_map"):
        context["casebook_contents"] = contents(app.env, pagename)


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("html-page-context", use_contents)
