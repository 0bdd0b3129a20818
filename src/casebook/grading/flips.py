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
from casebook.coding.bowel import Place
from casebook.coding.claim import MODIFIER_ORDER, Claim, Same, show
from casebook.coding.note import Note
from casebook.coding.operation import APPROACHES, POINTS, STEPS, Operation, Step
from casebook.coding.places import called, called_step, listed, name, span, told_in_cm
from casebook.coding.rulebook import CODES, UNLISTED, UNLISTED_OPEN
from casebook.coding.views import accepted
from casebook.errors import OperationError

from .glance import Look, Sought, look

ROOM = 15.0  # cm kept clear of everything done, for a site of its own
PIECE = 10.0  # cm, the length of a made-up further piece
MOST_STEPS = 60_000  # of changed operations; a reader waits for this
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


def stuck(claim: Claim) -> list[edits.Edit]:
    """The edits against a claim that no record lifts."""
    return [e for e in edits.scrub(claim) if e.blocks and not e.appealable]


def way(note: Note, claim: Claim) -> tuple[str | None, Operation | None]:
    """The smallest change that would make a claim right, in words, and the operation it leads to, if one
    does; no words where nothing that a surgeon could have done is near enough."""
    text = show(claim)
    if shut_by := stuck(claim):
        return f"No operation makes {text} right: {shut_by[0].plain}", None
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
    if not found:  # none within reach, or too many to try
        return None, None
    return f"It would be right had {in_words(found)}.", found[-1].op


def in_words(found: tuple[Change, ...]) -> str:
    """One change or two, to complete “had …”."""
    undone = [change.of for change in found if change.of]
    if len(undone) == 2 and undone[0][0] == undone[1][0]:
        (act, one), (_, two) = undone
        noun, became = WORDS[act]
        if one and two and became:
            return f"neither {one} nor {two} {became}"
        if not found[-1].op.did(act):
            return f"there been no {noun}"
    if len({change.says for change in found}) < len(found):
        return f"{found[0].says}, twice over"
    none = "nothing been removed at "
    if len(found) > 1 and all(change.says.startswith(none) for change in found):
        return none + " or at ".join(change.says.removeprefix(none) for change in reversed(found))
    return ", and had ".join(change.says for change in found)


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

    def distance(self, sought: Sought) -> int:
        """In how many lines the main claim after it differs."""
        free, claim = self.claims[0] if self.claims else (frozenset[str](), Same())
        return len(sought.same(free) ^ claim)


def _around(op: Operation) -> tuple[Change, ...]:
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
            if change.alone or len(sought.lacks(change.look)) > 1 or (fewer and not change.fewer):
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
    laparoscopic = op.approach not in ("open", "converted")
    if laparoscopic:
        yield Draft("the operation been open", {"approach": APPROACHES[0]})
    else:
        yield Draft("the operation been laparoscopic to the end", {"approach": APPROACHES[1]})


def _at_places(op: Operation) -> Iterator[Draft]:
    """Something else done at a place, or the bowel between two taken too."""
    places = op.bowel.places
    for place in reversed(places):  # the last one is thought of as the further one
        yield from _place_changes(op, place)
    for one, two in pairwise(places):
        if one.joined and two.joined:
            both = " and ".join(filter(None, (name(op, one), name(op, two))))
            bridge = (
                Step("resect", one.end, two.start, reason="margin", name=both),
                Step("join", one.start, two.end, name=both),
            )
            kept = _without(op, {one.joins[-1], two.joins[-1]})
            where = span(op, one.end, two.start)
            between = f"from {where}" if where else f"between {called(op, one)} and {called(op, two)}"
            yield Draft(f"the bowel {between} also been taken, with one join", {"steps": kept + bridge})


def _fewer(op: Operation) -> Iterator[Draft]:
    """A step left out, or a fistula that led elsewhere."""
    places = op.bowel.places
    for i, step in enumerate(op.steps):
        if step.act in WORDS and not (step.act == "stoma" and any(i in p.stomas and p.cuts for p in places)):
            noun, became = WORDS[step.act]
            alike = sum(s.act == step.act and s.kind == step.kind for s in op.steps)
            if alike > 1:
                named = step.name and became
                says = f"{step.name} not {became}" if named else f"there been one {noun} fewer"
            else:
                says = f"there been no {'loop stoma' if step.kind == 'loop' else noun}"
            yield Draft(says, {"steps": _without(op, {i})}, (step.act, step.name))
        if step.act == "close_fistula":
            for kind in FISTULAS:
                if kind != step.kind:
                    turned = (*op.steps[:i], replace(step, kind=kind), *op.steps[i + 1 :])
                    yield Draft(
                        f"the fistula led from {kind.replace('-', ' to ')}", {"steps": turned}, alone=True
                    )


def _more(op: Operation) -> Iterator[Draft]:
    """Something more at a site of its own, or moved there; or colon brought out."""
    site = _free_site(op)
    if site is not None:
        for says, more in _additions(site):
            again = any(step.act == more[0].act for step in op.apart)
            words = says.replace("a ", "a further ", 1) if again else says
            yield Draft(words, {"steps": (*op.steps, *more)}, alone=True)
        for i, step in enumerate(op.steps):
            if step.act in POINTS:
                moved = (*op.steps[:i], replace(step, start=site, end=site), *op.steps[i + 1 :])
                what = called_step(replace(op, measured=frozenset()), step, MOVED[step.act])
                yield Draft(f"{what} been at another site", {"steps": moved}, alone=True)
    beyond = max([op.valve, *(end for s in op.steps for end in (s.start, s.end))]) + ROOM
    brought_out = Step("stoma", beyond, beyond, kind="loop")
    yield Draft("a loop of colon been brought out", {"steps": (*op.steps, brought_out)}, alone=True)


def _of_the_whole(op: Operation) -> Iterator[Draft]:
    """Unusual work, the session, and whose claim it is."""
    yield Draft(
        f"the note {'not ' if op.unusual_work else ''}described work far beyond the usual",
        {"unusual_work": not op.unusual_work},
    )
    for follows, words in RETURNS:
        if op.follows != follows:
            yield Draft(words, {"follows": follows})
    if op.follows:
        yield Draft("this been the first operation", {"follows": None, "days": 1})
    for surgeon, words in ROLES:
        if op.surgeon != surgeon:
            yield Draft(words, {"surgeon": surgeon})


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
            Step("resect", site, end, name="the further segment"),
            Step("join", site, end, name="the further segment"),
        ),
    )
    yield "a loop been brought out upstream", (Step("stoma", site, site, kind="loop"),)
    yield "a stricture at another site been widened", (Step("stricturoplasty", site, site),)
    yield "a hole from disease at another site been sewn", (Step("repair", site, site, kind="disease"),)
    yield "the bowel been opened at another site", (Step("enterotomy", site, site),)
    yield "a Meckel's pouch been removed elsewhere", (Step("diverticulectomy", site, site),)
    yield "a feeding catheter been put in", (Step("feeding_catheter", site, site),)
    yield "two loops been joined with nothing removed", (Step("bypass", site, end),)
    yield "a diseased appendix been removed besides", (Step("appendectomy", kind="diseased"),)
    yield "a loop been untwisted", (Step("untwist"),)


def _causes(op: Operation) -> Iterator[Draft]:
    """What a hole came from, and what the main work at a fistula was."""
    for i, step in enumerate(op.steps):
        if step.act == "repair":
            became, says = _OTHERWISE[step.kind if step.kind == "fistula" else "repair"][
                step.kind not in ("disease", "trauma")
            ]
            yield Draft(f"{called_step(op, step, 'the hole')} {says}", _turned(op, i, became))
        elif step.act in _OTHERWISE:
            became, says = _OTHERWISE[step.act][step.kind in ("incidental", None)]
            yield Draft(says, _turned(op, i, became))
    if any(s.reason == "fistula" for s in op.steps) and not op.did("close_fistula"):
        for kind in FISTULAS:
            yield Draft(
                f"closing a fistula ({kind.replace('-', ' to ')}) been the main work",
                {"steps": (*op.steps, Step("close_fistula", kind=kind))},
            )


#: What a step may have been instead: where it is the usual kind, and where it is the other.
_OTHERWISE: dict[str, tuple[tuple[str | None, str], tuple[str | None, str]]] = {
    "repair": (("surgeon", "been the surgeon’s own"), ("disease", "come from disease")),
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
    return {"steps": (*op.steps[:i], replace(op.steps[i], kind=kind), *op.steps[i + 1 :])}


def _place_changes(op: Operation, place: Place) -> Iterator[Draft]:
    ended = {*place.joins, *place.stomas}
    if place.cuts and not place.left:
        yield Draft(
            f"nothing been removed at {_spot(op, place)}", {"steps": _without(op, {*place.cuts, *ended})}
        )
    if place.left and op.trimmed_only(place):
        yield from _more_than_trimmed(op, place)
    if place.joined:
        yield from _otherwise_than_joined(op, place)
    elif place.start < place.end:
        rest = (*_without(op, ended), Step("join", place.start, place.end, name=name(op, place)))
        yield Draft(f"{_ends(op, place)} been joined", {"steps": rest})
    if place.start < op.valve < place.end and place.joined:
        steps = tuple(
            (
                replace(s, end=op.valve - PIECE)
                if s.act in ("resect", "join") and i in {*place.cuts, *place.joins} and s.end > op.valve
                else s
            )
            for i, s in enumerate(op.steps)
        )
        yield Draft("the ileocecal valve been left in place", {"steps": steps})


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


def _more_than_trimmed(op: Operation, place: Place) -> Iterator[Draft]:
    """At ends that an earlier operation left stapled: bowel removed today, and not only the staple lines."""
    longer = place.end + PIECE
    joins = tuple(replace(s, end=longer) if i in place.joins else s for i, s in enumerate(op.steps))
    at = next((i for i in place.joins), len(joins))
    gone = Step("resect", place.end, longer, reason="infarction", name=name(op, place))
    yield Draft(
        f"more than a trim been removed at {_spot(op, place)}", {"steps": (*joins[:at], gone, *joins[at:])}
    )


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
    if place.cuts and place.end <= op.valve:
        taken = (place.cuts[-1], place.joins[-1])
        longer = tuple(replace(s, end=op.valve + PIECE) if i in taken else s for i, s in enumerate(op.steps))
        yield Draft(f"the piece at {where} taken the ileocecal valve with it", {"steps": longer})
    if place.cuts and place.start >= op.valve:
        taken = (place.cuts[0], place.joins[-1])
        higher = tuple(
            replace(s, start=op.valve - PIECE) if i in taken else s for i, s in enumerate(op.steps)
        )
        yield Draft(f"the piece at {where} begun above the ileocecal valve", {"steps": higher})


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
    if len(apart) == 1 and apart[0].lesions > 1:
        s = apart[0]
        third = (s.end - s.start) / 3
        third = float(round(third)) if third > 2 else third  # whole cm, as people measure
        apart = [replace(s, end=s.start + third, lesions=1), replace(s, start=s.end - third, lesions=1)]
    if len(apart) > 1:
        steps = tuple(x for s in apart for x in (s, Step("join", s.start, s.end, name=s.name)))
        if len(pieces) == 1:
            says = f"{_piece(op, place)} been taken out as two pieces, each with its own join"
        elif clear and len(apart) == len(pieces):
            says = f"the pieces at {_spot(op, place)} been joined each on its own"
        else:
            says = f"the bowel between {_pieces(op, place, apart)} been kept, and each been joined on its own"
        yield Draft(says, {"steps": rest + steps})


def _pieces(op: Operation, place: Place, apart: list[Step]) -> str:
    """The pieces taken from one place, by their names where they have names of their own."""
    names = list(dict.fromkeys(s.name for s in apart))
    if all(names) and len(names) == len(apart):
        return listed(names)
    return (
        "the pieces" if len(op.bowel.places) == 1 and name(op, place) else f"the pieces at {_spot(op, place)}"
    )


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
