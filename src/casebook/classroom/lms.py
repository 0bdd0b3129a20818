"""Cases as questions for a learning system: Moodle XML, and a QTI 1.2 package as Canvas and others read it.

Each case becomes two questions: multiple choice, whose wrong answers are what wrong rules give and whose
feedback says so; and short answer. A learning system compares letters, so the short answer accepts a few
spellings of each accepted claim and no more: it is a poorer grader than this one.

QTI is written by text2qti. For Moodle no writer was found that is kept and right, so its few elements are
written here, after https://docs.moodle.org/en/Moodle_XML_format (read 2026-11).
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt

from casebook import files
from casebook.cases import Case, distinct
from casebook.coding.claim import Line, Same, show, tidy
from casebook.coding.typed import read
from casebook.grading import Grade, expected
from casebook.grading.feedback import amounts_to, correction
from casebook.practice.choices import choices

ASK = "Which claim does the surgeon file for this operation?"
HOW = (
    "Write one line for each code, parted by a semicolon and a space; units as x2, modifiers as -59: 44120;"
    " 44121 x2; 44310-51. Write query if the surgeon must be asked first."
)
NOTICE = (
    "The chart is invented. CPT is a registered trademark of the American Medical Association. For teaching,"
    " not billing advice."
)
SEED = "export"  # of the order of the choices


@dataclass(frozen=True)
class Option:
    """One answer: its text, whether it is accepted, and what is said of it."""

    text: str
    right: bool
    says: str


@dataclass(frozen=True)
class Question:
    """One case as a question: its chart as HTML, the choices, and what a typed answer may be."""

    id: str
    title: str
    chart: str
    choices: tuple[Option, ...]
    typed: tuple[Option, ...]
    why: str


def questions(cases: Iterable[Case]) -> tuple[list[Question], list[str]]:
    """The cases that can be asked, and for each of the others why not.

    Raises CaseError where two cases have one name.
    """
    found, left_out = [], []
    for case in distinct(cases):
        if not case.chart.strip():
            left_out.append(f"{case.id}: it has no chart to read")
        elif case.note.action == "out-of-scope":
            left_out.append(f"{case.id}: no rule of this casebook decides it")
        else:
            found.append(_question(case))
    return found, left_out


def moodle(cases: Iterable[Case], path: Path, title: str = "Casebook") -> tuple[int, list[str]]:
    """Write Moodle XML, two questions a case in one category; how many, and what was left out.

    Raises OSError.
    """
    asked, left_out = questions(cases)
    quiz = ET.Element("quiz")
    category = ET.SubElement(quiz, "question", type="category")
    _text(category, "category", f"$course$/top/{title.replace('/', ' ')}")
    for question in asked:
        _moodle_question(quiz, question, "multichoice", question.choices)
        _moodle_question(quiz, question, "shortanswer", question.typed)
    ET.indent(quiz)
    files.write(path, ET.tostring(quiz, encoding="utf-8", xml_declaration=True))
    return 2 * len(asked), left_out


def qti(cases: Iterable[Case], path: Path, title: str = "Casebook") -> tuple[int, list[str]]:
    """Write a QTI 1.2 package, two questions a case; how many, and what was left out. Raises OSError."""
    from text2qti.config import Config
    from text2qti.qti import QTI
    from text2qti.quiz import Quiz

    asked, left_out = questions(cases)
    parts = [f"Quiz title: {_plain(title)}", f"Quiz description: {_line(NOTICE)}"]
    for number, question in enumerate(asked):
        parts += _qti_question(question, 2 * number + 1)
    package = QTI(Quiz("\n\n".join(parts) + "\n", config=Config(), source_name="casebook"))
    with files.beside(path) as part:
        package.save(part)
    return 2 * len(asked), left_out


# From a case to a question


def _question(case: Case) -> Question:
    item = case.item
    why = str(case.key.get("why") or "")
    offered = [
        Option(text, g.verdict == "correct", _says(g, why))
        for text in choices(item, SEED)
        for g in [item.grade(text)]
    ]
    accepted = (
        [expected(item)]
        if item.note.action == "query"
        else [show(claim.lines) for _, claim in item.note.accepted()]
    )
    typed = [Option(text, True, why) for claim in dict.fromkeys(accepted) for text in _spellings(claim)]
    known = {item.compared(read(option.text)) for option in typed}
    wrong = {item.compared(read(option.text)): option for option in offered if not option.right}
    for key, found in item.diagnosis.wrong_ways.items():
        text = show(_claim_of(key))
        if key not in known and key not in wrong and item.grade(text).verdict in ("partly", "wrong"):
            wrong[key] = Option(text, False, _says(item.grade(text), found[0].correction))
    typed += [
        Option(text, False, option.says) for option in wrong.values() for text in _spellings(option.text)
    ]
    return Question(case.id, case.title, _chart(case), tuple(offered), tuple(typed), why)


def _claim_of(key: Same) -> list[Line]:
    """A compared claim as lines again."""
    return [
        Line(code, units, tidy(marks))
        for code, units, marks in sorted(key, key=lambda k: (k[0], sorted(k[2])))
    ]


def _says(grade: Grade, why: str) -> str:
    """What is said of an answer: why it is right; else what it amounts to, and what corrects it.

    A learning system gives no part of a point.
    """
    if grade.verdict == "correct":
        return why
    said = ("Not right.", amounts_to(grade), grade.tempts, correction(grade), grade.doubt)
    return " ".join(part for part in said if part)


def _spellings(claim: str) -> list[str]:
    """A claim as it may be typed; a learning system compares letters."""
    return list(dict.fromkeys((claim, claim.replace("; ", ";"), claim.replace("; ", ", "))))


def _chart(case: Case) -> str:
    md = MarkdownIt("commonmark", {"html": False}).enable("table")
    text = re.sub(r"^(#{1,4}) ", r"##\1 ", case.unmarked, flags=re.MULTILINE)
    return str(md.render(text))


def _shown(question: Question, how: str = "") -> str:
    asks = f"<p><strong>{escape(ASK)}</strong></p>" + (f"<p>{escape(how)}</p>" if how else "")
    return f"<div>{question.chart}<hr>{asks}<p><small>{escape(NOTICE)}</small></p></div>"


# Moodle


def _moodle_question(quiz: ET.Element, question: Question, kind: str, answers: Sequence[Option]) -> None:
    element = ET.SubElement(quiz, "question", type=kind)
    what = "choice" if kind == "multichoice" else "typed"
    _text(element, "name", f"{question.title} ({what})")
    _text(element, "questiontext", _shown(question, HOW if kind == "shortanswer" else ""), "html")
    _text(element, "generalfeedback", f"<p>{escape(question.why)}</p>", "html")
    settings = {
        "defaultgrade": "1",
        "penalty": "0.3333333",
        "hidden": "0",
        "idnumber": f"{question.id}-{what}",
    }
    settings |= (
        {"single": "true", "shuffleanswers": "true", "answernumbering": "abc"}
        if kind == "multichoice"
        else {"usecase": "0"}
    )
    for name, value in settings.items():
        ET.SubElement(element, name).text = value
    for option in answers:
        given = ET.SubElement(
            element, "answer", fraction="100" if option.right else "0", format="moodle_auto_format"
        )
        ET.SubElement(given, "text").text = option.text
        _text(given, "feedback", f"<p>{escape(option.says)}</p>", "html")


def _text(parent: ET.Element, name: str, words: str, form: str = "") -> None:
    element = ET.SubElement(parent, name, {"format": form} if form else {})
    ET.SubElement(element, "text").text = words


# QTI, by way of text2qti's own format


def _qti_question(question: Question, number: int) -> list[str]:
    chosen = [f"Title: {_plain(question.title)} (choice)", f"{number}. {_html(_shown(question))}"]
    lines = [f"... {_line(question.why)}"] if question.why else []
    for letter, option in zip("abcdefghij", question.choices, strict=False):
        lines += [
            f"{'*' if option.right else ''}{letter}) {_plain(option.text)}",
            f"... {_line(option.says)}",
        ]
    typed = [f"Title: {_plain(question.title)} (typed)", f"{number + 1}. {_html(_shown(question, HOW))}"]
    more = [f"... {_line(question.why)}"] if question.why else []
    more += [f"*   {_plain(option.text)}" for option in question.typed if option.right]
    return ["\n".join((*chosen, *lines)), "\n".join((*typed, *more))]


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
