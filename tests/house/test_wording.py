"""Neither the descriptors of CPT nor the vendor's page that tells the Crohn case is copied in the casebook.

The wording is not kept here either: `data/wording.digests` holds digests of runs of words.
"""

import hashlib
import pathlib
import re
from functools import cache

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIGESTS = pathlib.Path(__file__).parents[1] / "data" / "wording.digests"
FOLDERS = ("book", "cases", "notebooks", "src", "tests", "tools", ".ci", ".github")
TEXT = {
    ".md",
    ".py",
    ".yml",
    ".yaml",
    ".ipynb",
    ".js",
    ".mjs",
    ".css",
    ".html",
    ".txt",
    ".toml",
    ".json",
    ".csv",
    ".cff",
    "",
}


def words(text):
    """(word, line number) pairs: lower case, letters and digits only."""
    return [
        (word.lower(), number)
        for number, line in enumerate(text.split("\n"), 1)
        for word in re.findall(r"[A-Za-z0-9]+", line)
    ]


def digest(run):
    return hashlib.sha256(" ".join(run).encode()).hexdigest()[:20]


@cache
def known():
    """Length of a run -> digest -> whose wording it is."""
    table = {}
    for row in DIGESTS.read_text().splitlines():
        if row and not row.startswith("#"):
            length, value, origin = row.split()
            table.setdefault(int(length), {})[value] = origin
    return table


def borrowed(text):
    """(line number, whose wording) of every known run in the text."""
    pairs = words(text)
    plain = [word for word, _ in pairs]
    for length, digests in known().items():
        for start in range(len(pairs) - length + 1):
            if origin := digests.get(digest(plain[start : start + length])):
                yield pairs[start][1], origin


def ours():
    """Every text file of the repository."""
    files = [*ROOT.glob("*"), *(file for folder in FOLDERS for file in (ROOT / folder).rglob("*"))]
    return [
        file for file in files if file.suffix in TEXT and file.is_file() and file.stat().st_size < 2_000_000
    ]


def test_the_digests_are_there():
    assert sum(map(len, known().values())) > 600


@pytest.mark.parametrize("length", sorted(known()))
def test_a_known_run_would_be_found(monkeypatch, length):
    sentence = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu"
    run = [word for word, _ in words(sentence)][1 : 1 + length]
    monkeypatch.setitem(known()[length], digest(run), "a test")
    assert [origin for _, origin in borrowed("Before, " + sentence + "; after.")] == ["a test"]


def test_nothing_is_borrowed():
    found = [
        f"{file.relative_to(ROOT)}:{line}: wording of {origin}"
        for file in ours()
        for line, origin in borrowed(file.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)
