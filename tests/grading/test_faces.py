"""Page, notebook and command line show the same parts for the same answer, in one order, each thing once."""

import json
import re
from html import unescape

import pytest

from casebook import cases
from casebook.cli.main import told
from casebook.grading.feedback import in_text
from casebook.grading.worked import worked
from casebook.practice.likely import candidate_answers
from casebook.quiz import door
from casebook.quiz.widget import Result, Worked

SHIPPED = [path.stem for path in cases.library()]
#: Enough to have every kind of part between them; one has a claim that was filed.
EVERY_KIND = {*SHIPPED[::3], "acacia"}


def words(text):
    """The words without how they are laid out: bullets, wrapped lines."""
    return " ".join(text.replace("\n- ", "\n").split())


@pytest.mark.long
@pytest.mark.parametrize(
    "id", [pytest.param(id, marks=[] if id in EVERY_KIND else [pytest.mark.slow]) for id in SHIPPED]
)
def test_every_face_shows_the_same_parts(id):
    case = cases.load(id)
    page = case.page()
    for answer in candidate_answers(page):
        graded = door.answer({"do": "grade", "page": page, "answer": answer})
        parts = graded["feedback"]["parts"]
        said = [graded["feedback"]["headline"]]
        for part in parts:
            said += [f"{part['title']}:" if part["title"] else "", *in_text(part)]
        expected = words(" ".join(said))
        assert words(" ".join(told(graded))) == expected
        assert words(repr(Result(answer, graded))) == expected
        assert of_html(Result(answer, graded)) == [part.strip() for part in plain(graded["feedback"])]
        assert (
            json.loads(door.answer_json(json.dumps({"do": "grade", "page": page, "answer": answer})))
            == graded
        )
        rows = [
            (row["says"], row.get("code"))
            for part in parts
            if part["kind"] != "rules"
            for row in part["rows"]
        ]
        assert len(rows) == len(set(rows)), "something is said twice"


def plain(told):
    """A headline, and the titles and rows of the parts, in their order."""
    rows = ([part["title"], *in_text(part)] for part in told["parts"])
    return [told["headline"], *(text for row in rows for text in row if text)]


def of_html(shown):
    """The words of what a notebook shows as HTML, paragraph by paragraph."""
    found = re.sub(r"</?(div|strong|ul)[^>]*>", "", shown._repr_html_())
    return [unescape(text) for text in re.findall(r"<(?:p|li)>([^<]*)</", found)]


@pytest.mark.parametrize("id", SHIPPED)
def test_the_worked_answer_reads_the_same_in_a_notebook(id):
    found = worked(cases.load(id).page())
    said = [found["answer"]]
    for part in found["parts"]:
        said += [f"{part['title']}:" if part["title"] else "", *in_text(part)]
    assert words(repr(Worked(found))) == words(" ".join(said))
    assert of_html(Worked(found)) == [part.strip() for part in plain({"headline": found["answer"], **found})]
