"""Reading an operation: what the contract allows, and what is refused with the key at fault."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.coding.operation import REASONS, STEPS, Operation, Step
from casebook.coding.reading import read_operation, read_step
from casebook.errors import OperationError
from tests.strategies import operations

JOINED = [{"resect": [100, 120]}, {"join": [100, 120]}]


def op(*steps, **more):
    return read_operation({"steps": list(steps), **more})


def refused(message, data, path=None):
    with pytest.raises(OperationError) as error:
        read_operation(data)
    assert message in str(error.value), error.value
    if path is not None:
        assert error.value.path == path
    return str(error.value)


# What the contract says


def test_the_contracts_own_example():
    found = read_operation(
        {
            "says": "the first join stays, the second site gets its own",
            "approach": "open",
            "valve": 600,
            "session": {},
            "surgeon": "primary",
            "unusual_work": False,
            "steps": [
                {"resect": [420, 445], "for": "stricture", "evidence": "first-resection"},
                {"join": [420, 445], "evidence": "first-join"},
                {"resect": [560, 580]},
                {"join": [560, 580]},
            ],
        }
    )
    assert [(p.start, p.end, p.joined) for p in found.bowel.places] == [(420, 445, True), (560, 580, True)]
    assert found.steps[0] == Step("resect", 420, 445, reason="stricture", evidence="first-resection")


def test_what_is_left_out_has_the_contracts_default():
    plain = op(*JOINED)
    assert (plain.approach, plain.valve, plain.surgeon, plain.follows, plain.unusual_work) == (
        "open",
        600,
        "primary",
        None,
        False,
    )


STEP_EXAMPLES = {
    "resect": {"resect": [100, 120], "for": "stricture"},
    "join": {"join": [100, 120], "tapered": True},
    "stoma": {"stoma": 420, "kind": "end"},
    "stricturoplasty": {"stricturoplasty": 250},
    "bypass": {"bypass": [100, 300]},
    "repair": {"repair": 300, "cause": "trauma"},
    "diverticulectomy": {"diverticulectomy": 540},
    "enterotomy": {"enterotomy": 200, "kind": "decompress"},
    "lyse_adhesions": {"lyse_adhesions": "extensive"},
    "explore": {"explore": "laparotomy"},
    "close_stoma": {"close_stoma": 300},
    "close_fistula": {"close_fistula": "bowel-bladder"},
    "appendectomy": {"appendectomy": "diseased"},
    "hernia_repair": {"hernia_repair": "same-wound"},
    "mesentery_repair": {"mesentery_repair": True},
    "omentectomy": {"omentectomy": True},
    "revise_stoma": {"revise_stoma": 300, "kind": "deep"},
    "untwist": {"untwist": True},
    "feeding_catheter": {"feeding_catheter": 60},
    "reopen": {"reopen": True},
}


def test_every_step_of_the_contract_is_known_and_no_other():
    assert set(STEP_EXAMPLES) == set(STEPS)


@pytest.mark.parametrize("act", list(STEP_EXAMPLES))
def test_a_step_reads_and_writes_itself(act):
    row = {**STEP_EXAMPLES[act], "evidence": "here"}
    step = read_step(row, ())
    assert step.act == act
    assert step.evidence == "here"
    assert step.as_mapping() == row


def test_an_appendectomy_that_is_only_true_was_incidental():
    """So it was written before the word `diseased` was there."""
    assert read_step({"appendectomy": True}, ()) == Step("appendectomy", kind="incidental")


def test_the_rectum_may_be_stated():
    assert op(*JOINED).rectum is None
    assert op(*JOINED, rectum=745).rectum == 745


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_of_the_contract(reason):
    assert read_step({"resect": [1, 2], "for": reason}, ()).reason == reason


def test_the_reasons_are_the_contracts():
    assert set(REASONS) == set(
        "stricture ischemia infarction tumor perforation fistula atresia margin injury join conduit".split()
    )


@pytest.mark.parametrize(
    "approach", ["open", "laparoscopic", "converted", "robotic", "hand-assisted", "laparoscopic-assisted"]
)
@pytest.mark.parametrize("surgeon", ["primary", "assistant", "assistant-nonphysician", "co-surgeon"])
def test_approaches_and_surgeons(approach, surgeon):
    found = op(*JOINED, approach=approach, surgeon=surgeon)
    assert (found.approach, found.surgeon) == (approach, surgeon)


@pytest.mark.parametrize("follows", ["staged", "complication", "unrelated"])
def test_a_later_session(follows):
    found = op(
        {"join": [300, 340]}, session={"follows": follows, "days": 2, "left": [[300, 340], [400, 410]]}
    )
    assert (found.follows, found.days) == (follows, 2)
    assert [(p.start, p.joined, p.left) for p in found.bowel.places] == [
        (300, True, True),
        (400, False, True),
    ]


@given(operations())
def test_an_operation_reads_back_what_it_writes(found):
    assert read_operation(found.as_mapping()) == found


# What is refused, and how


@pytest.mark.parametrize(
    ("message", "data", "path"),
    [
        ("expected keys and values", [], ()),
        ("expected keys and values", None, ()),
        ("steps: expected a list of at least one step", {}, ("steps",)),
        ("steps: expected a list", {"steps": []}, ("steps",)),
        ("steps: expected a list", {"steps": "resect"}, ("steps",)),
        ("has no key 'color'", {"steps": JOINED, "color": 1}, ("color",)),
        (
            "approach: expected one of open, laparoscopic",
            {"steps": JOINED, "approach": "keyhole"},
            ("approach",),
        ),
        ("approach: expected one of", {"steps": JOINED, "approach": ["open"]}, ("approach",)),
        ("surgeon: expected one of", {"steps": JOINED, "surgeon": "me"}, ("surgeon",)),
        ("unusual_work: expected true or false", {"steps": JOINED, "unusual_work": "yes"}, ("unusual_work",)),
        ("valve: expected cm", {"steps": JOINED, "valve": "far"}, ("valve",)),
        (
            "valve: expected cm past the ligament of Treitz, above zero",
            {"steps": JOINED, "valve": 0},
            ("valve",),
        ),
        ("valve: expected cm", {"steps": JOINED, "valve": True}, ("valve",)),
        ("session: expected keys", {"steps": JOINED, "session": "staged"}, ("session",)),
        ("session has no key 'when'", {"steps": JOINED, "session": {"when": 1}}, ("session", "when")),
        (
            "follows: expected one of",
            {"steps": JOINED, "session": {"follows": "later"}},
            ("session", "follows"),
        ),
        ("days: expected a whole number", {"steps": JOINED, "session": {"days": 1.5}}, ("session", "days")),
        ("days: expected a whole number", {"steps": JOINED, "session": {"days": -1}}, ("session", "days")),
        ("left: expected a list of spans", {"steps": JOINED, "session": {"left": 300}}, ("session", "left")),
        (
            "left: expected two positions",
            {"steps": JOINED, "session": {"left": [[300]]}},
            ("session", "left", 0),
        ),
        (
            "left: each span runs from its lower end",
            {"steps": JOINED, "session": {"left": [[340, 300]]}},
            ("session", "left", 0),
        ),
        (
            "touches no other",
            {"steps": JOINED, "session": {"left": [[300, 340], [340, 350]]}},
            ("session", "left", 1),
        ),
        ("a step: expected keys and values", {"steps": ["resect"]}, ("steps", 0)),
        ("a step names one act", {"steps": [{}]}, ("steps", 0)),
        ("a step names one act", {"steps": [{"for": "tumor"}]}, ("steps", 0)),
        ("a step names one act", {"steps": [{"resect": [1, 2], "join": [1, 2]}]}, ("steps", 0)),
        (
            "a resect step has no key 'kind'",
            {"steps": [{"resect": [1, 2], "kind": "end"}]},
            ("steps", 0, "kind"),
        ),
        ("resect: expected two positions in cm", {"steps": [{"resect": 100}]}, ("steps", 0, "resect")),
        ("resect: expected two positions", {"steps": [{"resect": [100, 110, 120]}]}, ("steps", 0, "resect")),
        ("resect: expected cm", {"steps": [{"resect": [100, "120"]}]}, ("steps", 0, "resect")),
        ("resect: expected cm", {"steps": [{"resect": [100, float("nan")]}]}, ("steps", 0, "resect")),
        ("resect: expected cm", {"steps": [{"resect": [100, 1e9]}]}, ("steps", 0, "resect")),
        (
            "for: expected one of stricture",
            {"steps": [{"resect": [1, 2], "for": "fun"}]},
            ("steps", 0, "for"),
        ),
        (
            "lesions: expected a whole number",
            {"steps": [{"resect": [1, 2], "lesions": -1}]},
            ("steps", 0, "lesions"),
        ),
        (
            "tapered: expected true or false",
            {"steps": [{"join": [1, 2], "tapered": 1}]},
            ("steps", 0, "tapered"),
        ),
        ("a stoma step also needs kind", {"steps": [{"stoma": 420}]}, ("steps", 0)),
        (
            "kind: expected one of end, loop",
            {"steps": [{"stoma": 420, "kind": "double"}]},
            ("steps", 0, "kind"),
        ),
        ("a repair step also needs cause", {"steps": [{"repair": 300}]}, ("steps", 0)),
        (
            "cause: expected one of surgeon, trauma, disease",
            {"steps": [{"repair": 300, "cause": "age"}]},
            ("steps", 0, "cause"),
        ),
        (
            "lyse_adhesions: expected one of limited, extensive",
            {"steps": [{"lyse_adhesions": True}]},
            ("steps", 0, "lyse_adhesions"),
        ),
        ("explore: expected one of", {"steps": [{"explore": "robot"}]}, ("steps", 0, "explore")),
        (
            "close_fistula: expected one of",
            {"steps": [{"close_fistula": "skin"}]},
            ("steps", 0, "close_fistula"),
        ),
        (
            "appendectomy: expected one of diseased, incidental",
            {"steps": [{"appendectomy": False}]},
            ("steps", 0, "appendectomy"),
        ),
        ("omentectomy: expected true", {"steps": [{"omentectomy": False}]}, ("steps", 0, "omentectomy")),
        ("rectum: expected cm", {"steps": JOINED, "rectum": "low"}, ("rectum",)),
        ("beyond the valve", {"steps": JOINED, "rectum": 600}, ("rectum",)),
        ("a revise_stoma step also needs kind", {"steps": [{"revise_stoma": 300}]}, ("steps", 0)),
        (
            "kind: expected one of decompress",
            {"steps": [{"enterotomy": 200, "kind": "look"}]},
            ("steps", 0, "kind"),
        ),
        (
            "evidence: expected the name",
            {"steps": [{"reopen": True, "evidence": 3}]},
            ("steps", 0, "evidence"),
        ),
    ],
)
def test_what_cannot_be_read_names_the_key_and_what_was_expected(message, data, path):
    refused(message, data, path)


@pytest.mark.parametrize(
    ("message", "steps", "at"),
    [
        (
            "step 1, join 100 to 120: no open place has the ends 100 and 120; no end is open",
            [{"join": [100, 120]}],
            0,
        ),
        ("open ends: 100 and 120", [{"resect": [100, 120]}, {"join": [100, 130]}], 1),
        (
            "open ends: 100 and 120; 200 and 210",
            [{"resect": [100, 120]}, {"resect": [200, 210]}, {"join": [120, 200]}],
            2,
        ),
        ("the ends are reversed: write [100, 120]", [{"resect": [120, 100]}], 0),
        ("the ends are reversed: write [100, 120]", [{"resect": [100, 120]}, {"join": [120, 100]}], 1),
        ("the ends are reversed: write [100, 300]", [{"bypass": [300, 100]}], 0),
        (
            "nothing is left to remove between 105 and 115",
            [{"resect": [100, 120]}, {"resect": [105, 115]}],
            1,
        ),
        ("the bowel at 110 is already out", [{"resect": [100, 120]}, {"stricturoplasty": 110}], 1),
        ("the bowel at 110 is already out", [{"resect": [100, 120]}, {"repair": 110, "cause": "trauma"}], 1),
        ("the bowel at 110 is already out", [{"resect": [100, 120]}, {"diverticulectomy": 110}], 1),
        ("the bowel at 110 is already out", [{"resect": [100, 120]}, {"enterotomy": 110}], 1),
        ("the bowel at 110 is already out", [{"resect": [100, 120]}, {"close_stoma": 110}], 1),
        ("the bowel at 110 is already out", [{"resect": [100, 120]}, {"feeding_catheter": 110}], 1),
        ("the bowel at 110 is already out", [{"resect": [100, 120]}, {"bypass": [50, 110]}], 1),
        ("the bowel at 110 is already out", [{"resect": [100, 120]}, {"stoma": 110, "kind": "loop"}], 1),
        ("the end at 100 is already joined", [*JOINED, {"stoma": 100, "kind": "end"}], 2),
    ],
)
def test_what_no_bowel_allows_names_the_step(message, steps, at):
    said = refused(message, {"steps": steps}, ("steps", at, next(k for k in steps[at] if k in STEPS)))
    assert said.startswith(f"step {at + 1}, ")


def test_a_path_starts_where_the_reading_stands():
    with pytest.raises(OperationError) as error:
        read_operation({"steps": [{"join": [1, 2]}]}, ("readings", 1))
    assert error.value.path == ("readings", 1, "steps", 0, "join")


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from((*STEPS, "steps", "approach", "session", "left", "for", "kind", "cause")),
                inner,
                max_size=3,
            ),
        ),
        max_leaves=12,
    )
)
def test_any_data_is_read_or_refused_in_words(data):
    for row in (data, {"steps": [data]}, {"steps": data}, {"steps": JOINED, "session": data}):
        try:
            read_operation(row)
        except OperationError as error:
            assert error.message  # noqa: PT017


# The shape


@pytest.mark.parametrize(
    ("act", "at", "later", "apart"),
    [
        ("stricturoplasty", 126, [], True),
        ("stricturoplasty", 125, [], False),  # within 5 cm of the join
        ("stricturoplasty", 95, [], False),
        ("stricturoplasty", 94, [], True),
        ("enterotomy", 124, [], False),
        ("enterotomy", 250, [{"resect": [240, 260]}, {"join": [240, 260]}], False),  # later removed
        ("enterotomy", 250, [{"resect": [300, 320]}], True),
        ("diverticulectomy", 124, [], True),  # a pouch has a place of its own beside a join
        ("diverticulectomy", 250, [{"resect": [240, 260]}, {"join": [240, 260]}], False),
    ],
)
def test_what_is_beside_a_join_or_later_removed_is_not_apart(act, at, later, apart):
    found = op(*JOINED, {act: at}, *later)
    assert (found.steps[2] in found.apart) == apart


def test_only_a_join_has_a_neighbourhood():
    left_open = op({"resect": [100, 120]}, {"stricturoplasty": 122})
    assert left_open.steps[1] in left_open.apart


def test_trimming_a_left_place_is_not_a_resection():
    session = {"follows": "staged", "left": [[300, 340]]}
    trimmed = op({"resect": [297, 300], "for": "margin"}, {"join": [297, 340]}, session=session)
    assert trimmed.trimmed_only(trimmed.bowel.places[0])
    more = op({"resect": [290, 300], "for": "ischemia"}, {"join": [290, 340]}, session=session)
    assert not more.trimmed_only(more.bowel.places[0])
    today = op({"resect": [297, 300], "for": "margin"})
    assert not today.trimmed_only(today.bowel.places[0])


def test_an_operation_cannot_be_changed_and_can_be_a_key():
    found = op(*JOINED)
    with pytest.raises(AttributeError):
        found.approach = "laparoscopic"
    assert {found: 1}[op(*JOINED)] == 1
    assert found != op(*JOINED, approach="laparoscopic")


def test_an_operation_of_nothing_impossible_can_be_built_in_code():
    with pytest.raises(OperationError, match="step 1, join"):
        Operation(steps=(Step("join", 1, 2),))
