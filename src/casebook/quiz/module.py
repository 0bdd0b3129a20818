"""The ES module of the casebook: one file made of the scripts in `js/`, since a notebook takes one only, and
one is quicker to fetch; beside it one more of what only a touch needs.

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
# Syntax that every browser understands which can run Pyodide.
OPTIONS = ("--bundle", "--format=esm", "--target=es2022", "--minify", "--charset=utf8", "--log-level=warning")


#: Each file of the scripts, and the script that it begins with.
MAIN, LATER = "main.js", "later.js"


@lru_cache(maxsize=1)
def source() -> str:
    """The module as one text. Raises BuildError where it must be made and cannot be."""
    file = SHIPPED if SHIPPED.is_file() else bundle(building.checkout() / ".cache")
    return file.read_text("utf-8")


@lru_cache(maxsize=1)
def later() -> str:
    """What a page fetches at a touch; a notebook has no use for it. Raises BuildError."""
    return bundle(building.checkout() / ".cache", LATER).read_text("utf-8")


def bundle(cache: Path, entry: str = MAIN) -> Path:
    """A file of the module, made anew when a script or the bundler changes. Raises BuildError."""
    locked = building.checkout() / "package-lock.json"
    made_of = [*sorted(JS.glob("*.js")), locked]
    names = "\n".join([*OPTIONS, *(file.name for file in made_of)]).encode()
    digest = building.digest(names, *(each.read_bytes() for each in made_of))
    file = cache / f"{'bundle' if entry == MAIN else 'later'}-{digest}.js"
    if not file.is_file():
        esbuild = building.tools(cache) / "esbuild" / "bin" / "esbuild"
        options = [*OPTIONS, f'--define:LATER="{LATER}?v={digest}"']
        with building.inside(cache) as work:
            out = f"--outfile={work / 'made'}"
            building.node(esbuild, JS / entry, *options, out, failing="The scripts could not be bundled")
            files.place(work / "made", file)
        building.only(file)
    return file


@lru_cache(maxsize=1)
def style() -> str:
    """The style of the quiz as a page gets it, without what only a reader of its source needs. Raises
    BuildError."""
    cache, sheet = building.checkout() / ".cache", JS.with_name("quiz.css")
    locked = building.checkout() / "package-lock.json"
    file = cache / f"style-{building.digest(sheet.read_bytes(), locked.read_bytes())}.css"
    if not file.is_file():
        esbuild = building.tools(cache) / "esbuild" / "bin" / "esbuild"
        with building.inside(cache) as work:
            made = work / "made.css"
            told = ("--minify", "--charset=utf8", "--log-level=warning", f"--outfile={made}")
            building.node(esbuild, sheet, *told, failing="The style could not be made small")
            files.place(made, file)
        building.only(file)
    return file.read_text("utf-8")
