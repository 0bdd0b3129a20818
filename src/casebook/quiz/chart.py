"""The chart of a case as HTML with numbered lines, for a notebook; the book makes the same from its own
pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from casebook.cases import MARK, Case
from casebook.cases.sentences import split, worded

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
    md.inline.ruler.before("link", "mark", _mark)
    sheet = Sheet("")
    parts: list[str] = []
    number = 0
    heading = False
    for token in md.parse(case.chart):
        if token.type != "inline":
            heading = token.type == "heading_open" or (heading and token.type != "heading_close")
            parts.append(md.renderer.render([_lower(token)], md.options, {}))
            continue
        if heading or not worded(token.content):
            parts.append(md.renderInline(MARK.sub(r"\1", token.content)))
            continue
        for sentence in _sentences(token.content):
            number += 1
            parts.append(_line(md, sentence, number, sheet))
    html = "".join(parts)
    return Sheet(html if ids else ID.sub("", html), sheet.places, sheet.lines)


def _mark(state: StateInline, silent: bool) -> bool:
    """A rule of the Markdown parser: `[words]{#name}` is a span, whose name the element carries until it gets
    its id."""
    found = MARK.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        end = state.posMax
        state.pos, state.posMax = found.start(1), found.end(1)
        state.push("mark_open", "span", 1).meta = {"name": found[2]}
        state.md.inline.tokenize(state)
        state.push("mark_close", "span", -1)
        state.posMax = end
    state.pos = found.end()
    return True


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
    tokens = md.parseInline(sentence)
    for token in tokens[0].children or []:
        if token.type == "mark_open":
            place = f"s{len(sheet.places) + 1}"
            name = token.meta["name"]
            sheet.places[name] = place
            names.append(name)
            token.attrSet("id", place)
    if names:
        sheet.lines[f"line-{number}"] = names
    text = md.renderer.render(tokens, md.options, {})
    return f'<span class="line" id="line-{number}" data-line="{number}">{text}</span> '
