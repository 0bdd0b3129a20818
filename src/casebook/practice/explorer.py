"""The explorer: an operation built up act by act, with its picture, its claim and the reasons after each.

The operation, as the mapping of a case file, is the only state; whoever shows it keeps nothing else. Beside
the steps of a case file there is `leave: [300, 330]`: the ends of this place stay stapled inside.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from casebook.coding.bowel import Place, cm
from casebook.coding.claim import show
from casebook.coding.note import Note
from casebook.coding.operation import Operation
from casebook.coding.places import listed, ordinal, span
from casebook.coding.reading import read_operation
from casebook.coding.rules import RULEBOOK
from casebook.errors import OperationError
from casebook.grading import rule_as_read

from .diagram import draw, in_words, ruler
from .gaps import REDONE, gaps

APPROACHES = ("open", "laparoscopic", "converted")
VALVE = 600.0  # cm past the ligament of Treitz
NEAREST, FARTHEST = -30.0, 700.0  # cm: between them lies what can be worked on
MOST = 40  # acts
LEAVE = "leave"


#: What is done at one spot, and the step that it is; a hole's cause is no matter of the bowel.
SPOTS: dict[str, dict[str, Any]] = {
    "widen": {"act": "stricturoplasty"},
    "hole": {"act": "repair", "cause": "disease"},
    "pouch": {"act": "diverticulectomy"},
    "opening": {"act": "enterotomy"},
    "loop": {"act": "stoma", "kind": "loop"},
    "stoma": {"act": "stoma", "kind": "end"},
}


def start(valve_gone: bool = False) -> dict[str, Any]:
    """Nothing done yet; `valve_gone` where an earlier operation took the valve."""
    return {"approach": "open", "valve": VALVE, "steps": []} | ({"valve_gone": True} if valve_gone else {})


def after(operation: object, act: object) -> dict[str, Any]:
    """The operation after one act more. Raises ValueError, which says in plain words why it cannot be done.

    Acts: `{"do": "cut", "from": 300, "to": 330}`, `{"do": "join", "place": [300, 330]}`,
    `{"do": "leave", "place": [300, 330]}` (its ends stay stapled inside), `{"do": "stoma", "at": 300}` (an
    end is brought out; where none is, bowel is divided), `{"do": "redo", "place": [300, 330]}` (the join of
    this place is taken out and made anew), `{"do": "bypass", "from": 100, "to": 200}`, `loop`, `widen`,
    `hole`, `pouch` and `opening` like `{"do": "widen", "at": 200}`,
    `{"do": "approach", "approach": "converted"}`, `{"do": "undo"}`. Distances are cm.
    """
    now = operation if isinstance(operation, Mapping) else start()
    steps = list(now.get("steps") or []) if isinstance(now.get("steps") or [], list) else []
    told = act if isinstance(act, Mapping) else {}
    do, approach = told.get("do"), now.get("approach", "open")
    if do == "undo":
        steps = steps[:-1]
    elif do == "approach":
        approach = _approach(told)
    elif do is not None:
        steps += _steps_of(do, told)
    if len(steps) > MOST:
        raise ValueError(f"an operation here has at most {MOST} steps; start anew")
    changed = start(now.get("valve_gone") is True) | {"approach": approach, "steps": steps}
    op = read(changed)
    if do == "leave" and steps[-1][LEAVE] not in _open(op):
        raise ValueError("only a place whose ends are open can be left stapled")
    return changed


def _approach(told: Mapping[str, Any]) -> str:
    if told.get("approach") not in APPROACHES:
        raise ValueError(f"the approach is one of {', '.join(APPROACHES)}")
    return str(told["approach"])


def _open(op: Operation) -> list[list[float]]:
    """The places with two ends that nobody has taken care of."""
    return [[p.start, p.end] for p in op.bowel.places if p.open and p.start < p.end]


def undecided(operation: Mapping[str, Any], op: Operation) -> list[list[float]]:
    """The open places of which nobody has said that they stay so."""
    left = [step[LEAVE] for step in operation.get("steps") or [] if LEAVE in step]
    return [place for place in _open(op) if place not in left]


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
        case "leave":
            return [{LEAVE: _place(told)}]
        case "bypass":
            return [{"bypass": sorted((_cm(told.get("from"), "From"), _cm(told.get("to"), "To")))}]
        case "redo":
            a, b = _place(told)
            wider = [max(NEAREST, a - REDONE), min(FARTHEST, b + REDONE)]
            return [{"resect": wider, "for": "join"}, {"join": wider}]
        case str() if do in SPOTS:
            how = dict(SPOTS[do])
            return [{how.pop("act"): _cm(told.get("at"), "At"), **how}]
    raise ValueError(f"nothing here does {str(do)[:40]!r}")


def look(operation: object, by_order: bool = False) -> dict[str, Any]:
    """What there is to see of an operation: picture, claim, reasons, and the places where something can be
    done next. Where there is no claim, `beyond` says why.

    `by_order` tells no centimeters, and has the `gaps` in which the next thing can be done."""
    state = dict(operation) if isinstance(operation, Mapping) else start()
    op = read(state)
    if by_order:
        op = replace(op, measured=frozenset())
    waiting = undecided(state, op)
    note = Note((op,))
    beyond = _no_claim(op, waiting) or note.out_of_scope
    main = None if beyond else note.mains[0]
    places = op.bowel.places
    return {
        "operation": state,
        "error": None,
        "svg": draw(op, "The bowel now", reach=(NEAREST, FARTHEST)),
        "words": in_words(op, waiting),
        "ruler": ruler(op, reach=(NEAREST, FARTHEST)),
        "claim": show(main.lines) if main and main.lines else "none",
        "joins": sum(p.joined for p in places),
        "open": waiting,
        "left": [place for place in _open(op) if place not in waiting],
        "out": [[p.start, p.end, at] for p in places for at in _other_end(p)],
        "joined": [[p.start, p.end] for p in places if p.joined],
        "called": {f"{cm(p.start)} {cm(p.end)}": called(op, p) for p in places},
        "because": [rule_as_read(r) for r in main.because] if main else [],
        "not_billed": [{"code": c, "says": RULEBOOK[r].says} for c, r, _ in main.not_billed] if main else [],
        "gaps": gaps(op, NEAREST, FARTHEST) if by_order else [],
        "beyond": beyond or ("" if main and main.lines else "nothing of this is billed for itself"),
    }


def _no_claim(op: Operation, waiting: list[list[float]]) -> str | None:
    """Why there is no claim yet, before any rule is asked."""
    if not op.steps:
        return "nothing has been done yet"
    if waiting:
        where = listed(called(op, p).lower() for p in op.bowel.places if [p.start, p.end] in waiting)
        return (
            f"two ends are open at each of these: {where}" if waiting[1:] else f"two ends are open: {where}"
        )
    return None


def _other_end(place: Place) -> list[float]:
    """The end of a place that is still inside while the other one is out."""
    if len(place.brought_out) != 1 or place.start == place.end:
        return []
    return [end for end in (place.start, place.end) if end not in place.brought_out]


def called(op: Operation, place: Place) -> str:
    """A place by its order from above, and in the centimeters that the reader gave it."""
    places, where = op.bowel.places, span(op, place.start, place.end)
    order = f"{ordinal(places.index(place)).capitalize()} place"
    return ", ".join(filter(None, (order, where))) if len(places) > 1 or not where else where


def explore(operation: object, act: object, by_order: bool = False) -> dict[str, Any]:
    """One act and what there is to see after it; where it cannot be done, `error` says why and nothing has
    changed."""
    try:
        return look(after(operation, act), by_order)
    except ValueError as error:
        return {"operation": None, "error": str(error)}


def read(state: Mapping[str, Any]) -> Operation:
    """The operation of a state, without what was only said. Raises ValueError, which says in plain words what
    is wrong."""
    steps = state.get("steps") or []
    if isinstance(steps, list):
        steps = [step for step in steps if not (isinstance(step, Mapping) and LEAVE in step)]
    if not steps:
        gone = state.get("valve_gone") is True
        return Operation(approach=str(state.get("approach", "open")), valve_gone=gone)
    try:
        return read_operation({**state, "steps": steps})
    except OperationError as error:
        raise ValueError(
            re.sub(r"^step \d+, [^:]*: ", "", error.message)
        ) from None  # the act is known; its number as a step is not


def _cm(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name}: expected a number of cm")
    if not NEAREST <= value <= FARTHEST:
        raise ValueError(f"{name}: {cm(value)} cm is not between {cm(NEAREST)} and {cm(FARTHEST)}")
    return float(value)


def _place(told: Mapping[str, Any]) -> list[float]:
    place = told.get("place")
    if not isinstance(place, list | tuple) or len(place) != 2:
        raise ValueError("expected the two ends of a place")
    return [_cm(place[0], "start"), _cm(place[1], "end")]
