"""The case pages in a real browser.

A file of their own, so that another worker can walk over the chapters.
"""

import pytest

from casebook.cases import beyond, library
from tests.browser.conftest import ALL_LOOKS, LOOKS


@pytest.fixture(scope="module")
def cases(all_pages):
    """All pages of cases."""
    found = [file for file in all_pages if file.startswith("cases/")]
    assert len(found) == len(library()) + len(beyond())
    return found


def test_every_kind_of_case_page_is_sound(sound, fits, one_of_each_kind, cases):
    """They are of one make, but for their words; below, each of them."""
    sound(one_of_each_kind(cases), LOOKS)
    fits(cases[::4])


@pytest.mark.slow
@pytest.mark.parametrize("look", ALL_LOOKS, ids=str)
def test_every_case_page_is_sound_in_every_look(sound, fits, cases, look):
    sound(cases, [look])
    if look == LOOKS[0]:
        fits(cases)
