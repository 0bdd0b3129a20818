"""The names that `import casebook` hands out: each works, also after everything else was imported."""

import importlib
import pathlib
import pkgutil
import subprocess
import sys
import tomllib

import pytest

import casebook
from tests.conftest import ROOT

NAMES = [name for name in casebook.__all__ if name != "__version__"]
ARGUMENTS = {
    "grade": ("alder", "44120"),
    "load": ("alder",),
    "library": (),
    "read_claim": ("44120; 44121",),
}


def everything():
    """Every module of the package but those that start something or need what is not installed here."""
    for found in pkgutil.walk_packages(casebook.__path__, "casebook."):
        if found.name != "casebook.__main__":
            yield importlib.import_module(found.name)


@pytest.mark.long
def test_every_name_is_handed_out_before_and_after_everything_is_imported():
    before = {name: getattr(casebook, name) for name in NAMES}
    assert len(list(everything())) > 60
    assert {name: getattr(casebook, name) for name in NAMES} == before
    assert not [name for name, it in before.items() if isinstance(it, type(casebook))], "a module is no door"


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_door_can_be_called_twice(name):
    for _ in range(2):
        assert getattr(casebook, name)(*ARGUMENTS[name])


def test_doors_of_packages_stay_functions_when_their_modules_are_imported():
    list(everything())
    from casebook.classroom import cohort, frame_of
    from casebook.quiz import quiz

    assert all(callable(door) for door in (cohort, frame_of, quiz))


def test_an_unknown_name_is_no_attribute():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        casebook.nothing  # noqa: B018
    assert set(NAMES) <= set(dir(casebook))


def test_importing_the_package_loads_nothing_else():
    code = "import sys, casebook; print([m for m in sys.modules if m.startswith('casebook.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_version_stands_in_one_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "version" not in project
    assert "version" in project["dynamic"]
    cited = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"version: {casebook.__version__}\n" in cited
    assert f"## {casebook.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert (pathlib.Path(casebook.__file__).parent / "py.typed").is_file()


def test_pictures_lie_with_the_readme_s_and_nowhere_else():
    done = subprocess.run(
        ["git", "ls-files", "*.png", "*.jpg", "*.jpeg"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    folders = {str(pathlib.PurePosixPath(line).parent) for line in done.stdout.splitlines()}
    assert folders == {".github/screenshots"}
