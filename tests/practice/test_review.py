"""When to see a case again, and how far a reader has come."""

import json
import pathlib
import random
import subprocess
import sys
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import casebook
from casebook import cases
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.practice import review as tutor
from casebook.practice.results import tells
from casebook.practice.review import DAY, DAYS, again, progress

START = 20_000 * DAY + 9 * 3_600_000  # nine in the morning, UTC
NOW = START + 400 * DAY
ATTEMPTS = st.lists(
    st.fixed_dictionaries(
        {
            "case": st.sampled_from(("alder", "juniper", "gone")),
            "verdict": st.sampled_from(("correct", "correct", "partly", "wrong", "blank", "invalid")),
            "at": st.integers(0, 60 * 24).map(lambda hours: START + hours * 3_600_000),
        }
    ),
    max_size=25,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("case", "verdict", "at", "misconceptions")), inner, max_size=4)
    ),
    max_leaves=8,
)


@cache
def shipped():
    """The pages of the shipped cases, made when a test first asks for them."""
    return [cases.load(path).page() for path in cases.library()]


def tries(*rows):
    """Attempts at one case: a day, a verdict, and perhaps the hours after nine."""
    return [
        {"case": "alder", "verdict": v, "at": START + d * DAY + (h[0] if h else 0) * 3_600_000}
        for d, v, *h in rows
    ]


def boxes(*rows):
    return [(row["box"], (row["due_at"] - START) / DAY) for row in again(tries(*rows), NOW)]


def test_a_case_never_missed_is_not_listed():
    assert again([], NOW) == []
    assert boxes((0, "correct"), (5, "correct")) == []


@pytest.mark.parametrize("verdict", ["wrong", "partly"])
def test_a_miss_comes_back_after_a_day(verdict):
    assert again(tries((0, verdict)), NOW) == [{"case": "alder", "due_at": START + DAY, "box": 1}]


def test_each_right_answer_takes_it_further_until_it_leaves():
    rows = [(0, "wrong"), (1, "correct"), (4, "correct"), (11, "correct"), (32, "correct")]
    assert DAYS == (1, 3, 7, 21)
    assert [boxes(*rows[:n]) for n in range(1, 6)] == [[(1, 1)], [(2, 4)], [(3, 11)], [(4, 32)], []]


def test_any_miss_sends_it_back():
    assert boxes((0, "wrong"), (1, "correct"), (4, "correct"), (11, "wrong")) == [(1, 12)]
    assert boxes((0, "wrong"), (1, "correct"), (1, "partly", 6)) == [(1, 2.25)]
    assert boxes(*((d, "correct") for d in range(5)), (6, "wrong")) == [(1, 7)]


def test_only_the_first_answer_of_a_day_takes_it_further():
    assert boxes((0, "wrong"), (0, "correct", 1)) == [(1, 1)]
    assert boxes((0, "wrong"), (1, "correct"), (1, "correct", 2), (1, "correct", 3)) == [(2, 4)]
    assert boxes((0, "wrong"), (1, "wrong"), (1, "correct", 1)) == [(1, 2)]


def test_what_could_not_be_read_does_not_count_not_even_as_the_first():
    assert boxes((0, "invalid"), (1, "blank")) == []
    assert boxes((0, "wrong"), (1, "invalid"), (1, "blank", 1), (1, "correct", 6)) == [(2, 4.25)]


def test_a_day_ends_at_the_readers_own_midnight():
    late = tries((0, "wrong", 8), (0, "correct", 16))  # at 17 and, past midnight in UTC, at 1 the next day
    assert again(late, NOW)[0]["box"] == 2
    assert again(late, NOW, offset=-300)[0]["box"] == 1  # noon and eight in the evening of one day


def test_an_answer_from_a_clock_that_runs_ahead_counts_as_of_now():
    assert again(tries((9, "wrong")), START) == [{"case": "alder", "due_at": START + DAY, "box": 1}]


@given(ATTEMPTS, st.integers())
def test_the_schedule(attempts, seed):
    listed = again(attempts, NOW)
    counted = [a for a in attempts if a["verdict"] in ("correct", "wrong", "partly")]
    missed = {a["case"] for a in counted if a["verdict"] != "correct"}
    assert {row["case"] for row in listed} <= missed
    assert [row["due_at"] for row in listed] == sorted(row["due_at"] for row in listed)
    assert len({row["case"] for row in listed}) == len(listed)
    for row in listed:
        assert row["box"] in (1, 2, 3, 4)
        assert row["due_at"] - DAYS[row["box"] - 1] * DAY in {
            a["at"] for a in counted if a["case"] == row["case"]
        }
    for case in missed:
        mine = sorted((a["at"], a["verdict"] == "correct") for a in counted if a["case"] == case)
        last = max(at for at, right in mine if not right)
        days = {at // DAY for at, right in mine if right and at > last} - {last // DAY}
        box = [row["box"] for row in listed if row["case"] == case]
        assert box == ([1 + len(days)] if len(days) < len(DAYS) else [])
    other = attempts[:]
    random.Random(seed).shuffle(other)
    assert again(other, NOW) == listed


def test_progress():
    attempts = [
        *tries((0, "partly"), (0, "correct", 1), (3, "correct")),
        {"case": "ginkgo", "verdict": "correct", "at": START + DAY},
        {
            "case": "cedar",
            "verdict": "wrong",
            "at": NOW - DAY / 2,
            "misconceptions": ["pieces-counted", "no-such"],
        },
        {"case": "gone", "verdict": "wrong", "at": START},
        {"case": "cedar", "verdict": "invalid", "at": START},
        {"case": "cedar"},
        17,
    ]
    attempts[0]["misconceptions"] = ["add-on-left-out"]
    told = progress(attempts, shipped(), NOW)
    assert told["cases"] == {"done": 3, "first_right": 1, "of": len(shipped())}
    assert (told["unread"], told["elsewhere"]) == (2, 1)
    assert [(row["case"], row["box"], row["says"]) for row in told["due"]] == [
        ("alder", 2, "missed before, right 397 days ago")
    ]
    assert [(row["case"], row["says"]) for row in told["later"]] == [("cedar", "missed within the last day")]
    assert [(row["case"], row["says"]) for row in told["open"]] == [("cedar", tutor.OPEN)]
    topics = {row["topic"]: row for row in told["topics"]}
    assert set(topics) == {"joins", "units", "stoma", "base-code"}
    assert topics["joins"] == {
        "topic": "joins",
        "name": "counting joins",
        "page": "book/joins",
        "first_right": 1,
        "of": 2,
        "tries": 4,
        "last_seen": NOW - DAY / 2,
        "says": "1 of 2 right at the first try, 4 tries in all",
    }
    assert topics["stoma"]["says"] == "1 of 1 right at the first try, 1 try in all"
    pieces, left_out = told["misconceptions"]
    assert (pieces["id"], left_out["id"]) == ("pieces-counted", "add-on-left-out")
    assert pieces["correction"] == MISCONCEPTIONS["pieces-counted"].correction
    assert (
        left_out["says"]
        == "Leaving the further joins off the claim: seen in 1 of your answers, the last 400 days ago."
    )

    assert (
        told["says"]
        == "The list below has 3 cases. 1 answer to short charts and changed ones, which have no line there."
    )
    assert [(row["case"], row["says"]) for row in told["by_case"]] == [
        ("alder", "right at try 2, 3 tries"),
        ("cedar", "not right yet, 1 try"),
        ("ginkgo", "right at the first try, 1 try"),
    ]


def test_a_case_once_right_is_not_open_whatever_was_typed_after_it():
    right, tried = tries((0, "correct"), (0, "wrong", 1)), tries((0, "wrong"))
    assert [progress(rows, shipped(), START + DAY / 2)["open"] == [] for rows in (right, tried)] == [
        True,
        False,
    ]


def test_progress_counts_the_rules_that_the_answered_cases_could_have_shown():
    right = [{"case": case, "verdict": "correct", "at": START} for case in ("alder", "ginkgo")]
    told = progress(right, shipped(), NOW)
    pages = {page["id"]: page for page in shipped()}
    assert told["misconceptions"] == []
    assert told["could"] == len(tells(pages["alder"]) | tells(pages["ginkgo"])) > 0
    assert told["of"] == len(MISCONCEPTIONS) > told["could"]
    # The tutor's table, made when the book was built, is believed instead.
    table = {"alder": {"44120 x2": ["primary-per-join", "no-such"]}, "ginkgo": {}}
    assert progress(right, shipped(), NOW, 0, table)["could"] == 1
    assert progress([], shipped(), NOW)["could"] == 0
    assert "Practice tests the rest" in told["reach"]
    assert progress([], shipped(), NOW)["reach"] == ""


@given(ATTEMPTS)
@settings(max_examples=60)
def test_progress_adds_up(attempts):
    told = progress(attempts, shipped(), NOW)
    counted = [a for a in attempts if a["verdict"] in ("correct", "wrong", "partly")]
    assert told["elsewhere"] == sum(a["case"] == "gone" for a in counted)
    assert told["unread"] == 0
    assert told["cases"]["done"] == len({a["case"] for a in counted} - {"gone"})
    assert told["cases"]["first_right"] <= told["cases"]["done"]
    joins = [
        row for row in told["topics"] if row["topic"] == "joins"
    ]  # alder and juniper are both about joins
    assert sum(row["tries"] for row in joins) == len(counted) - told["elsewhere"]
    assert [(r["case"], r["box"]) for r in (*told["due"], *told["later"])] == [
        (r["case"], r["box"]) for r in again(attempts, NOW) if r["case"] != "gone"
    ]


@given(JSON, JSON, JSON)
def test_junk_is_counted_or_refused_in_plain_words(attempts, now, offset):
    told = progress([attempts, None, {"case": "alder", "verdict": attempts, "at": now}], shipped(), NOW)
    assert told["unread"] >= 1
    for row in (
        (attempts, shipped(), NOW),
        (attempts, attempts, NOW),
        ([], shipped(), now),
        ([], shipped(), NOW, offset),
    ):
        try:
            assert progress(*row)["unread"] >= 0
        except ValueError as error:
            assert str(error)  # noqa: PT017 - either outcome is right


def test_all_that_is_asked_of_the_tutor_can_be_written_as_json():
    item = cases.load("juniper").item
    answers = [{"case": "alder", "answer": "44120"}]
    told = [tutor.hints(item), tutor.choices(item, 1), tutor.draw(shipped(), 3, 1)]
    told.append(tutor.result(answers, shipped()))
    told += [again(tries((0, "wrong")), NOW), progress(tries((0, "wrong")), shipped(), NOW)]
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_the_tutor_brings_nothing_but_the_standard_library():
    source = pathlib.Path(casebook.__file__).resolve().parent.parent
    probe = (
        "import sys; sys.path.insert(0, sys.argv[1]); import casebook.practice.review;"
        " print(*sorted({n.partition('.')[0] for n in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", probe, str(source)], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) - set(sys.stdlib_module_names) == {"casebook", "__main__"} - set(
        sys.stdlib_module_names
    )
