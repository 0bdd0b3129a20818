"""Assignments with the key kept back: a notebook without keys for learners, and a key file for the
instructor.

The learner's notebook needs no casebook: it shows the charts, takes an answer each, and saves a response
file. The key file holds the cases whole;
with it the class report grades as it does with the shipped cases.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from casebook import files
from casebook.cases import LARGEST, Case, distinct, must_be_sound
from casebook.errors import CaseError, CommandError
from casebook.practice.bank import Page, graded_item
from casebook.practice.responses import FORMAT as ANSWERS
from casebook.practice.responses import VERSION as ANSWERS_VERSION

FORMAT = "casebook-key"
VERSION = 1
NOTEBOOK = "assignment.ipynb"
KEY = "key.json"

_START = """\
answers = {}  # case: your answer
sure = {}     # case: "sure", "fairly" or "guessing"; leave it out if you like"""
_SAVE = """\
import json, re, time
from pathlib import Path

name = ""  # your name or number, if your instructor asked for it
head = {{"format": "{format}", "version": {version}}}
if name:
    head["learner"] = name
now = round(time.time() * 1000)
editions = {editions}  # which text of each chart you answered
words = {{case: str(word).strip().lower() or None for case, word in sure.items()}}
given = {{case: str(text).strip() for case, text in answers.items()}}  # also 44120 without its quotes
answered = {{case: text for case, text in given.items() if text}}
rows = [
    {{"case": case, "answer": text, "at": now, "confidence": words.get(case), "edition": editions.get(case)}}
    for case, text in answered.items()
]
Path("answers.jsonl").write_text("".join(json.dumps(row) + "\\n" for row in [head, *rows]), encoding="utf-8")
print(f"{{len(rows)}} of {cases} cases answered, saved in answers.jsonl")
UNITS, MARKS = r"(\\s*x\\s*\\d+)?", r"(\\s*-\\s*[0-9A-Z]{{2}}(\\s*,\\s*[0-9A-Z]{{2}})*)*"
LINE = rf"\\s*[+]?\\d{{{{4}}}}[0-9A-Z]{{UNITS}}{{MARKS}}{{UNITS}}\\s*"
for case, text in answered.items():
    if text.lower() != "query" and not re.fullmatch(f"{{LINE}}([;,\\n]{{LINE}})*;?", text, re.IGNORECASE):
        print(f"{{case}}: {{text!r}} may not be readable: codes with ; between them, or query")"""
_HOW = """\
Read each note and write the surgeon's claim, or `query` if you would have to ask the surgeon first.

- Put a semicolon between codes. A modifier follows its code: a hyphen, two characters. Units come last: a
  space, an x, the number.
- Keep the quotes: `answers["..."] = "44120"`.
- Run each cell with Shift+Enter. The last one saves `answers.jsonl`: hand that file in. It holds your
  answers, the time you saved them, and how sure you were; your name only if you write it there.

All charts are invented. CPT is a registered trademark of the American Medical Association. This is for
teaching; it is not billing advice."""


def assign(cases: Sequence[Case], folder: str | Path, title: str = "Assignment") -> tuple[Path, Path]:
    """Write `student/assignment.ipynb` and `instructor/key.json` into a folder; their paths.

    Raises CaseError for a case that has no chart or a fault, such as a key that the rules do not give;
    CommandError where a file is there: an instructor's key is never written over.
    """
    into = Path(folder)
    if not cases:
        raise CommandError("an assignment needs at least one case")
    for case in distinct(cases):
        must_be_sound(case, "set")
    notebook, key = into / "student" / NOTEBOOK, into / "instructor" / KEY
    pages = [case.page() for case in cases]
    held = {"format": FORMAT, "version": VERSION, "title": title, "pages": pages}
    try:
        # The key first: whoever has it alone can write the notebook again.
        files.write_new(
            {
                key: json.dumps(held, ensure_ascii=False, indent=1),
                notebook: _notebook(cases, title),
            }
        )
    except FileExistsError as error:
        raise CommandError(
            f"{error.filename}: this file is there already; choose another folder, or move it away"
        ) from None
    return notebook, key


def read_key(path: str | Path) -> list[Page]:
    """The cases of a key file. Raises CommandError where it cannot be read, CaseError for what it holds."""
    file = Path(path)
    try:
        if files.regular(file).stat().st_size > 100 * LARGEST:
            raise CommandError(f"{file}: the file is too large for a key")
        data: Any = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise CommandError(f"{file}: it cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise CaseError(
            file, 1, "this is not the JSON of a key file; take the one that casebook assign wrote"
        ) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("version"), int):
        raise CaseError(file, 1, "this is no key file; take the one that casebook assign wrote")
    if data.get("version") != VERSION:
        raise CaseError(
            file, 1, f"the key is of format {str(data['version'])[:20]}; this casebook knows {VERSION}"
        )
    pages = data.get("pages")
    if not isinstance(pages, list) or not pages:
        raise CaseError(file, 1, "the key holds no cases")
    for page in pages:
        if not isinstance(page, dict) or not isinstance(page.get("id"), str) or not page["id"]:
            raise CaseError(file, 1, "the key holds something that is no case with an id")
        if not page.get("readings"):
            raise CaseError(file, 1, f"the case {page['id']} cannot be graded: it has no readings")
        try:
            graded_item(page)
        except ValueError as error:
            raise CaseError(file, 1, str(error)) from None
    return pages


def chart_text(case: Case) -> str:
    """The chart as a learner reads it: Markdown without the marks that say which words decide, under the
    title, so with headings one level lower."""
    text = re.sub(r"^# .*\n", "", case.unmarked)
    return re.sub(r"^(#{1,5}) ", r"#\1 ", text.strip(), flags=re.MULTILINE)


def _notebook(cases: Sequence[Case], title: str) -> str:
    # Loaded here, since it takes seconds and whoever only reads a key needs none of it.
    import nbformat

    new = nbformat.v4
    cells = [new.new_markdown_cell(f"# {title}\n\n{_HOW}"), new.new_code_cell(_START)]
    for case in cases:
        cells.append(new.new_markdown_cell(f"## {case.title}\n\n{chart_text(case)}"))
        cells.append(
            new.new_code_cell(f'answers[{json.dumps(case.id)}] = ""\nsure[{json.dumps(case.id)}] = ""')
        )
    cells.append(new.new_markdown_cell("## Save your answers"))
    editions = {case.id: case.edition for case in cases}
    saving = _SAVE.format(format=ANSWERS, version=ANSWERS_VERSION, cases=len(cases), editions=editions)
    cells.append(new.new_code_cell(saving))
    book = new.new_notebook(cells=cells)
    book.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    for number, cell in enumerate(book.cells):
        cell["id"] = f"cell-{number:02}"  # the same at every run
    return f"{nbformat.writes(book)}\n"
