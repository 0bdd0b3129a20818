"""The markup of the quiz: escaped, accessible by its names, and in step with the module that brings it to
life."""

import gzip
import pathlib
import re
from html.parser import HTMLParser

import pytest

from casebook import cases
from casebook.classroom import lms
from casebook.quiz import desks, markup, module

FOLDER = pathlib.Path(markup.__file__).parent
HOSTILE = "<img src=x onerror=alert(1)>\"'&</section><script>"


class Parsed(HTMLParser):
    """The tags of a page with their attributes, in order, and the text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def find(self, name):
        return [attrs for tag, attrs in self.tags if tag == name]


@pytest.fixture
def page(rowan):
    return {**cases.load(rowan).page(), "anchors": {"upper-join": "s1"}}


@pytest.mark.parametrize("host", ["page", "notebook"])
def test_ids_are_there_and_unique(page, host):
    parsed = Parsed(markup.section_html(page, host=host))
    ids = [attrs["id"] for _, attrs in parsed.tags if attrs.get("id")]
    assert len(ids) == len(set(ids))
    for _, attrs in parsed.tags:
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            assert attrs.get(name) is None or attrs[name] in ids


def test_the_field_has_its_name_and_helps_nobody_s_keyboard_to_guess(page):
    parsed = Parsed(markup.section_html(page))
    (field,) = parsed.find("textarea")
    assert {"for": field["id"]} in parsed.find("label")
    assert (field["autocapitalize"], field["autocorrect"], field["spellcheck"]) == ("off", "off", "false")


@pytest.mark.parametrize(
    "told", [markup.claim_field("quiz"), desks.claim(None), lms.HOW], ids=["quiz", "scrub", "lms"]
)
def test_the_form_of_a_claim_is_told_in_words_and_no_example_leads(told):
    hint = told.partition("casebook-hint")[2].partition("</p>")[0] or told
    assert "semicolon between codes" in hint or "semicolon and a space between codes" in hint
    assert not re.search(r"\bx ?\d|-(?:ZZ|\d\d)\b", hint), hint


def test_every_part_that_the_module_looks_for_is_there(page):
    html = markup.section_html(page)
    scripts = [(module.JS / f"{name}.js").read_text("utf-8") for name in ("quiz", "builder", "evidence")]
    looked_for = re.findall(r'\b(?:find|seek)\((?:section|box), "([^" ]+)"', "".join(scripts))
    assert len(looked_for) > 14
    for selector in looked_for:
        part = f'class="{selector[1:]}"' if selector[0] == "." else f"<{selector}"
        assert part in html, selector


def test_whatever_a_case_says_is_text(page, monkeypatch):
    page["id"] = HOSTILE
    page["key"] = {**page["key"], "why": HOSTILE, "diagnoses": [HOSTILE]}
    page["evidence"] = dict.fromkeys(page["evidence"], HOSTILE)
    page["anchors"] = dict.fromkeys(page["evidence"], HOSTILE)
    worked = markup.work_out(page)
    rules = [row for part in worked["parts"] for row in part["rows"] if "authorities" in row]
    assert rules
    for rule in rules:
        rule["says"] = HOSTILE
        rule["authorities"] = [{"title": HOSTILE, "edition": HOSTILE, "address": "javascript:alert(1)"}]
    monkeypatch.setattr(markup, "work_out", lambda page: worked)
    parsed = Parsed(markup.section_html(page))
    assert not parsed.find("img")
    assert len(parsed.find("script")) == 1
    assert not [a for a in parsed.find("a") if a["href"].startswith("javascript")]
    assert HOSTILE in parsed.text


def test_quotes_lead_to_their_place_in_the_chart(page):
    links = [a["href"] for a in Parsed(markup.section_html(page)).find("a")]
    assert "#s1" in links


def test_the_page_says_what_the_grader_weighs_and_the_notebook_does_not(page):
    assert "about 7.1 MB" in markup.section_html(page, download_bytes=7_080_000)
    assert " MB" not in markup.section_html(page, download_bytes=None)
    assert " MB" not in markup.section_html(page, host="notebook")


def test_neither_script_nor_python_builds_html_from_what_is_typed():
    for script in [module.source(), *(file.read_text("utf-8") for file in module.JS.glob("*.js"))]:
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", script)
    assert not re.search(r"runPython|innerHTML", (FOLDER / "worker.js").read_text("utf-8"))


def test_an_untouched_page_gets_little():
    files = module.source().encode(), module.style().encode()
    assert sum(len(gzip.compress(file, 9)) for file in files) < 30_000
