"""Files are written whole or not at all, by one helper: whatever call of the system fails, whenever the
program is killed."""

import ast
import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import casebook
from casebook import files
from casebook.errors import CommandError

OLD, NEW = b"old\n" * 1000, b"new\n" * 3000
#: Every call of the system that the helper writes by.
CALLS = ("open", "fsync", "replace", "link", "close", "write_bytes", "chmod", "mkdir")


class Failing:
    """Has the `number`th of all these calls fail, as a full disk has them."""

    def __init__(self, monkeypatch, number):
        self.left = number
        for name in CALLS:
            place = Path if name in ("write_bytes", "chmod", "mkdir") else os
            monkeypatch.setattr(place, name, self.counted(getattr(place, name), name))

    def counted(self, real, name):
        def call(*args, **named):
            self.left -= 1
            if self.left == 0:
                if name == "write_bytes":  # some of it was written
                    real(args[0], args[1][: len(args[1]) // 2])
                if name == "close":
                    real(*args)
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*args, **named)

        return call


def every_failure(work, look):
    """Do the work with the first call failing, then the second, until it ends well."""
    for number in range(1, 60):
        with pytest.MonkeyPatch.context() as patch:
            failing = Failing(patch, number)
            try:
                work()
            except OSError:
                ended = False
            else:
                ended = True
        look(ended)
        if ended and failing.left > 0:
            assert number > 4  # something did fail before
            return
    raise AssertionError("it never ended well")


def names(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_a_failure_of_any_call_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(OLD)

    def look(ended):
        assert path.read_bytes() in ((NEW,) if ended else (OLD, NEW))
        assert names(tmp_path) == ["table.csv"]
        path.write_bytes(OLD)

    every_failure(lambda: files.write(path, NEW), look)


def test_a_failure_of_any_call_leaves_no_half_of_what_belongs_together_and_the_next_try_works(tmp_path):
    whole = {tmp_path / "a" / "key.json": NEW, tmp_path / "b" / "book.ipynb": OLD}

    def look(ended):
        assert len(names(tmp_path)) == (2 if ended else 0)
        for path in whole:
            path.unlink(missing_ok=True)

    every_failure(lambda: files.write_new(whole), look)
    files.write_new(whole)
    assert {path: path.read_bytes() for path in whole} == whole


def test_a_failure_of_any_call_leaves_files_that_belong_together_as_they_were(tmp_path):
    """Some of them stand there already, one in a folder that is made."""
    old = {tmp_path / "page.html": OLD, tmp_path / "key.html": b"older"}
    whole = {**dict.fromkeys(old, NEW), tmp_path / "tables" / "new" / "a.csv": OLD}

    def begin():
        shutil.rmtree(tmp_path / "tables", ignore_errors=True)
        for path, content in old.items():
            path.write_bytes(content)

    def look(ended):
        found = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        assert found == (whole if ended else old)
        assert ended or not (tmp_path / "tables").exists()
        begin()

    begin()
    every_failure(lambda: files.write_all(whole), look)
    (tmp_path / "tables").mkdir()
    with pytest.raises(IsADirectoryError):
        files.write_all({**dict.fromkeys(old, NEW), tmp_path / "tables": NEW})
    assert {path: path.read_bytes() for path in old} == old
    assert names(tmp_path) == ["key.html", "page.html"]


def test_where_there_are_no_links_a_name_is_taken_all_the_same(tmp_path, monkeypatch):
    def no_links(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    whole = {tmp_path / "key.json": NEW, tmp_path / "book.ipynb": OLD}
    files.write_new(whole)
    assert {path: path.read_bytes() for path in whole} == whole
    with pytest.raises(FileExistsError):
        files.write_new({tmp_path / "key.json": OLD, tmp_path / "other": OLD})
    assert names(tmp_path) == ["book.ipynb", "key.json"]


def test_what_a_kill_left_half_done_is_finished_by_the_same_call_and_by_no_other(tmp_path):
    key, book = tmp_path / "key.json", tmp_path / "book.ipynb"
    key.write_bytes(NEW)
    with pytest.raises(FileExistsError) as error:
        files.write_new({key: OLD, book: OLD})
    assert error.value.filename == str(key)
    assert names(tmp_path) == ["key.json"]
    files.write_new({key: NEW, book: OLD})
    assert book.read_bytes() == OLD
    with pytest.raises(FileExistsError):
        files.write_new({key: NEW, book: OLD})


def test_of_two_who_write_a_pair_at_once_one_has_both(tmp_path):
    for number in range(20):
        folder = tmp_path / str(number)
        start = threading.Barrier(2)
        refused = []

        def run(content, folder=folder, start=start, refused=refused):
            start.wait()
            try:
                files.write_new({folder / "key.json": content, folder / "book.ipynb": content})
            except FileExistsError:
                refused.append(content)

        both = [threading.Thread(target=run, args=(content,)) for content in (OLD, NEW)]
        for each in both:
            each.start()
        for each in both:
            each.join()
        assert len(refused) == 1
        assert (folder / "key.json").read_bytes() == (folder / "book.ipynb").read_bytes()
        assert len(names(folder)) == 2


WRITER = """
import sys, pathlib
from casebook import files
path, contents = pathlib.Path(sys.argv[1]), [b"old\\n" * 200_000, b"new\\n" * 300_000]
print("up", flush=True)
while True:
    for content in contents:
        files.write(path, content)
"""


def test_killed_at_any_moment_it_leaves_the_old_file_or_the_new_one(tmp_path):
    path = tmp_path / "table.csv"
    wholes = (b"old\n" * 200_000, b"new\n" * 300_000)
    path.write_bytes(wholes[0])
    rng = random.Random(9)
    for _ in range(12):
        with subprocess.Popen([sys.executable, "-S", "-c", WRITER, path], stdout=subprocess.PIPE,
                              env={**os.environ, "PYTHONPATH": str(SOURCE.parent)}) as writer:  # fmt: skip
            writer.stdout.readline()
            time.sleep(rng.uniform(0.005, 0.06))
            writer.send_signal(signal.SIGKILL)
        assert path.read_bytes() in wholes
    # What was left is in nobody's way, and goes in time.
    long_ago = time.time() - 2 * files.FORGOTTEN
    for part in tmp_path.glob(".casebook-*"):
        os.utime(part, (long_ago, long_ago))
    files.write(path, NEW)
    assert names(tmp_path) == ["table.csv"]


FULL = """
import resource, signal, sys, pathlib
from casebook import files
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))  # more than that no file may hold
try:
    files.write(sys.argv[1], b"new" * 5000)
except OSError as error:
    print(error.strerror)
"""


def test_a_disk_that_takes_no_more_leaves_the_old_file(tmp_path):
    path = tmp_path / "report.html"
    path.write_bytes(OLD)
    done = subprocess.run(
        [sys.executable, "-S", "-c", FULL, path],
        env={**os.environ, "PYTHONPATH": str(SOURCE.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "File too large\n"
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["report.html"]
    with pytest.raises(OSError, match="No space left"):
        files.write("/dev/full", OLD)


def test_links_rights_pipes_and_folders_stay_what_they_are(tmp_path):
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_bytes(OLD)
    real.chmod(0o640)
    link.symlink_to(real)
    files.write(link, "näher\n")
    assert link.is_symlink()
    assert real.read_text("utf-8") == "näher\n"
    assert real.stat().st_mode & 0o777 == 0o640
    with pytest.raises(IsADirectoryError):
        files.write(tmp_path, NEW)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    files.write(pipe, NEW)
    reader.join()
    assert got == [NEW]


def test_a_name_as_long_as_a_name_may_be_can_be_written(tmp_path):
    files.write(tmp_path / ("n" * 255), NEW)
    assert names(tmp_path) == ["n" * 255]


def test_an_output_is_none_of_the_inputs_by_whatever_name(tmp_path):
    answers, other = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    answers.write_bytes(OLD)
    os.link(answers, other)
    (tmp_path / "c.jsonl").symlink_to(answers)
    for name in ("a.jsonl", "b.jsonl", "c.jsonl", "./a.jsonl"):
        with pytest.raises(CommandError, match="one of the files that are read"):
            files.not_among([tmp_path / name], [answers])
    files.not_among([tmp_path / "d.html"], [answers, tmp_path / "gone"])


# One helper, one place

SOURCE = Path(casebook.__file__).parent
#: What writes into a folder of its own for half-done work, which is moved as a whole afterwards; and the one
#: place. A name stands with what it writes.
MAY = {
    "cli/terminal.py": {"open"},  # where nothing goes: os.devnull
    "files.py": {"write_bytes", "open", "replace", "link"},
    "quiz/runtime.py": {"write_text", "write_bytes"},
    "quiz/archive.py": {"write_bytes"},
    "quiz/building.py": {"copyfile"},
}
WRITES = {
    "write_text", "write_bytes", "copyfile", "copy", "copy2", "copytree", "move", "replace", "rename", "link",
    "symlink", "dump",
}  # fmt: skip
OWNERS = ("os", "shutil", "json", "nbformat", "pickle")


def writing(tree):
    """The names of the calls in a module that write a file."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = getattr(getattr(node.func, "value", None), "id", "")
        opened = name == "open" and owner != "zipfile" and any(map(_writes, node.args))
        moved = name in WRITES and (owner in OWNERS or "write_" in name)
        if opened or moved or (name == "write" and owner in ("nbformat", "ET")):
            yield name


def _writes(argument):
    """Whether an argument of open is a mode that writes."""
    mode = argument.value if isinstance(argument, ast.Constant) else None
    return isinstance(mode, str) and len(mode) <= 3 and bool(set(mode) & set("wax+"))


def test_nothing_else_writes_a_file():
    found = {}
    for file in sorted(SOURCE.rglob("*.py")):
        if calls := set(writing(ast.parse(file.read_text("utf-8")))):
            found[file.relative_to(SOURCE).as_posix()] = calls
    assert found == MAY


#: Who writes several files one by one, since a later call finds and writes what is missing.
ONE_BY_ONE = {
    "quiz/runtime.py": {"_publish"},
    "quiz/verdicts.py": {"fill"},
}


def one_by_one(tree):
    """The functions that write a file in a loop, or two after one another."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        single = [call for call in ast.walk(function) if _is_single(call)]
        loops = [
            each for each in ast.walk(function) if isinstance(each, ast.For | ast.While | ast.comprehension)
        ]
        looped = [call for loop in loops for call in ast.walk(loop) if _is_single(call)]
        if len(single) > 1 or looped:
            yield function.name


def _is_single(node):
    function = getattr(node, "func", None)
    owner = getattr(getattr(function, "value", None), "id", "")
    return isinstance(node, ast.Call) and owner == "files" and function.attr in ("write", "beside")


def test_what_belongs_together_is_written_together():
    found = {}
    for file in sorted(SOURCE.rglob("*.py")):
        if functions := set(one_by_one(ast.parse(file.read_text("utf-8")))):
            found[file.relative_to(SOURCE).as_posix()] = functions
    assert found == ONE_BY_ONE
