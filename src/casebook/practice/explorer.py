"""The explorer: an operation built up act by act, with its picture, its claim and the reasons after each.

The operation, as the mapping of a case file, is the only state; whoever shows it keeps nothing else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from casebook.coding.bowel import Place, cm
from casebook.coding.claim import show
from casebook.coding.note import Note
from casebook.coding.operation import Operation
from casebook.coding.places import ordinal, span
from casebook.coding.reading import read_operation
from casebook.coding.rules import RULEBOOK
from casebook.errors import OperationError
from casebook.grading import rule_as_read

from .diagram import draw, in_words

APPROACHES = ("open", "laparoscopic", "converted")
VALVE = 600.0  # cm past the ligament of Treitz
FARTHEST = 700.0  # cm: the explorer's colon ends there
MOST = 40  # acts
REDONE = 4.0  # cm taken on each side of a join that is made anew


def start() -> dict[str, Any]:
    """Nothing done yet."""
    return {"approach": "open", "valve": VALVE, "steps": []}


def after(operation: object, act: object) -> dict[str, Any]:
    """The operation after one act more. Raises ValueError, which says in plain words why it cannot be done.

    Acts: `{"do": "cut", "from": 300, "to": 330}`, `{"do": "join", "place": [300, 330]}`,
    `{"do": "stoma", "at": 300}`, `{"do": "loop", "at": 120}`, `{"do": "widen", "at": 200}`,
    `{"do": "redo", "place": [300, 330]}` (the join of this place is taken out and made anew),
    `{"do": "approach", "approach": "converted"}`, `{"do": "undo"}`. Distances are cm.
    """
    now = operation if isinstance(operation, Mapping) else start()
    steps = list(now.get("steps") or []) if isinstance(now.get("steps") or [], list) else []
    told = act if isinstance(act, Mapping) else {}
    do, approach = told.get("do"), now.get("approach", "open")
    if do == "undo":
        steps = steps[:-1]
    elif do == "approach":
        approach = told.get("approach")
        if approach not in APPROACHES:
            raise ValueError(f"the approach is one of {', '.join(APPROACHES)}")
    elif do is not None:
        steps += _steps_of(do, told)
    if len(steps) > MOST:
        raise ValueError(f"an operation here has at most {MOST} steps; start anew")
    changed = {"approach": approach, "valve": VALVE, "steps": steps}
    if steps:
        _operation(changed)
    return changed


def _steps_of(do: object, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps of one act, as the contract writes them. Raises ValueError."""
    match do:
        case "cut":
            piece = sorted((_cm(told.get("from"), "From"), _cm(told.get("to"), "To")))
            if piece[0] == piece[1]:
                raise ValueError("From and To are the same, so there is nothing between them to cut out")
            return [{"resect": piece}]
        case "join":
            return [{"join": _place(told)}]
        case "stoma":
            return [{"stoma": _cm(told.get("at"), "At"), "kind": "end"}]
        case "loop":
            return [{"stoma": _cm(told.get("at"), "From"), "kind": "loop"}]
        case "widen":
            return [{"stricturoplasty": _cm(told.get("at"), "From")}]
        case "redo":
            a, b = _place(told)
            wider = [max(0.0, a - REDONE), min(FARTHEST, b + REDONE)]
            return [{"resect": wider, "for": "join"}, {"join": wider}]
    raise ValueError(f"nothing here does {str(do)[:40]!r}")


def look(operation: object) -> dict[str, Any]:
    """What there is to see of an operation: picture, claim, reasons, and the places where something can be
    done next."""
    state = dict(operation) if isinstance(operation, Mapping) else start()
    untouched = not state.get("steps")
    op = Operation() if untouched else _operation(state)
    note = Note((op,))
    beyond = "nothing has been done yet" if untouched else note.out_of_scope
    main = None if beyond else note.mains[0]
    places = op.bowel.places
    return {
        "operation": state,
        "error": None,
        "svg": draw(op, "The bowel now"),
        "words": in_words(op),
        "claim": show(main.lines) if main and main.lines else "none",
        "joins": sum(p.joined for p in places),
        "open": [[p.start, p.end] for p in places if p.open and p.start < p.end],
        "joined": [[p.start, p.end] for p in places if p.joined],
        "called": {f"{cm(p.start)} {cm(p.end)}": _called(op, p) for p in places},
        "because": [rule_as_read(r) for r in main.because] if main else [],
        "not_billed": [{"code": c, "says": RULEBOOK[r].says} for c, r, _ in main.not_billed] if main else [],
        "beyond": beyond,
    }


def _called(op: Operation, place: Place) -> str:
    """A place by its order from above, and in the centimeters that the reader gave it."""
    places, where = op.bowel.places, span(op, place.start, place.end)
    return f"{ordinal(places.index(place)).capitalize()} place, {where}" if len(places) > 1 else where


def explore(operation: object, act: object) -> dict[str, Any]:
    """One act and what there is to see after it; where it cannot be done, `error` says why and nothing has
    changed."""
    try:
        return look(after(operation, act))
    except ValueError as error:
        return {"operation": None, "error": str(error)}


def _operation(state: Mapping[str, Any]) -> Operation:
    try:
        return read_operation(state)
    except OperationError as error:
        raise ValueError(
            re.sub(r"^step \d+, [^:]*: ", "", error.message)
        ) from None  # the act is known; its number as a step is not


def _cm(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name}: expected a number of cm")
    if not 0 <= value <= FARTHEST:
        raise ValueError(f"{name}: {cm(value)} cm is not between 0 and {cm(FARTHEST)}")
    return float(value)


def _place(told: Mapping[str, Any]) -> list[float]:
    place = told.get("place")
    if not isinstance(place, list | tuple) or len(place) != 2:
        raise ValueError("expected the two ends of a place")
    return [_cm(place[0], "start"), _cm(place[1], "end")]
