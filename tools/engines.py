"""Three engines behind one small vocabulary: open a page, press, type, read, run a script, take a picture.

Chromium and Firefox are driven by Playwright, Firefox by WebDriver BiDi (the channel "moz-firefox": the
machine's own Firefox will do; Playwright 1.65 asks of it what Firefox has from 159 on, 1.62 to 1.64 do not).
WebKit is Playwright's where that was downloaded, else WebKitGTK's small browser by its own WebDriver, for
which the standard library is enough.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.browser import ARGUMENTS, advice, find, minibrowser

SLOW = 60.0  # seconds
WINDOW = {"width": 1280, "height": 900}
# What Safari on an iPhone says it is. Pyodide looks for "iPhone" and then leaves out a part of itself.
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.5 Mobile/15E148 Safari/604.1"
)


class Page:
    """What may be done with a page: `do` runs a script in it, and most else is built on that."""

    name: str
    version: str
    #: Errors of the page so far, and warnings of our own.
    problems: list[str]

    def open(self, address: str) -> None:
        """Go there and wait until it is loaded."""
        raise NotImplementedError

    def reload(self) -> None:
        """Load it again."""
        raise NotImplementedError

    def back(self) -> None:
        """Go back, as by the browser's button."""
        raise NotImplementedError

    def do(self, script: str, *given: object) -> Any:
        """Run the body of a function, which finds what it is given in `arguments`; what it gives back."""
        raise NotImplementedError

    def press(self, css: str) -> None:
        """Press the first element that the selector finds."""
        raise NotImplementedError

    def type(self, css: str, text: str) -> None:
        """Type into a field in place of what stands there."""
        raise NotImplementedError

    def key(self, name: str) -> None:
        """Press a key where the focus is."""
        raise NotImplementedError

    def shot(self, file: pathlib.Path) -> None:
        """Take a picture."""
        raise NotImplementedError

    def wait(self, script: str, *given: object, timeout: float = SLOW) -> Any:
        """Wait until the script gives something true; that. Raises AssertionError."""
        end = time.monotonic() + timeout
        while not (found := self.do(script, *given)):
            if time.monotonic() > end:
                raise AssertionError(f"{timeout} s passed and not yet: {script} {given}")
            time.sleep(0.03)
        return found

    def text(self, css: str) -> str:
        """What stands in the elements, a line each."""
        script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.innerText).join('\\n')"
        return str(self.do(script, css))

    def see(self, css: str, words: str = "") -> None:
        """Wait until an element is visible and holds the words."""
        self.wait(
            "return [...document.querySelectorAll(arguments[0])].some((e) => e.getClientRects().length"
            " && (e.innerText ?? e.textContent).includes(arguments[1]))",
            css,
            words,
        )

    def press_named(self, name: str, within: str = "body") -> None:
        """Press the button whose words begin so."""
        self.wait(
            "const all = [...document.querySelectorAll(`${arguments[0]} button`)].filter("
            "  (b) => b.textContent.trim().startsWith(arguments[1]) && b.getClientRects().length);"
            "for (const old of document.querySelectorAll('[data-pressed]')) delete old.dataset.pressed;"
            "if (all[0]) all[0].dataset.pressed = 'now';"
            "return all.length",
            within,
            name,
        )
        self.press("[data-pressed=now]")


class PlaywrightPage(Page):
    """A page of a browser that Playwright drives."""

    def __init__(self, page: Any, name: str, version: str) -> None:
        self.page, self.name, self.version = page, name, version
        self.problems = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.problems.append(f"page: {error}"))

    def _heard(self, message: Any) -> None:
        if message.type == "error" or message.text.startswith("casebook: "):
            self.problems.append(f"console: {message.text}")

    def open(self, address: str) -> None:
        """Go there and wait until it is loaded."""
        self.page.goto(address, wait_until="load")

    def reload(self) -> None:
        """Load it again."""
        self.page.reload(wait_until="load")

    def back(self) -> None:
        """Go back. A page that was kept whole tells of no load, so there is none to wait for."""
        self.page.evaluate("setTimeout(() => history.back(), 50)")
        self.page.wait_for_timeout(500)

    def do(self, script: str, *given: object) -> Any:
        """Run the body of a function."""
        return self.page.evaluate(f"(given) => (function () {{{script}}}).apply(null, given)", list(given))

    def press(self, css: str) -> None:
        """Press the first of them."""
        self.page.locator(css).first.click()

    def type(self, css: str, text: str) -> None:
        """Type, a key at a time."""
        where = self.page.locator(css).first
        where.fill("")
        where.press_sequentially(text)

    def key(self, name: str) -> None:
        """Press a key."""
        self.page.keyboard.press(name)

    def shot(self, file: pathlib.Path) -> None:
        """Take a picture."""
        self.page.screenshot(path=str(file))


# WebKitGTK's driver tells nothing of the console, so the page keeps it. What goes wrong before a page is
# loaded shows only in what it does.
LISTEN = """const all = (window.problems ??= []);
addEventListener("error", (e) => all.push(`page: ${e.message}`));
addEventListener("unhandledrejection", (e) => all.push(`page: ${e.reason}`));
for (const kind of ["error", "warn"]) {
  const told = console[kind];
  console[kind] = (...what) => {
    const words = what.join(" ");
    if (kind === "error" || words.startsWith("casebook: ")) all.push(`console: ${words}`);
    told(...what);
  };
}"""
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "ArrowDown": "\ue015", "Tab": "\ue004", "Space": " "}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # what the protocol calls an element


class WebDriverPage(Page):
    """A page that a WebDriver drives: JSON over HTTP."""

    def __init__(self, port: int, capabilities: Mapping[str, object]) -> None:
        self._base = f"http://127.0.0.1:{port}"
        found = self._call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self._base += f"/session/{found['sessionId']}"
        self.name, self.version = "webkit", found["capabilities"]["browserVersion"]
        self._call("POST", "/window/rect", WINDOW)

    def _call(self, how: str, path: str, data: Mapping[str, object] | None = None) -> Any:
        body = None if how == "GET" else json.dumps(data or {}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._base + path, body, headers, method=how)
        try:
            with urllib.request.urlopen(request, timeout=180) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise AssertionError(f"{value['error']}: {value['message']}") from None

    def _find(self, css: str) -> str:
        return str(self._call("POST", "/element", {"using": "css selector", "value": css})[ELEMENT])

    def open(self, address: str) -> None:
        """Go there and wait until it is loaded."""
        self._call("POST", "/url", {"url": address})
        self._loaded()

    def reload(self) -> None:
        """Load it again."""
        self._call("POST", "/refresh")
        self._loaded()

    def back(self) -> None:
        """Go back by the browser's own button."""
        self._call("POST", "/back")
        self._loaded()

    def _loaded(self) -> None:
        self.wait("return document.readyState === 'complete'")
        self.do(f"if (!window.problems) {{ {LISTEN} }}")

    def do(self, script: str, *given: object) -> Any:
        """Run the body of a function."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(given)})

    def press(self, css: str) -> None:
        """Press it; again where what came late to the page moved it away in between."""
        for _ in range(5):
            self.do(
                "const e = document.querySelector(arguments[0]);"
                "e.scrollIntoView({ block: 'center' }); window.pressed = false;"
                "e.addEventListener('click', () => (window.pressed = true), { once: true, capture: true })",
                css,
            )
            self._call("POST", f"/element/{self._find(css)}/click")
            if self.do("return window.pressed") is not False:  # None: the press led to another page
                return
        raise AssertionError(f"{css} could not be pressed")

    def type(self, css: str, text: str) -> None:
        """Type, a key at a time."""
        for tried in range(5):  # a script may put another field in its place meanwhile
            self.do("document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })", css)
            element = self._find(css)
            try:
                self._call("POST", f"/element/{element}/clear")
                if text:
                    self._call("POST", f"/element/{element}/value", {"text": text})
                return
            except AssertionError:
                if tried == 4:
                    raise
                time.sleep(0.1)

    def key(self, name: str) -> None:
        """Press a key."""
        moves = [{"type": kind, "value": KEYS.get(name, name)} for kind in ("keyDown", "keyUp")]
        self._call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": moves}]})

    def shot(self, file: pathlib.Path) -> None:
        """Take a picture."""
        file.write_bytes(base64.b64decode(self._call("GET", "/screenshot")))

    @property
    def problems(self) -> list[str]:  # type: ignore[override]
        """Errors of this page since it was loaded, and warnings of our own."""
        return list(self.do("return window.problems ?? []"))

    def close(self) -> None:
        """End the browser."""
        self._call("DELETE", "")


def free_port() -> int:
    """A port that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def started(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program that ends with the block, and whatever it started with it."""
    quiet: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, start_new_session=True, **{**quiet, **options}) as program:
        try:
            yield program
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGTERM)
            program.wait(20)


@contextlib.contextmanager
def display() -> Iterator[str]:
    """The name of an X display: the one that is there, or an invisible one."""
    if screen := os.environ.get("DISPLAY"):
        yield screen
        return
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
    with started(command, pass_fds=[write]):
        os.close(write)
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"


@contextlib.contextmanager
def webkitgtk(driver: str, arguments: Sequence[str] = ()) -> Iterator[Page]:
    """WebKitGTK's small browser."""
    port = free_port()
    with display() as screen:
        environment = {**os.environ, "DISPLAY": screen, "GTK_A11Y": "none", "LIBGL_ALWAYS_SOFTWARE": "1"}
        command = [driver, f"--port={port}"]
        with started(command, stdout=subprocess.DEVNULL, env=environment):
            listening(port)
            options = {"binary": minibrowser(), "args": ["--automation", *arguments]}
            page = WebDriverPage(port, {"webkitgtk:browserOptions": options})
            with contextlib.closing(page):
                yield page


def listening(port: int) -> None:
    """Wait until something answers there."""
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.05)


@contextlib.contextmanager
def opened(engine: str, tool: Any, **options: Any) -> Iterator[Page]:
    """A page of the engine, with nothing kept; `options` go to Playwright's context (WebKitGTK knows
    `user_agent` alone). `tool` is a Playwright that runs: a thread can have only one.

    Raises AssertionError where the engine is not here.
    """
    path = find(engine)
    if not path:
        raise AssertionError(advice(engine))
    if path.endswith("WebKitWebDriver"):
        agent = options.get("user_agent")
        with webkitgtk(path, [f"--user-agent={agent}"] if agent else []) as page:
            yield page
        return
    launched: dict[str, Any] = {"executable_path": path}
    if engine == "chromium":
        launched["args"] = [*ARGUMENTS]
    elif engine == "firefox" and "ms-playwright" not in path:
        launched["channel"] = "moz-firefox"
    browser = getattr(tool, engine).launch(**launched)
    try:
        context = browser.new_context(**{"viewport": WINDOW, **options})
        yield PlaywrightPage(context.new_page(), engine, browser.version)
    finally:
        browser.close()
