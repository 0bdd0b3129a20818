"""What the grader gets of each chart that was read, kept with Sphinx's environment from one build to the
next."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from sphinx.environment import BuildEnvironment

from casebook.cases import beyond, library
from casebook.practice.bank import graded_item
from casebook.practice.tutor import Row, row

PACKAGE = Path(__file__).resolve().parents[1]


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
        name = sha256(f"{made_by} {json.dumps(page, sort_keys=True)}".encode()).hexdigest()
        if name not in kept:
            kept[name] = row(graded_item(page))
        found[str(page["id"])] = kept[name]
    return found


def _grader() -> str:
    """A digest of all that decides what a wrong rule gives."""
    digest = sha256()
    for folder in ("coding", "data", "grading", "practice"):
        for file in sorted((PACKAGE / folder).rglob("*")):
            if file.suffix in (".py", ".toml", ".csv"):
                digest.update(file.read_bytes())
    return digest.hexdigest()


def bank(env: BuildEnvironment) -> list[dict[str, Any]]:
    """All cases in teaching order, without what only their own pages need: for tests drawn from them."""
    order = {path.stem: i for i, path in enumerate(library())}
    unjudged = {path.stem for path in beyond()}
    judged = [page for page in charts(env).values() if page["id"] not in unjudged]
    pages = sorted(judged, key=lambda page: (order.get(page["id"], len(order)), page["id"]))
    return [{key: value for key, value in page.items() if key not in ("anchors", "lines")} for page in pages]
