"""Where a sentence ends."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook import cases
from casebook.cases.sentences import split
from casebook.quiz.chart import chart_html

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
        ("1. Upper piece. 2. Lower piece.", ["1. Upper piece.", "2. Lower piece."]),
        ("**Specimens:** A. Ileum. B. Loop.", ["**Specimens:** A. Ileum.", "B. Loop."]),
        (
            "ASA: 3. Hepatitis B. Drains: 0. Then home.",
            ["ASA: 3.", "Hepatitis B.", "Drains: 0.", "Then home."],
        ),
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


def test_no_line_of_a_chart_is_a_numeral_alone():
    for path in cases.library():
        html = chart_html(cases.load(path)).html
        for line in re.findall(r'<span class="line"[^>]*>(.*?)</span> ', html):
            words = re.sub(r"<[^>]+>", "", line)
            assert re.search(r"[A-Za-z]{2}|[A-Z] [A-Z]|[A-Z]\.[A-Z]", words), (path.stem, words)


@pytest.mark.parametrize("path", cases.library(), ids=lambda path: path.stem)
def test_a_numbered_list_stands_line_by_line(path):
    """Beside the numbers of the chart's own lines, “1. … 2. …” within one line reads as a third count."""
    lines = cases.load(path).unmarked.splitlines()
    assert [line for line in lines if re.search(r"(?<![\d.])1\. \S.*(?<![\d.])2\. \S", line)] == []
