"""What the grader gets of each chart that was read, kept with Sphinx's environment from one build to the
next."""

from __future__ import annotations

from typing import Any

from sphinx.environment import BuildEnvironment

from casebook.cases import beyond, library


def charts(env: BuildEnvironment) -> dict[str, dict[str, Any]]:
    """The JSON of every chart's page, by page name."""
    found: dict[str, dict[str, Any]] = vars(env).setdefault(
        "casebook_charts", {}
    )  # pickled with the environment
    return found


def bank(env: BuildEnvironment) -> list[dict[str, Any]]:
    """All cases in teaching order, without what only their own pages need: for tests drawn from them."""
    order = {path.stem: i for i, path in enumerate(library())}
    unjudged = {path.stem for path in beyond()}
    judged = [page for page in charts(env).values() if page["id"] not in unjudged]
    pages = sorted(judged, key=lambda page: (order.get(page["id"], len(order)), page["id"]))
    return [{key: value for key, value in page.items() if key not in ("anchors", "lines")} for page in pages]
