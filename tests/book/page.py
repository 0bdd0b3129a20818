"""A built page, taken apart: what it says, what it links to, what it fetches."""

from __future__ import annotations

from functools import cache, cached_property
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
FETCHING = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "audio": "src",
    "video": "src",
    "embed": "src",
}
FETCHED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "manifest"}


class Page(HTMLParser):
    """Text, ids, headings, links and fetched files of one HTML file."""

    def __init__(self, file):
        super().__init__()
        self.file = file
        self.html = file.read_text(encoding="utf-8")
        self.ids, self.links, self.fetched, self.headings = [], [], [], []
        self.words = {}  # id to the text inside
        self._open = []
        self.feed(self.html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in VOID:
            self._open.append((tag, given.get("id")))
        if given.get("id"):
            self.ids.append(given["id"])
            self.words[given["id"]] = ""
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.headings.append(tag)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if given.get(FETCHING.get(tag, "")):
            self.fetched.append(given[FETCHING[tag]])
        if tag == "link" and FETCHED_LINKS & set((given.get("rel") or "").split()):
            self.fetched.append(given["href"])

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self._open, f"{self.file}: </{tag}> closes nothing"
            opened, _ = self._open.pop()
            assert opened == tag, f"{self.file}: <{opened}> is closed by </{tag}>"

    def handle_data(self, data):
        for _, name in self._open:
            if name:
                self.words[name] += data

    @cached_property
    def folder(self):
        return self.file.parent


@cache
def read(file):
    """The page in a file."""
    return Page(file)
