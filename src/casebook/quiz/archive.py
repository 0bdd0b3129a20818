"""The archive that grades on the page: the modules that `quiz.door` loads, the tables that these read, and no
more.

Whatever else the package has (cases with their keys, the book, the class tools) is neither sent to a reader
nor a reason to build anew.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import python_minifier

from casebook import files

from . import building

PACKAGE = Path(__file__).resolve().parents[1]
# Run without this environment's own packages: what it loads is what a bare Python can load.
PROBE = """
import json, sys
sys.path.insert(0, sys.argv[1])
files = set()
sys.addaudithook(lambda event, given: event == "open" and isinstance(given[0], str) and files.add(given[0]))
import casebook.quiz.door
casebook.quiz.door.read_tables()
files.update(module.__file__ for name, module in sys.modules.items() if name.split(".")[0] == "casebook")
print(json.dumps([*files]))
"""
DATE = (2020, 1, 1, 0, 0, 0)  # the same bytes whenever it is built


def build(cache: Path) -> Path:
    """The file, kept in the cache and made again when something in it changes. Raises BuildError."""
    all_files = sorted(file for file in PACKAGE.rglob("*") if file.is_file() and file.suffix != ".pyc")
    read = [
        part for file in all_files for part in (str(file.relative_to(PACKAGE)).encode(), file.read_bytes())
    ]
    note = cache / f"made-of-{building.digest(*read)}"  # which file they make
    if note.is_file() and (made := cache / note.read_text("utf-8")).is_file():
        return made
    # Like beside like: packed as one, that takes less.
    held = {name: _bare(name, content) for name, content in sorted(_sources().items(), key=_by_kind)}
    made_of = [part for name, content in held.items() for part in (name.encode(), content)]
    file = cache / f"casebook-{building.digest(*made_of)}.zip"
    if not file.is_file():
        with building.inside(cache) as work:
            (work / "made").write_bytes(_zipped(held))
            files.place(work / "made", file)
        building.only(file)
    files.write(note, file.name.encode())
    building.only(note)
    return file


KINDS = ("csv", "toml", "py")


def _by_kind(file: tuple[str, bytes]) -> tuple[int, str, str]:
    """Tables before programs, and the files of a folder together."""
    folder, _, name = file[0].rpartition("/")
    return KINDS.index(name.rpartition(".")[2]), folder, name


def _sources() -> dict[str, bytes]:
    """The files that the page needs as they are here, by their names in the archive. Raises BuildError."""
    command = [sys.executable, "-I", "-S", "-B", "-c", PROBE, str(PACKAGE.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise building.BuildError(f"What the page needs could not be loaded\n{done.stderr[-2000:]}")
    loaded = {Path(name) for name in json.loads(done.stdout)}
    kept = sorted(file for file in loaded if PACKAGE in file.parents and "__pycache__" not in file.parts)
    return {file.relative_to(PACKAGE.parent).as_posix(): file.read_bytes() for file in kept}


def _bare(name: str, content: bytes) -> bytes:
    """A file without what only people and type checkers read: of a module the same program without comments
    and docstrings, what is local to a function by short names; of a table in TOML the same one without its
    remarks."""
    if name.endswith(".toml"):
        return re.sub(rb"(?m)^(?:#.*)?\n", b"", content)
    if not name.endswith(".py"):
        return content
    told: str = python_minifier.minify(
        content, name, remove_literal_statements=True, hoist_literals=False
    )  # a text that is said twice packs as well
    return told.encode()


def _zipped(held: Mapping[str, bytes]) -> bytes:
    """The files as they are: all is packed as one afterwards, a fifth smaller than each by itself."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for name, content in held.items():
            packed.writestr(zipfile.ZipInfo(name, DATE), content)
    return archive.getvalue()
