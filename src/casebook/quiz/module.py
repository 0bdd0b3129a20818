"""The ES module of the casebook: one file made of the scripts in `js/`, since a notebook takes one only, and
one is quicker to fetch.

An installed package carries the bundle (hatch_build.py puts it there). A checkout has the scripts, and makes
it of them.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from casebook import files

from . import building

JS = Path(__file__).resolve().parent / "js"
SHIPPED = JS.with_name("bundle.js")
CSS = JS.with_name("quiz.css")
SMALL = ("--minify", "--charset=utf8", "--log-level=warning")
# Syntax that every browser understands which can run Pyodide.
OPTIONS = ("--bundle", "--format=esm", "--target=es2022", *SMALL)


@lru_cache(maxsize=1)
def source() -> str:
    """The module as one text. Raises BuildError where it must be made and cannot be."""
    file = SHIPPED if SHIPPED.is_file() else bundle(building.checkout() / ".cache")
    return file.read_text("utf-8")


def bundle(cache: Path) -> Path:
    """The file of the module, made anew when a script or the bundler changes. Raises BuildError."""
    made_of = sorted(JS.glob("*.js"))
    return _made("bundle", JS / "main.js", made_of, OPTIONS, cache, "The scripts could not be bundled")


@lru_cache(maxsize=1)
def style() -> str:
    """The style of the quiz as a page gets it: without what only a reader of its source needs. Raises
    BuildError."""
    cache = building.checkout() / ".cache"
    return _made("style", CSS, [CSS], SMALL, cache, "The style could not be made").read_text("utf-8")


def _made(
    kind: str, entry: Path, made_of: list[Path], options: tuple[str, ...], cache: Path, failing: str
) -> Path:
    """A file that esbuild makes, made anew when what it is made of or the bundler changes."""
    made_of = [*made_of, building.checkout() / "package-lock.json"]
    names = "\n".join([*options, *(file.name for file in made_of)]).encode()
    name = f"{kind}-{building.digest(names, *(each.read_bytes() for each in made_of))}{entry.suffix}"
    file = cache / name
    if not file.is_file():
        esbuild = building.tools(cache) / "esbuild" / "bin" / "esbuild"
        with building.inside(cache) as work:
            out = f"--outfile={work / f'made{entry.suffix}'}"
            building.node(esbuild, entry, *options, out, failing=failing)
            files.place(work / f"made{entry.suffix}", file)
        building.only(file)
    return file
