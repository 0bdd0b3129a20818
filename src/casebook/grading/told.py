"""Sentences about one answer in one case: which anastomoses there are, what a left-off line stands for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from casebook.coding.bowel import Place
from casebook.coding.operation import Operation
from casebook.coding.places import joined_in_order, listed, many, name, ordinal
from casebook.coding.rulebook import TWINS, UNLISTED, Derived, codes_of
from casebook.coding.rules import RULEBOOK
from casebook.coding.views import accepted

from .marks import role, tie

FIRST = codes_of("first")
FURTHER = codes_of("further")
FURTHER_JOINS = codes_of("further", "further atresia")
ATRESIA = codes_of("atresia", "atresia, tapered")


def opened(op: Operation) -> list[str]:
    """The codes that an operation would have, had it been open."""
    return [line.code for line in accepted(replace(op, approach="open"))[0][1].lines]


def to_unlisted(op: Operation, target: Derived) -> str:
    """Why the unlisted laparoscopic code stands in a claim: the code that says so of open surgery alone."""
    billed = {line.code for line in target.lines}
    twins = {TWINS.get(code) for code in billed}
    alone = [code for code in opened(op) if code not in billed | twins]
    what = f"Done open, it would be {listed(alone)}; through" if alone else "Through"
    way = f"the unlisted {UNLISTED} is sent once, with the report"
    return f"{what} the laparoscope no code says it, so {way}."


def counted_joins(op: Operation, target: Derived) -> list[Place]:
    """The joined places that the resections with a join and their add-ons stand for, the first one made
    first."""
    shown = {i for code in FIRST | FURTHER_JOINS | ATRESIA for i in target.shown_by.get(code, ())}
    return [p for p in joined_in_order(op) if p.joins[-1] in shown]


def further(op: Operation, target: Derived) -> str:
    """The anastomoses that the add-on counts: “the second join (the lower stricture)”."""
    places = counted_joins(op, target)[1:]
    if not places:
        return "a further join"
    # A join inside another act is no place, so no number here would be the one that a reader gives it.
    standing = [] if op.did("bypass", "close_stoma", "close_fistula") else joined_in_order(op)
    if not standing:
        names = [name(op, p) for p in places]
        return f"what was joined at {listed(names)}" if all(names) else "a further join"
    which = listed(ordinal(standing.index(p)) for p in places)
    named = f" ({name(op, places[0])})" if len(places) == 1 and name(op, places[0]) else ""
    return f"the {which} join{'s' * (len(places) > 1)}{named}"


def filled(sentence: str, op: Operation, target: Derived | None) -> str:
    """A sentence with the places of this case put into it; what the claim says and the note does not is told
    before it."""
    if "{" not in sentence:
        return sentence
    return sentence.format(
        further=further(op, target) if target else "a further join",
        approach=("an " if op.approach[0] in "aeiou" else "a ") + op.approach,
        holes=_holes(op, target),
        came=_CAME.get(op.follows or "", "this return"),
        taken=_TAKEN.get(op.follows or "", "another"),
        tie=tie(op),
        role=role(op),
        fact="",
        short="",
    ).strip()


def _holes(op: Operation, target: Derived | None) -> str:
    """What was sewn and is billed for itself."""
    sewn = [line.code for line in target.lines if line.code in _SEWN_CODES] if target else []
    what = stands_for(op, target, sewn[0]) if target and sewn else ""
    return f"what was sewn at a site of its own: {what}" if what else "what was sewn at a site of its own"


_SEWN_CODES = codes_of("one hole", "several holes", "colon hole")
_CAME = {"staged": "a planned return", "complication": "a return for a complication"}
_TAKEN = {"staged": "one for a complication", "complication": "a planned one"}


def standing(op: Operation, target: Derived) -> str:
    """How many anastomoses count, and why others that stand do not, as a sentence without its stop."""
    counted = counted_joins(op, target)
    says = f"{many(len(counted), 'join')} {'counts' if len(counted) == 1 else 'count'}"
    others = [p.joins[-1] for p in joined_in_order(op) if p not in counted]
    held = [code for code, steps in target.shown_by.items() if not {*others}.isdisjoint(steps)]
    holders = [line.code for line in target.lines if line.code in held]
    apart = f" beside what {listed(holders)} holds" if holders else ""
    bypassed = ", and at the bypass nothing was removed" if op.did("bypass") else ""
    return f"{says}{apart}{bypassed}"


def why_units(op: Operation, target: Derived, code: str) -> str:
    """Why a code has so many units here, as the end of a sentence; empty where its rule says it."""
    if code == UNLISTED:
        return ": it stands once for the operation"
    joins = len(counted_joins(op, target))
    billed = sum(line.units for line in target.lines if line.code in FIRST | FURTHER)
    if code not in FIRST | FURTHER or joins != billed:
        what = stands_for(op, target, code)
        return f": it stands for {what}" if what else ""
    if code in FURTHER:
        return f": {standing(op, target)}, and the first is the base code {_base(target)}"
    add_on = next((line.code for line in target.lines if line.code in FURTHER), None)
    if add_on:
        return f": {standing(op, target)}, the first is {code}, and each after it is {add_on}"
    return f": {standing(op, target)}"


def _base(target: Derived) -> str:
    """The code of the first resection with a join."""
    return next((line.code for line in target.lines if line.code in FIRST), "")


def _of_step(op: Operation, i: int) -> str:
    """The name of the place that a step shaped, or of what it was done to."""
    shaped = (p for p in op.bowel.places if i in (*p.cuts, *p.joins, *p.stomas) and name(op, p))
    return next((name(op, p) for p in shaped), op.steps[i].name)


def stands_for(op: Operation, target: Derived, code: str) -> str:
    """What was done that a line stands for, by the names of the chart; empty where it has none."""
    places = counted_joins(op, target) if code in FIRST | FURTHER else []
    chosen = places[:1] if code in FIRST else places[1:]
    names: Iterable[str]
    alone = len(places) == 1 and FURTHER.isdisjoint(line.code for line in target.lines)
    if code in FIRST and alone and len(places[0].joins) > 1:
        return "the one join that stands at closing"  # its place holds also one that was cut out again
    if chosen:
        names = [name(op, p) for p in chosen]
    else:
        names = [_of_step(op, i) for i in target.shown_by.get(code, ())]
    known = list(dict.fromkeys(each for each in names if each))
    return listed(known) if known else ""


_FREED = "nothing larger was done, so the freeing of adhesions is the operation"
_OPENED = "nothing larger was done, so opening the abdomen again is the operation"
_SEWN = "sewn apart from any piece removed or joined, and not of the surgeon's making"
_CLOSED = "bowel was removed and joined in order to close the stoma"
#: Why a line that was left off belongs on the claim, by rule and code, where the rule says more than that.
MISSING: dict[str, dict[str, str]] = {
    "further-units": dict.fromkeys(
        FURTHER, "each further segment with a join of its own is one unit of the add-on"
    ),
    "small-things": {
        "44005": _FREED,
        "44180": _FREED,
        "49000": "nothing larger was done, so opening the abdomen to look is the operation",
        "49320": "nothing larger was done, so the look through the laparoscope is the operation",
        "49002": _OPENED,
        "35840": _OPENED,
    },
    "hole-sewn": {"44602": _SEWN, "44603": _SEWN, "44604": _SEWN},
    "stoma-closed": {"44625": _CLOSED, "44227": _CLOSED},
    "diseased-appendix": {
        "44955": "the appendix was diseased, and beside the rest its removal is an add-on",
        "44970": "the appendix was diseased, so its removal is a service of its own",
    },
    "feeding-catheter": {"44015": "a feeding catheter put into the bowel besides is an add-on"},
}


def for_what(op: Operation, target: Derived, code: str) -> str:
    """What a line that was left off stands for, to follow “… is missing”."""
    what = stands_for(op, target, code)
    return f": it stands for {what}." if what else "."


def _first_of(target: Derived, code: str) -> str:
    """Why the first small-bowel segment has its code."""
    lead = target.lines[0].code
    if code == lead:
        return "the first segment removed and joined is the base code"
    return f"beside {lead} the first small-bowel segment removed and joined is {code}"


def why_missing(op: Operation, target: Derived, code: str, rule: str | None) -> str:
    """Why a line that was left off belongs on the claim, to follow “… is missing”."""
    what = stands_for(op, target, code)
    reason = MISSING.get(rule or "", {}).get(code)
    if rule == "first-join" and code in FIRST:
        reason = _first_of(target, code)
    if reason is None:
        says = f" {RULEBOOK[rule].says}" if rule else ""
        return f": it stands for {what}.{says}" if what else f":{says}" if says else "."
    return f": it stands for {what}; {reason}." if what else f": {reason}."
