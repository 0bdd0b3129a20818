"""The core runs in the reader's browser, so it brings nothing but the standard library."""

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
