"""Which wrong rules a learner's answers to many cases come from, as far as they can tell.

One answer often fits several wrong rules; many answers seldom do. Every rulebook with one or two rules
swapped says what it would answer to every case. The one that gives most of a learner's answers is the best
guess, and a wrong rule in it is called *held* only where it showed in most of the cases in which it makes a
difference. Answers that no rulebook gives stay unexplained: whoever follows a rule that this casebook does
not know is told from one who follows a known rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Any

import numpy as np

from casebook.coding.claim import Same
from casebook.coding.rulebook import Rulebook, Trace
from casebook.coding.rules import RULEBOOK
from casebook.coding.typed import read
from casebook.grading import Item
from casebook.grading.explanation import plain
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.practice.bank import Page, graded_item
from casebook.practice.editions import to_earlier
from casebook.practice.tutor import wrongly_filed

HELD = 3  # answers at least that show a wrong rule before it is called held
MOSTLY = 0.6  # of the cases in which it makes a difference
WORTH = 1.5  # answers: how many more a second wrong rule must explain to be taken in
OTHER, SILENT = -1, -2  # an answer that no rulebook gives; a case of which a rulebook says nothing
Rules = tuple[str, ...]


@dataclass(frozen=True)
class Belief:
    """A wrong rule that answers point to: shown in `hits` of the `chances` it had.

    `alike` gives the same answers to all these cases.
    """

    id: str
    hits: int
    chances: int
    alike: Rules = ()

    @property
    def held(self) -> bool:
        """Whether the answers are enough to say so."""
        return self.hits >= HELD and self.hits >= MOSTLY * self.chances


@dataclass(frozen=True)
class Profile:
    """What a learner's answers come from: the wrong rules, surest first, and the cases whose wrong answers
    nothing known gives."""

    beliefs: tuple[Belief, ...] = ()
    unexplained: tuple[str, ...] = ()

    @property
    def held(self) -> tuple[Belief, ...]:
        return tuple(b for b in self.beliefs if b.held)


@dataclass(frozen=True, eq=False)
class Bank:
    """Cases as a class answers them, by their ids; what every rulebook says of each is worked out once."""

    items: Mapping[str, Item]
    pages: Mapping[str, Page] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, pages: Sequence[Page]) -> Bank:
        """From the JSON of pages. Raises ValueError for a page that cannot be graded."""
        by_id = {str(page["id"]): page for page in pages}
        return cls({id: graded_item(page) for id, page in by_id.items()}, by_id)

    def to_earlier(self, case: str, edition: str | None) -> bool:
        """Whether an answer was given to another text of the chart than this bank's."""
        return to_earlier(self.pages.get(case, {}), edition)

    def code(self, case: str, text: str) -> int:
        """A typed answer as a number: 0 where it is accepted, `OTHER` where no rulebook gives it."""
        item = self.items[case]
        if item.grade(text).verdict == "correct":
            return 0
        answer = read(text)
        key = "query" if answer.query else plain(answer.claim)
        return self._worked[1].get((case, key), OTHER)

    @cached_property
    def hypotheses(self) -> tuple[Rules, ...]:
        """Nothing wrong; one wrong rule; two that do not swap the same rule."""
        ids = list(MISCONCEPTIONS)
        pairs = [
            (a, b)
            for a, b in combinations(ids, 2)
            if not MISCONCEPTIONS[a].swaps.keys() & MISCONCEPTIONS[b].swaps.keys()
        ]
        return ((), *((id,) for id in ids), *pairs)

    @cached_property
    def place(self) -> dict[Rules, int]:
        return {rules: i for i, rules in enumerate(self.hypotheses)}

    @cached_property
    def columns(self) -> dict[str, int]:
        return {case: i for i, case in enumerate(self.items)}

    @property
    def table(self) -> np.ndarray:
        """What every rulebook (a row) answers to every case (a column), as numbers."""
        return self._worked[0]

    def prepare(self, progress: Callable[[Iterable[Any]], Iterable[Any]] = iter) -> None:
        """Work the table out now, which takes some seconds; `progress` wraps the walk over the cases, as tqdm
        does."""
        if "_worked" not in vars(self):
            vars(self)["_worked"] = self._work(progress)

    @cached_property
    def _worked(self) -> tuple[np.ndarray, dict[tuple[str, Same | str], int]]:
        return self._work(iter)

    def _work(
        self, progress: Callable[[Iterable[Any]], Iterable[Any]]
    ) -> tuple[np.ndarray, dict[tuple[str, Same | str], int]]:
        codes: dict[tuple[str, Same | str], int] = {}
        table = np.empty((len(self.hypotheses), len(self.items)), dtype=np.int16)
        for column, (case, item) in enumerate(progress(list(self.items.items()))):
            dull: dict[Rules, set[str]] = {}  # what changes nothing beside these rules
            for row, rules in enumerate(self.hypotheses):
                rest = next(
                    (
                        self._less(rules, id)
                        for id in rules
                        if id in self._dull(dull, item, self._less(rules, id))
                    ),
                    None,
                )
                table[row, column] = (
                    _said(case, item, rules, codes) if rest is None else table[self.place[rest], column]
                )
        return table, codes

    @staticmethod
    def _less(rules: Rules, id: str) -> Rules:
        return tuple(other for other in rules if other != id)

    @classmethod
    def _dull(cls, known: dict[Rules, set[str]], item: Item, rules: Rules) -> set[str]:
        """The wrong rules that change nothing for a note beside these: every question asked gets the same
        answer from them."""
        if rules and rules[0] in cls._dull(known, item, ()):
            return known[
                ()
            ]  # beside a rule that changes nothing the same is asked and answered as without it
        if rules not in known:
            book = book_of(rules)
            traces = [Trace(op, book) for op in item.note.readings]
            known[rules] = {
                id
                for id, m in MISCONCEPTIONS.items()
                if "settle" not in m.swaps and all(t.alike(m.swaps) for t in traces)
            }
        return known[rules]

    def profile(self, answers: Mapping[str, str]) -> Profile:
        """What a learner's answers, one a case, come from.

        Cases of another bank, and answers that cannot be read, tell nothing.
        """
        told = {case: text for case, text in answers.items() if case in self.items and not _unread(text)}
        if not told:
            return Profile()
        columns = [self.columns[case] for case in told]
        given = np.array([self.code(case, text) for case, text in told.items()])
        said = self.table[:, columns]
        same = said == given
        score = same.sum(axis=1) - WORTH * np.array([len(rules) for rules in self.hypotheses])
        best = int(np.argmax(score))
        found = sorted(
            (self._belief(id, best, said, same) for id in self.hypotheses[best]),
            key=lambda b: (not b.held, -b.hits, b.id),
        )
        wrong = (given != 0) & ~same[best]
        left = [
            case
            for case, off in zip(told, wrong, strict=True)
            if off and not self.items[case].grade(told[case]).misconceptions
        ]
        return Profile(tuple(found), tuple(left))

    def _belief(self, id: str, best: int, said: np.ndarray, same: np.ndarray) -> Belief:
        """How often one wrong rule of the best guess showed, where it makes a difference to what the others
        give."""
        rest = tuple(other for other in self.hypotheses[best] if other != id)
        differs = said[best] != said[self.place[rest]]
        alike = []
        for other in MISCONCEPTIONS:
            swapped = self.place.get(tuple(sorted((*rest, other), key=list(MISCONCEPTIONS).index)))
            if other != id and swapped is not None and (said[swapped] == said[best]).all():
                alike.append(other)
        return Belief(id, int((same[best] & differs).sum()), int(differs.sum()), tuple(alike))


def _said(case: str, item: Item, rules: Rules, codes: dict[tuple[str, Same | str], int]) -> int:
    """What a rulebook with these rules swapped answers to a case, as a number; a new answer gets the next
    one."""
    if item.note.action == "out-of-scope":
        return SILENT
    if not rules:
        return 0
    key = wrongly_filed(item, book_of(rules))
    return 0 if key is None else codes.setdefault((case, key), len(codes) + 1)


@lru_cache(maxsize=8192)
def book_of(rules: Rules) -> Rulebook:
    """The rulebook with these misconceptions' rules swapped. Raises KeyError for an unknown id."""
    return RULEBOOK.swap({rule: swap for id in rules for rule, swap in MISCONCEPTIONS[id].swaps.items()})


def _unread(text: str) -> bool:
    answer = read(text)
    return bool(answer.error) or answer.blank
