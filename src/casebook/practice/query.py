"""The question to the surgeon: sentences to put it together from, and whether a written one asks without
leading.

What makes a question compliant is told in the practice briefs on queries (`query-briefs`): it quotes this
record, it leaves the answer open, it says nothing of money, and choices come with "other" and "unable to
determine". A program sees words only, so what is said here is said of the words: a rule of thumb, never a
judgement of the person.
"""

from __future__ import annotations

import re
from random import Random
from typing import Any

from casebook.grading import Item, left_open, question_of

SOURCE = "query-briefs"
LONGEST = 5_000  # characters read
QUOTE = 4  # words in a row that make a quotation
MONEY = re.compile(
    r"\b(?:bill(?:ed|ing|able)?|paid|pay(?:s|er|ers|ment|ments|able)?|reimburs\w*|revenue|money|dollars?|rvus?|claims?|den(?:y|ied|ial|ials)|"
    r"cpt|codes?|coded|coding|add-?on|units?|modifiers?|fees?|quality score|drg|audit\w*|4\d{4}|query)\b|\$",
    re.IGNORECASE,
)
LEADS = re.compile(
    r"\b(?:please (?:confirm|add|document|state|write|addend) that|confirm that|can you confirm|could you"
    r" (?:please )?(?:add|confirm|state that|"
    r"document that)|you (?:meant|mean|must"
    r" have|did|made|performed)\b[^?]{0,80}\b(?:right|correct|yes)\b|isn.t it|wasn.t it|weren.t there|"
    r"didn.t you|do you agree|is it (?:correct|true) that|so that (?:we|it|i)|we"
    r" (?:assume|think|believe)|surely|obviously|should (?:say|read))",
    re.IGNORECASE,
)
CLOSED = re.compile(r"^\s*(?:was|were|did|is|are|do|does|has|have|can|could|would)\b", re.IGNORECASE)
OPEN = re.compile(
    r"\b(?:how|what|which|where|when|please (?:describe|clarify|tell|say)|describe|clarify)\b", re.IGNORECASE
)
PLACE = re.compile(
    r"\b(?:lines?\s*\d+|operative (?:report|note)|brief(?: operative)?"
    r" note|report|header|heading|title|pathology|imaging|record|note|history|"
    r"procedure (?:list|line)|anesthesia|dictat\w+)\b",
    re.IGNORECASE,
)
OTHER = re.compile(r"\bother\b", re.IGNORECASE)
UNABLE = re.compile(
    r"\b(?:unable|not able|cannot|can not|impossible) to (?:determine|say|tell)\b|\b(?:undetermined|cannot be"
    r" (?:determined|said|told))\b",
    re.IGNORECASE,
)
CHOICES = re.compile(r"(?:^|\s)(?:\[ ?\]|\([a-d1-9]\)|[a-d1-9]\)|[-*\u2022\u25a1])\s*\S", re.MULTILINE)
CLOSING = "Other (please describe)\n- Unable to determine"

#: Sentences that lead, or ask what is not open. What is wrong with each, `review` says.
TEMPTING = (
    ("confirm", "Please confirm that two anastomoses were made."),
    ("money", "We need a second anastomosis in the note so that the add-on code can be billed."),
    ("agree", "The first anastomosis was left in place, correct?"),
    ("yes-no", "Was it a separate site?"),
)


def options(item: Item, seed: int = 0) -> list[dict[str, str]]:
    """Sentences to pick from, `{"id", "text"}`, in an order drawn by the seed: open ones, and some that
    tempt."""
    rows = [{"id": f"open-{i}", "text": ask} for i, (_, ask) in enumerate(left_open(item), 1)]
    if quoted := _quoted(item):
        rows.append({"id": "quote", "text": quoted})
    rows.append({"id": "choices", "text": f"- {CLOSING}"})
    rows += [{"id": id, "text": text} for id, text in TEMPTING]
    Random(f"options:{seed}:{item.id}").shuffle(rows)
    return rows


def model(item: Item) -> str:
    """A question that would do for this note: the facts with their place, then what to ask, then the ways to
    answer."""
    asks = question_of(item)
    asks = (
        "Please describe what was done to the bowel, and what became of its ends."
        if MONEY.search(asks)
        else asks
    )
    return "\n".join(
        part for part in (_quoted(item), asks, f"- As described here: ____\n- {CLOSING}") if part
    )


def review(item: Item, text: object) -> dict[str, Any]:
    """What a written question does well and what to mend: `verdict` is compliant, partly, leading or blank.

    Never raises.
    """
    written = str(text if isinstance(text, str) else "")[:LONGEST]
    better = model(item)
    if not written.strip():
        return {"verdict": "blank", "says": "Nothing was written yet.", "checks": [], "better": better}
    checks = list(_checks(item, written))
    bad = [c["id"] for c in checks if not c["ok"]]
    verdict = "leading" if {"money", "leads"} & set(bad) else "partly" if bad else "compliant"
    says = {
        "compliant": "By its words this question does not lead: it could be sent.",
        "partly": (
            f"It does not lead, and {len(bad)} thing{'s' if len(bad) > 1 else ''} would make it better."
        ),
        "leading": "By its words this question leads, or speaks of money: it should not be sent like this.",
    }[verdict]
    if isinstance(text, str) and len(text) > LONGEST:
        says += f" Only its first {LONGEST} characters were read."
    return {"verdict": verdict, "says": says, "checks": checks, "better": better}


def _checks(item: Item, text: str) -> list[dict[str, Any]]:
    money, leads = MONEY.search(text), LEADS.search(text)
    sentences = [s for s in re.split(r"(?<=[.?!])\s+|\n", text) if s.strip()]
    open_ones = [s for s in sentences if OPEN.search(s) and not CLOSED.match(s)]
    offered = bool(CHOICES.search(text)) or re.search(r"\bor\b[^.]{0,200}\?", text) is not None
    closed_only = not open_ones and any(CLOSED.match(s) for s in sentences)

    def check(id: str, ok: object, good: str, mend: str) -> dict[str, Any]:
        return {"id": id, "ok": bool(ok), "says": good if ok else mend, "authority": SOURCE}

    return [
        check(
            "open",
            open_ones,
            "It asks openly.",
            (
                "Ask so that any answer is possible, with how, which or what, instead of for a yes."
                if closed_only
                else "Ask an open question, with how, which, what, or please describe."
            ),
        ),
        check(
            "money",
            not money,
            "It says nothing of money or codes.",
            (
                f"Leave out \u201c{money[0]}\u201d: a question never speaks of payment, codes or claims."
                if money
                else ""
            ),
        ),
        check(
            "leads",
            not leads,
            "It suggests no answer.",
            (
                f"\u201c{leads[0].strip()}\u201d suggests the answer; the surgeon must be free to say"
                " something else."
                if leads
                else ""
            ),
        ),
        check(
            "quotes",
            _quotes(item, text),
            "It quotes the chart.",
            "Quote the words of this chart that leave it open, so that the surgeon sees what you saw.",
        ),
        check(
            "place",
            PLACE.search(text),
            "It says where the words stand.",
            "Say where the words stand: the operative report, its heading, the pathology report.",
        ),
        check(
            "ways-out",
            not offered or (OTHER.search(text) and UNABLE.search(text)),
            "The ways to answer leave room for another one." if offered else "It needs no list of answers.",
            "Where you offer answers, offer \u201cother\u201d and \u201cunable to determine\u201d too.",
        ),
    ]


def _plain(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _quotes(item: Item, text: str) -> bool:
    """Whether some words in a row are those of a marked sentence."""
    said = _plain(text)
    runs = {tuple(said[i : i + QUOTE]) for i in range(len(said) - QUOTE + 1)}
    marked = map(_plain, item.evidence.values())
    return any(tuple(words[i : i + QUOTE]) in runs for words in marked for i in range(len(words) - QUOTE + 1))


def _quoted(item: Item) -> str:
    """The marked sentences that leave it open, quoted with their place; empty where the chart marks none fit
    to quote."""
    marked = [item.evidence[name] for name in item.shown if name in item.evidence]
    differing = [item.evidence[str(s.evidence)] for s in item.differing if s.evidence in item.evidence]
    fit = [
        m
        for m in dict.fromkeys(differing or marked)
        if len(_plain(m)) >= QUOTE and not MONEY.search(m) and not LEADS.search(m)
    ]
    return (
        "The operative report says: " + " and: ".join(f"\u201c{m.rstrip('.')}\u201d" for m in fit[:2]) + "."
        if fit
        else ""
    )
