"""The chapters of the built book in a real browser; the case pages, which are as many again, are in
test_case_pages.py."""

import pytest

from tests.browser.conftest import LOOKS


def test_the_root_leads_to_the_first_page(visit):
    page = visit("index.html")
    page.wait_for_url("**/book/welcome.html")
    page.wait_for_load_state("networkidle")
    assert page.title()


@pytest.mark.parametrize("looks", LOOKS)
def test_every_chapter_is_sound(sound, all_pages, looks):
    chapters = [file for file in all_pages if not file.startswith("cases/")]
    assert "book/decision.html" in chapters
    sound(chapters, looks)
