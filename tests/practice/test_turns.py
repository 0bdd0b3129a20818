"""Small questions: the answer follows from the operation, and nothing else is called right."""

import pytest
from hypothesis import assume, given, settings

from casebook.coding.operation import Operation
from casebook.grading import item_of
from casebook.practice import turns
from tests.strategies import operations

PIECES = [{"resect": [200, 220]}, {"join": [200, 220]}, {"resect": [300, 318]}, {"join": [300, 318]}]
REDONE = [*PIECES, {"resect": [318, 328]}, {"join": [300, 328]}]


def as_data(op: Operation):
    return {"valve": op.valve, "steps": [s.as_mapping() for s in op.steps]}


def right(turn):
    return {key for key, said in turn.table.items() if said.verdict == "correct"}


@settings(max_examples=40)
@given(operations(1, 2))
def test_just_the_standing_anastomoses_are_right(op):
    assume(2 <= len(op.did("join")) <= turns.MOST_TO_TAP and not op.left and op.follows is None)
    standing = [p.joins[-1] for p in op.bowel.places if p.joined]
    assume(standing)
    made = [i for i, s in enumerate(op.steps) if s.act == "join"]
    turn = turns.make("tap", as_data(op))
    assert right(turn) == {",".join(str(made.index(i) + 1) for i in sorted(standing))}
    nothing = turn.table.pop("")
    assert (nothing.verdict, nothing.says) == ("blank", "")  # no try, and it gives nothing away
    assert all(said.asks and said.says for said in turn.table.values() if said.verdict != "correct")


@settings(max_examples=40)
@given(operations(1, 2))
def test_just_the_number_that_stands_is_right(op):
    assume(not op.left and op.follows is None)
    turn = turns.make("count", as_data(op))
    assert right(turn) == {str(sum(p.joined for p in op.bowel.places))}
    assert {key for key, _ in turn.options} == set(turn.table)


def test_a_wrong_count_is_told_what_it_counts():
    table = turns.make("count", {"steps": REDONE}).table
    assert "pieces came out" in table["3"].asks
    assert "went with piece C" in table["3"].says
    assert table["2"].verdict == "correct"


def test_units_counted_from_the_first_anastomosis_are_asked_for_the_base():
    table = turns.make("count", {"about": "units", "steps": PIECES}).table
    assert table["1"].verdict == "correct"
    assert table["2"].asks == "Two joins stand. What bills the first of them?"


@pytest.mark.parametrize("steps", [REDONE[2:], [{"resect": [390, 460], "lesions": 2}, {"join": [390, 460]}]])
def test_a_short_claim_is_told_a_fact_or_asked_and_never_which_slip_it_was(steps):
    asked = [said.asks for said in turns.make("claim", {"steps": steps}).table.values() if said.asks]
    assert len(asked) > 5
    assert not [asks for asks in asked if "slip" in asks]
    assert [asks for asks in asked if asks.startswith("Nothing supports 44121")]


def test_every_order_is_in_the_table_and_one_is_right():
    turn = turns.make("order", {"steps": PIECES})
    assert len(turn.table) == 24
    assert right(turn) == {"0,1,2,3"}
    assert ",".join(key for key, _ in turn.options) != "0,1,2,3"


@pytest.mark.parametrize("steps", [PIECES, REDONE])
def test_the_table_says_of_a_claim_what_the_grader_says(steps):
    item = item_of({"readings": [{"steps": steps}]})
    table = turns.make("claim", {"steps": steps}).table
    assert "44120;44121" in right(turns.make("claim", {"steps": steps}))
    for text, said in table.items():
        assert said.verdict == item.grade(text).verdict
    assert len({said.verdict for said in table.values()}) == 3


def test_a_mark_that_does_not_matter_is_never_dropped():
    table = turns.make("claim", {"steps": PIECES}).table
    assert table["44120;44121"].verdict == "correct"
    assert table["44120;44121-51"].verdict != "correct"


def test_the_sentence_that_decides_is_the_one_of_the_anastomosis():
    steps = [{"resect": [200, 220], "evidence": "out"}, {"join": [200, 220], "evidence": "stands"}]
    lines = {"A piece was taken out.": "out", "The ends were joined.": "stands", "Two jars were sent.": None}
    turn = turns.make("line", {"steps": steps}, lines)
    assert right(turn) == {"2"}
    # One alone tells it, so a hint does not fit a second sentence.
    assert all("what became of the ends" in turn.table[key].asks for key in "13")


def test_a_question_about_the_way_in_does_not_send_to_the_ends():
    data = {
        "about": "approach",
        "approach": "converted",
        "evidence": {"approach": "cut"},
        "steps": PIECES[:2],
    }
    turn = turns.make("line", data, {"Ports were placed.": None, "The abdomen was opened.": "cut"})
    assert right(turn) == {"2"}
    assert "ends" not in turn.table["1"].asks + turn.table["1"].says


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("tap", {"steps": PIECES[:2]}),
        ("order", {"steps": PIECES[:2]}),
        ("line", {"steps": PIECES}),
        ("count", {"steps": PIECES, "about": "sponges"}),
        ("count", {"steps": [{"join": [1, 2]}]}),
        ("sing", {"steps": PIECES}),
    ],
)
def test_what_an_operation_cannot_answer_is_refused(kind, data):
    with pytest.raises(ValueError, match=r"\w"):
        turns.make(kind, data)


def test_a_modifier_that_is_off_is_named():
    steps = [
        {"resect": [90, 104]},
        {"join": [90, 104]},
        {"resect": [360, 420]},
        {"stoma": 360, "kind": "end"},
    ]
    item = item_of({"readings": [{"steps": steps}]})
    beside, alone = (turns._graded(item, answer) for answer in ("44125; 44120-59", "44120-59; 44310"))
    assert beside.asks.endswith("off too: 59 on 44120.")
    assert alone.asks.startswith("Look at the modifiers of 44120 again. 59")
