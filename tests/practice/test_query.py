"""The question to the surgeon: what leads is called leading, and the model passes its own review."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook import cases
from casebook.coding.authorities import AUTHORITIES
from casebook.grading import Item
from casebook.practice import query
from casebook.practice.query import LONGEST, TEMPTING, model, options, review

ITEMS = [Item.read(cases.load(path).page()) for path in cases.library()]
OPEN = [item for item in ITEMS if item.note.action == "query"]


def bad(told):
    return [check["id"] for check in told["checks"] if not check["ok"]]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_the_model_question_passes(item):
    told = review(item, model(item))
    assert (told["verdict"], bad(told)) == ("compliant", [])


@pytest.mark.parametrize("item", OPEN, ids=lambda item: item.id)
def test_the_open_sentences_and_the_quote_make_a_question_that_passes(item):
    rows = {row["id"]: row["text"] for row in options(item)}
    good = [text for id, text in rows.items() if id.startswith("open") or id in ("quote", "choices")]
    assert review(item, "\n".join(good))["verdict"] == "compliant"
    assert len(rows) >= 6


@pytest.mark.parametrize(("id", "text"), TEMPTING)
@pytest.mark.parametrize("item", OPEN, ids=lambda item: item.id)
def test_what_tempts_never_passes_alone(item, id, text):
    assert review(item, text)["verdict"] in ("leading", "partly")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Please confirm that there were two joins.", {"open", "leads", "quotes", "place"}),
        ("How many joins stood at closing? We lose money otherwise.", {"money", "quotes", "place"}),
        ("How many joins? - one - two", {"quotes", "place", "ways-out"}),
        ("Was the first join left in place?", {"open", "quotes", "place"}),
        ("You made two, right?", {"open", "leads", "quotes", "place"}),
    ],
)
def test_what_is_to_mend_is_named(text, wrong):
    told = review(OPEN[0], text)
    assert set(bad(told)) == wrong
    assert all(check["says"] for check in told["checks"])


@given(
    st.sampled_from(["billed", "44121", "CPT", "reimbursement", "$", "denied", "the payer", "RVUs"]),
    st.sampled_from(OPEN),
)
def test_a_word_of_money_always_fails(word, item):
    assert "money" in bad(review(item, f"{model(item)} {word}"))


@given(
    st.one_of(st.text(max_size=400), st.none(), st.integers(), st.lists(st.text())), st.sampled_from(ITEMS)
)
def test_anything_gets_a_review_and_always_the_same(text, item):
    told = review(item, text)
    assert told == review(item, text)
    assert told["verdict"] in ("compliant", "partly", "leading", "blank")


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "please " * 20_000, "or " * 30_000, "you did " * 20_000, "- " * 50_000]
)
def test_long_texts_take_no_time(text):
    began = time.perf_counter()
    assert str(LONGEST) in review(OPEN[0], text)["says"]
    assert time.perf_counter() - began < 2  # a pattern that runs away takes minutes


def test_its_source_is_known():
    assert query.SOURCE in AUTHORITIES


def test_options_come_in_another_order_for_another_seed():
    orders = {tuple(row["id"] for row in options(OPEN[0], seed)) for seed in range(5)}
    assert len(orders) > 1
    assert options(OPEN[0], 3) == options(OPEN[0], 3)
