"""An operation laid out on the bowel: one built from a chart's own reading always matches, whatever its
centimeters, and every single change to it is told and names the place."""

import re
from dataclasses import replace
from random import Random

import pytest

from casebook.cases import library, load
from casebook.grading import expected
from casebook.practice.explorer import FARTHEST, NEAREST, VALVE, after, explore, start
from casebook.practice.laid_out import POINTS, SPOTS, Site, compare, sites

ITEMS = {path.stem: load(path).item for path in library()}
READINGS = [(id, i) for id, item in ITEMS.items() for i in range(len(item.note.readings))]
ACTS = {
    "stricturoplasty": "widen",
    "repair": "hole",
    "enterotomy": "opening",
    "diverticulectomy": "pouch",
    "loop": "loop",
}
BOUNDS = {"duodenum": (NEAREST, -1.0), "small": (1.0, VALVE - 1), "colon": (VALVE + 1, FARTHEST)}
ORDER = ("duodenum", "small", "valve", "colon")
NEW = Site("place", "joined", "small", "one more", 0.0)


def shown(id, i=0):
    """What must be laid out of a reading."""
    return [site for site in sites(ITEMS[id].note.readings[i]) if not site.spare]


def placed(row, chance):
    """Centimeters for each of a row of sites: chosen by chance, in their order, none touching the next."""
    at = {}
    for region, (low, high) in BOUNDS.items():
        here = [i for i, site in enumerate(row) if site.region == region]
        spots = sorted(chance.sample(range(int(low), int(high)), 2 * len(here)))
        at |= {i: (float(a), float(b)) for i, a, b in zip(here, spots[::2], spots[1::2], strict=True)}
    across = [i for i, site in enumerate(row) if site.region == "valve"]
    return at | dict.fromkeys(across, (VALVE - 0.5, VALVE + 0.5))


def laid(row, seed=0):
    """The operation that a learner lays out for these sites, act by act as the page's buttons do."""
    state, at, bypass = start(), placed(row, Random(seed)), None
    for i, site in enumerate(row):
        a, b = at[i]
        if site.what == "bypass":
            if bypass is not None:
                state = after(state, {"do": "bypass", "from": bypass, "to": a})
            bypass = a if bypass is None else None
        elif site.what in ACTS:
            state = after(state, {"do": ACTS[site.what], "at": a})
        else:
            for act in finished(site.fate, a, b):
                state = after(state, act)
    return state


def finished(fate, a, b):
    """The acts that make a place with this fate."""
    if fate == "divided, an end brought out":
        return [{"do": "stoma", "at": a}]
    ends = {
        "joined": [{"do": "join", "place": [a, b]}],
        "left stapled inside": [{"do": "leave", "place": [a, b]}],
        "the upper end brought out": [{"do": "stoma", "at": a}],
        "the lower end brought out": [{"do": "stoma", "at": b}],
        "both ends brought out": [{"do": "stoma", "at": a}, {"do": "stoma", "at": b}],
    }
    return [{"do": "cut", "from": a, "to": b}, *ends[fate]]


@pytest.mark.parametrize(("id", "i"), READINGS)
def test_a_chart_s_own_reading_matches_wherever_its_places_are_put(id, i):
    item = ITEMS[id]
    one_shape = len({tuple(shown(id, k)) for k in range(len(item.note.readings))}) == 1
    for seed in range(3):
        told = compare(item, laid(shown(id, i), seed))
        assert told["verdict"] == ("same" if one_shape else "open"), told
        assert not told["rows"]
        assert not told["differs"]


PARTS = {
    "duodenum": "on the duodenum",
    "small": "on the small bowel$|above |below |between ",
    "valve": "across the ",
    "colon": "on the colon",
}


def by_order(row):
    """The same by what the page of a case offers: the lowest free stretch of each part of the bowel."""
    state, bypass = start(), []

    def here(site):
        free = [
            gap
            for gap in explore(state, None, by_order=True)["gaps"]
            if re.match(PARTS[site.region], gap["says"])
        ]
        return max(free, key=lambda gap: gap["low"])

    for site in row:
        gap = here(site)
        at = (gap["from"] + gap["to"]) / 2
        if site.what == "bypass":
            bypass.append(gap)
            if len(bypass) == 2:  # within one stretch its ends lie where those of a piece would
                state = after(state, {"do": "bypass", "from": bypass[0]["from"], "to": gap["to"]})
        elif site.what in ACTS:
            state = after(state, {"do": ACTS[site.what], "at": at})
        else:
            for act in finished(site.fate, gap["from"], gap["to"]):
                state = after(state, act)
    return state


@pytest.mark.parametrize(("id", "i"), READINGS)
def test_every_chart_can_be_laid_out_by_order_alone(id, i):
    item = ITEMS[id]
    told = compare(item, by_order(shown(id, i)))
    assert told["verdict"] in ("same", "open"), told


def test_what_is_told_by_order_has_no_centimeters():
    state = by_order([*shown("alder"), Site("repair", "", "small", "a hole", 0.0)])
    told = explore(state, None, by_order=True)
    says = [gap["says"] for gap in told["gaps"]]
    assert "between the first and second place" in says
    assert "between the second place and the sewn hole" in says
    assert [gap["says"] for gap in told["gaps"] if gap["usual"]] == ["below the sewn hole"]
    assert {"First place", "Second place"} == {*told["called"].values()}
    assert "cm" not in " ".join((told["svg"], told["words"], *says))


def changes(row):
    """Every single change to a row: what it is, the row, and what must be named."""
    for i, site in enumerate(row):
        if site.what != "bypass" and len(row) > 1:
            yield "dropped", [*row[:i], *row[i + 1 :]], site.name
        if site.what == "place":
            other = "the upper end brought out" if site.fate == "joined" else "joined"
            yield "fate", [*row[:i], replace(site, fate=other), *row[i + 1 :]], site.name
        elif site.what != "bypass":
            kind = next(kind for kind in ACTS if kind != site.what)
            yield "kind", [*row[:i], replace(site, what=kind), *row[i + 1 :]], site.name
    for i in range(len(row) + 1):
        if all(site.region in ("duodenum", "small") for site in row[:i]) and all(
            site.region != "duodenum" for site in row[i:]
        ):
            number = sum(site.what == "place" for site in row[:i])
            yield "extra", [*row[:i], NEW, *row[i:]], f"your {WORDS[number]} place"


WORDS = ("first", "second", "third", "fourth", "fifth")


@pytest.mark.parametrize("id", [id for id, item in ITEMS.items() if len(item.note.readings) == 1])
def test_every_single_change_is_told_and_names_the_place(id):
    item = ITEMS[id]
    for what, row, name in changes(shown(id)):
        told = compare(item, laid(row))
        assert told["verdict"] == "differs", (what, told)
        assert name in told["differs"], (what, told)
        assert what == "extra" or told["rows"], (what, told)  # in the chart's own words
        if not item.note.readings[0].measured and all(site.what == "place" for site in row):
            assert " cm" not in told["differs"]  # the chart measures nothing
        assert all(quoted["says"] == item.evidence[quoted["name"]] for quoted in told["rows"])


def test_the_bowel_between_two_pieces_is_what_differs():
    two = ITEMS["alder"]
    state = start()
    for act in (
        {"do": "cut", "from": 100, "to": 120},
        {"do": "cut", "from": 200, "to": 220},
        {"do": "cut", "from": 120, "to": 200},
        {"do": "join", "place": [100, 220]},
    ):
        state = after(state, act)
    assert "You took out the bowel between two pieces" in compare(two, state)["differs"]


def test_a_place_on_the_other_side_of_the_valve_is_told():
    id = next(id for id in ITEMS if [site.region for site in shown(id)] == ["valve"])
    told = compare(ITEMS[id], laid([replace(shown(id)[0], region="small")]))
    assert "on the small bowel" in told["differs"]
    assert "across the valve" in told["differs"]


def test_nothing_laid_out_gives_nothing_away():
    for item in ITEMS.values():
        told = compare(item, start())
        bare = any(not sites(reading) for reading in item.note.readings)
        assert told["verdict"] in (("same", "open") if bare else ("nothing",))
        assert not told["rows"]


def test_an_open_place_must_be_decided_first():
    state = after(start(), {"do": "cut", "from": 100, "to": 120})
    assert compare(ITEMS["alder"], state)["verdict"] == "unfinished"


@pytest.mark.parametrize(
    ("id", "wrong"),
    [
        ("alder", "44120"),  # the add-on left out
        ("cedar", "44120; 44121"),  # pieces counted
        ("jujube", "44202; 44203"),  # a unit too few
        ("ginkgo", "44120"),  # brought out, taken for joined
        ("hickory", "44120"),  # across the valve, taken for small bowel
    ],
)
def test_what_was_misread_is_told_apart_from_which_rule_was_misused(id, wrong):
    item, row = ITEMS[id], shown(id)
    right = expected(item)
    assert compare(item, laid(row), right)["about"] == ""
    assert "a rule and not your reading" in compare(item, laid(row), wrong)["about"]
    assert compare(item, laid([*row[:-1], NEW, *row[-1:]]), right)["about"].startswith(
        "The claim is right, but"
    )


def test_a_claim_that_follows_from_what_was_laid_out_used_the_rules_well():
    item = ITEMS["alder"]  # two places joined
    one = laid(shown("alder")[:1])
    assert compare(item, one, "44120")["about"].startswith("This claim follows from what you laid out")
    assert compare(item, one, "44120; 44121 x2")["about"].startswith("What you laid out is not")


def test_what_no_drawing_shows_is_pointed_at():
    item = ITEMS["jujube"]  # laparoscopic
    assert "how the belly was entered" in compare(item, laid(shown("jujube")), "44120; 44121 x2")["about"]


def test_a_note_that_leaves_it_open_says_so_of_any_of_its_readings():
    item = ITEMS["juniper"]
    for i, answer in ((0, "44120; 44121"), (1, "44120")):
        told = compare(item, laid(shown("juniper", i)), answer)
        assert told["verdict"] == "open"
        assert told["about"].startswith("You read the chart well.")


def test_every_spot_has_a_button():
    assert {*ACTS, "bypass"} == {*SPOTS} == {*POINTS, "loop", "bypass"}
