"""How a rule is entered in the rulebook: one decorator for each kind, with named facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from casebook.coding.authorities import cited_in
from casebook.coding.rulebook import Derivation, Rule, Service

CONFIRMED, DERIVED, SECONDARY, RECALLED, CONTESTED = (
    "confirmed",
    "derived",
    "secondary",
    "recalled",
    "contested",
)

RULES: dict[str, Rule] = {}
Read = Callable[..., Any]  # (derivation, what is asked about) -> the answer
Bill = Callable[[Derivation], Iterable[Service]]
Inside = Callable[[Derivation, list[Service]], Iterable[Service]]
Modifier = Callable[[Derivation, list[Service]], list[Service]]
_F = TypeVar("_F", bound=Callable[..., Any])


def _entered(kind: str, id: str, answers: str, sure: str, sources: str, says: str) -> Callable[[_F], _F]:
    """Enter a function under this id: the decisions it answers, how sure it is, its sources, and its plain
    sentence. A source may name its section after a colon: `ncci-manual-2025:VI.H.11`."""
    authorities, sections = cited_in(sources)

    def enter(function: _F) -> _F:
        RULES[id] = Rule(id, kind, says, authorities, sure, tuple(answers.split()), function, sections)
        return function

    return enter


def read(id: str, *, answers: str, sure: str, sources: str, says: str) -> Callable[[Read], Read]:
    """A rule that answers one question about the operation."""
    return _entered("read", id, answers, sure, sources, says)


def bill(id: str, *, answers: str, sure: str, sources: str, says: str) -> Callable[[Bill], Bill]:
    """A rule that names services done."""
    return _entered("bill", id, answers, sure, sources, says)


def inside(id: str, *, answers: str, sure: str, sources: str, says: str) -> Callable[[Inside], Inside]:
    """A rule that strikes services that are part of others."""
    return _entered("inside", id, answers, sure, sources, says)


def modifier(id: str, *, answers: str, sure: str, sources: str, says: str) -> Callable[[Modifier], Modifier]:
    """A rule that adds one modifier to lines of the claim."""
    return _entered("modifier", id, answers, sure, sources, says)


def cited(id: str, *, kind: str = "read", answers: str, sure: str, sources: str, says: str) -> None:
    """A rule that others name as their reason and that has no function of its own."""
    _entered(kind, id, answers, sure, sources, says)(_nothing_asked)


def _nothing_asked(*_: Any) -> tuple[()]:
    """Of a rule that is only cited: it names and strikes nothing."""
    return ()
