"""What a note supports: the main claim of each reading, the other views that are accepted, or a query.

A view is a rulebook with a rule swapped, like a misconception, but one that somebody credible holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from .bowel import Place
from .operation import Operation
from .rulebook import UNLISTED, UNLISTED_OPEN, Derivation, Derived, Service, marked, steps_of
from .rules import RULEBOOK, derive, shut
from .rules.entering import CONTESTED, DERIVED, RECALLED, SECONDARY

Swaps = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, eq=False)
class View:
    """One accepted dissent: who holds it, how sure, and the rules it swaps."""

    id: str
    says: str
    authorities: tuple[str, ...]
    confidence: str
    decisions: tuple[str, ...]
    swaps: Swaps


_VIEWS: list[View] = []


def _view(id: str, *, answers: str, sure: str, sources: str, says: str, **swaps: Callable[..., Any]) -> None:
    swapped = MappingProxyType({key.lstrip("_").replace("_", "-"): swap for key, swap in swaps.items()})
    _VIEWS.append(View(id, says, tuple(sources.split()), sure, tuple(answers.split()), swapped))


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
        service = d.service("removed, stoma", "stoma-beside-join", steps=steps_of(places), rank="resection")
        yield replace(service, modifiers=frozenset({"22"}))


def _no_first_join(d: Derivation) -> Iterable[Service]:
    return [] if d.places("brought out") and d.ask("approach") == "open" else RULEBOOK["first-join"].ask(d)


def _removal_as_22(d: Derivation, lines: list[Service]) -> list[Service]:
    if d.op.unusual_work or not (d.places("brought out") and d.places("joined")):
        return RULEBOOK["22"].ask(d, lines)  # type: ignore[no-any-return]
    return marked(lines, [i for i, s in enumerate(lines) if s.what == "first"], "22", "22")


def _stricturoplasty_once(d: Derivation) -> Iterable[Service]:
    return [replace(s, units=1) for s in RULEBOOK["stricturoplasty"].ask(d)]


def _trim_is_resection(d: Derivation, place: Place) -> bool:
    return bool(place.cuts)


def _staged_everywhere(d: Derivation, lines: list[Service]) -> list[Service]:
    usual = RULEBOOK["58"].ask(d, lines)
    return usual if usual is lines else marked(lines, range(len(lines)), "58", "58")


_view(
    "redone-counts",
    answers="D4",
    sure=CONTESTED,
    sources="aapc-enterectomy professional-practice",
    says=(
        "Two removals and two joins were physically done, so some would bill the join that was made again as"
        " a further one."
    ),
    redone_join=_each_redone,
)
_view(
    "loose-unlisted",
    answers="D10",
    sure=CONTESTED,
    sources="ncci-manual-2025",
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
    sources="ncci-manual-2025",
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
    says="The operation ended in a stoma, so 44125 with 22 stands for all of it.",
    stoma_beside_join=_stoma_takes_all,
    first_join=_no_first_join,
)
_view(
    "second-removal-as-22",
    answers="D9",
    sure=CONTESTED,
    sources="cms-ptp-2024q3 professional-practice",
    says=(
        "The piece whose end was brought out has no code beside the join, so its removal is said by 22 on the"
        " resection."
    ),
    stoma_beside_join=RULEBOOK["stoma-beside-join"].ask,
    _22=_removal_as_22,
)
_view(
    "stricturoplasty-once",
    answers="D13",
    sure=DERIVED,
    sources="ncci-manual-2025",
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

VIEWS: Mapping[str, View] = MappingProxyType({v.id: v for v in _VIEWS})
_BOOKS = {v.id: RULEBOOK.swap(v.swaps) for v in _VIEWS}


@lru_cache(maxsize=4096)
def accepted(op: Operation) -> tuple[tuple[View | None, Derived], ...]:
    """The main claim of one operation, then every accepted view that gives another."""
    main = derive(op)
    found: list[tuple[View | None, Derived]] = [(None, main)]
    if main.out_of_scope is None:
        for id, book in _BOOKS.items():
            if next(iter(VIEWS[id].swaps)) not in main.because:
                continue  # the rule it would swap played no part
            other = derive(op, book)
            if (
                other.out_of_scope is None
                and not shut(other.lines)
                and all(other.same(main.free_51) != seen.same(main.free_51) for _, seen in found)
            ):
                found.append((VIEWS[id], other))
    return tuple(found)
