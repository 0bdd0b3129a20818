"""What a room is shown when a vote is revealed: bars of answers with what each amounts to, one bar an answer,
each person once; the expected claim, the sentences that settle it, and the picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from casebook.cases import Case
from casebook.classroom.again import Gain, gain
from casebook.grading import expected
from casebook.grading.feedback import headline, in_short
from casebook.grading.worked import worked
from casebook.practice import diagram
from casebook.practice.responses import counted_as
from casebook.quiz.chart import chart_html


@dataclass(frozen=True)
class Verdict:
    """What is said of one answer: the verdict, its words, and in short why: that a question comes first, or
    the rules that the answer comes from."""

    verdict: str
    headline: str
    amounts: str


@dataclass(frozen=True)
class Bar:
    """One answer, how many people gave it, and how many in the vote before (None where there was none)."""

    answer: str
    people: int
    before: int | None
    told: Verdict


@dataclass(frozen=True)
class Revealed:
    """All that is shown of a vote after the reveal; `gain` where the room had voted before."""

    bars: tuple[Bar, ...]
    gain: Gain | None
    expected: str
    settles: tuple[str, ...]
    why: tuple[str, ...]
    pictures: tuple[Mapping[str, str], ...]


class Teller:
    """Says what is said of one case. What was worked out is kept, since a room gives few answers."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._verdicts: dict[str, Verdict] = {}

    @cached_property
    def chart(self) -> str:
        """The chart as HTML, without the names of the marks that say which words decide."""
        return chart_html(self.case, ids=False).html

    @cached_property
    def expected(self) -> str:
        """What we would file, as one would type it."""
        return expected(self.case.item)

    def verdict(self, answer: str) -> Verdict:
        """What is said of one answer, as typed."""
        counted = counted_as(answer)
        if counted not in self._verdicts:
            grade = self.case.item.grade(counted)
            self._verdicts[counted] = Verdict(grade.verdict, headline(grade), in_short(grade))
        return self._verdicts[counted]

    def revealed(
        self, now: Mapping[str, int], moves: Mapping[tuple[str, str], int] | None = None
    ) -> Revealed:
        """Word a vote: `now` is how many people gave which answer, as typed; `moves`, where they had voted
        before, how many went from which answer to which, "" for none."""
        mine, then = _alike(now.items()), None
        if moves is not None:
            then = _alike((before, people) for (before, _), people in moves.items() if before)
        answers = sorted({*mine, *(then or ())}, key=lambda answer: (-mine[answer], answer))
        bars = tuple(
            Bar(answer, mine[answer], None if then is None else then[answer], self.verdict(answer))
            for answer in answers
        )
        parts = worked(self.case.page())["parts"]
        pictures = tuple(diagram.beside(self.case.item, "")["operated"])
        moved = None if moves is None else gain(moves, lambda text: self.verdict(text).verdict == "correct")
        return Revealed(bars, moved, self.expected, _said(parts, "settles"), _said(parts, "why"), pictures)


def _said(parts: list[Any], kind: str) -> tuple[str, ...]:
    return tuple(row["says"] for part in parts if part["kind"] == kind for row in part["rows"])


def _alike(counts: Iterable[tuple[str, int]]) -> Counter[str]:
    """The same claim is one answer, however it was typed."""
    together: Counter[str] = Counter()
    for text, people in counts:
        together[counted_as(text)] += people
    return together
