"""Which wrong rule gives an answer: everything that the misconceptions make of one note, worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from casebook.coding import edits
from casebook.coding.claim import Claim, Same, same
from casebook.coding.note import Note
from casebook.coding.operation import Operation
from casebook.coding.rulebook import Derived, Rulebook
from casebook.coding.rules import RULEBOOK
from casebook.coding.views import View, accepted

from .misconceptions import MISCONCEPTIONS, Misconception

Bare = frozenset[tuple[str, int]]
Given = tuple[tuple["Misconception", ...], tuple[Claim, ...]]
Ways = dict[Same, tuple[Misconception, ...]]


@dataclass(frozen=True)
class Explanation:
    """The misconceptions that give an answer: any one of them, or all `together`; `bare` means but for its
    modifiers."""

    misconceptions: tuple[Misconception, ...] = ()
    together: bool = False
    bare: bool = False


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What is right for a note, and what every wrong rule gives for it."""

    note: Note

    @cached_property
    def right(self) -> tuple[tuple[View | None, Derived], ...]:
        """Every accepted claim, with the view it comes from; none where the note needs a query."""
        return self.note.accepted()

    @cached_property
    def targets(self) -> tuple[Derived, ...]:
        """The claims an answer is compared with: the accepted ones, or for a query those of each reading."""
        return tuple(claim for claim, _ in self._read)

    @cached_property
    def _read(self) -> tuple[tuple[Derived, Operation], ...]:
        """The targets, each with the reading that has it."""
        if self.note.action == "query":
            return tuple((claim, op) for op in self.note.readings for _, claim in accepted(op))
        return tuple((claim, self.note.readings[0]) for _, claim in self.right)

    def reading_of(self, target: Derived) -> Operation:
        """The reading that has this claim."""
        return next((op for claim, op in self._read if claim is target), self.note.readings[0])

    @cached_property
    def supported(self) -> Mapping[str, frozenset[frozenset[str]]]:
        """The modifiers that each code has in the targets, line by line."""
        codes = {code for target in self.targets for code in target.marks}
        return {
            code: frozenset[frozenset[str]]().union(*(t.marks.get(code, ()) for t in self.targets))
            for code in codes
        }

    def of(self, claim: Claim) -> Explanation:
        """The misconceptions that give this claim, alone before together, exactly before but for its
        modifiers."""
        key = plain(claim)
        if alone := self.wrong_ways.get(key):
            return Explanation(alone)
        bare = self._bare_ways.get(_bare(key), ())
        if bare := tuple(m for m in bare if _shows(claim, m)):
            return Explanation(bare, bare=True)
        if both := self._wrong_pairs.get(key):
            return Explanation(both, together=True)
        return Explanation()

    @cached_property
    def wrong_ways(self) -> Ways:
        """What each misconception alone gives, where that is not an accepted answer."""
        return self._explained(self.alone)

    @cached_property
    def _wrong_pairs(self) -> Ways:
        """What two misconceptions give together and neither alone."""
        return {
            key: ms
            for key, ms in self._explained(self.both, first_only=True).items()
            if key not in self.wrong_ways
        }

    @cached_property
    def alone(self) -> tuple[Given, ...]:
        """The claims that each misconception gives, in each of its ways."""
        ways = (((m,), book) for m in MISCONCEPTIONS.values() for book in m.ways)
        return tuple((ms, self.given_by(ms, book)) for ms, book in ways)

    @cached_property
    def both(self) -> tuple[Given, ...]:
        """The claims that every two misconceptions give which tempt here and can be held together."""
        lively = dict.fromkeys(m for ms in self.wrong_ways.values() for m in ms)
        pairs = ((a, b) for a, b in combinations(lively, 2) if not a.swaps.keys() & b.swaps.keys())
        return tuple(((a, b), self.given_by((a, b), a.book.swap(b.swaps))) for a, b in pairs)

    @cached_property
    def _bare_ways(self) -> dict[Bare, tuple[Misconception, ...]]:
        """The same by codes and units alone, for an answer whose modifiers go wrong as well."""
        right = {_bare(plain(claim.lines)) for claim in self.targets}
        found: dict[Bare, tuple[Misconception, ...]] = {}
        for key, ms in self.wrong_ways.items():
            if (bare := _bare(key)) not in right:
                found[bare] = (*found.get(bare, ()), *ms)
        return {bare: tuple(filter(_unmarked, ms)) or ms for bare, ms in found.items()}

    def but_for_units(self, claim: Claim) -> tuple[Misconception, ...]:
        """The misconceptions that give the codes of this claim in another number; none where an accepted
        claim has these codes."""
        codes = {line.code for line in claim}
        if any(codes == {line.code for line in target.lines} for target in self.targets):
            return ()
        ways = (ms for key, ms in self._bare_ways.items() if codes == {code for code, _ in key})
        return next(ways, ())

    def _explained(self, given: Iterable[Given], first_only: bool = False) -> Ways:
        right = {plain(claim.lines) for claim in self.targets}
        found: Ways = {}
        for ms, claims in given:
            for claim in claims:
                key = plain(claim)
                if (
                    (key in right and not self._picks(ms))
                    or (first_only and key in found)
                    or not all(_shows(claim, m) for m in ms)
                ):
                    continue
                found[key] = (*found.get(key, ()), *(m for m in ms if m not in found.get(key, ())))
        return found

    def _picks(self, ms: tuple[Misconception, ...]) -> bool:
        """Whether a wrong choice among readings is at work: on a note that needs a query it gives one
        reading's claim."""
        return self.note.action == "query" and any("settle" in m.swaps for m in ms)

    def given_by(self, ms: tuple[Misconception, ...], book: Rulebook) -> tuple[Claim, ...]:
        """The claims of whoever holds these misconceptions, and so follows this rulebook; none where they
        change nothing here, or where no rule decides what comes of them."""
        chooses = any("settle" in m.swaps for m in ms)
        if not chooses:
            claims = self.note.given_by(book)
            if all(claim is trace.claim for claim, trace in zip(claims, self.note.traces, strict=True)):
                return ()
            if len(claims) == 1 or self.note.action == "query":
                return tuple(claim.lines for claim in claims if claim.lines)
        chosen = self.note.chosen(book)
        return (chosen.lines,) if chosen and chosen.lines else ()


def plain(claim: Claim) -> Same:
    """A claim without any 51 on a code that is not an add-on: how misconceptions are matched."""
    return same(claim, frozenset(line.code for line in claim if not edits.add_on(line.code)))


def _shows(claim: Claim, m: Misconception) -> bool:
    """Whether a claim has a modifier by which a slip is known, where there is one."""
    return not m.tokens or any(m.tokens.intersection(line.modifiers) for line in claim)


def _unmarked(m: Misconception) -> bool:
    """Whether a misconception is about codes; where modifiers are left aside, one about them says little."""
    return all(RULEBOOK[rule].kind != "modifier" for rule in m.swaps)


def _bare(key: Same) -> Bare:
    total: dict[str, int] = {}
    for code, units, _ in key:
        total[code] = total.get(code, 0) + units
    return frozenset(total.items())
