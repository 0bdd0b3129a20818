"""However it is served: below a path, by a server that knows few file types, without a network."""

from __future__ import annotations

import contextlib
import re
import threading

import pytest
from playwright.sync_api import expect

from tests.browser.page import SLOW, Quiz, an_answer
from tests.conftest import Site
from tools.serve import Pages

ODD = "44120-22 x3; 44005-59; 49000"  # no table holds it
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
  }
  return found;
}"""


class Below(Pages):
    """The book below a path, by a server that knows four file types."""

    extensions_map = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", "": "application/x"}  # noqa: RUF012

    def guess_type(self, path):
        ending = re.search(r"\.[a-z]+$", str(path))
        return self.extensions_map.get(ending[0] if ending else "", self.extensions_map[""])

    def translate_path(self, path):
        below = path.startswith("/a/deep place/".replace(" ", "%20"))
        return super().translate_path(path[len("/a/deep%20place") :] if below else "/nothing-here")


class Changing(Pages):
    """A site that can go away, and can have another edition of a file."""

    away = False
    edition = ("", b"")

    def handle_one_request(self):
        if self.away:
            self.close_connection = True
        else:
            super().handle_one_request()

    def send_head(self):
        del self.headers["If-Modified-Since"]
        return super().send_head()

    def copyfile(self, source, outputfile):
        old, new = self.edition
        outputfile.write(source.read().replace(old, new) if old else source.read())


class Late(Pages):
    """The chart comes when it is let, and the service worker once the chart was asked for."""

    chart, asked, let = "", None, None

    def send_head(self):
        if self.path.endswith(self.chart):
            self.asked.set()
            self.let.wait(SLOW / 1000)
        elif self.path.endswith("offline.js"):
            self.asked.wait(SLOW / 1000)
        return super().send_head()


@pytest.fixture
def serving(built_book):
    """`serving(handler)` is the book by such a server."""
    with contextlib.ExitStack() as stack:
        yield lambda handler: stack.enter_context(contextlib.closing(Site(built_book, handler)))


def test_below_a_path_and_without_file_types(visit, serving, case_ids):
    site = serving(Below)
    here = Quiz(visit(f"{site.address}/a/deep%20place/cases/{case_ids[0]}.html"))
    here.answer(ODD, "wrong")
    assert here.timings()["boot"] == "snapshot"
    assert [path for path in site.asked if not path.startswith("/a/deep%20place/")] == []


def test_a_page_runs_no_script_that_is_not_the_book_s(visit, case_ids, watch):
    watch.forgive("Content Security Policy|Refused|violates")
    page = visit(f"cases/{case_ids[0]}.html")
    page.evaluate(
        """() => {
          const ran = "window.ran = 1";
          for (const put of [{ textContent: ran }, { src: `data:text/javascript,${ran}` }]) {
            document.body.append(Object.assign(document.createElement("script"), put));
          }
        }"""
    )
    page.wait_for_timeout(100)
    assert page.evaluate("window.ran") is None
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert "unsafe" not in policy.replace("style-src 'self' 'unsafe-inline'", "")
    sent = page.request.get(page.url).headers["content-security-policy"]
    scripts = re.search("script-src ([^;]*)", sent)[1].split()
    assert {each for each in scripts if "sha256" not in each} == {"'self'", "blob:", "'wasm-unsafe-eval'"}


def wish(page):
    page.add_init_script("localStorage['casebook.offline'] ??= 'on'")


def until_kept(page, wanted, number):
    """Wait until so many kept files are of the wanted."""

    def kept():
        return [path for path in page.evaluate(f"({KEPT})()") if re.search(wanted, path)]

    # `wait_for_function` takes the promise of an async function for yes.
    for _ in range(SLOW // 200):
        if len(kept()) >= number:
            break
        page.wait_for_timeout(200)
    assert len(kept()) >= number


def test_what_was_on_its_way_when_the_service_worker_came_is_kept_too(visit, serving, case_ids):
    chart = f"cases/{case_ids[0]}.json"
    late = type("Here", (Late,), {"chart": chart, "asked": threading.Event(), "let": threading.Event()})
    page = visit(f"{serving(late).address}/cases/{case_ids[0]}.html", before=wish)
    Quiz(page).claim.focus()
    until_kept(page, r"casebook/quiz\.js", 1)  # the service worker is there, and has heard what was fetched
    page.wait_for_function("navigator.serviceWorker.controller")
    late.let.set()
    until_kept(page, re.escape(chart), 1)


def test_without_a_network_and_never_an_old_book_with_a_new_grader(visit, serving, case_ids, watch):
    watch.forgive("Failed to load|ERR_|fetch|ServiceWorker")
    case, other = case_ids[0], case_ids[1]
    site = serving(type("Here", (Changing,), {}))
    server = site.handler

    here = Quiz(visit(f"{site.address}/cases/{case}.html", before=wish))
    page = here.page
    here.answer(an_answer(case, "correct"), "correct")
    wanted = rf"cases/{case}\.(html|json)|runtime\.json|snapshot|asm.*wasm|quiz\.js|worker\.js"

    until_kept(page, wanted, 7)

    server.away = True
    page.reload()
    here.answer(ODD, "wrong")
    page.goto(f"{site.address}/cases/{other}.html")
    expect(page.get_by_role("heading", name="This page is not kept")).to_be_visible()

    server.away, server.edition = False, (b"Your claim", b"Your Claim")
    page.goto(f"{site.address}/cases/{case}.html")
    expect(page.get_by_role("heading", name="Your Claim", exact=True)).to_be_visible()
    server.away = True
    here.claim.fill(ODD)
    here.check.click()
    expect(here.section.get_by_role("alert")).to_contain_text("the connection failed", timeout=SLOW)

    server.away = False
    page.goto(f"{site.address}/book/progress.html")
    page.get_by_role("button", name="Do not keep pages").click()
    expect(page.get_by_role("button", name="Keep pages", exact=True)).to_be_visible()
    assert page.evaluate(f"({KEPT})()") == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
