"""Builds what grades on the page: Pyodide from npm, our own archive, a memory snapshot of both; packed, under
names by content.

`build` is called while the book is built. Everything is kept in the cache folder, so an unchanged build only
copies.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import shutil
import tarfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casebook import files

from . import archive, warming
from .building import BuildError, digest, inside, node, npm, only

VERSION = "314.0.7"
# SHA-512 of the package
INTEGRITY = "0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A=="
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
SNAPSHOT_NEEDS = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "snapshot")
PLAIN_NEEDS = (*CORE, "casebook")
HERE = Path(__file__).resolve().parent
Tell = Callable[[str], object]


@dataclass(frozen=True)
class Runtime:
    """What was written: `files` maps what the worker asks for to `{"file": name, "bytes": packed, "size":
    unpacked}`."""

    folder: Path
    version: str
    files: Mapping[str, Mapping[str, Any]]

    @property
    def has_snapshot(self) -> bool:
        return "snapshot" in self.files

    @property
    def plain_bytes(self) -> int:
        """What a browser fetches when it starts Python the plain way."""
        return sum(self.files[name]["bytes"] for name in PLAIN_NEEDS)

    @property
    def bytes(self) -> int:
        """What a browser fetches as a rule."""
        return (
            sum(self.files[name]["bytes"] for name in SNAPSHOT_NEEDS)
            if self.has_snapshot
            else self.plain_bytes
        )


def build(out: Path, cache: Path, progress: Tell = print) -> Runtime:
    """Write the grader for the page into `out`, and nothing else there; keep what it took in `cache`.

    Raises BuildError. Where only the snapshot cannot be made, says so and goes on: pages then start slower.
    """
    cache.mkdir(parents=True, exist_ok=True)
    package = pyodide(cache, progress)
    ours = archive.build(cache)
    parts = {name: package / name for name in CORE} | {"casebook": ours}
    try:
        parts["snapshot"] = make_snapshot(cache, package, ours, progress)
    except BuildError as error:
        progress(f"No snapshot, so the grader will take longer to start on a page. {error}")
    packed = {name: _packed(cache, name, part) for name, part in parts.items()}
    _forget_packed(cache, [*packed.values()])
    lock = {"info": json.loads((package / "pyodide-lock.json").read_text("utf-8"))["info"], "packages": {}}
    listed = {
        name: {"file": p.name, "bytes": p.stat().st_size, "size": parts[name].stat().st_size}
        for name, p in packed.items()
    }
    version = digest(json.dumps([listed, lock], sort_keys=True).encode(), (HERE / "worker.js").read_bytes())
    manifest = {"version": version, "pyodide": VERSION, "files": listed, "lock": lock}
    _publish(out, [*packed.values()], json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    return Runtime(out, version, listed)


# The parts


def pyodide(cache: Path, progress: Tell = print) -> Path:
    """The folder of the npm package `pyodide`, fetched once and checked against its digest."""
    folder = cache / f"pyodide-{VERSION}"
    packed = cache / f"pyodide-{VERSION}.tgz"
    if not packed.is_file():
        progress(f"Fetching pyodide {VERSION} from npm")
        with inside(cache) as work:
            failing = f"npm could not fetch pyodide {VERSION}"
            npm("pack", f"pyodide@{VERSION}", "--loglevel=error", "--pack-destination", work, failing=failing)
            files.place(work / packed.name, packed)
    found = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
    if found != INTEGRITY:
        packed.unlink()
        raise BuildError(
            f"{packed.name} is not the package we know (SHA-512 {found}). It was deleted; try again, and look"
            " at your npm mirror."
        )
    with inside(cache) as work, tarfile.open(packed) as held:
        if folder.is_dir():
            if all(_same(held, folder, name) for name in (*CORE, "pyodide-lock.json")):
                return folder
            shutil.rmtree(folder)  # what lies unpacked is not what the package holds
        # The digest above tells what is in it; older Pythons of 3.11 have no filter.
        if hasattr(tarfile, "data_filter"):
            held.extractall(work, filter="data")
        else:
            held.extractall(work)
        files.place(work / "package", folder)
    return folder


def _same(packed: tarfile.TarFile, folder: Path, name: str) -> bool:
    """Whether an unpacked file is what the package holds."""
    held, file = packed.extractfile(f"package/{name}"), folder / name
    return held is not None and file.is_file() and file.read_bytes() == held.read()


def make_snapshot(cache: Path, package: Path, ours: Path, progress: Tell = print) -> Path:
    """The memory of a Python that has our archive loaded and has answered questions of every kind."""
    asked = json.dumps(list(warming.questions()))
    makers = [HERE / "snapshot.mjs", HERE / "worker.js", ours]
    name = digest(VERSION.encode(), asked.encode(), *(maker.read_bytes() for maker in makers))
    file = cache / f"snapshot-{name}.bin"
    if file.is_file():
        return file
    progress("Making the snapshot that pages start from")
    with inside(cache) as work:
        (work / "asked.json").write_text(asked, "utf-8")
        given = [HERE / "snapshot.mjs", package, ours, work / "asked.json", work / "made"]
        quiet = "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"
        node(quiet, *given, failing="Node could not make the snapshot")
        files.place(work / "made", file)
    only(file)
    return file


# Packing and publishing


def _packed(cache: Path, name: str, part: Path) -> Path:
    """The file packed with gzip under a name by its content."""
    content = part.read_bytes()
    kind = Path(name).suffix or part.suffix
    target = cache / "packed" / f"{Path(name).stem}.{digest(content)}{kind}.gz"
    if not target.is_file():
        target.parent.mkdir(exist_ok=True)
        with inside(cache) as work:
            (work / "made").write_bytes(gzip.compress(content, 9, mtime=0))
            files.place(work / "made", target)
    return target


def _forget_packed(cache: Path, kept: Iterable[Path]) -> None:
    for old in (cache / "packed").iterdir():
        if old not in kept:
            old.unlink(missing_ok=True)


def _publish(out: Path, parts: list[Path], manifest: str) -> None:
    """Copy what is not there yet, drop what is of no use any more; the manifest last, so that it never names
    a file too early."""
    out.mkdir(parents=True, exist_ok=True)
    for file in parts:
        target = out / file.name
        if not target.is_file() or target.stat().st_size != file.stat().st_size:
            files.write(target, file.read_bytes())
    index = out / "runtime.json"
    if not index.is_file() or index.read_text("utf-8") != manifest:
        files.write(index, manifest)
    notices = out / "NOTICES.txt"
    if not notices.is_file() or notices.read_bytes() != (HERE / "notices.txt").read_bytes():
        files.write(notices, (HERE / "notices.txt").read_bytes())
    keep = {index.name, notices.name, *(file.name for file in parts)}
    for file in out.iterdir():
        if file.is_file() and file.name not in keep:
            file.unlink()
