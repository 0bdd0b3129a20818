"""Choose the short charts of the book from a pool made up by chance, and print the list of them.

    python tools/choose_shorts.py [--pool 1500] [--number 60] [--seed 1] > src/casebook/data/shorts.toml

Chosen greedily: every wrong rule is to show on seven charts where it can, cases and short ones together, and
on three short ones; then every two rules are to be told apart by three. Nothing that rests on a doubtful
rule, or has more than one accepted claim, is in the pool. Answers that were kept were given to an edition of
these charts: choose anew only with a reason.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from random import Random

import numpy as np

from casebook.cases import beyond, library, load
from casebook.cases.shorts import Short, case, doubtful
from casebook.errors import CasebookError
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.practice.tutor import Row, row
from casebook.testing.shorts import draw

HEAD = "# The short charts of the book, chosen by tools/choose_shorts.py and told by cases/shorts.py."
OPPORTUNITIES, SHORT_ONES, APART = 7, 3, 3


def pool(number: int, rng: Random) -> Iterator[tuple[Short, Row]]:
    """So many short charts of different operations, with what each wrong rule answers."""
    seen: set[str] = set()
    while len(seen) < number:
        short = draw(rng)
        operation = repr(
            (short.sites, short.beside, short.approach, short.follows, short.surgeon, short.unusual)
        )
        try:
            made = case(short)
        except CasebookError:  # two acts at one end, or the like
            continue
        if operation not in seen and not doubtful(made):
            seen.add(operation)
            yield short, row(made.item)


def codes(rows: list[Row], rules: list[str]) -> np.ndarray:
    """What each rule answers to each item: 0 is right, else the number of its wrong answer; the last row is
    who holds none."""
    table = np.zeros((len(rules) + 1, len(rows)), int)
    place = {rule: i for i, rule in enumerate(rules)}
    for j, answers in enumerate(rows):
        for number, held in enumerate(answers.values(), 1):
            for rule in held:
                table[place[rule], j] = number
    return table


def choose(made: list[Row], cases: list[Row], number: int, cost: np.ndarray) -> list[int]:
    """The places of those chosen."""
    rules = list(MISCONCEPTIONS)
    ours, theirs = codes(made, rules), codes(cases, rules)
    one, other = np.triu_indices(len(rules) + 1, 1)
    apart = ours[one] != ours[other]
    told = (theirs[one] != theirs[other]).sum(1)
    shows = ours[:-1] > 0
    short_ones = np.zeros(len(rules), int)
    before = (theirs[:-1] > 0).sum(1)
    chosen: list[int] = []
    for _ in range(number):
        lacking = (short_ones < SHORT_ONES) * 4.0 + (before + short_ones < OPPORTUNITIES) * 2.0
        gain = lacking @ shows + 0.05 * (told < APART).astype(float) @ apart
        gain = gain / cost
        gain[chosen] = -1
        best = int(gain.argmax())
        chosen.append(best)
        told += apart[:, best]
        short_ones += shows[:, best]
    return chosen


def main() -> None:
    """Choose and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pool", type=int, default=1500)
    parser.add_argument("--number", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    made = list(pool(args.pool, Random(args.seed)))
    out = {path.stem for path in beyond()}
    cases = [row(load(path).item) for path in library() if path.stem not in out]
    cost = np.array([2 + len(short.sites) + 0.5 * len(short.beside) for short, _ in made])
    chosen = choose([answers for _, answers in made], cases, args.number, cost)
    print(HEAD)
    for place in chosen:
        print("\n[[short]]")
        for name, value in made[place][0].as_row().items():
            print(f"{name} = {json.dumps(value)}")
    print(f"{len(chosen)} chosen of {len(made)}", file=sys.stderr)


if __name__ == "__main__":
    main()
