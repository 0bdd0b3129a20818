"""The step-wise score of a claim: what is right in it, out of all that it or the accepted claim bills."""

from __future__ import annotations

from collections.abc import Set
from math import prod

from casebook.coding import edits
from casebook.coding.claim import Claim, Same, same
from casebook.coding.rulebook import Derived

from .explanation import Diagnosis
from .findings import wanted_lines

# What a line weighs. The first code of a claim is the easiest part of it; whether there is an add-on is what
# the casebook is about.
MAIN, OTHER, ADD_ON = 2.0, 3.0, 5.0
# The share of its weight that a line keeps ...
TOO_MANY = 0.1  # with a unit too many
DENIED = 0.3  # where nothing of it is paid, since an absolute limit is passed
BASELESS = 0.4  # as an add-on without its base
NEEDLESS = {"51": 0.8, "59": 0.6}  # with one of these where nothing needs it, which changes little of the pay
# The share of the whole that is left ...
WRONG_MARK = 0.4  # where any other modifier is wrong, or one is lacking
NO_MAIN = 0.5  # where the main code is missing
MOST = 0.8  # at best, where an answer is not correct


def closest(diagnosis: Diagnosis, claim: Claim) -> tuple[Derived, float]:
    """The accepted claim nearest to the answer, for the words, and the step-wise score: the best against any
    of them.

    For the score a code counts as supported when any accepted claim has it; the nearest claim is the one that
    leaves the fewest codes of the answer over.
    """
    supported = {line.code for c in diagnosis.targets for line in c.lines}
    lost = {e.codes[0] for e in edits.scrub(claim) if e.absolute}
    best, near, target = 0.0, -1.0, diagnosis.targets[0]
    for c in diagnosis.targets:
        best = max(best, _share(c, claim, lost, supported))
        left = _share(c, claim, lost, {line.code for line in c.lines})
        if left > near:
            near, target = left, c
    return target, min(MOST, best)


def _share(target: Derived, claim: Claim, lost: Set[str], supported: Set[str]) -> float:
    """What is right of a claim, out of all that it or the accepted one bills; of the codes that are `lost` no
    unit is paid."""
    given, wanted = same(claim, target.free_51), wanted_lines(target)
    codes = {code for code, _, _ in given}
    whole = sum(map(_weight, codes - supported))
    right = 0.0
    for i, (code, _, marks) in enumerate(wanted):
        weight = MAIN if i == 0 else _weight(code)
        whole += weight
        if code in codes:
            right += weight * _paid(code, given, target, lost) * _marked(code, marks, given)
    fits = all(_fitting(c, m, wanted) for c, _, m in given)
    return right / whole * (1 if wanted[0][0] in codes else NO_MAIN) * (1 if fits else WRONG_MARK)


def _weight(code: str) -> float:
    return ADD_ON if edits.add_on(code) else OTHER


def _paid(code: str, given: Same, target: Derived, lost: Set[str]) -> float:
    """What a line that is there keeps by its units and its base."""
    # A base that is not supported, or of which nothing is paid, carries nothing.
    carried = {line.code for line in target.lines} - lost
    base = edits.bases().get(code, {edits.ANY_BASE})
    alone = edits.ANY_BASE not in base and not any(c in base & carried for c, _, _ in given)
    billed = sum(units for c, units, _ in given if c == code)
    wanted = sum(line.units for line in target.lines if line.code == code)
    share = billed / wanted if billed <= wanted else TOO_MANY
    return (DENIED if code in lost else share) * (BASELESS if alone else 1.0)


def _marked(code: str, wanted: Set[str], given: Same) -> float:
    """What it keeps by modifiers that nothing needs and that change little."""
    return max(prod(NEEDLESS.get(mark, 1.0) for mark in m - wanted) for c, _, m in given if c == code)


def _fitting(code: str, given: Set[str], wanted: list[tuple[str, int, frozenset[str]]]) -> bool:
    """Whether a line has the modifiers of an accepted line, but for such that change little."""
    rights = [marks for c, _, marks in wanted if c == code]
    return not rights or any(right <= given and given - right <= NEEDLESS.keys() for right in rights)
