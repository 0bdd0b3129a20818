"""Case pages: the chart without its front matter, neutral names for its marks, the quiz, and the JSON for the
grader.

A case file holds its own key. `publish` refuses a book in which a page shows it outside the worked answer.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from casebook import files
from casebook.cases import Case, load
from casebook.cases.terms import terms_in
from casebook.errors import CaseError
from casebook.practice import belly, diagram, loops, undone
from casebook.quiz import markup as quiz
from casebook.quiz import verdicts
from casebook.quiz.building import BuildError
from casebook.quiz.module import later, source, style

from . import shorts
from .bank import bank, charts, kept, rows
from .lines import NumberedLines
from .parts import PACKAGE, make_box, markup, note_package

log = logging.getLogger(__name__)
UNIT = re.compile(r"(?<=\d) (?=(?:cm|mm|mL|L|kg|g|mg|F|C)\b)")  # a number and its unit stay on one line
FILED = re.compile(
    r"\bClaim as filed\b.*?(?=\bPathology\b)"
)  # the claim that an audit asks about is part of its chart
#: What the theme copies and the book's own frame never asks for: 6 MB of fonts and scripts.
UNUSED = ("images", "locales", "scripts", "styles", "vendor")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def is_case(docname: str) -> bool:
    """Whether a page is a chart."""
    return docname.startswith("cases/")


# Reading


def leave_the_chart(app: Sphinx, docname: str, content: list[str]) -> None:
    """Replace the front matter by the title; lines keep their numbers."""
    if not is_case(docname):
        return
    try:
        case = load(Path(app.env.doc2path(docname)))
    except CaseError as error:
        log.warning("%s", error)
        content[0] = f"# {docname}\n"
        return
    app.env.temp_data["casebook_case"] = case
    head = content[0].removesuffix(case.chart)
    titled = re.search(r"^# ", case.chart, re.MULTILINE)
    content[0] = ("" if titled else f"# {case.title}") + "\n" * head.count("\n") + case.chart


class NeutralMarks(SphinxTransform):
    """Rename the marks of a chart to s1, s2, ... because their names say what the words mean; then add the
    quiz."""

    default_priority = 400

    def apply(self, **_: Any) -> None:
        """Rename in the whole page, and keep the map for the page's JSON."""
        case: Case | None = self.env.temp_data.get("casebook_case")
        if case is None or not is_case(self.env.docname):
            return
        anchors: dict[str, str] = {}
        renamed: dict[str, str] = {}
        for node in self.document.findall(nodes.inline):
            if not node["ids"]:
                continue
            neutral = f"s{len(anchors) + 1}"
            for name in [*node["names"], *node["ids"]]:
                if name in case.evidence:
                    anchors[name] = neutral
                renamed[name] = neutral
                self.document.nameids.pop(name, None)
                self.document.nametypes.pop(name, None)
                self.document.ids.pop(name, None)
            node["ids"], node["names"] = [neutral], []
            self.document.ids[neutral] = node
        for inside in self.document.findall(nodes.reference):
            name = inside.get("refid") or inside.get("refuri", "").removeprefix("#")
            if name in renamed:
                inside.attributes.pop("refuri", None)
                inside.attributes.pop("id_link", None)
                inside["refid"] = renamed[name]
        for name in case.evidence.keys() - anchors.keys():
            log.warning("the mark %r did not become a place in the page", name, location=self.env.docname)
        page = {**case.page(), "anchors": anchors}
        charts(self.env)[self.env.docname] = page
        note_package(self.env)
        whole: nodes.Element = next(iter(self.document.findall(nodes.section)), self.document)
        size = vars(self.env.app).get("casebook_bytes")  # none where no HTML is written
        made = verdicts.published(case.id)
        whole.append(markup(html=quiz.section_html(page, download_bytes=size, verdicts=made)))


class ChartSheet(SphinxPostTransform):
    """Put the sections of a chart on one sheet.

    Only now, because the page's contents list needs them bare.
    """

    default_priority = 7
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Wrap what stands between the title and the quiz."""
        if self.env.docname in charts(self.env):
            whole = next(iter(self.document.findall(nodes.section)))
            inside = [child for child in whole.children if not isinstance(child, nodes.title | markup)]
            after = [child for child in whole.children if isinstance(child, markup)]
            for child in inside + after:
                whole.remove(child)
            head = nodes.paragraph("", "", nodes.strong("", "Chart"), classes=["chart-head"])
            head += nodes.inline("", "invented, for teaching")
            words = " ".join(child.astext() for child in inside)
            told = {"data-terms": json.dumps(terms_in(words), ensure_ascii=False)}
            whole += [make_box("div", head, *inside, classes=["chart", "casebook-chart"], **told), *after]
            for text in list(whole.findall(nodes.Text)):
                if (kept := UNIT.sub("\N{NO-BREAK SPACE}", text)) != text:
                    text.parent.replace(text, nodes.Text(kept))


# Writing


def build_runtime(out: Path, cache: Path, progress: Callable[[str], None]) -> int:
    """Put into `out` what runs the grader in the reader's browser; the bytes that a browser fetches of it."""
    from casebook.quiz import runtime

    return runtime.build(out, cache, progress).bytes


def copy_quiz(app: Sphinx) -> None:
    """Put the quiz's files and the grader where the pages find them; before the pages, which carry their
    digests."""
    if app.builder.format != "html":
        return
    static, cache = Path(app.outdir, "_static", "casebook"), Path(app.srcdir, ".cache")
    write(static / "worker.js", (PACKAGE / "quiz" / "worker.js").read_bytes())
    drawn = diagram.STYLE + loops.STYLE + undone.STYLE + belly.STYLE
    try:
        write(static / "quiz.css", f"{style()}{drawn}".encode())
        write(static / "quiz.js", source().encode())
        write(static / "later.js", later().encode())
        vars(app)["casebook_bytes"] = build_runtime(
            static / "pyodide", cache, lambda text: log.info("%s", text)
        )
    except BuildError as error:
        raise ExtensionError(f"The quiz for the pages could not be built. {error}") from error


def use_quiz(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Load the quiz on pages that have one, and nowhere else."""
    if doctree is not None and next(iter(doctree.findall(markup)), None) is not None:
        app.add_css_file("casebook/quiz.css")
        app.add_js_file("casebook/quiz.js", type="module")


def write(file: Path, content: bytes) -> None:
    """Write a file unless it already holds just that."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.is_file() or file.read_bytes() != content:
        files.write(file, content)


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Write the JSON of the charts, drop what no page uses, and refuse a page that gives its answer away."""
    if exception is not None or app.builder.format != "html":
        return
    static, cache = Path(app.outdir, "_static", "casebook"), Path(app.srcdir, ".cache")
    held = kept(app)
    pages = bank(app.env)
    write(static / "bank.json", json.dumps(pages, ensure_ascii=False).encode())
    table = rows([*pages, *shorts.bank(held)], held)
    write(static / "tutor.json", json.dumps(table, separators=(",", ":")).encode())
    for name, content in shorts.written(held, vars(app).get("casebook_bytes")).items():
        write(static / name, content)
    html = {}
    for docname, page in charts(app.env).items():
        write(
            static / "cases" / f"{page['id']}.json",
            json.dumps(page, ensure_ascii=False).encode(),
        )
        file = Path(app.builder.get_outfilename(docname))  # type: ignore[attr-defined]
        html[docname] = (page, file.read_text("utf-8"))
    given_away = held.all(_given_away, html)
    held.close()
    told = [f"{docname}: the page shows {what}" for docname, found in given_away.items() for what in found]
    verdicts.publish(static, cache)
    for name in UNUSED:
        shutil.rmtree(static.parent / name, ignore_errors=True)
    if told:
        raise ExtensionError("A case gives its answer away.\n" + "\n".join(told))


class Shown(HTMLParser):
    """The text and the attributes of a page outside the worked answer; `quiz` holds those inside the quiz."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.page: list[str] = []
        self.quiz: list[str] = []
        self.values: set[str] = set()
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep attributes, and where we are."""
        classes = (dict(attrs).get("class") or "").split()
        if tag not in VOID:
            self._open.append(
                "worked" if "casebook-worked" in classes else "quiz" if "casebook-quiz" in classes else tag
            )
        if "worked" not in self._open:
            self.values.update(
                word
                for name, value in attrs
                if name not in ("class", "data-terms") and value
                for word in value.split()
            )

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag not in VOID and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        if "worked" not in self._open:
            (self.quiz if "quiz" in self._open else self.page).append(data)


def leaks(page: Mapping[str, Any], html: str) -> Iterator[str]:
    """What a page shows of its own front matter."""
    shown = Shown(html)
    chart, quiz_text = (" ".join(" ".join(parts).split()) for parts in (shown.page, shown.quiz))
    both = f"{chart} {quiz_text}"
    for name in page["evidence"]:
        if name in shown.values or f"#{name}" in shown.values or ("-" in name and name in both):
            yield f"the name of a mark, {name!r}"
    key = page["key"]
    sentences = [reading.get("says") for reading in page["readings"]] + [key.get("why"), key.get("ask")]
    sentences += (key.get("tempting") or {}).values()
    for sentence in filter(None, sentences):
        if " ".join(str(sentence).split()) in both:
            yield f"{sentence!r}"
    claims = key.get("claim")
    chart = FILED.sub("", chart)
    for claim in claims if isinstance(claims, list) else [claims]:
        if re.search(r"\d", str(claim)) and str(claim) in chart:
            yield f"the claim {claim!r}"
    if len(page["about"]) > 1 and ", ".join(page["about"]) in both:
        yield "what the case is about"


def _given_away(page: dict[str, Any], html: str) -> list[str]:
    return list(leaks(page, html))


def _forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    charts(env).pop(docname, None)


def _merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    charts(env).update({name: page for name, page in charts(other).items() if name in docnames})


def setup(app: Sphinx) -> None:
    """Register what happens to charts."""
    app.add_transform(NeutralMarks)
    app.add_transform(NumberedLines)
    app.add_post_transform(ChartSheet)
    app.connect("builder-inited", copy_quiz)
    app.connect("source-read", leave_the_chart)
    app.connect("env-purge-doc", _forget)
    app.connect("env-merge-info", _merge)
    app.connect("html-page-context", use_quiz)
    app.connect("build-finished", publish)
