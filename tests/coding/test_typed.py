"""Reading what people type: what has one meaning is read, what has two is not, and what could not be read is
shown the nearest form."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.coding import edits
from casebook.coding.claim import (
    MAX_TEXT,
    MAX_UNITS,
    MODIFIER_ORDER,
    MODIFIERS,
    Answer,
    Line,
    show,
)
from casebook.coding.typed import read
from tests.strategies import claims, codes

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
        ("44120 / 44121", "/ 44121"),
        ("44120 or 44121", "or 44121"),
        ("44120 and/or 44121", "and/or 44121"),
        ("44120 without 44121", "without 44121"),
        ("44120 w/o 44121", "w/o 44121"),
        ("44120, not 44121", ", not 44121"),
        ("44120-44121", "-44121"),
        ("44120 x 44121", "x 44121"),
        ("44120 2x 44121", "2x 44121"),
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
        ("44120-59 51", "51"),
        ("4412l", "4412l"),
        ("4412O", "4412O"),
        ("44l20", "44l20"),
        ("x2", "x2"),
        ("-59", "-59"),
        ("query 44120", "query 44120"),
        ("44120; query", "query"),
        ("queries", "queries"),
        ("none", "none"),
        ("?", "?"),
        ("no query", "no query"),
        ("ask about it tomorrow", "ask about it tomorrow"),
        ("44120 as", "as"),
        ("44,120", "44,120"),
        ("44120 22. 44121", "22. 44121"),
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


# What has one meaning is read

ONE = "44120"
TWO = "44120; 44121"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("44120.", ONE),
        ("44120,", ONE),
        ("1. 44120", ONE),
        ("1) 44120", ONE),
        ("(1) 44120", ONE),
        ("1.44120", ONE),
        ("1 44120", ONE),
        ("a. 44120", ONE),
        ("• 44120", ONE),
        ("•\t44120", ONE),
        ("\uf0b7\t44120", ONE),
        ("o\t44120", ONE),
        ("- 44120", ONE),
        ("– 44120", ONE),
        ("* 44120", ONE),
        ("CPT 44120", ONE),
        ("CPT: 44120", ONE),
        ("CPT® 44120", ONE),
        ("CPT code 44120", ONE),
        ("cpt44120", ONE),
        ("“44120”", ONE),
        ("(44120)", ONE),
        ("44120\t1", ONE),
        ("44120\t\t1\t", ONE),
        ("44120⇥1", ONE),
        ("44120\u200b", ONE),
        ("\ufeff44120", ONE),
        ("441\u00ad20", ONE),
        ("44120\x00", ONE),
        ("４４１２０", ONE),
        ("٤٤١٢٠", ONE),
        ("44120 44121", TWO),
        ("44120+44121", TWO),
        ("44120 + 44121", TWO),
        ("44120 + +44121", TWO),
        ("44120 & 44121", TWO),
        ("44120 and 44121", TWO),
        ("44120 AND 44121", TWO),
        ("44120, and 44121", TWO),
        ("44120; and 44121", TWO),
        ("44120 plus 44121", TWO),
        ("44120 with 44121", TWO),
        ("44120 w/ 44121", TWO),
        ("44120 w/44121.", TWO),
        ("44120. 44121.", TWO),
        ("44120: 44121", TWO),
        ("44120 · 44121", TWO),
        ("44120\t44121", TWO),
        ("44120\u202844121", TWO),
        ("44120\x0c44121", TWO),
        ("Answer: 44120; 44121", TWO),
        ("[44120, 44121]", TWO),
        ("1. 44120\n2. 44121", TWO),
        ("1. 44120 2. 44121", TWO),
        ("1) 44120, 2) 44121", TWO),
        ("Line 1: 44120\nLine 2: 44121", TWO),
        ("44120\t1\n44121\t1", TWO),
        ("Code\tUnits\n44120\t1\n44121\t1", TWO),
        ("1\t44120\t\t1\n2\t44121\t\t1", TWO),
        ("44120 & 44121 x2", "44120; 44121 x2"),
        ("44120 x 2 44121", "44120 x2; 44121"),
        ("44120, 2 x 44121", "44120; 44121 x2"),
        ("2x44121", "44121 x2"),
        ("44121 2x", "44121 x2"),
        ("44121 (x2)", "44121 x2"),
        ("44121 [2]", "44121 x2"),
        ("44121 2 units", "44121 x2"),
        ("44121, 2 units", "44121 x2"),
        ("44121 (2 units)", "44121 x2"),
        ("44121 units: 2", "44121 x2"),
        ("44121 twice", "44121 x2"),
        ("44121 х2", "44121 x2"),  # the letter of another alphabet
        ("44310\u221251", "44310-51"),
        ("44310\u00ad51", "44310-51"),
        ("44310--51", "44310-51"),
        ("44310 modifier 51", "44310-51"),
        ("44310 with modifier 51", "44310-51"),
        ("44310 w/ 51", "44310-51"),
        ("44310 (-51)", "44310-51"),
        ("44310 (59, 51)", "44310-59-51"),
        ("44310 AS", "44310-AS"),
        ("44310 51 x1", "44310-51"),
        ("44310\t51\t1", "44310-51"),
        ("44310\t1\t51", "44310-51"),
        ("44120 x22", "44120 x22"),
        ("44120-22", "44120-22"),
    ],
)
def test_what_has_one_meaning_is_read(text, plain):
    assert str(read(text)) == plain
    assert read(text) == read(plain)


@pytest.mark.parametrize(
    "text",
    [
        "query the surgeon",
        "Query the surgeon.",
        "query provider",
        "query the provider first",
        "provider query",
        "ask",
        "query?",
        "Ask!",
        "ask the surgeon",
        "ask Dr.",
        "I would query",
        "I'd ask the surgeon",
        "needs query",
        "query needed",
        "“query”",
        "query;",
        "query\u200b",
        "query the surgeon about the number of anastomoses",
        "clarify with the surgeon",
    ],
)
def test_asking_in_other_words_is_the_word_query(text):
    assert read(text) == Answer(query=True)


DRESS = ("{}", " {} ", "• {}", "CPT {}", "CPT: {}", "{}.", "\u200b{}", "{}\t", "“{}”", "+{}")
JOINS = ("; ", "\n", ", ", " and ", " & ", " + ", " w/ ", " plus ", ", and ", ". ", "\r\n", "\n\n")


@st.composite
def decorated(draw):
    """A claim, and the same claim as somebody dressed it."""
    claim = draw(claims())
    lines = []
    for number, line in enumerate(claim, 1):
        hyphen = draw(st.sampled_from("-\u2011\u2013\u2212\u00ad"))
        units = draw(st.sampled_from((" x{}", "x{}", " X {}", " ×{}", " *{}", " ({})", " {} units", "\t{}")))
        marks = "".join(hyphen + (m.lower() if draw(st.booleans()) else m) for m in line.modifiers)
        plain = line.code + marks + (units.format(line.units) if line.units != 1 else "")
        if draw(st.booleans()) and hyphen != "\u00ad":
            at = draw(st.integers(1, len(line.code) - 1))
            plain = plain[:at] + draw(st.sampled_from("\u00ad\u200b\ufeff\u2060")) + plain[at:]
        dress = draw(st.sampled_from((*DRESS, f"{number}. {{}}", f"{number}) {{}}", f"Line {number}: {{}}")))
        lines.append(dress.format(plain))
    breaks = ("; ", "\n", "\r\n")  # numbers and columns want a line each
    whole = re.search(r"\t|\d[.)] |Line", "".join(lines))
    return claim, draw(st.sampled_from(breaks if whole else JOINS)).join(lines)


@given(decorated())
def test_however_it_is_dressed_it_reads_as_the_plain_form(drawn):
    claim, text = drawn
    assert read(text) == Answer(claim=claim)


# What has two meanings is not, and is shown both

WITH_DIGITS = sorted(m for m in MODIFIERS if m.isdigit())


@pytest.mark.parametrize("form", ["{} ({})", "{}({})", "{} [{}]", "{}\t{}", "{} {}"])
@given(codes(), st.sampled_from(WITH_DIGITS))
def test_a_number_that_may_be_a_modifier_is_asked_about(form, code, number):
    answer = read(form.format(code, number))
    assert f"{number} units, or modifier {number}? write x{number} or -{number}" in answer.error
    assert answer.nearest == (f"{code} x{number}", f"{code}-{number}")


def test_no_limit_of_the_tables_comes_near_a_number_that_is_a_modifier():
    assert max(limit.units for limit in edits.limits().values()) * 2 < int(WITH_DIGITS[0])


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("2 44121", ("44121 x2", "44121")),
        ("2\t44121", ("44121 x2", "44121")),
        ("(1) 44120 (2) 44121", ("44120 x2", "44120")),
        ("44120/44121", ("44120; 44121", "44120")),
        ("44120 or 44121", ("44120; 44121", "44120")),
        ("44121 x2\u00ad59", ("44121 x259", "44121-59 x2")),
        ("44120-59 51", ("44120 x51", "44120-51")),
    ],
)
def test_what_has_two_meanings_is_shown_both(text, forms):
    answer = read(text)
    assert answer.error
    assert answer.nearest == forms
    assert len({read(form).claim for form in forms}) == 2


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("4412l", "44121"),
        ("4412O", "44120"),
        ("44l20", "44120"),
        ("44,120", "44120"),
        ("<b>44120</b>", "44120"),
        ("44120|44121", "44120; 44121"),
        ("44120-44121", "44120; 44121"),
        ("44121-59 x2 x3", "44121-59 x2"),
        ("44120 2", "44120 x2"),
        ("44120, 51", "44120-51"),
        ("44310-zz", "44310"),
        ("44310-", "44310"),
        ("44310 x", "44310"),
        ("queries: query", "query"),
        ("44120; query", "query"),
        ("44120; no 44121", "44120"),
    ],
)
def test_the_nearest_form_is_shown(text, form):
    answer = read(text)
    assert form in answer.nearest
    assert form.split("; ")[0] in answer.error or form in answer.error
    # No example puts a modifier or a number into anybody's head that was not typed.
    typed = re.sub(r"[^0-9A-Z]", "", text.upper().replace("L", "1").replace("O", "0"))
    for suffix in re.findall(r"[0-9](?:-| x)(\w+)", answer.error):
        assert suffix.upper() in typed, answer.error


@pytest.mark.parametrize(
    "text",
    [
        "K50.012",
        "k50.012",
        "K50012",
        "K5000",
        "Z5331",
        "S36438A",
        "ICD-10 K50.012",
        "44120; K50.012",
        "44120 K50.012",
    ],
)
def test_a_diagnosis_on_a_line_is_pointed_to_its_own_box(text):
    answer = read(text)
    assert "diagnoses have a box of their own" in answer.error
    assert "“" in answer.error


SOUP = st.lists(
    st.sampled_from(
        (
            *"44120 44121 44310 4412 K50.012 x2 (2) (22) -59 -51 59 1 2x 2. (1) CPT and & + w/ or".split(),
            *"; , . : | / • query ask units modifier \u00ad \u2212".split(),
            *"\t\n",
        )
    ),
    max_size=12,
)


@given(st.one_of(st.text(max_size=300), SOUP.map(" ".join), SOUP.map("".join)))
def test_any_text_is_read_as_one_of_four_things_and_a_refusal_shows_what_would_be_read(text):
    answer = read(text)
    assert [bool(answer.claim), answer.query, bool(answer.error), answer.blank].count(True) == 1
    assert bool(answer.nearest) == bool(answer.error)
    for form in answer.nearest:
        told = read(form)
        assert told.claim or told.query


@pytest.mark.parametrize("no", ["no ", "not ", "No, ", "without ", "w/o ", "don't ", "don’t bill ", "never "])
@pytest.mark.parametrize("before", ["", "44120; ", "44120-59 x2; ", "44120 ", "44120, "])
@given(code=st.sampled_from(["44121", "44005", "44121-59 x2"]))
def test_what_is_said_not_to_be_filed_is_never_offered(no, before, code):
    answer = read(f"{before}{no}{code}")
    assert "what is not filed is left out" in answer.error
    assert not any(code in form for form in (answer.error.partition("”")[2], *answer.nearest))


@given(SOUP.map(" ".join))
def test_what_is_read_is_read_again_from_how_it_is_shown(text):
    answer = read(text)
    if answer.claim or answer.query:
        assert read(str(answer)) == answer


@given(claims())
def test_a_claim_is_read_back_from_how_it_is_shown(claim):
    assert read(show(claim)) == Answer(claim=claim)
    assert str(Answer(claim=claim)) == show(claim)
