"""The test of oneself in a real browser, and cases and tests that are handed in unjudged."""

import json
import re

from playwright.sync_api import expect

from casebook.cases import load
from casebook.cases.shorts import short_cases
from casebook.practice.responses import read_file
from casebook.sphinx_ext.desks import BEGUN, exit_pools
from tests.browser.page import FULL, SLOW, Quiz, begin, case_on, kept, right, tab_to


def test_a_test_at_the_end_names_what_the_answers_amount_to(visit, violations):
    page = visit("book/test_yourself.html", viewport={"width": 390, "height": 844})
    begin(page, 7)
    for number in range(1, 6):
        expect(page.get_by_role("heading", name=f"Question {number} of 5")).to_be_visible()
        here, case = Quiz(page), case_on(page)
        expect(here.worked).to_be_hidden()
        if number == 1:
            assert violations(page) == []
            first = page.locator(".casebook-chart h2").first.bounding_box()
            head = page.locator(".chart-head").bounding_box()
            assert first["y"] - head["y"] - head["height"] > 10  # the heading is off the rule
            page.reload()  # in the middle
            page.get_by_role("button", name="Go on").click()
            expect(page.get_by_role("heading", name="Question 1 of 5")).to_be_visible(timeout=SLOW)
        if number == 2:
            here.section.get_by_label("sure", exact=True).check()
        here.claim.fill("query" if number == 2 else right(case))
        page.get_by_role("button", name="Keep this answer").click()
    expect(page.get_by_role("heading", name="Your result")).to_be_focused(timeout=SLOW)
    stage = page.locator(".casebook-stage")
    expect(stage).not_to_contain_text("short charts")
    expect(stage).to_contain_text("4 of 5 right (80 %)")
    expect(stage).to_contain_text(re.compile("1 of them sure"))
    heads = stage.get_by_role("heading", level=3).all_inner_texts()
    # What one wants to know first stands first: the score, then what to study, then the details.
    order = ["How many were right", "What to read next", "What your answers amount to", "Which rule it was"]
    assert [head for head in heads if head in order] == order
    assert heads[0] == order[0]
    study = stage.locator("section", has=page.get_by_role("heading", name="What to read next"))
    assert study.get_by_role("link").count() > 0
    assert not re.search(r"of the \d+", stage.inner_text())
    assert "casebook.attempts" in page.evaluate("Object.keys(localStorage)")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.reload()
    # What says that it works stands beside the button, before it is pressed, so that it is read aloud.
    expect(page.locator(".casebook-row-of:has-text('See the result') + [role=status]")).to_have_count(1)
    page.get_by_role("button", name="See the result").click()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Another test").click()
    expect(page.get_by_role("button", name="Start the test")).to_be_visible()


def test_where_all_was_right_there_is_no_wrong_rule_to_find_out(visit):
    page = visit("book/test_yourself.html")
    begin(page, 3, number="3")
    for number in range(1, 4):
        expect(page.get_by_role("heading", name=f"Question {number} of 3")).to_be_visible()
        Quiz(page).claim.fill(right(case_on(page)))
        page.get_by_role("button", name="Keep this answer").click()
    stage = page.locator(".casebook-stage")
    expect(stage.get_by_role("heading", name="Your result")).to_be_focused(timeout=SLOW)
    expect(stage).to_contain_text("Case by case")
    for words in ("Which rule it was", "One more chart", "follows from a wrong rule"):
        expect(stage).not_to_contain_text(words)


def met_before(*cases):
    """A script that keeps right answers to these charts."""
    rows = [
        {"case": case, "answer": "44120", "verdict": "correct", "at": 1_790_000_000_000} for case in cases
    ]
    kept_ = json.dumps({"version": 1, "attempts": rows})
    return lambda page: page.add_init_script(f"localStorage['casebook.attempts'] ??= {json.dumps(kept_)}")


def test_a_test_of_brief_charts_brings_those_not_met_and_no_number_by_which_others_could_repeat_it(visit):
    """Also where all that is left is about one thing, of which a test of its number would have but one."""
    short = {made.id: made for made in short_cases()}
    brief = exit_pools()[BEGUN]
    left = [id for id in brief if "approach" in short[id].about][:4]
    assert len(left) == 4
    page = visit("book/test_yourself.html", before=met_before(*(id for id in brief if id not in left)))
    page.get_by_role("button", name="Start the test").click()
    expect(page.get_by_role("heading", name="Question 1 of 3")).to_be_visible(timeout=SLOW)
    assert {item["case"] for item in kept(page)["items"]} < set(left)
    for _ in range(3):
        page.get_by_role("button", name="Leave this one out").click()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible(timeout=SLOW)
    expect(page.locator(".casebook-stage")).not_to_contain_text("has the number")


def test_cases_to_try_next_are_none_that_were_solved(visit):
    page = visit("book/test_yourself.html")
    begin(page, 7)
    for number in range(1, 6):
        expect(page.get_by_role("heading", name=f"Question {number} of 5")).to_be_visible(timeout=SLOW)
        Quiz(page).claim.fill("44120; 44121 x2")
        page.get_by_role("button", name="Keep this answer").click()
    tried = page.locator(".casebook-stage section", has=page.get_by_role("heading", name="Cases to try next"))
    expect(tried.get_by_role("link").first).to_be_visible(timeout=SLOW)
    first = tried.get_by_role("link").first.get_attribute("href")
    solved = re.search(r"cases/(\w+)", first)[1]
    drawn = [item["case"] for item in kept(page)["items"]]
    assert solved not in drawn
    page.evaluate(
        "(row) => { const kept = JSON.parse(localStorage['casebook.attempts']); kept.attempts.push(row);"
        " localStorage['casebook.attempts'] = JSON.stringify(kept) }",
        {"case": solved, "answer": "44120", "verdict": "correct", "at": 1_790_000_000_000},
    )
    page.reload()
    page.get_by_role("button", name="See the result").click()
    expect(tried.get_by_role("link").first).to_be_visible(timeout=SLOW)
    assert solved not in " ".join(link.get_attribute("href") for link in tried.get_by_role("link").all())


def test_lines_marked_in_a_test_are_judged_with_its_result(visit):
    """In the words in which a page of the case judges them; they stay when the page is loaded again."""
    page = visit("book/test_yourself.html")
    begin(page, 7)
    page.get_by_role("button", name="Mark the lines that decide").click()
    for number in (1, 2):
        page.locator(f".line[data-line='{number}']").click()
    page.get_by_role("button", name="Back to your claim").click()
    Quiz(page).claim.fill(right(case_on(page)))
    page.get_by_role("button", name="Keep this answer").click()
    expect(page.get_by_role("heading", name="Question 2 of 5")).to_be_visible(timeout=SLOW)
    page.reload()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="End the test here").click()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible(timeout=SLOW)
    heading = page.get_by_role("heading", name="The lines you marked")
    marked = page.locator("section", has=heading).last.get_by_role("listitem")
    expect(marked).to_have_count(1)
    expect(marked).to_contain_text(re.compile(r"0 of \d+ deciding lines found\. Missed: lines? \d+"))


def test_the_same_number_gives_the_same_test_and_choices_hold_the_right_one(visit):
    drawn = []
    for sure in (None, "sure"):
        page = visit("book/test_yourself.html")
        begin(page, 21, kind="choice", feedback="once")
        drawn.append(kept(page)["items"])
        expect(page.locator(".casebook-choices")).to_be_visible(
            timeout=SLOW
        )  # they come once the grader is there
        texts = page.locator(".casebook-choices input").evaluate_all("all => all.map((each) => each.value)")
        assert texts.count(right(case_on(page))) == 1
        assert len(texts) >= 3
        # The typed field comes where it is asked for, and goes again.
        claim, other = Quiz(page).claim, page.get_by_role("button", name="Type it instead")
        expect(claim).to_be_hidden()
        other.click()
        expect(claim).to_be_focused()
        expect(page.locator(".casebook-choices")).to_be_hidden()
        page.get_by_role("button", name="Choose instead").click()
        expect(claim).to_be_hidden()
        page.locator(f".casebook-choices input[value='{right(case_on(page))}']").check()
        if sure:
            page.get_by_label(sure, exact=True).check()
        Quiz(page).check.click()
        expect(Quiz(page).status).to_have_attribute("data-verdict", "correct", timeout=SLOW)
        assert [answer["confidence"] for answer in kept(page)["answers"]] == [
            sure
        ]  # and not the claim that was chosen
        page.get_by_role("button", name="Next question").click()
        expect(page.get_by_role("heading", name="Question 2 of 5")).to_be_visible()
    # A wrong answer, which counts once, has the whole right claim beside it, in one line.
    whole = right(case_on(page))
    expect(page.locator(".casebook-choices")).to_be_visible(timeout=SLOW)
    texts = page.locator(".casebook-choices input").evaluate_all("all => all.map((each) => each.value)")
    wrong = next(t for t in texts if t != whole)
    page.locator(f".casebook-choices input[value='{wrong}']").check()
    Quiz(page).check.click()
    expect(page.locator(".casebook-right")).to_have_text(
        re.compile(f": {re.escape(whole)}[.,]"), timeout=SLOW
    )
    assert drawn[0] == drawn[1]


def test_choices_have_words_that_fit_a_phone(visit, violations):
    page = visit("book/test_yourself.html", viewport={"width": 390, "height": 844})
    begin(page, 21, kind="choice", feedback="once")
    choices = page.locator(".casebook-choices .casebook-pick")
    expect(choices.first).to_be_visible(timeout=SLOW)
    for choice in choices.all():
        claim, words = choice.inner_text().split("\n", 1)
        assert claim.strip()
        assert len(words) > 10
        box = choice.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["height"] < 200
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert violations(page) == []


def test_time_ends_a_test_also_while_the_page_is_closed(visit):
    page = visit("book/test_yourself.html")
    kept = "JSON.parse(localStorage['casebook.test']).tests['']"
    heading = page.get_by_role("heading", name="Your result")
    for left in (4000, -1000):
        begin(page, 3)
        soon = f"{{'': {{...{kept}, ends: Date.now() + {left}}}}}"  # as an older book kept it
        page.evaluate(f"localStorage['casebook.test'] = JSON.stringify({soon})")
        page.reload()
        page.get_by_role("button", name="Go on" if left > 0 else "See the result").click()
        expect(heading).to_be_visible(timeout=SLOW)
        expect(page.locator(".casebook-stage")).to_contain_text("5 left out.")
        heading.evaluate("e => e.dataset.seen = 'yes'")
        page.wait_for_timeout(1500)  # no clock goes on, which would draw it anew
        assert heading.get_attribute("data-seen") == "yes"
        page.get_by_role("button", name="Another test").click()


def test_pressing_twice_is_pressing_once(visit):
    page = visit("book/test_yourself.html")
    begin(page, 7)
    skip = page.get_by_role("button", name="Leave this one out")
    skip.dblclick()
    expect(page.get_by_role("heading", name="Question 2 of 5")).to_be_visible()
    assert len(kept(page)["answers"]) == 1
    skip.evaluate("e => { e.click(); e.click(); }")  # while the next question is on its way
    expect(page.get_by_role("heading", name="Question 3 of 5")).to_be_visible()
    here = Quiz(page)
    here.claim.fill("44120")
    page.get_by_role("button", name="Keep this answer").dblclick()
    expect(page.get_by_role("heading", name="Question 4 of 5")).to_be_visible(timeout=SLOW)
    here.claim.fill("44120")
    here.claim.press("Enter")
    here.claim.press("Enter")
    expect(page.get_by_role("heading", name="Question 5 of 5")).to_be_visible(timeout=SLOW)
    page.wait_for_timeout(500)
    given = [(answer["case"], answer["answer"]) for answer in kept(page)["answers"]]
    assert [answer for _, answer in given] == ["", "", "44120", "44120"]
    assert [case for case, _ in given] == [item["case"] for item in kept(page)["items"][:4]]


def test_a_browser_that_keeps_nothing_says_so_in_a_test(visit):
    page = visit("book/test_yourself.html", before=lambda p: p.add_init_script(FULL))
    begin(page, 7)
    expect(page.locator(".casebook-test-status")).to_contain_text(
        "The test stays only until you close this page"
    )
    page.get_by_role("button", name="Leave this one out").click()
    expect(page.get_by_role("heading", name="Question 2 of 5")).to_be_visible()


def test_a_short_test_by_keyboard_alone_and_how_little_it_tells(visit):
    """The one that is offered first: brief charts on what the first chapters teach, and no whole report."""
    page = visit("book/test_yourself.html")
    tab_to(page, page.get_by_label("Number of the test"))
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    for number in range(1, 4):
        expect(page.get_by_role("heading", name=f"Question {number} of 3")).to_be_focused(timeout=SLOW)
        here = Quiz(page)
        assert case_on(page) in exit_pools()[BEGUN]
        tab_to(page, here.claim)
        page.keyboard.type(right(case_on(page)))
        tab_to(page, here.check)
        page.keyboard.press("Enter")
        expect(here.status).to_have_attribute("data-verdict", "correct", timeout=SLOW)
        tab_to(page, page.get_by_role("button", name="Next question" if number < 3 else "See the result"))
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your result")).to_be_focused()
    expect(page.locator(".casebook-stage")).to_contain_text("3 of 3")
    stage = page.locator(".casebook-stage")
    expect(stage).to_contain_text("nothing of how you read a whole report")
    expect(stage).to_contain_text("the number 5: with it")
    drawn = kept(page)["items"]
    page.get_by_role("button", name="Another test").click()
    page.get_by_role("button", name="Start the test").click()
    expect(page.get_by_role("heading", name="Question 1 of 3")).to_be_visible(timeout=SLOW)
    assert kept(page)["items"] == drawn  # by its number, though each was met


def told_nothing(page, case):
    """The page holds neither verdict nor worked answer, in view or behind anything that can be pressed."""
    section = page.locator("section.casebook-quiz")
    assert section.locator(".casebook-open, .casebook-worked, .casebook-hinter, .casebook-lay").count() == 0
    assert Quiz(page).status.get_attribute("data-verdict") == ""
    page.locator("body").evaluate(
        "body => body.querySelectorAll('details').forEach((d) => { d.open = true; })"
    )
    words = section.text_content()
    assert load(case).key["why"][:60] not in words
    assert section.locator("blockquote, svg.casebook-picture, .casebook-layer").count() == 0


def handed_in(page, folder, name):
    """What the file and the code hold; they hold the same."""
    page.get_by_label("Your name or number").fill(name)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the file").click()
    download.value.save_as(folder / "file.jsonl")
    (folder / "code.jsonl").write_text(page.get_by_label("Your code").input_value() + "\n", "utf-8")
    one, other = (list(read_file(folder / f"{kind}.jsonl")) for kind in ("file", "code"))
    assert one == other
    return one


def test_a_held_case_notes_and_says_nothing(visit, violations, tmp_path):
    page = visit("cases/oak.html?hold")
    quiz = Quiz(page)
    quiz.answer("two, please", "invalid")  # what cannot be read is told: it is no verdict
    for answer in ("44120", right("oak")):
        quiz.claim.fill(answer)
        quiz.check.click()
        expect(quiz.status).to_contain_text("Noted", timeout=SLOW)
        told_nothing(page, "oak")
    assert violations(page) == []
    (answer,) = handed_in(page, tmp_path, "Ada")
    assert (answer.learner, answer.case, answer.answer) == ("Ada", "oak", right("oak"))
    assert (answer.held, answer.edition) == (True, load("oak").edition)
    page.goto(page.url.replace("?hold", ""))
    expect(quiz.section.locator(".casebook-before")).to_be_hidden()  # it was no try of the reader's own
    assert page.evaluate("localStorage['casebook.attempts'] ?? null") is None


def test_a_test_that_an_address_sets_is_handed_in_unjudged(visit, tmp_path):
    page = visit("book/test_yourself.html?seed=7&n=3&feedback=end")
    page.get_by_role("button", name="Start the test").click()
    cases = []
    for number in range(1, 4):
        expect(page.get_by_role("heading", name=f"Question {number} of 3")).to_be_visible(timeout=SLOW)
        cases.append(case_on(page))
        told_nothing(page, cases[-1])
        if number == 2:
            page.reload()
            page.get_by_role("button", name="Go on").click()
            expect(page.get_by_role("heading", name="Question 2 of 3")).to_be_visible(timeout=SLOW)
        Quiz(page).claim.fill("44120")
        page.get_by_role("button", name="Keep this answer").click()
    expect(page.get_by_role("heading", name="The test is done")).to_be_focused(timeout=SLOW)
    stage = page.locator(".casebook-stage").text_content()
    assert "cannot keep one from somebody who looks" in stage
    assert not re.search(r"right|wrong|percent", stage.lower())
    answers = handed_in(page, tmp_path, "Bo")
    assert [(each.case, each.test, each.held) for each in answers] == [(case, "7", True) for case in cases]
    assert page.evaluate("localStorage['casebook.attempts'] ?? null") is None
    page.goto(page.url.partition("?")[0] + "?assignment=oak,elm,oak,../x")
    expect(page.locator(".casebook-stage")).to_contain_text("2 questions")
    page.get_by_role("button", name="Start the test").click()
    expect(page.get_by_role("heading", name="Question 1 of 2")).to_be_visible(timeout=SLOW)
    assert case_on(page) == "oak"


def test_an_exit_check_says_at_its_close_whether_one_is_ready(visit, violations):
    """All right: on to the next chapter. None right: what taught it again, and no later one; where only what
    comes later was missed, on as well."""
    for chapter, answers, says, links in (
        ("decision", right, "You are ready for what comes next", ["Bowel, for people who code"]),
        ("decision", lambda _: "44125", "Not ready yet. Read again: this chapter", []),
        (
            "bowel",
            lambda case: re.sub(r"^\d+", r"\g<0>-59", right(case)),
            "has a chapter of its own later",
            ["Reading an operative report"],
        ),
    ):
        page = visit(f"book/{chapter}.html", viewport={"width": 390, "height": 844})
        page.get_by_role("button", name="Start the test").click()
        for number in range(1, 4):
            expect(page.get_by_role("heading", name=f"Question {number} of 3")).to_be_visible(timeout=SLOW)
            here = Quiz(page)
            here.claim.fill(answers(case_on(page)))
            here.check.click()
            expect(here.status).to_have_attribute("data-verdict", re.compile("."), timeout=SLOW)
            page.get_by_role("button", name="Next question" if number < 3 else "See the result").click()
        closing = page.locator(".casebook-stage > p", has_text=says)
        expect(closing).to_be_visible(timeout=SLOW)
        assert closing.get_by_role("link").all_inner_texts() == links
        assert violations(page) == []
