"""Multiple choice: exactly one accepted, none twice, and the rest what wrong rules give."""

import os
from collections import Counter
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebook import cases
from casebook.cases.shorts import short_cases
from casebook.coding.note import Note
from casebook.coding.rulebook import TWINS
from casebook.coding.typed import read
from casebook.grading import Item, expected
from casebook.grading.explanation import plain
from casebook.grading.misconceptions import FAR_FETCHED
from casebook.practice.choices import _everywhere, choices
from tests.minimal_cases import FOLDER, item
from tests.strategies import decided

SHIPPED = [path.stem for path in cases.library()]
MINIMAL = sorted(path.stem for path in FOLDER.glob("*.yaml"))
SEEDS = st.integers(-(10**6), 10**6)
DRAWS = 3 * int(os.environ.get("FUZZ", "1"))  # of each case


@cache
def loaded(id):
    return cases.load(id).item


@cache
def drawn(id, seed):
    return choices(loaded(id), seed)


def check(case, offered, most=5):
    assert 3 <= len(offered) <= most
    verdicts = {text: case.grade(text).verdict for text in offered}
    assert [text for text, verdict in verdicts.items() if verdict == "correct"] == [expected(case)]
    assert set(verdicts.values()) <= {"correct", "partly", "wrong"}
    assert len({case.compared(read(text)) for text in offered}) == len(offered)


def test_shipped_cases():
    for id in SHIPPED:
        for seed in range(DRAWS):
            check(loaded(id), drawn(id, seed))
            assert len(drawn(id, seed)) == 5


def test_a_seed_gives_the_same_choices_whatever_was_asked_before():
    for id in SHIPPED[::12]:
        drawn(id, 0)
        assert choices(cases.load(id).item, 1) == drawn(id, 1)


@pytest.mark.parametrize("name", MINIMAL)
def test_the_smallest_operations(name):
    if item(name).note.out_of_scope:
        with pytest.raises(ValueError, match="decides"):
            choices(item(name), 1)
        return
    for most in (3, 10):
        check(item(name), choices(item(name), 1, most), most)


@settings(max_examples=25)
@given(st.lists(decided(), min_size=1, max_size=1) | st.tuples(decided(1, 2), decided(1, 2)), SEEDS)
def test_made_up_operations(readings, seed):
    case = Item("", Note(tuple(readings)), {}, {})
    check(case, choices(case, seed))


def test_every_place_in_the_row_can_be_the_right_one():
    case = loaded("alder")
    assert {drawn("alder", seed).index(expected(case)) for seed in range(30)} == {0, 1, 2, 3, 4}


def test_what_tempts_in_a_case_is_offered():
    for id in SHIPPED:
        case = loaded(id)
        offered = {case.compared(read(text)) for text in drawn(id, 3)}
        tempting = [answer for answer in case.tempting if answer != "query"]
        assert sum(answer in offered for answer in tempting) >= min(2, len(tempting)), id


def test_wrong_rules_are_among_what_is_offered():
    shown = [[loaded(id).grade(text) for text in drawn(id, 3)] for id in SHIPPED]
    assert sum(any(grade.misconceptions for grade in grades) for grades in shown) > 0.9 * len(shown)


def test_what_tempts_in_this_chart_and_not_in_every_other_is_offered():
    """Else nothing is learned of whoever chose rightly: what tempts everywhere was all that stood beside."""
    for case in [*map(loaded, SHIPPED), *(made.item for made in short_cases())]:
        rules = {m.id for ms in case.diagnosis.wrong_ways.values() for m in ms} - _everywhere() - FAR_FETCHED
        own = {key for key, ms in case.diagnosis.wrong_ways.items() if rules & {m.id for m in ms}}
        for seed in range(2):
            offered = {plain(read(text).claim) for text in choices(case, seed)}
            assert own & offered or not own, (case.id, seed)
    (torn,) = (made.item for made in short_cases() if made.id == "short-78")  # one wrong rule is its own
    assert all("44120; 44121" in choices(torn, seed) for seed in range(20))


# What can be had without the chart


@cache
def lines_of(text):
    return frozenset(map(str, read(text).claim)) or frozenset((text,))


@cache
def codes_of(text):
    return frozenset(line[:5] for line in lines_of(text))


def recurring(parts):
    """How often what an answer holds stands in the others."""
    return lambda text, others: sum(len(parts(text) & parts(other)) for other in others)


def recurring_of_each(parts):
    return lambda text, others: recurring(parts)(text, others) / len(parts(text))


def alike(parts, of=sum):
    """How alike an answer is to the others, or to the one that it is most like."""
    return lambda text, others: of(
        len(parts(text) & parts(other)) / len(parts(text) | parts(other)) for other in others
    )


#: What an answer is worth to whoever sees it, and the others beside it, and no chart.
WORTH = {
    "lines that recur": recurring(lines_of),
    "lines that recur, of each": recurring_of_each(lines_of),
    "codes that recur": recurring(codes_of),
    "codes that recur, of each": recurring_of_each(codes_of),
    "like the others": alike(lines_of),
    "like the others by its codes": alike(codes_of),
    "like one other": alike(lines_of, max),
    "one line from the others": lambda text, others: sum(
        len(lines_of(text) ^ lines_of(other)) <= 2 for other in others
    ),
    "part of the others": lambda text, others: sum(lines_of(text) < lines_of(other) for other in others),
    "length": lambda text, others: len(text),
    "lines": lambda text, others: len(lines_of(text)),
    "marks": lambda text, others: text.count("-"),
    "units": lambda text, others: text.count(" x"),
    "query": lambda text, others: text == "query",
    "add-on": lambda text, others: bool({"44121", "44203"} & codes_of(text)),
    "alphabet": lambda text, others: sum(text < other for other in others),
}
PLACES = 5


def guessed(worth, offered):
    """How likely whoever goes by this takes each: the most of it, the least of it, and what is first, second
    and so on by it. Where several are alike, one of them is taken by chance."""
    values = [worth(text, [other for other in offered if other != text]) for text in offered]
    ranked = sorted(values, reverse=True)
    for wanted in (ranked[0], *ranked[1:-1], ranked[-1]):
        yield [(value == wanted) / values.count(wanted) for value in values]


def test_no_strategy_that_does_not_read_the_chart_is_right_often():
    """Chance is 20 percent."""
    asked = [
        (drawn(id, seed), drawn(id, seed).index(expected(loaded(id))))
        for id in SHIPPED
        for seed in range(DRAWS)
    ]
    right = Counter({("place", i): sum(place == i for _, place in asked) for i in range(PLACES)})
    for offered, place in asked:
        for name, worth in WORTH.items():
            for i, taken in enumerate(guessed(worth, offered)):
                right[name, i] += taken[place]
    shares = {way: round(times / len(asked), 3) for way, times in right.items()}
    assert len(shares) == PLACES * (len(WORTH) + 1)
    assert max(shares.values()) <= 0.30, {way: share for way, share in shares.items() if share > 0.28}


def test_wrong_choices_look_as_right_ones_do():
    """51 stands where the rules would put it, and lines come by value, so that no choice is told by its
    looks."""
    offered = {text for seed in range(6) for text in choices(loaded("hazel"), seed, 10)}
    assert "44202; 44187-51" in offered
    assert "44202; 44187" not in offered


SCOPED = frozenset({"44202", "44203", "44205", "44204", "44187", "44188", "44206", "44227", "44238", "44180"})
OPENED = frozenset({"44120", "44121", "44125", "44160", "44140", "44310", "44320", "44143", "44625", "44005"})
FACETS = ("session", "surgeon", "unusual_work")
BESIDE_THE_CHART = ({"58", "78", "79"}, {"80", "82", "AS", "62"}, {"22"})


def test_no_choice_is_one_that_nobody_would_write_who_has_the_chart():
    """Every code is one of the right claim, of its family, of a wrong rule or of the author's; a mark of a
    session, of a surgeon or of unusual work stands only where the chart or its author speaks of one."""
    for id in SHIPPED:
        item = loaded(id)
        authors = set(item.key.get("tempting") or {})
        claims = [target.lines for target in item.diagnosis.targets]
        shown = item.note.readings
        codes = {line.code for claim in claims for line in claim} | {"44120", "44121", "44202", "44203"}
        codes |= {code for key in item.diagnosis.wrong_ways for code, _, _ in key}
        codes |= {TWINS[code] for code in codes if code in TWINS}
        unusual = {
            facet for op in shown for facet in ("session", "surgeon", "unusual_work") if op.unusual(facet)
        }
        may_mix = {*item.diagnosis.wrong_ways, *(plain(each) for each in claims)}
        if any({"44202", "44203", "44238"} & {x.code for x in each} and len(each) > 1 for each in claims):
            may_mix |= {plain(read(text).claim) for text in drawn(id, 0)}
        freed = any(step.act == "lyse_adhesions" for op in shown for step in op.steps)
        for text in {text for seed in range(DRAWS) for text in drawn(id, seed)} - authors - {"query"}:
            claim = read(text).claim
            assert {line.code for line in claim} <= codes, (id, text)
            laparoscopic = [line.code in SCOPED for line in claim if line.code in SCOPED | OPENED]
            assert len(set(laparoscopic)) < 2 or plain(claim) in may_mix, (id, text)
            assert "44238" not in text or any(op.approach != "open" for op in shown), (id, text)
            marks = {mark for line in claim for mark in line.modifiers}
            for mark_of, facet in zip(BESIDE_THE_CHART, FACETS, strict=True):
                allowed = facet in unusual or (facet == "unusual_work" and freed)
                assert allowed or not marks & mark_of, (id, text)


def test_what_a_learner_was_seen_to_hold_is_offered():
    for id in SHIPPED[::9]:
        item = loaded(id)
        rule = next((ms[0] for key, ms in item.diagnosis.wrong_ways.items() if len(ms) == 1), None)
        if rule is None:
            continue
        offered = [item.grade(text) for text in choices(item, 7, held=[rule.id, "no rule of this book"])]
        assert any(rule in grade.misconceptions for grade in offered), (id, rule.id)


def test_an_accepted_view_is_no_wrong_choice():
    case = item("redone-join")
    assert case.grade("44120; 44121").verdict == "correct"
    for seed in range(20):
        assert "44120; 44121" not in choices(case, seed, 10)


def test_what_cannot_be_offered_is_refused_in_words():
    case = cases.load("alder").item
    for bad in (None, True, 1.5, [], {}, "x" * 101):
        with pytest.raises(ValueError, match="seed"):
            choices(case, bad)
    for bad in (None, True, 2, 11, "5", 4.0):
        with pytest.raises(ValueError, match="most"):
            choices(case, 1, bad)
    out = Item.read({"steps": [{"appendectomy": True}]})
    with pytest.raises(ValueError, match="decides"):
        choices(out, 1)
