"""What a claim pays: Medicare's national facility amounts of 2026, before any place, plan or contract changes
them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from casebook.coding import edits
from casebook.coding.claim import Claim, Line

SOURCE = "cms-pfs-2026-07"
DATED = (
    "Medicare, national, facility, surgeons outside advanced payment models; fee schedule of July 2026, in"
    " force until 2026-12-31. Other payers and other places pay other amounts."
)
MOST = 5  # procedures that the ranking covers; further ones are priced by report
LATER = 0.5  # share of the second to fifth procedure; claims-manual-12-copies, secondary
#: Share of the fee by modifier. Assistant: the law's 16 % (claims-manual-12-copies); AS: 85 % of that,
#: fcso-assistant, secondary;
#: co-surgeons: 62.5 % each, claims-manual-12-copies, secondary.
SHARES = {"80": 0.16, "82": 0.16, "AS": 0.136, "62": 0.625}


@dataclass(frozen=True)
class Paid:
    """One line's payment in USD; None where the payer sets the price.

    `share` is of the full fee, `rvu` of one unit.
    """

    line: Line
    rvu: float | None
    share: float
    usd: float | None
    says: str


@lru_cache(maxsize=1)
def factor() -> float:
    """USD for one RVU, from the fee schedule held."""
    return float(edits.rows("cms/pfs_2026.csv")[0]["conversion_factor_in_file"])


def full(code: str) -> float | None:
    """USD for one unit of a code in full; None where the payer sets the price."""
    return _paid(Line(code), 0).usd


def pays(claim: Claim) -> tuple[Paid, ...]:
    """What each line pays, in the order of the claim; nothing where the edit tables deny it."""
    values, no = edits.values(), denied(claim)
    ranked = [
        i
        for i, s in enumerate(claim)
        if s.code not in no and s.code in values and values[s.code].multiple == "2"
    ]
    ranked.sort(
        key=lambda i: (-values[claim[i].code].total, claim[i].code, -claim[i].units, claim[i].modifiers)
    )
    return tuple(
        (
            Paid(line, values[line.code].total if line.code in values else None, 0.0, 0.0, no[line.code])
            if line.code in no
            else _paid(line, ranked.index(i) if i in ranked else None)
        )
        for i, line in enumerate(claim)
    )


def denied(claim: Claim) -> dict[str, str]:
    """The codes that the tables deny as the claim stands, each with the reason; units that an appeal may get
    paid are denied at first."""
    found: dict[str, str] = {}
    for edit in edits.scrub(claim):
        code = edit.codes[-1]
        if edit.kind == "pair" and edit.blocks:
            how = "never paid" if edits.pairs()[edit.codes[0], code] == 0 else "not paid without a modifier"
            found[code] = f"nothing, since it is {how} beside {edit.codes[0]}"
        elif edit.kind == "add-on-without-base":
            found[code] = "nothing, since its base is not on the claim"
        elif edit.all_denied:
            later = "" if edit.absolute else " at first; an appeal with the report may get them paid"
            found[code] = f"nothing, since over its limit no unit of the day is paid{later}"
    for line in claim:
        on = [other.code for other in claim if other.code in edits.bases().get(line.code, ())]
        if on and all(code in found for code in on):
            found.setdefault(line.code, "nothing, since its base is not paid")
    return found


def _paid(line: Line, rank: int | None) -> Paid:
    value = edits.values().get(line.code)
    if value is None or value.status != "A" or not value.total:
        return Paid(line, None, 0.0, None, "has no price in the schedule: the payer sets one")
    operated = "78" in line.modifiers  # for a return, the operation alone is paid
    share, why = 1.0, [] if operated else ["in full"]
    if rank is not None and rank >= MOST:
        return Paid(line, value.total, 0.0, None, "is priced by report, as the sixth procedure or later")
    if rank:
        share, why = LATER, ["half, as a further procedure"]
    elif rank is None:
        why = ["not halved, since an add-on never is"]
    if operated:
        share *= value.intraoperative
        why.append(f"only the {value.intraoperative:.0%} that is the operation itself")
    for mark in line.modifiers:
        if mark in SHARES:
            share *= SHARES[mark]
            why.append(f"{SHARES[mark]:.1%} for {mark}".replace(".0%", "%"))
    if "51" in line.modifiers and edits.add_on(line.code):
        why.append("Medicare's figure, whatever 51 says; at least one payer denies an add-on that has 51")
    if "22" in line.modifiers:
        why.append("22 asks for more, and the payer decides how much")
    usd = round(line.units * round(value.total * factor() * share, 2), 2)
    return Paid(line, value.total, share, usd, "; ".join(why))


def told(claim: Claim) -> dict[str, Any]:
    """The same in words: one sentence for a line, the total, and what the figures are."""
    paid = pays(claim)
    if not claim:
        return {
            "lines": [],
            "total": "Nothing is filed yet, so nothing is paid.",
            "says": DATED,
            "paid": [],
            "source": SOURCE,
        }
    lines = [f"{p.line}: {f'{p.usd:,.2f} USD, ' if p.usd else ''}{p.says}." for p in paid]
    priced = [p.usd for p in paid if p.usd is not None]
    missing = len(paid) - len(priced)
    total = f"{sum(priced):,.2f} USD" if priced else "No amount"
    rest = f", and {missing} line{'s' if missing > 1 else ''} without a price" if missing else ""
    return {
        "lines": lines,
        "total": f"In all {total}{rest}.",
        "says": DATED,
        "paid": [asdict(p) for p in paid],
        "source": SOURCE,
    }
