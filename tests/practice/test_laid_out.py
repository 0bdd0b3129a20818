"""An operation laid out on the bowel: one built from a chart's own reading always matches, whatever its
centimeters, and every single change to it is told and names the place."""

import re
from dataclasses import replace
from random import Random

import pytest

from casebook.cases import library, load
from casebook.coding.claim import show
from casebook.coding.note import Note
from casebook.coding.places import many
from casebook.grading import expected
from casebook.grading.asking import BY_RULE
from casebook.grading.feedback import amounts_to, question, what_it_says
from casebook.practice.explorer import FARTHEST, NEAREST, VALVE, after, explore, read, start
from casebook.practice.laid_out import POINTS, SPOTS, Site, compare, sites
from casebook.practice.likely import likely_answers

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
            state = done(state, site, a, b)
    return state


def done(state, site, a, b):
    """A place with this fate, its first join cut out again where one was."""
    acts = finished(site.fate, a, b)
    if site.again:
        state, ends = again(state, a, b)
        acts = finished(site.fate, *ends)[1:]
    for act in acts:
        state = after(state, act)
    return state


def said(told):
    """All that differs, in one."""
    return " ".join(each["says"] for each in told["differs"])


def quoted(told):
    return [row for each in told["differs"] for row in each["rows"]]


def again(state, a, b):
    """A place joined, and its join cut out by the choice that the page has for it: the state, and the new
    ends."""
    for act in ({"do": "cut", "from": a, "to": b}, {"do": "join", "place": [a, b]}):
        state = after(state, act)
    free = explore(state, None, by_order=True)["gaps"]
    gap = next(gap for gap in free if gap["itself"] and gap["low"] <= a and b <= gap["high"])
    return after(state, {"do": "cut", "from": gap["from"], "to": gap["to"]}), (gap["from"], gap["to"])


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
        assert not told["differs"]
        assert told["says"].startswith("Right. ")


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
            state = done(state, site, gap["from"], gap["to"])
    return state


@pytest.mark.parametrize(("id", "i"), READINGS)
def test_every_chart_can_be_laid_out_by_order_alone(id, i):
    item = ITEMS[id]
    told = compare(item, by_order(shown(id, i)))
    assert told["verdict"] in ("same", "open"), told
    assert not told["differs"], told  # nor on the way there


REDONE = [(id, i) for id, i in READINGS if any(site.again for site in shown(id, i))]


@pytest.mark.parametrize(("id", "i"), REDONE)
def test_a_join_cut_out_again_is_what_is_quoted_where_it_was_not_laid_out(id, i):
    op, row = ITEMS[id].note.readings[i], shown(id, i)
    at = next(k for k, site in enumerate(row) if site.again)
    undone = {
        op.steps[cut].evidence for p in op.bowel.places for cut in p.cuts if p.joins and cut > min(p.joins)
    }
    two = compare(replace(ITEMS[id], note=Note((op,))), laid([*row[: at + 1], NEW, *row[at + 1 :]]))
    assert "cut out again with the bowel beside it, which makes one place of them" in said(two)
    assert {each["name"] for each in quoted(two)} <= undone
    assert quoted(two)
    once = compare(replace(ITEMS[id], note=Note((op,))), laid([replace(site, again=False) for site in row]))
    assert once["verdict"] == "same"  # at closing
    assert "The chart tells more: " in said(once)
    assert {each["name"] for each in quoted(once)} <= undone


def test_a_join_that_the_chart_made_once_is_told_where_it_was_cut_out_again():
    row = shown("alder")
    told = compare(ITEMS["alder"], laid([replace(row[0], again=True), *row[1:]]))
    assert said(told).startswith("At your first place you cut a join out again")


def test_every_join_can_be_cut_out_again_and_disturbs_nothing_else():
    for id, i in READINGS:
        state = by_order(shown(id, i))
        look = explore(state, None, by_order=True)
        rows = [gap for gap in look["gaps"] if gap["itself"]]
        assert len(rows) == look["joins"], id
        for gap in rows:
            cut = explore(state, {"do": "cut", "from": gap["from"], "to": gap["to"]}, by_order=True)
            assert len(cut["called"]) == len(look["called"]), id
            assert len(cut["open"]) == len(look["open"]) + 1, id
            assert len({*look["called"]} - {*cut["called"]}) == 1, id


def test_a_place_left_stapled_stays_in_the_list_and_can_be_changed():
    state = after(start(), {"do": "cut", "from": 100, "to": 120})
    left = explore(state, {"do": "leave", "place": [100, 120]}, by_order=True)
    assert (left["open"], left["left"]) == ([], [[100, 120]])
    joined = explore(left["operation"], {"do": "join", "place": [100, 120]}, by_order=True)
    assert (joined["left"], joined["joined"]) == ([], [[100, 120]])


def swaps(row):
    """Every change of order: two neighbors of different kinds, in one part of the bowel."""
    for i in range(len(row) - 1):
        a, b = row[i : i + 2]
        if a != b and a.region == b.region and "bypass" not in (a.what, b.what):
            yield [*row[:i], b, a, *row[i + 2 :]]


def test_what_lies_on_the_wrong_side_of_its_neighbor_is_told_so():
    seen = 0
    for id, item in ITEMS.items():
        for row in swaps(shown(id)) if len(item.note.readings) == 1 else ():
            told = compare(item, laid(row))
            assert not re.search("left out|does not have", said(told)), (id, told)
            if len({site.what for site in row}) > 1:
                seen += "yours is" in said(told)
    assert seen
    hazel = compare(ITEMS["hazel"], laid(shown("hazel")[::-1]))
    assert said(hazel) == (
        "The loop upstream (a loop brought out): yours is below the ileum with the abscess (joined); the"
        " chart\u2019s is above it."
    )


def test_as_many_things_are_listed_as_are_counted():
    chance = Random(5)
    for item in ITEMS.values():
        row = shown(chance.choice([*ITEMS]))
        told = compare(item, laid(row))
        if told["verdict"] == "differs":
            assert f" {many(len(told['differs']), 'thing')} to set right" in told["says"], told
            assert len({each["says"] for each in told["differs"]}) == len(told["differs"])


def test_the_bowel_between_two_places_can_go_whole_and_makes_one_of_them():
    state = start()
    for says in (
        "on the small bowel",
        "below the first place",
        "all the bowel between the first and second place",
    ):
        free = explore(state, None, by_order=True)["gaps"]
        gap = next(gap for gap in free if gap["says"] == says)
        state = after(state, {"do": "cut", "from": gap["from"], "to": gap["to"]})
    look = explore(state, None, by_order=True)
    (place,) = look["open"]
    assert "ends free" in look["words"]
    assert "stapled" not in look["words"]
    joined = after(state, {"do": "join", "place": place})
    assert compare(ITEMS["cedar"], joined)["verdict"] == "same"


def test_the_bowel_between_two_joins_goes_with_both():
    state = start()
    for a, b in ((100, 120), (200, 220)):
        state = after(after(state, {"do": "cut", "from": a, "to": b}), {"do": "join", "place": [a, b]})
    gap = next(gap for gap in explore(state, None, by_order=True)["gaps"] if gap["says"].startswith("all "))
    state = after(state, {"do": "cut", "from": gap["from"], "to": gap["to"]})
    (place,) = explore(state, None, by_order=True)["open"]
    told = compare(ITEMS["cedar"], after(state, {"do": "join", "place": place}))
    assert not [each for each in told["differs"] if "Here the chart has" in each["says"]], told


def test_no_whole_stretch_ends_where_an_end_was_brought_out():
    state = start()
    for act in ({"do": "cut", "from": 100, "to": 120}, {"do": "cut", "from": 200, "to": 220}):
        state = after(state, act)
    state = after(state, {"do": "stoma", "at": 100})
    assert not [gap for gap in explore(state, None, by_order=True)["gaps"] if gap["says"].startswith("all ")]


def test_who_left_a_bridge_standing_is_shown_its_line():
    state = start()
    for a, b in ((100, 120), (150, 170), (200, 220)):
        state = after(after(state, {"do": "cut", "from": a, "to": b}), {"do": "join", "place": [a, b]})
    item = ITEMS["cedar"]
    (told,) = compare(item, state)["differs"]
    bridge = next(step for step in item.note.readings[0].steps if step.reason == "margin")
    assert [row["name"] for row in told["rows"]] == [bridge.evidence]


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
        assert name in said(told), (what, told)
        assert what == "extra" or quoted(told), (what, told)  # in the chart's own words
        if not item.note.readings[0].measured and all(site.what == "place" for site in row):
            assert " cm" not in said(told)  # the chart measures nothing
        assert all(each["says"] == item.evidence[each["name"]] for each in quoted(told))


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
    assert "You took out the bowel between two pieces" in said(compare(two, state))


def test_a_place_on_the_other_side_of_the_valve_is_told():
    id = next(id for id in ITEMS if [site.region for site in shown(id)] == ["valve"])
    told = compare(ITEMS[id], laid([replace(shown(id)[0], region="small")]))
    assert "on the small bowel" in said(told)
    assert "across the valve" in said(told)


def test_nothing_laid_out_gives_nothing_away():
    for item in ITEMS.values():
        told = compare(item, start())
        bare = any(not sites(reading) for reading in item.note.readings)
        assert told["verdict"] in (("same", "open") if bare else ("nothing",))
        assert not told["differs"]


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
    # All that is right stands on the claim, and something besides: that does not follow from the bowel.
    for claim in ("44120; 44121; 49000", "44120; 44121-51"):
        assert compare(item, one, claim)["about"].endswith("is something else, though: look at both.")


def test_who_is_told_to_have_used_the_rules_well_is_named_no_slip():
    praised = named = 0
    for id, item in ITEMS.items():
        for _, row, _ in changes(shown(id)):
            state = laid(row)
            note = Note((read(state),))
            claims = [show(claim.lines) for _, claim in note.accepted()] if note.action == "bill" else []
            for answer in claims:
                about = compare(item, state, answer)["about"]
                slip = "slip" in f"{amounts_to(item.grade(answer)) or what_it_says(item.grade(answer))}"
                slip |= bool(item.grade(answer).misconceptions)
                assert not (slip and "used the rules well" in about), (id, answer)
                praised += "used the rules well" in about
                named += slip and "not the slip that is named" in about
    assert praised > 20
    assert named > 20
    birch = laid([*shown("birch"), NEW])  # two strictures in one piece, laid out as two
    assert "not the slip that is named" in compare(ITEMS["birch"], birch, "44120; 44121")["about"]


READ = [row[0] for row in BY_RULE]


@pytest.mark.parametrize("id", [id for id, item in ITEMS.items() if item.note.action == "bill"])
def test_who_read_it_rightly_is_asked_for_the_rule(id):
    item, state = ITEMS[id], laid(shown(id))
    wrong = [answer for answer in likely_answers(item) if item.grade(answer).verdict in ("partly", "wrong")]
    assert wrong
    for answer in wrong:
        told, usual = compare(item, state, answer), question(item.grade(answer)) or ""
        reading = any(usual.startswith(asked) for asked in READ)
        assert bool(told["asks"]) == (reading or answer == "query"), (answer, usual, told)
        assert not any(told["asks"].startswith(asked) for asked in READ)
        assert not compare(item, laid([*shown(id), NEW]), answer)["asks"]  # that is misread


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
