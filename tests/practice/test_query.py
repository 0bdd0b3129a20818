"""The question to the surgeon: what people write is judged as a reviewer would, and what is offered to
choose from is what it says it is."""

import re
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook import cases
from casebook.coding.authorities import AUTHORITIES
from casebook.grading import left_open
from casebook.practice import query
from casebook.practice.query import LONGEST, SAYS, judge, options

LOADED = [cases.load(path) for path in cases.library()]
OPEN = [case.item for case in LOADED if case.key["claim"] == "query"]
SETTLED = [case.item for case in LOADED if case.key["claim"] != "query"][::30]
ITEMS = {item.id: item for item in OPEN}
LABELLED = [
    line.split("\t")
    for line in Path(__file__).with_name("questions.tsv").read_text(encoding="utf-8").splitlines()
]


def verdict(item, text):
    return judge(item, text.replace("\\n", "\n"))["verdict"]


def test_questions_are_judged_as_labelled_and_no_bad_one_passes():
    judged = [(case, label, verdict(ITEMS[case], text), text) for case, label, text in LABELLED]
    wrong = [row for row in judged if row[1] != row[2]]
    assert len(wrong) <= 0.05 * len(judged), wrong
    assert not [row for row in wrong if row[2] == "compliant"]
    labels = Counter(label for _, label, _, _ in judged)
    assert len(judged) >= 120
    assert labels["compliant"] <= len(judged) / 2
    assert {case for case, *_ in judged} == {item.id for item in OPEN}


@pytest.mark.parametrize("item", OPEN, ids=lambda item: item.id)
def test_the_author_s_question_passes_with_nothing_to_mend(item):
    found = judge(item, item.key["ask"])
    assert (found["verdict"], found["faults"]) == ("compliant", [])
    assert found["model"] == item.key["ask"]


EXPECTED = {"open": "compliant", "leads": "leading", "payment": "leading", "aside": "off the point"}


@pytest.mark.parametrize("item", OPEN, ids=lambda item: item.id)
def test_each_sentence_to_choose_from_is_what_it_is_offered_as(item):
    rows = options(item)
    for row in rows:
        assert verdict(item, row["text"]) == EXPECTED.get(row["id"].partition("-")[0], "incomplete"), row
    good = [row["text"] for row in rows if row["id"].startswith("open-")]
    assert len(good) == len(left_open(item))
    assert verdict(item, "\n".join(good)) == "compliant"


def test_papaya_asks_about_the_stricture_and_not_about_anastomoses():
    texts = " ".join(row["text"] for row in options(ITEMS["papaya"]))
    assert "short jejunal stricture" in texts
    assert "anastomos" not in texts


#: Two answers, one on either side of "or", by the case that is open between them.
TWO_SIDED = {
    "juniper": (
        "Was the first anastomosis taken down, or did it remain?",
        "Did the first anastomosis stay, or did it go with the second piece?",
        "Did you take out the first anastomosis with the second piece, or are there two anastomoses?",
    ),
    "papaya": (
        "Was the short jejunal stricture widened, or was it cut out?",
        "Was the short stricture opened and closed, or was a ring of bowel removed?",
    ),
}


@pytest.mark.parametrize(("case", "asked"), [(case, text) for case in TWO_SIDED for text in TWO_SIDED[case]])
def test_a_question_with_two_sides_does_not_lead_but_lacks_a_way_out(case, asked):
    """Several answers may be offered, with room for another (`query-briefs`)."""
    quoted = max((item for item in ITEMS[case].evidence.values()), key=len)
    found = judge(ITEMS[case], f"The report says “{quoted}” {asked}")
    assert found["verdict"] == "incomplete"
    (room,) = (fault["says"] for fault in found["faults"] if fault["kind"] == "no way out")
    assert "other" in room
    assert "unable to determine" in room


@pytest.mark.parametrize(
    "asked",
    [
        "Was the first anastomosis left in place, or was it left in place after being checked?",
        "Were two anastomoses present at closing, or did you make two?",
        "As two anastomoses were made, did the first stay, or was it moved?",
        "Did the first anastomosis remain, or are there two anastomoses, as I think?",
    ],
)
def test_two_sides_that_are_one_still_lead(asked):
    assert verdict(ITEMS["juniper"], asked) == "leading"


#: What yes or no does not answer, by the way in which it is asked; and what it does.
ANSWERED_OTHERWISE = {
    "a question put politely": (
        "Do you recall how many anastomoses were present at closing?",
        "Does the record allow you to say how many anastomoses there were at closing?",
        "Do you remember where the first anastomosis lay in relation to the second resection?",
    ),
    "one of two": (
        "Was the upper line of the second resection above or below the first anastomosis?",
        "Was the second resection carried up to the first anastomosis or through it?",
        "Is the first anastomosis in specimen B, or in the patient?",
    ),
    "and what follows": (
        "Was the first anastomosis affected by the second resection, and if so how?",
        "Was the first anastomosis affected by the second resection (how)?",
        "Was there bowel left between the first anastomosis and the second resection, and how much?",
    ),
    "a second sentence": (
        "Did anything happen to the first anastomosis? If so, what?",
        "Was the first anastomosis affected by the second resection? Please explain.",
        "Was the first anastomosis affected by the second resection? How?",
    ),
    "a list": ("Was the first anastomosis:\n- above the cut\n- below it",),
}
YES_OR_NO = (
    "Was the first anastomosis affected by the second resection?",
    "Was the first anastomosis affected by the second resection or not?",
    "Did the second resection reach the first anastomosis?",
    "Did the second resection reach the first anastomosis, yes or no?",
)


def shut(text):
    """What is said of a question as one for yes or no."""
    return [
        fault["says"] for fault in judge(ITEMS["juniper"], text)["faults"] if fault["kind"] == "yes or no"
    ]


@pytest.mark.parametrize("way", ANSWERED_OTHERWISE)
def test_yes_or_no_is_said_to_be_all_only_where_it_is(way):
    quoted = "The report says “the upper side carried up to where it looked healthy”. "
    for asked in ANSWERED_OTHERWISE[way]:
        assert not shut(asked), asked
        assert not shut(quoted + asked), asked
    for asked in YES_OR_NO:
        assert shut(asked) == ["Yes or no is all it can be answered with. Ask with how, which or what."]
        # Beside an open question it is said of its own sentence alone.
        (says,) = shut(f"Where was each anastomosis at closing? {asked}")
        assert "one of its sentences" in says


#: What stands before a last choice in a row, in a list by semicolons, or in one by lines.
BEFORE = r"(, (?:or )?|; |\\n[-*\[\] a-d.]+)"


def test_a_choice_that_is_no_answer_is_not_passed_over():
    """Put beside "other" into every good question that offers choices to its own matter."""
    met = 0
    for case, label, text in LABELLED:
        for odd in ("purple", "a tuesday", "banana"):
            put, times = re.subn(rf"{BEFORE}other\b", rf"\g<1>{odd}\g<1>other", text, count=1)
            if label != "compliant" or not times or verdict(ITEMS[case], text) != "compliant":
                continue
            found = judge(ITEMS[case], put.replace("\\n", "\n"))
            met += 1
            assert found["verdict"] == "not judged", put
            assert any(odd in fault["says"] for fault in found["faults"]), put
    assert met > 30


@pytest.mark.parametrize("item", SETTLED, ids=lambda item: item.id)
def test_nothing_is_to_be_asked_where_the_note_settles_the_claim(item):
    found = judge(item, "The report says “Anastomosis”. How many anastomoses were present at closing?")
    assert (found["verdict"], found["faults"][0]["kind"]) == ("off the point", "settled")


@given(
    st.sampled_from(["billed", "44121", "CPT", "reimbursement", "$", "denied", "the payer", "RVUs"]),
    st.sampled_from(OPEN),
)
def test_a_word_of_money_always_leads(word, item):
    found = judge(item, f"{item.key['ask']} {word}")
    assert found["verdict"] == "leading"
    assert "payment" in {fault["kind"] for fault in found["faults"]}


@given(st.sampled_from(OPEN), st.data())
def test_a_question_cut_loose_from_its_chart_never_passes(item, data):
    """The same asks beside another case's note quote nothing that stands there."""
    other = data.draw(st.sampled_from([each for each in OPEN if each is not item]))
    for row in options(other):
        if row["id"].startswith("open-"):
            assert verdict(item, row["text"]) != "compliant"


@given(
    st.one_of(st.text(max_size=400), st.none(), st.integers(), st.lists(st.text())),
    st.sampled_from(OPEN + SETTLED),
)
def test_anything_gets_a_verdict_and_always_the_same(text, item):
    told = judge(item, text)
    assert told == judge(item, text)
    assert told["verdict"] in SAYS
    assert told["says"]


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "please " * 20_000,
        "or " * 30_000,
        "you did " * 20_000,
        "- " * 50_000,
        "end of the " * 9_000,
        '"the" ' * 9_000,
    ],
)
@pytest.mark.parametrize("item", OPEN, ids=lambda item: item.id)
def test_long_texts_take_no_time(item, text):
    began = time.perf_counter()
    judge(item, text)
    assert time.perf_counter() - began < 2  # a pattern that runs away takes minutes


def test_what_was_not_read_is_said():
    assert str(LONGEST) in judge(OPEN[0], "how many anastomoses were there " * 1_000)["says"]


def test_its_source_is_known():
    assert query.SOURCE in AUTHORITIES


def test_options_come_in_another_order_for_another_seed():
    orders = {tuple(row["id"] for row in options(OPEN[0], seed)) for seed in range(5)}
    assert len(orders) > 1
    assert options(OPEN[0], 3) == options(OPEN[0], 3)
