"""Looped bowel: true to the operation, inside its frame, and told in the same words."""

import re
from dataclasses import replace
from itertools import combinations, pairwise, product
from math import hypot
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from casebook import cases
from casebook.cases.shorts import short_cases
from casebook.coding.reading import read_operation
from casebook.practice import belly, diagram, loops
from casebook.practice.explorer import explore, start
from tests.conftest import ROOT
from tests.strategies import operations

NUMBER = re.compile(r"-?\d+\.\d+|-?\d+")


def marks(svg, kind):
    return [e for e in ElementTree.fromstring(svg).iter() if kind in (e.get("class") or "").split()]


def written(svg):
    return {e.text for e in ElementTree.fromstring(svg).iter() if e.tag.endswith("text")}


@settings(max_examples=60)
@given(operations())
def test_a_picture_of_closing_shows_just_what_stands(op):
    svg, said = loops.draw(op, "At closing"), loops.in_words(op)
    places = op.bowel.places
    standing = sum(p.joined for p in places)
    assert len(marks(svg, "number")) == len(marks(svg, "ring")) == standing
    assert f"Joins that stand: {standing}." in said
    # A rosette is a ring with one hole, or the two of a loop; once more where the key names it.
    out, loop = sum(len(set(p.brought_out)) for p in places if not p.joined), len(op.bowel.loops)
    assert len(marks(svg, "stoma")) == 2 * out + 3 * loop + 2 * bool(out) + 3 * bool(loop)
    shut = sum(2 - len(p.brought_out) for p in places if not p.joined and p.end > p.start)
    named = {"end stoma, on the skin": out, "loop stoma, on the skin": loop, "closed end": shut}
    assert {words for words, there in named.items() if there} == named.keys() & written(svg)
    # Pieces and no jars: in how many jars they were sent is told by the chart alone.
    pieces = [letter for letter, *_ in loops.Told(op).pieces]
    assert [e.text for e in marks(svg, "off") if e.text] == pieces
    assert ("taken out" in written(svg)) == bool(pieces)
    assert (f"Taken out: {len(pieces)} piece" in said) == bool(pieces)
    assert "jar" not in svg + said
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
    for view, whole in product(loops.VIEWS, (True, False)):
        root = ElementTree.fromstring(loops.draw(op, "x", view, whole))
        _, top, _, height = map(float, root.get("viewBox").split())
        badges = [e for e in root.iter() if (e.get("class") or "") in ("number", "letter")]
        spots = [
            (float(e.get("cx") or 9 + float(e.get("x"))), float(e.get("cy") or 9 + float(e.get("y"))))
            for e in badges
        ]
        assert all(0 <= x <= loops.WIDTH and top <= y - 9 and y <= top + height for x, y in spots)
        if len(spots) < 12:
            assert all(hypot(a - c, b - d) > 12 for (a, b), (c, d) in combinations(spots, 2))


LETTER = 7.6  # units of a letter of 14, about
TUBES = {"duodenum": 8, "small": 8, "colon": 10.5}  # half as wide as the bowel


def boxes(svg):
    """Every label and every mark on the bowel: its middle, and half its width and height."""
    found = {}
    down = 0.0  # how far a row under the bowel is moved
    for e in ElementTree.fromstring(svg).iter():
        down = float(NUMBER.findall(e.get("transform"))[1]) if e.get("transform") else down
        kind, at = (e.get("class") or "").split(), [float(n) for n in NUMBER.findall(e.get("d") or "")]
        if "name" in kind or "quiet" in kind:
            half = len(e.text) * LETTER / 2
            x = float(e.get("x")) + (half if "name" in kind else 0)
            found[e.text] = x, float(e.get("y")) - 4.5 + down, half, 7
        elif kind == ["letter"]:
            found[f"letter {len(found)}"] = float(e.get("x")) + 9, float(e.get("y")) + 9, 9, 9
        elif kind in (["number"], ["stoma"]) and float(e.get("r")) > 5:
            at = float(e.get("cx")), float(e.get("cy")) + down
            found[f"{kind[0]} {len(found)}"] = (*at, *[float(e.get("r"))] * 2)
        elif kind == ["point"]:
            found[f"point {len(found)}"] = at[0], at[1] + 11, 8, 11
        elif kind == ["off"]:
            found[f"piece {len(found)}"] = float(e.get("x")), float(e.get("y")) - 5 + down, 18, 8
    return found


GONE = [(case.stem, op) for case in cases.library() for op in cases.load(case).note.readings if op.valve_gone]


@pytest.mark.parametrize(("case", "op"), GONE, ids=[f"{case}-{i}" for i, (case, _) in enumerate(GONE)])
def test_where_the_valve_was_taken_before_an_old_anastomosis_is_drawn(case, op):
    drawn = [(loops.draw(op, case, view), loops.in_words(op, view)) for view in loops.VIEWS]
    drawn += [(diagram.draw(op), diagram.in_words(op)), (explore(start(True), None)["svg"], "")]
    for svg, said in drawn:
        assert len(marks(svg, "old")) == 1
        assert not marks(svg, "worm")  # nor an appendix
        assert not re.search("valve|cecum", svg + said)
        assert "old" in said or not said or "Taken out" in said
    assert "stand, but for the old one: " in loops.in_words(op)
    assert not marks(loops.draw(replace(op, valve_gone=False), case), "old")
    # Bowel is closed at the colon's own end, which begins where the cecum is gone.
    assert "closed at its own end" in loops.in_words(op, "anatomy")


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("view", loops.VIEWS)
def test_no_label_lies_on_another_or_on_a_mark_in_any_case(view, whole):
    ops = [(case.stem, op) for case in cases.library() for op in cases.load(case).note.readings]
    for case, op in ops:
        svg = loops.draw(op, case, view, whole)
        told = boxes(svg)
        for (a, (x, y, w, h)), (b, (u, v, s, t)) in combinations(told.items(), 2):
            round_ = not (set(a.split()) | set(b.split())) & {"piece", "point"} and w == h and s == t
            apart = (
                hypot(x - u, y - v) / (w + s) if round_ else max(abs(x - u) / (w + s), abs(y - v) / (h + t))
            )
            assert apart >= 0.97, (case, view, a, b)
        top, high = map(float, re.search(r'viewBox="0 (\d+) \d+ (\d+)"', svg).groups())
        for name, (x, y, w, h) in told.items():
            assert w <= x <= loops.WIDTH - w, (case, view, name)
            assert top + h <= y <= top + high - h, (case, view, name)


def opened(*steps):
    return read_operation({"approach": "open", "steps": list(steps)})


LOW = opened({"resect": [390, 420]}, {"join": [390, 420]})


@pytest.mark.parametrize("view", ["plan", "done", "closing"])
def test_a_picture_is_no_higher_than_what_was_done_needs_with_a_row_above(view):
    def frame(op):
        return [int(n) for n in re.search(r'viewBox="([^"]*)"', loops.draw(op, "x", view, False))[1].split()]

    last = opened({"resect": [570, 590]}, {"join": [570, 590]})
    high = opened({"resect": [40, 60]}, {"join": [40, 60]})
    apart = opened({"resect": [40, 60]}, {"resect": [390, 420]}, {"join": [40, 60]}, {"join": [390, 420]})
    across = opened({"resect": [500, 900]}, {"join": [500, 900]})
    (_, low, _, half), (_, lowest, _, least) = frame(LOW), frame(last)
    assert 0 < low < lowest
    assert least < half < 0.6 * frame(high)[3]
    # At closing nothing is seen of where a piece came from.
    for op in (high, apart, *([across] if view != "closing" else [])):
        assert loops.draw(op, "x", view, False) == loops.draw(op, "x", view)
    # What is cut off is cut off above: what is under the bowel stays where it is.
    assert low + half == lowest + least == frame(high)[3]


@settings(max_examples=60)
@given(operations())
def test_a_row_above_all_that_was_done_is_in_the_frame(op):
    lay = loops.Lay(op, "done")
    top = int(re.search(r'viewBox="0 (\d+)', loops.draw(op, "x", "done", False))[1])
    spots = [loops.TRACKS[track].at(along)[1] for track, along in map(lay.spot, lay.done_at())]
    assert top == 0 or (top > loops.HEIGHT / 3 and min(spots) - top > 30)


def test_no_name_lies_on_the_bowel():
    op = cases.load(cases.library()[0]).note.readings[0]
    names = boxes(loops.draw(op, "x", "anatomy"))
    assert set(names) >= {"jejunum", "ileum", "cecum", "rectum", "valve"}
    names |= {name: box for name, box in boxes(loops.draw(LOW, "x", whole=False)).items() if "bowel" in name}
    assert set(names) >= {"large bowel", "small bowel"}
    for name, (x, y, w, h) in names.items():
        for track, way in loops.TRACKS.items():
            for at in range(int(way.length)):
                u, v, _ = way.at(at)
                far = hypot(max(abs(u - x) - w, 0), max(abs(v - y) - h, 0))
                assert far >= TUBES[track] - 0.5, (name, track)


def test_the_ileum_enters_the_side_of_the_colon_whose_own_ends_are_closed_or_the_rectum():
    """Drawn as a surgeon would: a blind cecum below the valve, and no open end of colon beside an ileum."""
    small, colon = loops.TRACKS["small"], loops.TRACKS["colon"]
    (x, y, _), (u, v, _) = small.at(small.length), colon.at(loops.CECUM)
    assert x - u < TUBES["colon"]
    assert abs(y - v) < 3
    assert v < colon.y - TUBES["colon"]
    # The rectum narrows from the end of the colon down, and leaves the drawing.
    (u, v, heading), (x, y) = colon.at(colon.length), map(float, NUMBER.findall(loops.CANAL)[:2])
    assert (x + TUBES["colon"] - 1, y) == pytest.approx((u, v), abs=3)
    assert heading == pytest.approx(90, abs=1)
    assert y + 7 + 1 + 9 > loops.HEIGHT
    for case in cases.library():
        for op in cases.load(case).note.readings:
            taken = [p for p in op.bowel.places if p.start < op.valve < p.end]
            svg = loops.draw(op, "x")
            assert len(marks(svg, "pole")) == (not taken or taken[0].joined)
            assert bool(marks(svg, "worm")) == (
                not taken and not op.did("appendectomy") and not op.valve_gone
            )


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


def test_the_duodenum_comes_from_behind_the_colon_and_runs_into_the_jejunum():
    way, on = loops.TRACKS["duodenum"], loops.TRACKS["small"]
    assert way.at(way.length) == pytest.approx(on.at(0), abs=0.1)
    across = [loops.TRACKS["colon"].at(at) for at in range(int(loops.TRACKS["colon"].length))]
    assert min(hypot(x - way.x, y - way.y) for x, y, _ in across) < 3
    op = cases.load(cases.library()[0]).note.readings[0]
    kinds = [e.get("class") for e in ElementTree.fromstring(loops.draw(op, "x")).iter()]
    assert kinds.index("tube far thin") < kinds.index("wall far")  # the colon is drawn over it


def test_a_join_over_several_pieces_is_drawn_from_one_outer_end_to_the_other():
    def drawn(*steps):
        op = read_operation({"approach": "open", "steps": [{act: list(span)} for act, *span in steps]})
        svg, lay = loops.draw(op, "x", "done"), loops.Lay(op, "done")
        spots = []
        for e in marks(svg, "thread"):
            at = [float(n) for n in NUMBER.findall(e.get("d"))]
            spots.append((at[:2], at[-2:]))
        return op, lay, spots, [(float(e.get("cx")), float(e.get("cy"))) for e in marks(svg, "number")]

    def away(lay, spot):
        way = loops.TRACKS["small"]
        return min(hypot(x - spot[0], y - spot[1]) for x, y, _ in map(way.at, range(int(way.length))))

    first = [("resect", 300, 315), ("join", 300, 315)]
    more = [("resect", 330, 345), ("resect", 315, 330), ("join", 300, 345)]
    _, lay, (inner, outer), (one, two) = drawn(*first, *more)
    ends = [loops.TRACKS["small"].at(lay.spot(cm)[1])[:2] for cm in (300, 345)]
    assert [*outer] == [pytest.approx(end, abs=0.1) for end in ends]
    assert inner[0] == pytest.approx(ends[0], abs=0.1)
    # Its number lies beside the bowel, where it joins no two of the pieces; that of one piece lies on it.
    assert away(lay, one) < 2 < loops.BESIDE - 2 < away(lay, two)
    _, lay, _, (only,) = drawn(*first)
    assert away(lay, only) < 2


def test_where_bowel_is_missing_every_piece_has_its_own_two_cuts():
    op = cases.load(cases.library()[0]).note.readings[0]
    done = loops.draw(op, "x", "done")
    assert len(marks(done, "piece")) == len(op.did("resect"))
    assert [e.get("d").count("M") for e in marks(done, "cut")] == [2] * len(op.did("resect"))


@pytest.mark.parametrize("approach", belly.SAYS)
def test_a_belly_shows_the_way_in(approach):
    svg = belly.draw(approach, "A way in")
    assert len(marks(svg, "wound")) == (approach in belly.WOUNDS)
    assert bool(marks(svg, "port")) == (approach != "open")


#: Words that stand for a thing; in a label nothing else says for which.
LABEL = re.compile(r"(?:^ *|[{,] )(?:name|- what): (.+?)[}\n]", re.MULTILINE)
STANDS_FOR = re.compile(r"\b(it|them|they|this|that|these|those|former|latter)\b", re.IGNORECASE)


def test_a_label_of_a_picture_names_its_thing():
    everything = [cases.load(path) for path in cases.library()] + list(short_cases())
    drawn = [(case.id, step.name) for case in everything for op in case.note.readings for step in op.steps]
    chapters = [(file.name, file.read_text("utf-8")) for file in (ROOT / "book").glob("*.md")]
    drawn += [(file, name) for file, text in chapters for name in LABEL.findall(text)]
    named = [(place, name) for place, name in drawn if name]
    assert len(named) > 100
    assert [each for each in named if STANDS_FOR.search(each[1])] == []
