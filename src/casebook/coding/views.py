"""What a note supports: the main claim of each reading, the other views that are accepted, or a query.

A view is a rulebook with a rule swapped, like a misconception, but one that somebody credible holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from .authorities import cited_in
from .bowel import Place
from .operation import Operation
from .rulebook import (
    CODES,
    UNLISTED,
    UNLISTED_OPEN,
    Derivation,
    Derived,
    Rulebook,
    Service,
    Swaps,
    marked,
    steps_of,
)
from .rules import RULEBOOK, derive, shut
from .rules.entering import CONTESTED, DERIVED, RECALLED, SECONDARY

Where = Callable[[Operation, Derived], bool]  # whether a view has anything to say of an operation


@dataclass(frozen=True, eq=False)
class View:
    """One accepted dissent: who holds it, how sure, and the rules it swaps."""

    id: str
    says: str
    authorities: tuple[str, ...]
    confidence: str
    decisions: tuple[str, ...]
    swaps: Swaps
    where: Where
    sections: Mapping[str, str]  # authority -> where in it


_VIEWS: list[View] = []


def _view(
    id: str,
    *,
    answers: str,
    sure: str,
    sources: str,
    says: str,
    where: Where | None = None,
    **swaps: Callable[..., Any],
) -> None:
    """Enter a view; it has something to say where the first rule it swaps decided, unless told otherwise."""
    swapped = MappingProxyType({key.lstrip("_").replace("_", "-"): swap for key, swap in swaps.items()})
    authorities, sections = cited_in(sources)
    first = next(iter(swapped))
    says_something = where or (lambda op, main: first in main.because)
    _VIEWS.append(
        View(id, says, authorities, sure, tuple(answers.split()), swapped, says_something, sections)
    )


def _each_redone(d: Derivation, place: Place) -> int:
    return sum(d.op.redone(i) for i in place.cuts)


def _loose_unlisted(d: Derivation) -> Iterable[Service]:
    if d.places("joined", "atresia"):  # something was joined, and its code describes it
        yield from RULEBOOK["loose-ends"].ask(d)
    elif places := d.places("loose"):
        service = d.service("first", "loose-ends", steps=steps_of(places), rank="resection")
        yield replace(service, code=UNLISTED_OPEN if d.ask("approach") == "open" else UNLISTED)


def _loose_once(d: Derivation) -> Iterable[Service]:
    if (places := d.places("loose")) and not d.places("joined", "atresia"):
        service = d.service("first", "loose-ends", steps=steps_of(places), rank="resection")
        yield replace(service, modifiers=frozenset({"52"}))


def _stoma_takes_all(d: Derivation) -> Iterable[Service]:
    places = d.places("brought out")
    if d.ask("approach") != "open":  # there is no such code, and an unlisted one takes no 22
        yield from RULEBOOK["stoma-beside-join"].ask(d)
    elif places and d.places("joined"):
        yield d.service("removed, stoma", "stoma-beside-join", steps=steps_of(places), rank="resection")


def _no_first_join(d: Derivation) -> Iterable[Service]:
    return [] if d.places("brought out") and d.ask("approach") == "open" else RULEBOOK["first-join"].ask(d)


def _stricturoplasty_once(d: Derivation) -> Iterable[Service]:
    return [replace(s, units=1) for s in RULEBOOK["stricturoplasty"].ask(d)]


def _trim_is_resection(d: Derivation, place: Place) -> bool:
    return bool(place.cuts)


def _staged_everywhere(d: Derivation, lines: list[Service]) -> list[Service]:
    usual = RULEBOOK["58"].ask(d, lines)
    return usual if usual is lines else marked(lines, range(len(lines)), "58", "58")


def _return_everywhere(d: Derivation, lines: list[Service]) -> list[Service]:
    usual = RULEBOOK["78"].ask(d, lines)
    return usual if usual is lines else marked(lines, range(len(lines)), "78", "78")


def _hours(d: Derivation, lines: list[Service]) -> list[Service]:
    return RULEBOOK["22"].ask(_Hard(d.op, d.book), lines)  # type: ignore[no-any-return]


class _Hard(Derivation):
    """The same operation, read as one whose work was far beyond the usual."""

    def __init__(self, op: Operation, book: Rulebook) -> None:
        super().__init__(replace(op, unusual_work=True), book)


def _long_freeing(op: Operation, main: Derived) -> bool:
    long = any(s.kind == "extensive" for s in op.did("lyse_adhesions"))
    return long and not op.unusual_work and any(rule == "adhesions" for _, rule, _ in main.not_billed)


def _for_bleeding(d: Derivation) -> Iterable[Service]:
    for s in RULEBOOK["small-things"].ask(d):
        yield replace(s, code=d.code("reopened for bleeding")) if s.what == "reopened" else s


def _reopened_only(op: Operation, main: Derived) -> bool:
    return "78" in main.because and any(line.code == CODES["reopened"][0] for line in main.lines)


def _indicated(d: Derivation) -> list[Place]:
    """The places from which bowel went because of a fistula that led where the operation says."""
    return [p for p in d.op.bowel.places if p.joined and _leads(d.op, p)]


def _leads(op: Operation, place: Place) -> str | None:
    return next((op.steps[i].leads for i in place.cuts if op.steps[i].leads), None)


def _part_of_closure(d: Derivation, place: Place) -> str:
    return "fistula closure" if place in _indicated(d) else str(RULEBOOK["part"].ask(d, place))


def _fistula_as_main_work(d: Derivation) -> Iterable[Service]:
    for place in _indicated(d):
        leads = _leads(d.op, place)
        what = "bowel-bladder with resection" if leads == "bladder" else f"bowel-{leads}"
        yield d.service(what, "fistula-closed", steps=steps_of([place]), rank="resection")


def _led_somewhere(op: Operation, main: Derived) -> bool:
    return any(s.leads for s in op.steps) and not op.did("close_fistula")


def _strangulated(op: Operation, main: Derived) -> bool:
    dead = any(s.reason in ("infarction", "ischemia") for s in op.did("resect"))
    return dead and any(s.code and s.kind == "same-wound" for s in op.did("hernia_repair"))


def _hernia_by_its_code(d: Derivation) -> Iterable[Service]:
    code = next(s.code for s in d.op.did("hernia_repair") if s.code)
    for service in RULEBOOK["small-things"].ask(d):
        yield replace(service, code=code) if service.what == "hernia" else service


def _nothing_struck(d: Derivation, services: list[Service]) -> list[Service]:
    return []


_view(
    "redone-counts",
    answers="D4",
    sure=CONTESTED,
    sources="aapc-enterectomy professional-practice",
    says=(
        "Two removals and two joins were physically done, so some would bill the join that was made again as"
        " a further one. That is said of a join that failed; what repairs an inadvertent injury by the"
        " surgeon is never billed."
    ),
    redone_join=_each_redone,
)
_view(
    "loose-unlisted",
    answers="D10",
    sure=CONTESTED,
    sources="ncci-manual-2025:I.K.5,I.T",
    says=(
        "Nothing was joined, so no resection code describes what was done and the unlisted code is sent with"
        " the report."
    ),
    loose_ends=_loose_unlisted,
)
_view(
    "loose-once",
    answers="D10",
    sure=CONTESTED,
    sources="ncci-manual-2025:I.R",
    says=(
        "An add-on that needs a join cannot be reduced into one without: 44120 with 52 once, and nothing for"
        " further pieces left loose."
    ),
    loose_ends=_loose_once,
)
_view(
    "stoma-takes-all",
    answers="D9",
    sure=CONTESTED,
    sources="cms-ptp-2024q3 professional-practice",
    says=(
        "The operation ended in a stoma, so 44125 stands for all of it, with 22 where the note sets the work"
        " against the usual."
    ),
    stoma_beside_join=_stoma_takes_all,
    first_join=_no_first_join,
)
_view(
    "stricturoplasty-once",
    answers="D13",
    sure=DERIVED,
    sources="ncci-manual-2025:I.E,I.V",
    says="The code is in the singular and separate sites alone do not prove units, so 44615 is billed once.",
    stricturoplasty=_stricturoplasty_once,
)
_view(
    "trim-is-resection",
    answers="D20",
    sure=SECONDARY,
    sources="aapc-stoma-closure mastery-stoma-closure",
    says="Trimming the stoma's edges removes bowel too, so the closure is the one with resection.",
    closure_removed=_trim_is_resection,
)
_view(
    "staged-everywhere",
    answers="D11",
    sure=RECALLED,
    sources="professional-practice",
    says="Many payers want 58 on the add-on as well as on its base.",
    _58=_staged_everywhere,
)
_view(
    "return-mark-everywhere",
    answers="D11",
    sure=SECONDARY,
    sources="priority-health-78",
    says="Some payers want 78 also on the add-on of an unplanned return, though it has no follow-up period.",
    _78=_return_everywhere,
)
_view(
    "hours-of-adhesions",
    answers="D21",
    sure=CONTESTED,
    sources="aapc-enterolysis contractor-22-copy",
    says=(
        "Long freeing of adhesions is argued to earn 22 on the main code. A payer may well refuse it here,"
        " since this note has no comparison: how long such an operation usually takes, how much longer this"
        " one took, and why. No source here names a number of minutes that is long enough: each payer"
        " judges. As the note is, we would leave 22 off, or ask the surgeon first."
    ),
    where=_long_freeing,
    _22=_hours,
)
_view(
    "strangulated-hernia",
    answers="D21",
    sure=SECONDARY,
    sources="codingahead-49553",
    says=(
        "The CPT book is read as letting the repair of a strangulated hernia stand beside the resection of"
        " the bowel caught in it; Medicare’s manual does not, where the wound is the same."
    ),
    where=_strangulated,
    small_things=_hernia_by_its_code,
    hernia_at_the_wound=_nothing_struck,
)
_view(
    "reopened-for-bleeding",
    answers="D10",
    sure=SECONDARY,
    sources="aapc-reopening cms-ptp-2024q3",
    says="Where bleeding, clot or infection was the reason to open the abdomen again, some report 35840.",
    where=_reopened_only,
    small_things=_for_bleeding,
)
_view(
    "fistula-as-main-work",
    answers="D19",
    sure=DERIVED,
    sources="ncci-manual-2025:VI.E.12 mastery-fistula",
    says=(
        "The fistula was why the patient was operated on, so its closure is the one code for the site, and"
        " the piece removed with it is inside."
    ),
    where=_led_somewhere,
    part=_part_of_closure,
    fistula_closed=_fistula_as_main_work,
)

VIEWS: Mapping[str, View] = MappingProxyType({v.id: v for v in _VIEWS})
_BOOKS = {v.id: RULEBOOK.swap(v.swaps) for v in _VIEWS}


@lru_cache(maxsize=4096)
def accepted(op: Operation) -> tuple[tuple[View | None, Derived], ...]:
    """The main claim of one operation, then every accepted view that gives another."""
    main = derive(op)
    found: list[tuple[View | None, Derived]] = [(None, main)]
    if main.out_of_scope is None:
        for id, book in _BOOKS.items():
            if not VIEWS[id].where(op, main):
                continue
            other = derive(op, book)
            if (
                other.out_of_scope is None
                and not shut(other.lines)
                and all(other.same(main.free_51) != seen.same(main.free_51) for _, seen in found)
            ):
                found.append((VIEWS[id], other))
    return tuple(found)
