"""What a claim pays, against the figures worked out by hand from the fee schedule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.coding.authorities import AUTHORITIES
from casebook.coding.typed import read
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.money.fees import DATED, SHARES, SOURCE, factor, full, pays, told
from tests.strategies import claims


def total(text):
    return round(sum(p.usd or 0 for p in pays(read(text).claim)), 2)


@pytest.mark.parametrize(
    ("claim", "usd"),
    [
        ("44120", 1136.30),
        ("44121", 0),  # an add-on alone
        ("44120 x2", 0),  # over an absolute limit
        ("44120 x2; 44121", 0),  # nor what rides on it
        ("44120; 44005", 1136.30),
        ("44160; 44120", 1157.34),
        ("44120; 44121", 1352.74),
        ("44120; 44121 x2", 1569.18),
        ("44202; 44203", 1505.04),
        ("44120; 44310-51", 1136.30 + 483.81),  # the second procedure at half
        ("44310; 44120", 1136.30 + 483.81),  # ranked by value, not by order
        ("44120-80; 44121-80", 181.81 + 34.63),
        ("44120-62", 710.19),
        ("44120-78", 920.40),
    ],
)
def test_amounts(claim, usd):
    assert total(claim) == pytest.approx(usd, abs=0.011)


def test_one_unit_in_full():
    assert (full("44121"), full("44120"), full("44238")) == (216.44, 1136.30, None)


def test_what_has_no_price_is_said():
    shown = told(read("44238; 44120").claim)
    assert shown["paid"][0]["usd"] is None
    assert "1 line without a price" in shown["total"]
    assert told(())["total"] == "Nothing is filed yet, so nothing is paid."


def test_the_date_is_said_and_is_the_schedule_s_own():
    assert AUTHORITIES[SOURCE].until.isoformat() in DATED
    assert factor() == 33.4009


@given(claims())
def test_every_claim_has_an_answer_in_cents(claim):
    for paid in pays(claim):
        assert 0 <= paid.share <= 1
        assert paid.usd is None or (paid.usd >= 0 and round(paid.usd, 2) == paid.usd)
    assert len(told(claim)["lines"]) == len(claim)


@pytest.mark.parametrize("text", ["44850 x6; 44850-24 x3", "44660 x3; 44660; 44970-GC x8"])
def test_lines_of_one_value_are_ranked_by_what_else_they_say(text):
    claim = read(text).claim
    assert sum(p.usd or 0 for p in pays(claim)) == pytest.approx(
        sum(p.usd or 0 for p in pays(tuple(reversed(claim))))
    )


@given(claims(most=5), st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_no_total(claim, chance):
    mixed = list(claim)
    chance.shuffle(mixed)
    assert sum(p.usd or 0 for p in pays(claim)) == pytest.approx(sum(p.usd or 0 for p in pays(tuple(mixed))))


@given(claims(most=5))
def test_no_line_pays_more_than_its_full_fee(claim):
    for paid in pays(claim):
        if paid.usd:
            assert paid.usd <= round(paid.line.units * paid.rvu * factor(), 2) + 0.01 * paid.line.units
            if set(paid.line.modifiers) & SHARES.keys():
                assert paid.share < 0.7


def test_an_add_on_with_51_is_priced_as_without_and_said_to_be_denied_by_some():
    """The correction says that a plan denies it, and the figure is Medicare's."""
    plain, marked = (told(read(f"44202; 44203{mark}").claim) for mark in ("", "-51"))
    assert plain["total"] == marked["total"]
    assert "at least one payer denies" in marked["lines"][1]
    assert not any("denies" in line for line in (*plain["lines"], *told(read("44120-51").claim)["lines"]))
    assert "at least one payer denies" in MISCONCEPTIONS["multiple-on-add-on"].correction
