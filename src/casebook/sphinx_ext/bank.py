"""What the grader gets of each chart that was read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from casebook import files
from casebook.cases import beyond, library
from casebook.practice.bank import graded_item, is_short, without_places
from casebook.practice.changed import able, choose
from casebook.practice.tutor import Row, charts_showing, in_order, row, rows_of_changes
from casebook.quiz import building
from casebook.quiz.building import digest

PACKAGE = Path(__file__).resolve().parents[1]
DECIDING = (".py", ".toml", ".csv")
FOLDERS = ("cases", "coding", "data", "grading", "practice", "quiz", "sphinx_ext")
Page = dict[str, Any]


def charts(env: BuildEnvironment) -> dict[str, Page]:
    """The JSON of every chart's page, by page name."""
    found: dict[str, Page] = vars(env).setdefault("casebook_charts", {})  # pickled with the environment
    return found


def rows(pages: Sequence[Page], kept: Kept) -> dict[str, Row]:
    """The tutor's table of these pages, and of the changes of the cases that are worth asking."""
    found = kept.all(_row, {str(page["id"]): (page,) for page in pages})
    cases = {str(page["id"]): page for page in pages if not is_short(str(page["id"]))}
    chosen = choose(kept.all(_able, {id: (page,) for id, page in cases.items()}), charts_showing(found))
    for changes in kept.all(_changes, {id: (cases[id], chosen[id]) for id in chosen}).values():
        found |= changes
    return in_order(found)


def _row(page: Page) -> Row:
    return row(graded_item(page))


def _able(page: Page) -> dict[str, list[str]]:
    return able(graded_item(page))


def _changes(page: Page, chosen: Mapping[str, Sequence[str]]) -> dict[str, Row]:
    return rows_of_changes(graded_item(page), chosen)


class Kept:
    """What work on pages gave, from one build to the next: in one file of the cache that is named by all that
    decides it. What is not there is worked out on every processor."""

    def __init__(self, cache: Path) -> None:
        places = [PACKAGE / name for name in FOLDERS]
        held = [file for place in places for file in sorted(place.rglob("*")) if file.suffix in DECIDING]
        made_by = digest(*(file.read_bytes() for file in held))
        self._file = cache / f"worked-out-{made_by}.json"
        self._before: dict[str, Any] = _read(self._file)
        self._now: dict[str, Any] = {}

    def all(self, work: Callable[..., Any], given: Mapping[str, tuple[Any, ...]]) -> dict[str, Any]:
        """What `work` gives of each, by the same ids."""
        names = {id: digest(work.__name__.encode(), _told(each)) for id, each in given.items()}
        missing = {name: given[id] for id, name in names.items() if name not in self._before}
        made: dict[str, Any] = {}
        if missing:
            with ProcessPoolExecutor(min(len(missing), os.cpu_count() or 1)) as pool:
                waiting = {name: pool.submit(work, *each) for name, each in missing.items()}
                made = {name: each.result() for name, each in waiting.items()}
        used = {name: made[name] if name in made else self._before[name] for name in names.values()}
        self._now |= used
        return {id: used[name] for id, name in names.items()}

    def close(self) -> None:
        """Keep what was asked this time, and drop the rest."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        files.write(self._file, json.dumps(self._now).encode())
        building.only(self._file)


def kept(app: Sphinx) -> Kept:
    """What this build keeps; whoever asks last closes it."""
    there = vars(app)
    if "casebook_kept" not in there:
        there["casebook_kept"] = Kept(Path(app.srcdir, ".cache"))
    held: Kept = there["casebook_kept"]
    return held


def _read(file: Path) -> dict[str, Any]:
    """What a file of the cache holds; nothing where it is not there or was cut short."""
    try:
        held = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}


def _told(given: tuple[Any, ...]) -> bytes:
    return json.dumps(given).encode()


def bank(env: BuildEnvironment) -> list[dict[str, Any]]:
    """All cases in teaching order, without what only their own pages need: for tests drawn from them."""
    order = {path.stem: i for i, path in enumerate(library())}
    unjudged = {path.stem for path in beyond()}
    judged = [page for page in charts(env).values() if page["id"] not in unjudged]
    pages = sorted(judged, key=lambda page: (order.get(page["id"], len(order)), page["id"]))
    return [without_places(page) for page in pages]
