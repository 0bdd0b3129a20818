"""Elements that docutils lacks: an HTML element with children, markup made by the program, and links by name.

Builders other than HTML write the children of a `box` and nothing of `markup`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.transforms import Transform
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

log = logging.getLogger(__name__)
PACKAGE = Path(str(files("casebook")))
CLAIM = re.compile(r"\+?[0-9]{5}([\s;,x+0-9-]|AS)*")
OTHERS = ("latex", "text", "man", "texinfo")


class box(nodes.General, nodes.Element):
    """An HTML element `tag` around its children."""


class span(nodes.Inline, nodes.TextElement):
    """A box within a line of text."""


class markup(nodes.General, nodes.Invisible, nodes.Element):
    """Finished HTML in `html`. It is no text of the page, so the search index never sees it."""


class link(nodes.Inline, nodes.TextElement):
    """A link to the `target` that some page announced; `tip` is shown on hovering."""


def make_box(
    tag: str, *children: nodes.Node, classes: Iterable[str] = (), ids: Iterable[str] = (), **attributes: str
) -> box | span:
    """A box with its children."""
    given: dict[str, Any] = {"classes": list(classes), "ids": list(ids), "attributes": attributes}
    made = span("", "", *children, **given) if tag == "span" else box("", *children, **given)
    made["tag"] = tag
    return made


def make_link(target: str, text: str, tip: str = "", classes: Iterable[str] = ()) -> link:
    """A link to an announced target."""
    return link(text, text, target=target, tip=tip, classes=list(classes))


def targets(env: BuildEnvironment) -> dict[str, str]:
    """Every announced target and the page that holds it."""
    found: dict[str, str] = vars(env).setdefault("casebook_targets", {})  # pickled with the environment
    return found


def note_package(env: BuildEnvironment) -> None:
    """This page is made from the package: read it again when the package changes."""
    for file in sorted(PACKAGE.rglob("*")):
        if file.suffix in (".py", ".toml", ".csv") and "__pycache__" not in file.parts:
            env.note_dependency(str(file))


class ResolveLinks(SphinxPostTransform):
    """Turn links by name into references; a name that no page announced is a warning, and so an error."""

    default_priority = 5

    def run(self, **_: Any) -> None:
        """Replace each link."""
        for node in list(self.document.findall(link)):
            page = targets(self.env).get(node["target"])
            before = node.parent[node.parent.index(node) - 1] if node.parent.index(node) else None
            if "cite" in node["classes"] and isinstance(before, nodes.Text) and before.endswith(" "):
                before.parent.replace(
                    before, nodes.Text(before[:-1] + "\N{NO-BREAK SPACE}")
                )  # never alone on a line
            text = nodes.inline("", node.astext(), classes=node["classes"])
            if page is None:
                log.warning("no page of the book holds %s", node["target"], location=node)
                node.replace_self(text)
                continue
            there = make_refnode(
                self.app.builder, self.env.docname, page, node["target"], text, node["tip"] or None
            )
            node.replace_self(there)


class WholeClaims(SphinxPostTransform):
    """A table cell that holds only a claim keeps it on one line."""

    default_priority = 6

    def run(self, **_: Any) -> None:
        """Give such cells a class."""
        for cell in self.document.findall(nodes.entry):
            if CLAIM.fullmatch(cell.astext()):
                cell["classes"].append("claim")


class FoldAnswers(SphinxPostTransform):
    """Admonitions of class `dropdown` become <details>: they open by keyboard, and without a script."""

    default_priority = 6
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Replace each such admonition."""
        for node in list(self.document.findall(nodes.admonition)):
            if "dropdown" in node["classes"]:
                title, *rest = node.children
                summary = make_box("summary", *title.children)
                node.replace_self(make_box("details", summary, *rest, classes=["aside"], ids=node["ids"]))


def _visit_box(self: Any, node: box | span) -> None:
    self.body.append(self.starttag(node, node["tag"], "", **node["attributes"]))


def _depart_box(self: Any, node: box | span) -> None:
    self.body.append(f"</{node['tag']}>\n")


def _visit_markup(self: Any, node: markup) -> None:
    self.body.append(node["html"])
    raise nodes.SkipNode


def _skip(self: Any, node: nodes.Node) -> None:
    raise nodes.SkipNode


def _pass(self: Any, node: nodes.Node) -> None:
    pass


def _forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    known = targets(env)
    for name in [name for name, page in known.items() if page == docname]:
        del known[name]


def _merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    targets(env).update({name: page for name, page in targets(other).items() if page in docnames})


def setup(app: Sphinx) -> None:
    """Register the elements and what resolves them."""
    through: dict[str, Any] = dict.fromkeys(OTHERS, (_pass, _pass))
    none: dict[str, Any] = dict.fromkeys(OTHERS, (_skip, None))
    for element in (box, span):
        app.add_node(element, html=(_visit_box, _depart_box), **through)
    app.add_node(markup, html=(_visit_markup, None), **none)
    app.add_node(link, html=(_pass, _pass), **through)
    transforms: list[type[Transform]] = [ResolveLinks, WholeClaims, FoldAnswers]
    for transform in transforms:
        app.add_post_transform(transform)
    app.connect("env-purge-doc", _forget)
    app.connect("env-merge-info", _merge)
