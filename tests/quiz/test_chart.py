"""The chart in a notebook: numbered lines, neutral places, and nothing but text from the case."""

import dataclasses
import html
import re
from html.parser import HTMLParser

import pytest

from casebook import cases
from casebook.quiz.chart import chart_html


def words(text):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


@pytest.mark.parametrize("path", cases.library(), ids=lambda path: path.stem)
def test_every_word_of_a_chart_stands_once_in_its_lines(path):
    case = cases.load(path)
    sheet = chart_html(case)
    plain = re.sub(r"^(\d+\.|[-*#|: ]+)|[*|]", " ", cases.MARK.sub(r"\1", case.chart), flags=re.MULTILINE)
    plain = re.sub(r"(?<![\w])_(?=[^\W_])|(?<=[A-Za-z0-9.])_(?!\w)", " ", plain)  # slanted words
    assert words(sheet.html).replace(" ", "") == words(plain).replace(" ", "")
    numbers = re.findall(r'data-line="(\d+)"', sheet.html)
    assert numbers == [str(i + 1) for i in range(len(numbers))]
    assert len(numbers) > 10


@pytest.mark.parametrize("path", cases.library(), ids=lambda path: path.stem)
def test_every_mark_has_a_place_in_a_line_and_none_shows_its_name(path):
    case = cases.load(path)
    sheet = chart_html(case)
    assert sheet.places.keys() == case.evidence.keys()
    assert sorted(name for names in sheet.lines.values() for name in names) == sorted(case.evidence)
    for name, place in sheet.places.items():
        assert f'<span id="{place}">' in sheet.html
        assert f'"{name}"' not in sheet.html
        assert words(case.evidence[name]) in words(sheet.html)


def test_a_heading_shows_no_mark_and_no_stars(rowan):
    text = rowan.read_text("utf-8").replace(
        "## Operative report", "## [The *second* report]{#secret-name} & more"
    )
    rowan.write_text(text, "utf-8")
    shown = chart_html(cases.load(rowan)).html
    assert "The <em>second</em> report &amp; more</h3>" in shown
    assert "secret-name" not in shown


def test_markup_in_a_chart_is_text(rowan):
    text = rowan.read_text("utf-8").replace(
        "A narrowed", "<script>alert(1)</script> A [link](javascript:alert(1)) narrowed"
    )
    rowan.write_text(text, "utf-8")
    shown = chart_html(cases.load(rowan)).html
    assert "<script" not in shown
    assert 'href="javascript' not in shown


@pytest.mark.parametrize(
    "chart",
    [
        "\ue000 [a](/onpointerenter=alert(1)//x) \ue001",
        "[\ue000[a](/onpointerenter=alert(1)//x)\ue001 was cut]{#cut}.",
        "[<img src=x onerror=alert(1)>]{#cut} `[b]{#cut}` **[c]{#join}** [[d]{#last}](javascript:alert(1))",
        '[a](/x " id="s1" onclick="alert(1)") and [b]{#cut}',
    ],
)
def test_nothing_in_a_chart_becomes_an_element_of_ours_or_a_handler(chart, tmp_path):
    case = dataclasses.replace(cases.load(cases.library()[0]), chart=chart)
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            found.append((tag, dict(attributes)))

    sheet = chart_html(case)
    Reader().feed(sheet.html)
    assert {tag for tag, _ in found} <= {"p", "span", "a", "code", "strong"}
    assert {name for _, given in found for name in given} <= {"class", "id", "data-line", "href", "title"}
    assert not any(str(given.get("href")).startswith("javascript:") for _, given in found)
    ids = [given["id"] for _, given in found if "id" in given]
    assert len(ids) == len(set(ids)) == len(sheet.places) + sheet.html.count("data-line")
