"""What tests share: the built book, a server of it, a real browser, and a page that tells on itself."""

from __future__ import annotations

import contextlib
import pathlib
import re
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings

from tests.rowan import CASE
from tools.browser import ARGUMENTS, find
from tools.serve import Pages, server

# How slow the machine is says nothing of the code; a test may share its fixtures with every example.
CALM = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile(
    "casebook", deadline=None, max_examples=150, derandomize=True, database=None, suppress_health_check=CALM
)
settings.load_profile("casebook")

ROOT = pathlib.Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
# The files that take longest begin first (make test hands out whole files in this order), so that no worker
# is left alone with one at the end; before them, long ones that need no book, which is being built: what only
# reckons first, since a browser beside the build is slow. A file that is not here comes after them.
LONG_FIRST = (
    *("grading/test_grading", "practice/test_choices", "coding/test_rules", "classroom/test_tables"),
    *("grading/test_flips", "grading/test_misconceptions", "practice/test_changed", "browser/test_lab"),
    *("quiz/test_page", "quiz/test_learning", "quiz/test_parity"),
    *("browser/test_exam", "browser/test_desks", "browser/test_book", "browser/test_quiz"),
    *("browser/test_engines", "browser/test_rounds", "browser/test_case_pages", "browser/test_laying"),
    *("quiz/test_verdicts", "classroom/test_phones", "book/test_extension", "classroom/test_lms"),
    *("11_read_the_class", "03_from_code_to_payment", "quiz/test_archive", "classroom/test_beliefs"),
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    def place(item):
        path = item.path.with_suffix("").as_posix()
        return next((i for i, long in enumerate(LONG_FIRST) if path.endswith(long)), len(LONG_FIRST))

    items.sort(key=place)


@pytest.fixture(scope="session")
def built_book():
    """The folder with the book's pages, built by the command that `make book` runs."""
    done = subprocess.run(
        [sys.executable, "tools/book.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return HTML


class Site:
    """The book on a free port of this machine, and the paths that were asked of it."""

    def __init__(self, folder, more=Pages):
        self.asked, self.handler = [], more
        site = self

        class Listening(more):
            def send_head(self):
                site.asked.append(urlsplit(self.path).path)
                return super().send_head()

        self._server = server(0, folder, Listening)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def forget(self):
        """Nothing was asked so far. What a page that is closed by now had on its way may come late: it is
        waited for."""
        before = -1
        while before != len(self.asked):
            before = len(self.asked)
            time.sleep(0.3)
        self.asked.clear()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="session")
def site(built_book):
    with contextlib.closing(Site(built_book)) as site:
        yield site


@pytest.fixture(scope="module")
def browser():
    """A real Chromium. For one module only: while it is open, its thread can run no other event loop."""
    from playwright.sync_api import sync_playwright

    path = find()
    assert path, "No Chromium or Chrome: run  .venv/bin/python tools/browser.py  to install one"
    with sync_playwright() as tool:
        # A request to another host must fail here, even where a network is there.
        rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
        chromium = tool.chromium.launch(executable_path=path, args=[*ARGUMENTS, rules])
        yield chromium
        chromium.close()


class Watch:
    """What went wrong on the pages of one test: console errors, page errors, requests to other hosts."""

    def __init__(self):
        self.problems = []
        self.forgiven = []

    def forgive(self, pattern):
        """A problem that a test provokes on purpose."""
        self.forgiven.append(re.compile(pattern))

    def follow(self, context):
        context.on("request", self._request)
        context.on(
            "console",
            lambda message: (
                # A warning of our own: Python did not start from the snapshot.
                (message.type == "error" or message.text.startswith("casebook: "))
                and self._note("console", f"{message.text} ({message.location['url']})")
            ),
        )
        context.on("weberror", lambda error: self._note("page error", str(error.error)))

    def _request(self, request):
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in (
            "127.0.0.1",
            "localhost",
        ):
            self._note("request to another host", request.url)

    def _note(self, kind, text):
        self.problems.append(f"{kind}: {text}")

    def left(self):
        return [problem for problem in self.problems if not any(p.search(problem) for p in self.forgiven)]


@pytest.fixture
def watch():
    watch = Watch()
    yield watch
    assert not watch.left(), "\n".join(watch.left())


@pytest.fixture
def visit(browser, site, watch):
    """Open a page of the book; the test fails when the page has an error or asks anything of another host."""
    contexts = []

    def open_page(path, before=None, **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        watch.follow(context)
        page = context.new_page()
        if before:
            before(page)
        page.goto(path if "://" in path else f"{site.address}/{path}", wait_until="load")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def rowan(tmp_path):
    """The file of a small case."""
    file = tmp_path / "rowan.md"
    file.write_text(CASE, "utf-8")
    return file
