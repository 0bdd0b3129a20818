"""What is said of an answer is true of what was typed: its lines, its marks, and what would set it right."""

import re
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from casebook import cases
from casebook.coding import edits
from casebook.coding.claim import Line, same, show, tidy
from casebook.coding.rules import RULEBOOK
from casebook.coding.typed import read
from casebook.grading import grade_page
from casebook.grading.feedback import correction, rules, said_line_by_line
from casebook.grading.flips import stuck
from casebook.practice.likely import candidate_answers

LIBRARY = [cases.load(path) for path in cases.library()]
BILLED = [case for case in LIBRARY if case.item.note.action == "bill"]
STRAY = ("44602", "49320", "44005", "49000", "44310-51", "44950", "44203")  # lines that few charts support
LIST = re.compile(r", | and ")


def text(grade):
    """What sets an answer right, and what is said line by line, as one text."""
    return " ".join([correction(grade) or "", *said_line_by_line(grade)])


def marked(line, *marks):
    return replace(line, modifiers=tidy((*line.modifiers, *marks)))


def put(claim, i, line):
    return (*claim[:i], line, *claim[i + 1 :])


def first_of_pairs(claim):
    """A claim with each 59 on the first code of its pair in place of the second."""
    for i, line in enumerate(claim):
        found = (edits.pair(line.code, other.code) for other in claim)
        firsts = [p[0] for p in found if p and p[2] == 1 and p[1] == line.code]
        if "59" in line.modifiers and len(firsts) == 1:
            bare = replace(line, modifiers=tuple(m for m in line.modifiers if m != "59"))
            yield tuple(
                bare if n == i else marked(other, "59") if other.code == firsts[0] else other
                for n, other in enumerate(claim)
            )


def mutated(case):
    """Claims that are off in how they are marked or repeated, or by a line that has no place."""
    right = {c.lines for c in case.item.diagnosis.targets}
    for claim in sorted(right):
        own = {line.code for line in claim}
        for form in (claim, *first_of_pairs(claim)):
            yield from ((*form, *read(line).claim) for line in STRAY if line[:5] not in own)
        for i, line in enumerate(claim):
            yield (*claim, replace(line, modifiers=()))
            for mark in ("22", "59", "XS", "80", "GC", "76"):
                yield put(claim, i, marked(line, mark))
                yield (*put(claim, i, marked(line, mark)), Line("49000"))
                yield (*claim, marked(line, mark))
            yield put(claim, i, marked(line, "59", "XS"))
    for answer in candidate_answers(case.page())[::3]:
        yield read(answer).claim


@cache
def off():
    """Each mutated claim that is not right, with its grade; every second one, over all the charts."""
    found = {(case.id, show(claim)): case for case in BILLED for claim in mutated(case) if claim}
    told = ((case.item.grade(answer), answer) for (_, answer), case in [*found.items()][::2])
    return [(grade, answer) for grade, answer in told if grade.verdict in ("partly", "wrong")]


def totals(lines):
    total = Counter()
    for line in lines:
        total[line.code, line.modifiers] += line.units
    return total


WAYS = r"with (?P<on>.*) in place of (?P<off>.*)|with (?P<more>.*) as well|without (?P<less>.*)"


def test_the_change_that_is_told_makes_the_right_claim_of_what_was_typed():
    seen = 0
    for grade, answer in off():
        told = re.search(
            r"(?:The right claim|This book files): (.*), which is yours but (.*?)\.(?: |$)", text(grade)
        )
        if told:
            seen += 1
            way = re.fullmatch(WAYS, told[2])
            lines = totals(read(answer).claim)
            for struck in filter(None, LIST.split(way["off"] or way["less"] or "")):
                taken = totals(read(struck).claim)
                assert taken <= lines, (answer, told[0])
                lines -= taken
            for more in filter(None, LIST.split(way["on"] or way["more"] or "")):
                lines += totals(read(more).claim)
            assert lines == totals(read(told[1]).claim), (grade.item.id, answer, told[0])
    assert seen > 300


def test_every_line_that_is_said_to_have_been_typed_was_typed():
    seen = 0
    for grade, answer in off():
        claim = read(answer).claim
        assert sorted(grade.claim) == sorted(claim)
        for kept, left in re.findall(r"Of your lines keep (.*?), and leave off (.*?)\.", text(grade)):
            seen += 1
            alike = same(claim, frozenset(line.code for line in claim))
            named = [line for each in LIST.split(f"{kept}, {left}") for line in read(each).claim]
            assert same(named, frozenset(line.code for line in claim)) <= alike, (grade.item.id, answer)
    assert seen > 50


@pytest.mark.parametrize(
    ("id", "answer"), [("hickory", "44160-59; 44120-59; 49320"), ("ginkgo", "44125-59; 44310-51")]
)
def test_no_part_names_a_line_that_was_not_typed(id, answer):
    told = str(grade_page(cases.load(id).page(), answer)["feedback"])
    assert "49320-59" not in told
    assert "44310-59" not in told
    assert "44120 lacks 59" not in told


def test_59_on_either_code_of_a_pair_is_right_whatever_else_is_filed():
    seen = 0
    for case in BILLED:
        right = case.item.diagnosis.targets[0]
        for claim in first_of_pairs(right.lines):
            assert case.item.grade(show(claim)).verdict == "correct"
            for stray in STRAY:
                if stray[:5] not in right.marks:
                    seen += 1
                    grade = case.item.grade(f"{show(claim)}; {stray}")
                    words = text(grade)
                    assert not [f for f in grade.findings if f.kind == "modifier"], (case.id, stray)
                    assert "lacks 59" not in words
                    assert "does not take 59" not in words
    assert seen > 30


def test_a_claim_that_the_tables_shut_as_it_was_typed_is_not_said_to_be_right_elsewhere():
    item = cases.load("myrtle").item
    grade = item.grade("44602; 44120-59; 44310-51")
    assert stuck(grade.claim)
    assert "59" in grade.flip


def test_two_codes_of_one_accepted_claim_are_never_said_to_stand_for_one_place():
    for grade, answer in off():
        for pair in re.findall(r"(\w{5}) and (\w{5}) stand for the same place", text(grade)):
            assert not any({*pair} <= c.marks.keys() for c in grade.item.diagnosis.targets), answer
    assert "same place" not in text(cases.load("hawthorn").item.grade("44120-52; 44121-52; 44203"))


def test_a_mark_that_a_view_accepts_is_not_flatly_denied():
    seen = 0
    for grade, answer in off():
        for code, mark in re.findall(r"\b(\w{5})\S* does not take (\w\w) here", text(grade)):
            seen += 1
            marks = (m for c in grade.item.diagnosis.targets for m in c.marks.get(code, ()))
            assert not any(mark in each for each in marks), (grade.item.id, answer)
    assert seen > 500
    told = str(grade_page(cases.load("fir").page(), "44120-22; 44121-22")["feedback"])
    assert "44120 does not take 22" not in told
    assert "by a view that some hold, 44120-22; 44121." in told


def test_a_wrong_mark_is_named_as_it_was_typed():
    seen = 0
    for case in BILLED:
        right = case.item.diagnosis.targets[0]
        for i, line in enumerate(right.lines):
            if "59" in line.modifiers or any(edits.pair(line.code, x.code) for x in right.lines):
                continue
            for typed in (("59",), ("XS",), ("59", "XS")):
                grade = case.item.grade(show(put(right.lines, i, marked(line, *typed))))
                about = [f for f in grade.findings if f.kind == "modifier" and f.code == line.code]
                assert [f.marks for f in about] == [typed], case.id
                assert f"does not take {' and '.join(typed)} here" in about[0].says
                seen += 1
    assert seen > 200


def test_of_two_lines_of_one_code_it_is_said_which_is_left_off():
    for id, answer, kept, left in (
        ("locust", "44120-59; 44625-51; 44120", "44120-59", "44120"),
        ("plum", "44320; 44320-59", "44320", "44320-59"),
        ("laurel", "44120-80; 44120-59", "44120-80", "44120-59"),
    ):
        told = text(cases.load(id).item.grade(answer))
        assert f"keep {kept}, and leave off {left}." in told
        assert "lacks" not in told


@pytest.mark.parametrize("case", BILLED, ids=lambda case: case.id)
def test_the_rules_behind_every_line_of_a_right_claim_are_cited(case):
    right = case.item.diagnosis.targets[0]
    cited = rules(case.item.grade(show(right.lines)))
    for line in right.lines:
        assert {*right.rests_on[line.code]} <= {*cited}
        assert any(RULEBOOK[r].kind != "modifier" for r in right.rests_on[line.code])


def test_no_sentence_breaks_off_or_says_nothing():
    for id, answer in (("willow", "44120-62; 44121"), ("teak", "44120-80; 44121")):
        told = str(grade_page(cases.load(id).page(), answer)["feedback"])
        assert re.search(r"off the add-on\. It is \w\w: this is the claim of [^.]*\.", told)
    for id, answer in (("ginkgo", "44125-76"), ("alder", "44120-GC"), ("birch", "44120; 99213")):
        assert "this casebook has" not in str(grade_page(cases.load(id).page(), answer)["feedback"])
