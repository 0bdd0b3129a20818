"""What the grader gets of each chart that was read, kept with Sphinx's environment from one build to the
next."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sphinx.environment import BuildEnvironment

from casebook.cases import beyond, library
from casebook.practice.bank import graded_item, is_short, without_places
from casebook.practice.changed import able, choose
from casebook.practice.tutor import Row, charts_showing, row, rows_of_changes
from casebook.quiz.building import digest

PACKAGE = Path(__file__).resolve().parents[1]
DECIDING = (".py", ".toml", ".csv")


def charts(env: BuildEnvironment) -> dict[str, dict[str, Any]]:
    """The JSON of every chart's page, by page name."""
    found: dict[str, dict[str, Any]] = vars(env).setdefault(
        "casebook_charts", {}
    )  # pickled with the environment
    return found


def rows(env: BuildEnvironment, pages: list[dict[str, Any]]) -> dict[str, Row]:
    """The tutor's table of these pages, and of the changes of the cases that are worth asking; what was
    worked out for a page is kept until it or the grader changes."""
    kept: dict[str, Any] = vars(env).setdefault("casebook_tutor", {})
    made_by = _grader()

    def once(what: str, page: dict[str, Any], work: Callable[[], Any]) -> Any:
        name = digest(made_by, what.encode(), json.dumps(page, sort_keys=True).encode())
        if name not in kept:
            kept[name] = work()
        return kept[name]

    by_id = {str(page["id"]): page for page in pages}
    items = {id: graded_item(page) for id, page in by_id.items()}
    found = {id: once("row", by_id[id], partial(row, item)) for id, item in items.items()}
    cases = {id: item for id, item in items.items() if not is_short(id)}
    of_charts = {id: once("able", by_id[id], partial(able, item)) for id, item in cases.items()}
    for id, chosen in choose(of_charts, charts_showing(found)).items():
        what = json.dumps(chosen, sort_keys=True)
        found |= once(what, by_id[id], partial(rows_of_changes, items[id], chosen))
    return found


def _grader() -> bytes:
    """A digest of all that decides what a wrong rule gives."""
    folders = [PACKAGE / name for name in ("coding", "data", "grading", "practice")]
    held = [file for folder in folders for file in sorted(folder.rglob("*")) if file.suffix in DECIDING]
    return digest(*(file.read_bytes() for file in held)).encode()


def bank(env: BuildEnvironment) -> list[dict[str, Any]]:
    """All cases in teaching order, without what only their own pages need: for tests drawn from them."""
    order = {path.stem: i for i, path in enumerate(library())}
    unjudged = {path.stem for path in beyond()}
    judged = [page for page in charts(env).values() if page["id"] not in unjudged]
    pages = sorted(judged, key=lambda page: (order.get(page["id"], len(order)), page["id"]))
    return [without_places(page) for page in pages]
