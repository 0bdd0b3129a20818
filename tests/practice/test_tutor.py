"""The tutor: it names a rule only on two charts, asks what tells most, and stops; shares stay shares."""

from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.cases import beyond, library, load
from casebook.grading import expected
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.practice.exam import draw
from casebook.practice.tutor import AFTER_ONE, AFTER_TEST, CHARTS, Tutor, as_written, follow, row
from casebook.testing.learners import answer, book_of
from tools.bench_practice import Learner, after_test


@cache
def cases():
    out = {path.stem for path in beyond()}
    return {path.stem: load(path) for path in library() if path.stem not in out}


@cache
def table():
    return {id: row(case.item) for id, case in cases().items()}


@cache
def pages():
    return [case.page() for case in cases().values()]


def shows(rule):
    return [id for id, held in table().items() if any(rule in rules for rules in held.values())]


RULES = sorted(MISCONCEPTIONS)
ANSWERS = st.lists(
    st.tuples(st.integers(0, 99), st.sampled_from(["right", "other", "rule"]), st.integers(0, 5)), max_size=15
)


def take(tutor, rows):
    for place, kind, which in rows:
        case = list(table())[place % len(table())]
        held = list(table()[case])
        text = held[which % len(held)] if kind == "rule" and held else "other"
        tutor.answered(case, kind == "right", text)


@given(ANSWERS)
def test_shares_stay_shares_and_a_question_tells_something(rows):
    tutor = Tutor(table())
    take(tutor, rows)
    assert abs(sum(tutor.shares) - 1) < 1e-9
    assert all(0 <= share <= 1 for share in tutor.shares)
    ask = tutor.next_case()
    if ask is not None:
        assert ask not in {one.case for one in tutor.asked}
        assert tutor.gain(ask) == max(
            tutor.gain(c) for c in table() if c not in {a.case for a in tutor.asked}
        )


@given(ANSWERS)
def test_a_rule_is_named_only_where_it_showed_on_two_charts(rows):
    tutor = Tutor(table())
    take(tutor, rows)
    for rule in tutor.named:
        assert len({one.case for one in tutor.asked if rule in one.rules}) >= CHARTS


def test_the_table_holds_what_a_holder_of_each_rule_answers():
    rng = Random(1)
    for rule in RULES:
        for case in rng.sample(shows(rule), min(3, len(shows(rule)))):
            item = cases()[case].item
            typed = answer(item, book_of([rule]))
            assert item.grade(typed).verdict != "correct"
            told = follow([{"case": case, "answer": typed}], [cases()[case].page()], table())
            assert not told["rules"]  # one chart names nobody's rule
            assert rule in Tutor(table()).rules


def test_two_charts_of_one_rule_name_it_or_its_likes():
    rule = "pieces-counted"
    given_ = [{"case": c, "answer": answer(cases()[c].item, book_of([rule]))} for c in shows(rule)[:6]]
    told = follow(given_, pages(), table(), asked=5)
    assert rule in {each["id"] for each in told["rules"]}
    assert told["says"].endswith(".")
    assert "charts fit" in told["says"]
    assert told["ask"] is None


def test_an_answer_in_which_a_rule_is_named_beside_something_else_fits_the_rule():
    """51 on the add-on twice, once with a 22 that is off as well; also after answers that follow no rule."""
    given_ = [{"case": "alder", "answer": "44120; 44121-51"}, {"case": "elm", "answer": "44202-22; 44203-51"}]
    assert as_written(given_[1]["answer"]) not in table()["elm"]
    others = [case for case in cases() if case not in ("alder", "elm")]
    astray = [{"case": case, "answer": "99999", "verdict": "wrong", "at": 1} for case in others[:9]]
    for before in ([], astray):
        told = follow(given_, pages(), table(), before=before)
        assert {each["id"] for each in told["rules"]} == {"multiple-on-add-on"}, before


def test_what_was_all_right_names_nothing_and_a_test_may_go_on():
    given_ = [{"case": c, "answer": expected(cases()[c].item)} for c in list(cases())[:6]]
    told = follow(given_, pages(), table())
    assert not told["rules"]
    assert 0 < told["could"] < told["of"]
    assert told["ask"] not in {each["case"] for each in given_}
    assert "test only some of the usual mistakes" in told["says"]
    assert told["reach"] == ""  # said once
    after_one = follow(given_, pages(), table(), most=AFTER_ONE)
    assert after_one["ask"] is None
    assert "no wrong rule" in after_one["says"]


def test_what_was_answered_before_speaks_as_well_and_choices_do_not():
    rule = "pieces-counted"
    first, second = shows(rule)[:2]
    wrong = {c: answer(cases()[c].item, book_of([rule])) for c in (first, second)}
    now = [{"case": first, "answer": wrong[first]}]
    kept = {"case": second, "answer": wrong[second], "verdict": "wrong", "at": 1}
    assert not follow(now, pages(), table())["rules"]
    assert rule in {each["id"] for each in follow(now, pages(), table(), before=[kept])["rules"]}
    for nothing in (kept | {"kind": "choice"}, kept | {"edition": "another"}, kept | {"verdict": "blank"}, 3):
        assert follow(now, pages(), table(), before=[nothing]) == follow(now, pages(), table())
    # The answer just given was kept too: it counts once.
    again = now[0] | {"verdict": "wrong", "at": 2}
    assert follow(now, pages(), table(), before=[again]) == follow(now, pages(), table())


def test_who_answered_wrongly_on_purpose_before_is_still_asked_about_an_answer_that_a_rule_gives():
    others = [case for case in cases() if case != "cedar"]
    odd = [{"case": case, "answer": "99999", "verdict": "wrong", "at": 1} for case in others[:9]]
    wrong = [{"case": "cedar", "answer": "44120; 44121 x2"}]
    tutor = Tutor(table())
    for each in odd:
        tutor.answered(each["case"], False, each["answer"])
    assert tutor.fits_none
    told = follow(wrong, pages(), table(), most=AFTER_ONE, before=odd)
    assert told["ask"] == follow(wrong, pages(), table(), most=AFTER_ONE)["ask"] is not None
    known = [odd[0] | {"case": told["ask"]}, *odd[1:]]  # a chart that was seen is not asked again
    assert follow(wrong, pages(), table(), most=AFTER_ONE, before=known)["ask"] not in (None, told["ask"])
    right = {"case": told["ask"], "answer": expected(cases()[told["ask"]].item)}
    assert follow([*wrong, right], pages(), table(), asked=1, most=AFTER_ONE, before=odd)["ask"]


def test_a_chart_in_which_the_mistake_cannot_show_says_that_it_looks_for_another_cause():
    rule = "families-mixed"
    first, *others = shows(rule)
    wrong = [{"case": first, "answer": answer(cases()[first].item, book_of([rule]))}]
    right = [
        {"case": id, "answer": expected(cases()[id].item), "verdict": "correct", "at": 1} for id in others
    ]
    asked = [follow(wrong, pages(), table(), most=AFTER_ONE, before=right[:n]) for n in range(len(right) + 1)]
    assert asked[0]["ask"] in others
    for told in filter(lambda each: each["ask"], asked):
        if told["ask"] in shows(rule):
            assert told["says"].startswith(f"Your answer to {first.capitalize()} fits ")
    elsewhere = [page for page in pages() if page["id"] not in others or page["id"] in (others[0], others[1])]
    told = follow(wrong, elsewhere, table(), most=AFTER_ONE, before=right[:2])
    assert told["ask"] not in shows(rule)
    names = " and ".join(id.capitalize() for id in others[:2])
    assert told["says"].startswith(f"You were right on {names}, where the same mistake would have shown")


def test_a_rule_that_some_answers_fit_and_others_do_not_is_told_of_and_not_named():
    on = shows("pieces-counted")
    fits = [{"case": c, "answer": answer(cases()[c].item, book_of(["pieces-counted"]))} for c in on[:2]]
    off = [{"case": c, "answer": expected(cases()[c].item)} for c in on[2:4]]
    told = follow([*fits, *off], pages(), table(), asked=AFTER_TEST)
    assert told["rules"] == []
    assert told["says"].startswith("It is not clear: 2 charts fit counting every piece")


def test_it_stops_after_so_many_questions():
    wrong = [{"case": "oak", "answer": "44120; 44121"}]
    assert follow(wrong, pages(), table(), asked=0)["ask"]
    assert follow(wrong, pages(), table(), asked=5)["ask"] is None
    assert follow(wrong, pages(), table(), most=AFTER_ONE, asked=AFTER_ONE - 1)["ask"]
    told = follow(wrong, pages(), table(), most=AFTER_ONE, asked=AFTER_ONE)
    assert (told["ask"], told["further"]) == (None, True)  # who wants to may go on
    assert follow(wrong, pages(), table(), asked=AFTER_ONE + 1)["ask"]


def test_who_stops_is_told_what_the_last_wrong_answer_fits_and_whether_all_after_it_was_right():
    rule = "families-mixed"
    first, second = shows(rule)[:2]
    wrong = [{"case": first, "answer": answer(cases()[first].item, book_of([rule]))}]
    right = {"case": second, "answer": expected(cases()[second].item)}
    fits = f"Your answer to {first.capitalize()} fits {MISCONCEPTIONS[rule].says}"
    told = [follow(given, pages(), table(), asked=AFTER_TEST) for given in (wrong, [*wrong, right])]
    assert told[0]["says"] == f"{fits}. One chart cannot tell a wrong rule from a slip."
    assert told[1]["says"] == f"{fits}; what came after it was right. So far it looks like a slip."


@given(ANSWERS, st.integers(0, 6))
def test_after_one_answer_more_than_three_questions_come_only_for_a_rule_that_is_likely(rows, asked):
    tutor = Tutor(table())
    take(tutor, rows)
    if asked < (AFTER_ONE if tutor.likeliest is None else AFTER_TEST):
        wrong = any(not each.right for each in tutor.asked)
        assert tutor.stops(asked, AFTER_ONE) == (tutor.settled or not wrong)
    else:
        assert tutor.stops(asked, AFTER_ONE)


@pytest.mark.parametrize("bad", [None, 3, "x", [None, 3, {"case": 3}, {"case": "oak", "answer": None}]])
def test_anything_may_come_as_answers(bad):
    if isinstance(bad, list):
        assert follow(bad, pages(), table())["rules"] == []
    else:
        with pytest.raises(ValueError, match="follow"):
            follow(bad, pages(), table())


def test_follow_ups_find_a_held_rule_and_seldom_another():
    rng = Random(2026)
    able = [rule for rule in RULES if len(shows(rule)) >= 4]
    named = wrong = 0
    for _ in range(60):
        tutor, rule = Tutor(table()), rng.choice(able)
        drawn = [item["case"] for item in draw(pages(), 10, rng.randrange(9999))["items"]]
        after_test(tutor, Learner(table(), rng, rule), drawn, 5)
        named += rule in tutor.named
        wrong += bool(tutor.named) and rule not in tutor.named
    assert named >= 36  # far more than the test of ten names alone
    assert wrong <= 2


def test_a_rule_that_is_named_though_answers_do_not_fit_it_stands_with_an_or():
    """So does a sibling of a rule that was struck from the book: who follows the struck one answers some
    charts otherwise."""
    rule = "pieces-counted"
    on = shows(rule)[:7]
    fits = [{"case": c, "answer": answer(cases()[c].item, book_of([rule]))} for c in on[:6]]
    alone = follow(fits, pages(), table())
    assert [each["id"] for each in alone["rules"]] == [rule]
    assert "; or" not in alone["says"]
    off = {"case": on[6], "answer": expected(cases()[on[6]].item)}
    told = follow([*fits, off], pages(), table())
    assert [each["id"] for each in told["rules"]] == [rule]
    assert (
        f"; or it was something like it, for your answer to {on[6].capitalize()} does not fit."
        in told["says"]
    )


def without(rule):
    """The table of a book that does not know a rule."""
    return {
        id: {text: [r for r in held if r != rule] for text, held in answers.items()}
        for id, answers in table().items()
    }


def test_a_holder_of_a_struck_rule_who_is_called_by_a_sibling_is_mostly_told_or():
    rng, called, doubted = Random(5), 0, 0
    siblings = ("pieces-counted", "lesions-counted", "joins-ever-counted", "counted-from-first")
    struck = {rule: without(rule) for rule in siblings}
    for rule in siblings * 10:
        left = struck[rule]
        tutor = Tutor(left, [r for r in RULES if r != rule])
        learner = Learner(table(), rng, rule)
        drawn = [item["case"] for item in draw(pages(), 10, rng.randrange(9999))["items"]]
        after_test(tutor, learner, drawn, 5)
        called += bool(tutor.named)
        doubted += len(tutor.named) > 1 or any(map(tutor.against, tutor.named))
    assert called > 3
    assert doubted >= 0.75 * called
