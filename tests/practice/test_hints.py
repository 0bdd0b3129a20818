"""Hints: three or four, from general to nearly the answer, and none that tells it."""

import re

import pytest
from hypothesis import given

from casebook import cases
from casebook.coding.note import Note
from casebook.coding.rules import RULEBOOK
from casebook.grading import Item
from casebook.grading.asking import QUESTIONS
from casebook.practice.hints import GIVES_AWAY, hints
from tests.minimal_cases import FOLDER, item
from tests.strategies import operations

SHIPPED = [path.stem for path in cases.library()]
MINIMAL = sorted(path.stem for path in FOLDER.glob("*.yaml"))
CODE = re.compile(r"\b[0-9]{4}[0-9A-Z]\b")


def check(case):
    told = hints(case)
    assert 3 <= len(told) <= 4
    assert all(told)
    assert told == hints(case)
    for hint in told:
        assert not CODE.search(hint), hint
    for hint in told[:-1]:
        assert not GIVES_AWAY.search(hint), hint
    assert told[0].endswith("?")
    assert told[-1].startswith("The rule: ")


@pytest.mark.parametrize("id", SHIPPED)
def test_a_shipped_case_has_four_and_quotes_its_chart(id):
    case = cases.load(id).item
    check(case)
    told = hints(case)
    assert len(told) == 4
    quoted = re.findall("“(.+?)”(?: …|$)", told[2])
    assert 1 <= len(quoted) <= 2
    assert set(quoted) <= set(case.evidence.values())


@pytest.mark.parametrize("name", MINIMAL)
def test_the_smallest_operations_have_three(name):
    check(item(name))
    assert len(hints(item(name))) == 3  # they have no chart to quote


@given(operations())
def test_made_up_operations_have_hints_too(op):
    check(Item("", Note((op,)), {}, {}))


@given(operations(1), operations(1))
def test_so_do_notes_with_two_readings(one, two):
    check(Item("", Note((one, two)), {}, {}))


def test_a_note_that_needs_a_query_is_asked_about_as_others_are():
    def asked(id):
        return re.sub("“.*”", "", hints(cases.load(id).item)[0])  # without the words of its chart

    assert asked("juniper") in {asked(id) for id in SHIPPED if cases.load(id).note.action == "bill"}


def test_the_first_hint_is_about_this_chart():
    """It points at a sentence that decides, by how it begins, and gives away neither that nor a claim."""
    pointed = 0
    for id in SHIPPED:
        item = cases.load(id).item
        first, *_, quoted, _ = hints(item)
        begun = re.search("“(.*) …”", first)
        if begun:
            pointed += 1
            words = next(each for each in item.evidence.values() if each.startswith(begun[1]))
            assert words in quoted
            assert len(begun[1].split()) < len(words.split())
        assert "?" in first
        assert not re.search(r"\b[0-9]{5}\b", first)
    assert pointed > 0.8 * len(SHIPPED)


def test_what_decides_is_asked_first():
    assert "open or laparoscopically" in hints(cases.load("fir").item)[0]
    assert "midline laparotomy" in hints(cases.load("fir").item)[2]
    assert hints(cases.load("ginkgo").item)[0].startswith("What became of the ends")
    assert hints(cases.load("larch").item)[0].startswith("How many joins stand")
    assert "bowel ends that remained" in hints(cases.load("juniper").item)[2]
    assert "different claims" in hints(cases.load("juniper").item)[3]


def test_where_the_readings_differ_is_asked_first():
    assert "which part of the bowel" in hints(item("d03e-ileocecal-or-distal-ileum"))[0].lower()


def test_a_sentence_that_names_a_code_is_not_quoted():
    page = cases.load("alder").page()
    says = "The second join, which the office will bill as 44121."
    page["evidence"] = {**page["evidence"], "lower-join": says}
    told = hints(Item.read(page))
    assert "44121" not in " ".join(told)
    assert "three sentences" in told[1]


def test_the_questions_know_only_rules_that_there_are():
    rules = [rule for _, row in QUESTIONS for rule in row]
    assert set(rules) <= set(RULEBOOK)
    assert len(rules) == len(set(rules))
    assert set(RULEBOOK) - set(rules) == {
        "part",
        "settle",
        "done-but-inside",
        "51",
        "59",
    }  # these decide nothing a reader can look up
