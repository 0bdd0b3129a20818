"""Inside rules: each strikes a service that is part of another."""

from __future__ import annotations

from collections.abc import Iterable

from casebook.coding.rulebook import Derivation, Service, named
from casebook.errors import OutOfScope

from .entering import CONFIRMED, CONTESTED, DERIVED, RECALLED, SECONDARY, cited, inside

Struck = Iterable[Service]


def _larger(services: list[Service]) -> bool:
    return any(s.rank != "minor" for s in services)


ANYTHING, LARGER = "any other service", "any service that is not small"
MORE_THAN_LOOKING = "any other service than a look"


def strike(
    id: str,
    *,
    answers: str,
    sure: str,
    sources: str,
    says: str,
    what: tuple[str, ...],
    beside: str | tuple[str, ...] = "",
    only_open: bool = False,
) -> None:
    """Enter an inside rule that strikes what is so named: always, or where something else stands beside."""

    @inside(id, answers=answers, sure=sure, sources=sources, says=says)
    def struck(d: Derivation, services: list[Service]) -> Struck:
        mine = [] if only_open and d.ask("approach") != "open" else named(services, *what)
        if beside == ANYTHING:
            return mine if len(services) > len(mine) else []
        if beside == MORE_THAN_LOOKING:
            looks = named(services, "laparotomy", "laparoscopy")
            return mine if len(services) > len(mine) + len(looks) else []
        if beside == LARGER:
            return mine if _larger(services) else []
        return mine if not beside or named(services, *beside) else []


strike(
    "own-injury",
    answers="D16",
    sure=CONFIRMED,
    sources="ncci-manual-2025:VI.E.10",
    says="A hole the surgeon made by accident and mended in the same operation is not reported.",
    what=("own injury",),
)
strike(
    "own-piece",
    answers="D16",
    sure=DERIVED,
    sources="ncci-manual-2025:VI.E.10,I.R",
    says=(
        "Sound bowel that had to be removed because the surgeon injured it is not counted: repairing an"
        " inadvertent injury of one's own is part of the operation."
    ),
    what=("own piece",),
)
strike(
    "far-opening",
    answers="D19",
    sure=SECONDARY,
    sources="ncci-manual-2025:VI.H.12 acs-bulletin-2019-11",
    says=(
        "The far opening of a fistula, sewn when the tract went with the removed piece or was closed by a"
        " code of its own, is part of that."
    ),
    what=("far opening",),
)
strike(
    "part-of-join",
    answers="D13 D16",
    sure=DERIVED,
    sources="ncci-manual-2025:I.E",
    says=(
        "A stricture widened, an opening or a hole within 5 cm of a join (this book's own measure), or inside"
        " bowel later removed, is part of that join or piece."
    ),
    what=(
        "part: stricturoplasty",
        "part: enterotomy",
        "part: repair",
    ),
)
strike(
    "pouch-in-piece",
    answers="D14",
    sure=RECALLED,
    sources="professional-practice",
    says="A Meckel's pouch inside the removed piece is part of the resection.",
    what=("part: diverticulectomy",),
)
strike(
    "removed-to-close",
    answers="D19 D20",
    sure=CONFIRMED,
    sources="ncci-manual-2025:VI.E.12,VI.H.7",
    says="The piece removed to close a stoma or a fistula is inside the closure code: one site, one code.",
    what=("removed to close",),
)


@inside(
    "laparoscopic-start",
    answers="D7",
    sure=CONFIRMED,
    sources="ncci-manual-2025:I.M,VI.F.4 kzanow-converted aapc-converted",
    says="The laparoscopic beginning of an operation that was converted is not reported.",
)
def laparoscopic_start(d: Derivation, services: list[Service]) -> Struck:
    return _looked(services) if d.op.approach == "converted" else []


@inside(
    "look-through-scope",
    answers="D21",
    sure=CONFIRMED,
    sources="ncci-manual-2025:VI.F.1,VI.F.2",
    says=(
        "A look through the laparoscope is part of the operation that follows it, by scope or open; only one"
        " whose findings led to an open operation is reported."
    ),
)
def look_through_scope(d: Derivation, services: list[Service]) -> Struck:
    return _looked(services) if d.op.approach != "converted" and not look_decided(d) else []


def _looked(services: list[Service]) -> list[Service]:
    """The look, where anything was done besides."""
    return named(services, "laparoscopy") if len(services) > 1 else []


def look_decided(d: Derivation) -> bool:
    """Whether a look through the laparoscope led to an operation begun open; before a conversion it is only
    the beginning."""
    return (
        any(s.decided for s in d.op.did("explore"))
        and d.op.approach != "converted"
        and d.ask("approach") == "open"
    )


strike(
    "exploration",
    answers="D3 D21",
    sure=CONFIRMED,
    sources="ncci-manual-2025:VI.E.1 cms-ptp-2024q3",
    says=(
        "Looking through the abdomen is part of any other operation in it, but for a look by scope whose"
        " findings led to an open one."
    ),
    what=("laparotomy",),
    beside=ANYTHING,
)
strike(
    "adhesions",
    answers="D21",
    sure=CONFIRMED,
    sources="ncci-manual-2025:I.E,VI.E.9,VI.F.5 cms-ptp-2024q3 aapc-enterolysis",
    says=(
        "Freeing adhesions is part of any other operation in the abdomen, however long it took; far beyond"
        " the usual, and described, it is 22 on the main code."
    ),
    what=("freeing",),
    beside=MORE_THAN_LOOKING,
)
strike(
    "mesentery",
    answers="D21",
    sure=DERIVED,
    sources="cms-ptp-2024q3 ncci-manual-2025",
    says="Closing a gap in the mesentery is part of the operation on bowel in which it is closed.",
    what=("mesentery",),
    beside=LARGER,
)
strike(
    "omentum",
    answers="D21",
    sure=DERIVED,
    sources="cms-ptp-2024q3 ncci-manual-2025",
    says="Removing omentum along the way is part of the operation.",
    what=("omentum",),
    beside=ANYTHING,
)


@inside(
    "appendix",
    answers="D21",
    sure=CONFIRMED,
    sources="ncci-manual-2025:VI.E.3 cms-ptp-2024q3",
    says="A healthy appendix removed on the way is not reported beside another operation on the bowel.",
)
def appendix(d: Derivation, services: list[Service]) -> Struck:
    if named(services, "appendix", "diseased appendix") and not _larger(services):
        raise OutOfScope("an appendectomy with nothing larger beside it is outside this casebook")
    return named(services, "appendix")


@inside(
    "appendix-with-cecum",
    answers="D21",
    sure=SECONDARY,
    sources="cms-ptp-2024q3 aapc-appendix-needed",
    says=(
        "An appendix that went with the cecum it hangs on is part of that piece: beside 44160 and 44205"
        " neither 44955 nor 44970 is ever paid."
    ),
)
def appendix_with_cecum(d: Derivation, services: list[Service]) -> Struck:
    gone = any(p.start < d.op.valve + CECUM and p.end > d.op.valve for p in d.op.bowel.places)
    return named(services, "diseased appendix") if gone or named(services, "ileocolic") else []


CECUM = 6.0  # cm of colon past the valve on which the appendix hangs; this book's own measure


@inside(
    "hernia-at-the-wound",
    answers="D21",
    sure=DERIVED,
    sources="ncci-manual-2025:VI.E.4 aapc-hernia codingahead-49553",
    says=(
        "A hernia mended in the wound through which the operation was done is not reported to Medicare,"
        " whatever its code (such as 49591 to 49596). Where the bowel removed was strangulated in it, the CPT"
        " book is read as letting both stand, so another payer may take both."
    ),
)
def hernia_at_the_wound(d: Derivation, services: list[Service]) -> Struck:
    mine = named(services, "hernia")
    if mine and not _larger(services):
        raise OutOfScope("a hernia repair with nothing larger beside it is outside this casebook")
    return mine


@inside(
    "letting-out",
    answers="D21",
    sure=DERIVED,
    sources="ncci-manual-2025:I.K cms-ptp-2024q3",
    says="Bowel opened to let out what distends it is part of anything larger done on the bowel.",
)
def letting_out(d: Derivation, services: list[Service]) -> Struck:
    return named(services, "decompression") if _others(services, "decompression") else []


@inside(
    "untwisted-on-the-way",
    answers="D21",
    sure=DERIVED,
    sources="ncci-manual-2025:I.K cms-ptp-2024q3",
    says=(
        "A loop untwisted or drawn out of a gap before bowel was removed is part of the resection, though the"
        " tables do not bar 44050 beside 44120: that is no permission to bill both."
    ),
)
def untwisted_on_the_way(d: Derivation, services: list[Service]) -> Struck:
    mine = named(services, "untwisting")
    others = _others(services, "untwisting")
    if mine and others and not any(s.rank == "resection" for s in others):
        raise OutOfScope("whether untwisting bowel is apart from another repair of it is not decided here")
    return mine if others else []


def _others(services: list[Service], *mine: str) -> list[Service]:
    """The services that are neither small, nor these, nor an add-on to whatever stands."""
    return [s for s in services if s.rank != "minor" and s.what not in (*mine, "feeding catheter")]


strike(
    "reopening",
    answers="D10",
    sure=DERIVED,
    sources="cms-ptp-2024q3",
    says="Opening a recent laparotomy again is part of whatever is then done; alone it is 49002.",
    what=("reopened",),
    beside=LARGER,
)
strike(
    "bypass-beside-resection",
    answers="D10 D15",
    sure=CONFIRMED,
    sources="cms-ptp-2024q3",
    says="A join without resection is never paid beside an open small-bowel resection, 44120 or 44125.",
    what=("bypass",),
    beside=("first", "further", "removed, stoma"),
    only_open=True,
)
strike(
    "atresia-alone",
    answers="D18",
    sure=CONFIRMED,
    sources="cms-ptp-2024q3",
    says="The atresia codes shut out 44120 and 44121 the same day: they are never paid together.",
    what=(
        "first",
        "further",
    ),
    beside=("atresia", "atresia, tapered"),
)


@inside(
    "loose-beside-stoma",
    answers="D9 D10",
    sure=CONTESTED,
    sources="cms-ptp-2024q3",
    says="A segment left loose cannot be billed beside 44125, which shuts out 44120 and 44121.",
)
def loose_beside_stoma(d: Derivation, services: list[Service]) -> Struck:
    loose = [s for s in services if "52" in s.modifiers]
    return loose if named(services, "removed, stoma") else []


@inside(
    "one-colon-resection",
    answers="D12",
    sure=CONFIRMED,
    sources="cms-ptp-2024q3",
    says=(
        "A piece of colon joined above the rectum without a stoma, 44140, is never paid beside the ileocolic"
        " one: 44160 shuts it out. By scope it is the other way round: 44205 is shut out by 44204, and by"
        " 44206, whose end was brought out."
    ),
)
def one_colon_resection(d: Derivation, services: list[Service]) -> Struck:
    if d.ask("approach") == "open":  # 44160 is column one over 44140, but 44204 and 44206 over 44205
        return named(services, "colon") if named(services, "ileocolic") else []
    return named(services, "ileocolic") if named(services, "colon", "colon, end stoma") else []


@inside(
    "closure-beside-colon",
    answers="D12 D20",
    sure=CONFIRMED,
    sources="cms-ptp-2024q3",
    says="A plain stoma closure, 44620, is never paid beside 44140, an open colon resection that was joined.",
)
def closure_beside_colon(d: Derivation, services: list[Service]) -> Struck:
    return named(services, "stoma closed") if any(s.code == "44140" for s in services) else []


strike(
    "stoma-in-colon-code",
    answers="D9",
    sure=CONFIRMED,
    sources="cms-ptp-2024q3",
    says="A colostomy made with a colon resection that names one is inside that code.",
    what=("colostomy",),
    beside=("colon, stoma above", "colon, end stoma", "colon hole, stoma"),
)


REVISED = ("colostomy revised", "colostomy rebuilt", "colostomy rebuilt, hernia")
strike(
    "closure-beside-colostomy",
    answers="D20",
    sure=DERIVED,
    sources="ncci-manual-2025:VI.H.11",
    says=(
        "A stoma closed in the operation in which a colostomy is made or revised is not reported: the manual"
        " says that the two exclude each other, so also where the tables do not bar the two, or pay both with"
        " a modifier."
    ),
    what=("stoma closed", "stoma closed with resection"),
    beside=("colostomy", "colon, stoma above", "colon, end stoma", "colon hole, stoma", *REVISED),
)


# Reasons for what people bill besides, and what no step of the vocabulary says

cited(
    "abscess-on-the-way",
    kind="inside",
    answers="D21",
    sure=SECONDARY,
    sources="ncci-manual-2025:VI.H.14 acs-bulletin-2019-11",
    says=(
        "An abscess opened on the way to the bowel is part of the operation on it, and 49020 is not reported."
    ),
)
cited(
    "join-looked-at",
    kind="inside",
    answers="D21",
    sure=SECONDARY,
    sources="acs-bulletin-2019-11",
    says="A scope passed to look at the join or the bowel during the operation is part of it.",
)
