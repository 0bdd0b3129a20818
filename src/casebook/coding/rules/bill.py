"""Bill rules: what was done, the small things too, so that each can be struck for a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from casebook.coding.bowel import Place
from casebook.coding.operation import POINTS, Step
from casebook.coding.rulebook import Derivation, Service, steps_of
from casebook.errors import OutOfScope

from .entering import CONFIRMED, CONTESTED, DERIVED, RECALLED, SECONDARY, bill, read


def _small(d: Derivation, first: str, further: str, places: list[Place], *because: str) -> Iterable[Service]:
    redone = [p for p in places if any(d.op.redone(i) for i in p.cuts)]
    joins = sum(d.ask("count-joins", p) + d.ask("redone-join", p) for p in places)
    if joins < 1:
        return
    several = any(len(p.cuts) > 1 or any(d.op.steps[i].lesions > 1 for i in p.cuts) for p in places)
    why = (
        because
        + (("redone-join",) if redone else ())
        + (("duodenum",) if any(p.start < 0 for p in places) else ())
    )
    why += ("count-joins", "one-place") if several else ("count-joins",)
    yield d.service(first, *why, "first-join", steps=steps_of(places[:1]), rank="resection")
    if (more := d.ask("further-units", joins)) > 0:
        yield d.service(
            further, "further-units", units=more, steps=steps_of(places[1:] or places), rank="resection"
        )


def _each(
    what: str,
    because: str,
    act: str = "",
    places: str = "",
    rank: str = "procedure",
    units: int | None = None,
) -> Callable[[Derivation], Iterable[Service]]:
    """A bill rule that names a service for each place of one part, or for each such step that stands
    apart."""

    def bill(d: Derivation) -> Iterable[Service]:
        sites = d.places(places) if places else []
        done = (
            [i for i, s in d.numbered(act) if s.act not in POINTS or s in d.op.apart]
            if act
            else steps_of(sites)
        )
        if done:
            yield d.service(what, because, units=units or len(sites) or len(done), steps=done, rank=rank)

    return bill


@bill(
    "first-join",
    answers="D2 D6 D12",
    sure=CONFIRMED,
    sources="cms-aoc-2024-06 cms-mue-2024-07",
    says=(
        "The base code of joined small-bowel segments stands once a day for one practitioner, for the first"
        " of them, and it is the only base its add-on is reported with."
    ),
)
def first_join(d: Derivation) -> Iterable[Service]:
    yield from _small(d, "first", "further", d.places("joined"))


@bill(
    "atresia",
    answers="D18",
    sure=SECONDARY,
    sources="aapc-enterectomy-101 cms-ptp-2024q3 cms-aoc-2024-06",
    says=(
        "Resections for atresia present from birth have their own codes: 44126, or 44127 with tapering, and"
        " 44128 for each further one."
    ),
)
def atresia(d: Derivation) -> Iterable[Service]:
    places = d.places("atresia")
    tapered = any(d.op.steps[p.joins[-1]].tapered for p in places)
    for s in _small(d, "atresia, tapered" if tapered else "atresia", "further atresia", places):
        yield replace(s, because=(*s.because, "atresia"))


@bill(
    "brought-out",
    answers="D9",
    sure=SECONDARY,
    sources="cpt-book codingahead-44125 cms-ptp-2024q3 cms-mue-2024-07",
    says=(
        "In open surgery, a segment removed with an end brought to the skin instead of joined is 44125,"
        " once; the stoma is in it."
    ),
)
def brought_out(d: Derivation) -> Iterable[Service]:
    places = d.places("brought out")
    if places and not d.places("joined", "atresia"):
        yield d.service("removed, stoma", "brought-out", steps=steps_of(places[:1]), rank="resection")
        if more := places[1:]:
            yield d.service("stoma", "brought-out", units=len(more), steps=steps_of(more))


@bill(
    "stoma-beside-join",
    answers="D9",
    sure=CONTESTED,
    sources="professional-practice cms-ptp-2024q3",
    says=(
        "Where one segment was joined and another brought out, the stoma is billed beside the join; 44125"
        " never goes with 44120 or 44121."
    ),
)
def stoma_beside_join(d: Derivation) -> Iterable[Service]:
    places = d.places("brought out")
    if places and d.places("joined", "atresia"):
        yield d.service("stoma", "stoma-beside-join", units=len(places), steps=steps_of(places))


@bill(
    "loose-ends",
    answers="D10",
    sure=CONTESTED,
    sources="aast-coders-corner ncci-manual-2025:I.K.5",
    says=(
        "A segment removed with both ends stapled and left inside takes the resection code with 52, as one"
        " published view has it."
    ),
)
def loose_ends(d: Derivation) -> Iterable[Service]:
    places = d.places("loose")
    first = not d.places("joined", "atresia")
    for i, place in enumerate(places):
        what = "first" if first and i == 0 else "further"
        service = d.service(what, "loose-ends", steps=steps_of([place]), rank="resection")
        yield replace(service, modifiers=frozenset({"52"}))


bill(
    "stapled-ends-joined",
    answers="D10",
    sure=RECALLED,
    sources="professional-practice cms-mue-2024-07",
    says=(
        "Joining ends that an earlier operation left stapled, with nothing more than a trim, is a join"
        " without resection: 44130 for each."
    ),
)(_each("bypass", "stapled-ends-joined", places="stapled ends joined"))


bill(
    "ileocolic",
    answers="D12",
    sure=SECONDARY,
    sources="codingahead-44205 cms-aoc-2024-06 cms-ptp-2024q3",
    says=(
        "A piece that crosses the ileocecal valve is the ileocolic resection, 44160 or 44205, which is no"
        " base for the small-bowel add-on."
    ),
)(_each("ileocolic", "ileocolic", places="ileocolic", rank="resection"))


@bill(
    "colon",
    answers="D12",
    sure=RECALLED,
    sources="cms-pfs-2026-07 cms-ptp-2024q3 professional-practice",
    says=(
        "A piece of colon removed has its own codes: joined, joined with a stoma above, or brought out with"
        " the lower end closed."
    ),
)
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


@bill(
    "stoma",
    answers="D9",
    sure=DERIVED,
    sources="cms-ptp-2024q3",
    says=(
        "A stoma made where no bowel was removed is its own service, and may stand beside a resection that"
        " was joined."
    ),
)
def stoma(d: Derivation) -> Iterable[Service]:
    only = [(p.start, i) for p in d.places("stoma only") for i in p.stomas[:1]]
    made = sorted([*d.op.bowel.loops, *only])
    small = [i for at, i in made if at < d.op.valve]
    large = [i for at, i in made if at >= d.op.valve]
    if small:
        yield d.service("stoma", "stoma", units=len(small), steps=small)
    if large:
        yield d.service("colostomy", "stoma", units=len(large), steps=large)


bill(
    "stricturoplasty",
    answers="D13",
    sure=SECONDARY,
    sources="codingahead-44615 cms-mue-2024-07 cms-ptp-2024q3 ncci-manual-2025:I.E,I.V",
    says=(
        "In open surgery, a stricture widened without removing bowel, apart from any join, is 44615, one"
        " unit each."
    ),
)(_each("stricturoplasty", "stricturoplasty", act="stricturoplasty"))


bill(
    "bypass",
    answers="D15",
    sure=SECONDARY,
    sources="cms-short-names cms-ptp-2024q3",
    says="A join between two loops with nothing removed is the bypass code, 44130.",
)(_each("bypass", "bypass", act="bypass"))


@bill(
    "hole-sewn",
    answers="D16",
    sure=SECONDARY,
    sources="codingahead-44602 cms-ptp-2024q3 ncci-manual-2025:I.E,VI.E.10",
    says=(
        "In open surgery, a hole from injury or disease, sewn apart from any join or removed piece, is"
        " billed: 44602 for one in small bowel, 44603 for several, 44604 in colon."
    ),
)
def hole_sewn(d: Derivation) -> Iterable[Service]:
    holes = [
        (i, s) for i, s in d.numbered("repair") if s in d.op.apart and s.kind not in ("surgeon", "fistula")
    ]
    small = [i for i, s in holes if s.start < d.op.valve]
    large = [i for i, s in holes if s.start >= d.op.valve]
    if small:
        yield d.service("one hole" if len(small) == 1 else "several holes", "hole-sewn", steps=small)
    if large:
        above = any(s.start >= d.op.valve for s in d.op.did("stoma")) and not d.places(
            "colon", "colon, brought out"
        )
        yield d.service("colon hole, stoma" if above else "colon hole", "hole-sewn", steps=large)


bill(
    "pouch",
    answers="D14",
    sure=RECALLED,
    sources="cms-ptp-2024q3 professional-practice",
    says="A Meckel's pouch removed alone is 44800.",
)(_each("pouch", "pouch", act="diverticulectomy", units=1))


@bill(
    "opening",
    answers="D16 D21",
    sure=SECONDARY,
    sources="codingahead-44020 codingahead-44025 openpayer-44010 cms-ptp-2024q3",
    says=(
        "In open surgery, bowel opened to look, biopsy or take something out, apart from any join or removed"
        " piece, is 44020 (44010 duodenum, 44025 colon)."
    ),
)
def opening(d: Derivation) -> Iterable[Service]:
    where: dict[str, list[int]] = {}
    for i, s in d.numbered("enterotomy"):
        if s in d.op.apart and s.kind != "decompress":
            where.setdefault(_opened(d, s), []).append(i)
    for what, done in where.items():
        yield d.service(what, "opening", units=len(done), steps=done)


def _opened(d: Derivation, step: Step) -> str:
    """What an opening at this step is called, by the part of the bowel."""
    return "duodenal opening" if step.start < 0 else "opening" if step.start < d.op.valve else "colon opening"


@bill(
    "decompression",
    answers="D21",
    sure=SECONDARY,
    sources="codingahead-44021 cms-ptp-2024q3",
    says="Small bowel opened only to let out what distends it is 44021, once, where nothing larger was done.",
)
def decompression(d: Derivation) -> Iterable[Service]:
    done = [i for i, s in d.numbered("enterotomy") if s in d.op.apart and s.kind == "decompress"]
    if any(not 0 <= d.op.steps[i].start < d.op.valve for i in done):
        raise OutOfScope("letting out what distends the colon or the duodenum is not decided here")
    if done:
        yield d.service("decompression", "decompression", steps=done)


bill(
    "untwisting",
    answers="D21",
    sure=SECONDARY,
    sources="rvuedge-44050 cms-ptp-2024q3",
    says=(
        "Bowel only untwisted, drawn out of a gap or pulled back is 44050 where nothing was removed; by"
        " scope it has no code of its own."
    ),
)(_each("untwisting", "untwisting", act="untwist", units=1))


@bill(
    "stoma-revised",
    answers="D9",
    sure=SECONDARY,
    sources="mastery-stoma-revision cms-ptp-2024q3",
    says=(
        "A stoma revised and kept is coded by its bowel and its depth: ileostomy 44312 at the skin or 44314"
        " from the deep layers; colostomy 44340, 44345, or 44346 with the hernia beside it."
    ),
)
def stoma_revised(d: Derivation) -> Iterable[Service]:
    for i, s in d.numbered("revise_stoma"):
        bowel = "ileostomy" if s.start < d.op.valve else "colostomy"
        if bowel == "ileostomy" and s.kind == "hernia":
            raise OutOfScope("a hernia mended beside an ileostomy is not decided here")
        how = {"simple": "revised", "deep": "rebuilt", "hernia": "rebuilt, hernia"}[str(s.kind)]
        yield d.service(f"{bowel} {how}", "stoma-revised", steps=[i])


@bill(
    "stoma-closed",
    answers="D20",
    sure=SECONDARY,
    sources="aapc-stoma-closure mastery-stoma-closure cms-ptp-2024q3",
    says=(
        "Closing a stoma is 44620, or 44625 when a piece is removed and joined to do it (44227 laparoscopic);"
        " trimming the edges alone is argued either way."
    ),
)
def stoma_closed(d: Derivation) -> Iterable[Service]:
    places = d.places("stoma closure")
    removed = [p for p in places if d.ask("closure-removed", p)]
    plain = len(d.op.did("close_stoma")) - len(removed)
    steps = [i for i, _ in d.numbered("close_stoma")]
    if removed:
        trimmed = ("closure-removed",) if any(d.op.reasons(p) <= {"margin"} for p in removed) else ()
        yield d.service(
            "stoma closed with resection",
            *trimmed,
            "stoma-closed",
            units=len(removed),
            steps=(*steps, *steps_of(removed)),
            rank="resection",
        )
    if plain > 0:
        trimmed = ("closure-removed",) if any(p.cuts for p in places if p not in removed) else ()
        yield d.service(
            "stoma closed",
            *trimmed,
            "stoma-closed",
            units=plain,
            steps=(*steps, *steps_of(p for p in places if p not in removed)),
        )


@read(
    "closure-removed",
    answers="D20",
    sure=SECONDARY,
    sources="aapc-stoma-closure mastery-stoma-closure",
    says="To close a stoma with resection means that a piece was removed, not that its edges were trimmed.",
)
def closure_removed(d: Derivation, place: Place) -> bool:
    return bool(place.cuts) and not d.op.reasons(place) <= {"margin"}


@bill(
    "fistula-closed",
    answers="D19",
    sure=DERIVED,
    sources="ncci-manual-2025:VI.E.12,VI.H.7 mastery-fistula cms-ptp-2024q3",
    says=(
        "Where closing a fistula was the main work it has one code for the site, by where the fistula led,"
        " and the bowel removed for it is in that code."
    ),
)
def fistula_closed(d: Derivation) -> Iterable[Service]:
    places = d.places("fistula closure")
    for i, s in d.numbered("close_fistula"):
        removed = s.kind == "bowel-bladder" and places
        what = "bowel-bladder with resection" if removed else str(s.kind)
        yield d.service(what, "fistula-closed", steps=(i, *steps_of(places)), rank="resection")


SMALL_ACTS = {
    "explore": "",
    "lyse_adhesions": "freeing",
    "mesentery_repair": "mesentery",
    "omentectomy": "omentum",
    "appendectomy": "",
    "hernia_repair": "hernia",
    "reopen": "reopened",
}
KINDS = {"incidental": "appendix", "diseased": "diseased appendix"}


@bill(
    "small-things",
    answers="D3 D21",
    sure=DERIVED,
    sources="ncci-manual-2025:VI.E.1,VI.E.9 cms-ptp-2024q3",
    says=(
        "Freeing adhesions, looking round, opening the abdomen again: where nothing larger was done, that"
        " is the claim; beside anything larger it is part of it."
    ),
)
def small_things(d: Derivation) -> Iterable[Service]:
    seen: set[str] = set()
    for i, s in d.numbered(*SMALL_ACTS):
        what = SMALL_ACTS[s.act] or KINDS.get(str(s.kind), str(s.kind))
        if what not in seen and what != "diseased appendix":
            seen.add(what)
            yield d.service(what, "small-things", steps=[i], rank="minor")
    if d.op.approach == "converted" and "laparoscopy" not in seen:
        yield d.service("laparoscopy", "small-things", rank="minor")


@bill(
    "diseased-appendix",
    answers="D21",
    sure=SECONDARY,
    sources="ncci-manual-2025:VI.E.3,VI.F.6 aapc-appendix-add-on aapc-appendix-needed cms-ptp-2024q3",
    says=(
        "A diseased appendix removed beside another major operation is billed: the add-on 44955 when open,"
        " 44970 by scope, with 59 beside 44202."
    ),
)
def diseased_appendix(d: Derivation) -> Iterable[Service]:
    if done := [i for i, s in d.numbered("appendectomy") if s.kind == "diseased"]:
        yield d.service("diseased appendix", "diseased-appendix", steps=done[:1], rank="minor")


@bill(
    "feeding-catheter",
    answers="D21",
    sure=SECONDARY,
    sources="aapc-feeding-tubes cms-aoc-2024-06",
    says=(
        "A feeding catheter put into the jejunum during another operation is the add-on 44015, whose base"
        " each contractor decides."
    ),
)
def feeding_catheter(d: Derivation) -> Iterable[Service]:
    if done := [i for i, _ in d.numbered("feeding_catheter")]:
        own = [p for p in d.op.bowel.places if d.op.own_injury(p)]
        alone = all(
            s.act in ("feeding_catheter", *SMALL_ACTS)
            or s.kind == "surgeon"
            or (s.act == "join" and any(i in p.joins for p in own))
            for i, s in enumerate(d.op.steps)
        )
        yield d.service("feeding tube alone" if alone else "feeding catheter", "feeding-catheter", steps=done)


# Also named, only to be struck for a reason of their own


@bill(
    "done-but-inside",
    answers="D13 D14 D16 D19 D20",
    sure=DERIVED,
    sources="ncci-manual-2025:VI.E.10,VI.E.12,VI.H.7",
    says=(
        "What was done at a join, in a removed piece, for an inadvertent injury by the surgeon, or to close a"
        " stoma or fistula is part of that, and has no line of its own."
    ),
)
def done_but_inside(d: Derivation) -> Iterable[Service]:
    yield from _holes_inside(d)
    for i, s in d.numbered("stricturoplasty", "enterotomy", "diverticulectomy"):
        if s not in d.op.apart:
            yield _inside(d, _called(d, s), f"part: {s.act}", [i])
    for place in d.places("own piece"):
        yield _inside(d, _piece(d, place, "further"), "own piece", steps_of([place]))
    for place in d.places("stoma closure", "fistula closure"):
        if place.cuts:
            yield _inside(d, _piece(d, place, "first"), "removed to close", steps_of([place]))


def _inside(d: Derivation, named: str, what: str, steps: Iterable[int]) -> Service:
    """A service named only to be struck: under the code that it would have apart."""
    return replace(d.service(named, steps=steps, rank="minor"), what=what)


def _holes_inside(d: Derivation) -> Iterable[Service]:
    """Holes that are part of something: the surgeon's own, a fistula's far opening, those at a join or in a
    piece."""
    found: dict[str, list[int]] = {}
    for i, s in d.numbered("repair"):
        kind = {"surgeon": "own injury", "fistula": "far opening"}.get(str(s.kind))
        if kind or s not in d.op.apart:
            found.setdefault(kind or "part: repair", []).append(i)
    for what, done in found.items():
        small = [i for i in done if d.op.steps[i].start < d.op.valve]
        large = [i for i in done if i not in small]
        if small:
            yield _inside(d, "one hole" if len(small) == 1 else "several holes", what, small)
        if large:
            yield _inside(d, "colon hole", what, large)


def _called(d: Derivation, step: Step) -> str:
    if step.act == "enterotomy":
        return "decompression" if step.kind == "decompress" else _opened(d, step)
    return {"stricturoplasty": "stricturoplasty", "diverticulectomy": "pouch"}[step.act]


def _piece(d: Derivation, place: Place, small: str) -> str:
    """What a removed piece would be billed as on its own, by the part of the bowel."""
    if place.start >= d.op.valve:
        return "colon"
    return "ileocolic" if place.end > d.op.valve else small
