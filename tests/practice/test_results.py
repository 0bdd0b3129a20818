"""The result of a test: totals that add up, wrong rules before percent, and nothing trusted but the
answers."""

import random
import re
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebook import cases
from casebook.cases.shorts import short_cases
from casebook.grading import expected, grade_page, item_of
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.practice.bank import TAUGHT, graded_item
from casebook.practice.likely import candidate_answers
from casebook.practice.results import CONFIDENCE, ELSEWHERE, PAGES, _subject, blamed, result, wilson
from casebook.practice.review import progress
from tests.told import said


@cache
def shipped():
    """The pages of the shipped cases, made when a test first asks for them."""
    return [cases.load(path).page() for path in cases.library()]


@cache
def brief():
    """The pages of the short charts."""
    return [case.page() for case in short_cases()]


@cache
def texts():
    return {page["id"]: [*candidate_answers(page), "", "nonsense", "44120; 44160"] for page in shipped()}


ANSWERS = st.lists(
    st.sampled_from(sorted(path.stem for path in cases.library())).flatmap(
        lambda id: st.fixed_dictionaries(
            {
                "case": st.just(id),
                "answer": st.sampled_from(texts()[id]),
                "confidence": st.sampled_from((*CONFIDENCE, None)),
                "seconds": st.none() | st.floats(0, 600),
            }
        )
    ),
    max_size=12,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def answer(case, text, confidence=None, seconds=None):
    return {"case": case, "answer": text, "confidence": confidence, "seconds": seconds}


@given(ANSWERS)
@settings(max_examples=60)
def test_totals_add_up(answers):
    told = result(answers, shipped())
    right = [row for row in told["items"] if row["verdict"] == "correct"]
    done = [a for a in answers if a["answer"]]
    left = len(answers) - len(done)
    assert told["of"] == len(done) == len(told["items"]) - left == len(told["items"]) - told["left_out"]
    assert told["right"] == len(right)
    assert told["percent"] == (round(100 * len(right) / len(done)) if done else None)
    partly = sum(row["verdict"] == "partly" for row in told["items"])
    if left:
        assert f"{left} left out" in told["counted"]
        assert "%" not in told["counted"]
        numbers = re.findall(r"\d+", told["counted"])
        assert sum(map(int, numbers)) == len(answers)
        assert (f"{partly} partly right" in told["counted"]) == (partly > 0)
    else:
        assert told["counted"].startswith(f"{len(right)} of {len(answers)} right")
        assert ("%" in told["counted"]) == (len(answers) > 4)
        assert (f", {partly} partly right" in told["counted"]) == (partly > 0)
    assert ("%" in told["says"]) == (len(done) >= 10)
    low, high = told["interval"]
    assert 0 <= low <= (told["percent"] or 0) <= high <= 100
    assert sum(row["of"] for row in told["calibration"]) == sum(a["confidence"] is not None for a in done)
    about = {page["id"]: set(page["about"]) - {"diagnoses"} for page in shipped()}
    for row in told["topics"]:
        # A wrong answer may count against a thing that its case is not about, and then against no other.
        assert row["of"] >= sum(row["topic"] in about[a["case"]] for a in done)
        assert row["right"] >= sum(row["topic"] in about[a["case"]] for a in right)
    for row in told["misconceptions"]:
        assert 0 <= row["sure"] <= row["times"] <= len(answers) - len(right)
        assert set(row["cases"]) <= {a["case"] for a in answers}
        assert row["alone"] <= row["times"]
    by_sure = [row["sure"] for row in told["misconceptions"] if row["settled"]]
    assert by_sure == sorted(by_sure, reverse=True)
    missed = {row["case"] for row in told["items"] if row["verdict"] != "correct"}
    assert not set(told["next_cases"]) & {row["case"] for row in right} - missed
    assert len(told["next_cases"]) <= 5
    assert list(told["why_next"]) == told["next_cases"]
    assert told["unread"] == 0


@given(ANSWERS, st.integers())
@settings(max_examples=40)
def test_the_order_of_answers_does_not_matter(answers, seed):
    other = answers[:]
    random.Random(seed).shuffle(other)
    one, two = result(answers, shipped()), result(other, shipped())
    for told in (one, two):
        told["items"].sort(key=repr)
    assert one == two


@given(ANSWERS)
@settings(max_examples=30)
def test_the_verdicts_are_the_graders_own(answers):
    pages = {page["id"]: page for page in shipped()}
    lies = [a | {"verdict": "correct", "score": 1.0, "right": True} for a in answers]
    for row in result(lies, shipped())["items"]:
        graded = grade_page(pages[row["case"]], row["answer"])
        assert (row["verdict"], row["score"]) == (graded["verdict"], graded["score"])
        assert row["expected"] == expected(item_of(pages[row["case"]]))
        assert row["amounts_to"] == said(graded, "amounts")


def test_wrong_rules_come_first_and_those_held_for_sure_before_all():
    told = result(
        [
            answer("alder", "44120", "guessing"),
            answer("dogwood", "44120", "guessing"),
            answer("cedar", "44120; 44121 x2", "sure", 40),
            answer("birch", "44120", "sure", 20.5),
        ],
        shipped(),
    )
    rows = told["misconceptions"]
    assert [row["id"] for row in rows] == ["pieces-counted", "add-on-left-out"]
    assert [(row["times"], row["sure"]) for row in rows] == [(1, 1), (2, 0)]
    assert rows[1]["cases"] == ["alder", "dogwood"]
    assert rows[0]["says"] == MISCONCEPTIONS["pieces-counted"].says
    assert told["calibration"][0] == {"confidence": "sure", "right": 1, "of": 2}
    assert told["sure"] == ["Sure: 1 of 2 right.", "Guessing: 0 of 2 right."]
    assert told["seconds"] == 60.5
    assert told["percent"] == 25


def test_one_rule_for_two_answers_is_better_than_two_rules():
    rows = result([answer("larch", "44120; 44121"), answer("cedar", "44120; 44121 x2")], shipped())[
        "misconceptions"
    ]
    assert [row["id"] for row in rows] == ["pieces-counted"]  # larch alone could be one of three
    assert (rows[0]["times"], rows[0]["alone"]) == (2, 1)
    (row,) = result([answer("larch", "44120; 44121")], shipped())["misconceptions"]
    assert len(row["ids"]) == 3
    assert row["says"].count("; or ") == 2


def test_rules_that_nothing_tells_apart_share_a_row_and_those_that_something_does_have_their_own():
    """Whatever was answered, no two rows explain the same answers, and every rule of a row does its own."""
    tempting = [
        answer(page["id"], text)
        for page in shipped()
        for text in (page.get("key") or {}).get("tempting") or {}
        if text != "query"
    ]
    for start in range(0, len(tempting), 7):
        given = tempting[start : start + 7]
        rows = result(given, shipped())["misconceptions"]
        known = [
            graded_item(next(p for p in shipped() if p["id"] == g["case"])).grade(g["answer"]) for g in given
        ]
        seen = []
        for row in rows:
            explained = [
                {i for i, g in enumerate(known) if id in {m.id for m in g.likely}} for id in row["ids"]
            ]
            assert all(each == explained[0] for each in explained)
            joint = [known[i].explained.together for i in explained[0]]
            assert ("; and " in row["says"]) == (len(row["ids"]) > 1 and all(joint))
            seen.append((explained[0], any(joint)))
        plain = [each for each, joint in seen if not joint]
        assert len(plain) == len({frozenset(each) for each in plain})


def test_next_cases_tell_what_was_missed():
    told = result([answer("cedar", "44120; 44121 x2"), answer("ginkgo", "44125")], shipped())
    assert told["next_cases"][0] in ("larch", "oak")  # counting pieces gives a wrong answer there too
    assert "ginkgo" not in told["next_cases"]
    why = told["why_next"][told["next_cases"][0]]  # a thing to learn, and not the trap that waits there
    assert why.startswith("More on counting joins")
    assert "piece" not in why
    everything = [answer(page["id"], "44120-22") for page in shipped()]
    assert all("you missed this one" in why for why in result(everything, shipped())["why_next"].values())
    assert result([answer("birch", "44120")], shipped())["next_cases"] == []


@pytest.mark.parametrize(
    ("case", "text", "against"),
    [
        ("alder", "44120; 44121-51", "surgeons-modifiers"),
        ("alder", "44120; 44121-59", "surgeons-modifiers"),
        ("teak", "44120; 44121", "surgeons-modifiers"),
        ("elder", "44120", "sessions"),
        ("mulberry", "44120; 44005-59", "companions"),
        ("birch", "44120; 44121", "joins"),
        ("fir", "44202; 44203", "approach"),
        ("maple", "44120-51; 44121", "surgeons-modifiers"),
        ("maple", "44120; 44121-53", "surgeons-modifiers"),
        ("elder", "44120-79", "sessions"),
    ],
)
def test_a_wrong_answer_counts_against_the_rule_that_was_wrong_and_no_other(case, text, against):
    told = result([answer(case, text)], shipped())["topics"]
    assert {row["topic"] for row in told if row["right"] < row["of"]} == {against}
    attempt = {"case": case, "verdict": "wrong", "at": 1.0, "misconceptions": counted(case, text)}
    rows = progress([attempt | {"answer": text}], shipped(), 2.0)["topics"]
    assert {row["topic"] for row in rows if row["first_right"] < row["of"]} == {against}


def test_a_claim_where_a_claim_is_right_never_counts_against_when_to_ask():
    met = 0
    for page in shipped():
        item = item_of(page)
        for text in texts()[page["id"]] if "query" in page["about"] and item.note.action == "bill" else ():
            if item.grade(text).claim:
                met += 1
                wrong = {
                    row["topic"]
                    for row in result([answer(page["id"], text)], shipped())["topics"]
                    if not row["right"]
                }
                assert "query" not in wrong, (page["id"], text)
    assert met > 5


def counted(case, text):
    return [m.id for m in cases.load(case).item.grade(text).counted]


def missed(case, text):
    told = result([answer(case, text)], shipped())["topics"]
    return {row["topic"] for row in told if row["right"] < row["of"]}


def test_what_cannot_be_read_counts_against_all_that_its_case_is_about():
    assert missed("alder", "44140 and so on") == set(cases.load("alder").about) - {"diagnoses"}


@pytest.mark.parametrize(
    ("answers", "subjects"),
    [
        (("44202", "44202-52; 44120"), {"approach"}),
        (("44120; 12001", "44120; 99213", "44120; 44005", "44120; 44602"), {"companions"}),
        (("44120; 44121",), {"joins"}),
        (("44140; 44120",), {"colon"}),
        (("44202; 44005",), {"approach", "companions"}),
    ],
)
def test_a_wrong_answer_to_a_brief_chart_counts_against_what_is_off_in_it(answers, subjects):
    """And not against counting joins, which every such chart is about."""
    charts = [page for page in brief() if expected(item_of(page)) == "44120" and not own_injury(page)]
    assert len(charts) > 5
    for page, text in product(charts, answers):
        grade = item_of(page).grade(text)
        slip = {m.topic for m in grade.likely}
        assert {*blamed(page, grade)} == (slip if len(slip) == 1 else subjects), (page["id"], text)


def own_injury(page):
    readings = item_of(page).note.readings
    return any(op.own_injury(place) for op in readings for place in op.bowel.places)


def test_a_join_of_an_own_injury_that_was_billed_counts_against_what_is_part_of_something_larger():
    met = [
        blamed(page, item_of(page).grade("44120; 44121"))
        for page in brief()
        if own_injury(page) and expected(item_of(page)) == "44120"
    ]
    assert met
    assert all(each == ["companions"] for each in met)


def test_every_finding_of_a_brief_chart_has_its_subject():
    """Only for want of one does an answer count against all that its chart is about."""
    met = set()
    for page in brief():
        for text in candidate_answers(page):
            grade = item_of(page).grade(text)
            if grade.verdict in ("partly", "wrong"):
                assert {_subject(f) for f in grade.findings} <= set(TAUGHT), (page["id"], text)
                assert blamed(page, grade), (page["id"], text)
                met.update(blamed(page, grade))
    assert met >= {
        "approach",
        "joins",
        "units",
        "companions",
        "surgeons-modifiers",
        "query",
        "colon",
        "stoma",
    }


def test_every_wrong_rule_belongs_to_a_thing_to_learn():
    assert {m.topic for m in MISCONCEPTIONS.values()} <= set(TAUGHT)


def test_where_to_read():
    told = result([answer("juniper", "44120"), answer("ginkgo", "44125")], shipped())
    assert [row["page"] for row in told["read"]] == ["book/queries", "book/misconceptions"]
    assert told["read"][0] == {
        "page": "book/queries",
        "title": "When to ask",
        "why": "when to ask the surgeon (0 of 1 right)",
    }
    assert result([answer("birch", "44120")], shipped())["read"] == []


def test_the_pages_to_read_are_in_the_book():
    assert {page for _, page in TAUGHT.values()} | {ELSEWHERE} <= set(PAGES)
    for page, title in PAGES.items():
        assert (cases.root() / f"{page}.md").read_text("utf-8").startswith(f"# {title}\n")


@pytest.mark.parametrize(
    ("right", "of", "interval"),
    [
        (0, 0, (0, 100)),
        (0, 10, (0, 28)),
        (10, 10, (72, 100)),
        (7, 10, (39, 90)),
        (1, 1, (20, 100)),
        (80, 100, (71, 87)),
    ],
)
def test_intervals(right, of, interval):
    assert wilson(right, of) == interval


def test_of_three_answers_no_percent_is_told_and_what_was_partly_right_is():
    partly = [
        answer("alder", "44120-51; 44121"),
        answer("maple", "44120-51; 44121"),
        answer("birch", "44125"),
    ]
    assert result(partly, shipped())["counted"] == "0 of 3 right, 2 partly right."


def test_what_was_left_out_is_told_apart():
    told = result([answer("birch", "44120"), answer("alder", ""), answer("cedar", " ")], shipped())
    assert told["counted"] == "1 right, 2 left out."
    assert {row["topic"] for row in told["topics"]} <= set(cases.load("birch").about)
    assert all(row["right"] == row["of"] == 1 for row in told["topics"])
    assert result([answer("birch", "")], shipped())["counted"] == "1 left out."
    mixed = [answer("birch", "44120"), answer("alder", "44120"), answer("cedar", "")]
    assert re.fullmatch(r"1 right, 1 (not|partly) right, 1 left out\.", result(mixed, shipped())["counted"])


def test_few_answers_are_said_to_be_few():
    says = result([answer("birch", "44120")], shipped())["says"]
    assert says == "So few answers tell little of how you would do with other notes."
    assert "%" not in result([answer("birch", "44120")] * 9, shipped())["says"]
    assert (
        result([answer("birch", "44120")] * 10, shipped())["says"]
        == "Of many notes like these you would be right in somewhere between 72% and 100%. So few answers"
        " cannot tell it more closely."
    )
    assert result([], shipped())["says"] == "Nothing was answered, so nothing is known."
    assert "few" not in result([answer("birch", "44120")] * 30, shipped())["says"]


@given(JSON, JSON)
@settings(max_examples=100)
def test_junk_gives_a_result_or_plain_words(answers, bank):
    rows = [{"case": "alder", "answer": answers, "confidence": answers, "seconds": answers}, answers]
    told = result(rows, shipped())
    assert (told["of"] + told["left_out"], told["unread"]) == (1, 1)
    odd = [
        {
            "id": "alder",
            "readings": bank,
            "evidence": answers,
            "key": answers,
            "about": answers,
            "level": bank,
        }
    ]
    for one, two in ((answers, shipped()), (rows, bank), (rows, odd)):
        try:
            assert result(one, two)["of"] >= 0
        except ValueError as error:
            assert str(error)  # noqa: PT017 - either outcome is right


def test_the_right_family_counts_though_the_units_are_wrong():
    told = result([answer("fir", "44120; 44121 x5")], shipped())["topics"]
    other = result([answer("fir", "44202; 44203 x5")], shipped())["topics"]
    assert {row["topic"]: row["right"] for row in told}["approach"] == 1
    assert {row["topic"]: row["right"] for row in other}["approach"] == 0
