"""The archive that a page's Python is given: all that it needs, and nothing of what it must not have."""

import ast
import gzip
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest

from casebook import cases
from casebook.quiz import archive

LARGEST = 185_000  # bytes, packed; a fortieth of the Python it comes with, fetched after the first verdict
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


@pytest.fixture(scope="module")
def held(parts):
    with zipfile.ZipFile(parts.archive) as files:
        return {name: files.read(name).decode() for name in files.namelist()}


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The package in another folder, where it may be changed."""
    package = tmp_path / "src" / "casebook"
    shutil.copytree(archive.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(archive, "PACKAGE", package)
    return package


def test_it_is_enough_to_start_and_the_same_each_time(parts, tmp_path):
    again = archive.build(tmp_path)
    assert (again.name, again.read_bytes()) == (parts.archive.name, parts.archive.read_bytes())
    probe = "import casebook.quiz.door as d; print(d.__file__, len(d.read_tables()))"
    code = f"import sys; sys.path.insert(0, {str(again)!r}); {probe}"
    told = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False
    )
    assert str(again) in told.stdout, told.stderr


def test_it_is_small(parts):
    assert len(gzip.compress(parts.archive.read_bytes(), 9)) <= LARGEST


def test_it_is_without_what_only_people_read(held):
    """That it answers as the sources do is `test_parity`'s."""
    for name, content in held.items():
        if name.endswith(".toml"):
            assert tomllib.loads(content) == tomllib.loads((archive.PACKAGE.parent / name).read_text("utf-8"))
            assert not re.search("^#", content, re.MULTILINE)
        elif name.endswith(".py"):
            nodes = [node for node in ast.walk(ast.parse(content)) if isinstance(node, DOCUMENTED)]
            assert not [node for node in nodes if ast.get_docstring(node)], name


def test_it_holds_no_case_and_no_key(held):
    kept = "\n".join(held.values())
    assert {name.rpartition(".")[2] for name in held} == {"py", "csv", "toml"}
    assert not [name for name in held if "cases" in name]
    for path in cases.library():
        case = cases.load(path)
        secrets = [case.title, *case.evidence.values(), str(case.key.get("why"))]
        assert not [each for each in secrets if each in kept], case.id


def test_it_imports_the_standard_library_and_itself_alone(held):
    named = set()
    for name, text in held.items():
        if name.endswith(".py"):
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Import):
                    named.update(alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    named.add(node.module)
    tops = {name.partition(".")[0] for name in named}
    assert tops - sys.stdlib_module_names == {"casebook"}


def test_every_module_that_it_names_is_in_it_but_for_what_types_and_notebooks_need(held):
    """What is imported only when it is needed must be there too."""
    lost = set()
    for name, text in held.items():
        package = name.split("/")[:-1]
        for level, module in re.findall(r"^ +from (\.+)(\w+) import", text, re.MULTILINE):
            where = "/".join([*package[: len(package) - len(level) + 1], module])
            if not {f"{where}.py", f"{where}/__init__.py"} & held.keys():
                lost.add(where)
    assert lost <= {
        "casebook/quiz/widget",
        "casebook/cases",
    }  # the front door: for types


def test_what_it_holds_and_nothing_else_makes_another(copied, tmp_path):
    before = archive.build(tmp_path / "cache").name
    (copied / "data" / "cases").mkdir()
    (copied / "data" / "cases" / "alder.md").write_text("---\nkey: {claim: '44120'}\n---\n", "utf-8")
    for name in ("quiz/widget.py", "classroom/report.py", "data/class_report.html", "cases/__init__.py"):
        (copied / name).write_text("# changed", "utf-8")
    assert archive.build(tmp_path / "cache").name == before
    with (copied / "coding" / "claim.py").open("a") as file:
        file.write("# words for people\n")
    assert archive.build(tmp_path / "cache").name == before
    for name, more in {"coding/claim.py": "CHANGED = True\n", "data/cms/ptp.csv": "\n"}.items():
        with (copied / name).open("a") as file:
            file.write(more)
        after = archive.build(tmp_path / "cache").name
        assert after != before
        before = after


def test_what_the_core_cannot_load_is_told(copied, tmp_path):
    (copied / "coding" / "claim.py").write_text("import pandas\n", "utf-8")
    with pytest.raises(archive.building.BuildError, match="No module named 'pandas'"):
        archive.build(tmp_path / "cache")


def test_what_only_people_read_makes_no_other_and_is_not_stripped_twice(copied, tmp_path, monkeypatch):
    first = archive.build(tmp_path / "cache")
    door = copied / "quiz" / "door.py"
    door.write_text(f"# A remark.\n{door.read_text('utf-8')}", "utf-8")
    assert archive.build(tmp_path / "cache") == first
    monkeypatch.setattr(archive, "_bare", None)
    assert archive.build(tmp_path / "cache") == first  # known by its sources
    assert len([*(tmp_path / "cache").glob("made-of-*")]) == 1
