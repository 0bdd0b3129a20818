"""A quiz as a reader meets it, by its accessible names, and answers to try on it."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from casebook.cases import load
from casebook.cases.shorts import short_cases
from casebook.grading import expected, grade_page, item_of

PHONE = {"width": 390, "height": 844}
SAVING = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"
SLOW = 120_000  # ms; the first answer waits for Python to start, beside other tests


class Quiz:
    """The quiz of a page; where it has several, the one on this case."""

    def __init__(self, page, case=None):
        self.page = page
        self.section = page.locator(f"#casebook-{case}" if case else "section.casebook-quiz")
        self.claim = self.section.get_by_role("textbox", name="Claim", exact=True)
        self.check = self.section.get_by_role("button", name="Check", exact=True)
        self.status = self.section.get_by_role("status")
        self.worked = self.section.locator(".casebook-worked")

    def answer(self, text, verdict):
        """Type and check, then wait for the verdict."""
        self.claim.fill(text)
        self.check.click()
        expect(self.status).to_have_attribute("data-verdict", verdict, timeout=SLOW)

    def timings(self):
        """How long the page took to start and to grade, once Python is there: after a likely answer it comes
        while the reader reads."""
        self.page.wait_for_function("window.casebookTimings?.boot", timeout=SLOW)
        return self.page.evaluate("window.casebookTimings")


def an_answer(case, verdict):
    """An answer to the case that our own grader gives this verdict."""
    page = load(case).page()
    tries = {
        "correct": [expected(item_of(page))],
        "partly": ["44120", "44120; 44121", f"{expected(item_of(page))}; 44005"],
        "wrong": ["49000", "44005", "44799"],
        "invalid": ["two resections, please"],
        "blank": ["", "   "],
    }[verdict]
    for answer in tries:
        if grade_page(page, answer)["verdict"] == verdict:
            return answer
    raise AssertionError(f"no answer tried here is {verdict} on {case}")


def kept(page):
    """The test under way, as the browser keeps it."""
    return json.loads(page.evaluate("localStorage['casebook.test']"))["tests"][""]


def begin(page, seed, kind="typed", feedback="end", number="5"):
    page.get_by_role("combobox", name="Length", exact=True).select_option(number)
    page.get_by_label("Answers").select_option(kind)
    page.get_by_label("Feedback").select_option(feedback)
    page.get_by_label("Number of the test").fill(str(seed))
    page.get_by_role("button", name="Start the test").click()
    expect(page.get_by_role("heading", name=f"Question 1 of {number}")).to_be_visible(timeout=SLOW)


def case_on(page):
    return page.locator("section.casebook-quiz").get_attribute("data-case")


def right(case):
    short = next((made for made in short_cases() if made.id == case), None)
    return expected(item_of((short or load(case)).page()))


def tab_to(page, locator):
    """Press Tab until it has the focus."""
    wanted = None
    for _ in range(150):
        if wanted is None:
            wanted = locator.element_handle() if locator.count() else None
        # null: it was drawn anew meanwhile
        found = wanted and wanted.evaluate("e => e.isConnected ? e === document.activeElement : null")
        if found:
            return
        if found is None:
            wanted = None
        page.keyboard.press("Tab")
    raise AssertionError(f"no way by Tab to {locator}")
