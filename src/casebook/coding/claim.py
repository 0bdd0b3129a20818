"""A claim: lines of code, units and modifiers; how it is shown; when two claims are the same."""

from __future__ import annotations

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
    where, `nearest` holds the nearest forms that would be read)."""

    claim: Claim = ()
    query: bool = False
    error: str | None = None
    nearest: tuple[str, ...] = ()

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
    return tuple(sorted(set(modifiers), key=lambda m: (_ORDER.get(m, len(_ORDER)), m)))


_ORDER = {modifier: i for i, modifier in enumerate(MODIFIER_ORDER)}


def lines_of(compared: Same) -> Claim:
    """A compared claim as lines again, by code."""
    ordered = sorted(compared, key=lambda line: (line[0], line[1], sorted(line[2])))
    return tuple(Line(code, units, tidy(marks)) for code, units, marks in ordered)


def same(claim: Iterable[Line], free_51: frozenset[str] = frozenset()) -> Same:
    """A claim without what does not matter: order, split lines, XS for 59, and 51 on the codes in
    `free_51`."""
    units: dict[tuple[str, frozenset[str]], int] = {}
    for line in claim:
        free = "51" if line.code in free_51 else ""
        marks = frozenset("59" if m == "XS" else m for m in line.modifiers if m != free)
        units[line.code, marks] = units.get((line.code, marks), 0) + line.units
    return frozenset((code, n, marks) for (code, marks), n in units.items())
