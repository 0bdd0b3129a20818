"""The step-wise score of a claim: what is right in it, out of all that it or the accepted claim bills."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import replace
from math import prod

from casebook.coding import edits
from casebook.coding.claim import Claim, Same, same
from casebook.coding.rulebook import TWINS, Derived

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

Lines = dict[str, set[frozenset[str]]]


def score(diagnosis: Diagnosis, claim: Claim) -> float:
    """The step-wise score of a claim that is not correct: the best against any accepted claim.

    A code counts as supported when any accepted claim has it, and so does a modifier on its code. 59 may
    stand on either code of a pair of supported ones.
    """
    supported = _lines_of(diagnosis.targets)
    mine = [line for line in claim if line.code in supported]
    moved = (*edits.on_second_codes(mine), *(line for line in claim if line.code not in supported))
    forms = dict.fromkeys((tuple(claim), moved))
    return min(MOST, max(_share(c, form, supported) for form in forms for c in diagnosis.targets))


def nearest(diagnosis: Diagnosis, claim: Claim) -> Derived:
    """The accepted claim nearest to the answer, for the words: it leaves the fewest codes of the answer
    over; of several, that which is nearest once open and laparoscopic codes are exchanged."""
    exchanged = tuple(replace(line, code=TWINS.get(line.code, line.code)) for line in claim)
    forms = (tuple(claim), exchanged)
    return max(diagnosis.targets, key=lambda c: [_share(c, form, _lines_of([c])) for form in forms])


def _lines_of(targets: Iterable[Derived]) -> Lines:
    """The modifiers that each code has in these claims, line by line."""
    found: Lines = {}
    for target in targets:
        for code, _, marks in wanted_lines(target):
            found.setdefault(code, set()).add(marks)
    return found


def _share(target: Derived, claim: Claim, supported: Lines) -> float:
    """What is right of a claim, out of all that it or the accepted one bills."""
    given, wanted = same(claim, target.free_51), wanted_lines(target)
    lost = {e.codes[0] for e in edits.scrub(claim) if e.absolute}  # no unit of these is paid
    codes = {code for code, _, _ in given}
    whole = sum(map(_weight, codes - supported.keys()))
    right = 0.0
    for i, (code, _, marks) in enumerate(wanted):
        weight = MAIN if i == 0 else _weight(code)
        whole += weight
        if code in codes:
            right += weight * _paid(code, given, target, lost) * _marked(code, marks, given)
    fits = all(_fitting(m, supported[c]) for c, _, m in given if c in supported)
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


def _fitting(given: Set[str], rights: Iterable[Set[str]]) -> bool:
    """Whether a line has the modifiers of an accepted line, but for such that change little."""
    return any(right <= given and given - right <= NEEDLESS.keys() for right in rights)
