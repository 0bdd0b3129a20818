"""Directives for what a chapter shows and asks: `{bowel}` draws an operation, `{counted}` several with what
there is to count, and `{turn}` asks a small question.

Their data is an operation, written as in a case file, so that no picture and no answer has a second source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from casebook.coding.operation import Operation
from casebook.coding.reading import read_operation
from casebook.errors import OperationError
from casebook.practice import belly, turns
from casebook.practice.loops import VIEWS
from casebook.quiz import lessons

from .parts import make_box, markup, note_package

TITLES = {"plan": "What will be taken out", "done": "What was done", "closing": "At closing"}
#: Which picture stands over a question of a kind.
ABOVE = {"tap": "done", "count": "done"}
TWO_JOINED = [{"resect": [200, 220]}, {"join": [200, 220]}, {"resect": [420, 440]}, {"join": [420, 440]}]
# What of a question's data is none of its operation, and what of it decides the answer.
ASIDE = ("about", "picture", "ask", "lines", "after", "filed", "denied", "charges")


class Lesson(SphinxDirective):
    """What the directives share: data in YAML, and names that no other part of the page has."""

    has_content = True
    final_argument_whitespace = True

    def data(self, text: str) -> Any:
        """YAML, or an error of the build with its line."""
        try:
            return yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise self.error(f"this is no YAML: {error}") from None

    def operation(self, data: object) -> Operation:
        """An operation, or an error of the build."""
        try:
            return read_operation(data)
        except OperationError as error:
            raise self.error(str(error)) from None

    def fresh(self) -> str:
        """An id, new on this page."""
        note_package(self.env)
        return f"{self.env.docname.rpartition('/')[2].replace('_', '-')}-{self.env.new_serialno('lesson')}"


class Bowel(Lesson):
    """`{bowel} title`: an operation drawn; `:view:` names one view or several."""

    required_arguments = 1
    option_spec = {"view": directives.unchanged}  # noqa: RUF012, as docutils has it

    def run(self) -> list[nodes.Node]:
        """One figure for each view."""
        views = self.options.get("view", "closing").split()
        if unknown := [view for view in views if view not in VIEWS]:
            raise self.error(f"no view {unknown[0]!r}; there are: {', '.join(VIEWS)}")
        op = self.operation(self.data("\n".join(self.content)))
        title = self.arguments[0]
        titles = {view: f"{title}: {TITLES[view].lower()}" if len(views) > 1 else title for view in views}
        note_package(self.env)
        return [markup(html=lessons.pictures(op, titles))]


class Counted(Lesson):
    """`{counted}`: a list of operations, each with `what` it is, and what it `says` besides, drawn at closing
    or in another `view`; with `:bare:` no numbers stand under them."""

    option_spec = {"bare": directives.flag}  # noqa: RUF012, as docutils has it

    def run(self) -> list[nodes.Node]:
        """Each with its picture and its numbers, which follow from it."""
        rows = self.data("\n".join(self.content))
        told = [
            (
                str(row["what"]),
                str(row.get("says", "")),
                self.operation(_without(row, ("what", "says", "view"))),
                str(row.get("view", "closing")),
            )
            for row in rows
        ]
        note_package(self.env)
        return [markup(html=lessons.counted(told, "bare" not in self.options))]


class Access(Lesson):
    """`{access}`: ways in, `approach: words` one a line, for two pieces that were each joined."""

    def run(self) -> list[nodes.Node]:
        """Each with its picture and the claim that it has."""
        ways = self.data("\n".join(self.content))
        if unknown := [way for way in ways if way not in belly.SAYS]:
            raise self.error(f"no way in {unknown[0]!r}; there are: {', '.join(belly.SAYS)}")
        ops = {
            str(words): self.operation({"approach": way, "steps": TWO_JOINED}) for way, words in ways.items()
        }
        return [markup(html=lessons.accesses(ops, self.fresh()))]


class TurnDirective(Lesson):
    """`{turn} kind`: data in YAML, a line `---`, what is asked, a line `---`, and why the answer is so."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The question with its form, and its answer in a fold."""
        kind, name = self.arguments[0], self.fresh()
        blocks = self._blocks()
        data = self.data("\n".join(blocks[0]))
        try:
            turn = turns.make(
                kind, _without(data, ASIDE) | _only(data, turns.BESIDE), _marked(data.get("lines"))
            )
        except ValueError as error:
            raise self.error(str(error)) from None
        if data.get("ask"):
            turn = turns.asking(turn, str(data["ask"]))
        ops = [self.operation(each) for each in _readings(data)]
        above = data.get("picture", ABOVE.get(kind))
        picture = lessons.pictures(ops[0], {above: ""}) if above in VIEWS else ""
        if kind == "denied":
            picture += lessons.remittance(data["filed"], data["denied"], data.get("charges") or {})
        after = lessons.pictures(ops[0], {"closing": TITLES["closing"]}) if len(ops) == 1 else ""
        page = {"id": name, "readings": _readings(data)} if kind == "claim" else None
        form = markup(html=lessons.question(turn, name, picture, page))
        told = markup(html=lessons.answer(turn, "" if data.get("after") == "none" else after))
        number = self.env.new_serialno("turn") + 1
        asked(self.env).setdefault(self.env.docname, []).append(name)
        head = nodes.paragraph("", f"Your turn, {number}", classes=["turn-title"], ids=[f"{name}-title"])
        fold = make_box(
            "details", make_box("summary", *_show_or_hide()), told, *self._parsed(blocks[2]),
            classes=["casebook-turn-answer"],
        )  # fmt: skip
        label = {"aria-labelledby": f"{name}-title", "data-turn": name, "data-kind": kind}
        return [
            make_box(
                "section", head, *self._parsed(blocks[1]), form, fold,
                classes=["casebook-turn"], ids=[name], **label,
            )
        ]  # fmt: skip

    def _blocks(self) -> list[StringList]:
        """Data, question and reason."""
        at = [i for i, line in enumerate(self.content) if line.strip() == "---"]
        if len(at) != 2:
            raise self.error("expected data, a line ---, the question, a line ---, and the reason")
        return [self.content[: at[0]], self.content[at[0] + 1 : at[1]], self.content[at[1] + 1 :]]

    def _parsed(self, block: StringList) -> list[nodes.Node]:
        inside = nodes.Element()
        self.state.nested_parse(block, self.content_offset, inside)
        return inside.children


def _show_or_hide() -> list[nodes.Node]:
    """The label of an answer, which says what a tap does: quiz.css shows the one that is true."""
    words = {"casebook-shut": "Show the answer", "casebook-opened": "Hide the answer"}
    return [make_box("span", nodes.Text(text), classes=[name]) for name, text in words.items()]


def asked(env: BuildEnvironment) -> dict[str, list[str]]:
    """The names of the small questions of each page."""
    found: dict[str, list[str]] = vars(env).setdefault("casebook_turns", {})  # pickled with the environment
    return found


def _forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    asked(env).pop(docname, None)


def _merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    asked(env).update({name: turns for name, turns in asked(other).items() if name in docnames})


def _without(data: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in keys}


def _only(data: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key in keys}


def _readings(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The operations of a question, without what is said beside them."""
    return list(data.get("readings") or [_without(data, ASIDE)])


def _marked(lines: object) -> dict[str, str | None]:
    """Sentences with their marks: a plain one decides nothing."""
    found: dict[str, str | None] = {}
    for line in lines if isinstance(lines, list) else []:
        if isinstance(line, Mapping):
            found |= {str(text): str(mark) for mark, text in line.items()}
        else:
            found[str(line)] = None
    return found


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("bowel", Bowel)
    app.add_directive("counted", Counted)
    app.add_directive("access", Access)
    app.add_directive("turn", TurnDirective)
    app.connect("env-purge-doc", _forget)
    app.connect("env-merge-info", _merge)
