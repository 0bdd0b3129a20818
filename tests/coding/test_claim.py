"""Reading what people type, all of it, and when two claims are the same."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.coding.claim import (
    MAX_TEXT,
    MAX_UNITS,
    MODIFIER_ORDER,
    MODIFIERS,
    Answer,
    Line,
    read,
    same,
    show,
    tidy,
)
from tests.strategies import claims

CONTRACT = (Line("44120"), Line("44121", 2), Line("44310", 1, ("51",)))

# Every way of writing, against every other


UNITS = [" x2", "x2", " X 2", " X2", " (2)", "(2)", " *2", "*2", " * 2", "  x  2", " ×2"]
MARKS = ["-59-51", "-59, 51", "-59,51", " -59 -51", "-59 - 51", "-51-59", "–59–51"]
BREAKS = [";", " ; ", "\n", "\r\n", ";\n", ", ", ",", " , ", ",\n", ";;", "\n\n"]


@pytest.mark.parametrize("units", UNITS)
@pytest.mark.parametrize("marks", MARKS)
def test_units_and_modifiers_in_every_form_and_order(units, marks):
    line = Line("44121", 2, ("59", "51"))
    assert read("44121" + marks + units) == Answer(claim=(line,))
    assert read("44121" + units + marks) == Answer(claim=(line,))


@pytest.mark.parametrize("mark", BREAKS)
@pytest.mark.parametrize("plus", ["", "+", "+ "])
def test_lines_part_at_every_break_and_an_add_on_may_lead_with_a_plus(mark, plus):
    assert read(f"44120{mark}{plus}44121 x2{mark}44310-51") == Answer(claim=CONTRACT)


@pytest.mark.parametrize("before", ["", " ", "\n", ";", "\t"])
@pytest.mark.parametrize("after", ["", " ", ";", "\n", " ;\n"])
def test_space_and_empty_lines_around_a_claim_do_not_matter(before, after):
    assert read(before + "44120; 44121 x2; 44310-51" + after) == Answer(claim=CONTRACT)


@pytest.mark.parametrize("units", UNITS)
@pytest.mark.parametrize("mark", BREAKS)
def test_every_unit_form_stands_before_every_break(units, mark):
    assert read(f"44121{units}{mark}44120") == Answer(claim=(Line("44121", 2), Line("44120")))


@pytest.mark.parametrize("marks", MARKS)
@pytest.mark.parametrize("mark", BREAKS)
def test_every_modifier_form_stands_before_every_break(marks, mark):
    assert read(f"44120{marks}{mark}44121") == Answer(claim=(Line("44120", 1, ("59", "51")), Line("44121")))


@pytest.mark.parametrize("word", ["query", "Query", "QUERY", " query ", "query\n", "query.", "\tquery"])
def test_the_word_query(word):
    assert read(word) == Answer(query=True)


@pytest.mark.parametrize("text", ["", " ", "\n", "\t \n", ";", ";;", " ; \n ;"])
def test_nothing_is_blank_and_no_error(text):
    answer = read(text)
    assert answer == Answer()
    assert answer.blank


@pytest.mark.parametrize("mark", sorted(MODIFIERS))
def test_every_known_modifier_is_read_in_either_case(mark):
    assert read(f"44120-{mark}").claim == (Line("44120", 1, (mark,)),)
    assert read(f"44120-{mark.lower()}").claim == (Line("44120", 1, (mark,)),)


def test_the_modifiers_of_the_rules_are_known():
    assert set(MODIFIER_ORDER) | {"XE", "XP", "XS", "XU", "76", "77", "81", "82", "GC"} <= MODIFIERS


@pytest.mark.parametrize("text", ["g0123", "G0123", "0123T", "0123t"])
def test_codes_with_a_letter_are_read_in_capitals(text):
    assert read(text).claim == (Line(text.upper()),)


@pytest.mark.parametrize("units", [1, 2, 9, 10, MAX_UNITS])
def test_units_go_up_to_the_limit(units):
    assert read(f"44121 x{units}").claim == (Line("44121", units),)


# Everything else is invalid, with the place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("44120; 4412", "4412"),
        ("44120; 441210", "441210"),
        ("44120 44121", "44121"),
        ("44120 / 44121", "/ 44121"),
        ("44120 and 44121", "and 44121"),
        ("44120 + 44121", "+ 44121"),
        ("44120 2", "2"),
        ("44121 x", "x"),
        ("44121 x0", "x0"),
        ("44121 x-1", "x-1"),
        ("44121 x2.5", ".5"),
        ("44121 x1000", "x1000"),
        ("44121 x2 x3", "x3"),
        ("44121 (2", "(2"),
        ("44121 2)", "2)"),
        ("44121 ()", "()"),
        ("44120-", "-"),
        ("44120-5", "-5"),
        ("44120-599", "-599"),
        ("44120-zz", "-zz"),
        ("44120-59-", "-"),
        ("44120--59", "--59"),
        ("44120-59 51", "51"),
        ("4412l", "4412l"),
        ("4412O", "4412O"),
        ("44l20", "44l20"),
        ("CPT 44120", "CPT 44120"),
        ("x2", "x2"),
        ("-59", "-59"),
        ("++44121", "++44121"),
        ("query 44120", "query 44120"),
        ("44120; query", "query"),
        ("queries", "queries"),
        ("none", "none"),
        ("?", "?"),
        ("٤٤١٢٠", "٤٤١٢٠"),
        ("４４１２０", "４４１２０"),
        ("44120\x00", "\x00"),
        ("44120\u200b", "\u200b"),
        ("44,120", "44,120"),
        ("44120: 44121", ": 44121"),
        ("44120|44121", "|44121"),
        ("<b>44120</b>", "<b>44120</b>"),
    ],
)
def test_anything_else_is_invalid_and_names_the_place(text, place):
    answer = read(text)
    assert answer.error
    assert answer.claim == ()
    assert not answer.query
    assert not answer.blank
    assert f"“{place.strip()}”" in answer.error


def test_the_line_that_could_not_be_read_is_counted():
    assert "Line 3 " in read("44120; 44121; 4431").error
    assert "Line 2 " in read("44120\n\n\nx").error


def test_a_long_place_is_cut_short():
    assert len(read("44120 " + "y" * 500).error) < 160


@pytest.mark.parametrize("value", [None, 44120, 44120.0, b"44120", ["44120"], {}, object()])
def test_what_is_no_text_is_an_error_and_never_raises(value):
    assert "text" in read(value).error


def test_a_text_over_the_limit_is_not_read():
    assert read("44120;" * (MAX_TEXT // 6)).claim
    assert str(MAX_TEXT) in read(" " * (MAX_TEXT + 1)).error


@given(st.text(max_size=300))
def test_any_text_is_read_as_one_of_four_things(text):
    answer = read(text)
    assert [bool(answer.claim), answer.query, bool(answer.error), answer.blank].count(True) == 1


@given(st.text(alphabet="0123456789-,;x*() +\nqueryQ×AS", max_size=40))
def test_what_is_read_is_read_again_from_how_it_is_shown(text):
    answer = read(text)
    if answer.claim or answer.query:
        assert read(str(answer)) == answer


@given(claims())
def test_a_claim_is_read_back_from_how_it_is_shown(claim):
    assert read(show(claim)) == Answer(claim=claim)
    assert str(Answer(claim=claim)) == show(claim)


# Showing and comparing


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
