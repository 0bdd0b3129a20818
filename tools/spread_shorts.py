"""Give every brief chart the seed with which it says least that another one says, and print the whole list.

    python tools/spread_shorts.py [--seeds 4000] > shorts.toml

A reader meets many of them in a row, and a sentence met again is skimmed. Of the seeds with which a chart
stays short and begins no two sentences alike, each chart in its turn takes the best beside those that the
others have, until none finds a better one. What differs in the lesion or the thread alone counts most: it is
the template that a reader sees.
"""

import argparse
import pathlib
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from casebook.cases.shorts import PLAIN, Short, all_words, case, shorts  # noqa: E402
from casebook.testing.shorts import sentences  # noqa: E402
from tools.choose_shorts import show  # noqa: E402

WORDS = 99  # of a chart at most, its headings with it
OTHERWISE = 1.5  # what a sentence counts that differs from another one in its lesion or thread alone
ROW = 0.3  # what a row of pathology counts

Said = tuple[frozenset[str], frozenset[str], frozenset[str]]  # sentences, the same without lesions, rows


def lesions() -> re.Pattern[str]:
    """What was wrong in a piece, what it was sewn with and why it was not, in any of the words for it."""
    words = all_words()
    said = [*words["threads"][PLAIN], *(why[PLAIN] for why in words["unsafe"].values() if PLAIN in why)]
    for why in words["reasons"].values():
        said += why["one"] + why["next"] + why["two"]
    return re.compile("|".join(map(re.escape, sorted(said, key=len, reverse=True))), re.IGNORECASE)


def candidates(short: Short, seeds: int, varying: re.Pattern[str]) -> Iterator[tuple[Short, Said]]:
    """The chart with those of the seeds with which it is short, and begins no two sentences alike."""
    for seed in range(seeds):
        one = replace(short, seed=seed)
        text = case(one).unmarked
        said = sentences(text)
        begun = [" ".join(sentence.split()[:2]) for sentence in said]
        if len(text.replace("#", " ").split()) <= WORDS and len(set(begun)) == len(begun):
            rows = re.findall(r"[^.]+\.", text.partition("## Pathology")[2])
            yield (
                one,
                (
                    frozenset(said),
                    frozenset(varying.sub("_", sentence) for sentence in said),
                    frozenset(re.sub(r"\d+", "_", row) for row in rows),
                ),
            )


def cost(said: Said, others: tuple[Counter[str], ...]) -> float:
    """How much of a chart the others say."""
    weights = (1.0, OTHERWISE, ROW)
    return sum(
        weight * sum(counted[each] for each in kind)
        for weight, kind, counted in zip(weights, said, others, strict=True)
    )


def spread(charts: list[list[tuple[Short, Said]]]) -> list[int]:
    """Which candidate each chart takes."""
    taken = [0] * len(charts)
    counted = tuple(Counter[str]() for _ in range(3))

    def count(chart: int, by: int) -> None:
        for counter, kind in zip(counted, charts[chart][taken[chart]][1], strict=True):
            counter.update(dict.fromkeys(kind, by))

    for chart in range(len(charts)):
        count(chart, 1)
    before: list[int] = []
    while taken != before:
        before = list(taken)
        for chart, each in enumerate(charts):
            count(chart, -1)
            costs = [cost(said, counted) for _, said in each]
            if min(costs) < costs[taken[chart]]:
                taken[chart] = costs.index(min(costs))
            count(chart, 1)
    return taken


def main() -> None:
    """Spread and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=4000)
    args = parser.parse_args()
    varying = lesions()
    brief = {place: short for place, short in enumerate(shorts()) if short.brief}
    charts = [list(candidates(short, args.seeds, varying)) for short in brief.values()]
    if not all(charts):
        sys.exit("A chart is short with none of these seeds: try more of them.")
    listed = list(shorts())
    for place, each, which in zip(brief, charts, spread(charts), strict=True):
        listed[place] = each[which][0]
    show(listed)


if __name__ == "__main__":
    main()
