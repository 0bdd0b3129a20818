"""The nearest operation that would make a claim right: one or two stated changes away, or none.

A change drops, adds or moves something done, undoes or makes a join, or turns the approach. Each says itself
in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

from casebook.coding import edits
from casebook.coding.bowel import Place, cm
from casebook.coding.claim import MODIFIER_ORDER, Claim, Same, show
from casebook.coding.note import Note
from casebook.coding.operation import APPROACHES, POINTS, STEPS, Operation, Step
from casebook.coding.rulebook import CODES, UNLISTED, UNLISTED_OPEN
from casebook.coding.views import accepted
from casebook.errors import OperationError

from .glance import Look, Sought, look

ROOM = 15.0  # cm kept clear of everything done, for a site of its own
PIECE = 10.0  # cm, the length of a made-up further piece
MOST_STEPS = 60_000  # of changed operations; a reader waits for this
FISTULAS = STEPS["close_fistula"]  # where each leads
WORDS = {
    "stoma": "the stoma",
    "stricturoplasty": "the stricturoplasty",
    "bypass": "the bypass join",
    "repair": "the repair",
    "enterotomy": "the opening",
    "diverticulectomy": "the removal of the pouch",
    "close_stoma": "the closing of the stoma",
    "close_fistula": "the closing of the fistula",
    "revise_stoma": "the revision of the stoma",
    "feeding_catheter": "the feeding catheter",
    "reopen": "the reopening",
    "lyse_adhesions": "the freeing of adhesions",
    "explore": "the exploration",
    "appendectomy": "the removal of the appendix",
    "hernia_repair": "the hernia repair",
    "untwist": "the untwisting",
    "mesentery_repair": "the closing of the mesentery",
    "omentectomy": "the omentum",
}


def stuck(claim: Claim) -> list[edits.Edit]:
    """The edits against a claim that no record lifts."""
    return [e for e in edits.scrub(claim) if e.blocks and not e.appealable]


def way(note: Note, claim: Claim) -> tuple[str, Operation | None]:
    """The smallest change that would make a claim right, in words, and the operation it leads to, if one
    does."""
    text = show(claim)
    if shut_by := stuck(claim):
        return f"No operation makes {text} right: {shut_by[0].says}", None
    if strange := never(claim):
        return f"No operation makes {text} right: {strange}", None
    if strange := beyond(claim):
        return (
            f"This casebook has no rule for {strange}, so it cannot say what would make {text} right.",
            None,
        )
    if note.action == "query":
        for op in note.readings:
            if any(c.fits(claim) for _, c in accepted(op)):
                return (
                    f"It would be right if the surgeon confirmed this reading: {op.says or 'as billed'}.",
                    op,
                )
        return f"No answer of the surgeon's to what is open would make {text} right.", None
    found = nearest(note.readings[0], claim)
    if found is None:
        return f"No operation within two changes of this one makes {text} right.", None
    if not found:
        return f"None of the changes that were tried makes {text} right.", None
    if len({change.says for change in found}) < len(found):
        return f"It would be right had {found[0].says}, twice over.", found[-1].op
    return "It would be right had " + ", and had ".join(change.says for change in found) + ".", found[-1].op


@dataclass(frozen=True, eq=False)
class Change:
    """One stated change and the operation it leads to; `before` is what was changed. `says` completes “Had
    …”.

    What is worked out for it is kept, since many answers to a case ask for the same changes.
    """

    says: str
    op: Operation
    before: Operation = field(repr=False)

    @cached_property
    def fewer(self) -> bool:
        """Whether it comes to something simply not done, with no end left open by it."""
        opened = [sum(p.open for p in op.bowel.places) for op in (self.before, self.op)]
        return set(self.op.steps) < set(self.before.steps) and opened[1] <= opened[0]

    @cached_property
    def look(self) -> Look:
        """A glance at the operation."""
        return look(self.op)

    @cached_property
    def claims(self) -> tuple[tuple[frozenset[str], Same], ...]:
        """The accepted claims as they are compared, the main one first: the codes on which 51 is free, and
        the rest."""
        found = [claim for _, claim in accepted(self.op) if claim.out_of_scope is None]
        return tuple((claim.free_51, claim.same()) for claim in found)

    @cached_property
    def further(self) -> tuple[Change, ...]:
        """What is one more change away and does not take back what this one did."""
        made = set(self.op.steps) - set(self.before.steps)
        return tuple(change for change in changes(self.op) if made.issubset(change.op.steps))

    def gives(self, sought: Sought) -> bool:
        """Whether the claim is an accepted one after the change."""
        return any(sought.same(free) == claim for free, claim in self.claims)

    def distance(self, sought: Sought) -> int:
        """In how many lines the main claim after it differs."""
        free, claim = self.claims[0] if self.claims else (frozenset[str](), Same())
        return len(sought.same(free) ^ claim)


@lru_cache(maxsize=2)
def _around(op: Operation) -> tuple[Change, ...]:
    """Every change of an operation, kept for the next answer to it."""
    return tuple(changes(op))


def changes(op: Operation) -> Iterator[Change]:
    """Every operation one change away."""
    for says, fields in _candidates(op):
        if not fields.get("steps", op.steps):
            continue  # an operation of nothing is none
        try:
            yield Change(says, replace(op, **fields), op)
        except OperationError:
            continue


def never(claim: Claim) -> str | None:
    """Why no operation at all has this claim, where one glance tells; else None."""
    for line in claim:
        for mark in line.modifiers:
            if mark == "22" and line.code in (UNLISTED, UNLISTED_OPEN):
                return "an unlisted code takes no 22; the report says what was done."
            if edits.add_on(line.code) and mark in ("22", "51", "59", "XS", "79"):
                return f"an add-on never takes {mark}."
    return None


def beyond(claim: Claim) -> str | None:
    """What of a claim no rule of this casebook gives: a code or a modifier that operations outside it may
    well take."""
    for line in claim:
        if line.code not in _DERIVED:
            return line.code
        for mark in line.modifiers:
            if mark not in MODIFIER_ORDER and mark != "XS":
                return f"modifier {mark}"
    return None


_DERIVED = {code for what, codes in CODES.items() if what != "hernia" for code in codes} | {
    UNLISTED,
    UNLISTED_OPEN,
}


def nearest(op: Operation, wanted: Claim) -> tuple[Change, ...] | None:
    """The fewest changes, at most two, after which the wanted claim is an accepted one.

    None where no two changes do; nothing at all where there are too many to try, as in an operation of thirty
    pieces.
    """
    sought = Sought(wanted)
    if sought.impossible or len(sought.lacks(look(op))) > 2:
        return None
    work = Work()
    first = sorted(work.among(_around(op)), key=lambda change: change.distance(sought))
    for change in first:
        if not sought.lacks(change.look) and change.gives(sought):
            return (change,)
    for fewer in (True, False):  # two things fewer are easier to think than one moved and one more
        for change in first:
            if len(sought.lacks(change.look)) > 1 or (fewer and not change.fewer):
                continue
            for second in work.among(change.further):
                if not sought.lacks(second.look) and (second.fewer or not fewer) and second.gives(sought):
                    return (change, second)
    return () if work.left < 0 else None


class Work:
    """How much is looked at before giving up: changed operations, each weighing as much as it has steps."""

    def __init__(self) -> None:
        self.left = MOST_STEPS

    def among(self, changes: Iterable[Change]) -> Iterator[Change]:
        for change in changes:
            self.left -= len(change.op.steps)
            if self.left < 0:
                return
            yield change


def _candidates(op: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every change in words, and the fields that it replaces; the order decides between equals."""
    yield from _approach(op)
    yield from _at_places(op)
    yield from _fewer(op)
    yield from _causes(op)
    yield from _more(op)
    yield from _of_the_whole(op)


def _approach(op: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    laparoscopic = op.approach not in ("open", "converted")
    yield (
        f"the operation been {'open' if laparoscopic else 'laparoscopic to the end'}",
        {"approach": APPROACHES[0] if laparoscopic else APPROACHES[1]},
    )


def _at_places(op: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Something else done at a place, or the bowel between two taken too."""
    places = op.bowel.places
    for place in places:
        yield from _place_changes(op, place)
    for one, two in pairwise(places):
        if one.joined and two.joined:
            bridge = (Step("resect", one.end, two.start, reason="margin"), Step("join", one.start, two.end))
            kept = _without(op, {one.joins[-1], two.joins[-1]})
            yield (
                f"the bowel from {cm(one.end)} to {cm(two.start)} also been taken, with one join",
                {"steps": kept + bridge},
            )


def _fewer(op: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """A step left out, or a fistula that led elsewhere."""
    places = op.bowel.places
    for i, step in enumerate(op.steps):
        if step.act in WORDS and not (step.act == "stoma" and any(i in p.stomas and p.cuts for p in places)):
            word = WORDS[step.act].removeprefix("the ") if step.kind != "loop" else "loop stoma"
            alike = sum(s.act == step.act and s.kind == step.kind for s in op.steps)
            yield (
                f"there been one {word} fewer" if alike > 1 else f"there been no {word}",
                {"steps": _without(op, {i})},
            )
        if step.act == "close_fistula":
            for kind in FISTULAS:
                if kind != step.kind:
                    turned = (*op.steps[:i], replace(step, kind=kind), *op.steps[i + 1 :])
                    yield f"the fistula been from {kind.replace('-', ' to ')}", {"steps": turned}


def _more(op: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Something more at a site of its own, or moved there; or colon brought out."""
    site = _free_site(op)
    if site is not None:
        for says, more in _additions(site):
            again = any(step.act == more[0].act for step in op.apart)
            yield says.replace("a ", "a further ", 1) if again else says, {"steps": (*op.steps, *more)}
        for i, step in enumerate(op.steps):
            if step.act in POINTS:
                moved = (*op.steps[:i], replace(step, start=site, end=site), *op.steps[i + 1 :])
                yield f"{WORDS[step.act]} been at another site", {"steps": moved}
    beyond = max([op.valve, *(end for s in op.steps for end in (s.start, s.end))]) + ROOM
    brought_out = Step("stoma", beyond, beyond, kind="loop")
    yield "a loop of colon been brought out", {"steps": (*op.steps, brought_out)}


def _of_the_whole(op: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Unusual work, the session, and whose claim it is."""
    yield (
        f"the note {'not ' if op.unusual_work else ''}described work far beyond the usual",
        {"unusual_work": not op.unusual_work},
    )
    for follows, words in RETURNS:
        if op.follows != follows:
            yield words, {"follows": follows}
    if op.follows:
        yield "this been the first operation", {"follows": None, "days": 1}
    for surgeon, words in ROLES:
        if op.surgeon != surgeon:
            yield words, {"surgeon": surgeon}


RETURNS = (
    ("staged", "this been a planned return within ninety days"),
    ("complication", "this been a return for a complication within ninety days"),
)
ROLES = (
    ("primary", "this been the main surgeon's claim"),
    ("assistant", "this been the assistant surgeon's claim"),
    ("assistant-nonphysician", "this been the physician assistant's claim"),
    ("co-surgeon", "two surgeons shared the operation"),
)


def _additions(site: float) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Something more at a site of its own: in words, and its steps."""
    end = site + PIECE
    yield (
        "a further segment been removed and joined on its own",
        (
            Step("resect", site, end),
            Step("join", site, end),
        ),
    )
    yield "a loop been brought out upstream", (Step("stoma", site, site, kind="loop"),)
    yield "a stricture at another site been widened", (Step("stricturoplasty", site, site),)
    yield "a hole from disease at another site been sewn", (Step("repair", site, site, kind="disease"),)
    yield "the bowel been opened at another site", (Step("enterotomy", site, site),)
    yield "a Meckel's pouch been removed elsewhere", (Step("diverticulectomy", site, site),)
    yield "a feeding catheter been put in", (Step("feeding_catheter", site, site),)
    yield "two loops been joined with nothing removed", (Step("bypass", site, end),)
    yield "a stoma at another site been closed", (Step("close_stoma", site, site),)
    yield "a diseased appendix been removed besides", (Step("appendectomy", kind="diseased"),)
    yield "a loop been untwisted", (Step("untwist"),)
    for kind in FISTULAS:
        yield (
            f"a fistula ({kind.replace('-', ' to ')}) been closed besides",
            (Step("close_fistula", kind=kind),),
        )


def _causes(op: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a hole came from, and what the main work at a fistula was."""
    for i, step in enumerate(op.steps):
        if step.act == "repair":
            became, says = _OTHERWISE["repair"][step.kind in ("surgeon", "fistula")]
            yield f"the hole at {cm(step.start)} {says}", _turned(op, i, became)
        elif step.act in _OTHERWISE:
            became, says = _OTHERWISE[step.act][step.kind in ("incidental", None)]
            yield says, _turned(op, i, became)
    if any(s.reason == "fistula" for s in op.steps) and not op.did("close_fistula"):
        for kind in FISTULAS:
            yield (
                f"closing a fistula ({kind.replace('-', ' to ')}) been the main work",
                {"steps": (*op.steps, Step("close_fistula", kind=kind))},
            )


#: What a step may have been instead: where it is the usual kind, and where it is the other.
_OTHERWISE: dict[str, tuple[tuple[str | None, str], tuple[str | None, str]]] = {
    "repair": (("surgeon", "been the surgeon’s own"), ("disease", "come from disease")),
    "appendectomy": (
        ("incidental", "the appendix been healthy"),
        ("diseased", "the appendix been diseased"),
    ),
    "enterotomy": (
        (None, "the bowel been opened to look or to take something out"),
        ("decompress", "the bowel been opened only to let out what distended it"),
    ),
}


def _turned(op: Operation, i: int, kind: str | None) -> dict[str, Any]:
    """The steps with one of another kind."""
    return {"steps": (*op.steps[:i], replace(op.steps[i], kind=kind), *op.steps[i + 1 :])}


def _place_changes(op: Operation, place: Place) -> Iterator[tuple[str, dict[str, Any]]]:
    where = f"{cm(place.start)} to {cm(place.end)}"
    ended = {*place.joins, *place.stomas}
    if place.cuts and not place.left:
        yield f"the piece from {where} not been removed", {"steps": _without(op, {*place.cuts, *ended})}
    rest = _without(op, ended)
    if place.joined:
        yield (
            f"the end at {cm(place.start)} been brought out instead of joined",
            {
                "steps": (
                    *_without(op, {place.joins[-1]}),
                    Step("stoma", place.start, place.start, kind="end"),
                )
            },
        )
        yield f"the ends at {where} been left stapled", {"steps": _without(op, {place.joins[-1]})}
        yield from _split(op, place)
        if place.cuts and place.end <= op.valve:
            taken = (place.cuts[-1], place.joins[-1])
            longer = tuple(
                replace(s, end=op.valve + PIECE) if i in taken else s for i, s in enumerate(op.steps)
            )
            yield f"the piece from {where} taken the ileocecal valve with it", {"steps": longer}
        if place.cuts and place.start >= op.valve:
            taken = (place.cuts[0], place.joins[-1])
            higher = tuple(
                replace(s, start=op.valve - PIECE) if i in taken else s for i, s in enumerate(op.steps)
            )
            yield f"the piece from {where} begun above the ileocecal valve", {"steps": higher}
    elif place.start < place.end:
        yield f"the ends at {where} been joined", {"steps": (*rest, Step("join", place.start, place.end))}
    if place.start < op.valve < place.end and place.joined:
        steps = tuple(
            (
                replace(s, end=op.valve - PIECE)
                if s.act in ("resect", "join") and i in {*place.cuts, *place.joins} and s.end > op.valve
                else s
            )
            for i, s in enumerate(op.steps)
        )
        yield "the ileocecal valve been left in place", {"steps": steps}


def _split(op: Operation, place: Place) -> Iterator[tuple[str, dict[str, Any]]]:
    """The same pieces, each with a join of its own."""
    pieces = [op.steps[i] for i in place.cuts]
    rest = _without(op, {*place.cuts, *place.joins})
    apart: list[Step] = []
    clear = True
    for step in (s for s in pieces if s.reason not in ("margin", "join")):
        start, end = _longest(step, apart)
        clear = clear and (start, end) == (step.start, step.end)
        if start < end:
            apart.append(replace(step, start=start, end=end))
    if len(apart) == 1 and apart[0].lesions > 1:
        s = apart[0]
        third = (s.end - s.start) / 3
        third = float(round(third)) if third > 2 else third  # whole cm, as people measure
        apart = [replace(s, end=s.start + third, lesions=1), replace(s, start=s.end - third, lesions=1)]
    if len(apart) > 1:
        steps = tuple(x for s in apart for x in (s, Step("join", s.start, s.end)))
        where = f"from {cm(place.start)} to {cm(place.end)}"
        if len(pieces) == 1:
            says = f"the lesions {where} been taken out as two pieces, each with its own join"
        else:
            says = (
                f"the pieces {where} {'' if clear else 'kept clear of one another and '}been joined each on"
                " its own"
            )
        yield says, {"steps": rest + steps}


NEAR = 6.0  # cm of bowel left between two pieces that are split apart


def _longest(step: Step, taken: list[Step]) -> tuple[float, float]:
    """The longest stretch of a piece that keeps its distance from the pieces taken before it."""
    free = [(step.start, step.end)]
    for t in taken:
        low, high = t.start - NEAR, t.end + NEAR
        free = [part for a, b in free for part in ((a, min(b, low)), (max(a, high), b)) if part[0] < part[1]]
    return max(free, key=lambda part: part[1] - part[0], default=(step.start, step.start))


def _without(op: Operation, gone: set[int]) -> tuple[Step, ...]:
    return tuple(s for i, s in enumerate(op.steps) if i not in gone)


def _free_site(op: Operation) -> float | None:
    spans = [(p.start, p.end) for p in op.bowel.places] + [
        (s.start, s.end) for s in op.steps if s.end > s.start or s.start
    ]
    at = 60.0
    while at + PIECE + ROOM < op.valve:
        if all(at + PIECE + ROOM < start or end + ROOM < at for start, end in spans):
            return at
        at += 5.0
    return None
