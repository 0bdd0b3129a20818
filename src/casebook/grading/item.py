"""The grader: compares an answer with what the note supports, and says what the answer amounts to.

`Item.read(page).grade(answer)` gives the verdict; `feedback` words it for every face. Nothing a learner types
raises.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache, partial
from typing import Any

from casebook.coding import edits
from casebook.coding.claim import MAX_TEXT, Answer, Claim, Line, Same, same
from casebook.coding.note import Note
from casebook.coding.operation import MOST_READINGS, STRANGULATED, Operation, Step
from casebook.coding.places import listed
from casebook.coding.reading import read_operation
from casebook.coding.rulebook import Derived
from casebook.coding.typed import read
from casebook.coding.views import View
from casebook.errors import OperationError

from . import doubt, flips, icd10
from .explanation import Diagnosis, Explanation, plain
from .findings import Finding
from .findings import findings as findings_of
from .misconceptions import ALIKE, FAR_FETCHED, MISCONCEPTIONS, OF_MAIN, Misconception
from .score import nearest
from .score import score as score_of

PARTLY = 0.4  # from this score on an answer is partly right
ONE_READING = 0.4  # for billing one reading of a note that needs a query
MOST_CACHED = 5_000  # answers kept for one item

#: What is said beside a right answer of marks that say nothing of the operation. Sources: aapc-gc, on chapter
#: 12, section 100; cms-mue-2024-07, whose limits of a day count the units of all lines together;
#: duplicate-lines, on like lines of one claim.
ASIDE = (
    (
        "GC is a mark for Medicare on each line in which a resident took part; this casebook leaves it aside"
        " where the teaching surgeon says in the note that they were there.",
        {"GC"},
    ),
    (
        "The same code again on a line of its own with 59 says what two units on one line say; payers differ"
        " in which they want.",
        {"59", "XS"},
    ),
    ("RT and LT name the side of a hernia; this casebook leaves them aside.", {"RT", "LT"}),
)


@dataclass(frozen=True)
class Grade:
    """What the grader says of one answer; `feedback.result` makes the JSON of `casebook grade` from it."""

    verdict: str
    score: float
    find: Callable[[], tuple[Finding, ...]] = tuple
    explained: Explanation = field(default_factory=Explanation)
    view: View | None = None
    item: Item | None = field(default=None, repr=False)
    unsure: tuple[str, ...] = ()  # the rules not sure that alone stand against it
    aside: str | None = None
    claim: Claim = ()  # as it was typed, in the order a claim lists its lines
    taken: Claim = ()  # the same as it is compared: without what is left aside

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is off, line by line; worked out when it is asked for, since many ask for the verdict
        alone."""
        return self.find()

    @cached_property
    def way(self) -> tuple[str | None, Operation | None]:
        """The smallest change that would make the answer right, in words, and the operation it leads to, if
        one does."""
        off = self.item is not None and self.verdict in ("partly", "wrong") and self.claim
        return flips.way(self.item.note, self.claim, self.taken) if self.item and off else (None, None)

    @property
    def flip(self) -> str | None:
        """That change in words; why there is none, where there is none; None for a right answer."""
        return self.way[0]

    @cached_property
    def doubt(self) -> str | None:
        """What is not sure of the verdict, in words."""
        item = self.item
        if item is None or self.verdict in ("invalid", "blank"):
            return None
        if self.verdict == "correct":  # a view has been told as one
            return None if self.view else doubt.beside_the_right(item.diagnosis, item.newborn)
        if self.unsure:
            return f"{doubt.says(self.unsure[0])} {doubt.SPARED.format(do=doubt.preferred(item.note))}"
        if flips.stuck(self.claim):  # what the tables shut is wrong whatever is thought of the rules
            return None
        named = self.likely if self.explained.together else self.likely[:1]
        rule = next(iter(doubt.partly(item.diagnosis, named, item.newborn)), None)
        if rule is None:
            return None
        nobody = f" {doubt.NOBODY}" if doubt.turned(rule, item.note) else ""
        return f"{doubt.says(rule)}{nobody}"

    @property
    def tempts(self) -> str | None:
        """What the author says of this very answer in this case, if anything; never of a right one."""
        if self.item is None or self.verdict not in ("partly", "wrong"):
            return None
        return self.item.tempting.get(self.item.compared(Answer(self.claim, query=not self.claim)))

    @property
    def misconceptions(self) -> tuple[Misconception, ...]:
        return self.explained.misconceptions

    @property
    def one_reading(self) -> bool:
        """Whether it is the claim of one reading of a note that needs a query: only the choice is wrong."""
        asked = self.item is not None and self.item.note.action == "query"
        return asked and self.verdict == "partly" and self.score == ONE_READING

    @property
    def likely(self) -> tuple[Misconception, ...]:
        """Those of the misconceptions that are worth naming to a person: one that few hold is named only
        where nothing else explains the answer, and one of those that come to the same."""
        ms = self.misconceptions
        if self.explained.together:
            return ms
        if self.one_reading:
            return (MISCONCEPTIONS[ALIKE[0][0]],)
        ids = {m.id for m in ms}
        doubled = {id for first, *others in ALIKE if first in ids for id in others}
        return self._deciding_first(tuple(m for m in ms if m.id not in FAR_FETCHED | doubled) or ms)

    def _deciding_first(self, ms: tuple[Misconception, ...]) -> tuple[Misconception, ...]:
        """Of several, those first against which the very rule stands by which a line of the answer is not
        billed in this chart."""
        if self.item is None or len(ms) < 2:
            return ms
        struck = {rule for target in self.item.diagnosis.targets for _, rule, _ in target.not_billed}
        if struck.isdisjoint(rule for m in ms for rule in m.against):
            return ms
        told = struck & {f.rule for f in self.findings}
        return tuple(sorted(ms, key=lambda m: told.isdisjoint(m.against)))

    @property
    def counted(self) -> tuple[Misconception, ...]:
        """The misconceptions that this answer tells apart from every other, and so the only ones to count
        against a learner."""
        found = self.likely
        return found if self.explained.together or len(found) == 1 else ()


@dataclass(frozen=True, eq=False)
class Item:
    """One case as the grader sees it.

    Everything worked out for it is kept, so that later answers cost little.
    """

    id: str
    note: Note
    evidence: Mapping[str, str]
    key: Mapping[str, Any]
    apart: Mapping[str, str] = field(
        default_factory=dict
    )  # two misconceptions -> the case that tells them apart
    chart: str = ""  # the whole chart, where a question about it is judged
    filed: str = ""  # the claim that somebody filed for it, where it is to be judged
    newborn: bool | None = None  # whether the patient is; None where there is no chart to say so
    worked_out: Diagnosis | None = field(default=None, repr=False)  # where somebody needed it before
    _grades: dict[str, Grade] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, page: Mapping[str, Any]) -> Item:
        """From the JSON of a page, or from a bare operation.

        Raises OperationError where the operation cannot be read.
        """
        if "readings" in page:
            given = page["readings"]
            if not isinstance(given, list) or not 0 < len(given) <= MOST_READINGS:
                says = f"readings: expected a list of 1 to {MOST_READINGS} readings"
                raise OperationError(says, ("readings",))
            readings = tuple(read_operation(r, ("readings", i)) for i, r in enumerate(given))
        else:
            readings = (read_operation(page.get("operation", page)),)
        if isinstance(stated := page.get("measured"), list):  # else there is no chart to measure anything
            at = frozenset(float(x) for x in stated if isinstance(x, int | float))
            readings = tuple(replace(op, measured=at) for op in readings)
        return cls(
            str(page.get("id", "")),
            Note(readings),
            page.get("evidence") or {},
            page.get("key") or {},
            page.get("apart") or {},
            str(page.get("chart") or ""),
            str(page.get("filed") or ""),
            page.get("newborn") is True if "measured" in page else None,
        )

    @cached_property
    def diagnosis(self) -> Diagnosis:
        return self.worked_out or Diagnosis(self.note)

    def grade(self, text: object) -> Grade:
        """Grade one typed answer. Never raises."""
        if not isinstance(text, str) or len(text) > MAX_TEXT:
            return grade_claim(self, read(text))  # not worth keeping
        if text not in self._grades:
            if len(self._grades) >= MOST_CACHED:
                self._grades.clear()
            self._grades[text] = grade_claim(self, read(text))
        return self._grades[text]

    @cached_property
    def tempting(self) -> dict[Same | str, str]:
        """Why the author finds a wrong answer tempting in this case, by the answer as it is compared."""
        given = {
            self.compared(read(str(text))): str(why) for text, why in (self.key.get("tempting") or {}).items()
        }
        return {answer: why for answer, why in given.items() if answer}

    def compared(self, answer: Answer) -> Same | str:
        """An answer without what does not matter: the order of lines and marks, 51 where it is never
        required, and on which code of a pair 59 stands."""
        free = frozenset(code for main in self.note.mains for code in main.free_51)
        return "query" if answer.query else same(edits.on_second_codes(self.left_aside(answer.claim)), free)

    def left_aside(self, claim: Claim) -> Claim:
        """A claim without the marks that are not judged here: GC where a resident took part, the side of a
        hernia, and 59 on a line that only repeats the code of another, where that has several units."""
        billed = (line for target in self.diagnosis.targets for line in target.lines)
        several = {line.code for line in billed if line.units > 1 and not edits.add_on(line.code)}
        taught = all(op.teaching for op in self.note.readings)
        kept = []
        for line in claim:
            marks = set(line.modifiers) - ({"GC"} if taught else set())
            marks -= {"RT", "LT"} if line.code in STRANGULATED else set()
            if not marks.isdisjoint(edits.ANOTHER_SITE) and line.code in several:
                repeats = replace(
                    line, modifiers=tuple(m for m in line.modifiers if m not in edits.ANOTHER_SITE)
                )
                marks -= set(edits.ANOTHER_SITE) if any(_alike(repeats, x) for x in claim) else set()
            same_marks = len(marks) == len(line.modifiers)
            kept.append(
                line
                if same_marks
                else replace(line, modifiers=tuple(m for m in line.modifiers if m in marks))
            )
        return tuple(kept)

    # Scored beside the claim

    @property
    def shown(self) -> tuple[str, ...]:
        """The marks in the chart that the readings stand on: what is unusual of the whole operation, then the
        steps in their order.

        What is usual goes without saying: that it was open, a first operation, the main surgeon's.
        """
        facets = [mark for op in self.note.readings for facet, mark in op.marks if op.unusual(facet)]
        names = (s.evidence for op in self.note.readings for s in op.steps)
        return tuple(dict.fromkeys(n for n in (*facets, *names) if n))

    def marked(self, *facets: str) -> list[str]:
        """The marks of the sentences that say how the whole was done: its approach, session, surgeon, unusual
        work or valve."""
        return list(
            dict.fromkeys(mark for op in self.note.readings for facet, mark in op.marks if facet in facets)
        )

    @property
    def differing(self) -> list[Step]:
        """The steps that not every reading has: where the note leaves the operation open."""
        readings = self.note.readings
        return [s for op in readings for s in op.steps if not all(s in other.steps for other in readings)]

    @property
    def open_marks(self) -> list[str]:
        """The marks of the sentences where the note leaves the operation open: those of how it was done where
        that differs, then those of the steps."""
        ops = self.note.readings
        facets = [
            facet
            for facet, values in (
                ("approach", {op.approach for op in ops}),
                ("session", {(op.follows, op.days) for op in ops}),
                ("surgeon", {op.surgeon for op in ops}),
                ("unusual_work", {op.unusual_work for op in ops}),
            )
            if len(values) > 1
        ]
        steps = [s.evidence for s in self.differing if s.evidence]
        return list(dict.fromkeys([*self.marked(*facets), *steps]))

    def diagnosed(self, codes: Iterable[str]) -> dict[str, Any] | None:
        """The learner's diagnosis codes beside the author's; None where the case has none."""
        return icd10.grade(self.key.get("diagnoses"), codes)


# Comparing


def grade_claim(item: Item, answer: Answer) -> Grade:
    """The verdict on one answer that was read. Its lines are taken in the order a claim lists them, so that
    the order they were typed in changes no word."""
    kept = item.left_aside(answer.claim)
    typed = answer.claim
    shown = tuple(edits.listed(sorted(typed)))
    answer = replace(answer, claim=tuple(edits.listed(sorted(kept))))
    action = item.note.action
    if answer.error:
        return Grade("invalid", 0.0, _just("unread", answer.error), item=item)
    if answer.blank:
        return Grade("blank", 0.0, _just("blank", "Nothing was answered yet."), item=item)
    if action == "out-of-scope":
        says = f"No answer is judged here, since no rule decides this operation: {item.note.out_of_scope}."
        return Grade("invalid", 0.0, _just("query", says), item=item)
    if answer.query:
        if action == "query":
            return Grade("correct", 1.0, item=item)
        unneeded = MISCONCEPTIONS["asked-without-need"]
        says = "Every reading of this note has one claim, so there is nothing to ask."
        unsure = tuple(doubt.of_a_question(item.note))
        return Grade(
            "partly" if unsure else "wrong",
            0.0,
            _just("query", says, "settle"),
            Explanation((unneeded,)),
            item=item,
            unsure=unsure,
        )
    # 59 works on either code of a pair, and what else stands on the claim changes nothing of that.
    moved = edits.on_second_codes(answer.claim, item.diagnosis.supported)
    for view, claim in item.diagnosis.right:
        if claim.fits(answer.claim) or claim.fits(moved):
            aside = [*_said_of_marks(typed, kept), *_said_of_form(answer.claim, claim)]
            return Grade("correct", 1.0, view=view, item=item, aside=" ".join(aside) or None)
    score = score_of(item.diagnosis, answer.claim)
    forms = (answer.claim, moved, edits.on_second_codes(answer.claim))
    found = item.diagnosis.of(next((x for x in forms if plain(x) in item.diagnosis.wrong_ways), moved))
    off = cache(partial(_lines_off, item, answer.claim, found))
    if found.together and len(off()) == 1:  # one thing is off: two slips would be a longer story
        found = Explanation()
    whole = False
    if action == "query":
        whole = any(c.fits(answer.claim) for c in item.diagnosis.targets)
        if whole:  # one reading's own claim: only the choice of it is wrong
            found = Explanation(tuple(m for m in found.misconceptions if "settle" in m.swaps))
        score = ONE_READING if whole else score * ONE_READING
    # What the tables shut is wrong whatever is thought of the rules. A doubt spares the verdict, and never
    # adds to the score.
    stuck = flips.stuck(answer.claim)
    unsure = () if stuck else tuple(doubt.unsure(item.diagnosis, found, item.newborn))
    verdict = "partly" if score >= PARTLY or unsure else "wrong"
    find = partial(_findings, action, whole, off)
    return Grade(verdict, score, find, found, item=item, unsure=unsure, claim=shown, taken=answer.claim)


def _just(kind: str, says: str, rule: str | None = None) -> Callable[[], tuple[Finding, ...]]:
    """What finds one thing of the answer as a whole."""
    return lambda: (Finding(kind, "", says, rule),)


OPEN = "The note supports more than one operation, and their claims differ: ask the surgeon before billing."


def _findings(action: str, whole: bool, off: Callable[[], tuple[Finding, ...]]) -> tuple[Finding, ...]:
    """What is off in a claim; `whole`: it is the claim of one reading of a note that needs a query."""
    of_note = (Finding("query", "", OPEN, "settle"),) if action == "query" else ()
    return of_note if whole else (*of_note, *off())


def _lines_off(item: Item, claim: Claim, explained: Explanation) -> tuple[Finding, ...]:
    """What is off in a claim, line by line, held against the accepted claim that is nearest to it."""
    return tuple(findings_of(item.diagnosis, claim, held_against(item, claim, explained)))


def held_against(item: Item, claim: Claim, explained: Explanation) -> Derived:
    """The accepted claim that a claim is held against: the nearest to it, but for slips that are told of the
    preferred one."""
    main = item.note.action == "bill" and any(m.id in OF_MAIN for m in explained.misconceptions)
    return item.diagnosis.targets[0] if main else nearest(item.diagnosis, claim)


def _alike(line: Line, other: Line) -> bool:
    """Whether two lines have one code and the same marks."""
    return line.code == other.code and set(line.modifiers) == set(other.modifiers)


def _said_of_marks(typed: Claim, kept: Claim) -> Iterator[str]:
    """What is said of the marks of a right answer that were left aside."""
    gone = {mark for a, b in zip(typed, kept, strict=True) for mark in {*a.modifiers} - {*b.modifiers}}
    yield from (says for says, marks in ASIDE if gone & marks)
    split = any(typed.count(line) > 1 for line in typed)
    if split and gone.isdisjoint(edits.ANOTHER_SITE):
        codes = dict.fromkeys(line.code for line in typed if typed.count(line) > 1)
        yield (
            f"Units on one line are the usual form of {listed(codes)}, and the safer one: two like lines"
            " can come back as a duplicate (secondary). Medicare’s limit for one practitioner and one day"
            " counts all lines of a code together (secondary)."
        )


def _said_of_form(kept: Claim, shown: Derived) -> Iterator[str]:
    """In what a right answer differs from the accepted claim that it is, where either form will do."""
    left_off = _with("51", shown.lines) - _with("51", kept)
    if left_off:
        yield f"51 may stand on {listed(sorted(left_off))}, valued lower, or be left off: payers differ."
    if _with("XS", kept):
        yield "XS says here what 59 says."
    apart, moved = _with("59", shown.lines), _with("59", kept) | _with("XS", kept)
    if apart - moved:
        yield (
            "59 on the first of two codes works as well: Medicare takes it on either since 2019-07-01 (CMS"
            " change request 11168, as reported: secondary). Its usual place is the second, here"
            f" {listed(sorted(apart - moved))}."
        )


def _with(mark: str, lines: Claim) -> set[str]:
    """The codes of the lines that have a modifier."""
    return {line.code for line in lines if mark in line.modifiers}


def blamed(item: Item, known: tuple[Misconception, ...], findings: tuple[Finding, ...]) -> list[str]:
    """The rules that stand against an answer; empty where something other than a rule does."""
    if known:
        return doubt.against(item.note, known)
    # What was not done, is shut, or is the right code once too often, needs no rule.
    rules = [None if f.kind in ("extra", "edit") or _too_often(f) else f.rule for f in findings]
    return [r for r in rules if r] if all(rules) else []


def _too_often(found: Finding) -> bool:
    """Whether it is about the units of a code that counts what was done once: the rule that picks the code
    says nothing against them."""
    return found.kind == "units" and not edits.add_on(found.code)


@lru_cache(maxsize=256)
def _item(text: str) -> Item:
    return Item.read(json.loads(text))


def item_of(page: Mapping[str, Any]) -> Item:
    """The item of a page's JSON; equal pages share one, and what it has worked out. The order of the marks is
    that of the chart, and in the JSON it is kept."""
    return _item(json.dumps(page))
