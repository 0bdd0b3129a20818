"""The CMS tables of this code family, and the check of any claim against them.

The pair, unit and add-on tables held are those of 2024 (`cms-ptp-2024q3`, `cms-mue-2024-07`,
`cms-aoc-2024-06`); the values are those of July 2026 (`cms-pfs-2026-07`). Every finding says which table it
rests on.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import combinations
from typing import Protocol, TypeVar

from casebook.data import text
from casebook.errors import TableError

from .claim import Line, tidy

SEPARATE = ("59", "XE", "XP", "XS", "XU")  # what says that a service was apart
ANOTHER_SITE = ("59", "XS")  # what of it says: at another site
OPENING = frozenset({"59", "XE", "XP", "XS", "XU", "58", "78", "79"})  # modifiers that can open a pair
#: Never; with a modifier; does not apply, of a pair that is gone.
INDICATORS = {"0": 0, "1": 1, "9": 9}
ANY_BASE = "CCCCC"  # CMS lists no base: each contractor decides

T = TypeVar("T")


@dataclass(frozen=True)
class Value:
    """One code of the fee schedule: relative value units (RVU), facility; `status` A is paid, C is
    contractor-priced."""

    status: str
    work: float
    practice: float
    malpractice: float
    total: float
    global_days: str
    multiple: str  # 0 = never reduced, 2 = the standard 100/50/50/50/50 ranking
    intraoperative: float  # share of the fee, 0 to 1


@dataclass(frozen=True)
class Limit:
    """Most units a day; `kind` 2 is absolute, 3 may be paid on appeal, 1 is tested line by line. `claims`
    tells whether CMS names claims data as its ground."""

    units: int
    kind: int
    claims: bool = False


@dataclass(frozen=True)
class Edit:
    """One thing the tables say of a claim. `blocks` tells whether the claim would be denied as it stands."""

    kind: str  # unknown-code | add-on-without-base | pair | units | modifier
    codes: tuple[str, ...]
    blocks: bool
    says: str
    authority: str

    @property
    def absolute(self) -> bool:
        """Whether it is an absolute limit on units (MAI 2)."""
        return self.kind == "units" and limits()[self.codes[0]].kind == 2

    @property
    def all_denied(self) -> bool:
        """Whether it is a limit on units over which no unit of the day is paid at first (MAI 2 and 3)."""
        return self.absolute or self.appealable

    @property
    def appealable(self) -> bool:
        """Whether it is a limit on units that the record may lift (MAI 3)."""
        return self.kind == "units" and limits()[self.codes[0]].kind == 3

    @property
    def plain(self) -> str:
        """What it says without the names of the tables' columns."""
        return _COLUMNS.sub("", self.says)

    def as_dict(self) -> dict[str, object]:
        return asdict(self) | {"codes": list(self.codes)}


_COLUMNS = re.compile(r" \((?:MAI|indicator) \d\)")


def rows(name: str) -> list[dict[str, str]]:
    """A table of the package's data, such as `cms/mue.csv`, row by row.

    Raises TableError where it is gone or is no text.
    """
    try:
        return list(csv.DictReader(io.StringIO(text(name), newline="")))
    except (OSError, ValueError, csv.Error) as error:
        raise TableError(f"data/{name}: the table cannot be read: {error}") from None


def _each(name: str, take: Callable[[dict[str, str]], T]) -> list[T]:
    """What is taken of every row of a table. Raises TableError, with the line, where one cannot be read."""
    taken = []
    for line, row in enumerate(rows(name), 2):
        try:
            taken.append(take(row))
        except (KeyError, TypeError, ValueError):
            says = "this row cannot be read; casebook update-edits brings the table in anew, or goes back"
            raise TableError(f"data/{name}:{line}: {says}") from None
    return taken


@lru_cache(maxsize=1)
def values() -> dict[str, Value]:
    """The fee schedule of July 2026, non-QP. Source: cms-pfs-2026-07."""

    def value(r: dict[str, str]) -> tuple[str, Value]:
        return (r["code"] if not r["mod"] else ""), Value(
            r["status"],
            float(r["work_rvu"]),
            float(r["pe_rvu_facility"]),
            float(r["mp_rvu"]),
            float(r["total_rvu_facility"]),
            r["global_days"],
            r["mult_proc"],
            float(r["intraop_pct"] or 0),
        )

    return {code: held for code, held in _each("cms/pfs_2026.csv", value) if code}


@lru_cache(maxsize=1)
def bases() -> dict[str, frozenset[str]]:
    """For each add-on code the codes it is reported with. Source: cms-aoc-2024-06."""
    table: dict[str, set[str]] = {}
    for code, base in _each("cms/aoc.csv", lambda r: (r["add_on_code"], r["primary_code"])):
        table.setdefault(code, set()).add(base)
    return {code: frozenset(found) for code, found in table.items()}


@lru_cache(maxsize=1)
def open_lists() -> frozenset[str]:
    """Add-on codes of which CMS names some bases and leaves others to the contractor (type 3). Source:
    cms-aoc-2024-06."""
    return frozenset(r["add_on_code"] for r in rows("cms/aoc.csv") if r["aoc_type"] == "3")


@lru_cache(maxsize=1)
def pairs() -> dict[tuple[str, str], int]:
    """Active pairs, column one first, with their indicator (0 never, 1 with a modifier). Source: cms-
    ptp-2024q3."""

    def one(r: dict[str, str]) -> tuple[tuple[str, str], int, bool]:
        active = {"active": True, "deleted": False}[r["status"]]
        return (r["column_1"], r["column_2"]), INDICATORS[r["modifier_indicator"]], active

    return {codes: indicator for codes, indicator, active in _each("cms/ptp.csv", one) if active}


@lru_cache(maxsize=1)
def limits() -> dict[str, Limit]:
    """Units a day a practitioner may bill. Source: cms-mue-2024-07."""

    def limit(r: dict[str, str]) -> tuple[str, Limit]:
        kind = {"1": 1, "2": 2, "3": 3}[r["mai_practitioner"]]
        claims = r["rationale_practitioner"] == "Clinical: Data"
        return r["code"], Limit(int(r["mue_practitioner"]), kind, claims)

    return dict(_each("cms/mue.csv", limit))


@lru_cache(maxsize=1)
def family() -> frozenset[str]:
    """Every code the tables held here know."""
    return frozenset(values()) | frozenset(limits()) | frozenset(bases())


@lru_cache(maxsize=1)
def outside() -> dict[str, str]:
    """Codes that are real and no part of this book, each with what it is for in our own plain words."""
    return {row["code"]: row["words"] for row in rows("outside.csv")}


def add_on(code: str) -> bool:
    """Whether CMS lists the code as an add-on. Source: cms-aoc-2024-06."""
    return code in bases()


def pair(one: str, two: str) -> tuple[str, str, int] | None:
    """The active pair of two codes in either order: column one, column two, indicator."""
    table = pairs()
    for first, second in ((one, two), (two, one)):
        if (first, second) in table:
            return first, second, table[first, second]
    return None


class Coded(Protocol):
    """Anything that has a code and its modifiers: a line, or a service that is to become one."""

    @property
    def code(self) -> str: ...

    @property
    def modifiers(self) -> Iterable[str]: ...


L = TypeVar("L", bound=Coded)


def listed(lines: Iterable[L]) -> list[L]:
    """The lines in the order a claim lists them: primaries by value, each followed by its own add-ons.

    A code without a value of its own is ranked as the widest resection is, one of a hernia (49...) as the
    freeing of adhesions; equals stay as they come.
    """
    table = values()

    def worth(line: L) -> float:
        like = "44005" if line.code.startswith("49") else "44143"
        return -(table[line.code if line.code in table else like].total)

    given = list(lines)
    rest = sorted((line for line in given if add_on(line.code)), key=lambda s: (s.code, sorted(s.modifiers)))
    ordered: list[L] = []
    for primary in sorted(
        (line for line in given if not add_on(line.code)), key=lambda s: (worth(s), s.code)
    ):
        mine = [line for line in rest if primary.code in bases()[line.code]]
        ordered += [primary, *mine]
        rest = [line for line in rest if line not in mine]
    return ordered + rest


def on_second_codes(claim: Iterable[Line], among: Container[str] | None = None) -> tuple[Line, ...]:
    """The claim with each 59, or XS, on the first code of its pairs moved to the second: it works on either.

    Source: cms-cr-11168. Only pairs of codes `among` these are looked at, if any are given: what else stands
    on a claim changes nothing of them. A mark stays that its code needs as the second of another pair, that
    opens nothing, or whose pair has another on the second code.
    """
    lines = tuple(claim)
    apart = {line.code: mark for line in lines for mark in line.modifiers if mark in ANOTHER_SITE}
    if not apart:
        return lines
    codes = sorted({line.code for line in lines if among is None or line.code in among})
    found = (pair(one, two) for one, two in combinations(codes, 2))
    opened = [p[:2] for p in found if p and p[2] == 1 and not add_on(p[1])]
    seconds = {second for _, second in opened}
    moved = {b: a for a, b in opened if a in apart and b not in apart}
    left = set(moved.values()) - seconds
    return tuple(_with_mark(line, line.code in left, apart.get(moved.get(line.code, ""))) for line in lines)


def _with_mark(line: Line, loses: bool, gains: str | None) -> Line:
    kept = [m for m in line.modifiers if not (loses and m in ANOTHER_SITE)]
    return Line(line.code, line.units, tidy([*kept, *([gains] if gains else [])]))


def scrub(claim: Iterable[Line]) -> tuple[Edit, ...]:
    """Check a claim against the tables: unknown codes, add-ons without their base, pairs, units over the
    limit, 51 where no reduction applies."""
    return _scrubbed(tuple(claim))


@lru_cache(maxsize=64)
def _scrubbed(lines: tuple[Line, ...]) -> tuple[Edit, ...]:
    """Kept, since one answer is looked at for its score, its findings and its limits."""
    codes = list(dict.fromkeys(line.code for line in lines))
    return (*_unknown(codes), *_baseless(codes), *_paired(lines, codes), *_units(lines), *_reduced(lines))


#: Codes of the family of whose pairs and limits no copy could be had, until newer tables bring them.
_NO_COPY = frozenset({"35840", "44340", "44345"})


def _unknown(codes: list[str]) -> Iterable[Edit]:
    for code in codes:
        if code not in family():
            what = outside().get(code)
            says = (
                f"{code} is a real code from outside this book ({what}); no table of it is held here."
                if what
                else f"{code} is not in the tables held here, which cover this code family only."
            )
            yield Edit("unknown-code", (code,), False, says, "cms-pfs-2026-07")
        elif code in _NO_COPY and code not in limits():
            says = (
                f"{code} is in the fee table; its code pairs (but one, at most) and its unit limit are not"
                " held here."
            )
            yield Edit("unknown-code", (code,), False, says, "cms-ptp-2024q3")


def _baseless(codes: list[str]) -> Iterable[Edit]:
    for code in codes:
        accepted = bases().get(code)
        if accepted is None:
            continue
        if ANY_BASE in accepted:
            if not any(not add_on(c) for c in codes):
                says = f"{code} is an add-on and no other service stands on the claim."
                yield Edit("add-on-without-base", (code,), True, says, "cms-aoc-2024-06")
        elif not accepted & set(codes):
            listed = sorted(accepted)
            named = " or ".join(listed) if len(listed) <= 8 else f"one of {len(listed)} listed codes"
            lacking = "which is not" if len(listed) == 1 else "and none of these is"
            says = f"{code} is an add-on; CMS accepts it only on {named}, {lacking} on the claim."
            if code in open_lists():
                says = f"{code} is an add-on of an open list: {named}, and others that are not held here."
            yield Edit("add-on-without-base", (code,), code not in open_lists(), says, "cms-aoc-2024-06")


def _paired(lines: tuple[Line, ...], codes: list[str]) -> Iterable[Edit]:
    apart = {line.code for line in lines if not OPENING.isdisjoint(line.modifiers)}
    for i, one in enumerate(codes):
        for two in codes[i + 1 :]:
            found = pair(one, two)
            if found is None:
                continue
            first, second, indicator = found
            opened = indicator == 1 and not apart.isdisjoint((first, second))
            if indicator == 0:
                says = f"{second} is never paid beside {first} (indicator 0): no modifier changes that."
            elif opened:
                says = (
                    f"{second} is paid beside {first} only for truly separate work (indicator 1); the"
                    " modifier claims that."
                )
            else:
                says = (
                    f"{second} is paid beside {first} only with a modifier that shows separate work"
                    " (indicator 1)."
                )
            yield Edit("pair", (first, second), not opened, says, "cms-ptp-2024q3")


def _over(limit: Limit) -> str:
    """What going over a limit does."""
    if limit.kind == 1:
        return "each line is tested on its own (MAI 1)."
    if limit.kind == 2:
        return (
            "the limit is absolute (MAI 2), and over it all units of the code are denied: correct the claim."
        )
    ground = "limit rests on claims data" if limit.claims else "record can lift the limit"
    return (
        f"the {ground} (MAI 3): over it all units of the code are denied at first, so bill what was done and"
        " appeal with the report."
    )


def _units(lines: tuple[Line, ...]) -> Iterable[Edit]:
    total: Counter[str] = Counter()
    for line in lines:
        total[line.code] += line.units
    for code, units in total.items():
        limit = limits().get(code)
        if limit and limit.kind == 1:
            units = max(line.units for line in lines if line.code == code)
        if limit and units > limit.units:
            says = f"{code} has {units} units and a limit of {limit.units} for one practitioner and one day;"
            says += f" {_over(limit)}"
            yield Edit("units", (code,), True, says, "cms-mue-2024-07")


def _reduced(lines: tuple[Line, ...]) -> Iterable[Edit]:
    for code in dict.fromkeys(line.code for line in lines if "51" in line.modifiers):
        if add_on(code) and code in values() and values()[code].multiple == "0":
            says = (
                f"51 does not belong on {code}: an add-on is never reduced for standing beside another"
                " procedure (indicator 0)."
            )
            yield Edit("modifier", (code,), False, says, "cms-pfs-2026-07")
