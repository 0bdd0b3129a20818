"""The built book, file by file: pages, links, what they fetch, and what a case page keeps to itself."""

import gzip
import itertools
import json
import re
from html import unescape
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from casebook.cases import library, load
from casebook.coding.authorities import AUTHORITIES
from casebook.coding.rules import RULEBOOK
from casebook.grading.doubt import rests_on_doubt
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.grading.worked import worked
from casebook.practice.changed import is_change
from casebook.sphinx_ext.charts import leaks
from tests import minimal_cases
from tests.book.page import read
from tests.conftest import ROOT

CASES = [path.stem for path in library()]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
CHAPTERS = [chapter for part in TOC["parts"] for chapter in part["chapters"]]
ENTRIES = [
    TOC["root"],
    *(entry["file"] for chapter in CHAPTERS for entry in (chapter, *chapter.get("sections", ()))),
]


@pytest.fixture(scope="module")
def pages(built_book):
    """Every page of the book, by its path."""
    found = {
        file.relative_to(built_book).as_posix(): read(file) for file in sorted(built_book.rglob("*.html"))
    }
    return {path: page for path, page in found.items() if not path.startswith("_static/")}


@pytest.fixture(scope="module")
def index(built_book):
    """What the search finds of each page, by its address: Pagefind keeps it in one packed file each."""
    kept = [gzip.decompress(file.read_bytes()) for file in built_book.glob("pagefind/fragment/*")]
    told = [json.loads(text[text.index(b"{") :]) for text in kept]
    return {each["url"].lstrip("/"): each["content"] for each in told}


def given(built_book, case):
    return json.loads(
        (built_book / "_static" / "casebook" / "cases" / f"{case}.json").read_text(encoding="utf-8")
    )


def plain(text):
    """One space between words, and the quotation marks of a typewriter."""
    return " ".join(text.split()).translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"'})


# The book


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_of_the_contents_is_a_page(pages, entry):
    page = pages[f"{entry}.html"]
    assert page.headings.count("h1") == 1
    assert len(page.words["main-content"].split()) > 50


def test_the_contents_list_every_case_and_chapter():
    sources = [*ROOT.glob("cases/**/*.md"), *ROOT.glob("book/*.md"), *ROOT.glob("notebooks/*.ipynb")]
    assert {source.relative_to(ROOT).with_suffix("").as_posix() for source in sources} == set(ENTRIES)


def test_pages_are_well_formed_and_ids_are_unique(pages):
    for path, page in pages.items():
        twice = {name for name in page.ids if page.ids.count(name) > 1}
        assert not twice, f"{path}: {twice}"


def test_headings_skip_no_level(pages):
    for path, page in pages.items():
        levels = [int(tag[1]) for tag in page.headings]
        jumps = [(a, b) for a, b in itertools.pairwise(levels) if b > a + 1]
        assert not jumps, f"{path}: a heading of level {jumps[0][1]} under one of level {jumps[0][0]}"


def test_every_link_inside_the_book_leads_somewhere(pages, built_book):
    lost = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            there = (page.folder / unquote(parts.path)).resolve() if parts.path else page.file
            if not there.is_file() or (
                parts.fragment and there.suffix == ".html" and parts.fragment not in read(there).ids
            ):
                lost.append(f"{path}: {link}")
    assert lost == []


def test_nothing_is_fetched_from_another_host(pages, built_book):
    styles = set()
    for path, page in pages.items():
        for address in page.fetched:
            parts = urlsplit(address)
            assert not parts.scheme or parts.scheme == "data", f"{path} fetches {address}"
            assert not parts.netloc, f"{path} fetches {address}"
            file = (page.folder / unquote(parts.path)).resolve()
            assert file.is_file(), f"{path} fetches {address}, which is not there"
            if file.suffix == ".css":
                styles.add(file)
    assert styles
    for file in styles:
        named = re.findall(
            r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", file.read_text(encoding="utf-8")
        )
        for address in (a or b for a, b in named):
            assert address.startswith(("data:", "#")) or not urlsplit(address).netloc, (
                f"{file.name} fetches {address}"
            )


def test_a_page_is_light(pages):
    page = pages["book/decision.html"]
    files = {(page.folder / urlsplit(address).path).resolve() for address in page.fetched}
    assert sum(file.stat().st_size for file in files) < 120_000


def test_the_notice_stands_on_every_page(pages):
    for path in (f"{entry}.html" for entry in ENTRIES):
        assert "CPT is a registered trademark of the American Medical Association" in pages[path].html


# The lists


def test_every_rule_misconception_and_source_can_be_linked_to(pages):
    for path, names in {
        "book/rules.html": [f"rule-{id}" for id in RULEBOOK],
        "book/misconceptions.html": [f"misconception-{id}" for id in MISCONCEPTIONS],
        "book/about.html": [f"source-{id}" for id in AUTHORITIES],
    }.items():
        assert [name for name in names if name not in pages[path].ids] == []


def test_a_rule_says_how_sure_it_is_and_names_its_sources(pages):
    words = pages["book/rules.html"].words
    for id, rule in RULEBOOK.items():
        text = plain(words[f"rule-{id}"])
        assert plain(rule.says) in text
        assert rule.confidence in text
        for source in rule.authorities:
            assert AUTHORITIES[source].title in text
            assert AUTHORITIES[source].edition in text


def test_a_misconception_says_why_it_tempts_and_what_sets_it_right(pages):
    words = pages["book/misconceptions.html"].words
    for id, wrong in MISCONCEPTIONS.items():
        text = plain(words[f"misconception-{id}"])
        assert wrong.tempts in text
        assert wrong.correction in text


# The cases


def test_the_marks_of_a_page_stand_in_the_order_of_the_chart(built_book):
    """Sentences are quoted in that order, on the page as on the command line."""
    for case in CASES:
        assert list(given(built_book, case)["evidence"]) == list(load(case).evidence)


@pytest.mark.parametrize("case", CASES)
def test_a_case_keeps_its_answer_to_itself(pages, built_book, case):
    assert list(leaks(given(built_book, case), pages[f"cases/{case}.html"].html)) == []


def test_the_source_of_a_case_is_not_published(built_book):
    assert not list(built_book.glob("_sources/**/*"))
    assert not [file for file in built_book.rglob("*.md") if "_static" not in file.parts]


@pytest.mark.parametrize("case", CASES)
def test_the_grader_gets_the_case_and_the_places_of_its_marks(pages, built_book, case):
    page = given(built_book, case)
    anchors, lines = page.pop("anchors"), page.pop("lines")
    assert sorted(name for names in lines.values() for name in names) == sorted(
        anchors
    )  # every mark stands in one line
    shown = pages[f"cases/{case}.html"].html
    assert all(f'id="{line}"' in shown for line in lines)
    assert page == load(case).page()
    assert set(anchors) == set(page["evidence"])
    assert len(set(anchors.values())) == len(anchors)
    words = pages[f"cases/{case}.html"].words
    for name, place in anchors.items():
        assert re.fullmatch(r"s\d+", place)
        shown, marked = ("".join(re.findall(r"\w+", text)) for text in (words[place], page["evidence"][name]))
        assert shown == marked


def words(text):
    return set(re.findall(r"[a-z]+|[0-9]+", text.lower()))


@pytest.mark.parametrize("case", CASES)
def test_the_search_index_holds_the_chart_and_not_the_answer(pages, index, case):
    html = pages[f"cases/{case}.html"].html
    chart = words(" ".join(re.findall(r">([^<]+)<", html[: html.index("casebook-quiz")])))
    answer = worked(load(case).page())
    kept = [part for part in answer["parts"] if part["kind"] in ("why", "because")]
    told = " ".join([answer["answer"], *(row["says"] for part in kept for row in part["rows"])])
    secret = {word for word in words(told) - chart if len(word) > 2}
    assert secret, "nothing here could have leaked, so this test tested nothing"
    found = words(index[f"cases/{case}.html"])
    assert sorted(secret & found) == []
    assert len(chart & found) > 30


def test_no_excerpt_of_a_case_holds_the_claim_of_its_key(index):
    for case in CASES:
        key = load(case).key["claim"]
        for claim in key if isinstance(key, list) else [key]:
            lines = re.findall(r"\d{5}[^;]*", str(claim))
            filed = re.sub(r"\s+", " ", load(case).filed or "")
            text = index[f"cases/{case}.html"].replace(filed, "") if filed else index[f"cases/{case}.html"]
            assert str(claim) not in text or not lines, case


def test_no_excerpt_runs_from_a_word_or_a_caption_into_what_follows(pages, index):
    ends = 0
    for path, text in index.items():
        # Words beside a link or an answer that is left out are not told here.
        for words in re.findall(r"<(?:figcaption|dt id[^>]*)>([^<]{4,})<", pages[path].html):
            word = re.escape(plain(unescape(words)))
            assert not re.search(rf"(?<!\w){word} ?[A-Z]", plain(text)), (path, words)
            ends += f"{plain(unescape(words))}:" in plain(text)
    assert ends > 80


def test_the_search_knows_the_field_s_words_and_keeps_answers_of_chapters_folded(index, built_book):
    codes = index["book/codes.html"]
    for word in ("enterectomy", "lysis of adhesions", "colectomy", "robot", "ostomy", "99213"):
        assert word in codes, word
    assert not re.search(r"\d, kind \d", codes)  # figures, which say nothing without their heads
    html = (built_book / "book/denials.html").read_text("utf-8")
    folded = re.findall(r'class="casebook-answer">([^<]{12,})<', html)
    assert folded
    assert [answer for answer in folded if answer in index["book/denials.html"]] == []
    assert not (built_book / "searchindex.js").exists()
    assert "search.html" not in index


@pytest.mark.parametrize("case", CASES)
def test_the_quiz_is_only_on_case_pages(pages, case):
    assert any("quiz.js" in address for address in pages[f"cases/{case}.html"].fetched)
    assert not any("quiz.js" in address for address in pages["book/payers.html"].fetched)


def test_a_notebook_shows_the_quiz_of_the_page_and_no_widget(pages):
    html = pages["notebooks/01_the_crohn_case.html"].html
    assert 'class="casebook-quiz"' in html
    assert "application/vnd.jupyter.widget" not in html
    assert '"key"' not in html


# Colors


def luminance(color):
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "dark without scripts"])
def test_text_can_be_read_in_every_color_scheme(scheme):
    style = (ROOT / "book" / "_static" / "book.css").read_text(encoding="utf-8")
    blocks = re.findall(r"(:root[^{]*)\{([^}]*--paper[^}]*)\}", style)
    wanted = {
        "light": ":root",
        "dark": ':root[data-theme="dark"]',
        "dark without scripts": ':root[data-theme="auto"]',
    }[scheme]
    block = next(body for selector, body in blocks if selector.strip() == wanted)
    colors = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block))
    grounds = ["paper", "sheet", "tint", "accent-tint", "mark", "good-tint", "fair-tint", "bad-tint"]
    pairs = [("ink", ground) for ground in grounds]
    pairs += [
        (word, ground)
        for word in ("quiet", "accent", "good", "fair", "bad")
        for ground in ("paper", "sheet", "tint")
    ]
    pairs += [
        ("accent", "accent-tint"),
        ("quiet", "accent-tint"),
        ("good", "good-tint"),
        ("fair", "fair-tint"),
        ("bad", "bad-tint"),
    ]
    poor = {pair: round(contrast(colors[pair[0]], colors[pair[1]]), 2) for pair in pairs}
    assert {pair: value for pair, value in poor.items() if value < 4.5} == {}
    assert contrast(colors["edge"], colors["paper"]) >= 3


# The Learn chapters

LEARN = [entry["file"] for entry in TOC["parts"][0]["chapters"]]


@pytest.mark.parametrize("chapter", LEARN)
def test_a_learn_chapter_shows_and_asks(pages, chapter):
    page = pages[f"{chapter}.html"]
    assert page.html.count('class="loops"') >= 2
    assert page.html.count('class="casebook-turn"') >= 3
    assert 'data-desk="test"' in page.html


def test_the_first_question_stands_before_any_other_heading(pages):
    html = pages["book/welcome.html"].html
    assert html.index('class="casebook-turn"') < html.index("<h2")


@pytest.mark.parametrize("chapter", ["book/welcome", *LEARN])
def test_pictures_and_questions_weigh_little(pages, chapter):
    # The module and its style, the same on every page, are weighed in tests/quiz/test_markup.py.
    assert len(gzip.compress(pages[f"{chapter}.html"].html.encode(), 9)) <= 15_000


# What the tutor asks on

#: Rules that no short chart and no change can show: they rest on something doubtful wherever they show.
CASES_ALONE = {
    "add-on-on-stoma-code",
    "colon-stoma-left-off",
    "colostomy-billed-apart",
    "duodenum-left-out",
    "far-opening-billed",
    "join-and-stoma-codes",
    "pouch-as-resection",
    "pouch-in-piece-billed",
}
LARGEST_TABLE = 20_000  # bytes, gzipped


def test_every_rule_can_be_asked_on_several_charts(built_book):
    content = (built_book / "_static" / "casebook" / "tutor.json").read_bytes()
    assert len(gzip.compress(content)) <= LARGEST_TABLE
    table = json.loads(content)
    charts = {
        rule: [case for case, row in table.items() if any(rule in held for held in row.values())]
        for rule in MISCONCEPTIONS
    }
    made_up = {
        rule: [case for case in found if case.startswith("short-") or is_change(case)]
        for rule, found in charts.items()
    }
    assert {rule for rule, found in made_up.items() if not found} == CASES_ALONE
    assert all(len(found) >= 3 for rule, found in made_up.items() if rule not in CASES_ALONE)
    # Of all that is asked seven at least, but for rules that no made-up question may rest on: their own
    # smallest operation rests on doubt, or is a note with several readings.
    few = {rule for rule, found in charts.items() if len(found) < 7}
    assert not [rule for rule in few if not may_rest_on_doubt(minimal_cases.case(rule).item.note)]


def may_rest_on_doubt(note):
    return len(note.readings) > 1 or rests_on_doubt(note)


def test_every_short_chart_has_what_a_page_fetches(built_book):
    static = built_book / "_static" / "casebook"
    for page in json.loads((static / "shorts.json").read_text(encoding="utf-8")):
        html = (static / "shorts" / f"{page['id']}.html").read_text(encoding="utf-8")
        told = given(built_book, page["id"])
        assert page == {name: value for name, value in told.items() if name not in ("anchors", "lines")}
        assert page["evidence"].keys() == told["anchors"].keys()
        assert all(f' id="{place}"' in html for place in told["anchors"].values())
        assert not [told for told in leaks(page, html) if "name of a mark" in told]
