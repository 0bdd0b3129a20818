"""Looped bowel: true to the operation, inside its frame, and told in the same words."""

import re
from itertools import combinations, pairwise
from math import hypot
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from casebook.practice import belly, loops
from tests.strategies import operations

NUMBER = re.compile(r"-?\d+\.\d+|-?\d+")


def marks(svg, kind):
    return [e for e in ElementTree.fromstring(svg).iter() if kind in (e.get("class") or "").split()]


@settings(max_examples=60)
@given(operations())
def test_a_picture_of_closing_shows_just_what_stands(op):
    svg, said = loops.draw(op, "At closing"), loops.in_words(op)
    places = op.bowel.places
    standing = sum(p.joined for p in places)
    assert len(marks(svg, "number")) == len(marks(svg, "ring")) == standing
    assert f"Anastomoses that stand: {standing}." in said
    # A rosette is a ring with one hole, or the two of a loop.
    out = sum(len(set(p.brought_out)) for p in places if not p.joined)
    assert len(marks(svg, "stoma")) == 2 * out + 3 * len(op.bowel.loops)
    jars = len(op.did("resect"))
    assert len(marks(svg, "jar")) == jars
    assert (f"In jars: {jars} piece" in said) == bool(jars)
    assert " cm" not in svg + said


@settings(max_examples=60)
@given(operations())
def test_a_picture_of_what_was_done_shows_all_that_was_made(op):
    svg, told = loops.draw(op, "What was done", "done"), loops.Told(op)
    assert len(marks(svg, "number")) == len(op.did("join"))
    assert sorted(e.text for e in marks(svg, "on")) == sorted(str(j.number) for j in told.joins)
    assert len(marks(svg, "letter")) == len(op.did("resect"))
    assert sum(j.stands for j in told.joins) == sum(p.joined for p in op.bowel.places)
    # What no longer stands was taken by a piece that the picture names.
    assert all(bool(told.took(j)) != j.stands for j in told.joins)


@settings(max_examples=40)
@given(operations())
def test_everything_lies_in_the_frame_and_no_badge_on_another(op):
    for view in loops.VIEWS:
        root = ElementTree.fromstring(loops.draw(op, "x", view))
        height = float(root.get("viewBox").split()[3])
        badges = [e for e in root.iter() if (e.get("class") or "") in ("number", "letter")]
        spots = [
            (float(e.get("cx") or 9 + float(e.get("x"))), float(e.get("cy") or 9 + float(e.get("y"))))
            for e in badges
        ]
        assert all(0 <= x <= loops.WIDTH and 0 <= y <= height for x, y in spots)
        if len(spots) < 12:
            assert all(hypot(a - c, b - d) > 12 for (a, b), (c, d) in combinations(spots, 2))


@settings(max_examples=60)
@given(operations())
def test_the_order_of_the_bowel_is_kept(op):
    for view in loops.VIEWS:
        lay = loops.Lay(op, view)
        low = min([0.0, *(p.start for p in op.bowel.places)])
        at = sorted({low, 0.0, op.valve, *(x for p in op.bowel.places for x in (p.start, p.end))})
        spots = [lay.spot(x) for x in at]
        order = {"duodenum": 0, "small": 1, "colon": 2}
        keys = [(order[track], along) for track, along in spots]
        assert all((a, x) <= (b, y + 1e-6) for (a, x), (b, y) in pairwise(keys))


def test_a_track_is_smooth():
    for track in loops.TRACKS.values():
        for (_, x, y, _), (at, u, v, _) in pairwise(track.joints):
            assert hypot(x - u, y - v) <= at + 0.01
            assert track.at(at)[:2] == pytest.approx((u, v), abs=1e-3)
        assert 0 <= track.x <= loops.WIDTH


@pytest.mark.parametrize("approach", belly.SAYS)
def test_a_belly_shows_the_way_in(approach):
    svg = belly.draw(approach, "A way in")
    assert len(marks(svg, "wound")) == (approach in belly.WOUNDS)
    assert bool(marks(svg, "port")) == (approach != "open")
