"""The way through the book as a small file: chapters with their small questions, cases with how long they
take, and what each is about.

What a case is about gives it away, so no page carries it: the scripts fetch it when a reader asks for cases
about one thing, and for the page Today.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from casebook.practice.bank import about_of, level_of
from casebook.practice.chapters import CHAPTERS, first_for, needs, teaches
from casebook.practice.exam import limits

from . import shorts
from .bank import Kept, bank, kept
from .charts import write
from .lessons import asked


def way(env: BuildEnvironment, held: Kept) -> dict[str, Any]:
    """The chapters and the cases in their order; `after` which chapter, by its place, a chart is prepared
    for, and what it needs; and which short charts are `brief`, for who begins."""
    pages = bank(env)
    all_pages = [*pages, *shorts.bank(held)]
    return {
        "chapters": [
            {
                "page": page,
                "title": env.titles[page].astext(),
                "turns": asked(env).get(page, []),
                "teaches": sorted(teaches(page)),
            }
            for page in CHAPTERS
            if page in env.titles
        ],
        "cases": {
            page["id"]: {"title": page["title"], "level": level_of(page), "minutes": limits([page])["usual"]}
            for page in pages
        },
        "about": {page["id"]: list(about_of(page)) for page in pages},
        "after": {page["id"]: first_for(page) for page in all_pages},
        "needs": {page["id"]: sorted(needs(page)) for page in all_pages},
        "brief": shorts.brief(),
    }


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Write it beside the bank of cases."""
    if exception is None and app.builder.format == "html":
        told = json.dumps(way(app.env, kept(app)), ensure_ascii=False, separators=(",", ":"))
        write(Path(app.outdir, "_static", "casebook", "way.json"), told.encode())


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("build-finished", publish, priority=400)  # before the charts, which close what is kept
