"""Short charts in the built book: no pages of their own, but a piece of HTML and the JSON of each, which a
page fetches when the tutor asks for one."""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from typing import Any

from casebook.cases import given_by_all
from casebook.cases.shorts import Short, by_id, case
from casebook.cases.terms import terms_in
from casebook.practice.bank import without_places
from casebook.quiz import building, markup
from casebook.quiz.chart import chart_html

from .bank import Kept

FOLDER = "shorts"  # beside the scripts
ID = re.compile(r' id="((?:line-|s)\d+)"')


def bank(kept: Kept) -> list[dict[str, Any]]:
    """The JSON of every short chart, without what only the browser needs."""
    return [without_places(each["page"]) for each in _told(kept).values()]


def brief() -> list[str]:
    """The ids of those that tell no more than what was done."""
    return [id for id, short in by_id().items() if short.brief]


def written(kept: Kept, size: int | None) -> dict[str, bytes]:
    """Every file of the short charts, by its name beside the scripts; `size` is what the grader weighs, in
    bytes."""
    found = {"shorts.json": json.dumps(bank(kept), ensure_ascii=False).encode()}
    for id, each in _told(kept).items():
        terms = escape(json.dumps(each["terms"], ensure_ascii=False))
        page = each["page"]
        name = page["title"].partition(":")[0]
        sheet = f"""<div class="chart casebook-chart" data-terms="{terms}">
<p class="chart-head"><strong>{escape(name)}</strong> <span>made up, for practice</span></p>
{each["chart"]}</div>
"""
        section = markup.section_html(
            each["page"], download_bytes=size, heading=f"Your claim: {name.lower()}"
        )
        found[f"{FOLDER}/{id}.html"] = (sheet + section).encode()
        found[f"cases/{id}.json"] = json.dumps(page, ensure_ascii=False).encode()
    return found


@cache
def _told(kept: Kept) -> dict[str, dict[str, Any]]:
    """What `_one` makes of every short chart, by its id; looked up once a build."""
    others = building.digest(json.dumps(given_by_all()).encode())
    return kept.all(_one, {id: (id, short.as_row(), others) for id, short in by_id().items()})


def _one(id: str, row: dict[str, Any], others: str) -> dict[str, Any]:
    """A short chart's JSON, its terms, and its HTML, whose ids are its own: it may stand on the page of a
    case. `others` is a digest of what the shipped cases say to its wrong answers."""
    made = case(Short.read(row), id)
    sheet = chart_html(made)
    places = {name: f"{id}-{place}" for name, place in sheet.places.items()}
    return {
        "page": {**made.page(), "anchors": places, "lines": sheet.lines},
        "terms": terms_in(made.unmarked),
        "chart": ID.sub(rf' id="{id}-\1"', sheet.html),
    }
