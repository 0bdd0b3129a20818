"""A claim: lines of code, units and modifiers; reading what people type; when two claims are the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

#: Modifiers in the order a line lists them: what changes the payment first, what explains a pair last.
MODIFIER_ORDER = ("22", "52", "58", "78", "79", "62", "80", "AS", "59", "51")
MODIFIERS = frozenset(
    "22 23 24 25 26 27 32 33 47 50 51 52 53 54 55 56 57 58 59 62 63 66 73 74 76 77 78 79 80 81 82 90 91 92 93"
    " 95 96 97 99 AS GC GE GY GZ GA KX LT RT TC XE XP XS XU Q6 QK SA".split()
)
MAX_TEXT = 2_000  # characters; a claim of this family needs fewer than a hundred
MAX_UNITS = 999


@dataclass(frozen=True, order=True)
class Line:
    """One line of a claim; `modifiers` in the order of `tidy`."""

    code: str
    units: int = 1
    modifiers: tuple[str, ...] = ()

    def __str__(self) -> str:
        marks = "".join(f"-{m}" for m in self.modifiers)
        return f"{self.code}{marks}" + (f" x{self.units}" if self.units != 1 else "")

    def as_dict(self) -> dict[str, object]:
        return {"code": self.code, "units": self.units, "modifiers": list(self.modifiers)}


Claim = tuple[Line, ...]
#: A claim as it is compared: code, units, modifiers.
Same = frozenset[tuple[str, int, frozenset[str]]]


@dataclass(frozen=True)
class Answer:
    """What was typed: a claim, the word query, nothing, or something that could not be read (`error` says
    where)."""

    claim: Claim = ()
    query: bool = False
    error: str | None = None

    @property
    def blank(self) -> bool:
        return not (self.claim or self.query or self.error)

    def __str__(self) -> str:
        return "query" if self.query else show(self.claim)


def show(claim: Iterable[Line]) -> str:
    """The claim as one would type it."""
    return "; ".join(map(str, claim))


def tidy(modifiers: Iterable[str]) -> tuple[str, ...]:
    """Each modifier once, in the order a line lists them."""
    known = {m: i for i, m in enumerate(MODIFIER_ORDER)}
    return tuple(sorted(set(modifiers), key=lambda m: (known.get(m, len(known)), m)))


def same(claim: Iterable[Line], free_51: frozenset[str] = frozenset()) -> Same:
    """A claim without what does not matter: order, split lines, XS for 59, and 51 on the codes in
    `free_51`."""
    units: Counter[tuple[str, frozenset[str]]] = Counter()
    for line in claim:
        marks = frozenset("59" if m == "XS" else m for m in line.modifiers)
        if line.code in free_51:
            marks -= {"51"}
        units[line.code, marks] += line.units
    return frozenset((code, n, marks) for (code, marks), n in units.items())


_CODE = (  # no other last letter is in use, so a slip of l for 1 is seen
    r"(?:[0-9]{4}[0-9AFMTUafmtu]|[A-Za-z][0-9]{4})"
)
_END = r"(?:(?![0-9A-Za-z])|(?=[xX]\s*[0-9]))"  # units may follow at once, as in 44121x2
_SPLIT = re.compile(rf"[;\n\r]|,(?=\s*\+?\s*{_CODE}{_END})")
_HEAD = re.compile(rf"\s*\+?\s*({_CODE}){_END}")
_NEXT = re.compile(rf"\s*(?:and\b|[+&/])?\s*{_CODE}{_END}", re.IGNORECASE)
_UNITS = re.compile(r"\s*(?:[xX×*]\s*([0-9]{1,6})|\(\s*([0-9]{1,6})\s*\))(?![0-9A-Za-z])")
_MODIFIER = re.compile(rf"\s*([-,\u2010-\u2014])\s*([0-9A-Za-z]{{2}}){_END}")


def read(text: object) -> Answer:
    """Read a typed answer. Never raises: what cannot be read comes back as an answer with an `error`."""
    if not isinstance(text, str):
        return Answer(error="An answer is text, such as 44120; 44121 x2, or the word query.")
    if len(text) > MAX_TEXT:
        return Answer(error=f"The answer is {len(text)} characters long; at most {MAX_TEXT} are read.")
    if text.strip().strip(".").casefold() == "query":
        return Answer(query=True)
    lines: list[Line] = []
    for number, part in enumerate((p for p in _SPLIT.split(text) if p.strip()), 1):
        if part.strip().casefold() == "query":
            return Answer(
                error=f"Line {number} could not be read at “query”: write query alone, or a claim, not both."
            )
        line = _line(part)
        if isinstance(line, str):
            return Answer(error=f"Line {number} could not be read {line}")
        lines.append(line)
    return Answer(claim=tuple(lines))


def _line(part: str) -> Line | str:
    head = _HEAD.match(part)
    if not head:
        seen = part.strip()
        return f"at “{_short(seen)}”: a line starts with a five-character code, such as 44120."
    marks: list[str] = []
    units, at = 0, head.end()
    while part[at:].strip():
        if found := _UNITS.match(part, at):
            if units:
                return f"at “{_short(part[at:])}”: the units are given twice."
            units = int(found[1] or found[2])
            if not 1 <= units <= MAX_UNITS:
                return f"at “{_short(part[at:])}”: units go from 1 to {MAX_UNITS}."
        elif found := _MODIFIER.match(part, at):
            if found[1] == "," and not marks:
                return f"at “{_short(part[at:])}”: the first modifier follows a hyphen, as in 44310-51."
            mark = found[2].upper()
            if mark not in MODIFIERS:
                return f"at “{_short(part[at:])}”: {mark} is not a modifier known here."
            marks.append(mark)
        else:
            another = _NEXT.match(part, at)
            rest = (
                "put a semicolon between codes."
                if another
                else "after the code come units (x2) and modifiers (-59)."
            )
            return f"at “{_short(part[at:])}”: {rest}"
        at = found.end()
    return Line(head[1].upper(), units or 1, tidy(marks))


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 24 else text[:24] + "…"
