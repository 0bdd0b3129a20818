"""A line that came back unpaid: correct the claim, appeal, or write the line off.

What to do follows from the operation: whether the report bears the claim as it was filed, whether it bears
anything that was not paid, and whether there is a decision that one could appeal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from casebook.coding import edits
from casebook.coding.claim import Claim, same, show
from casebook.coding.places import listed, many
from casebook.coding.typed import read
from casebook.data import toml
from casebook.grading import Item
from casebook.grading.audit import audit
from casebook.grading.score import nearest

#: What can be done, as it is put to a reader.
WAYS = {
    "correct": "Correct the claim and send it again",
    "appeal": "Appeal, with the report",
    "off": "Write the line off",
}
Told = Mapping[str, tuple[str, str]]  # way to what is asked after a first try, and said after a second


@dataclass(frozen=True)
class Decided:
    """The right way, why, and what is said of the other two."""

    way: str
    why: str
    wrong: Told


@lru_cache(maxsize=1)
def meanings() -> dict[str, str]:
    """Group, reason and remark codes in our own words. Source: x12-codes-2024."""
    return {code: str(row["words"]) for code, row in toml("remittance.toml").items()}


@lru_cache(maxsize=1)
def _final() -> frozenset[str]:
    return frozenset(code for code, row in toml("remittance.toml").items() if row.get("final"))


def decide(item: Item, denied: Mapping[str, Sequence[str]]) -> Decided:
    """What to do about the item's filed claim of which lines were denied: for each code, the remittance codes
    that came with it.

    Raises ValueError where nothing of the claim was denied, a code is not known here, or the report leaves
    the claim open.
    """
    claim = read(item.filed).claim
    unknown = [code for codes in denied.values() for code in codes if code not in meanings()]
    if unknown:
        raise ValueError(f"denied: {unknown[0]!r} is not in data/remittance.toml")
    if not denied or not set(denied) <= {line.code for line in claim}:
        raise ValueError("denied: name codes of the claim that was filed")
    if item.note.action != "bill":
        raise ValueError("denied: the report must settle the claim")
    if not all(line.stands for line in audit(item)):
        return _not_borne(item, claim, denied)
    final = next((code for codes in denied.values() for code in codes if code in _final()), None)
    return _unprocessed(final) if final else _borne(item.filed, claim, denied)


def _not_borne(item: Item, claim: Claim, denied: Mapping[str, Sequence[str]]) -> Decided:
    """The report bears another claim than the one filed."""
    target = nearest(item.diagnosis, claim)
    paid = [line for line in claim if line.code not in denied]
    borne = show(target.lines)
    if same(target.lines, target.free_51) <= same(paid, target.free_51):
        kept = f"The report bears {borne}, and that was paid."
        return Decided(
            "off",
            f"{kept} The denied line is no service of its own here: nothing to correct, nothing to appeal.",
            {
                "correct": ("What would the corrected claim hold that was not paid already?", kept),
                "appeal": ("Is the denied line a service of its own, beside what was paid?", kept),
            },
        )
    says = f"The report bears {borne}, and {show(claim)} was filed."
    return Decided(
        "correct",
        f"{says} A corrected claim can be paid; an appeal cannot change what was filed.",
        {
            "appeal": ("Does the report bear the claim as it was filed, line by line?", says),
            "off": ("Was the work done, and is there a line that would say so?", says),
        },
    )


def _unprocessed(code: str) -> Decided:
    says = f"{code} says it: {meanings()[code]}."
    return Decided(
        "correct",
        f"{says} The lines are right; what was missing goes with them.",
        {
            "appeal": ("Was there a decision that one could appeal? Look at the remarks.", says),
            "off": ("Was the work refused, or not looked at?", says),
        },
    )


def _borne(filed: str, claim: Claim, denied: Mapping[str, Sequence[str]]) -> Decided:
    """The claim is right as it was filed."""
    lines = [line for line in claim if line.code in denied]
    says = f"The report bears {filed}, as it was filed."
    lifts = [edit.codes[0] for edit in edits.scrub(claim) if edit.appealable and edit.codes[0] in denied]
    opened = any(set(edits.SEPARATE) & set(line.modifiers) for line in lines)
    why = ["It can be won:"]
    if lifts:
        limit = many(edits.limits()[lifts[0]].units, "unit")
        ground = (
            "rests on claims data, and the record can lift it"
            if edits.limits()[lifts[0]].claims
            else "can be lifted by the record"
        )
        why.append(f"the limit of {limit} {ground}.")
    elif opened:
        why.append("the modifier says that the site was apart, and the report shows it.")
    else:
        why.append("the report shows the work.")
    named = listed([str(line) for line in lines])
    return Decided(
        "appeal",
        f"{says} {' '.join(why)}",
        {
            "correct": (
                "Which line would you change, and would it still say what was done?",
                f"{says} A claim that is changed to be paid no longer says what was done.",
            ),
            "off": (f"Does the report bear {named}?", says),
        },
    )
