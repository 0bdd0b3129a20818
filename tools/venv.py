"""Make .venv from the pinned packages: the first step of every make command.

Each file that is installed must have one of the hashes in requirements-hashed.txt.

Runs under the machine's own Python, before anything is installed, so it uses the standard library only.
uv does the installing because it takes seconds where pip takes a minute; where uv cannot run, pip does.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
from typing import Any, NoReturn

ROOT = pathlib.Path(__file__).resolve().parent.parent
PINS = ROOT / "requirements-hashed.txt"  # the pins of requirements.txt, with the hashes of their files


def stop(message: str) -> NoReturn:
    """End with a message a newcomer can act on."""
    sys.exit("\n" + message + "\n")


def check_python() -> None:
    """The book needs 3.11 and a Python that can make environments."""
    if sys.version_info < (3, 11):
        stop(
            f"The casebook needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}).\n"
            "Name a newer one, for example: make serve PYTHON=python3.12"
        )
    try:
        import ensurepip  # noqa: F401  (Debian ships Python without it)
        import venv  # noqa: F401
    except ImportError:
        stop(
            "This Python cannot make virtual environments, because its venv part is not installed.\n"
            "On Debian or Ubuntu: sudo apt-get install python3-venv   (then run the command again)"
        )


def run(*command: object, **options: Any) -> bool:
    """True when the command succeeded."""
    return subprocess.run([str(part) for part in command], cwd=ROOT, check=False, **options).returncode == 0


def install(python: pathlib.Path, environment: dict[str, str]) -> None:
    """Everything pinned, with uv where it runs, else with pip."""
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    uv = re.search(r"^uv==.*?(?=^[a-z])", PINS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    with tempfile.TemporaryDirectory() as work:
        alone = pathlib.Path(work) / "uv.txt"
        alone.write_text(uv.group() if uv else "", encoding="utf-8")
        quick = bool(uv) and run(*pip, "--require-hashes", "--no-deps", "-r", alone)
    if quick:
        everything = ["install", "--quiet", "--require-hashes", "--python", python, "-r", PINS]
        if run(python, "-m", "uv", "pip", *everything, env=environment):
            return
        print("uv could not install everything; trying pip, which takes about a minute", flush=True)
    if not run(*pip, "--require-hashes", "-r", PINS):
        stop("Installing the pinned packages failed; the messages above say which. A network is needed once.")


def main(folder: str) -> None:
    """Create or refresh the environment, then mark it ready."""
    check_python()
    home = ROOT / folder
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print(f"Making {folder} (once; it takes about half a minute)", flush=True)
        if not run(sys.executable, "-m", "venv", "--clear", home):
            stop(f"Could not make {folder}. On Debian or Ubuntu: sudo apt-get install python3-venv")
    if not run(python, "-c", "import pip"):
        stop(f"{folder} does not work here (moved, or its Python is gone). Remove it: rm -r {folder}")
    # An active environment of the caller must not be the one that is changed.
    active = ("VIRTUAL_ENV", "CONDA_PREFIX")
    environment = {name: value for name, value in os.environ.items() if name not in active}
    install(python, environment)
    if not run(
        python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet",
        "--no-deps", "--no-build-isolation", "-e", ROOT,
    ):  # fmt: skip
        stop("Installing the casebook package itself failed; the messages above say why.")
    # Node would take the scripts of JupyterLab for modules, as the repository's own are, and fail.
    (home / "package.json").write_text('{"type": "commonjs"}\n', encoding="utf-8")
    (home / ".ready").touch()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ".venv")
