"""Bowel as it lies in the belly, in loops between the ligament of Treitz and the valve, drawn as SVG from an
operation, with the same said in words.

Three views of one operation: `plan` shows the pieces that will go on bowel that is still whole, `done` where
each piece came from and each anastomosis that was made, `closing` what is left when the abdomen is closed,
and beside it the pieces that came out. In how many jars they were sent no view says.

No view shows a length: a loop is as long as its drawing needs. Colors come from `STYLE` by class, and every
mark differs in shape too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import pairwise
from math import atan2, cos, degrees, hypot, pi, sin

from casebook.coding.bowel import Place
from casebook.coding.operation import Operation, Step

WIDTH, HEIGHT, ROW = 320, 288, 30  # of the drawing, and what a row under it adds, in units near a pixel
PIECES_IN_ROW = 5
VIEWS = ("anatomy", "plan", "done", "closing")
#: Units of drawing that a stretch gets at least; one that is marked has room for a letter and a number.
LEAST = {"piece": 30.0, "marked": 74.0, "kept": 26.0, "gap": 24.0}
#: What a picture of whole bowel names, where the words begin, and where a line leads from them to the thing.
NAMES: tuple[tuple[str, int, int, str], ...] = (
    ("colon", 36, 54, ""), ("duodenum", 70, 76, ""), ("ligament of Treitz", 156, 55, ""),
    ("jejunum", 134, 123, ""), ("ileum", 142, 190, ""), ("valve", 74, 263, "M71 258L31 238"),
    ("cecum", 42, 280, ""), ("rectum", 124, 280, ""),
)  # fmt: skip
#: What every other picture names, as far as it reaches up.
PARTS: tuple[tuple[str, int, int], ...] = (
    ("small bowel", 52, 264), ("large bowel", 236, 284), ("duodenum", 70, 76),
)  # fmt: skip
REACH = {"duodenum": 30.0, "colon": 150.0}  # cm drawn of what lies before and beyond the small bowel
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
POINTS = {
    "stricturoplasty": "a stricture widened",
    "repair": "a hole sewn",
    "enterotomy": "an opening made and closed",
    "diverticulectomy": "a pouch removed",
}
STYLE = """
.loops { display: block; width: 100%; max-width: 30rem; height: auto; font: 14px/1 system-ui, sans-serif; }
.loops text { fill: currentColor; text-anchor: middle; }
.loops :is(path, circle, rect, use) { fill: none; stroke-linecap: round; stroke-linejoin: round; }
.loops .wall { stroke: var(--accent, light-dark(#0b6762, #79cbbf)); stroke-width: 16; stroke-linecap: butt; }
.loops .tube { stroke: var(--accent-tint, light-dark(#e7f1ef, #1b2d2c)); stroke-width: 12.5;
  stroke-linecap: butt; }
.loops .wall.thin { stroke-width: 16 !important; }
.loops .tube.thin { stroke-width: 12.5 !important; }
.loops .wall.far { stroke: var(--edge, light-dark(#8b8f8a, #7b8688)); stroke-width: 21; }
.loops .tube.far { stroke: var(--rule, light-dark(#ddd8cd, #333b3e)); stroke-width: 17.5; }
.loops :is(.pole, .canal) { fill: var(--rule, light-dark(#ddd8cd, #333b3e)); stroke-width: 1.75;
  stroke: var(--edge, light-dark(#8b8f8a, #7b8688)); }
.loops .wall.worm { stroke-width: 8; stroke-linecap: round; }
.loops .tube.worm { stroke-width: 4.5; stroke-linecap: round; }
.loops .lead { stroke: currentColor; stroke-width: 1; }
.loops .folds { stroke: var(--edge, light-dark(#8b8f8a, #7b8688)); stroke-width: 21; stroke-dasharray: 1 13;
  stroke-linecap: butt; }
.loops .gone { stroke: var(--quiet, light-dark(#586167, #a2acab)); stroke-width: 1.5;
  stroke-dasharray: 3 4; }
.loops .piece { stroke: var(--bad, light-dark(#a32430, #f2a1a4)); stroke-width: 12.5; stroke-linecap: butt;
  stroke-opacity: .35; }
.loops g.piece { opacity: .35; stroke-opacity: 1; }
.loops g.piece > * { stroke: var(--bad, light-dark(#a32430, #f2a1a4)); stroke-width: 20; }
.loops g.piece > path { stroke-linecap: butt; }
.loops g.piece > .worm { stroke-width: 7; }
.loops .cut { stroke: var(--bad, light-dark(#a32430, #f2a1a4)); stroke-width: 2.5; }
.loops .thread { stroke: var(--warm, light-dark(#a3460f, #f0a56b)); stroke-width: 2.5; }
.loops .old { stroke: var(--quiet, light-dark(#586167, #a2acab)); stroke-width: 4; stroke-linecap: butt; }
.loops .ring { stroke: var(--warm, light-dark(#a3460f, #f0a56b)); stroke-width: 5; stroke-linecap: butt; }
.loops .number { fill: var(--warm, light-dark(#a3460f, #f0a56b)); stroke: none; }
.loops text.name { text-anchor: start; }
.loops text.on { fill: var(--paper, light-dark(#fcfbf8, #15191b)); font-weight: 700; }
.loops .tube.off { stroke: var(--bad-tint, light-dark(#fbeaea, #371f22)); }
.loops .letter { fill: var(--sheet, light-dark(#fff, #1c2123)); stroke: currentColor; }
/* A red bud of bowel in a patch of skin, which is its stroke, and the dark opening. */
.loops .stoma { fill: light-dark(#b8433f, #e08a84); stroke: light-dark(#f0cba6, #7d5c41); stroke-width: 16;
  paint-order: stroke; }
.loops .stoma[r="2.5"] { fill: light-dark(#fff, #2a0a0a); stroke: none; }
.loops .point { fill: var(--sheet, light-dark(#fff, #1c2123)); stroke: currentColor; stroke-width: 2; }
.loops .quiet { fill: var(--quiet, light-dark(#586167, #a2acab)); }
"""


# Where bowel lies


@dataclass(frozen=True)
class Arc:
    """A piece of a track: `turn` degrees, to the right where positive, on a circle of this radius."""

    radius: float
    turn: float

    @property
    def length(self) -> float:
        return self.radius * abs(self.turn) * pi / 180


@dataclass(frozen=True)
class Track:
    """A smooth way through the drawing: where it starts, which way it looks (degrees, 0 is to the right, 90
    down), and its arcs."""

    x: float
    y: float
    heading: float
    arcs: tuple[Arc, ...]

    @cached_property
    def length(self) -> float:
        return sum(arc.length for arc in self.arcs)

    @cached_property
    def joints(self) -> list[tuple[float, float, float, float]]:
        """Where each arc begins: how far along, x, y, heading; the end of the last one too."""
        found = [(0.0, self.x, self.y, self.heading)]
        for arc in self.arcs:
            at, x, y, heading = found[-1]
            found.append((at + arc.length, *_along(x, y, heading, arc, arc.length)))
        return found

    def at(self, along: float) -> tuple[float, float, float]:
        """x, y and heading so far along the track."""
        along = min(max(along, 0.0), self.length)
        for arc, (start, x, y, heading) in zip(self.arcs, self.joints, strict=False):
            if along <= start + arc.length + 1e-6:
                return _along(x, y, heading, arc, along - start)
        raise AssertionError("a track ends where its last arc ends")

    def beside(self, along: float, left: float) -> tuple[float, float]:
        """x and y so far along the track, and so far to its left."""
        x, y, heading = self.at(along)
        h = heading * pi / 180
        return x + left * sin(h), y - left * cos(h)

    def part(self, start: float, end: float, left: float = 0.0) -> str:
        """The way from one spot to another, or so far to its left, as the data of an SVG path; "" where they
        are the same."""
        if end - start < 0.05:
            return ""
        x, y = self.beside(start, left)
        told = [f"M{_n(x)} {_n(y)}"]
        for arc, (begin, *_) in zip(self.arcs, self.joints, strict=False):
            low, high = max(start, begin), min(end, begin + arc.length)
            if high - low > 0.01:
                x, y = self.beside(high, left)
                r = _n(arc.radius + (left if arc.turn > 0 else -left))
                told.append(f"A{r} {r} 0 0 {int(arc.turn > 0)} {_n(x)} {_n(y)}")
        return "".join(told)


def _n(units: float) -> str:
    """Units to one place, as short as can be."""
    return f"{units:.1f}".removesuffix(".0")


def _along(x: float, y: float, heading: float, arc: Arc, far: float) -> tuple[float, float, float]:
    side = 1 if arc.turn > 0 else -1
    turned = side * far / arc.radius
    h = heading * pi / 180
    cx, cy = x - side * arc.radius * sin(h), y + side * arc.radius * cos(h)
    return (
        cx + side * arc.radius * sin(h + turned),
        cy - side * arc.radius * cos(h + turned),
        heading + turned * 180 / pi,
    )


#: The waves of a row, in whole units, so that a page with many pictures stays small: how long one is, how far
#: it leans, and how tightly bowel turns. Between rows that turn broadly a word has room.
WAVE, LEAN = 27.0, degrees(atan2(11, 27))
NARROW, BROAD = hypot(11, 27) / 2, hypot(16.5, 40.5) / 2


def _row(waves: int, side: int) -> list[Arc]:
    """A row of bowel in gentle waves."""
    radius = WAVE / 2 / sin(LEAN * pi / 180)
    return [Arc(radius, side * (1 if i % 2 else -1) * -2 * LEAN) for i in range(waves)]


def _small() -> Track:
    """Rows from the ligament of Treitz, top right, to the valve, bottom left, in the side of the colon."""
    back, on = Arc(NARROW, 180.0), Arc(BROAD, -180.0)
    arcs = [
        *_row(2, 1), back, *_row(7, 1), on, *_row(7, -1), back, *_row(7, 1), on, *_row(7, -1), back,
        *_row(8, 1), Arc(36.0, 14.0),
    ]  # fmt: skip
    return Track(197.0, 72.0, -LEAN, tuple(arcs))


TRACKS: dict[str, Track] = {
    # A loop that comes down from behind the colon and goes on as jejunum, without a gap.
    "duodenum": Track(137.8, 32.2, 90.0, (Arc(43.0, -90.0 - LEAN),)),
    "small": _small(),
    # Up from the blind end of the cecum, across, down, and by the sigmoid to the rectum.
    "colon": Track(
        20.0,
        258.0,
        -88.0,
        (
            *(Arc(800.0, -7.0), Arc(800.0, 8.0), Arc(20.0, 92.0), Arc(928.0, -15.3)),
            *(Arc(20.0, 100.3), Arc(800.0, 6.9), Arc(800.0, -7.3), Arc(22.0, 92.0)),
            *(Arc(110.0, -14.0), Arc(110.0, 20.0), Arc(13.0, -97.6)),
        ),
    ),
}
#: Between two rows of small bowel, from above: where a picture of the lower ones may begin.
BETWEEN = (86, 120, 153, 187, 221)
CECUM = 23.0  # units of the colon's track that lie before the valve, blind
#: Units of colon below an anastomosis with ileum: its end is closed, and the ileum enters its side.
STUMP = 12.0


# Where an operation lies on it


@dataclass(frozen=True)
class Stretch:
    """Bowel between two spots, in cm; the room that it wants, and needs at least, in units."""

    start: float
    end: float
    wants: float
    needs: float


class Lay:
    """From cm along the bowel to a spot on a track."""

    def __init__(self, op: Operation, view: str) -> None:
        self.op, self.view = op, view
        self._maps = {
            "duodenum": self._fitted(
                min([-REACH["duodenum"], *(m - 10 for m in self.done_at(-1000, 0))]), 0.0, "duodenum"
            ),
            "small": self._fitted(0.0, op.valve, "small"),
            "colon": self._fitted(
                op.valve,
                max([op.valve + REACH["colon"], *(m + 30 for m in self.done_at(op.valve, 9e9))]),
                "colon",
            ),
        }

    def done_at(self, low: float = -9e9, high: float = 9e9) -> list[float]:
        """Every cm at which something was done, between two."""
        spans = [*((p.start, p.end) for p in self.op.bowel.places)]
        spans += [(s.start, s.end) for s in self.op.steps if s.act in (*POINTS, "resect", "bypass")]
        found = {at for span in spans for at in span} | {at for at, _ in self.op.bowel.loops}
        return sorted(at for at in found if low < at < high)

    def _fitted(self, low: float, high: float, track: str) -> list[tuple[float, float]]:
        """Points of a map from cm to units: each stretch gets what it needs, and a share of the rest by its
        length."""
        first = CECUM if track == "colon" else 0.0
        room = TRACKS[track].length - first
        edges = [low, *self.done_at(low, high), high]
        stretches = [self._stretch(a, b, room / (high - low)) for a, b in pairwise(edges)]
        needed = sum(s.needs for s in stretches)
        wanted = sum(s.wants for s in stretches) or 1.0
        share = max(room - needed, 0.0) / wanted
        squeeze = min(1.0, room / needed) if needed else 1.0
        points = [(low, first)]
        for s in stretches:
            points.append((s.end, points[-1][1] + s.needs * squeeze + s.wants * share))
        return points

    def _stretch(self, start: float, end: float, unit: float) -> Stretch:
        place = next((p for p in self.op.bowel.places if p.start <= start and end <= p.end), None)
        long = (end - start) * unit
        if place is None:
            return Stretch(start, end, max(long - LEAST["kept"], 1.0), LEAST["kept"])
        if self.view == "closing":
            return Stretch(start, end, 0.0, 0.0 if place.joined else LEAST["gap"])
        least = LEAST["marked" if self.view == "done" else "piece"]
        return Stretch(start, end, max(long - least, 0.0), least)

    def spot(self, at: float) -> tuple[str, float]:
        """The track, and how far along it."""
        track = "duodenum" if at < 0 else "small" if at <= self.op.valve else "colon"
        return track, self._along(track, at)

    def _along(self, track: str, at: float) -> float:
        points = self._maps[track]
        for (a, x), (b, y) in pairwise(points):
            if at <= b:
                return x + (y - x) * (max(at, a) - a) / (b - a)
        return points[-1][1]

    def way(self, start: float, end: float, left: float = 0.0) -> str:
        """The data of a path from one cm to another, over as many tracks as it takes."""
        bounds = (("duodenum", -9e9, 0.0), ("small", 0.0, self.op.valve), ("colon", self.op.valve, 9e9))
        spans = [(track, max(start, low), min(end, high)) for track, low, high in bounds]
        return "".join(
            TRACKS[track].part(self._along(track, a), self._along(track, b), left)
            for track, a, b in spans
            if a < b
        )


@dataclass(frozen=True)
class Joined:
    """One anastomosis that was made: its number in the order made, and whether it stands at closing."""

    number: int
    step: Step
    stands: bool


@dataclass(frozen=True)
class Told:
    """An operation as its pictures tell it: pieces lettered in the order taken, anastomoses numbered as they
    were made."""

    op: Operation

    @cached_property
    def pieces(self) -> list[tuple[str, Step, float, float]]:
        """Letter, step, and the longest stretch that this piece took of what was still there."""
        found: list[tuple[str, Step, float, float]] = []
        gone: list[tuple[float, float]] = []
        for letter, step in zip(LETTERS, self.op.did("resect"), strict=False):
            free = _free(step.start, step.end, gone) or [(step.start, step.end)]
            found.append((letter, step, *max(free, key=lambda span: span[1] - span[0])))
            gone.append((step.start, step.end))
        return found

    @cached_property
    def joins(self) -> list[Joined]:
        """Every anastomosis made between the ends of a place."""
        standing = {p.joins[-1] for p in self.op.bowel.places if p.joined}
        made = self.op.numbered("join")
        return [Joined(n, step, i in standing) for n, (i, step) in enumerate(made, 1)]

    def took(self, join: Joined) -> str:
        """The letter of the piece that took this anastomosis along; "" where it stands."""
        after = self.op.steps.index(join.step)
        for letter, step, _, _ in self.pieces:
            touches = step.start <= join.step.end and join.step.start <= step.end
            if not join.stands and touches and self.op.steps.index(step) > after:
                return letter
        return ""

    def spanned(self, join: Joined) -> list[str]:
        """The letters of the pieces that were gone where an anastomosis was made."""
        steps, made = self.op.steps, join.step
        return [
            letter
            for letter, step, _, _ in self.pieces
            if steps.index(step) < steps.index(made) and made.start <= step.start and step.end <= made.end
        ]

    def number(self, place: Place) -> int:
        """Which anastomosis stands at a joined place."""
        made = [i for i, _ in self.op.numbered("join")]
        return made.index(place.joins[-1]) + 1


def _free(start: float, end: float, gone: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """What is left of a span when others are taken from it."""
    left = [(start, end)]
    for low, high in gone:
        cut = [((a, min(b, low)), (max(a, high), b)) for a, b in left]
        left = [(a, b) for two in cut for a, b in two if a < b]
    return left


# The same in words


def in_words(op: Operation, view: str = "closing") -> str:
    """What a picture shows, in order from the ligament of Treitz down; no length is told."""
    told = Told(op)
    if view == "closing":
        stand = f"Joins that stand{', but for the old one' if op.valve_gone else ''}: {_standing(op)}."
        return " ".join([_at_closing(told), *_taken(told), stand])
    order = sorted(told.pieces, key=lambda piece: piece[2])
    where = ", ".join(_named(letter, step) for letter, step, _, _ in order) or "nothing"
    if view == "anatomy":
        return (
            "The duodenum ends at the ligament of Treitz. From there the small bowel lies in loops, first"
            f" jejunum and then ileum, {OLD if op.valve_gone else VALVE}"
        )
    if view == "plan":
        return f"{_whole(op)} What will be taken out, from the duodenum down: {where}."
    made = [f"number {j.number} between the ends of {_around(told, j)}" for j in told.joins]
    what = f"Joins made: {'; '.join(made)}." if made else "No join was made."
    return f"Taken out, from the duodenum down: {where}. {what}"


#: How a picture of whole bowel goes on past the small bowel: with its valve, or where that was taken once.
VALVE = (
    "down to the valve. There the colon begins with the cecum and runs up, across and down around the loops."
)
OLD = (
    "down to the old ileocolic join. There the colon begins, closed at its own end, and runs up,"
    " across and down around the loops."
)


def _whole(op: Operation) -> str:
    end = " down to the old ileocolic join" if op.valve_gone else ""
    return f"The small bowel is whole{end}."


def _standing(op: Operation) -> int:
    return sum(p.joined for p in op.bowel.places)


def _named(letter: str, step: Step) -> str:
    named = step.name and step.name != letter
    return f"piece {letter} ({step.name})" if named else f"piece {letter}"


def _around(told: Told, join: Joined) -> str:
    """The pieces that were gone where an anastomosis was made."""
    letters = told.spanned(join)
    return f"the gap of {_listed(letters)}" if letters else "a place left open before"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _at_closing(told: Told) -> str:
    """Everything there is to see along the bowel at closing."""
    op = told.op
    seen = [(p.start, _fate(told, p)) for p in op.bowel.places]
    seen += [(at, "a loop brought out to the skin") for at, _ in op.bowel.loops]
    seen += [(s.start, POINTS[s.act]) for s in op.steps if s.act in POINTS and not _within(op, s.start)]
    seen += [(s.start, "the upper end of a bypass join") for s in op.did("bypass")]
    if not any(p.start < op.valve < p.end for p in op.bowel.places):
        seen.append((op.valve, "the old ileocolic join" if op.valve_gone else "the large bowel"))
    told_of = "; ".join(words for _, words in sorted(seen))
    return f"At closing, from the duodenum down: {told_of}."


def _within(op: Operation, at: float) -> bool:
    return any(p.holds(at) for p in op.bowel.places)


def _fate(told: Told, place: Place) -> str:
    if place.joined:
        colon = place.start < told.op.valve < place.end
        return f"join {told.number(place)}" + (" of small bowel to colon" if colon else "")
    if len(place.brought_out) > 1:
        return "both ends of a gap brought out as stomas"
    if place.brought_out:
        upper = place.brought_out[0] == place.start
        ends = ("upper", "lower") if upper else ("lower", "upper")
        return f"the {ends[0]} end of a gap brought out as a stoma, the {ends[1]} end closed inside"
    return "two ends stapled and left inside"


def _taken(told: Told) -> Iterator[str]:
    number = len(told.pieces)
    if number:
        letters = _listed([_named(letter, step) for letter, step, _, _ in told.pieces])
        # A piece may be named in words that have a piece in them.
        letters = re.sub(r"\bpiece (?=[A-Z]\b)", "", letters)
        yield f"Taken out: {number} {'piece' if number == 1 else 'pieces'}, {letters}."


# Drawing


def draw(op: Operation, title: str, view: str = "closing", whole: bool = True) -> str:
    """An SVG of the operation in one of `VIEWS`, with a title, and its words for those who do not see it.
    Where it need not be `whole`, the rows are cut off that lie far above all that was done, but for
    `anatomy`."""
    told, lay = Told(op), Lay(op, view)
    top = 0 if whole or view == "anatomy" else _top(lay)
    rows = list(_under(told)) if view == "closing" else []
    marks = {"anatomy": _labels, "closing": _closing}.get(view, _history)
    names = [_name(*part) for part in PARTS if view != "anatomy" and part[2] > top]
    parts = [*names, *_tube(lay), *marks(lay, told), *rows]
    return (
        f'<svg class="loops" viewBox="0 {top} {WIDTH} {HEIGHT - top + ROW * len(rows)}" role="img">'
        f"<title>{escape(title)}</title>"
        f"<desc>{escape(in_words(op, view))}</desc>"
        f"{''.join(parts)}</svg>"
    )


def _top(lay: Lay) -> int:
    """Where a picture begins that shows the rows in which something was done, one above them, and all below;
    at the top where that would spare less than a third of the bowel."""
    middles = [(p.start + p.end) / 2 for p in lay.op.bowel.places]
    high = min((_where(lay, at)[1] for at in [*lay.done_at(), *middles]), default=0.0)
    above = [0, 0, *(at for at in BETWEEN if at < high)]
    return above[-2] if above[-2] > HEIGHT / 3 else 0


def _tube(lay: Lay) -> Iterator[str]:
    """The bowel that is there, and the outline of what is not."""
    op = lay.op
    places = [] if lay.view in ("anatomy", "plan") else [p for p in op.bowel.places if _missing(lay, p)]
    edges = [-9e9, *(at for p in places for at in (p.start, p.end)), 9e9]
    kept = list(zip(edges[::2], edges[1::2], strict=True))
    ileocolic = next((p for p in places if p.start < op.valve < p.end), None)
    blind = "" if ileocolic else _blind(op)
    yield from _walls("".join(lay.way(a, min(b, 0.0)) for a, b in kept), " far thin")
    yield f'<path class="canal" d="{CANAL}"/>'
    if not ileocolic and op.valve_gone:
        yield from _pole(CECUM - STUMP, 9.6)
    elif not ileocolic:
        yield from _pole(0.0, 12.0)
        gone = bool(op.did("appendectomy")) and lay.view in ("done", "closing")
        yield from () if gone else _walls(APPENDIX, " far worm")
    elif ileocolic.joined and lay.view == "closing":
        begins = lay.spot(ileocolic.end)[1]
        yield from _pole(begins - STUMP, 9.6)
        blind = TRACKS["colon"].part(begins - STUMP, begins)
    colon = blind + "".join(lay.way(max(a, op.valve), b) for a, b in kept)
    yield from _walls(colon, " far")
    yield f'<path class="folds" d="{colon}"/>'
    if lay.view == "done":
        yield from (f'<path class="gone" d="{_with_cecum(lay, p.start, p.end)}"/>' for p in places)
    yield from _walls("".join(lay.way(max(a, 0.0), min(b, op.valve)) for a, b in kept), "")
    if op.valve_gone and not ileocolic:
        yield _across(lay, (op.valve,), 11, "old")


def _missing(lay: Lay, place: Place) -> bool:
    """Whether the tube is broken at a place: small bowel that was joined runs through at closing."""
    through = lay.view == "closing" and place.joined and not place.start < lay.op.valve < place.end
    return place.start < place.end and not through


def _blind(op: Operation) -> str:
    """The way of the closed end of colon: the cecum, or what an earlier operation left of it."""
    return TRACKS["colon"].part(CECUM - STUMP if op.valve_gone else 0.0, CECUM)


def _with_cecum(lay: Lay, start: float, end: float) -> str:
    """The way of a piece, with the closed end of the colon where it reaches from ileum to colon."""
    cecum = _blind(lay.op) if start < lay.op.valve < end else ""
    return cecum + lay.way(start, end)


def _piece(lay: Lay, start: float, end: float) -> Iterator[str]:
    """What was taken out, in color; where it reaches from ileum to colon with the cecum and its appendix."""
    valve = lay.op.valve
    if lay.op.valve_gone or not start < valve < end:
        yield f'<path class="piece" d="{_with_cecum(lay, start, end)}"/>'
        return
    x, y, _ = TRACKS["colon"].at(0.0)
    yield f'<path class="piece" d="{lay.way(start, valve)}"/><g class="piece">'
    yield f'<circle cx="{_n(x)}" cy="{_n(y)}" r="1"/><path d="{_blind(lay.op)}{lay.way(valve, end)}"/>'
    yield "</g>" if lay.op.did("appendectomy") else f'<path class="worm" d="{APPENDIX}"/></g>'


#: The appendix, from the blind end of the cecum.
APPENDIX = "M15 266C12 279 22 282 27 277"
#: The rectum, narrowing from the end of the colon's track to where it leaves the drawing.
CANAL = "M184 273q0 7 6 8v9h7v-9q6-1 6-8"


def _pole(along: float, radius: float) -> Iterator[str]:
    """A blind, round end of colon."""
    x, y, _ = TRACKS["colon"].at(along)
    yield f'<circle class="pole" cx="{_n(x)}" cy="{_n(y)}" r="{radius:g}"/>'


def _walls(way: str, kind: str) -> Iterator[str]:
    """A tube: its wall, and what is inside."""
    if way:
        yield f'<path class="wall{kind}" d="{way}"/><path class="tube{kind}" d="{way}"/>'


def _labels(lay: Lay, told: Told) -> Iterator[str]:
    """The names of the parts, and a bar at each end of the small bowel."""
    yield _across(lay, (0.0, lay.op.valve), 13, "cut")
    for words, x, y, lead in NAMES:
        if lay.op.valve_gone and words in ("valve", "cecum"):
            continue
        if lead:
            yield f'<path class="lead" d="{lead}"/>'
        yield _name(words, x, y)


def _name(words: str, x: float, y: float) -> str:
    return f'<text class="name" x="{_n(x)}" y="{_n(y)}">{words}</text>'


def _history(lay: Lay, told: Told) -> Iterator[str]:
    """Where the pieces came from, lettered; in `done` also every anastomosis that was made, numbered."""
    wishes = [((a + b) / 2, "letter", letter) for letter, _, a, b in told.pieces]
    for _, step, _, _ in told.pieces:
        yield from _piece(lay, step.start, step.end)
        yield _across(lay, (step.start, step.end), 11, "cut")
    over = set()
    for join in told.joins if lay.view == "done" else ():
        start, end = join.step.start, join.step.end
        if join.stands and len(told.spanned(join)) > 1:
            over.add(str(join.number))
            yield _bracket(lay, start, end)
        else:
            yield f'<path class="thread" d="{lay.way(start, end)}"/>'
        wishes.append(((start + end) / 2, "number", str(join.number)))
    yield from _points(lay)
    for x, y, kind, text in _spread(lay, wishes, over):
        yield _badge(x, y, kind, text)


#: How far beside the bowel lies what ties the two ends of several pieces: on its left, where rows leave room.
BESIDE = 14.0


def _bracket(lay: Lay, start: float, end: float) -> str:
    """From one end of bowel beside several pieces to the other: these two were joined."""
    (x, y, _), (u, v, _) = _where(lay, start), _where(lay, end)
    way = lay.way(start, end, BESIDE).replace("M", "L")
    return f'<path class="thread" d="M{_n(x)} {_n(y)}{way}L{_n(u)} {_n(v)}"/>'


def _spread(
    lay: Lay, wishes: list[tuple[float, str, str]], over: Collection[str] = ()
) -> Iterator[tuple[float, float, str, str]]:
    """Badges on the bowel, or `over` it beside several pieces, moved along it until none lies on another."""
    spots: dict[str, list[tuple[float, str, str]]] = {}
    for at, kind, text in wishes:
        track, along = lay.spot(at)
        spots.setdefault(track, []).append((along, kind, text))
    for track, row in spots.items():
        row.sort()
        low, high = BADGES[track]
        for at, (_, kind, text) in zip(_apart([each[0] for each in row], low, high), row, strict=True):
            yield *TRACKS[track].beside(at, BESIDE if text in over else 0.0), kind, text


APART = 21.0  # units between the middles of two badges
#: Between which units of each track badges stand: a mark at an end of bowel stays in sight, and the badges of
#: one track out of the way of those of the next.
BADGES = {
    "duodenum": (APART, TRACKS["duodenum"].length - APART / 2),
    "small": (APART / 2, TRACKS["small"].length - 16.0),
    "colon": (CECUM + 20.0, TRACKS["colon"].length - 16.0),
}


def _apart(spots: list[float], low: float, high: float) -> list[float]:
    """The same spots between two bounds, pushed from one another until no two are too close; as far as there
    is room."""
    step = min(APART, (high - low) / max(len(spots) - 1, 1))
    spots = [min(max(at, low), high) for at in spots]
    for _ in range(60):
        for i in range(len(spots) - 1):
            push = (step - spots[i + 1] + spots[i]) / 2
            if push > 0:
                spots[i], spots[i + 1] = spots[i] - push, spots[i + 1] + push
    for i, at in enumerate(spots):
        spots[i] = max(at, low + i * step, spots[i - 1] + step if i else low)
    for i in reversed(range(len(spots))):
        spots[i] = min(spots[i], high - (len(spots) - 1 - i) * step)
    return spots


def _badge(x: float, y: float, kind: str, text: str) -> str:
    """A letter in a square, or a number in a circle."""
    x, y = round(x), round(y)
    shape = (
        f'<rect class="letter" x="{x - 9}" y="{y - 9}" width="18" height="18" rx="3"/>'
        if kind == "letter"
        else f'<circle class="number" cx="{x}" cy="{y}" r="9.5"/>'
    )
    on = ' class="on"' if kind == "number" else ""
    return f'<g data-{kind}="{text}">{shape}<text{on} x="{x}" y="{y + 5}">{text}</text></g>'


def _closing(lay: Lay, told: Told) -> Iterator[str]:
    """What stands, what was brought out, what was left."""
    rings = []
    for place in told.op.bowel.places:
        if place.joined:
            yield _across(lay, (place.start,), 13, "ring")
            rings.append((place.start, "number", str(told.number(place))))
            continue
        for at in dict.fromkeys((place.start, place.end)):  # where it was divided alone they are one spot
            yield _stoma(lay, at) if at in place.brought_out else _across(lay, (at,), 11, "cut")
    yield from (_stoma(lay, at, loop=True) for at, _ in told.op.bowel.loops)
    yield from _points(lay)
    for x, y, kind, text in _spread(lay, rings):
        yield _badge(x, y, kind, text)


def _points(lay: Lay) -> Iterator[str]:
    """What was done at one spot of bowel that stays, and bypasses."""
    for step in lay.op.steps:
        if step.act in POINTS and not _within(lay.op, step.start):
            x, y, _ = _where(lay, step.start)
            yield f'<path class="point" d="M{_n(x)} {_n(y - 11)}l8 11l-8 11l-8 -11z"/>'
        if step.act == "bypass":
            (x, y, _), (u, v, _) = _where(lay, step.start), _where(lay, step.end)
            yield f'<path class="thread" d="M{_n(x)} {_n(y)}L{_n(u)} {_n(v)}"/>'


def _where(lay: Lay, at: float) -> tuple[float, float, float]:
    track, along = lay.spot(at)
    return TRACKS[track].at(along)


def _across(lay: Lay, spots: Iterable[float], half: float, kind: str) -> str:
    """A line across the bowel at each of these spots."""
    lines = []
    for at in spots:
        x, y, heading = _where(lay, at)
        h = heading * pi / 180
        dx, dy = -sin(h) * half, cos(h) * half
        lines.append(f"M{x - dx:.0f} {y - dy:.0f}l{2 * dx:.0f} {2 * dy:.0f}")
    return f'<path class="{kind}" d="{"".join(lines)}"/>'


def _stoma(lay: Lay, at: float, loop: bool = False) -> str:
    """Bowel brought through the wall of the belly, as it opens on the skin: once, or twice as a loop."""
    x, y, _ = _where(lay, at)
    return _rosette(x, y, 10, loop)


def _rosette(x: float, y: float, radius: float, loop: bool) -> str:
    holes = (-0.4 * radius, 0.4 * radius) if loop else (0.0,)
    inside = "".join(f'<circle class="stoma" cx="{_n(x + d)}" cy="{_n(y)}" r="2.5"/>' for d in holes)
    return f'<circle class="stoma" cx="{_n(x)}" cy="{_n(y)}" r="{radius:g}"/>{inside}'


# Under the bowel


def _under(told: Told) -> Iterator[str]:
    """Rows under the bowel at closing: the pieces that came out, each with its letter, and what the signs on
    the bowel mean."""
    letters = [letter for letter, *_ in told.pieces]
    rows = [_pieces(letters[i : i + PIECES_IN_ROW]) for i in range(0, len(letters), PIECES_IN_ROW)]
    for i, row in enumerate([*rows, *_key(told.op)]):
        yield f'<g transform="translate(0 {HEIGHT + 16 + i * ROW})">{row}</g>'


def _pieces(letters: list[str]) -> str:
    """Pieces of bowel, cut at both ends."""
    way = "".join(f"M{88 + i * 46} 0h36" for i in range(len(letters)))
    told = "".join(
        f'<text class="off" x="{106 + i * 46}" y="5">{each}</text>' for i, each in enumerate(letters)
    )
    return "".join((_name("taken out", 6, 5), *_walls(way, " off"), told))


def _key(op: Operation) -> list[str]:
    """The signs of bowel that was not joined, those that the picture has, each with its name; in rows."""
    rows: list[str] = []
    x = float(WIDTH)
    places = op.bowel.places
    shut = any(p.start < p.end and not p.joined and len(p.brought_out) < 2 for p in places)
    for words, there, loop in (
        ("end stoma, on the skin", any(p.brought_out for p in places), False),
        ("loop stoma, on the skin", bool(op.bowel.loops), True),
        ("closed end", shut, None),
    ):
        if there:
            half = 6 if loop is None else 15
            wide = 2 * half + 4 + 8 * len(words)
            if x + wide > WIDTH:
                rows, x = [*rows, ""], 1.0
            cut = f'<path class="cut" d="M{_n(x + half)} -10v20"/>'
            sign = cut if loop is None else _rosette(x + half, 0, 7, loop)
            rows[-1] += sign + _name(words, x + 2 * half + 4, 5)
            x += wide + 2
    return rows
