"""The pages of the built book in a real browser."""

import pytest

from tests.conftest import ROOT


def pages():
    sources = [*ROOT.glob("book/*.md"), *ROOT.glob("cases/*.md"), *ROOT.glob("notebooks/*.ipynb")]
    return sorted(source.relative_to(ROOT).with_suffix(".html").as_posix() for source in sources)


def test_pages_open_without_errors_or_other_hosts(visit, built_book):
    for path in ["index.html", "search.html", "genindex.html", *pages()]:
        page = visit(path)
        page.wait_for_load_state("networkidle")
        assert page.title()
        page.context.close()


@pytest.mark.parametrize("page", ["book/welcome.html", "book/decision.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_chapters_are_accessible(visit, violations, page, width, scheme):
    here = visit(page, viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert violations(here, "article") == []
    assert here.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"
