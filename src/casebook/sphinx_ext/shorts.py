"""Short charts in the built book: no pages of their own, but a piece of HTML and the JSON of each, which a
page fetches when the tutor asks for one."""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from typing import Any

from casebook.cases import Case
from casebook.cases.shorts import short_cases
from casebook.cases.shorts import shorts as listed
from casebook.cases.terms import terms_in
from casebook.practice.bank import without_places
from casebook.quiz import markup
from casebook.quiz.chart import chart_html

FOLDER = "shorts"  # beside the scripts
ID = re.compile(r' id="((?:line-|s)\d+)"')


def bank() -> list[dict[str, Any]]:
    """The JSON of every short chart, without what only the browser needs."""
    return [without_places(page) for _, page, _ in _made()]


def brief() -> list[str]:
    """The ids of those that tell no more than what was done."""
    return [made.id for made, short in zip(short_cases(), listed(), strict=True) if short.brief]


def written(size: int | None) -> dict[str, bytes]:
    """Every file of the short charts, by its name beside the scripts; `size` is what the grader weighs, in
    bytes."""
    found = {"shorts.json": json.dumps(bank(), ensure_ascii=False).encode()}
    for made, page, chart in _made():
        terms = escape(json.dumps(terms_in(made.unmarked), ensure_ascii=False))
        name = made.title.partition(":")[0]
        sheet = f"""<div class="chart casebook-chart" data-terms="{terms}">
<p class="chart-head"><strong>{escape(name)}</strong> <span>made up, for practice</span></p>
{chart}</div>
"""
        section = markup.section_html(page, download_bytes=size, heading=f"Your claim: {name.lower()}")
        found[f"{FOLDER}/{made.id}.html"] = (sheet + section).encode()
        found[f"cases/{made.id}.json"] = json.dumps(page, ensure_ascii=False).encode()
    return found


@cache
def _made() -> list[tuple[Case, dict[str, Any], str]]:
    """Every short chart, its JSON and its HTML, whose ids are its own: it may stand on the page of a case."""
    found = []
    for made in short_cases():
        sheet = chart_html(made)
        html = ID.sub(rf' id="{made.id}-\1"', sheet.html)
        places = {name: f"{made.id}-{place}" for name, place in sheet.places.items()}
        found.append((made, {**made.page(), "anchors": places, "lines": sheet.lines}, html))
    return found
