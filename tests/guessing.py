"""What a score is worth that was had without reading: one answer to every case, or a list of words to look
for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from statistics import mean

from casebook import cases
from casebook.grading import expected

WORDS = 11  # in a list, before its default
FOLDS = 5
LEAST = 8  # cases in which a word must stand: rarer ones learn cases by heart, and score less on others
SEEDS = (1, 2, 3)


@dataclass
class Guesser:
    """Every shipped case, the words of its chart, and the score of every answer that is the key of some
    case."""

    scores: list[dict[str, float]] = field(default_factory=list)
    words: list[frozenset[str]] = field(default_factory=list)

    @classmethod
    def of_the_bank(cls) -> "Guesser":
        loaded = [cases.load(path) for path in cases.library()]
        answers = sorted({expected(case.item) for case in loaded} | {"44120; 44121 x8"})
        scores = [{answer: case.item.grade(answer).score for answer in answers} for case in loaded]
        return cls(scores, [_words(case.unmarked) for case in loaded])

    def constant(self) -> tuple[float, str]:
        """The best mean that one answer to every case has, and the answer."""
        everywhere = range(len(self.scores))
        answer, total = self._best(everywhere)
        return total / len(self.scores), answer

    def listed(self, seed: int) -> float:
        """The mean score of a list of words learned on four fifths of the cases, on the other fifth."""
        order = list(range(len(self.scores)))
        Random(seed).shuffle(order)
        found = []
        for fold in range(FOLDS):
            asked = order[fold::FOLDS]
            learned = self._learn(set(order) - set(asked))
            found += [self.scores[i][self._say(learned, i)] for i in asked]
        return mean(found)

    def _best(self, where: Iterable[int]) -> tuple[str, float]:
        where = list(where)
        totals = {answer: sum(self.scores[i][answer] for i in where) for answer in self.scores[0]}
        return max(totals.items(), key=lambda each: (each[1], each[0]))

    def _learn(self, left: set[int]) -> list[tuple[str | None, str]]:
        """Words and what to answer where they stand, the one that gains most first, then the default."""
        stands: dict[str, set[int]] = {}
        for i in sorted(left):
            for word in self.words[i]:
                stands.setdefault(word, set()).add(i)
        rules: list[tuple[str | None, str]] = []
        while len(rules) < WORDS:
            default = self._best(left)[0]
            gains = {}
            for word, everywhere in stands.items():
                if len(mine := everywhere & left) >= LEAST:
                    answer, total = self._best(mine)
                    gains[total - sum(self.scores[i][default] for i in mine), word] = answer
            if not gains or max(gains)[0] <= 0:
                break
            _, word = best = max(gains)
            rules.append((word, gains[best]))
            left = left - stands[word]
        return [*rules, (None, self._best(left)[0])]

    def _say(self, learned: list[tuple[str | None, str]], i: int) -> str:
        return next(answer for word, answer in learned if word is None or word in self.words[i])


def _words(chart: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z][a-z-]+", chart.lower()))
