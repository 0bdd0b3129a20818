"""Short charts made up by chance within clinical sense: the pool from which those of the book were chosen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from casebook.cases.sentences import split
from casebook.cases.shorts import AT, OPEN, VOICES, Short, Site, with_joins

SMALL_BOWEL = tuple(AT)[:6]
#: Years of those to whom it happens.
AGES = {
    "crohn": (19, 58),
    "ischemia": (59, 88),
    "crash": (19, 61),
    "tumor": (44, 77),
    "blocked": (33, 84),
    "ulcer": (49, 83),
    "diversion": (28, 70),
    "fistula": (22, 60),
    "newborn": (0, 0),
}
#: Of each of these sorts one in a chart: more would be odd, and sound bowel is not thrown away twice.
ONCE = (
    ("two pieces", "three pieces"),
    ("joined twice",),
    OPEN,
    ("own piece", "own hole"),
    ("stone", "emptied"),
    ("bypass",),
)
#: What is done in passing, besides the pieces and their joins.
IN_PASSING = ("widened", "ring in join", "emptied", "own hole", "own piece", "loop", "bypass")
ENOUGH = 3  # of those and of the small things beside: with more no operation looks so
#: How much of the bowel goes for a reason, in cm.
LENGTHS = {
    "stricture": (8, 30),
    "tumor": (14, 30),
    "ischemia": (14, 70),
    "infarction": (20, 70),
    "injury": (8, 24),
    "perforation": (8, 20),
    "fistula": (8, 20),
    "atresia": (6, 9),
}
SOME_LENGTHS = {"three pieces": (28, 45), "own piece": (8, 20)}  # whatever the reason; of one lesion each
AFTER = {"staged": (1, 2, 3), "complication": (3, 5, 8), "unrelated": (12, 20, 35, 120)}
RETURNING = ("crohn", "tumor", "blocked")  # to whom something else may have been done weeks before
MOST_SITES, OLD = 4, 65  # of a wide chart; years from which on no healthy appendix is taken
SHARED = ("tumor", "ischemia", "crash")  # with a vascular surgeon
NOT_BOTH = (("adhesions-limited", "adhesions-extensive"), ("appendix-incidental", "appendix-diseased"))
SMALL = (
    "adhesions-limited",
    "adhesions-extensive",
    "explored",
    "mesentery",
    "omentum",
    "appendix-incidental",
)


def crowded(short: Short) -> bool:
    """Whether more was done than one operation holds."""
    return sum(site.done in IN_PASSING for site in short.sites) + len(short.beside) > ENOUGH


def draw(rng: Random) -> Short:
    """A short chart drawn with `rng`."""
    return next(short for short in iter(lambda: _drawn(rng), None) if not crowded(short))


def draw_wide(rng: Random) -> Short:
    """One on which many wrong rules show: whose claim it is, what it comes after and how the abdomen was
    entered say something wherever they may, and as many small things are done as one operation holds."""
    return next(short for short in iter(lambda: _widened(rng, draw(rng)), None) if _likely(short))


def _widened(rng: Random, short: Short) -> Short:
    fields: dict[str, Any] = {}
    if short.story in RETURNING and not short.follows:
        fields |= {"follows": "unrelated", "days": rng.choice(AFTER["unrelated"])}
    if short.surgeon == "primary" and short.story != "newborn" and not short.unusual:
        fields["surgeon"] = rng.choice(("assistant", "assistant-nonphysician"))
    small = rng.sample(SMALL, len(SMALL))
    held = _fitting(replace(short, beside=tuple(dict.fromkeys((*short.beside, *small)))))
    room = ENOUGH - sum(site.done in IN_PASSING for site in short.sites)
    return replace(short, beside=held[: max(room, len(short.beside))], **fields)


def _likely(short: Short) -> bool:
    """Whether nothing of it would make a surgeon wonder, though each may be."""
    return (
        len(short.sites) <= MOST_SITES
        and not crowded(short)
        # What is mended in the wound needs one.
        and ("hernia" not in short.beside or short.approach in ("open", "converted"))
        # There are no scars yet after days, and no healthy appendix goes in the old or the very ill.
        and (short.follows in (None, "unrelated") or not any("adhesions" in key for key in short.beside))
        and ("appendix-incidental" not in short.beside or short.age < OLD)
    )


def _drawn(rng: Random) -> Short:
    story = rng.choice(tuple(STORIES))
    made = STORIES[story](rng)
    small = rng.sample(SMALL, rng.choice((0, 0, 1, 1, 2)))
    beside = _fitting(replace(made, story=story, beside=tuple(dict.fromkeys((*made.beside, *small)))))
    fields = dict(vars(made)) | {
        "voice": rng.choice(VOICES),
        "seed": rng.randrange(100),
        "story": story,
        "beside": beside,
        "age": rng.randint(*AGES[story]),
        "sex": "male" if story == "newborn" else rng.choice(("male", "female")),
    }
    if story != "newborn" and rng.random() < 0.12:
        shared = ("co-surgeon",) if story in SHARED else ()
        fields["surgeon"] = rng.choice(("assistant", "assistant-nonphysician", *shared))
    elif (
        "adhesions-extensive" in beside
        and story not in ("ischemia", "crash", "ulcer")  # nobody has four hours then
        and made.approach == "open"
        and not made.follows
        and rng.random() < 0.4
    ):
        beside = tuple(key for key in beside if key != "adhesions-extensive")  # the hours tell more
        fields |= {"unusual": True, "beside": beside}
    return Short(**fields)


def _fitting(short: Short) -> tuple[str, ...]:
    """Those of the small things beside that its operation bears."""
    beside = short.beside
    for one, other in NOT_BOTH:
        if other in beside:
            beside = tuple(key for key in beside if key != one)
    if short.story == "newborn":
        beside = tuple(key for key in beside if key == "mesentery")
    # The hours that were spent on them tell more.
    if short.unusual:
        beside = tuple(key for key in beside if key != "adhesions-extensive")
    # The appendix went with the cecum, or nobody has time for it.
    at_valve = any(site.where == "valve" for site in short.sites)
    if at_valve or short.story in ("ischemia", "crash", "ulcer"):
        beside = tuple(key for key in beside if not key.startswith("appendix"))
    # Nobody takes a healthy one out of a Crohn's abdomen, or through what was opened for a stoma.
    if short.story not in ("tumor", "blocked"):
        beside = tuple(key for key in beside if key != "appendix-incidental")
    if any(site.done == "loop colostomy" for site in short.sites):  # the pelvis is not normal
        beside = tuple(key for key in beside if key != "explored")
    return beside


def _site(rng: Random, where: str, done: str, why: str, lesions: int = 1) -> Site:
    low, high = SOME_LENGTHS.get(done) or LENGTHS.get(why, (8, 20))
    lesions = 1 if done in SOME_LENGTHS else lesions
    return Site(where, done, why, float(rng.randrange(low, high + 1, 2)), lesions)


def _along(rng: Random, number: int) -> list[str]:
    """So many stretches of small bowel, from above."""
    return sorted(rng.sample(SMALL_BOWEL, number), key=AT.__getitem__)


def _sites(rng: Random, number: int, done: tuple[str, ...], why: tuple[str, ...]) -> tuple[Site, ...]:
    reason = rng.choice(why)
    lesions = rng.choice((1, 1, 2)) if reason in ("stricture", "tumor", "infarction") else 1
    sites: list[Site] = []
    for where in _along(rng, number):
        usual = [each for each in done if not _again(each, sites)]
        if where in SMALL_BOWEL[:3]:  # nobody can live on so short a bowel
            usual = [each for each in usual if each != "brought out"]
        sites.append(_site(rng, where, rng.choice(usual), reason, 1 if sites else lesions))
    return tuple(sites)


def _again(done: str, sites: list[Site]) -> bool:
    """Whether there was one of its sort already."""
    return any(done in sort and site.done in sort for sort in ONCE for site in sites)


def _way(rng: Random) -> str:
    scopes = ("laparoscopic", "laparoscopic-assisted", "converted")
    return "open" if rng.random() < 0.55 else rng.choice(scopes)


def _crohn(rng: Random) -> Short:
    pieces = ("joined",) * 3 + ("two pieces", "three pieces", "joined twice", "ring in join")
    sites = list(_sites(rng, rng.choice((1, 2, 2, 3, 4)), pieces, ("stricture",)))
    free = [where for where in SMALL_BOWEL if where not in {s.where for s in sites}]
    way = _way(rng)
    extra = rng.choice(("", "widened", "widened", "loop", "loop", "brought out", "last", "valve"))
    match extra:
        case "widened":
            sites += [_site(rng, where, "widened", "stricture") for where in free[:1]]
        case "loop" if sites[-1].where in SMALL_BOWEL[3:]:  # above all that it is to spare
            sites = [site for site in sites if site.where in SMALL_BOWEL[3:]]
            above = [where for where in SMALL_BOWEL[2:5] if AT[where] < sites[0].start]
            sites += [_site(rng, above[-1], "loop", "stricture")]
        case "brought out":
            sites += [
                _site(rng, where, "brought out", "stricture")
                for where in free[-1:]
                if where in SMALL_BOWEL[3:]
            ]
        case "last":
            sites = sites[:2] + [Site("last ileum", "near the valve", "stricture", 16.0)]
        case "valve":
            sites = sites[:2] + [_across(rng, "stricture")]
    follows = "unrelated" if rng.random() < 0.12 else None
    beside = ("look-first",) if way == "converted" and rng.random() < 0.7 else ()
    return _short(sites, way, beside, follows, rng)


def _across(rng: Random, why: str) -> Site:
    return Site("valve", "ileocolic", why, float(rng.randrange(18, 30, 2)))


def _short(
    sites: list[Site] | tuple[Site, ...], way: str, beside: tuple[str, ...], follows: str | None, rng: Random
) -> Short:
    ordered = tuple(sorted(sites, key=lambda site: site.start))
    if not with_joins(ordered):
        way = way.removesuffix("-assisted")  # nothing is brought out to be joined
    days = rng.choice(AFTER[follows]) if follows else 1
    return Short("", 0, "", ordered, beside, way, follows=follows, days=days)


def _ischemia(rng: Random) -> Short:
    dead = ("ischemia", "infarction")
    follows = rng.choice((None, None, "staged", "complication"))
    kinds = ("joined", "joined", "two pieces", "joined twice", "brought out", *OPEN)
    sites = list(_sites(rng, rng.choice((1, 2, 3)), kinds, dead))
    if follows == "staged" and rng.random() < 0.8:
        first = rng.choice(("stapled joined", "more removed"))
        sites = [Site(sites[0].where, first, "infarction", 30.0), *sites[1:2]]
    return _short(sites, "open", (), follows, rng)


def _crash(rng: Random) -> Short:
    kinds = ("joined", "joined", "hole of an injury", "hole of an injury", "brought out", "own hole", *OPEN)
    sites = _sites(rng, rng.choice((1, 2, 2, 3)), kinds, ("injury",))
    look = ("look",) if rng.random() < 0.3 else ()
    return _short(sites, "open", look, None, rng)


def _tumor(rng: Random) -> Short:
    way = _way(rng)
    sites = list(_sites(rng, rng.choice((1, 2, 3)), ("joined", "joined", "two pieces"), ("tumor",)))
    if rng.random() < 0.4:
        last = rng.choice((_across(rng, "tumor"), Site("last ileum", "near the valve", "tumor", 14.0)))
        sites = [*sites[:2], last]
    return _short(sites, way, (), "unrelated" if rng.random() < 0.2 else None, rng)


def _blocked(rng: Random) -> Short:
    kinds = ("joined", "own hole", "own piece", "emptied", "stone", "joined", "bypass")
    sites = _emptied_above(list(_sites(rng, rng.choice((1, 2, 2, 3)), kinds, ("ischemia", "infarction"))))
    way = _way(rng)
    beside = ["look-first"] if way == "converted" and rng.random() < 0.7 else []
    beside += ["look"] if way == "open" and rng.random() < 0.3 else []
    beside += [rng.choice(("untwisted", "appendix-diseased", "hernia", "adhesions-extensive", "feeding"))]
    if rng.random() < 0.15:
        sites = [site for site in sites if site.done == "emptied"]
    return _short(sites, way, tuple(beside), "unrelated" if rng.random() < 0.15 else None, rng)


def _emptied_above(sites: list[Site]) -> list[Site]:
    """The same with the bowel let down at the uppermost stretch: below what blocks it, it is empty."""
    sites.sort(key=lambda site: site.done != "emptied")
    places = sorted((site.where for site in sites), key=AT.__getitem__)
    return [replace(site, where=where) for site, where in zip(sites, places, strict=True)]


def _ulcer(rng: Random) -> Short:
    kinds = ("joined", "hole of a disease", "hole of a disease", "brought out", *OPEN)
    sites = list(_sites(rng, rng.choice((1, 2, 2)), kinds, ("perforation",)))
    beside = ("hernia",) if rng.random() < 0.2 else ()
    return _short(sites, "open", beside, None, rng)


def _diversion(rng: Random) -> Short:
    # A loop stoma sits low, and contrast ran freely below it: what else was wrong lay above.
    where = rng.choice(("mid ileum", "distal ileum", "distal ileum"))
    closed = rng.choice(("stoma closed", "stoma closed with a piece", "stoma closed with a piece"))
    sites = [Site(where, closed, "stricture", 8.0)]
    if rng.random() < 0.6:
        sites.append(_site(rng, "proximal ileum", "joined", "stricture"))
        sites += [_site(rng, SMALL_BOWEL[1], "joined", "stricture")] * (rng.random() < 0.3)
    elif closed == "stoma closed" and rng.random() < 0.6:
        sites = [Site("mid ileum", closed, "stricture", 8.0), Site("colon", "loop colostomy")]
    return _short(sites, "open", ("hernia",) if rng.random() < 0.3 else (), None, rng)


def _fistula(rng: Random) -> Short:
    kind = rng.choice(("fistula to the skin", "fistula to the bladder"))
    where = rng.choice(SMALL_BOWEL[3:])
    sites = [_site(rng, where, kind, "fistula")]
    for other in rng.sample(SMALL_BOWEL[:3], rng.choice((0, 1, 1, 2))):
        sites.append(_site(rng, other, "joined", "stricture"))
    return _short(sites, "open", (), None, rng)


def _newborn(rng: Random) -> Short:
    return _short(_sites(rng, rng.choice((1, 2, 3)), ("atresia",), ("atresia",)), "open", (), None, rng)


STORIES: dict[str, Callable[[Random], Short]] = {
    "crohn": _crohn,
    "ischemia": _ischemia,
    "crash": _crash,
    "tumor": _tumor,
    "blocked": _blocked,
    "ulcer": _ulcer,
    "diversion": _diversion,
    "fistula": _fistula,
    "newborn": _newborn,
}


#: Names of parts of the bowel, and numbers: what two sentences may differ in and yet read as one.
PARTS = re.compile(r"\b(proximal|mid|distal) (jejunum|ileum)\b|\d+(\.\d+)?(-0)?")


def sentences(chart: str) -> list[str]:
    """What a brief chart says, in history and report, without numbers and the names of parts."""
    said = re.findall(r"^## History\n\n(.*)|^\*\*Description:\*\* (.*)", chart, re.MULTILINE)
    return [PARTS.sub("_", sentence) for pair in said for text in pair for sentence in split(text)]


def said_again(charts: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Of the sentences of each chart, the share that stands in another one word for word."""
    standing = Counter(sentence for said in charts.values() for sentence in set(said))
    return {id: sum(standing[each] > 1 for each in said) / len(said) for id, said in charts.items()}
