"""A grade book over the cases that were set: what was not answered or could not be read is counted too.

    book = gradebook(responses, pages)
    book.total("Ada"), book.to_csv("grades")

Of each learner the first answer to a case that can be read counts; where none can be read the first that was
given is listed as it stands. Answers to other cases are left out, and told.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from casebook import files
from casebook.errors import CommandError
from casebook.grading import Grade, Item
from casebook.practice.bank import Page, graded_item
from casebook.practice.editions import to_earlier
from casebook.practice.responses import Response
from casebook.practice.results import wilson

from .cells import table
from .roster import match

RIGHT, PARTLY, WRONG = "right", "partly", "not right"
UNREADABLE, UNANSWERED = "not readable", "not answered"
STATES = (RIGHT, PARTLY, WRONG, UNREADABLE, UNANSWERED)
OF_VERDICT = {"correct": RIGHT, "partly": PARTLY, "wrong": WRONG, "invalid": UNREADABLE, "blank": UNANSWERED}
STRANGE, ABSENT = "not on the roster", "handed nothing in"
HELD = "on a held page"  # where no verdict is said, and whoever looks for it finds it
FILES = ("gradebook.csv", "canvas.csv", "moodle.csv", "answers_by_learner.csv")
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


@dataclass(frozen=True)
class Entry:
    """What one learner did with one case: the state, the score from 0 to 1, the answer as typed, and whether
    it was given on a held page of the book."""

    state: str = UNANSWERED
    score: float = 0.0
    answer: str = ""
    grade: Grade | None = None
    held: bool = False


@dataclass(frozen=True)
class Total:
    """One learner over all cases that were set: how many of each state, and the sum of the scores."""

    states: Mapping[str, int]
    score: float
    of: int

    @property
    def percent(self) -> float:
        """The scores' sum of what could be had, in percent to one decimal."""
        return round(100 * self.score / self.of, 1)

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the share that is right, in percent."""
        return wilson(self.states[RIGHT], self.of)


@dataclass(frozen=True)
class GradeBook:
    """Who did what with which case.

    `left_out` counts answers to cases that were not set, `earlier` those to earlier editions of cases, which
    are not graded. `roster` holds of whom something is to be said by the roster, `perhaps` who a name that is
    not on it may be, and `taken_for` whose of the roster a name was that is written otherwise.
    """

    cases: tuple[str, ...]
    learners: tuple[str, ...]
    entries: Mapping[tuple[str, str], Entry]
    left_out: Mapping[str, int]
    earlier: Mapping[str, int]
    roster: Mapping[str, str] = field(default_factory=dict)
    perhaps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    taken_for: Mapping[str, str] = field(default_factory=dict)

    def entry(self, learner: str, case: str) -> Entry:
        """What a learner did with a case."""
        return self.entries.get((learner, case), Entry())

    def total(self, learner: str) -> Total:
        """A learner's total."""
        mine = [self.entry(learner, case) for case in self.cases]
        states = Counter(dict.fromkeys(STATES, 0)) + Counter(entry.state for entry in mine)
        counted = {state: states[state] for state in STATES}
        return Total(counted, round(sum(entry.score for entry in mine), 4), len(self.cases))

    def anonymous(self) -> GradeBook:
        """The same without names, in an order that tells nothing of them."""
        numbers = _numbers(self.learners)
        entries = {(numbers[name], case): entry for (name, case), entry in self.entries.items()}
        roster = {numbers[name]: says for name, says in self.roster.items()}
        return replace(
            self, learners=tuple(numbers.values()), entries=entries, roster=roster, perhaps={}, taken_for={}
        )

    def may_be(self, name: str) -> str:
        """Who of the roster a learner who is not on it may be, in words; "" where nobody is like it."""
        return f"perhaps {' or '.join(self.perhaps[name])}" if name in self.perhaps else ""

    def tables(self) -> dict[str, str]:
        """Every file of the grade book as text, by its name.

        `gradebook.csv` is for people; `canvas.csv` and `moodle.csv` are laid out as the two systems import
        grades; `answers_by_learner.csv` holds what everybody typed.
        """
        points = len(self.cases)
        canvas = [["    Points Possible", "", "", "", "", str(points)]]
        book, moodle, answers = [], [], []
        for name in self.learners:
            total = self.total(name)
            low, high = total.interval
            book.append([
                name, points, *(total.states[state] for state in STATES), total.score, total.percent,
                f"{low:.0f} to {high:.0f}", sum(self.entry(name, case).held for case in self.cases),
                "; ".join(filter(None, (self.roster.get(name), self.may_be(name)))),
            ])  # fmt: skip
            canvas.append([name, "", "", name, "", f"{total.score:g}"])
            moodle.append([name, f"{total.percent:g}"])
            for case in self.cases:
                entry = self.entry(name, case)
                told = [name, case, entry.state, f"{entry.score:g}", entry.answer]
                answers.append([*told, HELD if entry.held else ""])
        heads = [
            "learner",
            "set",
            *STATES,
            "score",
            "percent",
            "right, 95 % interval in percent",
            HELD,
            "roster",
        ]
        held = (
            table(heads, book),
            table([*CANVAS, "Casebook"], canvas),
            table(["username", "Casebook"], moodle),
            table(["learner", "case", "state", "score", "answer", "where"], answers),
        )
        return dict(zip(FILES, held, strict=True))

    def to_csv(self, folder: str | Path) -> list[Path]:
        """Write the files of `tables` into a folder, which is made, all or none; their paths. Raises
        OSError."""
        return files.write_all({Path(folder, name): content for name, content in self.tables().items()})


def gradebook(responses: Iterable[Response], pages: Sequence[Page], roster: Iterable[str] = ()) -> GradeBook:
    """Grade a class over the cases of `pages`. Who stands in `roster` and handed nothing in is in the book
    too, and who handed in and does not stand there is told; whose name there is written otherwise: `match`.

    Raises ValueError where a case cannot be graded.
    """
    by_id = {str(page["id"]): page for page in pages}
    items = {id: graded_item(page) for id, page in by_id.items()}
    responses = list(responses)
    listed = list({name.casefold(): name for name in reversed(list(roster))}.values())[::-1]
    found = match((each.learner for each in responses), listed)
    answers = [replace(r, learner=found.names.get(r.learner, r.learner)) for r in responses]
    older = Counter(each.case for each in answers if to_earlier(by_id.get(each.case, {}), each.edition))
    given = [each for each in answers if not to_earlier(by_id.get(each.case, {}), each.edition)]
    left_out = Counter(each.case for each in given if each.case not in items)
    kept: dict[tuple[str, str], Entry] = {}
    for each in _in_time(given):
        if each.case in items:
            here = (each.learner, each.case)
            kept[here] = _better(kept.get(here), each, items[each.case])
    handed = dict.fromkeys(each.learner for each in answers)
    strange = dict.fromkeys((name for name in handed if name not in listed), STRANGE) if listed else {}
    return GradeBook(
        tuple(items),
        tuple(sorted({**dict.fromkeys(listed), **handed}, key=str.casefold)),
        kept,
        left_out,
        older,
        strange | dict.fromkeys((name for name in listed if name not in handed), ABSENT),
        found.perhaps,
        {name: meant for name, meant in found.names.items() if name.casefold() != meant.casefold()},
    )


def _in_time(given: Sequence[Response]) -> list[Response]:
    """Every answer, in the order in which first answers are taken."""
    return sorted(given, key=lambda each: (each.at is None, each.at or 0.0))


def _better(before: Entry | None, each: Response, item: Item) -> Entry:
    """What counts of an answer and what came before it."""
    if before is not None and before.state not in (UNREADABLE, UNANSWERED):
        return before
    grade = item.grade(each.answer)
    state = OF_VERDICT[grade.verdict]
    score = round(grade.score, 4) if state in (RIGHT, PARTLY, WRONG) else 0.0
    entry = Entry(state, score, each.answer, grade, each.held)
    if before is not None and before.state == UNREADABLE and state in (UNREADABLE, UNANSWERED):
        return before
    return entry


def _numbers(learners: Iterable[str]) -> dict[str, str]:
    """A number for each name, the same at every run, in an order that tells nothing of them."""
    ordered = sorted(set(learners), key=lambda name: hashlib.sha256(name.encode("utf-8")).digest())
    return {name: f"learner {number}" for number, name in enumerate(ordered, 1)}


def numbered(responses: Sequence[Response]) -> list[Response]:
    """Answers without names."""
    numbers = _numbers(each.learner for each in responses)
    return [replace(each, learner=numbers[each.learner]) for each in responses]


def chosen(
    responses: Iterable[Response], *, cases: Sequence[str] = (), since: float | None = None, test: str = ""
) -> list[Response]:
    """The answers to these cases, given at `since` (epoch milliseconds) or later, and in the test of this
    number. Raises CommandError where none is left."""
    left = [
        each
        for each in responses
        if (not cases or each.case in cases)
        and (since is None or (each.at is not None and each.at >= since))
        and (not test or each.test == test)
    ]
    if not left:
        raise CommandError("no answer is left by --cases, --since and --test")
    return left
