"""An operation that a learner laid out on the bowel, compared with what the chart can mean: by the order of
the places, what became of each and what lies between. No centimeter counts.

What was misread is told apart from which rule was misused: `compare` names the place with the chart's own
sentence and, where an answer was given, says which of the two went wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from casebook.coding.bowel import Place
from casebook.coding.note import Note
from casebook.coding.operation import NEAR_A_JOIN, POINTS, Operation
from casebook.coding.places import called, called_step, listed, many, ordinal
from casebook.errors import OperationError
from casebook.grading import Grade, Item
from casebook.grading.asking import question_by_rule
from casebook.grading.item import blamed
from casebook.grading.quotes import FACET_OF

from .explorer import after, read, undecided

#: What stands on the bowel at one spot, as one speaks of it.
SPOTS = {
    "stricturoplasty": "a stricture widened",
    "repair": "a hole sewn",
    "enterotomy": "an opening made and closed",
    "diverticulectomy": "a pouch removed",
    "loop": "a loop brought out",
    "bypass": "an end of a bypass",
}
REGIONS = {
    "duodenum": "above the ligament of Treitz",
    "small": "on the small bowel",
    "valve": "across the valve",
    "colon": "beyond the valve, on the colon",
}
#: What no drawing of bowel shows, by the facet of the operation that a rule looks at.
FACETS = {
    "approach": "how the belly was entered",
    "session": "which operation of several it was",
    "surgeon": "whose claim it is",
    "unusual_work": "how hard it was",
}
ON_THE_BOWEL = {"resect", "join", "stoma", "bypass", *POINTS}
#: What became of a join that did not stay.
AGAIN = "was cut out again with the bowel beside it"
REASONS = ("atresia", "fistula", "join")  # why a piece went, where the claim follows it


@dataclass(frozen=True)
class Site:
    """One thing that the bowel shows at closing. Two are the same whatever they are called and wherever they
    lie between their neighbors."""

    what: str  # "place", or a kind of SPOTS
    fate: str  # what became of a place's ends, as it is said of the place
    region: str
    name: str = field(compare=False)
    at: float = field(compare=False)  # cm, for the order alone
    settled: tuple[str, ...] = field(compare=False, default=())  # the marks of what became of it
    made: tuple[str, ...] = field(compare=False, default=())  # the marks of how it came about
    pieces: int = field(compare=False, default=1)
    spare: bool = field(compare=False, default=False)  # part of an anastomosis: it may be shown or not
    # A join that stood here was cut out again with the bowel beside it, and the marks of that cut.
    again: bool = field(compare=False, default=False)
    redone: tuple[str, ...] = field(compare=False, default=())

    @property
    def told(self) -> str:
        """The whole of it: its name, and what is to be said of it."""
        kind = "" if self.what == "place" or self.name.startswith(SPOTS[self.what]) else SPOTS[self.what]
        return f"{self.name} ({self.fate or kind})" if self.fate or kind else self.name


@dataclass(frozen=True)
class Difference:
    """What is misread: a sentence about it, and the marks in the chart that settle it."""

    says: str
    marks: tuple[str, ...] = ()


def sites(op: Operation) -> list[Site]:
    """What the bowel of a reading shows at closing, from above down; a spot beside an anastomosis may be
    looked for on either side of it."""
    found = [_place(op, place, called(op, place)) for place in op.bowel.places]
    for i, what, at in _spots(op):
        if what not in POINTS or op.steps[i] in op.apart:
            found.append(_spot(op, i, what, at))
            continue
        near = [end for p in op.bowel.places if p.near(at, NEAR_A_JOIN) for end in (p.start, p.end)]
        found += [replace(_spot(op, i, what, at), at=end, spare=True) for end in near or [at]]
    return _in_order(found)


def laid(op: Operation) -> list[Site]:
    """What the bowel shows of an operation that a learner laid out; its places are called by their order."""
    found = [_place(op, p, f"your {ordinal(i)} place") for i, p in enumerate(op.bowel.places)]
    return _in_order([*found, *(_spot(op, *spot) for spot in _spots(op))])


def _in_order(found: list[Site]) -> list[Site]:
    """From above down; a spot beside a place stands on its own side of it."""
    return sorted(found, key=lambda site: site.at)


def _spots(op: Operation) -> Iterator[tuple[int, str, float]]:
    """What was done at one spot and was not removed later: the step, its kind, and where."""
    for at, i in op.bowel.loops:
        yield i, "loop", at
    for i, step in enumerate(op.steps):
        if step.act == "bypass":
            yield from ((i, "bypass", at) for at in (step.start, step.end))
        elif step.act in POINTS and not any(p.holds(step.start) for p in op.bowel.places):
            yield i, step.act, step.start


def _place(op: Operation, place: Place, name: str) -> Site:
    region = "valve" if place.start < op.valve < place.end else _region(op, place.start)
    return Site(
        "place",
        _fate(place),
        region,
        name,
        (place.start + place.end) / 2,
        _marks(op, place.joins[-1:] if place.joined else place.stomas),
        _marks(op, place.cuts),
        len(place.cuts),
        again=len(place.joins) > place.joined,
        redone=_marks(op, (cut for cut in place.cuts if place.joins and cut > min(place.joins))),
    )


def _spot(op: Operation, i: int, what: str, at: float) -> Site:
    name = called_step(op, op.steps[i], SPOTS[what])
    return Site(what, "", _region(op, at), name, at, made=_marks(op, (i,)))


def _marks(op: Operation, steps: Iterable[int]) -> tuple[str, ...]:
    return tuple(mark for i in steps if (mark := op.steps[i].evidence))


def _region(op: Operation, at: float) -> str:
    return "duodenum" if at < 0 else "small" if at < op.valve else "colon"


def _fate(place: Place) -> str:
    if place.joined:
        return "joined"
    if not place.brought_out:
        return "left stapled inside"
    if place.start == place.end:
        return "divided, an end brought out"
    if len(place.brought_out) > 1:
        return "both ends brought out"
    return f"the {'upper' if place.brought_out[0] == place.start else 'lower'} end brought out"


# What differs

Pair = tuple[Site | None, Site | None]  # laid out, and in the chart
LONE = 1.0  # what has nothing beside it
OTHER = 1.6  # two things of different kinds beside one another: less than two that stand alone


def _far(mine: Site, theirs: Site) -> float:
    """How far two things are from being the same."""
    if mine.what != theirs.what:
        return OTHER
    shown = (mine.fate != theirs.fate) + 0.5 * (mine.region != theirs.region)
    return shown + 0.1 * (mine.again != theirs.again)


def paired(mine: Sequence[Site], theirs: Sequence[Site]) -> list[Pair]:
    """Both in one order, each beside what it was taken for: the nearest such pairing, by order alone."""
    best: dict[tuple[int, int], tuple[float, list[Pair]]] = {(-1, -1): (0.0, [])}
    for i in range(-1, len(mine)):
        for j in range(-1, len(theirs)):
            ways: list[tuple[tuple[int, int], float, Pair]] = []
            if i >= 0 and j >= 0:
                ways.append(((i - 1, j - 1), _far(mine[i], theirs[j]), (mine[i], theirs[j])))
            if i >= 0:
                ways.append(((i - 1, j), LONE, (mine[i], None)))
            if j >= 0:
                ways.append(((i, j - 1), 0.0 if theirs[j].spare else LONE, (None, theirs[j])))
            if ways:
                came, far, pair = min(ways, key=lambda way: best[way[0]][0] + way[1])
                best[i, j] = best[came][0] + far, [*best[came][1], pair]
    return best[len(mine) - 1, len(theirs) - 1][1]


def differences(mine: Sequence[Site], theirs: Sequence[Site]) -> list[Difference]:
    """What of a layout differs from one reading; nothing where they are the same."""
    pairs = [(a, b) for a, b in paired(mine, theirs) if a or not (b and b.spare)]
    found, pairs = _moved(pairs)
    for alike, run in groupby(pairs, key=_alike):
        row = list(run)
        if alike is not None and any(None in pair for pair in row):
            found.append(_counted([a for a, _ in row if a], [b for _, b in row if b]))
        elif alike is None:
            found += [_misread(a, b) for a, b in row if a and b]
    return found


def _moved(pairs: list[Pair]) -> tuple[list[Difference], list[Pair]]:
    """Things that both sides have, on different sides of something else: one difference each, and the pairs
    without them."""
    found: list[Difference] = []
    gone: set[int] = set()
    mine_alone = [(i, a) for i, (a, b) in enumerate(pairs) if a and b is None]
    for i, theirs in [(i, b) for i, (a, b) in enumerate(pairs) if b and a is None]:
        for j, mine in mine_alone:
            if {i, j} & gone or (mine.what, mine.fate) != (theirs.what, theirs.fate):
                continue
            between = [b for a, b in pairs[min(i, j) + 1 : max(i, j)] if a and b and b != theirs]
            if between:
                found.append(_other_side(theirs, between, mine_below=j > i))
                gone |= {i, j}
    return found, [pair for i, pair in enumerate(pairs) if i not in gone]


def _other_side(theirs: Site, between: list[Site], mine_below: bool) -> Difference:
    """One thing that lies above others in the chart and below them as laid out, or the other way about."""
    here, there = ("below", "above") if mine_below else ("above", "below")
    told, them = listed(site.told for site in between), "them" if between[1:] else "it"
    says = f"{theirs.told}: yours is {here} {told}; the chart\u2019s is {there} {them}."
    return Difference(says[0].upper() + says[1:], (theirs.made or theirs.settled)[:1])


def redone_otherwise(mine: Sequence[Site], theirs: Sequence[Site]) -> list[Difference]:
    """Where the bowel at closing is the same: joins that only one side cut out again on the way there."""
    alike = [(a, b) for a, b in paired(mine, theirs) if a and b and a.again != b.again]
    return [
        Difference(f"The chart tells more: a first join at {b.name} {AGAIN}.", b.redone[:1])
        if b.again
        else Difference(
            f"At {a.name} you cut a join out again; the chart tells of one join there, made once."
        )
        for a, b in alike
    ]


def _alike(pair: Pair) -> Site | None:
    """What both sides of a pair show, or the one that is there. In a row of the same things none is told from
    the next, so only their number can be wrong. None where the two sides differ."""
    mine, theirs = pair
    return None if mine and theirs and mine != theirs else mine or theirs


def _counted(mine: list[Site], theirs: list[Site]) -> Difference:
    """A row of the same things, of which one side has more than the other."""
    # What makes one place of two is the line to read again: the last cut, or the one that took a join along.
    redone = [site.redone[:1] for site in theirs if site.redone] if len(theirs) < len(mine) else []
    told = [site.made[-1:] if site.pieces > 1 else (site.made or site.settled)[:1] for site in theirs]
    marks = tuple(mark for row in redone or told for mark in row)
    if not mine:
        return Difference(f"You left out {listed(site.told for site in theirs)}.", marks)
    if not theirs:
        return Difference(f"The chart does not have {listed(site.told for site in mine)}.")
    fate = f" ({theirs[0].fate})" if theirs[0].fate else ""
    kind = "place" if theirs[0].what == "place" else "spot"
    theirs_told, mine_told = (
        f"{many(len(row), kind)}{fate}: {listed(site.name for site in row)}" for row in (theirs, mine)
    )
    few = mine if len(mine) < len(theirs) else theirs
    return Difference(
        f"Here the chart has {theirs_told}. You have {mine_told}.{_made_one(few, few is mine)}", marks
    )


def _made_one(few: list[Site], yours: bool) -> str:
    """Why there are fewer places on one side than on the other; empty where nothing there tells it."""
    if any(site.again for site in few):
        how = "You cut a join out again, with the bowel beside it" if yours else f"There a first join {AGAIN}"
    elif any(site.pieces > 1 for site in few):
        how = f"{'You' if yours else 'There the surgeon'} took out the bowel between two pieces too"
    else:
        return ""
    return f" {how}, which makes one place of them."


def _misread(mine: Site, theirs: Site) -> Difference:
    """One thing that is another in the chart, fared otherwise there, or lies elsewhere."""
    if (mine.what, mine.fate) != (theirs.what, theirs.fate):
        marks = (theirs.settled or theirs.made)[:1]
        return Difference(f"You have {mine.told}; there the chart has {theirs.told}.", marks)
    here, there = REGIONS[mine.region], REGIONS[theirs.region]
    says = f"You have {mine.name} {here}; the chart has {theirs.name} {there}."
    return Difference(says, (theirs.made or theirs.settled)[:1])


# What is said of it


def compare(item: Item, operation: object, answer: str | None = None) -> dict[str, Any]:
    """What the chart says to an operation that was laid out, as `explorer.after` gives it; with an answer
    also whether that one went wrong by the reading or by a rule. Raises ValueError where there is none.

    `verdict` is `same` (at closing), `open` (one of several things that the chart can mean), `differs`,
    `nothing` (laid out) or `unfinished`. `differs` has a row for each thing to set right, or that came about
    otherwise: what it `says`, and in `rows` the chart's sentences that settle it. `asks`, where not empty, is
    the question to ask of the answer in place of the verdict's.
    """
    state = after(operation, None)
    op = read(state)
    if waiting := undecided(state, op):
        where = listed(f"your {ordinal(i)} place" for i in _waiting(op, waiting))
        says = (
            f"Say first what became of {where}: join the ends, bring one out, or leave them stapled inside."
        )
        return _told("unfinished", says)
    readings = item.note.readings
    mine = laid(op)
    nearest, redone = min(
        ((differences(mine, shown), redone_otherwise(mine, shown)) for shown in map(sites, readings)),
        key=lambda found: (len(found[0]), len(found[1])),
    )
    grade = item.grade(answer) if answer is not None else None
    about = _about(item, op, nearest, grade) if grade else ""
    asks = question_by_rule(grade) if grade and about and not nearest and item.note.action == "bill" else None
    if not nearest and len({_shown(reading) for reading in readings}) > 1:
        says = "Right. The chart can mean this, and something else too: it leaves open what was done."
        return _told("open", says, _rows(item, redone), about)
    if not nearest:
        says = "Right. This is what the chart tells: the places, what became of each, and what lies between."
        return _told("same", says, _rows(item, redone), about, asks or "")
    if not mine:
        return _told("nothing", "Nothing is laid out, and the chart tells of something done to the bowel.")
    # An open chart has other readings, and no word here may tell that it is open.
    says = f"Not yet what the chart tells: {many(len(nearest), 'thing')} to set right."
    return _told("differs", says, _rows(item, nearest), about)


def _rows(item: Item, found: Iterable[Difference]) -> list[dict[str, Any]]:
    """What differs, each with the chart's own sentences."""
    return [
        {
            "says": each.says,
            "rows": [
                {"name": mark, "says": item.evidence[mark]} for mark in each.marks if mark in item.evidence
            ],
        }
        for each in found
    ]


def _shown(reading: Operation) -> tuple[Site, ...]:
    return tuple(site for site in sites(reading) if not site.spare)


def _told(
    verdict: str,
    says: str,
    differs: Iterable[dict[str, Any]] = (),
    about: str = "",
    asks: str = "",
) -> dict[str, Any]:
    return {"verdict": verdict, "says": says, "differs": list(differs), "about": about, "asks": asks}


def _waiting(op: Operation, waiting: list[list[float]]) -> list[int]:
    return [i for i, place in enumerate(op.bowel.places) if [place.start, place.end] in waiting]


def _about(item: Item, op: Operation, wrong: list[Difference], grade: Grade) -> str:
    """Whether an answer went wrong by what was read or by a rule; empty where nothing is to be said."""
    if grade.verdict not in ("correct", "partly", "wrong"):
        return ""
    if grade.verdict == "correct":
        return "The claim is right, but you laid out something else than the chart tells." if wrong else ""
    if wrong:
        follows = any(_follows(reading, op, grade) for reading in item.note.readings)
        named = grade.misconceptions or item.diagnosis.but_for_units(grade.claim)
        if follows:
            return FOLLOWS_A_SLIP if named else FOLLOWS
        return ELSEWHERE if _holds_the_right_one(item, grade) else NEITHER
    if item.note.action == "query":
        return LEFT_OPEN
    if beside := _beside(item, grade):
        return f"You read what was done to the bowel as the chart tells it. Look again at {listed(beside)}."
    return RULE


FOLLOWS = (
    "This claim follows from what you laid out: you used the rules well, and what is off is how you read the"
    " chart."
)
FOLLOWS_A_SLIP = (
    "This claim follows from what you laid out, which is not what the chart tells. So it may be your reading,"
    " and not the slip that is named: set the layout right first, and see what you would file then."
)
NEITHER = "What you laid out is not what the chart tells. Set that right first: the claim follows from it."
ELSEWHERE = (
    "What you laid out is not what the chart tells. What is off in this claim is something else, though: look"
    " at both."
)
LEFT_OPEN = "You read the chart well. What it leaves open, no claim can settle: that is the rule here."
RULE = "You read the operation as the chart tells it, so what is off is a rule and not your reading."


def _follows(reading: Operation, op: Operation, grade: Grade) -> bool:
    """Whether the claim is right for what was laid out, done as this reading says of all else."""
    if reading.left or any(step.reason in REASONS or step.kind == "surgeon" for step in reading.steps):
        return False  # why a piece went, and what an earlier session left open, cannot be laid out
    besides = tuple(step for step in reading.steps if step.act not in ON_THE_BOWEL)
    try:
        note = Note((replace(reading, steps=(*op.steps, *besides), valve=op.valve, rectum=None),))
    except OperationError:
        return False  # what else was done has no room there
    return note.action == "bill" and any(claim.fits(grade.claim) for _, claim in note.accepted())


def _holds_the_right_one(item: Item, grade: Grade) -> bool:
    """Whether all that is right stands on a claim, with a line or a modifier too many: that is no matter of
    the bowel."""
    given = {(line.code, line.units) for line in grade.claim}
    return any(
        {(line.code, line.units) for line in target.lines} <= given for target in item.diagnosis.targets
    )


def _beside(item: Item, grade: Grade) -> list[str]:
    """What beside the bowel the wrong lines of an answer are about, and whether the rules are too."""
    rules = blamed(item, grade.likely, grade.findings)
    facets = dict.fromkeys(FACETS[FACET_OF[rule]] for rule in rules if FACET_OF.get(rule) in FACETS)
    given = {line.code for line in grade.claim}
    steps = item.note.readings[0].steps
    shown_by = item.diagnosis.targets[0].shown_by if item.diagnosis.targets else {}
    lacking = {steps[i].act for code, by in shown_by.items() if code not in given for i in by}
    found = [*facets, *(["what else was done"] if lacking - ON_THE_BOWEL else [])]
    return [*found, "the rules"] if found and any(rule not in FACET_OF for rule in rules) else found
