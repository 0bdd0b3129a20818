"""Reading an operation from its mapping (YAML or JSON): what cannot be read is refused, with the key at
fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from casebook.errors import OperationError

from .operation import (
    APPROACHES,
    EXTRAS,
    FACETS,
    FOLLOWS,
    LONGEST_NAME,
    MOST_LEFT,
    MOST_STEPS,
    ONCE_TRUE,
    OPERATION_KEYS,
    REQUIRED,
    STEPS,
    SURGEONS,
    Operation,
    Step,
)

FIELDS = {
    "for": "reason",
    "to": "leads",
    "code": "code",
}  # keys of a step whose field has another name; the rest say its kind


def read_operation(data: object, path: tuple[str | int, ...] = ()) -> Operation:
    """An operation from its mapping; OperationError names the key, what was expected and how to mend it."""
    row = _mapping(data, "an operation", path)
    _only(row, OPERATION_KEYS, "an operation", path)
    marks = _marks(row.get("evidence") or {}, (*path, "evidence"))
    session = _mapping(row.get("session") or {}, "session", (*path, "session"))
    _only(session, ("follows", "days", "left"), "session", (*path, "session"))
    follows = session.get("follows")
    if follows is not None:
        _word(follows, FOLLOWS, "follows", (*path, "session", "follows"))
    days = _whole(session.get("days", 1), "days", (*path, "session", "days"), least=0)
    spans = session.get("left") or []
    if not isinstance(spans, list):
        raise OperationError(
            "left: expected a list of spans, such as [[300, 340]]", (*path, "session", "left")
        )
    _few(spans, MOST_LEFT, "left", (*path, "session", "left"))
    left = [_span(s, "left", (*path, "session", "left", i)) for i, s in enumerate(spans)]
    for i, (start, end) in enumerate(left):
        if start >= end or any(a <= end and start <= b for a, b in left[:i]):
            message = "left: each span runs from its lower end to its higher end and touches no other"
            raise OperationError(message, (*path, "session", "left", i))
    steps = row.get("steps")
    if not isinstance(steps, list) or not steps:
        raise OperationError(
            "steps: expected a list of at least one step, such as - resect: [420, 445]", (*path, "steps")
        )
    _few(steps, MOST_STEPS, "steps", (*path, "steps"))
    valve = _number(row.get("valve", 600), "valve", (*path, "valve"))
    if valve <= 0:
        raise OperationError("valve: expected cm past the ligament of Treitz, above zero", (*path, "valve"))
    rectum = _number(row["rectum"], "rectum", (*path, "rectum")) if row.get("rectum") is not None else None
    if rectum is not None and rectum <= valve:
        raise OperationError(
            "rectum: expected cm past the ligament of Treitz, beyond the valve", (*path, "rectum")
        )
    try:
        return Operation(
            approach=_word(row.get("approach", "open"), APPROACHES, "approach", (*path, "approach")),
            steps=tuple(read_step(s, (*path, "steps", i)) for i, s in enumerate(steps)),
            valve=valve,
            valve_gone=_flag(row.get("valve_gone", False), "valve_gone", (*path, "valve_gone")),
            rectum=rectum,
            follows=follows,
            days=days,
            left=tuple(left),
            surgeon=_word(row.get("surgeon", "primary"), SURGEONS, "surgeon", (*path, "surgeon")),
            teaching=_flag(row.get("teaching", False), "teaching", (*path, "teaching")),
            unusual_work=_flag(row.get("unusual_work", False), "unusual_work", (*path, "unusual_work")),
            says=str(row.get("says") or ""),
            marks=marks,
        )
    except OperationError as error:
        inside = error.path[: len(path)] == path
        raise (
            error
            if inside and path
            else OperationError(error.message, error.path if inside else (*path, *error.path))
        ) from None


def _marks(value: object, path: tuple[str | int, ...]) -> tuple[tuple[str, str], ...]:
    """Each facet of an operation with the mark that says it, or with each of several."""
    rows = _mapping(value, "evidence", path)
    _only(rows, FACETS, "evidence", path)
    found = [(facet, mark) for facet, given in rows.items() for mark in _several(given)]
    for facet, mark in found:
        if not isinstance(mark, str):
            raise OperationError("evidence: expected the name of a mark in the chart", (*path, facet))
    return tuple(found)


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def read_step(data: object, path: tuple[str | int, ...]) -> Step:
    """One step from its mapping; raises OperationError."""
    row = _mapping(data, "a step", path)
    acts = [key for key in row if key in STEPS]
    if len(acts) != 1:
        # Many acts end alike: what is no slip of the pen must not be sent to the nearest one.
        near = "" if acts else meant([str(key) for key in row], STEPS, 0.85)
        says = f"a step names one act out of: {', '.join(STEPS)}; this one has {acts or 'none'}{near}"
        other = "" if acts or near else "; an act that none of these says is outside this casebook"
        raise OperationError(says + other, path)
    act = acts[0]
    _only(row, (act, "evidence", "also", "name", *EXTRAS.get(act, {})), f"a {act} step", path)
    fields = _done(act, row[act], (*path, act)) | _besides(act, row, path)
    marks: dict[str, Any] = {key: row.get(key) for key in ("evidence", "also")}
    for key, mark in marks.items():
        if mark is not None and not isinstance(mark, str):
            raise OperationError(f"{key}: expected the name of a mark in the chart", (*path, key))
    name = row.get("name", "")
    if not isinstance(name, str) or len(name) > LONGEST_NAME or not name.isprintable():
        raise OperationError(
            f"name: expected what the chart calls the place, in at most {LONGEST_NAME} characters",
            (*path, "name"),
        )
    return Step(act, **marks, name=name, **fields)


def _done(act: str, value: object, here: tuple[str | int, ...]) -> dict[str, Any]:
    """What a step's own key says: where it was done, or of which kind it was."""
    shape = STEPS[act]
    if shape == "span":
        start, end = _span(value, act, here)
        return {"start": start, "end": end}
    if shape == "at":
        at = _number(value, act, here)
        return {"start": at, "end": at}
    if shape == "true":
        if value is not True:
            raise OperationError(f"{act}: expected true", here)
        return {}
    return {"kind": _word(ONCE_TRUE.get(act, value) if value is True else value, shape, act, here)}


def _besides(act: str, row: Mapping[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
    """What a step says besides: why, of which kind, how many lesions."""
    fields: dict[str, Any] = {}
    for key, allowed in EXTRAS.get(act, {}).items():
        if key not in row:
            if REQUIRED.get(act) == key:
                raise OperationError(f"a {act} step also needs {key}: one of {', '.join(allowed)}", path)
            continue
        at = (*path, key)
        if allowed == "flag":
            fields[key] = _flag(row[key], key, at)
        elif allowed == "count":
            fields[key] = _whole(row[key], key, at, least=0)
        else:
            fields[FIELDS.get(key, "kind")] = _word(row[key], allowed, key, at)
    if fields.get("leads") and fields.get("reason") != "fistula":
        raise OperationError("to: says where a fistula led, and goes with for: fistula", (*path, "to"))
    return fields


def _rectum(value: object, valve: float, path: tuple[str | int, ...]) -> float | None:
    if value is None:
        return None
    rectum = _number(value, "rectum", path)
    if rectum <= valve:
        raise OperationError("rectum: expected cm past the ligament of Treitz, beyond the valve", path)
    return rectum


def _mapping(data: object, what: str, path: tuple[str | int, ...]) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise OperationError(f"{what}: expected keys and values, not {_kind(data)}", path)
    return data


def _only(row: Mapping[str, Any], known: tuple[str, ...], what: str, path: tuple[str | int, ...]) -> None:
    for key in row:
        if key not in known:
            near = meant([str(key)], known)
            raise OperationError(
                f"{what} has no key {str(key)[:40]!r}; it may have: {', '.join(known)}{near}", (*path, key)
            )


def _word(value: object, allowed: tuple[str, ...] | str, what: str, path: tuple[str | int, ...]) -> str:
    if not isinstance(value, str) or value not in allowed:
        near = meant([str(value)], (allowed,) if isinstance(allowed, str) else allowed)
        raise OperationError(f"{what}: expected one of {', '.join(allowed)}, not {_kind(value)}{near}", path)
    return value


def meant(written: Iterable[str], known: Iterable[str], like: float = 0.65) -> str:
    """What may have been meant by a word that is not known; nothing where no word is near."""
    from difflib import get_close_matches  # only where something is wrong already

    words = list(known)
    near = next(
        (found[0] for word in written if (found := get_close_matches(word[:40], words, 1, like))), None
    )
    return f"; perhaps {near} was meant" if near else ""


def _flag(value: object, what: str, path: tuple[str | int, ...]) -> bool:
    if not isinstance(value, bool):
        raise OperationError(f"{what}: expected true or false, not {_kind(value)}", path)
    return value


def _number(value: object, what: str, path: tuple[str | int, ...]) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -1000 <= value <= 5000:
        raise OperationError(
            f"{what}: expected cm past the ligament of Treitz (-1000 to 5000), not {_kind(value)}", path
        )
    return float(value)


def _whole(value: object, what: str, path: tuple[str | int, ...], least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 100_000:
        raise OperationError(f"{what}: expected a whole number of {least} or more, not {_kind(value)}", path)
    return value


def _span(value: object, what: str, path: tuple[str | int, ...]) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise OperationError(
            f"{what}: expected two positions in cm, such as [420, 445], not {_kind(value)}", path
        )
    return _number(value[0], what, path), _number(value[1], what, path)


def _few(rows: list[Any], most: int, what: str, path: tuple[str | int, ...]) -> None:
    if len(rows) > most:
        raise OperationError(f"{what}: there are {len(rows)}, and at most {most} are read", path)


def _kind(value: object) -> str:
    try:
        return repr(value)[:60]
    except (ValueError, RecursionError):  # a number of thousands of digits; nesting without end
        return "what it is"
