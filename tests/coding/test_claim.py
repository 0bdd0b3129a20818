"""A claim as it is shown, and when two claims are the same."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from casebook.coding.claim import Answer, Line, same, show, tidy
from casebook.coding.typed import read
from tests.strategies import claims

CONTRACT = (Line("44120"), Line("44121", 2), Line("44310", 1, ("51",)))


def test_a_line_is_shown_as_one_types_it():
    assert str(Line("44120")) == "44120"
    assert str(Line("44121", 2)) == "44121 x2"
    assert str(Line("44120", 1, ("59", "51"))) == "44120-59-51"
    assert str(Line("44310", 2, ("51",))) == "44310-51 x2"
    assert show(CONTRACT) == "44120; 44121 x2; 44310-51"
    assert str(Answer(query=True)) == "query"


def test_a_line_as_json():
    assert Line("44120", 2, ("59",)).as_dict() == {"code": "44120", "units": 2, "modifiers": ["59"]}


def test_modifiers_are_put_in_order_and_each_once():
    for marks in permutations(("22", "58", "62", "59", "51")):
        assert tidy((*marks, "59")) == ("22", "58", "62", "59", "51")
    assert tidy(["XS", "51", "AS"]) == ("AS", "51", "XS")
    assert read("44120-51-59-59").claim == (Line("44120", 1, ("59", "51")),)


def test_order_split_lines_and_xs_do_not_matter():
    claim = read("44120-59-51; 44121 x2; 44310").claim
    assert same(claim) == same(read("44310; 44121; 44121; 44120-51-XS").claim)
    assert same(claim) != same(read("44310; 44121; 44120-51-59").claim)
    assert same(claim) != same(read("44310; 44121 x2; 44120-59").claim)
    assert same(claim) != same(read("44310; 44121 x2; 44120-51-XE").claim)


def test_51_is_free_on_the_codes_that_are_named_alone():
    one, two = read("44120; 44310-51").claim, read("44120; 44310").claim
    assert same(one) != same(two)
    assert same(one, frozenset({"44310"})) == same(two, frozenset({"44310"}))
    assert same(one, frozenset({"44120"})) != same(two, frozenset({"44120"}))


def test_lines_with_other_modifiers_stay_apart():
    assert same(read("44120; 44120-52").claim) == {("44120", 1, frozenset()), ("44120", 1, frozenset({"52"}))}
    assert same(read("44121-52; 44121-52").claim) == {("44121", 2, frozenset({"52"}))}


@given(claims(), st.randoms(use_true_random=False))
def test_a_claim_is_the_same_in_any_order(claim, rng):
    other = list(claim)
    rng.shuffle(other)
    assert same(claim) == same(other)
