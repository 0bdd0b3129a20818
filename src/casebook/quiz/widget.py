"""The quiz in a notebook: the page's module as a widget, graded by the notebook's own Python; and the same from code.

    q = quiz("juniper")
    q                            # shows the quiz
    q.check("44120; 44121")      # grades one answer, without a browser
    q.explain()                  # the worked answer
    q.chart()                    # the chart

What these give reads as plain text without anything that changes from run to run, so that a notebook can be tested.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from IPython.display import Markdown

from casebook import cases
from casebook.grading import grade_page, worked

from .markup import section_html

HERE = Path(__file__).resolve().parent
WIDTH = 80  # characters of a line of text output


def _lines(*parts: str, mark: str = "") -> str:
    """Paragraphs of plain text, wrapped; `mark` stands before each."""
    return "\n".join(
        textwrap.fill(part, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_long_words=False)
        for part in parts
        if part
    )


def _told(title: str, *parts: str | None, mark: str = "  ") -> str:
    told = [part for part in parts if part]
    return f"{title}\n{_lines(*told, mark=mark)}" if told else ""


@dataclass(frozen=True, repr=False)
class Result:
    """What the grader says of one answer; `graded` is the JSON of `casebook grade`."""

    answer: str
    graded: Mapping[str, Any] = field(hash=False)

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

    def __repr__(self) -> str:
        told = self.graded["feedback"]
        asks = told["correction"] is not None  # then what a query is for has been said
        lines = [found["says"] for found in self.graded["findings"] if not (found["kind"] == "query" and asks)]
        lines = [line for line in dict.fromkeys(lines) if line not in (told["amounts_to"], told["correction"])]
        parts = [
            told["headline"],
            _lines(told["amounts_to"] or ""),
            _told(f"{told['settles_as']}:", *(f"\u201c{quote['text']}\u201d" for quote in told["settles"])),
            _told("What sets it right:", told["correction"]),
            _told("Line by line:", *lines, mark="- "),
            _lines(told["doubt"] or ""),
            _told("What to ask the surgeon:", told["ask"]),
            _told("What would make it right:", told["flip"]),
        ]
        return "\n".join(part for part in parts if part)


@dataclass(frozen=True, repr=False)
class Worked:
    """The worked answer of a case; `told` is what `casebook.grading.worked` gives."""

    told: Mapping[str, Any] = field(hash=False)

    @property
    def answer(self) -> str:
        """The preferred answer as one would type it."""
        return str(self.told["answer"])

    def __repr__(self) -> str:
        told = self.told
        parts = [
            self.answer,
            _lines(told["why"]),
            _told("What to ask the surgeon:", told["ask"]),
            _told("What the note could mean:", *(f"{r['says']}: {r['answer']}" for r in told["readings"]), mark="- "),
            _told(f"{told['settles_as']}:", *(f"\u201c{quote['text']}\u201d" for quote in told["settles"])),
            _told("Because:", *(rule["says"] for rule in told["because"]), mark="- "),
            _told("Not billed:", *(f"{n['code']}: {n['says']}" for n in told["not_billed"]), mark="- "),
            _told("Other published views:", *(f"{v['answer']}: {v['says']}" for v in told["views"]), mark="- "),
            _told("Diagnoses:", ", or ".join(", ".join(codes) for codes in told["diagnoses"])),
        ]
        return "\n".join(part for part in parts if part)


class Quiz(anywidget.AnyWidget):
    """The quiz on one case. Raises CaseError when there is no such case."""

    _esm = HERE / "quiz.js"
    _css = HERE / "quiz.css"
    html = traitlets.Unicode().tag(sync=True)

    def __init__(self, case: str | Path) -> None:
        self.case = cases.load(case)
        self.page = self.case.page()
        super().__init__(html=section_html(self.page, host="notebook"))
        self.on_msg(self._asked)

    def check(self, answer: str, evidence: Iterable[str] | None = None, diagnoses: Iterable[str] | None = None) -> Result:
        """Grade one answer as it would be typed: `check("44120; 44121")`."""
        return Result(answer, grade_page(self.page, answer, _listed(evidence), _listed(diagnoses)))

    def explain(self) -> Worked:
        """The worked answer."""
        return Worked(worked(self.page))

    def chart(self) -> Markdown:
        """The chart, without the marks that say which sentences decide."""
        text = cases.MARK.sub(r"\1", self.case.chart).strip()
        return Markdown(text if re.match(r"# ", text) else f"# {self.case.title}\n\n{text}")  # type: ignore[no-untyped-call]

    def _asked(self, _: object, asked: Mapping[str, Any], buffers: object) -> None:
        """Answer the quiz that is shown. What the learner typed is a value in `asked`."""
        try:
            result = self.check(asked["answer"], asked.get("evidence"), asked.get("diagnoses"))
            self.send({"id": asked.get("id"), "graded": result.graded})
        except Exception as error:  # the learner must hear of it, whatever it is
            self.send({"id": asked.get("id"), "error": f"{type(error).__name__}: {error}"})
            raise

    def __repr__(self) -> str:
        return f'The quiz on {self.case.title}. It answers where this notebook runs; quiz("{self.case.id}").check("...") does everywhere.'


def _listed(values: Iterable[str] | None) -> list[str] | None:
    return None if values is None else list(values)
