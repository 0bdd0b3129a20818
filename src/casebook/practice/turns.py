"""Small questions of a chapter, made from an operation: what to choose from, and what is said of each choice.

Everything is worked out when the book is built, so a page needs no grader for them: an answer, written as a
key such as `1,3`, is looked up in `table`. Nothing is asked whose answer does not follow from the operation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, combinations, permutations
from random import Random
from typing import Any

from casebook.coding.operation import FACETS, Operation, Step
from casebook.coding.places import NUMBERS, many
from casebook.errors import OperationError
from casebook.grading import Item, expected, item_of
from casebook.grading.feedback import amounts_to, question, reason
from casebook.grading.quotes import of_acts

from .denied import WAYS, decide
from .likely import candidate_answers
from .loops import POINTS, Told

MOST_TO_ORDER = 5  # things to put in order: all orders are in the table
MOST_TO_COUNT = 9
MOST_TO_TAP = 6
KINDS = ("tap", "count", "order", "line", "claim", "denied")


#: What stands beside the operation in a question's data.
BESIDE = ("about", "filed", "denied")


@dataclass(frozen=True)
class Said:
    """What is said of an answer: its verdict (correct, partly or wrong), a question after the first try, and
    what is so after the second."""

    verdict: str
    asks: str = ""
    says: str = ""


@dataclass(frozen=True)
class Turn:
    """One small question. `options` are what can be chosen, as (key, words); `answer` is the right one in
    words; `other` is said of what the table has not."""

    kind: str
    ask: str
    answer: str
    options: tuple[tuple[str, str], ...] = ()
    table: Mapping[str, Said] = field(default_factory=dict)
    other: Said | None = None


def make(kind: str, data: Mapping[str, Any], sentences: Mapping[str, str | None] | None = None) -> Turn:
    """The question of a kind about an operation, as a case file writes it.

    `sentences` are those of the text that is asked about, each with its mark if it has one. Raises ValueError
    where the operation does not answer such a question.
    """
    given = {key: value for key, value in data.items() if key not in BESIDE}
    about = str(data.get("about") or "")
    marks = {mark: text for text, mark in (sentences or {}).items() if mark}
    page = {"readings": given.get("readings") or [given], "evidence": marks}
    page |= {"filed": str(data["filed"])} if "filed" in data else {}
    try:
        item = item_of(page)
    except OperationError as error:
        raise ValueError(str(error)) from None
    if kind == "line":
        return _line(item, sentences or {}, about)
    if kind == "claim":
        return _claim(item, page)
    if kind == "denied":
        return _denied(item, data.get("denied") or {})
    op = item.note.readings[0]
    match kind:
        case "tap":
            return _tap(op)
        case "count":
            return _count(op, about or "joins")
        case "order":
            return _order(op, about)
    raise ValueError(f"there is no question {kind!r}; there are: {', '.join(KINDS)}")


def asking(turn: Turn, words: str) -> Turn:
    """The same question in other words."""
    return replace(turn, ask=words)


# Which anastomoses stand


def _tap(op: Operation) -> Turn:
    told = Told(op)
    if not 2 <= len(told.joins) <= MOST_TO_TAP:
        raise ValueError(f"tap: an operation with 2 to {MOST_TO_TAP} anastomoses is wanted")
    numbers = [str(join.number) for join in told.joins]
    standing = [str(join.number) for join in told.joins if join.stands]
    sets = chain.from_iterable(combinations(numbers, size) for size in range(len(numbers) + 1))
    return Turn(
        "tap",
        "Which joins stand at closing?",
        _numbered(standing),
        tuple((number, f"Number {number}") for number in numbers),
        {",".join(chosen): _tapped(told, chosen, standing) for chosen in sets},
    )


def _numbered(numbers: list[str]) -> str:
    return f"Number {' and number '.join(numbers)}." if numbers else "None."


def _tapped(told: Told, chosen: tuple[str, ...], standing: list[str]) -> Said:
    if not chosen:
        return Said("blank", "Choose at least one.", "")
    over = next((join for join in told.joins if str(join.number) in chosen and not join.stands), None)
    under = next((join for join in told.joins if str(join.number) not in chosen and join.stands), None)
    if over or under:
        asks = [f"Look at number {over.number}. Was bowel beside it taken out later?"] if over else []
        says = [f"Number {over.number} went with piece {told.took(over)}."] if over else []
        if under:
            asks.append(f"What about number {under.number}? Did anything take it out again?")
            says.append(f"Nothing touched number {under.number} again, so it stands.")
        return Said("wrong", " ".join(asks), " ".join(says))
    return Said("correct", "", _fates(told))


def _fates(told: Told) -> str:
    """What became of each anastomosis, in a sentence or two."""
    gone = [f"number {j.number} went with piece {told.took(j)}" for j in told.joins if not j.stands]
    stand = [str(j.number) for j in told.joins if j.stands]
    words = (
        f"number{'s' if len(stand) > 1 else ''} {' and '.join(stand)} stand{'' if len(stand) > 1 else 's'}"
    )
    return _sentence("; ".join([*gone, *([words] if stand else [])]))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


# How many


def _numbers(op: Operation) -> dict[str, int]:
    """What can be counted in an operation."""
    joined = sum(p.joined for p in op.bowel.places)
    return {
        "joins": joined,
        "pieces": len(op.did("resect")),
        "made": len(op.did("join")),
        "places": len(op.bowel.places),
        "lesions": sum(s.lesions for s in op.did("resect")),
        "units": max(joined - 1, 0),
    }


COUNTS = {
    "joins": "How many joins stand at closing?",
    "pieces": "How many pieces were taken out?",
    "places": "In how many places is bowel missing at closing?",
    "units": "How many units of the add-on?",
}


def _count(op: Operation, about: str) -> Turn:
    if about not in COUNTS:
        raise ValueError(f"count: about is one of {', '.join(COUNTS)}")
    numbers, told = _numbers(op), Told(op)
    right = numbers[about]
    if right > MOST_TO_COUNT:
        raise ValueError(f"count: at most {MOST_TO_COUNT} can be chosen")
    most = max(5, right + 2)
    options = tuple((str(n), str(n)) for n in range(min(most, MOST_TO_COUNT) + 1))
    table = {
        str(n): _counted(told, about, n, numbers)
        if n != right
        else Said("correct", "", _counts(told, about, numbers))
        for n in range(len(options))
    }
    return Turn("count", COUNTS[about], _sentence(_number(right)), options, table)


def _counted(told: Told, about: str, n: int, numbers: Mapping[str, int]) -> Said:
    """What a wrong number amounts to."""
    fates = _fates(told) if told.joins else "No ends were brought together."
    several = many(n, "join").capitalize()
    stand = f"{several} stand{'s' if n == 1 else ''}."
    if about == "units" and n == numbers["joins"]:
        return Said("wrong", f"{stand} What bills the first of them?", fates)
    amounts = [
        (
            "pieces",
            f"{many(n, 'piece').capitalize()} came out. Was each followed by a join of its own?",
        ),
        ("made", f"{several} {_was(n)} made. Does each still stand at closing?"),
        ("lesions", f"{many(n, 'lesion').capitalize()} {_was(n)} removed. In how many pieces?"),
        ("joins", f"{stand} Is that the same?"),
        ("places", f"Bowel is missing in {many(n, 'place')}. What became of the ends there?"),
    ]
    otherwise = TWO_ENDS if about == "joins" and n > numbers["made"] else ALONG
    asks = next((words for name, words in amounts if name != about and numbers[name] == n), otherwise)
    return Said("wrong", asks, fates)


TWO_ENDS = "A join brings two ends of bowel together. How often was that done?"
ALONG = "Go along the bowel at closing, from one end to the other. What do you meet?"


def _counts(told: Told, about: str, numbers: Mapping[str, int]) -> str:
    """What there was to count, in a sentence, and what became of what no longer stands."""
    pieces, made, stand = numbers["pieces"], numbers["made"], numbers["joins"]
    several = many(made, "join")
    first = f"{many(pieces, 'piece').capitalize()} out, {several} made, {_number(stand)} standing."
    if about == "units" and stand:
        first += " The first is the base code; each one after it is a unit."
    return f"{first} {_fates(told)}" if made != stand else first


def _number(n: int) -> str:
    return NUMBERS[n] if n else "none"


def _was(n: int) -> str:
    return "was" if n == 1 else "were"


# In which order


def _order(op: Operation, about: str) -> Turn:
    steps = [s for s in op.steps if s.act in ("resect", "join", "stoma", *POINTS)]
    if not 3 <= len(steps) <= MOST_TO_ORDER:
        raise ValueError(f"order: an operation with 3 to {MOST_TO_ORDER} steps is wanted")
    told = Told(op)
    words = [_done(told, step) for step in steps]
    shuffled = list(range(len(steps)))
    rng = Random(about or " ".join(words))
    while shuffled == sorted(shuffled):
        rng.shuffle(shuffled)
    options = tuple((str(i), words[i]) for i in shuffled)
    table = {",".join(map(str, order)): _ordered(order, words) for order in permutations(range(len(steps)))}
    return Turn("order", "In which order was it done?", _sentence("; then ".join(words)), options, table)


def _ordered(order: tuple[int, ...], words: list[str]) -> Said:
    wrong = next((i for i, at in enumerate(order) if i != at), None)
    if wrong is None:
        return Said("correct")
    if wrong == 0:
        return Said("wrong", "What was done first?", f"First, {words[0]}.")
    right = "The first step is" if wrong == 1 else f"The first {NUMBERS[wrong]} are"
    asks = f"{right} right. What came next?"
    return Said("wrong", asks, f"After \u201c{words[wrong - 1]}\u201d comes \u201c{words[wrong]}\u201d.")


def _done(told: Told, step: Step) -> str:
    """A step in a few words; pieces by their letters."""
    if step.act == "resect":
        letter = next(letter for letter, each, _, _ in told.pieces if each is step)
        return f"{step.name or f'piece {letter}'} is taken out"
    if step.act == "join":
        number = next(join.number for join in told.joins if join.step is step)
        return step.name or f"join {number} is made"
    if step.act == "stoma":
        return step.name or f"a{' loop' if step.kind == 'loop' else 'n end'} is brought out to the skin"
    return step.name or POINTS[step.act]


# Which sentence decides


def _line(item: Item, sentences: Mapping[str, str | None], about: str) -> Turn:
    facets = [about] if about in FACETS else []
    acts = about.split() if about and not facets else ["join", "stoma"]
    names = list(item.marked(*facets)) if facets else of_acts(item, acts)
    right = [text for text, mark in sentences.items() if mark in names]
    if not right or len(right) == len(sentences):
        raise ValueError(f"line: no sentence, or every sentence, is one that decides; these do: {names}")
    options = tuple((str(i), text) for i, text in enumerate(sentences, 1))
    table = {
        key: Said("correct") if text in right else _lined(item, sentences[text], facets)
        for key, text in options
    }
    asks = "Which sentence leaves it open?" if item.note.action == "query" else "Which sentence decides?"
    return Turn("line", asks, " ".join(f"\u201c{text}\u201d" for text in right), options, table)


TELLS = {
    "resect": "That tells what was taken out. Which sentence tells what became of the ends?",
    "join": "That tells of a join. Was it there when the abdomen was closed?",
}


def _lined(item: Item, mark: str | None, facets: list[str]) -> Said:
    if item.note.action == "query":
        return Said(
            "wrong",
            "That is told plainly. Which sentence can be read in two ways?",
            "The claim hangs on what the note leaves open, so look for what two readers take differently.",
        )
    same = "That sentence does not change the claim."
    if facets:
        return Said("wrong", f"{same} Which one does?")
    steps = [s for op in item.note.readings for s in op.steps if mark and s.evidence == mark]
    asks = TELLS.get(steps[0].act) if steps else None
    return Said(
        "wrong",
        asks or f"{same} Which sentence tells what became of the ends?",
        "The claim follows from what became of the ends, so look for the sentence that tells it.",
    )


# Which claim

OPTIONAL_51 = "Some payers want the 51, and some put it on themselves: here it may be left off."


def _claim(item: Item, page: Mapping[str, Any]) -> Turn:
    texts = dict.fromkeys(text for answer in candidate_answers(page) for text in spellings(answer))
    table = {text: said for text in texts if (said := _graded(item, text))}
    return Turn("claim", "Your claim", expected(item), (), table)


def _graded(item: Item, text: str) -> Said | None:
    """What the grader says of a claim; None where it cannot be read."""
    grade = item.grade(text)
    if grade.verdict == "correct":
        left_off = OPTIONAL_51 if "-51" in expected(item) and "-51" not in text else ""
        return Said("correct", "", amounts_to(grade) or left_off)
    if grade.verdict not in ("partly", "wrong"):
        return None
    # A short question has no chart by which to tell which of several slips it was: the fact alone is told.
    over = next((f for f in grade.findings if f.kind == "units"), None)
    units = over and f"Look at the units of {over.code}: which join does each stand for?"
    # Where nothing but modifiers is off, they are asked about by their codes.
    marks = question(grade) if all(f.kind == "modifier" for f in grade.findings) else None
    told = re.split(" (?:The|More than one) slip (?:that )?gives", amounts_to(grade) or "")[0]
    asks = units or told or marks or "What does each line of yours stand for?"
    return Said(grade.verdict, asks, over.says if over else reason(grade) or "")


# A line that came back unpaid


def _denied(item: Item, denied: Mapping[str, str]) -> Turn:
    decided = decide(item, {str(code): str(codes).split() for code, codes in denied.items()})
    table = {way: Said("wrong", *said) for way, said in decided.wrong.items()}
    table[decided.way] = Said("correct")
    answer = f"{WAYS[decided.way]}. {decided.why}"
    return Turn("denied", "What do you do?", answer, tuple(WAYS.items()), table)


def spellings(answer: str) -> Iterator[str]:
    """The ways in which people write an answer, as the page looks them up: in small letters, and without
    spaces beside a sign."""
    plain = re.sub(r"\s*([;,+x*-])\s*", r"\1", answer.strip().lower())
    for text in (plain, plain.replace("-51", "")):
        yield from dict.fromkeys(text.replace(";", sign) for sign in (";", ",", ";+", ",+"))
