"""Response files: what is taken from them, and what is said of files that hold no answers."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.practice import responses
from casebook.practice.responses import (
    CODE,
    Fault,
    Response,
    first_answers,
    of_code,
    read_file,
    read_folder,
    write_file,
)

HEAD = {"format": "casebook-answers", "version": 1}
ROW = {
    "case": "alder",
    "at": 1_790_000_000_000,
    "answer": "44120",
    "confidence": "sure",
    "seconds": 40,
    "hints": 1,
}


def put(path, *rows, head=HEAD):
    path.write_text(
        "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in (head, *rows) if row),
        "utf-8",
    )
    return path


def told(path):
    read = list(read_file(path))
    return [r for r in read if isinstance(r, Response)], [r for r in read if isinstance(r, Fault)]


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "ada.jsonl"
    assert write_file(path, [ROW]) == 1
    assert told(path) == ([Response("ada", "alder", "44120", 1_790_000_000_000.0, "sure", 40.0, 1)], [])
    assert "learner" not in path.read_text("utf-8")  # no name unless one is given
    write_file(path, [ROW], "Ada  L.\n")
    assert told(path)[0][0].learner == "Ada L."


def test_verdicts_in_a_file_are_passed_over(tmp_path):
    boasts = told(
        put(
            tmp_path / "a.jsonl",
            {**ROW, "verdict": "correct", "score": 1.0, "misconceptions": ["pieces-counted"]},
        )
    )
    assert boasts == told(put(tmp_path / "a.jsonl", ROW))


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"", 1, "holds no answers"),
        (b"hello", 1, "not JSON"),
        (b'{"format": "casebook-answers", "version": 9}\n', 1, "format 9"),
        (json.dumps(HEAD).encode() + b'\n{"case": "al', 2, "cut short"),
        (json.dumps(HEAD).encode("utf-16"), 1, "in UTF-16"),
        (b"[" * 50_000, 1, "nested too deeply"),
        (b"x" * 70_000 + b"\n" + json.dumps(ROW).encode(), 1, "longer than"),
        (json.dumps({**ROW, "answer": 7}).encode(), 1, "a case and an answer"),
        (json.dumps({**ROW, "case": ""}).encode(), 1, "a case and an answer"),
        (b'{"case": "alder", "answer": "44120", "at": ' + b"9" * 5000 + b"}", 1, "not JSON"),
        (b"7", 1, "a case and an answer"),
        (b'{"case": "oak", "answer": "44120", "answer": "44121"}', 1, "answer stands twice in this line"),
        (
            b'{"format": 3}',
            1,
            'the head has "format": 3, where a file of answers has "format": "casebook-answers"',
        ),
        (b'{"format": "casebook-answers"}', 1, 'the head has no "version", where a file of answers has'),
        (b'{"version": "1"}', 1, 'the head has "version": "1", where a file of answers has "version": 1'),
        (
            b"\xef\xbb\xbflearner,case,answer\nAda,oak,44120\n",
            1,
            "a table (CSV) by its looks; let the file's name",
        ),
        (json.dumps({"format": "casebook-key", "pages": [1, 2]}, indent=1).encode(), 1, "such as a key"),
    ],
)
def test_what_is_no_answer_is_named_with_its_line(tmp_path, content, line, says):
    path = tmp_path / "odd.jsonl"
    path.write_bytes(content)
    _, faults = told(path)
    assert [(f.file, f.line) for f in faults] == [("odd.jsonl", line)]
    assert says in faults[0].says


def test_a_cut_file_keeps_what_was_read(tmp_path):
    path = put(tmp_path / "cut.jsonl", ROW, '{"case": "birch", "ans')
    found, faults = told(path)
    assert [r.case for r in found] == ["alder"]
    assert [f.line for f in faults] == [3]


def test_older_files_are_one_value(tmp_path):
    path = tmp_path / "old.json"
    for value in ([ROW], {"version": 1, "attempts": [ROW]}):
        path.write_text(json.dumps(value), "utf-8")
        assert [r.case for r in told(path)[0]] == ["alder"]


def test_ten_million_lines_end_soon(tmp_path):
    path = tmp_path / "long.jsonl"
    block = b"\n" * 1_000_000
    with path.open("wb") as file:
        for _ in range(10):
            file.write(block)
    found, faults = told(path)
    assert not found
    assert [f.line for f in faults] == [responses.MOST_LINES + 1]  # where reading ended
    path.write_bytes(json.dumps(ROW).encode() + b"\n" + b"{}\n" * 1_000_000)
    found, faults = told(path)
    assert len(found) == 1
    assert len(faults) <= responses.MOST_FAULTS + 1


def test_a_file_holds_so_many_answers_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr(responses, "MOST", 5)
    path = put(tmp_path / "many.jsonl", *[{**ROW, "at": i} for i in range(9)])
    found, faults = told(path)
    assert len(found) == 5
    assert "more than 5 answers" in faults[0].says


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "format",
    "version",
    "learner",
    "case",
    "answer",
    "at",
    "confidence",
    "seconds",
    "hints",
    "attempts",
)


@given(rows=st.lists(st.dictionaries(st.sampled_from(FIELDS), JUNK) | JUNK, max_size=5))
def test_whatever_json_holds_gives_answers_or_faults(tmp_path, rows):
    path = tmp_path / "junk.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    for each in read_file(path):
        assert isinstance(each, Response | Fault)
        str(each).encode("utf-8")


@given(content=st.binary(max_size=200))
def test_whatever_bytes_hold_gives_answers_or_faults(tmp_path, content):
    path = tmp_path / "bytes.jsonl"
    path.write_bytes(content)
    assert list(read_file(path))


def test_a_folder_of_a_learning_system(tmp_path):
    for name in ("Ada_17", "Ben_18"):
        (tmp_path / name).mkdir()
        put(tmp_path / name / "casebook-answers.jsonl", ROW)
    put(tmp_path / "cy.jsonl", ROW, ROW, {**ROW, "answer": "query", "at": 2})
    (tmp_path / ".hidden").write_text("passed over")
    found, faults = read_folder(tmp_path)
    assert not faults
    assert [(r.learner, r.answer) for r in found] == [
        ("Ada_17", "44120"),
        ("Ben_18", "44120"),
        ("cy", "44120"),
        ("cy", "query"),
    ]
    assert [(r.learner, r.answer) for r in first_answers(found)][-1] == ("Ben_18", "44120")
    assert {(r.learner, r.answer) for r in first_answers(found)} == {
        ("Ada_17", "44120"),
        ("Ben_18", "44120"),
        ("cy", "query"),
    }


def learners(folder):
    return sorted({r.learner for r in read_folder(folder)[0]})


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["Ada/sub/answers", "Ben/sub/answers"], ["Ada", "Ben"]),
        (["Ada/answers", "MyAda/answers"], ["Ada", "MyAda"]),
        (["week1/Ada/answers", "week1/Ben/answers", "week2/Ada/answers"], ["Ben", "week1/Ada", "week2/Ada"]),
        (["a/x", "b/x", "b"], ["a", "b.jsonl", "b/x.jsonl"]),
        (
            ["Ada Byron_17_assignsubmission_file/answers", "Ada Byron_18_assignsubmission_file/answers"],
            ["Ada Byron_17", "Ada Byron_18"],
        ),
        (["Ada Byron_17_assignsubmission_file_answers"], ["Ada Byron_17"]),
        (["answers", "Ada/answers"], ["Ada", "answers.jsonl"]),
    ],
)
def test_no_two_files_are_taken_for_one_learner(tmp_path, paths, names):
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        put(tmp_path / f"{path}.jsonl", ROW)
    assert learners(tmp_path) == names
    assert not read_folder(tmp_path)[1]


def test_names_that_are_one_learners_are_said_to_be(tmp_path):
    put(tmp_path / "one.jsonl", ROW, head={**HEAD, "learner": "Ada"})
    put(
        tmp_path / "two.jsonl",
        {**ROW, "case": "birch"},
        {**ROW, "case": "cedar"},
        head={**HEAD, "learner": "ada"},
    )
    put(tmp_path / "ADA.jsonl", ROW)
    assert learners(tmp_path) == ["ADA"]
    assert [str(f) for f in read_folder(tmp_path)[1]] == [
        "one.jsonl:1: Ada stands in ADA.jsonl too: both were counted as one learner",
        "two.jsonl:1: ada stands in ADA.jsonl too: both were counted as one learner",
    ]


@pytest.mark.parametrize(
    ("name", "says"), [("a.ipynb", "its last cell saves"), ("b.zip", "unpack"), ("c.txt", "ends in .jsonl")]
)
def test_what_was_handed_in_by_mistake_is_named(tmp_path, name, says):
    (tmp_path / name).write_text("{}", "utf-8")
    put(tmp_path / "cy.jsonl", ROW)
    for found, faults in (read_folder(tmp_path), read_folder(tmp_path / name)):
        assert len(found) <= 1
        assert [f.file for f in faults] == [name]
        assert says in faults[0].says


def test_files_of_other_programs_hold_no_answers(tmp_path):
    found, faults = told(put(tmp_path / "odd.jsonl", ROW, head={"format": "grocery-list", "version": 1}))
    assert not found
    assert "a file of grocery-list, not of answers" in faults[0].says


def test_what_is_wrong_in_many_lines_is_said_once(tmp_path):
    faults = told(put(tmp_path / "junk.jsonl", ROW, *["junk"] * 9))[1]
    assert [str(f) for f in faults] == [
        "junk.jsonl:3: this is not JSON; the file may be cut short (and so in 8 more)"
    ]


def test_a_folder_that_is_none_or_empty_says_so(tmp_path):
    assert "no such file" in str(read_folder(tmp_path / "none")[1][0])
    assert "no file in it ends in" in str(read_folder(tmp_path)[1][0])


def test_an_answer_may_say_whose_it_is(tmp_path):
    """Two people in one file are two people, and nobody's answer goes with another's."""
    path = put(
        tmp_path / "both.jsonl",
        ROW | {"learner": "Ada"},
        ROW | {"learner": "Bo", "answer": "44121"},
        ROW | {"learner": 17},
        ROW | {"learner": None},
    )
    found, faults = read_folder(path)
    assert [(each.learner, each.answer) for each in found] == [
        ("Ada", "44120"), ("Bo", "44121"), ("17", "44120"), ("both", "44120"),
    ]  # fmt: skip
    assert not faults
    assert len(first_answers(found)) == 4


def test_a_learner_that_is_no_name_is_told(tmp_path):
    rows = [ROW | {"learner": {"name": "Ada"}}, ROW | {"learner": "Bo"}, ROW | {"learner": "bo", "at": 5}]
    found, faults = read_folder(put(tmp_path / "odd.jsonl", *rows, head=HEAD | {"learner": 4}))
    assert [each.learner for each in found] == ["4", "Bo", "Bo"]
    assert [str(fault) for fault in faults] == [
        "odd.jsonl:2: the learner here is neither a name nor a number: counted under 4",
        "odd.jsonl:4: bo stands in line 3 too: both were counted as one learner",
    ]


def test_samples_in_a_home_are_nobodys(tmp_path):
    head = '{"format": "casebook-answers", "version": 1}\n{"case": "oak", "answer": "44120"}\n'
    for place in ("ada/notebooks/answers.jsonl", "bo/notebooks/answers.jsonl"):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).write_text(head)
    samples = tmp_path / "ada" / "notebooks" / "data" / responses.SAMPLES
    samples.mkdir(parents=True)
    (samples / "learner-01.jsonl").write_text(head)
    found, faults = responses.read_folder(tmp_path)
    assert {each.learner for each in found} == {"ada", "bo"}
    assert not faults
    assert responses.read_folder(samples)[0]  # named, they are read
    singles = sorted(tmp_path.rglob("answers.jsonl"))
    assert {each.learner for each in responses.read_files(tmp_path, singles)[0]} == {"ada", "bo"}


# Codes: a file as one word


def as_code(rows, number=None):
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    letters = base64.urlsafe_b64encode(text.encode()).decode()
    return f"{CODE}{len(rows) - 1 if number is None else number}.{letters}"


ROWS = [
    {"format": "casebook-answers", "version": 1, "learner": "Ada"},
    {"case": "oak", "answer": "44120", "held": True, "edition": "ab12"},
    {"case": "elm", "answer": "query\u2028", "held": True, "test": 7},
]


def test_a_code_reads_as_the_file_does(tmp_path):
    (tmp_path / "file.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in ROWS), "utf-8")
    (tmp_path / "codes.jsonl").write_text(as_code(ROWS) + "\n", "utf-8")
    file, code = (list(read_file(tmp_path / f"{name}.jsonl")) for name in ("file", "codes"))
    assert file == code
    assert [(each.learner, each.held) for each in code] == [("Ada", True)] * 2


def test_several_codes_in_one_file_are_several_people(tmp_path):
    bo = [ROWS[0] | {"learner": "Bo"}, *ROWS[1:]]
    (tmp_path / "codes.jsonl").write_text(f"{as_code(ROWS)}\n{as_code(bo)}\n", "utf-8")
    assert [each.learner for each in read_file(tmp_path / "codes.jsonl")] == ["Ada", "Ada", "Bo", "Bo"]


@pytest.mark.parametrize("cut", [0, 3, 10, 40, 57, 120])
def test_a_part_of_a_code_is_refused_whole(cut):
    code = as_code(ROWS)
    assert "cut short" in of_code(code[: len(CODE) + cut], "Ada")
    assert "cut short" in of_code(as_code(ROWS, 3), "Ada")
    assert "cut short" in of_code(as_code(ROWS[:2], 2), "Ada")


def test_a_code_counts_for_whoever_handed_it_in():
    """A form knows who is signed in; the name in a code is what anybody typed."""
    assert {each.learner for each in of_code(as_code(ROWS), "Bo")} == {"Bo"}


def test_what_is_to_be_looked_at_is_named_with_its_line(tmp_path):
    path = tmp_path / "two.jsonl"
    rows = [
        HEAD | {"learner": "Ann"},
        ROW | {"case": " Oak.md ", "answer": "44120\0"},
        HEAD | {"learner": "ANN"},
        ROW | {"case": "okk"},
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    found, faults = read_folder(path, {"oak"})
    assert [(each.learner, each.case) for each in found] == [("Ann", "oak"), ("Ann", "okk")]
    assert "\0" not in found[0].answer
    assert [str(fault) for fault in faults] == [
        "two.jsonl:3: ANN stands in line 1 too: both were counted as one learner",
        "two.jsonl:4: no case is named okk",
    ]
