"""Operations as surgeons do them: the right claim, or a refusal that says why."""

from pathlib import Path

import pytest
import yaml

from casebook.coding.claim import show
from casebook.coding.note import Note
from casebook.coding.reading import read_operation
from casebook.errors import OperationError

OPERATIONS = yaml.safe_load(Path(__file__).with_name("surgery.yaml").read_text("utf-8"))


@pytest.mark.parametrize("row", OPERATIONS, ids=[row["told"] for row in OPERATIONS])
def test_the_right_claim_or_a_refusal_with_its_reason(row):
    if "claim" in row:
        note = Note((read_operation(row["operation"]),))
        assert note.out_of_scope is None
        assert show(note.mains[0].lines) == row["claim"]
    else:
        assert row["refused"] in why_not(row["operation"])


def why_not(operation):
    """Why an operation is refused: no word of the vocabulary says it, or no rule decides it."""
    try:
        return Note((read_operation(operation),)).out_of_scope or ""
    except OperationError as error:
        return str(error)


def test_a_third_is_beyond_the_vocabulary_or_the_rules():
    assert len(OPERATIONS) >= 30
    assert sum("refused" in row for row in OPERATIONS) * 3 >= len(OPERATIONS)
