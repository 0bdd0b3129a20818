"""What is said of an answer: an ordered list of finished parts, each thing once. Page, notebook, command
line, class report and exports show these parts and decide nothing.

The words can be had without the search for the flip, which is the slow part: `amounts_to`, `correction`,
`headline`, and `in_short` where there is room for a sentence or two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import combinations
from typing import Any, TypedDict

from casebook.coding import edits
from casebook.coding.authorities import AUTHORITIES, Authority, youngest
from casebook.coding.claim import MODIFIER_ORDER, Answer, Claim, Line, same, show
from casebook.coding.places import listed
from casebook.coding.rulebook import TWINS
from casebook.coding.rules import RULEBOOK
from casebook.coding.rules.entering import CONTESTED
from casebook.coding.typed import read

from . import doubt
from .asking import question_for
from .audit import FiledLine, audit
from .corrections import corrected
from .findings import Finding, in_words, named_line, worst_first
from .item import PARTLY, Grade, Item, blamed, held_against, item_of
from .left_open import left_open, question_of
from .marks import rule_of, to_ask
from .parts import Part, PartDict, Row, rows_of
from .quotes import cited as cited_of
from .quotes import deciding, quoted
from .told import ATRESIA, FIRST, FURTHER, filled

MOST_NAMED = 2  # slips, where several give one answer
MOST_ASKED = 2  # questions before another try
MOST_RULES = 4  # told of one wrong answer; of a right one all that its lines rest on
_HEADLINES = {
    "correct": "Correct.",
    "partly": "Partly right.",
    "wrong": "Not right.",
    "invalid": "This could not be read.",
    "blank": "Nothing to check yet.",
}
ASK_FIRST = "This note fits operations with different claims: ask first."
GIVES = "The slip that gives this claim:"  # before a slip that is told by the claim which it alone gives
Label = Callable[[str], str]  # what a mark of the chart is called to this reader: its name, or "line 12"


class Feedback(TypedDict):
    """All that is said of an answer: the short verdict, and the parts; besides the question to ask before
    another try, where the answer has one of its own."""

    headline: str
    parts: list[PartDict]
    question: str | None


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
    counted: list[str]
    filed: list[dict[str, Any]] | None
    feedback: Feedback


# The doors


def grade_page(
    page: Mapping[str, Any],
    answer: str,
    evidence: list[str] | None = None,
    diagnoses: list[str] | None = None,
    label: Label = str,
    judged: Sequence[bool | None] = (),
) -> Graded:
    """Grade one answer to one case, given as its page's JSON; gives the JSON of `casebook grade`."""
    return result(item_of(page).grade(answer), evidence, diagnoses, label, judged)


def result(
    grade: Grade,
    evidence: Iterable[str] | None = None,
    codes: Iterable[str] | None = None,
    label: Label = str,
    judged: Sequence[bool | None] = (),
) -> Graded:
    """The JSON of `casebook grade` for one grade; `evidence` and `codes` are scored beside the claim, and so
    is what was `judged` of each line of a filed one."""
    item = grade.item
    assert item is not None
    cited = None if evidence is None else cited_of(item, evidence)
    diagnosed = None if codes is None else item.diagnosed(codes)
    filed = audit(item, judged)
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
        "filed": [asdict(line) for line in filed] or None,
        "counted": [m.id for m in grade.counted],
        "feedback": {
            "headline": headline(grade),
            "parts": [part.as_dict() for part in parts(grade, cited, diagnosed, label, filed)],
            "question": question(grade),
        },
    }


def in_text(part: Mapping[str, Any]) -> list[str]:
    """The rows of a part as lines of plain text, for a terminal or a notebook; `part` is a part's JSON."""
    return [_row_in_text(part["kind"], row) for row in part["rows"]]


def _row_in_text(kind: str, row: Mapping[str, Any]) -> str:
    says = f"\u201c{row['says']}\u201d" if kind == "settles" and "name" in row else str(row["says"])
    if "code" in row:
        says = f"{row['code']}: {says}" if says else str(row["code"])
    if "copy" in row:
        return str(row["copy"])
    return f"{says} {row['case']}." if "case" in row else says


# The parts of what is said of an answer

#: The verdict on an answer by a view on which careful people part: it is accepted, and may not be paid.
CONTESTED_VIEW = "Accepted, by a view that some hold: a payer may refuse it."


def headline(grade: Grade) -> str:
    """The short verdict, in words."""
    if grade.view:
        contested = grade.view.confidence == CONTESTED
        return CONTESTED_VIEW if contested else "Correct, by another accepted view."
    if grade.verdict == "partly" and grade.score < PARTLY:
        return "Not settled: our answer is another, but no source decides between the two."
    if grade.item and grade.item.note.action == "out-of-scope" and grade.findings[0].kind == "query":
        return "Not judged."
    return _HEADLINES[grade.verdict]


def question(grade: Grade) -> str | None:
    """What to ask before another try, without the answer: where nothing but modifiers is off, which lines to
    look at, and what for; else what the note says of a part in which the claim is off. None where nothing was
    filed: there the chart's own first hint asks."""
    found = grade.findings if grade.verdict in ("partly", "wrong") else ()
    if not found or any(f.kind != "modifier" for f in found):
        return question_for(grade)
    codes = listed(dict.fromkeys(f.code for f in found))
    typed = {(line.code, mark) for line in grade.claim for mark in line.modifiers}
    off = [to_ask(f.marks[0], (f.code, f.marks[0]) in typed) for f in found if f.marks]
    asked = list(dict.fromkeys(off))[:MOST_ASKED]
    return " ".join([f"Look at the modifiers of {codes} again.", *asked])


def parts(
    grade: Grade,
    cited: Mapping[str, Any] | None = None,
    diagnosed: Mapping[str, Any] | None = None,
    label: Label = str,
    filed: Sequence[FiledLine] = (),
) -> list[Part]:
    """What is said of an answer, in order, each thing once. Searches for the flip."""
    item = grade.item
    assert item is not None
    amounts, setright = amounts_to(grade) or what_it_says(grade), reason(grade)
    flip = _flip(grade, setright)
    readable = grade.verdict not in ("invalid", "blank")
    asked = item.note.action == "query"
    case = _next(grade, item)
    found = [
        Part("amounts", "", rows_of(amounts)),
        Part("why", "Why", rows_of(_why(grade), grade.aside)),
        Part("tempts", "", rows_of(grade.tempts)),
        settled(grade, item) if readable else Part("settles", "", ()),
        Part(
            "correction",
            "The correction",
            rows_of(setright if setright != amounts else None),
        ),
        Part("lines", "Line by line", rows_of(*_unsaid(grade, setright, amounts, flip))),
        Part("right", "", rows_of(_right(grade, item) if readable else None)),
        Part("doubt", "", rows_of(grade.doubt)),
        # What cannot be read is no answer yet, and gives away no line.
        Part(
            "evidence",
            "The lines you marked",
            rows_of(*_evidence_in_words(cited if readable else None, item, label)),
        ),
        Part("diagnoses", "The diagnoses", rows_of(*_diagnoses_in_words(diagnosed))),
        Part("filed", "What the office filed", tuple(_filed(grade, filed)) if readable else ()),
        Part("ask", "What to ask the surgeon", rows_of(question_of(item) if readable and asked else None)),
        Part("flip", _flip_title(flip), rows_of(flip)),
        Part(
            "rules",
            "Why: rules and sources",
            _rules_told(grade) if readable else (),
        ),
        Part("next", "", (case,) if case else ()),
    ]
    return [part for part in found if part.rows]


def _right(grade: Grade, item: Item) -> str | None:
    """The whole right claim in one line, beside an answer that is another; None where there is none."""
    if grade.verdict == "correct" or item.note.action == "out-of-scope":
        return None
    if item.note.action == "query":
        return f"The right answer: {expected(item)}, a question to the surgeon."
    files = "This book files" if grade.unsure else "The right claim"
    held = held_against(item, grade.taken, grade.explained) if grade.taken else item.diagnosis.targets[0]
    if held is not item.diagnosis.targets[0]:
        return f"{files}: {expected(item)}; or, by a view that some hold, {show(held.lines)}."
    change = _change(grade)
    return f"{files}: {expected(item)}{f', which is yours but {change}' if change else ''}."


def _filed(grade: Grade, filed: Iterable[FiledLine]) -> Iterator[Row]:
    """Each filed line, whether it stands and why not: beside a right answer and the filed claim itself.
    Lines that were judged have their verdict beside any other answer, without the reason, which would tell
    the right one.
    """
    item = grade.item
    assert item is not None
    its_own = grade.claim and item.compared(Answer(grade.claim)) == item.compared(read(item.filed))
    told = grade.verdict == "correct" or its_own
    for line in filed:
        if told or line.judged is not None:
            yield Row(code=line.line, says=f"{line.says} {line.against if told else ''}".strip())


def amounts_to(grade: Grade) -> str | None:
    """What the answer comes to; None where nothing known gives it."""
    item = grade.item
    assert item is not None
    if grade.view:
        return f"This is the view that some hold: {grade.view.says}"
    if grade.verdict in ("invalid", "blank"):
        return grade.findings[0].says
    if grade.one_reading:
        says = [op.says for op in item.note.readings]
        open_ = f"The note does not settle {' or '.join(matter.what for matter in left_open(item))}."
        if all(says) and len(set(says)) == len(says):  # in its author's words, which may be no sentences
            open_ = f"The note could mean: {'; or '.join(says)}."
        return f"This claim fits one reading, and to choose a reading is to guess. {open_}"
    if not grade.misconceptions:
        return None
    if item.note.action == "query" and not _whatever_was_done(grade):
        return f"No reading of this note gives exactly {show(grade.claim)}."
    if grade.explained.together or len(grade.likely) == 1:
        target = item.diagnosis.targets[0] if item.diagnosis.targets else None
        told = [_of_one(filled(m.you, item.note.readings[0], target), grade) for m in grade.likely]
        if grade.explained.together and any(GIVES in m.you for m in grade.likely):
            told = [f"Two slips together give this claim: {slips(grade)}."]
        count = _of_the_count(grade, [m.you for m in grade.likely])
    else:
        told, count = (
            [f"More than one slip gives this claim: {slips(grade)}."],
            _of_the_count(grade, ["{fact}"]),
        )
    if grade.explained.bare:
        told = [each.replace("this claim", "these codes") for each in told]
    if grade.explained.bare and any(f.kind == "modifier" for f in grade.findings):
        off = _typed_marks_off(grade)
        told.append(f"Its modifiers are off too: {listed(off)}." if off else "Its modifiers are off too.")
    first = [ASK_FIRST] if item.note.action == "query" else []
    return " ".join([*first, *count, *told])


def what_it_says(grade: Grade) -> str | None:
    """What a claim says was done that nothing known gives; and where a slip gives it but for its units, which
    one."""
    if grade.item is None or not grade.claim or grade.verdict not in ("partly", "wrong"):
        return None
    near = grade.item.diagnosis.but_for_units(grade.claim)
    slip = f" But for its units, {near[0].says} gives it." if near else ""
    return f"Your claim says: {in_words(grade.claim)}.{slip}"


def _typed_marks_off(grade: Grade) -> list[str]:
    """The modifiers that were typed and are off, each with its code; what is lacking is not named here."""
    typed = {(line.code, mark) for line in grade.claim for mark in line.modifiers}
    off = ((f.code, mark) for f in grade.findings if f.kind == "modifier" for mark in f.marks)
    return [f"{mark} on {code}" for code, mark in dict.fromkeys(off) if (code, mark) in typed]


def slips(grade: Grade) -> str:
    """The slips that give an answer, as every face names them; "" where none is known."""
    if grade.explained.together:
        return "; and ".join(m.says for m in grade.likely)
    return "; or ".join(m.says for m in grade.likely[:MOST_NAMED])


def unasked(grade: Grade) -> bool:
    """Whether a claim was given where the note needs a question first."""
    return grade.item is not None and grade.item.note.action == "query" and bool(grade.claim)


def in_short(grade: Grade) -> str:
    """What is said of an answer where there is room for a sentence or two, as beside a bar: that a question
    comes first, where the note needs one; then what the answer amounts to, or where nothing known gives it,
    what sets it right. "" for a right answer, but for one by another view."""
    amounts = amounts_to(grade) or ""
    if grade.verdict not in ("partly", "wrong"):
        return amounts
    if grade.one_reading:
        return f"{amounts} Ask before billing."
    if unasked(grade):
        return amounts if amounts.startswith(ASK_FIRST) else f"{ASK_FIRST} {amounts}".strip()
    return amounts or (grade.doubt if grade.unsure else correction(grade)) or ""


def _of_one(told: str, grade: Grade) -> str:
    """What is told of a family of codes, of the one code of it that an answer has."""
    wrong = [f.code for f in grade.findings if f.kind == "family"]
    if len(wrong) != 1:
        return told
    for family, one in (("laparoscopic", "a laparoscopic"), ("open", "an open")):
        told = told.replace(f"the {family} codes", f"{wrong[0]}, {one} code,").replace(",,", ",")
    return told


def _of_the_count(grade: Grade, words: list[str]) -> list[str]:
    """What the claim counts and the note does not, where the words of a slip ask for it: with its reason, or
    in short."""
    whole = any("{fact}" in each for each in words)
    if grade.unsure:  # by what no source decides, nothing is lacking or too much
        return []
    if not whole and not any("{short}" in each for each in words):
        return []
    found = [f for f in grade.findings if f.code in FIRST | FURTHER | ATRESIA]
    over = [f.says if whole else f.briefly or f.says for f in found if f.kind in ("units", "line")]
    return over or [f.briefly for f in found if f.kind == "missing"]


def _whatever_was_done(grade: Grade) -> bool:
    """Whether the slips are about marks or the family alone, and so the same by every reading."""
    return all(
        rule == "approach" or RULEBOOK[rule].kind == "modifier" for m in grade.likely for rule in m.swaps
    )


def _why(grade: Grade) -> str | None:
    """The reason of a right answer, in the author's words for this chart."""
    if grade.verdict != "correct" or grade.view or grade.item is None:
        return None
    return str(grade.item.key.get("why") or "") or None


def settled(grade: Grade, item: Item) -> Part:
    """The sentences of the chart that decide, each with what is said of it.

    They settle nothing where the verdict is that something is not settled, where it is argued how what
    they tell is billed, or where one of them is none that the right answer rests on.
    """
    rows = quoted(item, grade)
    if item.note.action == "query" and {row.get("name") for row in rows} <= {*item.open_marks}:
        return Part("settles", settles_as(item), rows)
    if item.note.action == "query":
        return Part("settles", "What the chart says", rows)
    asked = grade.verdict != "correct" and not grade.claim
    argued = grade.doubt or (asked and len(item.diagnosis.right) > 1)
    plain = {row.get("name") for row in rows} <= {*deciding(item)} and not argued
    return Part("settles", settles_as(item) if plain else "What the chart says", rows)


def correction(grade: Grade) -> str | None:
    """What sets the answer right: the reason, and the right claim where that does not tell it all."""
    assert grade.item is not None
    whole = _right(grade, grade.item) if _left_to_tell(grade) else None
    return " ".join(filter(None, (reason(grade), whole))) or None


def reason(grade: Grade) -> str | None:
    """What speaks against the answer, in a sentence or two."""
    item = grade.item
    assert item is not None
    if item.note.action == "query" and not grade.one_reading and grade.claim:
        marked = grade.likely and _whatever_was_done(grade)
        return grade.likely[0].here if marked else ASK_FIRST
    if grade.misconceptions:
        # Of two slips that give the same claim neither is the likelier one to be set right.
        several = grade.likely[: 2 if grade.explained.together or len(grade.likely) == 2 else 1]
        return " ".join(dict.fromkeys(corrected(m, grade) for m in several))
    worst = worst_first(f for f in grade.findings if f.kind not in ("unread", "blank"))
    return worst[0].says if worst else None


def _left_to_tell(grade: Grade) -> list[Finding]:
    """What comes off a claim or on it, where what is said does not tell it in whole; nothing where nothing is
    settled."""
    found = [f for f in grade.findings if f.strike or f.put]
    told = " ".join(filter(None, (amounts_to(grade), reason(grade))))
    if grade.unsure or grade.item is None or grade.item.note.action != "bill":
        return []
    one = len(found) == 1 and any(each in told for each in (found[0].code, found[0].briefly) if each)
    return [] if one else found


def _change(grade: Grade) -> str | None:
    """What comes off a claim as it was typed and what comes on, where that is left to tell, is not all of the
    claim, makes the right one to the letter, and changes no line of which only the form is another."""
    assert grade.item is not None
    if not _left_to_tell(grade):
        return None
    right = grade.item.diagnosis.targets[0]
    typed, wanted = _totals(grade.claim), _totals(right.lines)
    off, on = (
        [line for line in claim if typed[_alike(line)] != wanted[_alike(line)]]
        for claim in (grade.claim, right.lines)
    )
    taken = same(edits.on_second_codes(grade.taken, right.marks), right.free_51)
    formal = {line.code for line in on} & {code for code, _, _ in taken & right.same()}
    if formal or not (off or on) or len(off) == len(grade.claim):
        return None
    if off and on:
        return f"with {listed(map(str, on))} in place of {listed(map(str, off))}"
    return f"without {listed(map(str, off))}" if off else f"with {listed(map(str, on))} as well"


def _totals(claim: Claim) -> Counter[Line]:
    """The units of a claim, those of like lines together."""
    total: Counter[Line] = Counter()
    for line in claim:
        total[_alike(line)] += line.units
    return total


def _alike(line: Line) -> Line:
    return replace(line, units=1)


def rules(grade: Grade) -> list[str]:
    """The ids of the rules that decide about an answer: those against it, or those behind a right one."""
    item = grade.item
    assert item is not None
    if grade.verdict == "correct":
        main = item.diagnosis.targets[:1]
        taken = [r for r in grade.view.swaps if RULEBOOK[r].kind == "modifier"] if grade.view else []
        billed = [r for c in main for r in (*c.because, *(id for _, id, _ in c.not_billed))]
        against = list(dict.fromkeys([*taken, *billed])) or ["settle"]
    else:
        against = [*_of_the_family(grade), *blamed(item, grade.misconceptions, grade.findings)]
    found = dict.fromkeys([*against, *(f.rule for f in grade.findings if f.rule)])
    strange = doubt.OF_NEWBORNS if item.newborn is False else frozenset()
    told = [r for r in found if r in RULEBOOK and r not in strange]
    return told if grade.verdict == "correct" else told[:MOST_RULES]


#: What picks the family, from the rule for one kind of operation to the rule for all.
PICKS_FAMILY = ("conversion", "assisted", "robot-or-hand", "approach")


def _of_the_family(grade: Grade) -> list[str]:
    """Where a code of the other family was filed: the rules that pick the family in this chart."""
    assert grade.item is not None
    if not any(f.kind == "family" for f in grade.findings):
        return []
    played = doubt.at_work(grade.item.note) | {"approach"}
    return [rule for rule in PICKS_FAMILY if rule in played]


def _rules_told(grade: Grade) -> tuple[Row, ...]:
    """The rules that decide; before one that plays no part in this chart, which code or mark it is about."""
    item = grade.item
    assert item is not None
    found = rules(grade)
    played = set(found) if grade.verdict == "correct" else doubt.at_work(item.note)
    return tuple(rule_as_read(r, "" if r in played else _about(grade, r)) for r in found)


def _about(grade: Grade, rule: str) -> str:
    """The code or mark of the answer that a rule is about."""
    kinds = ("extra", "line", "edit", "family", "modifier")
    found = next((f for f in grade.findings if f.rule == rule), None)
    if found is None or found.kind not in kinds:
        return ""
    mark = next((m for m in MODIFIER_ORDER if rule_of(m) == rule), "")
    return f"About {mark if mark and found.kind == 'modifier' else found.code}: "


def said_line_by_line(grade: Grade) -> list[str]:
    """What differs line by line and is told by no other part; without the search for the nearest change."""
    return list(_unsaid(grade, reason(grade), amounts_to(grade)))


def _unsaid(grade: Grade, setright: str | None, *said: str | None) -> Iterator[str]:
    """The findings that no other part tells; marks that a named slip is about are told with the slip."""
    exact = grade.misconceptions and not grade.explained.bare
    if exact and all(f.kind == "modifier" for f in grade.findings):
        # Slips are matched without any 51 on a code that is no add-on: what is wrong there is said beside.
        yield from (f.says for f in grade.findings if f.rule == "51" and not edits.add_on(f.code))
        return
    exchanged = {} if grade.unsure else _exchanged(grade)
    if exchanged:
        each = "; ".join(exchanged.values())
        yield f"{each[0].upper()}{each[1:]}."
    left = [f for f in dict.fromkeys(grade.findings) if f.code not in exchanged]
    for finding in left:
        if grade.unsure and finding.kind != "modifier":
            continue  # what we would bill is said with the doubt, and no source says that it is lacking
        words = [each for each in (finding.says, finding.briefly) if each]
        told = any(each in text for each in words for text in (setright, *said) if text)
        if _by_the_slip(grade, finding):
            told = True
            if finding.briefly:
                yield finding.briefly
        if not told and not (finding.kind == "query" and setright):  # then what a query is for has been said
            # Where a slip was named, its correction has given the reason.
            yield (grade.misconceptions and finding.briefly) or finding.says


def _exchanged(grade: Grade) -> dict[str, str]:
    """Where the slip that is named is one of approach: what is said of each code of the other family."""
    if not any("approach" in m.against for m in grade.likely):
        return {}
    found = (f for f in grade.findings if f.kind == "family" and f.code in TWINS)
    pairs = ((f.code, " and ".join(map(named_line, f.put))) for f in found)
    return {wrong: f"use {right} instead of {wrong}" for wrong, right in pairs if right}


def _by_the_slip(grade: Grade, finding: Finding) -> bool:
    """Whether a line is struck, or of the other family, by the very rule that the named slip is about."""
    slips = grade.likely[: None if grade.explained.together else 1]
    struck = finding.kind == "family" or " is not billed: " in finding.says
    return struck and any(finding.rule in m.against and m.id != "pair-forced" for m in slips)


NEVER = "Never right by these rules"


def _flip(grade: Grade, setright: str | None) -> str | None:
    """The smallest change, or why there is none, without what was said as the correction."""
    if not grade.flip or not setright:
        return grade.flip
    if _flip_title(grade.flip) == NEVER and any(m.tokens for m in grade.likely[:1]):  # told as the correction
        return f"{grade.flip.partition(': ')[0]}."
    return grade.flip.replace(f": {setright}", ".")


def _flip_title(flip: str | None) -> str:
    never = flip is not None and flip.startswith("No operation makes")
    return NEVER if never else "When your answer would be right"


def _next(grade: Grade, item: Item) -> Row | None:
    """Where several wrong rules give the same answer: the case that would tell them apart."""
    if grade.explained.together or grade.one_reading:
        return None
    for one, two in combinations((m for m in grade.misconceptions if m in grade.likely), 2):
        if case := item.apart.get(f"{one.id} {two.id}"):
            return {
                "case": case,
                "says": "More than one slip gives this answer. The case that would tell them apart:",
            }
    return None


def settles_as(item: Item) -> str:
    """The heading over the sentences that decide."""
    return "What leaves it open" if item.note.action == "query" else "What settles it"


def rule_as_read(id: str, before: str = "") -> Row:
    """A rule as a reader sees it, with its sources, and what is said before it."""
    r = RULEBOOK[id]
    sources = [_cited(AUTHORITIES[a], r.sections.get(a)) for a in r.authorities]
    return {
        "says": before + r.says,
        "rule": id,
        "confidence": r.confidence,
        "authorities": sources,
        "page": rule_page(id),
        "copy": before + rule_to_quote(id),
    }


def rule_page(id: str) -> str:
    """The one address of a rule: its page of the book, and the anchor there."""
    return f"book/rules.html#rule-{id}"


def rule_to_quote(id: str) -> str:
    """A rule as one quotes it: its sentence, how sure it is, its date, its address and its sources."""
    r = RULEBOOK[id]
    sources = [_cited(AUTHORITIES[a], r.sections.get(a)) for a in r.authorities]
    cited = [f"{source['title']}, {source['edition']}" for source in sources]
    return f"{r.says} ({'; '.join((r.confidence, f'as of {youngest()}', rule_page(id), *cited))})"


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
        yield "You marked every line that decides."
    else:
        named = f" ({_listed(found, label)})" if found else ""
        yield f"{len(found)} of {len(found) + len(missed)} deciding lines found{named}."
    if missed:
        yield f"Missed: {_listed(missed, label)}."
    told = {label(name) for name in found}
    if also := [name for name in cited["beside"] if label(name) not in told]:
        yield f"About the operation, but not what decides: {_listed(also, label)}."
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
        yield f"{diagnosed['expected'][0]} comes first: it is what the operation was done for."
    yield from (finding["says"] for finding in diagnosed["findings"])


def expected(item: Item) -> str:
    """The preferred answer as one would type it."""
    if item.note.action == "bill":
        return show(item.diagnosis.targets[0].lines)
    return item.note.action
