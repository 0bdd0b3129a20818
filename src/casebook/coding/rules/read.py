"""Read rules: each answers one question about the operation."""

from __future__ import annotations

from typing import Any

from casebook.coding.bowel import Place
from casebook.coding.operation import ASSISTED
from casebook.coding.rulebook import Derivation
from casebook.errors import OutOfScope

from .entering import CONFIRMED, CONTESTED, DERIVED, RECALLED, SECONDARY, cited, read


@read(
    "approach",
    answers="D6 D7",
    sure=CONFIRMED,
    sources="cms-ptp-2024q3 ncci-manual-2025:I.M,VI.F.4",
    says=(
        "The approach picks the family: 44120 and 44121 when open, 44202 and 44203 when laparoscopic, never"
        " mixed."
    ),
)
def approach(d: Derivation) -> str:
    if d.op.approach in ASSISTED:
        return str(d.ask(ASSISTED[d.op.approach]))
    return "laparoscopic" if d.op.approach == "laparoscopic" else "open"


cited(
    "conversion",
    answers="D7",
    sure=DERIVED,
    sources="ncci-manual-2025:I.M,VI.F.4 cms-ptp-2024q3 kzanow-converted aapc-converted",
    says="An operation that turned from laparoscopic to open is reported as open, all of it.",
)


@read(
    "assisted",
    answers="D6",
    sure=SECONDARY,
    sources="acs-bulletin-2019-07 codingahead-44205",
    says=(
        "An operation is laparoscopic when most of it was done inside: looking, freeing, the vessels. A port"
        " wound enlarged, or a small cut, that lets the bowel out to be cut or joined there does not change"
        " that. The sources write of the colon; for small bowel it is carried over."
    ),
)
def assisted(d: Derivation) -> str:
    return "laparoscopic"


@read(
    "robot-or-hand",
    answers="D8",
    sure=RECALLED,
    sources="professional-practice",
    says="Robotic and hand-assisted operations take the laparoscopic codes.",
)
def robot_or_hand(d: Derivation) -> str:
    return "laparoscopic"


cited(
    "unlisted",
    answers="D6 D9",
    sure=DERIVED,
    sources="ncci-manual-2025:I.K.5,I.T",
    says="A laparoscopic act that has no code of its own is the unlisted 44238, once for the operation.",
)


@read(
    "part",
    answers="D1 D9 D10 D12 D18 D19 D20",
    sure=DERIVED,
    sources="ncci-manual-2025:I.K",
    says=(
        "Every place where bowel is missing plays one part: joined, brought out, left loose, ileocolic,"
        " colon, atresia, an inadvertent injury by the surgeon, or part of a closure."
    ),
)
def part(d: Derivation, place: Place) -> str:
    op = d.op
    reasons = op.reasons(place)
    closed = any(place.near(s.start) for s in op.did("close_stoma"))
    fistula = "fistula" in reasons and bool(op.did("close_fistula"))
    if closed or fistula:
        if not place.joined:
            raise OutOfScope(
                "a stoma or fistula closed where the bowel was then left open or brought out is not decided"
                " here"
            )
        return "stoma closure" if closed else "fistula closure"
    if place.start == place.end or (op.trimmed_only(place) and place.brought_out):
        return "stoma only"
    if op.trimmed_only(place):
        return "stapled ends joined" if place.joined else "as it was left"
    across = place.start < op.valve < place.end
    colon = place.start >= op.valve
    if place.joined and op.own_injury(place):
        return "own piece"
    if place.open and (across or colon):
        raise OutOfScope("colon or ileocolic bowel left stapled inside is not decided here")
    if across and place.brought_out:
        raise OutOfScope("an ileocolic piece removed with its end brought out is not decided here")
    if across:
        return "ileocolic"
    if place.brought_out:
        return "colon, brought out" if colon else "brought out"
    if colon:
        return "colon"
    if place.open:
        return "loose"
    return "atresia" if "atresia" in reasons else "joined"


@read(
    "count-joins",
    answers="D1 D2 D3 D5",
    sure=SECONDARY,
    sources=(
        "cpt-book ncci-manual-2025:I.R,VI.A ncci-manual-2021-ch6:VI.A aapc-enterectomy aapc-enterectomy-101"
    ),
    says=(
        "Count the joins that stand when the abdomen is closed: a place counts once however many pieces,"
        " lesions or centimeters came out of it."
    ),
)
def count_joins(d: Derivation, place: Place) -> int:
    return 1


cited(
    "one-place",
    answers="D1",
    sure=SECONDARY,
    sources="ncci-manual-2025:I.R aapc-enterectomy aapc-enterectomy-101",
    says="Several pieces or lesions taken from one place before its one join are one resection.",
)


@read(
    "redone-join",
    answers="D4",
    sure=CONTESTED,
    sources="ncci-manual-2025:I.C.14,I.R",
    says="A join that was cut out for its own sake and made again in the same operation counts once.",
)
def redone_join(d: Derivation, place: Place) -> int:
    return 0


@read(
    "further-units",
    answers="D5",
    sure=DERIVED,
    sources="cpt-book cms-mue-2024-07 ncci-manual-2025:I.E",
    says=(
        "The first counted join is the base code; each one after it is one unit of the add-on. Your own CPT"
        " book settles it: look up the add-on there."
    ),
)
def further_units(d: Derivation, joins: int) -> int:
    return joins - 1


@read(
    "duodenum",
    answers="D17",
    sure=RECALLED,
    sources="professional-practice",
    says="A piece of the third or fourth part of the duodenum removed and joined is counted as small bowel.",
)
def duodenum(d: Derivation, place: Place) -> bool:
    return place.start < 0


cited(
    "not-atresia",
    answers="D18",
    sure=RECALLED,
    sources="professional-practice",
    says=(
        "A newborn's bowel removed for enterocolitis, infarction or perforation is not atresia and takes"
        " 44120 and 44121."
    ),
)


@read(
    "settle",
    answers="D3",
    sure=SECONDARY,
    sources="query-briefs ncci-manual-2025:I.K",
    says="Readings with one claim are billed; readings with different claims send a question to the surgeon.",
)
def settle(claims: list[frozenset[Any]], values: list[float]) -> int | None:
    """The reading to bill, or None for a query."""
    return 0 if len(set(claims)) == 1 else None
