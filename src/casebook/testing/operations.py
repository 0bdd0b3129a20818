"""Operations made up from the contract: plain, realistic or noisy, and always the same for a seed.

The bowel is walked from above the ligament of Treitz past the ileocecal valve, and at each site something is
drawn that a surgeon might do there. What is drawn can always be done, and nearly always the rules decide it.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from casebook.coding.operation import EXTRAS, FOLLOWS, LEADS, REASONS, SURGEONS, Operation, Step

Site = Callable[[Random, float, float], tuple[Step, ...]]  # what is done between two positions
DISEASES = tuple(r for r in REASONS if r not in ("atresia", "margin", "join", "conduit"))


def made_up(seed: int, level: int) -> Operation:
    """The operation of this seed at level 1 (plain), 2 (realistic) or 3 (noisy)."""
    return draw(Random(f"{level}:{seed}"), level)


def draw(rng: Random, level: int) -> Operation:
    """An operation drawn with `rng`, which may be any source of chance that has the methods of
    `random.Random`."""
    noisy = level == 3
    valve = rng.choice((400.0, 500.0, 600.0, 600.0)) if level > 1 else 600.0
    sites: list[tuple[Step, ...]] = []
    if noisy and rng.random() < 0.1:  # duodenum
        sites.append(_segment(rng, rng.choice((-22.0, *[-14.0] * 24)), rng.choice((-6.0, 9.0))))
    drawn = (_atresia,) if noisy and rng.random() < 0.05 else SITES[: REACH[level]]
    start = float(rng.randrange(40, 120, 5))
    for _ in range(rng.randint(1, level + 2)):
        end = start + rng.randrange(10, 60, 5)
        if end > valve - 50:
            break
        sites.append(rng.choice(drawn)(rng, start, end))
        start = end + rng.randrange(20, 90, 5)
    if level > 1 and rng.random() < 0.12:  # across the valve
        sites.append(_segment(rng, valve - rng.randrange(5, 40, 5), valve + 30))
    rectum = None
    if noisy and rng.random() < 0.12:  # colon
        rectum = rng.choice((None, valve + 90, *[valve + 150] * 14))
        sites.append(
            rng.choice((_segment, _segment, _end_stoma, _loop, _hole, _opening))(rng, valve + 60, valve + 95)
        )
    if noisy and rng.random() < 0.002:
        sites.append(_segment(rng, valve - 45, valve - 42, "conduit"))
    follows = rng.choice(FOLLOWS) if noisy and rng.random() < 0.3 else None
    left: tuple[tuple[float, float], ...] = ()
    if follows and start + 40 < valve - 50 and rng.random() < 0.6:
        left = ((start, start + 30),)
        sites.append(rng.choice(LEFT)(rng, start, start + 30))
    few = (0, 1, 1, 2) if level > 1 else (0, 0, 1)
    sites += [(step,) for step in rng.sample(SMALL, rng.choice(few))]
    if noisy and rng.random() < 0.002:
        sites.append((Step("hernia_repair", kind="other-wound"),))
    if noisy and rng.random() < 0.01:  # a stoma revised stands alone, but for small things
        sites = [_revised(rng, start, end)]
    if noisy and any(s.reason == "fistula" for site in sites for s in site) and rng.random() < 0.5:
        sites.append(
            (Step("close_fistula", kind=rng.choice(("bowel-skin", "bowel-bowel", "bowel-bladder"))),)
        )
    return Operation(
        approach=rng.choice(APPROACHES[: 4 if level == 1 else None]),
        steps=_told(rng, sites, mixed=noisy) or (Step("explore", kind="laparotomy"),),
        valve=valve,
        rectum=rectum,
        follows=follows,
        days=rng.choice((1, 2, 7, 60, 120)) if follows else 1,
        left=left,
        surgeon=rng.choice(SURGEONS) if noisy and rng.random() < 0.2 else "primary",
        unusual_work=level > 1 and rng.random() < 0.1,
    )


def _told(rng: Random, sites: list[tuple[Step, ...]], mixed: bool) -> tuple[Step, ...]:
    """The steps of all sites in one order: site by site or, when mixed, now at one and now at another."""
    turns = [i for i, site in enumerate(sites) for _ in site]
    rng.shuffle(turns)
    if not mixed:
        turns.sort(key={i: at for at, i in enumerate(turns)}.__getitem__)
    queues = [iter(site) for site in sites]
    return tuple(next(queues[i]) for i in turns)


def _at(act: str, at: float, kind: str | None = None) -> Step:
    return Step(act, at, at, kind=kind)


def _cut(rng: Random, start: float, end: float, *reasons: str) -> Step:
    return Step(
        "resect", start, end, reason=rng.choice(reasons or DISEASES), lesions=rng.choice((1, 1, 1, 2))
    )


def _segment(rng: Random, start: float, end: float, *reasons: str) -> tuple[Step, ...]:
    return _cut(rng, start, end, *reasons), Step("join", start, end)


def _atresia(rng: Random, start: float, end: float) -> tuple[Step, ...]:
    return _cut(rng, start, end, "atresia"), Step("join", start, end, tapered=rng.random() < 0.4)


def _end_stoma(rng: Random, start: float, end: float) -> tuple[Step, ...]:
    return _cut(rng, start, end), _at("stoma", start, "end")


def _loop(rng: Random, start: float, end: float) -> tuple[Step, ...]:
    return (_at("stoma", start, "loop"),)


def _hole(rng: Random, start: float, end: float) -> tuple[Step, ...]:
    return (_at("repair", start, rng.choice(("surgeon", "trauma", "disease"))),)


def _opening(rng: Random, start: float, end: float) -> tuple[Step, ...]:
    return (_at("enterotomy", start, rng.choice((None, *[None, "decompress"] * (start < 400)))),)


def _revised(rng: Random, start: float, end: float) -> tuple[Step, ...]:
    return (_at("revise_stoma", start, rng.choice(EXTRAS["revise_stoma"]["kind"])),)


def _far_opening(rng: Random, start: float, end: float) -> tuple[Step, ...]:
    """A piece taken with the tract of its fistula, and the other end of the fistula sewn."""
    cut = Step("resect", start, end, reason="fistula", leads=rng.choice((None, *LEADS)))
    return cut, Step("join", start, end), _at("repair", end + 6, "fistula")


def _pouch(at: float) -> Step:
    """A pouch, which hangs on the last part of the ileum; elsewhere a stricture widened."""
    return _at("diverticulectomy" if 400 <= at <= 600 else "stricturoplasty", at)


def _small(rng: Random, at: float) -> Step:
    act = rng.choice(("stricturoplasty", "repair", "enterotomy", "diverticulectomy"))
    if act == "diverticulectomy":
        return _pouch(at)
    return _at(act, at, rng.choice(("surgeon", "disease")) if act == "repair" else None)


#: What may be drawn at a site from a to b cm, from plain to noisy; a level reaches so many of them.
SITES: tuple[Site, ...] = (
    _segment,
    _segment,
    _segment,
    _segment,
    lambda r, a, b: (_cut(r, a, b), *_segment(r, b, b + 8, "margin")[:1], Step("join", a, b + 8)),
    lambda r, a, b: (
        _cut(r, a, a + 4),
        _cut(r, b - 4, b),
        _cut(r, a + 4, b - 4, "margin"),
        Step("join", a, b),
    ),
    _loop,
    _end_stoma,
    _hole,
    _opening,
    lambda r, a, b: tuple(_at("stricturoplasty", at) for at in (a, b)[: r.choice((1, 1, 2))]),
    lambda r, a, b: (
        *_segment(r, a, b),
        *_segment(r, a - 3, b + 3, "join", "ischemia"),
    ),  # the join is made again
    lambda r, a, b: (_small(r, (a + b) / 2), *_segment(r, a, b)),  # inside the piece
    lambda r, a, b: (_pouch(a),),
    lambda r, a, b: (*_segment(r, a, b), _small(r, b + 3)),  # beside the join
    lambda r, a, b: (Step("bypass", a, b),),
    lambda r, a, b: (
        _at("close_stoma", a),
        *_segment(r, a - 4, a + 4, "margin", "stricture")[: r.choice((0, 2, 2))],
    ),
    lambda r, a, b: (_cut(r, a, b),),  # left stapled
    lambda r, a, b: (_at("stoma", a, "end"),),  # divided, the lower end closed
    lambda r, a, b: (*_end_stoma(r, a, b), _at("stoma", b, "end")),
    _far_opening,
)
REACH = {1: 6, 2: 14, 3: 21}
#: What is done at a place that the earlier operation left stapled.
LEFT: tuple[Site, ...] = (
    lambda r, a, b: (Step("join", a, b),),
    lambda r, a, b: (Step("resect", a - 2, a, reason="margin"), Step("join", a - 2, b)),
    lambda r, a, b: (_cut(r, a - 10, a), Step("join", a - 10, b)),
    lambda r, a, b: (Step("reopen"),),
)
SMALL = (
    Step("explore", kind="laparotomy"),
    Step("explore", kind="laparoscopy"),
    Step("lyse_adhesions", kind="limited"),
    Step("lyse_adhesions", kind="extensive"),
    Step("mesentery_repair"),
    Step("omentectomy"),
    Step("appendectomy", kind="incidental"),
    Step("appendectomy", kind="diseased"),
    Step("hernia_repair", kind="same-wound"),
    Step("untwist"),
    _at("feeding_catheter", 25),
    Step("reopen"),
    Step("explore", kind="laparoscopy", decided=True),
)
APPROACHES = (
    "open",
    "open",
    "open",
    "laparoscopic",
    "open",
    "converted",
    "robotic",
    "hand-assisted",
    "laparoscopic-assisted",
)
