"""What makes the quiz a lesson, in a real browser: rows, lines, confidence, hints, the question, pictures,
and what is kept."""

import json
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.page import SLOW

HOSTILE = '<img src=x onerror="window.hurt=1">'


def on_site(script):
    """An empty page has no store, and the browser opens one first."""
    return f"if (location.protocol === 'http:') {script}"


def kept(quiz, key="casebook.attempts"):
    return json.loads(quiz.page.evaluate(f"localStorage.getItem('{key}')") or "null")


def test_rows_write_the_field_and_follow_it(visit):
    quiz = visit()
    quiz.section.get_by_text("Build it row by row, or find a code").click()
    search = quiz.section.get_by_label("Find a code")
    expect(search).to_be_visible(timeout=SLOW)
    search.fill("first open")
    quiz.section.get_by_role("button", name="44120").click()
    expect(quiz.claim).to_have_value("44120")
    search.fill("44121")
    search.press("Enter")  # takes the first that was found, and is no Check
    line = quiz.section.get_by_role("group", name="Line 2, 44121")
    line.get_by_label("Units").fill("2")
    fold = line.locator("summary")
    expect(fold).to_have_text("Modifiers")
    expect(line.get_by_label("59")).to_be_hidden()
    fold.press("Enter")
    line.get_by_label("59").press("Space")
    expect(quiz.claim).to_have_value("44120; 44121-59 x2")
    expect(fold).to_have_text("Modifiers: 59")
    expect(line.get_by_label("59")).to_be_visible()  # what was opened stays so while one chooses
    quiz.section.get_by_role("button", name="Remove 44120, line 1").click()
    expect(quiz.claim).to_have_value("44121-59 x2")
    quiz.claim.fill("44202 (3), 44310-51")
    expect(quiz.section.get_by_role("group", name="Line 1, 44202").get_by_label("Units")).to_have_value("3")
    stoma = quiz.section.get_by_role("group", name="Line 2, 44310")
    expect(stoma.get_by_label("51")).to_be_checked()
    # Ten boxes would stand between the row and Check: the fold names the one that is chosen.
    expect(stoma.get_by_label("51")).to_be_hidden()
    expect(stoma.locator("summary")).to_have_text("Modifiers: 51")
    quiz.claim.fill("44310-XS")
    ticks = quiz.section.get_by_role("group", name="Line 1, 44310")
    ticks.get_by_text("Modifiers: XS").click()
    ticks.get_by_label("51").check()
    expect(quiz.claim).to_have_value("44310-XS-51")  # there is no box for XS, and it stays
    expect(ticks.locator("summary")).to_have_text("Modifiers: XS, 51")
    ticks.get_by_label("51").uncheck()
    expect(quiz.claim).to_have_value("44310-XS")
    quiz.section.get_by_role("button", name="Ask the surgeon first").click()
    expect(quiz.claim).to_have_value("query")
    expect(quiz.status).to_have_attribute("data-verdict", "")


@pytest.mark.parametrize("how", ["keys", "mouse", "touch"])
def test_lines_are_marked_and_scored(request, how):
    quiz = request.getfixturevalue("visit" if how == "keys" else "told")(has_touch=how == "touch")
    toggle = quiz.section.get_by_role("button", name="Mark the lines that decide")
    if how == "keys":
        toggle.focus()
        quiz.page.keyboard.press("Enter")
        expect(quiz.page.get_by_role("option").first).to_be_focused()
        for key in ("Space", "ArrowDown", "Space", "Space", "Escape"):
            quiz.page.keyboard.press(key)
        expect(toggle).to_be_focused()
    else:
        press = (lambda where: where.tap()) if how == "touch" else (lambda where: where.click())
        press(toggle)
        press(quiz.page.get_by_role("option").nth(0))
        press(quiz.page.get_by_role("button", name="Back to your claim"))
    expect(quiz.section.get_by_text("You marked line 1.")).to_be_visible()
    assert quiz.page.locator("[role=option], [role=listbox], .casebook-chart [tabindex]").count() == 0
    if how == "keys":  # what is marked is scored alike however it was marked
        quiz.answer("44120", "wrong")
        expect(quiz.section.get_by_text("1 of 2 deciding lines found (line 1).")).to_be_visible()
        assert kept(quiz)["attempts"][0]["evidence"] == 0.5


def test_on_a_phone_a_finger_at_the_end_of_a_sentence_takes_that_sentence(told):
    quiz = told(has_touch=True, viewport={"width": 390, "height": 844})
    quiz.section.get_by_role("button", name="Mark the lines that decide").tap()
    lines = quiz.page.locator(".line[role=option]")
    boxes = [line.bounding_box() for line in lines.all()]
    assert len(boxes) > 1
    for above, below in pairwise(boxes):
        assert above["y"] + above["height"] + 6 <= below["y"]
    for line, box in zip(lines.all()[:2], boxes, strict=False):
        line.scroll_into_view_if_needed()
        box = line.bounding_box()
        quiz.page.touchscreen.tap(box["x"] + box["width"] - 4, box["y"] + box["height"] - 4)
        expect(line).to_have_attribute("aria-selected", "true")
    assert quiz.page.evaluate("document.documentElement.scrollWidth") == 390


def test_which_lines_count_is_said_to_whoever_marks_or_marked_some(visit):
    quiz = visit()
    rule = quiz.section.get_by_text("A line decides if the claim would be another")
    toggle = quiz.section.get_by_role("button", name="Mark the lines that decide")
    expect(toggle).to_be_visible()
    expect(rule).to_be_hidden()
    toggle.click()
    expect(rule).to_be_visible()
    quiz.page.get_by_role("button", name="Back to your claim").click()
    expect(rule).to_be_hidden()
    toggle.click()
    quiz.page.locator(".line[role=option]").first.click()
    quiz.page.get_by_role("button", name="Back to your claim").click()
    quiz.answer("44120", "wrong")
    expect(quiz.section.get_by_text("1 of 2 deciding lines found")).to_be_visible()
    expect(rule).to_be_visible()


def test_short_forms_explain_themselves_and_sections_fold(told):
    quiz = told()
    page, says = quiz.page, quiz.page.locator(".casebook-term-says")
    whole = page.locator(".casebook-chart").inner_text()
    word = page.get_by_role("button", name="abdomen")  # the first of two
    word.click()
    expect(says).to_have_text("abdomen The belly, inside & out.")
    page.keyboard.press("Escape")
    expect(says).to_be_hidden()
    expect(word).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(says).to_have_text("segment A piece.")
    page.keyboard.press("Escape")
    page.locator(".casebook-chart summary").click()
    expect(page.get_by_text("One abdomen.")).to_be_hidden()
    quiz.section.get_by_role("button", name="Mark the lines that decide").click()
    expect(page.get_by_text("One abdomen.")).to_be_visible()
    assert page.locator(".casebook-chart").inner_text() == whole
    assert page.locator(".casebook-chart :is(button, summary)").count() == 0
    page.get_by_role("button", name="Back to your claim").click()
    expect(word).to_be_visible()


def test_without_scripts_a_chart_is_plain_text(visit):
    page = visit(java_script_enabled=False).page
    expect(page.get_by_text("The abdomen was closed.")).to_be_visible()
    assert page.locator(".casebook-chart :is(button, summary)").count() == 0


def test_how_sure_one_is_is_offered_and_never_required(told):
    quiz = told()
    quiz.answer("44120", "wrong")
    quiz.section.get_by_label("fairly sure").check()
    quiz.answer("44120; 44121", "correct")
    one, two = kept(quiz)["attempts"]
    assert (one["confidence"], one["try"], two["confidence"], two["try"]) == (None, 1, "fairly", 2)
    assert (one["case"], one["answer"], one["verdict"]) == ("rowan", "44120", "wrong")
    assert one["misconceptions"]
    assert two["seconds"] >= 0


def test_hints_come_one_after_the_other(told):
    quiz = told()
    button = quiz.section.get_by_role("button", name="Hint")
    button.click()
    expect(quiz.section.locator(".casebook-hints li")).to_have_count(1, timeout=SLOW)
    button = quiz.section.locator(".casebook-hinter")
    for shown in range(2, 6):
        if button.inner_text() == "No more hints":
            break
        button.click()
        expect(quiz.section.locator(".casebook-hints li")).to_have_count(shown)
    expect(button).to_have_text("No more hints")
    said = quiz.section.locator(".casebook-hints").inner_text()
    assert "44121" not in said
    quiz.answer("44120", "wrong")
    assert kept(quiz)["attempts"][0]["hints"] == quiz.section.locator(".casebook-hints li").count() > 2


def test_a_note_that_needs_a_question_lets_one_write_it(visit):
    quiz = visit("asking")
    quiz.answer("query", "correct")
    field = quiz.section.get_by_label("Your question")
    quiz.section.locator(".casebook-pick input").first.check(timeout=SLOW)
    assert field.input_value()
    quiz.section.locator(".casebook-pick input").first.uncheck()
    assert field.input_value() == ""
    field.fill(f"Please confirm two joins so that 44121 can be paid. {HOSTILE}")
    quiz.section.get_by_role("button", name="Review the question").click()
    expect(quiz.section.get_by_text("To mend:").first).to_be_visible()
    quiz.section.get_by_text("A question that would do").click()
    model = quiz.section.locator(".casebook-model").inner_text()
    field.fill(model)
    quiz.section.get_by_role("button", name="Review the question").click()
    expect(quiz.section.get_by_text("To mend:")).to_have_count(0)
    assert quiz.page.evaluate("window.hurt") is None


def test_the_bowel_is_drawn_beside_the_one_that_would_make_it_right_and_what_it_pays_is_folded(visit):
    quiz = visit()
    pictures = quiz.section.get_by_role("img")
    quiz.answer("44120", "wrong")
    quiz.section.get_by_role("button", name="Show the rest now").click()
    expect(pictures).to_have_count(2)
    for picture in pictures.all():
        assert picture.bounding_box()["width"] > 200
    words = quiz.section.locator(".casebook-picture details p")
    assert words.nth(0).text_content() != words.nth(1).text_content()
    quiz.answer("44120; 44121", "correct")
    layers = quiz.section.locator(".casebook-layers")
    expect(layers.locator("blockquote").first).to_be_visible()
    expect(pictures).to_have_count(1)
    quiz.section.get_by_text("What your answer would pay").click()
    expect(quiz.section.get_by_text("1,352.74").first).to_be_visible()
    quiz.answer("44120 x2", "wrong")  # a solved case holds nothing back
    expect(quiz.section.get_by_text("No operation makes 44120 x2 right")).to_be_visible()
    expect(pictures).to_have_count(1)


def test_nothing_is_said_twice_and_lines_fold_behind_a_rule_that_was_named(visit):
    quiz = visit()
    for answer in ("44120 x2", "44120 x3"):
        quiz.answer(answer, "wrong")
        if answer == "44120 x2":
            quiz.section.get_by_label("Always show everything at once").click()
        layers = quiz.section.locator(".casebook-layers")
        parts = quiz.section.evaluate("e => e.graded.feedback.parts")
        setright = next(part for part in parts if part["kind"] == "correction")["rows"][0]["says"]
        assert layers.inner_text().count(setright) == 1
        expect(layers).to_contain_text(f"No operation makes {answer} right")
    quiz.answer("44120", "wrong")
    told = quiz.section.evaluate("e => e.graded")
    assert told["misconceptions"]
    lines = next(part for part in told["feedback"]["parts"] if part["kind"] == "lines")
    line = quiz.section.get_by_text(lines["rows"][-1]["says"], exact=True)
    expect(line).to_be_hidden()
    quiz.section.get_by_text("Line by line").click()
    expect(line).to_be_visible()
    quiz.answer("44799", "wrong")
    assert not quiz.section.evaluate("e => e.graded")["misconceptions"]
    expect(quiz.section.get_by_role("heading", name="Line by line")).to_be_visible()


def test_diagnoses_are_scored_beside_the_claim(visit):
    quiz = visit()
    quiz.section.get_by_text("Add the diagnoses").click()
    quiz.section.get_by_label("Diagnosis codes").fill("k50012")
    quiz.answer("44120; 44121", "correct")
    expect(quiz.section.get_by_text("The codes and their order are right.")).to_be_visible()
    quiz.section.get_by_label("Diagnosis codes").fill(f"K50.012, {HOSTILE}")
    quiz.answer("44120; 44121", "correct")
    expect(quiz.section.get_by_text("Not needed:")).to_be_visible(timeout=SLOW)


def test_loading_the_page_again_loses_nothing(visit):
    quiz = visit()
    quiz.section.get_by_role("button", name="Mark the lines that decide").click()
    quiz.page.get_by_role("option").nth(1).click()
    quiz.page.get_by_role("button", name="Back to your claim").click()
    quiz.answer("44120", "wrong")
    quiz.claim.fill("44120; 44121 x")
    quiz.section.get_by_label("guessing").check()
    quiz.page.reload()
    expect(quiz.claim).to_have_value("44120; 44121 x")
    expect(quiz.section.get_by_label("guessing")).to_be_checked()
    expect(quiz.section.get_by_text("You marked line 2.")).to_be_visible()
    expect(quiz.section.get_by_text("Last time: not right.")).to_be_visible()
    expect(quiz.section.get_by_text("44120", exact=True)).to_be_hidden()
    assert len(kept(quiz)["attempts"]) == 1


def test_two_tabs_lose_nothing_of_each_other(told):
    quiz = told()
    other = quiz.page.context.new_page()
    other.goto(quiz.page.url)
    quiz.answer("44120", "wrong")
    type(quiz)(other).answer("44120 x2", "wrong")
    assert [each["answer"] for each in kept(quiz)["attempts"]] == ["44120", "44120 x2"]


def test_what_an_older_book_kept_is_taken_over(told):
    older = [{"case": "rowan", "at": 1, "answer": "44120 x2", "verdict": "wrong"}]
    quiz = told(
        before=lambda c: c.add_init_script(
            on_site(f"localStorage['casebook.attempts'] ??= {json.dumps(json.dumps(older))}")
        )
    )
    before = quiz.section.locator(".casebook-before")
    expect(before).to_contain_text("Last time: not right, in an earlier edition of this chart.")
    expect(before.get_by_text("44120 x2")).to_be_hidden()
    before.get_by_text("What you answered").click()
    expect(before.get_by_text("44120 x2")).to_be_visible()
    quiz.answer("44120", "wrong")
    assert kept(quiz)["version"] == 1
    assert [each["answer"] for each in kept(quiz)["attempts"]] == ["44120 x2", "44120"]


@pytest.mark.parametrize("stored", ['{"version": 99, "attempts": []}', "{broken"])
def test_what_cannot_be_read_is_never_written_over(told, stored):
    quiz = told(
        before=lambda c: c.add_init_script(
            on_site(f"localStorage['casebook.attempts'] = {json.dumps(stored)}")
        )
    )
    quiz.answer("44120", "wrong")
    expect(quiz.section.get_by_text("Your answer was not kept")).to_be_visible()
    assert quiz.page.evaluate("localStorage['casebook.attempts']") == stored


FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"
REFUSED = (
    "Object.defineProperty(window, 'localStorage',"
    " { get() { throw new DOMException('no', 'SecurityError'); } });"
)


@pytest.mark.parametrize("way", [FULL, REFUSED])
def test_a_browser_that_keeps_nothing_still_grades_and_says_so(told, way):
    quiz = told(before=lambda c: c.add_init_script(way))
    quiz.answer("44120", "wrong")
    quiz.answer("44120; 44121", "correct")
    expect(quiz.section.get_by_text("stays only until you close this page")).to_be_visible()


def test_hostile_text_in_every_field_is_text(visit):
    quiz = visit()
    quiz.section.get_by_text("Add the diagnoses").click()
    quiz.section.get_by_label("Diagnosis codes").fill(HOSTILE)
    quiz.section.get_by_text("Build it row by row, or find a code").click()
    quiz.section.get_by_label("Find a code").fill(HOSTILE)
    quiz.answer(HOSTILE, "invalid")
    quiz.answer(f"44120; {HOSTILE}", "invalid")
    quiz.answer("44120", "wrong")
    quiz.page.evaluate(
        "h => localStorage['casebook.attempts'] = JSON.stringify("
        "{version: 1, attempts: [{case: 'rowan', answer: h, verdict: h, at: 1}]})",
        HOSTILE,
    )
    quiz.page.reload()
    before = quiz.section.locator(".casebook-before")
    before.get_by_text("What you answered").click()
    expect(before.locator("code")).to_contain_text("<img")
    assert quiz.page.evaluate("window.hurt") is None
    assert quiz.page.locator("img[src=x]").count() == 0


def test_a_rule_leads_to_its_place_in_the_book_and_is_copied_by_one_tap(told):
    quiz = told()
    quiz.answer("44120 x2", "wrong")
    quiz.section.get_by_role("button", name="Show the rest now").click()
    quiz.section.get_by_text("Why: rules and sources").click()
    rule = quiz.section.evaluate("e => e.graded.feedback.parts.find(p => p.kind === 'rules').rows[0]")
    link = quiz.section.get_by_role("link", name="This rule in the book").first
    address = link.evaluate("a => a.href")
    assert address.endswith(rule["page"])
    quiz.page.evaluate("navigator.clipboard.writeText = async (text) => { globalThis.copied = text; }")
    quiz.section.get_by_role("button", name="Copy this rule").first.click()
    expect(quiz.section.get_by_text("Copied.")).to_be_visible()
    assert quiz.page.evaluate("globalThis.copied") == rule["copy"].replace(rule["page"], address)


# Feedback in steps


def test_a_hint_is_not_what_the_verdict_asks_already(visit):
    quiz = visit()
    quiz.answer("44120; 44121 x2", "wrong")
    asked = quiz.section.evaluate("e => e.graded.feedback.question").split("?")[0]
    quiz.section.get_by_role("button", name="Hint").click()
    hint = quiz.section.locator(".casebook-hints li")
    expect(hint).to_have_count(1)
    assert asked not in hint.inner_text()


def test_a_wrong_answer_is_told_step_by_step(visit):
    quiz = visit()
    layers = quiz.section.locator(".casebook-layers")
    told = []
    for answer in ("44120 x2", "44120 x3", "44120 x2"):
        quiz.answer(answer, "wrong")
        if len(told) == 1:
            expect(layers.get_by_role("img")).to_have_count(1)
        if not told:
            expect(layers.get_by_text("Before you try again:")).to_be_visible()
        told.append(layers.inner_text())
    parts = {part["kind"]: part for part in quiz.section.evaluate("e => e.graded.feedback.parts")}
    correction = parts["correction"]["rows"][0]["says"]
    quote = parts["settles"]["rows"][0]["says"]
    assert [correction in each for each in told] == [False, False, True]
    assert [quote in each for each in told] == [False, True, True]
    assert ["Before you try again" in each for each in told] == [True, True, False]
    expect(layers.get_by_role("button", name="Show the rest now")).to_have_count(0)


def test_where_nothing_but_modifiers_is_off_the_question_is_about_them(visit):
    quiz = visit()
    quiz.answer("44120; 44121-51", "partly")
    expect(quiz.section.get_by_text("Look at the modifiers of 44121 again. 51 marks")).to_be_visible()


def test_the_wish_for_everything_at_once_is_kept(told):
    quiz = told()
    quiz.answer("44120 x2", "wrong")
    quiz.section.get_by_label("Always show everything at once").click()
    quiz.page.reload()
    quiz.answer("44120 x3", "wrong")
    expect(quiz.section.get_by_text("Before you try again:")).to_have_count(0)
    expect(quiz.section.get_by_text("Why: rules and sources")).to_be_visible()


def test_a_look_at_the_worked_answer_ends_the_case(told):
    quiz = told()
    quiz.section.get_by_role("button", name="Show the worked answer and end this case").click()
    quiz.answer("44120; 44121", "correct")
    expect(quiz.section.get_by_text("this try is not counted")).to_be_visible()
    assert not kept(quiz)


def test_a_solved_case_reopened_keeps_its_answer_to_itself(told):
    quiz = told()
    quiz.answer("44120; 44121", "correct")
    expect(quiz.section.get_by_role("button", name="Show the worked answer", exact=True)).to_be_visible()
    quiz.page.reload()
    expect(quiz.section.get_by_text("Last time: right.")).to_be_visible()
    assert "44121" not in quiz.section.inner_text()
    expect(quiz.claim).to_have_value("")


def test_the_verdict_is_brought_into_view(told):
    quiz = told()
    quiz.page.set_viewport_size({"width": 390, "height": 500})
    quiz.claim.scroll_into_view_if_needed()
    quiz.claim.fill("44120 x2")
    quiz.claim.press("Enter")
    expect(quiz.status).to_have_attribute("data-verdict", "wrong", timeout=SLOW)
    expect(quiz.status).to_be_in_viewport(ratio=1)
