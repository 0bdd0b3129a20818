"""An answer to an older text of a chart is kept and told of, and graded nowhere."""

import json
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from casebook.cases import load
from casebook.classroom.gradebook import gradebook
from casebook.classroom.report import report
from casebook.classroom.tables import cohort, frame_of
from casebook.practice import review
from casebook.practice.editions import LENGTH, edition_of, to_earlier
from casebook.practice.responses import read_file, write_file

ALDER = load("alder").edition
OLD = edition_of("another text")
RIGHT = {"case": "alder", "answer": "44120; 44121"}


@cache
def pages():
    """Two pages, made when a test first asks for them."""
    return [load("alder").page(), load("birch").page()]


def answers(tmp_path, *editions):
    """Right answers to one case, as a response file holds them and as it is read."""
    rows = [{**RIGHT, "at": at, "edition": edition} for at, edition in enumerate(editions)]
    write_file(tmp_path / "ann.jsonl", rows)
    return list(read_file(tmp_path / "ann.jsonl"))


@settings(derandomize=True, max_examples=50)
@given(st.text(), st.text())
def test_a_text_has_another_digest_where_its_words_differ(one, two):
    assert (edition_of(one) == edition_of(two)) == (one.split() == two.split())
    assert len(edition_of(one)) == LENGTH


def test_marks_and_front_matter_do_not_make_an_edition(rowan):
    first = load(rowan).edition
    text = rowan.read_text("utf-8")
    rowan.write_text(text.replace("level: 1", "level: 2").replace("{#join}", "{#joined}"), "utf-8")
    assert load(rowan).edition == first
    rowan.write_text(f"{text}\nOne sentence more.\n", "utf-8")
    assert load(rowan).edition != first


def test_only_what_tells_of_another_edition_is_to_an_earlier_one():
    assert to_earlier(pages()[0], OLD)
    assert not to_earlier(pages()[0], ALDER)
    assert not to_earlier(pages()[0], None)
    assert not to_earlier({"id": "made-elsewhere"}, OLD)


def test_a_class_report_lists_them_and_does_not_grade_them(tmp_path):
    told = cohort(frame_of(answers(tmp_path, OLD, ALDER, OLD)), pages())
    assert told.cases.loc["alder", ["answered", "right"]].tolist() == [1, 1]
    assert told.earlier.to_dict() == {"alder": 2}
    assert "Given to an earlier edition of the chart, and so not graded: alder (2)." in report(told)
    alone = cohort(frame_of(answers(tmp_path, OLD)), pages())
    assert alone.cases.empty
    assert alone.learners.loc["ann", "answered"] == 0
    assert "earlier edition" not in report(cohort(frame_of(answers(tmp_path, ALDER)), pages()))


def test_a_grade_book_does_not_grade_them(tmp_path):
    book = gradebook(answers(tmp_path, OLD), pages())
    assert book.earlier == {"alder": 1}
    assert book.learners == ("ann",)
    assert book.total("ann").score == 0
    assert gradebook(answers(tmp_path, OLD, ALDER), pages()).total("ann").score == 1


def test_progress_lists_them_and_counts_them_only_for_what_to_see_again():
    old = {"case": "alder", "verdict": "wrong", "at": 1, "edition": OLD, "misconceptions": ["pieces-counted"]}
    told = review.progress([old], pages(), 10**9)
    assert told["earlier"] == [{"case": "alder", "says": "1 answer"}]
    assert (told["topics"], told["misconceptions"], told["cases"]["done"]) == ([], [], 0)
    assert [row["case"] for row in told["due"]] == ["alder"]
    now = review.progress([old, {**old, "edition": ALDER, "verdict": "correct"}], pages(), 10**9)
    assert now["cases"] == {"done": 1, "first_right": 1, "of": 2}


def test_a_test_begun_before_the_chart_changed_leaves_them_out():
    told = review.result([{**RIGHT, "edition": OLD}, {"case": "birch", "answer": "44120"}], pages())
    assert (told["right"], told["of"], told["earlier"], told["unread"]) == (1, 1, 1, 0)
    assert review.result([{**RIGHT, "edition": ALDER}], pages())["of"] == 1


def test_every_page_and_key_carries_its_digest():
    assert json.loads(json.dumps(pages()[0]))["edition"] == load("alder").edition
