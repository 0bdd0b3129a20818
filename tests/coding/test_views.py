"""What a note supports: main claims, accepted dissent, and the query that follows from the readings."""

import json
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casebook.coding.authorities import AUTHORITIES, CONFIDENCE
from casebook.coding.claim import show
from casebook.coding.note import Note, said
from casebook.coding.rules import RULEBOOK, derive
from casebook.coding.views import VIEWS, accepted
from casebook.grading.feedback import amounts_to, headline
from casebook.testing.operations import made_up
from tests.minimal_cases import FOLDER, bag, case
from tests.shapes import CODE, fits
from tests.strategies import decided, operations

NAMES = sorted(p.stem for p in FOLDER.glob("*.yaml"))


def alike(one, two):
    """Whether two operations have the same main claim, said without the grader."""
    return bag(derive(one).lines) == bag(derive(two).lines)


# Views


@pytest.mark.parametrize("id", list(VIEWS))
def test_a_view_says_who_holds_it_and_which_rules_it_swaps(id):
    view = VIEWS[id]
    assert view.id == id
    assert view.says.endswith(".")
    assert view.confidence in CONFIDENCE
    assert view.confidence != "confirmed"  # what is confirmed is a rule
    assert view.authorities
    assert set(view.authorities) <= set(AUTHORITIES)
    assert set(view.decisions) <= {f"D{n}" for n in range(1, 23)}
    assert view.swaps
    assert set(view.swaps) <= set(RULEBOOK)


@pytest.mark.parametrize(
    ("id", "name", "claim"),
    [
        ("redone-counts", "d04a-join-made-again", "44120; 44121"),
        ("loose-unlisted", "d10a-one-left-stapled", "44799"),
        ("loose-once", "d10b-three-left-stapled", "44120-52"),
        ("stoma-takes-all", "d09c-one-joined-one-brought-out", "44125"),
        ("stoma-takes-all", "d09g-one-brought-out-and-hard-work", "44125-22"),
        ("return-mark-everywhere", "d11b-complication", "44120-78; 44121-78"),
        ("hours-of-adhesions", "adhesions", "44120-22"),
        ("reopened-for-bleeding", "d10k-reopened-for-a-complication", "35840-78"),
        ("fistula-as-main-work", "d19g-fistula-to-the-skin-as-indication", "44640"),
        ("stricturoplasty-once", "d13b-several-stricturoplasties", "44120; 44615-51"),
        ("trim-is-resection", "d20c-edges-trimmed", "44625"),
        ("staged-everywhere", "d11a-planned", "44120-58; 44121-58"),
        ("strangulated-hernia", "d21h-strangulated-hernia", "44120; 49553-51"),
    ],
)
def test_each_published_dissent_is_accepted_by_name(id, name, claim):
    case_ = case(name)
    assert {v.id: show(c.lines) for v, c in case_.note.accepted() if v}[id] == claim
    grade = case_.item.grade(claim)
    assert grade.verdict == "correct"
    assert grade.view.id == id
    assert VIEWS[id].says in amounts_to(grade)
    assert ("a payer may refuse it" in headline(grade)) == (grade.view.confidence == "contested")


def test_every_view_was_accepted_above():
    assert len(VIEWS) == 12


@given(decided())
def test_views_differ_from_the_main_claim_and_from_one_another(op):
    claims = [claim.same() for _, claim in accepted(op)]
    assert len(set(claims)) == len(claims)
    assert accepted(op)[0] == (None, derive(op))


@given(decided(1))
def test_a_plain_operation_has_no_dissent(op):
    assume(not any(s.kind == "extensive" for s in op.steps))  # whose 22 is argued
    assert [view for view, _ in accepted(op)] == [None]


@pytest.mark.parametrize(
    ("sure", "word"),
    [
        ("confirmed", "confirmed"),
        ("derived", "secondary"),
        ("secondary", "secondary"),
        ("recalled", "recalled"),
        ("contested", "contested"),
    ],
)
def test_confidence_in_the_contracts_four_words(sure, word):
    assert said(sure) == word


# Notes


@given(decided(), decided())
def test_readings_with_one_claim_are_billed_and_with_different_claims_queried(one, two):
    note = Note((one, two))
    assert note.action == ("bill" if alike(one, two) else "query")


@pytest.mark.long
def test_the_same_on_thousands_of_pairs():
    billed = 0
    ops = [op for seed in range(3_000) if not derive(op := made_up(seed, 1 + seed % 3)).out_of_scope]
    by_claim = {}
    for op in ops:
        by_claim.setdefault(str(bag(derive(op).lines)), []).append(op)
    for one, two in zip(ops, ops[7:] + ops[:7], strict=True):
        assert Note((one, two)).action == ("bill" if alike(one, two) else "query")
    for alike_ops in by_claim.values():
        for one, two in pairwise(alike_ops):
            billed += 1
            assert Note((one, two)).action == "bill"
            assert Note((one, two, one)).chosen().lines == derive(one).lines
    assert billed > 500


@given(decided(), st.integers(2, 4))
def test_one_operation_read_several_times_is_billed_as_itself(op, times):
    note = Note((op,) * times)
    assert note.action == "bill"
    assert [bag(c.lines) for _, c in note.accepted()] == [bag(c.lines) for _, c in accepted(op)]


@given(decided(), decided())
def test_the_order_of_readings_changes_neither_the_action_nor_what_is_accepted(one, two):
    there, back = Note((one, two)), Note((two, one))
    assert there.action == back.action
    assert sorted(map(str, (bag(c.lines) for _, c in there.accepted()))) == sorted(
        map(str, (bag(c.lines) for _, c in back.accepted()))
    )


@given(operations(), operations())
def test_a_reading_that_no_rule_decides_takes_the_note_out_of_scope(one, two):
    outside = derive(one).out_of_scope or derive(two).out_of_scope
    note = Note((one, two))
    assert (note.action == "out-of-scope") == bool(outside)
    if outside:
        assert note.accepted() == ()
        assert note.as_dict() == {"action": "out-of-scope", "reason": note.out_of_scope, "claims": []}


def test_views_accepted_for_several_readings_are_those_common_to_all():
    redone, two = case("d04a-join-made-again").readings[0], case("d01a-one-long-piece").readings[0]
    note = Note((redone, two))
    assert note.action == "bill"
    assert [view for view, _ in note.accepted()] == [None]
    assert [c["views"] for c in note.as_dict()["claims"]] == [[], []]
    assert [v["view"] for v in Note((redone, redone)).as_dict()["claims"][1]["views"]] == ["redone-counts"]


def test_a_note_that_needs_a_query_accepts_no_claim_and_still_tells_the_views():
    note = Note((case("d04a-join-made-again").readings[0], case("d05a-three-joins").readings[0]))
    assert note.action == "query"
    assert note.accepted() == ()
    assert [[v["view"] for v in c["views"]] for c in note.as_dict()["claims"]] == [["redone-counts"], []]


# The JSON of `code`


@pytest.mark.parametrize("name", NAMES)
def test_the_json_of_every_minimal_case_is_the_contracts(name):
    fits(CODE, json.loads(json.dumps(case(name).note.as_dict())))


@given(operations())
def test_the_json_of_any_operation_is_the_contracts(op):
    found = json.loads(json.dumps(Note((op,)).as_dict()))
    fits(CODE, found)
    assert [c["reading"] for c in found["claims"]] == list(range(len(found["claims"])))


def test_the_checker_of_shapes_can_fail():
    good = Note((case("d02-two-segments-two-joins").readings[0],)).as_dict()
    fits(CODE, good)
    for spoil in (
        {**good, "action": "maybe"},
        {**good, "more": 1},
        {"action": "bill"},
        {**good, "claims": [{**good["claims"][0], "reading": True}]},
        {
            **good,
            "claims": [{**good["claims"][0], "lines": [{"code": "44120", "units": "1", "modifiers": []}]}],
        },
        {**good, "claims": [{**good["claims"][0], "confidence": "derived"}]},
    ):
        with pytest.raises(AssertionError):
            fits(CODE, spoil)
