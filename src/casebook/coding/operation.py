"""An operation: how it was approached, whose claim it is, and the ordered steps that shape the bowel.

Reads the contract's mapping (from YAML or JSON), refuses the impossible, and says which step is at fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .bowel import Bowel, BowelError, Place, cm

APPROACHES = ("open", "laparoscopic", "converted", "robotic", "hand-assisted", "laparoscopic-assisted")
ASSISTED = APPROACHES[3:]  # laparoscopic by common practice: a robot, a hand inside, bowel drawn out and joined outside
SURGEONS = ("primary", "assistant", "assistant-nonphysician", "co-surgeon")
#: What an operation is beside its steps, and a sentence may say.
FACETS = ("approach", "session", "surgeon", "unusual_work", "valve")
OPERATION_KEYS = ("says", "approach", "valve", "session", "surgeon", "unusual_work", "evidence", "steps")
FOLLOWS = ("staged", "complication", "unrelated")
REASONS = (
    "stricture", "ischemia", "infarction", "tumor", "perforation", "fistula", "atresia", "margin", "injury", "join",
)  # fmt: skip
POINTS = ("stricturoplasty", "repair", "enterotomy", "diverticulectomy")  # done at one spot, apart or as part of something
LONGEST_NAME = 60  # characters of what a place is called
NEAR_A_JOIN = 5.0  # cm; closer than this a repair, opening or stricturoplasty is part of the join

#: Each step's key, and what its value may be: a span, a position, one of some words, or true.
STEPS: dict[str, tuple[str, ...] | str] = {
    "resect": "span",
    "join": "span",
    "bypass": "span",
    "stoma": "at",
    "stricturoplasty": "at",
    "repair": "at",
    "diverticulectomy": "at",
    "enterotomy": "at",
    "close_stoma": "at",
    "feeding_catheter": "at",
    "lyse_adhesions": ("limited", "extensive"),
    "explore": ("laparotomy", "laparoscopy"),
    "close_fistula": ("bowel-skin", "bowel-bowel", "bowel-bladder"),
    "appendectomy": "true",
    "mesentery_repair": "true",
    "omentectomy": "true",
    "reopen": "true",
}
#: What a step may say besides: `lesions` is how many diseased areas a piece holds, `decided` that what a first look
#: through the laparoscope found led to the open operation, `tapered` that the wide end was narrowed for the join, `cause` that
#: the surgeon's own slip made a hole, or made it necessary to remove sound bowel.
EXTRAS: dict[str, dict[str, tuple[str, ...] | str]] = {
    "resect": {"for": REASONS, "lesions": "count", "cause": ("surgeon",)},
    "join": {"tapered": "flag"},
    "stoma": {"kind": ("end", "loop")},
    "repair": {"cause": ("surgeon", "trauma", "disease")},
    "explore": {"decided": "flag"},
}
REQUIRED = {"stoma": "kind", "repair": "cause"}


class OperationError(ValueError):
    """An operation that cannot be read or cannot be; `path` leads to the key at fault."""

    def __init__(self, message: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


@dataclass(frozen=True)
class Step:
    """One thing done. `start` and `end` are cm (equal for a step at one position)."""

    act: str
    start: float = 0.0
    end: float = 0.0
    kind: str | None = None  # of a stoma, fistula, exploration or freeing; the cause of a repair or removal
    reason: str | None = None  # why a piece was removed
    lesions: int = 1
    tapered: bool = False
    decided: bool = False
    evidence: str | None = None
    name: str = field(default="", compare=False)  # what the chart calls the place: "the loop in the pelvis"

    @property
    def where(self) -> str:
        return cm(self.start) if self.start == self.end else f"{cm(self.start)} to {cm(self.end)}"

    def as_mapping(self) -> dict[str, Any]:
        shape = STEPS[self.act]
        value: Any = True if shape == "true" else self.kind if isinstance(shape, tuple) else self.start
        row: dict[str, Any] = {self.act: [self.start, self.end] if shape == "span" else value}
        row |= {"for": self.reason} if self.reason else {}
        row |= {"lesions": self.lesions} if self.lesions != 1 else {}
        row |= {"tapered": True} if self.tapered else {}
        row |= {"decided": True} if self.decided else {}
        row |= {"cause": self.kind} if self.act == "resect" and self.kind else {}
        row |= {REQUIRED[self.act]: self.kind} if self.act in REQUIRED else {}
        row |= {"name": self.name} if self.name else {}
        return row | ({"evidence": self.evidence} if self.evidence else {})


@dataclass(frozen=True)
class Operation:
    """What was done, in order, and by whom. Building one checks that the bowel allows it (OperationError)."""

    approach: str = "open"
    steps: tuple[Step, ...] = ()
    valve: float = 600.0  # cm past the ligament of Treitz
    follows: str | None = None
    days: int = 1  # since the earlier operation
    left: tuple[tuple[float, float], ...] = ()
    surgeon: str = "primary"
    unusual_work: bool = False
    says: str = ""
    marks: tuple[tuple[str, str], ...] = ()  # facets, each with the mark in the chart that says so
    bowel: Bowel = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bowel", self._build())

    def _build(self) -> Bowel:
        bowel = Bowel(tuple(sorted((Place(a, b, left=True) for a, b in self.left), key=lambda p: p.start)))
        for i, step in enumerate(self.steps):
            try:
                match step.act:
                    case "resect":
                        bowel = bowel.cut(step.start, step.end, i)
                    case "join":
                        bowel = bowel.join(step.start, step.end, i)
                    case "stoma" if step.kind == "end":
                        bowel = bowel.bring_out(step.start, i)
                    case "stoma":
                        bowel = bowel.loop(step.start, i)
                    case act if STEPS[act] in ("at", "span"):
                        if step.start > step.end:
                            raise BowelError(f"the ends are reversed: write [{cm(step.end)}, {cm(step.start)}]")
                        bowel.exists(step.start)
                        bowel.exists(step.end)
            except BowelError as error:
                raise OperationError(f"step {i + 1}, {step.act} {step.where}: {error}", ("steps", i, step.act)) from None
        return bowel

    def unusual(self, facet: str) -> bool:
        """Whether the operation as a whole is not what it would be taken for in this respect."""
        usual = {
            "approach": self.approach == "open",
            "session": not self.follows,
            "surgeon": self.surgeon == "primary",
            "unusual_work": not self.unusual_work,
        }
        return not usual.get(facet, False)

    @cached_property
    def acts(self) -> frozenset[str]:
        return frozenset(s.act for s in self.steps)

    def did(self, *acts: str) -> tuple[Step, ...]:
        """The steps of these kinds, in order."""
        if self.acts.isdisjoint(acts):
            return ()
        return tuple(s for s in self.steps if s.act in acts)

    def reasons(self, place: Place) -> set[str | None]:
        return {self.steps[i].reason for i in place.cuts}

    def own_injury(self, place: Place) -> bool:
        """Whether all that is missing at a place went because of the surgeon's own slip."""
        return bool(place.cuts) and all(self.steps[i].kind == "surgeon" for i in place.cuts)

    def trimmed_only(self, place: Place) -> bool:
        """Whether a place left open by an earlier operation was at most trimmed today, which removes no segment."""
        return place.left and self.reasons(place) <= {"margin"}

    def redone(self, i: int) -> bool:
        """Whether step `i` cut out, for its own sake, a join made earlier in this operation."""
        step = self.steps[i]
        made = (s for s in self.steps[:i] if s.act == "join")
        return step.reason == "join" and any(step.start <= s.start and s.end <= step.end for s in made)

    @cached_property
    def apart(self) -> tuple[Step, ...]:
        """Stricturoplasties, repairs, openings and pouch removals that are neither beside a join nor in a span later out."""
        return tuple(s for i, s in enumerate(self.steps) if self._apart(i, s))

    def _apart(self, i: int, step: Step) -> bool:
        if step.act not in POINTS:
            return False
        out_later = any(s.act == "resect" and s.start <= step.start <= s.end for s in self.steps[i + 1 :])
        beside = step.act != "diverticulectomy" and any(abs(step.start - end) <= NEAR_A_JOIN for end in self._joined_ends)
        return not (out_later or beside)

    @cached_property
    def _joined_ends(self) -> tuple[float, ...]:
        """Where bowel was sewn to bowel: the ends of joined places, of a bypass, and of a stoma that was closed."""
        ends = [end for p in self.bowel.places if p.joined for end in (p.start, p.end)]
        return (*ends, *(end for s in self.did("bypass", "close_stoma") for end in (s.start, s.end)))

    def as_mapping(self) -> dict[str, Any]:
        session = {"follows": self.follows, "days": self.days} if self.follows else {}
        if self.left:
            session["left"] = [list(span) for span in self.left]
        row: dict[str, Any] = {"says": self.says} if self.says else {}
        row |= {"approach": self.approach, "valve": self.valve} | ({"session": session} if session else {})
        row |= {"surgeon": self.surgeon} if self.surgeon != "primary" else {}
        row |= {"unusual_work": True} if self.unusual_work else {}
        row |= {"evidence": dict(self.marks)} if self.marks else {}
        return row | {"steps": [s.as_mapping() for s in self.steps]}


# Reading the contract's mapping


def read_operation(data: object, path: tuple[str | int, ...] = ()) -> Operation:
    """An operation from its mapping; OperationError names the key, what was expected and how to mend it."""
    row = _mapping(data, "an operation", path)
    _only(row, OPERATION_KEYS, "an operation", path)
    marks = _mapping(row.get("evidence") or {}, "evidence", (*path, "evidence"))
    _only(marks, FACETS, "evidence", (*path, "evidence"))
    for facet, mark in marks.items():
        if not isinstance(mark, str):
            raise OperationError("evidence: expected the name of a mark in the chart", (*path, "evidence", facet))
    session = _mapping(row.get("session") or {}, "session", (*path, "session"))
    _only(session, ("follows", "days", "left"), "session", (*path, "session"))
    follows = session.get("follows")
    if follows is not None:
        _word(follows, FOLLOWS, "follows", (*path, "session", "follows"))
    days = _whole(session.get("days", 1), "days", (*path, "session", "days"), least=0)
    spans = session.get("left") or []
    if not isinstance(spans, list):
        raise OperationError("left: expected a list of spans, such as [[300, 340]]", (*path, "session", "left"))
    left = [_span(s, "left", (*path, "session", "left", i)) for i, s in enumerate(spans)]
    for i, (start, end) in enumerate(left):
        if start >= end or any(a <= end and start <= b for a, b in left[:i]):
            message = "left: each span runs from its lower end to its higher end and touches no other"
            raise OperationError(message, (*path, "session", "left", i))
    steps = row.get("steps")
    if not isinstance(steps, list) or not steps:
        raise OperationError("steps: expected a list of at least one step, such as - resect: [420, 445]", (*path, "steps"))
    valve = _number(row.get("valve", 600), "valve", (*path, "valve"))
    if valve <= 0:
        raise OperationError("valve: expected cm past the ligament of Treitz, above zero", (*path, "valve"))
    try:
        return Operation(
            approach=_word(row.get("approach", "open"), APPROACHES, "approach", (*path, "approach")),
            steps=tuple(read_step(s, (*path, "steps", i)) for i, s in enumerate(steps)),
            valve=valve,
            follows=follows,
            days=days,
            left=tuple(left),
            surgeon=_word(row.get("surgeon", "primary"), SURGEONS, "surgeon", (*path, "surgeon")),
            unusual_work=_flag(row.get("unusual_work", False), "unusual_work", (*path, "unusual_work")),
            says=str(row.get("says") or ""),
            marks=tuple(marks.items()),
        )
    except OperationError as error:
        inside = error.path[: len(path)] == path
        raise (
            error if inside and path else OperationError(error.message, error.path if inside else (*path, *error.path))
        ) from None


def read_step(data: object, path: tuple[str | int, ...]) -> Step:
    """One step from its mapping; raises OperationError."""
    row = _mapping(data, "a step", path)
    acts = [key for key in row if key in STEPS]
    if len(acts) != 1:
        near = "" if acts else meant([str(key) for key in row], STEPS)
        raise OperationError(f"a step names one act out of: {', '.join(STEPS)}; this one has {acts or 'none'}{near}", path)
    act = acts[0]
    extras = EXTRAS.get(act, {})
    _only(row, (act, "evidence", "name", *extras), f"a {act} step", path)
    shape, value, here = STEPS[act], row[act], (*path, act)
    fields: dict[str, Any] = {}
    if shape == "span":
        fields["start"], fields["end"] = _span(value, act, here)
    elif shape == "at":
        fields["start"] = fields["end"] = _number(value, act, here)
    elif shape == "true":
        if value is not True:
            raise OperationError(f"{act}: expected true", here)
    else:
        fields["kind"] = _word(value, shape, act, here)
    for key, allowed in extras.items():
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
            fields["reason" if key == "for" else "kind"] = _word(row[key], allowed, key, at)
    evidence = row.get("evidence")
    if evidence is not None and not isinstance(evidence, str):
        raise OperationError("evidence: expected the name of a mark in the chart", (*path, "evidence"))
    name = row.get("name", "")
    if not isinstance(name, str) or len(name) > LONGEST_NAME or not name.isprintable():
        raise OperationError(
            f"name: expected what the chart calls the place, in at most {LONGEST_NAME} characters", (*path, "name")
        )
    return Step(act, evidence=evidence, name=name, **fields)


def _mapping(data: object, what: str, path: tuple[str | int, ...]) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise OperationError(f"{what}: expected keys and values, not {_kind(data)}", path)
    return data


def _only(row: Mapping[str, Any], known: tuple[str, ...], what: str, path: tuple[str | int, ...]) -> None:
    for key in row:
        if key not in known:
            near = meant([str(key)], known)
            raise OperationError(f"{what} has no key {str(key)[:40]!r}; it may have: {', '.join(known)}{near}", (*path, key))


def _word(value: object, allowed: tuple[str, ...] | str, what: str, path: tuple[str | int, ...]) -> str:
    if not isinstance(value, str) or value not in allowed:
        near = meant([str(value)], (allowed,) if isinstance(allowed, str) else allowed)
        raise OperationError(f"{what}: expected one of {', '.join(allowed)}, not {_kind(value)}{near}", path)
    return value


def meant(written: Iterable[str], known: Iterable[str]) -> str:
    """What may have been meant by a word that is not known; nothing where no word is near."""
    from difflib import get_close_matches  # only where something is wrong already

    words = list(known)
    near = next((found[0] for word in written if (found := get_close_matches(word[:40], words, 1, 0.65))), None)
    return f"; perhaps {near} was meant" if near else ""


def _flag(value: object, what: str, path: tuple[str | int, ...]) -> bool:
    if not isinstance(value, bool):
        raise OperationError(f"{what}: expected true or false, not {_kind(value)}", path)
    return value


def _number(value: object, what: str, path: tuple[str | int, ...]) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -1000 <= value <= 5000:
        raise OperationError(f"{what}: expected cm past the ligament of Treitz (-1000 to 5000), not {_kind(value)}", path)
    return float(value)


def _whole(value: object, what: str, path: tuple[str | int, ...], least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 100_000:
        raise OperationError(f"{what}: expected a whole number of {least} or more, not {_kind(value)}", path)
    return value


def _span(value: object, what: str, path: tuple[str | int, ...]) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise OperationError(f"{what}: expected two positions in cm, such as [420, 445], not {_kind(value)}", path)
    return _number(value[0], what, path), _number(value[1], what, path)


def _kind(value: object) -> str:
    return repr(value)[:60]
