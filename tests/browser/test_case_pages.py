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
    # They are of one make: a fourth is seen in one look, a fourth in the other; below, each in every look.
    for turn, look in enumerate(looks):
        sound(cases[turn :: 2 * len(looks)], [look])


@pytest.mark.slow
@pytest.mark.parametrize(
    "look", [look for looks in LOOKS for look in getattr(looks, "values", [looks])[0]], ids=str
)
def test_every_case_page_is_sound_in_every_look(sound, all_pages, look):
    sound([file for file in all_pages if file.startswith("cases/")], [look])
