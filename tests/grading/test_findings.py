"""What differs line by line: whoever mends an answer as its findings say comes to an accepted claim."""

import random
import re
from collections import Counter
from functools import lru_cache

import pytest

from casebook import cases
from casebook.coding.claim import same
from casebook.grading.feedback import amounts_to, correction, said_line_by_line
from casebook.grading.misconceptions import MISCONCEPTIONS, TOKENS
from casebook.practice.likely import candidate_answers
from tests.minimal_cases import EXPECTED
from tests.minimal_cases import item as minimal
from tests.slips import slips

PER_CASE = 12  # answers of each case: some of those that are one slip away or follow from a wrong rule


@lru_cache
def sampled(path):
    """A sample of the wrong answers to a case, the same in every run, each with its grade."""
    case = cases.load(path)
    found = list(dict.fromkeys([*candidate_answers(case.page()), *(text for _, text in slips(case.item))]))
    chosen = random.Random(path.stem).sample(found, min(PER_CASE, len(found)))
    grades = {text: case.item.grade(text) for text in chosen}
    return {text: grade for text, grade in grades.items() if grade.verdict in ("partly", "wrong")}


def units_of(lines, free):
    return Counter({(code, marks): n for code, n, marks in same(lines, free)})


def mended(grade, free):
    """The claim that comes of doing what each finding says, in turn; None where one takes off what is not
    there. 51 is left aside on the codes in `free`."""
    units = units_of(grade.claim, free)
    for finding in grade.findings:
        off = units_of(finding.strike, free)
        if any(units[key] < n for key, n in off.items()):
            return None
        units = units - off + units_of(finding.put, free)
    return units


def said(grade):
    told = [amounts_to(grade), correction(grade), *said_line_by_line(grade)]
    return " ".join(part for part in told if part)


@pytest.mark.parametrize("path", cases.library()[::4], ids=lambda path: path.stem)
def test_who_does_what_the_findings_say_comes_to_an_accepted_claim(path):
    for text, grade in sampled(path).items():
        if grade.item.note.action == "bill" and text != "query":
            ends = [
                (mended(grade, t.free_51), units_of(t.lines, t.free_51)) for t in grade.item.diagnosis.targets
            ]
            assert any(end == right for end, right in ends), (text, grade.findings)


@pytest.mark.parametrize("path", cases.library()[::4], ids=lambda path: path.stem)
def test_what_is_put_on_is_shown_with_its_modifiers(path):
    for text, grade in sampled(path).items():
        if grade.item.note.action == "bill" and text != "query":
            words = said(grade)
            for finding in grade.findings:
                for line in finding.put if finding.kind == "missing" else ():
                    plain = rf"\b{line.code}(?:-\w+)* \("  # a code with its words
                    shown = re.findall(plain, words)
                    assert all(show.startswith(f"{line} ".split(" x")[0]) for show in shown), (
                        text,
                        line,
                        words,
                    )


def test_a_slip_of_a_modifier_is_told_only_of_an_answer_that_has_it():
    assert TOKENS.keys() <= MISCONCEPTIONS.keys()
    for name, wanted in EXPECTED.items():
        for text in (wanted.get("answer"), "44126", "44120", "44120; 44121", "44202"):
            grade = minimal(name).grade(text or "")
            marks = {mark for line in grade.claim for mark in line.modifiers}
            assert all(not m.tokens or m.tokens & marks for m in grade.likely), (name, text)


@pytest.mark.parametrize(
    ("case", "answer", "says", "never"),
    [
        ("olive", "44121", "in place of 44121. Nothing supports", "Keep"),
        ("mulberry", "44121", "is missing", "Keep"),
        ("alder", "44121", "Keep 44121 and put 44120", "Nothing supports"),
        ("mesquite", "44227; 44203", "44202-59-51", "44120"),
        ("olive", "44120 x2", "at the bypass nothing was removed", "stands at closing"),
        (
            "hawthorn",
            "44121-52",
            "44120-52 (a segment taken out, its ends not rejoined)",
            "two ends rejoined",
        ),
        ("cypress", "44120; 44125-51", "44310-51 (", "does not take 51"),
        ("laurel", "44640-80; 44120-80-59", "file one of the two", "another accepted claim"),
        ("persimmon", "44120; 44121-22", "Take 22 off", "on the base code"),
        ("sycamore", "44126", "left", "22"),
        ("sycamore", "44126; 44120", "44126", "No small-bowel segment"),
        ("acacia", "44160; 44202", "No small-bowel segment was removed and joined beside 44160", "instead"),
        ("guava", "44120-78", "44120 takes 79 here in place of 78", "lacks"),
    ],
)
def test_what_is_said_of_an_answer_leads_to_the_right_one(case, answer, says, never):
    words = said(cases.load(case).item.grade(answer))
    assert says in words
    assert never not in words
