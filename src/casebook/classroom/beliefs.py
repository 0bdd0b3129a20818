"""Which wrong rules a learner's answers to many cases come from, as far as they can tell.

The inference is the tutor's (`practice.tutor`): a wrong rule is called *held* only where it showed on two
different charts and the answers as a whole leave little else. Who holds two is asked twice: what the first
one gives is laid aside, and the rest is read again. Answers that no rule gives stay unexplained: whoever
follows a rule that this casebook does not know is told from one who follows a known rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from casebook.coding.typed import read
from casebook.grading import Item
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.practice.bank import Page, graded_item
from casebook.practice.editions import to_earlier
from casebook.practice.tutor import Row, Tutor, row, rules_of, told_apart

Rules = tuple[str, ...]


@dataclass(frozen=True)
class Belief:
    """A wrong rule that answers point to: shown in `hits` of the `chances` it had.

    `alike` are those that the answers do not tell from it. `held` says whether the answers are enough to say
    so.
    """

    id: str
    hits: int
    chances: int
    alike: Rules = ()
    held: bool = True


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
    """Cases as a class answers them, by their ids; what every wrong rule says of each is worked out once."""

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

    @property
    def table(self) -> Mapping[str, Row]:
        """The tutor's table of these cases."""
        self.prepare()
        found: dict[str, Row] = vars(self)["_worked"]
        return found

    @cached_property
    def shows(self) -> dict[str, frozenset[str]]:
        """The cases on which each wrong rule shows."""
        shown = {case: rules_of(answers) for case, answers in self.table.items()}
        return {id: frozenset(case for case, rules in shown.items() if id in rules) for id in MISCONCEPTIONS}

    def prepare(self, progress: Callable[[Iterable[Any]], Iterable[Any]] = iter) -> None:
        """Work the table out now, which takes some seconds; `progress` wraps the walk over the cases, as tqdm
        does."""
        if "_worked" not in vars(self):
            vars(self)["_worked"] = {case: row(item) for case, item in progress(list(self.items.items()))}

    def profile(self, answers: Mapping[str, str]) -> Profile:
        """What a learner's answers, one a case, come from.

        Cases of another bank, and answers that cannot be read, tell nothing.
        """
        told = {case: text for case, text in answers.items() if case in self.items and not _unread(text)}
        wrong = self._wrong(told)
        rules = list(MISCONCEPTIONS)
        left, beliefs = list(told), list[Belief]()
        while named := (tutor := self._tutor(left, wrong, rules)).named:
            beliefs.append(self._belief(named, told, wrong))
            left = [case for case in left if named[0] not in self._given(case, wrong)]
            rules = [id for id in rules if id not in named]
        if (likeliest := tutor.likeliest) is not None:
            beliefs.append(self._belief((likeliest,), told, wrong, held=False))
        explained = {id for belief in beliefs for id in (belief.id, *belief.alike)}
        unexplained = (
            case
            for case in wrong
            if not explained & self._given(case, wrong)
            and not self.items[case].grade(told[case]).misconceptions
        )
        return Profile(tuple(beliefs), tuple(unexplained))

    def _wrong(self, told: Mapping[str, str]) -> dict[str, str]:
        """The wrong answers as the table writes them, one in which something else is off too as that of the
        rule that its verdict names."""
        met, wrong = Tutor(self.table), {}
        for case, text in told.items():
            if right := self._right(case, text):
                met.answered(case, right, "")
            else:
                wrong[case] = told_apart(self.items[case], text, self.table[case], met)
                met.answered(case, right, wrong[case])
        return wrong

    def _right(self, case: str, text: str) -> bool:
        return self.items[case].grade(text).verdict == "correct"

    def _given(self, case: str, wrong: Mapping[str, str]) -> set[str]:
        """The rules that give a learner's answer to a case."""
        return set(self.table[case].get(wrong[case], ())) if case in wrong else set()

    def _tutor(self, cases: Sequence[str], wrong: Mapping[str, str], rules: Sequence[str]) -> Tutor:
        tutor = Tutor({case: self.table[case] for case in cases}, rules)
        for case in cases:
            tutor.answered(case, case not in wrong, wrong.get(case, ""))
        return tutor

    def _belief(
        self, named: Rules, told: Mapping[str, str], wrong: Mapping[str, str], held: bool = True
    ) -> Belief:
        """How often a wrong rule showed, where it could."""
        id, *alike = named
        hits = sum(id in self._given(case, wrong) for case in wrong)
        return Belief(id, hits, len(self.shows[id] & told.keys()), tuple(alike), held)


def _unread(text: str) -> bool:
    answer = read(text)
    return bool(answer.error) or answer.blank
