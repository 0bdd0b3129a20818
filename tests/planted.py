"""A class whose wrong rules are known, and how many of them the report finds.

Used by a test, and larger by `make bench`.
"""

import time
from dataclasses import dataclass
from random import Random

from casebook.classroom.beliefs import HELD, OTHER, Bank
from casebook.classroom.tables import cohort, frame_of, shipped
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.practice.responses import Response
from casebook.testing.learners import book_of, learner
from tests.strangers import STRANGERS

ROOM = 2  # slips that a wrong rule must outlast before it can be asked of anybody to find it


@dataclass
class Found:
    """What was planted and what was reported.

    A stranger is a learner whose wrong rule the rulebook does not know.
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
    pairs = [rules for rules in bank.hypotheses if len(rules) == 2]
    held, rows = {}, []
    for number in range(learners):
        name = f"made-up-{number:04}"
        stranger = number % 5 == 0
        rules = () if stranger else rng.choice(rng.choice((singles, pairs)))
        book = book_of(rules, STRANGERS[rng.choice(list(STRANGERS))] if stranger else None)
        items = rng.sample(list(bank.items.values()), cases)
        given = learner(items, book, rng)
        rows += handed_in(name, given)
        held[name] = None if stranger else rules
    return bank, held, rows


def identifiable(bank, rules, id, cases):
    """Whether these cases can tell that `id` is held beside the rest: it shows often enough, and no other
    rule gives the same answers."""
    columns = [bank.columns[case] for case in cases]
    order = list(MISCONCEPTIONS).index
    rest = tuple(other for other in rules if other != id)
    mine = bank.table[bank.place[rules]][columns]
    without = bank.table[bank.place[rest]][columns]
    if (mine != without).sum() < HELD + ROOM:
        return False
    for other in MISCONCEPTIONS:
        place = bank.place.get(tuple(sorted((*rest, other), key=order)))
        if other != id and place is not None and ((bank.table[place][columns] != mine).sum() < HELD):
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
            off = sum(bank.code(r.case, r.answer) == OTHER for r in cases_of[name])
            if off > 0.2 * cases:  # more than slips
                found.strangers += 1
                found.strangers_flagged += len(row["unexplained"]) >= HELD
                found.strangers_taken += bool(row["holds"])
            continue
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
