"""Answers that Moodle, Canvas and forms write: whose they are, to which case, and nothing dropped unseen."""

import base64
import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.classroom.forms import read_csv, read_csvs, read_roster
from casebook.errors import CommandError
from casebook.practice.responses import CODE, LATEST, first_answers, read_folder
from tests.conftest import ROOT

TITLES = {"oak": "Oak: a man of 62", "elm": "Elm: a woman of 30"}


def told(tmp_path, text, titles=TITLES):
    file = tmp_path / "answers.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    responses, faults = read_csv(file, titles)
    return [(each.learner, each.case, each.answer) for each in responses], [str(fault) for fault in faults]


BOTH = [("Ann Lee", "oak", "44120"), ("Ann Lee", "elm", "44120; 44121"), ("Bo", "oak", "what?")]
FILES = sorted((ROOT / "tests" / "data" / "forms").glob("*.csv"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_system_reads_alike(tmp_path, file):
    found, faults = told(tmp_path, file.read_bytes())
    assert sorted(found) == sorted(BOTH)
    assert not faults


def test_two_people_are_never_made_one_unseen(tmp_path):
    rows = "Name,Email,Oak,Elm\nAnn,a@x.example,44120,query\nAnn,b@x.example,44121,query\n"
    assert {learner for learner, _, _ in told(tmp_path, rows)[0]} == {
        "Ann (a@x.example)",
        "Ann (b@x.example)",
    }
    found, faults = told(tmp_path, "Name,Oak,Elm\nAnn,44120,query\nann,44121,query\n")
    assert len({learner for learner, _, _ in found}) == 2
    assert all("kept apart" in fault for fault in faults)
    assert len(faults) == 2


def test_one_person_may_answer_twice(tmp_path):
    rows = "Name,Email,Oak,Elm\nAnn,a@x.example,44120,query\nAnn,a@x.example,44121,query\n"
    assert {learner for learner, _, _ in told(tmp_path, rows)[0]} == {"Ann"}


@pytest.mark.parametrize("kept", ["", "sis_id,", "sis_id,root_account,"])
def test_attempts_in_canvas_are_taken_from_the_first(tmp_path, kept):
    """Canvas writes the latest attempt first, numbers people also where it tells no number of the school's,
    and leaves entities in a heading."""
    below = "x," * kept.count(",")
    rows = [
        f'name,id,{kept}section,section_id,submitted,attempt,"7: A man\n&amp; his colon\n",1.0,"8: Elm",1.0,'
        "n correct,n incorrect,score",
        *(
            f"Ann,{id},{below}s,1,2026-11-29 10:00:00 UTC,{attempt},{answer},1.0,query,1.0,2,0,2.0"
            for id, attempt, answer in ((4, 10, 44125), (4, 9, 44121), (5, 1, 44130), (4, 1, 44120))
        ),
    ]
    if kept:
        rows = [row.replace("Ann,5,x,", "Ann,5,y,") for row in rows]
    file = tmp_path / "answers.csv"
    file.write_text("\n".join(rows), "utf-8")
    titles = {"oak": "A man & his colon", "elm": "Elm"}
    responses, faults = read_csv(file, titles)
    first = {(each.learner, each.case): each.answer for each in first_answers(responses)}
    assert sorted(answer for (_, case), answer in first.items() if case == "oak") == ["44120", "44130"]
    assert len({learner for learner, _ in first}) == 2
    assert not [fault for fault in faults if "kept apart" not in fault.says]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "row of headings"),
        (b"\xff\xfe\x00", "UTF-16"),
        (
            b"PK\x03\x04\x14\x00",
            "a spreadsheet (.xlsx, .ods) or an archive (.zip), not UTF-8 text; save it as CSV",
        ),
        ("Name;Oak\nAnn;44120\n".encode("utf-16"), "save it as CSV (UTF-8), and name that file"),
        (b"Name,Oak\nAnn\xe9,44120\n", "not UTF-8 text"),
        ("Name,Oak,Oak again\nAnn,44120,44120\n", "two columns are about the case oak"),
        ("Name,One\nAnn,44120\n", "1 questions were found and 2 cases were set"),
        ("learner,case,answer\n,oak,44120\n", "names no learner"),
        ("Name,Oak,Elm\n,44120,query\n", "names nobody"),
        ('learner,case,answer\nAnn,oak,"44120\nBo,oak,query\n', "from here on this is no CSV"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path, text, why):
    found, faults = told(tmp_path, text)
    assert not found
    assert any(why in fault for fault in faults)


@given(st.text(alphabet=st.sampled_from(list(",;\t\n\"'=aOak")), max_size=80) | st.binary(max_size=60))
def test_nothing_in_a_file_raises(tmp_path_factory, text):
    told(tmp_path_factory.getbasetemp(), text)


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\x0b", "\x0c", "\x1c"])
def test_nothing_but_a_line_end_ends_a_row(tmp_path, mark):
    """A name or an answer may hold what Python takes for a line's end: a row cut there is somebody else's."""
    found, faults = told(tmp_path, f"learner,case,answer\nAnn{mark}Lee,oak,44120{mark}\nBo,elm,query\n")
    assert found == [("Ann Lee", "oak", "44120"), ("Bo", "elm", "query")]
    assert not faults


@pytest.mark.parametrize("at", ["nan", "1" * 400, "-5", "1e999", "0001-01-01", "9999-12-31T23:59:59+14:00"])
def test_a_time_that_no_clock_tells_is_none(tmp_path, at):
    file = tmp_path / "answers.csv"
    file.write_text(f"learner,case,answer,at\nAnn,oak,44120,{at}\n", "utf-8")
    ((answer,), faults) = read_csv(file, TITLES)
    assert [fault.line for fault in faults if "cannot be read" in fault.says] == [2] * (answer.at is None)
    assert answer.at is None or 0 <= answer.at <= LATEST
    assert answer.at is None or at.startswith("9999")


def test_codes_that_were_pasted_into_a_form_are_read(tmp_path):
    rows = [{"format": "casebook-answers", "version": 1}, {"case": "elm", "answer": "query", "held": True}]
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    code = f"{CODE}1.{base64.urlsafe_b64encode(text.encode()).decode()}"
    found, faults = told(tmp_path, f"Name,Paste your code\nAnn,{code}\nBo,{code[:-9]}\n")
    assert found == [("Ann", "elm", "query")]
    assert len(faults) == 1
    assert "cut short" in faults[0]


def learners(tmp_path, *texts):
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.csv").write_text(text, "utf-8")
    found, faults = read_csvs([tmp_path / f"{n}.csv" for n in range(len(texts))], TITLES)
    return {each.learner for each in found}, [str(fault) for fault in faults]


A, B, BARE = (f"Name,Email,Oak,Elm\nAnn,{at},44120,query\n" for at in ("a@x.example", "b@x.example", ""))
PLAIN_A, PLAIN_B = (f"learner,email,case,answer\nann,{at}@X.example,oak,44121\n" for at in "AB")


@pytest.mark.parametrize(
    ("texts", "people", "word"),
    [
        ((A, B), 2, "kept apart"),
        ((A, PLAIN_B), 2, "kept apart"),
        ((A, BARE), 2, "kept apart"),
        ((BARE, BARE), 1, "counted as one"),
        ((A, A), 1, ""),
        ((A, PLAIN_A), 1, ""),
        ((f"{PLAIN_A}ann,b@x.example,oak,44120\n",), 2, ""),
        ((f"{A}Ann,,44121,query\n",), 2, "kept apart"),
    ],
)
def test_people_are_known_by_name_and_address_in_all_files(tmp_path, texts, people, word):
    found, faults = learners(tmp_path, *texts)
    assert len(found) == people
    assert bool(faults) == bool(word)
    assert all(word in fault for fault in faults)


@pytest.mark.parametrize(
    ("text", "unused"),
    [
        ("Name,Oak,Elmm\nAnn,44120,query\n", "Elmm"),
        ('Name,"Oak, as Elm?",Elm\nAnn,44120,query\n', "Oak, as Elm?"),
        ("learner,case,answer,sure\nAnn,oak,44120,yes\n", "sure"),
        ("Name,Oak,\nAnn,44120,query\n", "3"),
        ("learner,case,answer\nAnn,oak,44120,44121\n", "more cells"),
        ("Name,Oak,Elm,Other\nAnn,44120,query,\n", ""),
    ],
)
def test_what_was_not_used_is_named(tmp_path, text, unused):
    found, faults = told(tmp_path, text)
    assert found
    assert [unused in fault for fault in faults] == [True] * bool(unused)


def test_a_date_that_cannot_be_read_changes_no_order(tmp_path):
    rows = ["Ann,oak,44120,02.11.2026 10:00", "Ann,oak,44121,2026-11-03", "Ann,elm,query,2026-11-04"]
    file = tmp_path / "answers.csv"
    file.write_text("\n".join(["learner,case,answer,at", *rows]), "utf-8")
    found, (fault,) = read_csv(file, TITLES)
    assert fault.line == 2
    assert [(each.answer, each.at is None) for each in first_answers(found)] == [
        ("query", False),
        ("44120", True),
    ]


def test_control_characters_and_marks_set_apart_are_mended(tmp_path):
    found, faults = told(tmp_path, "learner,case,answer\nAnn\u0065\u0301,oak,44120\0; 44121\x1b\n")
    assert found == [("Ann\u00e9", "oak", "44120 ; 44121")]
    assert not faults


CELLS = st.text(st.sampled_from('a\n\r;,"=x'), max_size=6)


@given(
    st.lists(st.tuples(CELLS, CELLS), max_size=6),
    st.sampled_from(["", "sep=,\n"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_fault_names_the_line_at_which_its_row_begins(tmp_path_factory, rows, said, end):
    """Whatever line ends stand in the quoted cells above it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=end)
    writer.writerow(["Na\nme" if rows else "learner", "case", "answer", "learner"])
    for name, answer in rows:
        writer.writerow([name, "oak", answer, name])
    above = f"{said}{out.getvalue()}"
    _, faults = told(tmp_path_factory.getbasetemp(), f"{above},,44120,{end}")
    last = len(io.StringIO(above, newline=None).readlines()) + 1
    assert faults[-1] == f"answers.csv:{last}: this row names no learner or no case"


def roster(tmp_path, text):
    file = tmp_path / "names.txt"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    names, said = read_roster(file)
    return names, [str(each) for each in said]


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("Ann Lee\nBo\n", ""),
        ("\ufeffAnn Lee\r\n\r\n Bo\r\n", ""),
        ("Name\nAnn Lee\nBo", "Name"),
        ("STUDENTS\nAnn Lee\nBo", "STUDENTS"),
        ("Student,ID,Section\nAnn Lee,1,a\nBo,2,a\n", "Student, ID, Section"),
        ("Last name;First name;Email\nLee;Ann;a@x.example\n;Bo;\n", "Last name, First name, Email"),
        ("sep=;\nName;Email\nAnn Lee;a\nBo;b\n", "Name, Email"),
    ],
)
def test_a_roster_may_have_headings_which_are_nobody(tmp_path, text, headings):
    names, said = roster(tmp_path, text)
    assert names == ["Ann Lee", "Bo"]
    assert [headings in each and "taken for headings" in each for each in said] == [True] * bool(headings)


def test_a_roster_tells_namesakes_and_what_it_cannot_read(tmp_path):
    names, said = roster(tmp_path, "Lee, Ann\nBo\nbo\n")
    assert names == ["Lee, Ann", "Bo", "bo"]
    assert said == ["names.txt:3: bo stands in line 2 too: both were counted as one learner"]
    with pytest.raises(CommandError, match=r"a spreadsheet .* save it as CSV"):
        roster(tmp_path, b"PK\x03\x04")
    with pytest.raises(CommandError, match="cannot be read"):
        read_roster(tmp_path)


def test_namesakes_of_a_roster_are_two_where_a_number_tells_them_apart(tmp_path):
    text = "Student,ID,SIS User ID\nJames Wu,1,S1002\nJames Wu,2,S1003\nBo,3,S1\n"
    names, said = roster(tmp_path, text)
    assert names == ["James Wu (S1002)", "James Wu (S1003)", "Bo"]
    assert not [each for each in said if "counted as one" in each]
    found, _ = told(tmp_path, "name,sis_id,section_id,oak\nJames Wu,S1002,1,44120\nJames Wu,S1003,1,44121\n")
    assert [name for name, _, _ in found] == names[:2]


@pytest.mark.parametrize("who", ["learner", "Student", "name"])
def test_a_plain_file_may_call_its_learners_otherwise(tmp_path, who):
    found, faults = told(tmp_path, f"{who},case,answer\nAnn Lee,oak,44120\n")
    assert found == [("Ann Lee", "oak", "44120")]
    assert not faults


def test_a_spreadsheet_among_the_files_is_told_for_what_it_is(tmp_path):
    for name in ("oak.xlsx", "oak.csv", "answers.jsonl"):
        (tmp_path / name).write_bytes(b"PK\x03\x04\x14\x00\n\xff\n")
    _, faults = read_folder(tmp_path)
    said = {fault.file: fault.says for fault in faults}
    assert "save it as CSV (UTF-8), and name that file" in said["oak.xlsx"]
    assert "name a CSV file itself" in said["oak.csv"]
    assert "a spreadsheet (.xlsx, .ods)" in said["answers.jsonl"]
