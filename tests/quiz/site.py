"""One quiz of a page, as the tests drive it."""

from playwright.sync_api import expect

SLOW = 60_000  # ms; the first answer waits for Python to start


class Quiz:
    """One quiz of a page."""

    def __init__(self, page, case="rowan"):
        self.page = page
        self.section = page.locator(f"#casebook-{case}")
        self.claim = self.section.get_by_role("textbox", name="Claim", exact=True)
        self.check = self.section.get_by_role("button", name="Check", exact=True)
        self.status = self.section.get_by_role("status")
        self.worked = self.section.locator(".casebook-worked")

    def answer(self, text, verdict):
        self.claim.fill(text)
        self.check.click()
        expect(self.status).to_have_attribute("data-verdict", verdict, timeout=SLOW)

    def timings(self):
        return self.page.evaluate("window.casebookTimings")
