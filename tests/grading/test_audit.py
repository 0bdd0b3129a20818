"""A filed claim, judged line by line."""

import pytest

from casebook.cases import library, load
from casebook.coding.typed import read
from casebook.grading.audit import audit, filed_lines
from casebook.quiz import door


def told(name):
    return {row.line: row.stands for row in audit(load(name).item)}


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("filbert", {"44120": True, "44121-59 x2": False}),
        ("persimmon", {"44120": True, "44120-59": False}),
        ("medlar", {"44120 x2": False}),
        ("hickory", {"44160": True, "44121": False}),
        ("teak", {"44120": False, "44121": False}),
        ("juneberry", {"44120": True, "44121 x2": False}),
        ("acacia", {"44120": False}),
    ],
)
def test_each_filed_line_stands_or_does_not(name, lines):
    assert told(name) == lines


def test_every_audit_has_lines_that_fall_and_each_says_why():
    audits = [case for path in library() if (case := load(path)).filed]
    assert len(audits) >= 10
    for case in audits:
        rows = audit(case.item)
        assert [row.line for row in rows] == filed_lines(case.filed), case.id
        assert any(not row.stands for row in rows), case.id
        assert all(bool(row.against) != row.stands for row in rows), case.id
        # The filed claim is right where every line stands, and only there.
        assert case.item.grade(case.filed).verdict != "correct", case.id


def test_a_claim_that_is_right_stands_whole():
    case = load("alder")
    page = {**case.page(), "filed": "44121; 44120"}
    graded = door.answer({"do": "grade", "page": page, "answer": "44120; 44121", "judged": [False, True]})
    assert [row["stands"] for row in graded["filed"]] == [True, True]
    (part,) = [part for part in graded["feedback"]["parts"] if part["kind"] == "filed"]
    assert [row["says"] for row in part["rows"]] == [
        "It stands; you said otherwise.",
        "It stands, as you said.",
    ]


def test_why_a_line_falls_is_told_beside_a_right_answer_and_the_filed_one_alone():
    page = load("juneberry").page()

    def rows(answer, judged=()):
        graded = door.answer({"do": "grade", "page": page, "answer": answer, "judged": list(judged)})
        return [r["says"] for p in graded["feedback"]["parts"] if p["kind"] == "filed" for r in p["rows"]]

    assert rows("44120") == []  # read as a verdict on this answer
    assert rows("44120", [True, True]) == [
        "It stands, as you said.",
        "It does not stand; you said otherwise.",
    ]
    assert rows("44121 x2; 44120")[1].startswith("It does not stand. 44121 has 1 unit here, not 2")
    right = rows("44120; 44121", [True, False])
    assert right[0] == "It stands, as you said."
    assert right[1].startswith("It does not stand, as you said. ")
    assert "44121" in right[1]
    assert rows("what?") == []


def test_what_was_judged_may_be_anything():
    page = load("juneberry").page()
    for judged in (None, [], [None], ["stands", 1, True], [True] * 9):
        graded = door.answer({"do": "grade", "page": page, "answer": "44120", "judged": judged})
        assert len(graded["filed"]) == len(read(page["filed"]).claim)
    with pytest.raises(ValueError, match="judged: expected a list"):
        door.answer({"do": "grade", "page": page, "answer": "44120", "judged": "yes"})
    assert door.answer({"do": "grade", "page": load("alder").page(), "answer": "44120"})["filed"] is None
