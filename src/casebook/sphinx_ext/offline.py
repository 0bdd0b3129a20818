"""The service worker with which a reader has the book without a network.

`casebook_offline = False` in the settings turns it off for all: what browsers have of it then goes away at
their next visit.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from .charts import write
from .parts import PACKAGE

NAME = "offline.js"
LEFT_OUT = {NAME, "_headers", "objects.inv"}
#: Tables of verdicts may be made after the pages. Without a network Python answers by itself.
LATER = "_static/casebook/verdicts/"
#: In place of the service worker: it takes itself and what it kept away.
GONE = """addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(leave()));
async function leave() {
  for (const name of await caches.keys()) if (name.startsWith("casebook ")) await caches.delete(name);
  await registration.unregister();
}
"""


def listed(folder: Path) -> dict[str, str]:
    """Every file of the book and the start of its SHA-256."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and file.name not in LEFT_OUT]
    named = {file.relative_to(folder).as_posix(): file for file in files if not file.name.startswith(".")}
    return {
        name: hashlib.sha256(file.read_bytes()).hexdigest()[:16]
        for name, file in named.items()
        if not name.startswith(LATER)
    }


def script(folder: Path) -> str:
    """The service worker of the book in the folder."""
    files = listed(folder)
    program = (PACKAGE / "quiz" / NAME).read_text("utf-8")
    version = hashlib.sha256(json.dumps([files, program]).encode()).hexdigest()[:16]
    told = json.dumps({"version": version, "files": files}, separators=(",", ":"))
    return f"globalThis.BOOK = {told};\n{program}"


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Write it, after everything else."""
    if exception is None and app.builder.format == "html":
        folder = Path(app.outdir)
        write(folder / NAME, (script(folder) if app.config.casebook_offline else GONE).encode())


def tell_pages(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: nodes.document | None
) -> None:
    """Whether a page starts it."""
    context["casebook_offline"] = app.config.casebook_offline


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_config_value("casebook_offline", True, "html", bool)
    app.connect("html-page-context", tell_pages)
    app.connect("build-finished", publish, priority=900)
