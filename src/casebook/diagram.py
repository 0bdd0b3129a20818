"""The bowel as an operation leaves it, drawn as SVG from the operation that is graded, with the same said in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from .bowel import Place, cm
from .operation import Operation

WIDTH, HEIGHT = 720.0, 150.0  # of the drawing, in its own units
LEFT, RIGHT, LINE = 24.0, 24.0, 92.0  # margins, and how far down the bowel lies
SKIN = 26.0  # how far down the skin lies
COLON = 80.0  # cm of colon shown beyond the valve, at least
POINTS = {
    "stricturoplasty": "stricture widened",
    "repair": "hole sewn",
    "enterotomy": "opened",
    "diverticulectomy": "pouch removed",
}


Scale = Callable[[float], float]


def fate(place: Place) -> str:
    """What became of the ends of a place, in a word or two."""
    if place.joined:
        return "joined"
    if place.brought_out:
        return "brought out at " + " and ".join(cm(at) for at in sorted(place.brought_out))
    return "left stapled inside"


def in_words(op: Operation) -> str:
    """The drawing said in words: every place, stoma and point of work, in order along the bowel."""
    said = [f"Bowel from the ligament of Treitz (0) to the ileocecal valve at {cm(op.valve)} cm, and the colon beyond."]
    for place in op.bowel.places:
        if place.start == place.end:
            said.append(f"Divided at {cm(place.start)}, the upper end brought out.")
        else:
            before = " (since an earlier operation)" if place.left and not place.cuts else ""
            said.append(f"Missing from {cm(place.start)} to {cm(place.end)}{before}: {fate(place)}.")
    said += [f"Loop brought out at {cm(at)}." for at, _ in op.bowel.loops]
    said += [f"{POINTS[s.act].capitalize()} at {cm(s.start)}." for s in op.steps if s.act in POINTS]
    said += [f"Bypass join between {cm(s.start)} and {cm(s.end)}." for s in op.did("bypass")]
    joins = sum(p.joined for p in op.bowel.places)
    said.append(f"Joins that stand at closing: {joins}.")
    return " ".join(said)


def draw(op: Operation, title: str = "The bowel at closing") -> str:
    """An SVG of the bowel at closing. Colours come from the page by class; every mark also differs in shape."""
    ends = [p.end for p in op.bowel.places] + [s.end for s in op.steps]
    low = min([0.0, *(p.start for p in op.bowel.places), *(s.start for s in op.steps)])
    high = max([op.valve + COLON, *(e + 10 for e in ends)])

    def x(at: float) -> float:
        return round(LEFT + (at - low) / (high - low) * (WIDTH - LEFT - RIGHT), 1)

    parts = [*_bowel(op, x(low), x(op.valve), x(high)), *_marks(op, x)]
    return (
        f'<svg class="bowel" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title><desc>{escape(in_words(op))}</desc>{''.join(parts)}</svg>"
    )


def _bowel(op: Operation, low: float, valve: float, high: float) -> Iterator[str]:
    yield f'<line class="skin" x1="{low}" y1="{SKIN}" x2="{high}" y2="{SKIN}" stroke-dasharray="2 5"/>'
    yield _text(high, SKIN - 6, "skin", "end")
    yield f'<line class="small" x1="{low}" y1="{LINE}" x2="{valve}" y2="{LINE}"/>'
    yield f'<line class="colon" x1="{valve}" y1="{LINE}" x2="{high}" y2="{LINE}"/>'
    yield f'<path class="valve" d="M{valve} {LINE - 12}v24"/>'
    yield _text(valve, LINE + 44, f"valve {cm(op.valve)}", "middle")
    yield _text(low, LINE + 44, "0 cm", "start")


def _marks(op: Operation, x: Scale) -> Iterator[str]:
    for place in op.bowel.places:
        a, b = x(place.start), x(place.end)
        if b > a:
            yield f'<rect class="out" x="{a}" y="{LINE - 11}" width="{max(b - a, 1.5):g}" height="22"/>'
        if place.joined:
            top = LINE - 22
            yield f'<path class="join" d="M{a} {LINE - 8}C{a} {top} {b} {top} {b} {LINE - 8}"/>'
            yield f'<circle class="join" cx="{(a + b) / 2:g}" cy="{LINE - 18.5}" r="4.5"/>'
        for end in (a, b) if place.open else ():
            yield f'<path class="loose" d="M{end} {LINE - 11}v22"/>'
        for at in place.brought_out:
            yield _stoma(x(at))
        if b > a:
            yield _text((a + b) / 2, LINE + 26, f"{cm(place.start)}–{cm(place.end)}", "middle")
    for at, _ in op.bowel.loops:
        yield _stoma(x(at) - 4) + _stoma(x(at) + 4) + _text(x(at), LINE + 26, cm(at), "middle")
    for step in op.steps:
        if step.act in POINTS:
            at = x(step.start)
            yield f'<path class="point" d="M{at} {LINE - 9}l6 9l-6 9l-6 -9z"/>' + _text(at, LINE + 26, cm(step.start), "middle")
        elif step.act == "bypass":
            a, b = x(step.start), x(step.end)
            yield f'<path class="join" d="M{a} {LINE + 8}C{a} {LINE + 34} {b} {LINE + 34} {b} {LINE + 8}"/>'


def _stoma(at: float) -> str:
    return f'<path class="stoma" d="M{at:g} {LINE - 8}V{SKIN}m-5 7l5 -7l5 7"/>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(words)}</text>'
