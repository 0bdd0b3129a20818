"""The CMS tables as held, and the check of any claim against them."""

import csv
import random
from pathlib import Path

import pytest
from hypothesis import given

import casebook
from casebook.coding import edits
from casebook.coding.authorities import AUTHORITIES
from casebook.coding.claim import Line
from casebook.coding.typed import read
from tests.shapes import EDIT, fits
from tests.strategies import claims

DATA = Path(casebook.__file__).parent / "data" / "cms"


def scrub(text):
    return [(e.kind, e.codes, e.blocks) for e in edits.scrub(read(text).claim)]


# What CMS says of this family, from the fact base


@pytest.mark.parametrize(
    ("code", "work", "practice", "malpractice", "total", "global_days", "multiple"),
    [
        ("44120", 20.30, 8.62, 5.10, 34.02, "090", "2"),
        ("44121", 4.33, 1.08, 1.07, 6.48, "ZZZ", "0"),
        ("44125", 19.53, 8.63, 4.70, 32.86, "090", "2"),
        ("44126", 41.17, 16.20, 11.05, 68.42, "090", "2"),
        ("44127", 48.07, 17.73, 12.87, 78.67, "090", "2"),
        ("44128", 4.33, 1.05, 1.16, 6.54, "ZZZ", "0"),
        ("44130", 21.56, 9.95, 5.34, 36.85, "090", "2"),
        ("44140", 22.03, 10.00, 5.40, 37.43, "090", "2"),
        ("44160", 20.37, 9.38, 4.90, 34.65, "090", "2"),
        ("44202", 22.81, 10.19, 5.59, 38.59, "090", "2"),
        ("44203", 4.33, 1.07, 1.07, 6.47, "ZZZ", "0"),
        ("44205", 22.38, 9.55, 4.78, 36.71, "090", "2"),
        ("44310", 17.15, 7.97, 3.85, 28.97, "090", "2"),
        ("44602", 24.10, 8.53, 6.00, 38.63, "090", "2"),
        ("44615", 17.71, 7.94, 4.14, 29.79, "090", "2"),
        ("44005", 18.00, 8.01, 4.54, 30.55, "090", "2"),
        ("44800", 11.75, 7.49, 2.91, 22.15, "090", "2"),
        ("44850", 11.81, 6.52, 2.91, 21.24, "090", "2"),
        ("49000", 12.23, 6.58, 3.01, 21.82, "090", "2"),
    ],
)
def test_values_of_july_2026(code, work, practice, malpractice, total, global_days, multiple):
    held = edits.values()[code]
    assert (held.work, held.practice, held.malpractice, held.total) == (work, practice, malpractice, total)
    assert (held.global_days, held.multiple, held.status) == (global_days, multiple, "A")


@pytest.mark.parametrize("code", sorted(edits.values()))
def test_a_value_is_the_sum_of_its_parts(code):
    held = edits.values()[code]
    assert held.total == pytest.approx(held.work + held.practice + held.malpractice, abs=0.011)
    assert held.work >= 0
    assert (held.global_days == "ZZZ") == edits.add_on(code)


def test_the_return_to_the_operating_room_pays_81_percent_of_44120_and_nothing_of_44121():
    assert edits.values()["44120"].intraoperative == 0.81
    assert edits.values()["44121"].intraoperative == 0


@pytest.mark.parametrize(
    ("code", "units", "kind"),
    [
        ("44120", 1, 2),
        ("44121", 2, 3),
        ("44125", 1, 2),
        ("44128", 2, 3),
        ("44203", 2, 3),
        ("44202", 1, 2),
        ("44160", 1, 2),
        ("44130", 2, 3),
        ("44310", 2, 3),
        ("44140", 2, 3),
        ("44615", 3, 3),
        ("49000", 1, 2),
        ("44602", 1, 2),
        ("44603", 1, 2),
        ("49002", 1, 3),
    ],
)
def test_unit_limits(code, units, kind):
    found = edits.limits()[code]
    assert (found.units, found.kind) == (units, kind)


@pytest.mark.parametrize(
    ("add_on", "accepted"),
    [
        ("44121", {"44120"}),
        ("44203", {"44202"}),
        ("44128", {"44126", "44127"}),
        ("44139", {"44140", "44141", "44143", "44144", "44145", "44146", "44147"}),
        ("44213", {"44204", "44205", "44206", "44207", "44208"}),
        ("44701", {"44140", "44145", "44150", "44604"}),
        ("44015", {edits.ANY_BASE}),
        ("49905", {edits.ANY_BASE}),
    ],
)
def test_add_ons_and_their_bases(add_on, accepted):
    assert edits.bases()[add_on] == accepted
    assert edits.add_on(add_on)
    assert not any(edits.add_on(code) for code in accepted)


@pytest.mark.parametrize(
    ("one", "two", "indicator"),
    [
        ("44120", "44125", 0),
        ("44125", "44121", 0),
        ("44120", "44130", 0),
        ("44120", "44202", 0),
        ("44120", "44203", 0),
        ("44202", "44121", 0),
        ("44203", "44121", 0),
        ("44126", "44121", 0),
        ("44127", "44121", 0),
        ("44128", "44121", 0),
        ("44126", "44120", 0),
        ("44120", "44005", 0),
        ("44120", "44180", 0),
        ("44120", "49000", 0),
        ("44120", "44850", 0),
        ("44120", "49255", 0),
        ("44120", "49002", 1),
        ("44120", "49320", 1),
        ("44121", "49320", 1),
        ("44120", "44602", 1),
        ("44120", "44603", 1),
        ("44120", "44020", 1),
        ("44125", "44310", 1),
        ("44160", "44120", 1),
        ("44205", "44202", 1),
        ("44625", "44120", 1),
        ("44227", "44120", 1),
        ("44227", "44202", 1),
        ("44640", "44120", 1),
        ("44650", "44120", 1),
        ("44660", "44120", 1),
        ("44661", "44120", 1),
        ("44140", "44130", 1),
        ("44202", "49320", 0),
        ("44140", "44620", 0),
    ],
)
def test_pairs_column_one_first(one, two, indicator):
    assert edits.pair(one, two) == edits.pair(two, one) == (one, two, indicator)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("44120", "44121"),
        ("44202", "44203"),
        ("44160", "44121"),
        ("44120", "44310"),
        ("44120", "44615"),
        ("44121", "44615"),
        ("44202", "44615"),
        ("44120", "44800"),
        ("44120", "44140"),
        ("44120", "44015"),
        ("44120", "44204"),
        ("44202", "44850"),
        ("44120", "44050"),
        ("44120", "44055"),
        ("44120", "44700"),
    ],
)
def test_no_active_pair(one, two):
    assert edits.pair(one, two) is None


def test_a_code_stands_in_one_order_only():
    assert not any((two, one) in edits.pairs() for one, two in edits.pairs())


# Scrubbing


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        ("44120; 44121", []),
        ("44120; 44121 x2", []),
        ("44120; 44310-51", []),
        ("44120 x2", [("units", ("44120",), True)]),
        ("44120; 44120", [("units", ("44120",), True)]),  # splitting lines does not help
        ("44120; 44121-59; 44121-76 x2", [("units", ("44121",), True)]),
        ("44120; 44121 x3", [("units", ("44121",), True)]),
        ("44121", [("add-on-without-base", ("44121",), True)]),
        ("44160; 44121", [("add-on-without-base", ("44121",), True)]),
        ("44015", [("add-on-without-base", ("44015",), True)]),
        ("44015; 44121; 44120", []),
        ("44120; 44005", [("pair", ("44120", "44005"), True)]),
        ("44005; 44120", [("pair", ("44120", "44005"), True)]),
        ("44120; 44005-59", [("pair", ("44120", "44005"), True)]),  # indicator 0: no modifier opens it
        ("44160; 44120", [("pair", ("44160", "44120"), True)]),
        ("44160; 44120-59", [("pair", ("44160", "44120"), False)]),
        ("44160-59; 44120", [("pair", ("44160", "44120"), False)]),
        ("44160; 44120-22", [("pair", ("44160", "44120"), True)]),
        ("44160; 44120-76", [("pair", ("44160", "44120"), True)]),
        ("44160; 44120-77-51", [("pair", ("44160", "44120"), True)]),
        ("99213", [("unknown-code", ("99213",), False)]),
        ("44120; 44121-51", [("modifier", ("44121",), False)]),
    ],
)
def test_a_claim_against_the_tables(claim, found):
    assert scrub(claim) == found


@pytest.mark.parametrize("mark", ["59", "XE", "XP", "XS", "XU", "58", "78", "79"])
def test_the_modifiers_that_open_a_pair_of_indicator_1(mark):
    assert scrub(f"44160; 44120-{mark}") == [("pair", ("44160", "44120"), False)]


@pytest.mark.parametrize(
    ("claim", "words"), [("44120 x2", "absolute (MAI 2)"), ("44120; 44121 x3", "appeal with the report")]
)
def test_a_limit_says_which_kind_it_is(claim, words):
    (edit,) = edits.scrub(read(claim).claim)
    assert words in edit.says


def test_an_add_on_says_which_bases_there_are():
    (edit,) = edits.scrub(read("44160; 44121").claim)
    assert "only on 44120" in edit.says


def test_what_the_tables_do_not_hold_is_said_and_stops_nothing():
    found = edits.scrub(read("44202; 44345; 49327").claim)
    assert {(e.kind, *e.codes): e.blocks for e in found if "held" in e.says} == {
        ("unknown-code", "44345"): False
    }
    (alone,) = (e for e in edits.scrub(read("44120; 49327").claim) if e.kind == "add-on-without-base")
    assert not alone.blocks
    assert "others that are not held here" in alone.says


def test_claims_data_are_named_only_where_the_table_names_them():
    ((_, one), (_, two)) = (
        (e.kind, e.says) for e in edits.scrub(read("44121 x3; 44310 x3; 44120").claim) if e.kind == "units"
    )
    assert "rests on claims data" in one
    assert "claims data" not in two


def test_an_empty_claim_has_no_edits():
    assert edits.scrub(()) == ()


# An own reading of the tables


def table(name):
    with open(DATA / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PAIRS = {
    (r["column_1"], r["column_2"]): r["modifier_indicator"] for r in table("ptp") if r["status"] == "active"
}
LIMITS = {r["code"]: int(r["mue_practitioner"]) for r in table("mue")}
BASES = [(r["add_on_code"], r["primary_code"]) for r in table("aoc")]
OPEN = {r["add_on_code"] for r in table("aoc") if r["aoc_type"] == "3"}  # CMS names some bases alone


def blocked(claim):
    """The codes that the tables would deny, said again in another way."""
    found = set()
    for line in claim:
        on = {base for add_on, base in BASES if add_on == line.code}
        if (
            on
            and "CCCCC" not in on
            and line.code not in OPEN
            and not any(other.code in on for other in claim)
        ):
            found.add(("add-on-without-base", line.code))
        if "CCCCC" in on and all(any(a == other.code for a, _ in BASES) for other in claim):
            found.add(("add-on-without-base", line.code))
        if sum(other.units for other in claim if other.code == line.code) > LIMITS.get(line.code, 10**9):
            found.add(("units", line.code))
        for other in claim:
            indicator = PAIRS.get((line.code, other.code))
            opened = any(
                {"59", "XE", "XP", "XS", "XU", "58", "78", "79"} & {*same.modifiers}
                for same in claim
                if same.code in (line.code, other.code)
            )
            if indicator == "0" or (indicator == "1" and not opened):
                found.add(("pair", line.code, other.code))
    return found


def check(claim):
    assert {(e.kind, *e.codes) for e in edits.scrub(claim) if e.blocks} == blocked(claim)


@given(claims())
def test_scrubbing_agrees_with_another_reading_of_the_tables(claim):
    check(claim)
    for edit in edits.scrub(claim):
        fits(EDIT, edit.as_dict())
        assert edit.authority in AUTHORITIES


def test_scrubbing_agrees_on_thousands_of_claims_of_the_family():
    rng = random.Random(7)
    family = sorted(edits.family())
    for _ in range(3_000):
        marks = [(), (), ("59",), ("22",), ("78", "51")]
        check(
            tuple(
                Line(rng.choice(family), rng.randint(1, 4), rng.choice(marks))
                for _ in range(rng.randint(1, 6))
            )
        )


@given(claims())
def test_the_order_of_lines_does_not_matter(claim):
    def told(lines):
        return {(e.kind, frozenset(e.codes), e.blocks) for e in edits.scrub(lines)}

    assert told(claim) == told(tuple(reversed(claim)))


@given(claims())
def test_a_code_on_the_claim_twice_is_one_code(claim):
    assert {e.kind for e in edits.scrub(claim)} <= {e.kind for e in edits.scrub((*claim, *claim))}
