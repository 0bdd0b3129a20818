"""Numbered lines: every sentence of a chart becomes a line that a reader can point at.

The JSON of the page says which marks a line holds, so that what a learner points at can be scored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.transforms import SphinxTransform

from casebook.cases.sentences import split, worded

from .bank import charts
from .parts import make_box

KEPT = re.compile(r"\[[^\[\]]*\]\{#n(\d+)\}")  # stands for a child that is not cut

LABEL = re.compile(r"\[[^\[\]]*\]\{#n0\}")


def cut(paragraph: nodes.paragraph) -> Iterator[list[nodes.Node]]:
    """The children of a paragraph, sentence by sentence."""
    children = list(paragraph.children)
    text = "".join(
        str(child) if isinstance(child, nodes.Text) else f"[{re.sub(r'[][]', ' ', child.astext())}]{{#n{i}}}"
        for i, child in enumerate(children)
    )
    sentences = split(text)
    if len(sentences) > 1 and isinstance(children[0], nodes.strong) and LABEL.fullmatch(sentences[0]):
        sentences[:2] = [" ".join(sentences[:2])]  # a label in bold is no sentence of its own
    for sentence in sentences:
        parts = KEPT.split(sentence)
        yield [
            children[int(part)] if odd else nodes.Text(part)
            for i, part in enumerate(parts)
            if (odd := i % 2) or part
        ]


def number(document: nodes.document, places: dict[str, str]) -> dict[str, list[str]]:
    """Number the sentences of a chart from 1; for each line that holds a mark, its marks.

    `places` maps marks to ids.
    """
    held: dict[str, list[str]] = {}
    count = 0
    for paragraph in list(document.findall(nodes.paragraph)):
        if not worded(paragraph.astext()):
            continue
        lines: list[nodes.Node] = []
        for parts in cut(paragraph):
            count += 1
            line = f"line-{count}"
            ids = {id for part in parts for node in part.findall(nodes.inline) for id in node["ids"]}
            names = [name for name, place in places.items() if place in ids]
            if names:
                held[line] = names
            lines.append(make_box("span", *parts, classes=["line"], ids=[line], **{"data-line": str(count)}))
        paragraph.children = []
        paragraph.extend(lines)
    return held


class NumberedLines(SphinxTransform):
    """After the marks have their neutral names."""

    default_priority = 401

    def apply(self, **_: object) -> None:
        """Number the page, and keep what its lines hold for the page's JSON."""
        page = charts(self.env).get(self.env.docname)
        if page is not None and "casebook_case" in self.env.temp_data:
            page["lines"] = number(self.document, page["anchors"])
