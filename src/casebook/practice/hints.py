"""Hints for one case, in stages: what to ask of the note, where to look, what stands there, and the rule that
decides.

No hint names a code, and none before the last tells a note that needs a query from one that settles the
matter.
"""

from __future__ import annotations

import re

from casebook.coding.operation import Step
from casebook.coding.places import many
from casebook.coding.rules import RULEBOOK
from casebook.grading import Item
from casebook.grading.asking import ALONG_THE_WAY, APPROACH, WHERE, Row, bearing_on, played_in

#: What a step tells, in the words of a hint.
TELLS = {"resect": "what was taken out", "join": "what was joined", "stoma": "what was brought to the skin"}
CODE = re.compile(r"\b[0-9]{4}[0-9AFMTU]\b")
GIVES_AWAY = re.compile(
    r"\bquer(?:y|ies)\b|\bask(?:ed)? the surgeon\b|question to the surgeon", re.IGNORECASE
)
BEGINS = 4  # words of a sentence by which it is found; of a short one they would tell it all
MOST = 2  # questions asked, sentences quoted and rules told


def hints(item: Item) -> list[str]:
    """Three or four hints from general to nearly the answer: the question, where to look, the words, the
    rule.

    A case whose chart marks nothing has no words to quote, and so three. Never raises.
    """
    rows = bearing_on(item.note.mains)[:MOST] or [ALONG_THE_WAY]
    steps = [_steps(item, row) for row in rows]
    quotable = [_sentences(item, row, deciding) for row, deciding in zip(rows, steps, strict=True)]
    each = (
        MOST if item.note.action == "query" else MOST // len(rows)
    )  # what is open is the same for every question
    quoted = [
        words for words in item.evidence.values() if any(words in sentences[-each:] for sentences in quotable)
    ][:MOST]
    return [
        " ".join((*(asks for asks, _ in rows), _begin(quoted))),
        _where(len({words for sentences in quotable for words in sentences}), _look(rows, steps)),
        *(["The note says: " + " … ".join(f"“{words}”" for words in quoted)] if quoted else []),
        _rule(item, rows),
    ]


def _begin(quoted: list[str]) -> str:
    """Where in this chart to look first: at a sentence that decides, told by how it begins."""
    first = quoted[0].split() if quoted else []
    if len(first) < 2 * BEGINS:
        return WHERE
    return f"Look first at “{' '.join(first[:BEGINS]).rstrip(',')} …”: what does it say of this?"


def _steps(item: Item, row: Row) -> list[Step]:
    """The steps that decide: where the note needs a query those not in every reading, else those that the
    rules stand on."""
    readings = item.note.readings
    if item.note.action == "query":
        return item.differing
    found = set()
    for claim in item.note.mains[:1]:
        found |= {
            i for code, at in claim.shown_by.items() if set(row[1]) & set(claim.rests_on[code]) for i in at
        }
        found |= {i for _, rule, at in claim.not_billed if rule in row[1] for i in at}
    return [readings[0].steps[i] for i in sorted(found)]


def _sentences(item: Item, row: Row, steps: list[Step]) -> list[str]:
    """The marked sentences that decide, in the order of the chart, without any that would tell the answer."""
    names = {step.evidence for step in steps if step.evidence}
    if row is APPROACH:  # no step says how it was finished
        names = set(item.marked("approach")) or names
    words = (item.evidence[name] for name in item.evidence if name in names)
    return [said for said in words if not CODE.search(said) and not GIVES_AWAY.search(said)]


def _look(rows: list[Row], steps: list[list[Step]]) -> str:
    """What there is to look for, in words."""
    acts = {s.act for deciding in steps for s in deciding}
    words = ["how it was begun and finished"] if APPROACH in rows else []
    words += [tells for act, tells in TELLS.items() if act in acts]
    if acts - TELLS.keys() or not words:
        words.append("what else was done" if words else "what was done along the way")
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _where(sentences: int, look: str) -> str:
    if not sentences:
        return f"Read the operative report from the first cut to the closing. Look for {look}."
    tell = "tells" if sentences == 1 else "tell"
    return f"Look for {look}: {many(sentences, 'sentence')} of the chart {tell} it."


def _rule(item: Item, rows: list[Row]) -> str:
    """The rules of these questions in words, their codes left out."""
    if item.note.out_of_scope:
        return "The rule: what no rule of this casebook decides is said to be so, and is not guessed."
    if item.note.action == "query":
        return f"The rule: {RULEBOOK['settle'].says}"
    played = played_in(item.note.mains)
    each = MOST // len(rows)
    says = " ".join(
        RULEBOOK[rule].says for _, rules in rows for rule in [r for r in rules if r in played][:each]
    )
    hidden = CODE.sub("…", says)
    return f"The rule: {hidden}" + (" (The codes are left for you to fill in.)" if hidden != says else "")
