"""Sentences that once said more than their source: what each file says now, and what it must not say
again."""

import re

import pytest

from casebook.sphinx_ext.lists import QUESTIONS, decision_tests
from tests.conftest import ROOT

DATA = "src/casebook/data"
#: (file, the words it has, the words it must not have)
TOLD = [
    (
        "book/about.md",
        ["source that has a last day", "RVU26D", "casebook update-edits"],
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
            "fits best when each further resection",
            "the pathologist's words, and ask",
            "What that page claims, in our words",
        ],
        ["sense only", "usual telling"],
    ),
    (
        "book/decision.md",
        [
            "counts pieces instead",
            "nothing in it was joined",
            "units of that code on it",
            "Two units of 44120 are both",
        ],
        ["for good"],
    ),
    ("book/documentation.md", ["A drain is part of the operation"], []),
    ("book/hosting.md", ["teaching,room,hub", "at least 8 characters"], []),
    ("book/how_grading_works.md", ["or no rule decides the chart"], []),
    ("book/joins.md", ["all three on that claim at first"], []),
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
        ["further than midnight", "GC, on each line"],
    ),
    ("book/sites.md", ["may well put a code on the other", "Until 2026-12-31"], ["does not put a code on"]),
    ("book/teaching.md", ["with `--file`"], ["Link to the book from Canvas"]),
    ("book/welcome.md", ["together only for separate work", "With few exceptions"], ["or pays only, with"]),
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


def test_the_questions_of_the_field_are_told_with_their_tests():
    assert decision_tests().keys() == QUESTIONS.keys()
