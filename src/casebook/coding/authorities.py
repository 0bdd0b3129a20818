"""The sources that rules, cases and pages stand on: edition, address, how much was read, how long in
force."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from casebook.data import Lazy, toml

#: From the surest to the least sure. A claim is as sure as the least sure rule it needed.
CONFIDENCE = ("confirmed", "derived", "secondary", "recalled", "contested")


@dataclass(frozen=True)
class Authority:
    """One source: its edition, where it is, how much of it was read, and how sure that makes us."""

    id: str
    title: str
    edition: str
    address: str
    read: str
    confidence: str
    until: date | None = None

    def ran_out(self, today: date) -> bool:
        """Whether this edition is no longer the one in force."""
        return self.until is not None and today > self.until

    def as_dict(self) -> dict[str, str]:
        return {"id": self.id, "title": self.title, "edition": self.edition, "address": self.address}


def _load() -> dict[str, Authority]:
    return {key: Authority(id=key, **row) for key, row in toml("authorities.toml").items()}


AUTHORITIES = Lazy(_load)
_DAY = re.compile(r"\b20\d\d-\d\d-\d\d\b")


@cache
def youngest() -> str:
    """The latest day on which a source was issued or read, YYYY-MM-DD: what the rules rest on is of that
    day."""
    return str(max(day for source in AUTHORITIES.values() for day in _DAY.findall(source.edition)))


def cited_in(sources: str) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The sources of a rule or a view, and the section of each that names one after a colon."""
    split = [source.partition(":") for source in sources.split()]
    sections = {id: section.replace(",", ", ") for id, _, section in split if section}
    return tuple(id for id, _, _ in split), MappingProxyType(sections)


def weakest(words: list[str]) -> str:
    """The least sure of several confidence words; `confirmed` where there are none."""
    return max(words, key=CONFIDENCE.index, default="confirmed")
