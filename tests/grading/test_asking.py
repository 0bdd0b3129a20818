"""The question before another try: never about a part of the claim that the answer has right."""

from collections import Counter

from casebook import cases
from casebook.coding.rulebook import CODES
from casebook.coding.typed import read
from casebook.grading import expected
from casebook.grading.asking import (
    APPROACH,
    COUNT,
    ENDS,
    MIXED,
    NO_SENTENCE,
    QUESTIONS,
    ROLE,
    SESSION,
    WRITTEN,
)
from casebook.grading.feedback import question
from casebook.practice.hints import GIVES_AWAY, hints
from casebook.practice.likely import likely_answers

EACH = 4  # answers of a case, drawn evenly from the likely ones
SCOPED = {scoped for opened, scoped in CODES.values() if scoped and scoped != opened} | {"44238"}
JOINS = ("44120", "44202", "44121", "44203", "44126", "44127", "44128")  # of small bowel


def joins(claim):
    return sum(line.units for line in claim if line.code in JOINS and "52" not in line.modifiers)


def marks(claim, *which):
    return {mark for line in claim for mark in line.modifiers if mark in which}


def scoped(claim):
    """How many lines of a claim are of either family, however they are coded."""
    return sum(line.code in SCOPED for line in claim)


def stomas(claim):
    ends = {"44310", "44187", "44125", "44320", "44188", "44141", "44143", "44206"}
    return sorted((line.code, line.units) for line in claim if line.code in ends or "52" in line.modifiers)


#: What each question is about, told apart from the code that asks it.
PART = {
    APPROACH[0]: lambda claim: (scoped(claim), len(claim) - scoped(claim)),
    ENDS[0]: stomas,
    SESSION[0]: lambda claim: marks(claim, "58", "78", "79"),
    ROLE[0]: lambda claim: marks(claim, "80", "AS", "62"),
    WRITTEN: lambda claim: Counter({line.code: line.units for line in claim if line.code in JOINS}),
}
ELSEWHERE = {"44160", "44205", "44140", "44204", "44141", "44130"}  # joins that another code holds


def test_what_is_asked_is_never_what_the_answer_has_right():
    asked = Counter()
    for path in cases.library():
        item = cases.load(path).item
        likely = likely_answers(item)
        for text in likely[1 :: len(likely) // EACH]:
            grade = item.grade(text)
            if grade.verdict == "correct":
                continue
            says = question(grade)
            if not grade.claim or (says and says.startswith("Look at the modifiers")):
                continue
            about = next(
                row for row in (*(q for q, _ in QUESTIONS), WRITTEN, MIXED, NO_SENTENCE) if row in says
            )
            asked[about] += 1
            assert not GIVES_AWAY.search(says)
            asks_first = item.note.action == "query"
            targets = [x.lines for x in (item.note.mains if asks_first else item.diagnosis.targets[:1])]
            if about in PART:
                assert any(PART[about](grade.claim) != PART[about](each) for each in targets), (path, text)
            if about == COUNT[0] and ELSEWHERE.isdisjoint(
                line.code for x in (grade.claim, *targets) for line in x
            ):
                assert any(joins(grade.claim) != joins(each) for each in targets), (path, text)
    assert asked[COUNT[0]]
    assert asked[WRITTEN]
    assert asked[NO_SENTENCE] < sum(asked.values()) / 50


def test_a_right_count_written_wrongly_is_asked_how_it_is_written():
    for id in ("alder", "oak"):
        item = cases.load(id).item
        right = read(expected(item)).claim
        base = right[0].code
        text = "; ".join([base] * joins(right))
        if joins(right) > 1 and len({line.code for line in right}) == 2:
            assert question(item.grade(text)) == WRITTEN
    assert hints(cases.load("larch").item)[0].startswith(COUNT[0])
