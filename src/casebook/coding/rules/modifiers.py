"""Modifier rules: one modifier each, on lines in the order of the claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from casebook.coding import edits
from casebook.coding.operation import Operation
from casebook.coding.rulebook import Derivation, Service, main_lines, marked

from .entering import CONFIRMED, SECONDARY, modifier
from .inside import look_decided

ASSISTING = ("assistant", "assistant-nonphysician")  # whom the rules of global surgery do not bind
GLOBAL_DAYS = 90  # of every major operation here; after that no modifier ties a session to the earlier one


def able_22(code: str) -> bool:
    """Whether a code that is no add-on may take 22: one with a usual amount of work and of follow-up."""
    return code not in edits.values() or edits.values()[code].global_days in ("000", "010", "090")


@modifier(
    "22",
    answers="D1 D4 D7",
    sure=SECONDARY,
    sources="ncci-manual-2025:I.E contractor-22-copy triple-s-22",
    says="Work far beyond the usual, and described, is 22 on the resection code, never on an add-on.",
)
def mark_22(d: Derivation, lines: list[Service]) -> list[Service]:
    if not d.op.unusual_work:
        return lines
    able = [i for i in main_lines(lines) if able_22(lines[i].code)]
    resections = [i for i in able if lines[i].rank == "resection"]
    return marked(lines, (resections or able)[:1], "22", "22")


def tied(op: Operation) -> str | None:
    """How a claim is tied to an earlier operation: "staged", "complication", "unrelated", or not at all."""
    return op.follows if op.days <= GLOBAL_DAYS and op.surgeon not in ASSISTING else None


def _session(follows: str, modifier: str) -> Callable[[Derivation, list[Service]], list[Service]]:
    def mark(d: Derivation, lines: list[Service]) -> list[Service]:
        return marked(lines, main_lines(lines), modifier, modifier) if tied(d.op) == follows else lines

    return mark


modifier(
    "58",
    answers="D10 D11",
    sure=CONFIRMED,
    sources="ncci-manual-2025:I.E cms-addon-page",
    says=(
        "A later operation that was planned or staged is 58 on its own base codes; an add-on never reaches"
        " back to an earlier day."
    ),
)(_session("staged", "58"))
modifier(
    "78",
    answers="D10 D11",
    sure=SECONDARY,
    sources="ncci-manual-2025:I.C.14,I.E regence-78 ngs-global",
    says="An unplanned return to the operating room for a complication is 78 on the base codes.",
)(_session("complication", "78"))
modifier(
    "79",
    answers="D11",
    sure=SECONDARY,
    sources="ncci-manual-2025:I.E practicons-58-78-79",
    says="A later operation that has nothing to do with the earlier one is 79 on the base codes.",
)(_session("unrelated", "79"))


@modifier(
    "same-day",
    answers="D11",
    sure=SECONDARY,
    sources="cms-mue-2024-07 cms-mue-day",
    says=(
        "A return on the day of the first operation shares its unit limits: a day's units are added up. Where"
        " both bill a code with an absolute limit of one, such as 44120, one claim for both loses both; of"
        " two claims the one filed later is denied. No modifier changes that."
    ),
)
def mark_same_day(d: Derivation, lines: list[Service]) -> list[Service]:
    if not d.op.follows or d.op.days > 0:
        return lines
    return [replace(s, because=(*s.because, "same-day")) if _once_a_day(s) else s for s in lines]


def _once_a_day(s: Service) -> bool:
    limit = edits.limits().get(s.code)
    return s.rank == "resection" and limit is not None and (limit.units, limit.kind) == (1, 2)


@modifier(
    "58-after-look",
    answers="D21",
    sure=CONFIRMED,
    sources="ncci-manual-2025:VI.F.2",
    says=(
        "When what the scope showed led to the open operation, the look is reported and 58 goes on the open"
        " code."
    ),
)
def mark_58_after_look(d: Derivation, lines: list[Service]) -> list[Service]:
    if len(lines) < 2 or not look_decided(d):
        return lines
    return marked(
        lines, [i for i in main_lines(lines) if lines[i].what != "laparoscopy"], "58", "58-after-look"
    )


@modifier(
    "59",
    answers="D12 D16 D20",
    sure=CONFIRMED,
    sources="cms-ptp-2024q3 ncci-manual-2025:I.E cms-mln-59 cms-cr-11168",
    says=(
        "Where the tables pay two codes together only for separate work and the second service was at a"
        " truly separate site, 59 or XS goes on the code that the tables name second, whichever line it is."
        " Medicare takes it on the first as well since 2019-07-01 (CMS change request 11168, as reported:"
        " secondary)."
    ),
)
def mark_59(d: Derivation, lines: list[Service]) -> list[Service]:
    second = set()
    for i, one in enumerate(lines):
        for two in lines[i + 1 :]:
            found = edits.pair(one.code, two.code)
            if found and found[2] == 1 and not edits.add_on(found[1]):
                looked = {one.what, two.what} & {"laparoscopy"} and any(
                    "58" in s.modifiers for s in (one, two)
                )
                if not looked:
                    second.add(found[1])
    return marked(lines, [i for i, s in enumerate(lines) if s.code in second], "59", "59")


@modifier(
    "51",
    answers="D2 D9 D13",
    sure=SECONDARY,
    sources=(
        "cpt-add-ons cms-pfs-layout-2025 cms-pfs-2026-07 claims-manual-12-copies novitas-51 aapc-51"
        " bcbsnc-add-on"
    ),
    says=(
        "A further procedure of the same operation, any but the highest-valued one, may carry 51, whichever"
        " was done first. Payers differ: some want it, some Medicare contractors ask to leave it off. An"
        " add-on never takes it, since its fee is not cut."
    ),
)
def mark_51(d: Derivation, lines: list[Service]) -> list[Service]:
    return marked(lines, main_lines(lines)[1:], "51", "51")


def _role(surgeon: str, modifier: str) -> Callable[[Derivation, list[Service]], list[Service]]:
    def mark(d: Derivation, lines: list[Service]) -> list[Service]:
        return marked(lines, range(len(lines)), modifier, modifier) if d.op.surgeon == surgeon else lines

    return mark


modifier(
    "80",
    answers="D22",
    sure=CONFIRMED,
    sources="fcso-assistant cms-pfs-2026-07 palmetto-79",
    says=(
        "A physician who assists marks every line 80, and puts no 58, 78 or 79 beside it: the days of an"
        " earlier operation bind its surgeon (secondary for 79, derived for the others)."
    ),
)(_role("assistant", "80"))
modifier(
    "AS",
    answers="D22",
    sure=CONFIRMED,
    sources="fcso-assistant cms-pfs-2026-07 palmetto-79",
    says=(
        "A physician assistant, nurse practitioner or clinical nurse specialist who assists marks every"
        " line AS, and puts no 58, 78 or 79 beside it (secondary for 79, derived for the others)."
    ),
)(_role("assistant-nonphysician", "AS"))
modifier(
    "62",
    answers="D22",
    sure=CONFIRMED,
    sources="cms-pfs-2026-07 cms-pfs-layout-2025 fcso-62 asuris-62",
    says=(
        "Two surgeons who each did a part of one service mark every line that they share 62, with proof that"
        " both were needed. That they be of different specialties is Medicare’s condition."
    ),
)(_role("co-surgeon", "62"))
