"""Drawing a test: as even as the bank allows, from plain to noisy, the same for a seed."""

import re
from collections import Counter
from functools import cache
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebook import cases
from casebook.cases.shorts import short_cases
from casebook.coding.claim import show
from casebook.grading.doubt import rests_on_doubt
from casebook.practice.bank import TAUGHT, USUAL
from casebook.practice.chapters import CHAPTERS, brief, end_out, pool, shows_best, taught
from casebook.practice.exam import PACES, draw, limits
from casebook.quiz import door

WORDS = ("joins", "stoma", "query")
SMALL = st.lists(
    st.tuples(st.frozensets(st.sampled_from(WORDS), min_size=1), st.integers(1, 3)), min_size=1, max_size=6
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("id", "about", "level")) | st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)


@cache
def shipped():
    """The pages of the shipped cases, made when a test first asks for them."""
    return [cases.load(path).page() for path in cases.library()]


def pages(rows):
    return [{"id": f"c{i}", "about": sorted(about), "level": level} for i, (about, level) in enumerate(rows)]


def counted(test):
    return Counter(row["topic"] for row in test["items"])


@given(SMALL, st.integers(1, 8), st.integers())
def test_a_test_is_what_was_asked_for(rows, number, seed):
    bank = pages(rows)
    test = draw(bank, number, seed)
    drawn = [row["case"] for row in test["items"]]
    about = {page["id"]: page["about"] for page in bank}
    assert test["seed"] == seed
    assert len(drawn) == len(set(drawn)) == min(number, len(bank))
    assert all(row["topic"] in about[row["case"]] for row in test["items"])
    levels = [row["level"] for row in test["items"]]
    assert levels == sorted(levels)
    assert (test["says"] is not None) == (number > len(bank))
    assert test == draw(bank, number, seed) == draw(bank[::-1], number, seed)


@given(SMALL, st.integers(1, 6), st.integers())
def test_no_test_from_this_bank_is_more_even(rows, number, seed):
    bank = pages(rows)
    number = min(number, len(bank))
    mine = counted(draw(bank, number, seed))
    others = product(
        *((None, *page["about"]) for page in bank)
    )  # every way to leave a case out or let it stand for a topic
    best = min(
        sum(n * n for n in Counter(filter(None, way)).values())
        for way in others
        if sum(map(bool, way)) == number
    )
    assert sum(n * n for n in mine.values()) == best


@given(st.integers(1, 12), st.integers())
def test_topics_differ_by_one_at_most_where_there_is_enough(number, seed):
    bank = pages([(frozenset({word}), level) for word in WORDS for level in (1, 2, 3, 3)])
    mine = counted(draw(bank, number, seed))
    each = [mine[word] for word in WORDS]
    assert max(each) - min(each) <= 1


def test_levels_are_mixed():
    bank = pages([(frozenset({"joins"}), level) for level in (1, 2, 3) for _ in range(10)])
    for seed in range(10):
        assert Counter(row["level"] for row in draw(bank, 6, seed)["items"]) == {1: 2, 2: 2, 3: 2}


def test_the_shipped_bank():
    tests = [draw(shipped(), 6, seed) for seed in range(20)]
    assert len({tuple(sorted(row["case"] for row in test["items"])) for test in tests}) > 10
    for test in tests:
        assert max(counted(test).values()) == 1  # there are more than six things to learn
    assert draw(shipped(), 6, "spring class") == draw(shipped(), 6, "spring class")
    assert len(draw(shipped(), 999, 1)["items"]) == len(shipped())
    assert draw(shipped(), 999, 1)["says"] == f"Only {len(shipped())} cases fit: the test has all of them."


def test_narrowed():
    test = draw(shipped(), 4, 1, topics=["stoma", "companions"], levels=[1, 2])
    assert {row["topic"] for row in test["items"]} <= {"stoma", "companions"}
    assert {row["level"] for row in test["items"]} <= {1, 2}
    assert draw(shipped(), 4, 1, [], []) == draw(shipped(), 4, 1)
    with pytest.raises(ValueError, match="No case"):
        draw(shipped(), 4, 1, topics=["hernia"])


def test_what_no_claim_can_show_is_not_drawn_for():
    assert "diagnoses" not in {topic for seed in range(30) for topic in counted(draw(shipped(), 13, seed))}


@given(JSON, JSON, JSON, JSON, JSON)
def test_junk_gives_a_test_or_plain_words(bank, number, seed, topics, levels):
    for row in (
        (bank, number, seed, topics, levels),
        (shipped(), 3, seed, topics, levels),
        (bank, 3, 1),
        ([{"id": "x"} | bank] if isinstance(bank, dict) else [bank], 2, 1),
    ):
        try:
            assert draw(*row)["items"]
        except ValueError as error:
            assert str(error)  # noqa: PT017 - either outcome is right


def test_every_topic_has_words():
    assert {topic for page in shipped() for topic in page["about"]} - {"diagnoses"} <= set(TAUGHT)
    assert set(TAUGHT) | {"diagnoses"} == set(cases.TOPICS)


ASKED = {
    "/".join(file.parts[-2:]).removesuffix(".md"): found[1].split()
    for file in (cases.root() / "book").glob("*.md")
    if (found := re.search(r"^```\{test-yourself\} (.+)$", file.read_text("utf-8"), re.MULTILINE))
}


@cache
def charts():
    """All that an exit check may ask: the cases and the short charts."""
    return {case.id: case for case in (*map(cases.load, cases.library()), *short_cases())}


@cache
def exits():
    return [case.page() for case in charts().values()]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_an_exit_check_asks_nothing_that_was_not_taught(chapter):
    first = [page["id"] for page in shipped()[:13]]
    drawn = pool(exits(), chapter, first)
    bank = [page for page in exits() if page["id"] in drawn]
    early = list(CHAPTERS).index(chapter) < list(CHAPTERS).index("book/family")
    met = set()
    for seed in range(200):
        items = draw(bank, 3, seed, ASKED[chapter])["items"]
        assert len(items) == 3
        met |= {item["case"] for item in items}
    # Of the first chapters, four checks and more bring charts that were not met.
    assert len(met) >= (15 if early else 6)
    # And only brief ones: a whole report is not read in passing.
    assert {id.startswith("short-") for id in met} == {early}
    assert not early or max(len(charts()[id].unmarked.split()) for id in met) < 125
    for case in map(charts().__getitem__, met):
        assert case.id not in first
        # An end brought out comes with the second chapter, with the codes that are taught there.
        out = end_out(case.page()) and "brought-out" in taught(chapter)
        more = {"stoma", "base-code"} if out else set()
        assert set(case.about) <= taught(chapter) | {"diagnoses"} | more
        lines = [line for claim in case.note.mains for line in claim.lines]
        # Read from the claim itself, not from what the case says that it is about.
        if early:
            assert {line.code for line in lines} <= {"44120", "44121", "44202", "44203"} | (
                {"44125", "44310"} if out else set()
            )
            assert {mark for line in lines for mark in line.modifiers} <= {"51"}
            acts = {step.act for op in case.note.readings for step in op.steps}
            assert acts - ({"stoma"} if out else set()) <= {
                *("resect", "join", "explore", "lyse_adhesions", "mesentery_repair")
            }
        # What careful people answer in two ways is in none of the first checks.
        assert not early or not rests_on_doubt(case.note)
        if early and chapter != "book/joins":  # which counts a join made again, and an injury by the surgeon
            why = {(step.reason, step.kind) for op in case.note.readings for step in op.steps}
            assert not any(reason == "join" or cause == "surgeon" for reason, cause in why)
        if chapter != "book/queries":
            assert case.level < 3
        if "sessions" not in taught(chapter):
            assert not {"58", "78", "79", "80", "AS", "62"} & {m for line in lines for m in line.modifiers}


@cache
def pools():
    """What an exit check of a chapter may draw: its pool, as far as it is about what the check is on."""
    spared, about = (
        [page["id"] for page in shipped()[:13]],
        {page["id"]: {*page["about"]} for page in exits()},
    )
    return {
        chapter: [id for id in pool(exits(), chapter, spared) if about[id].intersection(topics)]
        for chapter, topics in ASKED.items()
        if chapter in CHAPTERS
    }


def check(chapter, seed, met):
    """The cases that the page of a chapter gets."""
    asked = {"do": "draw", "bank": exits(), "number": 3, "seed": seed, "topics": ASKED[chapter], "met": met}
    best = shows_best(exits(), chapter)
    return [row["case"] for row in door.answer({**asked, "pool": pools()[chapter], "first": best})["items"]]


@pytest.mark.parametrize("first_seen", ["in the check", "before"])
def test_no_chart_comes_twice_while_one_that_was_not_met_is_left(first_seen):
    for seed in range(20):
        rng = Random(seed)
        met = rng.sample([id for ids in pools().values() for id in ids], 4) if first_seen == "before" else []
        walk = [chapter for chapter in list(CHAPTERS)[:5] for _ in range(rng.choice((1, 1, 2)))]
        for chapter in walk:
            drawn = check(chapter, rng.randrange(10**6), met)
            assert len(set(drawn)) == 3
            left = [id for id in pools()[chapter] if id not in met]
            known = [id for id in drawn if id in met]
            assert len(known) == max(0, 3 - len(left))
            # Of those met, the ones that were met longest ago.
            last = {id: place for place, id in enumerate(met)}
            ago = sorted((id for id in pools()[chapter] if id in last), key=last.__getitem__)
            assert set(known) == set(ago[: len(known)])
            levels = [charts()[id].level for id in drawn]
            assert levels == sorted(levels)
            assert max(levels) < 3
            met += drawn


def test_the_check_on_ends_has_ends_that_were_brought_out():
    best = {id for id in pools()["book/bowel"] if end_out(charts()[id].page())}
    assert best
    assert all(brief(charts()[id].page()) for id in best)
    kinds = {charts()[id].key["claim"] for id in best}
    for seed in range(20):
        assert len(best & set(check("book/bowel", seed, []))) == min(3, len(kinds))
        assert not best & set(check("book/bowel", seed, sorted(best)))


@pytest.mark.parametrize("chapter", list(CHAPTERS)[:5])
def test_a_check_asks_for_as_many_claims_as_it_has_charts(chapter):
    def claims(ids):
        return {str(sorted(show(claim.lines) for claim in charts()[id].note.mains)) for id in ids}

    there = min(3, len(claims(pools()[chapter])))
    drawn = [check(chapter, seed, []) for seed in range(40)]
    assert [len(claims(ids)) for ids in drawn] == [there] * 40
    assert len({tuple(ids) for ids in drawn}) > 5
    # The same again for its number.
    assert drawn[:5] == [check(chapter, seed, []) for seed in range(5)]


def test_a_check_of_charts_with_one_claim_is_drawn_all_the_same():
    ids = [id for id in pools()["book/decision"] if charts()[id].key["claim"] == "44120"][:3]
    asked = {"do": "draw", "bank": exits(), "number": 3, "seed": 4, "topics": None, "pool": ids}
    assert {row["case"] for row in door.answer(asked)["items"]} == {*ids}


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.sets(st.sampled_from([path.stem for path in cases.library()]), max_size=30))
def test_a_test_with_a_number_brings_what_is_new_and_comes_again_by_its_number(seed, met):
    asked = {"do": "draw", "bank": shipped(), "number": 5, "topics": None}
    told = door.answer({**asked, "seed": seed, "met": sorted(met)})
    assert told == door.answer({**asked, "seed": told["seed"]})
    plain = door.answer({**asked, "seed": seed})
    assert plain["seed"] == seed

    def known(test):
        return len(met & {row["case"] for row in test["items"]})

    assert known(told) <= known(plain)


def test_a_short_test_brings_no_chart_that_was_met_while_there_are_enough_others():
    """As many as the exit checks of five chapters have shown."""
    brief = [
        page
        for page in exits()
        if page["id"] in pool(exits(), "book/joins") and page["id"].startswith("short-")
    ]
    asked = {"do": "draw", "bank": brief, "number": 3, "topics": None}
    for seed in range(30):
        met = Random(seed).sample([page["id"] for page in brief], 15)
        drawn = {row["case"] for row in door.answer({**asked, "seed": 1000 * seed, "met": met})["items"]}
        assert not drawn & set(met)


def test_a_page_that_is_no_chapter_has_no_pool():
    with pytest.raises(ValueError, match="no Learn chapter"):
        pool(shipped(), "book/card")


@settings(derandomize=True, max_examples=60)
@given(st.lists(st.integers(1, 2000), min_size=1, max_size=20), st.integers(1, 500))
def test_the_limit_of_a_test_follows_from_the_words_of_its_charts(words, more):
    pages = [{"id": str(i), "words": number} for i, number in enumerate(words)]
    told = limits(pages)
    assert list(told) == list(PACES)
    assert told["calm"] > told["brisk"] >= sum(words) / 250
    longer = [{**pages[0], "words": words[0] + 250 * more}, *pages[1:]]
    assert told["brisk"] + more <= limits(longer)["brisk"] <= told["brisk"] + more + 1  # and to think of it
    assert limits([{"id": "untold"}]) == limits([{"id": "told", "words": USUAL}])


def test_a_drawn_test_says_how_long_it_may_take():
    bank = [{"id": "one", "about": ["joins"], "words": 500}, {"id": "two", "about": ["units"], "words": 1000}]
    assert draw(bank, 2, 1)["minutes"] == {"calm": 18, "usual": 13, "brisk": 9}


def test_brief_charts_take_a_minute_or_two_each_and_a_question_what_an_exam_gives_it():
    """At the usual pace; a certification exam gives 2.4 minutes, and 12 full reports take an hour."""
    asked = [each for each in exits() if brief(each)][-3:]
    assert all(page["words"] < 110 for page in asked)
    assert 3 <= limits(asked)["usual"] <= 6
    assert limits([{"id": str(i), "words": 190} for i in range(100)])["usual"] == 240
    assert 60 / 15 <= limits([{"id": "report", "words": 620}])["usual"] <= 60 / 10
