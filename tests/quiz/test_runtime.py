"""What the build puts on the site for the pages' grader."""

import gzip
import json
import pathlib
import shutil
import subprocess
import sys

import pytest

from casebook.quiz import runtime
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def site(parts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "pyodide"
    return runtime.build(folder, parts.cache, lambda text: None)


def test_the_manifest_tells_names_and_sizes_as_they_are(site, parts):
    manifest = json.loads((site.folder / "runtime.json").read_text("utf-8"))
    assert manifest["pyodide"] == runtime.VERSION
    assert set(manifest["files"]) == {*runtime.PLAIN_NEEDS, "snapshot"}
    for told in manifest["files"].values():
        file = site.folder / told["file"]
        content = file.read_bytes()
        assert len(content) == told["bytes"]
        assert len(gzip.decompress(content) if file.suffix == ".gz" else content) == told["size"]
    assert {file.name for file in site.folder.iterdir()} == {
        "runtime.json",
        "NOTICES.txt",
        *(told["file"] for told in manifest["files"].values()),
    }


def test_what_a_page_fetches_is_what_the_page_says(site):
    assert site.bytes == sum(site.files[name]["bytes"] for name in runtime.SNAPSHOT_NEEDS)
    assert 4_000_000 < site.plain_bytes < site.bytes < 9_000_000


def test_a_second_build_touches_nothing(site, parts):
    before = {file.name: file.stat().st_mtime_ns for file in site.folder.iterdir()}
    again = runtime.build(site.folder, parts.cache, lambda text: pytest.fail(f"it did something: {text}"))
    assert {file.name: file.stat().st_mtime_ns for file in site.folder.iterdir()} == before
    assert again == site


def test_files_of_an_older_build_go(site, parts):
    (site.folder / "snapshot.0123.bin.gz").write_bytes(b"old")
    runtime.build(site.folder, parts.cache, lambda text: None)
    assert not (site.folder / "snapshot.0123.bin.gz").exists()


def test_without_a_snapshot_the_build_goes_on_and_says_so(parts, tmp_path, monkeypatch):
    def fail(*given):
        raise runtime.BuildError("Node could not make the snapshot")

    monkeypatch.setattr(runtime, "make_snapshot", fail)
    monkeypatch.setattr(runtime, "_forget_packed", lambda *given: None)
    told = []
    site = runtime.build(tmp_path, parts.cache, told.append)
    assert not site.has_snapshot
    assert site.bytes == site.plain_bytes
    assert "Node could not make the snapshot" in told[-1]


def test_a_package_that_is_not_the_one_we_know_is_refused(tmp_path):
    archive = tmp_path / f"pyodide-{runtime.VERSION}.tgz"
    archive.write_bytes(b"something else")
    with pytest.raises(runtime.BuildError, match="is not the package we know"):
        runtime.pyodide(tmp_path, lambda text: None)
    assert not archive.exists()


def test_where_npm_fails_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    with pytest.raises(
        runtime.BuildError, match=r"could not fetch pyodide [\s\S]*npm ping[\s\S]*ECONNREFUSED"
    ):
        runtime.pyodide(tmp_path, lambda text: None)
    assert not list(tmp_path.glob("pyodide*"))


def test_the_cache_is_git_s_business_to_ignore():
    assert subprocess.run(["git", "check-ignore", "-q", ".cache"], cwd=ROOT, check=False).returncode == 0


def test_what_lies_unpacked_is_checked_at_every_build(parts, tmp_path):
    archive = f"pyodide-{runtime.VERSION}.tgz"
    shutil.copyfile(parts.cache / archive, tmp_path / archive)
    folder = runtime.pyodide(tmp_path, lambda text: None)
    good = (folder / "pyodide.mjs").read_bytes()
    assert runtime.pyodide(tmp_path, lambda text: None) == folder
    for spoil in (lambda file: file.write_bytes(good + b"\n//"), lambda file: file.unlink()):
        spoil(folder / "pyodide.mjs")
        assert runtime.pyodide(tmp_path, lambda text: None) == folder
        assert (folder / "pyodide.mjs").read_bytes() == good


def test_the_snapshot_tells_nothing_of_who_made_it(parts):
    content = parts.snapshot.read_bytes()
    for word in (str(ROOT), f"{pathlib.Path.home()}/", sys.prefix, "node_modules"):
        for coding in ("utf-8", "utf-16-le", "utf-32-le"):
            assert word.encode(coding) not in content


def test_the_notices_name_what_is_shipped(site):
    told = (site.folder / "NOTICES.txt").read_text("utf-8")
    about = (ROOT / "book" / "about.md").read_text("utf-8")
    for text in (told, about):
        assert f"Pyodide {runtime.VERSION}" in text
        assert "https://github.com/pyodide/pyodide" in text
        assert "CPython" in text
    for name in runtime.CORE:
        assert pathlib.Path(name).stem in told
