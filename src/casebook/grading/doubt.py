"""What is not sure of a verdict: a rule that is recalled or contested, where holding it the other way on this
very chart gives another claim. The same doubt is said to those who are right and to those who took the other
side."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from casebook.coding import edits
from casebook.coding.claim import Same, lines_of, show
from casebook.coding.note import Note
from casebook.coding.operation import NEAR_A_JOIN, POINTS, Operation
from casebook.coding.rules import RULEBOOK
from casebook.coding.views import View, accepted

from .explanation import Diagnosis, Explanation
from .misconceptions import MISCONCEPTIONS, Misconception

DOUBTFUL = ("recalled", "contested")
SAID = {
    "recalled": "We are fairly sure of this, but found no source that says it: {says}",
    "contested": "Careful people differ on this: {says}",
}
SPARED = "We would {do}; no source decides."
NOBODY = "Every accepted view bills another thing than this."


def _trimmed(op: Operation) -> bool:
    """Whether something, if no more than a trim, came off all ends left stapled that were joined."""
    return all(p.cuts for p in op.bowel.places if p.joined and op.trimmed_only(p))


#: What must be so in an operation beside, for a doubt of a rule to be a doubt in it.
_ONLY_WHERE: dict[str, Callable[[Operation], bool]] = {"stapled-ends-joined": _trimmed}
FAR = 3 * NEAR_A_JOIN  # cm: nobody calls what is further off part of a join
OF_NEWBORNS = frozenset({"not-atresia"})  # in doubt where the patient is newborn, and nowhere else


def at_work(note: Note) -> set[str]:
    """The rules behind the claims of a note, those that struck something among them."""
    return {rule for c in note.mains for rule in (*c.because, *(struck for _, struck, _ in c.not_billed))}


def against(note: Note, ms: Iterable[Misconception]) -> list[str]:
    """The rules that stand against these wrong rules in a note; where none of them is at work in it, all."""
    rules = list(dict.fromkeys(rule for m in ms for rule in m.against))
    played = at_work(note)
    return [rule for rule in rules if rule in played] or rules


def doubted(note: Note, ms: Iterable[Misconception], newborn: bool | None) -> list[str]:
    """The rules not sure that stand against wrong rules, if no other stands against them."""
    rules = against(note, ms)
    return rules if rules and all(_in_doubt(rule, note, newborn) for rule in rules) else []


def spared(note: Note, ms: Iterable[Misconception], newborn: bool | None) -> list[str]:
    """The same, for a claim that is not called wrong for their sake: none where what the other side files is
    known, and is another claim."""
    rules = doubted(note, ms, newborn)
    return [] if any(turned(rule, note) for rule in rules) else rules


def turned(rule: str, note: Note) -> bool:
    """Whether an accepted view of a note turns a rule round."""
    return any(view and rule in view.swaps for view, _ in note.accepted())


def preferred(note: Note) -> str:
    """What we would do with a note, to follow “We would”."""
    return f"bill {show(note.mains[0].lines)}" if note.action == "bill" else "ask the surgeon"


def unsure(diagnosis: Diagnosis, found: Explanation, newborn: bool | None) -> list[str]:
    """The doubtful rules that alone stand against an answer which these misconceptions give, the modifiers
    too; whoever doubts the one need not hold another."""
    if found.bare:
        return []
    ways = [found.misconceptions] if found.together else [(m,) for m in found.misconceptions]
    return next(filter(None, (spared(diagnosis.note, ms, newborn) for ms in ways)), [])


def partly(diagnosis: Diagnosis, named: Iterable[Misconception], newborn: bool | None) -> list[str]:
    """The doubtful rules among those that stand against what is said of an answer."""
    rules = against(diagnosis.note, named)
    return [rule for rule in rules if _in_doubt(rule, diagnosis.note, newborn)]


def others(diagnosis: Diagnosis, newborn: bool | None) -> list[tuple[str, Same]]:
    """The claims against which nothing but doubt stands, each with the rule that is in doubt."""
    found = []
    for key, ms in diagnosis.wrong_ways.items():
        rules = next(filter(None, (spared(diagnosis.note, (m,), newborn) for m in ms)), [])
        if rules and not any(e.blocks and not e.appealable for e in edits.scrub(lines_of(key))):
            found.append((rules[0], key))
    return found


def of_a_question(note: Note) -> list[str]:
    """The doubtful rules that make the readings of a note agree, so that a question is held to be without
    need."""
    for m in MISCONCEPTIONS.values():
        rules = doubted(note, (m,), None) if set(m.against) & at_work(note) else []
        if rules and len({claim.same() for claim in note.given_by(m.book)}) > 1:
            return rules
    return []


def says(rule: str) -> str:
    """A doubtful rule, and how sure it is, in words."""
    return SAID[RULEBOOK[rule].confidence].format(says=RULEBOOK[rule].says)


def beside_the_right(diagnosis: Diagnosis, newborn: bool | None) -> str | None:
    """The doubt about a right answer: the rule that it rests on, and what would be filed without it."""
    for view, claim in diagnosis.right:
        for rule in _parted(view, diagnosis):
            return f"{says(rule)} {show(claim.lines)} is accepted too."
    for rule, key in others(diagnosis, newborn):
        return f"{says(rule)} Whoever holds otherwise would file {show(edits.listed(lines_of(key)))}."
    return None


def _parted(view: View | None, diagnosis: Diagnosis) -> list[str]:
    """The doubtful rules behind the main claim that a view turns round."""
    behind = diagnosis.targets[0].because if view else ()
    return [r for r in behind if view and r in view.swaps and RULEBOOK[r].confidence in DOUBTFUL]


def _in_doubt(rule: str, note: Note, newborn: bool | None) -> bool:
    """Whether a rule may be held otherwise in this note."""
    if RULEBOOK[rule].confidence not in DOUBTFUL or (rule in OF_NEWBORNS and newborn is False):
        return False
    holds = _ONLY_WHERE.get(rule)
    return holds is None or all(map(holds, note.readings))


def rests_on_doubt(note: Note) -> bool:
    """Whether the key of a made-up operation would rest on a rule that is in doubt or on a measure of this
    book's own, or leave more than one claim; a question to the surgeon, where some accepted views bill one
    claim for all readings. So does one that is neither billed nor asked."""
    if any(map(_measured, note.readings)):
        return True
    if note.action == "query":
        each = [{claim.same() for _, claim in accepted(op)} for op in note.readings]
        return bool(frozenset.intersection(*map(frozenset, each)))
    claims = note.accepted()
    return len(claims) != 1 or claims[0][1].confidence in DOUBTFUL


def _measured(op: Operation) -> bool:
    """Whether something lies so near bowel that was sewn together that only this book's measure says whether
    it is part of that; at the very end, or out with the piece, it is by any."""
    spots = [step.start for step in op.steps if step.act in POINTS]
    return any(
        place.near(at, FAR) and not (place.start <= at <= place.end)
        for at in spots
        for place in op.bowel.places
    )
