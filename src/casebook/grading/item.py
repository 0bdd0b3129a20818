"""The grader: compares an answer with what the note supports, and says what the answer amounts to.

One door for every face: `Item.read(page).grade(answer)`, or `grade_page` for one call. Nothing a learner types raises.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Any

from casebook.coding import edits
from casebook.coding.authorities import AUTHORITIES
from casebook.coding.claim import MAX_TEXT, Answer, Claim, Line, Same, read, same, show
from casebook.coding.note import Note
from casebook.coding.operation import FACETS, Operation, Step
from casebook.coding.reading import read_operation
from casebook.coding.rulebook import Derived
from casebook.coding.rules import RULEBOOK
from casebook.coding.views import View, accepted

from . import flips
from . import icd10 as diagnoses
from .explanation import Diagnosis, Explanation
from .findings import Finding, wanted_lines
from .findings import findings as findings_of
from .misconceptions import FAR_FETCHED, MISCONCEPTIONS, Misconception

PARTLY = 0.4  # from this score on an answer is partly right
ONE_READING = 0.5  # for billing one reading of a note that needs a query
UNSUPPORTED = 0.35  # off for each code that no accepted claim holds
WEIGHTS = {"first": 2.0, "add-on": 3.0, "other": 2.0}
CODE, UNITS, MARKS = 0.6, 0.2, 0.2  # how a line's credit is shared
DENIED = 0.3  # share of its credit that a code over an absolute limit keeps
BASELESS = 0.4  # share of its credit that an add-on keeps without its base
DOUBTFUL = ("recalled", "contested")
#: Which finding is told first: a wrong code before a mark, what was done before what the tables let through.
WORST = ("extra", "family", "line", "missing", "units", "modifier", "edit")
MOST_CACHED = 5_000  # answers kept for one item


@dataclass(frozen=True)
class Grade:
    """What the grader says of one answer; `as_dict` is the JSON of `casebook grade`."""

    verdict: str
    score: float
    findings: tuple[Finding, ...] = ()
    explained: Explanation = field(default_factory=Explanation)
    view: View | None = None
    item: Item | None = field(default=None, repr=False)
    doubt: str | None = None
    claim: Claim = ()

    @cached_property
    def way(self) -> tuple[str | None, Operation | None]:
        """The smallest change that would make the answer right, in words, and the operation it leads to, if one does."""
        off = self.item is not None and self.verdict in ("partly", "wrong") and self.claim
        return _way(self.item, self.claim) if self.item and off else (None, None)

    @property
    def flip(self) -> str | None:
        """That change in words; why there is none, where there is none; None for a right answer."""
        return self.way[0]

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
    def likely(self) -> tuple[Misconception, ...]:
        """Those of the misconceptions that are worth naming to a person: one that few hold is named only where nothing else explains the answer."""
        ms = self.misconceptions
        return ms if self.explained.together else tuple(m for m in ms if m.id not in FAR_FETCHED) or ms

    def as_dict(self, evidence: Iterable[str] | None = None, codes: Iterable[str] | None = None) -> dict[str, Any]:
        item = self.item
        assert item is not None
        return {
            "verdict": self.verdict,
            "score": round(self.score, 2),
            "findings": [f.as_dict() for f in self.findings],
            "misconceptions": [m.as_dict() for m in self.misconceptions],
            "view": self.view.id if self.view else None,
            "expected": item.note.as_dict(),
            "flip": self.flip,
            "evidence": None if evidence is None else item.cited(evidence),
            "diagnoses": None if codes is None else item.diagnosed(codes),
            "feedback": _feedback(self, item),
        }


@dataclass(frozen=True, eq=False)
class Item:
    """One case as the grader sees it. Everything worked out for it is kept, so that later answers cost little."""

    id: str
    note: Note
    evidence: Mapping[str, str]
    key: Mapping[str, Any]
    apart: Mapping[str, str] = field(default_factory=dict)  # two misconceptions -> the case that tells them apart
    _grades: dict[str, Grade] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, page: Mapping[str, Any]) -> Item:
        """From the JSON of a page, or from a bare operation. Raises OperationError where the operation cannot be read."""
        if "readings" in page:
            readings = tuple(read_operation(r, ("readings", i)) for i, r in enumerate(page["readings"]))
        else:
            readings = (read_operation(page.get("operation", page)),)
        return cls(
            str(page.get("id", "")), Note(readings), page.get("evidence") or {}, page.get("key") or {}, page.get("apart") or {}
        )

    @cached_property
    def diagnosis(self) -> Diagnosis:
        return Diagnosis(self.note)

    def grade(self, text: object) -> Grade:
        """Grade one typed answer. Never raises."""
        if not isinstance(text, str) or len(text) > MAX_TEXT:
            return _grade(self, read(text))  # not worth keeping
        if text not in self._grades:
            if len(self._grades) >= MOST_CACHED:
                self._grades.clear()
            self._grades[text] = _grade(self, read(text))
        return self._grades[text]

    @cached_property
    def tempting(self) -> dict[Same | str, str]:
        """Why the author finds a wrong answer tempting in this case, by the answer as it is compared."""
        given = {self.compared(read(str(text))): str(why) for text, why in (self.key.get("tempting") or {}).items()}
        return {answer: why for answer, why in given.items() if answer}

    def compared(self, answer: Answer) -> Same | str:
        """An answer without what does not matter: the order of lines and marks, and 51 where it is never required."""
        free = frozenset(code for main in self.note.mains for code in main.free_51)
        return "query" if answer.query else same(answer.claim, free)

    # Scored beside the claim

    @property
    def shown(self) -> tuple[str, ...]:
        """The marks in the chart that the readings stand on: what is unusual of the whole operation, then the steps in their order.

        What is usual goes without saying: that it was open, a first operation, the main surgeon's. Its sentence settles a matter of its kind, but
        nobody need cite it.
        """
        facets = [mark for op in self.note.readings for facet, mark in op.marks if op.unusual(facet)]
        names = (s.evidence for op in self.note.readings for s in op.steps)
        return tuple(dict.fromkeys(n for n in (*facets, *names) if n))

    def marked(self, *facets: str) -> list[str]:
        """The marks of the sentences that say how the whole was done: its approach, session, surgeon, unusual work or valve."""
        return list(dict.fromkeys(mark for op in self.note.readings for facet, mark in op.marks if facet in facets))

    @property
    def differing(self) -> list[Step]:
        """The steps that not every reading has: where the note leaves the operation open."""
        readings = self.note.readings
        return [s for op in readings for s in op.steps if not all(s in other.steps for other in readings)]

    def cited(self, names: Iterable[str]) -> dict[str, Any]:
        """Which deciding sentences the learner marked."""
        given = list(dict.fromkeys(str(n) for n in names))
        found = [n for n in self.shown if n in given]
        missed = [n for n in self.shown if n not in given]
        irrelevant = [n for n in given if n not in self.shown and n not in self.marked(*FACETS)]
        total = len(found) + len(missed) + len(irrelevant)
        score = len(found) / total if total else 1.0
        return {"found": found, "missed": missed, "irrelevant": irrelevant, "score": round(score, 2)}

    def diagnosed(self, codes: Iterable[str]) -> dict[str, Any] | None:
        """The learner's diagnosis codes beside the author's; None where the case has none."""
        return diagnoses.grade(self.key.get("diagnoses"), codes)


# Comparing


def _grade(item: Item, answer: Answer) -> Grade:
    action = item.note.action
    if answer.error:
        return Grade("invalid", 0.0, (Finding("unread", "", answer.error),), item=item)
    if answer.blank:
        return Grade("blank", 0.0, (Finding("blank", "", "Nothing was answered yet."),), item=item)
    if action == "out-of-scope":
        says = f"No rule of this casebook decides this operation: {item.note.out_of_scope}."
        return Grade("partly", 0.0, (Finding("query", "", says),), item=item)
    if answer.query:
        if action == "query":
            return Grade("correct", 1.0, item=item)
        unneeded = MISCONCEPTIONS["asked-without-need"]
        says = "Every reading of this note has one claim, so there is nothing to ask."
        each = [set(main.because) for main in item.note.mains]
        doubt = _doubt(
            sorted({r for rules in each for r in rules if not all(r in other for other in each)})
        )  # what makes the readings agree
        verdict = "partly" if doubt else "wrong"
        return Grade(verdict, 0.0, (Finding("query", "", says, "settle"),), Explanation((unneeded,)), item=item, doubt=doubt)
    for view, claim in item.diagnosis.right:
        if claim.fits(answer.claim):
            return Grade("correct", 1.0, view=view, item=item)
    target, score = _closest(item, answer.claim)
    findings = tuple(findings_of(item.diagnosis, answer.claim, target))
    found = item.diagnosis.of(answer.claim)
    if action == "query":
        whole = any(c.fits(answer.claim) for c in item.diagnosis.targets)
        if whole:  # one reading's own claim: only the choice of it is wrong
            found = Explanation(tuple(m for m in found.misconceptions if "settle" in m.swaps))
        score = ONE_READING if whole else min(score, 0.95) * PARTLY * 0.99
        says = "The note supports more than one operation, and their claims differ: ask the surgeon before billing."
        findings = (Finding("query", "", says, "settle"), *(() if whole else findings))
    rules = _blamed(item, found.misconceptions, findings)
    stuck = _stuck(answer.claim)  # what the tables shut is wrong whatever is thought of the rules
    unsure = (
        bool(rules) and all(RULEBOOK[r].confidence in DOUBTFUL for r in rules) and not stuck
    )  # spares the verdict, never adds to the score
    doubt = None if stuck else _doubt(rules)
    verdict = "partly" if score >= PARTLY or unsure else "wrong"
    return Grade(verdict, score, findings, found, item=item, doubt=doubt, claim=answer.claim)


def _doubt(rules: Iterable[str]) -> str | None:
    """The first of these rules that is not sure, in words."""
    doubtful = next((RULEBOOK[r] for r in rules if RULEBOOK[r].confidence in DOUBTFUL), None)
    return f"This rests on a rule that is {doubtful.confidence}: {doubtful.says}" if doubtful else None


def _blamed(item: Item, known: tuple[Misconception, ...], findings: tuple[Finding, ...]) -> list[str]:
    """The rules that stand against an answer; empty where something other than a rule does."""
    if known:
        against = list(dict.fromkeys(id for m in known for id in m.against))
        played = {rule for main in item.note.mains for rule in (*main.because, *(struck for _, struck, _ in main.not_billed))}
        return [rule for rule in against if rule in played] or against
    rules = [None if f.kind in ("extra", "edit") else f.rule for f in findings]  # what was not done, or is shut, needs no rule
    return [r for r in rules if r] if all(rules) else []


def _closest(item: Item, claim: Claim) -> tuple[Derived, float]:
    """The accepted claim nearest to the answer, for the words, and the step-wise score: the best against any of them.

    For the score a code counts as supported when any accepted claim has it; the nearest claim is the one that leaves
    the fewest codes of the answer over.
    """
    codes = {line.code for line in claim}
    supported = {line.code for c in item.diagnosis.targets for line in c.lines}
    off = UNSUPPORTED * len(codes - supported)
    lost = {e.codes[0] for e in edits.scrub(claim) if e.absolute}
    best, near, target = 0.0, -1.0, item.diagnosis.targets[0]
    for c in item.diagnosis.targets:
        credit = _credit(c, claim, lost)
        best = max(best, min(0.95, credit - off))
        left = credit - UNSUPPORTED * len(codes - {line.code for line in c.lines})
        if left > near:
            near, target = left, c
    return target, best


def _credit(target: Derived, claim: Claim, lost: Set[str]) -> float:
    """The step-wise credit of a claim against one accepted claim; of the codes that are `lost` no unit is paid."""
    given = same(claim, target.free_51)
    total = got = 0.0
    codes = {
        line.code for line in target.lines
    } - lost  # a base that is not supported, or of which nothing is paid, carries nothing
    for i, (code, units, marks) in enumerate(wanted_lines(target)):
        weight = WEIGHTS["add-on" if edits.add_on(code) else "first" if i == 0 else "other"]
        total += weight
        mine = [(u, m) for c, u, m in given if c == code]
        if mine:
            base = edits.bases().get(code)
            alone = base is not None and edits.ANY_BASE not in base and not any(c in base & codes for c, _, _ in given)
            fine = CODE + max((UNITS if u == units else 0) + (MARKS if m == marks else 0) for u, m in mine)
            got += weight * (BASELESS if alone else 1.0) * (DENIED if code in lost else fine)
    return got / total


# What would make it right


def _stuck(claim: Claim) -> list[edits.Edit]:
    """The edits that no record lifts."""
    return [e for e in edits.scrub(claim) if e.blocks and not e.appealable]


def _way(item: Item, claim: Claim) -> tuple[str, Operation | None]:
    text = show(claim)
    if stuck := _stuck(claim):
        return f"No operation makes {text} right: {stuck[0].says}", None
    if strange := flips.never(claim):
        return f"No operation makes {text} right: {strange}", None
    if beyond := flips.beyond(claim):
        return f"This casebook has no rule for {beyond}, so it cannot say what would make {text} right.", None
    if item.note.action == "query":
        for op in item.note.readings:
            if any(c.fits(claim) for _, c in accepted(op)):
                return f"It would be right if the surgeon confirmed this reading: {op.says or 'as billed'}.", op
        return f"No answer of the surgeon's to what is open would make {text} right.", None
    found = flips.nearest(item.note.readings[0], claim)
    if found is None:
        return f"No operation within two changes of this one makes {text} right.", None
    if not found:
        return f"None of the changes that were tried makes {text} right.", None
    if len({change.says for change in found}) < len(found):
        return f"It would be right had {found[0].says}, twice over.", found[-1].op
    return "It would be right had " + ", and had ".join(change.says for change in found) + ".", found[-1].op


# Saying it to a person

_HEADLINES = {
    "correct": "Correct.", "wrong": "Not right.", "invalid": "This could not be read.", "blank": "Nothing to check yet.",
}  # fmt: skip


def _feedback(grade: Grade, item: Item) -> dict[str, Any]:
    acts = [act for m in grade.misconceptions for act in m.settles]
    rules = _blamed(item, grade.misconceptions, grade.findings)
    if grade.verdict == "correct":
        rules = list(dict.fromkeys(r for c in item.diagnosis.targets[:1] for r in c.because)) or ["settle"]
    rules = list(dict.fromkeys([*rules, *(f.rule for f in grade.findings if f.rule)]))
    headline = _HEADLINES.get(grade.verdict) or f"Partly right: {grade.score:.2g} of 1."
    if grade.verdict == "partly" and grade.score < PARTLY:
        headline = "Not settled: what stands against this answer is not sure."
    if grade.view:
        headline = "Correct, by another accepted view."
    shown = grade.verdict not in ("invalid", "blank")
    return {
        "headline": headline,
        "amounts_to": _amounts_to(grade, item),
        "tempts": grade.tempts,
        "correction": _correction(grade, item),
        "settles": _settles(item, acts, grade) if shown else [],
        "settles_as": "What leaves it open" if item.note.action == "query" else "What settles it",
        "rules": [told(r) for r in rules if r in RULEBOOK][:4] if shown else [],
        "flip": grade.flip,
        "ask": question_of(item) if shown and item.note.action == "query" else None,
        "expected": expected(item) if shown else None,
        "doubt": grade.doubt,
        "next": _next(grade, item),
    }


def _amounts_to(grade: Grade, item: Item) -> str | None:
    if grade.view:
        return f"This is the view that some hold: {grade.view.says}"
    if grade.verdict in ("invalid", "blank"):
        return grade.findings[0].says
    ms = grade.misconceptions
    if item.note.action == "query" and grade.score == ONE_READING and grade.verdict == "partly":
        open_ = " or ".join(what for what, _ in left_open(item))
        return f"This is a defensible reading, but not the only one: the note does not settle {open_}."
    if not ms:
        return None
    what = [m.says for m in grade.likely[:3]]
    if grade.explained.together:
        return f"This is what {what[0]}, together with {what[1]}, gives."
    marks = any(f.kind == "modifier" for f in grade.findings)
    ending = " The modifiers are a matter of their own, below." if grade.explained.bare and marks else ""
    if len(what) > 1:
        return f"More than one slip gives this claim: {'; or '.join(what)}.{ending}"
    return f"This is what {what[0]} gives.{ending}"


def _correction(grade: Grade, item: Item) -> str | None:
    if item.note.action == "query" and grade.score != ONE_READING and grade.claim:
        ask = "This note fits operations with different claims: ask first."
        told = grade.misconceptions[0].correction if grade.misconceptions else "No reading of it gives this claim."
        return f"{ask} {told}"
    if grade.misconceptions:
        return " ".join(dict.fromkeys(m.correction for m in grade.misconceptions[: 2 if grade.explained.together else 1]))
    worst = [f for f in grade.findings if f.kind not in ("unread", "blank")]
    worst.sort(key=lambda f: WORST.index(f.kind) if f.kind in WORST else 0)
    return worst[0].says if worst else None


def _next(grade: Grade, item: Item) -> dict[str, str] | None:
    """Where several wrong rules give the same answer: the case that would tell them apart."""
    if grade.explained.together or (item.note.action == "query" and grade.score == ONE_READING):
        return None
    for one, two in combinations(grade.misconceptions, 2):
        if case := item.apart.get(f"{one.id} {two.id}"):
            return {"case": case, "says": "More than one slip gives this answer. This case would tell them apart."}
    return None


def told(id: str) -> dict[str, Any]:
    """A rule as a reader sees it, with its sources."""
    r = RULEBOOK[id]
    return {
        "id": id, "says": r.says, "confidence": r.confidence, "authorities": [AUTHORITIES[a].as_dict() for a in r.authorities],
    }  # fmt: skip


#: What of an operation as a whole a rule looks at.
FACET_OF = {
    **dict.fromkeys(("approach", "conversion", "assisted", "unlisted", "laparoscopic-start"), "approach"),
    **dict.fromkeys(("58", "78", "79", "58-after-look"), "session"), **dict.fromkeys(("80", "AS", "62"), "surgeon"), "22": "unusual_work",
}  # fmt: skip


def _settles(item: Item, acts: list[str], grade: Grade | None = None, most: int = 3) -> list[dict[str, str]]:
    """The marked sentences of the chart that settle the matter."""
    rules = [f.rule or "" for f in grade.findings] if grade and not acts else []
    facets = {act for act in acts if act in FACETS} | {FACET_OF[rule] for rule in rules if rule in FACET_OF}
    if whole := [name for name in item.marked(*facets) if name in item.evidence]:
        return [{"name": name, "text": item.evidence[name]} for name in whole[:most]]
    if facets and facets.issuperset(acts) and all(rule in FACET_OF for rule in rules):
        return []  # that the chart says nothing of it settles it
    steps = [s for op in item.note.readings for s in op.steps]
    chosen = item.differing if item.note.action == "query" else [s for act in acts for s in steps if s.act == act]
    if not chosen and grade is not None:
        codes = {f.code for f in grade.findings if f.code} or {c for t in item.diagnosis.targets[:1] for c in t.shown_by}
        by = [i for t in item.diagnosis.targets[:1] for c in codes for i in t.shown_by.get(c, ())]
        by += [i for t in item.diagnosis.targets[:1] for c, _, where in t.not_billed if c in codes for i in where]
        chosen = [item.note.readings[0].steps[i] for i in sorted(set(by))]
    chosen = [s for s in chosen if s.evidence] or [s for s in steps if s.evidence and s.act in ("join", "stoma")]
    first = {op.steps[i].evidence for op in item.note.readings for p in op.bowel.places for i in (*p.joins[-1:], *p.stomas)}
    names = list(dict.fromkeys(s.evidence for s in chosen if s.evidence in item.evidence))
    kept = sorted(names, key=lambda name: name not in first)[:most]  # what stands at closing before what was done on the way
    names = [name for name in names if name in kept]
    return [{"name": str(n), "text": item.evidence[str(n)]} for n in names[:most]]


#: What readings can differ in: how to measure it, what the note then does not settle, and what to ask.
_OPEN: tuple[tuple[Callable[[Operation], object], str, str], ...] = (
    (
        lambda op: sum(p.joined for p in op.bowel.places),
        "how many joins stand at closing",
        "How many joins were there when the abdomen was closed, and where was each? "
        "Was any join that was made earlier in the operation taken out again?",
    ),
    (
        lambda op: op.approach in ("open", "converted"),
        "whether it was finished open or laparoscopically",
        "How was the operation completed: open or laparoscopically?",
    ),
    (
        lambda op: any(p.start < op.valve < p.end for p in op.bowel.places),
        "whether the ileocecal valve went with the piece",
        "Did the removed piece include the ileocecal valve and cecum?",
    ),
    (
        lambda op: (len(op.bowel.loops), sum(bool(p.brought_out) for p in op.bowel.places)),
        "which ends were brought out",
        "Which ends, if any, were brought out?",
    ),
)


def left_open(item: Item) -> list[tuple[str, str]]:
    """What the readings of a note differ in, and the question that would settle it."""
    found = [(what, ask) for measure, what, ask in _OPEN if len({measure(op) for op in item.note.readings}) > 1]
    return found or [("which operation was done", "Please describe what was removed at each site and what became of its ends.")]


def question_of(item: Item) -> str:
    """What to ask the surgeon: the author's words, or what the readings leave open."""
    return str(item.key.get("ask") or " ".join(ask for _, ask in left_open(item)))


def expected(item: Item) -> str:
    """The preferred answer as one would type it."""
    if item.note.action == "bill":
        return show(item.diagnosis.targets[0].lines)
    return item.note.action


# The doors


@lru_cache(maxsize=256)
def _item(text: str) -> Item:
    return Item.read(json.loads(text))


def item_of(page: Mapping[str, Any]) -> Item:
    """The item of a page's JSON; equal pages share one, and what it has worked out."""
    return _item(json.dumps(page, sort_keys=True))


def grade_page(
    page: Mapping[str, Any], answer: str, evidence: list[str] | None = None, diagnoses: list[str] | None = None
) -> dict[str, Any]:
    """Grade one answer to one case, given as its page's JSON; gives the JSON of `casebook grade`."""
    return item_of(page).grade(answer).as_dict(evidence, diagnoses)


def worked(page: Mapping[str, Any]) -> dict[str, Any]:
    """The worked answer of a case: what to file, why, what is not billed, and the other accepted views."""
    item = item_of(page)
    main = item.diagnosis.targets[0] if item.diagnosis.targets else None
    billed = main if item.note.action == "bill" else None
    return {
        "answer": expected(item),
        "because": [told(r) for r in (billed.because if billed else ("settle",))],
        "not_billed": [{"code": c, "says": RULEBOOK[r].says} for c, r, _ in (billed.not_billed if billed else ())],
        "views": [{"answer": show(c.lines), "says": v.says} for v, c in item.note.accepted() if v],
        "why": str(item.key.get("why") or ""),
        "ask": question_of(item) if item.note.action == "query" else None,
        "settles": [
            *({"name": name, "text": item.evidence[name]} for name in item.marked(*FACETS) if name in item.shown),
            *_settles(item, ["join", "stoma"], most=6),
        ],
        "settles_as": "What leaves it open" if item.note.action == "query" else "What settles it",
        "readings": [
            {"says": op.says, "answer": show(accepted(op)[0][1].lines)} for op in item.note.readings
        ] if len(item.note.readings) > 1 else [],
        "diagnoses": [list(codes) for codes in diagnoses.accepted(item.key.get("diagnoses"))],
    }  # fmt: skip


def candidate_answers(page: Mapping[str, Any]) -> list[str]:
    """The accepted answers of a case, and what every misconception gives on it: for tests, distractors and exports."""
    item = item_of(page)
    answers = [expected(item), *(show(c.lines) for c in item.diagnosis.targets)]
    for key in item.diagnosis.wrong_ways:
        answers.append(
            show(
                Line(code, units, tuple(sorted(marks)))
                for code, units, marks in sorted(key, key=lambda k: (k[0], k[1], sorted(k[2])))
            )
        )
    return list(dict.fromkeys([*answers, "query"]))


__all__ = [
    "Finding", "Grade", "Item", "candidate_answers", "expected", "grade_page", "item_of", "left_open", "question_of", "told",
    "worked",
]  # fmt: skip
