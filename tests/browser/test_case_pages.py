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


def test_every_kind_of_case_page_is_sound(sound_and_fits, one_of_each_kind, cases):
    """They are of one make, but for their words; below, each of them."""
    few = one_of_each_kind(cases)
    sound_and_fits([*few, *(file for file in cases[::4] if file not in few)], dict.fromkeys(few, LOOKS))


@pytest.mark.slow
@pytest.mark.parametrize("look", ALL_LOOKS, ids=str)
def test_every_case_page_is_sound_in_every_look(sound_and_fits, cases, look):
    sound_and_fits(cases, {file: [look] for file in cases})
