"""What the CMS tables say of a claim, worded once for the command line and the page.

The tables alone: whoever asks has shown no operative report, and is told so.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from casebook.coding import edits
from casebook.coding.authorities import AUTHORITIES
from casebook.coding.claim import Claim, show
from casebook.coding.places import many
from casebook.coding.typed import read
from casebook.errors import CommandError

from .findings import code_words

#: What each table held is about, by its source.
TABLES = {
    "cms-ptp-2024q3": "pairs of codes",
    "cms-mue-2024-07": "limits of units",
    "cms-aoc-2024-06": "add-ons and their bases",
    "cms-pfs-2026-07": "values and fees",
}
CLEAN = "Nothing in the tables held here stands against this claim."
NOT_READ = (
    "These are the tables alone: no operative report was read here. Whether each line was done, and how"
    " often, only the report tells."
)
WANTED = "a claim was expected, such as 44120; 44121 x2"


def scrubbed(text: object, today: date | None = None) -> dict[str, Any]:
    """A typed claim against the tables: its lines in words, the edits (what denies something
    first), the tables with their dates, and what was not looked at.

    Raises CommandError where no claim can be read.
    """
    answer = read(text)
    if answer.error or not answer.claim:
        raise CommandError(answer.error or WANTED)
    found = sorted(edits.scrub(answer.claim), key=lambda edit: not edit.blocks)
    return {
        "claim": [line.as_dict() for line in answer.claim],
        "edits": [edit.as_dict() for edit in found],
        "typed": show(answer.claim),
        "lines": _in_words(answer.claim),
        "headline": _headline(found),
        "tables": _tables(today or date.today()),
        "not_read": NOT_READ,
    }


def _headline(found: list[edits.Edit]) -> str:
    against = sum(edit.blocks for edit in found)
    if against:
        return f"{many(against, 'thing').capitalize()} in the tables would deny a part of this claim."
    return f"{CLEAN} {many(len(found), 'note').capitalize()}, though." if found else CLEAN


def _in_words(claim: Claim) -> list[dict[str, str]]:
    words = code_words()
    return [{"line": show((line,)), "says": words[line.code]} for line in claim if line.code in words]


def _tables(today: date) -> list[dict[str, str]]:
    """The tables, each with its edition, and that its day has passed where it has."""
    rows = []
    for id, holds in TABLES.items():
        source = AUTHORITIES[id]
        over = (
            f"; not in force after {source.until}, so look at the newer one" if source.ran_out(today) else ""
        )
        rows.append({"id": id, "says": f"{holds}: {source.title}, {source.edition}{over}"})
    return rows
