"""The Sphinx extension on a small book of its own: what it refuses, and what it reads again."""

import gzip
import json
import os
import shutil

import pytest
from sphinx.testing.util import SphinxTestApp

from casebook.cases import root
from casebook.coding.rules import RULEBOOK
from casebook.sphinx_ext import charts
from casebook.sphinx_ext.charts import leaks

pytestmark = pytest.mark.filterwarnings("default")

CONFIG = """
extensions = ["myst_parser", "casebook.sphinx_ext"]
myst_enable_extensions = ["attrs_inline"]
html_copy_source = False
html_sidebars = {"**": []}
"""
CASE = """---
title: "Rowan: a woman of 41 with a swollen belly"
about: [joins, units]
level: 1
patient: {age: 41, sex: female}
readings:
  - says: one piece came out and was joined
    approach: open
    steps:
      - resect: [300, 320]
        evidence: the-piece
      - join: [300, 320]
        evidence: the_join
key:
  claim: "44120"
  why: One segment, one join, and nothing else.
authorities: [cms-aoc-2024-06]
---

## Operative report

[A narrowed segment of 20 cm was removed.]{#the-piece} [The ends were joined.]{#the_join}
See [where](#the-piece).
"""


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Build a small book: `book(name="text of a page")` gives the application after the build."""
    monkeypatch.setattr(charts, "build_runtime", lambda out, cache, progress: 6_400_000)
    source = tmp_path / "source"
    (source / "cases").mkdir(parents=True)
    shutil.copytree(root() / "book" / "_templates", source / "book" / "_templates")
    (source / "conf.py").write_text(CONFIG)
    (source / "cases" / "rowan.md").write_text(CASE)
    apps = []

    def build(**pages):
        names = [*pages, "cases/rowan"]
        toc = "\n".join(["# Home", "", "```{toctree}", *names, "```"])
        for name, text in {"index": toc, **pages}.items():
            file = source / f"{name}.md"
            file.parent.mkdir(exist_ok=True)
            if not file.is_file() or file.read_text() != text:
                file.write_text(text)
        app = SphinxTestApp("html", srcdir=source)
        apps.append(app)
        app.build()
        return app

    yield build
    for app in apps:
        app.cleanup()


def warned(app):
    return app.warning.getvalue()


def html(app, page):
    return (app.outdir / f"{page}.html").read_text(encoding="utf-8")


SOURCES = "# About\n\n```{casebook-sources}\n```\n"


def test_a_citation_leads_to_the_bibliography_and_can_say_how_sure_we_are(book):
    app = book(
        about=SOURCES,
        text="# Text\n\nSo {source}`cms-aoc-2024-06`, or so {source}`cms-aoc-2024-06 derived`.\n",
    )
    assert warned(app) == ""
    assert html(app, "text").count('href="about.html#source-cms-aoc-2024-06"') == 2
    assert ", derived]" in html(app, "text")


@pytest.mark.parametrize(
    ("text", "problem"),
    [("no-such", "there is no source"), ("cms-aoc-2024-06 sure", "does not say how sure")],
)
def test_a_citation_that_cannot_resolve_is_an_error(book, text, problem):
    app = book(about=SOURCES, text=f"# Text\n\nSo {{source}}`{text}`.\n")
    assert problem in warned(app)
    assert "text.md:3" in warned(app)


def test_a_citation_without_a_bibliography_is_an_error(book):
    assert "no page of the book holds source-cms-aoc-2024-06" in warned(
        book(text="# Text\n\nSo {source}`cms-aoc-2024-06`.\n")
    )


def test_the_marks_of_a_chart_get_neutral_names(book):
    app = book()
    assert warned(app) == ""
    page = html(app, "cases/rowan")
    assert 'id="s1">A narrowed segment' in page
    assert 'href="#s1"' in page
    assert "the-piece" not in page
    assert "the_join" not in page
    given = json.loads((app.outdir / "_static" / "casebook" / "cases" / "rowan.json").read_text())
    assert given["anchors"] == {"the-piece": "s1", "the_join": "s2"}
    assert b"the-piece" not in (app.outdir / "objects.inv").read_bytes()
    assert "casebook-quiz" in page
    found = [gzip.decompress(each.read_bytes()) for each in app.outdir.glob("pagefind/fragment/*")]
    text = b"".join(found).decode()
    assert "A narrowed segment" in text
    assert "nothing else" not in text


def test_a_case_that_cannot_be_read_is_an_error_with_its_line(book, tmp_path):
    (tmp_path / "source" / "cases" / "rowan.md").write_text(
        CASE.replace("[300, 320]\n        evidence: the_join", "[300, 330]")
    )
    app = book()
    assert "rowan.md:12" in warned(app)
    assert "the-piece" not in html(app, "cases/rowan")


def test_a_page_that_gives_its_answer_away_is_found(book):
    app = book()
    page = charts.charts(app.env)["cases/rowan"]
    shown = html(app, "cases/rowan")
    assert list(leaks(page, shown)) == []
    for planted in (
        "<p>One piece came out and was joined</p>".replace("One", "one"),
        "<p>One segment, one join, and nothing else.</p>",
        '<span id="the_join"></span>',
        '<a href="#the-piece">here</a>',
        "<p>44120</p>",
        "<p>joins, units</p>",
    ):
        assert list(leaks(page, shown.replace("</h1>", f"</h1>{planted}", 1))), planted


def test_answers_fold_without_a_script(book):
    app = book(text="# Text\n\n```{admonition} Our answer\n:class: dropdown\nOne.\n```\n")
    page = html(app, "text")
    assert "<summary>Our answer</summary>" in page
    assert "<details" in page


def test_an_unchanged_book_is_not_read_again(book):
    book(about=SOURCES)
    again = book(about=SOURCES)
    assert "0 added, 0 changed, 0 removed" in again.status.getvalue()


def test_pages_made_from_the_code_are_read_again_when_it_changes(book, tmp_path, monkeypatch):
    package = tmp_path / "casebook"
    package.mkdir()
    (package / "rules.py").write_text("")
    monkeypatch.setattr("casebook.sphinx_ext.parts.PACKAGE", package)
    book(about=SOURCES, text="# Text\n")
    later = (tmp_path / "source" / "index.md").stat().st_mtime + 60
    os.utime(package / "rules.py", (later, later))
    again = book(about=SOURCES, text="# Text\n")
    assert "0 added, 2 changed, 0 removed" in again.status.getvalue()
    shutil.rmtree(package)


RULES = f"{SOURCES}\n```{{casebook-rules}}\n```\n\n```{{casebook-misconceptions}}\n```\n"


def test_a_chapter_takes_a_rule_and_how_sure_it_is_from_the_rulebook(book):
    text = (
        "# Text\n\nSo 44120 stands alone. {rule}`further-units`\n\nIn short, 44121 {sure}`further-units`.\n"
    )
    app = book(about=RULES, **{"book/text": text})
    assert warned(app) == ""
    shown, rule = html(app, "book/text"), RULEBOOK["further-units"]
    assert shown.count(rule.says) == 1
    assert shown.count('href="../about.html#rule-further-units"') == 2
    assert f">{rule.confidence}<" in shown
    assert all(f", {section}]" in shown for section in rule.sections.values())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("44121 is paid once. *Confirmed.*", "comes from the rulebook"),
        (
            "| code | how sure |\n|---|---|\n| 44120 | derived, since 44121 rides on it |",
            "comes from the rulebook",
        ),
        ("{rule}`no-such-rule`", "there is no rule"),
        ("{source}`aapc-enterectomy confirmed`", "is surer than the source"),
    ],
)
def test_a_chapter_that_says_in_its_own_words_how_sure_a_rule_is_fails_the_build(book, text, problem):
    assert problem in warned(book(about=RULES, **{"book/text": f"# Text\n\n{text}\n"}))
