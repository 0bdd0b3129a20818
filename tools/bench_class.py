"""Measure the class report: what it finds of planted wrong rules, how long it takes, how much memory; beside
otter-grader in the same run.

    python tools/bench_class.py

1,000 made-up learners answer 50 cases each. They hold one or two wrong rules and slip in a tenth of their
answers; a fifth of them follow rules that the rulebook does not know, and a fifth hold none. otter-grader
grades one notebook with one question, in an environment of its own in .cache.
"""

import json
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
OTTER = "otter-grader==7.0.0"
LEARNERS, CASES = 1000, 50
TEST = """OK_FORMAT = True
case = {"code": ">>> answers['alder'] == '44120; 44121'\\nTrue", "hidden": False, "locked": False}
test = {"name": "q1", "points": 1, "suites": [{"cases": [case],
    "scored": True, "setup": "", "teardown": "", "type": "doctest"}]}
"""


def report() -> float:
    """Print what the report finds, and give its seconds for one learner."""
    from tests.planted import planted

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = planted(LEARNERS, CASES, seed=2026)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"class report, {LEARNERS} made-up learners x {CASES} cases, 10 % slips, a fifth with rules that the"
        " rulebook does not know, a fifth with none:"
    )
    print(
        f"  planted and identifiable  {found.identifiable}, found {found.found}"
        f" ({100 * found.found / found.identifiable:.1f} %; aim 90)"
    )
    print(
        f"  reported as held          {found.reported}, false {found.false}"
        f" ({100 * found.false / found.reported:.1f} %; aim at most 5)"
    )
    print(
        f"  hold no rule              {found.steady}, called holders {found.steady_taken}"
        f" ({100 * found.steady_taken / max(1, found.steady):.1f} %; aim at most 2)"
    )
    print(
        f"  unknown rules             {found.strangers}, with unexplained answers {found.strangers_flagged},"
        f" taken for known {found.strangers_taken}"
    )
    print(
        f"  time                      {found.seconds:.1f} s for {found.answers} answers,"
        f" {1e6 * found.seconds / found.answers:.0f} us each"
    )
    print(f"  memory                    {memory:.0f} MB at most, {before:.0f} MB before")
    return float(found.seconds / LEARNERS)


def named() -> None:
    """Print how often a rule that is held is named, by how many cases were answered."""
    from random import Random

    from casebook.classroom.beliefs import Bank
    from casebook.classroom.tables import cohort, frame_of, shipped
    from casebook.grading.misconceptions import MISCONCEPTIONS
    from casebook.testing.learners import book_of, learner
    from tests.planted import handed_in

    items = list(Bank.of(shipped()).items.values())
    for number in (10, 20, 40, len(items)):
        rng, holds, rows = Random(number), {}, []
        for n in range(400):
            name, rules = f"made-up-{n:03}", () if n % 4 == 0 else (rng.choice(list(MISCONCEPTIONS)),)
            holds[name] = set(rules)
            given = learner(rng.sample(items, number), book_of(rules), rng)
            rows += handed_in(name, given)
        told = cohort(frame_of(rows)).learners
        found = false = none = 0
        for name, row in told.iterrows():
            none += not holds[name] and bool(row["holds"])
            blamed = [{id, *row["or"].get(id, ())} for id in row["holds"]]
            found += any(holds[name] & each for each in blamed)
            false += any(not holds[name] & each for each in blamed)
        print(
            f"  after {number} cases            {100 * found / 300:.0f} % of 300 who hold a rule are named"
            f" for it; {false} of 400 for another, {none} of 100"
            " who hold none"
        )


def otter() -> float:
    """Seconds that otter-grader takes for one submission of one question: the median of three."""
    home = ROOT / ".cache" / OTTER.replace("==", "-")
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python)]
        subprocess.run([*uv, OTTER, "ipykernel", "setuptools"], check=True, capture_output=True)
        (home / "ready").touch()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        (work / "tests").mkdir()
        (work / "tests" / "q1.py").write_text(TEST, "utf-8")
        sources = (
            "import otter\ngrader = otter.Notebook()",
            "answers = {'alder': '44120; 44121'}",
            "grader.check('q1')",
        )
        cells: list[dict[str, object]] = [
            {
                "cell_type": "code",
                "id": f"c{i}",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": s,
            }
            for i, s in enumerate(sources)
        ]
        kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
        (work / "sub.ipynb").write_text(
            json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}), "utf-8"
        )
        command = home / "bin" / "otter"
        subprocess.run([command, "generate", "--no-environment"], cwd=work, check=True, capture_output=True)
        times = []
        for _ in range(3):
            start = time.perf_counter()
            done = subprocess.run(
                [command, "run", "-a", "autograder.zip", "sub.ipynb"],
                cwd=work,
                check=True,
                capture_output=True,
                text=True,
            )
            times.append(time.perf_counter() - start)
            assert "100.000%" in done.stdout, done.stdout
    return statistics.median(times)


def main() -> None:
    """Print the figures."""
    mine = report()
    named()
    theirs = otter()
    print(
        f"  a learner's {CASES} answers     {1000 * mine:.1f} ms; {OTTER} one notebook of one question"
        f" {theirs:.1f} s: {theirs / mine:.0f} times as long"
    )


if __name__ == "__main__":
    main()
