"""The bowel as an operation leaves it, drawn as SVG from the operation that is graded, with the same said in
words.

The drawing is wide enough for a phone and keeps its words legible there: what was done gets room, untouched
bowel is shortened.
Colors come from `STYLE` by class; every mark differs in shape too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import combinations, count, pairwise
from typing import Any

from casebook.coding.bowel import Place, cm
from casebook.coding.operation import Operation, Step
from casebook.coding.places import called, called_step, name, span, told_in_cm
from casebook.grading import Item

WIDTH = 360.0  # of the drawing, in its own units; it is as high as its words need
LEFT, RIGHT = 14.0, 14.0
LETTER = 8.2  # width of a letter, about
WIDE = 9.4  # of a wide one, as in "duodenum": what stands at an edge must not be cut
SKIN, LINE, TUBE = 30.0, 92.0, 13.0  # how far down the skin and the bowel lie, and how thick the bowel is
FIRST_ROW, ROW = LINE + 32, 17.0  # where words stand, and how far a row lies under the one before
LONGEST_LABEL = int((WIDTH - 8) / LETTER)  # letters
SHORT = 14  # letters of a label that stands in one line
COLON = 60.0  # cm of colon shown beyond the valve, at least
LEAST = {True: 26.0, False: 18.0}  # least width of a stretch: taken out, or kept
POINTS = {
    "stricturoplasty": "stricture widened",
    "repair": "hole sewn",
    "enterotomy": "opened",
    "diverticulectomy": "pouch removed",
}
STYLE = """
.bowel { display: block; width: 100%; max-width: 34rem; height: auto; font: 13.5px/1 system-ui, sans-serif; }
.bowel text { fill: currentColor; }
.bowel .quiet { fill: var(--q-quiet, #586167); }
.bowel :is(line, path, rect, circle) {
  fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round;
}
.bowel .wall { stroke: var(--q-accent, #0b6762); stroke-width: 16; stroke-linecap: butt; }
.bowel .tube { stroke: var(--accent-tint, light-dark(#e7f1ef, #1b2d2c)); stroke-width: 12.5;
  stroke-linecap: butt; }
.bowel .wall.far { stroke: var(--q-edge, #777b76); }
.bowel .tube.far { stroke: var(--q-rule, #ddd8cd); }
.bowel .wall.wide { stroke-width: 21; }
.bowel .tube.wide { stroke-width: 17.5; }
.bowel .lead { stroke: var(--q-quiet, #586167); stroke-width: 1; }
.bowel .over { paint-order: stroke; stroke: var(--q-sheet, #fff); stroke-width: 5; }
.bowel .out { fill: var(--q-bad-tint, #fbeaea); stroke: var(--q-quiet, #586167); stroke-dasharray: 3 3;
  stroke-width: 1; }
.bowel .old { stroke: var(--q-quiet, #586167); stroke-dasharray: 3 3; stroke-linecap: butt; }
.bowel .join { stroke: var(--warm, light-dark(#a3460f, #f0a56b)); stroke-width: 2.5; }
.bowel .count { stroke: none; fill: var(--warm, light-dark(#a3460f, #f0a56b)); }
.bowel text.number { fill: var(--q-on-accent, #fff); font-weight: 700; }
.bowel .loose, .bowel .stoma { stroke: var(--q-bad, #a32430); stroke-width: 2.5; }
.bowel .skin { stroke: var(--q-quiet, #586167); stroke-dasharray: 1 4; }
.bowel .point { fill: var(--q-sheet, #fff); stroke-width: 2; }
"""


def fate(op: Operation, place: Place) -> str:
    """What became of the ends of a place, in a few words."""
    if place.joined:
        return "joined"
    if place.brought_out:
        at = sorted(place.brought_out)
        if told_in_cm(op, *at):
            return "brought out at " + " and ".join(cm(x) for x in at)
        return "both ends brought out" if len(at) > 1 else f"the {_which(place, at[0])} end brought out"
    return "left stapled inside"


def _which(place: Place, end: float) -> str:
    return "upper" if end == place.start else "lower"


def to_scale(op: Operation) -> bool:
    """Whether the drawing shows distances that a reader can know."""
    spots = [s for s in op.steps if s.act in POINTS or s.act in ("bypass", "stoma")]
    ends = [x for p in op.bowel.places for x in (p.start, p.end)]
    return told_in_cm(op, op.valve, *ends, *(x for s in spots for x in (s.start, s.end)))


def in_words(op: Operation, free: Collection[Sequence[float]] = ()) -> str:
    """The drawing said in words: every place, stoma and point of work, in order along the bowel; `free` are
    the places of whose ends nobody has said yet what became of them."""
    at = f" at {cm(op.valve)} cm" if told_in_cm(op, op.valve) else ""
    ends = f"{' (0)' if at else ''} to the {op.junction if at or op.valve_gone else 'valve'}{at}"
    said = [f"Bowel from the ligament of Treitz{ends}, and the colon beyond."]
    said += [] if to_scale(op) else ["Not to scale: the chart does not give every distance."]
    for place in op.bowel.places:
        where, words = span(op, place.start, place.end).removesuffix(" cm"), name(op, place)
        became = "ends free" if [place.start, place.end] in free else fate(op, place)
        before = " (at an earlier operation)" if place.left and not place.cuts else ""
        if place.start == place.end:
            at = f"at {where}" if where else f"for {words}" if words else "there"
            said.append(f"Divided {at}, the upper end brought out.")
        elif where:
            told = f" ({words})" if words else ""
            said.append(f"Taken out from {where}{told}{before}: {became}.")
        else:
            said.append(f"Taken out: {called(op, place)}{before}, {became}.")
    loops = [op.steps[i] for _, i in op.bowel.loops]
    said += [f"Loop brought out{_at(op, step)}." for step in loops]
    said += [f"{POINTS[s.act].capitalize()}{_at(op, s)}." for s in op.steps if s.act in POINTS]
    said += [f"Bypass join{_at(op, s, 'between')}." for s in op.did("bypass")]
    joins = sum(p.joined for p in op.bowel.places)
    said.append(f"Joins that stand at closing: {joins}.")
    return " ".join(said)


def _at(op: Operation, step: Step, how: str = "at") -> str:
    """Where something was done, as the end of a sentence: in cm, or by the name of the place."""
    if told_in_cm(op, step.start, step.end):
        where = cm(step.start) if step.start == step.end else f"{cm(step.start)} and {cm(step.end)}"
        return f" {how} {where}" + (f" ({step.name})" if step.name else "")
    return f": {step.name}" if step.name else ""


AS_OPERATED = "As operated, the bowel drawn straight"


@dataclass(frozen=True)
class Scale:
    """From cm along the bowel to units of the drawing: straight between the given points."""

    points: tuple[tuple[float, float], ...]

    def __call__(self, at: float) -> float:
        for (a, x), (b, y) in pairwise(self.points):
            if at <= b:
                return round(x + (y - x) * (max(at, a) - a) / (b - a), 1)
        return round(self.points[-1][1], 1)

    @classmethod
    def of(cls, op: Operation, reach: Iterable[float] = ()) -> Scale:
        """Room for every place and every point of work, and as far as `reach`; long stretches that nothing
        happened to are shortened."""
        places = op.bowel.places
        marks = {0.0, op.valve, *reach, *(at for at, _ in op.bowel.loops)}
        marks |= {x for p in places for x in (p.start, p.end)}
        marks |= {x for s in op.steps if s.act in POINTS or s.act == "bypass" for x in (s.start, s.end)}
        at = sorted(marks | {max(op.valve + COLON, *(m + 20 for m in marks))})
        out = [any(p.start <= a and b <= p.end for p in places) for a, b in pairwise(at)]
        wide = [max(LEAST[o], (b - a) ** 0.5 * 3) for (a, b), o in zip(pairwise(at), out, strict=True)]
        unit = (WIDTH - LEFT - RIGHT) / sum(wide)
        x = [LEFT]
        for w in wide:
            x.append(x[-1] + w * unit)
        return cls(tuple(zip(at, x, strict=True)))


@dataclass(frozen=True)
class Label:
    """Words under the bowel, from a row on, and the spot that they name."""

    lines: tuple[str, ...]
    kind: str
    spot: float
    middle: float
    row: int

    @property
    def left(self) -> float:
        return self.middle - _wide(self.lines) / 2

    @property
    def right(self) -> float:
        return self.middle + _wide(self.lines) / 2

    @property
    def last(self) -> int:
        return self.row + len(self.lines) - 1

    def under(self, spot: float) -> bool:
        """Whether a line straight down from a spot meets these words."""
        return self.left - 2 < spot < self.right + 2

    def crosses(self, other: Label) -> bool:
        """Whether the line to one of two leads through the words of the other."""
        upper, lower = sorted((self, other), key=lambda each: each.row)
        return upper.row < lower.row and upper.under(lower.spot)

    def touches(self, other: Label) -> bool:
        beside = self.last < other.row or other.last < self.row
        return not beside and self.left < other.right + 4 and other.left < self.right + 4


class Words:
    """Words under the bowel, each with a line to what it names: in the first row where it touches no other
    and, as far as can be, no line leads through words."""

    def __init__(self) -> None:
        self._asked: list[tuple[float, str, str]] = []

    def put(self, x: float, text: str, kind: str = "") -> None:
        """One label for what lies at x; one that is too long is cut."""
        text = text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}\u2026"
        self._asked.append((x, text, kind))

    def placed(self) -> list[Label]:
        """The labels where they stand: given room from the left or from the right, whichever crosses less."""
        asked = sorted(self._asked)
        return min(
            map(self._in_turn, (asked, asked[::-1])),
            key=lambda found: sum(a.crosses(b) for a, b in combinations(found, 2)),
        )

    def _in_turn(self, asked: list[tuple[float, str, str]]) -> list[Label]:
        found: list[Label] = []
        for i, (x, text, kind) in enumerate(asked):
            later = [spot for spot, *_ in asked[i + 1 :]]
            lines = _lines(text)
            choices = (
                Label(lines, kind, x, middle, row)
                for row in range(2 * len(asked))
                for middle in self._middles(x, lines)
            )
            free = (each for each in choices if not any(map(each.touches, found)))
            found.append(min(free, key=lambda each: self._cost(each, found, later)))
        return found

    @staticmethod
    def _middles(x: float, lines: tuple[str, ...]) -> list[float]:
        """Where the middle of words can be: over the spot, or so that they begin or end there; inside the
        drawing."""
        half = _wide(lines) / 2
        edge = min(half * WIDE / LETTER + 2, WIDTH / 2)
        return [min(max(at, edge), WIDTH - edge) for at in (x, x + half - 6, x - half + 6)]

    @staticmethod
    def _cost(label: Label, others: list[Label], later: list[float]) -> tuple[float, int, float]:
        crossed = sum(map(label.crosses, others)) + sum(map(label.under, later)) / 2
        return crossed, label.row, abs(label.middle - label.spot)


def _labeled(labels: list[Label]) -> Iterator[str]:
    """The lines from the bowel to its words, and the words."""
    for each in labels:
        yield f'<path class="lead" d="M{each.spot:.1f} {LINE + 11:g}V{_down(each.row) - 11:g}"/>'
    for each in labels:
        over = " over" if any(each.crosses(other) and each.row < other.row for other in labels) else ""
        for row, line in enumerate(each.lines, each.row):
            yield (
                f'<text class="{each.kind}{over}" x="{each.middle:.1f}" y="{_down(row):g}"'
                f' text-anchor="middle">{escape(line)}</text>'
            )


def _lines(text: str) -> tuple[str, ...]:
    """A label in one line, or in two where it is long: as even as its words allow."""
    cuts = [i for i, letter in enumerate(text) if letter == " "] if len(text) > SHORT else []
    if not cuts:
        return (text,)
    at = min(cuts, key=lambda i: abs(2 * i + 1 - len(text)))
    return text[:at], text[at + 1 :]


def _wide(lines: tuple[str, ...]) -> float:
    return max(map(len, lines)) * LETTER


def _down(row: int) -> float:
    return FIRST_ROW + row * ROW


_ids = count(1)


def ruler(op: Operation, reach: Iterable[float] = ()) -> dict[str, Any]:
    """Where a cm lies in the drawing of an operation: points of cm and x, straight between them, and the
    height that the bowel takes."""
    return {"points": Scale.of(op, reach).points, "top": LINE - TUBE, "height": 2 * TUBE}


def draw(op: Operation, title: str = "The bowel at closing", reach: Iterable[float] = ()) -> str:
    """An SVG of the bowel at closing, with its title and its words for those who do not see it."""
    id, x, words = f"bowel-{next(_ids)}", Scale.of(op, reach), Words()
    parts = [*_bowel(op, x), *_marks(op, x, words)]
    labels = words.placed()
    foot = _down(max(each.last for each in labels)) + 8
    return (
        f'<svg class="bowel" viewBox="0 0 {WIDTH:g} {foot:g}" role="img" aria-labelledby="{id}-t'
        f' {id}-d" xmlns="http://www.w3.org/2000/svg"><title id="{id}-t">{escape(title)}</title><desc'
        f' id="{id}-d">{escape(in_words(op))}</desc>{"".join([*parts, *_labeled(labels)])}</svg>'
    )


def _bowel(op: Operation, x: Scale) -> Iterator[str]:
    """The tube where it is still there, and the skin where bowel was brought out to it."""
    if op.bowel.loops or any(place.brought_out for place in op.bowel.places):
        yield f'<line class="skin" x1="{LEFT:g}" y1="{SKIN:g}" x2="{WIDTH - RIGHT:g}" y2="{SKIN:g}"/>'
        yield f'<text class="quiet" x="{WIDTH - RIGHT:g}" y="{SKIN - 7:g}" text-anchor="end">skin</text>'
    if not to_scale(op):
        yield f'<text class="quiet" x="{LEFT:g}" y="{SKIN - 7:g}">not to scale</text>'
    edges = [x.points[0][0], *(at for p in op.bowel.places for at in (p.start, p.end)), x.points[-1][0]]
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        small = (max(a, 0.0), min(b, op.valve), "")
        for start, end, kind in ((a, min(b, 0.0), " far"), small, (max(a, op.valve), b, " far wide")):
            if start < end:
                way = f'x1="{x(start)}" y1="{LINE:g}" x2="{x(end)}" y2="{LINE:g}"/>'
                yield f'<line class="wall{kind}" {way}<line class="tube{kind}" {way}'


def _marks(op: Operation, x: Scale, words: Words) -> Iterator[str]:
    number = 0
    for place in op.bowel.places:
        a, b = x(place.start), x(place.end)
        if b > a:
            yield (
                f'<rect class="out" x="{a}" y="{LINE - TUBE / 2:g}" width="{b - a:.1f}" height="{TUBE:g}"'
                ' rx="3"/>'
            )
            words.put((a + b) / 2, label(op, place))
        if place.joined:
            number += 1
            top, middle = LINE - 30, (a + b) / 2
            yield f'<path class="join" d="M{a} {LINE - 9:g}C{a} {top} {b} {top} {b} {LINE - 9:g}"/>'
            yield f'<circle class="count" cx="{middle:.1f}" cy="{LINE - 26:g}" r="8.5"/>'
            yield (
                f'<text class="number" x="{middle:.1f}" y="{LINE - 22:g}"'
                f' text-anchor="middle">{number}</text>'
            )
        for end in (a, b) if place.open else ():
            yield f'<path class="loose" d="M{end} {LINE - 12:g}v24"/>'
        for at in place.brought_out:
            yield _stoma(x(at))
    for at, i in op.bowel.loops:
        words.put(x(at), _spot(op, op.steps[i], "loop"))
        yield _stoma(x(at) - 5) + _stoma(x(at) + 5)
    for step in op.steps:
        if step.act in POINTS:
            at = x(step.start)
            words.put(at, _spot(op, step, POINTS[step.act]))
            yield f'<path class="point" d="M{at} {LINE - 11:g}l7 11l-7 11l-7 -11z"/>'
        elif step.act == "bypass":
            a, b = x(step.start), x(step.end)
            yield (
                f'<path class="join" d="M{a} {LINE + 9:g}C{a} {LINE + 36:g} {b} {LINE + 36:g} {b}'
                f' {LINE + 9:g}"/>'
            )
    yield _junction(op, x(op.valve))
    named = "old join" if op.valve_gone else "valve"
    valve = f"{named} {cm(op.valve)}" if told_in_cm(op, op.valve) else named
    words.put(x(op.valve), valve, "quiet")
    yield from _ligament(op, x, words)


def _ligament(op: Operation, x: Scale, words: Words) -> Iterator[str]:
    """Where the duodenum ends: a short line where some of it is shown, and its name under that part."""
    first, at = x.points[0][0], x(0.0)
    if first < 0:
        yield f'<path class="quiet" d="M{at} {LINE - 12:g}v24"/>'
    if told_in_cm(op, op.valve):
        words.put(at, "0 cm", "quiet")
    elif first < 0:
        words.put(x(first / 2), "duodenum", "quiet")
    else:
        words.put(at, "ligament of Treitz", "quiet")


def _junction(op: Operation, at: float) -> str:
    """The valve, a line; or the staples of an old anastomosis, two broken ones."""
    if not op.valve_gone:
        return f'<path d="M{at} {LINE - 15:g}v30"/>'
    return f'<path class="old" d="M{at - 2:g} {LINE - 15:g}v30M{at + 2:g} {LINE - 15:g}v30"/>'


def label(op: Operation, place: Place) -> str:
    """What stands under a place: its name, or where it lies."""
    if words := name(op, place):
        return words.removeprefix("the ")
    if told_in_cm(op, place.start, place.end):
        return f"{cm(place.start)}\u2013{cm(place.end)}"
    return called(op, place).removeprefix("the ")


def _spot(op: Operation, step: Step, otherwise: str) -> str:
    """What stands under a spot."""
    if not step.name and told_in_cm(op, step.start):
        return cm(step.start)
    return called_step(op, step, otherwise).removeprefix("the ")


def _stoma(at: float) -> str:
    return f'<path class="stoma" d="M{at:g} {LINE - 8:g}V{SKIN:g}m-5 8l5 -8l5 8"/>'


def picture(op: Operation, title: str) -> dict[str, str]:
    """One picture as JSON: its SVG, its title, and the same in words."""
    return {"title": title, "svg": draw(op, title), "words": in_words(op)}


def beside(item: Item, answer: str) -> dict[str, Any]:
    """The bowel as operated, one picture for each reading of the note, beside the bowel that would make the
    answer right.

    `right_if` is None where the answer is right already, cannot be read, where no operation near this one
    makes it right, or where that one leaves the bowel as it is: only its approach, its session or its marks
    differ, or it is one of the readings. No two pictures show the same.
    """
    readings = item.note.readings
    titles = [AS_OPERATED] if len(readings) == 1 else [f"As one can read it: {op.says}" for op in readings]
    grade = item.grade(answer)
    found = grade.way[1]
    drawn = {in_words(op): (op, title) for op, title in zip(readings, titles, strict=True)}
    if len(drawn) == 1:  # what is open is no matter of the bowel
        drawn = {words: (op, AS_OPERATED) for words, (op, _) in drawn.items()}
    other = found if found and in_words(found) not in drawn else None
    return {
        "operated": [picture(op, title) for op, title in drawn.values()],
        "right_if": picture(other, "An operation in which your answer is right") if other else None,
        "says": grade.flip or "",
    }
