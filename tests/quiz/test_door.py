"""The door through which a page's worker asks."""

import json

from hypothesis import given
from hypothesis import strategies as st

from casebook import cases
from casebook.coding import edits
from casebook.grading import grade_page, icd10, item_of
from casebook.grading.findings import code_words
from casebook.grading.scrubbed import scrubbed
from casebook.quiz import door

FIELDS = (
    "answer",
    "words",
    "codes",
    "lines",
    "evidence",
    "diagnoses",
    "number",
    "seed",
    "answers",
    "attempts",
    "now",
    "offset",
    "operation",
    "act",
    "text",
)


def test_it_answers_as_the_grader_does(rowan):
    page = cases.load(rowan).page()
    asked = {
        "do": "grade",
        "page": {**page, "anchors": {"upper-join": "s1"}},
        "answer": "44120 x2",
        "evidence": ["upper-join"],
        "diagnoses": ["K50.012"],
    }
    graded = grade_page(page, "44120 x2", ["upper-join"], ["K50.012"])
    counted = ["primary-per-join"]  # in the learner's progress
    assert json.loads(door.answer_json(json.dumps(asked))) == {**graded, "counted": counted}


def test_the_places_of_the_page_make_no_second_item(rowan):
    page = cases.load(rowan).page()
    door.answer_json(
        json.dumps({"do": "grade", "page": {**page, "anchors": {"upper-join": "s7"}}, "answer": "44120"})
    )
    assert "44120" in item_of(page)._grades


def test_tables_are_found_and_read():
    read = door.read_tables()
    tables = {f"casebook.coding.edits.{name}" for name in ("values", "pairs", "limits", "bases")}
    assert tables <= set(read)


def test_answers_are_forgotten_and_tables_kept(rowan):
    from casebook.coding import edits
    from casebook.grading import item

    page = cases.load(rowan).page()
    door.answer_json(json.dumps({"do": "grade", "page": page, "answer": "44120"}))
    door.forget_answers()
    assert item._item.cache_info().currsize == 0
    assert edits.values.cache_info().currsize == 1


def test_lines_become_the_marks_they_hold(rowan):
    page = {
        **cases.load(rowan).page(),
        "anchors": {},
        "lines": {"line-2": ["upper-join"], "line-3": ["lower-join"]},
    }
    told = door.answer({"do": "grade", "page": page, "answer": "44120; 44121", "lines": ["line-2", "line-9"]})
    assert told["evidence"] == {
        "found": ["upper-join"],
        "missed": ["lower-join"],
        "beside": [],
        "irrelevant": ["line-9"],
        "score": 0.33,
    }


def test_typed_diagnoses_are_read_here(rowan):
    page = cases.load(rowan).page()
    told = door.answer({"do": "grade", "page": page, "answer": "44120", "diagnoses": " k50.012 ,\nK63.1;"})
    assert told["diagnoses"]["found"] == ["K50.012"]
    assert (
        door.answer({"do": "grade", "page": page, "answer": "44120", "diagnoses": "  "})["diagnoses"] is None
    )


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    what=st.sampled_from([*door.WORK, "no such thing"]), junk=st.dictionaries(st.sampled_from(FIELDS), JUNK)
)
def test_whatever_is_asked_is_answered_or_refused(rowan, what, junk):
    page = cases.load(rowan).page()
    asked = {"do": what, "page": page, "answer": "44120", "bank": [page], **junk}
    told = json.loads(door.answer_json(json.dumps(asked)))
    assert isinstance(told, dict)


FIELD = "anastomosis enterectomy lysis stricturoplasty colectomy robot ostomy laparotomy hernia".split()


def test_codes_are_found_by_the_field_s_words_and_one_from_outside_is_told_as_that():
    codes = door.answer({"do": "codes"})["codes"]
    assert [code["code"] for code in codes] == list(dict.fromkeys(code["code"] for code in codes))
    for word in FIELD:
        assert any(word in code["also"].lower() for code in codes), word
    known = {code["code"]: code["words"] for code in codes}
    outside = edits.outside()
    # No table of the book knows one of them, so nothing that is said of them can be a rule of ours.
    assert [code for code in outside if code in edits.family() or code in code_words()] == []
    assert all(known[code].endswith("; outside this book") for code in outside)
    for code, what in outside.items():
        (edit,) = scrubbed(code)["edits"]
        assert (edit["kind"], edit["blocks"]) == ("unknown-code", False)
        assert f"outside this book ({what})" in edit["says"]
    page = cases.load("alder").page()
    told = json.dumps(door.answer({"do": "grade", "page": page, "answer": "44120; 44121; 99213"}))
    assert f"99213 ({outside['99213']}; a code from outside this book)" in told


def test_a_diagnosis_is_found_by_its_name_and_by_what_the_field_says():
    """Every code of a key by the words of its title, and the usual ones by short forms; none that is not
    complete."""

    def found(words, codes=""):
        return door.answer({"do": "diagnoses", "words": words, "codes": codes})

    for case in map(cases.load, cases.library()):
        for code in {code for codes in icd10.accepted(case.key.get("diagnoses")) for code in codes}:
            if title := icd10.titles().get(code):
                assert code in icd10.found(title), (case.id, code)
    for words, code in (
        ("crohn sbo", "K50.012"),
        ("crohn’s obstruction small", "K50.012"),
        ("adhesions", "K66.0"),
    ):
        assert code in [row["code"] for row in found(words)["found"]], words
    assert {row["code"] for row in found("crohn")["found"]} <= icd10.complete()
    assert found("")["found"] == []
    named = found("", "k50012, Z00")["names"]
    assert named[0] == {"code": "K50.012", "words": icd10.titles()["K50.012"]}
    assert named[1]["words"] == "a code that this book does not hold"


def test_a_choice_has_its_words_from_itself_alone():
    """So no words give away which is right: they are the same beside the same claim in any case."""
    known = {}
    for path in cases.library()[::5]:
        page = cases.load(path).page()
        if item_of(page).note.action == "out-of-scope":
            continue
        told = door.answer({"do": "choices", "page": page, "seed": 3})
        for text, words in zip(told["choices"], told["words"], strict=True):
            assert words
            assert not set(text.replace(";", " ").split()) & set(words.split()), (text, words)
            assert known.setdefault(text, words) == words
    assert known["44120; 44121"] == "a first open resection and join; a further one"
    assert known["query"] == "nothing yet: a question to the surgeon first"
