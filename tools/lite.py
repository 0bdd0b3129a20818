"""Build JupyterLite with the notebooks that need no table of numbers: they run wholly in the reader's
browser, from our own files.

    python tools/lite.py          into _build/lite; serve that folder, and open
    lab/index.html?path=01_the_crohn_case.ipynb

Python in the browser is the npm package that the book's pages use. Its list of other packages, which lie on
another host, is emptied; what the notebooks need is put beside it as wheels. numpy and pandas have none that
could be had, so notebooks 03 and later are left out.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from casebook.quiz import runtime

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "_build" / "lite"
NOTEBOOKS = ("01_the_crohn_case.ipynb", "02_count_the_joins.ipynb")
PACKAGES = ("casebook", "anywidget", "ipywidgets", "markdown-it-py", "micropip", "packaging", "pyyaml")
NOT_THERE = ("pandas", "numpy")


def run(*command: object, folder: pathlib.Path = ROOT, **more: str) -> None:
    """Run a tool of this environment; stop with what it said when it fails."""
    tools = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": tools, **more},
    )
    if done.returncode or "TaskError" in done.stdout + done.stderr:
        sys.exit(f"{' '.join(map(str, command[:4]))} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def wheels(into: pathlib.Path) -> None:
    """The casebook, and PyYAML without its compiled part."""
    into.mkdir()
    run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", into, ROOT
    )
    pin = next(
        line
        for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()
        if line.startswith("pyyaml==")
    )
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-binary",
        "pyyaml",
        "-w",
        into,
        pin,
        PYYAML_FORCE_LIBYAML="0",
    )
    for wheel in into.glob("*yaml*.whl"):
        if not wheel.name.endswith("py3-none-any.whl"):
            run(
                sys.executable,
                "-m",
                "wheel",
                "tags",
                "--python-tag",
                "py3",
                "--abi-tag",
                "none",
                "--platform-tag",
                "any",
                "--remove",
                wheel,
            )


def python(into: pathlib.Path) -> None:
    """Python for the browser, with an empty list of packages."""
    package = runtime.pyodide(ROOT / ".cache")
    into.mkdir(parents=True)
    for name in runtime.CORE:
        shutil.copyfile(package / name, into / name)
    info = json.loads((package / "pyodide-lock.json").read_text("utf-8"))["info"]
    lock = {"info": {**info, "version": runtime.VERSION}, "packages": {}}
    (into / "pyodide-lock.json").write_text(json.dumps(lock), "utf-8")


def main() -> None:
    """Build, and say where it is."""
    (ROOT / ".cache").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        print("Making wheels", flush=True)
        wheels(work / "wheels")
        python(work / "static" / "pyodide")
        (work / "files").mkdir()
        for name in NOTEBOOKS:
            text = (ROOT / "notebooks" / name).read_text(
                "utf-8"
            )  # without links to pages of the book, which is not there
            (work / "files" / name).write_text(re.sub(r"\[([^\]\[]+)\]\(\.\./[^()]+\)", r"\1", text), "utf-8")
        settings = {
            "LiteBuildConfig": {
                "contents": ["files"],
                "apps": ["lab"],
                "output_dir": str(work / "out"),
                "no_sourcemaps": True,
            },
            "PyodideLockAddon": {
                "enabled": True,
                "wheels": ["wheels"],
                "specs": list(PACKAGES),
                "excludes_extra": list(NOT_THERE),
            },
        }
        (work / "jupyter_lite_config.json").write_text(json.dumps(settings), "utf-8")
        print("Building JupyterLite", flush=True)
        run(sys.executable, "-m", "jupyterlite_core", "build", folder=work)
        if not (work / "out" / "static" / "pyodide-lock" / "pyodide-lock.json").is_file():
            sys.exit(
                "JupyterLite was built without its packages; run again with a network, which is needed this"
                " once"
            )
        shutil.rmtree(OUT, ignore_errors=True)
        shutil.move(work / "out", OUT)
    size = sum(file.stat().st_size for file in OUT.rglob("*") if file.is_file())
    print(
        f"{OUT.relative_to(ROOT)}: {size / 1e6:.0f} MB. Serve it:  python -m http.server -d"
        f" {OUT.relative_to(ROOT)}"
    )


if __name__ == "__main__":
    main()
