"""What the reader's browser loads brings nothing but the standard library. (Which package may import which
stands in pyproject.toml, and import-linter holds it.)"""

import json
import pathlib
import subprocess
import sys

import pytest

import casebook

SOURCE = pathlib.Path(casebook.__file__).resolve().parent.parent
PROBE = """
import importlib, json, pkgutil, sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
package = importlib.import_module(sys.argv[2])
for each in pkgutil.walk_packages(getattr(package, "__path__", ()), sys.argv[2] + "."):
    importlib.import_module(each.name)
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""


@pytest.mark.parametrize(
    "name",
    [
        "casebook.quiz.door",
        "casebook.errors",
        "casebook.data",
        "casebook.coding",
        "casebook.grading",
        "casebook.practice",
    ],
)
def test_what_the_page_loads_imports_only_the_standard_library(name):
    # -I and -S: no site-packages, no environment, so a third-party import would fail here and not only be
    # seen.
    command = [sys.executable, "-I", "-S", "-c", PROBE, str(SOURCE), name]
    loaded = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert set(loaded) - set(sys.stdlib_module_names) == {"casebook"}


def test_import_linter_sees_the_whole_house():
    """A contract that names no package would pass for ever."""
    from importlinter import api

    layers = api.read_configuration(str(SOURCE.parent / "pyproject.toml"))["contracts_options"][0]["layers"]
    named = {part.strip() for layer in layers for part in layer.split("|")}
    found = {
        f"casebook.{p.stem}"
        for p in (SOURCE / "casebook").iterdir()
        if p.suffix == ".py" or (p / "__init__.py").is_file()
    }
    assert found - named == {"casebook.__init__", "casebook.__main__"}
