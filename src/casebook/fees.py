"""What a claim pays: Medicare's national facility amounts of 2026, before any place, plan or contract changes them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from . import edits
from .claim import Claim, Line

SOURCE = "cms-pfs-2026-07"
DATED = (
    "Medicare, national, facility, surgeons outside advanced payment models; fee schedule of July 2026, in force until 2026-12-31. "
    "Other payers and other places pay other amounts."
)
MOST = 5  # procedures that the ranking covers; further ones are priced by report
LATER = 0.5  # share of the second to fifth procedure; claims-manual-12-copies, secondary
#: Share of the fee by modifier. Assistant: the law's 16 % (claims-manual-12-copies); AS: 85 % of that, fcso-assistant, secondary;
#: co-surgeons: 62.5 % each, claims-manual-12-copies, secondary.
SHARES = {"80": 0.16, "82": 0.16, "AS": 0.136, "62": 0.625}


@dataclass(frozen=True)
class Paid:
    """One line's payment in USD; None where the payer sets the price. `share` is of the full fee, `rvu` of one unit."""

    line: Line
    rvu: float | None
    share: float
    usd: float | None
    says: str


@lru_cache(maxsize=1)
def factor() -> float:
    """USD for one RVU, from the fee schedule held."""
    return float(edits.rows("cms/pfs_2026.csv")[0]["conversion_factor_in_file"])


def pays(claim: Claim) -> tuple[Paid, ...]:
    """What each line pays, in the order of the claim."""
    values = edits.values()
    ranked = [i for i, line in enumerate(claim) if line.code in values and values[line.code].multiple == "2"]
    ranked.sort(key=lambda i: (-values[claim[i].code].total, i))
    return tuple(_paid(line, ranked.index(i) if i in ranked else None) for i, line in enumerate(claim))


def _paid(line: Line, rank: int | None) -> Paid:
    value = edits.values().get(line.code)
    if value is None or value.status != "A" or not value.total:
        return Paid(line, None, 0.0, None, "has no price in the schedule: the payer sets one")
    share, why = 1.0, ["in full"]
    if rank is not None and rank >= MOST:
        return Paid(line, value.total, 0.0, None, "is priced by report, as the sixth procedure or later")
    if rank:
        share, why = LATER, ["half, as a later procedure"]
    elif rank is None:
        why = ["in full, since an add-on is never reduced"]
    if "78" in line.modifiers:
        share *= value.intraoperative
        why.append(f"only the {value.intraoperative:.0%} that is the operation itself")
    for mark in line.modifiers:
        if mark in SHARES:
            share *= SHARES[mark]
            why.append(f"{SHARES[mark]:.1%} for {mark}".replace(".0%", "%"))
    if "22" in line.modifiers:
        why.append("22 asks for more, and the payer decides how much")
    usd = round(line.units * round(value.total * factor() * share, 2), 2)
    return Paid(line, value.total, share, usd, "; ".join(why))


def told(claim: Claim) -> dict[str, Any]:
    """The same in words: one sentence for a line, the total, and what the figures are."""
    paid = pays(claim)
    lines = [f"{p.line}: {f'{p.usd:,.2f} USD, ' if p.usd is not None else ''}{p.says}." for p in paid]
    priced = [p.usd for p in paid if p.usd is not None]
    missing = len(paid) - len(priced)
    total = f"{sum(priced):,.2f} USD" if priced else "No amount"
    rest = f", and {missing} line{'s' if missing > 1 else ''} without a price" if missing else ""
    return {"lines": lines, "total": f"In all {total}{rest}.", "says": DATED, "paid": [asdict(p) for p in paid], "source": SOURCE}
