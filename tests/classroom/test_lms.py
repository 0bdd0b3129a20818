"""Files for learning systems, read back by readers that are not their writers: same items, right answers and
feedback."""

import html
import re
import zipfile
from xml.dom import minidom

import pytest

from casebook import cli
from casebook.cases import beyond, library, load
from casebook.classroom.lms import FRACTIONS, SEED, moodle, qti, questions
from casebook.grading.feedback import result
from casebook.practice.choices import choices
from tests.told import said

CASES = [load(path) for path in library()[::3]]


def plain(text):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def inner(node, name):
    """The text in the first `<text>` below the child of this name."""
    child = next(n for n in node.childNodes if n.nodeName == name)
    return "".join(t.data for t in child.getElementsByTagName("text")[0].childNodes)


@pytest.fixture(scope="module")
def in_moodle(tmp_path_factory):
    """What a reader of Moodle XML finds: (kind, id) -> name, text, [(answer, fraction, feedback)]."""
    path = tmp_path_factory.mktemp("moodle") / "quiz.xml"
    assert moodle(CASES, path) == (2 * len(CASES), [])
    found, categories = {}, set()
    for node in minidom.parse(str(path)).getElementsByTagName("question"):
        kind = node.getAttribute("type")
        if kind == "category":
            categories.add(inner(node, "category"))
            continue
        number = next(n for n in node.childNodes if n.nodeName == "idnumber").firstChild.data
        answers = [
            (
                "".join(t.data for t in next(n for n in a.childNodes if n.nodeName == "text").childNodes),
                float(a.getAttribute("fraction")),
                plain(inner(a, "feedback")),
            )
            for a in node.getElementsByTagName("answer")
        ]
        assert (kind, number) not in found
        tags = {
            "".join(t.data for t in tag.getElementsByTagName("text")[0].childNodes)
            for tag in node.getElementsByTagName("tag")
        }
        assert f"level {load(number.rpartition('-')[0]).level}" in tags
        found[kind, number] = (inner(node, "name"), plain(inner(node, "questiontext")), answers)
    assert len(categories) > 5
    return found


@pytest.fixture(scope="module")
def in_qti(tmp_path_factory):
    """What a reader of QTI 1.2 finds, item by item: title, kind, text, [(answer, right, feedback)], accepted
    typed answers."""
    path = tmp_path_factory.mktemp("qti") / "quiz.zip"
    assert qti(CASES, path) == (2 * len(CASES), [])
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        assert "imsmanifest.xml" in names
        name = next(n for n in names if n.endswith(".xml") and "meta" not in n and "manifest" not in n)
        items = minidom.parseString(package.read(name)).getElementsByTagName("item")
        assert "CC BY 4.0" in package.read("imsmanifest.xml").decode("utf-8")
        assert "Private" not in package.read("imsmanifest.xml").decode("utf-8")
    return [qti_item(item) for item in items]


def words(node):
    return "".join(t.data for m in node.getElementsByTagName("mattext") for t in m.childNodes)


def qti_item(item):
    text = plain(
        words(
            next(
                n for n in item.getElementsByTagName("presentation")[0].childNodes if n.nodeName == "material"
            )
        )
    )
    feedback = {f.getAttribute("ident"): plain(words(f)) for f in item.getElementsByTagName("itemfeedback")}
    labels = {r.getAttribute("ident"): plain(words(r)) for r in item.getElementsByTagName("response_label")}
    right = set()
    for condition in item.getElementsByTagName("respcondition"):
        if any(s.firstChild and s.firstChild.data == "100" for s in condition.getElementsByTagName("setvar")):
            right |= {v.firstChild.data for v in condition.getElementsByTagName("varequal")}
    options = [(told, id in right, feedback.get(f"{id}_fb", "")) for id, told in labels.items()]
    return {
        "title": item.getAttribute("title"),
        "text": text,
        "options": options,
        "typed": right - set(labels),
    }


def test_moodle_holds_every_question(in_moodle):
    asked, _ = questions(CASES)
    for question in asked:
        name, text, _ = in_moodle["description", f"{question.id}-chart"]
        assert question.title in name
        assert plain(question.chart) == text
        for kind, what, options in (
            ("multichoice", "choice", question.choices),
            ("shortanswer", "typed", question.typed),
        ):
            _, text, answers = in_moodle[kind, f"{question.id}-{what}"]
            assert "CC BY 4.0" in text
            assert [(o.text, plain(o.says)) for o in options] == [(said, why) for said, _, why in answers]
            for option, (_, fraction, _) in zip(options, answers, strict=True):
                assert (fraction == 100) == option.right
                assert fraction in (0.0, 100.0, *FRACTIONS)
                assert fraction <= 100 * option.score


def test_qti_holds_every_question(in_qti):
    asked, _ = questions(CASES)
    for question, chart, typed, choice in zip(asked, in_qti[::3], in_qti[1::3], in_qti[2::3], strict=True):
        assert question.title in chart["title"]
        assert plain(question.chart) == chart["text"]
        assert plain(question.chart) not in choice["text"]
        assert [(o.text, o.right, plain(o.says)) for o in question.choices] == choice["options"]
        assert typed["typed"] == {o.text for o in question.typed if o.right}


@pytest.mark.parametrize("kind", ["typed", "choice"])
def test_a_question_alone_shows_its_chart(kind, tmp_path):
    for write in (moodle, qti):
        assert write([load("oak"), load("elm")], tmp_path / "out", kind=kind) == (2, [])
    with zipfile.ZipFile(tmp_path / "out") as package:
        name = next(
            n for n in package.namelist() if n.endswith(".xml") and "meta" not in n and "manifest" not in n
        )
        items = [
            qti_item(item) for item in minidom.parseString(package.read(name)).getElementsByTagName("item")
        ]
    (oak, _), _ = questions([load("oak"), load("elm")])
    assert plain(oak.chart) in items[0]["text"]
    assert plain(oak.title) in items[0]["text"]  # Canvas's file of answers has the text as its heading
    assert [len(item["options"]) > 1 for item in items] == [kind == "choice"] * 2


def test_order_and_spacing_of_a_typed_claim_are_free():
    (question,), _ = questions([load("alder")])
    accepted = {option.text for option in question.typed if option.right}
    assert {"44120; 44121", "44121;44120", "44121, 44120"} <= accepted


def test_one_choice_is_accepted_and_no_distractor_is(in_moodle):
    for case in CASES:
        _, _, answers = in_moodle["multichoice", f"{case.id}-choice"]
        assert [text for text, _, _ in answers] == choices(case.item, SEED)
        for text, fraction, feedback in answers:
            assert (fraction == 100) == (case.item.grade(text).verdict == "correct")
            assert feedback
        assert sum(fraction == 100 for _, fraction, _ in answers) == 1


def test_a_typed_answer_gets_what_the_grader_gives(in_moodle):
    for case in CASES:
        _, _, answers = in_moodle["shortanswer", f"{case.id}-typed"]
        assert len({text for text, _, _ in answers}) == len(answers)
        for text, fraction, _ in answers:
            assert "*" not in text  # to Moodle it stands for anything
            assert (fraction == 100) == (case.item.grade(text).verdict == "correct")


def test_feedback_names_what_the_answer_amounts_to(in_moodle):
    named = 0
    for case in CASES:
        for text, fraction, feedback in in_moodle["multichoice", f"{case.id}-choice"][2]:
            told = result(case.item.grade(text))
            if fraction < 100 and told["misconceptions"]:
                named += 1
                assert plain(html.escape(said(told, "amounts"))) in feedback
    assert named > 1.5 * len(CASES)


def test_markup_in_a_chart_is_text(rowan, tmp_path):
    text = rowan.read_text("utf-8").replace("A narrowed", "<script>alert(1)</script> $x$ `y` {z} A narrowed")
    rowan.write_text(text, "utf-8")
    moodle([load(rowan)], tmp_path / "m.xml")
    node = minidom.parse(str(tmp_path / "m.xml")).getElementsByTagName("questiontext")[0]
    shown = "".join(t.data for t in node.getElementsByTagName("text")[0].childNodes)
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    qti([load(rowan)], tmp_path / "q.zip")
    with zipfile.ZipFile(tmp_path / "q.zip") as package:
        name = next(
            n for n in package.namelist() if n.endswith(".xml") and "meta" not in n and "manifest" not in n
        )
        item = minidom.parseString(package.read(name)).getElementsByTagName("item")[0]
    told = words(item)
    assert "<script" not in told
    assert "$x$" in html.unescape(told)


def test_a_case_without_a_chart_is_left_out(tmp_path):
    path = tmp_path / "bare.yaml"
    path.write_text("steps:\n  - resect: [100, 120]\n  - join: [100, 120]\n", "utf-8")
    number, left_out = moodle([load(path), load("alder")], tmp_path / "m.xml")
    assert number == 2
    assert left_out == ["bare: it has no chart to read"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            r'claim: "44120; 44121"',
            'claim: "44120"',
            r"rowan\.md:\d+: the author's key is 44120, but the rules",
        ),
        (r"(?s)\nkey:.*\nauth", "\nauth", r"rowan\.md:2: a case also has key:"),
        (r"  claim: .*\n", "", r"rowan\.md:\d+: key: expected claim:"),
    ],
)
@pytest.mark.parametrize("to", ["moodle", "qti"])
def test_what_cannot_be_printed_is_not_exported_either(rowan, old, new, says, to, tmp_path, capsys):
    rowan.write_text(re.sub(old, new, rowan.read_text("utf-8")), "utf-8")
    out, named = tmp_path / "out", ["--cases", f"alder,{rowan}"]
    for command in (["export", "--to", to, *named], ["pack", *named]):
        assert cli.main([*command, "-o", str(out)]) == 2
        assert re.search(says, capsys.readouterr().err)
        assert not out.exists()


def test_nothing_is_no_export(tmp_path, capsys):
    out = tmp_path / "out.xml"
    outside = str(beyond()[0])
    assert cli.main(["export", "--to", "moodle", "--cases", outside, "-o", str(out)]) == 2
    assert "no rule of this casebook decides it; name a case" in capsys.readouterr().err
    assert not out.exists()
    assert (
        cli.main(["export", "--to", "moodle", "--kind", "typed", "--cases", f"oak,{outside}", "-o", str(out)])
        == 0
    )
    assert capsys.readouterr().out.startswith(f"{out}: 1 question\nleft out: ")


@pytest.mark.parametrize("kind", ["moodle", "qti"])
def test_the_command_writes_a_file(kind, tmp_path, capsys):
    out = tmp_path / "out"
    assert cli.main(["export", "--to", kind, "--cases", "alder,oak", "-o", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}: 4 questions\n"
    assert out.stat().st_size > 2000
    assert cli.main(["export", "--to", kind, "--cases", "alder", "-o", str(tmp_path / "no" / "out")]) == 2
    assert "cannot be written" in capsys.readouterr().err
