"""What became of an anastomosis that was cut out again: the bowel just before, stretched out, with what was
cut out hatched.

At closing it looks the same whether the anastomosis was cut out for its own sake or went along with bowel
beside it. Here the two are told apart, in the drawing and in words. As in `loops`, no length is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from casebook.coding.operation import Operation, Step

from .loops import WIDTH, Joined, Told

HEIGHT = 100
MIDDLE, TOP = WIDTH / 2, 50.0  # of what is cut out
RIM, LONGEST = 12.0, 150.0  # units that are cut out beside an anastomosis, at least and at most
UNIT = 4.0  # units of drawing to a centimeter, until it is too long
HATCH = 7.0  # units between two lines
#: Why bowel is cut out that is not sick itself.
SOUND = (None, "margin", "injury", "join", "conduit")
STYLE = """
.loops .sick { stroke: var(--bad, light-dark(#a32430, #f2a1a4)); stroke-width: 22; stroke-opacity: .55;
  stroke-linecap: butt; }
.loops .hatch { stroke: var(--bad, light-dark(#a32430, #f2a1a4)); stroke-width: 1.5; }
"""


def draw(op: Operation) -> str:
    """One SVG for each anastomosis that was cut out again, one after the other; "" where none was."""
    return "".join(_strip(op, *taken) for taken in _taken(op))


def in_words(op: Operation) -> str:
    """The same in words."""
    return " ".join(_told(op, *taken) for taken in _taken(op))


def _taken(op: Operation) -> Iterator[tuple[Joined, str, Step]]:
    """Each anastomosis that no longer stands, and the piece that took it, with its letter."""
    told = Told(op)
    steps = {letter: step for letter, step, *_ in told.pieces}
    for join in told.joins:
        if letter := told.took(join):
            yield join, letter, steps[letter]


def _alone(op: Operation, step: Step) -> bool:
    return op.redone(op.steps.index(step))


def _bowel(step: Step) -> str:
    return "bowel" if step.reason in SOUND else "sick bowel"


def _told(op: Operation, join: Joined, letter: str, step: Step) -> str:
    number = join.number
    if _alone(op, step):
        return (
            f"Piece {letter} was join {number} alone, cut out for its own sake with a rim of bowel on"
            " either side; the bowel beside it stays."
        )
    sides = [side for side, far in zip(("above", "below"), _beside(join, step), strict=True) if far > 0]
    where = " and ".join(sides) or "at"
    return f"Piece {letter} was {_bowel(step)} {where} join {number}, and took that join along."


def _beside(join: Joined, step: Step) -> tuple[float, float]:
    """How far a piece reaches beyond an anastomosis, up and down, in cm."""
    return join.step.start - step.start, step.end - join.step.end


def _strip(op: Operation, join: Joined, letter: str, step: Step) -> str:
    above, below = (RIM + min(max(far, 0.0) * UNIT, LONGEST) for far in _beside(join, step))
    alone = _alone(op, step)
    if alone:
        above = below = RIM
    start, end = MIDDLE - (above + below) / 2, MIDDLE + (above + below) / 2
    at = start + above
    what = f"join {join.number} alone" if alone else f"{_bowel(step)} with join {join.number}"
    says = f"{letter}, cut out: {what}"
    lines = f"M{start:g} {TOP + 9:g}" + f"l{HATCH:g} -18m0 18" * int((end - start) / HATCH)
    cuts = "".join(f"M{x:g} {TOP - 15:g}v30" for x in (start, end))
    low, high = (far > 0 for far in _beside(join, step))
    kind = "piece" if step.reason in SOUND else "sick"
    reach = f"M{start if low else at:g} {TOP:g}H{end if high else at:g}"
    taken = "" if alone else f'<path class="{kind}" d="{reach}"/>'
    return (
        f'<svg class="loops" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f"<title>{escape(_told(op, join, letter, step))}</title>"
        f'<path class="wall" d="M0 {TOP:g}H{WIDTH}"/><path class="tube" d="M0 {TOP:g}H{WIDTH}"/>{taken}'
        f'<path class="hatch" d="{lines}"/><path class="cut" d="{cuts}"/>'
        f'<path class="ring" d="M{at:g} {TOP - 13:g}v26"/>'
        f'<circle class="number" cx="{at:g}" cy="{TOP - 26:g}" r="9.5"/>'
        f'<text class="on" x="{at:g}" y="{TOP - 21:g}">{join.number}</text>'
        f'<text class="quiet" x="26" y="{TOP - 16:g}">stays</text>'
        f'<text class="quiet" x="{WIDTH - 26}" y="{TOP - 16:g}">stays</text>'
        f'<path class="lead" d="M{MIDDLE:g} {TOP + 17:g}v9"/>'
        f'<text x="{MIDDLE:g}" y="{TOP + 41:g}">{says}</text></svg>'
    )
