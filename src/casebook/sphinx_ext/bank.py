"""What the grader gets of each chart that was read, kept with Sphinx's environment from one build to the
next."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sphinx.environment import BuildEnvironment

from casebook.cases import beyond, library
from casebook.practice.bank import graded_item, without_places
from casebook.practice.tutor import Row, row
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
    """The tutor's table of these pages; what was worked out for a page is kept until it or the grader
    changes."""
    kept: dict[str, Row] = vars(env).setdefault("casebook_tutor", {})
    made_by = _grader()
    found = {}
    for page in pages:
        name = digest(made_by, json.dumps(page, sort_keys=True).encode())
        if name not in kept:
            kept[name] = row(graded_item(page))
        found[str(page["id"])] = kept[name]
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
