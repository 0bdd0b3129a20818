"""Practice in a real browser: the rule behind a wrong answer is looked for, in a few charts or in a round."""

import json
import re

from playwright.sync_api import expect

from casebook.cases import beyond, library, load
from casebook.cases.shorts import short_cases
from casebook.grading import expected
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.practice import tutor
from casebook.practice.chapters import first_for
from casebook.testing import learners
from tests.browser.page import PHONE, SLOW, Quiz, case_on


class Why:
    """The charts that are asked under a wrong answer to a case, to find out why it was given."""

    def __init__(self, page, wrong, case="oak"):
        self.page = page
        self.asked = page.locator(".casebook-why section.casebook-quiz")
        self.ended = page.get_by_text(
            re.compile(r"^\d charts fit |^It is not clear|^Your answer to \w+ fits .* slip\.$")
        )
        quiz = Quiz(page, case)
        quiz.claim.fill(wrong)
        quiz.check.click()
        page.get_by_role("button", name="Find out why, with one to five more charts").click(timeout=SLOW)

    def answer(self, answers):
        """The charts, answered one after the other, until it ends."""
        while self._next():
            id = self.asked.get_attribute("data-case")
            short = Quiz(self.page, id)
            short.claim.fill(answers(id))
            short.check.press("Enter")
            expect(short.status).not_to_have_attribute("data-verdict", "", timeout=SLOW)
            yield id
            self.page.get_by_role("button", name="Go on").press("Enter")
            expect(self.page.locator(f"#casebook-{id}")).to_have_count(0, timeout=SLOW)

    def _next(self):
        expect(self.asked.or_(self.ended)).to_be_visible(timeout=SLOW)
        return not self.ended.is_visible()


def charts():
    return {each.id: each for each in [*short_cases(), *map(load, library())]}


def test_after_a_wrong_answer_a_few_charts_of_what_was_taught_find_the_rule(visit, violations):
    page = visit("cases/oak.html", viewport=PHONE)
    made, holder = charts(), learners.book_of(["pieces-counted"])
    taught = {id for id, each in made.items() if first_for(each.page()) == 0}
    why = Why(page, learners.answer(load("oak").item, holder))
    for id in why.answer(lambda id: learners.answer(made[id].item, holder)):
        assert id in taught  # nothing of a chapter that was not begun
        assert violations(page) == []
    expect(why.ended).to_have_text(re.compile(r"^\d charts fit .*counting every piece"))
    expect(page.get_by_role("heading", name="Which rule it was")).to_be_focused()
    kept = page.evaluate("JSON.parse(localStorage['casebook.attempts']).attempts.map((each) => each.case)")
    assert kept[0] == "oak"
    assert len(set(kept)) in (2, 3, 4)


def test_the_offer_to_find_out_why_stands_until_the_case_is_right(quiz):
    here = quiz("elm")
    find_out = here.page.get_by_role("button", name="Find out why, with one to five more charts")
    here.answer("44202; 44203 x2", "wrong")
    here.page.reload()
    expect(find_out).to_be_visible()
    here.answer("44202; 44203", "correct")
    expect(find_out).to_be_hidden()
    here.page.reload()
    expect(here.section.locator(".casebook-before")).to_be_visible()
    expect(find_out).to_be_hidden()


def test_practice_asks_none_whose_answer_was_shown_while_there_are_others(visit):
    """It was shown in a test, or opened on a case's page."""
    page = visit("book/practice.html")
    asked = []
    for _ in range(2):
        page.get_by_role("button", name="Start, or go on").click()
        expect(page.get_by_role("heading", name="Question 1 of 5")).to_be_visible(timeout=SLOW)
        asked.append(case_on(page))
        shown = {"version": 0, "shown": {asked[0]: 1}}
        page.evaluate("kept => { localStorage['casebook.shown'] = kept }", json.dumps(shown))
        page.reload()
    assert asked[0] != asked[1]
    page.goto(re.sub("book/practice.*", "cases/elm.html", page.url))
    page.get_by_role("button", name="Show the worked answer and end this case").click()
    assert "elm" in json.loads(page.evaluate("localStorage['casebook.shown']"))["shown"]


def test_who_bills_one_reading_is_asked_short_charts_that_leave_ends_open(visit, violations):
    page = visit("cases/lychee.html", viewport=PHONE)
    made, holder = charts(), learners.book_of(["dearer-reading-billed"])
    why = Why(page, learners.answer(load("lychee").item, holder), "lychee")
    open_ = 0
    for id in why.answer(lambda id: learners.answer(made[id].item, holder)):
        if made[id].note.action == "query":
            open_ += 1
            expect(Quiz(page, id).status).to_have_attribute("data-verdict", "partly")
            asked = page.locator(f"#casebook-{id}")
            expect(asked).to_contain_text("This claim fits one reading, and to choose a reading is to guess.")
            expect(asked).to_contain_text(made[id].evidence[made[id].item.open_marks[0]])
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert violations(page) == []
    assert open_
    expect(why.ended).to_have_text(re.compile(r"^\d charts fit .*billing the reading that pays more"))


def test_a_question_is_right_where_a_short_chart_leaves_ends_open(visit):
    page = visit("cases/lychee.html", viewport=PHONE)
    made = charts()
    why = Why(page, "44120; 44121", "lychee")
    for id in why.answer(lambda id: expected(made[id].item)):
        expect(Quiz(page, id).status).to_have_attribute("data-verdict", "correct")
        if made[id].key["claim"] == "query":
            expect(Quiz(page, id).worked).to_contain_text(made[id].key["why"])
            return
    raise AssertionError("no chart that leaves ends open was asked")


def test_who_wants_to_goes_on_where_it_is_not_clear_why(visit, violations):
    page = visit("cases/oak.html", viewport=PHONE)
    made = charts()
    why = Why(page, "44120; 44121")
    right = [*why.answer(lambda id: expected(made[id].item))]
    expect(why.ended).to_have_text(re.compile("more than one mistake; what came after it was right"))
    more = page.get_by_role("button", name="One or two more charts")
    assert violations(page) == []
    more.press("Enter")
    expect(why.asked).to_be_visible(timeout=SLOW)
    assert why.asked.get_attribute("data-case") not in {"oak", *right}


def test_a_round_of_practice_by_keyboard_goes_on_after_a_reload_and_closes_with_the_two_answers(
    visit, violations
):
    # Many reports were answered elsewhere; practice begins with brief charts all the same.
    read = [
        {"case": path.stem, "answer": "44120 x9", "verdict": "wrong", "at": 1_000_000 + i}
        for i, path in enumerate(library()[:12])
    ]
    kept = json.dumps(json.dumps({"version": 1, "attempts": read}))
    seed = f"localStorage['casebook.attempts'] ??= {kept}"
    page = visit("book/practice.html", before=lambda p: p.add_init_script(seed), viewport=PHONE)
    shorts = {made.id: made.item for made in short_cases()}
    brief = {made.id for made in short_cases() if first_for(made.page()) == 0 and made.page()["words"] < 110}
    page.get_by_role("button", name="Start, or go on").press("Enter")
    given, rules = "", []
    for number in range(1, 6):
        heading = page.get_by_role("heading", name=f"Question {number} of 5")
        expect(heading).to_be_focused(timeout=SLOW)
        if number == 2:
            page.reload()
            page.get_by_role("button", name="Start, or go on").press("Enter")
            expect(heading).to_be_focused(timeout=SLOW)
        id = case_on(page)
        item = shorts.get(id) or load(id).item
        assert id in brief
        if number == 1:
            given, rules = next(each for each in tutor.row(item).items() if len(each[1]) == 1)
            filed = expected(item)
        quiz = Quiz(page, id)
        quiz.claim.fill(expected(item) if number > 1 else given)
        quiz.claim.press("Enter")
        expect(quiz.status).not_to_have_attribute("data-verdict", "", timeout=SLOW)
        assert page.locator(".casebook-layers").get_by_role("link", name="Go to the case").count() == 0
        page.get_by_role("button", name="Close the round" if number == 5 else "Next question").press("Enter")
    expect(page.get_by_role("heading", name="This round")).to_be_focused(timeout=SLOW)
    expect(page.get_by_text("4 of 5 right.")).to_be_visible()
    expect(page.get_by_text(MISCONCEPTIONS[rules[0]].correction)).to_be_visible()
    told = page.locator(".casebook-stage td code").all_text_contents()
    assert told == [given, filed]
    # No word rests on one chart, and no way leads out of a round.
    expect(page.get_by_text(re.compile("^No usual mistake is mastered"))).to_be_visible()
    assert violations(page) == []
    kept = page.evaluate("JSON.parse(localStorage['casebook.attempts']).attempts")[len(read) :]
    assert len({each["round"] for each in kept}) == 1
    assert len(kept) == 5


def test_a_changed_chart_says_so_above_the_chart_and_above_the_claim(visit, violations):
    out = {path.stem for path in beyond()}
    made = [*short_cases(), *(load(path) for path in library() if path.stem not in out)]
    rows = [
        {"case": each.id, "edition": each.edition, "answer": expected(each.item), "verdict": "correct"}
        for each in made
    ]
    kept = json.dumps({"version": 1, "attempts": rows})
    seed = (
        f"{{ const kept = {kept}, now = Date.now();"
        " kept.attempts.forEach((each, i) => { each.at = now - 3_600_000 + i; });"
        " localStorage['casebook.attempts'] = JSON.stringify(kept); }"
    )
    page = visit("book/practice.html", before=lambda p: p.add_init_script(seed), viewport=PHONE)
    page.get_by_role("button", name="Start, or go on").press("Enter")
    notices = page.locator(".casebook-stage .casebook-changed")
    expect(notices).to_have_count(2, timeout=SLOW)
    for notice in notices.all():
        expect(notice).to_contain_text(re.compile(r"Had .+, what would you file\?"))
    expect(notices.first).to_be_in_viewport()  # before the chart, which need not be read again
    page.get_by_role("link", name="Go to your claim").click()
    expect(notices.last).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert violations(page) == []


def test_who_stops_before_the_end_is_told_what_the_answers_come_to(visit, violations):
    page = visit("cases/oak.html", viewport=PHONE)
    why = Why(page, learners.answer(load("oak").item, learners.book_of(["pieces-counted"])))
    expect(why.asked).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Stop here").click()
    again = page.get_by_role("button", name="Find out why, with one to five more charts")
    expect(again).to_be_visible(timeout=SLOW)
    expect(why.asked).to_have_count(0)
    expect(why.ended).to_have_text(re.compile("One chart cannot tell"))
    assert violations(page) == []
