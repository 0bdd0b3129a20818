"""Diagnosis codes beside a claim: the accepted sets, the notes that forbid a pair, and what an answer is
worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook import cases
from casebook.coding.authorities import AUTHORITIES
from casebook.grading.icd10 import accepted, complete, faults, grade, notes, titles, vaguer

KEYS = [case.key["diagnoses"] for case in map(cases.load, cases.library())]


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("K50.90", "K50.012"),
        ("K50.019", "K50.012"),
        ("K50.01", "K50.012"),
        ("K50", "K50.012"),
        ("K55.029", "K55.021"),
        ("K56.609", "K56.52"),
        ("K56.609", "K56.50"),
        ("K65.9", "K65.0"),
        ("C17.9", "C17.1"),
        ("S36.439A", "S36.438A"),
        ("T81.32", "T81.320A"),
    ],
)
def test_a_code_that_only_says_less(code, wanted):
    assert vaguer(code, wanted)
    assert not vaguer(wanted, code)
    told = grade([wanted, "Z53.31"], [code, "Z53.31"])
    left_out = grade([wanted, "Z53.31"], ["Z53.31"])
    assert (told["missed"], told["extra"], told["found"]) == ([wanted], [], ["Z53.31"])
    assert told["score"] == left_out["score"]
    assert any(code in f["says"] and wanted in f["says"] for f in told["findings"])
    assert set(told) == set(left_out)
    assert {key for f in told["findings"] for key in f} == {"code", "says", "authority"}


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("K50.012", "K50.012"),
        ("K50.018", "K50.012"),  # another complication
        ("K50.00", "K50.012"),  # none
        ("K50.119", "K50.012"),  # another part of the bowel
        ("K55.019", "K55.021"),  # ischemia that recovers is not an infarction said with less care
        ("K56.699", "K56.52"),
        ("S31.603A", "S31.605A"),
        ("C7A.019", "C17.9"),
        ("K50.9999", "K50.012"),
        ("K5", "K50.012"),
        ("", "K50.012"),
    ],
)
def test_a_code_that_says_something_else(code, wanted):
    assert not vaguer(code, wanted)


def test_a_wrong_code_is_one_too_many():
    told = grade(["K55.021", "K65.0"], ["K55.019", "K65.0"])
    assert (told["missed"], told["extra"], told["score"]) == (
        ["K55.021"],
        ["K55.019"],
        0.32,
    )  # one of two and a half, and not first
    assert grade(["K55.021"], ["K55.019"])["score"] == 0.0


def test_a_code_too_many_costs_and_never_all():
    scores = [grade(["K55.021"], ["K55.021", *("K65.0", "K50.012", "C17.1")[:n]])["score"] for n in range(4)]
    assert scores == [1.0, 0.67, 0.5, 0.4]


@pytest.mark.parametrize("code", ["Z90.49", "Y84.2", "W34.00XA", "V43.52XA"])
def test_history_and_outside_causes_neither_help_nor_cost(code):
    told = grade(["K50.012"], ["K50.012", code])
    assert (told["score"], told["extra"], told["first_right"]) == (1.0, [], True)
    assert any(code in f["says"] and "neither helps nor costs" in f["says"] for f in told["findings"])
    assert not grade(["K50.012"], [code, "K50.012"])["first_right"]
    assert grade(["K50.012"], [code])["score"] == 0.0
    assert grade(["K50.012", code], ["K50.012"])["missed"] == [code]  # where the case asks for it, it counts


@pytest.mark.parametrize(
    "code", ["E09.9", "I48.91", "E66.9", "Q24.9", "K74.60", "N18.6", "D62", "E43", "I50.22", "J44.9"]
)
def test_another_illness_is_never_a_fault(code):
    told = grade(["K50.012"], ["K50.012", code])
    assert (told["score"], told["extra"]) == (1.0, [])
    assert any(code in f["says"] and "not judged here" in f["says"] for f in told["findings"])


def test_what_is_not_held_is_not_judged():
    told = grade(["K50.012"], ["K50.012", "H25.11"])
    assert (told["score"], told["extra"]) == (1.0, [])
    assert "H25.11 is not in the list held here, so it is not judged." in [
        f["says"] for f in told["findings"]
    ]


@pytest.mark.parametrize(
    ("key", "answer", "says"),
    [
        (["C7A.012", "C7B.04"], ["C7A.012", "C77.2"], "C7B.04, not C77"),  # a note of the list
        (["K56.52"], ["K56.52", "K66.0"], "Adhesions with obstruction are K56.5-"),
        (["K55.021"], ["K55.011"], "the record supports K55.021 (Focal (segmental) acute infarction"),
        (["K50.012"], ["K50.012", "K63.1"], "K63.1 (Perforation of intestine (nontraumatic)): not among"),
        (["K50.012", "Z53.31"], ["K50.012"], "Z53.31 (Laparoscopic surgical procedure converted to open"),
    ],
)
def test_each_code_missing_or_needless_has_its_reason(key, answer, says):
    assert says in " ".join(f["says"] for f in grade(key, answer)["findings"])


@given(st.sampled_from(KEYS), st.lists(st.sampled_from([*sorted(titles()), "A00.0", "K5", "?"]), max_size=5))
def test_no_code_is_missing_or_needless_without_a_reason(key, answer):
    told = grade(key, answer)
    reasons = " ".join(f["code"] + f["says"] for f in told["findings"])
    assert all(code in reasons for code in (*told["missed"], *told["extra"]))


@pytest.mark.parametrize(
    ("case", "answer"),
    [
        ("guava", ["S36.438A", "S31.606A"]),
        ("mulberry", ["K50.012", "K91.71"]),
        ("aralia", ["K50.012", "K91.71"]),
        ("redwood", ["C7A.012", "C7A.011", "C7B.04", "C7B.01"]),
        ("willow", ["T82.7XXA", "K63.1", "K55.021"]),
        ("sequoia", ["S36.438A", "S31.645A"]),
        ("mahogany", ["K56.52", "K56.691"]),
        ("zelkova", ["K56.52", "K56.691"]),
    ],
)
def test_what_a_record_supports_is_right(case, answer):
    told = grade(cases.load(case).key["diagnoses"], answer)
    assert (told["score"], told["first_right"]) == (1.0, True)


def test_a_code_beside_the_one_that_says_more_is_not_needed():
    told = grade(["K50.012"], ["K50.012", "K50.90"])
    assert (told["missed"], told["extra"]) == ([], ["K50.90"])


def test_which_comes_first_is_seen_without_the_code_that_says_less():
    assert grade(["K55.021", "K50.012"], ["K50.90", "K55.021"])["first_right"]
    assert not grade(["K50.012", "K55.021"], ["K50.90", "K55.021"])["first_right"]
    assert not grade(["K50.012"], ["K50.90"])["first_right"]


@given(st.sampled_from(KEYS), st.lists(st.sampled_from(sorted(titles())), max_size=5))
def test_a_code_that_says_less_never_costs_more_than_leaving_it_off(key, answer):
    told = grade(key, answer)
    short = [f["code"] for f in told["findings"] if "left out" in f["says"]]
    assert not set(short) & {*told["extra"], *told["found"]}
    assert told["score"] >= grade(key, [code for code in answer if code not in short])["score"]


@given(st.sampled_from(KEYS), st.data())
def test_one_code_said_with_less_in_an_answer_otherwise_right(key, data):
    right = data.draw(st.sampled_from(accepted(key)))
    at = data.draw(st.integers(0, len(right) - 1))
    less = [code for code in sorted(titles()) if vaguer(code, right[at]) and code not in right]
    if less:
        code = data.draw(st.sampled_from(less))
        others = [c for i, c in enumerate(right) if i != at]
        told = grade(key, [*others[:at], code, *others[at:]])
        assert told["score"] >= grade(key, others)["score"]


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        (("K57.20", "K63.1"), "already in the K57 code"),
        (("K63.1", "K26.5"), "duodenal ulcer"),
        (("C77.2", "C7B.04"), "C7B.04"),
        (("K50.012", "K56.609"), "combination code"),
    ],
)
def test_two_codes_that_do_not_go_together(pair, says):
    (found,) = faults(pair) if set(pair) <= complete() else [f for f in faults(pair) if " with " in f["code"]]
    assert says in found["says"]
    assert [f["says"] for f in faults(pair[::-1])] == [f["says"] for f in faults(pair)]


@pytest.mark.parametrize("pair", [("K50.018", "K63.1"), ("K57.10", "K63.1"), ("K50.012", "K55.021")])
def test_two_codes_that_may_stand_together(pair):
    assert faults(pair) == []


def test_every_note_has_its_source():
    assert {note.authority for note in notes()} <= set(AUTHORITIES)
