"""The Sphinx extension on a small book of its own: what it refuses, and what it reads again."""

import csv
import gzip
import json
import math
import os
import re
import shutil
from html import unescape
from types import SimpleNamespace

import pytest
from sphinx.testing.util import SphinxTestApp

from casebook.cases import root
from casebook.coding.authorities import AUTHORITIES
from casebook.coding.rules import RULEBOOK
from casebook.sphinx_ext import bank, charts, search, shorts
from casebook.sphinx_ext.bank import Kept
from casebook.sphinx_ext.charts import leaks
from casebook.sphinx_ext.lists import MAIN, table_in_words
from tests.conftest import ROOT

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


SOURCES = "# About\n\n```{casebook-sources}\n```\n"
RULES = f"{SOURCES}\n```{{casebook-rules}}\n```\n\n```{{casebook-misconceptions}}\n```\n"
SOUND = {
    "about": RULES,
    "text": (
        "# Text\n\nSo {source}`cms-aoc-2024-06`, or so {source}`cms-aoc-2024-06 derived`.\n\n"
        "As we know {source}`professional-practice`.\n\n"
        "All that it\ndescribes was done, and another\n{source}`cms-mue-2024-07`. So be it.\n\n"
        "| what | how sure |\n|---|---|\n| One {source}`cms-mue-2024-07` | {source}`cms-aoc-2024-06` |\n\n"
        "```{admonition} Our answer\n:class: dropdown\nOne.\n```\n"
    ),
    "book/text": (
        "# Text\n\nSo 44120 stands alone. {rule}`further-units`\n\nIn short, 44121 {sure}`further-units`.\n\n"
        "Units: {edition}`cms-mue-2024-07`.\n"
    ),
}
#: What a page may not say, and what is said of it; each on a page of its own.
FAULTS = {
    "no-source": ("So {source}`no-such`.", "there is no source"),
    "no-edition": ("So {edition}`no-such`.", "there is no source"),
    "no-word": ("So {source}`cms-aoc-2024-06 sure`.", "does not say how sure"),
    "book/own-words": ("44121 is paid once. *Confirmed.*", "comes from the rulebook"),
    "book/own-words-in-a-table": (
        "| code | how sure |\n|---|---|\n| 44120 | derived, since 44121 rides on it |",
        "comes from the rulebook",
    ),
    "book/no-rule": ("{rule}`no-such-rule`", "there is no rule"),
    "book/too-sure": ("{source}`aapc-enterectomy confirmed`", "is surer than the source"),
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """What builds keep, one for all small books: first what the big one kept, each named by what it is made
    of."""
    kept = tmp_path_factory.mktemp("kept")
    for made in ("made-of-*", "casebook-*.zip", "bundle-*", "later-*", "style-*", "worked-out-*"):
        for file in (ROOT / ".cache").glob(made):
            shutil.copy(file, kept)
    return kept


def folder(source, cache, case=CASE, **pages):
    """The sources of a small book, in a folder that is new."""
    (source / "cases").mkdir(parents=True)
    (source / ".cache").symlink_to(cache, target_is_directory=True)
    shutil.copytree(root() / "book" / "_templates", source / "book" / "_templates")
    (source / "conf.py").write_text(CONFIG)
    (source / "cases" / "rowan.md").write_text(case)
    toc = "\n".join(["# Home", "", "```{toctree}", *pages, "cases/rowan", "```"])
    for name, text in {"index": toc, **pages}.items():
        (source / f"{name}.md").write_text(text)
    return source


def built(source):
    """A small book after a build: what was said, its folder, and what the grader gets of its case."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "build_runtime", lambda out, cache, progress: 6_400_000)
        app = SphinxTestApp("html", srcdir=source)
        try:
            app.build()
            page = charts.charts(app.env).get("cases/rowan")
            return SimpleNamespace(
                warned=app.warning.getvalue(), said=app.status.getvalue(), folder=app.outdir, page=page
            )
        finally:
            app.cleanup()


def html(book, page):
    return (book.folder / f"{page}.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sound(tmp_path_factory, cache):
    """A book without faults: built; again as it was; and once more after the code changed."""
    work = tmp_path_factory.mktemp("sound")
    source, package = folder(work / "source", cache, **SOUND), work / "casebook"
    package.mkdir()
    (package / "rules.py").write_text("")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("casebook.sphinx_ext.parts.PACKAGE", package)
        first, again = built(source), built(source)
        later = (source / "index.md").stat().st_mtime + 60
        os.utime(package / "rules.py", (later, later))
        return SimpleNamespace(book=first, again=again, changed=built(source))


@pytest.fixture(scope="module")
def faulty(tmp_path_factory, cache):
    """A book with every fault of `FAULTS`."""
    pages = {name: f"# Text\n\n{text}\n" for name, (text, _) in FAULTS.items()}
    return built(folder(tmp_path_factory.mktemp("faulty") / "source", cache, about=RULES, **pages))


@pytest.fixture(scope="module")
def lacking(tmp_path_factory, cache):
    """A book without a bibliography, with a citation and a case that cannot be read."""
    broken = CASE.replace("[300, 320]\n        evidence: the_join", "[300, 330]")
    text = "# Text\n\nSo {source}`cms-aoc-2024-06`.\n"
    return built(folder(tmp_path_factory.mktemp("lacking") / "source", cache, broken, text=text))


def rests(page):
    """What each mark of a page opens, by the text of the paragraph or cell that it ends."""
    opened = dict(
        re.findall(r'<div class="rests-on"[^>]* id="(rests-\d+)"[^>]*>(.*?)</div>', page, re.DOTALL)
    )
    marks = re.findall(r"<p>((?:(?!</p>).)*?)<button[^>]* popovertarget=\"(rests-\d+)\"", page, re.DOTALL)
    assert len(marks) == len(opened)
    return {" ".join(html_of(text).split()): " ".join(html_of(opened[name]).split()) for text, name in marks}


def html_of(text):
    """The words of a piece of HTML."""
    return unescape(re.sub(r"<[^>]+>", "", text))


def test_one_mark_ends_a_paragraph_or_a_row_and_opens_what_it_rests_on(sound):
    """The running text has a word only of what is not settled, or where the word is all that a cell says."""
    assert sound.book.warned == ""
    page = html(sound.book, "text")
    assert page.count('href="about.html#source-cms-aoc-2024-06"') == 3
    said = rests(page)
    broken = "All that it describes was done, and another. So be it."  # where a line of the source ends
    assert list(said) == ["So, or so.", "As we know (recalled).", broken, "confirmed"]
    one, two, _, row = said.values()
    add_on, unit = AUTHORITIES["cms-aoc-2024-06"], AUTHORITIES["cms-mue-2024-07"]
    assert one == (
        f"{add_on.title}, {add_on.edition}: confirmed, for “So”. "
        f"{add_on.title}, {add_on.edition}: derived, for “or so”. Close"
    )
    assert two.startswith("Professional knowledge")
    assert two.endswith(": recalled. Close")
    assert f"{unit.title}, {unit.edition}: confirmed, for “One”. {add_on.title}" in row


@pytest.mark.parametrize("page", FAULTS)
def test_a_page_with_a_fault_fails_the_build_with_its_line(faulty, page):
    """A citation that cannot resolve, and a chapter that says in its own words how sure a rule is."""
    said = [line for line in faulty.warned.splitlines() if f"{page}.md" in line]
    assert len(said) == 1
    assert FAULTS[page][1] in said[0]
    assert f"{page}.md:3" in said[0] or "table" in page


def test_a_citation_without_a_bibliography_is_an_error(lacking):
    assert "no page of the book holds source-cms-aoc-2024-06" in lacking.warned


def test_the_marks_of_a_chart_get_neutral_names(sound):
    page = html(sound.book, "cases/rowan")
    assert 'id="s1">A narrowed segment' in page
    assert 'href="#s1"' in page
    assert "the-piece" not in page
    assert "the_join" not in page
    book = sound.book.folder
    given = json.loads((book / "_static" / "casebook" / "cases" / "rowan.json").read_text())
    assert given["anchors"] == {"the-piece": "s1", "the_join": "s2"}
    assert b"the-piece" not in (book / "objects.inv").read_bytes()
    assert "casebook-quiz" in page
    found = [gzip.decompress(each.read_bytes()) for each in book.glob("pagefind/fragment/*")]
    (text,) = (each.decode() for each in found if b"A narrowed segment" in each)
    assert "nothing else" not in text


def test_a_case_that_cannot_be_read_is_an_error_with_its_line(lacking):
    assert "rowan.md:12" in lacking.warned
    assert "the-piece" not in html(lacking, "cases/rowan")


def test_a_page_that_gives_its_answer_away_is_found(sound):
    page, shown = sound.book.page, html(sound.book, "cases/rowan")
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


def test_answers_fold_without_a_script(sound):
    page = html(sound.book, "text")
    assert "<summary>Our answer</summary>" in page
    assert "<details" in page


def test_an_unchanged_book_is_not_read_again(sound):
    assert "0 added, 0 changed, 0 removed" in sound.again.said


def test_pages_made_from_the_code_are_read_again_when_it_changes(sound):
    """The lists, the chapter that quotes a rule, and the case; neither the first page nor plain text."""
    assert "0 added, 3 changed, 0 removed" in sound.changed.said


def test_a_chapter_takes_a_rule_and_how_sure_it_is_from_the_rulebook(sound):
    shown, rule = html(sound.book, "book/text"), RULEBOOK["further-units"]
    assert html_of(shown).count(rule.says) == 1
    assert shown.count('href="../about.html#rule-further-units"') == 2
    assert f"Units: {AUTHORITIES['cms-mue-2024-07'].edition}." in html_of(shown)
    first, name = AUTHORITIES[rule.authorities[0]], rule.id.replace("-", " ")
    for said in rests(shown).values():
        # The first source, its edition and how sure it is can be read at once; the others are folded.
        assert said.startswith(f"{first.title}, {first.edition} (the rule {name}): {rule.confidence}.")
        assert f"Further sources {name.capitalize()}: " in said
    assert all(f", {section}" in said for said in rests(shown).values() for section in rule.sections.values())


def test_what_was_worked_out_is_kept_until_the_page_or_what_decides_it_changes(tmp_path, monkeypatch):
    """Work on pages, here 5! and 6!; a kept file that says otherwise shows what was not worked out."""

    def worked_out(**given):
        kept = Kept(tmp_path / "cache")
        found = kept.all(math.factorial, given)
        kept.close()
        return found

    assert worked_out(oak=(5,), elm=(6,)) == {"oak": 120, "elm": 720}
    (file,) = (tmp_path / "cache").iterdir()
    file.write_text(file.read_text().replace("120", "1"))
    assert worked_out(oak=(5,), elm=(4,)) == {"oak": 1, "elm": 24}
    assert worked_out(oak=(5,), elm=(6,)) == {"oak": 1, "elm": 720}
    file.write_text(file.read_text()[:-1])
    assert worked_out(oak=(5,)) == {"oak": 120}
    file.write_text(file.read_text().replace("120", "1"))
    (tmp_path / "coding").mkdir()
    (tmp_path / "coding" / "rules.py").write_text("")
    monkeypatch.setattr(bank, "PACKAGE", tmp_path)
    assert worked_out(oak=(5,)) == {"oak": 120}
    assert len([*(tmp_path / "cache").iterdir()]) == 1


def test_a_short_chart_is_made_again_when_what_the_cases_say_to_its_answers_changes(tmp_path, monkeypatch):
    asked = []

    class Asked(Kept):
        def all(self, work, given):
            asked.append(given)
            return {}

    def ask():
        shorts.bank(Asked(tmp_path))
        return asked[-1]["short-1"]

    before = ask()
    assert ask() == before
    monkeypatch.setattr(shorts, "given_by_all", lambda: [["oak", "pieces-counted", [["44120", 1, []]]]])
    assert ask() != before


def test_a_page_that_explains_a_word_weighs_more_in_the_search_than_one_that_uses_it():
    kinds = [("book/glossary", "book/codes"), ("book/decision", "book/welcome"), ("book/card",)]
    kinds += [("cases/alder", "notebooks/05_payer_files"), ("genindex",)]
    weights = [{search.weight(page) for page in pages} for pages in kinds]
    assert all(len(each) == 1 for each in weights)
    assert weights == sorted(weights, key=max, reverse=True)
    assert len({max(each) for each in weights}) == len(kinds)


def test_the_rows_of_a_table_with_its_source_are_those_of_its_file():
    table = ROOT / "src" / "casebook" / "data" / "cms"
    for row in csv.DictReader((table / "ptp.csv").read_text("utf-8").splitlines()):
        if {row["column_1"], row["column_2"]} <= {*MAIN}:
            never, by_modifier = table_in_words("cms-ptp-2024q3").split("; with indicator 1", 1)
            pair = f"{row['column_1']}/{row['column_2']}"
            marked = row["modifier_indicator"] if row["status"] == "active" else ""
            assert [pair in never, pair in by_modifier] == [marked == "0", marked == "1"], pair
    for row in csv.DictReader((table / "mue.csv").read_text("utf-8").splitlines()):
        told = f"{row['code']}: {row['mue_practitioner']} (MAI {row['mai_practitioner']})"
        assert (told in table_in_words("cms-mue-2024-07")) == (row["code"] in MAIN), told
    assert table_in_words("cms-aoc-2024-06") == "44121 with 44120; 44203 with 44202."
    assert table_in_words("cpt-book") == ""
