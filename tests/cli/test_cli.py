"""The command line: what it prints, its JSON to the contract's letter, and its exit codes."""

import json
import os
import re
import subprocess
import sys
import textwrap
import tomllib

import pytest

from casebook import cases, files
from casebook.cli import main
from casebook.grading.feedback import result
from casebook.grading.scrubbed import CLEAN, NOT_READ, OLD, PASSES, scrubbed
from tests.cases.test_cases import BROKEN, GOOD, WRONG
from tests.conftest import ROOT
from tests.minimal_cases import FOLDER, case
from tests.shapes import CODE, EDIT, GRADE, LINE, Each, fits

TWO = str(FOLDER / "d02-two-segments-two-joins.yaml")
OPEN = str(FOLDER / "d03c-as-written.yaml")


@pytest.fixture
def run(capsys):
    """Run one command in this process: exit code, output, errors."""

    def call(*args):
        code = main([str(a) for a in args])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def put(tmp_path):
    def write(text, name="rowan.md"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


# code


def test_code_says_the_claim_and_why(run):
    code, out, err = run("code", TWO)
    assert (code, err) == (0, "")
    assert out.startswith("bill\n\n44120; 44121\n")
    assert "because: Count the joins that stand" in out


@pytest.mark.parametrize("name", sorted(p.name for p in FOLDER.glob("d*.yaml")))
def test_the_json_of_code(run, name):
    code, out, err = run("code", FOLDER / name, "--json")
    assert (code, err) == (0, "")
    fits(CODE, json.loads(out))


def test_code_on_a_note_that_needs_a_query_shows_each_reading(run):
    code, out, _ = run("code", OPEN)
    assert code == 0
    assert out.startswith("query: the readings have different claims\n")
    assert "\n44120; 44121\n" in out
    assert "\n44120\n" in out
    found = json.loads(run("code", OPEN, "--json")[1])
    assert (found["action"], [c["reading"] for c in found["claims"]]) == ("query", [0, 1])


def test_code_shows_what_is_not_billed_what_else_is_accepted_and_the_edits(run):
    assert "not billed: 49000. Looking through the abdomen" in run("code", FOLDER / "exploration.yaml")[1]
    assert "also accepted: 44120; 44121. Two removals" in run("code", FOLDER / "d04a-join-made-again.yaml")[1]
    assert "edit: 44121 has 3 units" in run("code", FOLDER / "d05b-four-joins.yaml")[1]


def test_code_on_what_no_rule_decides(run, put):
    path = put("steps:\n  - appendectomy: true\n", "op.yaml")
    code, out, _ = run("code", path)
    assert code == 0
    assert out.startswith("out of scope: ")
    fits(CODE, json.loads(run("code", path, "--json")[1]))


# grade


@pytest.mark.parametrize(
    ("answer", "headline"),
    [
        ("44120; 44121", "Correct."),
        ("44120; 44121; 44005", "Partly right."),
        ("44120 x2", "Not right."),
        ("44120 x", "This could not be read."),
        ("", "Nothing to check yet."),
    ],
)
def test_grade_answers_with_exit_code_0_whatever_the_verdict(run, answer, headline):
    code, out, err = run("grade", TWO, answer)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == headline


@pytest.mark.parametrize(
    "answer",
    [
        "44120; 44121",
        "44120",
        "44120 x2",
        "44120 x",
        "",
        "query",
        "44202; 44203",
        "\ud800",
        "44160; 44121-51",
    ],
)
@pytest.mark.parametrize(
    "name",
    ["d02-two-segments-two-joins", "d03c-as-written", "d04a-join-made-again", "d10b-three-left-stapled"],
)
def test_the_json_of_grade(run, name, answer):
    code, out, err = run(
        "grade", FOLDER / f"{name}.yaml", answer, "--json", "--evidence", "a, b", "--diagnoses", "K50.012"
    )
    assert (code, err) == (0, "")
    found = json.loads(out)
    fits(GRADE, found)
    assert found == json.loads(json.dumps(result(case(name).item.grade(answer), ["a", "b"], ["K50.012"])))


def test_grade_says_what_an_answer_amounts_to(run):
    _, out, _ = run("grade", TWO, "44120 x2")
    assert "44120 has 1 unit here, not 2. The slip that gives this claim: billing the base code once" in out


def test_evidence_and_diagnoses_are_null_unless_given(run, put):
    path = put(GOOD)
    found = json.loads(run("grade", path, "44120", "--json")[1])
    assert (found["evidence"], found["diagnoses"]) == (None, None)
    found = json.loads(
        run("grade", path, "44120", "--json", "--evidence", "cut,join", "--diagnoses", "K50.012")[1]
    )
    assert found["evidence"] == {
        "found": ["join"],
        "missed": [],
        "beside": ["cut"],
        "irrelevant": [],
        "score": 1.0,
    }
    assert found["diagnoses"]["score"] == 1.0
    found = json.loads(run("grade", path, "44120", "--json", "--evidence", "")[1])
    assert found["evidence"]["missed"] == ["join"]


# scrub


def test_scrub_finds_what_the_tables_say_and_names_them(run):
    code, out, err = run("scrub", "44120; 44121")
    assert (code, err) == (0, "")
    told = scrubbed("44120; 44121")
    assert out.splitlines()[0] == told["headline"] == f"{CLEAN} {OLD}"
    # The dates of the tables, and that no report was read.
    assert all(table["says"] in out for table in told["tables"])
    assert NOT_READ in out
    out = run("scrub", "44160; 44121")[1]
    assert "\nblocks: 44121 is an add-on; CMS accepts it only on 44120" in out
    assert "[cms-aoc-2024-06]" in out
    assert "\nnote: " in run("scrub", "44160; 44120-59")[1]


def test_scrub_calls_no_claim_free_of_faults_in_which_a_mark_or_a_line_should_go(run):
    for claim, things in (("44120; 44121-51", "one thing"), ("44120; 44121-51; 44121-59", "three things")):
        said = run("scrub", claim)[1]
        assert said.startswith(f"{PASSES}, but {things} in it should be changed.")
    assert "44121 stands here on more than one line" in said
    # Two lines of one code that differ by who did it are no duplicate.
    assert "more than one line" not in run("scrub", "44120; 44121; 44121-80")[1]


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        ("44120-22; 44121-22", ["22 on 44121"]),
        ("44202-22; 44203", []),
        ("44120; 44121; 44121", ["like lines"]),
        ("44120; 44121 x2", []),
        ("44120; 44120", ["limit of 1"]),  # what is denied needs no further note
        ("44120-51", ["this claim has no other"]),
    ],
)
def test_scrub_notes_what_no_table_denies_and_a_payer_may(claim, says):
    found = scrubbed(claim)["edits"]
    assert len(found) == len(says)
    assert all(words in edit["says"] for words, edit in zip(says, found, strict=True))


def test_the_json_of_scrub(run):
    code, out, err = run("scrub", "44120 x2; 44005", "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    beside = {"lines": Each({"line": str, "says": str}), "tables": Each({"id": str, "says": str})}
    said = {"typed": str, "headline": str, "not_read": str}
    fits({"claim": Each(LINE), "edits": Each(EDIT), **beside, **said}, told)
    assert [e["kind"] for e in told["edits"]] == ["pair", "units"]


@pytest.mark.parametrize("claim", ["44120 x", "query", "", "nonsense"])
def test_scrub_cannot_answer_what_is_no_claim(run, claim):
    code, out, err = run("scrub", claim)
    assert (code, out) == (2, "")
    assert err.strip()


# check


def test_check_passes_a_good_case(run, put):
    code, out, err = run("check", put(GOOD))
    assert (code, err) == (0, "")
    assert "1 case, 0 faults" in out


@pytest.mark.parametrize("what", list(WRONG))
def test_check_fails_with_file_and_line(run, put, what):
    path = put(WRONG[what][0])
    code, out, err = run("check", path)
    assert code == 1
    assert WRONG[what][2] in err
    assert all(line.startswith(f"{path}:") for line in err.splitlines())
    assert "0 faults" not in out


@pytest.mark.parametrize("what", list(BROKEN))
def test_a_file_that_cannot_be_read_is_exit_code_2_and_a_fault_of_check(run, put, what):
    path = put(BROKEN[what][0])
    for args in (
        ("code", path),
        ("code", path, "--json"),
        ("grade", path, "44120"),
        ("grade", path, "44120", "--json"),
    ):
        code, out, err = run(*args)
        assert (code, out) == (2, "")
        assert err.startswith(f"{path}:")
        assert BROKEN[what][2] in err
    code, _, err = run("check", path)
    assert code == 1
    assert err.startswith(f"{path}:")


def test_check_goes_through_folders_and_tells_every_fault(run, put, tmp_path):
    put(GOOD, "a.md")
    put(WRONG["a level out of range"][0], "b.md")
    put(BROKEN["an open quote"][0], "c.md")
    code, out, err = run("check", tmp_path)
    assert code == 1
    assert "3 cases, 2 faults" in out
    assert "b.md:" in err
    assert "c.md:" in err
    assert "a.md:" not in err


def test_check_of_an_empty_folder_is_no_success(run, tmp_path):
    code, _, err = run("check", tmp_path)
    assert code == 1
    assert ":1: there is no case here" in err


def test_check_of_what_is_not_there(run, tmp_path):
    code, _, err = run("check", tmp_path / "gone.md")
    assert code == 1
    assert "cannot be read" in err


def test_check_passes_the_shipped_cases_and_lists_sources_that_have_run_out(run):
    code, out, err = run("check")
    assert (code, err) == (0, "")
    assert f"{len(cases.library()) + len(cases.beyond())} cases, 0 faults" in out
    assert "note: cms-ptp-2024q3 (2024 Q3, in force 2024-07-01) was in force until 2024-09-30; rules: " in out


# Any command


@pytest.mark.parametrize(
    "args", [("code",), ("grade", TWO), ("scrub",), ("sing",), (), ("code", TWO, "--loud")]
)
def test_a_command_that_is_not_one_is_exit_code_2(args, capsys):
    with pytest.raises(SystemExit) as stop:
        main(list(args))
    assert stop.value.code == 2
    assert "usage: casebook" in capsys.readouterr().err


@pytest.mark.parametrize(
    "args", [("code", "no-such-tree"), ("grade", "no-such-tree", "44120"), ("code", "no/such/file.md")]
)
def test_a_case_that_is_not_there(run, args):
    code, out, err = run(*args)
    assert (code, out) == (2, "")
    assert err.strip()


def test_a_shipped_case_by_its_name(run):
    name = cases.library()[0].stem
    assert run("code", name, "--json") == run("code", cases.cases_folder() / f"{name}.md", "--json")


def test_the_installed_command_speaks_utf_8_whatever_the_terminal_says():
    command = [sys.executable, "-m", "casebook", "grade", TWO, "44120 ×2"]
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert done.returncode == 0
    assert done.stderr == b""
    assert "Not right." in done.stdout.decode("utf-8")


def test_sentences_and_diagnoses_are_told_in_words(run):
    code, out, _ = run(
        "grade",
        "alder",
        "44120; 44121",
        "--diagnoses",
        "K56.609,Z90.49",
        "--evidence",
        "upper-join,bowel-between,nonsense",
    )
    assert code == 0
    for line in (
        "1 of 3 deciding lines found (upper-join).",
        "True, but not what decides: bowel-between.",
        "The chart marks no nonsense; it marks: no-operation-before",
        "Missing: K50.012.",
        "Not needed: K56.609.",
        "Z90.49 tells of history",
    ):
        assert line in out
    _, out, _ = run("grade", "alder", "44120; 44121", "--diagnoses", "K50.012")
    assert "The codes and their order are right." in out


# What a command writes


def test_a_report_or_an_export_over_a_file_that_it_reads_is_refused(run, put, tmp_path):
    answers = put(
        '{"format": "casebook-answers", "version": 1}\n{"case": "alder", "answer": "44120"}\n', "a.jsonl"
    )
    case = put(GOOD)
    for command in (
        ("class", "report", tmp_path, "-o", answers),
        ("class", "report", answers, "-o", answers),
        ("export", "--to", "moodle", "--cases", case, "-o", case),
    ):
        before = answers.read_bytes(), case.read_bytes()
        code, _, err = run(*command)
        assert code == 2
        assert "one of the files that are read" in err
        assert (answers.read_bytes(), case.read_bytes()) == before


def test_an_assignment_that_failed_can_be_made_at_the_next_try(run, put, tmp_path, monkeypatch):
    case, out = put(GOOD), tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", lambda number: (_ for _ in ()).throw(OSError(28, "No space left")))
        assert run("assign", "--cases", case, "--out", out)[0] == 2
    assert not [path for path in out.rglob("*") if path.is_file()]
    assert run("assign", "--cases", case, "--out", out)[0] == 0
    assert run("assign", "--cases", case, "--out", out)[0] == 2


def test_the_case_that_contributing_shows_is_sound(tmp_path, capsys):
    shown = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("```markdown\n")[2].partition("```")[0]
    file = tmp_path / "rowan.md"
    file.write_text(textwrap.dedent("   " + shown.lstrip()), "utf-8")
    assert "tempting:" in shown
    assert main(["check", str(file)]) == 0
    assert "no fault; where a later edition" in capsys.readouterr().out
    assert main(["code", str(file)]) == 0
    assert capsys.readouterr().err == ""
    oak = tmp_path / "oak.md"
    oak.write_text(file.read_text("utf-8"), "utf-8")
    assert main(["code", str(oak)]) == 0
    assert "note: a shipped case is named oak already" in capsys.readouterr().err


def test_a_csv_in_a_folder_is_told_of_unless_it_is_named_too(tmp_path, capsys):
    folder = tmp_path / "responses"
    folder.mkdir()
    form = folder / "section_b.csv"
    form.write_text("Name,oak\nBo,44120\n", "utf-8")
    command = ["class", "gradebook", "--cases", "oak", "-o", str(tmp_path / "grades"), str(folder)]
    assert main(command) == 2
    assert "name a CSV file itself too, as in responses responses/section_b.csv" in capsys.readouterr().err
    assert main([*command, str(form)]) == 0
    said = capsys.readouterr().err
    assert "not read" not in said
    assert "no file in it" not in said
    (folder / "other.csv").write_text("Name,oak\nCy,44120\n", "utf-8")
    assert main([*command, str(form)]) == 0
    assert "other.csv:1: this was not read" in capsys.readouterr().err


def test_a_grade_book_says_who_is_not_on_the_roster_and_who_handed_nothing_in(tmp_path, capsys):
    form, roster = tmp_path / "form.csv", tmp_path / "roster.csv"
    form.write_text(
        'Name,oak\n"Nguyen, Linh",44120\nLee_Ann_1,44120\nLee_Ann_2,44120\nguest 4,44120\n', "utf-8"
    )
    roster.write_text("Last name,First name,Student ID\nNguyen,Linh,1\nLee,Ann,2\n", "utf-8")
    plain = tmp_path / "plain.csv"
    plain.write_text(
        "learner,case,answer\nguest 4,elm,44120\nguest 4,birch,44120\nguest 4,oakk,44120\n", "utf-8"
    )
    command = ["class", "gradebook", str(form), str(plain), "--cases", "oak", "--roster", str(roster), "-o"]
    assert main([*command, str(tmp_path / "grades")]) == 0
    said = capsys.readouterr().err.splitlines()
    assert "found on the roster (1): Nguyen, Linh as Linh Nguyen" in said
    assert (
        "not on the roster (3): Lee_Ann_1 (perhaps Ann Lee); Lee_Ann_2 (perhaps Ann Lee); guest 4"
    ) in said
    assert "handed nothing in (1): Ann Lee" in said
    assert "3 answers to cases that were not set: left out" in said
    canvas = (tmp_path / "grades" / "canvas.csv").read_text("utf-8")
    assert "Linh Nguyen" in canvas
    assert "Nguyen, Linh" not in canvas
    assert main([*command, str(tmp_path / "unnamed"), "--anonymous"]) == 0
    assert "Nguyen" not in capsys.readouterr().err


def test_a_grade_book_and_a_page_for_each_learner(tmp_path, capsys):
    form = tmp_path / "form.csv"
    form.write_text("Name,oak,elm\nAda,44120,what?\n", "utf-8")
    roster = tmp_path / "names.txt"
    roster.write_text("Ada\nBo\n", "utf-8")
    common = [str(form), "--cases", "oak,elm", "--roster", str(roster)]
    assert main(["class", "gradebook", *common, "-o", str(tmp_path / "grades")]) == 0
    rows = (tmp_path / "grades" / "gradebook.csv").read_text("utf-8").splitlines()
    assert rows[1].startswith("Ada,2,1,0,0,1,0,1.0,50.0,")
    assert rows[2].startswith("Bo,2,0,0,0,0,2,0.0,0.0,")
    assert main(["class", "feedback", *common, "-o", str(tmp_path / "back"), "--anonymous"]) == 0
    assert sorted(path.name for path in (tmp_path / "back").iterdir()) == ["learner-1.html", "learner-2.html"]
    again = ["class", "feedback", *common, "-o", str(tmp_path / "back")]
    assert main(again) == 2
    assert "name another folder, or say --force" in capsys.readouterr().err
    assert main([*again, "--force"]) == 0
    assert sorted(path.name for path in (tmp_path / "back").iterdir()) == ["ada.html", "bo.html"]
    assert main(["class", "gradebook", str(form), "-o", str(tmp_path / "no")]) == 2
    assert "--key or --cases" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "given"),
    [
        *(("--port", port) for port in ("-1", "65536", "9" * 400, "١", "1_0", "")),
        *(
            ("--address", address)
            for address in (
                "javascript:alert(1)", "room", "http://", "http://[::1", "http://a b/", "ftp://a", "http://a:0",
                "http://a:99999", "http://a/?x", "http://a/\x1b[2J",
            )
        ),
        *(("--proxy", address) for address in ("*", "proxy.example", "10.0.0.1/8", "10.0.0.1,10.0.0.2", "")),
    ],
)  # fmt: skip
def test_a_room_is_opened_only_at_what_can_be_an_address(capsys, tmp_path, option, given):
    with pytest.raises(SystemExit, match="2"):
        main(["room", "--cases", "alder", "--file", str(tmp_path / "votes"), f"{option}={given}"])
    assert "expected" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_proxy_elsewhere_needs_a_room_that_it_can_reach(run, tmp_path):
    code, _, err = run("room", "--cases", "alder", "--file", tmp_path / "votes", "--proxy", "10.0.0.5")
    assert code == 2
    assert "say --lan" in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("library", "args"),
    [
        ("starlette", ["room", "--cases", "alder"]),
        ("text2qti", ["export", "--to", "qti", "-o", "joins.zip"]),
        ("nbformat", ["assign", "--cases", "alder", "--out", "week1"]),
    ],
)
def test_where_a_library_lacks_the_extra_that_holds_it_is_named(tmp_path, library, args):
    started = (
        f"import sys; sys.modules[{library!r}] = None; from casebook.cli import main; sys.exit(main({args}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", started], capture_output=True, check=False, text=True, cwd=tmp_path
    )
    extra = re.search(r"pip install 'casebook\[(\w+)\]'", done.stderr)
    assert done.returncode == 2, done.stderr
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert any(re.match(rf"{library}\b", need) for need in extras[extra[1]])


def test_a_pipe_is_refused_and_not_waited_for(run, tmp_path):
    pipes = [tmp_path / f"pipe{ending}" for ending in (".md", ".csv", ".jsonl", ".zip")]
    for pipe in pipes:
        os.mkfifo(pipe)
    chart, form, answers, table = pipes
    for words in (
        ["check", chart],
        ["grade", chart, "44120"],
        ["class", "gradebook", "--cases", "alder", form, "-o", tmp_path / "g"],
        ["class", "gradebook", "--cases", "alder", answers, "-o", tmp_path / "g"],
        ["class", "gradebook", "--key", table, answers, "-o", tmp_path / "g"],
        ["update-edits", table],
    ):
        code, _, err = run(*words)
        assert code
        assert "pipe or a device" in err


@pytest.mark.parametrize("name", ["nosuch/alder", "./alder", "../alder"])
def test_a_name_with_a_slash_is_a_file(run, name):
    code, out, err = run("grade", name, "44120")
    assert code == 2
    assert not out
    assert err.startswith(f"{os.path.normpath(name)}:1: the file cannot be read")


def test_worksheets_are_not_written_over_a_case(run, put, tmp_path):
    text = (cases.cases_folder() / "alder.md").read_text("utf-8")
    own, key = put(text, "own.md"), put(text, "set-key.md")
    for file, out in ((own, own), (key, tmp_path / "set.md")):
        code, _, err = run("pack", "--cases", file, "-o", out)
        assert code == 2
        assert "one of the files that are read" in err
        assert file.read_text("utf-8") == text
    assert not (tmp_path / "set.md").exists()


def test_nothing_is_written_where_one_output_cannot_be(run, put, tmp_path):
    form = put("learner,case,answer\nAnn,alder,44120\nDi,aldr,44120\n", "a.csv")
    (tmp_path / "g" / "answers_by_learner.csv").mkdir(parents=True)
    code, _, err = run("class", "gradebook", "--cases", "alder", form, "-o", tmp_path / "g")
    assert code == 2
    assert "cannot be written: it is a folder" in err
    assert len(list((tmp_path / "g").iterdir())) == 1
    code, _, err = run("class", "gradebook", "--cases", "alder", form, "-o", tmp_path / "h")
    assert code == 0
    assert "a.csv:3: no case is named aldr" in err
    assert "Di" in (tmp_path / "h" / "gradebook.csv").read_text("utf-8")
    (tmp_path / "pack-key.html").mkdir()
    code, _, err = run("pack", "--cases", "alder", "-o", tmp_path / "pack.html")
    assert code == 2
    assert "cannot be written" in err
    assert not (tmp_path / "pack.html").exists()
