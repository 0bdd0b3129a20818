"""A class whose wrong rules are known, and how many of them the report finds.

Used by a test, and larger by `make bench`.
"""

import time
from dataclasses import dataclass
from itertools import combinations
from random import Random

from casebook.classroom.beliefs import Bank
from casebook.classroom.tables import cohort, frame_of, shipped
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.practice.responses import Response
from casebook.practice.tutor import CHARTS, as_written
from casebook.testing.learners import answer, book_of, learner
from tests.strangers import STRANGERS

ROOM = 3  # slips that a wrong rule must outlast before it can be asked of anybody to find it
FLAGGED = 3  # unexplained answers that point to a rule that the rulebook does not know


@dataclass
class Found:
    """What was planted and what was reported.

    A stranger is a learner whose wrong rule the rulebook does not know; a steady one holds none.
    """

    answers: int = 0
    seconds: float = 0.0  # that the cohort took
    identifiable: int = 0
    found: int = 0
    reported: int = 0
    false: int = 0
    strangers: int = 0
    strangers_flagged: int = 0
    strangers_taken: int = 0
    steady: int = 0
    steady_taken: int = 0


def handed_in(name, given):
    """A made-up learner's answers as they are read from a file."""
    return [
        Response(name, r["case"], r["answer"], float(r["at"]), r["confidence"], float(r["seconds"]))
        for r in given
    ]


def class_of(learners, cases, seed):
    """Made-up learners: their names, what each holds (None for a stranger), and all responses."""
    rng = Random(seed)
    bank = Bank.of(shipped())
    singles = [(id,) for id in MISCONCEPTIONS]
    pairs = [
        (a, b)
        for a, b in combinations(MISCONCEPTIONS, 2)
        if not MISCONCEPTIONS[a].swaps.keys() & MISCONCEPTIONS[b].swaps.keys()
    ]
    held, rows = {}, []
    for number in range(learners):
        name = f"made-up-{number:04}"
        stranger = number % 5 == 0
        rules = () if stranger or number % 5 == 1 else rng.choice(rng.choice((singles, pairs)))
        book = book_of(rules, STRANGERS[rng.choice(list(STRANGERS))] if stranger else None)
        items = rng.sample(list(bank.items.values()), cases)
        given = learner(items, book, rng)
        rows += handed_in(name, given)
        held[name] = None if stranger else rules
    return bank, held, rows


def identifiable(bank, rules, id, cases):
    """Whether these cases can tell that `id` is held beside the rest: its holder answers as it does often
    enough, and every other rule answers otherwise than the holder often enough."""
    book = book_of(rules)
    wrong = {}
    for case in cases:
        text = answer(bank.items[case], book)
        if bank.items[case].grade(text).verdict != "correct":
            wrong[case] = set(bank.table[case].get(as_written(text), ()))
    shown = {case for case, given in wrong.items() if id in given}
    if len(shown) < CHARTS + ROOM:
        return False
    for other in MISCONCEPTIONS.keys() - set(rules):
        against = sum(case in bank.shows[other] and other not in wrong.get(case, ()) for case in cases)
        lacks = sum(other not in wrong[case] for case in shown)
        if lacks + against < ROOM:
            return False
    return True


def planted(learners, cases, seed):
    """Make up a class, report on it, and compare."""
    bank, held, rows = class_of(learners, cases, seed)
    start = time.perf_counter()
    told = cohort(frame_of(rows)).learners
    seconds = time.perf_counter() - start
    cases_of = {}
    for row in rows:
        cases_of.setdefault(row.learner, []).append(row)
    found = Found(len(rows), seconds)
    for name, rules in held.items():
        row = told.loc[name]
        if rules is None:
            graded = [bank.items[r.case].grade(r.answer) for r in cases_of[name]]
            if sum(g.verdict != "correct" and not g.misconceptions for g in graded) > 0.2 * cases:
                found.strangers += 1
                found.strangers_flagged += len(row["unexplained"]) >= FLAGGED
                found.strangers_taken += bool(row["holds"])
            continue
        if not rules:
            found.steady += 1
            found.steady_taken += bool(row["holds"])
        for id in row["holds"]:
            found.reported += 1
            found.false += id not in rules and not set(row["or"].get(id, ())) & set(rules)
        for id in rules:
            if identifiable(bank, rules, id, [r.case for r in cases_of[name]]):
                found.identifiable += 1
                found.found += id in row["holds"] or any(
                    id in row["or"].get(other, ()) for other in row["holds"]
                )
    return found
