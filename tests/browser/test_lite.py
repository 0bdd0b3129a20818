"""JupyterLite: the notebooks wholly in the browser, from this machine's own files and no other host's."""

import contextlib
import json
import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from casebook import cli
from tests.conftest import ROOT, Site

pytestmark = pytest.mark.slow
LONG = 180_000  # ms; Python and its packages start in the page
RUN_ALL = re.compile("^Run All Cells")


@pytest.fixture(scope="module")
def lite():
    """The site that make lite builds."""
    done = subprocess.run(
        [sys.executable, "tools/lite.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    with contextlib.closing(Site(ROOT / "_build" / "lite")) as site:
        yield site


@pytest.fixture
def opened(lite, browser, watch):
    """Open a notebook and run all of it; a request to another host fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    watch.forgive(r"404")  # JupyterLite asks for translations and settings that are optional
    watch.follow(context)

    def open_notebook(name):
        page = context.new_page()
        page.goto(f"{lite.address}/lab/index.html?path={name}")
        expect(page.get_by_role("button", name=re.compile("Pyodide.*Idle"))).to_be_visible(timeout=LONG)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name=RUN_ALL).click()
        return page

    yield open_notebook
    context.close()


def test_the_crohn_case_answers_in_the_browser_as_everywhere(opened, capsys):
    page = opened("01_the_crohn_case.ipynb")
    section = page.locator("section.casebook-quiz").first
    claim = section.get_by_role("textbox", name="Claim", exact=True)
    expect(claim).to_be_visible(timeout=LONG)
    for answer, verdict in (("query", "correct"), ("44120", "partly")):
        claim.fill(answer)
        section.get_by_role("button", name="Check", exact=True).click()
        expect(section.get_by_role("status")).to_have_attribute("data-verdict", verdict, timeout=LONG)
        assert cli.main(["grade", "juniper", answer, "--json"]) == 0
        assert section.evaluate("e => e.graded") == json.loads(capsys.readouterr().out)


def test_the_explorer_notebook_runs(opened):
    page = opened("02_count_the_joins.ipynb")
    expect(page.get_by_role("button", name="Cut this piece out")).to_be_visible(timeout=LONG)
    expect(page.locator(".jp-OutputArea-output").filter(has_text="44120; 44121").first).to_be_attached(
        timeout=LONG
    )
    expect(page.get_by_text("Traceback")).to_have_count(0)
