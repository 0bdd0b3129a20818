"""Lists made from the code, so that book and program cannot drift: rules, misconceptions and sources."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import date

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from casebook.coding.authorities import AUTHORITIES
from casebook.coding.edits import bases, limits, pairs
from casebook.coding.rulebook import Rule
from casebook.coding.rules import RULEBOOK
from casebook.coding.views import VIEWS
from casebook.grading.misconceptions import MISCONCEPTIONS

from .parts import PACKAGE, make_box, make_link, note_package, targets

#: The codes that the chapters name most: of these the tables' own rows stand with their sources.
MAIN = ("44120", "44121", "44125", "44160", "44202", "44203", "44205", "44310", "44615", "49000")
NUMBERS = {id: number for number, id in enumerate(AUTHORITIES, 1)}
KINDS = {
    "read": ("Reading the operation", "Each of these answers one question about what the surgeon did."),
    "bill": ("Naming what was done", "Each of these names a service, the small ones too."),
    "inside": (
        "What is part of something else",
        "Each of these strikes a service that is not billed beside another.",
    ),
    "modifier": ("Modifiers", "Each of these adds one modifier, or keeps it away."),
}
HEADINGS = {
    **KINDS,
    "questions": (
        "The hard questions",
        "The questions of this field that several rules answer together.",
    ),
}
QUESTIONS: dict[str, dict[str, str]] = tomllib.loads((PACKAGE / "data" / "decisions.toml").read_text("utf-8"))


def said(id: str) -> str:
    """A rule's id as words: count-joins, count joins."""
    return id.replace("-", " ")


def line(label: str, *children: nodes.Node, classes: Iterable[str] = ()) -> nodes.paragraph:
    """A paragraph that starts with a label."""
    start = [nodes.inline("", label, classes=["label"]), nodes.Text(" ")] if label else []
    return nodes.paragraph("", "", *start, *children, classes=list(classes))


def between(parts: Iterable[nodes.Node], mark: str = ", ") -> list[nodes.Node]:
    """The parts with a mark between them."""
    out: list[nodes.Node] = []
    for part in parts:
        out += [nodes.Text(mark), part] if out else [part]
    return out


def badge(word: str, text: str = "") -> nodes.inline:
    """How sure we are, as a word, or as `text` that holds it."""
    return nodes.inline("", text or word, classes=["sure", f"sure-{word}"])


def cite(id: str) -> nodes.Node:
    """A bracketed number that leads to the bibliography."""
    source = AUTHORITIES[id]
    tip = f"{source.title}, {source.edition} ({source.confidence})"
    return make_link(f"source-{id}", f"[{NUMBERS[id]}]", tip, ["cite"])


def full(id: str, linked: bool = True) -> list[nodes.Node]:
    """A source in words: its title at its address, and its edition."""
    source = AUTHORITIES[id]
    title: nodes.Node = nodes.Text(source.title)
    if source.address and linked:
        title = nodes.reference("", "", title, refuri=source.address, internal=False)
    return [title, nodes.Text(", "), *dated(source.edition), nodes.Text(" ")]


def dated(text: str) -> list[nodes.Node]:
    """Text whose dates do not break over two lines."""
    parts = re.split(r"(\d{4}-\d{2}(?:-\d{2})?)", text)
    return [
        nodes.inline("", part, classes=["date"]) if i % 2 else nodes.Text(part)
        for i, part in enumerate(parts)
        if part
    ]


class Listing(SphinxDirective):
    """A list of the book that is made from the code."""

    def run(self) -> list[nodes.Node]:
        """Make the list, and read the page again when the code changes."""
        note_package(self.env)
        return self.entries()

    def entries(self) -> list[nodes.Node]:
        """The nodes of the list."""
        raise NotImplementedError

    def entry(self, target: str, *children: nodes.Node) -> nodes.Node:
        """One thing in the list, and its name for links."""
        targets(self.env)[target] = self.env.docname
        return make_box("div", *children, classes=["entry"], ids=[target])

    def section(self, kind: str, prefix: str, entries: list[nodes.Node]) -> nodes.Node:
        """The entries of one kind, under a heading."""
        title, intro = HEADINGS[kind]
        made = nodes.section("", nodes.title("", title), ids=[f"{prefix}-{kind}"], names=[])
        if prefix == "rules":
            made.append(nodes.paragraph("", intro))
        made.extend(entries)
        return made


class Rules(Listing):
    """`{casebook-rules}`: every rule with its sources, how sure we are, other views and the wrong turns it
    sets right."""

    def entries(self) -> list[nodes.Node]:
        """The rules by kind, in the order they run, then the questions that they answer."""
        return [
            *(
                self.section(
                    kind, "rules", [self._rule(id) for id, rule in RULEBOOK.items() if rule.kind == kind]
                )
                for kind in KINDS
            ),
            self.section("questions", "rules", [self._question(id) for id in QUESTIONS]),
        ]

    def _rule(self, id: str) -> nodes.Node:
        rule = RULEBOOK[id]
        about = nodes.paragraph(
            "", "", nodes.inline("", said(id), classes=["name"]), nodes.Text(" "), classes=["meta"]
        )
        about += [badge(rule.confidence), nodes.Text(" ")]
        parts: list[nodes.Node] = [about, nodes.paragraph("", rule.says, classes=["says"])]
        sources = nodes.bullet_list("", classes=["sources"])
        sources += [
            nodes.list_item("", nodes.paragraph("", "", *full(a), *_where_in(rule, a), cite(a)))
            for a in rule.authorities
        ]
        parts.append(sources)
        for view in VIEWS.values():
            if id in view.swaps:
                held = [
                    nodes.Text(view.says + " "),
                    badge(view.confidence),
                    nodes.Text(" "),
                    *between(map(cite, view.authorities), " "),
                ]
                parts.append(line("Another view, accepted:", *held, classes=["more"]))
        wrong = [make_link(f"misconception-{m.id}", m.says) for m in MISCONCEPTIONS.values() if id in m.swaps]
        if asked := [make_link(f"question-{d}", QUESTIONS[d]["question"]) for d in rule.decisions]:
            parts.append(line("Hard questions:", *between(asked, " "), classes=["more"]))
        if wrong:
            parts.append(line("Wrong turns:", *between(wrong, "; "), nodes.Text("."), classes=["more"]))
        return self.entry(f"rule-{id}", *parts)

    def _question(self, id: str) -> nodes.Node:
        told = QUESTIONS[id]
        number = nodes.inline("", id, classes=["number"])
        parts = [
            nodes.paragraph("", "", number, nodes.Text(f" {told['question']}"), classes=["says", "title"]),
            nodes.paragraph("", told["answer"]),
        ]
        if told["unsettled"]:
            parts.append(line("Not settled:", nodes.Text(told["unsettled"]), classes=["more"]))
        rules = [rule for rule in RULEBOOK.values() if id in rule.decisions]
        held = [view for view in VIEWS.values() if id in view.decisions]
        links = [
            nodes.inline("", "", make_link(f"rule-{r.id}", said(r.id)), nodes.Text(f" ({r.confidence})"))
            for r in rules
        ]
        parts.append(line("Rules:", *between(links), nodes.Text("."), classes=["more"]))
        parts += [
            line("Also accepted:", nodes.Text(f"{view.says} ({view.confidence})"), classes=["more"])
            for view in held
        ]
        sources = dict.fromkeys(
            [a for r in rules for a in r.authorities] + [a for v in held for a in v.authorities]
        )
        parts.append(line("Sources:", *between(map(cite, sources), " "), classes=["more"]))
        return self.entry(f"question-{id}", *parts)


def _where_in(rule: Rule, source: str) -> list[nodes.Node]:
    """The section of a source that a rule stands on, or how much of the source was read."""
    section = rule.sections.get(source)
    told = f"section {section}" if section else f"read: {AUTHORITIES[source].read}"
    return [nodes.Text(f"({told}) ")]


class Misconceptions(Listing):
    """`{casebook-misconceptions}`: every wrong rule: what it amounts to, why it tempts, what sets it
    right."""

    def entries(self) -> list[nodes.Node]:
        """The misconceptions by the kind of rule that they change."""
        kinds: dict[str, list[nodes.Node]] = {kind: [] for kind in KINDS}
        for id, wrong in MISCONCEPTIONS.items():
            kinds[RULEBOOK[next(iter(wrong.swaps))].kind].append(self._misconception(id))
        return [self.section(kind, "misconceptions", entries) for kind, entries in kinds.items() if entries]

    def _misconception(self, id: str) -> nodes.Node:
        wrong = MISCONCEPTIONS[id]
        changed = between(make_link(f"rule-{rule}", said(rule)) for rule in wrong.swaps)
        return self.entry(
            f"misconception-{id}",
            nodes.paragraph("", f"{wrong.says[:1].upper()}{wrong.says[1:]}", classes=["says", "title"]),
            line("Why it tempts:", nodes.Text(wrong.tempts)),
            line("The correction:", nodes.Text(wrong.correction)),
            line(
                "Changes the rule" if len(wrong.swaps) == 1 else "Changes the rules",
                *changed,
                classes=["more"],
            ),
        )


def _pairs_marked(indicator: int) -> str:
    marked = [
        f"{one}/{two}"
        for (one, two), found in pairs().items()
        if found == indicator and {one, two} <= {*MAIN}
    ]
    return ", ".join(marked)


def table_in_words(source: str) -> str:
    """The rows of a table of CMS for the main codes, in one line; empty for any other source."""
    if source == "cms-ptp-2024q3":
        return (
            f"column 1/column 2 with indicator 0, never paid together: {_pairs_marked(0)}; "
            f"with indicator 1, paid with a modifier: {_pairs_marked(1)}. Any other two of them are no pair."
        )
    if source == "cms-mue-2024-07":
        told = (
            f"{code}: {limits()[code].units} (MAI {limits()[code].kind})" for code in MAIN if code in limits()
        )
        return f"units a day, MAI 2 absolute, MAI 3 to be lifted on appeal: {', '.join(told)}."
    if source == "cms-aoc-2024-06":
        return (
            "; ".join(f"{code} with {', '.join(sorted(bases()[code]))}" for code in MAIN if code in bases())
            + "."
        )
    return ""


class Sources(Listing):
    """`{casebook-sources}`: the bibliography: edition, address, how much was read, how long it is in
    force."""

    def entries(self) -> list[nodes.Node]:
        """The sources in the order of their numbers."""
        return [self._source(id) for id in AUTHORITIES]

    def _source(self, id: str) -> nodes.Node:
        source = AUTHORITIES[id]
        number = nodes.inline("", f"[{NUMBERS[id]}]", classes=["number"])
        parts: list[nodes.Node] = [
            nodes.paragraph(
                "",
                "",
                number,
                nodes.Text(" "),
                *full(id, linked=False),
                badge(source.confidence),
                classes=["says"],
            ),
            line("Read:", nodes.Text(f"{source.read}.")),
        ]
        if rows := table_in_words(id):
            parts.append(line("Its rows on this book's main codes:", nodes.Text(rows)))
        if source.until:
            over = (
                " That day has passed: the principle may stand, the number may not."
                if source.ran_out(date.today())
                else ""
            )
            classes = ["until", "until-passed"] if over else ["until"]
            parts.append(
                line("In force until", nodes.Text(f"{source.until.isoformat()}.{over}"), classes=classes)
            )
        if source.address:
            address = nodes.reference("", source.address, refuri=source.address, internal=False)
            parts.append(nodes.paragraph("", "", address, classes=["address"]))
        return self.entry(f"source-{id}", *parts)


def setup(app: Sphinx) -> None:
    """Register the lists."""
    app.add_directive("casebook-rules", Rules)
    app.add_directive("casebook-misconceptions", Misconceptions)
    app.add_directive("casebook-sources", Sources)
