"""The pages of the built book in a real browser."""

import json
import re

import pytest

from tests.conftest import ROOT


def pages():
    sources = [*ROOT.glob("book/*.md"), *ROOT.glob("cases/*.md"), *ROOT.glob("notebooks/*.ipynb")]
    return sorted(source.relative_to(ROOT).with_suffix(".html").as_posix() for source in sources)


def test_every_source_has_a_page(built_book):
    assert pages()
    assert [page for page in pages() if not (built_book / page).is_file()] == []


def test_pages_open_without_errors_or_other_hosts(visit, built_book):
    for path in ["index.html", "search.html", "genindex.html", *pages()]:
        page = visit(path)
        page.wait_for_load_state("networkidle")
        assert page.title()
        page.context.close()


def test_the_search_index_holds_no_answers(built_book):
    text = (built_book / "searchindex.js").read_text()
    index = json.loads(text[text.index("{") : text.rindex("}") + 1])
    assert len(index["docnames"]) > len(pages()) / 2
    for word in ("misconception", "casebook-worked"):
        found = index["terms"].get(word, [])
        found = [found] if isinstance(found, int) else found
        assert not [name for name in (index["docnames"][n] for n in found) if name.startswith("cases/")]


@pytest.mark.parametrize("page", ["book/welcome.html", "book/decision.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_chapters_are_accessible(visit, violations, page, width, scheme):
    here = visit(page, viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert violations(here, "article") == []
    assert here.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"


def test_the_key_is_not_in_the_page(built_book):
    for page in (built_book / "cases").glob("*.html"):
        html = page.read_text(encoding="utf-8")
        assert not re.search(r"first-join|first-resection", html), f"{page.name} shows an evidence name"
    assert not list(built_book.glob("_sources/cases/*")), "the source download would show the key"
