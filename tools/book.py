"""Build the book into _build/html, or say that nothing changed.

The book's own caches do not see a change in the helper module, so this script keeps a fingerprint of
everything that the pages are made from. Same fingerprint: nothing to do. Package changed: notebooks run
again.
"""

import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
STAMP = ROOT / "_build" / "fingerprint.txt"
PAGES = ("book", "cases", "notebooks")
PACKAGE = ("src", "requirements.txt")
SETTINGS = ("_config.yml", "_toc.yml", "pyproject.toml", "LICENSE", "README.md", "tools/book.py")
# jupyter-book, without the checker of addresses that jsonschema would take two seconds to load for it.
BOOK = "import sys; sys.modules['rfc3987_syntax'] = None; from jupyter_book.cli.main import main; main()"
IGNORED = {"__pycache__", ".ipynb_checkpoints", ".pytest_cache"}


def digest(names: tuple[str, ...]) -> str:
    """A digest of every file under the named places: paths and contents."""
    total = hashlib.sha256()
    for name in names:
        place = ROOT / name
        for file in [place] if place.is_file() else sorted(place.rglob("*")):
            if file.is_file() and not IGNORED & set(file.parts):
                total.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Two builds at once would write into one folder; the second waits."""
    (ROOT / "_build").mkdir(exist_ok=True)
    with (ROOT / "_build" / ".lock").open("w") as handle:
        try:
            import fcntl
        except ImportError:  # Windows: no waiting; people run one build at a time
            yield
        else:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def missing_pages() -> list[str]:
    """Pages that should stand in the book and do not. A build that wrote nothing must not look green."""
    wanted = [
        *(ROOT / "cases").glob("*.md"),
        *(ROOT / "book").glob("*.md"),
        *(ROOT / "notebooks").glob("*.ipynb"),
    ]
    pages = [HTML / source.relative_to(ROOT).with_suffix(".html") for source in wanted]
    return [str(page.relative_to(ROOT)) for page in [HTML / "index.html", *pages] if not page.is_file()]


def run(command: list[str], environment: dict[str, str]) -> tuple[int, list[str]]:
    """Run the build and show how far it is; its exit status, and what it said beside that."""
    said: list[str] = []
    shown = ("", 0)
    options: dict[str, Any] = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "text": True,
    }
    with subprocess.Popen(command, cwd=ROOT, env=environment, **options) as running:
        for line in running.stdout or ():
            if not (step := re.search(r"(reading sources|writing output).*?\[ *(\d+)%\]", line)):
                said.append(line.rstrip())
                continue
            now = (step[1], int(step[2]) // 10 * 10)
            if now != shown:
                shown = now
                print(f"  {now[0]}: {now[1]} %", end="\r" if sys.stdout.isatty() else "\n", flush=True)
    return running.returncode, said


def build(quick: bool = False) -> int:
    """Build when something changed; the exit status for the shell.

    `quick` writes only the pages that changed, and may leave a page standing whose source is gone.
    """
    package, whole = digest(PACKAGE), digest(PACKAGE + PAGES + SETTINGS)
    before = STAMP.read_text().split() if STAMP.is_file() else ["", ""]
    if before == [package, whole] and not missing_pages():
        print("The book is up to date: _build/html")
        return 0
    if before[0] != package:
        shutil.rmtree(ROOT / "_build" / ".jupyter_cache", ignore_errors=True)
    STAMP.unlink(missing_ok=True)
    if quick:  # Sphinx copies scripts and style sheets only where it writes a page
        (HTML / "book" / "welcome.html").unlink(missing_ok=True)
    else:
        shutil.rmtree(HTML, ignore_errors=True)  # a page whose source is gone must not stay
    started = time.monotonic()
    environment = {
        **os.environ,
        "PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
    }
    every = [] if quick else ["--all"]
    command = [sys.executable, "-c", BOOK, "build", ".", *every, "-W", "-n", "--keep-going"]
    print("Building the book; it takes about a minute the first time", flush=True)
    status, said = run(command, environment)
    if status:  # what a good build says is of no use: it advises to open the pages as files
        print(
            *said,
            "The book was not built; the first warning or error above says why.",
            sep="\n",
            file=sys.stderr,
        )
    if status == 0 and (lost := missing_pages()):
        print("The build ended well but these pages are missing:", *lost, sep="\n  ", file=sys.stderr)
        status = 1
    if status == 0:
        STAMP.write_text(f"{package} {whole}\n")
        print(f"The book is in _build/html ({time.monotonic() - started:.0f} s)")
    return status


if __name__ == "__main__":
    with only_one():
        status = build(quick="--quick" in sys.argv[1:])
        if status == 0 and not {"--quick", "--without-verdicts"} & set(sys.argv[1:]):
            make = [sys.executable, str(ROOT / "tools" / "verdicts.py")]
            status = subprocess.run(make, check=False).returncode
    sys.exit(status)
