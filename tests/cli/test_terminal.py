"""Whatever a command is given, wherever its words go: words and never commands; an end, and no traceback."""

import json
import subprocess
import sys

import nbformat
import pytest

import casebook.__main__
from casebook.cases import load
from casebook.classroom import assignments
from casebook.cli import main
from casebook.cli.terminal import plain
from tests.cases.test_cases import GOOD

HOSTILE = "\x1b[2J\x1b]0;owned\x07\x9b31m\r\u202e\x7f\ud800"


def commands_in(text):
    return [c for c in text if (c < " " and c not in "\n\t") or "\x7f" <= c <= "\x9f" or c in "\u202e"]


@pytest.mark.parametrize(
    "args",
    [
        ("grade", "alder", HOSTILE),
        ("code", HOSTILE.replace("\ud800", "")),
        ("scrub", HOSTILE),
        ("class", "report", HOSTILE.replace("\ud800", "")),
        ("check", f"{HOSTILE[:9]}.md"),
        ("export", "--to", "qti", "-o", "x.zip", "--title", HOSTILE, "--cases", "alder"),
        (HOSTILE,),
    ],
    ids=lambda args: args[0].replace(HOSTILE, "hostile"),
)
def test_nothing_that_is_given_commands_the_terminal(args, capsys):
    try:
        status = main(list(args))
    except SystemExit as stop:
        status = stop.code
    out, err = capsys.readouterr()
    assert status in (0, 1, 2)
    assert out + err
    assert not commands_in(out + err)


def test_json_with_every_character_stays_json(capsys):
    assert main(["scrub", "44120 \x9b\u202e\x7f", "--json"]) in (0, 2)
    out = capsys.readouterr().out
    assert not out or json.loads(out)
    assert json.loads(plain(json.dumps(HOSTILE, ensure_ascii=False))) == HOSTILE


def test_a_name_of_a_file_is_never_code(tmp_path):
    case = tmp_path / 'a"]=1;import os;os.abort();x["b.md'
    case.write_text(GOOD, "utf-8")
    assert main(["assign", "--cases", str(case), "--out", str(tmp_path / "out")]) == 2  # `check` refuses it
    book = nbformat.reads(assignments._notebook([load(case)], "T"), 4)
    cells = [cell.source for cell in book.cells if cell.cell_type == "code"]
    code = next(source for source in cells if "answers[" in source)
    answers, sure = {}, {}
    exec(code, {"answers": answers, "sure": sure})
    assert list(answers) == list(sure) == [case.stem]


ENDS = """
import sys
from casebook.cli import main
def ctrl_c(*_): raise KeyboardInterrupt
main.__globals__["library"] = ctrl_c
sys.exit(main(["list"]))
"""


def test_however_it_ends_there_is_no_traceback(tmp_path):
    done = subprocess.run([sys.executable, "-c", ENDS], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "stopped\n")
    base = f"{sys.executable} -m casebook scrub '44120 x2'"
    for how, status in (
        (f"{base} > /dev/full", 2),
        (f"{base} >&-", 0),
        (f"{base} 2>&-", 0),
        (f"{base} nonsense 2>&- >&-", 2),
        (f"set -o pipefail; {base} | true", 0),
        (f"LC_ALL=C PYTHONUTF8=0 PYTHONIOENCODING=ascii {base}", 0),
    ):
        done = subprocess.run(["bash", "-c", how], capture_output=True, text=True, check=False)
        assert done.returncode == status, how
        assert "Traceback" not in done.stderr
        assert "Exception ignored" not in done.stderr


def test_ctrl_c_while_it_is_being_loaded_is_no_traceback(monkeypatch):
    def ctrl_c():
        raise KeyboardInterrupt

    monkeypatch.setattr("casebook.cli.main", ctrl_c)
    assert casebook.__main__.run() == 130
