"""Tables as CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence


def safe(value: object) -> object:
    """A cell: text that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as the text of a CSV file."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow(heads)
    write.writerows([safe(value) for value in row] for row in rows)
    return out.getvalue()
