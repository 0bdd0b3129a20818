"""The ES module of the casebook, joined from the files of `js/`: a notebook takes one file only, and one is quicker to fetch."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

JS = Path(__file__).resolve().parent / "js"
#: In the order in which they are joined; each file is a room, and the last two are the hosts.
ROOMS = (
    "parts",
    "store",
    "evidence",
    "builder",
    "composer",
    "explain",
    "quiz",
    "exam",
    "progress",
    "explorer",
    "page",
    "notebook",
)


@lru_cache(maxsize=1)
def source() -> str:
    """The module as one text."""
    return "\n".join((JS / f"{room}.js").read_text("utf-8") for room in ROOMS)
