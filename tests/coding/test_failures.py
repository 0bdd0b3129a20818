"""What an audit found wrong, each under its own name: an operation, its claim, what is said of answers."""

import re
from itertools import combinations

import pytest
import yaml

from casebook.coding import edits
from casebook.coding.claim import Line, show
from casebook.coding.rulebook import CODES
from casebook.coding.rules import RULEBOOK
from casebook.coding.typed import read
from casebook.coding.views import VIEWS
from casebook.errors import OutOfScope
from casebook.grading import Item, misconceptions
from casebook.grading.feedback import headline
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.money.fees import pays

ONE = "steps: [{resect: [200, 230]}, {join: [200, 230]}]"
SCOPED = f"approach: laparoscopic, {ONE[:-1]}"
COLON_AND_SMALL = (
    "rectum: 790, steps: [{resect: [700, 750]}, {join: [700, 750]}, {resect: [200, 220]}, {join: [200, 220]}]"
)
TO_BLADDER = "steps: [{close_fistula: bowel-bladder}, {resect: [%s], for: fistula}, {join: [%s]}]"
OWN = "{repair: 60, cause: surgeon}"

#: Name; operation; its claim, or a word of its refusal; and answers, each with its verdict, what is said and
#: what is not.
FAILURES = (
    # A stoma closed and a colostomy made
    ("F01 loop", "steps: [{close_stoma: 520}, {stoma: 700, kind: loop}]", "44320", [
        ("44620; 44320", "partly", "44620 is not billed", "lacks 59"),
    ]),
    ("F01 end", "steps: [{close_stoma: 520}, {resect: [740, 750]}, {stoma: 740, kind: end}]", "44143", [
        ("44143; 44620-59", "partly", "44620 is not billed", "lacks 59"),
    ]),
    (
        "F01 piece",
        "steps: [{close_stoma: 520}, {resect: [515, 525], for: margin}, {join: [515, 525]},"
        " {stoma: 700, kind: loop}]",
        "44320",
        [("44320; 44625-51", "partly", "44625 is not billed", "")],
    ),
    # A diseased appendix
    ("F02 by scope", f"{SCOPED}, {{appendectomy: diseased}}]", "44202; 44970-59-51", [
        ("44202", "partly", "44970", "indicator 0"),
    ]),
    ("F02 open", f"{ONE[:-1]}, {{appendectomy: diseased}}]", "44120; 44955", [
        ("44120; 44950-59", "wrong", "44955", ""),
    ]),
    ("F02 healthy", f"{SCOPED}, {{appendectomy: incidental}}]", "44202", [
        ("44202; 44970-59", "partly", "healthy appendix", "no modifier"),
    ]),
    (
        "F02 with the cecum",
        "approach: laparoscopic, steps: [{resect: [580, 640]}, {join: [580, 640]}, {appendectomy: diseased}]",
        "44205",
        [("44205; 44970-59", "partly", "part of that piece", "")],
    ),
    # What is refused, with its reason
    (
        "F03 rectum by scope",
        "approach: laparoscopic, rectum: 780, steps: [{resect: [750, 790]}, {join: [750, 790]}]",
        "44207",
        [("44204", "invalid", "44207", "")],
    ),
    ("F03 far colon", "steps: [{resect: [760, 1100]}, {join: [760, 1100]}]", "say where the rectum", []),
    (
        "F03 Hartmann reversed",
        "rectum: 722, steps: [{close_stoma: 720}, {resect: [715, 724], for: margin}, {join: [715, 724]}]",
        "44626",
        [("44620", "invalid", "44626", "")],
    ),
    ("F03 all colon", "rectum: 750, steps: [{resect: [600, 760]}, {join: [600, 760]}]", "44150", []),
    ("F03 pancreas", "steps: [{resect: [-20, 30]}, {join: [-20, 30]}]", "Whipple", []),
    ("F03 untwisted", "steps: [{explore: laparotomy}, {untwist: true}]", "44050", [
        ("49000", "wrong", "49000 is not billed", ""),
    ]),
    ("F03 let out", "steps: [{lyse_adhesions: extensive}, {enterotomy: 200, kind: decompress}]", "44021", [
        ("44020", "wrong", "44021", ""),
    ]),
    ("F03 conduit", "steps: [{resect: [560, 578], for: conduit}, {join: [560, 578]}]", "urine", []),
    ("F03 other wound", f"{ONE[:-1]}, {{hernia_repair: other-wound}}]", "another wound", []),
    ("F03 own wound", f"{ONE[:-1]}, {{hernia_repair: same-wound}}]", "44120", []),
    # The surgeon's own hole, whatever its code
    ("F04 by scope", f"{SCOPED}, {OWN}]", "44202", [
        ("44202; 44602-59", "partly", "made by accident", "is billed: 44602"),
        ("44202; 44238", "partly", "made by accident", ""),
    ]),
    ("F04 two", f"{ONE[:-1]}, {OWN}, {{repair: 90, cause: surgeon}}]", "44120", [
        ("44120; 44603-59", "partly", "made by accident", "is billed"),
        ("44120; 44602-59", "partly", "made by accident", "is billed"),
    ]),
    ("F04 freed", f"steps: [{{lyse_adhesions: limited}}, {OWN}]", "44005", [
        ("44005; 44603", "wrong", "made by accident", ""),  # the pair is shut: the right line is lost with it
    ]),
    # A piece inside a closure
    ("F05 colon", TO_BLADDER % ("700, 740", "700, 740"), "44661", [
        ("44661; 44140", "partly", "44140 is not billed: The piece removed to close", "has its own codes"),
    ]),
    ("F05 ileocolic", TO_BLADDER % ("580, 640", "580, 640"), "44661", [
        ("44661; 44160", "partly", "44160 is not billed: The piece removed to close", ""),
    ]),
    # Other add-ons
    ("F06", COLON_AND_SMALL, "44140; 44120-51", [
        ("44140; 44139; 44120", "partly", "44139", "further join supports"),
        ("44140; 44120; 44701", "partly", "44701", "further join supports"),
    ]),
    ("F06 small", ONE, "44120", [
        ("44120; 49905", "partly", "other work than a further join", "further join supports"),
        ("44120; 44128", "wrong", "No bowel was closed from birth", "further join supports"),
    ]),
    # A look through the scope
    ("F07", "approach: laparoscopic, steps: [{explore: laparoscopy}, {lyse_adhesions: limited}]", "44180", [
        ("49320", "wrong", "look through the laparoscope", "convert"),
        ("44180; 49320", "partly", "look through the laparoscope", "convert"),
    ]),
    # 59 is named where one was typed
    ("F08", "steps: [{explore: laparotomy}, {lyse_adhesions: limited}]", "44005", [
        ("44005; 49000", "partly", "Looking through the abdomen is part", "adding 59"),
        ("44005; 49000-59", "partly", "adding 59", ""),
    ]),
    # Small things alone
    ("F10", "steps: [{lyse_adhesions: limited}]", "44005", [
        ("44120", "wrong", "nothing larger was done", "struck"),
    ]),
    # Joined outside is laparoscopic
    ("F11", "approach: laparoscopic-assisted, steps: [{resect: [580, 640]}, {join: [580, 640]}]", "44205", [
        ("44160", "wrong", "open code", "no text was found:"),
    ]),
    # A colostomy apart
    ("F12", "steps: [{resect: [740, 750]}, {stoma: 740, kind: end}]", "44143", [
        ("44140; 44320", "wrong", "44143 where the end was brought out", ""),
    ]),
    # The far opening of a fistula
    (
        "F13",
        "steps: [{resect: [570, 640], for: fistula}, {join: [570, 640]}, {repair: 700, cause: fistula}]",
        "44160",
        [("44160; 44604-59", "partly", "far opening", "")],
    ),
    # Opened again
    ("F14", "session: {follows: complication, days: 3}, steps: [{reopen: true}]", "49002-78", [
        ("35840-78", "correct", "", ""),
    ]),
    # Small
    ("F15 cecum", "steps: [{resect: [640, 720]}, {join: [640, 720]}]", "44140", [
        ("44160", "wrong", "No piece crosses the ileocecal valve", ""),
    ]),
    ("F15 part of the work", COLON_AND_SMALL, "44140; 44120-51", [
        ("44140; 44120; 49020", "partly", "abscess", ""),
        ("44140; 44120; 45330", "partly", "join", ""),
        ("44140; 44120; 49592", "partly", "hernia", ""),
    ]),
    ("F15 closure", "steps: [{close_stoma: 520}, {resect: [490, 525]}, {join: [490, 525]}]", "44625", [
        ("44625; 44120", "partly", "inside the closure code", "main work"),
    ]),
    ("F15 alone", "steps: [{appendectomy: true}]", "an appendectomy with nothing larger", [
        ("44950", "invalid", "nothing larger", ""),
    ]),
    # 22 without a comparison, and 78 on an add-on
    ("22", f"{ONE[:-1]}, {{lyse_adhesions: extensive}}]", "44120", [("44120-22", "correct", "", "")]),
    ("22 unearned", ONE, "44120", [("44120-22", "partly", "far beyond the usual", "")]),
    (
        "78 on the add-on",
        "session: {follows: complication, days: 3}, steps: [{resect: [200, 230]}, {join: [200, 230]},"
        " {resect: [300, 330]}, {join: [300, 330]}]",
        "44120-78; 44121",
        [("44120-78; 44121-78", "correct", "", "")],
    ),
    # A fistula as the indication
    (
        "fistula",
        "steps: [{resect: [200, 230], for: fistula, to: skin}, {join: [200, 230]}]",
        "44120",
        [("44640", "correct", "", ""), ("44640; 44120", "partly", "", "")],
    ),
    # 59 on either code of a pair
    (
        "59",
        "steps: [{resect: [580, 640]}, {join: [580, 640]}, {resect: [200, 230]}, {join: [200, 230]}]",
        "44160; 44120-59-51",
        [("44160-59; 44120", "correct", "", ""), ("44160; 44120", "partly", "lacks 59", "")],
    ),
    # The second operation of one day
    (
        "same day",
        f"session: {{follows: complication, days: 0}}, {ONE}",
        "44120-78",
        [("44120", "partly", "78", "")],
    ),
)  # fmt: skip
CASES = [(name, op, row) for name, op, _, answers in FAILURES for row in answers]


def item(operation):
    return Item.read({"operation": yaml.safe_load(f"{{{operation}}}")})


@pytest.mark.parametrize(
    ("operation", "claim"), [row[1:3] for row in FAILURES], ids=[row[0] for row in FAILURES]
)
def test_the_claim(operation, claim):
    note = item(operation).note
    if note.out_of_scope:
        assert claim in note.out_of_scope
    else:
        assert show(note.mains[0].lines) == claim


@pytest.mark.parametrize(
    ("operation", "row"), [each[1:] for each in CASES], ids=[f"{name}: {row[0]}" for name, _, row in CASES]
)
def test_the_answer(operation, row):
    answer, verdict, says, never = row
    grade = item(operation).grade(answer)
    told = [f.says for f in grade.findings] + [f"{m.says} {m.correction}" for m in grade.misconceptions]
    assert grade.verdict == verdict, (grade.score, told)
    assert says in " ".join(told)
    assert not never or never not in " ".join(told)
    assert not (grade.score >= 0.5 and headline(grade) == "Not right.")


def test_the_second_base_of_one_day_is_told():
    op = "session: {follows: complication, days: 0}, steps: [{resect: [200, 230]}, {join: [200, 230]}]"
    assert "same-day" in item(op).note.mains[0].because


def test_units_over_a_limit_on_claims_data_pay_nothing_at_first():
    three, two = (pays((Line("44120"), Line("44121", n)))[1] for n in (3, 2))
    assert three.usd == 0
    assert two.usd > 0


# Typed answers: one meaning is read, two are refused with both forms


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("query the surgeon", "query"),
        ("ask", "query"),
        ("query provider", "query"),
        ("44120 \u2212 22", "44120-22"),
        ("44120\u201122", "44120-22"),
        ("44\u00ad120", "44120"),
        ("44120\u200b; 44121", "44120; 44121"),
        ("44120.", "44120"),
        ("1. 44120\n2. 44121", "44120; 44121"),
        ("\u2022 44120\n\u2022 44121", "44120; 44121"),
        ("CPT 44120", "44120"),
        ("44120\t1\n44121\t2", "44120; 44121 x2"),
        ("44120 and 44121", "44120; 44121"),
        ("44120 + 44121", "44120; 44121"),
        ("44120 & 44121", "44120; 44121"),
        ("44120 w/ 44121", "44120; 44121"),
    ],
)
def test_what_has_one_meaning_is_read(typed, read_as):
    assert str(read(typed)) == read_as


@pytest.mark.parametrize("mark", ["22", "51", "52", "58", "59", "62", "78", "79", "80"])
def test_a_modifier_in_brackets_is_no_number_of_units(mark):
    answer = read(f"44120 ({mark})")
    assert answer.error
    assert {f"44120 x{mark}", f"44120-{mark}"} <= set(answer.nearest)


# Whatever says "never" is true of every pair of the table

NEVER = re.compile(r"\bnever\b|no modifier|\bshuts? out\b|not billed beside")
MEANT = {"The atresia codes": "44126 44127 44128", "44126 to 44128": "44126 44127 44128"}


def sentences():
    texts = {id: rule.says for id, rule in RULEBOOK.items()}
    texts |= {m.id: f"{m.says}. {m.correction}" for m in MISCONCEPTIONS.values()}
    texts |= {view.id: view.says for view in VIEWS.values()}
    for id, text in texts.items():
        for words, codes in MEANT.items():
            text = text.replace(words, codes)
        yield from ((id, each) for each in re.split(r"(?<=[.])\s", text) if NEVER.search(each))


def test_no_pair_that_a_modifier_opens_is_said_to_be_shut():
    told = list(sentences())
    assert len(told) > 15
    for id, sentence in told:
        for pair in combinations(dict.fromkeys(re.findall(r"\b\d{5}\b", sentence)), 2):
            assert edits.pair(*pair) is None or edits.pair(*pair)[2] == 0, (id, sentence, pair)


#: Sentences without codes, or with some of those they speak of: which pairs they mean.
SHUT = {
    "bypass-billed": [("bypass", "first"), ("bypass", "removed, stoma")],
    "bypass-beside-resection": [("bypass", "first"), ("bypass", "removed, stoma")],
    "join-and-stoma-codes": [("first", "removed, stoma")],
    "atresia-alone": [(a, b) for a in ("atresia", "atresia, tapered") for b in ("first", "further")],
    "one-colon-resection": [("colon", "ileocolic")],
    "families-mixed": [],
}


@pytest.mark.parametrize("id", SHUT)
def test_the_pairs_a_sentence_means_are_shut(id):
    for one, two in SHUT[id]:
        for a, b in zip(CODES[one], CODES[two], strict=True):  # open with open, by scope with by scope
            assert not (a and b) or edits.pair(a, b)[2] == 0, (a, b)
    for first, further in (("44120", "44203"), ("44202", "44121")):
        assert edits.pair(first, further)[2] == 0


def test_what_the_tables_say_of_a_pair_is_said_of_it():
    for (one, two), indicator in edits.pairs().items():
        lines = (Line(one), Line(two))
        (told,) = [e for e in edits.scrub(lines) if e.kind == "pair"]
        assert ("never paid" in told.says) == (indicator == 0)
        if indicator:  # nobody is told that 59 was forced where it opens the pair
            with pytest.raises(OutOfScope):
                misconceptions._forced(None, list(lines))
