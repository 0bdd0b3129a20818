"""The words of the glossary, explained where each first stands in a chapter that has something to touch.

The sentences are those of the glossary's own page; the page's script opens them at a tap, as it does in a
chart (`quiz/js/reading.js`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from .parts import box, link, markup

PAGE = "book/glossary.md"  # the words of the first page are explained there, before any chapter
_BLOCK = re.compile(r"^```\{glossary\}\n(.*?)^```", re.MULTILINE | re.DOTALL)
_ENTRY = re.compile(r"^(\S.*)\n((?:[ ]{2}.+\n?)+)", re.MULTILINE)
#: What a word may stand in that is no running text.
ASIDE = (nodes.title, nodes.reference, nodes.literal, nodes.definition_list, nodes.table, link, markup)


#: Words that a chapter has in their everyday sense too, where the sentence of the glossary would be false.
EVERYDAY = {"view"}


def entries(source: Path) -> dict[str, str]:
    """Each word of the glossary with its sentence as plain text."""
    found: dict[str, str] = {}
    for block in _BLOCK.findall((source / PAGE).read_text("utf-8")):
        for words, says in _ENTRY.findall(block):
            plain = re.sub(r"\]\([^)]*\)|[\[*`]", "", " ".join(says.split()))
            named = (word.strip() for word in words.split(","))
            found |= {word: plain for word in named if word not in EVERYDAY}
    return found


def first_in(text: str, told: dict[str, str]) -> dict[str, str]:
    """The words of the glossary that a text has, each as it first stands there."""
    found = []
    for word, says in told.items():
        stem, more = (word[:-2], "[ei]s") if word.endswith("sis") else (word, "s?")
        any_case = f"[{word[0].upper()}{word[0].lower()}]{re.escape(stem[1:])}"
        if match := re.search(rf"(?<![\w-]){any_case}{more}(?![\w-])", text):
            found.append((match.start(), match[0], says))
    return {word: says for _, word, says in sorted(found)}


def running(document: nodes.document) -> Iterator[str]:
    """The running text of a page, paragraph by paragraph."""
    for paragraph in document.findall(nodes.paragraph):
        if not _within(paragraph):
            yield "".join(t.astext() if not _within(t) else "\n" for t in paragraph.findall(nodes.Text))


def _within(node: nodes.Node) -> bool:
    """Whether it stands in what is no running text, or is folded away."""
    while node is not None:
        if isinstance(node, ASIDE):
            return True
        if isinstance(node, box) and (node["tag"] == "details" or "popover" in node["attributes"]):
            return True
        node = node.parent
    return False


class Explained(SphinxPostTransform):
    """Tell the page's script which words it is to explain."""

    default_priority = 8
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Only where the script is there anyhow, and not in the glossary's own page."""
        page = self.env.docname
        if not page.startswith("book/") or f"{page}.md" == PAGE:
            return
        if next(iter(self.document.findall(markup)), None) is None:
            return
        terms = first_in("\n".join(running(self.document)), entries(Path(self.env.srcdir)))
        if terms:
            told = escape(json.dumps(terms, ensure_ascii=False))
            whole: nodes.Element = next(iter(self.document.findall(nodes.section)), self.document)
            whole.append(markup(html=f'<div class="casebook-terms" data-terms="{told}"></div>'))


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_post_transform(Explained)
