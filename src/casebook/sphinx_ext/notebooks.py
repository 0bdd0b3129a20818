"""Notebook pages: a widget cannot answer on a published page, so the page's own quiz stands in its place.

The state of the widgets is left out of the page: it holds nothing that a reader needs, and it holds the
answers.
"""

from __future__ import annotations

import json
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from casebook.cases import load
from casebook.quiz.markup import section_html

from .parts import markup, note_package

VIEW = "application/vnd.jupyter.widget-view+json"
CASE = re.compile(r'data-case="([\w-]+)"')


class PageQuiz(SphinxTransform):
    """Replace the view of a quiz widget by the quiz of the page; of any other widget its text stays."""

    default_priority = 410

    def apply(self, **_: Any) -> None:
        """Replace each view, and take the widgets' state out of the page."""
        kept: dict[str, Any] = vars(self.env).get("nb_metadata", {}).get(self.env.docname, {})
        _, state = kept.get("js_files", {}).pop("ipywidgets_state", (None, {"body": "{}"}))
        models = json.loads(state["body"]).get("state", {})
        shown: set[str] = set()
        for view in list(
            self.document.findall(
                lambda node: isinstance(node, nodes.container) and node.get("mime_type") == VIEW
            )
        ):
            model = re.search(r'"model_id": "(\w+)"', view.astext())
            html = str(models.get(model[1], {}).get("state", {}).get("html", "")) if model else ""
            case = CASE.search(html)
            if case and case[1] not in shown:
                shown.add(case[1])
                note_package(self.env)
                size = vars(self.env.app).get("casebook_bytes")
                page = load(case[1])
                self.env.note_dependency(str(page.path))
                view.children = [markup(html=section_html(page.page(), download_bytes=size))]
            else:
                view.parent.remove(view)
        for table in self.document.findall(
            lambda node: isinstance(node, nodes.raw) and 'class="dataframe"' in node.astext()
        ):
            html = table.astext().replace("<th></th>", "<td></td>")  # a heading says something
            table.children = [nodes.Text(f'<div class="wide">{html}</div>')]
        for heading in self.document.findall(nodes.rubric):
            if "level" in heading:  # of a text that a cell shows: the page has its own title
                heading["level"] = min(heading["level"] + 1, 6)


def setup(app: Sphinx) -> None:
    """Register what happens to notebooks."""
    app.add_transform(PageQuiz)
