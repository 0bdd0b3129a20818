"""The case pages in a real browser.

A file of their own, so that another worker can walk over the chapters.
"""

import pytest

from casebook.cases import beyond, library
from tests.browser.conftest import LOOKS


@pytest.mark.parametrize("looks", LOOKS)
def test_every_case_page_is_sound(sound, all_pages, looks):
    cases = [file for file in all_pages if file.startswith("cases/")]
    assert len(cases) == len(library()) + len(beyond())
    sound(cases, looks)
