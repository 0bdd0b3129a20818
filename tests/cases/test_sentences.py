"""Where a sentence ends."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook import cases
from casebook.cases.sentences import split

PIECES = st.sampled_from(
    [
        "Dr. Who",
        "2.5 cm",
        "approx. 3",
        "No. 4",
        "q.i.d.",
        "vs. that",
        "5 p.m.",
        "It held.",
        "[One join. It held.]{#join}",
        "(yes!)",
        "?",
    ]
    + ["The", "end.", "\u201cDone.\u201d", "i.e. this", "\n", "...", "[x]{#y}."]
)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("One. Two.", ["One.", "Two."]),
        (
            "Seen by Dr. Gray at 5 p.m. on Monday. Then home.",
            ["Seen by Dr. Gray at 5 p.m. on Monday.", "Then home."],
        ),
        (
            "It was 2.5 cm wide, approx. 3 in. deep. Next.",
            ["It was 2.5 cm wide, approx. 3 in. deep.", "Next."],
        ),
        ("Grasper No. 3 was used. 44 mL were lost.", ["Grasper No. 3 was used.", "44 mL were lost."]),
        ("Temperature 100.6 F. His bowels moved.", ["Temperature 100.6 F.", "His bowels moved."]),
        ("He said \u201cIt hurts.\u201d Nothing else.", ["He said \u201cIt hurts.\u201d", "Nothing else."]),
        ("[They met. They held.]{#join} Next.", ["[They met. They held.]{#join}", "Next."]),
        ("[They met]{#join}. Next? Yes!", ["[They met]{#join}.", "Next?", "Yes!"]),
        ("", []),
    ],
)
def test_sentences(text, lines):
    assert split(text) == lines


@given(st.one_of(st.text(), st.lists(PIECES).map(" ".join)))
def test_nothing_is_lost_and_no_mark_is_cut(text):
    lines = split(text)
    assert " ".join(lines).split() == text.split()
    for mark in re.findall(r"\[[^\[\]]+\]\{#[A-Za-z][\w-]*\}", text):
        assert any(" ".join(mark.split()) in line for line in lines)


def test_charts_have_lines_that_one_can_read():
    for path in cases.library():
        case = cases.load(path)
        report = case.chart.partition("## Operative report")[2].partition("\n## ")[0]
        for paragraph in re.split(r"\n\n|\n(?=[-|] ?)", report):  # a field of a form is a line of its own
            for line in split(paragraph):
                assert len(line.split()) < 90, f"{case.id}: {line}"
