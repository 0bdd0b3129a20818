"""The marked sentences of a chart that bear on an answer, and under each what it shows and does not show.

A sentence is quoted only for the act that it is marked for, and a comment stands only under a sentence of the
act it speaks of: where the chart marks none, nothing is quoted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from casebook.coding.bowel import Place
from casebook.coding.claim import Claim
from casebook.coding.edits import SEPARATE
from casebook.coding.operation import FACETS, POINTS, Operation, Step
from casebook.coding.places import NUMBERS, joined_in_order, many
from casebook.coding.rulebook import CODES, TWINS, UNLISTED, Derivation, Derived, codes_of
from casebook.coding.rules import RULEBOOK

from .findings import Finding
from .item import Grade, Item
from .misconceptions import Misconception
from .parts import Row
from .told import FIRST, FURTHER_JOINS

#: What of an operation as a whole a rule looks at.
FACET_OF = {
    **dict.fromkeys(
        ("approach", "conversion", "assisted", "robot-or-hand", "unlisted", "laparoscopic-start"), "approach"
    ),
    **dict.fromkeys(("58", "78", "79", "58-after-look", "same-day"), "session"),
    **dict.fromkeys(("80", "AS", "62"), "surgeon"),
    "22": "unusual_work",
}
#: Codes of a piece removed, or of ends joined: an answer with a wrong one is set right by the sentences that
#: tell what became of every place.
_RESECTIONS = codes_of(
    *("first", "further", "removed, stoma", "ileocolic", "bypass", "further atresia"),
    *(
        what
        for what in CODES
        if what.startswith(("colon", "atresia")) and "hole" not in what and "opening" not in what
    ),
) - {UNLISTED}
_COUNTED = FIRST | FURTHER_JOINS
_CLOSURES = codes_of(*(what for what in CODES if what.startswith("bowel-")))
MOST_OPEN = 6  # sentences that leave a note open
MOST_SLIPS = 2  # whose sentences are quoted, where several give one answer
WHATEVER = "*"  # in `lacks`: said under whatever sentence is quoted
BYPASSED = "Nothing was removed at this bypass."
OWN = (
    "This piece had to go because of an inadvertent injury by the surgeon, so this book does not count its"
    " join."
)


@dataclass(frozen=True)
class _Quote:
    """A mark of the chart, and what is said of its sentence, if anything."""

    name: str
    comment: str = ""


def quoted(item: Item, grade: Grade) -> tuple[Row, ...]:
    """The sentences that bear on an answer, in the order of what they settle, each with its comment below."""
    chart = _Chart(item)
    if item.note.action == "query":
        whole = [] if grade.one_reading else [q for m in grade.likely for q in chart.of_whole(m)]
        open_ = _open(item)
        told = chart.rows([*(_Quote(row["name"]) for row in open_), *whole])
        return told if whole else open_
    if grade.verdict == "correct":
        return proof(item)
    slips = grade.likely[: None if grade.explained.together else MOST_SLIPS]
    if not grade.claim:  # a question to the surgeon
        return chart.rows([q for m in slips for q in chart.of_whole(m)]) or proof(item)
    if slips:
        return chart.rows([q for m in slips for q in chart.of_slip(m, grade.findings)])
    return chart.rows(chart.of_findings(grade))


def proof(item: Item) -> tuple[Row, ...]:
    """The sentences that a right answer rests on: how the whole was done, then what each line says."""
    return _open(item) if item.note.action == "query" else _Chart(item).rows(_resting(item))


def _resting(item: Item) -> list[_Quote]:
    """What a right claim rests on, in the order in which it is told: what would make another claim if it said
    otherwise. That is the approach, also where it was open; what else is unusual of the whole; and what
    became of each place. That a piece was taken out is told by what became of its ends, but for one that came
    off ends already cut."""
    chart = _Chart(item)
    told = {*item.shown, *item.marked("approach")}
    whole = [_Quote(name) for name in item.marked(*FACETS) if name in told]
    steps = chart.of_steps(chart.besides(chart.billed))
    return [*whole, *chart.of_places(chart.billed), *chart.of_own(), *steps]


def deciding(item: Item) -> list[str]:
    """The marks of the sentences that a right answer rests on, which are those quoted beside it, also of two
    that read alike; where none is, of all that the readings stand on."""
    if item.note.action == "query":
        return [row["name"] for row in _open(item)] or list(item.shown)
    names = dict.fromkeys(quote.name for quote in _resting(item) if quote.name in item.evidence)
    return [*names] or list(item.shown)


def bearing(item: Item) -> set[str]:
    """The marks of every sentence that is told of an operation: those that decide, and those that nobody need
    cite, since what was taken out or what is usual settles nothing by itself."""
    also = {s.also for op in item.note.readings for s in op.steps if s.also}
    return {*deciding(item), *item.shown, *item.marked(*FACETS), *also}


def cited(item: Item, names: Iterable[str]) -> dict[str, Any]:
    """Which deciding sentences the learner marked; what only bears on the operation is neither asked for nor
    held against anybody, and stands in `beside`."""
    given, wanted, known = list(dict.fromkeys(str(n) for n in names)), deciding(item), bearing(item)
    found = [n for n in wanted if n in given]
    missed = [n for n in wanted if n not in given]
    irrelevant = [n for n in given if n not in known]
    total = len(found) + len(missed) + len(irrelevant)
    score = len(found) / total if total else 1.0
    beside = [n for n in given if n in known and n not in found]
    told = {"found": found, "missed": missed, "beside": beside, "irrelevant": irrelevant}
    return told | {"score": round(score, 2)}


def of_acts(item: Item, acts: Iterable[str]) -> list[str]:
    """The marks of the sentences that tell of these acts; of a note that is left open, where it is."""
    if item.note.action == "query" and (names := [row["name"] for row in _open(item)]):
        return names
    steps = [s for op in item.note.readings for s in op.steps]
    found = [s.evidence for act in acts for s in steps if s.act == act]
    return [name for name in dict.fromkeys(found) if name in item.evidence and name]


def _open(item: Item) -> tuple[Row, ...]:
    """The sentences that leave a note open."""
    names = [name for name in item.open_marks if name in item.evidence][:MOST_OPEN]
    return tuple(Row(name=name, says=item.evidence[name]) for name in names)


class _Chart:
    """The one operation that a note tells of, its claim, and the marks of its chart."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.op: Operation = item.note.readings[0]
        targets = item.diagnosis.targets
        self.target = targets[0] if targets else Derived()

    @cached_property
    def billed(self) -> set[int]:
        """The steps that a line of the claim stands for."""
        return {i for steps in self.target.shown_by.values() for i in steps}

    def rows(self, found: Iterable[_Quote]) -> tuple[Row, ...]:
        """Each sentence once and where it is first wanted, with what is said of it below the last that it is
        said of. Of several that read alike the first is quoted, and that there are more is told."""
        said: dict[str, list[str]] = {}
        alike: dict[str, dict[str, None]] = {}
        for quote in found:
            if quote.name in self.item.evidence:
                marks = alike.setdefault(self.item.evidence[quote.name], {})
                marks[quote.name] = None
                said.setdefault(next(iter(marks)), []).append(quote.comment)
        last = {c: name for name, comments in said.items() for c in comments}
        rows: list[Row] = []
        for name, comments in said.items():
            rows.append(Row(name=name, says=self.item.evidence[name]))
            if (times := len(alike[self.item.evidence[name]])) > 1:
                rows.append(Row(says=f"The chart says this of {NUMBERS[times]} places."))
            rows += [Row(says=c) for c in dict.fromkeys(comments) if c and last[c] == name]
        return tuple(rows) + self._uncounted({name for marks in alike.values() for name in marks})

    def _uncounted(self, names: Iterable[str]) -> tuple[Row, ...]:
        """How many anastomoses there are, where every one is told of and a sentence tells of several."""
        marks = [self.op.steps[p.joins[-1]].evidence for p in joined_in_order(self.op)]
        if marks and {*marks} <= {*names} and len({*marks}) < len(marks):
            return (Row(says=f"In all, these sentences tell of {many(len(marks), 'join')}."),)
        return ()

    # What is quoted of one thing

    def of_steps(self, at: Iterable[int], comment: str = "") -> Iterator[_Quote]:
        """The sentences of each of these steps, in the order of the chart."""
        order = list(self.item.evidence)
        for step in (self.op.steps[i] for i in at):
            marks = [name for name in (step.also, step.evidence) if name in order and name]
            yield from (_Quote(name, comment) for name in sorted(marks, key=order.index))

    def of_places(
        self, at: Iterable[int] | None = None, comments: Mapping[str, str] | None = None
    ) -> Iterator[_Quote]:
        """What became of the places that these steps shaped, or of all."""
        chosen = None if at is None else {*at}
        told = [
            p for p in self.places if chosen is None or not chosen.isdisjoint((*p.cuts, *p.joins, *p.stomas))
        ]
        for place in told:
            if self.op.own_injury(place):
                yield from self.of_steps(place.cuts, OWN)
            for i in story(self.op, place):
                gone = i not in place.joins[-1:] and place.joined
                comment = (comments or {}).get(self.op.steps[i].act, "") if gone else ""
                yield from self.of_steps([i], comment)
        loops = [i for _, i in self.op.bowel.loops if chosen is None or i in chosen]
        yield from self.of_steps(loops)

    def of_own(self) -> Iterator[_Quote]:
        """The pieces that had to go because of an injury by the surgeon, and that no line stands for."""
        for place in self.places:
            if self.op.own_injury(place) and self.billed.isdisjoint((*place.cuts, *place.joins)):
                yield from self.of_steps(place.cuts, OWN)

    @cached_property
    def places(self) -> list[Place]:
        """The joined places in the order of their joins, then those that were not."""
        joined = joined_in_order(self.op)
        return [*joined, *(p for p in self.op.bowel.places if p not in joined)]

    def besides(self, at: Iterable[int]) -> list[int]:
        """Those of these steps that shaped no place."""
        shaped = {i for p in self.places for i in (*p.cuts, *p.joins, *p.stomas)}
        return sorted({*at} - shaped - {i for _, i in self.op.bowel.loops})

    # What is quoted against an answer

    def of_whole(self, m: Misconception) -> list[_Quote]:
        """The sentences on the operation as a whole that speak against a wrong rule."""
        facets = [act for act in m.settles if act in FACETS]
        found = [_Quote(name, m.lacks.get(f, "")) for f in facets for name in self.item.marked(f)]
        return [quote for quote in found if quote.name in self.item.evidence]

    def of_slip(self, m: Misconception, findings: Iterable[Finding]) -> Iterator[_Quote]:
        """The sentences that speak against a wrong rule, and under them what they do not say."""
        for quote in self._against(m, findings):
            yield replace(quote, comment=quote.comment or m.lacks.get(WHATEVER, ""))

    def _against(self, m: Misconception, findings: Iterable[Finding]) -> Iterator[_Quote]:
        """The sentences on the whole operation, else those of its acts."""
        if whole := self.of_whole(m):
            yield from whole
            return
        marks_alone = all(RULEBOOK[rule].kind == "modifier" for rule in m.swaps)
        # That ends were brought together says nothing of a modifier.
        acts = [act for act in m.settles if act not in FACETS and not (marks_alone and act == "join")]
        if "valve" in m.settles and (at_stake := self._played_otherwise(m)):
            told = {i for p in at_stake for i in (*p.cuts, *p.joins)}
            yield from self.of_steps(i for i in sorted(told) if self.op.steps[i].act in acts)
            return
        struck = self._struck(m, findings)
        changed = [f for f in findings if f.kind not in ("modifier", "units")]
        put = {i for f in changed for line in f.put for i in self.target.shown_by.get(line.code, ())}
        for act in acts:
            if act == "join":
                yield from self._joins(m, "resect" in acts)
            elif act != "resect" or "join" not in acts:
                yield from self.of_steps(self._narrowed(m, act, struck, put), m.lacks.get(act, ""))

    def _played_otherwise(self, m: Misconception) -> list[Place]:
        """The places that play another part by a slip."""
        right, wrong = Derivation(self.op, RULEBOOK), Derivation(self.op, m.book)
        return [p for p in self.op.bowel.places if right.ask("part", p) != wrong.ask("part", p)]

    def _joins(self, m: Misconception, all_places: bool) -> Iterator[_Quote]:
        """Every anastomosis that an answer may have counted, or every place."""
        left = {self.op.steps[i].evidence for p in self.places if p.left for i in p.joins[-1:]}
        for quote in self.of_places(None, m.lacks) if all_places else self.of_joins(m.lacks):
            said = m.lacks.get("join", "") if quote.name in left else quote.comment
            yield _Quote(quote.name, said)

    def of_joins(self, comments: Mapping[str, str] | None = None) -> Iterator[_Quote]:
        """Every anastomosis, one that was cut out again with what took it; and each bypass."""
        yield from self.of_places({i for p in self.places if p.joined for i in p.joins}, comments)
        yield from self.of_bypasses()

    def of_bypasses(self) -> Iterator[_Quote]:
        return self.of_steps([i for i, _ in self.op.numbered("bypass")], BYPASSED)

    def _struck(self, m: Misconception, findings: Iterable[Finding]) -> set[int]:
        """The steps that the rules against a slip strike: those that the answer bills, if it bills any."""
        against = [row for row in self.target.not_billed if row[1] in m.against]
        billed = {f.code for f in findings} | {f.rule for f in findings}
        struck = [row for row in against if row[0] in billed or row[1] in billed] or against
        return {i for row in struck for i in row[2]}

    def _resting(self, m: Misconception) -> set[int]:
        """The steps of the lines that rest on the rules against a slip."""
        resting = [c for c, rules in self.target.rests_on.items() if not {*rules}.isdisjoint(m.against)]
        return {i for code in resting for i in self.target.shown_by.get(code, ())}

    def _narrowed(self, m: Misconception, act: str, struck: set[int], put: set[int]) -> list[int]:
        """The steps of one act that are at stake; where none of this act is, those of the lines that come in
        place of wrong ones, or all; but for an act that the slip speaks of."""
        done = [i for i, _ in self.op.numbered(act)]
        resting = self._resting(m)
        at = (struck or resting) if act in m.lacks else struck | resting
        chosen = [i for i in done if i in at]
        if act == "resect" and act in m.lacks:  # what is said under it is that it is not billed
            done = [i for i in done if i not in self.billed]
        points = [self.op.steps[i] for i in at if self.op.steps[i].act in POINTS]
        if act == "resect" and not chosen and points:
            return [i for i in done if any(self._holds(i, point) for point in points)]
        if chosen or (act in m.lacks and at):
            return chosen
        return [i for i in done if i in put] or done

    def _holds(self, cut: int, point: Step) -> bool:
        return self.op.steps[cut].start <= point.start <= self.op.steps[cut].end

    def of_findings(self, grade: Grade) -> Iterator[_Quote]:
        """The sentences that speak against what is off in an answer; of a code of the other family, those on
        the approach and no more."""
        twins = {TWINS.get(f.code) for f in grade.findings if f.kind == "family"}
        for finding in grade.findings:
            if finding.code not in twins:
                yield from self.of_finding(finding, grade.claim)
        off = {f.code for f in grade.findings}
        if off & (_CLOSURES | _RESECTIONS) and not _CLOSURES.isdisjoint(line.code for line in grade.claim):
            yield from self.of_steps([i for i, s in enumerate(self.op.steps) if s.reason == "fistula"])

    def of_finding(self, f: Finding, claim: Claim) -> Iterator[_Quote]:
        """The sentences that speak against one thing that is off in an answer."""
        if (facet := self._facet(f, claim)) is not None:
            yield from (_Quote(name) for name in self.item.marked(facet))
            return
        codes = (f.code, *(line.code for line in f.put))
        at = {i for code in codes for i in self.target.shown_by.get(code, ())}
        at |= {
            i
            for code, rule, steps in self.target.not_billed
            if f.code == code or f.rule == rule
            for i in steps
        }
        if f.rule == "atresia" and f.code not in self.target.shown_by:
            return  # that bowel was closed from birth stands nowhere, and no sentence says that it was not
        if f.code in _COUNTED:
            yield from self.of_joins() if any(p.joined for p in self.places) else self.of_places()
            return
        if at:
            yield from self.of_places(at)
            yield from self.of_steps(self.besides(at))
        elif f.code in _RESECTIONS:
            yield from (_Quote(name) for name in self.item.marked("valve") if f.rule == "ileocolic")
            yield from self.of_places()
            yield from self.of_bypasses()

    def _facet(self, f: Finding, claim: Claim) -> str | None:
        """What of the operation as a whole a finding is about, "" where no sentence tells it; None where it
        is about what was done."""
        if f.rule == "stoma" and not self.op.did("stoma"):
            return "no_stoma"
        given = {mark for line in claim if line.code == f.code for mark in line.modifiers}
        if f.kind == "modifier" and (
            f.rule in (None, "51") or (f.rule == "59" and given.intersection(SEPARATE))
        ):
            return "surgeon" if given & {"GC", "81", "82"} else ""
        facet = FACET_OF.get(f.rule or "")
        return facet if facet == "approach" or f.kind == "modifier" else None


def story(op: Operation, place: Place) -> list[int]:
    """The steps that tell what became of a place: its anastomosis, before it each that was cut out again with
    what took it, or each further piece that came off the same ends; the end brought out; or the piece
    removed, where no end was dealt with."""
    if not place.joined:
        return [*place.stomas] or [*place.cuts]
    found = {place.joins[-1]}
    undone = place.joins[:-1]
    for i in undone:
        found |= {i, *[c for c in place.cuts if c > i and _takes(op.steps[c], op.steps[i])][:1]}
    if not undone:
        found |= {c for c in place.cuts if _lengthens(op, place, c)}
    return sorted(found)


def _lengthens(op: Operation, place: Place, cut: int) -> bool:
    """Whether a piece came off the end of one that was out already, so that both leave one place."""
    return any(_takes(op.steps[cut], op.steps[c]) for c in place.cuts if c < cut)


def _takes(cut: Step, other: Step) -> bool:
    """Whether a piece removed reaches an anastomosis, or another piece."""
    return cut.start <= other.end and other.start <= cut.end
