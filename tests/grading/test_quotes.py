"""What is quoted of a chart bears on the answer: its act, every anastomosis, and what settled a question."""

import re
from functools import cache
from itertools import islice, pairwise
from random import Random

import pytest

from casebook import cases
from casebook.cases.shorts import case as short_case
from casebook.cases.shorts import short_cases
from casebook.coding.operation import FACETS
from casebook.coding.places import NUMBERS
from casebook.coding.reading import read_operation
from casebook.errors import OperationError
from casebook.grading.feedback import (
    amounts_to,
    correction,
    expected,
    grade_page,
    said_line_by_line,
    settled,
    settles_as,
)
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.grading.quotes import BYPASSED, OWN, WHATEVER, bearing, cited, deciding
from casebook.practice.likely import candidate_answers
from casebook.testing.shorts import draw

ANSWERS = 7  # of each case that are likely, beside those that its author finds tempting
#: What may be said under a sentence, and the acts that it speaks of.
SPEAKS_OF = {BYPASSED: {"bypass"}, OWN: {"resect"}}
for _m in MISCONCEPTIONS.values():
    for _act, _says in _m.lacks.items():
        SPEAKS_OF.setdefault(_says, set()).update({*_m.settles} if _act == WHATEVER else {_act})


def answers(case):
    tempting = list(case.key.get("tempting") or {})
    return ["query", *tempting, *islice(candidate_answers(case.page()), ANSWERS)]


def graded(billed=True):
    for path in cases.library():
        case = cases.load(path)
        if (case.note.action == "bill") == billed:
            yield from (case.item.grade(str(answer)) for answer in answers(case))


@cache
def all_graded():
    return list(graded())


def acts_of(item, mark):
    """What a sentence is marked for."""
    steps = [s for op in item.note.readings for s in op.steps if mark in (s.evidence, s.also)]
    return {s.act for s in steps} | {f for op in item.note.readings for f, name in op.marks if name == mark}


def test_a_comment_stands_under_a_sentence_of_the_act_it_speaks_of():
    under = 0
    for grade in all_graded():
        above = None
        for row in settled(grade, grade.item).rows:
            if "name" in row:
                above = row["name"]
            elif not row["says"].startswith("In all, "):
                assert above, f"{grade.item.id}: {row['says']}"
                assert acts_of(grade.item, above) & SPEAKS_OF[row["says"]], (
                    grade.item.id,
                    row["says"],
                    above,
                )
                under += 1
    assert under > 60


def test_each_sentence_and_each_comment_stands_once():
    for grade in (*all_graded(), *graded(billed=False)):
        says = [row["says"] for row in settled(grade, grade.item).rows]
        assert len(says) == len(set(says)), (grade.item.id, says)
    alike = 0
    newborns = (short for short in map(draw, map(Random, range(200))) if short.story == "newborn")
    told = (*short_cases(), *map(short_case, newborns))  # of a newborn one sentence tells every join
    for item in (made.item for made in told):
        rows = settled(item.grade(expected(item)), item).rows
        says = [row["says"] for row in rows if "name" in row]
        assert len(says) == len(set(says)), (item.id, says)
        alike += any(row["says"].startswith("The chart says this of") for row in rows)
    assert alike > 5


def test_what_lengthens_a_gap_and_what_the_surgeon_tore_is_quoted_of_a_right_answer():
    """A further piece off the same ends, and the piece that an injury by the surgeon took."""
    longer = own = 0
    for item in (made.item for made in (*map(cases.load, cases.library()), *short_cases())):
        if item.note.action != "bill":
            continue
        op, right = item.note.readings[0], deciding(item)
        for place in op.bowel.places:
            cuts = [op.steps[i] for i in place.cuts]
            touching = [b for a, b in pairwise(cuts) if a.start <= b.end and b.start <= a.end]
            if op.own_injury(place):
                own += 1
                assert {step.evidence for step in cuts} <= {*right}, item.id
            elif cuts and len(place.joins) == 1:
                billed = op.steps[place.joins[0]].evidence in right
                longer += billed and len(touching)
                assert not billed or {step.evidence for step in touching} <= {*right}, item.id
    assert own > 2
    assert longer > 10


def test_what_is_said_to_be_part_of_something_is_on_no_line_of_the_claim():
    for grade in all_graded():
        target = grade.item.diagnosis.targets[0]
        struck = {i for _, _, by in target.not_billed for i in by}
        billed = {i for by in target.shown_by.values() for i in by} - struck
        steps = grade.item.note.readings[0].steps
        above = None
        for row in settled(grade, grade.item).rows:
            above = row.get("name", above)
            if "name" not in row and re.search(r"part of|does not count", row["says"]):
                at = {i for i, s in enumerate(steps) if above in (s.evidence, s.also)}
                assert not at or at - billed, (grade.item.id, row["says"], above)


def joined(item):
    """Of each joined place, the sentences of the joins undone, of what took them, and of the last join."""
    op = item.note.readings[0]
    for place in op.bowel.places:
        if place.joined:
            *undone, last = (op.steps[i] for i in place.joins)
            took = [op.steps[i] for i in place.cuts if i > place.joins[0]]
            yield [s.evidence for s in undone], {s.evidence for s in took}, last.evidence


def test_as_many_anastomoses_are_quoted_as_are_counted_and_one_cut_out_with_what_took_it():
    counted = undone = 0
    for grade in all_graded():
        rows = settled(grade, grade.item).rows
        names = {row["name"] for row in rows if "name" in row}
        told = " ".join(row["says"] for row in rows if "name" not in row)
        places = [place for place in joined(grade.item) if place[2] in names]
        for gone, took, _ in places:
            assert {*gone} <= names
            assert not gone or took & names, (grade.item.id, names)
            undone += len(gone)
        words = " ".join([amounts_to(grade) or "", correction(grade) or "", *said_line_by_line(grade)])
        said = re.search(rf"\b({'|'.join(NUMBERS)}) joins? (?:stands?|counts?)\b", words)
        if said and places:
            least = NUMBERS.index(said[1])
            enough = len({last for *_, last in places}) >= least
            assert enough or any(f"of {n} joins" in told for n in NUMBERS[least:]), (
                grade.item.id,
                names,
                words,
            )
            counted += 1
    assert counted > 30
    assert undone > 10


def test_a_question_is_answered_by_what_settles_it_and_never_where_the_billing_is_argued():
    argued = 0
    for grade in all_graded():
        if grade.claim or grade.verdict == "correct":
            continue
        part, says = settled(grade, grade.item), correction(grade)
        if len(grade.item.diagnosis.right) > 1:
            argued += 1
            assert "argued" in says
            assert "Here it does not" not in says
            assert part.title != "What settles it"
        else:
            assert "Here it does not" in says
        marked = [name for name in grade.item.marked("settled") if name in grade.item.evidence]
        assert [row.get("name") for row in part.rows] == marked or not marked, grade.item.id
        assert part.rows
    assert argued > 5


@pytest.mark.parametrize("mark", ["22", "51", "59"])
def test_no_anastomosis_is_quoted_where_a_modifier_alone_is_off(mark):
    item = next(made.item for made in short_cases() if expected(made.item) == "44120; 44121")
    grade = item.grade(f"44120; 44121-{mark}")
    assert {finding.kind for finding in grade.findings} == {"modifier"}
    assert not settled(grade, item).rows


def test_where_nothing_was_done_no_sentence_of_something_else_is_quoted():
    mangrove, cork, pine = (cases.load(name).item for name in ("mangrove", "cork", "pine"))
    told = settled(mangrove.grade("44160; 44310-51"), mangrove)
    assert [row.get("name") for row in told.rows] == ["not-diverted"]
    assert not settled(cork.grade("44202; 44203; 49320-59"), cork).rows
    assert not settled(pine.grade("44120; 44310-51"), pine).rows
    linden = cases.load("linden").item
    assert not settled(linden.grade("44661; 44187"), linden).rows


@pytest.mark.parametrize(
    ("case", "answer", "rows"),
    [
        ("plum", "44005-59; 44320", ["strands-cut", None]),
        ("mahogany", "44120; 44602-59", ["hole-made", "hole-sewn", None]),
        ("mulberry", "44120; 44121", ["tore-under-hand", "torn-out", None]),
        ("mango", "44202; 44970-59", ["appendix-seen", "appendix-out", None]),
        ("laurel", "44640-80; 44120-80-59", ["tract-cored"]),
        ("osage", "44120-82; 44121-82", ["attested"]),
        ("banksia", "44120-78", ["days-ago", "day-of-this"]),
        ("nandina", "query", ["addendum"]),
        ("nectarine", "44160; 44120-59-51", ["ileum-out", "ileum-stapled"]),
    ],
)
def test_the_deciding_sentence_is_quoted(case, answer, rows):
    item = cases.load(case).item
    found = [row.get("name") for row in settled(item.grade(answer), item).rows]
    assert found[-len(rows) :] == rows or {*rows} <= {*found}, found


def test_a_whole_operation_may_have_two_sentences_of_a_kind_and_a_step_a_second_one():
    row = {"evidence": {"session": ["a", "b"]}, "steps": [{"resect": [1, 2], "evidence": "c", "also": "d"}]}
    op = read_operation(row)
    assert op.marks == (("session", "a"), ("session", "b"))
    assert op.as_mapping()["evidence"] == row["evidence"]
    assert op.as_mapping()["steps"][0]["also"] == "d"
    assert {"settled", "no_stoma"} <= {*FACETS}
    with pytest.raises(OperationError, match="also"):
        read_operation({"steps": [{"resect": [1, 2], "also": 7}]})


@pytest.mark.parametrize("path", cases.library(), ids=lambda path: path.stem)
def test_the_sentences_that_settle_it_are_those_to_be_marked(path):
    """Who marks just what stands under “What settles it” beside a right answer has found all; beside a wrong
    one nothing else stands there, and no sentence quoted of any answer is beside the matter."""
    case = cases.load(path)
    item = case.item
    told = [row["name"] for row in settled(item.grade(expected(item)), item).rows if "name" in row]
    if told:
        assert cited(item, told) == {
            "found": told,
            "missed": [],
            "beside": [],
            "irrelevant": [],
            "score": 1.0,
        }
    for answer in answers(case):
        part = settled(item.grade(str(answer)), item)
        quoted = [row["name"] for row in part.rows if "name" in row]
        assert cited(item, quoted)["irrelevant"] == [], answer
        assert part.title != settles_as(item) or {*quoted} <= {*deciding(item)}, answer


def test_a_marked_line_that_does_not_decide_is_named():
    met = 0
    for path in cases.library()[:12]:
        case = cases.load(path)
        right = deciding(case.item)
        for name in sorted(bearing(case.item) - {*right, *case.item.marked("approach")}):
            told = grade_page(case.page(), expected(case.item), evidence=[*right, name])
            (part,) = [part for part in told["feedback"]["parts"] if part["kind"] == "evidence"]
            assert part["rows"][-1]["says"].endswith(f"not what decides: {name}.")
            met += 1
    assert met
