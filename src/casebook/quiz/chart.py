"""The chart of a case as HTML with numbered lines, for a notebook; the book makes the same from its own
pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from casebook.cases import MARK, Case
from casebook.cases.sentences import split

LABEL = re.compile(r"\*\*[^*]+\*\*")
ID = re.compile(r' id="(?:line-|s)\d+"')


@dataclass(frozen=True)
class Sheet:
    """`html` of the chart; `places` maps a mark to the id of its element; `lines` maps a line to the marks in
    it."""

    html: str
    places: dict[str, str] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)


def chart_html(case: Case, *, ids: bool = True) -> Sheet:
    """Every sentence of the chart in `span.line`, numbered from 1; a mark keeps its words and gets a neutral
    id.

    Without ids nothing in it can be pointed at, so that one page may show several charts.
    """
    md = MarkdownIt("commonmark", {"html": False}).enable("table")
    sheet = Sheet("")
    parts: list[str] = []
    number = 0
    heading = False
    for token in md.parse(case.chart):
        if token.type != "inline":
            heading = token.type == "heading_open" or (heading and token.type != "heading_close")
            parts.append(md.renderer.render([_lower(token)], md.options, {}))
            continue
        if heading:
            parts.append(md.renderInline(MARK.sub(r"\1", token.content)))
            continue
        for sentence in _sentences(token.content):
            number += 1
            parts.append(_line(md, sentence, number, sheet))
    html = "".join(parts)
    return Sheet(html if ids else ID.sub("", html), sheet.places, sheet.lines)


def _lower(token: Token) -> Token:
    """Headings of a chart stand below the quiz's own."""
    if token.type.startswith("heading"):
        token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
    return token


def _sentences(text: str) -> list[str]:
    """A label in bold is no sentence of its own."""
    found = split(text)
    if len(found) > 1 and LABEL.fullmatch(found[0]):
        found[:2] = [" ".join(found[:2])]
    return found


def _line(md: MarkdownIt, sentence: str, number: int, sheet: Sheet) -> str:
    names = []

    def mark(found: re.Match[str]) -> str:
        place = f"s{len(sheet.places) + 1}"
        sheet.places[found[2]] = place
        names.append(found[2])
        return f"\ue000{place}\ue001{found[1]}\ue002"

    text = md.renderInline(MARK.sub(mark, sentence))
    text = text.replace("\ue000", '<span id="').replace("\ue001", '">').replace("\ue002", "</span>")
    if names:
        sheet.lines[f"line-{number}"] = names
    return f'<span class="line" id="line-{number}" data-line="{number}">{text}</span> '
