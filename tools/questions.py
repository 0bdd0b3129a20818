"""Score the judge of questions on a file of `case<TAB>label<TAB>question` lines; `\\n` stands for a new line.

python tools/questions.py FILE
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from casebook import cases
from casebook.practice.query import judge


def main(file: str) -> int:
    """Print what was judged otherwise than labeled, and the figures; 1 where a bad one passed."""
    rows = [line.split("\t") for line in Path(file).read_text(encoding="utf-8").splitlines() if line.strip()]
    pairs: Counter[tuple[str, str]] = Counter()
    for case, label, question in rows:
        found = judge(cases.load(case).item, question.replace("\\n", "\n"))
        pairs[label, found["verdict"]] += 1
        if found["verdict"] != label:
            why = "; ".join(fault["says"] for fault in found["faults"])
            print(f"{case}: labeled {label}, judged {found['verdict']}: {question}\n    {why}")
    right = sum(count for (label, verdict), count in pairs.items() if label == verdict)
    passed = sum(count for (label, verdict), count in pairs.items() if verdict == "compliant" != label)
    unjudged = sum(count for (label, verdict), count in pairs.items() if verdict == "not judged" != label)
    figures = f"{passed} bad called compliant, {unjudged} not judged"
    print(f"{right} of {len(rows)} right ({right / len(rows):.0%}), {figures}")
    return int(passed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
