"""A grade book counts what was set: answered, not readable, not answered; as it is counted by hand."""

import csv
import io
import re
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook import cases
from casebook.classroom.gradebook import STATES, chosen, gradebook, numbered
from casebook.classroom.returned import file_names, give_back
from casebook.errors import CommandError
from casebook.grading import expected
from casebook.practice.responses import Response
from tests.conftest import ROOT

BOOK = ROOT / "book"
SET = ("alder", "birch", "oak", "elm", "juniper")
RIGHT = {case: expected(cases.load(case).item) for case in SET}


@cache
def pages():
    """The pages of the cases that were set, made when a test first asks for them."""
    return [cases.load(case).page() for case in SET]


def given_by(learner, **answers):
    return [Response(learner, case, answer, at) for at, (case, answer) in enumerate(answers.items())]


#: One learner of each kind, and what each comes to: right, partly, not right, not readable, not answered.
CLASS = {
    "Ada": (given_by("Ada", **RIGHT), (5, 0, 0, 0, 0)),
    "Bo": (given_by("Bo", alder=RIGHT["alder"], birch=RIGHT["birch"]), (2, 0, 0, 0, 3)),
    "Cy": (given_by("Cy", alder="what?", birch="44120 (22)", oak=""), (0, 0, 0, 2, 3)),
    "Di": (
        [
            Response("Di", "alder", "44xx", 1.0),
            Response("Di", "alder", RIGHT["alder"], 2.0),  # the first that can be read counts
            Response("Di", "birch", "36415", 3.0),
            Response("Di", "birch", RIGHT["birch"], 4.0),  # the second try does not
            Response("Di", "maple", "44120", 5.0),  # was not set
        ],
        (1, 0, 1, 0, 3),
    ),
    "Ed": ([], (0, 0, 0, 0, 5)),  # stands in the roster alone
}


@pytest.fixture
def book():
    return gradebook([row for rows, _ in CLASS.values() for row in rows], pages(), CLASS)


def test_totals_are_those_counted_by_hand(book):
    assert book.learners == tuple(CLASS)
    for name, (_, states) in CLASS.items():
        assert tuple(book.total(name).states[state] for state in STATES) == states, name
    assert [book.total(name).percent for name in CLASS] == [100.0, 40.0, 0.0, 20.0, 0.0]
    assert book.left_out == {"maple": 1}
    assert book.entry("Cy", "alder").answer == "what?"  # listed as it stands


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from((*SET, "maple")), st.text(max_size=12))))
def test_every_case_that_was_set_is_counted_once(rows):
    found = gradebook([Response(*row) for row in rows], pages(), ["a", "d"])
    for name in found.learners:
        assert sum(found.total(name).states.values()) == len(SET)


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_files_are_laid_out_as_canvas_and_moodle_import_them(book):
    tables = book.tables()
    canvas = read(tables["canvas.csv"])
    assert list(canvas[0])[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert canvas[0]["Student"].strip() == "Points Possible"
    assert canvas[0]["Casebook"] == "5"
    assert {row["Student"]: float(row["Casebook"]) for row in canvas[1:]}["Bo"] == 2
    assert {row["username"]: float(row["Casebook"]) for row in read(tables["moodle.csv"])}["Bo"] == 40
    assert {row["learner"]: row["right, 95 % interval in percent"] for row in read(tables["gradebook.csv"])}
    answers = read(tables["answers_by_learner.csv"])
    assert len(answers) == len(SET) * len(CLASS)
    assert {row["state"] for row in answers if row["learner"] == "Cy"} == {"not readable", "not answered"}


def test_no_cell_runs_in_a_spreadsheet():
    found = gradebook([Response("=HYPERLINK(1)", "oak", "+44120", 1)], pages())
    for text in found.tables().values():
        assert not [
            cell for row in csv.reader(io.StringIO(text)) for cell in row if cell.startswith(("=", "+"))
        ]


def test_names_can_be_left_out(book):
    told = "".join(book.anonymous().tables().values())
    assert not [name for name in CLASS if f"{name}," in told]
    totals = sorted(book.total(name).score for name in book.learners)
    unnamed = book.anonymous()
    assert sorted(unnamed.total(name).score for name in unnamed.learners) == totals
    assert {each.learner for each in numbered(CLASS["Ada"][0])} == {"learner 1"}


def test_tests_and_practice_are_not_mixed():
    rows = [
        Response("Ada", "oak", "44120", at, test=test) for at, test in ((1.0, None), (2.0, "7"), (3.0, "8"))
    ]
    assert [each.at for each in chosen(rows, test="7")] == [2.0]
    assert [each.at for each in chosen(rows, since=2.5)] == [3.0]
    with pytest.raises(CommandError, match="no answer is left"):
        chosen(rows, cases=["elm"])


def test_each_learner_gets_a_page(book, tmp_path):
    bad = [Response("<b>Eve</b>/..", "oak", "<script>", 1), Response("eve b", "oak", "44120", 1)]
    found = gradebook([*CLASS["Di"][0], *bad], pages())
    made = give_back(found, pages(), tmp_path)
    assert {path.parent for path in made} == {tmp_path}
    assert len({path.name for path in made}) == len(found.learners)
    for path in made:
        text = path.read_text("utf-8")
        assert "<script" not in text
        assert text.count("<h2>") == len(SET)
    di = next(path for path in made if path.name.startswith("di")).read_text("utf-8")
    assert "You answered <code>36415</code>" in di
    assert "Not answered. Expected: " in di


def test_no_page_of_an_earlier_run_stands_beside_those_of_this_one(book, tmp_path):
    """Whoever left, a namesake who came, another class: nothing old can be handed out unseen."""
    give_back(book, pages(), tmp_path)
    others = {"index.html": "<h1>Week 1</h1>", "notes.txt": "mine"}
    for name, text in others.items():
        (tmp_path / name).write_text(text, "utf-8")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    left = gradebook(CLASS["Ada"][0], pages(), ["Ada", "Zoe"])
    with pytest.raises(CommandError, match=r"earlier run lie here .*: bo.html, cy.html, di.html and 1 more"):
        give_back(left, pages(), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    give_back(left, pages(), tmp_path, replace=True)
    assert {path.name for path in tmp_path.iterdir()} == {"ada.html", "zoe.html", *others}
    assert {name: (tmp_path / name).read_text("utf-8") for name in others} == others
    give_back(left, pages(), tmp_path)  # the same learners again
    with pytest.raises(CommandError, match=r"index.html: this file is there already"):
        give_back(gradebook([], pages(), ["Index"]), pages(), tmp_path, replace=True)
    assert (tmp_path / "index.html").read_text("utf-8") == others["index.html"]


def test_a_learner_sees_which_answers_are_marked_as_held(tmp_path):
    given = [Response("Ada", "oak", "44120", 1, held=True), Response("Ada", "elm", "44120", 2)]
    (page,) = give_back(gradebook(given, pages()), pages(), tmp_path)
    oak, elm = (text.partition("</p>")[0] for text in page.read_text("utf-8").split("You answered")[1:])
    assert ("no verdict" in oak, "no verdict" in elm) == (True, False)
    assert "marked here and in the grade book" in page.read_text("utf-8")
    (plain,) = give_back(gradebook(given[1:], pages()), pages(), tmp_path)
    assert "no verdict" not in plain.read_text("utf-8")


@given(st.lists(st.text(min_size=1, max_size=20), unique=True))
def test_file_names_are_plain_and_differ(names):
    files = file_names(names)
    assert len(set(files.values())) == len(names)
    assert all(name.isascii() and "/" not in name and not name.startswith(".") for name in files.values())


def test_a_roster_knows_whoever_answered_whatever_the_capitals():
    pages = [cases.load("oak").page()]
    book = gradebook(
        [Response("ada lovelace", "oak", "44120")], pages, ["Ada Lovelace", "ADA LOVELACE", "Bo"]
    )
    assert book.learners == ("Ada Lovelace", "Bo")
    assert book.entry("Ada Lovelace", "oak").answer == "44120"


def by_roster(handed, roster):
    found = gradebook([Response(name, "oak", RIGHT["oak"], 1) for name in handed], pages(), roster)
    rows = read(found.tables()["gradebook.csv"])
    return {row["learner"]: (row["right"], row["roster"]) for row in rows}


HERE, ABSENT, STRANGE = ("1", ""), ("0", "handed nothing in"), "not on the roster"


@pytest.mark.parametrize(
    "handed",
    [
        "maria LOPEZ",
        "Lopez, Maria",
        "Lopez_Maria_1001",
        "Maria Lopez_12345",
        "lopezmaria_1001_20034_answers",
        "lopezmaria_LATE_1001_20034_answers",
        "lópez_maría_7",
    ],
)
@pytest.mark.parametrize("listed", ["Maria Lopez", "Lopez, Maria"])
def test_a_name_is_found_on_the_roster_as_learning_systems_write_it(handed, listed):
    assert by_roster([handed], [listed, "Mario Lopez"]) == {listed: HERE, "Mario Lopez": ABSENT}


@pytest.mark.parametrize("handed", ["Lopez Maria", "Maria Lopez 2", "Maria", "Maria Lopez (m@x.example)"])
def test_a_name_that_is_only_like_another_is_told_and_nobody_elses(handed):
    assert by_roster([handed], ["Maria Lopez"]) == {handed: ("1", STRANGE), "Maria Lopez": ABSENT}


def test_two_people_are_never_made_one_on_a_guess():
    perhaps = ("1", f"{STRANGE}; perhaps Ann Lee")
    two = by_roster(["Lee_Ann_1", "Lee_Ann_2"], ["Ann Lee"])
    assert two == {"Ann Lee": ABSENT, "Lee_Ann_1": perhaps, "Lee_Ann_2": perhaps}
    assert by_roster(["Lee_Ann_1", "Ann Lee"], ["Ann Lee"]) == {"Ann Lee": HERE, "Lee_Ann_1": perhaps}
    either = by_roster(["Lee_Ann_1"], ["Ann Lee", "Lee Ann"])
    assert either["Lee_Ann_1"] == ("1", f"{STRANGE}; perhaps Ann Lee or Lee Ann")
    assert by_roster(["Lee, Ann"], ["Ann Lee", "Lee Ann"]) == {"Ann Lee": HERE, "Lee Ann": ABSENT}


def test_without_a_roster_nobody_is_missing_from_it(book):
    assert by_roster(["Ada"], ()) == {"Ada": HERE}
    assert {row["roster"] for row in read(book.anonymous().tables()["gradebook.csv"])} == {"", ABSENT[1]}


def test_a_page_names_chapters_that_the_book_has_and_links_them_where_it_is_known(tmp_path):
    wrong = gradebook([Response("Ada", case, "44130", 1) for case in SET], pages())
    (plain,) = give_back(wrong, pages(), tmp_path)
    told = plain.read_text("utf-8").partition("Read again, in the book: ")[2].partition("</p>")[0]
    named = re.findall(r"(?:^|; )([^;(]+?)(?: \(|;|\.$|$)", told)
    titles = {path.read_text("utf-8").splitlines()[0].removeprefix("# ") for path in BOOK.glob("*.md")}
    assert "Counting joins" in named
    assert set(named) <= titles
    assert "href" not in plain.read_text("utf-8")
    (linked,) = give_back(wrong, pages(), tmp_path, address="https://book.example/")
    links = re.findall(r'href="https://book.example/(book/[\w-]+)\.html(#rule-)?', linked.read_text("utf-8"))
    assert ("book/joins", "") in links
    assert ("book/rules", "#rule-") in links
