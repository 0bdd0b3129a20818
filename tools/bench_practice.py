"""Measure the tutor on learners made up by chance: how often a held wrong rule is named, and how often one is
named that is not held.

    python tools/bench_practice.py [--json] [--learners 400] [--seed 2026]

A learner slips in a tenth of the answers, and follows a held rule always or eight times in ten. A test is ten
cases drawn by blueprint; after it, or after the first answer that a known wrong rule gives, the tutor asks.
"""

import argparse
import json
import pathlib
import sys
from collections.abc import Iterable
from random import Random
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from casebook.cases import beyond, library, load  # noqa: E402
from casebook.practice.exam import draw  # noqa: E402
from casebook.practice.tutor import CHARTS, Row, Table, Tutor, row  # noqa: E402

TEST = 10  # cases
SEEDS = 1_000_000
CARELESSNESS = 0.2  # charts that somebody misreads who holds no rule


class Learner:
    """Somebody who holds one rule, none, or an unknown one, in terms of the tutor's table."""

    def __init__(
        self,
        table: Table,
        rng: Random,
        rule: str | None = None,
        follows: float = 1.0,
        slips: float = 0.1,
        misreads: float = 0.0,
    ) -> None:
        self.table, self.rng, self.rule = table, rng, rule
        self.follows, self.slips, self.misreads = follows, slips, misreads

    def answer(self, case: str) -> tuple[bool, str]:
        """(right, the answer as the table writes it)."""
        groups = self.table[case]
        if self.rng.random() < self.slips or self.rng.random() < self.misreads:
            return self._astray(groups)
        held = next((text for text, rules in groups.items() if self.rule in rules), None)
        if held is not None and self.rng.random() < self.follows:
            return False, held
        return True, ""

    def _astray(self, groups: Row) -> tuple[bool, str]:
        where = self.rng.random()
        if where < 0.03 or not groups:
            return True, ""
        return (False, self.rng.choice(list(groups))) if where > 0.63 else (False, "other")


def after_test(tutor: Tutor, learner: Learner, cases: Iterable[str], most: int) -> int | None:
    """How many questions after the test until a rule is named; None where none is."""
    for case in cases:
        tutor.answered(case, *learner.answer(case))
    for asked in range(most + 1):
        if tutor.named:
            return asked
        following = None if asked == most else tutor.next_case()
        if following is None:
            return None
        tutor.answered(following, *learner.answer(following))
    return None


def after_wrong(tutor: Tutor, learner: Learner, order: Iterable[str], most: int) -> tuple[int | None, bool]:
    """The same after the first answer that a known rule gives, and whether the learner's own rule gave it."""
    for case in order:
        right, answer = learner.answer(case)
        tutor.answered(case, right, answer)
        if not right and answer in tutor.table[case]:
            return after_test(tutor, learner, (), most), learner.rule in tutor.table[case][answer]
    return None, False


def main() -> None:
    """Print every cell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=400)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    out = {path.stem for path in beyond()}
    loaded = [load(path) for path in library() if path.stem not in out]
    table = {case.id: row(case.item) for case in loaded}
    pages = [case.page() for case in loaded]
    shown: dict[str, int] = {}
    for groups in table.values():
        for rule in {rule for rules in groups.values() for rule in rules}:
            shown[rule] = shown.get(rule, 0) + 1
    rng = Random(args.seed)
    able = sorted(rule for rule, times in shown.items() if times >= CHARTS)
    found: dict[str, Any] = {
        "cases": len(table),
        "rules": len(Tutor(table).rules),
        "rules on two charts or more": len(able),
    }

    def test() -> list[str]:
        return [item["case"] for item in draw(pages, TEST, rng.randrange(SEEDS))["items"]]

    for follows in (1.0, 0.8):
        for most in (0, 3, 5, 8):
            hits = wrong = 0
            for _ in range(args.learners):
                tutor, rule = Tutor(table), rng.choice(sorted(shown))
                told = after_test(tutor, Learner(table, rng, rule, follows), test(), most)
                hits += told is not None and rule in tutor.named
                wrong += told is not None and rule not in tutor.named
            name = f"held, followed {follows:.0%}: test of ten and {most} more"
            found[name] = {
                "named": round(100 * hits / args.learners, 1),
                "falsely": round(100 * wrong / args.learners, 1),
            }
        for most in (3, 5):
            hits = of = 0
            for _ in range(args.learners):
                tutor, rule = Tutor(table), rng.choice(sorted(shown))
                order = rng.sample(sorted(table), len(table))
                told, true = after_wrong(tutor, Learner(table, rng, rule, follows), order, most)
                of += true
                hits += true and told is not None and rule in tutor.named
            name = f"held, followed {follows:.0%}: its own wrong answer and {most} more"
            found[name] = {"named": round(100 * hits / max(1, of), 1), "of": of}
    for name, misreads in {"no rule": 0.0, "misreads one chart in five": CARELESSNESS}.items():
        wrong = 0
        for _ in range(5 * args.learners):
            tutor = Tutor(table)
            wrong += after_test(tutor, Learner(table, rng, misreads=misreads), test(), 5) is not None
        found[f"{name}: falsely named after a test of ten and 5 more"] = round(
            100 * wrong / (5 * args.learners), 2
        )
    print(
        json.dumps(found, indent=1)
        if args.json
        else "\n".join(f"{key}: {value}" for key, value in found.items())
    )


if __name__ == "__main__":
    main()
