"""Rounds of practice: what was missed comes back on another chart, and mastery takes two charts and a day."""

from functools import cache
from random import Random

import pytest

from casebook.cases import load
from casebook.cases.shorts import short_cases, shorts
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.practice.review import DAY
from casebook.practice.rounds import ROUND, TRACING, WANTED, Practice, once_more, practice
from casebook.practice.tutor import row

START = 1_790_000_000_000  # epoch milliseconds
MINUTE = 60_000


@cache
def bank():
    return [
        {
            "id": made.id,
            "title": made.title,
            "about": made.about,
            "readings": [op.as_mapping() for op in made.readings],
        }
        for made in short_cases()
    ]


@cache
def table():
    return {made.id: row(made.item) for made in short_cases()}


def played(holds, days, rng, slips=0.1):
    """The answers of somebody who plays two rounds a day, holds these rules until corrected twice, and
    slips."""
    attempts, corrected = [], dict.fromkeys(holds, 0)
    for day in range(days):
        for place in range(2 * ROUND):
            now = START + day * DAY + place * MINUTE
            told = practice(attempts, bank(), table(), now)
            ask = told["ask"]
            assert ask not in {each["case"] for each in attempts if now - each["at"] < DAY}
            still = {rule for rule in holds if corrected[rule] < 2}
            given = next((each for each in table()[ask].items() if still & set(each[1])), None)
            if given and rng.random() < 0.9:
                for rule in corrected:
                    corrected[rule] += rule in given[1]
            began = told["began"] or now
            attempt = {"case": ask, "at": now, "round": began, "answer": "44120", "verdict": "correct"}
            if given:
                attempt |= {"answer": given[0], "verdict": "wrong"}
            elif rng.random() < slips:
                attempt |= {"answer": "49000 x9", "verdict": "wrong"}
            attempts.append(attempt)
    return attempts


def test_what_was_missed_comes_back_on_another_chart_and_is_mastered_in_the_end():
    rule = "hole-left-off"
    attempts = played([rule], 12, Random(5))
    missed = [each["case"] for each in attempts if rule in table()[each["case"]].get(each["answer"], ())]
    assert len(set(missed)) >= 2
    first = next(i for i, each in enumerate(attempts) if each["case"] == missed[0])
    after = Practice(attempts[: first + 1], bank(), table(), attempts[first]["at"] + DAY)
    assert after.rules[rule].state == "unseen"  # one chart tells too little
    assert rule in after.shows[after.next_case()]
    assert after.next_case() != missed[0]
    last = Practice(attempts, bank(), table(), attempts[-1]["at"])
    assert last.rules[rule].state == "mastered"


def test_most_questions_are_right_and_a_round_closes_with_what_was_wrong():
    attempts = played(["adhesions-billed", "stoma-left-off"], 8, Random(3))
    right = sum(each["verdict"] == "correct" for each in attempts) / len(attempts)
    assert abs(right - WANTED) < 0.1
    for i in range(ROUND, len(attempts) + 1, ROUND):
        closing = practice(attempts[:i], bank(), table(), attempts[i - 1]["at"])["closing"]
        mine = attempts[i - ROUND : i]
        assert closing["right"] == sum(each["verdict"] == "correct" for each in mine)
        assert [(told["case"], told["yours"], told["right"]) for told in closing["asked"]] == [
            (each["case"], each["answer"], each["verdict"] == "correct") for each in mine
        ]
        for told in closing["rules"]:
            for chart in told["charts"]:
                each = next(each for each in mine if each["case"] == chart["case"])
                assert chart["yours"] == each["answer"] != chart["filed"]
            assert told["tempts"]
            assert told["correction"]


def test_one_day_masters_nothing_and_a_choice_tells_less_than_what_was_typed():
    attempts = played([], 1, Random(1), slips=0)
    states = practice(attempts, bank(), table(), attempts[-1]["at"])["states"]
    assert states["mastered"] == states["shaky"] == 0
    assert TRACING["choice"].after(0.5, right=True) < TRACING["typed"].after(0.5, right=True)


def test_what_was_taught_comes_first_and_one_answer_says_nothing_of_a_rule():
    easy = [page["id"] for page in bank()[5:8]]
    attempts = []
    for place in range(len(easy) + 1):
        now = START + place * MINUTE
        told = practice(attempts, bank(), table(), now, easy)
        left = [case for case in easy if case not in {each["case"] for each in attempts}]
        assert (told["ask"] in left) == bool(left)
        attempts.append({"case": told["ask"], "at": now, "round": START, "answer": "44120 x9"})
        attempts[-1]["verdict"] = "wrong"
        if place == 0:
            assert told["states"]["shaky"] == told["states"]["mastered"] == 0
    one = Practice(attempts[:1], bank(), table(), START)
    assert {rule.state for rule in one.rules.values()} == {"unseen"}


@pytest.mark.parametrize("bad", [None, 3, "x"])
def test_what_is_no_list_of_answers_is_refused(bad):
    with pytest.raises(ValueError, match="practice"):
        practice(bad, bank(), table(), START)
    assert practice([None, {"case": 3}, {"at": "x"}], bank(), table(), START)["ask"]


def test_who_begins_meets_charts_with_a_further_join_and_without():
    within = [made.id for made, short in zip(short_cases(), shorts(), strict=True) if short.brief]
    attempts = []
    for place in range(ROUND):
        now = START + place * MINUTE
        asked = practice(attempts, bank(), table(), now, within)["ask"]
        claim = next(made.key["claim"] for made in short_cases() if made.id == asked)
        attempts.append(
            {"case": asked, "at": now, "answer": claim, "verdict": "correct", "kind": "typed", "round": START}
        )
    assert {each["case"] for each in attempts} <= set(within)
    further = [bool({"44121", "44203"} & set(each["answer"].replace(";", "").split())) for each in attempts]
    assert 2 <= sum(further) <= 3


def given_by(*rules, but=()):
    """Charts with an answer that these rules give, and none of some others."""
    return [
        (case, answer)
        for case, answers in table().items()
        for answer, held in answers.items()
        if set(rules) <= set(held) and not set(but) & set(held)
    ]


def attempt(case, at, answer, verdict="wrong", began=START):
    return {"case": case, "at": at, "answer": answer, "verdict": verdict, "kind": "typed", "round": began}


def right(case, at, began=START):
    claim = next(made.key["claim"] for made in short_cases() if made.id == case)
    return attempt(case, at, claim, "correct", began)


def test_rules_that_fit_the_same_answer_stand_in_one_row():
    held = next(held for row in table().values() for held in row.values() if len(held) > 2)
    charts = [(case, answer) for case, answer in given_by(*held) if table()[case][answer] == held][:2]
    attempts = [attempt(case, START + i * DAY, answer) for i, (case, answer) in enumerate(charts)]
    told = practice(attempts, bank(), table(), START + DAY)
    assert told["states"]["shaky"] == len(told["rules"]) == 1
    assert told["rules"][0]["says"].count("; or ") == len(held) - 1


@pytest.mark.parametrize("rule", ["hole-left-off", "pieces-counted", "lesions-counted", "adhesions-billed"])
def test_no_word_rests_on_one_chart(rule):
    """Shaky takes two charts that the rule gave an answer to, mastered two that were right a day apart."""
    charts = given_by(rule)
    only = [attempt(charts[0][0], START + day * 2 * DAY, charts[0][1]) for day in range(3)]
    assert Practice(only, bank(), table(), START + 9 * DAY).rules[rule].state == "unseen"
    both = [*only, attempt(charts[1][0], START + 7 * DAY, charts[1][1])]
    assert Practice(both, bank(), table(), START + 9 * DAY).rules[rule].state == "shaky"
    again = [right(charts[i % 2][0], START + (10 + i) * DAY) for i in range(4)]
    assert Practice([*both, *again[:1]], bank(), table(), START + 20 * DAY).rules[rule].state == "shaky"
    assert Practice([*both, *again], bank(), table(), START + 20 * DAY).rules[rule].state == "mastered"


def test_a_rule_that_gave_an_answer_shows_again_in_the_round_or_in_the_first_two_charts_of_the_next():
    showing = sorted({id for answers in table().values() for held in answers.values() for id in held})
    soon = late = 0
    for number, rule in enumerate(showing[::6]):
        attempts = played([rule], 3, Random(number), slips=0)
        for i in range(ROUND, len(attempts) - 1, ROUND):
            mine = Practice(attempts[:i], bank(), table(), attempts[i]["at"])
            free = {id for case in mine._free() for id in mine.shows[case]}
            for named, fitted in mine.named(mine.before).items():
                at = mine.tried.index(fitted[-1]) + 1
                later = [named in mine.shows[each["case"]] for each in attempts[at : i + 2]]
                assert any(later) or named not in free, (rule, i)
                soon, late = soon + any(later[: i - at]), late + any(later)
    assert soon > late / 2  # mostly in the round itself


def test_what_a_round_named_shows_again_on_what_was_taught_where_it_can():
    """Brief charts are used up first; then comes a chart that needs no chapter not begun, not just any."""
    rule = "one-unit-for-all"
    charts = given_by(rule)
    (first, answer), *_ = charts
    others = [case for case in table() if rule not in str(table()[case])][: ROUND - 1]
    attempts = [attempt(first, START, answer)]
    attempts += [right(case, START + 1 + i) for i, case in enumerate(others)]
    for taught, _ in charts[1:]:
        told = practice(attempts, bank(), table(), START + MINUTE, [first, *others], [taught])
        assert told["ask"] == taught


def test_where_several_rules_give_an_answer_the_next_chart_of_the_round_tells_them_apart():
    asked = 0
    for case, answers in list(table().items())[::4]:
        for answer, held in answers.items():
            told = practice([attempt(case, START, answer)], bank(), table(), START + MINUTE)
            parted = {
                other
                for other, given in table().items()
                if other != case and len({next((a for a in given if id in given[a]), "") for id in held}) > 1
            }
            assert bool(told["why"]) == bool(parted)
            assert not parted or told["ask"] in parted
            asked += bool(told["why"])
    assert asked


def test_the_close_of_a_round_has_every_chart_on_which_a_rule_showed():
    rule = "pieces-counted"
    charts = given_by(rule)[:3]
    others = [case for case in table() if rule not in str(table()[case])][:2]
    attempts = [attempt(case, START + i, answer) for i, (case, answer) in enumerate(charts)]
    attempts += [right(case, START + 3 + i) for i, case in enumerate(others)]
    (row,) = practice(attempts, bank(), table(), START + MINUTE)["closing"]["rules"]
    assert [(each["case"], each["yours"]) for each in row["charts"]] == charts
    assert row["says"] == MISCONCEPTIONS[rule].says


def test_the_second_time_a_rule_errs_the_former_chart_is_named_and_both_stand_side_by_side():
    rule = "pieces-counted"
    (first, answer), (second, other) = given_by(rule)[:2]
    before = [attempt(first, START, answer)]
    told = once_more(before, bank(), table(), second, other)
    name = next(made.title for made in short_cases() if made.id == first).partition(":")[0]
    assert told["says"].startswith(f"As in {name}, ")
    assert [(each["case"], each["yours"]) for each in told["charts"]] == [(first, answer), (second, other)]
    assert MISCONCEPTIONS[rule].correction not in told["says"]
    # Another rule, a right answer, or the same chart once more: then the correction is told in full.
    elsewhere = given_by("hole-left-off", but=[rule])[0]
    assert once_more(before, bank(), table(), *elsewhere) == {"says": "", "charts": []}
    assert once_more(before, bank(), table(), first, answer)["charts"] == []
    assert once_more([right(first, START)], bank(), table(), second, other)["charts"] == []


def test_who_is_told_once_more_was_told_that_rule_before():
    """Also of a chart that needs a question: one of its readings filed as the claim fits many rules, and its
    verdict names what was picked."""
    juniper = load("juniper")
    pages = [*bank(), juniper.page()]
    rows = table() | {"juniper": row(juniper.item)}
    items = {made.id: made.item for made in short_cases()} | {"juniper": juniper.item}
    wrong = [(case, text) for case, answers in rows.items() for text in answers][::9]
    wrong.append(("juniper", "44120; 44121"))
    told = 0
    for first, answer in wrong[-40:]:
        for second, other in wrong[:40]:
            says = once_more([attempt(first, START, answer)], pages, rows, second, other)["says"]
            if says and first != second:
                told += 1
                both = [items[first].grade(answer).likely, items[second].grade(other).likely]
                named = {m.says for m in both[0]} & {m.says for m in both[1]}
                assert any(f"this is what {each} gives." in says for each in named), (first, second, says)
    assert told > 20


def test_the_close_names_the_rule_that_the_other_answers_leave_likeliest():
    """One wrong answer fits two rules, and a chart that the second shows in was answered rightly before."""
    first, other = "lesions-counted", "counted-from-first"
    shows = {case: {rule for held in answers.values() for rule in held} for case, answers in table().items()}
    slip, answer = next(
        (case, text)
        for case, answers in table().items()
        for text, held in answers.items()
        if set(held) == {first, other}
    )
    apart = [case for case in shows if other in shows[case] and first not in shows[case]][:2]
    neither = [case for case in shows if not {first, other} & shows[case]][:2]
    claims = {made.id: made.key["claim"] for made in short_cases()}
    rows = [(case, claims[case], "correct") for case in (*apart, *neither)]
    rows.insert(2, (slip, answer, "wrong"))
    attempts = [attempt(case, START + i, text, verdict) for i, (case, text, verdict) in enumerate(rows)]
    (row,) = practice(attempts, bank(), table(), START + MINUTE)["closing"]["rules"]
    assert [each["case"] for each in row["charts"]] == [slip]
    assert row["says"] == MISCONCEPTIONS[first].says


def test_a_close_says_what_a_name_rests_on():
    rule = "one-unit-for-all"
    (case, answer), (other, _), *_ = given_by(rule)
    fill = [each for each in table() if rule not in str(table()[each])][: ROUND - 1]
    for others, says in ((fill, "The next round tests it"), ([other, *fill[:-1]], "you had right")):
        attempts = [attempt(case, START, answer)]
        attempts += [right(each, START + 1 + i) for i, each in enumerate(others)]
        closing = practice(attempts, bank(), table(), START + MINUTE)["closing"]
        [row] = [each for each in closing["rules"] if each["charts"][0]["case"] == case]
        assert says in row["rests"]
