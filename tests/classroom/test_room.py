"""A class in one room: counts first, verdicts only when they are revealed, and what learners typed stays
text."""

import json
import re

import pytest

from casebook.cases import load
from casebook.classroom import cohort, frame_of
from casebook.classroom.phones.told import Teller
from casebook.classroom.room import Room, read_hands
from casebook.errors import CaseError
from casebook.grading.feedback import in_short
from casebook.practice.responses import Response
from tests.conftest import ROOT

SLIPPED = ("44120; 44121", "44120 x2", "44120; 44121 x2", "44120-51", "query")


@pytest.fixture
def room(tmp_path):
    return Room(["birch", "oak"], folder=tmp_path)


def hand_in(folder, name, case, answer):
    rows = [{"format": "casebook-answers", "version": 1}, {"case": case, "answer": answer, "at": 1}]
    (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")


def test_hands_are_counted_and_nothing_is_told(room):
    shown = room.hands({"44120": 3, "44120; 44121": 9, "what?": 1})
    assert [line.split()[0] for line in repr(shown).splitlines()] == ["44120;", "44120", "not"]
    for words in ("ight", "xpected", "gives"):
        assert words not in repr(shown)
    assert "9  ####" in repr(
        room.hands({"44120;44121": 9})
    )  # the same claim, typed otherwise, is counted anew and not twice
    assert len(repr(room.tally()).splitlines()) == 3


def test_one_claim_typed_in_two_ways_is_one_group(room):
    shown = repr(room.hands({"44120; 44121": 9, "44121;44120": 2, "what?": 1, "why?": 1}))
    assert [line.split("#")[0].split() for line in shown.splitlines()] == [
        ["44120;", "44121", "11"],
        ["not", "readable", "2"],
    ]


def test_charts_of_a_lesson_may_stand_on_one_page(room):
    assert "data-line" in room.chart()._repr_html_()
    assert " id=" not in room.chart()._repr_html_()


def test_revealing_says_what_each_amounts_to(room):
    room.hands({"44120": 3, "44120; 44121": 9})
    assert repr(room.reveal()).startswith("Expected: 44120\n44120; 44121")
    assert "The slip that gives this claim: counting the diseased areas." in repr(room.reveal())
    assert repr(room.bars()).partition("\n")[0].split("#")[0].endswith("  9  ")


def test_panel_notebook_and_report_say_the_same_of_an_answer():
    for case, answers in (("birch", SLIPPED), ("juniper", ("44120; 44121-51", "44120-59; 44121", "44120"))):
        item, teller = load(case).item, Teller(load(case))
        given = [Response(f"l{n}", case, answer) for n, answer in enumerate(answers)]
        report = cohort(frame_of(given), [load(case).page()]).answers
        lesson = Room([case])
        shown = repr(lesson.hands(dict.fromkeys(answers, 1)) and lesson.reveal())
        for row in report.itertuples():
            assert row.amounts_to == in_short(item.grade(row.answer)) == teller.verdict(row.answer).amounts
            assert row.amounts_to in shown


def test_bars_of_a_note_that_needs_a_question_name_that_first():
    lesson = Room(["juniper"])
    lesson.hands({"44120; 44121-51": 4, "44120-59; 44121": 3, "44120": 2, "query": 9})
    named = [line.split("  ")[0] for line in bars(lesson)]
    first = "billing without the question that the note needs"
    assert named[0].startswith(f"{first}; and ")
    assert named[1] == first
    assert named[2].startswith("billing one reading")
    assert len(named) == 3


def test_bars_count_each_person_once(room):
    room.hands({"44120": 3, "44120; 44121": 9, "44120 x2": 4, "44202": 2, "query": 1, "what?": 5})
    assert sum(int(line.split("  ")[-2]) for line in bars(room)) == 9 + 4 + 2 + 1


def bars(room):
    return [line for line in repr(room.bars()).splitlines() if "#" in line]


def test_a_pasted_column_of_answers_is_counted(room):
    shown = repr(room.answers("44120; 44121\n\n44121;44120\nquery the surgeon\nwhat?\n"))
    assert [line.split("#")[0].split() for line in shown.splitlines()] == [
        ["44120;", "44121", "2"],
        ["not", "readable", "1"],
        ["query", "1"],
    ]


def test_a_picture_is_of_the_commonest_answer_that_is_not_right(room):
    room.hands({"44120": 30, "44120; 44121": 9, "44202": 1})
    assert repr(room.draw()) == repr(room.draw("44120; 44121"))


def test_phones_are_counted_with_the_room(room, tmp_path):
    opened = room.open(tmp_path / "votes.sqlite3")
    try:
        opened.votes.answer("a" * 22, "44121;44120")
        assert repr(room.tally()).startswith("44120; 44121    1")
        room.next()
        assert opened.votes.now.at == 1
        assert "Nobody" in repr(room.tally())
        assert opened.join in opened._repr_html_()
    finally:
        opened.close()


def test_files_are_collected(room, tmp_path):
    for name, answer in (("a", "44120"), ("b", "44120; 44121"), ("c", "44120; 44121"), ("d", "query")):
        hand_in(tmp_path, name, "birch", answer)
    hand_in(tmp_path, "e", "oak", "44120")
    (tmp_path / "bad.jsonl").write_text("{", "utf-8")
    shown = repr(room.collect())
    assert [line.split("  ")[0].strip() for line in shown.splitlines()[:3]] == [
        "44120; 44121",
        "44120",
        "query",
    ]
    assert "bad.jsonl:1" in shown
    assert repr(room.collect()) == shown  # counted once, however often
    room.next()
    assert repr(room.collect()).startswith("44120 ")


def test_files_and_hands_are_not_added_up(room, tmp_path):
    hand_in(tmp_path, "a", "birch", "44120")
    room.hands({"query": 5})
    room.collect()
    assert room.counts["birch"] == {"44120": 1}
    room.hands({"44120; 44121": 2})
    room.hands({"44120": 3})
    assert room.counts["birch"] == {"44120; 44121": 2, "44120": 3}


def test_the_next_case_and_the_last(room):
    assert "Birch" in repr(room.chart())
    assert "Oak" in repr(room.next())
    assert "Oak" in repr(room.next())
    assert "Nobody has answered yet." in repr(room.reveal())
    assert "No wrong rule shows" in repr(room.bars())


def test_the_chart_tells_nothing_away(room):
    html = room.chart()._repr_html_()
    assert "one-piece" not in html
    assert room.case.key["why"] not in html


def test_what_was_typed_is_text(room):
    shown = room.hands({"<script>alert(1)</script>": 2, "44120": 1})
    assert "<script" not in shown._repr_html_()
    hand_in(room.folder, "<b>x", "birch", "44120")
    (room.folder / "<i>y.jsonl").write_text("{", "utf-8")
    assert "<i>y" not in room.collect()._repr_html_()


def test_what_cannot_be_counted_says_why(room):
    with pytest.raises(ValueError, match="how many hands"):
        room.hands({"44120": -1})
    for counts in ({"44120": "7"}, {"44120": 2.5}, {"44120": True}):
        with pytest.raises(ValueError, match="how many hands"):
            room.hands(counts)
    with pytest.raises(ValueError, match="how many for each answer"):
        room.hands(["44120", 3])
    with pytest.raises(ValueError, match="where the files are"):
        Room(["alder"]).collect()
    with pytest.raises(ValueError, match="at least one case"):
        Room([])
    with pytest.raises(CaseError, match="no case of this name"):
        Room(["no-such"])


def test_hands_as_typed():
    assert read_hands("44120; 44121 = 7\n\n query=2 ") == {"44120; 44121": 7, "query": 2}
    assert read_hands("44120 = 1\n44120 = 2") == {"44120": 3}
    for text in ("44120", "44120 = many", "44120 = -1", "44120 = 9999999"):
        with pytest.raises(ValueError, match="how many hands"):
            read_hands(text)


def test_the_panel_does_what_its_buttons_say(room):
    panel = room.panel()
    cases, hands, buttons, out = panel.children
    press = {button.description: button for button in buttons.children}
    hands.value = "44120 = 3"
    press["Count hands"].click()
    assert room.counts["birch"] == {"44120": 3}
    hands.value = "44120"
    press["Count hands"].click()
    cases.value = 1
    assert room.case.id == "oak"
    assert room.panel().children[0].value == 1
    cases.value = 0
    room.next()
    assert cases.value == 1
    press["Reveal"].click()
    assert out is panel.children[-1]


def test_code_of_the_notebooks_fits_the_width_that_it_is_shown_at():
    """1280 pixels with the list of files open: 71 characters in a projector's type, else 104."""
    for file in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(file.read_text("utf-8"))["cells"]
        lines = "".join("".join(c["source"]) + "\n" for c in cells if c["cell_type"] == "code").splitlines()
        widest = 71 if "projector()" in lines else 104
        assert not [line for line in lines if len(line) > widest], file.name


def test_an_answer_stands_on_one_line_and_a_rule_on_several(room):
    room.hands({"44120 x2; 44121": 3, "44120; 44121": 2})
    assert room.tally()._repr_html_().count('<th scope="row" class=whole>') == 2
    rules = re.findall(r"<th([^>]*)>([^<]*)", room.bars()._repr_html_())
    assert rules
    assert not [name for how, name in rules if "whole" in how and len(name) > 30]
    assert [name for how, name in rules if "whole" not in how]
