"""The operation laid out on the bowel before any code: by keyboard alone, in a narrow window."""

import re

import pytest
from playwright.sync_api import expect

from casebook.cases import load
from casebook.grading.asking import BY_RULE, COUNT
from casebook.grading.feedback import question
from tests.browser.page import SLOW
from tests.browser.test_desks import SAVING, fetched, tab_to


@pytest.fixture
def laid(quiz):
    """The quiz of a case with two anastomoses, with its first step open; options go to the browser."""

    def open_case(**options):
        here = quiz("alder", **options)
        lay = here.section.locator(".casebook-lay")
        tab_to(here.page, lay.locator("summary").first)
        here.page.keyboard.press("Enter")
        return here, lay

    return open_case


def press(page, locator, key="Enter", times=1):
    tab_to(page, locator)
    for _ in range(times):
        page.keyboard.press(key)


def test_an_operation_is_laid_out_by_keyboard_alone_and_compared_with_the_chart(laid, violations):
    here, lay = laid(viewport={"width": 390, "height": 844})
    page = here.page
    told, cut = lay.locator(".casebook-lay-told"), lay.get_by_role("button", name="Cut ")
    compare = lay.get_by_role("button", name="Compare with the chart")
    expect(lay.locator(".casebook-bowel svg")).to_be_visible(timeout=SLOW)
    press(page, cut)
    joining = lay.get_by_role("button", name="Join the ends")
    expect(joining).to_be_visible()
    press(page, compare)
    expect(told).to_contain_text("Say first what became of your first place")
    press(page, joining)
    press(page, compare)
    expect(told).to_contain_text("Here the chart has two places (joined): the upper stricture")
    expect(told.locator("blockquote")).to_have_count(2)  # the chart's own words
    assert violations(page) == []
    where = lay.get_by_role("combobox", name="Where")
    expect(where.locator(":checked")).to_have_text("below the first place")
    press(page, where, "ArrowUp")
    expect(where.locator(":checked")).to_have_text("join 1 itself, with the bowel beside it")
    expect(cut).to_have_text("Cut out join 1 itself, with the bowel beside it")
    press(page, where, "ArrowUp")
    expect(where.locator(":checked")).to_have_text("above the first place")
    expect(cut).to_have_text("Cut a piece out above the first place")
    press(page, cut)
    press(page, joining)
    press(page, compare)
    expect(told).to_contain_text("This is what the chart tells")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    here.answer("44120", "wrong")
    expect(here.section.locator(".casebook-layers")).to_contain_text("a rule and not your reading")
    page.reload()  # what was laid out stays, as an answer that was begun does
    press(page, lay.locator("summary").first)
    expect(lay.locator(".casebook-places li")).to_have_text(
        ["First place, joined", "Second place, joined"], timeout=SLOW
    )
    here.answer("44120; 44121", "correct")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(here.section.locator(".casebook-layers details[open]").first).to_be_attached()
    page.wait_for_timeout(200)
    expect(here.section.get_by_text("Working it out")).to_have_count(0)  # paper waits for nothing
    page.emulate_media(media="print")
    expect(here.status).to_be_visible()
    expect(here.section.locator(".casebook-paper")).to_be_hidden()  # room to write is for who has not


def tapped(lay, share):
    """Touch the bowel at this share of its width."""
    svg = lay.locator(".casebook-bowel svg")
    lay.locator(".casebook-bowel").scroll_into_view_if_needed()  # stays, while the drawing is made anew
    box = svg.bounding_box()
    svg.tap(position={"x": box["width"] * share, "y": box["height"] * 0.6})


#: What is touched, one after the other: a share of the bowel's width, what is drawn, or the name of a button.
TOUCHED = {
    "alder": (0.4, "Cut ", "Join the ends", 0.62, "Cut ", "Join the ends"),
    "larch": (0.4, "Cut ", "Join the ends", ".count", "Cut ", "Join the ends"),
    "cypress": (
        *(0.4, "Cut ", "Join the ends"),
        *(0.62, "Cut ", "Bring the upper end out"),
    ),
}


@pytest.mark.parametrize("case", TOUCHED)
def test_a_phone_lays_an_operation_out_by_touch(quiz, case):
    here = quiz(case, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    lay = here.section.locator(".casebook-lay")
    lay.locator("summary").first.tap()
    expect(lay.locator(".casebook-bowel svg")).to_be_visible(timeout=SLOW)
    for each in TOUCHED[case]:
        if isinstance(each, float):
            tapped(lay, each)
            expect(lay.locator(".casebook-chosen")).to_contain_text("press \u201cCut a piece out ")
        elif each == ".count":
            lay.locator(f".bowel {each}").tap(force=True)  # its number stands over it
            expect(lay.locator(".casebook-chosen")).to_contain_text("Chosen: join 1 itself, with the bowel")
        else:
            lay.get_by_role("button", name=each).tap()
            expect(lay.locator(".casebook-places li").first).to_be_visible()
            expect(lay.locator(".casebook-bowel svg")).to_be_in_viewport(ratio=1)
    lay.get_by_role("button", name="Compare with the chart").tap()
    told = lay.locator(".casebook-lay-told")
    expect(told).to_have_text(re.compile(r"^Right\. This is what the chart tells"))
    expect(told).to_be_in_viewport(ratio=1)
    seen = lay.locator("button:visible, select:visible, summary:visible")
    assert seen.evaluate_all("all => Math.min(...all.map((e) => e.getBoundingClientRect().height))") >= 44
    assert here.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_on_a_small_phone_the_bowel_comes_back_into_sight_and_covers_nothing(quiz):
    here = quiz("alder", viewport={"width": 390, "height": 664}, has_touch=True, is_mobile=True)
    lay = here.section.locator(".casebook-lay")
    lay.locator("summary").first.tap()
    drawn = lay.locator(".casebook-bowel svg")
    expect(drawn).to_be_visible(timeout=SLOW)
    lay.get_by_role("button", name="Cut ").tap()
    lay.get_by_text("Something else was done").tap()
    lay.get_by_label("What").select_option("widen")
    spot = lay.get_by_role("button", name="Do it below the first place")
    spot.evaluate("e => e.scrollIntoView({ block: 'start', behavior: 'instant' })")
    expect(drawn).not_to_be_in_viewport(ratio=0.5)
    spot.tap()
    expect(drawn).to_be_in_viewport(ratio=1)
    # It scrolls with the list of places, and lies over none of it.
    where = lay.get_by_label("Where")
    where.evaluate("e => e.scrollIntoView({ block: 'start', behavior: 'instant' })")
    box = drawn.bounding_box()
    assert box["y"] + box["height"] < where.bounding_box()["y"]


def test_what_is_undone_leaves_its_stretch_chosen(laid):
    here, lay = laid(viewport={"width": 390, "height": 844})
    cut, where = lay.get_by_role("button", name="Cut "), lay.get_by_role("combobox", name="Where")
    expect(lay.locator(".casebook-bowel svg")).to_be_visible(timeout=SLOW)
    press(here.page, cut)
    expect(where.locator(":checked")).to_have_text("below the first place")
    press(here.page, where, "ArrowUp")
    press(here.page, cut)
    expect(lay.locator(".casebook-places li")).to_have_count(2)
    expect(where.locator(":checked")).to_have_text("below the second place")
    press(here.page, lay.get_by_role("button", name="Undo"))
    expect(lay.locator(".casebook-places li")).to_have_count(1)
    expect(where.locator(":checked")).to_have_text("above the first place")
    expect(cut).to_have_text("Cut a piece out above the first place")


def test_what_is_pressed_while_the_grader_starts_is_done_once_it_is_there(quiz):
    here = quiz(
        "alder",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        # Held back until what was pressed has been noted, since a grader may be quicker than a finger.
        before=lambda page: page.context.route("**/*snapshot*", lambda _: None),
    )
    lay = here.section.locator(".casebook-lay")
    lay.locator("summary").first.tap()
    cut, rows = lay.get_by_role("button", name="Cut "), lay.locator(".casebook-places li")
    cut.tap()
    expect(lay.locator(".casebook-chosen")).to_contain_text("is noted")
    cut.tap()
    here.page.context.unroute("**/*snapshot*")
    expect(rows).to_have_count(1, timeout=SLOW)
    expect(rows).to_contain_text("First place, ends free: ")
    lay.get_by_role("button", name="Leave them stapled inside").tap()
    expect(rows).to_contain_text("First place, ends stapled inside; you can still change that: ")
    lay.get_by_role("button", name="Bring the upper end out").tap()
    expect(rows).to_contain_text("First place, upper end out, the lower one taken as stapled inside: ")
    expect(lay.get_by_role("button", name="Bring the lower end out")).to_be_visible()


def test_a_browser_that_saves_data_is_asked_where_the_bowel_is_laid_out(quiz, site):
    site.forget()
    here = quiz("alder", before=lambda page: page.add_init_script(SAVING))
    here.page.wait_for_load_state("networkidle")
    assert not any("later" in path for path in site.asked)  # an untouched page has none of it
    lay = here.section.locator(".casebook-lay")
    lay.locator("summary").first.click()
    agree = lay.get_by_role("button", name="Fetch the grader")
    expect(agree).to_be_visible()
    assert not fetched(site)
    agree.click()
    expect(lay.locator(".casebook-bowel svg")).to_be_visible(timeout=SLOW)


def test_who_laid_it_out_rightly_is_asked_for_the_rule_and_not_for_the_reading(quiz):
    here = quiz("ginkgo", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    usual = question(load("ginkgo").item.grade("44120"))
    before = here.section.locator(".casebook-retry")
    here.answer("44120", "wrong")
    expect(before).to_have_text(f"Before you try again: {usual}")
    lay = here.section.locator(".casebook-lay")
    lay.locator("summary").first.tap()
    lay.get_by_role("button", name="Cut a piece out").tap()
    lay.get_by_role("button", name="Bring the upper end out").tap(timeout=SLOW)
    expect(lay.locator(".casebook-places li")).to_contain_text("upper end out", timeout=SLOW)
    here.answer("44120 ", "wrong")
    expect(here.section.locator(".casebook-layers")).to_contain_text(
        "a rule and not your reading", timeout=SLOW
    )
    expect(before).to_have_text(f"Before you try again: {BY_RULE[COUNT]}")


def test_nothing_moves_away_from_under_a_finger_when_the_grader_comes(visit):
    page = visit("cases/ginkgo.html", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    lay = page.locator(".casebook-lay")
    lay.locator("summary").first.tap()
    cut = lay.locator("[data-act=cut]")
    assert cut.inner_text() == "Cut a piece out"  # the grader is still on its way
    before = cut.evaluate("e => e.getBoundingClientRect().top + scrollY")
    expect(cut).to_have_text("Cut a piece out on the small bowel", timeout=SLOW)
    assert abs(cut.evaluate("e => e.getBoundingClientRect().top + scrollY") - before) < 4
