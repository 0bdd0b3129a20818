"""The stated changes of an operation: each drops, adds or moves something done, undoes or makes a join, or
turns the approach, the session or whose claim it is.

Each is something that a surgeon could have done or met, and says itself in words that are false of the
operation as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

from casebook.coding.bowel import Place
from casebook.coding.claim import Same
from casebook.coding.operation import APPROACHES, LONGEST_NAME, POINTS, STEPS, Operation, Step
from casebook.coding.places import bridge, called, called_step, listed, many, name, span, told_in_cm
from casebook.coding.rulebook import CODES
from casebook.coding.rules.scope import MECKEL
from casebook.coding.views import accepted
from casebook.errors import OperationError

from .glance import Look, Sought, look

ROOM = 15.0  # cm kept clear of everything done, for a site of its own
PIECE = 10.0  # cm, the length of a made-up further piece
NEAR = 6.0  # cm of bowel left between two pieces that are split apart
LONG = 30.0  # cm; a piece shorter than this is not taken as two with an anastomosis each
BRIDGE = 100.0  # cm of sound bowel; nobody takes more to save an anastomosis
NEWBORN = 300.0  # cm of small bowel; a newborn has less
FISTULAS = STEPS["close_fistula"]  # where each leads
#: What was done, as one says that it was not: the noun, and what becomes of a named one.
WORDS = {
    "stoma": ("stoma", ""),
    "stricturoplasty": ("stricturoplasty", "been widened"),
    "bypass": ("bypass", ""),
    "repair": ("hole to sew", "been there to sew"),
    "enterotomy": ("opening", "been made"),
    "diverticulectomy": ("pouch to remove", "been removed"),
    "revise_stoma": ("revision of the stoma", ""),
    "feeding_catheter": ("feeding catheter", ""),
    "lyse_adhesions": ("freeing of adhesions", ""),
    "explore": ("exploration", ""),
    "appendectomy": ("removal of the appendix", ""),
    "hernia_repair": ("hernia repair", ""),
    "untwist": ("untwisting", ""),
    "mesentery_repair": ("closing of the mesentery", ""),
    "omentectomy": ("removal of omentum", ""),
}
#: What was done at one spot, where the chart has no name for it.
MOVED = {
    "stricturoplasty": "the stricturoplasty",
    "repair": "the hole",
    "enterotomy": "the opening",
    "diverticulectomy": "the pouch",
}


@dataclass(frozen=True, eq=False)
class Change:
    """One stated change and the operation it leads to; `before` is what was changed. `says` completes “Had
    …”.

    What is worked out for it is kept, since many answers to a case ask for the same changes.
    """

    says: str
    op: Operation
    before: Operation = field(repr=False)
    of: tuple[str, str] | None = None  # what was not done: its act, and its name in the chart
    alone: bool = False  # far from what was done, and so never one of two changes

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
        """What is one more change away, and neither takes back what this one did nor stands only alone."""
        made = set(self.op.steps) - set(self.before.steps)
        return tuple(c for c in changes(self.op) if not c.alone and made.issubset(c.op.steps))

    def gives(self, sought: Sought) -> bool:
        """Whether the claim is an accepted one after the change."""
        return any(sought.same(free) == claim for free, claim in self.claims)

    def plainly(self, sought: Sought) -> bool:
        """Whether the claim is the main one after the change, and not that of a view."""
        _, main = accepted(self.op)[0]
        return main.out_of_scope is None and sought.same(main.free_51) == main.same()

    def distance(self, sought: Sought) -> int:
        """In how many lines the main claim after it differs."""
        free, claim = self.claims[0] if self.claims else (frozenset[str](), Same())
        return len(sought.same(free) ^ claim)


def around(op: Operation) -> tuple[Change, ...]:
    """Every change of an operation, kept for the next answer to it."""
    return _kept(op, tuple(step.name for step in op.steps), op.measured)


@lru_cache(maxsize=2)
def _kept(op: Operation, *words: object) -> tuple[Change, ...]:
    """The same. Operations that are equal may still speak of their places by other words."""
    return tuple(changes(op))


def changes(op: Operation) -> Iterator[Change]:
    """Every operation one change away."""
    for draft in _candidates(op):
        if not draft.fields.get("steps", op.steps):
            continue  # an operation of nothing is none
        try:
            yield Change(draft.says, replace(op, **draft.fields), op, draft.of, draft.alone)
        except OperationError:
            continue


@dataclass(frozen=True)
class Draft:
    """A change before it is tried: its words, the fields that it replaces, and what `Change` knows of it."""

    says: str
    fields: dict[str, Any]
    of: tuple[str, str] | None = None
    alone: bool = False


def _candidates(op: Operation) -> Iterator[Draft]:
    """Every change; the order decides between equals."""
    yield from _approach(op)
    yield from _at_places(op)
    yield from _fewer(op)
    yield from _causes(op)
    yield from _more(op)
    yield from _of_the_whole(op)


def _approach(op: Operation) -> Iterator[Draft]:
    if not op.opened:
        yield Draft("the operation been open", {"approach": APPROACHES[0]})
    elif not op.open_already:
        how = "laparoscopic to the end" if op.approach == "converted" else "laparoscopic"
        yield Draft(f"the operation been {how}", {"approach": APPROACHES[1]})


# At the places where bowel is missing


def _at_places(op: Operation) -> Iterator[Draft]:
    """Something else done at a place, or the bowel between two taken too."""
    for place in _latest_first(op):  # the last one is thought of as the further one
        yield from _place_changes(op, place)
    for one, two in pairwise(op.bowel.places):
        if one.joined and two.joined and two.start - one.end <= BRIDGE:
            both = " and ".join(filter(None, (name(op, one), name(op, two))))
            both = both if len(both) <= LONGEST_NAME else ""
            bridge = (
                Step("resect", one.end, two.start, reason="margin", name=both),
                Step("join", one.start, two.end, name=both),
            )
            kept = _without(op, {one.joins[-1], two.joins[-1]})
            where = span(op, one.end, two.start)
            between = f"from {where}" if where else f"between {called(op, one)} and {called(op, two)}"
            yield Draft(f"the bowel {between} also been taken, with one join", {"steps": kept + bridge})
    yield from _from_birth(op)


def _latest_first(op: Operation) -> list[Place]:
    """The places in the order in which they were closed, the last one first: the findings call the first
    anastomosis made the first."""
    return sorted(
        op.bowel.places, key=lambda p: max((*p.joins, *p.stomas, *p.cuts), default=-1), reverse=True
    )


def _place_changes(op: Operation, place: Place) -> Iterator[Draft]:
    ended = {*place.joins, *place.stomas}
    if place.cuts and not place.left:
        yield Draft(_unremoved(op, place), {"steps": _without(op, {*place.cuts, *ended})})
    if place.left and place.joined:
        yield from _as_trimmed(op, place)
    if op.own_injury(place):
        diseased = tuple(replace(s, kind=None) if i in place.cuts else s for i, s in enumerate(op.steps))
        why = "for disease, and not because of an inadvertent injury by the surgeon"
        says = f"{_piece(op, place)} been removed {why}"
        yield Draft(says, {"steps": diseased})
    if place.joined:
        yield from _otherwise_than_joined(op, place)
    elif place.start < place.end:
        yield from _otherwise_than_open(op, place)
    if place.start < op.valve < place.end and place.joined:
        steps = tuple(
            (
                replace(s, end=op.valve - PIECE)
                if s.act in ("resect", "join") and i in {*place.cuts, *place.joins} and s.end > op.valve
                else s
            )
            for i, s in enumerate(op.steps)
        )
        yield Draft(f"the {op.junction} been left in place", {"steps": steps})


def _unremoved(op: Operation, place: Place) -> str:
    """That nothing was removed at a place, as it could have come about: dead or cancerous bowel is never
    left, but there may be none."""
    closed = next((s for s in op.did("close_stoma") if place.near(s.start)), None)
    if closed:
        return f"no piece been removed to close {called_step(op, closed, 'the stoma')}"
    if "fistula" in op.reasons(place) and op.did("close_fistula"):
        return "no bowel been removed to close the fistula"
    inside = next((s for s in op.did(*POINTS) if place.near(s.start)), None)
    if inside:
        return ALONE[inside.act]
    others = [p for p in op.bowel.places if p.cuts and p is not place and not p.left]
    without = ", and no stoma been made" if place.stomas else ""
    if others:
        open_ = ", and the operation still been finished open" if op.approach == "converted" else ""
        return f"there been only {listed(_piece(op, p) for p in others)} to remove{without}{open_}"
    return f"there been nothing to remove at {_spot(op, place)}{without}"


#: What was done inside a removed piece, as the only thing done there.
ALONE = {
    "diverticulectomy": "the pouch alone been cut off",
    "stricturoplasty": "the stricture only been widened, with nothing removed there",
    "repair": "the hole only been sewn, with nothing removed there",
    "enterotomy": "the bowel only been opened, with nothing removed there",
}


def _spot(op: Operation, place: Place) -> str:
    """A place where one says “at” of it."""
    return called(op, place).removeprefix("the place at ")


def _ends(op: Operation, place: Place) -> str:
    """The ends of a place, which may be just what it is called."""
    words = name(op, place)
    return words if words.endswith((" ends", " stumps")) else f"the ends at {_spot(op, place)}"


def _piece(op: Operation, place: Place) -> str:
    """The bowel taken out at a place."""
    return name(op, place) or f"the piece at {_spot(op, place)}"


def _as_trimmed(op: Operation, place: Place) -> Iterator[Draft]:
    """At ends that an earlier operation left stapled: more removed today than the staple lines, or only
    those."""
    if not op.trimmed_only(place):
        trimmed = (
            replace(s, reason="margin", kind=None) if i in place.cuts else s for i, s in enumerate(op.steps)
        )
        yield Draft(f"only the staple lines been trimmed at {_spot(op, place)}", {"steps": tuple(trimmed)})
        return
    longer = place.end + PIECE
    joins = tuple(replace(s, end=longer) if i in place.joins else s for i, s in enumerate(op.steps))
    at = next((i for i in place.joins), len(joins))
    gone = Step("resect", place.end, longer, reason="infarction", name=name(op, place))
    more = "more than a trim" if place.cuts else "a segment"
    yield Draft(f"{more} been removed at {_spot(op, place)}", {"steps": (*joins[:at], gone, *joins[at:])})


def _otherwise_than_open(op: Operation, place: Place) -> Iterator[Draft]:
    """The ends of a place joined that were left stapled or brought out, or a stoma alone made there."""
    ended = {*place.joins, *place.stomas}
    joined = (*_without(op, ended), Step("join", place.start, place.end, name=name(op, place)))
    first, no_stoma = _cut_through_colon(op, place)
    yield Draft(f"{first}{_ends(op, place)} been joined{no_stoma}", {"steps": joined})
    if not place.brought_out:
        return
    loop = Step("stoma", max(place.start - ROOM, 1.0), max(place.start - ROOM, 1.0), kind="loop")
    says = f"{first}{_ends(op, place)} been joined and a loop brought out upstream"
    yield Draft(says, {"steps": (*joined, loop)})
    if place.cuts and not place.left:
        alone = (*_without(op, {*place.cuts, *ended}), replace(loop, start=place.start, end=place.start))
        says = f"nothing been removed at {_spot(op, place)}, and a loop brought out there"
        yield Draft(says, {"steps": alone}, alone=True)


def _cut_through_colon(op: Operation, place: Place) -> tuple[str, str]:
    """What must be so besides for ends to be joined where the lower one may be the rectum, whose join has
    another code: what is said before and after."""
    if not place.brought_out or place.end <= op.valve or (op.rectum or 0) > place.end:
        return "", ""
    cuts = "the lower cut" if place.start < op.valve else "both cuts"
    return f"{cuts} been through the colon, and ", " with no stoma made"


def _otherwise_than_joined(op: Operation, place: Place) -> Iterator[Draft]:
    """Another end for a joined place, other pieces, or the valve taken with it or spared."""
    undone = _without(op, {place.joins[-1]})
    where = _spot(op, place)
    measured = told_in_cm(op, place.start)
    upper = f"the end at {span(op, place.start, place.start)}" if measured else f"the upper end at {where}"
    stoma = Step("stoma", place.start, place.start, kind="end", name=name(op, place))
    yield Draft(f"{upper} been brought out instead of joined", {"steps": (*undone, stoma)})
    yield Draft(f"{_ends(op, place)} been left stapled", {"steps": undone})
    yield from _split(op, place)
    yield from _sewn(op, place)
    yield from _tapered(op, place)
    if place.cuts and place.end <= op.valve:
        taken = (place.cuts[-1], place.joins[-1])
        longer = tuple(replace(s, end=op.valve + PIECE) if i in taken else s for i, s in enumerate(op.steps))
        yield Draft(f"the piece at {where} taken the {op.junction} with it", {"steps": longer})
    if place.cuts and place.start >= op.valve:
        taken = (place.cuts[0], place.joins[-1])
        higher = tuple(
            replace(s, start=op.valve - PIECE) if i in taken else s for i, s in enumerate(op.steps)
        )
        yield Draft(f"the piece at {where} begun above the {op.junction}", {"steps": higher})


def _sewn(op: Operation, place: Place) -> Iterator[Draft]:
    """A hole sewn, where bowel was removed for it."""
    if "perforation" not in op.reasons(place) or place.left or op.did("close_stoma", "close_fistula"):
        return
    middle = (place.start + place.end) / 2
    hole = Step("repair", middle, middle, kind="disease", name=name(op, place))
    steps = (*_without(op, {*place.cuts, *place.joins}), hole)
    yield Draft(f"the hole at {_spot(op, place)} been sewn, with nothing removed", {"steps": steps})


def _tapered(op: Operation, place: Place) -> Iterator[Draft]:
    """For atresia: the wide end narrowed for the join, or left as wide as it was."""
    if "atresia" in op.reasons(place):
        join = place.joins[-1]
        turned = replace(op.steps[join], tapered=not op.steps[join].tapered)
        how = "the wide end been narrowed" if turned.tapered else "no end been narrowed"
        steps = (*op.steps[:join], turned, *op.steps[join + 1 :])
        yield Draft(f"{how} for the join at {_spot(op, place)}", {"steps": steps})


def _from_birth(op: Operation) -> Iterator[Draft]:
    """In a newborn, the one reason for a resection that has codes of its own, and any other."""
    born = any(s.reason == "atresia" for s in op.steps)
    lost = ("infarction", "perforation", "ischemia")
    if not born and (op.valve >= NEWBORN or not any(s.reason in lost for s in op.steps)):
        return
    steps = tuple(
        replace(s, reason="infarction" if born else "atresia", tapered=False)
        if s.reason == "atresia" or (not born and s.reason in lost)
        else replace(s, tapered=False)
        for s in op.steps
    )
    says = "whole at birth and died later" if born else "closed from birth (atresia)"
    yield Draft(f"the bowel been {says}", {"steps": steps}, alone=True)


def _split(op: Operation, place: Place) -> Iterator[Draft]:
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
    if len(apart) == 1 and apart[0].lesions > 1 and apart[0].end - apart[0].start >= LONG:
        s = apart[0]
        third = float(round((s.end - s.start) / 3))  # whole cm, as people measure
        apart = [replace(s, end=s.start + third, lesions=1), replace(s, start=s.end - third, lesions=1)]
    if len(apart) > 1:
        shared = len({s.name for s in apart}) == 1  # the name of the one place is not that of two
        told = [replace(s, name="") for s in apart] if shared else apart
        steps = tuple(x for s in told for x in (s, Step("join", s.start, s.end, name=s.name)))
        if len(pieces) == 1:
            says = f"{_piece(op, place)} been taken out as two pieces, each with its own join"
        elif len(place.joins) > 1:
            says = "the first join stayed, and the next piece been removed and joined apart from it"
        elif clear and len(apart) == len(pieces):
            says = f"the pieces at {_spot(op, place)} been joined each on its own"
        else:
            kept = "kept its blood supply" if any(bridge(s, pieces) for s in pieces) else "been kept"
            says = f"the bowel between {_pieces(op, place, apart)} {kept}, and each been joined on its own"
        yield Draft(says, {"steps": rest + steps})
    if len(pieces) > max(2, len(apart)):
        yield from _scattered(op, place)


def _scattered(op: Operation, place: Place) -> Iterator[Draft]:
    """As many pieces as were handed off, each from a site of its own."""
    first, *others = (op.steps[i] for i in place.cuts)
    steps = (
        *_without(op, {*place.cuts, *place.joins}),
        first,
        Step("join", first.start, first.end, name=first.name),
    )
    for _ in others:
        try:
            site = free_site(replace(op, steps=steps))
        except OperationError:  # the first piece has no end of its own to be joined by
            return
        if site is None:
            return
        end = site + PIECE
        steps = (*steps, Step("resect", site, end), Step("join", site, end))
    where = f" at {_spot(op, place)}" if len(op.bowel.places) > 1 else ""
    says = f"the {many(len(place.cuts), 'piece')}{where} come from as many sites, each with its own join"
    yield Draft(says, {"steps": steps}, alone=True)


def _pieces(op: Operation, place: Place, apart: list[Step]) -> str:
    """The pieces taken from one place, by their names where they have names of their own."""
    names = list(dict.fromkeys(s.name for s in apart))
    if all(names) and len(names) == len(apart):
        return listed(names)
    return (
        "the pieces" if len(op.bowel.places) == 1 and name(op, place) else f"the pieces at {_spot(op, place)}"
    )


def _longest(step: Step, taken: list[Step]) -> tuple[float, float]:
    """The longest stretch of a piece that keeps its distance from the pieces taken before it."""
    free = [(step.start, step.end)]
    for t in taken:
        low, high = t.start - NEAR, t.end + NEAR
        free = [part for a, b in free for part in ((a, min(b, low)), (max(a, high), b)) if part[0] < part[1]]
    return max(free, key=lambda part: part[1] - part[0], default=(step.start, step.start))


# Less, otherwise, more


def _fewer(op: Operation) -> Iterator[Draft]:
    """A step left out, or a fistula that led elsewhere."""
    places = op.bowel.places
    for i, step in enumerate(op.steps):
        if step.act == "appendectomy":
            became, says = _OTHERWISE[step.act][step.kind in ("incidental", None)]
            yield Draft(says, _turned(op, i, became))
        if step.act in WORDS and not (step.act == "stoma" and any(i in p.stomas and p.cuts for p in places)):
            yield Draft(_not_done(op, step), {"steps": _without(op, {i})}, (step.act, step.name))
        if step.act == "close_fistula":
            for kind in FISTULAS:
                if kind != step.kind:
                    says = f"the fistula led from {kind.replace('-', ' to ')}"
                    yield Draft(says, _turned(op, i, kind), alone=True)


def _not_done(op: Operation, step: Step) -> str:
    """That a step was not done, in words."""
    noun, became = WORDS[step.act]
    if step.act == "stoma" and step.start >= op.valve:
        return "no colostomy been made"
    if sum(s.act == step.act and s.kind == step.kind for s in op.steps) > 1:
        return f"{step.name} not {became}" if step.name and became else f"there been one {noun} fewer"
    return f"there been no {'loop stoma' if step.kind == 'loop' else noun}"


def _causes(op: Operation) -> Iterator[Draft]:
    """What a hole came from, what was done about it, and what the main work at a fistula was."""
    for i, step in enumerate(op.steps):
        if step.act == "repair":
            became, says = _OTHERWISE[step.kind if step.kind == "fistula" else "repair"][
                step.kind not in ("disease", "trauma")
            ]
            yield Draft(f"{called_step(op, step, 'the hole')} {says}", _turned(op, i, became))
        elif step.act in _OTHERWISE and step.act != "appendectomy":
            became, says = _OTHERWISE[step.act][step.kind in ("incidental", None)]
            yield Draft(says, _turned(op, i, became))
        if step.act in INSTEAD and step in op.apart and step.kind not in ("surgeon", "fistula"):
            yield from _removed_instead(op, i)
        if step.act == "close_stoma" and not any(p.near(step.start) for p in op.bowel.places):
            a, b = step.start - PIECE / 2, step.start + PIECE / 2
            more = (Step("resect", a, b, name=step.name), Step("join", a, b, name=step.name))
            says = f"a piece been removed to close {called_step(op, step, 'the stoma')}"
            yield Draft(says, {"steps": (*op.steps, *more)}, alone=True)
    yield from _at_a_fistula(op)


#: What was done at a spot, in the place of which a segment may be removed there.
INSTEAD = {
    "repair": "sewing the hole",
    "stricturoplasty": "widening the stricture",
    "diverticulectomy": "cutting the pouch off",
    "enterotomy": "only opening the bowel",
}


def _removed_instead(op: Operation, i: int) -> Iterator[Draft]:
    """A segment removed and joined where a hole was sewn, a stricture widened or a pouch cut off."""
    step = op.steps[i]
    a, b = step.start - PIECE / 2, step.start + PIECE / 2
    piece = (Step("resect", a, b, reason="perforation", name=step.name), Step("join", a, b, name=step.name))
    where = called_step(replace(op, measured=frozenset()), step, MOVED[step.act])
    says = f"a segment been removed and joined at {where}, instead of {INSTEAD[step.act]}"
    yield Draft(says, _instead(op, i, *piece))


def _at_a_fistula(op: Operation) -> Iterator[Draft]:
    """Whether closing it was the main work, or removing the bowel that it came from."""
    removed = any(s.reason == "fistula" for s in op.steps)
    closed = {i for i, _ in op.numbered("close_fistula")}
    if removed and not closed:
        for kind in FISTULAS:
            yield Draft(
                f"closing a fistula ({kind.replace('-', ' to ')}) been the main work",
                {"steps": (*op.steps, Step("close_fistula", kind=kind))},
            )
    if removed and closed:
        says = "removing the diseased bowel been the main work, and the tract gone out with it"
        yield Draft(says, {"steps": _without(op, closed)})


#: What a step may have been instead: where it is the usual kind, and where it is the other.
_OTHERWISE: dict[str, tuple[tuple[str | None, str], tuple[str | None, str]]] = {
    "repair": (
        ("surgeon", "been the surgeon’s own"),
        ("disease", "been a full-thickness hole made by disease or injury"),
    ),
    "fistula": (("disease", ""), ("disease", "been a hole of its own, and no end of the fistula")),
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
    return _instead(op, i, replace(op.steps[i], kind=kind))


def _instead(op: Operation, i: int, *steps: Step) -> dict[str, Any]:
    """The steps with others in the place of one."""
    return {"steps": (*op.steps[:i], *steps, *op.steps[i + 1 :])}


def _more(op: Operation) -> Iterator[Draft]:
    """Something more at a site of its own, or moved there; or colon brought out."""
    site = free_site(op)
    if site is not None:
        for what, says, more in _additions(op, site):
            # The unlisted code tells none of these from another.
            if op.opened or CODES[what][1] is not None:
                yield Draft(says, {"steps": (*op.steps, *more)}, alone=True)
        for i, step in enumerate(op.steps):
            if step.act in POINTS:
                what = called_step(replace(op, measured=frozenset()), step, MOVED[step.act])
                moved = _instead(op, i, replace(step, start=site, end=site))
                yield Draft(f"{what} been at another site", moved, alone=True)
    beyond = max([op.valve, *(end for s in op.steps for end in (s.start, s.end))]) + ROOM
    brought_out = Step("stoma", beyond, beyond, kind="loop")
    yield Draft("a loop of colon been brought out", {"steps": (*op.steps, brought_out)}, alone=True)


def _additions(op: Operation, site: float) -> Iterator[tuple[str, str, tuple[Step, ...]]]:
    """Something more at a site of its own: what it is billed as, in words, and its steps."""
    end, low = site + PIECE, op.valve - MECKEL / 2
    piece = Step("resect", site, end, name="the further segment")
    removed = any(p.cuts and not op.trimmed_only(p) for p in op.bowel.places)
    which = "a further segment" if removed else "a segment"
    join = Step("join", site, end, name="the further segment")
    yield "first", f"{which} been removed and joined on its own", (piece, join)
    if not any(p.brought_out for p in op.bowel.places):  # above an end stoma nobody makes another
        a_loop = "a further loop" if op.bowel.loops else "a loop"
        yield "stoma", f"{a_loop} been brought out upstream", (Step("stoma", site, site, kind="loop"),)
    elif removed:
        out = Step("stoma", site, site, kind="end", name="the further segment")
        yield "stoma", "a further segment been removed, and its upper end brought out too", (piece, out)
    for act, what, words, kind, at in (
        ("stricturoplasty", "stricturoplasty", "stricture at another site been widened", None, site),
        ("repair", "one hole", "hole from disease at another site been sewn", "disease", site),
        ("diverticulectomy", "pouch", "Meckel's pouch been removed elsewhere", None, low),
    ):
        again = "a further" if any(s.act == act for s in op.apart) else "a"
        yield what, f"{again} {words}", (Step(act, at, at, kind=kind),)
    yield "opening", "the bowel been opened at another site", (Step("enterotomy", site, site),)
    yield "feeding catheter", "a feeding catheter been put in", (Step("feeding_catheter", site, site),)
    joined = op.did("bypass") or any(p.joined and op.trimmed_only(p) for p in op.bowel.places)
    loops = "a further pair of loops" if joined else "two loops"
    yield "bypass", f"{loops} elsewhere been joined with nothing removed", (Step("bypass", site, end),)
    yield (
        "diseased appendix",
        "a diseased appendix been removed besides",
        (Step("appendectomy", kind="diseased"),),
    )
    yield "untwisting", "a loop been untwisted", (Step("untwist"),)


def _of_the_whole(op: Operation) -> Iterator[Draft]:
    """Unusual work, the session, and whose claim it is."""
    if op.unusual_work:
        yield Draft("the note not described work far beyond the usual", {"unusual_work": False})
    elif not any(p.open for p in op.bowel.places):  # with 52, which says less, 22 makes no sense
        says = "the work been far beyond the usual, and the note said by how much against a usual case"
        yield Draft(says, {"unusual_work": True})
    for follows, (returned, this_was) in RETURNS.items():
        if op.follows != follows and not (follows == "unrelated" and op.open_already):
            yield Draft(returned if op.follows else this_was, {"follows": follows})
    if op.follows:
        yield Draft(f"the earlier operation been {_not_tied(op)}", {"follows": None, "days": 1})
    for surgeon, words in ROLES:
        if op.surgeon != surgeon:
            alone = op.surgeon == "co-surgeon" and surgeon == "primary"
            yield Draft("one surgeon done all of this alone" if alone else words, {"surgeon": surgeon})


def _not_tied(op: Operation) -> str:
    """An earlier operation to which no modifier ties this one; one not healed is of these days."""
    return "another group’s" if op.open_already else "another group’s, or more than ninety days ago"


#: What a return is: said of a return of another kind, and of an operation that is none.
RETURNS = {
    "staged": (
        "this return been planned",
        "this been the planned next stage of an operation by the same group within ninety days",
    ),
    "complication": (
        "this return been an unplanned one, for a complication",
        "this been an unplanned return, within ninety days, for a complication of the same group’s operation",
    ),
    "unrelated": (
        "this return been for something unrelated to the earlier operation",
        "the same group operated within ninety days before, for something unrelated",
    ),
}
ASSISTED = "this been the assistant surgeon's claim"
ROLES = (
    ("primary", "this been the main surgeon's claim"),
    ("assistant", ASSISTED),
    ("assistant-nonphysician", "this been the physician assistant's claim"),
    ("co-surgeon", "two surgeons of different specialties each done part of this"),
)


def _without(op: Operation, gone: set[int]) -> tuple[Step, ...]:
    return tuple(s for i, s in enumerate(op.steps) if i not in gone)


def free_site(op: Operation) -> float | None:
    """Where on the small bowel there is room for something more, in cm; None where there is none."""
    spans = [(p.start, p.end) for p in op.bowel.places] + [
        (s.start, s.end) for s in op.steps if s.end > s.start or s.start
    ]
    at = 60.0
    while at + PIECE + ROOM < op.valve:
        if all(at + PIECE + ROOM < start or end + ROOM < at for start, end in spans):
            return at
        at += 5.0
    return None
