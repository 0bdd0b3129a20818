"""What the book adds to Jupyter Book: quizzes on the charts, lists made from the rulebook, sources that must
resolve.

`setup` is called by Sphinx; the pieces are `charts` (case pages), `notebooks`, `lists` (rules,
misconceptions, sources), `grounds` (what a chapter's sentences rest on), `tables` (codes, coverage, what is
contested), `desks`, `lessons` (pictures and small questions), `way` (chapters and cases in their order),
`contents` (the list beside every page), `glossary` (its words where they first stand), `search`, `policy`
(what a browser lets a page do), `offline` (the book without a network) and `parts` (the few elements that
docutils lacks).
"""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from casebook import __version__

from . import (
    charts,
    contents,
    desks,
    glossary,
    grounds,
    lessons,
    lists,
    notebooks,
    offline,
    parts,
    policy,
    search,
    tables,
    way,
)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register everything with Sphinx."""
    parts.setup(app)
    lists.setup(app)
    grounds.setup(app)
    tables.setup(app)
    charts.setup(app)
    notebooks.setup(app)
    desks.setup(app)
    lessons.setup(app)
    way.setup(app)
    contents.setup(app)
    glossary.setup(app)
    search.setup(app)
    policy.setup(app)
    offline.setup(app)
    # Jupyter Book always sets this value; its own extension for it is left out of the book.
    if "comments_config" not in app.config:
        app.add_config_value("comments_config", {}, "")
    return {"version": __version__, "env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}
