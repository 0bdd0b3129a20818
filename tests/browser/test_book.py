"""The pages of the built book in a real browser."""

import pytest


def test_pages_open_without_errors_or_other_hosts(visit, built_book):
    files = [file.relative_to(built_book).as_posix() for file in sorted(built_book.rglob("*.html"))]
    files = [file for file in files if "_static" not in file]
    assert "book/welcome.html" in files
    opened = [visit(file) for file in files]
    for page in opened:
        page.wait_for_load_state("networkidle")
        assert page.title()


@pytest.mark.parametrize("page", ["book/welcome.html", "book/decision.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_chapters_are_accessible(visit, violations, page, width, scheme):
    here = visit(page, viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert violations(here, "article") == []
    assert here.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"
