"""The quiz in a notebook: the page's module as a widget, graded by the notebook's own Python; and the same
from code.

    q = quiz("juniper")
    q                            # shows the quiz
    q.check("44120; 44121")      # grades one answer, without a browser
    q.hint()                     # the next hint
    q.draw()                     # the bowel as operated; q.draw("44120") beside the bowel that would make
    this answer right
    q.explain()                  # the worked answer
    q.chart()                    # the chart

What these give reads as plain text without anything that changes from run to run, so that a notebook can be
tested.
"""

from __future__ import annotations

import json
import re
import textwrap
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from IPython.display import Markdown

from casebook import cases
from casebook.grading import grade_page, item_of
from casebook.grading.feedback import in_text
from casebook.grading.worked import worked
from casebook.practice import diagram
from casebook.practice import review as tutor
from casebook.practice.responses import write_file
from casebook.practice.results import CONFIDENCE

from . import door
from .chart import chart_html
from .markup import section_html
from .module import source

HERE = Path(__file__).resolve().parent
WIDTH = 80  # characters of a line of text output
NOTED = "Noted. The verdict waits until it is revealed."


def _lines(*parts: str, mark: str = "") -> str:
    """Paragraphs of plain text, wrapped; `mark` stands before each."""
    return "\n".join(
        textwrap.fill(
            part,
            WIDTH,
            initial_indent=mark,
            subsequent_indent=" " * len(mark),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for part in parts
        if part
    )


def _told(title: str, *parts: str | None, mark: str = "  ") -> str:
    told = [part for part in parts if part]
    return f"{title}\n{_lines(*told, mark=mark)}" if told else ""


def _part(part: Mapping[str, Any]) -> str:
    """A part of what is said, as plain text: several rows under a heading are a list."""
    lines = in_text(part)
    mark = "- " if len(lines) > 1 and part["kind"] != "settles" else "  "
    return _told(f"{part['title']}:", *lines, mark=mark) if part["title"] else _lines(*lines)


def _html(head: str, parts: Iterable[Mapping[str, Any]] = ()) -> str:
    """The same as HTML, whose lines a notebook breaks between words and shows as large as its text."""
    told = [f"<p><strong>{escape(head)}</strong></p>"]
    for part in parts:
        if part["title"]:
            told.append(f"<p><strong>{escape(part['title'])}</strong></p>")
        lines = [escape(line) for line in in_text(part)]
        listed = part["title"] and len(lines) > 1 and part["kind"] != "settles"
        told += (
            ["<ul>", *(f"<li>{line}</li>" for line in lines), "</ul>"]
            if listed
            else [f"<p>{line}</p>" for line in lines]
        )
    return f'<div class="casebook-said">{"".join(told)}</div>'


def _said(parts: Iterable[Mapping[str, Any]], kind: str) -> str:
    return " ".join(line for part in parts if part["kind"] == kind for line in in_text(part))


class Text(str):
    """Words that a notebook shows as they are, wrapped."""

    def __repr__(self) -> str:
        return _lines(self)

    def _repr_html_(self) -> str:
        return f"<p>{escape(self)}</p>"


@dataclass(frozen=True, repr=False)
class Result:
    """What the grader says of one answer; `graded` is the JSON of `casebook grade`.

    It reads as nothing but noted while its quiz holds verdicts back.
    """

    answer: str
    graded: Mapping[str, Any] = field(hash=False)
    quiz: Quiz | None = field(default=None, compare=False)

    @property
    def verdict(self) -> str:
        """One of correct, partly, wrong, invalid and blank."""
        return str(self.graded["verdict"])

    @property
    def score(self) -> float:
        """From 0 to 1."""
        return float(self.graded["score"])

    @property
    def misconceptions(self) -> list[str]:
        """The ids of the wrong rules that give this answer."""
        return [found["id"] for found in self.graded["misconceptions"]]

    def part(self, kind: str) -> str:
        """What one part of the feedback says, such as `amounts` or `flip`; nothing where there is none."""
        return _said(self.graded["feedback"]["parts"], kind)

    @property
    def _waits(self) -> bool:
        """Whether nothing is said of it yet."""
        return self.quiz is not None and self.quiz.held and self.verdict not in ("invalid", "blank")

    def __repr__(self) -> str:
        if self._waits:
            return NOTED
        told = self.graded["feedback"]
        return "\n".join([told["headline"], *map(_part, told["parts"])])

    def _repr_html_(self) -> str:
        told = self.graded["feedback"]
        return _html(NOTED) if self._waits else _html(told["headline"], told["parts"])


@dataclass(frozen=True, repr=False)
class Worked:
    """The worked answer of a case; `told` is what `casebook.grading.worked` gives."""

    told: Mapping[str, Any] = field(hash=False)

    @property
    def answer(self) -> str:
        """The preferred answer as one would type it."""
        return str(self.told["answer"])

    def part(self, kind: str) -> str:
        """What one part says, such as `why` or `ask`; nothing where there is none."""
        return _said(self.told["parts"], kind)

    def __repr__(self) -> str:
        return "\n".join([self.answer, *map(_part, self.told["parts"])])

    def _repr_html_(self) -> str:
        return _html(self.answer, self.told["parts"])


@dataclass(frozen=True, repr=False)
class Drawing:
    """Pictures of bowel, each with its title and the same in words."""

    pictures: tuple[Mapping[str, str], ...] = field(hash=False)
    says: str = ""

    def __repr__(self) -> str:
        parts = [*(_told(f"{p['title']}:", p["words"]) for p in self.pictures), _lines(self.says)]
        return "\n".join(part for part in parts if part)

    def _repr_html_(self) -> str:
        figures = (
            f"<figure><figcaption>{escape(p['title'])}</figcaption>{p['svg']}</figure>" for p in self.pictures
        )
        said = f"<p>{escape(self.says)}</p>" if self.says else ""
        return f'<style>{diagram.STYLE}</style><div class="casebook-pictures">{"".join(figures)}</div>{said}'


class Quiz(anywidget.AnyWidget):
    """The quiz on one case. Raises CaseError when there is no such case.

    With `hold`, answers are noted and the verdict waits until `reveal()`, in the quiz that is shown and from
    `check`. `attempts` holds what
    was answered here, so that `save` has it.
    """

    _esm = source()
    _css = HERE / "quiz.css"
    html = traitlets.Unicode().tag(sync=True)
    places = traitlets.Dict().tag(sync=True)
    held = traitlets.Bool(False).tag(sync=True)

    def __init__(self, case: str | Path, *, hold: bool = False) -> None:
        self.case = cases.load(case)
        sheet = chart_html(self.case)
        self.page = {**self.case.page(), "lines": sheet.lines}
        self.attempts: list[dict[str, Any]] = []
        self._hints = 0
        html = section_html(self.page, host="notebook", chart=sheet.html)
        super().__init__(html=html, places=sheet.places, held=hold)
        self.on_msg(self._asked)

    def check(
        self,
        answer: str,
        evidence: Iterable[str] | None = None,
        diagnoses: Iterable[str] | None = None,
        confidence: str | None = None,
    ) -> Result:
        """Grade one answer as it would be typed: `check("44120; 44121")`.

        `confidence` is sure, fairly or guessing. Raises ValueError for another word.
        """
        if confidence not in (None, *CONFIDENCE):
            raise ValueError(f"confidence: expected {', '.join(CONFIDENCE)}")
        told = grade_page(self.page, answer, _listed(evidence), _listed(diagnoses))
        self._note(answer, told, {"confidence": confidence, "hints": self._hints})
        return Result(answer, told, self)

    def hint(self) -> Text:
        """The next hint, from the question to ask to the rule; at the end the last one again."""
        hints = tutor.hints(item_of(self.page))
        self._hints = min(self._hints + 1, len(hints))
        return Text(hints[self._hints - 1])

    def draw(self, answer: str | None = None) -> Drawing:
        """The bowel as operated, for each reading of the note; with an answer also the bowel that would make
        it right."""
        told = diagram.beside(item_of(self.page), answer or "")
        beside = [told["right_if"]] if answer and told["right_if"] else []
        return Drawing((*told["operated"], *beside), told["says"] if answer else "")

    def save(self, path: str | Path = "answers.jsonl", name: str = "") -> int:
        """Save what was answered here as a response file; how many answers.

        `name` is written only where it is given.
        """
        return save(path, self, name=name)

    def reveal(self) -> None:
        """Show the verdicts that were held back, and hold no more."""
        self.held = False

    def explain(self) -> Worked:
        """The worked answer."""
        return Worked(worked(self.page))

    def chart(self) -> Markdown:
        """The chart, without the marks that say which sentences decide."""
        text = self.case.unmarked
        titled = text if re.match(r"# ", text) else f"# {self.case.title}\n\n{text}"
        return Markdown(titled)  # type: ignore[no-untyped-call]

    def _note(self, answer: str, told: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
        """Keep an answer that could be read, but not the same twice: the page counts that as one try, too."""
        same = self.attempts and self.attempts[-1]["answer"] == answer
        if same or told["verdict"] in ("invalid", "blank"):
            return
        found = [m.id for m in item_of(self.page).grade(answer).counted]
        kept = {"answer": answer, "verdict": told["verdict"], "score": told["score"], "misconceptions": found}
        when = {"at": round(time.time() * 1000), "try": len(self.attempts) + 1}
        more = {name: asked.get(name) for name in ("confidence", "seconds", "hints")}
        self.attempts.append({"case": self.case.id, "edition": self.case.edition, **when, **kept, **more})

    def _asked(self, _: object, asked: Mapping[str, Any], buffers: object) -> None:
        """Answer the quiz that is shown. What the learner typed is a value in `asked`."""
        try:
            question = {**json.loads(asked["asked"]), "page": self.page}
            told = door.answer(question)
            if question["do"] == "grade":
                self._note(question["answer"], told, question)
            self.send({"id": asked.get("id"), "told": json.dumps(told)})
        except Exception as error:  # the learner must hear of it, whatever it is
            self.send({"id": asked.get("id"), "error": f"{type(error).__name__}: {error}"})
            raise

    def __repr__(self) -> str:
        call = f'quiz("{self.case.id}").check("...")'
        return f"The quiz on {self.case.title}. It answers where this notebook runs; {call} does everywhere."


def save(path: str | Path, *quizzes: Quiz, name: str = "") -> int:
    """Save what was answered in these quizzes as one response file, in the order of time; how many answers.

    Raises OSError.
    """
    attempts = sorted(
        (attempt for each in quizzes for attempt in each.attempts), key=lambda attempt: attempt["at"]
    )
    return write_file(path, attempts, name)


def _listed(values: Iterable[str] | None) -> list[str] | None:
    return None if values is None else list(values)
