"""Find the browsers of the tests: one of each engine; install what is not there.

    python tools/browser.py                        Chromium must be there; the others where they can be had
    ENGINES=chromium,firefox python tools/...      what is named must be there

The tests run in the engines that are found here; one that is named and missing fails, and so does Chromium.
"""

import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

ENGINES = ("chromium", "firefox", "webkit")
#: What a machine may call them. WebKit's is a driver, which starts the small browser that comes with it.
NAMES = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    "firefox": ("firefox-esr", "firefox"),
    "webkit": ("WebKitWebDriver",),
}
PLACES = {
    "chromium": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ),
    "firefox": ("/Applications/Firefox.app/Contents/MacOS/firefox",),
    "webkit": (),
}
DEBIAN = {
    "chromium": ("chromium",),
    "firefox": ("firefox-esr",),
    "webkit": ("webkit2gtk-driver", "xvfb"),
}
#: Parts of Chromium that a test has no use for. Of each new window the first two would start a page of
#: Chromium's own under the address bar, which costs more than most pages of the book. The last list that a
#: browser is given counts, so the rest are those that Playwright turns off (1.64, chromiumSwitches.ts).
WITHOUT = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "DialMediaRouteProvider"),
    *("GlobalMediaControls", "HttpsUpgrades", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "BlockOriginHeaderModificationOnRedirect"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "Translate", "AutoDeElevate", "OptimizationHints"),
    *("NetworkTimeServiceQuerying", "AimEnabled"),
)
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    f"--disable-features={','.join(WITHOUT)}",
)


def advice(engine: str) -> str:
    """What to do where an engine is missing."""
    already = "\n  already there:    CHROME=/path/to/chrome make test" if engine == "chromium" else ""
    return (
        f"No {engine} was found, and none could be installed. The browser tests need it.\n"
        f"  Debian, as root:  apt-get install {' '.join(DEBIAN[engine])}\n"
        f"  elsewhere:        .venv/bin/playwright install --with-deps {engine}{already}"
    )


def named() -> tuple[str, ...]:
    """The engines that $ENGINES demands; ends where it names one that nobody knows."""
    found = tuple(os.environ.get("ENGINES", "").replace(",", " ").split())
    if strange := set(found) - set(ENGINES):
        sys.exit(f"ENGINES names {', '.join(sorted(strange))}; there are {', '.join(ENGINES)}")
    return found


def runs(path: str) -> bool:
    """A browser that is there but lacks its libraries does not count."""
    asked = "--help" if path.endswith("WebKitWebDriver") else "--version"
    try:
        return subprocess.run([path, asked], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def downloaded(engine: str) -> str | None:
    """Where the test tool keeps its own download of it, if it is there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tool:
        path = str(getattr(tool, engine).executable_path)
    return path if pathlib.Path(path).exists() and runs(path) else None


def find(engine: str = "chromium") -> str | None:
    """The path of a browser that runs: $CHROME first, then the machine's, then the test tool's own.

    For WebKit it may be the path of its driver.
    """
    if engine == "chromium" and (chrome := os.environ.get("CHROME")):
        if not runs(chrome):
            sys.exit(f"CHROME={chrome} does not run")
        return chrome
    if engine == "webkit" and not drives():
        return downloaded(engine)
    for path in [*filter(None, map(shutil.which, NAMES[engine])), *PLACES[engine]]:
        if pathlib.Path(path).exists() and runs(path):
            return path
    return downloaded(engine)


def minibrowser() -> str | None:
    """WebKitGTK's small browser, which its driver starts."""
    found = sorted(pathlib.Path("/usr/lib").glob("*/webkit2gtk-4*/MiniBrowser"))
    return str(found[-1]) if found else None


def drives() -> bool:
    """Whether WebKit's driver has a browser to start, and a screen for it."""
    return bool(minibrowser() and (os.environ.get("DISPLAY") or shutil.which("Xvfb")))


def packaged() -> bool:
    """Whether Debian's packages can be installed here."""
    return bool(shutil.which("apt-get")) and os.geteuid() == 0


def install(engines: Iterable[str]) -> None:
    """Debian's packages where we may install them, else the test tool's downloads."""
    wanted = list(engines)
    print(f"Installing {', '.join(wanted)} for the browser tests", flush=True)
    quiet: dict[str, Any] = {"stdin": subprocess.DEVNULL, "check": False, "timeout": 600}
    try:
        if packaged():
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
            subprocess.run([*apt, "update"], env=environment, **quiet)
            packages = [package for engine in wanted for package in DEBIAN[engine]]
            subprocess.run(
                [*apt, "install", "--yes", "--no-install-recommends", *packages],
                env=environment,
                stdout=subprocess.DEVNULL,
                **quiet,
            )
        else:
            may = shutil.which("sudo") and not subprocess.run(["sudo", "-n", "true"], **quiet).returncode
            command = [sys.executable, "-m", "playwright", "install", *(["--with-deps"] if may else [])]
            subprocess.run([*command, *wanted], **quiet)
    except subprocess.TimeoutExpired:
        print("the installation took too long", flush=True)


def ensure() -> dict[str, str]:
    """A browser of each engine that can be had, installed if need be; ends with advice where one that must be
    there is not."""
    must = named() or ("chromium",)
    found = {engine: find(engine) for engine in ENGINES}
    wanted = ENGINES if packaged() and not named() else must
    if missing := [engine for engine in wanted if not found[engine]]:
        install(missing)
        found |= {engine: find(engine) for engine in missing}
    if lost := [engine for engine in must if not found[engine]]:
        sys.exit("\n".join(map(advice, lost)))
    return {engine: path for engine, path in found.items() if path}


if __name__ == "__main__":
    for engine, path in ensure().items():
        print(f"{engine}: {path}")
