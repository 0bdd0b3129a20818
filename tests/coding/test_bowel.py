"""The line and the places where it is missing: pure geometry."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.coding.bowel import Bowel, Place, cm
from casebook.errors import BowelError
from tests.strategies import acts

EMPTY = Bowel()


def spans(bowel):
    return [(p.start, p.end) for p in bowel.places]


def cut(*pieces):
    bowel = EMPTY
    for i, (start, end) in enumerate(pieces):
        bowel = bowel.cut(start, end, i)
    return bowel


# Cutting


def test_a_piece_out_is_one_open_place():
    (place,) = EMPTY.cut(100, 120, 0).places
    assert place == Place(100, 120, cuts=(0,))
    assert place.open
    assert place.ends == "100 and 120"


@pytest.mark.parametrize(
    ("pieces", "places"),
    [
        ([(100, 120), (200, 220)], [(100, 120), (200, 220)]),
        ([(200, 220), (100, 120)], [(100, 120), (200, 220)]),
        ([(100, 120), (120, 140)], [(100, 140)]),  # they touch
        ([(100, 120), (110, 140)], [(100, 140)]),  # they overlap
        ([(100, 120), (90, 140)], [(90, 140)]),  # one holds the other
        ([(100, 120), (200, 220), (120, 200)], [(100, 220)]),  # the bridge
        ([(100, 120), (200, 220), (300, 320), (110, 210)], [(100, 220), (300, 320)]),
        ([(-20, -8), (-8, 4)], [(-20, 4)]),
    ],
)
def test_spans_that_touch_or_overlap_are_one_place(pieces, places):
    assert spans(cut(*pieces)) == places


def test_a_place_remembers_every_cut_that_made_it():
    assert cut((100, 120), (200, 220), (120, 200)).places[0].cuts == (0, 1, 2)


@pytest.mark.parametrize("again", [(100, 120), (105, 115), (100, 110), (110, 110)])
def test_nothing_is_left_to_remove_where_it_is_out(again):
    with pytest.raises(BowelError, match="nothing is left to remove between"):
        cut((100, 120), again)


def test_a_cut_of_no_length_removes_nothing():
    with pytest.raises(BowelError, match="nothing is left to remove"):
        EMPTY.cut(50, 50, 0)


@pytest.mark.parametrize("act", ["cut", "join"])
def test_reversed_ends_are_refused_with_the_mending(act):
    with pytest.raises(BowelError, match=r"the ends are reversed: write \[100, 120\]"):
        getattr(EMPTY, act)(120, 100, 0)


# Joining


def test_joining_the_two_ends_closes_the_place():
    (place,) = EMPTY.cut(100, 120, 0).join(100, 120, 1).places
    assert place.joined
    assert not place.open
    assert place.joins == (1,)


def test_a_cut_that_takes_in_a_join_undoes_it():
    bowel = EMPTY.cut(100, 120, 0).join(100, 120, 1).cut(110, 140, 2)
    (place,) = bowel.places
    assert (place.start, place.end, place.joined, place.joins) == (100, 140, False, (1,))
    assert bowel.join(100, 140, 3).places[0].joins == (1, 3)


@pytest.mark.parametrize("ends", [(100, 130), (90, 120), (200, 220), (100, 220)])
def test_a_join_must_name_both_ends_of_one_open_place(ends):
    with pytest.raises(BowelError) as error:
        cut((100, 120), (300, 320)).join(*ends, 2)
    assert f"no open place has the ends {ends[0]} and {ends[1]}" in str(error.value)
    assert "open ends: 100 and 120; 300 and 320" in str(error.value)


def test_a_joined_place_cannot_be_joined_again():
    with pytest.raises(BowelError, match="no end is open"):
        EMPTY.cut(100, 120, 0).join(100, 120, 1).join(100, 120, 2)


def test_a_place_brought_out_cannot_be_joined():
    with pytest.raises(BowelError, match="no open place has the ends 100 and 120"):
        EMPTY.cut(100, 120, 0).bring_out(100, 1).join(100, 120, 2)


# Bringing out


def test_an_end_stoma_brings_one_end_out():
    (place,) = EMPTY.cut(100, 120, 0).bring_out(120, 1).places
    assert place.brought_out == (120,)
    assert place.stomas == (1,)
    assert not place.open
    assert not place.joined


def test_both_ends_may_come_out():
    assert EMPTY.cut(100, 120, 0).bring_out(100, 1).bring_out(120, 2).places[0].brought_out == (100, 120)


def test_an_end_stoma_where_nothing_is_open_divides_the_bowel():
    assert EMPTY.bring_out(300, 0).places == (Place(300, 300, brought_out=(300,), stomas=(0,)),)


def test_a_joined_end_cannot_come_out():
    with pytest.raises(BowelError, match="the end at 100 is already joined"):
        EMPTY.cut(100, 120, 0).join(100, 120, 1).bring_out(100, 2)


def test_a_loop_needs_no_cut_and_makes_no_place():
    bowel = EMPTY.loop(60, 0)
    assert bowel.places == ()
    assert bowel.loops == ((60, 0),)


def test_a_loop_at_an_open_end_is_that_end():
    assert EMPTY.cut(100, 120, 0).loop(100, 1).places[0].brought_out == (100,)


def test_a_cut_that_takes_in_a_loop_removes_it():
    assert EMPTY.loop(110, 0).cut(100, 120, 1).loops == ()


@pytest.mark.parametrize("act", ["bring_out", "loop"])
def test_nothing_can_be_brought_out_of_bowel_that_is_gone(act):
    with pytest.raises(BowelError, match="the bowel at 110 is already out"):
        getattr(EMPTY.cut(100, 120, 0), act)(110, 1)


def test_a_stoma_that_is_cut_back_stays_one():
    (place,) = EMPTY.cut(100, 120, 0).bring_out(100, 1).cut(120, 130, 2).places
    assert place.brought_out == (100,)


# Where things lie


def test_the_ends_of_a_place_still_exist_and_its_inside_does_not():
    bowel = EMPTY.cut(100, 120, 0)
    for at in (99, 100, 120, 121):
        bowel.exists(at)
    for at in (100.1, 110, 119.9):
        with pytest.raises(BowelError, match="already out"):
            bowel.exists(at)


def test_near_reaches_as_far_as_it_says():
    place = Place(100, 120)
    assert place.near(100)
    assert place.near(95, 5)
    assert not place.near(94.9, 5)
    assert place.near(125, 5)


@pytest.mark.parametrize(("position", "text"), [(420, "420"), (420.0, "420"), (12.5, "12.5"), (-8.0, "-8")])
def test_positions_are_said_as_people_say_them(position, text):
    assert cm(position) == text


# What must hold for any bowel


@given(acts())
def test_places_never_touch_and_stand_in_order_whatever_is_done(done):
    bowel = EMPTY
    for i, (act, start, length) in enumerate(done):
        before = bowel
        try:
            bowel = getattr(bowel, act)(*((start, start + length) if act in ("cut", "join") else (start,)), i)
        except BowelError:
            assert bowel is before  # a refused act leaves it as it was
        found = spans(bowel)
        assert found == sorted(found)
        assert all(a[1] <= b[0] for a, b in pairwise(found))
        for place in bowel.places:
            assert place.joined + bool(place.brought_out) + place.open == 1  # exactly one fate
            assert set(place.brought_out) <= {place.start, place.end}


@given(st.permutations([(100, 120), (150, 160), (118, 152), (300, 320)]))
def test_the_order_of_cuts_does_not_matter_to_what_is_missing(pieces):
    try:
        assert spans(cut(*pieces)) == [(100, 160), (300, 320)]
    except BowelError:  # a piece that others had taken already
        raise AssertionError(pieces) from None


@given(acts(), st.integers(-50, 50))
def test_geometry_knows_no_origin(done, by):
    def run(offset):
        bowel, said = EMPTY, []
        for i, (act, start, length) in enumerate(done):
            try:
                at = start + offset
                bowel = getattr(bowel, act)(*((at, at + length) if act in ("cut", "join") else (at,)), i)
                said.append(True)
            except BowelError:
                said.append(False)
        return said, [(p.start - offset, p.end - offset, p.joined, p.open) for p in bowel.places]

    assert run(0) == run(by)
