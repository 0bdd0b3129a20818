"""The rulebook: from the shape of an operation to the claim, by small cited rules that read in order.

Four kinds, run in this order. A *read* rule answers one question about the operation. A *bill* rule names services
done, the small ones too. An *inside* rule strikes a service that is part of another. A *mark* rule adds a modifier.
Every rule can be swapped: a misconception and an accepted dissenting view are rulebooks with a rule exchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from casebook.errors import OutOfScope

from . import edits
from .bowel import Place
from .claim import Claim
from .operation import ASSISTED, POINTS, Operation
from .rulebook import Derivation, Derived, Rule, Rulebook, Service, main_lines, marked, named, run, steps_of

GLOBAL_DAYS = 90  # of every major operation here; after that no modifier ties a session to the earlier one

_RULES: dict[str, Rule] = {}
_F = TypeVar("_F", bound=Callable[..., Any])


def rule(kind: str, id: str, decisions: str, confidence: str, authorities: str, says: str) -> Callable[[_F], _F]:
    """Enter a function in the rulebook under this id."""

    def enter(function: _F) -> _F:
        _RULES[id] = Rule(id, kind, says, tuple(authorities.split()), confidence, tuple(decisions.split()), function)
        return function

    return enter


# Read rules: one question each


@rule("read", "approach", "D6 D7", "confirmed", "cms-ptp-2024q3 ncci-manual-2025",
      "The approach at the end of the operation picks the family: 44120 and 44121 when open, 44202 and 44203 when laparoscopic, never mixed.")
def approach(d: Derivation) -> str:
    if d.op.approach in ASSISTED:
        return str(d.ask("assisted"))
    return "laparoscopic" if d.op.approach == "laparoscopic" else "open"


rule("read", "conversion", "D7", "confirmed", "cms-ptp-2024q3 ncci-manual-2025 kzanow-converted aapc-converted",
     "An operation that turned from laparoscopic to open is reported as open, all of it.")(lambda d: None)


@rule("read", "assisted", "D6 D8", "recalled", "professional-practice",
      "Robotic and hand-assisted operations, and those with bowel drawn out by a small cut and joined outside, take the laparoscopic codes.")
def assisted(d: Derivation) -> str:
    return "laparoscopic"


rule("read", "unlisted", "D6 D9", "derived", "ncci-manual-2025",
     "A laparoscopic act that has no code of its own is the unlisted 44238, once for the operation.")(lambda d: None)


@rule("read", "part", "D1 D9 D10 D12 D18 D19 D20", "confirmed", "ncci-manual-2025",
      "Every place where bowel is missing plays one part: joined, brought out, left loose, ileocolic, colon, atresia, the surgeon's own slip, or part of a closure.")
def part(d: Derivation, place: Place) -> str:
    op = d.op
    reasons = op.reasons(place)
    closed = any(place.near(s.start) for s in op.did("close_stoma"))
    fistula = "fistula" in reasons and bool(op.did("close_fistula"))
    if closed or fistula:
        if not place.joined:
            raise OutOfScope("a stoma or fistula closed where the bowel was then left open or brought out is not decided here")
        return "stoma closure" if closed else "fistula closure"
    if place.start == place.end or (op.trimmed_only(place) and place.brought_out):
        return "stoma only"
    if op.trimmed_only(place):
        return "stapled ends joined" if place.joined else "as it was left"
    across = place.start < op.valve < place.end
    colon = place.start >= op.valve
    if place.open and (across or colon):
        raise OutOfScope("colon or ileocolic bowel left stapled inside is not decided here")
    if across and place.brought_out:
        raise OutOfScope("an ileocolic piece removed with its end brought out is not decided here")
    if across:
        return "ileocolic"
    if place.brought_out:
        return "colon, brought out" if colon else "brought out"
    if colon:
        return "colon"
    if place.open:
        return "loose"
    if op.own_injury(place):
        return "own piece"
    return "atresia" if "atresia" in reasons else "joined"


@rule("read", "count-joins", "D1 D2 D3 D5", "confirmed", "ncci-manual-2025 ncci-manual-2021-ch6 aapc-enterectomy aapc-enterectomy-101",
      "Count the joins that stand when the abdomen is closed: a place counts once however many pieces, lesions or centimeters came out of it.")
def count_joins(d: Derivation, place: Place) -> int:
    return 1


rule("read", "one-place", "D1", "secondary", "ncci-manual-2025 aapc-enterectomy aapc-enterectomy-101",
     "Several pieces or lesions taken from one place before its one join are one resection.")(lambda d: None)


@rule("read", "redone-join", "D4", "contested", "ncci-manual-2025",
      "A join that was cut out for its own sake and made again in the same operation counts once.")
def redone_join(d: Derivation, place: Place) -> int:
    return 0


@rule("read", "further-units", "D5", "confirmed", "cms-mue-2024-07 aast-coders-corner",
      "The first counted join is the base code; each one after it is one unit of the add-on.")
def further_units(d: Derivation, joins: int) -> int:
    return joins - 1


@rule("read", "duodenum", "D17", "recalled", "professional-practice",
      "A piece of the third or fourth part of the duodenum removed and joined is counted as small bowel.")
def duodenum(d: Derivation, place: Place) -> bool:
    return place.start < 0


rule("read", "not-atresia", "D18", "recalled", "professional-practice",
     "A newborn's bowel removed for enterocolitis, infarction or perforation is not atresia and takes 44120 and 44121.")(lambda d: None)


@rule("read", "settle", "D3", "derived", "query-briefs ncci-manual-2025",
      "Readings with one claim are billed; readings with different claims send a question to the surgeon.")
def settle(claims: list[frozenset[Any]], values: list[float]) -> int | None:
    """The reading to bill, or None for a query."""
    return 0 if len(set(claims)) == 1 else None


# Bill rules: what was done


def _small(d: Derivation, first: str, further: str, places: list[Place], *because: str) -> Iterable[Service]:
    redone = [p for p in places if any(d.op.redone(i) for i in p.cuts)]
    joins = sum(d.ask("count-joins", p) + d.ask("redone-join", p) for p in places)
    if joins < 1:
        return
    several = any(len(p.cuts) > 1 or any(d.op.steps[i].lesions > 1 for i in p.cuts) for p in places)
    why = because + (("redone-join",) if redone else ()) + (("duodenum",) if any(p.start < 0 for p in places) else ())
    why += ("count-joins", "one-place") if several else ("count-joins",)
    yield d.service(first, *why, "first-join", steps=steps_of(places[:1]), rank="resection")
    if (more := d.ask("further-units", joins)) > 0:
        yield d.service(further, "further-units", units=more, steps=steps_of(places[1:] or places), rank="resection")


def _each(
    what: str, because: str, act: str = "", places: str = "", rank: str = "procedure", units: int | None = None
) -> Callable[[Derivation], Iterable[Service]]:
    """A bill rule that names a service for each place of one part, or for each such step that stands apart."""

    def bill(d: Derivation) -> Iterable[Service]:
        sites = d.places(places) if places else []
        done = [i for i, s in d.numbered(act) if s.act not in POINTS or s in d.op.apart] if act else steps_of(sites)
        if done:
            yield d.service(what, because, units=units or len(sites) or len(done), steps=done, rank=rank)

    return bill


@rule("bill", "first-join", "D2 D6 D12", "confirmed", "cms-aoc-2024-06 cms-mue-2024-07",
      "The first small-bowel segment removed and joined is the base code, once a day, and the only base its add-on may ride on.")
def first_join(d: Derivation) -> Iterable[Service]:
    yield from _small(d, "first", "further", d.places("joined"))


@rule("bill", "atresia", "D18", "confirmed", "cms-ptp-2024q3 cms-aoc-2024-06",
      "Resections for atresia present from birth have their own codes: 44126, or 44127 with tapering, and 44128 for each further one.")
def atresia(d: Derivation) -> Iterable[Service]:
    places = d.places("atresia")
    tapered = any(d.op.steps[p.joins[-1]].tapered for p in places)
    for s in _small(d, "atresia, tapered" if tapered else "atresia", "further atresia", places):
        yield replace(s, because=(*s.because, "atresia"))


@rule("bill", "brought-out", "D9", "confirmed", "cms-ptp-2024q3",
      "A segment removed with an end brought to the skin instead of joined is 44125, once; the stoma is in it.")
def brought_out(d: Derivation) -> Iterable[Service]:
    places = d.places("brought out")
    if places and not d.places("joined", "atresia"):
        yield d.service("removed, stoma", "brought-out", steps=steps_of(places[:1]), rank="resection")
        if more := places[1:]:
            yield d.service("stoma", "brought-out", units=len(more), steps=steps_of(more))


@rule("bill", "stoma-beside-join", "D9", "recalled", "cms-ptp-2024q3 professional-practice",
      "Where one segment was joined and another brought out, the stoma is billed beside the join; 44125 never goes with 44120 or 44121.")
def stoma_beside_join(d: Derivation) -> Iterable[Service]:
    places = d.places("brought out")
    if places and d.places("joined", "atresia"):
        yield d.service("stoma", "stoma-beside-join", units=len(places), steps=steps_of(places))


@rule("bill", "loose-ends", "D10", "contested", "aast-coders-corner ncci-manual-2025",
      "A segment removed with both ends stapled and left inside takes the resection code with 52, as one published view has it.")
def loose_ends(d: Derivation) -> Iterable[Service]:
    places = d.places("loose")
    first = not d.places("joined", "atresia")
    for i, place in enumerate(places):
        what = "first" if first and i == 0 else "further"
        service = d.service(what, "loose-ends", steps=steps_of([place]), rank="resection")
        yield replace(service, modifiers=frozenset({"52"}))


rule("bill", "stapled-ends-joined", "D10", "recalled", "professional-practice cms-mue-2024-07",
     "Joining ends that an earlier operation left stapled, with nothing more than a trim, is a join without resection: 44130 for each.")(
    _each("bypass", "stapled-ends-joined", places="stapled ends joined"))


rule("bill", "ileocolic", "D12", "confirmed", "cms-aoc-2024-06 cms-ptp-2024q3",
     "A piece that crosses the ileocecal valve is the ileocolic resection, 44160 or 44205; no small-bowel add-on rides on it.")(
    _each("ileocolic", "ileocolic", places="ileocolic", rank="resection"))


@rule("bill", "colon", "D12", "recalled", "cms-pfs-2026-07 cms-ptp-2024q3 professional-practice",
      "A piece of colon removed has its own codes: joined, joined with a stoma above, or brought out with the lower end closed.")
def colon(d: Derivation) -> Iterable[Service]:
    joined, out = d.places("colon"), d.places("colon, brought out")
    above = any(s.start >= d.op.valve and s.kind == "loop" for s in d.op.did("stoma"))
    if joined:
        opened = above and d.ask("approach") == "open"
        what = "colon, stoma above" if opened else "colon"
        yield d.service(what, "colon", steps=steps_of(joined[:1]), rank="resection")
        if more := joined[1:]:
            yield d.service("colon", "colon", units=len(more), steps=steps_of(more), rank="resection")
    if out:
        yield d.service("colon, end stoma", "colon", steps=steps_of(out[:1]), rank="resection")
        if more := out[1:]:
            yield d.service("colostomy", "colon", units=len(more), steps=steps_of(more))


@rule("bill", "stoma", "D9", "derived", "cms-ptp-2024q3",
      "A stoma made where no bowel was removed is its own service, and may stand beside a resection that was joined.")
def stoma(d: Derivation) -> Iterable[Service]:
    only = [(p.start, i) for p in d.places("stoma only") for i in p.stomas[:1]]
    made = sorted([*d.op.bowel.loops, *only])
    small = [i for at, i in made if at < d.op.valve]
    large = [i for at, i in made if at >= d.op.valve]
    if small:
        yield d.service("stoma", "stoma", units=len(small), steps=small)
    if large:
        yield d.service("colostomy", "stoma", units=len(large), steps=large)


rule("bill", "stricturoplasty", "D13", "derived", "cms-mue-2024-07 cms-ptp-2024q3 ncci-manual-2025",
     "A stricture widened without removing bowel, apart from any join, is 44615, one unit each.")(
    _each("stricturoplasty", "stricturoplasty", act="stricturoplasty"))


rule("bill", "bypass", "D15", "confirmed", "cms-ptp-2024q3",
     "A join between two loops with nothing removed is the bypass code, 44130.")(
    _each("bypass", "bypass", act="bypass"))


@rule("bill", "hole-sewn", "D16", "confirmed", "cms-ptp-2024q3 ncci-manual-2025",
      "A hole from injury or disease, sewn apart from any join or removed piece, is billed: 44602 for one in small bowel, 44603 for several, 44604 in colon.")
def hole_sewn(d: Derivation) -> Iterable[Service]:
    holes = [(i, s) for i, s in d.numbered("repair") if s in d.op.apart and s.kind != "surgeon"]
    small = [i for i, s in holes if s.start < d.op.valve]
    large = [i for i, s in holes if s.start >= d.op.valve]
    if small:
        yield d.service("one hole" if len(small) == 1 else "several holes", "hole-sewn", steps=small)
    if large:
        above = any(s.start >= d.op.valve for s in d.op.did("stoma")) and not d.places("colon", "colon, brought out")
        yield d.service("colon hole, stoma" if above else "colon hole", "hole-sewn", steps=large)


rule("bill", "pouch", "D14", "recalled", "cms-ptp-2024q3 professional-practice",
     "A Meckel's pouch removed alone is 44800.")(
    _each("pouch", "pouch", act="diverticulectomy", units=1))


@rule("bill", "opening", "D16 D21", "derived", "cms-ptp-2024q3",
      "Bowel opened to look, biopsy or take something out, apart from any join or removed piece, is 44020 (44010 duodenum, 44025 colon).")
def opening(d: Derivation) -> Iterable[Service]:
    where: dict[str, list[int]] = {}
    for i, s in d.numbered("enterotomy"):
        if s in d.op.apart:
            what = "duodenal opening" if s.start < 0 else "opening" if s.start < d.op.valve else "colon opening"
            where.setdefault(what, []).append(i)
    for what, done in where.items():
        yield d.service(what, "opening", units=len(done), steps=done)


@rule("bill", "stoma-closed", "D20", "secondary", "aapc-stoma-closure mastery-stoma-closure cms-ptp-2024q3",
      "Closing a stoma is 44620, or 44625 when a piece is removed and joined to do it (44227 laparoscopic); trimming the edges alone is argued either way.")
def stoma_closed(d: Derivation) -> Iterable[Service]:
    places = d.places("stoma closure")
    removed = [p for p in places if d.ask("closure-removed", p)]
    plain = len(d.op.did("close_stoma")) - len(removed)
    steps = [i for i, _ in d.numbered("close_stoma")]
    if removed:
        trimmed = ("closure-removed",) if any(d.op.reasons(p) <= {"margin"} for p in removed) else ()
        yield d.service("stoma closed with resection", *trimmed, "stoma-closed", units=len(removed), steps=(*steps, *steps_of(removed)), rank="resection")
    if plain > 0:
        trimmed = ("closure-removed",) if any(p.cuts for p in places if p not in removed) else ()
        yield d.service("stoma closed", *trimmed, "stoma-closed", units=plain, steps=(*steps, *steps_of(p for p in places if p not in removed)))


@rule("read", "closure-removed", "D20", "secondary", "aapc-stoma-closure mastery-stoma-closure",
      "To close a stoma with resection means that a piece was removed, not that its edges were trimmed.")
def closure_removed(d: Derivation, place: Place) -> bool:
    return bool(place.cuts) and not d.op.reasons(place) <= {"margin"}


@rule("bill", "fistula-closed", "D19", "derived", "ncci-manual-2025 cms-ptp-2024q3",
      "Where closing a fistula was the main work it has one code for the site, by where the fistula led, and the bowel removed for it is in that code.")
def fistula_closed(d: Derivation) -> Iterable[Service]:
    places = d.places("fistula closure")
    for i, s in d.numbered("close_fistula"):
        removed = s.kind == "bowel-bladder" and places
        what = "bowel-bladder with resection" if removed else str(s.kind)
        yield d.service(what, "fistula-closed", steps=(i, *steps_of(places)), rank="resection")


SMALL_ACTS = {
    "explore": "", "lyse_adhesions": "freeing", "mesentery_repair": "mesentery", "omentectomy": "omentum",
    "appendectomy": "appendix", "reopen": "reopened",
}


@rule("bill", "small-things", "D3 D21", "confirmed", "ncci-manual-2025 cms-ptp-2024q3",
      "Every small thing done is named first, so that each can be struck for a reason: freeing, looking, mending mesentery, appendix, omentum, reopening.")
def small_things(d: Derivation) -> Iterable[Service]:
    seen: set[str] = set()
    for i, s in d.numbered(*SMALL_ACTS):
        what = SMALL_ACTS[s.act] or str(s.kind)
        if what not in seen:
            seen.add(what)
            yield d.service(what, "small-things", steps=[i], rank="minor")
    if d.op.approach == "converted" and "laparoscopy" not in seen:
        yield d.service("laparoscopy", "small-things", rank="minor")


@rule("bill", "feeding-catheter", "D21", "confirmed", "cms-aoc-2024-06",
      "A feeding catheter put into the jejunum during another operation is the add-on 44015, whose base each contractor decides.")
def feeding_catheter(d: Derivation) -> Iterable[Service]:
    if done := [i for i, _ in d.numbered("feeding_catheter")]:
        own = [p for p in d.op.bowel.places if d.op.own_injury(p)]
        alone = all(
            s.act in ("feeding_catheter", *SMALL_ACTS) or s.kind == "surgeon" or (s.act == "join" and any(i in p.joins for p in own))
            for i, s in enumerate(d.op.steps)
        )
        yield d.service("feeding tube alone" if alone else "feeding catheter", "feeding-catheter", steps=done)


# Also named, only to be struck for a reason of their own


@rule("bill", "done-but-inside", "D13 D14 D16 D19 D20", "confirmed", "ncci-manual-2025",
      "What was done at a join, in a removed piece, by the surgeon's own slip, or to close a stoma or fistula is named too, and struck below.")
def done_but_inside(d: Derivation) -> Iterable[Service]:
    near = {"stricturoplasty": "stricturoplasty", "enterotomy": "opening", "diverticulectomy": "pouch", "repair": "one hole"}
    for i, s in d.numbered(*near):
        own = s.act == "repair" and s.kind == "surgeon"
        if own or s not in d.op.apart:
            yield replace(d.service(near[s.act], steps=[i], rank="minor"), what="own injury" if own else f"part: {s.act}")
    for place in d.places("own piece"):
        yield replace(d.service("further", steps=steps_of([place]), rank="minor"), what="own piece")
    for place in d.places("stoma closure", "fistula closure"):
        if place.cuts:
            yield replace(d.service("first", steps=steps_of([place]), rank="minor"), what="removed to close")


# Inside rules: what is part of something else

Struck = Iterable[Service]


def _larger(services: list[Service]) -> bool:
    return any(s.rank != "minor" for s in services)


ANYTHING, LARGER = "any other service", "any service that is not small"


def strike(id: str, decisions: str, confidence: str, authorities: str, says: str, *names: str, beside: str | tuple[str, ...] = "") -> None:
    """Enter an inside rule that strikes what is so named: always, or where something else stands beside it."""

    def inside(d: Derivation, services: list[Service]) -> Struck:
        mine = named(services, *names)
        if beside == ANYTHING:
            return mine if len(services) > len(mine) else []
        if beside == LARGER:
            return mine if _larger(services) else []
        return mine if not beside or named(services, *beside) else []

    rule("inside", id, decisions, confidence, authorities, says)(inside)
strike("own-injury", "D16", "confirmed", "ncci-manual-2025",
       "A hole the surgeon made by accident and mended in the same operation is not reported.",
       "own injury")
strike("own-piece", "D16", "derived", "ncci-manual-2025",
       "Sound bowel that had to be removed because the surgeon injured it is not counted: mending one's own slip is part of the operation.",
       "own piece")
strike("part-of-join", "D13 D16", "derived", "ncci-manual-2025",
       "A stricture widened, an opening or a hole within 5 cm of a join (this book's own measure), or inside bowel later removed, is part of that join or piece.",
       "part: stricturoplasty", "part: enterotomy", "part: repair")
strike("pouch-in-piece", "D14", "recalled", "professional-practice",
       "A Meckel's pouch inside the removed piece is part of the resection.",
       "part: diverticulectomy")
strike("removed-to-close", "D19 D20", "confirmed", "ncci-manual-2025",
       "The piece removed to close a stoma or a fistula is inside the closure code: one site, one code.",
       "removed to close")


@rule("inside", "laparoscopic-start", "D7 D21", "confirmed", "ncci-manual-2025 kzanow-converted aapc-converted",
      "The laparoscopic beginning of an operation that was converted is not reported; nor is a first look through the laparoscope.")
def laparoscopic_start(d: Derivation, services: list[Service]) -> Struck:
    beside = len(services) > 1 or _larger(services)
    return named(services, "laparoscopy") if beside and not _look_decided(d) else []


def _look_decided(d: Derivation) -> bool:
    """Whether a look through the laparoscope led to an operation begun open; before a conversion it is only the beginning."""
    return any(s.decided for s in d.op.did("explore")) and d.op.approach != "converted" and d.ask("approach") == "open"


strike("exploration", "D3 D21", "confirmed", "ncci-manual-2025 cms-ptp-2024q3",
       "Looking through the abdomen is part of any other operation in it.",
       "laparotomy", beside=ANYTHING)
strike("adhesions", "D21", "confirmed", "ncci-manual-2025 cms-ptp-2024q3 aapc-enterolysis",
       "Freeing adhesions is part of any other operation in the abdomen, however long it took; far beyond the usual, and described, it is 22 on the main code.",
       "freeing", beside=ANYTHING)
strike("mesentery", "D21", "confirmed", "cms-ptp-2024q3 ncci-manual-2025",
       "Closing the mesentery is part of the operation on the bowel it belongs to.",
       "mesentery", beside=LARGER)
strike("omentum", "D21", "confirmed", "cms-ptp-2024q3 ncci-manual-2025",
       "Removing omentum along the way is part of the operation.",
       "omentum", beside=ANYTHING)


@rule("inside", "appendix", "D21", "secondary", "ncci-manual-2025 cms-ptp-2024q3",
      "An appendix removed on the way is not reported beside another operation on the bowel.")
def appendix(d: Derivation, services: list[Service]) -> Struck:
    mine = named(services, "appendix")
    if mine and len(services) == len(mine):
        raise OutOfScope("an appendectomy alone is outside this casebook")
    return mine


strike("reopening", "D10", "confirmed", "cms-ptp-2024q3",
       "Opening a recent laparotomy again is part of whatever is then done; alone it is 49002.",
       "reopened", beside=LARGER)
strike("bypass-beside-resection", "D10 D15", "confirmed", "cms-ptp-2024q3",
       "A join without resection is never paid beside a small-bowel resection.",
       "bypass", beside=("first", "further", "removed, stoma"))
strike("atresia-alone", "D18", "confirmed", "cms-ptp-2024q3",
       "The atresia codes shut out 44120 and 44121 the same day.",
       "first", "further", beside=("atresia", "atresia, tapered"))


@rule("inside", "loose-beside-stoma", "D9 D10", "contested", "cms-ptp-2024q3",
      "A segment left loose cannot be billed beside 44125, which shuts out 44120 and 44121.")
def loose_beside_stoma(d: Derivation, services: list[Service]) -> Struck:
    loose = [s for s in services if "52" in s.modifiers]
    return loose if named(services, "removed, stoma") else []


@rule("inside", "one-colon-resection", "D12", "confirmed", "cms-ptp-2024q3",
      "A colon resection is never paid beside the ileocolic resection.")
def one_colon_resection(d: Derivation, services: list[Service]) -> Struck:
    if d.ask("approach") == "open":  # 44160 is column one over 44140, but 44204 and 44206 over 44205
        return named(services, "colon") if named(services, "ileocolic") else []
    return named(services, "ileocolic") if named(services, "colon", "colon, end stoma") else []


@rule("inside", "closure-beside-colon", "D12 D20", "confirmed", "cms-ptp-2024q3",
      "A plain stoma closure is never paid beside an open colon resection that was joined.")
def closure_beside_colon(d: Derivation, services: list[Service]) -> Struck:
    return named(services, "stoma closed") if any(s.code == "44140" for s in services) else []


strike("stoma-in-colon-code", "D9", "confirmed", "cms-ptp-2024q3",
       "A colostomy made with a colon resection that names one is inside that code.",
       "colostomy", beside=("colon, stoma above", "colon, end stoma", "colon hole, stoma"))


# Mark rules: one modifier each, on lines in the order of the claim


@rule("mark", "22", "D1 D4 D7", "confirmed", "ncci-manual-2025 contractor-22-copy triple-s-22",
      "Work far beyond the usual, and described, is 22 on the resection code, never on an add-on.")
def mark_22(d: Derivation, lines: list[Service]) -> list[Service]:
    if not d.op.unusual_work:
        return lines
    values = edits.values()
    able = [i for i in main_lines(lines) if lines[i].code not in values or values[lines[i].code].global_days in ("000", "010", "090")]
    resections = [i for i in able if lines[i].rank == "resection"]
    return marked(lines, (resections or able)[:1], "22", "22")


def _session(follows: str, modifier: str) -> Callable[[Derivation, list[Service]], list[Service]]:
    def mark(d: Derivation, lines: list[Service]) -> list[Service]:
        ours = d.op.follows == follows and d.op.days <= GLOBAL_DAYS
        return marked(lines, main_lines(lines), modifier, modifier) if ours else lines

    return mark


rule("mark", "58", "D10 D11", "confirmed", "ncci-manual-2025",
     "A later operation that was planned or staged is 58 on its own base codes; an add-on never reaches back to an earlier day.")(_session("staged", "58"))
rule("mark", "78", "D10 D11", "confirmed", "ncci-manual-2025 regence-78 ngs-global",
     "An unplanned return to the operating room for a complication is 78 on the base codes.")(_session("complication", "78"))
rule("mark", "79", "D11", "secondary", "ncci-manual-2025",
     "A later operation that has nothing to do with the earlier one is 79 on the base codes.")(_session("unrelated", "79"))


@rule("mark", "58-after-look", "D21", "confirmed", "ncci-manual-2025",
      "When what the scope showed led to the open operation, the look is reported and 58 goes on the open code.")
def mark_58_after_look(d: Derivation, lines: list[Service]) -> list[Service]:
    if len(lines) < 2 or not _look_decided(d):
        return lines
    return marked(lines, [i for i in main_lines(lines) if lines[i].what != "laparoscopy"], "58", "58-after-look")


@rule("mark", "59", "D12 D16 D20", "confirmed", "cms-ptp-2024q3 ncci-manual-2025 cms-mln-59",
      "Where a pair has indicator 1 and the second service was at a truly separate site, 59 or XS goes on the second code.")
def mark_59(d: Derivation, lines: list[Service]) -> list[Service]:
    second = set()
    for i, one in enumerate(lines):
        for two in lines[i + 1 :]:
            found = edits.pair(one.code, two.code)
            if found and found[2] == 1 and not edits.add_on(found[1]):
                looked = {one.what, two.what} & {"laparoscopy"} and any("58" in s.modifiers for s in (one, two))
                if not looked:
                    second.add(found[1])
    return marked(lines, [i for i, s in enumerate(lines) if s.code in second], "59", "59")


@rule("mark", "51", "D2 D9 D13", "confirmed", "cms-pfs-layout-2025 cms-pfs-2026-07 claims-manual-12-copies bcbsnc-add-on",
      "Every later procedure that is not an add-on takes 51; an add-on never does, since its fee is not cut.")
def mark_51(d: Derivation, lines: list[Service]) -> list[Service]:
    return marked(lines, main_lines(lines)[1:], "51", "51")


def _role(surgeon: str, modifier: str) -> Callable[[Derivation, list[Service]], list[Service]]:
    def mark(d: Derivation, lines: list[Service]) -> list[Service]:
        return marked(lines, range(len(lines)), modifier, modifier) if d.op.surgeon == surgeon else lines

    return mark


rule("mark", "80", "D22", "confirmed", "fcso-assistant cms-pfs-2026-07",
     "A physician who assists marks every line 80.")(_role("assistant", "80"))
rule("mark", "AS", "D22", "confirmed", "fcso-assistant cms-pfs-2026-07",
     "A physician assistant, nurse practitioner or clinical nurse specialist who assists marks every line AS.")(_role("assistant-nonphysician", "AS"))
rule("mark", "62", "D22", "confirmed", "cms-pfs-2026-07 cms-pfs-layout-2025",
     "Two surgeons of different specialties who share one code mark every line 62, with proof that both were needed.")(_role("co-surgeon", "62"))

RULEBOOK = Rulebook(_RULES)


def derive(op: Operation, book: Rulebook = RULEBOOK) -> Derived:
    """What the rules say of one operation. Never raises; what no rule decides comes back with `out_of_scope`."""
    found = run(Derivation(op, book))
    if book is RULEBOOK and (says := shut(found.lines)):
        return Derived(out_of_scope=f"no rule decides what is billed here: {says.rstrip('.')}")
    return found


def shut(claim: Claim) -> str | None:
    """Why the tables refuse a claim whatever its modifiers, in words; units over a limit may be appealed and are no reason."""
    return next((e.says for e in edits.scrub(claim) if e.blocks and e.kind != "units"), None)
