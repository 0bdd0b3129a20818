"""The drawing: well-formed, true to the operation, and legible."""

import re
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given

from casebook import cases
from casebook.coding.bowel import cm
from casebook.coding.places import measured
from casebook.coding.reading import read_operation
from casebook.grading import Item
from casebook.practice import diagram
from casebook.practice.likely import candidate_answers
from casebook.testing.operations import made_up
from tests.strategies import operations

SVG = "{http://www.w3.org/2000/svg}"


def parts(svg, kind):
    return [e for e in ElementTree.fromstring(svg).iter() if kind in (e.get("class") or "").split()]


@given(operations())
def test_a_drawing_shows_just_what_was_done(op):
    svg = diagram.draw(op)
    places = op.bowel.places
    assert len(parts(svg, "number")) == sum(p.joined for p in places)
    assert len(parts(svg, "loose")) == 2 * sum(p.open for p in places)
    assert len(parts(svg, "stoma")) == sum(len(p.brought_out) for p in places) + 2 * len(op.bowel.loops)
    assert len(parts(svg, "out")) == sum(p.end > p.start for p in places)
    assert len(parts(svg, "point")) == sum(s.act in diagram.POINTS for s in op.steps)
    assert len(parts(svg, "join")) == sum(p.joined for p in places) + len(op.did("bypass"))


@given(operations())
def test_everything_lies_inside_and_no_words_touch(op):
    root = ElementTree.fromstring(diagram.draw(op))
    boxes, height = [], float(root.get("viewBox").split()[3])
    for text in root.iter(f"{SVG}text"):
        half = len(text.text) * diagram.LETTER / 2
        x, y = float(text.get("x")), float(text.get("y"))
        assert 0 <= y < height
        if text.get("text-anchor") == "middle" and text.get("class") != "number":
            assert x - half >= 0
            assert x + half <= diagram.WIDTH
            boxes.append((x - half, x + half, y))
    for (a, b, y), (c, d, z) in combinations(boxes, 2):
        assert y != z or b <= c or d <= a


@given(operations())
def test_every_label_has_a_line_from_what_it_names(op):
    svg = diagram.draw(op)
    spots = sorted(float(e.get("d")[1:].split()[0]) for e in parts(svg, "lead"))
    boxes = [float(e.get("x")) + float(e.get("width")) / 2 for e in parts(svg, "out")]
    for box in boxes:
        assert any(abs(box - spot) < 0.11 for spot in spots)
    points = sum(s.act in diagram.POINTS for s in op.steps)
    assert len(spots) == len(boxes) + points + len(op.bowel.loops) + 2  # the valve, and where bowel begins


@pytest.mark.parametrize("path", cases.library(), ids=lambda path: path.stem)
def test_of_up_to_three_places_no_line_leads_through_words(path):
    for op in cases.load(path).note.readings:
        few = len(op.bowel.places) <= 3 and not op.bowel.loops and not op.acts & diagram.POINTS.keys()
        if few and not any(place.near(op.valve, 10) for place in op.bowel.places):  # which has a line too
            assert not parts(diagram.draw(op), "over"), path.stem


@given(operations())
def test_the_skin_is_drawn_where_bowel_was_brought_out(op):
    svg = diagram.draw(op)
    assert bool(parts(svg, "skin")) == bool(parts(svg, "stoma"))


@given(operations())
def test_the_scale_keeps_the_order_of_the_bowel(op):
    scale = diagram.Scale.of(op)
    drawn = [x for _, x in scale.points]
    assert drawn == sorted(set(drawn))
    assert diagram.LEFT <= drawn[0] < drawn[-1] <= diagram.WIDTH


@given(operations())
def test_the_words_name_every_place_and_count_the_joins(op):
    words = diagram.in_words(op)
    for place in op.bowel.places:
        assert cm(place.start) in words
        assert cm(place.end) in words
    assert words.endswith(f"Joins that stand at closing: {sum(p.joined for p in op.bowel.places)}.")


def test_titles_are_text_and_ids_are_its_own():
    op = made_up(1, 1)
    one, two = diagram.draw(op, "<script>"), diagram.draw(op)
    assert "<script>" not in one
    assert not set(re.findall(r' id="([^"]+)"', one)) & set(re.findall(r' id="([^"]+)"', two))


@pytest.mark.parametrize("path", cases.library(), ids=lambda path: path.stem)
def test_no_two_pictures_of_a_case_show_the_same_and_no_centimeters_that_its_chart_does_not_give(path):
    page = cases.load(path).page()
    item = Item.read(page)
    stated = {cm(at) for at in page["measured"]}
    for answer in candidate_answers(page):
        told = diagram.beside(item, answer)
        pictures = [*told["operated"], *([told["right_if"]] if told["right_if"] else [])]
        words = [picture["words"] for picture in pictures]
        assert len(set(words)) == len(words)
        assert told["says"] == (item.grade(answer).flip or "")
        for picture in pictures:
            shown = picture["words"].rsplit(":", 1)[0]
            labels = [e.text for e in ElementTree.fromstring(picture["svg"]).iter(f"{SVG}text")]
            assert set(re.findall(r"[0-9.]*[0-9]", shown)) <= stated
            assert ("not to scale" in labels) == ("Not to scale" in shown)
            assert "not to scale" in labels or stated
        assert not re.search(r"\bcm\b", told["says"]) or stated


def test_a_chart_that_measures_is_drawn_with_its_centimeters():
    chart = "Strictures at 300 to 330 cm past the ligament. Another, 45 cm long, farther down."
    op = read_operation(
        {
            "steps": [
                {"resect": [300, 330], "name": "the upper one"},
                {"join": [300, 330], "name": "the upper one"},
                {"resect": [450, 495], "name": "the lower one"},
            ]
        }
    )
    op = replace(op, measured=measured(chart, [op]))
    assert op.measured == {300.0, 330.0}
    words = diagram.in_words(op)
    assert "Taken out from 300 to 330 (the upper one): joined." in words
    assert "Taken out: the lower one, left stapled inside." in words
    assert "Not to scale" in words


def test_where_the_drawing_starts_at_the_ligament_it_says_so_and_nothing_of_the_duodenum():
    steps = [{"resect": [300, 330], "name": "the stricture"}, {"join": [300, 330]}]
    op = replace(read_operation({"approach": "open", "steps": steps}), measured=frozenset())
    told = " ".join(e.text for e in ElementTree.fromstring(diagram.draw(op)).iter(f"{SVG}text"))
    assert "ligament of Treitz" in told
    assert "duodenum" not in told
