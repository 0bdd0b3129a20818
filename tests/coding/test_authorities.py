"""The sources: dated, addressed, and as sure as they were read."""

import re
from datetime import date, timedelta

import pytest

from casebook.coding.authorities import AUTHORITIES, CONFIDENCE, weakest
from casebook.coding.rules import RULEBOOK
from casebook.coding.views import VIEWS
from tests.conftest import ROOT


@pytest.mark.parametrize("id", list(AUTHORITIES))
def test_a_source_says_what_it_is_and_how_much_was_read(id):
    source = AUTHORITIES[id]
    assert source.id == id
    assert re.fullmatch(r"[a-z0-9-]+", id)
    for words in (source.title, source.edition, source.read):
        assert words.strip() == words != ""
    assert source.confidence in CONFIDENCE
    assert source.address == "" or source.address.startswith("https://") or " " not in source.address
    assert source.until is None or isinstance(source.until, date)
    assert source.as_dict() == {
        "id": id,
        "title": source.title,
        "edition": source.edition,
        "address": source.address,
    }


def test_every_source_is_used_or_explains_a_table():
    used = {a for thing in (*RULEBOOK.values(), *VIEWS.values()) for a in thing.authorities}
    assert used <= set(AUTHORITIES)
    assert len(used) > 15
    places = [
        *(ROOT / "book").glob("*.md"),
        *(ROOT / "cases").glob("*.md"),
        *(ROOT / "src/casebook").rglob("*.py"),
    ]
    words = set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", "".join(p.read_text("utf-8") for p in places)))
    assert set(AUTHORITIES) - used - words == set()


def test_the_edit_tables_are_those_of_2024_and_the_fees_end_with_2026():
    for id in ("cms-aoc-2024-06", "cms-ptp-2024q3", "cms-mue-2024-07"):
        assert AUTHORITIES[id].until <= date(2024, 12, 31)
    assert AUTHORITIES["cms-pfs-2026-07"].until == date(2026, 12, 31)


def test_a_source_runs_out_the_day_after_its_last():
    source = AUTHORITIES["cms-pfs-2026-07"]
    assert not source.ran_out(source.until)
    assert source.ran_out(source.until + timedelta(days=1))


def test_a_source_without_an_end_never_runs_out():
    lasting = [source for source in AUTHORITIES.values() if source.until is None]
    assert lasting
    assert not any(source.ran_out(date(2999, 1, 1)) for source in lasting)


@pytest.mark.parametrize(
    ("words", "worst"),
    [
        ([], "confirmed"),
        (["confirmed"], "confirmed"),
        (["confirmed", "derived"], "derived"),
        (["secondary", "derived"], "secondary"),
        (["recalled", "secondary", "confirmed"], "recalled"),
        (["contested", "recalled"], "contested"),
    ],
)
def test_the_least_sure_word_counts(words, worst):
    assert weakest(words) == worst


def test_the_list_of_sources_cannot_be_changed():
    with pytest.raises(TypeError):
        AUTHORITIES["new"] = None
