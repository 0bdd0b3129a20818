"""Changes of a chart as questions: what they say is so of the operation, their keys stand on nothing
doubtful, and they are asked and counted only where the chart was read rightly."""

import json
from functools import cache
from random import Random

import pytest

from casebook.cases import beyond, library, load
from casebook.coding.note import Note
from casebook.grading import expected, item_of
from casebook.grading.doubt import rests_on_doubt
from casebook.practice.changed import all_changes, change_of, changed_page, chart_of, is_change
from casebook.practice.rounds import Practice
from casebook.practice.tutor import Tutor, follow, row, table_of
from casebook.quiz import door

SOME = 24  # charts of a hundred


@cache
def cases():
    out = {path.stem for path in beyond()}
    every = [load(path) for path in library() if path.stem not in out]
    return {case.id: case for case in Random(8).sample(every, SOME)}


@cache
def table():
    return table_of({id: case.item for id, case in cases().items()})


def pages():
    return [case.page() for case in cases().values()]


def asked():
    return [id for id in table() if is_change(id)]


def test_a_change_is_a_question_of_its_own_that_nothing_doubtful_answers():
    told = {}
    for id in sorted(asked()):  # chart by chart
        change = change_of(cases()[chart_of(id)].item, id)
        base = cases()[chart_of(id)].item.note.readings[0]
        assert change.op != base
        assert not rests_on_doubt(Note((change.op,)))
        assert change.says[0].islower()
        assert not change.says.endswith(".")
        assert "had" not in change.says.split()
        told.setdefault(chart_of(id), []).append(change.says)
    assert len(told) > SOME / 2
    assert all(len(set(says)) == len(says) for says in told.values())


def test_a_page_grades_a_change_as_the_rules_do():
    for id in sorted(Random(3).sample(asked(), 30)):
        base = cases()[chart_of(id)]
        page = changed_page(base.page(), id)
        item = item_of(page)
        change = change_of(base.item, id)
        assert item.note.readings[0] == change.op
        assert page["had"] == change.says
        assert item.grade(expected(item)).verdict == "correct"
        assert not item.evidence
        for text, held in table()[id].items():
            assert item.grade(text).verdict != "correct"
            assert set(held) <= set(row(item)[text])


def test_a_page_gets_a_change_and_its_verdict_by_the_door():
    for id in Random(5).sample(asked(), 6):
        page = door.answer({"do": "changed", "page": cases()[chart_of(id)].page(), "change": id})
        for text in (expected(item_of(page)), *list(table()[id])[:2]):
            asked_for = {"do": "grade", "page": page, "answer": text, "lines": None, "diagnoses": None}
            told = door.answer(asked_for)
            assert (told["verdict"] == "correct") == (text not in table()[id])
            assert json.loads(json.dumps(told)) == told


def test_what_the_table_has_of_a_change_the_chart_as_it_is_does_not_show():
    for id in asked():
        shown = {rule for held in table()[chart_of(id)].values() for rule in held}
        assert not shown & {rule for held in table()[id].values() for rule in held}


def test_a_change_is_asked_only_of_a_chart_that_was_read_rightly():
    id = asked()[0]
    chart = chart_of(id)
    fresh, misread, read = Tutor(table()), Tutor(table()), Tutor(table())
    misread.answered(chart, False, "other")
    read.answered(chart, True, "")
    assert id not in fresh.open()
    assert id not in misread.open()
    assert id in read.open()
    before = misread.shares
    misread.answered(id, False, next(iter(table()[id])))
    assert misread.shares == before  # it teaches, and counts for nothing
    read.answered(id, False, "other")
    assert not [each for each in read.open() if chart_of(each) == chart]  # misread now


def test_a_chart_and_its_change_are_one_chart():
    """Two changes of one chart name nobody's rule, however sure the shares are; changes of two charts do."""
    by_rule = {}
    for id in asked():
        for text, held in table()[id].items():
            for rule in held:
                by_rule.setdefault(rule, []).append((id, text))
    rule, shown = max(by_rule.items(), key=lambda pair: len({chart_of(id) for id, _ in pair[1]}))
    tutor = Tutor(table())
    for chart in {chart_of(id) for id, _ in shown}:
        tutor.answered(chart, True, "")
    one = shown[0]
    tutor.answered(one[0], False, one[1], row(change_of(cases()[chart_of(one[0])].item, one[0]).item))
    assert rule in tutor.asked[-1].rules
    assert not tutor.named
    others = [each for each in shown if chart_of(each[0]) != chart_of(one[0])]
    for id, text in others[:2]:
        tutor.answered(id, False, text, row(change_of(cases()[chart_of(id)].item, id).item))
    assert len({chart_of(each.case) for each in tutor.asked if rule in each.rules}) > 1
    assert rule in tutor.named or tutor.shares[tutor.rules.index(rule)] < 0.9


def test_the_pages_that_ask_take_an_answer_to_a_change():
    id = next(id for id in asked() if table()[id])
    chart = chart_of(id)
    text, held = next(iter(table()[id].items()))
    right = {"case": chart, "answer": expected(cases()[chart].item), "edition": cases()[chart].edition}
    wrong = {"case": id, "answer": text, "edition": cases()[chart].edition}
    without = follow([right], pages(), table())
    told = follow([right, wrong], pages(), table())
    assert told["could"] == 0
    assert told["says"] != without["says"]
    kept = [
        {**right, "verdict": "correct", "at": 1e12},
        {**wrong, "verdict": "wrong", "at": 1e12 + 1},
    ]
    mine = Practice(kept, pages(), table(), 1e12 + 2)
    assert mine.tried[-1].held == set(held)
    assert all(mine.rules[rule].missed_on for rule in held)
    assert Practice(kept[1:], pages(), table(), 1e12 + 2).tried[-1].case == id
    gone = {**wrong, "case": f"{chart}~zzz"}
    assert follow([right, gone], pages(), table()) == without
    with pytest.raises(ValueError, match="no change"):
        changed_page(cases()[chart].page(), f"{chart}~zzz")


def test_practice_changes_only_what_was_read_rightly_and_not_the_last_chart():
    now = 1e12
    at = [
        {
            "case": id,
            "answer": expected(case.item),
            "verdict": "correct",
            "at": now + i,
            "edition": case.edition,
        }
        for i, (id, case) in enumerate(cases().items())
    ]
    ask = Practice(at, pages(), table(), now + 100).next_case()
    assert ask is not None
    assert is_change(ask)  # every chart was seen today
    assert chart_of(ask) != at[-1]["case"]


def test_practice_changes_no_chart_outside_what_the_reader_is_to_get():
    """Who has read many reports rightly is not asked changes of them where brief charts are to come."""
    ids = list(cases())
    for apart in range(0, SOME, 4):
        within = ids[apart : apart + 4]
        at = [
            {"case": id, "answer": expected(case.item), "verdict": "correct", "at": 1e12 + i}
            | {"edition": case.edition}
            for i, (id, case) in enumerate(cases().items())
            if id not in within
        ]
        assert Practice(at, pages(), table(), 1e12 + 100).next_case(within) in within


def test_changes_have_ids_of_their_own():
    for case in cases().values():
        ids = [change.id for change in all_changes(case.item)]
        assert len(set(ids)) == len(ids)
        assert all(chart_of(id) == case.id for id in ids)
