"""Inside rules: each strikes a service that is part of another."""

from __future__ import annotations

from collections.abc import Iterable

from casebook.coding.rulebook import Derivation, Service, named
from casebook.errors import OutOfScope

from .entering import CONFIRMED, CONTESTED, DERIVED, RECALLED, SECONDARY, inside

Struck = Iterable[Service]


def _larger(services: list[Service]) -> bool:
    return any(s.rank != "minor" for s in services)


ANYTHING, LARGER = "any other service", "any service that is not small"


def strike(
    id: str,
    *,
    answers: str,
    sure: str,
    sources: str,
    says: str,
    what: tuple[str, ...],
    beside: str | tuple[str, ...] = "",
) -> None:
    """Enter an inside rule that strikes what is so named: always, or where something else stands beside it.
    Enter an inside rule that strikes what is so named: always, or where something else stands beside it."""

    @inside(id, answers=answers, sure=sure, sources=sources, says=says)
    def struck(d: Derivation, services: list[Service]) -> Struck:
        mine = named(services, *what)
        if beside == ANYTHING:
            return mine if len(services) > len(mine) else []
        if beside == LARGER:
            return mine if _larger(services) else []
        return mine if not beside or named(services, *beside) else []


strike(
    "own-injury",
    answers="D16",
    sure=CONFIRMED,
    sources="ncci-manual-2025",
    says="A hole the surgeon made by accident and mended in the same operation is not reported.",
    what=("own injury",),
)
strike(
    "own-piece",
    answers="D16",
    sure=DERIVED,
    sources="ncci-manual-2025",
    says=(
        "Sound bowel that had to be removed because the surgeon injured it is not counted: mending one's own"
        " slip is part of the operation."
    ),
    what=("own piece",),
)
strike(
    "part-of-join",
    answers="D13 D16",
    sure=DERIVED,
    sources="ncci-manual-2025",
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
    sources="ncci-manual-2025",
    says="The piece removed to close a stoma or a fistula is inside the closure code: one site, one code.",
    what=("removed to close",),
)


@inside(
    "laparoscopic-start",
    answers="D7 D21",
    sure=CONFIRMED,
    sources="ncci-manual-2025 kzanow-converted aapc-converted",
    says=(
        "The laparoscopic beginning of an operation that was converted is not reported; nor is a first look"
        " through the laparoscope."
    ),
)
def laparoscopic_start(d: Derivation, services: list[Service]) -> Struck:
    beside = len(services) > 1 or _larger(services)
    return named(services, "laparoscopy") if beside and not look_decided(d) else []


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
    sources="ncci-manual-2025 cms-ptp-2024q3",
    says="Looking through the abdomen is part of any other operation in it.",
    what=("laparotomy",),
    beside=ANYTHING,
)
strike(
    "adhesions",
    answers="D21",
    sure=CONFIRMED,
    sources="ncci-manual-2025 cms-ptp-2024q3 aapc-enterolysis",
    says=(
        "Freeing adhesions is part of any other operation in the abdomen, however long it took; far beyond"
        " the usual, and described, it is 22 on the main code."
    ),
    what=("freeing",),
    beside=ANYTHING,
)
strike(
    "mesentery",
    answers="D21",
    sure=CONFIRMED,
    sources="cms-ptp-2024q3 ncci-manual-2025",
    says="Closing the mesentery is part of the operation on the bowel it belongs to.",
    what=("mesentery",),
    beside=LARGER,
)
strike(
    "omentum",
    answers="D21",
    sure=CONFIRMED,
    sources="cms-ptp-2024q3 ncci-manual-2025",
    says="Removing omentum along the way is part of the operation.",
    what=("omentum",),
    beside=ANYTHING,
)


@inside(
    "appendix",
    answers="D21",
    sure=SECONDARY,
    sources="ncci-manual-2025 cms-ptp-2024q3",
    says="An appendix removed on the way is not reported beside another operation on the bowel.",
)
def appendix(d: Derivation, services: list[Service]) -> Struck:
    mine = named(services, "appendix")
    if mine and len(services) == len(mine):
        raise OutOfScope("an appendectomy alone is outside this casebook")
    return mine


strike(
    "reopening",
    answers="D10",
    sure=CONFIRMED,
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
    says="A join without resection is never paid beside a small-bowel resection.",
    what=("bypass",),
    beside=("first", "further", "removed, stoma"),
)
strike(
    "atresia-alone",
    answers="D18",
    sure=CONFIRMED,
    sources="cms-ptp-2024q3",
    says="The atresia codes shut out 44120 and 44121 the same day.",
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
    says="A colon resection is never paid beside the ileocolic resection.",
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
    says="A plain stoma closure is never paid beside an open colon resection that was joined.",
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
