"""Cases as questions for a learning system: Moodle XML, and a QTI 1.2 package as Canvas and others read it.

A case becomes a typed question, a choice whose wrong answers are what wrong rules give and whose feedback
says so, or both: then the chart stands once above them, and the typed one comes first, since the choice shows
what may be answered. A learning system compares letters, so the typed question knows the orders and spellings
of each accepted claim and no more: it is a poorer grader than this one.

QTI is written by text2qti. For Moodle no writer was found that is kept and right, so its few elements are
written here, after https://docs.moodle.org/en/Moodle_XML_format (read 2026-11). Which code of each system
reads them: ARCHITECTURE.md.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import islice, permutations
from pathlib import Path

from markdown_it import MarkdownIt

from casebook import files
from casebook.cases import Case, distinct, must_be_sound
from casebook.coding.claim import lines_of, show
from casebook.coding.typed import read
from casebook.errors import CommandError
from casebook.grading import Grade, expected
from casebook.grading.feedback import amounts_to, correction
from casebook.practice.bank import topic_in_words
from casebook.practice.choices import choices
from casebook.quiz.markup import ASK

HOW = (
    "Put a semicolon and a space between codes. A modifier follows its code: a hyphen, two characters. Units"
    " come last: a space, an x, the number. Write query if the surgeon must be asked first."
)
NOTICE = (
    "The chart is invented. CPT is a registered trademark of the American Medical Association. For teaching,"
    " not billing advice."
)
LICENSE = "From the casebook, an open casebook of surgical coding. Text: CC BY 4.0."
SEED = "export"  # of the order of the choices
KINDS = ("typed", "choice", "both")
MOST_ORDERS = 24  # of the lines of one claim, in typed answers
#: The parts of a point that Moodle knows, in percent.
FRACTIONS = (
    90.0, 83.33333, 80.0, 75.0, 70.0, 66.66667, 60.0, 50.0, 40.0, 33.33333, 30.0, 25.0, 20.0, 16.66667,
    14.28571, 12.5, 11.11111, 10.0, 5.0,
)  # fmt: skip


@dataclass(frozen=True)
class Option:
    """One answer: its text, whether it is accepted, what is said of it, and its score from 0 to 1."""

    text: str
    right: bool
    says: str
    score: float


@dataclass(frozen=True)
class Question:
    """One case as a question: its chart as HTML, the choices, and what a typed answer may be."""

    id: str
    title: str
    about: tuple[str, ...]
    level: int
    chart: str
    choices: tuple[Option, ...]
    typed: tuple[Option, ...]
    why: str


def questions(cases: Iterable[Case]) -> tuple[list[Question], list[str]]:
    """The cases that can be asked, and for each of the others why not.

    Raises CaseError where two cases have one name, and for a case with a fault, such as a key that the rules
    do not give: its claim would be graded as right. Raises CommandError where no case can be asked.
    """
    found, left_out = [], []
    for case in distinct(cases):
        if not case.chart.strip():
            left_out.append(f"{case.id}: it has no chart to read")
            continue
        must_be_sound(case, "exported")
        if case.note.action == "out-of-scope":
            left_out.append(f"{case.id}: no rule of this casebook decides it")
        else:
            found.append(_question(case))
    if not found:
        why = "".join(f"; {each}" for each in left_out)
        raise CommandError(f"nothing is left to export{why}; name a case with a chart that the rules decide")
    return found, left_out


def moodle(
    cases: Iterable[Case], path: Path, title: str = "Casebook", kind: str = "both"
) -> tuple[int, list[str]]:
    """Write Moodle XML, a category for each topic, tags by topic and level; how many questions, and what was
    left out.

    Raises OSError.
    """
    asked, left_out = questions(cases)
    quiz = ET.Element("quiz")
    topic = None
    for question in sorted(asked, key=lambda each: each.about[:1]):
        if topic != (topic := (question.about or ("other",))[0]):
            category = ET.SubElement(quiz, "question", type="category")
            words = topic_in_words(topic).replace("/", " ")
            _text(category, "category", f"$course$/top/{title.replace('/', ' ')}/{words}")
            _text(category, "info", f"<p>{escape(LICENSE)}</p>", "html")
        _moodle_case(quiz, question, kind)
    ET.indent(quiz)
    files.write(path, ET.tostring(quiz, encoding="utf-8", xml_declaration=True))
    return len(asked) * (2 if kind == "both" else 1), left_out


def qti(
    cases: Iterable[Case], path: Path, title: str = "Casebook", kind: str = "both"
) -> tuple[int, list[str]]:
    """Write a QTI 1.2 package; how many questions, and what was left out. Raises OSError."""
    from text2qti.config import Config
    from text2qti.qti import QTI
    from text2qti.quiz import Quiz

    asked, left_out = questions(cases)
    parts = [f"Quiz title: {_plain(title)}", f"Quiz description: {_line(f'{NOTICE} {LICENSE}')}"]
    number = 0
    for question in asked:
        told = _qti_case(question, number + 1, kind)
        number += 2 if kind == "both" else 1
        parts += told
    package = QTI(Quiz("\n\n".join(parts) + "\n", config=Config(), source_name="casebook"))
    with files.beside(path) as part:
        package.save(part)
        _licensed(part)
    return number, left_out


def _licensed(path: Path) -> None:
    """Say in the package's manifest whose the text is and what may be done with it: its writer says that it
    is private."""
    with zipfile.ZipFile(path) as package:
        held = {name: package.read(name) for name in package.namelist()}
    manifest = held["imsmanifest.xml"].decode("utf-8")
    told = f"<imsmd:string>{escape(LICENSE)} https://creativecommons.org/licenses/by/4.0/</imsmd:string>"
    manifest = re.sub(r"<imsmd:string>Private \(Copyrighted\)[^<]*</imsmd:string>", told, manifest)
    held["imsmanifest.xml"] = manifest.encode("utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in held.items():
            package.writestr(name, content)


# From a case to a question


def _question(case: Case) -> Question:
    item = case.item
    why = str(case.key.get("why") or "")
    offered = [
        Option(text, g.verdict == "correct", _says(g, why), g.score)
        for text in choices(item, SEED)
        for g in [item.grade(text)]
    ]
    accepted = (
        [expected(item)]
        if item.note.action == "query"
        else [show(claim.lines) for _, claim in item.note.accepted()]
    )
    typed = [Option(text, True, why, 1.0) for claim in dict.fromkeys(accepted) for text in _spellings(claim)]
    known = {item.compared(read(option.text)) for option in typed}
    wrong = {item.compared(read(option.text)): option for option in offered if not option.right}
    for key, found in item.diagnosis.wrong_ways.items():
        text = show(lines_of(key))
        grade = item.grade(text)
        if key not in known and key not in wrong and grade.verdict in ("partly", "wrong"):
            wrong[key] = Option(text, False, _says(grade, found[0].correction), grade.score)
    typed += [replace(option, text=text) for option in wrong.values() for text in _spellings(option.text)]
    about = tuple(case.about)
    return Question(case.id, case.title, about, case.level, _chart(case), tuple(offered), tuple(typed), why)


def _says(grade: Grade, why: str) -> str:
    """What is said of an answer: why it is right; else what it amounts to, and what corrects it.

    A learning system gives no part of a point.
    """
    if grade.verdict == "correct":
        return why
    said = ("Not right.", amounts_to(grade), grade.tempts, correction(grade), grade.doubt)
    return " ".join(part for part in said if part)


def _spellings(claim: str) -> list[str]:
    """A claim as it may be typed; a learning system compares letters, but for capitals."""
    lines = claim.split("; ")
    orders = islice(permutations(lines), MOST_ORDERS)
    told = [sign.join(order) for order in orders for sign in ("; ", ";", ", ")]
    return list(dict.fromkeys([*told, *(text.replace(" x", "x") for text in told)]))


def _chart(case: Case) -> str:
    md = MarkdownIt("commonmark", {"html": False}).enable("table")
    text = re.sub(r"^(#{1,4}) ", r"##\1 ", case.unmarked, flags=re.MULTILINE)
    return str(md.render(text))


def _asked(how: str = "") -> str:
    asks = f"<p><strong>{escape(ASK)}</strong></p>" + (f"<p>{escape(how)}</p>" if how else "")
    return f"{asks}<p><small>{escape(NOTICE)} {escape(LICENSE)}</small></p>"


def _shown(question: Question, kind: str, how: str = "") -> str:
    """What a question shows: its title, by which a file of answers says which case it is, and the chart too
    where it stands alone."""
    chart = "" if kind == "both" else f"{question.chart}<hr>"
    return f"<div><p>{escape(question.title)}</p>{chart}{_asked(how)}</div>"


# Moodle


def _moodle_case(quiz: ET.Element, question: Question, kind: str) -> None:
    if kind == "both":
        _moodle_question(quiz, question, "description", "chart", f"<div>{question.chart}</div>")
    if kind != "choice":
        element = _moodle_question(quiz, question, "shortanswer", "typed", _shown(question, kind, HOW))
        ET.SubElement(element, "usecase").text = "0"
        _moodle_answers(element, question.typed)
    if kind != "typed":
        element = _moodle_question(quiz, question, "multichoice", "choice", _shown(question, kind))
        for name, value in {"single": "true", "shuffleanswers": "true", "answernumbering": "abc"}.items():
            ET.SubElement(element, name).text = value
        _moodle_answers(element, question.choices)


def _moodle_question(quiz: ET.Element, question: Question, type: str, what: str, shown: str) -> ET.Element:
    element = ET.SubElement(quiz, "question", type=type)
    _text(element, "name", f"{question.title} ({what})")
    _text(element, "questiontext", shown, "html")
    graded = type != "description"
    _text(element, "generalfeedback", f"<p>{escape(question.why)}</p>" if graded else "", "html")
    settings = {"defaultgrade": "1" if graded else "0", "penalty": "0.3333333" if graded else "0"}
    for name, value in (settings | {"hidden": "0", "idnumber": f"{question.id}-{what}"}).items():
        ET.SubElement(element, name).text = value
    tags = ET.SubElement(element, "tags")
    for tag in (*map(topic_in_words, question.about), f"level {question.level}"):
        _text(tags, "tag", tag)
    return element


def _moodle_answers(element: ET.Element, answers: Sequence[Option]) -> None:
    for option in answers:
        given = ET.SubElement(element, "answer", fraction=_fraction(option), format="moodle_auto_format")
        ET.SubElement(given, "text").text = option.text
        _text(given, "feedback", f"<p>{escape(option.says)}</p>", "html")


def _fraction(option: Option) -> str:
    """The part of a point that an answer gets: the nearest that Moodle knows and that is not above its
    score."""
    part = 100.0 if option.right else next((f for f in FRACTIONS if f <= 100 * option.score), 0.0)
    return f"{part:g}" if part == int(part) else f"{part:.5f}"


def _text(parent: ET.Element, name: str, words: str, form: str = "") -> None:
    element = ET.SubElement(parent, name, {"format": form} if form else {})
    ET.SubElement(element, "text").text = words


# QTI, by way of text2qti's own format


def _qti_case(question: Question, number: int, kind: str) -> list[str]:
    told = []
    if kind == "both":
        told.append(f"Text title: {_plain(question.title)}\nText: {_html(f'<div>{question.chart}</div>')}")
    why = [f"... {_line(question.why)}"] if question.why else []
    if kind != "choice":
        shown = _html(_shown(question, kind, HOW))
        typed = [f"Title: {_plain(question.title)} (typed)", f"{number}. {shown}", *why]
        typed += [f"*   {_plain(option.text)}" for option in question.typed if option.right]
        told.append("\n".join(typed))
        number += 1
    if kind != "typed":
        shown = _html(_shown(question, kind))
        lines = [f"Title: {_plain(question.title)} (choice)", f"{number}. {shown}", *why]
        for letter, option in zip("abcdefghij", question.choices, strict=False):
            lines += [
                f"{'*' if option.right else ''}{letter}) {_plain(option.text)}",
                f"... {_line(option.says)}",
            ]
        told.append("\n".join(lines))
    return told


def _html(html: str) -> str:
    """HTML on one line, with nothing left that text2qti would read as mathematics or code."""
    return (
        re.sub(r"\s*\n\s*", " ", html)
        .replace("$", "&#36;")
        .replace("`", "&#96;")
        .replace("{", "&#123;")
        .replace("}", "&#125;")
    )


def _line(words: str) -> str:
    """Plain words as HTML on one line."""
    return _html(f"<p>{escape(' '.join(words.split()))}</p>")


def _plain(words: str) -> str:
    """Plain words where text2qti reads Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#$!|~^])", r"\\\1", " ".join(words.split()))
