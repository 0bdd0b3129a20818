"""The step-wise score of a claim, against the accepted claims of a note."""

from __future__ import annotations

from collections.abc import Set

from casebook.coding import edits
from casebook.coding.claim import Claim, same
from casebook.coding.rulebook import Derived

from .explanation import Diagnosis
from .findings import wanted_lines

UNSUPPORTED = 0.35  # off for each code that no accepted claim holds
WEIGHTS = {"first": 2.0, "add-on": 3.0, "other": 2.0}
CODE, UNITS, MARKS = 0.6, 0.2, 0.2  # how a line's credit is shared
DENIED = 0.3  # share of its credit that a code over an absolute limit keeps
BASELESS = 0.4  # share of its credit that an add-on keeps without its base


def closest(diagnosis: Diagnosis, claim: Claim) -> tuple[Derived, float]:
    """The accepted claim nearest to the answer, for the words, and the step-wise score: the best against any
    of them.

    For the score a code counts as supported when any accepted claim has it; the nearest claim is the one that
    leaves the fewest codes of the answer over.
    """
    codes = {line.code for line in claim}
    supported = {line.code for c in diagnosis.targets for line in c.lines}
    off = UNSUPPORTED * len(codes - supported)
    lost = {e.codes[0] for e in edits.scrub(claim) if e.absolute}
    best, near, target = 0.0, -1.0, diagnosis.targets[0]
    for c in diagnosis.targets:
        credit = _credit(c, claim, lost)
        best = max(best, min(0.95, credit - off))
        left = credit - UNSUPPORTED * len(codes - {line.code for line in c.lines})
        if left > near:
            near, target = left, c
    return target, best


def _credit(target: Derived, claim: Claim, lost: Set[str]) -> float:
    """The step-wise credit of a claim against one accepted claim; of the codes that are `lost` no unit is
    paid."""
    given = same(claim, target.free_51)
    total = got = 0.0
    # A base that is not supported, or of which nothing is paid, carries nothing.
    codes = {line.code for line in target.lines} - lost
    for i, (code, units, marks) in enumerate(wanted_lines(target)):
        weight = WEIGHTS["add-on" if edits.add_on(code) else "first" if i == 0 else "other"]
        total += weight
        mine = [(u, m) for c, u, m in given if c == code]
        if mine:
            base = edits.bases().get(code)
            alone = (
                base is not None
                and edits.ANY_BASE not in base
                and not any(c in base & codes for c, _, _ in given)
            )
            fine = CODE + max((UNITS if u == units else 0) + (MARKS if m == marks else 0) for u, m in mine)
            got += weight * (BASELESS if alone else 1.0) * (DENIED if code in lost else fine)
    return got / total
