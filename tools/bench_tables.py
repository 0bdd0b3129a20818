"""Measure the verdicts made beforehand: their weight, what a full grade costs, and how many first answers are
found in them.

  python tools/bench_tables.py          all cases, answers of simulated learners
  python tools/bench_tables.py FILE     the share of a file of lines `case<TAB>answer`; # begins a comment
"""

import contextlib
import gzip
import json
import pathlib
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from casebook.cases import library, load  # noqa: E402
from casebook.grading import Item  # noqa: E402
from casebook.grading.feedback import result  # noqa: E402
from casebook.grading.misconceptions import MISCONCEPTIONS  # noqa: E402
from casebook.practice.likely import likely_answers  # noqa: E402
from casebook.quiz import verdicts  # noqa: E402
from casebook.testing.learners import book_of, learner  # noqa: E402
from tools.bench import CASE, OTHER, Counting, chromium  # noqa: E402

LEARNERS = 60  # made up, each with two wrong rules
SLIPS = 0.25  # of their answers; not what anything here was ranked by


def shares(answers: Iterable[tuple[str, str]], tables: dict[str, dict[str, Any]]) -> Counter[bool]:
    """How many of these answers to cases are found, and how many are not; those are printed."""
    told: Counter[bool] = Counter()
    missed: Counter[tuple[str, str]] = Counter()
    for case, answer in answers:
        there = verdicts.found(tables[case], answer) is not None
        told[there] += 1
        if not there:
            missed[case, answer] += 1
    for (case, answer), times in missed.most_common(40):
        print(f"    not found: {case}: {answer}{f' ({times} times)' if times > 1 else ''}")
    return told


def simulated(items: list[Item]) -> list[tuple[str, str]]:
    """First answers of learners with two wrong rules each."""
    rng = random.Random(44121)
    rows = []
    for _ in range(LEARNERS):
        rules = rng.sample(sorted(MISCONCEPTIONS), 2)
        rows += learner(items, book_of(rules), rng, slips=SLIPS)
    return [(row["case"], row["answer"]) for row in rows]


def of_file(name: str) -> list[tuple[str, str]]:
    """The answers of a file."""
    lines = (line for line in pathlib.Path(name).read_text("utf-8").splitlines() if line and line[0] != "#")
    return [(case.strip(), answer) for case, answer in (line.split("\t", 1) for line in lines)]


#: A line in bits a second and seconds, how much slower the page's processor is made, and the aim in seconds.
LINES = {
    "10 Mbit/s and 40 ms": (10e6, 0.04, 1, 0.4),
    "1.6 Mbit/s and 150 ms": (1.6e6, 0.15, 1, 0.8),
    "a quarter of the processor's speed": (0.0, 0.0, 4, 0.5),
}
TOUCHED = """(text) => new Promise((done) => {
  const field = document.querySelector(".casebook-quiz textarea[name=claim]");
  const status = document.querySelector(".casebook-status");
  const began = performance.now();
  new MutationObserver(() => status.dataset.verdict && done(performance.now() - began))
    .observe(status, { attributes: true });
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  document.querySelector(".casebook-check").click();
})"""  # the first touch, the typing and the check at once


def on_a_line(times: int = 5) -> None:
    """From the first touch to the verdict of a likely answer, in a real browser with an empty cache."""
    with contextlib.closing(Counting()) as site, chromium() as browser:
        for what, (bits, delay, slower, aim) in LINES.items():
            taken, second, moved = [], [], []
            for _ in range(times):
                context = browser.new_context()
                page = context.new_page()
                site.speed = site.delay = 0.0
                page.goto(f"{site.address}/cases/{CASE}.html", wait_until="load")
                if slower > 1:
                    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
                page.wait_for_timeout(300)
                site.speed, site.delay, site.quiz = bits / 8, delay, 0
                taken.append(page.evaluate(TOUCHED, "44120; 44121 x2"))
                moved.append(site.quiz)
                site.speed = site.delay = 0.0
                page.goto(f"{site.address}/cases/{OTHER}.html", wait_until="load")
                second.append(page.evaluate(TOUCHED, "44120"))
                context.close()
            print(
                f"  first touch to a likely answer's verdict, {what}: {statistics.median(taken) / 1e3:.2f} s"
                f"   (aim: {aim} s); {max(moved) / 1e3:.0f} kB moved (aim: 60 kB);"
                f" a second case, line free: {statistics.median(second) / 1e3:.2f} s (aim: 0.15 s)",
                flush=True,
            )


def say(what: str, told: Counter[bool], aim: str) -> None:
    """One line of the table."""
    print(f"  {what}: {told[True] / max(1, told.total()):.1%} of {told.total():,}   (aim: {aim})", flush=True)


def main() -> None:
    """Print the table."""
    pages = {path.stem: load(path).page() for path in library()}
    if sys.argv[1:]:
        answers = of_file(sys.argv[1])
        tables = {case: verdicts.table(pages[case]) for case in {case for case, _ in answers}}
        say("answers of the file that are found", shares(answers, tables), "85%")
        return
    began = time.process_time()
    tables = {case: verdicts.table(page) for case, page in pages.items()}
    taken = time.process_time() - began
    sizes = sorted(len(gzip.compress(json.dumps(table).encode())) for table in tables.values())
    counts = [len(table["answers"]) for table in tables.values()]
    print(f"  {len(tables)} tables in {taken:.0f} s of one processor")
    print(f"  answers in a table: {min(counts)} to {max(counts)}, median {statistics.median(counts):.0f}")
    low, middle, high = (size / 1e3 for size in (sizes[0], sizes[len(sizes) // 2], sizes[-1]))
    print(f"  packed: {low:.1f} to {high:.1f} kB, median {middle:.1f}")
    times = []
    for page in list(pages.values())[::5]:
        item = Item.read(page)
        for answer in likely_answers(item):
            began = time.process_time()
            result(item.grade(answer))
            times.append(time.process_time() - began)
    print(
        f"  a full grade with its change: median {statistics.median(times) * 1e3:.1f} ms,"
        f" mean {statistics.mean(times) * 1e3:.1f} ms   (aim: 10 ms)"
    )
    on_a_line()
    items = [Item.read(page) for page in pages.values()]
    say("first answers found, learners with two wrong rules", shares(simulated(items), tables), "92%")


if __name__ == "__main__":
    main()
