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
from random import Random

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
TEST = 10  # cases
SEEDS = 1_000_000
CARELESSNESS = 0.2  # charts that somebody misreads who holds no rule


class Learner:
    """Somebody who holds one rule, none, or an unknown one, in terms of the tutor's table."""

    def __init__(self, table, rng, rule=None, follows=1.0, slips=0.1, misreads=0.0):
        self.table, self.rng, self.rule = table, rng, rule
        self.follows, self.slips, self.misreads = follows, slips, misreads

    def answer(self, case):
        """(right, the answer as the table writes it)."""
        groups = self.table[case]
        if self.rng.random() < self.slips or self.rng.random() < self.misreads:
            return self._astray(groups)
        held = next((text for text, rules in groups.items() if self.rule in rules), None)
        if held is not None and self.rng.random() < self.follows:
            return False, held
        return True, ""

    def _astray(self, groups):
        where = self.rng.random()
        if where < 0.03 or not groups:
            return True, ""
        return (False, self.rng.choice(list(groups))) if where > 0.63 else (False, "other")


def after_test(tutor, learner, cases, most):
    """How many questions after the test until a rule is named; None where none is."""
    for case in cases:
        tutor.answered(case, *learner.answer(case))
    for asked in range(most + 1):
        if tutor.named:
            return asked
        case = None if asked == most else tutor.next_case()
        if case is None:
            return None
        tutor.answered(case, *learner.answer(case))
    return None


def after_wrong(tutor, learner, order, most):
    """The same after the first answer that a known rule gives; "" where the learner gave none."""
    for case in order:
        right, answer = learner.answer(case)
        tutor.answered(case, right, answer)
        if not right and answer in tutor.table[case]:
            return after_test(tutor, learner, (), most), learner.rule in tutor.table[case][answer]
    return "", False


def main() -> None:
    """Print every cell."""
    from casebook.cases import beyond, library, load
    from casebook.practice.exam import draw
    from casebook.practice.tutor import CHARTS, Tutor, row

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=400)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    out = {path.stem for path in beyond()}
    loaded = [load(path) for path in library() if path.stem not in out]
    table = {case.id: row(case.item) for case in loaded}
    pages = [case.page() for case in loaded]
    shown = {}
    for groups in table.values():
        for rule in {rule for rules in groups.values() for rule in rules}:
            shown[rule] = shown.get(rule, 0) + 1
    rng = Random(args.seed)
    able = sorted(rule for rule, times in shown.items() if times >= CHARTS)
    found = {"cases": len(table), "rules": len(Tutor(table).rules), "rules on two charts or more": len(able)}

    def test():
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
    for name, options in {"no rule": {}, "misreads one chart in five": {"misreads": CARELESSNESS}}.items():
        wrong = 0
        for _ in range(5 * args.learners):
            tutor = Tutor(table)
            wrong += after_test(tutor, Learner(table, rng, **options), test(), 5) is not None
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
