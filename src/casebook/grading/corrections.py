"""What sets a wrong rule right in one chart: its codes and lines in place of the general words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from casebook.coding import edits
from casebook.coding.claim import show
from casebook.coding.operation import ASSISTED
from casebook.coding.places import listed
from casebook.coding.rulebook import UNLISTED, Derived, codes_of
from casebook.coding.rules import RULEBOOK

from .doubt import at_work
from .findings import Finding, named_line
from .item import Grade
from .misconceptions import MISCONCEPTIONS, Misconception
from .told import FIRST, FURTHER, to_unlisted

_STOMAS = codes_of("stoma", "colostomy")
_HOLD_A_STOMA = codes_of("removed, stoma", "colon, end stoma", "colon, stoma above")


def corrected(m: Misconception, grade: Grade) -> str:
    """What sets a wrong rule right for this answer: what the chart has to say of it, else its own words."""
    item = grade.item
    own = _OWN.get(m.id)
    if own is None or item is None or not item.diagnosis.targets:
        return m.here
    return own(grade, item.diagnosis.targets[0]) or m.here


def _approach(grade: Grade, target: Derived) -> str | None:
    """Where one approach of several is at stake, its rule."""
    assert grade.item is not None
    approach = grade.item.note.readings[0].approach
    return RULEBOOK[ASSISTED[approach]].says if approach in ASSISTED else None


def _by_scope(grade: Grade, target: Derived) -> str | None:
    """Where what was done by scope has no code of its own, the way to the unlisted one."""
    way = _by_scope_alone(grade, target)
    return f"A small cut to take a piece out does not make it open. {way}" if way else None


def _by_scope_alone(grade: Grade, target: Derived) -> str | None:
    if grade.item is None or not any(line.code == UNLISTED for line in target.lines):
        return None
    return to_unlisted(grade.item.diagnosis.reading_of(target), target)


def _in_place(grade: Grade, target: Derived) -> str | None:
    """What stands in place of an add-on that has no base."""
    told = [f.says for f in grade.findings if f.put and f.code in FURTHER and f.kind == "line"]
    kept = [f.says for f in grade.findings if f.kind == "missing" and f.says.startswith("Keep ")]
    return " ".join([*told, *(f"An add-on is never paid alone. {says}" for says in kept)]) or None


def _beside_its_base(grade: Grade, target: Derived) -> str | None:
    told = [f.says for f in grade.findings if f.code in FURTHER and f.kind != "missing"]
    return " ".join(("An add-on goes beside its own base only.", *told)) if told else None


def _another_return(grade: Grade, target: Derived) -> str | None:
    """What mark a return has in place of the one that every return was given."""
    told = [f.says for f in grade.findings if f.kind == "modifier" and " in place of " in f.says]
    return " ".join(told) or None


def _mark_22(grade: Grade, target: Derived) -> str | None:
    if any("22" in line.modifiers for line in target.lines):
        return None
    return (
        "Take 22 off: an add-on never carries it, and this note does not support it on another line either."
    )


def _apart(grade: Grade, target: Derived) -> str | None:
    """Each line that needs 59, and the code beside which it does."""
    return " ".join(dict.fromkeys(_opened(grade.findings, target))) or None


def _opened(found: tuple[Finding, ...], target: Derived) -> Iterator[str]:
    lacking = {f.code for f in found if f.kind == "modifier" and any("59" in x.modifiers for x in f.put)}
    for line in target.lines:
        pairs = (edits.pair(line.code, x.code) for x in target.lines)
        firsts = [p[0] for p in pairs if p and p[2] == 1 and p[1] == line.code]
        if line.code in lacking and firsts:
            yield f"{line.code} is paid beside {firsts[0]} only with 59 or XS, for work at a separate site."


def _shut(grade: Grade, target: Derived) -> str | None:
    """Each code that a pair shuts out whatever modifier it has."""
    codes = [line.code for line in grade.claim]
    pairs = (edits.pair(one, two) for i, one in enumerate(codes) for two in codes[i + 1 :])
    shut = dict.fromkeys(p[:2] for p in pairs if p and p[2] == 0)
    return (
        " ".join(f"{two} is never paid beside {one}, whatever modifier it has." for one, two in shut) or None
    )


def _one_of_two(grade: Grade, target: Derived) -> str | None:
    return next((f.says for f in grade.findings if "never paid together" in f.says), None)


def _the_stoma(grade: Grade, target: Derived) -> str | None:
    """A stoma that stands beside no resection with a join."""
    stomas = [line for line in target.lines if line.code in _STOMAS]
    if not stomas or any(line.code in FIRST for line in target.lines):
        return None
    return f"The stoma that was made is {named_line(stomas[0])}."


def _brought_out(grade: Grade, target: Derived) -> str | None:
    """What stands for a piece whose end was brought out."""
    held = next((line for line in target.lines if line.code in _HOLD_A_STOMA), None)
    if held:
        return f"An end brought to the skin is not a join: {named_line(held)} is the piece with its stoma."
    way = _by_scope_alone(grade, target)
    return f"An end brought to the skin is not a join. {way}" if way else _stoma_beside(grade, target)


def _stoma_beside(grade: Grade, target: Derived) -> str | None:
    """A stoma that stands beside a resection with a join."""
    first = next((line.code for line in target.lines if line.code in FIRST), None)
    stoma = next((line for line in target.lines if line.code in _STOMAS), None)
    if not first or not stoma:
        return None
    held = edits.pair(first, "44125")
    why = f", since 44125 is never paid beside {first}" if held and held[2] == 0 else ""
    return (
        f"An end brought to the skin is not a join. Beside the piece that was joined, {first}, the stoma is a"
        f" line of its own, {named_line(stoma)}{why}."
    )


def _own_injury(grade: Grade, target: Derived) -> str | None:
    """Why what mends the surgeon's own injury adds nothing: a hole by the manual, a piece by this book."""
    assert grade.item is not None
    says = "The surgeon injured this bowel and mended it in the same operation, so mending it is part of it."
    if "own-piece" not in at_work(grade.item.note):
        return says
    return f"{says} The manual says this of a sewn hole; of a piece and its join it is our reading."


def _argued(grade: Grade, target: Derived) -> str | None:
    """What to bill without a question; and who is to be asked where only that is argued."""
    if grade.item is None:
        return None
    ways = list(dict.fromkeys(show(claim.lines) for _, claim in grade.item.diagnosis.right))
    if len(ways) < 2:
        return f"{MISCONCEPTIONS['asked-without-need'].correction.removesuffix('.')}: bill {ways[0]}."
    return (
        "What was done is clear; how to bill it is argued. The surgeon cannot settle that: bill"
        f" {listed(ways, 'or')}, or ask the payer."
    )


_OWN: dict[str, Callable[[Grade, Derived], str | None]] = {
    "open-for-assisted": _approach,
    "open-for-laparoscopic": _by_scope,
    "add-on-alone": _in_place,
    "add-on-every-join": _in_place,
    "add-on-on-closure": _beside_its_base,
    "add-on-on-colon-code": _beside_its_base,
    "unusual-work-on-add-on": _mark_22,
    "every-return-unplanned": _another_return,
    "separate-mark-missing": _apart,
    "pair-forced": _shut,
    "join-and-stoma-codes": _one_of_two,
    "stoma-as-join": _brought_out,
    "stoma-left-off": _the_stoma,
    "own-injury-as-add-on": _own_injury,
    "asked-without-need": _argued,
}
