"""Short charts: the text alone gives the operation back, no two are one, and together they show the rules."""

from random import Random

import pytest

from casebook.cases.sentences import split
from casebook.cases.shorts import (
    CLOSING,
    DONE,
    FIRST,
    LAST,
    LOOKS,
    _all_words,
    case,
    doubtful,
    short_cases,
)
from casebook.coding.note import Note
from casebook.errors import CasebookError
from casebook.practice.tutor import row
from casebook.testing.shorts import draw
from tests.cases.reading_back import read_back, shape

DRAWN = 250  # tools/bench_practice.py reads a thousand


def agree(made):
    """Whether a reader of the text finds the same operation and the same claim."""
    (told,) = made.readings
    read = read_back(made.chart)
    return shape(read) == shape(told) and Note((read,)).mains[0].lines == made.note.mains[0].lines


def test_what_is_told_can_be_read_back():
    rng, read = Random(2026), 0
    while read < DRAWN:
        try:
            made = case(draw(rng))
        except CasebookError:
            continue
        assert agree(made), made.chart
        read += 1


def test_the_charts_of_the_book_are_read_back_and_rest_on_nothing_doubtful():
    for made in short_cases():
        assert agree(made), made.chart
        assert not doubtful(made), made.id
        assert {step.evidence for step in made.readings[0].steps} <= made.evidence.keys()
        assert all(len(split(made.evidence[str(step.evidence)])) == 1 for step in made.readings[0].steps)
    assert len({made.unmarked for made in short_cases()}) == len(short_cases())


@pytest.mark.parametrize("place", [0, 29, 59])
def test_the_readers_operation_answers_every_wrong_rule_alike(place):
    made = short_cases()[place]
    theirs = Note((read_back(made.chart),))
    assert row(made.item) == row(type(made.item)(made.id, theirs, {}, {}))
    assert made.item.grade(made.key["claim"]).verdict == "correct"


def test_every_sentence_that_is_written_is_told_somewhere():
    drawn = [draw(Random(seed)) for seed in range(400)]
    told = {key for short in drawn for site in short.sites for key, _ in DONE[site.done](site)}
    assert told == _all_words()["say"].keys()
    small = {*LOOKS, *FIRST, *LAST, *CLOSING}
    assert {key for short in drawn for key in short.beside} == small == _all_words()["beside"].keys()
