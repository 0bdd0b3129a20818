"""A room of phones in real browsers: nothing of the key before the reveal, votes compared, no barriers."""

import asyncio
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest

from casebook import cases
from casebook.classroom.phones.opened import Opened
from casebook.grading import expected
from casebook.testing import crowd

ANSWERS = ("44120", "44120; 44121", "44120 x2", "query")
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def room(tmp_path):
    opened = Opened([cases.load(case) for case in ("oak", "elm")], tmp_path / "votes.sqlite3").start()
    yield opened
    opened.close()


@pytest.fixture
def phone_page(browser):
    context = browser.new_context(**PHONE)
    yield context.new_page()
    context.close()


def secrets_of(case):
    """What tells the answer of a case: the names of its marks, its key, what its readings say."""
    told = {*case.evidence, str(case.key.get("why")), *(op.says for op in case.readings)}
    return {word for word in told if word}


def test_forty_phones_of_which_three_are_browsers(room, browser):
    panel = browser.new_page(viewport={"width": 1280, "height": 800})
    phones = [browser.new_context(**PHONE).new_page() for _ in range(3)]
    panel.goto(room.panel)
    for phone in phones:
        phone.goto(room.join)
        phone.get_by_role("textbox", name="Claim").fill("44120 x2")
        phone.get_by_role("button", name="Send").tap()
        phone.get_by_text("Noted: 44120 x2").wait_for()
    many = crowd.vote(room.join, room.panel, 37, ANSWERS, seed=1, within=(0.5, 1.0))
    with ThreadPoolExecutor(1) as aside:  # the browser's thread can run no other event loop
        met = aside.submit(asyncio.run, many).result()
    assert not met.refused
    assert room.votes.counts(0, 1) == Counter(met.last.values()) + Counter({"44120 x2": 3})
    panel.locator("[data-count=answered]", has_text="40").wait_for()
    secret = secrets_of(cases.load("oak"))
    for page in met.pages | {phone.content() for phone in phones}:
        assert not [word for word in secret if word in unescape(page)]
        assert "casebook-worked" not in page
    panel.get_by_role("button", name="Reveal").click()
    panel.get_by_role("heading", name="What was answered").wait_for()
    told = panel.locator("tbody tr", has=panel.get_by_text("44120 x2", exact=True))
    assert told.locator("td").first.inner_text().strip() == str(room.votes.counts(0, 1)["44120 x2"])
    assert panel.get_by_role("heading", name=f"The claim: {expected(cases.load('oak').item)}").count()
    phones[0].get_by_text("Your answer:").wait_for()
    phones[1].locator("section").evaluate("section => section.scrollIntoView()")
    read = phones[1].evaluate("scrollY")
    panel.get_by_role("button", name="Vote again").click()
    phones[0].get_by_text("Second vote").wait_for()
    phones[1].get_by_text("Your first answer: 44120 x2").wait_for()
    assert abs(phones[1].evaluate("scrollY") - read) < 50  # the page stays where it was read
    phones[0].get_by_role("textbox", name="Claim").fill("44120")
    phones[0].get_by_role("button", name="Send").tap()
    phones[0].get_by_text("Noted: 44120.").wait_for()
    panel.get_by_role("button", name="Reveal").click()
    panel.get_by_role("columnheader", name="Before").wait_for()
    assert room.votes.counts(0, 2) == {"44120": 1}
    panel.get_by_role("button", name="Next case").click()
    phones[1].get_by_role("heading", name=re.compile("^Elm")).wait_for()
    assert phones[1].title() == cases.load("elm").title


def test_nothing_that_was_typed_is_lost(room, phone_page):
    """Neither by a name, nor by a page that is loaded anew, nor where the vote closes first, or moves on."""
    page = phone_page
    page.goto(room.join)
    claim = page.get_by_role("textbox", name="Claim")
    claim.fill("44120")
    page.locator(".who summary").tap()
    page.get_by_label("A name or nickname").fill("Ada")
    page.get_by_role("button", name="Keep").tap()
    page.get_by_text("You are Ada").wait_for()
    assert claim.input_value() == "44120"
    page.get_by_role("button", name="Send").tap()
    page.get_by_role("button", name="Send again").wait_for()
    claim.fill("44120 x2")
    page.reload()
    page.wait_for_function("document.querySelector('textarea').value === '44120 x2'")
    page.locator(".who summary").tap()
    page.get_by_label("A name or nickname").fill("Bo")
    room.pages.act("closed")
    page.get_by_text("It does not count: your answer is 44120.").wait_for()
    assert page.get_by_role("textbox", name="Not sent").input_value() == "44120 x2"
    assert page.get_by_label("A name or nickname").input_value() == "Bo"
    room.pages.act("again")
    page.get_by_text("Your first answer: 44120").wait_for()
    assert claim.input_value() == "44120 x2"
    room.pages.act("go 1")
    page.get_by_text("The room moved on before you sent this: 44120 x2").wait_for()
    assert claim.input_value() == ""
    assert room.votes.counts(0, 1) == {"44120": 1}


def test_enter_sends_and_staying_throws_nothing_away(room, phone_page):
    page = phone_page
    page.goto(room.join)
    claim = page.get_by_role("textbox", name="Claim")
    stay = page.get_by_role("button", name="Stay with 44120")
    claim.fill("44120")
    claim.press("Shift+Enter")
    assert claim.input_value() == "44120\n"
    claim.fill("44120")
    claim.press("Enter")
    page.get_by_text("Noted: 44120.").wait_for()
    room.pages.act("closed")
    room.pages.act("again")
    stay.wait_for()
    claim.press_sequentially("44120; 44121")
    stay.wait_for(state="hidden")
    claim.fill("")
    stay.tap()
    page.get_by_text("Noted: 44120.").wait_for()
    assert room.votes.counts(0, 2) == {"44120": 1}


def test_who_closes_the_page_is_not_waited_for(room, phone_page):
    phone_page.goto(room.join)
    while room.pages.joined != 1:
        phone_page.wait_for_timeout(50)
    phone_page.reload()
    phone_page.wait_for_timeout(500)
    assert room.pages.joined == 1
    phone_page.goto("about:blank")
    while room.pages.joined:
        phone_page.wait_for_timeout(50)


def test_a_lesson_that_was_ended_is_no_lost_line(room, phone_page):
    phone_page.goto(room.join)
    lost, over = phone_page.locator(".lost"), phone_page.get_by_text("The lesson is over.")
    while not room.pages.present.lines:
        phone_page.wait_for_timeout(50)
    room.close()
    over.first.wait_for()
    phone_page.get_by_role("textbox", name="Claim").fill("44120")
    phone_page.get_by_role("button", name="Send").tap()
    phone_page.get_by_text("This was not sent.").wait_for()
    assert not lost.is_visible()


@pytest.mark.parametrize("screen", [(390, "dark"), (1280, "light")], ids=str)
def test_pages_of_a_room_have_no_barriers(room, browser, axe, screen):
    width, scheme = screen
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "bypass_csp": True}
    page = browser.new_context(**options).new_page()
    found = []

    def look():
        page.add_script_tag(content=axe)
        broken = page.evaluate("axe.run()")["violations"]
        found.extend((page.url, rule["id"], rule["nodes"][0]["html"]) for rule in broken)
        wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], page.url

    page.goto(f"{room.join.removesuffix(f'{room.votes.code}/')}?code=x")
    look()
    page.goto(room.join)
    page.get_by_role("textbox", name="Claim").fill("44120")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Noted: 44120.").wait_for()
    look()
    page.get_by_role("textbox", name="Claim").fill("44120 x2")
    for do, says in (("closed", "before you sent this"), ("again", "Your first answer")):
        room.pages.act(do)
        page.get_by_text(says).wait_for()
        look()
    for do in ("open", "revealed"):
        room.pages.act(do)
        page.goto(room.panel)
        look()
    assert not found
