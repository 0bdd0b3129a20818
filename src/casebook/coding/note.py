"""A note is the set of operations it could describe: bill where they agree, ask where they do not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from . import edits
from .operation import Operation
from .rulebook import Derived, Rulebook, Trace
from .rules import RULEBOOK
from .rules.scope import refused
from .views import View, accepted


@dataclass(frozen=True)
class Note:
    """The set of operations that a note could describe, and what may be billed for it."""

    readings: tuple[Operation, ...]

    @cached_property
    def mains(self) -> tuple[Derived, ...]:
        return tuple(accepted(op)[0][1] for op in self.readings)

    @property
    def out_of_scope(self) -> str | None:
        return next((m.out_of_scope for m in self.mains if m.out_of_scope), None)

    def chosen(self, book: Rulebook = RULEBOOK) -> Derived | None:
        """The claim to bill by this rulebook, or None where it says to query."""
        claims = self.given_by(book)
        pick: int | None = book["settle"].ask([c.same() for c in claims], [c.rvu for c in claims])
        return None if pick is None else claims[pick]

    @cached_property
    def traces(self) -> tuple[Trace, ...]:
        """How each reading was read rightly."""
        return tuple(Trace(op, RULEBOOK) for op in self.readings)

    def given_by(self, book: Rulebook) -> tuple[Derived, ...]:
        """The claim of each reading by this rulebook: the very claim of its trace, which is soon told, where
        the swaps change nothing."""
        if book is RULEBOOK:
            return self.mains
        return tuple(
            refusal or trace.by(book) for refusal, trace in zip(self._refusals, self.traces, strict=True)
        )

    @cached_property
    def _refusals(self) -> tuple[Derived | None, ...]:
        """What is said of the readings that no rulebook decides."""
        whys = map(refused, self.readings)
        return tuple(Derived(out_of_scope=why) if why else None for why in whys)

    @cached_property
    def action(self) -> str:
        if self.out_of_scope:
            return "out-of-scope"
        return "query" if self.chosen() is None else "bill"

    def accepted(self) -> tuple[tuple[View | None, Derived], ...]:
        """The claims that are right for the whole note: none when it needs a query, else those common to all
        readings."""
        if self.action != "bill":
            return ()
        each = [accepted(op) for op in self.readings]
        free = each[0][0][1].free_51
        return tuple(
            (view, claim)
            for view, claim in each[0]
            if all(any(claim.same(free) == other.same(free) for _, other in more) for more in each[1:])
        )

    def as_dict(self) -> dict[str, Any]:
        """The JSON of `casebook code`."""
        if self.out_of_scope:
            return {"action": "out-of-scope", "reason": self.out_of_scope, "claims": []}
        common = {view.id for view, _ in self.accepted() if view}
        billed = self.action == "bill"
        return {
            "action": self.action,
            "claims": [
                _claim(i, op, [v for v in accepted(op)[1:] if not billed or (v[0] and v[0].id in common)])
                for i, op in enumerate(self.readings)
            ],
        }


def said(confidence: str) -> str:
    """The contract's four words: what was derived in steps from confirmed texts counts as secondary."""
    return "secondary" if confidence == "derived" else confidence


def _claim(reading: int, op: Operation, others: list[tuple[View | None, Derived]]) -> dict[str, Any]:
    main = accepted(op)[0][1]
    return {
        "reading": reading,
        "lines": [line.as_dict() for line in main.lines],
        "confidence": said(main.confidence),
        "because": [RULEBOOK[id].as_dict() for id in main.because],
        "not_billed": [
            {"code": code, "rule": id, "says": RULEBOOK[id].says} for code, id, _ in main.not_billed
        ],
        "views": [
            {
                "view": v.id,
                "says": v.says,
                "authorities": list(v.authorities),
                "lines": [line.as_dict() for line in c.lines],
            }
            for v, c in others
            if v
        ],
        "edits": [edit.as_dict() for edit in edits.scrub(main.lines)],
    }
