"""Sentences that once said more than their source: what each file says now, and what it must not say
again."""

import re
from functools import cache

import pytest
import yaml

from casebook.cases import library, load
from casebook.cases.shorts import short_cases
from casebook.coding import edits
from casebook.coding.places import NUMBERS
from casebook.coding.reading import read_operation
from casebook.practice.bank import is_short, words_of
from casebook.practice.chapters import CHAPTERS, pool
from casebook.practice.exam import limits
from casebook.practice.loops import Told
from casebook.sphinx_ext.glossary import entries, first_in
from casebook.sphinx_ext.lists import QUESTIONS
from tests.conftest import ROOT

DATA = "src/casebook/data"
#: (file, the words it has, the words it must not have)
TOLD = [
    (
        "book/about.md",
        ["source that has a last day", "RVU26D", "casebook update-edits", "fits each further join best"],
        ["A source has a last"],
    ),
    ("book/card.md", ["open bypass beside 44120 or 44125", "Beside a plain stoma closure (44620)"], []),
    (
        "book/codes.md",
        ["over a limit of either kind all units", "Of the codes here"],
        ["units of that day are denied"],
    ),
    ("book/coverage.md", ["every wrong rule but five"], []),
    (
        "book/crohn_case.md",
        [
            "the pathologist's words, and ask",
            "What is written of his operation, in our words",
        ],
        ["sense only", "usual telling"],
    ),
    (
        "book/decision.md",
        [
            "counts pieces instead",
            "nothing was joined in its example",
            "units of that code on it",
            "two units of 44120 are both",
        ],
        ["for good"],
    ),
    ("book/documentation.md", ["A drain is part of the operation"], []),
    ("book/hosting.md", ["teaching,room,hub", "at least 8 characters"], []),
    ("book/how_grading_works.md", ["or no rule decides the chart"], []),
    (
        "book/joins.md",
        ["all three on that claim at first", "rests on the count alone"],
        ["and it is settled"],
    ),
    ("book/payment.md", ["as a second procedure it is halved", "A denied line pays nothing"], []),
    (
        "book/queries.md",
        ["the page of ACDIS that gives the brief of 2019"],
        ["was not found", "usual telling"],
    ),
    ("book/rules.md", ["that Medicare says the same is derived"], []),
    (
        "book/sessions.md",
        ["the operation in which its base was done", "`ibx-assistant secondary`", "check paragraph (b)"],
        ["further than midnight", "GC, on each line", "a later procedure"],
    ),
    ("book/sites.md", ["may well put a code on the other", "Until 2026-12-31"], ["does not put a code on"]),
    ("book/teaching.md", ["with `--file`"], ["Link to the book from Canvas"]),
    ("book/glossary.md", ["together only for separate work"], ["or pays only, with"]),
    ("book/welcome.md", ["With few exceptions"], []),
    ("cases/banyan.md", ["all three units are denied at first"], ["aast"]),
    ("cases/dogwood.md", ["cpt-book"], ["aast"]),
    ("cases/nutmeg.md", ["cpt-book"], ["aast"]),
    ("notebooks/04_ask_the_edits.ipynb", ["none of them holds 44121"], []),
    (
        f"{DATA}/authorities.toml",
        ["(secondary) and were unchanged, none of them with 44121", "; for Medicare derived)"],
        ["brief itself"],
    ),
    (
        f"{DATA}/decisions.toml",
        ["three societies", "a diseased appendix, 44955"],
        ["recalled, not read", "extract"],
    ),
    (
        f"{DATA}/misconceptions.toml",
        [
            "far more work than usual",
            "at least one plan",
            "is, by common practice, 44130",
            "not reported to Medicare",
        ],
        [
            "work that no code describes",
            "Payers drop",
            "some plans deny",
            "no modifier changes",
            "never for the first",
        ],
    ),
]


@pytest.mark.parametrize(("file", "has", "lacks"), TOLD, ids=[row[0] for row in TOLD])
def test_a_place_says_what_its_source_says(file, has, lacks):
    text = re.sub(r"\s+", " ", (ROOT / file).read_text("utf-8"))
    assert [words for words in has if words not in text] == []
    assert [words for words in lacks if words in text] == []


def test_each_question_of_the_field_has_a_test_of_its_own():
    text = (ROOT / "tests" / "coding" / "test_decisions.py").read_text("utf-8")
    assert {f"D{int(number)}" for number in re.findall(r"^def test_d(\d\d)", text, re.M)} == QUESTIONS.keys()


def test_the_last_way_to_be_misled_is_the_one_drawn_below_it():
    text = (ROOT / "book" / "reading.md").read_text("utf-8")
    drawn = re.search(r"```\{bowel\} The heading says two.*?\n(steps:.*?)```", text, re.DOTALL)[1]
    joins = Told(read_operation(yaml.safe_load(drawn))).joins
    assert [join.stands for join in joins] == [False, True]
    assert re.search(r"joins once\.\*\* Drawn below: [^\n]+\n\n```\{bowel\} The heading", text)
    assert "the bowel between them with the first join, and what was left was joined once" in text


def chapter_of(name):
    return (ROOT / f"{name}.md").read_text("utf-8")


@cache
def exits():
    """All that an exit check may ask, made when a test first asks for it."""
    return [case.page() for case in (*map(load, library()), *short_cases())]


@pytest.mark.parametrize("name", CHAPTERS)
def test_an_exit_check_says_what_it_is_how_many_and_how_long(name):
    says = re.search(r"## Exit check\n\n(.*)\n\n```\{test-yourself\}", chapter_of(name))[1]
    number, kind, minutes = re.match(
        r"(Three) (short charts|whole reports)\b.*?about (\w+) minutes", says
    ).groups()
    within = pool(exits(), name)
    drawn = [page for page in exits() if page["id"] in within]
    assert {kind} == {"short charts" if is_short(page["id"]) else "whole reports" for page in drawn}
    # What the clock of a test allows at the usual pace for three of middling length.
    middling = sorted(drawn, key=words_of)[len(drawn) // 2]
    assert abs(NUMBERS.index(minutes) - limits([middling] * 3)["usual"] / 3) < 1
    assert number.lower() == NUMBERS[3]


#: What the words of a code are called in these chapters.
CALLED = {
    "segment": "piece place",
    "rejoin": "joined join",
    "taken": "removed out",
    "stoma": "brought",
    "laparo": "ports scope laparoscope",
}


def told_by(words):
    """The beginnings of the words of four letters and more, and what these chapters call them."""
    found = {word[:6] for word in re.findall(r"[a-z]{4,}", words.lower())}
    return found | {other[:6] for word, more in CALLED.items() if word[:6] in found for other in more.split()}


def blocks(text):
    """Paragraphs, rows with their table's head, and items of lists; no sources, and no data of pictures and
    questions."""
    text = re.sub(r"^(:::+\{turn\}.*?\n)---$", "\n", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^```\{(?:bowel|counted|access)\}.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"\{\w+\}`[^`]*`", "", text)
    head = ""
    for part in re.split(r"\n\s*\n|\n(?=[-*\d|#])|^---$", text, flags=re.MULTILINE):
        row = part.strip().startswith("|")
        head = (head or part) if row else ""
        yield head + part


@pytest.mark.parametrize("name", ["book/welcome", *CHAPTERS])
def test_a_code_first_stands_beside_words_of_what_it_is(name):
    met = set()
    for block in blocks(chapter_of(name)):
        for code in set(re.findall(r"(?<![\d-])(4\d{4})(?!\d)", block)) - met:
            met.add(code)
            # One that our tables have no words for is told at least by the organ.
            assert told_by(block) & told_by(what_it_is(code) or "colon"), (code, block)
    assert met


#: Words that a trainee does not know yet, each with what may stand beside it where chapters first have it.
#: Where nothing of that does, the glossary must tell it, at a touch of the word.
NEW = {
    "anastomos[ie]s|joins?(?= stand)": "brought together",
    "[Aa] join \\*?stands": "still there",
    "claim": "asks to be paid",
    "unit(?!ed)": "times a line counts",
    "44121|add-on": "never filed alone|a further piece",
    "modifier": "[Tt]wo characters",
    "MUE": "most units",
    "stoma": "through the skin",
    "ileocecal": "where small bowel meets colon",
    "jejun|ileum": "small bowel meets colon|ligament of Treitz",
    "infarct": "dead bowel",
    "fistula": "false passage",
    "lesion": "diseased spot",
    "atresia": "blocked from birth",
    "damage control": "another day",
    **dict.fromkeys(
        ("mesentery", "adhesions", "stricture", "resection", "bridge", "margin", "lysis", "unlisted"), ""
    ),
    **dict.fromkeys(
        ("denied", "contractor", "proximal", "distal", "patent", "global period", "indicator", "continuity"),
        "",
    ),
}


@pytest.mark.parametrize("word", NEW)
def test_a_word_of_the_field_is_explained_where_it_first_stands(word):
    pages = {name: list(blocks(chapter_of(name))) for name in ["book/welcome", *CHAPTERS]}
    here = re.compile(rf"(?<![\w-])(?:{word})", re.IGNORECASE)
    name, at = next((n, i) for n, page in pages.items() for i, block in enumerate(page) if here.search(block))
    block = pages[name][at]
    if NEW[word] and re.search(NEW[word], block):
        return
    # The glossary explains running text alone, and nothing of the first page, which has its own words.
    assert not block.lstrip().startswith(("#", "|")), block
    assert name != "book/welcome", block
    assert first_in(here.search(block)[0], entries(ROOT)), block


def what_it_is(code):
    return " ".join(
        f"{row['words']} {row['also']}"
        for table in ("codes.csv", "outside.csv")
        for row in edits.rows(table)
        if row["code"] == code
    )
