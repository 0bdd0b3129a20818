"""What the CMS tables say of a claim, worded once for the command line and the page.

The tables alone: whoever asks has shown no operative report, and is told so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from casebook.coding import edits
from casebook.coding.authorities import AUTHORITIES
from casebook.coding.claim import Claim, Line, show
from casebook.coding.places import many
from casebook.coding.rules.modifiers import able_22
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
PASSES = "No table held here denies a line of this claim"
OLD = (
    "Some of these tables are no longer in force, by their dates below: for a service of today look the codes"
    " up in CMS's current ones too."
)
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
    today = today or date.today()
    tables = [*edits.scrub(answer.claim)]
    denied = {code for edit in tables if edit.blocks for code in edit.codes}
    noted = (*tables, *_idle_marks(answer.claim), *_chancy(answer.claim, denied))
    found = sorted(noted, key=lambda edit: not edit.blocks)
    return {
        "claim": [line.as_dict() for line in answer.claim],
        "edits": [edit.as_dict() for edit in found],
        "typed": show(answer.claim),
        "lines": _in_words(answer.claim),
        "headline": _headline(found, today),
        "tables": _tables(today),
        "not_read": NOT_READ,
    }


def _headline(found: list[edits.Edit], today: date) -> str:
    against = sum(edit.blocks for edit in found)
    off = sum(edit.kind == "modifier" for edit in found)
    if against:
        says = f"{many(against, 'thing').capitalize()} in the tables would deny a part of this claim."
    elif off:
        says = f"{PASSES}, but {many(off, 'thing')} in it should be changed."
    else:
        says = f"{PASSES}. {many(len(found), 'note').capitalize()}, though." if found else CLEAN
    return f"{says} {OLD}" if any(AUTHORITIES[id].ran_out(today) for id in TABLES) else says


def _idle_marks(claim: Claim) -> Iterator[edits.Edit]:
    """What the tables have no use for: 59 or a sister of it on a code of which no pair here is opened by one,
    and 51 where no other procedure stands."""
    codes = [line.code for line in claim]
    main = [code for code in codes if not edits.add_on(code)]
    for line in claim:
        others = [code for code in codes if code != line.code]
        idle = [mark for mark in line.modifiers if mark in edits.SEPARATE]
        pairs = [found for code in others if (found := edits.pair(line.code, code))]
        if idle and line.code in edits.family() and not any(indicator for *_, indicator in pairs):
            says = f"{idle[0]} on {line.code} does nothing: no two codes of this claim ask for it."
            yield edits.Edit("modifier", (line.code,), False, says, "cms-ptp-2024q3")
        if "51" in line.modifiers and main == [line.code]:
            says = f"51 on {line.code}: it marks a further procedure, and this claim has no other."
            yield edits.Edit("modifier", (line.code,), False, says, "cms-pfs-2026-07")


def _chancy(claim: Claim, denied: Collection[str]) -> Iterator[edits.Edit]:
    """What the tables let pass and a payer may not: 22 on a code without a global period, one line twice,
    where its code is not `denied` anyway."""
    for line in claim:
        if "22" in line.modifiers and line.code in edits.family() and not able_22(line.code):
            says = (
                f"22 on {line.code}: by a contractor's text (secondary) it is dropped from a code without a"
                " global period of 0, 10 or 90 days; it goes on the base code."
            )
            yield edits.Edit("modifier", (line.code,), False, says, "contractor-22-copy")
    bare = [_bare(line) for line in claim]
    for line in dict.fromkeys(each for each in bare if bare.count(each) > 1 and each.code not in denied):
        says = (
            f"{show((line,))} stands here on more than one line: like lines can come back as a duplicate"
            " (secondary), so units on one line are safer."
        )
        yield edits.Edit("modifier", (line.code,), False, says, "duplicate-lines")


def _bare(line: Line) -> Line:
    """A line without units and, on an add-on, without the marks that change nothing there."""
    idle = {"51", *edits.SEPARATE} if edits.add_on(line.code) else ()
    return Line(line.code, 1, tuple(mark for mark in line.modifiers if mark not in idle))


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
