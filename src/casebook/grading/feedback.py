"""What is said of an answer: an ordered list of finished parts, each thing once. Page, notebook, command
line, class report and exports show these parts and decide nothing.

The words can be had without the search for the flip, which is the slow part: `amounts_to`, `correction`,
`headline`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any, TypedDict

from casebook.coding.authorities import AUTHORITIES, Authority
from casebook.coding.claim import show
from casebook.coding.operation import FACETS
from casebook.coding.rules import RULEBOOK
from casebook.coding.views import accepted

from . import icd10
from .item import ONE_READING, PARTLY, Grade, Item, blamed, item_of
from .left_open import left_open, question_of
from .parts import Part, PartDict, Row
from .quotes import settling

MOST_RULES = 4  # told of one answer
#: Which finding is told first: a wrong code before a mark, what was done before what the tables let through.
WORST = ("extra", "family", "line", "missing", "units", "modifier", "edit")
_HEADLINES = {
    "correct": "Correct.",
    "wrong": "Not right.",
    "invalid": "This could not be read.",
    "blank": "Nothing to check yet.",
}
Label = Callable[[str], str]  # what a mark of the chart is called to this reader: its name, or "line 12"


class Feedback(TypedDict):
    """All that is said of an answer: the short verdict, and the parts."""

    headline: str
    parts: list[PartDict]


class Graded(TypedDict):
    """The JSON of `casebook grade`."""

    verdict: str
    score: float
    findings: list[dict[str, Any]]
    misconceptions: list[dict[str, str]]
    view: str | None
    expected: dict[str, Any]
    flip: str | None
    evidence: dict[str, Any] | None
    diagnoses: dict[str, Any] | None
    feedback: Feedback


class Worked(TypedDict):
    """The worked answer of a case: what to file, and why, part by part."""

    answer: str
    parts: list[PartDict]


# The doors


def grade_page(
    page: Mapping[str, Any],
    answer: str,
    evidence: list[str] | None = None,
    diagnoses: list[str] | None = None,
    label: Label = str,
) -> Graded:
    """Grade one answer to one case, given as its page's JSON; gives the JSON of `casebook grade`."""
    return result(item_of(page).grade(answer), evidence, diagnoses, label)


def result(
    grade: Grade,
    evidence: Iterable[str] | None = None,
    codes: Iterable[str] | None = None,
    label: Label = str,
) -> Graded:
    """The JSON of `casebook grade` for one grade; `evidence` and `codes` are scored beside the claim."""
    item = grade.item
    assert item is not None
    cited = None if evidence is None else item.cited(evidence)
    diagnosed = None if codes is None else item.diagnosed(codes)
    return {
        "verdict": grade.verdict,
        "score": round(grade.score, 2),
        "findings": [f.as_dict() for f in grade.findings],
        "misconceptions": [m.as_dict() for m in grade.misconceptions],
        "view": grade.view.id if grade.view else None,
        "expected": item.note.as_dict(),
        "flip": grade.flip,
        "evidence": cited,
        "diagnoses": diagnosed,
        "feedback": {
            "headline": headline(grade),
            "parts": [part.as_dict() for part in parts(grade, cited, diagnosed, label)],
        },
    }


def worked(page: Mapping[str, Any]) -> Worked:
    """The worked answer of a case: what to file, why, what is not billed, and the other accepted views."""
    item = item_of(page)
    return {"answer": expected(item), "parts": [part.as_dict() for part in _worked(item)]}


def in_text(part: Mapping[str, Any]) -> list[str]:
    """The rows of a part as lines of plain text, for a terminal or a notebook; `part` is a part's JSON."""
    return [_row_in_text(part["kind"], row) for row in part["rows"]]


def _row_in_text(kind: str, row: Mapping[str, Any]) -> str:
    says = f"\u201c{row['says']}\u201d" if kind == "settles" else str(row["says"])
    if "code" in row:
        says = f"{row['code']}: {says}" if says else str(row["code"])
    if "authorities" in row:
        sources = "; ".join(f"{source['title']}, {source['edition']}" for source in row["authorities"])
        says = f"{says} ({row['confidence']}{': ' if sources else ''}{sources})"
    return f"{says} Go to the case {row['case']}." if "case" in row else says


# The parts of what is said of an answer


def headline(grade: Grade) -> str:
    """The short verdict, in words."""
    if grade.view:
        return "Correct, by another accepted view."
    if grade.verdict == "partly" and grade.score < PARTLY:
        return "Not settled: what stands against this answer is not sure."
    if grade.item and grade.item.note.action == "out-of-scope" and grade.findings[0].kind == "query":
        return "Not judged."
    return _HEADLINES.get(grade.verdict) or f"Partly right: {grade.score:.2g} of 1."


def parts(
    grade: Grade,
    cited: Mapping[str, Any] | None = None,
    diagnosed: Mapping[str, Any] | None = None,
    label: Label = str,
) -> list[Part]:
    """What is said of an answer, in order, each thing once. Searches for the flip."""
    item = grade.item
    assert item is not None
    amounts, setright = amounts_to(grade), correction(grade)
    flip = _flip(grade, setright)
    readable = grade.verdict not in ("invalid", "blank")
    asked = item.note.action == "query"
    case = _next(grade, item)
    found = [
        Part("amounts", "", _rows(amounts)),
        Part("tempts", "", _rows(grade.tempts)),
        Part("settles", settles_as(item), settling(item, grade) if readable else ()),
        Part("correction", "What sets it right", _rows(setright if setright != amounts else None)),
        Part("lines", "Line by line", _rows(*_unsaid(grade, setright, amounts, flip))),
        Part("doubt", "", _rows(grade.doubt)),
        Part("evidence", "The lines you marked", _rows(*_evidence_in_words(cited, item, label))),
        Part("diagnoses", "The diagnoses", _rows(*_diagnoses_in_words(diagnosed))),
        Part("ask", "What to ask the surgeon", _rows(question_of(item) if readable and asked else None)),
        Part("flip", "What would make your answer right", _rows(flip)),
        Part(
            "rules",
            "Why: rules and sources",
            tuple(rule_as_read(r) for r in rules(grade)) if readable else (),
        ),
        Part("next", "", (case,) if case else ()),
    ]
    return [part for part in found if part.rows]


def _rows(*says: str | None) -> tuple[Row, ...]:
    return tuple(Row(says=each) for each in says if each)


def amounts_to(grade: Grade) -> str | None:
    """What the answer comes to; None where nothing known gives it."""
    item = grade.item
    assert item is not None
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


def correction(grade: Grade) -> str | None:
    """What sets the answer right, in a sentence or two."""
    item = grade.item
    assert item is not None
    if item.note.action == "query" and grade.score != ONE_READING and grade.claim:
        ask = "This note fits operations with different claims: ask first."
        told = (
            grade.misconceptions[0].correction
            if grade.misconceptions
            else "No reading of it gives this claim."
        )
        return f"{ask} {told}"
    if grade.misconceptions:
        several = grade.misconceptions[: 2 if grade.explained.together else 1]
        return " ".join(dict.fromkeys(m.correction for m in several))
    worst = [f for f in grade.findings if f.kind not in ("unread", "blank")]
    worst.sort(key=lambda f: WORST.index(f.kind) if f.kind in WORST else 0)
    return worst[0].says if worst else None


def rules(grade: Grade) -> list[str]:
    """The ids of the rules that decide about an answer: those against it, or those behind a right one."""
    item = grade.item
    assert item is not None
    if grade.verdict == "correct":
        main = item.diagnosis.targets[:1]
        against = list(dict.fromkeys(r for c in main for r in c.because)) or ["settle"]
    else:
        against = blamed(item, grade.misconceptions, grade.findings)
    found = dict.fromkeys([*against, *(f.rule for f in grade.findings if f.rule)])
    return [r for r in found if r in RULEBOOK][:MOST_RULES]


def _unsaid(grade: Grade, setright: str | None, *said: str | None) -> Iterator[str]:
    """The findings that no other part tells."""
    for finding in dict.fromkeys(grade.findings):
        told = any(finding.says in text for text in (setright, *said) if text)
        if not told and not (finding.kind == "query" and setright):  # then what a query is for has been said
            yield finding.says


def _flip(grade: Grade, setright: str | None) -> str | None:
    """The smallest change, without what was said as the correction."""
    return grade.flip.replace(f": {setright}", ".") if grade.flip and setright else grade.flip


def _next(grade: Grade, item: Item) -> Row | None:
    """Where several wrong rules give the same answer: the case that would tell them apart."""
    if grade.explained.together or (item.note.action == "query" and grade.score == ONE_READING):
        return None
    for one, two in combinations(grade.misconceptions, 2):
        if case := item.apart.get(f"{one.id} {two.id}"):
            return {
                "case": case,
                "says": "More than one slip gives this answer. This case would tell them apart.",
            }
    return None


def settles_as(item: Item) -> str:
    """The heading over the sentences that decide."""
    return "What leaves it open" if item.note.action == "query" else "What settles it"


def rule_as_read(id: str) -> Row:
    """A rule as a reader sees it, with its sources."""
    r = RULEBOOK[id]
    sources = [_cited(AUTHORITIES[a], r.sections.get(a)) for a in r.authorities]
    return {"says": r.says, "rule": id, "confidence": r.confidence, "authorities": sources}


def _cited(source: Authority, section: str | None) -> dict[str, str]:
    """A source as a reader sees it, with the section that a rule stands on."""
    row = source.as_dict()
    return row | {"edition": f"{row['edition']}, section {section}"} if section else row


def _evidence_in_words(cited: Mapping[str, Any] | None, item: Item, label: Label) -> Iterator[str]:
    """What the marked sentences come to."""
    if not cited:
        return
    found, missed, beside = cited["found"], cited["missed"], cited["irrelevant"]
    if not missed and not beside:
        yield "These are just the lines that decide."
        return
    named = f" ({_listed(found, label)})" if found else ""
    yield f"{len(found)} of {len(found) + len(missed)} deciding lines found{named}."
    if missed:
        yield f"Missed: {_listed(missed, label)}."
    if known := [name for name in beside if name in item.evidence or label(name) != name]:
        yield f"True, but not what decides: {_listed(known, label)}."
    if strange := [name for name in beside if name not in known]:
        yield f"The chart marks no {', '.join(strange)}; it marks: {', '.join(item.evidence)}."


def _listed(names: Iterable[str], label: Label) -> str:
    return ", ".join(dict.fromkeys(map(label, names)))


def _diagnoses_in_words(diagnosed: Mapping[str, Any] | None) -> Iterator[str]:
    """What the diagnosis codes come to."""
    if not diagnosed:
        return
    if diagnosed["first_right"] and not diagnosed["missed"] and not diagnosed["extra"]:
        yield "The codes and their order are right."
    for name, what in (("found", "Right"), ("missed", "Missing"), ("extra", "Not needed")):
        if diagnosed[name] and (diagnosed["missed"] or diagnosed["extra"] or not diagnosed["first_right"]):
            yield f"{what}: {', '.join(diagnosed[name])}."
    if diagnosed["found"] and not diagnosed["first_right"]:
        yield f"{diagnosed['expected'][0]} comes first."
    yield from (finding["says"] for finding in diagnosed["findings"])


# The parts of the worked answer


def expected(item: Item) -> str:
    """The preferred answer as one would type it."""
    if item.note.action == "bill":
        return show(item.diagnosis.targets[0].lines)
    return item.note.action


def _worked(item: Item) -> list[Part]:
    main = item.diagnosis.targets[0] if item.diagnosis.targets else None
    billed = main if item.note.action == "bill" else None
    whole = [name for name in item.marked(*FACETS) if name in item.shown and name in item.evidence]
    quotes = (
        *(Row(name=name, says=item.evidence[name]) for name in whole),
        *settling(item, acts=["join", "stoma"]),
    )
    struck = billed.not_billed if billed else ()
    decided = billed.because if billed else ("settle",) if item.note.action == "query" else ()
    readings = item.note.readings
    codes = icd10.accepted(item.key.get("diagnoses"))
    found = [
        Part("why", "", _rows(str(item.key.get("why") or ""))),
        Part(
            "ask",
            "What to ask the surgeon",
            _rows(question_of(item) if item.note.action == "query" else None),
        ),
        Part(
            "readings",
            "What the note could mean",
            tuple(
                Row(says=op.says, code=show(accepted(op)[0][1].lines)) for op in readings if len(readings) > 1
            ),
        ),
        Part("settles", settles_as(item), quotes),
        Part("because", "Because", tuple(map(rule_as_read, decided))),
        Part(
            "not_billed",
            "Not billed",
            tuple(Row(code=code, says=RULEBOOK[rule].says) for code, rule, _ in struck),
        ),
        Part(
            "views",
            "Other accepted views",
            tuple(Row(code=show(c.lines), says=v.says) for v, c in item.note.accepted() if v),
        ),
        Part("diagnoses", "Diagnoses", _rows(", or ".join(", ".join(each) for each in codes))),
    ]
    return [part for part in found if part.rows]
