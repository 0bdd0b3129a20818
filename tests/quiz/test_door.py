"""The door through which a page's worker asks."""

import json

from casebook import cases
from casebook.grading import grade_page, item_of
from casebook.quiz import door


def test_it_answers_as_the_grader_does(rowan):
    page = cases.load(rowan).page()
    asked = {
        "page": {**page, "anchors": {"upper-join": "s1"}},
        "answer": "44120 x2",
        "evidence": ["upper-join"],
        "diagnoses": ["K50.012"],
    }
    assert json.loads(door.grade_json(json.dumps(asked))) == grade_page(page, "44120 x2", ["upper-join"], ["K50.012"])


def test_the_places_of_the_page_make_no_second_item(rowan):
    page = cases.load(rowan).page()
    door.grade_json(json.dumps({"page": {**page, "anchors": {"upper-join": "s7"}}, "answer": "44120"}))
    assert "44120" in item_of(page)._grades


def test_tables_are_found_and_read():
    read = door.read_tables()
    assert {"casebook.edits.values", "casebook.edits.pairs", "casebook.edits.limits", "casebook.edits.bases"} <= set(read)


def test_answers_are_forgotten_and_tables_kept(rowan):
    from casebook import edits, grading

    page = cases.load(rowan).page()
    door.grade_json(json.dumps({"page": page, "answer": "44120"}))
    door.forget_answers()
    assert grading._item.cache_info().currsize == 0
    assert edits.values.cache_info().currsize == 1
