"""What the vocabulary can say and no rule decides: each refusal with its reason, before any rule is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from casebook.coding.bowel import Place
from casebook.coding.operation import Operation

DUODENUM = 15.0  # cm above the ligament of Treitz: its third and fourth part; beyond lies the pancreas' head
MECKEL = 200.0  # cm above the ileocecal valve; a pouch left from the yolk duct seldom lies higher
COLON = 150.0  # cm; a colon is seldom longer, so what lies further may be the rectum


def refused(op: Operation) -> str | None:
    """Why no rule of this casebook decides an operation; None where none of these reasons stands."""
    return next((why for refusal in REFUSALS for why in refusal(op)), None)


def _conduit(op: Operation) -> Iterable[str]:
    if any(s.reason == "conduit" for s in op.steps):
        yield (
            "bowel taken to lead off urine, and the join where it was taken, are inside the code of the"
            " urinary operation, which is outside this casebook"
        )


def _pancreas(op: Operation) -> Iterable[str]:
    if any(p.start < -DUODENUM for p in op.bowel.places if p.cuts):
        yield (
            "a piece that begins beyond the third part of the duodenum is taken with the head of the pancreas"
            " (part of a Whipple operation), which is outside this casebook"
        )


def _rectum(op: Operation) -> Iterable[str]:
    for place in op.bowel.places:
        if place.cuts or place.joined:
            yield from _at_the_rectum(op, place)
    for s in op.steps:
        if op.rectum is not None and s.start > op.rectum and s.act not in ("resect", "join"):
            done = s.act.replace("_", " ")
            yield f"{done} at {s.where} cm lies on the rectum, which is outside this casebook"


def _at_the_rectum(op: Operation, place: Place) -> Iterable[str]:
    """A cut or a join that reaches the rectum, or may reach it where the chart does not say."""
    beyond = op.rectum if op.rectum is not None else op.valve + COLON
    reaches = place.end >= beyond if place.joined else op.rectum is not None and place.end > beyond
    if not reaches or _inside_a_closed_fistula(op, place):
        return
    if op.rectum is None:
        yield (
            f"the lower end of the place from {place.ends} lies {COLON:g} cm or more past the ileocecal"
            " valve; whether it is on the rectum decides the code: say where the rectum begins (`rectum:`)"
        )
    elif place.start <= op.valve and not any(place.near(s.start) for s in op.did("close_stoma")):
        yield "all of the colon was removed (44150 or a sister of it), which is outside this casebook"
    elif any(place.near(s.start) for s in op.did("close_stoma")):
        yield "a stoma was closed with a join to the rectum (44626), which is outside this casebook"
    elif place.joined:
        yield "the colon was joined to the rectum (44145, by scope 44207), which is outside this casebook"
    else:
        yield "part of the rectum was removed, which is outside this casebook"


def _inside_a_closed_fistula(op: Operation, place: Place) -> bool:
    """The closure code holds the piece removed for it, wherever its ends were joined."""
    return bool(op.did("close_fistula")) and "fistula" in op.reasons(place)


def _hernia(op: Operation) -> Iterable[str]:
    if any(s.kind == "other-wound" for s in op.did("hernia_repair")):
        yield (
            "a hernia mended through another wound is billed by its own site, size and history where it was"
            " needed, which is outside this casebook"
        )


def _pouch(op: Operation) -> Iterable[str]:
    if any(not op.valve - MECKEL <= s.start <= op.valve for s in op.did("diverticulectomy")):
        yield (
            "a diverticulum that is not on the last part of the ileum is no Meckel's pouch, and how its"
            " removal is billed is outside this casebook"
        )


def _duodenal_hole(op: Operation) -> Iterable[str]:
    if any(s.start < 0 and s.kind in ("trauma", "disease") for s in op.did("repair")):
        yield (
            "a hole in the duodenum, such as a perforated ulcer, has a code of its own, which is outside this"
            " casebook"
        )


def _far_opening(op: Operation) -> Iterable[str]:
    sewn = any(s.kind == "fistula" for s in op.did("repair"))
    if sewn and not op.did("close_fistula") and not any(s.reason == "fistula" for s in op.steps):
        yield (
            "an opening of a fistula was sewn, but neither was bowel removed for the fistula nor its closure"
            " named: say `close_fistula:` or `for: fistula`"
        )


#: What is small enough to stand beside a revised stoma.
BESIDE = frozenset(
    "revise_stoma explore lyse_adhesions mesentery_repair omentectomy reopen appendectomy hernia_repair"
    " feeding_catheter".split()
)


def _revised(op: Operation) -> Iterable[str]:
    revised, others = op.did("revise_stoma"), op.acts - BESIDE
    if not revised or not others:
        return
    closed = op.did("close_stoma")
    closing = closed and all(any(p.near(s.start) for s in closed) for p in op.bowel.places)
    colostomy = all(s.start >= op.valve for s in revised)
    if not (closing and colostomy and others <= {"close_stoma", "resect", "join"}):
        yield "whether a stoma revised beside another operation is separate work is not decided here"


REFUSALS: tuple[Callable[[Operation], Iterable[str]], ...] = (
    _conduit,
    _pancreas,
    _rectum,
    _hernia,
    _pouch,
    _duodenal_hole,
    _far_opening,
    _revised,
)
