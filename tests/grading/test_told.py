"""What is said of a wrong answer names the slip that made it, and only what this answer tells."""

import json
import re
from dataclasses import replace
from functools import cache

import pytest

from casebook import cases
from casebook.cases.shorts import short_cases
from casebook.coding.claim import lines_of, show
from casebook.coding.note import Note
from casebook.coding.operation import ASSISTED
from casebook.coding.places import ORDINALS, joined_in_order, ordinal
from casebook.coding.rulebook import TWINS
from casebook.coding.rules import RULEBOOK
from casebook.coding.rules.modifiers import GLOBAL_DAYS
from casebook.coding.typed import read
from casebook.grading import Item, grade_page
from casebook.grading.doubt import at_work
from casebook.grading.explanation import plain
from casebook.grading.feedback import (
    ASK_FIRST,
    amounts_to,
    correction,
    expected,
    headline,
    in_short,
    in_text,
    parts,
    question,
    reason,
    rule_as_read,
    rules,
    said_line_by_line,
    settled,
)
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.grading.told import counted_joins, further
from casebook.practice.likely import candidate_answers, likely_answers
from tests.minimal_cases import item as minimal
from tests.slips import everything, labelled, marked
from tests.told import said as parts_told

EVERY = 8  # of the answers that are one slip away, in every fourth shipped case: a sample of some hundreds
NAMED = 0.95  # of the slips in the sample


def of(op):
    return Item("", Note((op,)), {}, {})


def said(grade):
    """All that is said of an answer without the search for the nearest change, as one text."""
    setright, amounts = correction(grade), amounts_to(grade)
    parts = [amounts or "", grade.tempts or "", setright or "", grade.doubt or ""]
    return " ".join([*parts, *said_line_by_line(grade)])


@cache
def sample():
    items = [cases.load(path).item for path in cases.library()[::4]]
    return [(item, slip) for item in items for slip in labelled(item)][::EVERY]


#: What must be said of each kind of slip.
NAMES = {
    "query for bill": lambda slip, words: "You asked the surgeon" in words,
    "bill for query": lambda slip, words: "is to guess" in words,
    "dropped": lambda slip, words: (
        (f"{slip.code} " in words and "missing" in words) or "left" in words or "without its base" in words
    ),
    "doubled": lambda slip, words: re.search(
        rf"{slip.code} (has|stands)|once for every|one unit|units", words
    ),
    "unit more": lambda slip, words: re.search(rf"{slip.code} has .* not|units|counted", words),
    "unit less": lambda slip, words: re.search(rf"{slip.code} has .* not|one unit|limit", words),
    "modifier added": lambda slip, words: re.search(rf"\b{slip.mark}\b|assistant", words),
    "modifier dropped": lambda slip, words: slip.mark in words or "modifier that ties" in words,
    "family of a line": lambda slip, words: re.search(r"one family|laparoscopic|open code", words),
    "family": lambda slip, words: re.search(r"laparoscopic|open code", words),
    "added": lambda slip, words: slip.code in words or re.search(r"You (billed|counted|put)", words),
}


def test_the_slip_that_made_an_answer_is_named():
    assert len(sample()) >= 200
    missed = [
        f"{item.id}: {slip.kind} {slip.code} {slip.mark}: {slip.text}: {said(item.grade(slip.text))}"
        for item, slip in sample()
        if not NAMES[slip.kind](slip, said(item.grade(slip.text)))
    ]
    assert len(missed) <= (1 - NAMED) * len(sample()), missed


def test_where_modifiers_alone_are_off_the_question_leads_to_their_line_and_keeps_the_answer():
    met = 0
    for item, slip in sample():
        grade = item.grade(slip.text)
        asked, only = question(grade), {f.kind for f in grade.findings} == {"modifier"}
        of_marks = bool(asked) and asked.startswith("Look at the modifiers of ")
        assert of_marks == (only and grade.verdict in ("partly", "wrong"))
        if of_marks:
            met += 1
            typed = {mark for line in grade.claim for mark in line.modifiers}
            assert all(f.code in asked for f in grade.findings), (slip.text, asked)
            assert any(mark in asked for mark in typed) or "?" in asked
            lacking = {mark for f in grade.findings for mark in f.marks} - typed
            assert not any(re.search(rf"\b{mark}\b", asked) for mark in lacking), (slip.text, asked)
            assert not re.search(r"takes? no|does not take|lacks|comes? off|is missing", asked)
    assert met > 20


def test_what_was_put_in_a_wrong_place_is_told_with_its_reason():
    put = [m for m in MISCONCEPTIONS.values() if m.you.startswith("You put ")]
    assert len(put) > 8
    for m in put:
        assert re.search(r",? (which|whose|where|though|that is not) ", m.you), m.you


def test_where_a_right_answer_may_be_written_otherwise_it_is_said():
    told = {"51": 0, "XS": 0, "Units on one line": 0}
    for item, target in ((i, i.diagnosis.targets[0]) for _, i in everything() if i.note.action == "bill"):
        lines = target.lines
        forms = {
            "51": tuple(replace(x, modifiers=tuple(m for m in x.modifiers if m != "51")) for x in lines),
            "XS": tuple(
                replace(x, modifiers=tuple("XS" if m == "59" else m for m in x.modifiers)) for x in lines
            ),
            "Units on one line": tuple(replace(x, units=1) for x in lines for _ in range(x.units)),
        }
        shown = item.grade(show(lines))
        for word, form in forms.items():
            grade = item.grade(show(form))
            assert grade.verdict == "correct", (item.id, show(form))
            if form != lines:
                told[word] += 1
                assert word in (grade.aside or ""), (item.id, show(form), grade.aside)
            else:
                assert word not in (shown.aside or "")
    assert min(told.values()) > 3, told


def test_the_need_of_a_question_comes_before_a_modifier():
    """Of every answer that is one modifier away from a reading's claim; on the page it is said once."""
    met = named = 0
    for _, item in everything():
        if item.note.action != "query":
            continue
        for slip in (slip for claim in item.diagnosis.targets for slip in marked(claim.lines)):
            grade = item.grade(slip.text)
            short, told = in_short(grade), f"{amounts_to(grade) or ''} {correction(grade) or ''}"
            met += 1
            if grade.one_reading:
                assert short.endswith("Ask before billing."), (item.id, slip.text)
            else:
                assert short.startswith(ASK_FIRST), (item.id, slip.text)
                assert told.count(ASK_FIRST) == 1, (item.id, slip.text)
                named += slip.mark in short.removeprefix(ASK_FIRST)
    assert met > 200
    assert named > 20


def test_a_short_word_is_found_for_every_wrong_answer():
    for item, slip in sample():
        short = in_short(item.grade(slip.text))
        assert short, (item.id, slip.text)
    oak = cases.load("oak").item
    assert in_short(oak.grade("44120")) == ""
    assert in_short(oak.grade("44120; 44121")) == amounts_to(oak.grade("44120; 44121"))


def test_a_slip_is_said_to_give_a_claim_only_where_it_alone_gives_it():
    alone = both = 0
    tempted = [
        item.grade(answer)
        for item in (cases.load(path).item for path in cases.library())
        for answer in item.key.get("tempting") or {}
    ]
    tempted.append(cases.load("dogwood").item.grade("44202; 44203 x3"))
    for grade in (*tempted, *(item.grade(slip.text) for item, slip in sample())):
        words = amounts_to(grade) or ""
        if "together give this claim" in words:
            both += 1
            assert grade.explained.together
            assert "gives this claim" not in words
        elif "gives this claim" in words:
            alone += 1
            for m in grade.likely:
                ways = (given for ms, given in grade.item.diagnosis.alone if ms == (m,))
                assert plain(grade.claim) in {plain(x) for given in ways for x in given}, (
                    grade.item.id,
                    words,
                )
    assert alone > 20
    assert both > 0


def test_a_line_that_comes_off_is_named():
    off = named = 0
    for item, slip in sample():
        grade = item.grade(slip.text)
        struck = [x.code for f in grade.findings if f.kind in ("extra", "line", "family") for x in f.strike]
        if slip.kind == "added" and not grade.unsure and item.note.action == "bill":
            off += len(struck)
            named += sum(code in said(grade) for code in struck)
    assert off > 20
    assert named == off


def test_what_no_source_decides_is_not_called_missing_or_out_of_place():
    spared = 0
    for path in cases.library():
        item = cases.load(path).item
        for answer in item.key.get("tempting") or {}:
            grade = item.grade(answer)
            if grade.unsure:
                spared += 1
                assert "no source decides" in said(grade)
                assert not re.search(r"has no place|is missing|comes off|not called wrong", said(grade))
            elif grade.claim and grade.verdict != "correct":
                assert "no source decides" not in said(grade)
    assert spared > 2
    known = cases.load("camellia").item.grade("44120")  # the other side files another claim, not this one
    assert not known.unsure
    assert "Every accepted view bills another thing" in known.doubt


def test_nothing_is_said_in_the_words_of_the_tables_or_against_what_the_answer_shows():
    for item, slip in sample():
        grade = item.grade(slip.text)
        words = said(grade)
        assert not re.search(r"\bMAI\b|\bindicator\b|\bNone\b(?! is)|[{}]", words), words
        assert len(grade.counted) <= (2 if grade.explained.together else 1)
        assert set(grade.counted) <= set(grade.likely)
        assert not re.search(r"pays (more|less)|by payment", words)
        if "joined" in words and "No ends were joined" in words:
            assert not any(p.joined for op in item.note.readings for p in op.bowel.places)


@pytest.mark.parametrize("path", cases.library(), ids=lambda path: path.stem)
def test_nothing_settles_what_is_not_settled_and_a_right_answer_has_its_reason(path):
    page = cases.load(path).page()
    item = cases.load(path).item
    for answer in candidate_answers(page):
        grade = item.grade(answer)
        part = settled(grade, item)
        if headline(grade).startswith("Not settled") or grade.doubt:
            assert part.title != "What settles it"
        if part.title == "What settles it":
            assert all("name" in row for row in part.rows), "a sentence that lacks something settles nothing"
        if grade.verdict == "correct" and not grade.view:
            assert item.key["why"]


def test_both_errors_are_named_where_there_are_two():
    words = said(minimal("d01a-one-long-piece").grade("44120 x2"))
    assert "one join counts" in words
    assert "its limit for one practitioner and one day is 1," in words


def test_what_was_left_off_is_said_by_name():
    words = said(cases.load("alder").item.grade("44120"))
    assert words.startswith("You left off the second join (the lower stricture).")
    words = said(cases.load("holly").item.grade("44160; 44120-59-51"))  # after that of 44160
    assert words.startswith("You left off the third join (the jejunal ring).")


@pytest.mark.parametrize("path", cases.library(), ids=lambda path: path.stem)
def test_an_anastomosis_has_the_number_that_it_has_among_all_that_stand(path):
    item = cases.load(path).item
    op = item.note.readings[0]
    if item.note.action == "bill" and (counted := counted_joins(op, item.diagnosis.targets[0])[1:]):
        words = further(op, item.diagnosis.targets[0])
        standing = [ordinal(i) for i, p in enumerate(joined_in_order(op)) if p in counted]
        inside = op.did("bypass", "close_stoma", "close_fistula")
        assert [n for n in ORDINALS if f"{n} " in f"{words} ".split("(")[0].replace(",", " ")] == (
            [] if inside else standing
        )


def test_a_reading_honestly_taken_is_no_choice_by_payment():
    item = minimal("d03c-as-written")
    counted = {m.id for answer in ("44120", "44120; 44121") for m in item.grade(answer).counted}
    assert counted == {"first-reading-billed"}


@pytest.mark.parametrize("days", [1, GLOBAL_DAYS + 1])
def test_why_a_mark_of_a_later_session_is_not_asked_for(days):
    op = minimal("d11c-unrelated").note.readings[0]
    item = of(replace(op, days=days))
    words = said(item.grade("44120-78; 44121"))
    assert ("days of the earlier operation are over" in words) == (days > GLOBAL_DAYS)
    assert ("nothing to do with the earlier one" in words) == (days <= GLOBAL_DAYS)


@pytest.mark.parametrize("id", RULEBOOK)
def test_a_rule_is_quoted_with_its_address_confidence_and_date(id):
    row = rule_as_read(id)
    assert row["page"] == f"book/rules.html#rule-{id}"
    for part in (row["says"], row["confidence"], row["page"], *(a["title"] for a in row["authorities"])):
        assert part in row["copy"]
    assert re.search(r"as of 20\d\d-\d\d-\d\d", row["copy"])
    assert in_text({"kind": "rules", "rows": [row]}) == [row["copy"]]


def test_a_rule_that_plays_no_part_in_a_chart_is_said_to_be_about_a_code():
    about = 0
    for item, slip in sample():
        grade = item.grade(slip.text)
        part = next((p for p in parts(grade) if p.kind == "rules"), None)
        for row in part.rows if part and grade.verdict != "correct" else ():
            if not row["says"].startswith(RULEBOOK[row["rule"]].says):
                assert row["rule"] not in at_work(item.note), (item.id, slip.text, row["says"])
                assert re.match(r"About \w+: ", row["says"])
                assert row["copy"].startswith("About ")
                about += 1
    assert about > 20


def test_a_question_without_need_is_told_what_to_bill():
    for path in cases.library():
        item = cases.load(path).item
        if item.note.action == "bill":
            told = correction(item.grade("query")) or ""
            assert show(item.diagnosis.targets[0].lines) in told, (item.id, told)


@pytest.mark.parametrize(
    ("case", "answer", "has", "lacks"),
    [
        ("pear", "44120; 44955 x2", "diseased appendix", "counted join is the base"),
        ("chestnut", "44120-22", "still been finished open", ""),
        ("kumquat", "44160-80; 44120-80-59", "old ileocolic join", "valve with it"),
        ("beech", "44120; 44121 x3", "kept its blood supply", "been kept"),
        ("mahogany", "44120; 44121", "made by accident", "from injury or disease"),
        ("holly", "44160; 44120-59-51 x2; 44121", "1 unit here, not 2", "Two slips"),
        ("redwood", "44120; 44121; 44128", "No bowel was closed from birth", "side-to-side"),
        ("alder", "44120-59; 44121", "does not take 59", "bowel ends there"),
        ("tamarack", "44120; 44121; 49002", "No recent laparotomy was opened again", ""),
    ],
)
def test_what_is_said_fits_the_chart(case, answer, has, lacks):
    told = "\n".join(row["says"] for p in parts(cases.load(case).item.grade(answer)) for row in p.rows)
    assert has in told, told
    assert not lacks or lacks not in told, told


def test_the_whole_right_claim_stands_once_beside_a_wrong_answer_and_is_no_figure():
    for item, slip in sample()[::20]:
        told = [part for part in parts(item.grade(slip.text)) if part.kind == "right"]
        grade = item.grade(slip.text)
        assert len(told) == (grade.verdict != "correct"), slip.text
        assert "0." not in headline(grade)
        if told:
            (row,) = told[0].rows
            stated = re.split(r": |, a question|, which|\.$", row["says"])[1]
            assert item.grade(stated).verdict == "correct", row["says"]
        assert not [part for part in parts(item.grade(expected(item))) if part.kind == "right"]
    assert not [part for part in parts(item.grade("no claim at all")) if part.kind == "right"]


def wrongly(ids):
    """Answers to these cases that are not right, each with what is said of it."""
    for id in ids:
        page = cases.load(id).page()
        for answer in likely_answers(cases.load(id).item, 60):
            told = grade_page(page, answer)
            if told["verdict"] in ("partly", "wrong") and answer != "query":
                yield page, answer, told


def _did(*acts):
    return lambda op: any(step.act in acts for step in op.steps)


def _why(*reasons):
    return lambda op: any(step.reason in reasons for step in op.steps)


#: What a correction may speak of only where the chart holds it.
HELD = {
    r"Lesions are not": lambda op: any(
        sum(op.steps[cut].lesions for cut in place.cuts) > 1 for place in op.bowel.places
    ),
    r"\bstomas?\b|to the skin": _did("stoma", "close_stoma"),
    r"Of colon|colon resection|colostomy": lambda op: any(step.end > op.valve for step in op.steps),
    r"injur|tore\b|tear\b": lambda op: _why("injury")(op) or any(step.kind == "surgeon" for step in op.steps),
    r"[Ss]ewing|\bis 44602": _did("repair"),
    r"[Bb]ypass": _did("bypass"),
    r"[Ss]tricturoplasty": _did("stricturoplasty"),
    r"[Pp]ouch": _did("diverticulectomy"),
    r"appendix": _did("appendectomy"),
    r"[Ff]istula": lambda op: any("fistula" in f"{s.act} {s.kind} {s.reason}" for s in op.steps),
    r"duodenum": lambda op: any(step.start < 0 for step in op.steps),
    r"had failed|made again|for its own sake": _why("join"),
    r"[Rr]obot|\bhand\b": lambda op: op.approach in ("robotic", "hand-assisted"),
}


def test_a_correction_speaks_of_nothing_that_the_chart_does_not_hold():
    spoken = 0
    for item in [made.item for made in (*short_cases(), *map(cases.load, cases.library()))]:
        for key in item.diagnosis.wrong_ways:
            grade = item.grade(show(lines_of(key)))
            words = reason(grade) or ""
            for pattern, holds in HELD.items():
                if re.search(pattern, words):
                    spoken += 1
                    assert any(map(holds, item.note.readings)), (item.id, show(lines_of(key)), words)
    assert spoken > 100
    general = " ".join(m.correction for m in MISCONCEPTIONS.values())
    assert all(re.search(pattern, general) for pattern in HELD)  # each is a word that corrections have


def test_of_several_slips_that_one_is_corrected_which_this_chart_decides():
    """Where a rule strikes what was typed, the correction is of a slip that it speaks against."""
    decided = 0
    for item in [made.item for made in (*short_cases(), *map(cases.load, cases.library()))]:
        struck = {rule for target in item.diagnosis.targets for _, rule, _ in target.not_billed}
        for key in item.diagnosis.wrong_ways:
            grade = item.grade(show(lines_of(key)))
            if grade.explained.together or len(grade.likely) < 2 or item.note.action == "query":
                continue
            told = struck & {f.rule for f in grade.findings}
            if any(told.intersection(m.against) for m in grade.likely):
                assert told.intersection(grade.likely[0].against), (item.id, show(lines_of(key)))
                decided += not told.intersection(grade.misconceptions[0].against)
    assert decided  # the order of the list would tell another one first
    torn = next(made.item for made in short_cases() if "tore it nearly across, and the torn" in made.chart)
    assert "mended it in the same operation" in reason(torn.grade("44120; 44121"))


def test_no_wrong_answer_is_told_less_than_what_it_says():
    """Whatever was answered before: where no belief is known, a second try has its own words all the same."""
    seen = 0
    for _, _, told in wrongly(("birch", "alder", "whitebeam", "plum", "juniper")):
        seen += not told["misconceptions"]
        assert parts_told(told, "amounts")
    assert seen > 10
    second = grade_page(cases.load("birch").page(), "44121 x2")
    assert parts_told(second, "amounts") == (
        "Your claim says: two further open resections, each with its join."
        " But for its units, billing the add-on without its base gives it."
    )
    assert "functional end-to-end" in parts_told(second, "settles")
    units = parts_told(grade_page(cases.load("birch").page(), "44120; 44121 x2"), "amounts")
    assert "counting diseased areas instead of joins" in units
    marks = parts_told(grade_page(cases.load("birch").page(), "44120-59"), "amounts")
    assert marks == "Your claim says: a first open resection and join (59: work at a separate site)."


def test_what_sets_a_claim_right_is_the_whole_change():
    """It leads to an accepted claim, and stands beside every reason that leaves something of it out."""
    seen = 0
    for page, answer, told in wrongly(("banyan", "ginkgo", "plum", "whitebeam", "acacia", "yew", "birch")):
        change = re.search(r"yours but (.*)\.$", parts_told(told, "right") or "")
        if change:
            seen += 1
            ways = r"with (?P<on>.*) in place of (?P<off>.*)|with (?P<more>.*) as well|without (?P<less>.*)"
            way = re.fullmatch(ways, change[1])
            lines = [str(line) for line in read(answer).claim]
            for line in re.split(", | and ", way["off"] or way["less"] or ""):
                was = [x for x in lines if line and x.replace("-51", "") == line.replace("-51", "")]
                assert was or not line, (page["id"], answer, change[0])
                lines = [x for x in lines if x not in was[:1]]
            lines += filter(None, re.split(", | and ", way["on"] or way["more"] or ""))
            assert grade_page(page, "; ".join(lines))["verdict"] == "correct", (page["id"], answer, change[0])
    assert seen > 20


def test_the_way_to_the_unlisted_code_is_told_with_every_answer_that_lacks_it():
    for answer in ("44125", "44202", "44202; 44187", "44120", "44187"):
        told = grade_page(cases.load("whitebeam").page(), answer)
        text = json.dumps(told["feedback"])
        assert "Done open, it would be 44125; through the laparoscope no code says it" in text, answer
        assert "Nothing in this note is billed as 44125" not in text


def test_where_the_family_is_wrong_the_rule_that_picks_it_is_cited_first():
    """Whatever else is off, and whichever slip gives the claim."""
    seen = set()
    for item in [made.item for made in short_cases() if made.note.action == "bill"]:
        approach = item.note.readings[0].approach
        first = "conversion" if approach == "converted" else ASSISTED.get(approach, "approach")
        scoped = approach not in ("open", "converted")
        base, further = ("44202", "44203") if scoped else ("44120", "44121")
        codes = {line.code for line in read(expected(item)).claim}
        if not codes & {base, further}:
            continue
        wrong, more = TWINS[base], TWINS[further]
        mixed = [f"{base}; {more}"] if further in codes else []
        for answer in (wrong, f"{wrong}; {more}", f"{wrong}-52; {base}", f"{wrong}; {further}", *mixed):
            told = rules(item.grade(answer))
            assert told[0] == first, (item.id, answer, told)
            assert "approach" in told, (item.id, answer, told)
        seen.add(first)
    assert seen == {"conversion", "assisted", "approach"}
