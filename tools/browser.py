"""Find a Chromium or Chrome for the browser tests; install one where there is none.

    python tools/browser.py      prints the path, installs when needed, fails saying what to do

A test that cannot find a browser must fail, so nothing here answers "none".
"""

import os
import pathlib
import shutil
import subprocess
import sys
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)
ADVICE = """No Chromium or Chrome was found, and none could be installed.
The browser tests need one. Any of these helps:
  Debian, as root:  apt-get install chromium
  elsewhere:        .venv/bin/playwright install --with-deps chromium
  already there:    CHROME=/path/to/chrome make test"""


def runs(path: str) -> bool:
    """A browser that is there but lacks its libraries does not count."""
    try:
        return (
            subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def downloaded() -> str | None:
    """Where the test tool keeps its own download, whether or not it is there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tool:
        return tool.chromium.executable_path


def find() -> str | None:
    """The path of a browser that runs: $CHROME first, then the machine's, then the test tool's own."""
    if named := os.environ.get("CHROME"):
        if not runs(named):
            sys.exit(f"CHROME={named} does not run")
        return named
    for path in [*filter(None, map(shutil.which, NAMES)), *PLACES]:
        if pathlib.Path(path).exists() and runs(path):
            return path
    own = downloaded()
    return own if own and pathlib.Path(own).exists() and runs(own) else None


def install() -> None:
    """Try the test tool's download, then Debian's package."""
    print("No Chromium or Chrome found; installing one for the browser tests", flush=True)
    quiet: dict[str, Any] = {"stdin": subprocess.DEVNULL, "check": False, "timeout": 600}
    try:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], **quiet)
    except subprocess.TimeoutExpired:
        print("the download took too long", flush=True)
    if find() is None and shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
            subprocess.run(["apt-get", *step], env=environment, **quiet)


def ensure() -> str:
    """A browser, installed if need be; ends with advice when there is none."""
    if found := find():
        return found
    install()
    return find() or sys.exit(ADVICE)


if __name__ == "__main__":
    print("Browser:", ensure())
