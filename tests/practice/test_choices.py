"""Multiple choice: exactly one accepted, none twice, and the rest what wrong rules give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook import cases
from casebook.coding.note import Note
from casebook.coding.typed import read
from casebook.grading import Item, expected
from casebook.practice.choices import choices
from tests.minimal_cases import FOLDER, item
from tests.strategies import decided

SHIPPED = [path.stem for path in cases.library()]
MINIMAL = sorted(path.stem for path in FOLDER.glob("*.yaml") if item(path.stem).note.out_of_scope is None)
SEEDS = st.integers(-(10**6), 10**6)


def check(case, seed, most=5):
    offered = choices(case, seed, most)
    assert 3 <= len(offered) <= most
    verdicts = {text: case.grade(text).verdict for text in offered}
    assert [text for text, verdict in verdicts.items() if verdict == "correct"] == [expected(case)]
    assert set(verdicts.values()) <= {"correct", "partly", "wrong"}
    compared = {case.compared(read(text)) for text in offered}
    assert len(compared) == len(offered)
    assert offered == choices(case, seed, most)
    return offered


@pytest.mark.parametrize("id", SHIPPED)
def test_shipped_cases(id):
    case = cases.load(id).item
    for seed in range(3):
        offered = check(case, seed)
        assert len(offered) == 5


@pytest.mark.parametrize("name", MINIMAL)
def test_the_smallest_operations(name):
    for most in (3, 5, 10):
        check(item(name), 1, most)


@given(decided(), SEEDS)
def test_made_up_operations(op, seed):
    check(Item("", Note((op,)), {}, {}), seed)


@given(decided(1, 2), decided(1, 2), SEEDS)
def test_notes_with_two_readings(one, two, seed):
    check(Item("", Note((one, two)), {}, {}), seed)


def test_every_place_in_the_row_can_be_the_right_one():
    for id in ("alder", "juniper"):
        case = cases.load(id).item
        assert {choices(case, seed).index(expected(case)) for seed in range(60)} == {0, 1, 2, 3, 4}


def test_what_tempts_in_a_case_is_offered():
    for id in SHIPPED[::3]:
        case = cases.load(id).item
        offered = {case.compared(read(text)) for text in choices(case, 3)}
        assert len(offered) == 5
        tempting = [answer for answer in case.tempting if answer != "query"]
        assert sum(answer in offered for answer in tempting) >= min(2, len(tempting)), id


def test_wrong_rules_are_among_what_is_offered():
    shown = [[case.grade(text) for text in choices(case, 3)] for case in map(loaded, SHIPPED[::3])]
    assert sum(any(grade.misconceptions for grade in grades) for grades in shown) > 0.9 * len(shown)


def loaded(id):
    return cases.load(id).item


# What can be had without the chart


def lines_of(text):
    return set(map(str, read(text).claim)) or {text}


def codes_of(text):
    return {line[:5] for line in lines_of(text)}


def recurring(parts):
    return lambda text, all_: sum(len(parts(text) & parts(other)) for other in all_) - len(parts(text))


STRATEGIES = {
    "lines that recur": recurring(lines_of),
    "lines that recur, of each": lambda t, all_: recurring(lines_of)(t, all_) / len(lines_of(t)),
    "codes that recur": recurring(codes_of),
    "codes that recur, of each": lambda t, all_: recurring(codes_of)(t, all_) / len(codes_of(t)),
    "the one like the others": lambda t, all_: sum(
        len(lines_of(t) & lines_of(other)) / len(lines_of(t) | lines_of(other)) for other in all_
    ),
    "the one unlike the others": lambda t, all_: -STRATEGIES["the one like the others"](t, all_),
    "the longest": lambda t, all_: len(t),
    "the shortest": lambda t, all_: -len(t),
    "most lines": lambda t, all_: len(lines_of(t)),
    "fewest lines": lambda t, all_: -len(lines_of(t)),
    "the first": lambda t, all_: -all_.index(t),
    "the last": lambda t, all_: all_.index(t),
    "query": lambda t, all_: t == "query",
    "by the alphabet": lambda t, all_: -sorted(all_).index(t),
}


def test_no_strategy_that_does_not_read_the_chart_is_right_often():
    """Chance is 20 percent. Where a strategy finds several alike, it takes one of them by chance."""
    right = dict.fromkeys(STRATEGIES, 0.0)
    asked = [(case, seed) for case in map(loaded, SHIPPED) for seed in range(4)]
    for case, seed in asked:
        offered = choices(case, seed)
        for name, worth in STRATEGIES.items():
            best = max(worth(text, offered) for text in offered)
            picked = [text for text in offered if worth(text, offered) == best]
            right[name] += (expected(case) in picked) / len(picked)
    shares = {name: n / len(asked) for name, n in right.items()}
    assert max(shares.values()) <= 0.30, shares


def test_wrong_choices_look_as_right_ones_do():
    """51 stands where the rules would put it, and lines come by value, so that no choice is told by its
    looks."""
    offered = {text for seed in range(6) for text in choices(cases.load("hazel").item, seed, 10)}
    assert "44202; 44187-51" in offered
    assert "44120-22; 44310-51" in offered


def test_an_accepted_view_is_no_wrong_choice():
    case = item("redone-join")
    assert case.grade("44120; 44121").verdict == "correct"
    for seed in range(20):
        assert "44120; 44121" not in choices(case, seed, 10)


def test_what_cannot_be_offered_is_refused_in_words():
    case = cases.load("alder").item
    for bad in (None, True, 1.5, [], {}, "x" * 101):
        with pytest.raises(ValueError, match="seed"):
            choices(case, bad)
    for bad in (None, True, 2, 11, "5", 4.0):
        with pytest.raises(ValueError, match="most"):
            choices(case, 1, bad)
    out = Item.read({"steps": [{"appendectomy": True}]})
    with pytest.raises(ValueError, match="decides"):
        choices(out, 1)
