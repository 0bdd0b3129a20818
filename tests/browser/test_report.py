"""The class report fits a screen: nothing of a table is cut off, on a phone or beside a projector."""

import pytest

from casebook import cases
from casebook.classroom.report import report
from casebook.classroom.tables import cohort, frame_of
from casebook.practice.responses import Response

SET = ("alder", "oak", "elm")
#: What reaches beyond the screen, unseen headings aside, and tables that scroll to the side.
CUT = """() => [...document.querySelectorAll("main *")].filter((each) =>
    !each.closest("svg, thead") && each.getBoundingClientRect().right > innerWidth
    || each.matches(".wide") && each.scrollWidth > each.clientWidth).map((each) => each.outerHTML)"""


@pytest.fixture(scope="module")
def html():
    """A report with every table in it."""
    votes = [
        Response(name, case, answer, 1.7e12 + 6.1e8 * at, "sure", 60.0, test="AB12CD", turn=turn)
        for name in ("Ada", "Bo of a long name", "Cy")
        for at, case in enumerate(SET)
        for turn, answer in ((1, "44120 x2"), (2, "44120; 44121"))
    ]
    return report(cohort(frame_of(votes), [cases.load(case).page() for case in SET]))


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_report_is_read_without_scrolling_to_the_side(browser, html, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.set_content(html)
    assert page.locator("table").count() == 5
    assert page.evaluate(CUT) == []
    heads = page.locator("#votes ~ .wide thead th").all_inner_texts()
    assert len(heads) == page.locator("#votes ~ .wide tbody tr").first.locator("th, td").count()
    page.close()
