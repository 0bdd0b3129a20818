"""The scripts behind the make commands."""

import pathlib
import re
import socket
import subprocess
import sys
import threading
import urllib.request

import pytest

from tools import book, browser, serve

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def taken():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_serve_says_that_the_port_is_taken(taken):
    command = [sys.executable, "tools/serve.py", "--port", str(taken)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert f"Port {taken} cannot be used" in done.stderr
    assert f"make serve PORT={taken + 1}" in done.stderr


@pytest.mark.parametrize(("name", "kind"), [("a.js", "text/javascript"), ("a.wasm", "application/wasm")])
def test_serve_names_the_types_that_browsers_insist_on(tmp_path, name, kind):
    (tmp_path / name).write_text("")
    with serve.server(0, tmp_path) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        with urllib.request.urlopen(f"http://127.0.0.1:{running.server_port}/{name}") as answer:
            assert answer.headers["Content-Type"] == kind
        running.shutdown()


def test_a_packed_file_stays_packed(tmp_path):
    # The page unpacks it; a server that announced an encoding would have the browser unpack it first.
    (tmp_path / "a.wasm.gz").write_bytes(b"x")
    with serve.server(0, tmp_path) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        with urllib.request.urlopen(f"http://127.0.0.1:{running.server_port}/a.wasm.gz") as answer:
            assert answer.headers["Content-Encoding"] is None
            assert answer.headers["Content-Type"] == "application/gzip"
        running.shutdown()


def test_a_lost_page_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(book, "HTML", tmp_path)
    monkeypatch.setattr(book, "ROOT", tmp_path)
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "welcome.md").write_text("# Welcome")
    assert book.missing_pages() == ["index.html", "book/welcome.html"]


def test_a_change_changes_the_fingerprint(tmp_path, monkeypatch):
    monkeypatch.setattr(book, "ROOT", tmp_path)
    (tmp_path / "book").mkdir()
    before = book.digest(("book",))
    (tmp_path / "book" / "welcome.md").write_text("# Welcome")
    between = book.digest(("book",))
    (tmp_path / "book" / "welcome.md").rename(tmp_path / "book" / "hello.md")
    assert len({before, between, book.digest(("book",))}) == 3


def test_without_a_browser_there_is_advice_and_not_a_skip(monkeypatch):
    monkeypatch.setattr(browser, "find", lambda engine: None)
    monkeypatch.setattr(browser, "install", lambda engines: None)
    monkeypatch.delenv("ENGINES", raising=False)
    with pytest.raises(SystemExit, match="CHROME="):
        browser.ensure()


def test_an_engine_that_is_named_must_be_there(monkeypatch):
    monkeypatch.setattr(browser, "find", lambda engine: "/a/browser" if engine == "chromium" else None)
    tried = []
    monkeypatch.setattr(browser, "install", tried.extend)
    monkeypatch.setenv("ENGINES", "chromium, webkit")
    with pytest.raises(SystemExit, match="webkit2gtk-driver"):
        browser.ensure()
    assert tried == ["webkit"]
    monkeypatch.delenv("ENGINES")
    assert browser.ensure() == {"chromium": "/a/browser"}
    monkeypatch.setenv("ENGINES", "chrome")
    with pytest.raises(SystemExit, match="ENGINES names chrome"):
        browser.ensure()


def test_a_named_browser_that_does_not_run_is_an_error(monkeypatch):
    monkeypatch.setenv("CHROME", "/nowhere/chrome")
    with pytest.raises(SystemExit, match="does not run"):
        browser.find()


def test_every_file_that_the_readme_shows_or_links_to_is_there():
    text = (ROOT / "README.md").read_text("utf-8")
    named = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert len(named) > 5
    assert [link for link in named if not (ROOT / link).exists()] == []
