"""What is asked of a new Python before its memory is taken for the pages: a question of every kind, to a few
small operations.

What was never asked may lack a module of the standard library, which a snapshot has not. Cases of the book
are left out, so that a change to one makes no new snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Question = dict[str, Any]

ANSWERS = (
    "44120",
    "44120 x2; 44121",
    "44202; 44203-51 x2",
    "44120-22; 44121-59, 44310; 49000",
    "query",
    "?",
    "",
)
TWO_JOINS: list[Question] = [
    {"resect": [250, 275], "for": "stricture", "evidence": "upper"},
    {"join": [250, 275], "evidence": "upper-join"},
    {"resect": [420, 440], "for": "stricture", "evidence": "lower"},
    {"join": [420, 440], "evidence": "lower-join"},
]
ONE_JOIN: list[Question] = [{"resect": [250, 440], "evidence": "upper"}, {"join": [250, 440]}]
COLON: list[Question] = [
    {"resect": [580, 640], "for": "tumor"},
    {"join": [580, 640]},
    {"resect": [200, 220]},
    {"join": [200, 220]},
    {"stoma": 120, "kind": "loop"},
    {"lyse_adhesions": "extensive"},
    {"mesentery_repair": True},
]
INJURY: list[Question] = [
    {"resect": [300, 330], "for": "injury"},
    {"stoma": 300, "kind": "end"},
    {"stricturoplasty": 150},
    {"repair": 500, "cause": "trauma"},
    {"diverticulectomy": 540},
    {"bypass": [20, 80]},
]
LATER: list[Question] = [
    {"reopen": True},
    {"resect": [290, 350], "for": "ischemia"},
    {"join": [290, 350]},
]
LAID: Question = {"steps": [{"resect": [9, 20]}, {"join": [9, 20]}, {"repair": 40, "cause": "disease"}]}
#: The readings of some notes. What the rules ask about stands in them, each at least once.
NOTES: list[list[Question]] = [
    [{"steps": TWO_JOINS}],
    [{"says": "two segments", "steps": TWO_JOINS}, {"says": "one piece", "steps": ONE_JOIN}],
    [{"approach": "laparoscopic", "surgeon": "assistant", "steps": TWO_JOINS}],
    [{"approach": "converted", "unusual_work": True, "steps": [*TWO_JOINS, {"enterotomy": 100}]}],
    [{"steps": COLON}],
    [{"steps": INJURY}],
    [{"session": {"follows": "complication", "days": 2, "left": [[300, 340]]}, "steps": LATER}],
]
MARKS = {
    "upper": "The upper segment was divided at both ends and removed.",
    "upper-join": "Its ends were joined with a stapler.",
    "lower": "The lower segment was removed.",
    "lower-join": "Its ends were joined by hand.",
}


def _page(number: int, readings: list[Question]) -> Question:
    """A note as the JSON that a case's page has."""
    return {
        "schema": 1,
        "id": f"warm{number}",
        "title": f"Warm {number}",
        "about": ["joins", "units"],
        "level": 1 + number % 3,
        "readings": readings,
        "evidence": MARKS,
        "key": {"diagnoses": ["K50.012"]},
        "apart": {},
        "lines": {"line-1": ["upper", "upper-join"]},
    }


def questions() -> Iterator[list[Question]]:
    """The questions, note by note; what was worked out for one is to be forgotten before the next."""
    pages = [_page(number, readings) for number, readings in enumerate(NOTES)]
    for page in pages:
        beside = {"lines": ["line-1", "line-2"], "diagnoses": "K50.012, K56.609, Z99"}
        graded: list[Question] = [{"do": "grade", "answer": answer, **beside} for answer in ANSWERS]
        more: list[Question] = [
            *({"do": kind} for kind in ("hints", "query-options")),
            *({"do": kind, "answer": "44120"} for kind in ("read", "fees", "beside", "lay-out")),
            {"do": "query-review", "text": "Was the first join left, please confirm?"},
            {"do": "choices", "seed": 1},
        ]
        yield [{**question, "page": page} for question in [*graded, *more]]
    answers = [{"case": page["id"], "answer": "44120", "confidence": "sure", "seconds": 9} for page in pages]
    attempts = [{**answer, "verdict": "partly", "at": 1, "misconceptions": []} for answer in answers]
    acts: list[Question | None] = [None, {"do": "cut", "from": 300, "to": 330}, {"do": "nothing known"}]
    yield [
        {"do": "codes"},
        {"do": "draw", "bank": pages, "number": 3, "seed": 1},
        {"do": "result", "answers": answers, "bank": pages},
        {"do": "progress", "attempts": attempts, "bank": pages, "now": 10**9},
        *({"do": "explore", "operation": None, "act": act, "by_order": True} for act in acts),
        *({"do": "lay-out", "operation": LAID, "page": page, "answer": "44120"} for page in pages),
        {"do": "what nobody knows"},
    ]
