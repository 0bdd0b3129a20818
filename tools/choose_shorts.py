"""Choose the short charts of the book from a pool made up by chance, and print the list of them.

    python tools/choose_shorts.py [--pool 1500] [--number 60] [--seed 1] [--but 16 42] [--wide] > shorts.toml

Those that the book has stay in their places, since answers that were kept name them; the places named in
`--but` are given to others, and what `--number` lacks is added at the end. Chosen greedily: every wrong rule
is to show on seven charts where it can, cases and short ones together, and on three short ones; then every
two rules are to be told apart by three, those often held before the rest. Nothing that rests on a doubtful
rule or on a measure of the book's own, or has more than one accepted claim, is in the pool; nor is a stoma
closed where a colostomy is made, which only the manual settles: the book has one, chosen by hand.

With `--wide`, those that are lacking are charts on which many rules show: after a slip any rule may be held
that the answers before did not show, and a few questions are to find it. A rule counts by how likely it is
that a slip came before it showed, and by its share of the answer that it gives: what siblings answer alike
tells little.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from random import Random

import numpy as np

from casebook.cases import beyond, library, load
from casebook.cases.shorts import ONE_PLACE, Short, case, shorts
from casebook.errors import CasebookError
from casebook.grading.doubt import rests_on_doubt
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.practice.tutor import SLIP, SLIPPED, Row, how_often, row
from casebook.testing.shorts import draw, draw_wide

HEAD = """# The short charts of the book, chosen by tools/choose_shorts.py and told by cases/shorts.py.
# Charts that held more acts than one operation does were pared down by hand afterwards. Those in the plain
# voice, at the end, were written by hand for who begins: each needs no more than the first chapters teach.
# Last come, by hand too, those that leave open what became of two ends, for who has read on."""
OPPORTUNITIES, SHORT_ONES, APART = 7, 3, 3
AGAIN = 0.6  # what one more wide chart on which a rule shows is worth, of the one before
ALONE = 3  # the power of a rule's share of its answer


def pool(number: int, rng: Random, draw: Callable[[Random], Short] = draw) -> Iterator[tuple[Short, Row]]:
    """So many short charts of different operations, with what each wrong rule answers."""
    seen: set[str] = set()
    while len(seen) < number:
        short = draw(rng)
        if sum(site.done in ONE_PLACE for site in short.sites) > 1:  # of such a place one in a chart
            continue
        operation = repr(
            (short.sites, short.beside, short.approach, short.follows, short.surgeon, short.unusual)
        )
        try:
            made = case(short)
        except CasebookError:  # two acts at one end, or the like
            continue
        if operation not in seen and "loop colostomy" not in short.acts and not rests_on_doubt(made.note):
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


def choose(made: list[Row], cases: list[Row], kept: list[Row], number: int, cost: np.ndarray) -> list[int]:
    """The places in `made` of those chosen beside the kept."""
    rules = list(MISCONCEPTIONS)
    ours, theirs, stay = codes(made, rules), codes(cases, rules), codes(kept, rules)
    one, other = np.triu_indices(len(rules) + 1, 1)
    apart = ours[one] != ours[other]
    told = (theirs[one] != theirs[other]).sum(1) + (stay[one] != stay[other]).sum(1)
    often = np.array([*(how_often(rule) for rule in rules), how_often(rules[0])])
    weight = often[one] * often[other] / often.mean() ** 2
    shows = ours[:-1] > 0
    short_ones = (stay[:-1] > 0).sum(1)
    before = (theirs[:-1] > 0).sum(1)
    chosen: list[int] = []
    for _ in range(number):
        lacking = (short_ones < SHORT_ONES) * 4.0 + (before + short_ones < OPPORTUNITIES) * 2.0
        gain = lacking @ shows + 0.05 * ((told < APART) * weight) @ apart
        gain = gain / cost
        gain[chosen] = -1
        best = int(gain.argmax())
        chosen.append(best)
        told += apart[:, best]
        short_ones += shows[:, best]
    return chosen


def choose_wide(made: list[Row], cases: list[Row], number: int) -> list[int]:
    """The places in `made` of those on which the most rules show that a slip comes before."""
    often = {rule: how_often(rule) for rule in MISCONCEPTIONS}
    told = codes(cases, list(often))[:-1] > 0
    slip = SLIP * SLIPPED[2]
    first = slip / (slip + (1 - SLIP) * told.mean(1)) * np.array(list(often.values()))
    place = {rule: i for i, rule in enumerate(often)}
    shows = np.zeros((len(made), len(often)))
    for chart, answers in enumerate(made):
        for held in answers.values():
            for rule in held:
                shows[chart, place[rule]] = (often[rule] / sum(often[each] for each in held)) ** ALONE
    chosen: list[int] = []
    for _ in range(number):
        worth = shows @ (first * AGAIN ** shows[chosen].sum(0))
        worth[chosen] = -1
        chosen.append(int(worth.argmax()))
    return chosen


def show(listed: Iterable[Short]) -> None:
    """Print the list of them."""
    print(HEAD)
    for short in listed:
        print("\n[[short]]")
        for name, value in short.as_row().items():
            print(f"{name} = {json.dumps(value)}")


def main() -> None:
    """Choose and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pool", type=int, default=1500)
    parser.add_argument("--number", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--but", type=int, nargs="*", default=(), metavar="PLACE")
    parser.add_argument("--wide", action="store_true")
    args = parser.parse_args()
    book = [None if place in args.but else short for place, short in enumerate(shorts(), 1)]
    made = list(pool(args.pool, Random(args.seed), draw_wide if args.wide else draw))
    out = {path.stem for path in beyond()}
    cases = [row(load(path).item) for path in library() if path.stem not in out]
    cost = np.array([2 + len(short.sites) + 0.5 * len(short.beside) for short, _ in made])
    kept = [row(case(short).item) for short in book if short]
    lacking = args.number - len(kept)
    rows = [answers for _, answers in made]
    chosen = choose_wide(rows, cases, lacking) if args.wide else choose(rows, cases, kept, lacking, cost)
    new = iter([made[place][0] for place in chosen])
    show([each or next(new) for each in book] + list(new))
    print(f"{len(chosen)} chosen of {len(made)}", file=sys.stderr)


if __name__ == "__main__":
    main()
