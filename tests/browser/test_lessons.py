"""The small questions of a chapter in a real browser: by finger, by key, without scripts, and without a
grader."""

import json
import re
import time

import pytest
from playwright.sync_api import expect

from casebook.cases import library, load

GRADER = re.compile(r"pyodide|worker\.js|bank\.json")


def turn(page, kind):
    return page.locator(f'.casebook-turn[data-kind="{kind}"]').first


def verdict(section, word):
    status = section.get_by_role("status")
    expect(status).to_have_attribute("data-verdict", word)
    return status


def test_the_first_question_is_on_the_first_screen_of_a_phone_and_is_answered_by_finger(visit, site):
    page = visit("book/welcome.html", viewport={"width": 390, "height": 844}, has_touch=True)
    section = turn(page, "tap")
    number = section.locator('svg [data-number="2"]')
    assert number.bounding_box()["y"] < 700
    site.forget()
    # A finger seldom hits the middle: any spot of 36 by 36 px is the number's, unless another mark is nearer.
    middle = number.bounding_box()
    x, y = middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2
    ticked = section.get_by_role("checkbox", name="Number 2")
    for i, (right, down) in enumerate(((0, 0), (0, 17), (0, -17), (12, 12), (12, -12), (-6, 17))):
        page.touchscreen.tap(x + right, y + down)
        expect(ticked).to_be_checked(checked=not i % 2)
    page.touchscreen.tap(x, y)
    page.touchscreen.tap(x - 21, y)  # the letter beside it
    page.touchscreen.tap(x, y + 30)
    expect(ticked).to_be_checked()
    section.get_by_role("button", name="Check").tap()
    verdict(section, "wrong")
    # The verdict lies where it can be seen, and the answer is not told yet.
    expect(section.get_by_role("status")).to_be_in_viewport()
    expect(section.locator(".casebook-turn-says p")).to_have_count(1)
    expect(section.get_by_text("Two stand.")).to_be_hidden()
    for name in ("Number 2", "Number 1", "Number 3"):
        section.get_by_role("checkbox", name=name).click()
    section.get_by_role("button", name="Check").tap()
    verdict(section, "correct")
    expect(section.get_by_text("Two stand.")).to_be_visible()
    assert not [path for path in site.asked if GRADER.search(path)]


def test_the_label_of_an_answer_says_what_a_tap_does(visit):
    section = turn(visit("book/welcome.html", viewport={"width": 390, "height": 844}), "tap")
    label = section.locator(".casebook-turn-answer > summary")
    expect(label).to_have_text("Show the answer", use_inner_text=True)
    label.click()
    expect(label).to_have_text("Hide the answer", use_inner_text=True)


def test_a_second_wrong_try_says_more(visit):
    section = turn(visit("book/joins.html"), "tap")
    check = section.get_by_role("button", name="Check")
    for number in ("Number 1", "Number 2"):
        section.get_by_role("checkbox", name=number).check()
    check.click()
    expect(section.locator(".casebook-turn-says p")).to_have_count(1)
    check.click()  # the same answer is no second try
    expect(section.locator(".casebook-turn-says")).to_contain_text("The answer is the same as before")
    for told in ("Number 2 went with piece C.", "Nothing touched number 1 again"):
        expect(section.locator(".casebook-turn-says")).not_to_contain_text(told)
    section.get_by_role("checkbox", name="Number 1").uncheck()
    check.click()
    expect(section.locator(".casebook-turn-says")).to_contain_text("Nothing touched number 1 again")


def test_an_order_is_made_with_keys_alone(visit):
    page = visit("book/bowel.html")
    section = turn(page, "order")
    wanted = ["taken out", "widened", "sewn together"]
    for place, words in enumerate(wanted):
        row = section.locator("li", has_text=words)
        while row.evaluate("e => [...e.parentNode.children].indexOf(e)") > place:
            row.get_by_role("button", name=re.compile("Move up")).focus()
            page.keyboard.press("Enter")
            # The button that was pressed keeps the focus, wherever its row went.
            assert row.evaluate("e => e.contains(document.activeElement)")
    section.get_by_role("button", name="Check").press("Enter")
    verdict(section, "correct")


@pytest.mark.parametrize(
    ("text", "word"), [(" 44120 ; 44121", "correct"), ("44120, 44121", "correct"), ("44120", "wrong")]
)
def test_a_foreseen_claim_needs_no_grader(visit, site, text, word):
    section = turn(visit("book/joins.html"), "claim")
    site.forget()
    section.get_by_role("textbox").fill(text)
    section.get_by_role("textbox").press("Enter")
    status = section.get_by_role("status")
    expect(status).not_to_have_attribute("data-verdict", "")
    assert (status.get_attribute("data-verdict") == "correct") == (word == "correct")
    assert not [path for path in site.asked if GRADER.search(path)]


def test_a_claim_that_nobody_foresaw_goes_to_the_grader(visit):
    section = turn(visit("book/joins.html"), "claim")
    section.get_by_role("textbox").fill("44120; 44121; 44800 x7")
    section.get_by_role("button", name="Check").click()
    expect(section.get_by_role("status")).to_have_attribute(
        "data-verdict", re.compile("partly|wrong"), timeout=60_000
    )


def test_with_scripts_off_the_answer_can_be_opened(visit):
    section = turn(visit("book/welcome.html", java_script_enabled=False), "tap")
    expect(section.get_by_role("button", name="Check")).to_be_hidden()
    section.get_by_text("Show the answer").click()
    expect(section.get_by_text("Number 1 and number 3.")).to_be_visible()


def test_a_list_says_what_was_done_and_shows_what_was_not(visit):
    rows = [("alder", "correct"), ("birch", "wrong"), ("birch", "correct"), ("cedar", "wrong")]
    now = int(time.time() * 1000)
    charts = {path.stem: load(path).edition for path in library()}
    attempts = [
        {"case": case, "edition": charts[case], "answer": "44120", "verdict": verdict, "at": now + i}
        for i, (case, verdict) in enumerate(rows)
    ]
    kept = json.dumps(json.dumps({"version": 1, "attempts": attempts}))
    script = f"if (location.protocol === 'http:') localStorage['casebook.attempts'] = {kept}"
    page = visit("book/first_cases.html", before=lambda page: page.add_init_script(script))
    expect(page.get_by_text("2 of 13 cases right, 1 at the first try.")).to_be_visible()
    items = page.locator(".casebook-cases li")
    expect(items.filter(has_text="Alder")).to_contain_text("right at the first try")
    expect(items.filter(has_text="Cedar")).to_contain_text("not right yet")
    page.get_by_label("Show").select_option("not done")
    expect(items.filter(visible=True)).to_have_count(10)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_words_of_a_picture_are_read_at_any_width(visit, width):
    page = visit("book/bowel.html", viewport={"width": width, "height": 844})
    sizes = page.locator("svg.loops text:visible").evaluate_all(
        "all => all.map((each) => parseFloat(getComputedStyle(each).fontSize)"
        " * each.ownerSVGElement.getBoundingClientRect().width / each.ownerSVGElement.viewBox.baseVal.width)"
    )
    assert len(sizes) > 20
    assert min(sizes) >= 12  # pixels
