"""From many answers to the wrong rules behind them, and to those that no known rule gives."""

from random import Random

import pytest

from casebook.classroom.beliefs import HELD, Bank
from casebook.classroom.tables import shipped
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.testing.learners import answer, book_of
from tests.strangers import STRANGERS


@pytest.fixture(scope="module")
def bank():
    return Bank.of(shipped())


def answers(bank, *rules, more=None):
    book = book_of(rules, more)
    return {case: answer(item, book) for case, item in bank.items.items()}


def told_apart(bank, id):
    """Whether the shipped cases tell this wrong rule from none and from every other one."""
    row = bank.table[bank.place[(id,)]]
    alike = [
        other for other in MISCONCEPTIONS if other != id and (bank.table[bank.place[(other,)]] == row).all()
    ]
    return (row > 0).sum() >= HELD and not alike


def test_the_table_is_right_where_no_rule_is_swapped(bank):
    assert (bank.table[bank.place[()]] == 0).all()


def test_the_table_says_what_a_simulated_learner_answers(bank):
    rng = Random(3)
    for rules in rng.sample(bank.hypotheses, 60):
        book = book_of(rules)
        for case, item in bank.items.items():
            text = answer(item, book)
            said = bank.table[bank.place[rules], bank.columns[case]]
            assert said in (bank.code(case, text), -2), (rules, case, text)


def test_whoever_slips_nowhere_holds_nothing(bank):
    assert bank.profile(answers(bank)).beliefs == ()


def test_every_wrong_rule_that_the_cases_tell_apart_is_found_alone(bank):
    known = [id for id in MISCONCEPTIONS if told_apart(bank, id)]
    assert len(known) > 30
    for id in known:
        profile = bank.profile(answers(bank, id))
        assert [b.id for b in profile.held] == [id]
        assert not profile.unexplained


def test_wrong_rules_that_answer_alike_are_both_named(bank):
    cases = {
        case: text
        for case, text in answers(bank, "pieces-counted").items()
        if case in ("larch", "oak", "juniper", "cedar", "elder")
    }
    for belief in bank.profile(cases).beliefs:
        row = bank.table[bank.place[(belief.id,)]][[bank.columns[c] for c in cases]]
        for other in belief.alike:
            assert (bank.table[bank.place[(other,)]][[bank.columns[c] for c in cases]] == row).all()


@pytest.mark.parametrize("name", STRANGERS)
def test_a_rule_that_is_not_in_the_rulebook_is_not_taken_for_one_that_is(bank, name):
    told = answers(bank, more=STRANGERS[name])
    wrong = [case for case, text in told.items() if bank.code(case, text) != 0]
    assert len(wrong) > HELD
    profile = bank.profile(told)
    assert not profile.held
    assert len(profile.unexplained) > HELD


def test_few_answers_hold_nothing(bank):
    told = answers(bank, "pieces-counted")
    wrong = [case for case, text in told.items() if bank.code(case, text) != 0]
    assert not bank.profile({case: told[case] for case in wrong[: HELD - 1]}).held
    assert bank.profile({}).beliefs == ()
    assert bank.profile({"no such case": "44120", "alder": "", "birch": "what?"}).beliefs == ()
