"""What the pages run, made once; and a case of these tests' own."""

import contextlib
import json
import shutil
from types import SimpleNamespace

import pytest

from casebook import cases
from casebook.quiz import archive, markup, module, runtime, verdicts
from tests.browser.page import Quiz
from tests.conftest import ROOT, Site
from tests.rowan import CASE

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Quiz</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="../_static/casebook/quiz.css">
<script type="module" src="../_static/casebook/quiz.js"></script>
<div class="casebook-chart" data-terms='{"abdomen": "The belly, inside &amp; out.", "segment": "A piece."}'>
<p><span class="line" data-line="1" id="line-1">A segment came out and
<span id="s1">its ends were joined with a stapler</span>.</span>
<span class="line" data-line="2" id="line-2">The abdomen was closed.</span></p>
<section id="imaging"><h2>Imaging</h2><p>One abdomen.</p></section></div>"""
OTHER = {"operation": {"steps": [{"resect": [300, 320]}, {"join": [300, 320]}]}}


@pytest.fixture(scope="session")
def parts():
    """The pieces that a page's grader is made of, from the cache that `make book` uses."""
    cache = ROOT / ".cache"
    cache.mkdir(exist_ok=True)
    package, ours = runtime.pyodide(cache), archive.build(cache)
    snapshot = runtime.make_snapshot(cache, package, ours)
    return SimpleNamespace(cache=cache, package=package, archive=ours, snapshot=snapshot)


@pytest.fixture(scope="session")
def folder(parts, tmp_path_factory):
    """A site with one case on one page, and two quizzes on another."""
    root = tmp_path_factory.mktemp("quiz-site")
    static = root / "_static" / "casebook"
    runtime.build(static / "pyodide", parts.cache, lambda text: None)
    for name, script in (("quiz.js", module.source()), ("later.js", module.later())):
        (static / name).write_text(script, "utf-8")
    for name in ("quiz.css", "worker.js"):
        shutil.copyfile(runtime.HERE / name, static / name)
    (static / "cases").mkdir()
    (root / "cases").mkdir()
    (root / "rowan.md").write_text(CASE, "utf-8")
    rowan = {
        **cases.load(root / "rowan.md").page(),
        "anchors": {"upper-join": "s1"},
        "lines": {"line-1": ["upper-join"]},
    }
    sorrel = {
        **rowan,
        "id": "sorrel",
        "readings": [OTHER["operation"]],
        "key": {"claim": "44120"},
        "anchors": {},
    }
    for page in (rowan, sorrel):
        (static / "cases" / f"{page['id']}.json").write_text(json.dumps(page), "utf-8")
    one, other = markup.section_html(rowan, download_bytes=7_600_000), markup.section_html(sorrel)
    (root / "cases" / "rowan.html").write_text(PAGE + one, "utf-8")
    (root / "cases" / "both.html").write_text(PAGE + one + other, "utf-8")
    (static / verdicts.FOLDER).mkdir()
    (static / verdicts.published("rowan")).write_bytes(verdicts.packed(rowan))
    for name, place in (("known", verdicts.published("rowan")), ("later", verdicts.published("later"))):
        there = markup.section_html(rowan, verdicts=place, download_bytes=7_600_000)
        (root / "cases" / f"{name}.html").write_text(PAGE + there, "utf-8")
    (static / verdicts.published("later")).write_bytes(verdicts.NONE)
    asking = {**rowan, "readings": [*rowan["readings"], OTHER["operation"]], "key": {"claim": "query"}}
    (static / "cases" / "rowan-asking.json").write_text(json.dumps({**asking, "id": "rowan-asking"}), "utf-8")
    shown = markup.section_html(asking).replace('data-case="rowan"', 'data-case="rowan-asking"')
    (root / "cases" / "asking.html").write_text(PAGE + shown, "utf-8")
    (root / "cases" / "elsewhere.html").write_text(PAGE.replace(' id="s1"', "") + one, "utf-8")
    return root


@pytest.fixture(scope="session")
def here(folder):
    with contextlib.closing(Site(folder)) as site:
        yield site


@pytest.fixture
def visit(browser, here, watch):
    with contextlib.ExitStack() as stack:

        def open_page(name="rowan", before=None, wait="load", **options):
            context = browser.new_context(**options)
            stack.callback(context.close)
            watch.follow(context)
            if before:
                before(context)
            page = context.new_page()
            page.goto(f"{here.address}/cases/{name}.html", wait_until=wait)
            return Quiz(page, "rowan")

        yield open_page


SAVING = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"


@pytest.fixture
def told(visit, here):
    """Open the case where its likely answers are looked up, in a browser that saves data, so that Python does
    not come: for all that asks nothing of Python, at a fraction of its cost."""
    here.asked.clear()

    def open_page(before=None, **options):
        def prepare(context):
            context.add_init_script(SAVING)
            if before:
                before(context)

        return visit("known", before=prepare, **options)

    yield open_page
    assert not [path for path in here.asked if "/pyodide/" in path]
