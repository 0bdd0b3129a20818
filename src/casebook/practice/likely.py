"""Which answers people give to a case, the likeliest first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from casebook.coding import edits
from casebook.coding.claim import Answer, Claim, Line, lines_of, show, tidy
from casebook.coding.rulebook import CODES, TWINS
from casebook.coding.typed import read
from casebook.grading import Item, expected, item_of
from casebook.grading.misconceptions import FAR_FETCHED

MOST = 150  # answers to one case
PAIRS = 20  # claims that two wrong rules give together
#: What a line too much is, and what another code is taken for it, when a hand slips.
BESIDE = ("44005", "44950", "49000", "44850")
TAKEN_FOR = ("44120", "44121", "44202", "44140", "44125", "44160")
BESIDE_ONE_JOIN = ("44310", "44160", "44140", "44130", "44005", "44615", "44602", "44850")
MARKS = ("22", "51", "59")  # what is put on a line that takes none
BASES = {str(code) for code in CODES["first"]}
#: What says in which session a line was done, and by whom: whoever writes it, writes it on each line.
ROLES = {(mark,) for mark in ("58", "62", "78", "79", "80", "82", "AS")}


def candidate_answers(page: Mapping[str, Any]) -> list[str]:
    """The accepted answers of a case, and what every wrong rule gives on it: for tests, distractors and
    exports."""
    item = item_of(page)
    claims = [c.lines for c in item.diagnosis.targets]
    claims += [tuple(edits.listed(lines_of(key))) for key in item.diagnosis.wrong_ways]
    once: dict[Any, str] = {}  # one claim in two orders is one answer
    for text in (expected(item), *map(show, claims), "query"):
        once.setdefault(item.compared(read(text)), text)
    return list(once.values())


def likely_answers(item: Item, most: int = MOST) -> list[str]:
    """The answers that learners are likeliest to give, as `claim.show` writes them, lines in the order of a
    claim.

    Each kind of learner adds to what its answer weighs: those who are right, those with one wrong rule or
    two, those whose hand slips, and those who write what is usual without reading. 51 is written by some and
    left out by others.
    """
    weights: defaultdict[str, float] = defaultdict(float)
    for answer, weight in _weighed(item):
        lines = tuple(edits.listed(sorted(answer.claim)))
        text = str(replace(answer, claim=lines))
        bare = show(_without_51(lines))
        weights[text] += weight
        if bare != text and not answer.query:
            weights[bare] += weight * 0.7
    ranked = sorted(weights, key=lambda text: (-weights[text], text))
    return ranked[:most]


def _weighed(item: Item) -> Iterator[tuple[Answer, float]]:
    """Every answer of every kind of learner, and how much of them give it."""
    yield Answer(query=True), 300
    for target in item.diagnosis.targets:
        yield Answer(target.lines), 1000
    for text in (item.filed, *(item.key.get("tempting") or {})):
        answer = read(str(text))
        if answer.claim or answer.query:
            yield answer, 300
    for (m,), claims in item.diagnosis.alone:
        for claim in claims:
            yield Answer(claim), 3 if m.id in FAR_FETCHED else 20
    yield from _of_two_rules(item)
    for i, target in enumerate(item.diagnosis.targets[:3]):
        for claim, weight in _slipped(target.lines):
            yield Answer(claim), weight / (1 + i)
    yield from _in_play(item)
    worn = {line.modifiers[:1] for target in item.diagnosis.targets for line in target.lines}
    for claim in _usual():
        yield Answer(claim), 3
        for marks in worn & ROLES:
            yield Answer(tuple(replace(line, modifiers=tidy((*line.modifiers, *marks))) for line in claim)), 2


def _in_play(item: Item) -> Iterator[tuple[Answer, float]]:
    """A claim that is right, or the base code of the family, and beside it a code that a wrong rule brings
    up in this chart."""
    rivals = {line.code for (_,), claims in item.diagnosis.alone for claim in claims for line in claim}
    right = [(target.lines, rivals | BASES) for target in item.diagnosis.targets[:1]]
    for lines, codes in [*right, *(((Line(base),), rivals - BASES) for base in sorted(BASES))]:
        for code in sorted(codes - {line.code for line in lines}):
            for marks, weight in (((), 4), (("51",), 2), (("59",), 2)):
                yield Answer((*lines, Line(code, 1, marks))), weight
    for base in sorted(BASES):
        for code in sorted(rivals - BASES):
            yield Answer((Line(base, 1, ("59",)), Line(code))), 2


def _of_two_rules(item: Item) -> Iterator[tuple[Answer, float]]:
    """The claims that most pairs of wrong rules give."""
    given: Counter[Claim] = Counter()
    for _, claims in item.diagnosis.both:
        given.update(claims)
    for claim, times in sorted(given.items(), key=lambda each: (-each[1], each[0]))[:PAIRS]:
        yield Answer(claim), 6 + min(times, 10) / 2


def _slipped(lines: Claim) -> Iterator[tuple[Claim, float]]:
    """What one slip of the hand makes of a claim, and how often."""
    yield tuple(replace(line, code=TWINS.get(line.code, line.code)) for line in lines), 12
    for i, line in enumerate(lines):
        before, after = lines[:i], lines[i + 1 :]
        for units in {line.units + 1, line.units - 1, 1} - {0, line.units}:
            yield (*before, replace(line, units=units), *after), 10
        yield (before + after or (Line("49000"),)), 10
        if line.code in TWINS:
            yield (*before, replace(line, code=TWINS[line.code]), *after), 4
        for code in TAKEN_FOR:
            yield (*before, Line(code, line.units), *after), 5
        for mark in MARKS:
            if mark not in line.modifiers:
                yield (*before, replace(line, modifiers=tidy((*line.modifiers, mark))), *after), 4
        if set(line.modifiers) - {"51"}:
            yield (*before, replace(line, modifiers=()), *after), 8
    for code in BESIDE:
        yield (*lines, Line(code)), 5


def _usual() -> Iterator[Claim]:
    """What is written in this family whatever the note says."""
    for first, further in zip(CODES["first"], CODES["further"], strict=True):
        base = Line(str(first))
        yield (base,)
        yield (replace(base, modifiers=("22",)),)
        yield (replace(base, units=2),)
        yield (replace(base, units=3),)
        yield (base, replace(base, modifiers=("59",)))
        yield (Line(str(further)),)
        for units in (1, 2, 3):
            yield base, Line(str(further), units)
        yield base, Line(str(further), 1, ("59",))
        yield base, Line(str(further), 1, ("51",))
        for code in BESIDE_ONE_JOIN:
            for marks in ((), ("51",), ("59",)):
                yield base, Line(code, 1, marks)
            yield base, Line(str(further)), Line(code)
    for code in ("44125", "44160", "44140", "44130", "44005", "49000"):
        yield (Line(code),)


def _without_51(lines: Claim) -> Claim:
    return tuple(replace(line, modifiers=tuple(m for m in line.modifiers if m != "51")) for line in lines)
