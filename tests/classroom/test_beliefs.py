"""From many answers to the wrong rules behind them, and to those that no known rule gives."""

from random import Random

import pytest

from casebook.classroom.beliefs import Bank
from casebook.classroom.tables import shipped
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.practice.tutor import CHARTS, as_written, follow
from casebook.testing.learners import answer, book_of, learner
from tests.strangers import STRANGERS

ENOUGH = 6  # charts on which a rule shows, for who holds it to be named


@pytest.fixture(scope="module")
def bank():
    return Bank.of(shipped())


def answers(bank, *rules, more=None):
    book = book_of(rules, more)
    return {case: answer(item, book) for case, item in bank.items.items()}


def wrong_in(bank, told):
    return [case for case, text in told.items() if bank.items[case].grade(text).verdict != "correct"]


def test_the_table_says_what_a_simulated_learner_answers(bank):
    for id in Random(3).sample(list(MISCONCEPTIONS), 12):
        told = answers(bank, id)
        assert set(wrong_in(bank, told)) == bank.shows[id]
        for case in bank.shows[id]:
            assert id in bank.table[case][as_written(told[case])]


def test_whoever_slips_nowhere_holds_nothing(bank):
    assert bank.profile(answers(bank)).beliefs == ()


def test_every_wrong_rule_that_enough_cases_show_is_found_alone(bank):
    known = [id for id in MISCONCEPTIONS if len(bank.shows[id]) >= ENOUGH]
    assert len(known) > 30
    for id in known:
        profile = bank.profile(answers(bank, id))
        assert len(profile.held) == 1
        assert id in {profile.held[0].id, *profile.held[0].alike}
        assert not profile.unexplained


def test_wrong_rules_that_answer_alike_are_both_named(bank):
    told = answers(bank, "pieces-counted")
    for number in range(CHARTS, 8):
        for belief in bank.profile(dict(list(told.items())[: 5 * number])).held:
            for other in belief.alike:
                for case in list(told)[: 5 * number]:
                    row = bank.table[case].values()
                    assert [belief.id in held for held in row] == [other in held for held in row]


def test_a_class_and_the_tutor_say_the_same_of_one_rule(bank):
    """One inference: what the report calls held after ten answers, the page names too, and the other way
    round."""
    rng = Random(11)
    pages = list(bank.pages.values())
    named = 0
    for _ in range(40):
        book = book_of([rng.choice(list(MISCONCEPTIONS))])
        given = {
            r["case"]: r["answer"] for r in learner(rng.sample(list(bank.items.values()), 12), book, rng)
        }
        told = follow([{"case": c, "answer": a} for c, a in given.items()], pages, bank.table)
        held = bank.profile(given).held
        page = [each["id"] for each in told["rules"]]
        assert page == ([held[0].id, *held[0].alike] if held else [])
        named += bool(page)
    assert named > 2


def test_who_holds_two_is_named_for_both(bank):
    profile = bank.profile(answers(bank, "pieces-counted", "adhesions-billed"))
    assert {"pieces-counted", "adhesions-billed"} <= {
        id for belief in profile.held for id in (belief.id, *belief.alike)
    }


@pytest.mark.parametrize("name", STRANGERS)
def test_a_rule_that_is_not_in_the_rulebook_is_not_taken_for_one_that_is(bank, name):
    told = answers(bank, more=STRANGERS[name])
    assert len(wrong_in(bank, told)) > CHARTS
    profile = bank.profile(told)
    assert not profile.held
    assert len(profile.unexplained) > CHARTS


def test_one_chart_holds_nothing(bank):
    told = answers(bank, "pieces-counted")
    wrong = wrong_in(bank, told)
    one = bank.profile({case: told[case] for case in wrong[: CHARTS - 1]})
    assert not one.held
    assert one.beliefs  # and yet it may be so
    assert bank.profile({}).beliefs == ()
    assert bank.profile({"no such case": "44120", "alder": "", "birch": "what?"}).beliefs == ()


def test_slips_alone_seldom_make_a_holder(bank):
    rng, items, taken = Random(77), list(bank.items.values()), 0
    for _ in range(50):
        given = learner(rng.sample(items, 20), book_of(()), rng)
        taken += bool(bank.profile({r["case"]: r["answer"] for r in given}).held)
    assert taken <= 1
