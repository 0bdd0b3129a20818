"""Everything that comes in from outside, spoiled by chance: it is read, or it is refused with words.

What once failed stands in `tests/data/corpus/readers.json` and is tried first. `make fuzz` tries fifty times
as much, each time something else, and adds what fails to it. What a browser keeps is tried in
tests/quiz/kept.mjs, the tables of CMS in tests/coding/test_refresh.py.
"""

import copy
import json
import os
import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebook.cases import check, library, load
from casebook.classroom.assignments import FORMAT, VERSION, read_key
from casebook.classroom.forms import read_csv, read_roster
from casebook.coding.typed import read as read_typed
from casebook.errors import CasebookError, CaseError, CommandError
from casebook.grading import item_of
from casebook.grading.worked import worked
from casebook.money import payer_files
from casebook.practice.bank import graded_item
from casebook.practice.responses import LATEST, Fault, Response, read_file
from casebook.quiz import door
from casebook.quiz.chart import chart_html
from tests.conftest import ROOT

CORPUS = ROOT / "tests" / "data" / "corpus" / "readers.json"
MORE = int(os.environ.get("FUZZ", "1"))
VERDICTS = {"correct", "partly", "wrong", "invalid", "blank"}
LONGEST = 10  # seconds of work that anything may cost

# Spoiling

ODD = st.sampled_from(
    [
        None, True, -1, 0.5, 10**30, 1e300, float("inf"), float("nan"), "", "x", "constructor", "44120",
        "\ud800", "\x00\x1b[2J", "\u202e\u200b", "x" * 3000, [], {}, [[]], {"toString": 1}, [None] * 200,
        "query", [[[[[[[[]]]]]]]], {"length": 3}, "1:59:59:59", "$\\frac$",
    ]
)  # fmt: skip


def places(value, at=()):
    """The ways to every part of a JSON value."""
    yield at
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in rows:
        yield from places(each, (*at, key))


@st.composite
def spoiled(draw, values, most=3):
    """One of these JSON values with some parts replaced, dropped or doubled."""
    value = json.loads(json.dumps(draw(values)))
    for _ in range(draw(st.integers(0, most))):
        at = draw(st.sampled_from(list(places(value))))
        if not at:
            value = copy.deepcopy(draw(ODD)) if draw(st.booleans()) else value
            continue
        within = value
        for key in at[:-1]:
            within = within[key]
        match draw(st.sampled_from(["odd", "odd", "drop", "double", "name"])):
            case "odd":
                within[at[-1]] = copy.deepcopy(draw(ODD))  # it may be spoiled in its turn
            case "drop":
                del within[at[-1]]
            case "double" if isinstance(within, list):
                within.extend([within[at[-1]]] * draw(st.sampled_from([1, 30])))
            case "name" if isinstance(within, dict):
                within[draw(st.text(max_size=8))] = within[at[-1]]
    return value


@st.composite
def cut(draw, texts):
    """One of these texts with pieces cut out, put in or doubled."""
    text = draw(texts)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        end = at + draw(st.sampled_from([0, 0, 1, 5, 80]))
        new = draw(st.sampled_from(PIECES) | st.text(max_size=6))
        text = text[:at] + (text[at:end] * 2 if new == "double" else new) + text[end:]
    return text


PIECES = [
    "double", "\x0c", "\x00", "\ufeff", "\ue000", "\u2028", "---\n", "- ", ": ", "[", "{", "]{#cut}", "&a ",
    "*a", "!!python/object:x ", '"\\Uffffffff"', "1:59:59:59", "9" * 5000, "[" * 3000, "\t", "'", '"', "#",
    "\r", "|",
]  # fmt: skip


# The readers: what each is given, and what must hold


@cache
def pages():
    return [load(path).page() for path in library()[::9]]


@cache
def item():
    return item_of(pages()[3])


def told(error, begins):
    assert str(error).startswith(begins)
    assert len(str(error)) > len(begins) + 10


def typed(text):
    answer = read_typed(text)
    assert answer.error is None or not answer.claim
    assert all(read_typed(near).error is None for near in answer.nearest)
    assert item().grade(text).verdict in VERDICTS


def case_file(text, folder):
    path = folder / "rowan.md"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        case = load(path)
    except CaseError as error:
        told(error, f"{path}:")
        return
    assert all(str(fault) for fault in check(case))
    page = json.loads(json.dumps(case.page()))
    assert case.item.grade("44120; 44121").verdict in VERDICTS
    assert worked(page)
    sheet = chart_html(case)
    assert "<script" not in sheet.html
    assert "onerror=" not in sheet.html.replace("&quot;", "").split(">")[0]


def key(value, folder):
    path = folder / "key.json"
    path.write_text(json.dumps(value), "utf-8")
    try:
        found = read_key(path)
    except CasebookError as error:
        told(error, str(path))
        return
    for page in found:
        assert graded_item(page).grade("44120").verdict in VERDICTS


def responses(text, folder):
    path = folder / "answers.jsonl"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    for each in read_file(path):
        assert isinstance(each, Response | Fault)
        if isinstance(each, Response):
            assert json.dumps(each.as_dict(), ensure_ascii=False).encode("utf-8")
            assert item().grade(each.answer).verdict in VERDICTS


def form(text, folder):
    path = folder / "form.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    answers, faults = read_csv(path, {"alder": "A title", "birch": "Another"})
    for each in answers:
        assert each.learner.isprintable()
        assert each.learner
        assert each.at is None or 0 <= each.at <= LATEST
        assert item().grade(each.answer).verdict in VERDICTS
    assert answers or faults
    assert all(str(fault).startswith(f"{path.name}:") for fault in faults)
    roster(path)


def roster(path):
    try:
        names, said = read_roster(path)
    except CommandError as error:
        told(error, str(path))
        return
    assert all(name and name.isprintable() for name in names)
    assert all(str(fault).startswith(f"{path.name}:") for fault in said)


def payer(value, folder):
    path = folder / "payer.json"
    text = (
        json.dumps(value).encode() if not isinstance(value, str) else value.encode("utf-8", "surrogatepass")
    )
    path.write_bytes(text)
    found = payer_files.read(path, progress=False)
    assert all(0 <= rate.amount < payer_files.MOST_MONEY for rate in found.rates)
    assert found.unread == sum(found.odd.values())


def message(question):
    said = json.loads(door.answer_json(json.dumps(question)))
    assert isinstance(said, dict)
    assert said.get("refused", "why") != ""


@cache
def questions():
    """A question of every kind that the page asks."""
    page = pages()[2]
    attempts = [{"case": page["id"], "answer": "44120", "verdict": "wrong", "at": 5, "edition": "x"}]
    table = {page["id"]: {"44120": ["pieces-counted"]}}
    more = {
        "follow": {"answers": attempts, "table": table, "asked": 1},
        "practice": {"attempts": attempts, "table": table, "now": 10**12},
        "draw": {"number": 3, "seed": 1, "topics": ["joins"]},
        "choices": {"seed": 1},
        "result": {"answers": attempts},
        "progress": {"attempts": attempts, "now": 10**12, "offset": 0},
        "explore": {"operation": None, "act": {"do": "cut", "from": 100, "to": 130}},
        "lay-out": {"operation": {"steps": [{"resect": [100, 130]}, {"join": [100, 130]}]}},
        "query-review": {"text": "How many anastomoses were there?"},
    }
    with_page = {"page": page, "answer": "44120; 44121", "lines": ["line-1"], "diagnoses": "K50.012"}
    return [{"do": do, "bank": pages()[:3], **with_page, **more.get(do, {})} for do in door.WORK]


@cache
def case_texts():
    return [path.read_text("utf-8") for path in library()[::14]]


KEY = {"format": FORMAT, "version": VERSION, "title": "T"}
HEAD = {"format": "casebook-answers", "version": 1, "learner": "Ada"}
ROW = {"case": "alder", "answer": "44120; 44121", "at": 5, "confidence": "sure", "seconds": 3, "hints": 0}
LINES = "\n".join(json.dumps(row) for row in (HEAD, ROW, ROW | {"case": "birch"}))
FORMS = [
    'learner,case,answer,at\nAda,alder,"44120; 44121",5\nBo,birch,query,2026-11-29\n',
    "sep=;\nName;Email;Question 1: alder;Question 2: birch\nAda;a@x.org;44120;query\n",
    "Name;Email;A title;Another\nAda;a@x.org;44120;query\nAda;b@x.org;-;44120 x2\n",
    'ID\tFirst name\tLast name\tResponse 1\tResponse 2\n1\tAda\tL\t"44120\n44121"\tquery\n',
]
#: The name of a reader: how many are tried, what it is given, and whether it wants a folder.
READERS = {
    "typed": (
        150,
        cut(st.sampled_from(["44120; 44121 x2", "44120-22-51, 44310", "query", "• 44120\t1\n• +44121 (2)"])),
        typed,
    ),
    "case file": (50, st.deferred(lambda: cut(st.sampled_from(case_texts()))), case_file),
    "key": (
        50,
        st.deferred(lambda: spoiled(st.sampled_from([KEY | {"pages": pages()[i : i + 2]} for i in (0, 4)]))),
        key,
    ),
    "responses": (
        150,
        st.one_of(
            cut(st.just(LINES)),
            st.lists(spoiled(st.sampled_from([HEAD, ROW])), max_size=4).map(
                lambda rows: "\n".join(json.dumps(row) for row in rows)
            ),
        ),
        responses,
    ),
    "form": (150, cut(st.sampled_from(FORMS)), form),
    "payer": (
        80,
        st.deferred(lambda: st.one_of(spoiled(st.just(sample())), cut(st.just(json.dumps(sample()))))),
        payer,
    ),
    "message": (120, st.deferred(lambda: spoiled(st.sampled_from(questions()), most=2)), message),
}


@cache
def sample():
    whole = json.loads((ROOT / "notebooks" / "data" / "in_network_sample.json").read_text("utf-8"))
    return whole | {"in_network": whole["in_network"][:2]}


def tried(name, value, folder):
    reader = READERS[name][2]
    began = time.process_time()
    reader(value) if name in ("typed", "message") else reader(value, folder)
    assert time.process_time() - began < LONGEST


@pytest.fixture(autouse=True, scope="module")
def warm():
    """What is worked out once for all cases is nobody's fault."""
    assert pages()
    assert item()


@pytest.mark.parametrize("name", READERS)
def test_it_is_read_or_refused_with_words(name, tmp_path):
    for value in json.loads(CORPUS.read_text("utf-8")).get(name, []):
        tried(name, value, tmp_path)
    last = []

    @settings(max_examples=READERS[name][0] * MORE, derandomize=MORE == 1)
    @given(READERS[name][1])
    def anything(value):
        last[:] = [value]
        tried(name, value, tmp_path)

    try:
        anything()
    except BaseException:
        if MORE > 1:
            keep(name, last[0])
        raise


def keep(name, value):
    """Add what failed to the corpus."""
    held = json.loads(CORPUS.read_text("utf-8"))
    held.setdefault(name, []).append(value)
    Path(CORPUS).write_text(json.dumps(held, indent=1) + "\n", "utf-8")
