"""The quiz from Python: what `quiz("...")` gives without a browser, and how it answers the one that is shown.
The quiz from Python: what `quiz("...")` gives without a browser, and how it answers the one that is shown."""

import json
import re
import subprocess
import sys

import pytest

from casebook import cases
from casebook.grading import grade_page
from casebook.practice.responses import read_folder
from casebook.quiz import module, quiz, save
from casebook.quiz.widget import Result, Text
from tests.told import rows_of


@pytest.fixture
def shown(rowan):
    return quiz(rowan)


def test_naming_the_quiz_brings_in_no_notebook_library():
    probe = (
        "import json, sys; import casebook.quiz, casebook.grading, casebook.quiz.markup, casebook.quiz.door;"
        " print(json.dumps([*sys.modules]))"
    )
    loaded = json.loads(
        subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout
    )
    assert not {"anywidget", "ipywidgets", "IPython", "traitlets"} & set(loaded)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("44120; 44121", "correct"),
        ("44120-51; 44121", "partly"),
        ("44120", "wrong"),
        ("44120 x2", "wrong"),
        ("two, please", "invalid"),
        ("", "blank"),
    ],
)
def test_check_says_what_the_grader_says(shown, rowan, answer, verdict):
    result = shown.check(answer)
    told = grade_page(cases.load(rowan).page(), answer)
    assert (result.verdict, result.graded) == (verdict, told)
    assert repr(result).startswith(told["feedback"]["headline"])


def test_a_result_reads_as_layers_of_plain_text(shown):
    text = repr(shown.check("44120 x2"))
    told = shown.check("44120 x2").graded
    flat = " ".join(text.split())
    for part in (
        *(row["says"] for kind in ("amounts", "correction", "flip") for row in rows_of(told, kind)),
        "its ends were joined with a stapler",
    ):
        assert part in flat
    assert "<" not in text
    assert max(map(len, text.splitlines())) <= 96


def test_text_output_is_the_same_in_every_run(shown, rowan):
    for text in (repr(shown), repr(shown.check("44120")), repr(shown.explain())):
        assert not re.search(r"0x[0-9a-f]{6}|[0-9a-f]{32}", text)
    assert repr(shown) == repr(quiz(rowan))


def test_evidence_and_diagnoses_are_scored_beside_it(shown):
    result = shown.check("44120; 44121", evidence=["upper-join"], diagnoses=["K50.012"])
    assert result.graded["evidence"]["found"] == ["upper-join"]
    assert result.graded["diagnoses"]["score"] == 1
    assert shown.check("44120; 44121").graded["evidence"] is None


def test_what_is_said_in_html_is_text(shown):
    bad = Result("x", {"verdict": "wrong", "feedback": {"headline": "<b>", "parts": [
        {"kind": "why", "title": "<i>", "rows": [{"says": "<script>"}, {"says": "&"}]}]}})  # fmt: skip
    assert not {"<b>", "<i>", "<script"} & set(re.findall(r"<\w+>?", bad._repr_html_()))
    held = quiz(shown.case.path, hold=True).check("44120")
    assert held._repr_html_().count("<p>") == 1
    assert "Noted." in held._repr_html_()
    assert Text("a < b")._repr_html_() == "<p>a &lt; b</p>"


def test_explain_gives_the_worked_answer(shown):
    text = repr(shown.explain())
    assert shown.explain().answer == "44120; 44121"
    assert text.startswith("44120; 44121\nTwo segments, each with its own join.")
    assert "Because:" in text


def test_the_chart_shows_no_marks_and_no_key(shown):
    text = shown.chart().data
    assert text.startswith("# Rowan")
    assert "its ends were joined with a stapler. Farther" in text
    for secret in ("upper-join", "{#", "44121", "Two segments"):
        assert secret not in text


def test_the_widget_carries_the_page_s_own_module_and_markup(shown):
    assert 'data-host="notebook"' in shown.html
    assert "<script" not in shown.html
    assert "MB" not in shown.html
    assert str(shown._esm) == module.source()
    assert ".casebook-quiz" in str(shown._css)


def test_its_bundle_shows_text_where_no_widget_can_be(shown):
    bundle = shown._repr_mimebundle_()[0]
    assert bundle["text/plain"] == repr(shown)
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_it_answers_the_quiz_that_is_shown(shown, monkeypatch):
    sent = []
    monkeypatch.setattr(shown, "send", sent.append)
    asked = {"do": "grade", "answer": "44120 x2", "lines": None, "diagnoses": None}
    shown._handle_custom_msg({"id": "7", "asked": json.dumps(asked)}, [])
    assert [(each["id"], json.loads(each["told"])) for each in sent] == [
        ("7", {**shown.check("44120 x2").graded, "counted": ["primary-per-join"]})
    ]
    assert [(kept["case"], kept["answer"], kept["verdict"]) for kept in shown.attempts[:1]] == [
        ("rowan", "44120 x2", "wrong")
    ]


def test_what_was_answered_is_saved_for_a_class(shown, monkeypatch, tmp_path):
    monkeypatch.setattr(shown, "send", lambda message: None)
    told = {"confidence": "sure", "seconds": 12, "hints": 1}
    for answer in ("44120 x2", "what?", "44120 x2", "44120; 44121"):
        shown._handle_custom_msg(
            {"id": "7", "asked": json.dumps({"do": "grade", "answer": answer, **told})}, []
        )
    assert shown.save(tmp_path / "ada.jsonl", name="Ada") == 2
    found, faults = read_folder(tmp_path / "ada.jsonl")
    assert not faults
    assert [(r.learner, r.case, r.answer, r.confidence, r.seconds, r.hints) for r in found] == [
        ("Ada", "rowan", "44120 x2", "sure", 12.0, 1),
        ("Ada", "rowan", "44120; 44121", "sure", 12.0, 1),
    ]
    assert [attempt["try"] for attempt in shown.attempts] == [1, 2]
    assert save(tmp_path / "both.jsonl", shown, shown) == 4
    assert "learner" not in (tmp_path / "both.jsonl").read_text("utf-8")


def test_what_is_checked_from_code_is_saved_and_held_too(rowan, tmp_path):
    held = quiz(rowan, hold=True)
    told = held.check("44120", confidence="guessing")
    assert repr(told) == "Noted. The verdict waits until it is revealed."
    assert "could not be read" in repr(held.check("two, please"))  # there is no verdict to hold
    held.reveal()
    assert repr(told).startswith("Not right")
    assert held.save(tmp_path / "ada.jsonl") == 1
    assert [(r.answer, r.confidence) for r in read_folder(tmp_path / "ada.jsonl")[0]] == [
        ("44120", "guessing")
    ]
    with pytest.raises(ValueError, match="sure, fairly, guessing"):
        held.check("44120", confidence="very")


def test_an_error_reaches_the_learner(shown, monkeypatch, capsys):
    sent = []
    monkeypatch.setattr(shown, "send", sent.append)
    monkeypatch.setattr("casebook.quiz.door.grade_page", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        shown._asked(shown, {"id": "8", "asked": json.dumps({"do": "grade", "answer": "44120"})}, [])
    assert sent == [{"id": "8", "error": "ZeroDivisionError: division by zero"}]


def test_an_unknown_case_is_named():
    with pytest.raises(cases.CaseError, match="no case of this name"):
        quiz("no-such-case")
