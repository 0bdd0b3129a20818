"""One-sentence changes of a chart that was answered rightly, as questions: “had the end been brought out
instead of joined”.

Who has just read a chart needs a sentence more, not another chart. Most changes are those of
`grading.changes`; the kinds added here are what wrong rules need that few charts show. No coder wrote their
keys: they are what the rulebook gives, and so none rests on a rule in doubt or has more than one accepted
claim.

The id of a change is that of its chart, a mark, and a digest of its words: an answer that was kept is never
taken for one to another change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any
from zlib import crc32

from casebook.coding.bowel import Place
from casebook.coding.note import Note
from casebook.coding.operation import Operation, Step
from casebook.coding.places import called
from casebook.coding.rulebook import Trace
from casebook.coding.rules import RULEBOOK
from casebook.errors import OperationError
from casebook.grading import Item
from casebook.grading.changes import PIECE, changes, free_site
from casebook.grading.doubt import rests_on_doubt
from casebook.grading.misconceptions import MISCONCEPTIONS

from .bank import Page, graded_item

MARK = "~"
DIGEST = 0xFFF  # three hexadecimal digits tell the changes of one chart apart
SIGMOID = 60.0  # cm past the valve: where a further piece of colon is taken
NEEDED = 7  # questions on which a wrong rule is to show
MOST = 5  # changes of one chart that may be asked


@dataclass(frozen=True, eq=False)
class Changed:
    """A change as a question; `says` completes “Had …”."""

    id: str
    says: str
    op: Operation

    @cached_property
    def item(self) -> Item:
        """As the grader sees it."""
        return Item(self.id, Note((self.op,)), {}, {})


def chart_of(case: str) -> str:
    """The chart that a question is about: of a change, the one that is changed."""
    return case.partition(MARK)[0]


def is_change(case: str) -> bool:
    """Whether the id is that of a change."""
    return MARK in case


@lru_cache(maxsize=4)  # who asks one change of a chart asks others
def all_changes(item: Item) -> tuple[Changed, ...]:
    """Every change of a chart, whatever its key rests on. Of two with one id there is none, nor is there any
    of a note with several readings or of a filed claim to be judged."""
    if len(item.note.readings) > 1 or item.filed:
        return ()
    op = item.note.readings[0]
    told = [(change.says, change.op) for change in changes(op)]
    for says, fields in _further(op):
        try:
            told.append((says, replace(op, **fields)))
        except OperationError:
            continue
    ids = [f"{item.id}{MARK}{crc32(says.encode()) & DIGEST:03x}" for says, _ in told]
    each = zip(ids, told, strict=True)
    return tuple(Changed(id, says, _bare(changed)) for id, (says, changed) in each if ids.count(id) == 1)


def _bare(op: Operation) -> Operation:
    """An operation without the marks of a chart that no longer tells it."""
    return replace(op, steps=tuple(replace(step, evidence=None, also=None) for step in op.steps), marks=())


def change_of(item: Item, id: str) -> Changed:
    """The change of this id. Raises ValueError where the chart has none that may be asked."""
    found = next((each for each in all_changes(item) if each.id == id), None)
    if found is None or rests_on_doubt(found.item.note):
        raise ValueError(f"the case {item.id} has no change {id!r}")
    return found


def changed_page(page: Page, id: str) -> dict[str, Any]:
    """The JSON of a change as a page hands it to the grader: that of its chart, with the operation changed
    and without what the chart shows no more. Raises ValueError where the chart has no such change."""
    change = change_of(graded_item(page), id)
    kept = {key: page[key] for key in ("schema", "edition", "title", "about", "level") if key in page}
    measured = {"measured": page["measured"]} if "measured" in page else {}
    newborn = {"newborn": True} if page.get("newborn") is True else {}
    readings = [change.op.as_mapping()]
    beside = {"key": {}, "evidence": {}, "apart": {}, "had": change.says}
    return kept | {"id": id, "readings": readings} | beside | measured | newborn


def pages_of_changes(pages: Mapping[str, Page], ids: Sequence[object]) -> dict[str, Page]:
    """The pages of the changes among some ids, as far as their charts are there and have them."""
    found: dict[str, Page] = {}
    for id in ids:
        if not isinstance(id, str) or not is_change(id) or chart_of(id) not in pages:
            continue
        try:
            found[id] = changed_page(pages[chart_of(id)], id)
        except ValueError:
            continue
    return found


def able(item: Item) -> dict[str, list[str]]:
    """The changes of a chart that may be asked, each with the wrong rules that it may show and the chart as
    it is does not."""
    if item.note.out_of_scope:
        return {}
    shown = _lively(item.note.readings[0])
    found = [(each, _lively(each.op, but=shown)) for each in all_changes(item)]
    return {each.id: sorted(new) for each, new in found if new and not rests_on_doubt(each.item.note)}


def choose(
    of_charts: Mapping[str, Mapping[str, Sequence[str]]], shows: Counter[str]
) -> dict[str, dict[str, Sequence[str]]]:
    """A few changes of each chart, of those that may be asked: one after the other by the wrong rules that it
    adds to the chart's, those that few questions show before the rest. `shows` says how many show each."""
    times = Counter(shows)
    return {chart: _few(dict(changes), times) for chart, changes in of_charts.items()}


def _few(left: dict[str, Sequence[str]], times: Counter[str]) -> dict[str, Sequence[str]]:
    """The same for one chart; `times` is brought up to date."""
    chosen: dict[str, Sequence[str]] = {}
    told: set[str] = set()

    def worth(id: str) -> float:
        new = (times[rule] for rule in left[id] if rule not in told)
        return sum(1.0 if shown < NEEDED else 1 / (1 + shown) for shown in new)

    while left and len(chosen) < MOST:
        best = max(left, key=worth)
        if not worth(best):
            break
        chosen[best] = left.pop(best)
        told |= set(chosen[best])
        times.update(chosen[best])
    return chosen


def _lively(op: Operation, but: Collection[str] = ()) -> frozenset[str]:
    """The wrong rules that answer a question of the rulebook otherwise in this operation, but for some."""
    trace = Trace(op, RULEBOOK)
    others = (m for m in MISCONCEPTIONS.values() if m.id not in but)
    return frozenset(m.id for m in others if not trace.alike(m.swaps))


# Kinds of change beside those of `grading.changes`

Draft = tuple[str, dict[str, Any]]  # the words of a change, and the fields that it replaces


def _further(op: Operation) -> Iterator[Draft]:
    """Every further change."""
    for kind in KINDS:
        yield from kind(op)
    for place in op.bowel.places:
        if place.joined and place.cuts and not place.left:
            yield from _at_a_join(op, place)
            break
    if not op.follows and op.opened:
        says = "there been nothing to remove, and a twisted loop only been turned back"
        yield says, {"steps": (Step("untwist"),), "unusual_work": False}


def _added(
    says: str, *steps: Step, unless: str = "", opened: bool = False
) -> Callable[[Operation], Iterator[Draft]]:
    """Something done besides, where it was not done; where the operation was open if need be."""

    def kind(op: Operation) -> Iterator[Draft]:
        if not op.did(unless or steps[0].act) and (op.opened or not opened):
            yield says, {"steps": (*op.steps, *steps)}

    return kind


def _at_a_site(
    says: str, steps: Callable[[float], tuple[Step, ...]], but: tuple[str, ...] = (), opened: bool = True
) -> Callable[[Operation], Iterator[Draft]]:
    """Something done at a site of its own, in cm, where none of some acts was done."""

    def kind(op: Operation) -> Iterator[Draft]:
        site = free_site(op)
        if site is not None and (op.opened or not opened) and not any(op.did(act) for act in but):
            yield says, {"steps": (*op.steps, *steps(site))}

    return kind


def _converted(op: Operation) -> Iterator[Draft]:
    before = "before any bowel was divided"
    if op.approach == "open" and not op.open_already:
        yield f"the operation been begun laparoscopically and converted {before}", {"approach": "converted"}
    elif not op.opened:
        yield f"the operation been converted to open {before}", {"approach": "converted"}


def _looked_first(op: Operation) -> Iterator[Draft]:
    if op.approach == "open" and not op.open_already and not op.did("explore"):
        says = "a look through the laparoscope come first and been followed by the same open operation"
        yield says, {"steps": (Step("explore", kind="laparoscopy"), *op.steps)}


def _robotic(op: Operation) -> Iterator[Draft]:
    if op.approach != "robotic" and not op.open_already:
        yield "the operation been done with the robot throughout", {"approach": "robotic"}


def _colon(op: Operation) -> Iterator[Draft]:
    if op.opened and op.rectum is None and not any(p.end > op.valve for p in op.bowel.places):
        a, b = op.valve + SIGMOID, op.valve + SIGMOID + 2 * PIECE
        steps = (Step("resect", a, b, reason="perforation"), Step("stoma", a, a, kind="end"))
        says = "a perforated piece of sigmoid been removed as well, and its upper end been brought out"
        yield says, {"steps": (*op.steps, *steps)}


def _closed_for_colostomy(op: Operation) -> Iterator[Draft]:
    site, beyond = free_site(op), op.valve + SIGMOID
    stomas = op.did("stoma") or op.did("close_stoma") or any(p.end > op.valve for p in op.bowel.places)
    if site is not None and op.opened and not stomas:
        steps = (Step("close_stoma", site, site), Step("stoma", beyond, beyond, kind="loop"))
        says = "an old loop ileostomy been closed, and a loop of colon brought out in its place"
        yield says, {"steps": (*op.steps, *steps)}


KINDS: Sequence[Callable[[Operation], Iterator[Draft]]] = (
    _added("a ragged strip of omentum been removed", Step("omentectomy")),
    _added("a healthy appendix been removed on the way", Step("appendectomy", kind="incidental")),
    _added("the mesenteric defect been closed", Step("mesentery_repair")),
    _added("thin adhesions been divided", Step("lyse_adhesions", kind="limited")),
    _added("the whole abdomen been explored first", Step("explore", kind="laparotomy"), opened=True),
    _added(
        "a hernia in the same wound been mended on closing",
        Step("hernia_repair", kind="same-wound"),
        opened=True,
    ),
    _at_a_site(
        "a hole that the surgeon’s own scissors made elsewhere been sewn",
        lambda at: (Step("repair", at, at, kind="surgeon"),),
        opened=False,
    ),
    _at_a_site(
        "two holes from disease elsewhere been sewn",
        lambda at: tuple(Step("repair", x, x, kind="disease") for x in (at, at + PIECE)),
        but=("repair",),
    ),
    _at_a_site(
        "the bowel been opened elsewhere only to let out what distended it",
        lambda at: (Step("enterotomy", at, at, kind="decompress"),),
        but=("enterotomy",),
    ),
    _at_a_site(
        "an old loop ileostomy been closed as well, with nothing removed",
        lambda at: (Step("close_stoma", at, at),),
        but=("stoma", "close_stoma"),
    ),
    _at_a_site(
        "an old loop ileostomy been closed as well, and the piece that held it been removed",
        lambda at: (
            Step("close_stoma", at + PIECE / 2, at + PIECE / 2),
            Step("resect", at, at + PIECE),
            Step("join", at, at + PIECE),
        ),
        but=("stoma", "close_stoma"),
    ),
    _closed_for_colostomy,
    _colon,
    _converted,
    _looked_first,
    _robotic,
)


def _at_a_join(op: Operation, place: Place) -> Iterator[Draft]:
    """Something else at the first joined place: a ring in its join, or its ends left stapled before."""
    spot = called(op, place).removeprefix("the place at ")
    ring = Step("stricturoplasty", place.end, place.end)
    at = min(place.joins)
    says = f"a short ring at the cut edge been widened as part of the join at {spot}"
    yield says, {"steps": (*op.steps[:at], ring, *op.steps[at:])}
    if op.follows or place.end >= op.valve:
        return
    gone = {*place.cuts, *place.joins}
    rest = tuple(step for i, step in enumerate(op.steps) if i not in gone)
    name = op.steps[place.joins[-1]].name
    before = {"follows": "staged", "days": 2}
    join = Step("join", place.start, place.end, name=name)
    says = (
        f"the piece at {spot} been removed two days before, its ends left stapled for a planned second stage,"
        " and only been joined today"
    )
    yield says, {"steps": (*rest, join), **before, "left": ((place.start, place.end),)}
    if place.end - place.start > PIECE / 2:
        end = place.end - PIECE / 4
        more = Step("resect", end, place.end, reason="infarction", name=name)
        says = (
            f"most of the piece at {spot} been removed two days before, its ends left stapled for a planned"
            " second stage, and a further dead piece been removed today before they were joined"
        )
        yield says, {"steps": (*rest, more, join), **before, "left": ((place.start, end),)}
