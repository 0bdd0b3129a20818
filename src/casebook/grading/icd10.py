"""Diagnosis codes beside a claim: which sets a case accepts, in which order, and the notes that forbid a
pair.

Codes and titles are ICD-10-CM of FY2026 (`icd10cm-2026-04`), the main categories read again in FY2027
(`icd10cm-2027`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from casebook.coding.edits import rows
from casebook.data import toml

_CODE = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?")
LATER = 0.8  # share of the score kept when the first code is not the right one
TOO_MANY = 0.5  # how much a code too many weighs beside one that is missing
BESIDES = re.compile(r"[V-Z]\d")  # codes of history, status and outside causes
#: What these operations are done for, and what comes of them; any other code is another illness of the
#: patient's.
_FIELD = re.compile(
    r"C(1[5-9]|2[0-6]|4[589]|7[789]|7A|7B)|D(1[23]|17|37|3A)|K(31\.[58]|3[5-7]|4|5[0-25-79]|6[013568]|82|83|9)"
    r"|N(32|36|82)|P77|Q4[1-3]|S3|T"
)
MOST = 24  # codes read from one answer; a claim holds twelve


@dataclass(frozen=True)
class Note:
    """Two code beginnings that exclude each other (`excludes1`), or of which the first already says the
    second (`inside`)."""

    one: str
    two: str
    kind: str
    says: str
    authority: str

    def hits(self, a: str, b: str) -> bool:
        return (a.startswith(self.one) and b.startswith(self.two)) or (
            b.startswith(self.one) and a.startswith(self.two)
        )


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
    return tuple(Note(**row) for row in toml("icd10cm_notes.toml")["note"])


@lru_cache(maxsize=1)
def _sought() -> dict[str, str]:
    """What every complete code is found by: itself, its title, and what the field says for that."""
    said = toml("icd10cm_words.toml")
    return {
        code: " ".join(
            [code, title, *(words for word, words in said.items() if word in title.lower())]
        ).lower()
        for code, title in titles().items()
        if code in complete()
    }


def found(text: str) -> list[str]:
    """The complete codes that have every word of a text, those that lead with them first."""
    wanted = text.lower().replace("\u2019", "'").split()
    hits = [code for code, words in _sought().items() if wanted and all(word in words for word in wanted)]
    return sorted(hits, key=lambda code: (not titles()[code].lower().startswith(wanted[0]), code))


def tidy(code: object) -> str:
    """A code as it is written: upper case, with its point."""
    plain = str(code).strip().upper().replace(".", "")[:8]
    return plain[:3] + "." + plain[3:] if len(plain) > 3 else plain


def accepted(key: object) -> tuple[tuple[str, ...], ...]:
    """The sets a case accepts, the preferred first: the key gives one list of codes, or a list of such
    lists."""
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
                {
                    "code": code,
                    "says": f"{code} does not have the form of an ICD-10-CM code, such as K50.012.",
                    "authority": "",
                }
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


def vaguer(code: str, wanted: str) -> bool:
    """Whether a code only says less than the wanted one of its category: its beginning, or unspecified where
    the two part."""
    if code[:3] != wanted[:3] or code == wanted:
        return False
    if wanted.startswith(code):
        return True
    if code not in titles():
        return False
    beginnings = (code[:i] for i in range(4, len(code) + 1))
    named = [titles()[b] for b in beginnings if b in titles() and not wanted.startswith(b)]
    here = next((title for title in named if not title.startswith("Other and unspecified")), "")
    says_less = _unspecified(titles()[code]) > _unspecified(titles().get(wanted, ""))
    return says_less and _unspecified(here) > 0 and not here.startswith("Other")


def _unspecified(title: str) -> int:
    return title.lower().count("unspecified")


def _short(sets: Iterable[Sequence[str]], given: Sequence[str]) -> dict[str, str]:
    """The codes that stand where a fuller accepted one is missing, each with that one."""
    wanted = dict.fromkeys(c for codes in sets for c in codes)
    missed = [c for c in wanted if c not in given]
    fuller = {c: next((full for full in missed if vaguer(c, full)), "") for c in given if c not in wanted}
    return {c: full for c, full in fuller.items() if full}


def named(code: str) -> str:
    """A code with its official title, where it is held here."""
    return f"{code} ({titles()[code]})" if code in titles() else code


def _beside(code: str) -> str:
    """Why a code that no accepted set has is not graded; empty where it is."""
    if BESIDES.match(code):
        return (
            f"{code} tells of history, status or an outside cause, which is not graded here: it neither helps"
            " nor costs."
        )
    if code not in titles():
        return f"{code} is not in the list held here, so it is not judged." if _CODE.fullmatch(code) else ""
    if not _FIELD.match(code):
        return (
            f"{named(code)} is another illness. Where the record has it and it affects the care, it is coded"
            " too; it is not judged here."
        )
    return ""


def _needless(
    extra: Iterable[str], best: Sequence[str], missed: Sequence[str], given: Sequence[str]
) -> list[dict[str, str]]:
    """Why each code that the record does not support does not belong.

    What two codes of the answer say of each other is told by `faults`.
    """
    found = []
    for code in extra:
        against = [n for right in best if right not in given for n in notes() if n.hits(code, right)]
        instead = next((c for c in missed if c[:3] == code[:3]), None)
        if against:
            found.append({"code": code, "says": against[0].says, "authority": against[0].authority})
        elif instead:
            found.append(_finding(code, f"{named(code)}: the record supports {named(instead)} instead."))
        elif _CODE.fullmatch(code) and not any(n.hits(code, c) for c in given for n in notes()):
            says = (
                f"{named(code)}: not among the diagnoses that this case is coded by. What a report only"
                " describes, such as the color of bowel, is by usual practice (recalled) coded once the"
                " surgeon gives it a name."
            )
            found.append(_finding(code, says))
    return found


def _finding(code: str, says: str) -> dict[str, str]:
    return {"code": code, "says": says, "authority": "icd10cm-2026-04"}


def grade(key: object, answer: Iterable[object]) -> dict[str, Any] | None:
    """The learner's codes against the nearest accepted set; None where the case has none. Never raises.

    A code that says less than a missing one counts as that one left out, never as one too many. Codes that no
    accepted set has and that tell of history, status or outside causes (V to Z), or of another illness, are
    not graded: they may be true besides. Nor is a code that is not held here.
    """
    sets = accepted(key)
    if not sets:
        return None
    given = list(dict.fromkeys(tidy(c) for c in list(answer)[:MOST] if str(c).strip()))
    short = _short(sets, given)
    wanted = {c for codes in sets for c in codes}
    besides = {c: says for c in given if c not in wanted and (says := _beside(c))}
    counted = [c for c in given if c not in short and c not in besides]
    best = max(sets, key=lambda wanted: (_score(wanted, counted), -sets.index(wanted)))
    missed = [c for c in best if c not in counted]
    extra = [c for c in counted if c not in best]
    says = (
        "{} says less than the record, which supports {}. It counts as that code left out, not as a code too"
        " many."
    )
    less = [_finding(c, says.format(c, full)) for c, full in short.items()]
    lacking = [
        _finding(c, f"{named(c)} is missing: the record supports it.")
        for c in missed
        if c not in short.values()
    ]
    ungraded = [_finding(c, says) for c, says in besides.items()]
    return {
        "expected": list(sets[0]),
        "found": [c for c in best if c in counted],
        "missed": missed,
        "extra": extra,
        "first_right": [c for c in given if c not in short][:1] == [best[0]],
        "findings": faults(given) + less + lacking + _needless(extra, best, missed, given) + ungraded,
        "score": round(_score(best, counted), 2),
    }


def _score(wanted: tuple[str, ...], given: list[str]) -> float:
    """The share of the codes that are there; a code too many weighs half as much as one that is missing."""
    right, extra = sum(c in given for c in wanted), sum(c not in wanted for c in given)
    first = bool(given) and given[0] == wanted[0]
    return right / (len(wanted) + TOO_MANY * extra) * (1.0 if first else LATER)
