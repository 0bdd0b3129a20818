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
    assert "query" in offered
    assert offered == choices(case, seed, most)
    return offered


@pytest.mark.parametrize("id", SHIPPED)
def test_shipped_cases(id):
    for seed in range(12):
        offered = check(cases.load(id).item, seed)
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


def test_what_tempts_in_this_note_comes_before_what_tempts_in_all():
    assert {"44120; 44121", "44120; 44121 x2"} <= set(choices(cases.load("cedar").item, 1))
    assert {"44120; 44121", "44120"} <= set(
        choices(cases.load("juniper").item, 1)
    )  # either reading of a note that needs a query
    assert any("44202; 44203" in choices(cases.load("fir").item, seed) for seed in range(9))


def test_what_tempts_in_a_case_is_offered_first():
    for id in SHIPPED:
        case = cases.load(id).item
        assert len(choices(case, 3)) == 5
        offered = {case.compared(read(text)) for text in choices(case, 3)}
        assert sum(answer in offered for answer in case.tempting) >= min(3, len(case.tempting)), id


def test_different_wrong_rules_are_broken():
    for id in SHIPPED:
        case = cases.load(id).item
        wrong = [case.grade(text) for text in choices(case, 3) if case.grade(text).verdict != "correct"]
        wrong = [grade for grade in wrong if not grade.tempts]  # the author's own need not differ
        assert all(grade.misconceptions for grade in wrong)
        assert len({grade.misconceptions for grade in wrong}) == len(wrong)


def test_wrong_choices_look_as_right_ones_do():
    """51 stands where the rules would put it, and lines come by value, so that no choice is told by its
    looks."""
    offered = choices(cases.load("hazel").item, 1, 10)
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
