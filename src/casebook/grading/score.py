"""The step-wise score of a claim: what is right in it, out of all that it or the accepted claim bills."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from functools import lru_cache
from math import prod

from casebook.coding import edits
from casebook.coding.claim import Claim, Same, same
from casebook.coding.rulebook import TWINS, Derived

from .explanation import Diagnosis
from .told import FURTHER_JOINS

# What a line weighs. The first code of a claim is the easiest part of it; whether there is a further join is
# what the casebook is about.
MAIN, OTHER, FURTHER = 2.0, 3.0, 5.0
# The share of its weight that a line keeps; nothing where no unit of it is paid.
TOO_MANY = 0.1  # with a unit too many
NEEDLESS = {"51": 0.8, "59": 0.6}  # with one of these where nothing needs it, which changes little of the pay
# The share of the whole that is left ...
WRONG_MARK = 0.4  # where any other modifier is wrong, or one is lacking
NO_MAIN = 0.5  # where the main code is missing, or nothing of it is paid
MOST = 0.8  # at best, where an answer is not correct

Lines = Mapping[str, Set[frozenset[str]]]


def score(diagnosis: Diagnosis, claim: Claim) -> float:
    """The step-wise score of a claim that is not correct: the best against any accepted claim.

    A code counts as supported when any accepted claim has it, and so does a modifier on its code. 59 may
    stand on either code of a pair of supported ones.
    """
    supported = diagnosis.supported
    forms = dict.fromkeys((tuple(claim), edits.on_second_codes(claim, supported)))
    best = max(_share(c, form, supported) for form in forms for c in diagnosis.targets)
    return min(MOST, best * (WRONG_MARK if _forced(claim, diagnosis.targets) else 1))


def nearest(diagnosis: Diagnosis, claim: Claim) -> Derived:
    """The accepted claim nearest to the answer, for the words: it leaves the fewest codes of the answer
    over; of several, that of which most lines were typed, then that which is nearest once codes of the other
    family are exchanged, those that no accepted claim has or all."""
    if len(diagnosis.targets) == 1:
        return diagnosis.targets[0]
    claim = edits.on_second_codes(claim, diagnosis.supported)
    ours = {line.code for target in diagnosis.targets for line in target.lines}
    exchanged = tuple(replace(line, code=TWINS.get(line.code, line.code)) for line in claim)
    mended = tuple(line if line.code in ours else twin for line, twin in zip(claim, exchanged, strict=True))

    def likeness(c: Derived) -> list[float]:
        first, *rest = (_share(c, form, c.marks) for form in (claim, mended, exchanged))
        return [first, len(same(claim, c.free_51) & c.same()), *rest]

    return max(diagnosis.targets, key=likeness)


def _share(target: Derived, claim: Claim, supported: Lines) -> float:
    """What is right of a claim, out of all that it or the accepted one bills."""
    given, wanted = same(claim, target.free_51), target.in_order
    codes = {code for code, _, _ in given}
    paid = _carried(codes - denied(claim), {line.code for line in target.lines})
    whole = sum(map(_weight, codes - supported.keys()))
    right = 0.0
    for i, (code, _, marks) in enumerate(wanted):
        weight = MAIN if i == 0 else _weight(code)
        whole += weight
        if code in paid:
            right += weight * _paid(code, given, target) * _marked(code, marks, given)
    fits = all(_fitting(m, supported[c]) for c, _, m in given if c in supported)
    return right / whole * (1 if wanted[0][0] in paid else NO_MAIN) * (1 if fits else WRONG_MARK)


def _forced(claim: Claim, targets: Iterable[Derived]) -> bool:
    """Whether 59 bypasses a pair here for two services of accepted claims that none has side by side; a
    service that none has at all weighs by itself."""
    apart = {line.code for line in claim if {"59", "XS"} & set(line.modifiers)}
    opened = [set(e.codes) for e in edits.scrub(claim) if e.kind == "pair" and not e.blocks]
    beside = [{line.code for line in target.lines} for target in targets]
    known = set[str]().union(*beside)
    return any(
        pair & apart and pair <= known and not any(pair <= codes for codes in beside) for pair in opened
    )


@lru_cache(maxsize=64)
def denied(claim: Claim) -> frozenset[str]:
    """The codes of a claim of which no unit is paid, whatever the record says: over an absolute limit, or in
    a pair that is never paid. Kept, since one answer is held against each accepted claim."""
    found = edits.scrub(claim)
    lost = {e.codes[0] for e in found if e.absolute}
    return frozenset(
        lost.union(
            e.codes[1] for e in found if e.kind == "pair" and edits.pairs()[e.codes[0], e.codes[1]] == 0
        )
    )


def _carried(paid: Set[str], right: Set[str]) -> set[str]:
    """The paid codes without the add-ons that have no base: one that is not right carries nothing."""
    bases = {code: edits.bases().get(code, {edits.ANY_BASE}) for code in paid}
    return {
        code for code, base in bases.items() if edits.ANY_BASE in base or not base.isdisjoint(paid & right)
    }


def _weight(code: str) -> float:
    return FURTHER if code in FURTHER_JOINS else OTHER


def _paid(code: str, given: Same, target: Derived) -> float:
    """What a line that is there keeps by its units."""
    billed = sum(units for c, units, _ in given if c == code)
    wanted = sum(line.units for line in target.lines if line.code == code)
    return billed / wanted if billed <= wanted else TOO_MANY


def _marked(code: str, wanted: Set[str], given: Same) -> float:
    """What it keeps by modifiers that nothing needs and that change little."""
    return max(prod(NEEDLESS.get(mark, 1.0) for mark in m - wanted) for c, _, m in given if c == code)


def _fitting(given: Set[str], rights: Iterable[Set[str]]) -> bool:
    """Whether a line has the modifiers of an accepted line, but for such that change little."""
    return any(right <= given and given - right <= NEEDLESS.keys() for right in rights)
