"""The chapters of the built book in a real browser; the case pages, which are as many again, are in
test_case_pages.py."""

import re

import pytest
from playwright.sync_api import expect

from casebook.coding.authorities import AUTHORITIES
from casebook.sphinx_ext.glossary import entries
from casebook.sphinx_ext.search import weight
from tests.browser.conftest import ALL_LOOKS, LOOKS
from tests.conftest import ROOT


def test_the_root_leads_to_the_first_page(visit):
    page = visit("index.html")
    page.wait_for_url("**/book/welcome.html")
    page.wait_for_load_state("networkidle")
    assert page.title()


@pytest.fixture(scope="module")
def chapters(all_pages):
    """All pages but those of cases."""
    found = [file for file in all_pages if not file.startswith("cases/")]
    assert "book/decision.html" in found
    return found


def test_every_kind_of_chapter_is_sound_and_every_chapter_fits(sound_and_fits, one_of_each_kind, chapters):
    """One in one look, the next in the other; below, each of them in every look."""
    few = one_of_each_kind(chapters)
    sound_and_fits(chapters, {file: [LOOKS[i % len(LOOKS)]] for i, file in enumerate(few)})


@pytest.mark.slow
@pytest.mark.parametrize("look", ALL_LOOKS, ids=str)
def test_every_chapter_is_sound_in_every_look(sound, chapters, look):
    sound(chapters, [look])


#: Words that cases use too: what explains them comes first.
EXPLAINED = ("44310", "end ileostomy", "stricturoplasty", "modifier 22")
#: What the book explains, and the first words of a result: a modifier comes before a patient of that age.
MEANT = {
    "own injury": "that the surgeon makes by accident",
    "iatrogenic": "iatrogenic",
    "51": "On 44120: by value",
    "-59": "On 44120: only where a pair has indicator 1",
    "anastomosis": "two ends of bowel",
    "MUE": "most units of a code",
}
#: What no page has as it was typed: what is said of it, and what stands first all the same.
UNKNOWN = (
    ("CR11168", "No page has “CR11168” as typed; the nearest are:", "change request 11168"),
    ("CR 11168", "No page has “CR” as typed; the nearest are:", "change request 11168"),
    ("44121 zebra", "No page has “zebra” as typed; the nearest are:", "44121"),
)


def test_the_search_finds_pages_by_the_field_s_words_and_leads_to_them(visit, violations):
    page = visit("book/card.html")
    page.get_by_label("Search the book").fill("enterectomy")
    page.get_by_role("search").get_by_role("button", name="Search").click()
    found = page.locator("#search-results li")
    expect(found.first).to_contain_text("enterectomy", ignore_case=True)
    expect(found.locator("mark").first).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Words to look for").fill("stricturoplasty")  # as it is typed, after a short pause
    expect(found.first).to_contain_text("stricturoplasty", ignore_case=True)
    expect(page).to_have_url(re.compile(r"\?q=stricturoplasty$"))
    for words in ("no such words anywhere qqq", "99999"):
        page.get_by_label("Words to look for").fill(words)
        page.locator(".find-large button").click()
        expect(page.locator("#search-progress")).to_have_text("Nothing found")
        expect(found).to_have_count(0)
    for words in EXPLAINED:
        page.get_by_label("Words to look for").fill(words)
        page.locator(".find-large button").click()
        expect(page.locator("#search-progress")).to_contain_text("page")
        address = page.locator("#search-results a").first.evaluate("a => a.pathname")
        assert weight(address.removeprefix("/").removesuffix(".html")) > weight("book/payers"), (
            words,
            address,
        )
    for words, says, first in UNKNOWN:
        page.get_by_label("Words to look for").fill(words)
        page.keyboard.press("Enter")
        expect(page.locator("#search-progress")).to_have_text(says)
        expect(page.locator("#search-results li").first).to_contain_text(first)
    for words, means in MEANT.items():
        page.get_by_label("Words to look for").fill(words)
        page.keyboard.press("Enter")
        expect(page.locator("#search-results li").first).to_contain_text(means)
        places = page.locator("#search-results a").evaluate_all("all => all.map((a) => a.pathname)")
        if words == "51":
            cases = [at.startswith("/cases/") for at in places]
            assert len(cases) > 5
            assert cases == sorted(cases), places
        if words == "iatrogenic":
            assert "/book/joins.html" in places
    page.locator("#search-results a").first.click()
    expect(page.locator("dt:target")).to_be_visible()
    page.go_back()
    page.get_by_label("Words to look for").fill("indicator")
    page.keyboard.press("Enter")
    expect(page.locator("#search-progress")).to_contain_text("page")
    page.locator("#search-results a").first.click()
    expect(page.locator("article h1")).to_be_visible()


SCROLL = "by => scrollBy({ top: by, behavior: 'instant' })"


def test_what_a_mark_opened_closes_when_the_mark_has_left_the_screen(visit):
    """Not while it is used by keyboard, whose focus stays where it is."""
    page = visit("book/joins.html", viewport={"width": 390, "height": 664}, has_touch=True, is_mobile=True)
    for mark in (page.locator(".rests").nth(1), page.locator("article .casebook-term").first):
        mark.scroll_into_view_if_needed()
        mark.tap()
        panel = page.locator(":popover-open")
        expect(panel).to_be_visible()
        page.evaluate(SCROLL, 60)
        page.wait_for_timeout(200)
        expect(panel).to_be_visible()  # its mark is still there
        page.evaluate(SCROLL, 2000)
        expect(panel).to_have_count(0)
        page.evaluate(SCROLL, -2060)
    mark = page.locator(".rests").nth(1)
    mark.focus()
    page.keyboard.press("Enter")
    expect(panel).to_be_visible()
    page.evaluate(SCROLL, 2000)
    expect(mark).not_to_be_in_viewport()
    page.wait_for_timeout(300)
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(mark).to_be_focused()


def test_a_word_of_the_glossary_explains_itself_where_it_first_stands(visit, violations):
    page = visit("book/family.html", viewport={"width": 390, "height": 844})
    word = page.locator("article .casebook-term", has_text="indicator")
    expect(word).to_have_count(1)
    word.click()
    says = page.locator(".casebook-term-says")
    expect(says).to_be_visible()
    expect(says).to_contain_text(entries(ROOT)["indicator"])
    assert violations(page) == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_ring_opens_what_a_paragraph_rests_on_by_keyboard_and_on_paper(visit, violations, scripts):
    page = visit("book/decision.html", viewport={"width": 390, "height": 844}, java_script_enabled=scripts)
    text = page.locator("article p:has(.rests)", has_text="44121 has one base")
    ring, told = text.locator(".rests"), page.locator("p:has-text('44121 has one base') + .rests-on")
    box = ring.bounding_box()
    assert min(box["width"], box["height"]) >= 24
    assert "confirmed" not in text.inner_text()  # settled, so the text does not speak of it
    ring.focus()
    page.keyboard.press("Enter")
    expect(told).to_be_visible()
    source = AUTHORITIES["cms-addon-page"]
    expect(told).to_contain_text(f"{source.title}, {source.edition}: confirmed")
    page.keyboard.press("Tab")
    expect(told.get_by_role("link").first).to_be_focused()
    if scripts:
        assert violations(page) == []
    page.keyboard.press("Escape")
    expect(told).to_be_hidden()
    page.emulate_media(media="print")
    expect(told).to_be_visible()
    expect(ring).to_be_hidden()
    # Every ring stands on the line of the word before it.
    page.emulate_media(media="screen")
    assert page.locator(".rests-end").evaluate_all("all => all.every((e) => e.getClientRects().length === 1)")
