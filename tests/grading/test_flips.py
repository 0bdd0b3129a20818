"""The nearest operation that would make an answer right: really right, really nearest, and said in words."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebook import cases
from casebook.coding import places
from casebook.coding.claim import Line, show
from casebook.coding.note import Note
from casebook.coding.operation import Operation
from casebook.coding.reading import read_operation
from casebook.coding.views import accepted
from casebook.grading import Item, flips
from casebook.grading.glance import Sought, look
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.grading.told import counted_joins
from casebook.quiz import door
from casebook.testing.operations import made_up
from tests.minimal_cases import EXPECTED, FOLDER, bag, case, item, lines
from tests.slips import labelled, slips
from tests.strategies import claims, decided, operations

NAMES = sorted(p.stem for p in FOLDER.glob("*.yaml"))


def verdict(op, answer):
    return Item("", Note((op,)), {}, {}).grade(answer).verdict


def flip(name, answer):
    return item(name).grade(answer).flip


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        (
            "d01a-one-long-piece",
            "44120; 44121",
            (
                "It would be right had the piece at 100 to 180 cm been taken out as two pieces, each with its"
                " own join."
            ),
        ),
        (
            "d01b-two-pieces-and-the-bridge",
            "44120; 44121",
            (
                "It would be right had the bowel between the pieces at 100 to 220 cm been kept, and each"
                " been joined on its own."
            ),
        ),
        (
            "d02-two-segments-two-joins",
            "44202; 44203",
            "It would be right had the operation been laparoscopic.",
        ),
        (
            "d02-two-segments-two-joins",
            "44120; 44121 x2",
            "It would be right had a further segment been removed and joined on its own.",
        ),
        ("d06a-laparoscopic-twice", "44120; 44121", "It would be right had the operation been open."),
        ("d09a-end-stoma", "44120", "It would be right had the ends at 300 to 340 cm been joined."),
        (
            "d09a-end-stoma",
            "44125; 44310-59",
            "It would be right had a further segment been removed, and its upper end brought out too.",
        ),
        (
            "d09a-end-stoma",
            "44120; 44310",
            "It would be right had the ends at 300 to 340 cm been joined and a loop brought out upstream.",
        ),
        (
            "colon-stoma-left-off",
            "44140",
            (
                "It would be right had both cuts been through the colon, and the ends at 650 to 690 cm been"
                " joined with no stoma made."
            ),
        ),
        (
            "own-injury-billed",
            "44120; 44602-59",
            "It would be right had the hole at 250 cm been a full-thickness hole made by disease or injury.",
        ),
        ("d09b-join-and-loop", "44120", "It would be right had there been no loop stoma."),
        ("d10a-one-left-stapled", "44120", "It would be right had the ends at 300 to 340 cm been joined."),
        (
            "d13c-stricturoplasty-of-the-joined-ends",
            "44120; 44615",
            "It would be right had a stricture at another site been widened.",
        ),
        (
            "d13c-stricturoplasty-of-the-joined-ends",
            "44120; 44615-51",
            "It would be right had a stricture at another site been widened.",
        ),
        ("ileocolic", "44120", "It would be right had the ileocecal valve been left in place."),
        (
            "small-as-ileocolic",
            "44160",
            "It would be right had the piece at 565 to 585 cm taken the ileocecal valve with it.",
        ),
        (
            "d11a-planned",
            "44120-78; 44121",
            "It would be right had this return been an unplanned one, for a complication.",
        ),
        ("d22a-assistant", "44120; 44121", "It would be right had this been the main surgeon's claim."),
        (
            "d21e-hard-adhesions",
            "44120",
            "It would be right had the note not described work far beyond the usual.",
        ),
    ],
)
def test_the_nearest_change_in_words(name, answer, says):
    assert flip(name, answer) == says


def test_merging_two_joins_makes_one_unit_less_right():
    op = case("d02-two-segments-two-joins").readings[0]
    said = [c.says for c in flips.changes(op) if verdict(c.op, "44120") == "correct"]
    assert "the bowel from 120 to 200 cm also been taken, with one join" in said


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("44120 x2", "44120 may be filed once by one practitioner on one day"),
        ("44121", "44121 is an add-on; CMS accepts it only on 44120"),
        ("44120; 44121-51", "an add-on never takes 51"),
        ("44120; 44121-59", "beside its own base an add-on needs no 59"),
        ("44120; 44121-22", "an add-on never takes 22"),
        ("44120; 44121-79", "79 goes on the base code"),
        ("44120; 44125", "44125 is never paid beside 44120"),
        ("44120; 44203", "44203 is an add-on"),
    ],
)
def test_where_there_is_none_it_says_so_and_why(answer, why):
    said = flip("d05a-three-joins", answer)
    baseless = " as it stands" if "is an add-on" in why else ""
    assert said.startswith(f"No operation makes {answer} right{baseless}: ")
    assert why in said


@pytest.mark.parametrize("answer", ["44120-50", "44120-76", "44121-GC", "99213", "44145; 44120-51"])
def test_of_what_the_casebook_does_not_cover_nothing_is_said(answer):
    baseless = answer.startswith("44121")
    assert bool(flip("d05a-three-joins", answer)) is baseless


def test_gc_would_be_right_with_a_resident():
    for name in ("birch", "ginkgo", "holly"):
        item = cases.load(name).item
        right = [replace(line, modifiers=(*line.modifiers, "GC")) for line in item.note.mains[0].lines]
        assert "had a resident taken part" in item.grade(show(right)).flip
        assert item.grade(show([*right, Line("49000")])).flip != item.grade(show(right)).flip


def test_the_same_change_at_two_sites_is_said_once():
    said = cases.load("hawkbush").item.grade("44120-58; 44121").flip
    assert said == "It would be right had a segment been removed at the ileal site and at the jejunal site."


def test_an_unlisted_code_takes_no_22():
    assert "takes no 22" in flip("d09e-laparoscopic-end-stoma", "44238-22")


def test_what_is_too_far_is_left_out():
    assert item("d02-two-segments-two-joins").grade("44625; 44660-51").way == (None, None)


def test_a_right_an_unread_and_a_blank_answer_have_no_flip():
    for answer in ("44120; 44121", "44120 x", "", "query"):
        assert flip("d02-two-segments-two-joins", answer) is None


def test_on_an_open_note_the_flip_is_the_surgeons_word():
    said = flip("d03c-as-written", "44120; 44121")
    assert said.startswith("It would be right if the surgeon confirmed this reading")


# What must hold for any operation


def check(op, answer):
    """The found change makes the answer right; one change is found where one is enough; the first step is a
    real one."""
    claim = lines(answer)
    found = flips.nearest(op, claim)
    one_away = [c for c in flips.changes(op) if any(right(c.op, claim))]
    if found is None:
        assert not one_away
        return False
    assert 1 <= len(found) <= 2
    assert (len(found) == 1) == bool(one_away)
    assert verdict(found[-1].op, answer) == "correct", (answer, [c.says for c in found])
    return True


def right(op, claim):
    """For each accepted claim of an operation, whether this is it, split lines put together and free 51s left
    out."""
    views = [derived.lines for _, derived in accepted(op) if not derived.out_of_scope]
    free = {line.code for line in views[0] if "51" in line.modifiers} if views else set()

    def bare(rows):
        units = Counter()
        for code, n, marks in bag(rows):
            units[code, tuple(m for m in marks if m != "51" or code not in free)] += n
        return units

    return [bare(view) == bare(claim) for view in views]


@pytest.mark.long
def test_a_flip_is_right_and_the_nearest_for_every_named_wrong_answer():
    found = 0
    for name in MISCONCEPTIONS:
        answer = EXPECTED[name]["answer"]
        if item(name).note.action == "bill" and answer != "query" and not flips.never(lines(answer)):
            found += check(case(name).readings[0], answer)
    assert found > 30


@pytest.mark.long
def test_a_flip_is_right_and_the_nearest_for_slips_of_made_up_operations():
    found = tried = 0
    for seed in range(15):
        op = made_up(seed, 1 + seed % 3)
        note = Note((op,))
        if note.action == "bill":
            for _, answer in list(slips(Item("", note, {}, {})))[:: 15 + seed % 5]:
                if answer != "query" and not flips.never(lines(answer)):
                    tried += 1
                    found += check(op, answer)
    assert tried > 20
    assert found > 6


@pytest.mark.parametrize("path", cases.library()[::2], ids=lambda path: path.stem)
def test_a_change_is_proved_and_says_nothing_that_the_chart_already_has(path):
    item = cases.load(path).item
    if item.note.action != "bill":
        return
    op = item.note.readings[0]
    removed = [p for p in op.bowel.places if p.cuts and not op.trimmed_only(p)]
    labels = list(labelled(item))
    add_on = next((x.text for x in labels if x.kind == "dropped" and x.code in ("44121", "44203")), None)
    for answer in filter(None, (add_on, *(x.text for x in labels[::25]))):
        said, changed = item.grade(answer).way
        if changed and not said.startswith("With 59"):
            assert verdict(changed, answer) == "correct", answer
            (_, main), *_ = accepted(changed)
            assert main.fits(lines(answer)) != ("by a view that some hold" in said), answer
        said = said or ""
        assert removed or "further segment" not in said
        assert "first operation" not in said
        assert not ((op.left or op.did("reopen")) and ("laparoscopic" in said or "ninety days ago" in said))
        assert not (any(p.brought_out for p in op.bowel.places) and "had a loop been brought out" in said)
        assert not (any(p.open for p in op.bowel.places) and "far beyond the usual, and" in said)


@pytest.mark.parametrize("path", cases.library(), ids=lambda path: path.stem)
def test_the_place_that_was_left_off_is_the_one_that_a_change_takes_away(path):
    item = cases.load(path).item
    op = item.note.readings[0]
    target = item.diagnosis.targets[0]
    counted = counted_joins(op, target) if item.note.action == "bill" else []
    if len(counted) == 2 and not op.left and {line.code for line in target.lines} == {"44120", "44121"}:
        said = item.grade(show(line for line in target.lines if line.code != "44121")).flip
        assert places.name(op, counted[1]) not in said
        assert places.name(op, counted[0]) in said


@given(operations())
def test_every_change_is_an_operation_that_can_be_and_says_itself(op):
    seen = list(flips.changes(op))
    assert seen
    for change in seen:
        assert isinstance(change.op, Operation)
        assert read_operation(change.op.as_mapping()) == change.op
        assert change.op != op
        assert change.says[0].islower()
        assert not change.says.endswith(".")


def test_a_glance_leaves_out_no_operation_that_has_the_claim():
    noted = [op for name in NAMES for op in case(name).readings]
    changed = [change.op for i, op in enumerate(noted) for change in list(flips.changes(op))[i % 6 :: 6]]
    for op in (*noted, *changed, *(made_up(seed, 1 + seed % 3) for seed in range(3_000))):
        for _, derived in accepted(op):
            sought = Sought(derived.lines)
            assert flips.never(derived.lines) is None, (op, show(derived.lines))
            assert derived.out_of_scope or not sought.impossible, (op, show(derived.lines))
            assert derived.out_of_scope or not sought.lacks(look(op)), (op, show(derived.lines))


@settings(max_examples=25)
@given(decided(), claims(2))
def test_a_flip_is_always_words_or_nothing(op, claim):
    grade = Item("", Note((op,)), {}, {}).grade(show(claim))
    if grade.verdict == "correct":
        assert grade.flip is None
    if grade.flip is None:
        assert grade.way[1] is None
    else:
        assert grade.flip.endswith(".")
        assert grade.flip.startswith(("It would be right", "No operation", "This casebook has no rule"))


@given(st.sampled_from(NAMES))
def test_nothing_is_changed_by_looking(name):
    for op in case(name).readings:
        before = op.as_mapping()
        list(flips.changes(op))
        assert op.as_mapping() == before


def test_a_place_that_is_split_lends_its_name_to_neither():
    answer = door.answer({"do": "beside", "page": cases.load("cedar").page(), "answer": "44120; 44121"})
    assert "the first place, joined" in str(answer["right_if"])
    assert "with the bridge" not in str(answer["right_if"])
