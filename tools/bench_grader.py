"""Measure the grader: importing it, deriving a claim, grading first and again, scrubbing, a class of answers;
slips; and what a score is worth that was had without reading.

Every figure of one run comes from this machine in this run; compare them with one another, not with other
machines.
"""

import pathlib
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from casebook.cases import library, load  # noqa: E402
from casebook.coding.edits import scrub  # noqa: E402
from casebook.coding.rules import derive  # noqa: E402
from casebook.grading import Item  # noqa: E402
from casebook.grading.feedback import result  # noqa: E402
from casebook.practice.likely import candidate_answers  # noqa: E402
from tests.guessing import FOLDS, SEEDS, WORDS, Guesser  # noqa: E402
from tests.slips import Tally, everything  # noqa: E402

CLASS = 100_000  # answers


def seconds(work: Callable[[], object], times: int = 5) -> float:
    """The median of several runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def say(what: str, figure: str, aim: str = "") -> None:
    """One line of the table."""
    print(f"  {what:58} {figure:>14}   {aim}", flush=True)


def main() -> None:
    """Print the table."""
    print("The grader, in this run on this machine")
    for what, code in (
        ("start of Python alone", "pass"),
        ("the same and the core imported", "import casebook.grading"),
    ):
        run = partial(subprocess.run, [sys.executable, "-c", code], check=True)
        say(what, f"{seconds(run) * 1e3:.0f} ms")
    inside = "import time; t = time.perf_counter(); import casebook.grading; print(time.perf_counter() - t)"
    taken = [
        float(
            subprocess.run([sys.executable, "-c", inside], capture_output=True, check=True, text=True).stdout
        )
        for _ in range(5)
    ]
    say("importing the core", f"{statistics.median(taken) * 1e3:.0f} ms", "aim: under 50 ms")
    pages = [load(path).page() for path in library()]
    operations = [op for page in pages for op in Item.read(page).note.readings]
    say(
        "deriving a claim",
        f"{seconds(lambda: [derive(op) for op in operations]) / len(operations) * 1e6:.0f} us",
    )
    answers = {page["id"]: candidate_answers(page) for page in pages}

    def first() -> list[float]:
        taken = []
        for page in pages:
            for answer in answers[page["id"]]:
                item = Item.read(page)
                start = time.perf_counter()
                item.grade(answer)
                taken.append(time.perf_counter() - start)
        return taken

    say(
        "grading an answer to a case never seen before",
        f"{statistics.median(first()) * 1e3:.1f} ms",
        "aim: 2 ms",
    )
    warm = Item.read(pages[0])
    again = answers[pages[0]["id"]]
    for answer in again:
        warm.grade(answer)
    say(
        "grading an answer again",
        f"{seconds(lambda: [warm.grade(a) for a in again * 100]) / len(again) / 100 * 1e6:.1f} us",
        "aim: 20 us",
    )
    full = warm.grade(again[-2])
    say("the same written out in full as JSON's dict", f"{seconds(lambda: result(full)) * 1e6:.0f} us")
    claim = Item.read(pages[3]).diagnosis.targets[0].lines
    say("scrubbing a claim", f"{seconds(lambda: [scrub(claim) for _ in range(1000)]) / 1000 * 1e6:.0f} us")
    chance = random.Random(44121)
    items = [(Item.read(page), answers[page["id"]]) for page in pages]
    room = [(item, chance.choice(mine)) for item, mine in (chance.choice(items) for _ in range(CLASS))]
    start = time.perf_counter()
    for item, answer in room:
        item.grade(answer)
    say(
        f"grading {CLASS:,} answers of a class, one process",
        f"{time.perf_counter() - start:.2f} s",
        "aim: 2 s",
    )
    guesser = Guesser.of_the_bank()
    mean, answer = guesser.constant()
    say(f"mean score of the best constant answer, {answer}", f"{mean:.3f}", "aim: at most 0.35")
    for seed in SEEDS:
        what = f"a list of {WORDS} words and a default, {FOLDS} folds, seed {seed}"
        say(what, f"{guesser.listed(seed):.3f}", "aim: at most 0.45")
    tally = Tally()
    for name, item in everything():
        tally.add(name, item)
    say(
        "answers one slip from the key that are explained",
        f"{tally.share:.1%}",
        f"of {tally.total.total():,}; aim: 90%",
    )
    for left in tally.rest:
        print(f"    not explained: {left}")


if __name__ == "__main__":
    main()
