"""Every wrong rule: the answer that only it explains, and that it never stands against a right one."""

import re

import pytest
from hypothesis import given

from casebook.coding.claim import show
from casebook.coding.note import Note
from casebook.coding.operation import FACETS, STEPS
from casebook.coding.rulebook import Derived
from casebook.coding.rules import RULEBOOK, derive
from casebook.coding.rules.scope import refused
from casebook.coding.views import VIEWS
from casebook.grading import Item
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.testing.operations import made_up
from tests.minimal_cases import EXPECTED, FOLDER, item, lines
from tests.strategies import decided

IDS = list(MISCONCEPTIONS)
MADE_UP = 750  # operations; each tries every misconception


def of(*operations):
    return Item("", Note(operations), {}, {})


def test_there_are_enough_of_them():
    assert len(IDS) >= 26


@pytest.mark.parametrize("id", IDS)
def test_its_smallest_operation_has_the_right_answer(id):
    wanted, case = EXPECTED[id], item(id)
    if wanted["claim"] == "query":
        assert case.note.action == "query"
    else:
        (_, main), *others = case.note.accepted()
        assert show(main.lines) == show(lines(wanted["claim"]))
        assert {v.id: show(c.lines) for v, c in others} == {
            k: show(lines(v)) for k, v in wanted.get("views", {}).items()
        }
        assert {code for code, _, _ in main.not_billed} == set(wanted.get("not_billed", ()))
    assert case.grade(wanted["claim"]).verdict == "correct"


@pytest.mark.parametrize("id", IDS)
def test_it_is_the_only_explanation_of_its_answer(id):
    grade = item(id).grade(EXPECTED[id]["answer"])
    assert grade.verdict in ("wrong", "partly")
    assert [m.id for m in grade.misconceptions] == [id]
    assert not grade.explained.together
    assert not grade.explained.bare  # it gives the whole answer, modifiers and all


@pytest.mark.parametrize("id", IDS)
def test_it_is_told_in_words(id):
    m = MISCONCEPTIONS[id]
    assert not m.says[0].isupper()
    assert not m.says.endswith(".")
    assert m.tempts.endswith(".")
    assert m.correction.endswith(".")
    assert set(m.settles) <= {*STEPS, *FACETS}
    assert m.against
    assert set(m.against) <= set(RULEBOOK)
    assert m.as_dict() == {"id": id, "says": f"This is what {m.says} gives.", "correction": m.correction}


@pytest.mark.parametrize("id", IDS)
def test_it_swaps_rules_that_there_are_and_leaves_the_others(id):
    m = MISCONCEPTIONS[id]
    assert m.swaps
    assert set(m.swaps) <= set(RULEBOOK)
    for rule in RULEBOOK:
        assert (m.book[rule].ask is RULEBOOK[rule].ask) == (rule not in m.swaps)


def test_each_is_told_differently():
    assert len({m.says for m in MISCONCEPTIONS.values()}) == len(IDS)


def test_the_minimal_folder_holds_what_it_says_and_nothing_more():
    files = {p.stem for p in FOLDER.glob("*.yaml")}
    named = {name for name in files if not re.match(r"d\d\d", name)}
    assert named == set(EXPECTED) == set(RULEBOOK) | set(IDS)
    assert not set(RULEBOOK) & set(IDS)
    assert not set(VIEWS) & set(IDS)


# What must hold for any operation


@pytest.mark.long
def test_none_ever_explains_an_accepted_answer():
    for seed in range(MADE_UP):
        note = Note((made_up(seed, 1 + seed % 3),))
        case = Item("", note, {}, {})
        for view, claim in note.accepted():
            grade = case.grade(show(claim.lines))
            assert grade.verdict == "correct", (seed, show(claim.lines))
            assert grade.misconceptions == (), (seed, show(claim.lines))
            assert grade.view is view
            if seed % 9 == 0:  # two wrong rules together neither
                assert case.diagnosis.of(claim.lines).misconceptions == ()


@pytest.mark.long
def test_what_one_gives_is_either_accepted_or_explained_by_it():
    """Worked out afresh for each operation, without the short cuts of the diagnosis."""
    for seed in range(MADE_UP // 6):
        op = made_up(seed, 1 + seed % 3)
        case = of(op)
        if case.note.action != "bill":
            continue
        for m in MISCONCEPTIONS.values():
            if "settle" in m.swaps:
                continue
            given = derive(op, m.book)
            if given.out_of_scope:
                continue
            grade = case.grade(show(given.lines))
            assert grade.verdict == "correct" or m in grade.misconceptions, (seed, m.id, show(given.lines))


def test_what_a_swap_leaves_alone_is_as_if_read_again():
    """The short cuts of a trace, on single swaps and on pairs of them."""
    others = list(MISCONCEPTIONS.values())
    changed = 0
    for seed in range(30):
        op = made_up(seed, 1 + seed % 3)
        (trace,) = Note((op,)).traces
        for i, m in enumerate(MISCONCEPTIONS.values()):
            for book in (m.book, m.book.swap(others[(i * 7 + seed) % len(others)].swaps)):
                changed += trace.by(book) is not trace.claim
                assert derive(op, book) in (trace.by(book), Derived(out_of_scope=refused(op))), (seed, m.id)
    assert changed > 500


@given(decided())
def test_what_explains_an_answer_really_gives_it(op):
    case = of(op)
    for ways in case.diagnosis.wrong_ways.items():
        key, ms = ways
        for m in ms:
            if "settle" not in m.swaps:
                given = [derive(op, book).lines for book in m.ways]
                assert {(code, units) for code, units, _ in key} in [
                    {(line.code, line.units) for line in lines} for lines in given
                ]


# The answers that the book promises to tell apart


@pytest.mark.parametrize(
    ("answer", "id"),
    [
        ("44120 x3", "primary-per-join"),
        ("44121 x2", "add-on-alone"),
        ("44120; 44121", "one-unit-for-all"),
        ("44120; 44121 x3", "counted-from-first"),
        ("44120; 44121-51 x2", "multiple-on-add-on"),
        ("44120; 44121-59 x2", "separate-on-add-on"),
        ("44120-22", "unusual-work-instead"),
        ("44202; 44203 x2", "laparoscopic-for-open"),
    ],
)
def test_on_three_joins_each_wrong_answer_has_a_name_of_its_own(answer, id):
    assert [m.id for m in item("d05a-three-joins").grade(answer).misconceptions] == [id]


def test_on_a_bridge_taken_as_well_the_further_unit_has_a_name():
    assert [m.id for m in item("d01b-two-pieces-and-the-bridge").grade("44120; 44121").misconceptions] == [
        "lesions-counted"
    ]


def test_two_slips_at_once_are_both_named():
    grade = item("d05a-three-joins").grade("44202; 44203 x3")
    assert grade.explained.together
    assert {m.id for m in grade.misconceptions} == {"laparoscopic-for-open", "counted-from-first"}


def test_a_named_slip_is_seen_through_a_wrong_modifier():
    grade = item("d05a-three-joins").grade("44120; 44121-78 x3")
    assert grade.explained.bare
    assert [m.id for m in grade.misconceptions] == ["counted-from-first"]
    assert any(f.kind == "modifier" for f in grade.findings)


def test_an_accepted_dissent_is_named_and_the_misconception_is_not():
    grade = item("d04a-join-made-again").grade("44120; 44121")
    assert (grade.verdict, grade.view.id, grade.misconceptions) == ("correct", "redone-counts", ())
