"""The notebook in a real JupyterLab: run it, answer once, see the verdict."""

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

import pytest
from playwright.sync_api import expect

from tests.conftest import ROOT

NOTEBOOK = "01_the_crohn_case.ipynb"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab over a copy of the notebooks."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".*"))
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
        f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1", "--no-browser",
        "--IdentityProvider.token=", "--ServerApp.password=", "--allow-root",
        f"--ServerApp.root_dir={home / 'notebooks'}",
        "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
    ]  # fmt: skip
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
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(timeout=30)


def test_the_notebook_answers(lab, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.goto(f"{lab}/lab/tree/{NOTEBOOK}?reset")
    expect(page.locator(".jp-Notebook")).to_be_visible(timeout=60_000)
    # Run before the kernel is there, and JupyterLab asks which kernel to take.
    expect(page.get_by_role("button", name=re.compile("ipykernel.*Idle"))).to_be_visible(timeout=90_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells")).click()
    section = page.locator("section.casebook-quiz").first
    claim = section.get_by_role("textbox", name="Claim", exact=True)
    expect(claim).to_be_visible(timeout=90_000)
    claim.fill("query")
    section.get_by_role("button", name="Check", exact=True).click()
    status = section.get_by_role("status")
    expect(status).to_have_attribute("data-verdict", "correct", timeout=30_000)
    expect(status).not_to_be_empty()
    context.close()
