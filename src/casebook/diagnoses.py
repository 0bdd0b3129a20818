"""Diagnosis codes beside a claim: which sets a case accepts, in which order, and the notes that forbid a pair.

Codes and titles are ICD-10-CM of FY2026 (`icd10cm-2026-04`), the main categories read again in FY2027 (`icd10cm-2027`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .data import text
from .edits import rows

_CODE = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?")
LATER = 0.8  # share of the score kept when the first code is not the right one
MOST = 24  # codes read from one answer; a claim holds twelve


@dataclass(frozen=True)
class Note:
    """Two code beginnings that exclude each other (`excludes1`), or of which the first already says the second (`inside`)."""

    one: str
    two: str
    kind: str
    says: str
    authority: str

    def hits(self, a: str, b: str) -> bool:
        return (a.startswith(self.one) and b.startswith(self.two)) or (b.startswith(self.one) and a.startswith(self.two))


@lru_cache(maxsize=1)
def titles() -> dict[str, str]:
    """Every code of this field held here, with its official title (public domain)."""
    return {row["code"]: row["official_title"] for row in rows("cms/icd10cm.csv")}


@lru_cache(maxsize=1)
def complete() -> frozenset[str]:
    """The codes that need no further character."""
    return frozenset(row["code"] for row in rows("cms/icd10cm.csv") if row["terminal_in_tabular"] == "yes")


@lru_cache(maxsize=1)
def notes() -> tuple[Note, ...]:
    """The notes of this field that forbid or make needless a pair of codes."""
    return tuple(Note(**row) for row in tomllib.loads(text("icd10cm_notes.toml"))["note"])


def tidy(code: object) -> str:
    """A code as it is written: upper case, with its point."""
    plain = str(code).strip().upper().replace(".", "")[:8]
    return plain[:3] + "." + plain[3:] if len(plain) > 3 else plain


def accepted(key: object) -> tuple[tuple[str, ...], ...]:
    """The sets a case accepts, the preferred first: the key gives one list of codes, or a list of such lists."""
    if not isinstance(key, Sequence) or isinstance(key, str) or not key:
        return ()
    several = all(isinstance(row, list | tuple) for row in key)
    return tuple(tuple(tidy(c) for c in row) for row in (key if several else [key]))


def faults(codes: Iterable[str]) -> list[dict[str, str]]:
    """What the Tabular List says against these codes, one by one and in pairs."""
    given = list(codes)
    found = []
    for code in given:
        if not _CODE.fullmatch(code):
            found.append(
                {"code": code, "says": f"{code} does not have the form of an ICD-10-CM code, such as K50.012.", "authority": ""}
            )
        elif code in titles() and code not in complete():
            says = f"{code} needs more characters: it is the beginning of several codes."
            found.append({"code": code, "says": says, "authority": "icd10cm-2026-04"})
    for i, a in enumerate(given):
        for b in given[i + 1 :]:
            for note in notes():
                if note.hits(a, b):
                    found.append({"code": f"{a} with {b}", "says": note.says, "authority": note.authority})
    return found


def grade(key: object, answer: Iterable[object]) -> dict[str, Any] | None:
    """The learner's codes against the nearest accepted set; None where the case has none. Never raises."""
    sets = accepted(key)
    if not sets:
        return None
    given = list(dict.fromkeys(tidy(c) for c in list(answer)[:MOST] if str(c).strip()))
    best = max(sets, key=lambda wanted: (_score(wanted, given), -sets.index(wanted)))
    return {
        "expected": list(sets[0]),
        "found": [c for c in best if c in given],
        "missed": [c for c in best if c not in given],
        "extra": [c for c in given if c not in best],
        "first_right": bool(given) and given[0] == best[0],
        "findings": faults(given),
        "score": round(_score(best, given), 2),
    }


def _score(wanted: tuple[str, ...], given: list[str]) -> float:
    right = sum(c in given for c in wanted) - sum(c not in wanted for c in given)
    first = bool(given) and given[0] == wanted[0]
    return max(0.0, right / len(wanted)) * (1.0 if first else LATER)
