"""The notebooks in a real JupyterLab: run, answer, see the verdict; the same JSON as everywhere."""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from types import SimpleNamespace

import nbformat
import pytest
from playwright.sync_api import expect

from casebook import cli
from casebook.cases import library
from casebook.classroom.tables import cohort, frame_of
from casebook.practice.responses import read_folder
from tests.conftest import ROOT

ANSWER = "44120; 44121 x2; 44005"


IDS = [path.stem for path in library()[::24]]


def many_cases():
    """A notebook that shows a few cases, and a cell that saves what was answered; test_parity.py goes
    through all kinds of answers."""
    cells = [  # one output: JupyterLab folds many
        "import ipywidgets\nfrom casebook.quiz import quiz, save\n"
        f"shown = [quiz(case) for case in {IDS}]\nipywidgets.VBox(shown)",
        "save('saved.jsonl', *shown, name='Ben')",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    book.metadata["kernelspec"] = {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }
    return nbformat.writes(book)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab over a copy of the notebooks, and one with many cases."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".*"))
    (home / "notebooks" / "many.ipynb").write_text(many_cases(), "utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    bin_folder = pathlib.Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }
    options = [
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.ip=127.0.0.1",
        "--no-browser",
        "--IdentityProvider.token=",
        "--ServerApp.password=",
        "--allow-root",
        f"--ServerApp.root_dir={home / 'notebooks'}",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
    ]
    with (home / "log").open("w") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=environment,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
    try:
        for _ in range(120):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status", timeout=5) as answer:
                    json.load(answer)
                break
            except OSError:
                assert running.poll() is None, (home / "log").read_text()[-3000:]
                time.sleep(0.5)
        else:
            raise AssertionError((home / "log").read_text()[-3000:])
        yield SimpleNamespace(address=f"http://127.0.0.1:{port}", folder=home / "notebooks")
    finally:
        running.terminate()
        running.wait(timeout=30)


@pytest.fixture
def run(lab, browser):
    """Open a notebook, run all of it, and give the page."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})

    def opened(notebook):
        page = context.new_page()
        page.goto(f"{lab.address}/lab/tree/{notebook}?reset")
        expect(page.locator(".jp-Notebook")).to_be_visible(timeout=60_000)
        # Run before the kernel is there, and JupyterLab asks which kernel to take.
        expect(page.get_by_role("button", name=re.compile("ipykernel.*Idle"))).to_be_visible(timeout=90_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name=re.compile("^Run All Cells")).click()
        return page

    yield opened
    context.close()


def answered(section, text, verdict):
    claim = section.get_by_role("textbox", name="Claim", exact=True)
    expect(claim).to_be_visible(timeout=90_000)
    claim.fill(text)
    section.get_by_role("button", name="Check", exact=True).click()
    expect(section.get_by_role("status")).to_have_attribute("data-verdict", verdict, timeout=30_000)
    return section.evaluate("e => e.graded")


def test_the_notebook_answers(run):
    page = run("01_the_crohn_case.ipynb")
    section = page.locator("section.casebook-quiz").first
    answered(section, "query", "correct")
    expect(section.get_by_role("status")).not_to_be_empty()
    section.get_by_text("The chart", exact=True).click()
    section.get_by_role("button", name="Mark the lines that decide").click()
    section.get_by_role("option").nth(3).click()
    section.get_by_role("button", name="Back to your claim").click()
    expect(section.get_by_text("You marked line 4.")).to_be_visible()
    answered(section, "44120", "partly")
    expect(section.get_by_text("True, but not what decides: line 4.")).to_be_visible()
    expect(section.get_by_role("img").first).to_be_visible()
    printed = page.locator(".jp-RenderedText pre").first
    assert printed.evaluate("e => getComputedStyle(e).wordBreak") == "normal"  # no word is broken


def test_the_notebook_says_what_the_command_line_does_and_the_class_report_reads_what_it_saves(
    run, lab, capsys
):
    page = run("many.ipynb")
    said = {}
    for case in IDS:
        section = page.locator(f"section.casebook-quiz[data-case={case}]")
        assert cli.main(["grade", case, ANSWER, "--json"]) == 0
        said[case] = json.loads(capsys.readouterr().out)
        if case in IDS[:2]:
            section.get_by_label("guessing", exact=True).check()
        assert answered(section, ANSWER, said[case]["verdict"]) == said[case]
    saving = page.locator(".jp-CodeCell").nth(1)
    saving.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    expect(saving.locator(".jp-OutputArea-output").last).to_contain_text(str(len(IDS)), timeout=30_000)
    responses, faults = read_folder(lab.folder / "saved.jsonl")
    assert not faults
    sure = dict.fromkeys(IDS[:2], "guessing")
    assert [(r.learner, r.case, r.confidence) for r in responses] == [
        ("Ben", case, sure.get(case)) for case in IDS
    ]
    told = cohort(frame_of(responses))
    for case, graded in said.items():
        assert told.answers.loc[case, "verdict"] == graded["verdict"]
        assert told.answers.loc[case, "wrong_rules"] == [m["id"] for m in graded["misconceptions"]]
    # From its start to here, the lab had no error to log.
    log = (lab.folder.parent / "log").read_text("utf-8")
    assert "is running at" in log
    assert not re.findall(r"^.*(?:Error|Traceback|\[[EC] ).*$", log, re.MULTILINE)
