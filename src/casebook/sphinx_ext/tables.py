"""Tables made from the data: the code family, the cases of a part, what the cases cover, and what is
contested."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from casebook.cases import TOPICS, Case, library, load
from casebook.coding import edits
from casebook.coding.views import VIEWS
from casebook.grading.findings import code_words, field_words
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.practice.bank import TAUGHT
from casebook.practice.results import tells
from casebook.quiz.markup import options

from .lists import QUESTIONS, Listing, badge, between, cite, line
from .parts import make_link, markup

NOT_HELD = "not held"  # of a code whose row is in none of the tables that could be had
LEVELS = {1: "plain", 2: "realistic", 3: "noisy"}


def table(
    heads: Sequence[str], rows: Iterable[Sequence[str | nodes.Node]], classes: Iterable[str] = ()
) -> nodes.table:
    """A table with a row of heads; the first cell of a row names it."""
    group = nodes.tgroup("", *(nodes.colspec("", colwidth=1) for _ in heads), cols=len(heads))
    group += nodes.thead("", _row(heads))
    group += nodes.tbody("", *(_row(row) for row in rows))
    return nodes.table("", group, classes=["casebook-table", *classes])


def _row(cells: Sequence[str | nodes.Node]) -> nodes.row:
    inside = (cell if isinstance(cell, nodes.Node) else nodes.Text(cell) for cell in cells)
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in inside))


def shipped() -> list[Case]:
    """Every case of the book, in its order."""
    return [load(path) for path in library()]


class Codes(Listing):
    """`{casebook-codes}`: the family in our own words, with value, global period, unit limit and what each is
    to 44121."""

    def entries(self) -> list[nodes.Node]:
        """One row a code, in the order of the numbers."""
        heads = (
            "Code",
            "In our own words",
            "Also called",
            "Value 2026",
            "Global",
            "Units a day",
            "Beside 44121",
        )
        rows = [self._one(code, words) for code, words in sorted(code_words().items())]
        return [table(heads, rows, ["casebook-figures"])]

    def _one(self, code: str, words: str) -> Sequence[str]:
        value, limit = edits.values().get(code), edits.limits().get(code)
        return (
            code,
            words,
            field_words()[code],
            NOT_HELD if value is None else f"{value.total:.2f}" if value.total else "none",
            value.global_days if value else NOT_HELD,
            f"{limit.units}, kind {limit.kind}" if limit else NOT_HELD,
            self._beside(code),
        )

    @staticmethod
    def _beside(code: str) -> str:
        if code in edits.bases()["44121"]:
            return "its base"
        if code == "44121":
            return "itself"
        found = edits.pair(code, "44121")
        return "no pair" if found is None else f"a pair, indicator {found[2]}"


class Outside(Listing):
    """`{casebook-outside}`: real codes that are no part of the family, each with what it is for."""

    def entries(self) -> list[nodes.Node]:
        """One row a code."""
        heads = ("Code", "In our own words", "Also called")
        words = field_words()
        rows = [(code, told, words[code]) for code, told in sorted(edits.outside().items())]
        return [table(heads, rows)]


class CaseList(Listing):
    """`{casebook-cases} alder juniper`: the titles of the cases between the first and the last id named."""

    required_arguments = 2

    def entries(self) -> list[nodes.Node]:
        """A list of links, with the level of each; nothing here says what a case is about."""
        ids = [path.stem for path in library()]
        first, last = (ids.index(name) for name in self.arguments)
        found = nodes.bullet_list("", classes=["casebook-cases"])
        for case in shipped()[first : last + 1]:
            to = {"reftype": "doc", "refdomain": "std", "reftarget": f"/cases/{case.id}", "refexplicit": True}
            link = addnodes.pending_xref(
                "", nodes.inline("", case.title), refdoc=self.env.docname, refwarn=True, **to
            )
            found += nodes.list_item(
                "", nodes.paragraph("", "", link, nodes.Text(f" ({LEVELS[case.level]})"))
            )
        # The page's script says here what was done of them, and marks it in the list.
        listed = shipped()[first : last + 1]
        return [markup(html=list_head({case.id: case.edition for case in listed})), found]


SHOWN = {"": "all", "new": "not done", "due": "due again", "tried": "not right yet"}


def list_head(editions: Mapping[str, str]) -> str:
    """What stands over a list of cases where scripts run: how many are done, and what of it to show.

    `editions` tell the script which answers were given to the charts as they are.
    """
    levels = {"": "any", **{level: level for level in LEVELS.values()}}
    topics = {"": "anything", **{topic: name for topic, (name, _) in TAUGHT.items()}}
    choosers = "".join(
        f'<label>{words} <select name="{name}">{options(rows)}</select></label>'
        for words, name, rows in (
            ("Show", "show", SHOWN),
            ("Level", "level", levels),
            ("About", "topic", topics),
        )
    )
    told = escape(json.dumps(editions, separators=(",", ":")))
    return (
        f'<div class="casebook-list-head" data-editions="{told}"><p>{len(editions)} cases.</p>{choosers}'
        '<span class="casebook-hint" role="status"></span></div>'
    )


def shows(cases: Iterable[Case]) -> Counter[str]:
    """In how many cases each misconception gives a wrong answer."""
    found: Counter[str] = Counter()
    for case in cases:
        found.update(tells(case.page()))
        found["asked-without-need"] += case.note.action == "bill"
    return found


class Coverage(Listing):
    """`{casebook-coverage}`: how many cases there are of each thing to learn and level, and in how many each
    wrong rule shows."""

    def entries(self) -> list[nodes.Node]:
        """Two tables of numbers; no case is named, since that would tell what it is about."""
        cases = shipped()
        count = Counter((topic, case.level) for case in cases for topic in case.about)
        names = {topic: TAUGHT[topic][0] if topic in TAUGHT else topic for topic in TOPICS}
        topics = [
            (
                names[topic],
                *(str(count[topic, level]) for level in LEVELS),
                str(sum(count[topic, level] for level in LEVELS)),
            )
            for topic in TOPICS
        ]
        level = Counter(case.level for case in cases)
        topics.append(("all cases", *(str(level[n]) for n in LEVELS), str(len(cases))))
        seen = shows(cases)
        wrong = [
            (make_link(f"misconception-{id}", m.says), str(seen[id]))
            for id, m in sorted(MISCONCEPTIONS.items(), key=lambda each: (-seen[each[0]], each[0]))
        ]
        return [
            nodes.paragraph(
                "", "A case is about several things, so a column holds more than the number of its cases."
            ),
            table(("Thing to learn", *LEVELS.values(), "together"), topics),
            nodes.paragraph(
                "", "A wrong rule shows in a case where it gives an answer that is not accepted."
            ),
            table(("Wrong rule", "cases in which it shows"), wrong),
        ]


class Contested(Listing):
    """`{casebook-contested}`: the questions that no source settles, the views that are accepted, and who
    holds them."""

    def entries(self) -> list[nodes.Node]:
        """The open questions in their order, each with its views."""
        return [self._question(id) for id in QUESTIONS if QUESTIONS[id]["unsettled"] or self._views(id)]

    @staticmethod
    def _views(id: str) -> list[str]:
        return [view.id for view in VIEWS.values() if id in view.decisions]

    def _question(self, id: str) -> nodes.Node:
        told = QUESTIONS[id]
        head = make_link(f"question-{id}", told["question"])
        parts: list[nodes.Node] = [
            nodes.paragraph("", "", head, classes=["says", "title"]),
            line("Our answer:", nodes.Text(told["answer"])),
        ]
        if told["unsettled"]:
            parts.append(line("Not settled:", nodes.Text(told["unsettled"])))
        for view in (VIEWS[view] for view in self._views(id)):
            held = [
                nodes.Text(view.says + " "),
                badge(view.confidence),
                nodes.Text(" "),
                *between(map(cite, view.authorities), " "),
            ]
            parts.append(line("Also accepted:", *held))
        return self.entry(f"contested-{id}", *parts)


def setup(app: Sphinx) -> None:
    """Register the tables."""
    app.add_directive("casebook-outside", Outside)
    app.add_directive("casebook-codes", Codes)
    app.add_directive("casebook-cases", CaseList)
    app.add_directive("casebook-coverage", Coverage)
    app.add_directive("casebook-contested", Contested)
