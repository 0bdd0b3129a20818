"""Assignments: nothing of the key reaches the learner's notebook, and the key grades as the casebook does."""

import html
import json
import re
import subprocess
import sys

import nbformat
import pytest

from casebook import cli
from casebook.cases import library, load
from casebook.classroom.assignments import assign, chart_text, read_key
from casebook.classroom.tables import cohort, frame_of
from casebook.errors import CasebookError, CaseError, CommandError
from casebook.grading import expected
from casebook.practice.responses import read_folder

NAMES = ("juniper", "alder", "oak", "zelkova")


@pytest.fixture
def made(tmp_path):
    return assign([load(name) for name in NAMES], tmp_path / "week1", "Week 1")


def run(notebook, answers):
    """The learner's notebook, run as it is with other answers in it; what its last cell printed."""
    book = nbformat.read(notebook, as_version=4)
    code = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
    for case, text in answers.items():
        assert f'answers["{case}"] = ""' in code
        code = code.replace(f'answers["{case}"] = ""', f'answers["{case}"] = {text!r}')
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=notebook.parent, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_learners_notebook_holds_nothing_of_the_key(tmp_path):
    notebook, _ = assign([load(path) for path in library()], tmp_path / "all")
    text = notebook.read_text("utf-8")
    nbformat.validate(nbformat.read(notebook, as_version=4))
    shown = {
        cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "markdown"
    }
    for path in library():
        case = load(path)
        assert f"## {case.title}\n\n{chart_text(case)}" in shown  # the chart and nothing beside it
        assert not any(f"{{#{name}}}" in text for name in case.evidence)
        assert json.dumps(str(case.key["why"])) not in text
    assert "import casebook" not in text  # a learner needs nothing installed


def test_what_a_learner_hands_in_is_graded_the_same_with_the_key(made, tmp_path, capsys):
    notebook, key = made
    given = {
        "juniper": "44120; 44121",
        "alder": "44120; 44121",
        "oak": 44120,
        "zelkova": "  ",
    }  # one was typed without its quotes
    assert "3 of 4 cases answered" in run(notebook, given)
    responses, faults = read_folder(notebook.parent / "answers.jsonl")
    assert not faults
    with_key, without = cohort(frame_of(responses), read_key(key)), cohort(frame_of(responses))
    assert with_key.cases.equals(without.cases)
    assert with_key.learners.equals(without.learners)
    for case in ("juniper", "alder", "oak"):
        cli.main(["grade", case, str(given[case]), "--json"])
        right = json.loads(capsys.readouterr().out)["verdict"] == "correct"
        assert with_key.cases.loc[case, "right"] == right
    assert (
        cli.main(["class", "report", str(notebook.parent), "--key", str(key), "-o", str(tmp_path / "r.html")])
        == 0
    )
    assert "1 learner, 3 first answers" in capsys.readouterr().out


def test_the_title_stands_once(rowan):
    text = rowan.read_text("utf-8").replace("\n## Operative", "\n# Rowan\n\n## Operative")
    rowan.write_text(text, "utf-8")
    assert chart_text(load(rowan)).startswith("### Operative report")


def test_ones_own_case_can_be_set(rowan, tmp_path, capsys):
    assert cli.main(["assign", "--cases", f"{rowan}, alder", "--out", str(tmp_path / "own")]) == 0
    assert [page["id"] for page in read_key(tmp_path / "own" / "instructor" / "key.json")] == [
        "rowan",
        "alder",
    ]
    capsys.readouterr()


def test_a_key_is_never_written_over(made):
    with pytest.raises(CommandError, match="this file is there already"):
        assign([load("alder")], made[1].parent.parent)


@pytest.mark.parametrize(
    ("cases", "says"),
    [([], "at least one case"), ([load("alder"), load("alder")], "two cases are named alder")],
)
def test_an_assignment_that_cannot_be_made_says_why(tmp_path, cases, says):
    with pytest.raises(CasebookError, match=says):
        assign(cases, tmp_path / "x")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "not the JSON"),
        ("[" * 100_000, "not the JSON"),
        ("{}", "no key file"),
        ('{"format": "casebook-key", "version": 2}', "format 2"),
        ('{"format": "casebook-key", "version": 1}', "holds no cases"),
        ('{"format": "casebook-key", "version": 1, "pages": [7]}', "no case with an id"),
        (
            '{"format": "casebook-key", "version": 1, "pages": [{"id": "x", "readings": []}]}',
            "cannot be graded",
        ),
        (
            (
                '{"format": "casebook-key", "version": 1, "pages": [{"id": "x", "readings": [{"steps":'
                ' [{"fly": 1}]}]}]}'
            ),
            "cannot be graded",
        ),
    ],
)
def test_a_file_that_is_no_key_is_refused(tmp_path, content, says):
    path = tmp_path / "key.json"
    path.write_text(content, "utf-8")
    with pytest.raises(CasebookError, match=says):
        read_key(path)


def test_the_command_says_what_it_wrote(tmp_path, capsys):
    assert cli.main(["assign", "--cases", "alder", "--out", str(tmp_path / "w")]) == 0
    assert capsys.readouterr().out.split() == [
        str(tmp_path / "w/student/assignment.ipynb"),
        str(tmp_path / "w/instructor/key.json"),
    ]
    with pytest.raises(SystemExit, match="2"):
        cli.main(["assign", "--cases", " ,", "--out", str(tmp_path / "w2")])
    assert "expected names of cases" in capsys.readouterr().err
    assert cli.main(["assign", "--cases", "no-such", "--out", str(tmp_path / "w2")]) == 2
    assert "there is no case of this name" in capsys.readouterr().err


def test_a_faulty_key_is_not_set(rowan, tmp_path):
    rowan.write_text(re.sub(r"claim: .*", 'claim: "44120 x2"', rowan.read_text("utf-8")), "utf-8")
    with pytest.raises(CaseError, match=r"rowan.md:\d+"):
        assign([load(rowan)], tmp_path / "week")
    assert not (tmp_path / "week").exists()


def test_the_notebook_says_at_once_what_may_not_be_readable(made):
    notebook, _ = made
    told = run(
        notebook, {"juniper": "44120 and 44121", "oak": "44120; 44121 x2; 44310-51,59", "alder": "query"}
    )
    assert [line.partition(":")[0] for line in told.splitlines() if "may not" in line] == ["juniper"]


def test_worksheets_hold_nothing_of_the_key(tmp_path, capsys):
    out = tmp_path / "pack.html"
    assert cli.main(["pack", "--cases", ",".join(NAMES), "-o", str(out)]) == 0
    sheets, key = out.read_text("utf-8"), (tmp_path / "pack-key.html").read_text("utf-8")
    for case in map(load, NAMES):
        assert case.title in sheets
        assert html.escape(str(case.key["why"]), quote=False)[:30] not in sheets
        assert expected(case.item) in key
        assert not [name for name in case.evidence if f"#{name}" in sheets or f'"{name}"' in sheets]
