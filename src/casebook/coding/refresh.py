"""Bring in a newer CMS edit table: read CMS's own download, keep this code family, show what changed, try it
on every case, and only then put it in the place of the one held, which is kept beside it.

Understands the practitioner pair table (PTP), the practitioner unit limits (MUE) and the add-on table (AOC),
as CMS ships them: a .zip, or the tab- or comma-separated text inside it. Spreadsheets are not read: CMS ships
text beside them.
"""

from __future__ import annotations

import csv
import io
import lzma
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import IO

from casebook import data, files
from casebook.errors import TableError

from . import edits
from .note import Note
from .operation import Operation

Row = dict[str, str]
_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
_DATE = re.compile(r"(?:19|20)[0-9]{6}")
_UNITS = re.compile(r"[0-9]{1,4}")
FOLDER = Path(__file__).parent.parent / "data" / "cms"
WANTED = "CMS's .zip or the text file in it"
LONGEST = 20_000  # characters of a line
LARGEST = 4 << 30  # characters of all text of a download
LEAST = 0.8  # of the rows held that a newer table has


@dataclass(frozen=True)
class Table:
    """One of the tables held: its file, its columns, which of them name a row and which must hold codes of
    the family; and how to pick it from CMS's cells: a row, nothing, or what is wrong with a row of it."""

    file: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    codes: tuple[str, ...]
    pick: Callable[[list[str]], Row | str | None]

    @property
    def name(self) -> str:
        """What the command line calls it: ptp, mue or aoc."""
        return Path(self.file).stem

    @property
    def before(self) -> str:
        """The file that keeps the table that was held before."""
        return f"{self.name}.before.csv"


def _code(cell: str) -> bool:
    return _CODE.fullmatch(cell) is not None


def _day(cell: str) -> bool:
    if not _DATE.fullmatch(cell):
        return False
    try:
        date(int(cell[:4]), int(cell[4:6]), int(cell[6:]))
    except ValueError:
        return False
    return True


def _pair(cells: list[str]) -> Row | str | None:
    """Column 1, column 2, in existence before 1996, effective, deletion (* for none), modifier, rationale."""
    if len(cells) < 6 or not (_code(cells[0]) and _code(cells[1])):
        return None
    if cells[5] not in edits.INDICATORS:
        return f"the modifier indicator is {cells[5][:20]!r}; expected 0, 1 or 9"
    if not _day(cells[3]) or not (cells[4] in ("", "*") or _day(cells[4])):
        return f"the dates are {cells[3][:20]!r} and {cells[4][:20]!r}; expected days such as 20240701, or *"
    gone = cells[4] if _day(cells[4]) else ""
    if cells[5] == "9" and not gone:
        return "the indicator is 9, which is for pairs that are deleted, and no deletion date is given"
    return {
        "column_1": cells[0],
        "column_2": cells[1],
        "modifier_indicator": cells[5],
        "status": "deleted" if gone else "active",
        "deletion_date": f"{gone[:4]}-{gone[4:6]}-{gone[6:]}" if gone else "",
        "rationale": cells[6] if len(cells) > 6 else "",
    }


def _limit(cells: list[str]) -> Row | str | None:
    """Code, units, adjudication indicator (a digit and words), rationale."""
    if len(cells) < 4 or not _code(cells[0]) or _code(cells[1]):
        return None
    if not _UNITS.fullmatch(cells[1]):
        return f"the limit is {cells[1][:20]!r}; expected a number of units"
    if not re.match(r"[123]\b", cells[2]):
        return f"the adjudication indicator is {cells[2][:20]!r}; expected 1, 2 or 3"
    return {
        "code": cells[0],
        "mue_practitioner": cells[1],
        "mai_practitioner": cells[2][0],
        "rationale_practitioner": cells[3],
    }


def _base(cells: list[str]) -> Row | str | None:
    """Type, add-on code, primary code, effective, deletion; a deleted row is left out."""
    if len(cells) < 3 or _code(cells[0]) or not _code(cells[1]):
        return None
    if not (_code(cells[2]) or cells[2] == edits.ANY_BASE):
        return None
    if cells[0] not in ("1", "2", "3"):
        return f"the type is {cells[0][:20]!r}; expected 1, 2 or 3"
    if any(cell.isdigit() and not _day(cell) for cell in cells[3:5]):
        return f"the dates are {' and '.join(repr(cell[:20]) for cell in cells[3:5])}; expected days"
    if len(cells) > 4 and _day(cells[4]):
        return None
    return {"add_on_code": cells[1], "primary_code": cells[2], "aoc_type": cells[0]}


TABLES = (
    Table(
        "ptp.csv",
        ("column_1", "column_2", "modifier_indicator", "status", "deletion_date", "rationale"),
        ("column_1", "column_2", "deletion_date"),
        ("column_1", "column_2"),
        _pair,
    ),
    Table(
        "mue.csv",
        ("code", "mue_practitioner", "mai_practitioner", "rationale_practitioner"),
        ("code",),
        ("code",),
        _limit,
    ),
    Table(
        "aoc.csv",
        ("add_on_code", "primary_code", "aoc_type"),
        ("add_on_code", "primary_code"),
        ("add_on_code",),
        _base,
    ),
)


# Reading a download


def read_download(path: Path) -> tuple[Table, list[Row]]:
    """Which table a CMS download is, and its rows for this family. Raises TableError."""
    family = _known()
    found: dict[str, dict[tuple[str, ...], Row]] = {table.file: {} for table in TABLES}
    faults: dict[str, list[str]] = {table.file: [] for table in TABLES}
    for number, cells in enumerate(_cells(path), 1):
        if not any(cell in family for cell in cells[:3]):
            continue
        for table in TABLES:
            row = table.pick(cells)
            if isinstance(row, str):
                faults[table.file].append(f"row {number} ({' '.join(cells[:3])[:40]}): {row}")
            elif row and all(row[c] in family for c in table.codes):
                name = tuple(row[k] for k in table.key)
                if found[table.file].setdefault(name, row) != row:
                    faults[table.file].append(
                        f"row {number}: {' '.join(name).strip()} stands twice and differs"
                    )
    best = max(TABLES, key=lambda t: len(found[t.file]))
    if not found[best.file]:
        raise TableError(
            f"{path.name}: no row of a practitioner pair table, unit table or add-on table for this code"
            f" family was found; expected {WANTED}"
        )
    if wrong := faults[best.file]:
        more = f" (and so in {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise TableError(f"{path.name}: {wrong[0]}{more}. Nothing was changed; fetch the file again")
    return best, list(found[best.file].values())


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """The codes of the family, also where one of the tables held is damaged: it is what is to be mended."""
    known = {row["code"] for row in edits.rows("codes.csv")}
    for table in TABLES:
        known |= _codes(table, _held(table))
    return frozenset(known | set(edits.values()))


def _cells(path: Path) -> Iterator[list[str]]:
    try:
        if zipfile.is_zipfile(files.regular(path)):
            with zipfile.ZipFile(path) as archive:
                names = [n for n in archive.namelist() if n.lower().endswith((".txt", ".csv"))]
                if not names:
                    raise TableError(f"{path.name}: the archive holds no .txt or .csv file")
                for name in names:
                    with archive.open(name) as file:
                        yield from _split(io.TextIOWrapper(file, "latin-1", newline=""), path)
        else:
            with path.open(encoding="latin-1", newline="") as file:
                yield from _split(file, path)
    except TableError:
        raise
    except (
        OSError,
        EOFError,
        RuntimeError,  # encrypted, or packed in a way that is not known here
        ValueError,
        csv.Error,
        lzma.LZMAError,
        struct.error,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise TableError(f"{path}: the file cannot be read: {why}; expected {WANTED}") from None


def _split(file: IO[str], path: Path) -> Iterator[list[str]]:
    read = 0
    while line := file.readline(LONGEST + 1):
        read += len(line)
        if len(line) > LONGEST or read > LARGEST:
            what = "a line" if len(line) > LONGEST else "what it unpacks to"
            raise TableError(f"{path.name}: {what} is longer than in any table of CMS; fetch the file again")
        cells = line.split("\t") if "\t" in line else next(csv.reader([line]), [])
        yield ["".join(c if c.isprintable() else " " for c in cell).strip() for cell in cells]


# What changes


def changes(table: Table, rows: list[Row]) -> list[str]:
    """What would change in the table held, one line each, in words."""
    held = {_name(table, r): r for r in _held(table)}
    new = {_name(table, r): r for r in rows}
    told = [f"new: {_say(r)}" for key, r in sorted(new.items()) if key not in held]
    told += [f"gone: {_say(r)}" for key, r in sorted(held.items()) if key not in new]
    for key in sorted(held.keys() & new.keys()):
        moved = [
            f"{c} {held[key].get(c)} -> {new[key][c]}"
            for c in table.columns
            if held[key].get(c) != new[key][c]
        ]
        if moved:
            told.append(f"changed: {' '.join(key).strip()}: {', '.join(moved)}")
    return told


def missing(table: Table, rows: list[Row]) -> list[str]:
    """What makes one think that a table is not whole, in words; nothing where it seems so."""
    held = _held(table)
    told = []
    if len(rows) < LEAST * len(held):
        told.append(f"it has {len(rows)} rows for this family, and the table held has {len(held)}")
    lost = sorted(_codes(table, held) - _codes(table, rows))
    if lost:
        told.append(f"it has nothing on {', '.join(lost[:8])}{', ...' if len(lost) > 8 else ''}")
    return told


def _held(table: Table) -> list[Row]:
    """The rows as they stand, sound or not; none where the file is gone or is no text."""
    try:
        return edits.rows(f"cms/{table.file}")
    except TableError:
        return []


def _codes(table: Table, rows: Iterable[Row]) -> set[str]:
    found = {str(row.get(c) or "") for row in rows for c in table.codes}
    return {code for code in found if _code(code)}


def _name(table: Table, row: Row) -> tuple[str, ...]:
    return tuple(str(row.get(k) or "") for k in table.key)


def _say(row: Row) -> str:
    return " ".join(filter(None, map(str, row.values())))


# Trying it


def claims(notes: Mapping[str, tuple[Operation, ...]]) -> dict[str, str]:
    """What the rules make of each note with the tables as they are now, as text that can be compared.

    Raises TableError where the tables cannot be used: whatever is raised is the table's fault, since the
    notes are not changed.
    """
    for held in (edits.values, edits.bases, edits.pairs, edits.limits):
        held()
    found = {}
    for name, readings in notes.items():
        try:
            told = Note(readings).as_dict()
        except TableError:
            raise
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            raise TableError(f"with this table the case {name} cannot be coded ({why})") from None
        lines = [claim["lines"] for claim in told.get("claims", [])]
        found[name] = f"{told['action']} {lines}"
    return found


@contextmanager
def instead(table: Table, rows: list[Row]) -> Iterator[None]:
    """Have the whole rulebook read these rows instead of the table held, as they would stand in its file."""
    name = f"cms/{table.file}"
    data.STANDING_IN[name] = as_text(table, rows)
    _forget()
    try:
        yield
    finally:
        del data.STANDING_IN[name]
        _forget()


def _forget() -> None:
    """Drop what was worked out from the tables."""
    for name, module in sorted(sys.modules.items()):
        if name.startswith("casebook."):
            for thing in vars(module).values():
                if hasattr(thing, "cache_clear"):
                    thing.cache_clear()


# Writing it


def as_text(table: Table, rows: list[Row]) -> str:
    """The rows as their file holds them."""
    out = io.StringIO()
    writer = csv.DictWriter(out, table.columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda r: tuple(r[k] for k in table.key)))
    return out.getvalue()


def write(table: Table, rows: list[Row], folder: Path = FOLDER) -> Path:
    """Replace the table held, and keep it beside the new one. Raises OSError."""
    path = folder / table.file
    before = {folder / table.before: path.read_bytes()} if path.is_file() else {}
    files.write_all({**before, path: as_text(table, rows)})
    return path


def back(table: Table, folder: Path = FOLDER) -> Path:
    """Take the table that was held before again; the one held now is kept in its place.

    Raises TableError where there is none, OSError.
    """
    path, before = folder / table.file, folder / table.before
    if not before.is_file():
        raise TableError(f"{table.file}: no table was held before this one")
    old, now = before.read_bytes(), path.read_bytes()
    files.write_all({path: old, before: now})
    return path
