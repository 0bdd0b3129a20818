"""A denied line: what to do about it follows from the report, and from nothing else."""

import pytest
from hypothesis import assume, given, settings

from casebook.coding.claim import show
from casebook.grading import item_of
from casebook.practice.denied import WAYS, decide
from tests.strategies import operations

TWO = [{"resect": [200, 220]}, {"join": [200, 220]}, {"resect": [420, 440]}, {"join": [420, 440]}]


def item(op, filed):
    steps = op if isinstance(op, list) else [s.as_mapping() for s in op.steps]
    given = {"steps": steps} if isinstance(op, list) else {"approach": op.approach, "valve": op.valve}
    return item_of({"readings": [{**given, "steps": steps}], "filed": filed})


@settings(max_examples=40)
@given(operations(1, 2))
def test_a_claim_that_the_report_bears_is_appealed_and_never_written_off(op):
    assume(not op.left and op.follows is None and op.surgeon == "primary" and not op.unusual_work)
    borne = item(op, "44120")
    assume(borne.note.action == "bill" and borne.note.mains[0].lines)
    lines = borne.note.mains[0].lines
    filed = item(op, show(lines))
    told = decide(filed, {lines[-1].code: ["CO", "97"]})
    assert told.way == "appeal"
    assert set(told.wrong) == WAYS.keys() - {"appeal"}
    assert all(asks and says for asks, says in told.wrong.values())
    # Where nothing was decided, nothing can be appealed.
    assert decide(filed, {lines[-1].code: ["CO", "16", "MA130"]}).way == "correct"
    # A line that the report does not bear, beside all that it bears: the rest was paid.
    more = item(op, f"{show(lines)}; 44055")
    assert decide(more, {"44055": ["CO", "236"]}).way == "off"


@pytest.mark.parametrize(
    ("filed", "denied", "way"),
    [
        ("44120 x2", "44120", "correct"),
        ("44202; 44121", "44121", "correct"),  # never appealed: the report bears an open operation
        ("44120; 44121; 44005", "44005", "off"),
        ("44120; 44121", "44120", "appeal"),
    ],
)
def test_what_was_not_paid_and_is_borne_is_filed_anew(filed, denied, way):
    assert decide(item(TWO, filed), {denied: ["CO", "97"]}).way == way


@pytest.mark.parametrize(
    ("filed", "denied"), [("44120", {"44120": ["X9"]}), ("44120", {"44121": ["97"]}), ("44120", {})]
)
def test_what_no_payer_sent_is_refused(filed, denied):
    with pytest.raises(ValueError, match="denied: "):
        decide(item(TWO, filed), denied)
