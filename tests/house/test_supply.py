"""What is installed is what was chosen: every pin has the hashes of its files."""

import re

from tests.conftest import ROOT

PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*==[^\s;\\]+)", re.MULTILINE)


def test_every_pin_has_hashes_and_no_address():
    plain = (ROOT / "requirements.txt").read_text("utf-8")
    hashed = (ROOT / "requirements-hashed.txt").read_text("utf-8")
    blocks = re.split(r"^(?=[a-z0-9])", hashed, flags=re.MULTILINE)[1:]
    assert len(blocks) > 200
    assert [PIN.match(block)[1] for block in blocks] == PIN.findall(plain)
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}\b", block) for block in blocks)
    assert "://" not in plain + hashed
