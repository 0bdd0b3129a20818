"""What is said of one modifier on one line: why it does not stand there, or why it is needed."""

from __future__ import annotations

from collections.abc import Iterable

from casebook.coding import edits
from casebook.coding.operation import Operation
from casebook.coding.places import listed
from casebook.coding.rulebook import Derived
from casebook.coding.rules import RULEBOOK
from casebook.coding.rules.modifiers import ASSISTING, GLOBAL_DAYS

#: Modifiers in our own plain words, in the order in which they are offered.
WORDS = {
    "22": "far more work than usual",
    "51": "a further procedure of the same operation, valued lower",
    "52": "less was done than the code describes",
    "58": "a return that was planned",
    "59": "work at a separate site",
    "62": "two surgeons shared the work",
    "78": "a return for a complication",
    "79": "unrelated to an earlier operation",
    "80": "the physician who assisted",
    "AS": "a PA or nurse who assisted",
}
#: What each mark says: how this operation follows the earlier one, and whose claim it is.
SESSIONS = {"58": "staged", "78": "complication", "79": "unrelated"}
ROLES = {"80": "assistant", "AS": "assistant-nonphysician", "62": "co-surgeon"}
_MARK = {what: mark for mark, what in {**SESSIONS, **ROLES}.items()}
#: How a later operation came about.
_CAME = {
    "staged": "This return was planned",
    "complication": "This return was for a complication of the earlier operation",
    "unrelated": "This operation has nothing to do with the earlier one",
}
#: Whose claim it is.
_WHO = {
    "primary": "the surgeon who did this work",
    "assistant": "the physician who assisted",
    "assistant-nonphysician": "the PA or nurse who assisted",
    "co-surgeon": "one of two surgeons who shared the work",
}
#: What to ask oneself where a modifier was typed that is wrong, and where one is lacking, which is then not
#: named. None says whether the line takes it.
_OF_SESSION = "What does the note say of an earlier operation, and which lines say how this one follows it?"
_OF_ROLE = "Whose claim is this, and which lines say what part this surgeon had?"
_ASKED: dict[str, tuple[str, str]] = {
    "22": (
        "22 tells of work far beyond the usual. What does this note compare the work with, and which line"
        " would say so?",
        "Does this note compare the work with the usual, and which line would say so?",
    ),
    "51": (
        "51 marks a further procedure of the same operation. What is this line: the one of highest value, a"
        " further one, or an add-on?",
        "Which of these procedures are valued lower than the first, and no add-ons?",
    ),
    "52": (
        "52 tells that less was done than the code describes. Was all of it done here?",
        "Was all done that the code describes?",
    ),
    "59": (
        "59 tells of work at a separate site, for two codes that CMS pays together for no other reason. Are"
        " there two such codes here, and on which of them does it go?",
        "Does CMS pay two of these codes together only for work at separate sites, and which line tells of"
        " such work?",
    ),
    **dict.fromkeys(SESSIONS, (_OF_SESSION, _OF_SESSION)),
    **dict.fromkeys(ROLES, (_OF_ROLE, _OF_ROLE)),
}
_ASKED["XS"] = _ASKED["59"]
_UNSHARED = "62 is for two surgeons who share the work of one code, and no code here was shared."
_NEVER = {
    "53": (
        "53 is for an operation broken off, for the patient’s safety or because something else forced a"
        " stop, and this one was finished another way."
    ),
    "GC": (
        "GC goes on a line in which a resident took part, where the teaching surgeon says in the note that"
        " they were there for the key parts; this note does not say both."
    ),
    "81": (
        "81 is for a physician who gave the least assistance; by a Medicare contractor private plans use"
        " it, and Medicare seldom."
    ),
    "82": "82 is for a physician who assists in a teaching hospital where no qualified resident was at hand.",
    **dict.fromkeys(
        ("76", "77"), "76 and 77 are for one procedure done again later; a second resection is the add-on."
    ),
    **dict.fromkeys(
        ("XE", "XP", "XU"),
        "Of the modifiers for separate work XS, or 59, is the one that says another site.",
    ),
}


def rule_of(mark: str) -> str | None:
    """The rule that puts a modifier on a line, or keeps it off."""
    return mark if mark in RULEBOOK else "loose-ends" if mark == "52" else None


def against(op: Operation, target: Derived, code: str, mark: str) -> str:
    """Why a line of this code does not take a modifier in this operation."""
    if mark in ROLES:
        return _UNSHARED if (mark, op.surgeon) == ("62", "primary") else _whose(op, mark)
    if mark in SESSIONS:
        return _no_session(op, target, code, mark)
    where = [line for line in target.lines if mark in line.modifiers]
    told = {"22": _no_22, "51": _no_51, "59": _no_59}.get(mark)
    if told:
        return told(target, code, listed(dict.fromkeys(line.code for line in where)) if where else "")
    if mark == "52":
        says = "52 says that less was done than the code describes."
        return f"{says} Here that is so of {listed(map(str, where))} alone." if where else says
    return _NEVER.get(mark, f"Nothing in this note supports {mark}.")


def _no_22(target: Derived, code: str, where: str) -> str:
    if edits.add_on(code):
        base = (
            f"here it may go on {where} alone"
            if where
            else "this note does not support it on another line either"
        )
        return f"An add-on never carries 22, and {base}."
    if where:
        return f"Here 22 goes on {where}."
    return "22 needs a note that says how far the work went beyond the usual, and this one does not."


def _no_51(target: Derived, code: str, where: str) -> str:
    if edits.add_on(code):
        fee = "An add-on never takes 51, since its fee is not cut."
        return f"{fee} Here it may stand on {where}." if where else fee
    if where:
        return f"{code} comes first, since it is valued higher: 51, if any, goes on {where}."
    return f"51 marks a further procedure, and {code} is the only one here that is not an add-on."


def _no_59(target: Derived, code: str, where: str) -> str:
    if edits.add_on(code):
        return "An add-on needs no 59 beside its own base: the tables do not bar the one beside the other."
    if where:
        return f"Here 59 goes on {where}, for work at a separate site."
    return (
        "59 is for two codes that CMS pays together only for work at separate sites, and no two such"
        " codes are billed here."
    )


def _no_session(op: Operation, target: Derived, code: str, mark: str) -> str:
    """Why a line does not take the mark of a later session."""
    where = dict.fromkeys(line.code for line in target.lines if mark in line.modifiers)
    if where:
        why = "an add-on has no follow-up period of its own" if edits.add_on(code) else "not on the rest"
        return f"Here {mark} goes on {listed(where)}; {why}."
    if op.surgeon in ASSISTING:
        return f"The days of an earlier operation bind its surgeon, not who assists: no {mark} here."
    if not op.follows:
        return f"No earlier operation lies within the ninety days for which {mark} is asked."
    if op.days > GLOBAL_DAYS:
        return f"The ninety days of the earlier operation are over, so {mark} is not asked for."
    right, came = _MARK[op.follows], _CAME[op.follows]
    return f"{came}, and that is {right}." if right != mark else f"{came}; the add-on does not say so again."


def needed(op: Operation, code: str, mark: str, given: Iterable[str]) -> str:
    """Why a line of this code needs a modifier that was left off."""
    if op.follows and SESSIONS.get(mark) == op.follows:
        return f"{_CAME[op.follows]}, which {mark} says on every code that is no add-on."
    if mark in ROLES:
        return _whose(op, mark)
    rule = rule_of(mark)
    says = RULEBOOK[rule].says if rule else ""
    if mark == "59" and edits.OPENING.intersection(given):
        says += " Other modifiers would get both codes paid too, but 59 or XS is what says another site."
    return says


def to_ask(mark: str, typed: bool) -> str:
    """The question that leads to one modifier: one that was typed and is wrong, or one that is lacking."""
    asked = _ASKED.get(mark)
    if asked:
        return asked[0] if typed else asked[1]
    return f"What would {mark} tell of this line, and where does the note say so?"


def tie(op: Operation) -> str:
    """The mark that ties this operation to the earlier one, and what it says."""
    if op.follows is None:
        return "the modifier that ties this operation to the earlier one"
    came = _CAME[op.follows]
    return f"{_MARK[op.follows]}: {came[0].lower()}{came[1:]}"


def role(op: Operation) -> str:
    """The mark of this surgeon's role, and where it goes."""
    return f"{_MARK.get(op.surgeon, 'a modifier')}: this is the claim of {_WHO[op.surgeon]}"


def _whose(op: Operation, mark: str) -> str:
    """Whose claim it is, and so how it is marked."""
    says, own = f"This is the claim of {_WHO[op.surgeon]}", _MARK.get(op.surgeon)
    return f"{says}: {own} on every line." if own else f"{says}, so no line takes {mark}."
