"""Bring in a newer CMS edit table: read CMS's own download, keep this code family, show what changed.

Understands the practitioner pair table (PTP), the practitioner unit limits (MUE) and the add-on table (AOC),
as CMS ships them: a .zip, or the tab- or comma-separated text inside it. Spreadsheets are not read: CMS ships
text beside them.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from casebook.errors import TableError

from . import edits

Row = dict[str, str]
_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]$")
_DATE = re.compile(r"(?:19|20)[0-9]{6}$")
FOLDER = Path(__file__).parent.parent / "data" / "cms"


@dataclass(frozen=True)
class Table:
    """One of the tables held: its file, its columns, which of them name a row, and how to pick it from CMS's
    cells."""

    file: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    pick: Callable[[list[str]], Row | None]


def _pair(cells: list[str]) -> Row | None:
    """Column 1, column 2, in existence before 1996, effective, deletion (* for none), modifier, rationale."""
    if len(cells) < 6 or not (_CODE.match(cells[0]) and _CODE.match(cells[1]) and _DATE.match(cells[3])):
        return None
    gone = cells[4] if _DATE.match(cells[4]) else ""
    return {
        "column_1": cells[0],
        "column_2": cells[1],
        "modifier_indicator": cells[5],
        "status": "deleted" if gone else "active",
        "deletion_date": f"{gone[:4]}-{gone[4:6]}-{gone[6:]}" if gone else "",
        "rationale": cells[6] if len(cells) > 6 else "",
    }


def _limit(cells: list[str]) -> Row | None:
    """Code, units, adjudication indicator (a digit and words), rationale."""
    if len(cells) < 4 or not (
        _CODE.match(cells[0]) and cells[1].isdigit() and re.match(r"[123]\b", cells[2])
    ):
        return None
    return {
        "code": cells[0],
        "mue_practitioner": cells[1],
        "mai_practitioner": cells[2][0],
        "rationale_practitioner": cells[3],
    }


def _base(cells: list[str]) -> Row | None:
    """Type, add-on code, primary code, effective, deletion; a deleted row is left out."""
    if len(cells) < 3 or not (
        re.match(r"[123]$", cells[0]) and _CODE.match(cells[1]) and _CODE.match(cells[2])
    ):
        return None
    if len(cells) > 4 and _DATE.match(cells[4]):
        return None
    return {"add_on_code": cells[1], "primary_code": cells[2], "aoc_type": cells[0]}


TABLES = (
    Table(
        "ptp.csv",
        ("column_1", "column_2", "modifier_indicator", "status", "deletion_date", "rationale"),
        ("column_1", "column_2", "deletion_date"),
        _pair,
    ),
    Table(
        "mue.csv",
        ("code", "mue_practitioner", "mai_practitioner", "rationale_practitioner"),
        ("code",),
        _limit,
    ),
    Table("aoc.csv", ("add_on_code", "primary_code", "aoc_type"), ("add_on_code", "primary_code"), _base),
)


def read_download(path: Path) -> tuple[Table, list[Row]]:
    """Which table a CMS download is, and its rows for this family. Raises TableError."""
    family = edits.family()
    found: dict[str, list[Row]] = {}
    for cells in _cells(path):
        for table in TABLES:
            row = table.pick(cells)
            if row:
                kept = found.setdefault(table.file, [])
                if all(
                    row[k] in family or row[k] == edits.ANY_BASE for k in table.key if not k.endswith("date")
                ):
                    kept.append(row)
    best = max(TABLES, key=lambda t: len(found.get(t.file, ())))
    if not found.get(best.file):
        raise TableError(
            f"{path.name}: no row of a practitioner pair table, unit table or add-on table for this code"
            " family was found; expected CMS's .zip or the text file in it"
        )
    return best, found[best.file]


def _cells(path: Path) -> Iterator[list[str]]:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                names = [n for n in archive.namelist() if n.lower().endswith((".txt", ".csv"))]
                if not names:
                    raise TableError(f"{path.name}: the archive holds no .txt or .csv file")
                for name in names:
                    with archive.open(name) as file:
                        yield from _split(io.TextIOWrapper(file, "latin-1", newline=""))
        else:
            with path.open(encoding="latin-1", newline="") as file:
                yield from _split(file)
    except (OSError, zipfile.BadZipFile, csv.Error) as error:
        raise TableError(f"{path}: the file cannot be read: {error}") from None


def _split(file: Iterable[str]) -> Iterator[list[str]]:
    for line in file:
        cells = line.split("\t") if "\t" in line else next(csv.reader([line]), [])
        yield [cell.strip() for cell in cells]


def changes(table: Table, rows: list[Row]) -> list[str]:
    """What would change in the table held, one line each, in words."""
    held = {tuple(r[k] for k in table.key): r for r in edits.rows(f"cms/{table.file}")}
    new = {tuple(r[k] for k in table.key): r for r in rows}
    told = [f"new: {_say(r)}" for key, r in sorted(new.items()) if key not in held]
    told += [f"gone: {_say(r)}" for key, r in sorted(held.items()) if key not in new]
    for key in sorted(held.keys() & new.keys()):
        moved = [f"{c} {held[key][c]} -> {new[key][c]}" for c in table.columns if held[key][c] != new[key][c]]
        if moved:
            told.append(f"changed: {' '.join(key).strip()}: {', '.join(moved)}")
    return told


def _say(row: Row) -> str:
    return " ".join(value for value in row.values() if value)


def write(table: Table, rows: list[Row], folder: Path = FOLDER) -> Path:
    """Replace the table held."""
    path = folder / table.file
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda r: tuple(r[k] for k in table.key)))
    return path
