"""How a surgeon got in, drawn on a belly: one long wound, ports, ports and a small wound, ports and then a
long one."""

from __future__ import annotations

from html import escape
from itertools import count

WIDTH, HEIGHT = 160, 190
SAYS = {
    "open": "One long wound down the middle.",
    "laparoscopic": "Four small ports, no long wound.",
    "laparoscopic-assisted": "Four ports, and one short wound that lets the bowel out.",
    "hand-assisted": "Four ports, and one wound as wide as a hand.",
    "robotic": "Five small ports for the robot's arms, no long wound.",
    "converted": "Four ports, and then one long wound down the middle.",
}
STYLE = """
.belly { display: block; width: 100%; max-width: 11rem; height: auto; }
.belly :is(path, circle) { fill: none; stroke: var(--edge, light-dark(#8b8f8a, #7b8688)); stroke-width: 2;
  stroke-linecap: round; }
.belly .skin { fill: var(--tint, light-dark(#f3f0e9, #22282b)); }
.belly .wound { stroke: var(--bad, light-dark(#a32430, #f2a1a4)); stroke-width: 4; }
.belly .stitch { stroke: var(--bad, light-dark(#a32430, #f2a1a4)); stroke-width: 1.5; }
.belly .port { fill: var(--sheet, light-dark(#fff, #1c2123)); stroke-width: 3;
  stroke: var(--accent, light-dark(#0b6762, #79cbbf)); }
"""
PORTS = ((80, 104), (44, 92), (116, 92), (52, 138))
WOUNDS = {
    "open": (46, 162),
    "converted": (46, 162),
    "laparoscopic-assisted": (112, 138),
    "hand-assisted": (58, 98),
}
_names = count(1)


def draw(approach: str, title: str, name: str = "") -> str:
    """An SVG of one of the approaches in `SAYS`. `name` starts its ids; each picture of a page needs its
    own."""
    name = name or f"belly-{next(_names)}"
    ports = [] if approach == "open" else [*PORTS, *([(112, 138)] if approach == "robotic" else [])]
    dots = "".join(f'<circle class="port" cx="{x}" cy="{y}" r="5"/>' for x, y in ports)
    return (
        f'<svg class="belly" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{name}-t {name}-d"'
        f' xmlns="http://www.w3.org/2000/svg"><title id="{name}-t">{escape(title)}</title><desc'
        f' id="{name}-d">{SAYS[approach]}</desc><path class="skin" d="M34 6C26 50 24 70 26 100S24 150 18'
        f' 184H142C136 150 132 130 134 100S134 50 126 6"/><path d="M40 40C54 24 70 18 80 34C90 18 106 24 120'
        f' 40"/><circle cx="80" cy="112" r="3"/>{_wound(approach)}{dots}</svg>'
    )


def _wound(approach: str) -> str:
    if approach not in WOUNDS:
        return ""
    top, bottom = WOUNDS[approach]
    stitches = "".join(f"M73 {y}h14" for y in range(top + 8, bottom, 12))
    return f'<path class="wound" d="M80 {top}V{bottom}"/><path class="stitch" d="{stitches}"/>'
