"""The shape of what is said to a person: parts with a heading, rows in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict


class Row(TypedDict):
    """One thing said. A code stands before it; a name is the mark it quotes; a rule has a confidence and its
    sources."""

    says: str
    code: NotRequired[str]
    name: NotRequired[str]
    rule: NotRequired[str]
    page: NotRequired[str]  # of the book, with its anchor: the one address of a rule
    copy: NotRequired[str]  # what is copied to be quoted elsewhere
    confidence: NotRequired[str]
    authorities: NotRequired[list[dict[str, Any]]]
    case: NotRequired[str]


@dataclass(frozen=True)
class Part:
    """One part of what is said: its kind, its heading ("" where it needs none), and its rows in order."""

    kind: str
    title: str
    rows: tuple[Row, ...]

    def as_dict(self) -> PartDict:
        return {"kind": self.kind, "title": self.title, "rows": list(self.rows)}


class PartDict(TypedDict):
    """A part as JSON."""

    kind: str
    title: str
    rows: list[Row]


def rows_of(*says: str | None) -> tuple[Row, ...]:
    """A row for each thing that there is to say."""
    return tuple(Row(says=each) for each in says if each)
