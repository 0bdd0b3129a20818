"""What a page of the book is allowed by the browser, the least under which all of it works: its
Content-Security-Policy.

The same stands in each page, in `_headers` (which some hosts of static files read as it is), in the book's
own guide to hosting, and is sent by the server of the tests.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from casebook.quiz.markup import BOOT

from .charts import write

Rules = dict[str, str]

#: Python's worker has no page, so a header alone holds for it: it unpacks its own programs, hence blob:, and
#: compiles WebAssembly. A page does neither: both policies hold there, and its own names neither.
BY_HEADER = {"script-src": " blob: 'wasm-unsafe-eval'", "frame-ancestors": "'self'"}
INLINE = re.compile(r"<script(?![^>]*\b(?:src|type)=)[^>]*>(.*?)</script>", re.DOTALL)


def digest(script: str) -> str:
    """An inline script as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def page_rules(app: Sphinx) -> Rules:
    """What a page may do: run scripts of its site and the two short ones that stand in it, show styles of
    pictures and tables where they stand, ask its own site."""
    colors = Path(app.srcdir, "book", "_templates", "colors.js").read_text("utf-8").removesuffix("\n")
    return {
        "default-src": "'self'",  # Firefox fetches the next page beforehand
        "script-src": " ".join(["'self'", digest(colors), digest(BOOT)]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "frame-src": "'none'",
        "form-action": "'self'",
        "base-uri": "'none'",
    }


def written(rules: Rules) -> str:
    """The rules as a header holds them."""
    return "; ".join(f"{name} {what}" for name, what in rules.items())


def header(app: Sphinx) -> str:
    """The policy that a server sends with every file."""
    rules = page_rules(app)
    return written(rules | {name: rules.get(name, "") + more for name, more in BY_HEADER.items()})


class Headers(SphinxDirective):
    """`{casebook-headers}`: the policy as a server's setting."""

    def run(self) -> list[nodes.Node]:
        """For nginx."""
        text = f'add_header Content-Security-Policy "{header(self.env.app)}";'
        return [nodes.literal_block(text, text, language="none", classes=["wraps"])]


def tell_pages(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: object
) -> None:
    """Put the policy where the layout finds it. The search compiles WebAssembly, and no other page does."""
    rules = page_rules(app)
    if pagename == "search":
        rules["script-src"] += " 'wasm-unsafe-eval'"
    context["casebook_policy"] = written(rules)


def strange(app: Sphinx) -> Iterator[str]:
    """Inline scripts that the policy does not name: a browser would refuse them."""
    allowed = page_rules(app)["script-src"]
    for file in sorted(Path(app.outdir).rglob("*.html")):
        if "_static" in file.parts:
            continue
        for script in INLINE.findall(file.read_text("utf-8")):
            if digest(script) not in allowed:
                yield f"{file.relative_to(app.outdir)}: {script.strip()[:70]}"


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Write `_headers`, and refuse a book whose scripts a browser would refuse."""
    if exception is not None or app.builder.format != "html":
        return
    write(Path(app.outdir, "_headers"), f"/*\n  Content-Security-Policy: {header(app)}\n".encode())
    if found := list(strange(app)):
        raise ExtensionError("An inline script is not named by the policy.\n" + "\n".join(found[:9]))


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_directive("casebook-headers", Headers)
    app.connect("html-page-context", tell_pages)
    app.connect("build-finished", publish)
