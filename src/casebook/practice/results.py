"""The result of a test: what the answers amount to before how many were right, where to read, and what to try
next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, sqrt
from typing import Any

from casebook.grading import Grade, Item, expected
from casebook.grading.asking import QUESTIONS
from casebook.grading.feedback import amounts_to, what_it_says
from casebook.grading.findings import Finding
from casebook.grading.marks import SESSIONS
from casebook.grading.misconceptions import MISCONCEPTIONS

from .bank import (
    TAUGHT,
    Page,
    about_of,
    graded_item,
    is_short,
    level_of,
    pages_of,
    told_of,
    topic_in_words,
    topics_of_rules,
)
from .editions import read_edition, to_earlier

CONFIDENCE = ("sure", "fairly", "guessing")
FEW = 30  # answers; below this an interval is wide, and the result says so
FEWEST = 4  # answers; to so few no percent is told
LEAST = 10  # answers; below this no interval is told, since it would be nearly all of 0 to 100
NEXT = 5  # cases to try
Z = 1.96  # of a normal curve, for 95 %
#: The pages that a result can send a reader to.
PAGES = {
    "book/decision": "The decision on one page",
    "book/joins": "Counting joins",
    "book/family": "Which family",
    "book/sessions": "Sessions, surgeons, modifiers",
    "book/queries": "When to ask",
    "book/misconceptions": "The misconceptions and their corrections",
}
ELSEWHERE = "book/decision"  # for what has no page of its own


@dataclass(frozen=True)
class Given:
    """One answer, graded anew: nothing of what came with it is trusted but the text, how sure it was, and the
    time in seconds."""

    page: Page
    item: Item
    grade: Grade
    answer: str
    confidence: str | None
    seconds: float | None

    @property
    def right(self) -> bool:
        return self.grade.verdict == "correct"

    @property
    def left_out(self) -> bool:
        return self.grade.verdict == "blank"

    @property
    def case(self) -> str:
        return str(self.page["id"])

    def as_dict(self) -> dict[str, Any]:
        return {
            "case": self.case,
            "answer": self.answer,
            "verdict": self.grade.verdict,
            "score": round(self.grade.score, 2),
            "expected": expected(self.item),
            "amounts_to": amounts_to(self.grade) or what_it_says(self.grade),
            "confidence": self.confidence,
            "seconds": self.seconds,
        }


def result(answers: Sequence[Mapping[str, Any]], bank: Sequence[Page]) -> dict[str, Any]:
    """The result of answers `{"case", "answer", "confidence": sure | fairly | guessing | None, "seconds"}` to
    cases of the bank.

    A question that was left out stands in `left_out` and in `items`, and counts nowhere else; an answer that
    cannot be read counts as not right; one that was given to an earlier
    edition of its chart (its `edition` is not the page's) is not graded and counted in `earlier`. But for
    `items`, which keeps their order, the order of the answers does not matter. What is no answer to a case
    of the bank is counted in `unread` and changes nothing else. Raises ValueError where `answers` or `bank`
    is no list, or a case cannot be graded.
    """
    if not isinstance(answers, list | tuple):
        raise ValueError("answers: expected a list of answers")
    pages = pages_of(bank)
    read = [_given(row, pages) for row in answers if not _older(row, pages)]
    shown = [each for each in read if each]
    given = [each for each in shown if not each.left_out]
    right = sum(each.right for each in given)
    low, high = wilson(right, len(given))
    times = [each.seconds for each in given if each.seconds is not None]
    topics, missed = _topics(given), _misconceptions(given, list(pages))
    sure = [_share(word, [g for g in given if g.confidence == word]) for word in CONFIDENCE]
    following = _next_cases(
        given, pages, missed, {row["topic"] for row in topics if row["right"] < row["of"]}
    )
    return {
        "right": right,
        "of": len(given),
        "percent": round(100 * right / len(given)) if given else None,
        "left_out": len(shown) - len(given),
        "counted": _counted(given, len(shown) - len(given)),
        "interval": [low, high],
        "says": _honestly(right, len(given), low, high),
        "misconceptions": missed,
        "topics": topics,
        "calibration": sure,
        "sure": [
            f"{_SURE[row['confidence']]}: {row['right']} of {row['of']} right." for row in sure if row["of"]
        ],
        "read": _read(topics, bool(missed)),
        "next_cases": list(following),
        "why_next": following,
        "items": [each.as_dict() for each in shown],
        "seconds": round(sum(times), 1) if times else None,
        "unread": len(read) - len(shown),
        "earlier": len(answers) - len(read),
    }


def wilson(right: float, of: float) -> tuple[int, int]:
    """The 95 % interval of a share, by Wilson's formula, in whole percent and rounded outward; all of 0 to
    100 for no answers."""
    if not of:
        return 0, 100
    share, z = right / of, Z * Z / of
    middle, reach = share + z / 2, Z * sqrt(share * (1 - share) / of + z / (4 * of))
    low, high = (middle - reach) / (1 + z), (middle + reach) / (1 + z)
    return max(0, floor(100 * low + 1e-9)), min(100, ceil(100 * high - 1e-9))


# Reading answers

_SURE = {"sure": "Sure", "fairly": "Fairly sure", "guessing": "Guessing"}


def _older(row: object, pages: Mapping[str, Page]) -> bool:
    """Whether an answer was given to an earlier edition of its chart."""
    if not isinstance(row, Mapping) or not isinstance(row.get("case"), str):
        return False
    return to_earlier(pages.get(row["case"], {}), read_edition(row.get("edition")))


def _given(row: object, pages: Mapping[str, Page]) -> Given | None:
    if not isinstance(row, Mapping) or not isinstance(row.get("case"), str) or row["case"] not in pages:
        return None
    page, text, word, seconds = (
        pages[row["case"]],
        row.get("answer"),
        row.get("confidence"),
        row.get("seconds"),
    )
    text = text if isinstance(text, str) else ""
    item = graded_item(page)
    timed = (
        isinstance(seconds, int | float)
        and not isinstance(seconds, bool)
        and 0 <= seconds < 1e7
        and isfinite(seconds)
    )
    sure = word if isinstance(word, str) and word in CONFIDENCE else None
    return Given(
        page, item, item.grade(text), text, sure, float(seconds) if timed and seconds is not None else None
    )


# What they tell


def _share(word: str, given: Sequence[Given]) -> dict[str, Any]:
    return {"confidence": word, "right": sum(g.right for g in given), "of": len(given)}


def _counted(given: Sequence[Given], left_out: int) -> str:
    """How many were right: of all, or, where some were left out, each kind by its number; in percent only
    where there are enough for that."""
    right, of = sum(each.right for each in given), len(given)
    partly = sum(each.grade.verdict == "partly" for each in given)
    if left_out:
        told = {"right": right, "partly right": partly, "not right": of - right - partly}
        kinds = [f"{number} {kind}" for kind, number in told.items() if number or (kind == "right" and of)]
        return ", ".join([*kinds, f"{left_out} left out"]) + "."
    share = f" ({round(100 * right / of)} %)" if of > FEWEST else ""
    return f"{right} of {of} right{share}" + (f", {partly} partly right." if partly else ".")


def _honestly(right: int, of: int, low: int, high: int) -> str:
    if not of:
        return "Nothing was answered, so nothing is known."
    if of < LEAST:
        return "So few answers tell little of how you would do with other notes."
    says = f"Of many notes like these you would be right in somewhere between {low}% and {high}%."
    return says + (" So few answers cannot tell it more closely." if of < FEW else "")


def _misconceptions(given: Iterable[Given], order: list[str]) -> list[dict[str, Any]]:
    """The wrong rules that explain the answers: those held for sure first, then the most frequent.

    One that explains nothing but a part of what another explains is left out; those that explain the same
    answers stand in one row, since nothing tells them apart: `ids` has them all, the first of them is `id`,
    and `says` names them with "or", and such as give their answers only together with "and". `alone` counts
    the answers that no other wrong rule explains. `settled` is false where all that stands against the
    answers is recalled or contested; such a one comes last.
    """
    explains: dict[str, dict[int, Given]] = {}
    for i, each in enumerate(given):
        for m in each.grade.likely:
            explains.setdefault(m.id, {})[i] = each
    alike: dict[tuple[tuple[int, ...], str], list[str]] = {}
    for id, mine in explains.items():
        if _alone(mine) or not any(mine.keys() < others.keys() for others in explains.values()):
            joint = {g.grade.explained.together for g in mine.values()}
            how = id if len(joint) > 1 else "; and " if joint == {True} else "; or "
            alike.setdefault((tuple(mine), how), []).append(id)
    rows = []
    for (_, how), ids in alike.items():
        told = [*explains[ids[0]].values()]
        row: dict[str, Any] = {
            "id": ids[0],
            "ids": ids,
            "says": how.join(MISCONCEPTIONS[id].says for id in ids),
            "correction": " ".join(dict.fromkeys(MISCONCEPTIONS[id].correction for id in ids)),
            "times": len(told),
            "alone": _alone(explains[ids[0]]),
        }
        row["sure"] = sum(g.confidence == "sure" for g in told)
        row["settled"] = any(g.grade.doubt is None for g in told)
        row["cases"] = sorted({g.case for g in told}, key=order.index)
        rows.append(row)
    return sorted(rows, key=lambda r: (not r["settled"], -r["sure"], -r["times"], -r["alone"], r["id"]))


def _alone(mine: Mapping[int, Given]) -> int:
    """How many answers one wrong rule explains, or two together do, and no other."""
    return sum(g.grade.explained.together or len(g.grade.likely) == 1 for g in mine.values())


def _topics(given: Iterable[Given]) -> list[dict[str, Any]]:
    """Each thing to learn that the answers tell of, the weakest first; a case counts for all it is about, but
    for a wrong answer that is known to come of one of them."""
    met: dict[str, list[bool]] = {}
    for each in given:
        for topic, right in told_of(each.page, each.right, blamed(each.page, each.grade)).items():
            met.setdefault(topic, []).append(right)
    rows = [
        {
            "topic": topic,
            "name": topic_in_words(topic),
            "right": sum(rights),
            "of": len(rights),
            "interval": list(wilson(sum(rights), len(rights))),
        }
        for topic, rights in met.items()
    ]
    return sorted(rows, key=lambda r: (r["right"] / r["of"], -r["of"], r["topic"]))


def blamed(page: Page, grade: Grade) -> list[str]:
    """The things to learn that a wrong answer comes of: those of the wrong rules that alone give it, and of
    the modifiers where nothing else is off; else those that its findings are about. Where that is not known,
    all that its case is about, but for when to ask where a claim was filed and a claim is right: that was not
    what went wrong."""
    marks = [f for f in grade.findings if f.kind == "modifier"]
    if not grade.counted and len(marks) < len(grade.findings):
        if len(shared := {m.topic for m in grade.likely}) == 1:
            return sorted(shared)
        found = dict.fromkeys(_subject(f) for f in grade.findings if f not in marks)
        if "" not in found:
            return [*found]
        billed = grade.claim and grade.item is not None and grade.item.note.action == "bill"
        return [topic for topic in about_of(page) if topic != "query" or not billed]
    off = {_subject(f) for f in marks}
    named = topics_of_rules(m.id for m in grade.counted)
    return [*named, *sorted(off - {*named})] if grade.explained.bare or not named else named


#: What each question to a note is about, as a thing to learn; those after them are of modifiers.
SUBJECTS = ("approach", "base-code", "base-code", "colon", "stoma", "companions", "companions", "joins")


def _subject(found: Finding) -> str:
    """The thing to learn that a finding is about; "" where it is not known."""
    if found.kind == "modifier":
        return "sessions" if found.rule in SESSIONS else "surgeons-modifiers"
    # A code without a rule is one from outside, for nothing that was done.
    alone = {"further-units": "units", "settle": "query", None: "companions" if found.kind == "extra" else ""}
    rows = zip(QUESTIONS, SUBJECTS, strict=False)
    return alone.get(found.rule) or next((topic for (_, rules), topic in rows if found.rule in rules), "")


def _read(topics: Iterable[Mapping[str, Any]], wrong_rules: bool) -> list[dict[str, str]]:
    """The pages that teach what was missed, the weakest first."""
    why: dict[str, list[str]] = {}
    for row in topics:
        if row["right"] < row["of"]:
            page = TAUGHT.get(row["topic"], ("", ELSEWHERE))[1]
            share = f"{row['right']} of {row['of']} right"
            same = row["name"].casefold() == PAGES[page].casefold()
            why.setdefault(page, []).append(share if same else f"{row['name']} ({share})")
    found = [{"page": page, "title": PAGES[page], "why": ", ".join(told)} for page, told in why.items()]
    if wrong_rules:
        page = "book/misconceptions"
        found.append(
            {"page": page, "title": PAGES[page], "why": "why each wrong rule tempts, and what corrects it"}
        )
    return found


def _next_cases(
    given: Iterable[Given], pages: Mapping[str, Page], missed: Sequence[Mapping[str, Any]], weak: set[str]
) -> dict[str, str]:
    """Up to five cases and why: new ones before those missed in this test, and those that tell most of the
    missed wrong rules first.

    A case tells a wrong rule where that rule gives a wrong answer. What was answered rightly is left out.
    """
    tried: dict[str, bool] = {}
    for each in given:
        tried[each.case] = tried.get(each.case, True) and each.right
    found = []
    for i, (id, page) in enumerate(pages.items()):
        if tried.get(id) or is_short(id):  # a short chart has no page of its own
            continue
        told = tells(page) if missed else frozenset()
        rules = [id for row in missed for id in row["ids"] if id in told]
        about = [topic for topic in about_of(page) if topic in weak]
        if rules or about:
            found.append(
                (
                    (id in tried, -len(rules), -len(about), level_of(page), i),
                    id,
                    _why(rules, about, id in tried),
                )
            )
    return {id: why for _, id, why in sorted(found)[:NEXT]}


def tells(page: Page) -> frozenset[str]:
    """The misconceptions that give a wrong answer in this case."""
    return frozenset(m.id for ms in graded_item(page).diagnosis.wrong_ways.values() for m in ms)


def _why(rules: list[str], about: list[str], again: bool) -> str:
    more = list(dict.fromkeys([*(MISCONCEPTIONS[rule].topic for rule in rules[:1]), *about]))
    return f"More on {', '.join(map(topic_in_words, more))}" + ("; you missed this one." if again else ".")
