"""The nearest operation that would make a claim right: one or two stated changes away, or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from casebook.coding import edits
from casebook.coding.claim import MODIFIER_ORDER, Claim, show, tidy
from casebook.coding.note import Note
from casebook.coding.operation import Operation
from casebook.coding.rulebook import CODES, UNLISTED, UNLISTED_OPEN
from casebook.coding.views import accepted

from .changes import ASSISTED, WORDS, Change, around, changes
from .glance import Sought, look

__all__ = ["Change", "changes", "in_words", "nearest", "never", "stuck", "way"]
MOST_STEPS = 60_000  # of changed operations; a reader waits for this
Way = tuple[str | None, Operation | None]


def stuck(claim: Claim) -> list[edits.Edit]:
    """The edits against a claim that no record lifts."""
    return [e for e in edits.scrub(claim) if e.blocks and not e.appealable]


def way(note: Note, typed: Claim, taken: Claim = ()) -> Way:
    """The smallest change that would make a claim right, in words, and the operation it leads to, if one
    does; no words where nothing that a surgeon could have done is near enough, or where it holds what no rule
    here gives. It is named as it was `typed`, and looked for as it is `taken`."""
    text, taken = show(typed), taken or typed
    if shut_by := stuck(taken):
        alone = " as it stands" if shut_by[0].kind == "add-on-without-base" else ""
        return _apart(note, taken) or (f"No operation makes {text} right{alone}: {_why(shut_by[0])}", None)
    claim = edits.on_second_codes(taken)
    if strange := never(claim):
        return f"No operation makes {text} right: {strange}", None
    if strange := beyond(claim):
        return _beyond(note, claim, strange), None
    if note.action == "query":
        for op in note.readings:
            if any(c.fits(claim) for _, c in accepted(op)):
                return (
                    f"It would be right if the surgeon confirmed this reading: {op.says or 'as billed'}.",
                    op,
                )
        return f"No answer of the surgeon's to what is open would make {text} right.", None
    found = nearest(note.readings[0], claim)
    if not found:  # none within reach, or too many to try
        return None, None
    return f"It would be right{_held(found, claim)} had {in_words(found)}.", found[-1].op


def _held(found: tuple[Change, ...], claim: Claim) -> str:
    """That the claim is right after a change by a view alone, if it is."""
    return "" if found[-1].plainly(Sought(claim)) else ", by a view that some hold,"


def _why(edit: edits.Edit) -> str:
    """Why no record lifts an edit."""
    code = edit.codes[0]
    if edit.absolute and edits.limits()[code].units == 1:
        return f"{code} may be filed once by one practitioner on one day."
    return edit.plain


def _apart(note: Note, claim: Claim) -> Way | None:
    """Where only the mark of separate work is lacking: the claim with it, right as it is or after a change;
    None where something else shuts the claim."""
    shut_by = stuck(claim)
    lifted = [e for e in shut_by if e.kind == "pair" and edits.pairs()[e.codes[0], e.codes[1]] == 1]
    if len(lifted) < len(shut_by) or note.action != "bill":
        return None
    second = {e.codes[1] for e in lifted}
    marked = tuple(
        replace(line, modifiers=tidy((*line.modifiers, "59"))) if line.code in second else line
        for line in claim
    )
    marked = edits.on_second_codes(marked)
    codes = " and ".join(sorted(second))
    if any(c.fits(marked) for op in note.readings for _, c in accepted(op)):
        return f"It would be right with 59 on {codes}.", None
    if never(marked) or beyond(marked):
        return None
    found = nearest(note.readings[0], marked)
    if not found:
        return None
    return f"With 59 on {codes} it would be right{_held(found, marked)} had {in_words(found)}.", found[-1].op


def in_words(found: tuple[Change, ...]) -> str:
    """One change or two, to complete “had …”."""
    undone = [change.of for change in found if change.of]
    if len(undone) == 2 and undone[0][0] == undone[1][0]:
        (act, one), (_, two) = undone
        noun, became = WORDS[act]
        if one and two and became:
            return f"neither {one} nor {two} {became}"
        if not found[-1].op.did(act):
            return f"there been no {noun}"
    if len({change.says for change in found}) < len(found):
        return f"{found[0].says}, twice over"
    if len(found) > 1 and (both := _at_both(*(change.says for change in found))):
        return both
    if len(found) > 1 and all(change.says.startswith("there been only ") for change in found):
        return found[-1].says  # the second says what is left once both are gone
    return ", and had ".join(change.says for change in found)


def _at_both(one: str, two: str) -> str:
    """The same done at two sites, said once: “a segment been removed at the upper site and at the lower
    site”; empty where it is not the same."""
    before, at, first = one.partition(" at ")
    first, comma, after = first.partition(", ")
    second = two.removeprefix(f"{before}{at}").removesuffix(f"{comma}{after}")
    same = " been " in before and two == f"{before}{at}{second}{comma}{after}"
    return f"{before} at {first} and at {second}{comma}{after}" if same else ""


_NOT_BARRED = "beside its own base an add-on needs no {}: the tables do not bar the one beside the other."
#: Why a mark stands on no add-on in any claim of this casebook.
_ON_NO_ADD_ON = {
    "22": "an add-on never takes 22.",
    "51": "an add-on never takes 51.",
    **{mark: _NOT_BARRED.format(mark) for mark in ("59", "XS")},
    "79": (
        "79 goes on the base code, and the add-on, which has no follow-up period of its own, does not say so"
        " again."
    ),
}


def never(claim: Claim) -> str | None:
    """Why no operation at all has this claim, where one glance tells; else None."""
    for line in claim:
        for mark in line.modifiers:
            if mark == "22" and line.code in (UNLISTED, UNLISTED_OPEN):
                return "an unlisted code takes no 22; the report says what was done."
            if edits.add_on(line.code) and mark in _ON_NO_ADD_ON:
                return _ON_NO_ADD_ON[mark]
    return None


def beyond(claim: Claim) -> str | None:
    """What of a claim no rule of this casebook gives: a code or a modifier that operations outside it may
    well take."""
    for line in claim:
        if line.code not in _DERIVED:
            return line.code
        for mark in line.modifiers:
            if mark not in MODIFIER_ORDER and mark != "XS":
                return f"modifier {mark}"
    return None


def _beyond(note: Note, claim: Claim, strange: str) -> str | None:
    """What is said of a claim that holds something no rule of this casebook gives; None where that is no help
    to a reader."""
    if strange == "modifier 82":
        as_80 = tuple(
            replace(line, modifiers=tidy("80" if m == "82" else m for m in line.modifiers)) for line in claim
        )
        found = nearest(note.readings[0], as_80) if note.action == "bill" else None
        if found and found[-1].op.surgeon == "assistant" and note.readings[0].surgeon != "assistant":
            return f"It would be right had {in_words(found).replace(ASSISTED, HELPED)}."
    if strange.startswith(HERNIA) and (other := _hernia_of_a_view(note)):
        return f"By a view that some hold, the hernia here is {other}, and not {strange}."
    if strange.startswith(HERNIA):
        return f"This casebook bills no hernia repair, so it cannot say what would make {show(claim)} right."
    return TAUGHT if strange == "modifier GC" and _but_for("GC", note, claim) else None


def _but_for(mark: str, note: Note, claim: Claim) -> bool:
    """Whether a claim is an accepted one without a mark."""
    bare = tuple(replace(line, modifiers=tuple(m for m in line.modifiers if m != mark)) for line in claim)
    return any(accepted.fits(bare) for _, accepted in note.accepted())


TAUGHT = (
    "It would be right had a resident taken part, and the teaching surgeon said in the note that they were"
    " there for the key parts."
)


def _hernia_of_a_view(note: Note) -> str:
    """The line of a hernia that an accepted claim has; empty where none has one."""
    lines = (line for _, claim in note.accepted() for line in claim.lines)
    return next((str(line) for line in lines if line.code.startswith(HERNIA)), "")


HELPED = (
    "a physician assisted because no qualified resident was at hand, and this been that physician's claim"
)
HERNIA = "495"  # how the codes of a hernia mended begin
_DERIVED = {code for what, codes in CODES.items() if what != "hernia" for code in codes} | {
    UNLISTED,
    UNLISTED_OPEN,
}


def nearest(op: Operation, wanted: Claim) -> tuple[Change, ...] | None:
    """The fewest changes, at most two, after which the wanted claim is an accepted one.

    None where no two changes do; nothing at all where there are too many to try, as in an operation of thirty
    pieces.
    """
    sought = Sought(wanted)
    if sought.impossible or len(sought.lacks(look(op))) > 2:
        return None
    work = Work()
    first = sorted(work.among(around(op)), key=lambda change: change.distance(sought))
    fit = [change for change in first if not sought.lacks(change.look) and change.gives(sought)]
    if fit:  # one by which it is right without any view, where there is one
        return (next((change for change in fit if change.plainly(sought)), fit[0]),)
    for fewer in (True, False):  # two things fewer are easier to think than one moved and one more
        for change in first:
            if change.alone or len(sought.lacks(change.look)) > 1 or (fewer and not change.fewer):
                continue
            for second in work.among(change.further):
                if not sought.lacks(second.look) and (second.fewer or not fewer) and second.gives(sought):
                    return (change, second)
    return () if work.left < 0 else None


class Work:
    """How much is looked at before giving up: changed operations, each weighing as much as it has steps."""

    def __init__(self) -> None:
        self.left = MOST_STEPS

    def among(self, changes: Iterable[Change]) -> Iterator[Change]:
        for change in changes:
            self.left -= len(change.op.steps)
            if self.left < 0:
                return
            yield change
