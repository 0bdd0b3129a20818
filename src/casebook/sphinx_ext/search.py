"""The search of the site: Pagefind's index of the pages as they were written, in place of Sphinx's own.

What would give an answer away is left out of it: the quiz with its worked answer, and the folded answers of
the chapters. Nor is a notebook's program code, nor a table it printed. Pages that are no text of the book are
not in it either.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from casebook.files import write_all
from casebook.practice.chapters import CHAPTERS

#: Where the index lies in the built book.
FOLDER = "pagefind"
#: What of a page is not looked through.
LEFT_OUT = (
    ".casebook-quiz",
    ".casebook-desk",
    ".casebook-turn form",
    ".casebook-turn-answer",
    "details.aside",
    ".headerlink",
    ".chart-head",
    ".entry .address",
    ".rests-on",
    ".cell_input",
    "table.dataframe",
    ".casebook-figures td:nth-child(n+4)",  # figures without their heads
)
#: What ends without a sign: an excerpt would run on into what follows.
ENDS = re.compile(r"(?<![.:?!])</(dt|figcaption|summary)>")
#: What a page weighs among those that hold a word, from 0 to 10: what explains it comes before what uses it.
WEIGHTS = {
    "book/glossary": 10.0,
    "book/codes": 10.0,
    "book/welcome": 7.0,
    **dict.fromkeys(CHAPTERS, 7.0),
    "book/card": 1.0,  # names every code, in a few words
    "book/": 2.0,
    "genindex": 0.2,
}
USUAL = 0.5  # cases and notebooks
#: What Sphinx's own search would need of the theme.
UNUSED = ("searchtools.js", "language_data.js")
#: Of Pagefind, its own faces: this book has one.
FACES = ("pagefind-*ui*", "pagefind-component*", "pagefind-highlight.js")


def without_its_own(app: Sphinx) -> None:
    """Sphinx makes no index, and so no page of its own to search it; the book's stands in its place."""
    if app.builder.format == "html":
        app.builder.search = False  # type: ignore[attr-defined]
        app.config.html_additional_pages = {**app.config.html_additional_pages, "search": "search.html"}


def weight(page: str) -> float:
    """What a page weighs in the search: by its name, else by where it lies."""
    return next((weighs for begins, weighs in WEIGHTS.items() if page.startswith(begins)), USUAL)


def tell_weight(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object) -> None:
    """Give the page's template its weight."""
    context["casebook_weight"] = weight(page)


def index(folder: Path) -> None:
    """Make the index of the pages in a folder, read with a sign after each word that is explained and each
    caption. Raises ExtensionError, with what Pagefind said."""
    with tempfile.TemporaryDirectory() as read:
        pages = folder.rglob("*.html")
        write_all(
            {Path(read, p.relative_to(folder)): ENDS.sub(r": </\1>", p.read_text("utf-8")) for p in pages}
        )
        command = [sys.executable, "-m", "pagefind", "--site", read, "--output-path", str(folder / FOLDER)]
        done = subprocess.run(
            [*command, "--exclude-selectors", ", ".join(LEFT_OUT), "--force-language", "en"],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    if done.returncode:
        raise ExtensionError(f"Pagefind made no index:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Make the index, once the pages are there."""
    if exception is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir)
    for old in sorted((folder / FOLDER).rglob("*"), reverse=True):
        old.unlink() if old.is_file() else old.rmdir()
    index(folder)
    faces = [file for pattern in FACES for file in (folder / FOLDER).glob(pattern)]
    for file in [*faces, *(folder / "_static" / name for name in UNUSED), folder / "searchindex.js"]:
        file.unlink(missing_ok=True)


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("builder-inited", without_its_own)
    app.connect("html-page-context", tell_weight)
    app.connect("build-finished", publish, priority=800)  # after the pages, before what lists every file
