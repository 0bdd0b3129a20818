"""The one door to Python for whatever a reader does in a page or a notebook: a question in, an answer out,
both JSON.

Runs under Pyodide too; standard library only. What a learner typed arrives as a value inside the question and
never as code.
Every question names what to `do`; one about a case carries the JSON of its page.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

from casebook.coding import edits, typed
from casebook.coding.authorities import AUTHORITIES
from casebook.errors import CasebookError
from casebook.grading import Item, grade_page, icd10, item_of
from casebook.grading.findings import code_words, field_words, in_words
from casebook.grading.marks import WORDS as MODIFIERS
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.grading.quotes import bearing
from casebook.grading.scrubbed import scrubbed
from casebook.money import fees
from casebook.practice import diagram, explorer, laid_out, query
from casebook.practice import review as tutor
from casebook.practice.bank import without_places
from casebook.practice.changed import changed_page
from casebook.practice.exam import draw_apart, draw_new
from casebook.practice.rounds import once_more, practice
from casebook.practice.tutor import AFTER_ONE, AFTER_TEST, follow

Question = Mapping[str, Any]


def answer(question: Question) -> dict[str, Any]:
    """Answer a question. Raises ValueError where there is none of its kind, or where it lacks something."""
    if not isinstance(question, Mapping):
        raise ValueError("a question is an object that names what to do")
    work = WORK.get(str(question.get("do")))
    if work is None:
        raise ValueError(f"nothing here does {str(question.get('do'))[:40]!r}; known: {', '.join(WORK)}")
    try:
        return work(question)
    except KeyError as error:
        raise ValueError(f"the question lacks {error}") from None


#: What Python raises where a question, or a page in it, is of another kind than it should be.
ODD = (TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)


def answer_json(asked: str) -> str:
    """The same as text: the question's JSON in, the answer's JSON out, or `{"refused": why}`."""
    try:
        told = answer(json.loads(asked))
    except (ValueError, CasebookError) as error:
        told = {"refused": str(error) or "this cannot be answered"}
    except ODD as error:
        told = {"refused": f"the question cannot be read ({type(error).__name__}: {str(error)[:200]})"}
    return json.dumps(told, ensure_ascii=False)


def _page(question: Question) -> dict[str, Any]:
    return without_places(question["page"])


def _item(question: Question) -> Item:
    return item_of(_page(question))


WORD = re.compile(r"[^\s,;]+")  # of codes typed one after the other


def _listed(question: Question, name: str) -> list[str] | None:
    """A list of words, or None where there is none."""
    given = question.get(name)
    if given is not None and not isinstance(given, list):
        raise ValueError(f"{name}: expected a list")
    return None if given is None else [str(each) for each in given]


def _grade(question: Question) -> dict[str, Any]:
    typed = question.get("diagnoses")
    codes = WORD.findall(typed) if isinstance(typed, str) else _listed(question, "diagnoses")
    return dict(
        grade_page(
            _page(question),
            question["answer"],
            _cited(question),
            codes or None,
            _label(question),
            _judged(question),
        )
    )


def _judged(question: Question) -> list[bool | None]:
    """What the learner said of each line of a filed claim: it stands, it does not, or nothing."""
    given = question.get("judged")
    if given is not None and not isinstance(given, list):
        raise ValueError("judged: expected a list")
    return [each if isinstance(each, bool) else None for each in given or []]


def _label(question: Question) -> Callable[[str], str]:
    """What a mark is called to this reader: the line of the chart that holds it, where the page numbers its
    lines."""
    lines = question["page"].get("lines") or {}
    held = {name: line for line, names in lines.items() for name in names}

    def label(name: str) -> str:
        line = LINE.fullmatch(held.get(name, name))  # a line that decides nothing stands for itself
        return f"line {line[1]}" if line else name

    return label


#: How a page names the lines of its chart.
LINE = re.compile(r"line-(\d+)")


def _cited(question: Question) -> list[str] | None:
    """The marks that the learner's lines hold; any other line stands for itself."""
    lines = _listed(question, "lines")
    if not lines:
        return _listed(question, "evidence")
    known = bearing(_item(question))
    held = {
        line: [name for name in names if name in known]
        for line, names in (question["page"].get("lines") or {}).items()
    }
    return [name for line in lines for name in held.get(line) or [line]]


def _read(question: Question) -> dict[str, Any]:
    read = typed.read(question["answer"])
    return {"lines": [line.as_dict() for line in read.claim], "query": read.query, "error": read.error}


def _codes(question: Question) -> dict[str, Any]:
    marks = {code: "add-on, " if edits.add_on(code) else "" for code in code_words()}
    words = {code: marks[code] + told for code, told in code_words().items()}
    words |= {code: f"{told}; outside this book" for code, told in edits.outside().items()}
    return {
        "codes": [{"code": code, "words": told, "also": field_words()[code]} for code, told in words.items()],
        "modifiers": [{"code": code, "words": told} for code, told in MODIFIERS.items()],
    }


SHOWN = 8  # of the diagnoses found


def _diagnoses(question: Question) -> dict[str, Any]:
    """The diagnoses that a few words find, and the names of codes that were typed."""
    hits = icd10.found(question["words"])
    named = [icd10.tidy(code) for code in WORD.findall(question["codes"])]
    return {
        "found": [{"code": code, "words": icd10.titles()[code]} for code in hits[:SHOWN]],
        "hits": len(hits),
        "names": [
            {"code": code, "words": icd10.titles().get(code, "a code that this book does not hold")}
            for code in named
        ],
    }


def _fees(question: Question) -> dict[str, Any]:
    return fees.told(typed.read(question["answer"]).claim)


def _untouched(question: Question) -> dict[str, Any]:
    """The bowel before anything is done: with its valve, but for a chart in which that was taken before."""
    readings = _item(question).note.readings if "page" in question else ()
    return explorer.start(bool(readings) and all(op.valve_gone for op in readings))


def _draw(question: Question) -> dict[str, Any]:
    """A test; of the cases of a `pool` where one is given: then what was `met` decides, and not the seed
    alone. Any other test is that of its seed; where some were `met`, another seed may be taken."""
    of, met, bank = _listed(question, "pool"), _listed(question, "met") or [], question["bank"]
    number, seed, topics = question["number"], question["seed"], question.get("topics")
    if of is None:
        return draw_new(bank, number, seed, topics, met)
    bank = [page for page in bank if page["id"] in of]
    return draw_apart(bank, number, seed, topics, met=met, first=_listed(question, "first"))


def _choices(question: Question) -> dict[str, Any]:
    """The choices, and what each says was done, in words that look at nothing else."""
    held = tutor.seen_to_hold(question.get("attempts") or ())
    texts = tutor.choices(_item(question), question["seed"], held=held)
    return {"choices": texts, "words": [in_words(typed.read(text).claim) or ASKS for text in texts]}


ASKS = "nothing yet: a question to the surgeon first"


def _follow(question: Question) -> dict[str, Any]:
    """Which wrong rule answers fit, and what to ask next: after a test, or after one answer to a page, and
    then `further` where the reader wants to go on."""
    few = "page" in question and not question.get("further")
    asked, most = int(question.get("asked") or 0), AFTER_ONE if few else AFTER_TEST
    typed = question.get("kind") != "choice"
    before = question.get("before") or ()
    bank, table = question["bank"], question["table"]
    return follow(question["answers"], bank, table, asked, most, typed=typed, before=before)


WORK: dict[str, Callable[[Question], dict[str, Any]]] = {
    "grade": _grade,
    "read": _read,
    "codes": _codes,
    "diagnoses": _diagnoses,
    "fees": _fees,
    "scrub": lambda q: scrubbed(q["answer"]),
    "hints": lambda q: {"hints": tutor.hints(_item(q))},
    "beside": lambda q: diagram.beside(_item(q), q["answer"]),
    "query-options": lambda q: {"options": query.options(_item(q))},
    "query-review": lambda q: query.judge(_item(q), q["text"]),
    "draw": _draw,
    "choices": _choices,
    "follow": _follow,
    "changed": lambda q: changed_page(_page(q), str(q["change"])),
    "practice": lambda q: practice(
        q["attempts"], q["bank"], q["table"], q["now"], q.get("within") or (), q.get("taught") or ()
    ),
    "once-more": lambda q: once_more(q["attempts"], q["bank"], q["table"], q["case"], q["answer"]),
    "result": lambda q: tutor.result(q["answers"], q["bank"]),
    "progress": lambda q: tutor.progress(
        q["attempts"], q["bank"], q["now"], q.get("offset", 0), q.get("table")
    ),
    "explore": lambda q: explorer.explore(
        q.get("operation") or _untouched(q), q.get("act"), q.get("by_order") is True
    ),
    "lay-out": lambda q: laid_out.compare(_item(q), q.get("operation"), q.get("answer")),
}


# For making a snapshot of memory


def read_tables() -> list[str]:
    """Read every table of the grader now, because a snapshot of memory has no files; their names."""
    tables = [keeper for keeper in _keepers() if not keeper.__wrapped__.__code__.co_argcount]
    for table in tables:
        table()
    for words in (AUTHORITIES, MISCONCEPTIONS):
        next(iter(words))
    return [f"{table.__module__}.{table.__name__}" for table in tables]


def forget_answers() -> None:
    """Drop what was worked out for single cases: a snapshot is smaller without it."""
    for keeper in _keepers():
        if keeper.__wrapped__.__code__.co_argcount:
            keeper.cache_clear()


def _keepers() -> list[Any]:
    """The functions of the package that keep their results; one without arguments is a table."""
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith("casebook.")]
    things = [(module, thing) for module in modules for thing in vars(module).values()]
    return [
        thing
        for module, thing in things
        if hasattr(thing, "cache_info") and thing.__module__ == module.__name__
    ]
