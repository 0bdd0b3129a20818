"""An anastomosis that was cut out again: alone or with bowel, as the drawing and its words tell."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from casebook.coding.reading import read_operation
from casebook.practice import undone
from casebook.practice.loops import WIDTH, Told
from tests.practice.test_loops import LETTER, marks
from tests.strategies import operations

FIRST = [{"resect": [300, 320]}, {"join": [300, 320]}]


def after(piece):
    """A first anastomosis, a piece that takes it, and the next anastomosis."""
    start, end = min(300, piece["resect"][0]), max(320, piece["resect"][1])
    return read_operation({"approach": "open", "steps": [*FIRST, piece, {"join": [start, end]}]})


ALONE = after({"resect": [297, 323], "for": "join"})
SICK = after({"resect": [320, 345], "for": "stricture"})


def hatched(op):
    """From where to where it is hatched, and where the anastomosis is."""
    (svg,) = strips(op)
    cuts = [float(n) for n in re.findall(r"M([\d.]+) ", marks(svg, "cut")[0].get("d"))]
    return (*cuts, float(re.match(r"M([\d.]+)", marks(svg, "ring")[0].get("d"))[1]))


def strips(op):
    return re.findall(r"<svg.*?</svg>", undone.draw(op), re.DOTALL)


def test_cut_out_alone_and_with_sick_bowel_differ_at_a_glance():
    (a, b, at), (c, d, there) = hatched(ALONE), hatched(SICK)
    assert at - a == b - at  # as much on either side
    assert d - there > 5 * (there - c)  # the sick bowel is on one side
    assert d - c > 3 * (b - a)
    # Only sick bowel has the color of sickness, and only where it is: between the anastomosis and the cut.
    assert not marks(strips(ALONE)[0], "sick") + marks(strips(ALONE)[0], "piece")
    assert [e.get("d") for e in marks(strips(SICK)[0], "sick")] == [f"M{there:g} {undone.TOP:g}H{d:g}"]
    assert not marks(strips(after({"resect": [280, 300]}))[0], "sick")
    assert "B, cut out: join 1 alone<" in undone.draw(ALONE)
    assert "B, cut out: sick bowel with join 1<" in undone.draw(SICK)


@pytest.mark.parametrize(
    ("op", "says"),
    [
        (ALONE, "Piece B was join 1 alone, cut out for its own sake"),
        (SICK, "Piece B was sick bowel below join 1, and took that join along."),
        (after({"resect": [280, 300]}), "Piece B was bowel above join 1, and took"),
        (after({"resect": [290, 340], "for": "ischemia"}), "sick bowel above and below join 1"),
    ],
)
def test_the_words_say_what_was_cut_out(op, says):
    assert says in undone.in_words(op)
    assert says in undone.draw(op)


@settings(max_examples=60)
@given(operations())
def test_each_anastomosis_that_no_longer_stands_has_its_strip_inside_its_frame(op):
    gone = [join.number for join in Told(op).joins if not join.stands]
    drawn = strips(op)
    assert [int(marks(svg, "on")[0].text) for svg in drawn] == gone
    for svg in drawn:
        texts = [e for e in ElementTree.fromstring(svg).iter() if e.tag.endswith("}text")]
        assert all(len(e.text) * LETTER <= WIDTH for e in texts)
        start, end = (float(n) for n in re.findall(r"M([\d.]+) ", marks(svg, "cut")[0].get("d")))
        assert 50 < start < end < WIDTH - 50  # on both sides something stays, and says so
