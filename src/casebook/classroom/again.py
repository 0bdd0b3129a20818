"""What a second vote on a case changed, person by person: what the talk in between was for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Gain:
    """How many people a second vote moved. Right is an accepted claim and nothing else: who was partly right
    counts as not right.

    - `gained`, `lost`: not right and then right, right and then not.
    - `stayed_right`, `stayed_wrong`: of the others who answered both.
    - `missing`: who answered the vote before and not this one; `new`: this one alone.
    """

    gained: int = 0
    lost: int = 0
    stayed_right: int = 0
    stayed_wrong: int = 0
    missing: int = 0
    new: int = 0

    @property
    def both(self) -> int:
        """How many answered both votes."""
        return self.gained + self.lost + self.stayed_right + self.stayed_wrong

    @property
    def says(self) -> str:
        """The same in words; how many there were is said even where it is none."""
        told = [f"{self.missing} did not vote again."] if self.missing else []
        told += [f"{self.new} answered in this vote alone."] if self.new else []
        if not self.both:
            return " ".join(["Nobody answered both votes.", *told])
        moved = f"{self.gained} went from not right to right, {self.lost} from right to not right"
        stayed = f"{self.stayed_right} stayed right, {self.stayed_wrong} stayed not right"
        return " ".join([f"Of {self.both} who answered both votes, {moved}; {stayed}.", *told])


def gain(moves: Mapping[tuple[str, str], int], right: Callable[[str], bool]) -> Gain:
    """What comes of `moves`: how many people went from which answer to which, "" for none."""
    found: Counter[str] = Counter()
    for (before, now), people in moves.items():
        found[moved(before, now, right)] += people
    return Gain(**found)


def moved(before: str, now: str, right: Callable[[str], bool]) -> str:
    """Which figure of a `Gain` one person counts in, by the two answers; "" for none."""
    if not now:
        return "missing"
    if not before:
        return "new"
    return {
        (False, True): "gained",
        (True, False): "lost",
        (True, True): "stayed_right",
        (False, False): "stayed_wrong",
    }[right(before), right(now)]
