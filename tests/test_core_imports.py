"""The core runs in the reader's browser, so it brings nothing but the standard library."""

import ast
import json
import pathlib
import subprocess
import sys

import casebook

SOURCE = pathlib.Path(casebook.__file__).resolve().parent.parent
PROBE = """
import json, sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
import casebook.grading
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""


def test_the_grader_imports_only_the_standard_library():
    # -I and -S: no site-packages, no environment, so a third-party import would fail here and not only be seen.
    command = [sys.executable, "-I", "-S", "-c", PROBE, str(SOURCE)]
    loaded = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert set(loaded) - set(sys.stdlib_module_names) == {"casebook"}


# The floors of the house, ground floor first; a room imports only from rooms before it in this list.
ROOMS = """
data bowel claim authorities
operation edits
rulebook rules variants
misconceptions views
diagnoses sentences diagnosis findings flips grading
cases fees refresh payer_files diagram hints choices query
exam results responses explorer tutor beliefs simulated assignments cohort class_report lms
teaching cli __main__
quiz.module quiz.markup quiz.chart quiz.desks quiz.door quiz.runtime quiz.widget quiz.explore quiz classroom
sphinx_ext.parts sphinx_ext.bank sphinx_ext.lines sphinx_ext.lists sphinx_ext.tables sphinx_ext.desks sphinx_ext.notebooks
sphinx_ext.charts sphinx_ext
""".split()


def imported(file, room):
    """The rooms that a file of the package imports, wherever in it."""
    package = ["casebook", *room.split(".")]
    if file.name != "__init__.py":
        package.pop()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            base = [*start, *(node.module or "").split(".")] if node.module else start
            names = [".".join([*base, alias.name]) for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")[1:] if name.split(".")[0] == "casebook" else []
            found = next((r for r in (".".join(parts[:n]) for n in (2, 1)) if r in ROOMS), None)
            if found and found != room:
                yield found


def test_a_room_imports_only_from_floors_below():
    folder = SOURCE / "casebook"
    seen = {}
    for file in folder.rglob("*.py"):
        parts = file.relative_to(folder).with_suffix("").parts
        room = ".".join(p for p in parts if p != "__init__")
        if room:
            seen[room] = set(imported(file, room))
    assert set(seen) == set(ROOMS)
    up = [
        f"{room} imports {other}" for room, others in seen.items() for other in others if ROOMS.index(other) > ROOMS.index(room)
    ]
    assert up == []
    assert "edits" in seen["rules"], "the probe sees nothing"
