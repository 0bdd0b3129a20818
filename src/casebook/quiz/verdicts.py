"""Verdicts made beforehand: for each case the grader's full results for its likely answers, in one small file
that a page looks an answer up in, so that most are told at once and without Python.

The file is the grader's own work, made at build time and named by what it is made of. A page may fold what
was typed (`folded`) and look it up; what it does not find there, Python grades.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

from casebook import files
from casebook.coding import edits, typed
from casebook.coding.claim import Claim, Line, show
from casebook.grading import Item, item_of
from casebook.practice import query, review
from casebook.practice.bank import without_places
from casebook.practice.likely import likely_answers

from . import archive, building, door

FOLDER = "verdicts"  # beside the scripts of the site, and in the cache
MOST_PERMUTED = 3  # modifiers of a line whose orders are all known
#: How the lines of a claim are written in one row.
BETWEEN = (",", "+", "&", " AND ", ", AND ", " ")
USUAL_BETWEEN = (",", " ")
MOST_ROWED = 3  # lines of which all orders in one row are known
#: How two units are written, after folding; 2 stands for the number.
UNITS = ("X2", " X2", "X 2", " X 2", "*2", "(2)", " 2 UNITS", ",2 UNITS")


# What a page does to a typed answer. quiz/js/verdicts.js does the same; a test holds them together.


def folded(text: str) -> list[str]:
    """What stands between semicolons or line breaks, in capitals, white space gone from around marks and made
    one blank elsewhere; nothing empty."""
    plain = re.sub(r"[\t ]*([-;,+&()*])[\t ]*", r"\1", re.sub(r"[\n\r]", ";", text.upper()))
    return [part for part in (re.sub(r"[\t ]+", " ", each).strip(" ") for each in plain.split(";")) if part]


def found(table: Mapping[str, Any], text: str) -> dict[str, Any] | None:
    """The result for an answer as it was typed, or None where the table does not have it."""
    if not re.fullmatch(r"[\t\n\r\x20-\x7e]{0,200}", text):
        return None
    known = [table["forms"].get(part) for part in folded(text)]
    if None in known:
        return None
    place = table["answers"].get(";".join(sorted(";".join(known).split(";"))))
    return None if place is None else unpooled(table["pool"], place)


# Making a table


def table(page: Mapping[str, Any]) -> dict[str, Any]:
    """The table of a case, given as its page's JSON."""
    page = without_places(page)
    item = item_of(page)
    pool = Pool()
    answers: dict[str, int] = {}
    forms: dict[str, str] = {}
    for text in ("", *likely_answers(item)):
        read = typed.read(text)
        answers[_key(folded(text))] = pool.put(door.answer({"do": "grade", "page": page, "answer": text}))
        forms |= {"QUERY": "QUERY"} if read.query else _forms(read.claim)
    return {"forms": forms, "answers": answers, "pool": pool.values, "asked": _asked(item)}


def _asked(item: Item) -> dict[str, Any]:
    """What else of a case is asked and is always the same, by the kind of the question."""
    return {"hints": {"hints": review.hints(item)}, "query-options": {"options": query.options(item)}}


def _key(pieces: Iterable[str]) -> str:
    return ";".join(sorted(pieces))


@cache
def _forms(claim: Claim) -> dict[str, str]:
    """How the lines of a claim are written, one by one and all in a row, and what they come to; each form
    read back by the parser. Kept, since many claims are likely in every case."""
    keys = [folded(str(line))[0] for line in claim]
    told = {form: key for line, key in zip(claim, keys, strict=True) for form in _line_forms(line)}
    if len(claim) > 1:
        for row in sorted(_rows(keys)):
            if sorted(typed.read(row).claim) == sorted(claim):
                told[row] = ";".join(keys)
    return told


def _rows(keys: list[str]) -> set[str]:
    """Lines in one row: in any order where they are two, with the usual marks between them where they are
    three; the blanks around their units set or left out."""
    orders = [*permutations(keys)] if len(keys) <= MOST_ROWED else [tuple(keys)]
    told: set[str] = set()
    for order in orders:
        between = BETWEEN if len(keys) == 2 or list(order) == keys else USUAL_BETWEEN
        for units in (" X", "X", " X "):
            told |= {mark.join(key.replace(" X", units) for key in order) for mark in between}
    return told


@cache
def _line_forms(line: Line) -> tuple[str, ...]:
    """How one line is written, each form read back by the parser."""
    return tuple(form for form in _written(line) if typed.read(form).claim == (line,))


def _written(line: Line) -> Iterator[str]:
    orders = list(permutations(line.modifiers)) if len(line.modifiers) <= MOST_PERMUTED else [line.modifiers]
    units = [form.replace("2", str(line.units)) for form in UNITS]
    for order in orders:
        written = line.code + "".join(f"-{mark}" for mark in order)
        yield from (written + each for each in (units if line.units > 1 else ["", *units[:2]]))
    if edits.add_on(line.code):
        yield f"+{show([line])}".upper()


# Packing: every value stands once


class Pool:
    """Values of JSON, each once: an object or a list holds the places of what is in it."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._places: dict[Any, int] = {}

    def put(self, value: Any) -> int:
        """The place of a value, put there if it is new."""
        known: Any
        if isinstance(value, dict):
            value = {key: self.put(each) for key, each in value.items()}
            known = (dict, *value.items())
        elif isinstance(value, list | tuple):
            value = [self.put(each) for each in value]
            known = (list, *value)
        else:  # True, 1 and 1.0 are equal, and three values of JSON
            known = (type(value), value)
        if known not in self._places:
            self._places[known] = len(self.values)
            self.values.append(value)
        return self._places[known]


def unpooled(pool: list[Any], place: int) -> Any:
    """A value of a pool as it was."""
    value = pool[place]
    if isinstance(value, dict):
        return {key: unpooled(pool, each) for key, each in value.items()}
    return [unpooled(pool, each) for each in value] if isinstance(value, list) else value


def packed(page: Mapping[str, Any]) -> bytes:
    """The file of a case's table."""
    text = json.dumps(table(page), ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), 9, mtime=0)


# The files of a site


def published(id: str) -> str:
    """Where the table of a case lies, seen from the scripts of the site."""
    return f"{FOLDER}/{id}.json.gz"


def publish(static: Path, cache: Path) -> dict[Path, Path]:
    """Put the tables that are kept into a site, and an empty one where none is made yet, for which pages ask
    Python; the cases that lack theirs, each with where it is to be kept. Raises BuildError."""
    kept = dict(_cases(static, cache))
    for file, table in kept.items():
        _put(static, file, table.read_bytes() if table.is_file() else NONE)
    return {file: table for file, table in kept.items() if not table.is_file()}


NONE = gzip.compress(b"null", 9, mtime=0)


def _put(static: Path, case: Path, content: bytes) -> None:
    out = static / published(case.stem)
    out.parent.mkdir(exist_ok=True)
    if not out.is_file() or out.read_bytes() != content:
        files.write(out, content)


def fill(static: Path, cache: Path) -> int:
    """Make the tables that a site lacks, on every processor, each put in as it is made; how many. Raises
    BuildError."""
    missing = publish(static, cache)
    if not missing:
        return 0
    (cache / FOLDER).mkdir(exist_ok=True)
    with ProcessPoolExecutor(min(len(missing), os.cpu_count() or 1)) as pool:
        for (file, table), content in zip(missing.items(), pool.map(_packed_file, missing), strict=True):
            files.write(table, content)
            _only(table, file.stem)
            _put(static, file, content)
    return len(missing)


def _packed_file(file: Path) -> bytes:
    return packed(json.loads(file.read_text("utf-8")))


def _cases(static: Path, cache: Path) -> Iterator[tuple[Path, Path]]:
    """The JSON of each case of a site, and where its table is kept: under a digest of the case and of all
    that grades, so that a change to either makes it anew."""
    here = Path(__file__).resolve()
    recipe = [here.read_bytes(), (here.parents[1] / "practice" / "likely.py").read_bytes()]
    grader = archive.build(cache).stem.encode()
    for file in sorted((static / "cases").glob("*.json")):
        page = json.loads(file.read_text("utf-8"))
        made_of = building.digest(json.dumps(without_places(page)).encode(), grader, *recipe)
        yield file, cache / FOLDER / f"{file.stem}-{made_of}.json.gz"


def _only(kept: Path, id: str) -> None:
    """Drop older tables of a case."""
    for old in kept.parent.glob(f"{id}-????????????????.json.gz"):
        if old != kept:
            old.unlink(missing_ok=True)
