"""The bowel as a line, and the places where it is missing.

Positions are centimeters past the ligament of Treitz, measured on the bowel as it was before the operation.
This room is pure geometry: it knows no code, no surgeon and no note.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from casebook.errors import BowelError


def cm(position: float) -> str:
    """A position as people write it: 420, or 12.5."""
    return f"{position:g}"


@dataclass(frozen=True)
class Place:
    """One stretch where bowel is missing, from `start` to `end` cm, and what became of its two ends."""

    start: float
    end: float
    cuts: tuple[int, ...] = ()  # the steps that removed it, in order
    joins: tuple[int, ...] = ()  # every join made here, standing or undone
    joined: bool = False
    brought_out: tuple[float, ...] = ()  # the ends that open on the skin
    stomas: tuple[int, ...] = ()
    left: bool = False  # it was open inside before this operation began

    @property
    def open(self) -> bool:
        return not self.joined and not self.brought_out

    @property
    def ends(self) -> str:
        return f"{cm(self.start)} and {cm(self.end)}"

    def holds(self, at: float) -> bool:
        """Whether the bowel at this position is gone (its two ends still exist)."""
        return self.start < at < self.end

    def near(self, at: float, reach: float = 0.0) -> bool:
        return self.start - reach <= at <= self.end + reach


@dataclass(frozen=True)
class Bowel:
    """What is left: every place where bowel is missing, in order along the line.

    Each act gives a new bowel.
    """

    places: tuple[Place, ...] = ()
    loops: tuple[tuple[float, int], ...] = ()  # loop stomas: position, step

    def cut(self, start: float, end: float, step: int) -> Bowel:
        """Remove a span. What it touches becomes one place with it, and any join it takes in is undone."""
        self._ordered(start, end)
        if start == end or any(p.start <= start and end <= p.end for p in self.places):
            raise BowelError(f"nothing is left to remove between {cm(start)} and {cm(end)}")
        taken = [p for p in self.places if p.start <= end and start <= p.end]
        merged = Place(
            start=min([start, *(p.start for p in taken)]),
            end=max([end, *(p.end for p in taken)]),
            cuts=tuple(c for p in taken for c in p.cuts) + (step,),
            joins=tuple(j for p in taken for j in p.joins),
            left=any(p.left for p in taken),
        )
        out = tuple(e for p in taken for e in p.brought_out if e in (merged.start, merged.end))
        if out:
            merged = replace(merged, brought_out=out, stomas=tuple(s for p in taken for s in p.stomas))
        loops = tuple(loop for loop in self.loops if not merged.near(loop[0]))
        return Bowel(self._with(merged, taken), loops)

    def join(self, start: float, end: float, step: int) -> Bowel:
        """Bring the two ends of one open place together."""
        self._ordered(start, end)
        place = self._place(lambda p: p.open and (p.start, p.end) == (start, end))
        if place is None:
            raise BowelError(f"no open place has the ends {cm(start)} and {cm(end)}; {self._open_ends()}")
        return Bowel(self._with(replace(place, joined=True, joins=(*place.joins, step)), [place]), self.loops)

    def bring_out(self, at: float, step: int) -> Bowel:
        """Make an end stoma of the end at this position; where none is open, the bowel is divided there."""
        self.exists(at)
        place = self._place(lambda p: at in (p.start, p.end))
        if place is not None and place.joined:
            raise BowelError(f"the end at {cm(at)} is already joined; {self._open_ends()}")
        if place is None:
            divided = Place(at, at, brought_out=(at,), stomas=(step,))
            return Bowel(self._with(divided, []), self.loops)
        out = replace(place, brought_out=(*place.brought_out, at), stomas=(*place.stomas, step))
        return Bowel(self._with(out, [place]), self.loops)

    def loop(self, at: float, step: int) -> Bowel:
        """Bring a loop to the skin without cutting through it; at an open end it is that end that
        comes out."""
        self.exists(at)
        if self._place(lambda p: p.open and at in (p.start, p.end)) is not None:
            return self.bring_out(at, step)
        return Bowel(self.places, (*self.loops, (at, step)))

    def exists(self, at: float) -> None:
        """Raise where the bowel at this position is already out."""
        place = self._place(lambda p: p.holds(at))
        if place is not None:
            raise BowelError(f"the bowel at {cm(at)} is already out (from {place.ends}); {self._open_ends()}")

    def _place(self, test: Callable[[Place], bool]) -> Place | None:
        return next((p for p in self.places if test(p)), None)

    def _with(self, new: Place, old: list[Place]) -> tuple[Place, ...]:
        return tuple(sorted([p for p in self.places if p not in old] + [new], key=lambda p: (p.start, p.end)))

    def _ordered(self, start: float, end: float) -> None:
        if start > end:
            raise BowelError(f"the ends are reversed: write [{cm(end)}, {cm(start)}]")

    def _open_ends(self) -> str:
        ends = [f"{cm(p.start)} and {cm(p.end)}" for p in self.places if p.open]
        return "open ends: " + "; ".join(ends) if ends else "no end is open"
