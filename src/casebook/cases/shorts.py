"""Short charts, for finding out which wrong rule gave an answer: an operation put together from sites along
the bowel, told in one of three voices, every deciding sentence with its mark.

The words are in `data/short_charts.toml`; which charts there are stands in `data/shorts.toml`. No coder wrote
their keys: they are what the rulebook gives, and so no short chart rests on a rule that is in doubt (the
tests hold that, and that a reader who has only the text finds the same operation). Where a report leaves open
what became of two ends, it has two readings, and the key is a question to the surgeon.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from casebook.coding.operation import Operation, Step
from casebook.coding.places import NUMBERS, listed, many
from casebook.data import toml
from casebook.grading import expected

from .case import Case

VALVE = 640.0
#: Where a site begins, in cm past the ligament of Treitz. Charts state it roughly; order is all that matters.
AT = {
    "proximal jejunum": 60.0,
    "mid jejunum": 150.0,
    "distal jejunum": 240.0,
    "proximal ileum": 330.0,
    "mid ileum": 420.0,
    "distal ileum": 510.0,
    "last ileum": 604.0,
    "valve": 628.0,
    "colon": 700.0,
}
VOICES = ("told", "clipped", "formal")
#: The voice of a brief chart, which tells of an operation of the first chapters what was done, and no more.
PLAIN = "plain"
MARGIN, ENDS = 8.0, 6.0  # cm: of a second piece, of each of two pieces
TUMOR, WIDEST = 4.0, 10  # cm: how wide tumors may be, and the most sound bowel that goes with them
MANY = 3  # pieces, with which a brief chart says no more of each
NO_DAY = 1  # as an operation has it that follows none

Laid = tuple[str, Step]  # a sentence, and the step that it tells


@dataclass(frozen=True)
class Site:
    """What was done at one stretch: `done` is a key of `DONE`, `why` one of the words' reasons, `length` the
    cm that a piece takes, `lesions` how many lay in it."""

    where: str
    done: str
    why: str = "stricture"
    length: float = 10.0
    lesions: int = 1

    @classmethod
    def read(cls, text: str) -> Site:
        """From a line such as `mid ileum: joined, stricture, 14`; a further number says how many lesions."""
        where, _, rest = text.partition(": ")
        done, *more = rest.split(", ")
        why, length, lesions = (more + ["stricture", "10", "1"][len(more) :])[:3]
        return cls(where, done, why, float(length), int(lesions))

    def __str__(self) -> str:
        lesions = f", {self.lesions}" if self.lesions > 1 else ""
        return f"{self.where}: {self.done}, {self.why}, {self.length:g}{lesions}"

    @property
    def start(self) -> float:
        return AT[self.where]

    @property
    def end(self) -> float:
        return self.start + self.length

    @property
    def left(self) -> bool:
        """Whether an earlier operation left its ends stapled."""
        return self.done in ("stapled joined", "more removed")

    def cut(self, start: float, end: float, why: str = "", **more: Any) -> Step:
        """A piece removed."""
        lesions = 1 if why else self.lesions
        return Step("resect", start, end, reason=why or self.why, lesions=lesions, **more)

    @property
    def whole(self) -> Step:
        return self.cut(self.start, self.end)

    def joined(self, less: float = 0.0, more: float = 0.0) -> Step:
        """Its two ends put together; the piece reaches so many cm further on either side."""
        return Step("join", self.start - less, self.end + more)

    def spot(self, act: str, kind: str | None = None, past: float = 0.0) -> Step:
        """Something done at one position."""
        return Step(act, self.start + past, self.start + past, kind=kind)


#: What may be done at a site: its sentences in order, each with the step that it tells of.
DONE: Mapping[str, Callable[[Site], tuple[Laid, ...]]] = {
    "joined": lambda s: (("piece", s.whole), ("join", s.joined())),
    "two pieces": lambda s: (
        ("piece", s.whole),
        ("margin", s.cut(s.end, s.end + MARGIN, "margin")),
        ("join", s.joined(more=MARGIN)),
    ),
    "three pieces": lambda s: (
        ("piece", s.cut(s.start, s.start + ENDS)),
        ("piece-below", s.cut(s.end - ENDS, s.end)),
        ("bridge", s.cut(s.start + ENDS, s.end - ENDS, "margin")),
        ("join", s.joined()),
    ),
    "joined or left": lambda s: (("piece", s.whole), ("ends-usual", s.joined())),
    "left or joined": lambda s: (("piece", s.whole), ("ends-dry", s.joined())),
    "joined twice": lambda s: (
        ("piece", s.whole),
        ("join", s.joined()),
        ("redo", s.cut(s.start - ENDS, s.end + ENDS, "ischemia")),
        ("rejoin", s.joined(ENDS, ENDS)),
    ),
    "ring in join": lambda s: (
        ("piece", s.whole),
        ("ring-in-join", s.spot("stricturoplasty", past=s.length)),
        ("join", s.joined()),
    ),
    "brought out": lambda s: (("piece", s.whole), ("stoma", s.spot("stoma", "end"))),
    "own piece": lambda s: (
        ("own-piece", s.cut(s.start, s.end, "injury", kind="surgeon")),
        ("join", s.joined()),
    ),
    "near the valve": lambda s: (("near-valve", s.whole), ("join", s.joined())),
    "ileocolic": lambda s: (("ileocolic", s.whole), ("ileocolic-join", s.joined())),
    "atresia": lambda s: (("blind-ends", s.whole), ("join-newborn", s.joined())),
    "stapled joined": lambda s: (("stapled-joined", s.joined()),),
    "more removed": lambda s: (
        ("more-removed", s.cut(s.start - MARGIN, s.start)),
        ("join", s.joined(less=MARGIN)),
    ),
    "loop": lambda s: (("loop", s.spot("stoma", "loop")),),
    "loop colostomy": lambda s: (("loop-colostomy", s.spot("stoma", "loop")),),
    "widened": lambda s: (("widened", s.spot("stricturoplasty")),),
    "own hole": lambda s: (("hole-surgeon", s.spot("repair", "surgeon")),),
    "hole of an injury": lambda s: (("hole-trauma", s.spot("repair", "trauma")),),
    "hole of a disease": lambda s: (("hole-disease", s.spot("repair", "disease")),),
    "bypass": lambda s: (("bypass", Step("bypass", s.start, s.end)),),
    "stone": lambda s: (("stone", s.spot("enterotomy")),),
    "emptied": lambda s: (("emptied", s.spot("enterotomy", "decompress")),),
    "stoma closed": lambda s: (("stoma-closed", s.spot("close_stoma")),),
    "stoma closed with a piece": lambda s: (
        ("stoma-freed", s.spot("close_stoma", past=s.length / 2)),
        ("stoma-piece", s.whole),
        ("join", s.joined()),
    ),
    "fistula to the skin": lambda s: (
        ("fistula-skin", Step("close_fistula", kind="bowel-skin")),
        ("fistula-piece", s.whole),
        ("join", s.joined()),
    ),
    "fistula to the bladder": lambda s: (
        ("fistula-bladder", Step("close_fistula", kind="bowel-bladder")),
        ("fistula-piece", s.whole),
        ("join", s.joined()),
    ),
}
#: What is not said to have been done to two ends, in the order in which the words suggest it.
OPEN = ("joined or left", "left or joined")
JOINED, LEFT = "joined", "left stapled inside"
#: Small things, in the order of an operation: a look before the cut; those done before the bowel is worked
#: on, and those after it; the wash; what is done while closing.
LOOKS: Mapping[str, Step] = {
    "look": Step("explore", kind="laparoscopy"),
    "look-first": Step("explore", kind="laparoscopy"),
}
FIRST: Mapping[str, Step] = {
    "adhesions-limited": Step("lyse_adhesions", kind="limited"),
    "adhesions-extensive": Step("lyse_adhesions", kind="extensive"),
    "explored": Step("explore", kind="laparotomy"),
    "untwisted": Step("untwist"),
}
LAST: Mapping[str, Step] = {
    "mesentery": Step("mesentery_repair"),
    "omentum": Step("omentectomy"),
    "appendix-incidental": Step("appendectomy", kind="incidental"),
    "appendix-diseased": Step("appendectomy", kind="diseased"),
    "feeding": Step("feeding_catheter", 25.0, 25.0),
}
CLOSING: Mapping[str, Step] = {"hernia": Step("hernia_repair", kind="same-wound")}
#: Sites that are told out of the order of the bowel: it is let down before all else, and only when the rest
#: is done are old ends joined and loops brought out.
TOLD_FIRST, TOLD_LAST = ("emptied",), ("stapled joined", "loop", "loop colostomy")
#: What frees something, and so needs a scar in the history.
FREEING = ("own hole", "own piece", "adhesions-limited", "adhesions-extensive", "hernia")
HOLES = {"hole of an injury": "injury-hole", "hole of a disease": "disease-hole"}
FISTULAS = {"fistula to the skin": "fistula-skin", "fistula to the bladder": "fistula-bladder"}


@dataclass(frozen=True)
class Short:
    """One short chart, before it is told. `story` is a key of the words' histories; `follows` and `days` say
    what it comes after, `left` that the place of the first site was left stapled then."""

    voice: str
    seed: int
    story: str
    sites: tuple[Site, ...] = ()
    beside: tuple[str, ...] = ()
    approach: str = "open"
    age: int = 50
    sex: str = "female"
    follows: str | None = None
    days: int = NO_DAY
    surgeon: str = "primary"
    unusual: bool = False
    history: str = ""  # in words of its own, where it has some

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Short:
        """From a row of the list."""
        lists = {"sites": tuple(map(Site.read, row.get("sites", ()))), "beside": tuple(row.get("beside", ()))}
        return cls(**({"seed": 0} | dict(row) | lists))

    def as_row(self) -> dict[str, Any]:
        """As a row of the list, without what is usual."""
        usual = Short("", 0, "")
        told = {name: value for name, value in vars(self).items() if value != getattr(usual, name)}
        lists = {"sites": [str(site) for site in self.sites], "beside": list(self.beside)}
        return told | {name: rows for name, rows in lists.items() if rows}

    @property
    def brief(self) -> bool:
        """Whether it is told without the routine of a report."""
        return self.voice == PLAIN

    @property
    def acts(self) -> frozenset[str]:
        """Whatever is done: at the sites, and beside."""
        return frozenset(self.beside) | {site.done for site in self.sites}

    @property
    def in_order(self) -> list[Site]:
        """The sites in the order in which they are told."""
        return sorted(self.sites, key=lambda site: (site.done in TOLD_LAST) - (site.done in TOLD_FIRST))

    @property
    def open(self) -> Site | None:
        """The site of whose ends the report does not say what became; a chart has one at most."""
        return next((site for site in self.sites if site.done in OPEN), None)

    @property
    def dead(self) -> list[Site]:
        """The sites that gave up a piece for its disease."""
        return [
            site
            for site in self.sites
            if site.done != "own piece" and any(step.act == "resect" for _, step in DONE[site.done](site))
        ]

    @property
    def left(self) -> tuple[tuple[float, float], ...]:
        """The places that the earlier operation left stapled."""
        return tuple((site.start, site.end) for site in self.sites if site.left)


# Telling one


class _Chart:
    """The sentences of a chart while it is told, the steps, and the marks."""

    def __init__(self, short: Short) -> None:
        self.short = short
        self.rng = Random(f"{short.voice}:{short.seed}")
        self.steps: list[Step] = []
        self.marks: dict[str, str] = {}
        self._used: set[str] = set()
        self._turns: dict[str, Iterator[str]] = {}
        self._seen: set[str] = set()
        scope = short.approach == "laparoscopic"
        assisted = short.approach == "laparoscopic-assisted"
        # A surgeon joins bowel in one way in one operation, and within the abdomen with staplers.
        self.technique = "stapled" if scope else self.rng.choice(("stapled", "sewn"))
        self.tools = {
            "stapled": {"stapled": "stapled", "sewn": "sewed"}[self.technique],
            "gia": "Endo GIA" if scope else "GIA 60",
            "suture": "3-0 V-Loc" if scope else self._thread(),
            "days": many(short.days, "day"),
            "all": "most of it" if short.dead else "all of it",
            "loops": "the loop" if len(short.sites) == 1 else "one loop after the other",
            "rest": "the rest of the " if assisted else "",
            "mesentery": "the rest of the mesentery" if assisted else "the mesentery",
            "off": "laid the piece aside" if scope else "handed the piece off",
            "aside": "aside" if scope else "off",
            "unsafe": _words("unsafe").get(short.story, {}).get(short.voice, ""),
        }

    def words(self, *path: str, **filled: object) -> str:
        """One of the sentences of this voice, for this story or way to join, with what varies put in."""
        words, voice = _words(*path), self.short.voice
        kinds = (self.short.story, self.technique, "usual")
        kind = next((kind for kind in kinds if voice in words.get(kind, ())), "")
        frames = (words[kind] if kind else words)[voice]
        text = self.another(".".join(path), frames)
        given = {name: str(value) for name, value in (self.tools | filled).items()}
        capital = {
            name[:1].upper() + name[1:]: value[:1].upper() + value[1:] for name, value in given.items()
        }
        return text.format(**given, **capital).replace(",,", ",")  # one closes what was put in

    def another(self, name: str, frames: Sequence[str]) -> str:
        """One of several by the chart's seed, and another one when it is asked again."""
        if name not in self._turns:
            self._turns[name] = cycle(self._order(frames))
        return next(self._turns[name])

    def _order(self, frames: Sequence[str]) -> Sequence[str]:
        """All of them, begun with any; of brief charts, which are read many at a time, no two have them in
        one order."""
        if self.short.brief:
            return self.rng.sample(frames, len(frames))
        first = self.rng.randrange(len(frames))
        return [*frames[first:], *frames[:first]]

    def _thread(self) -> str:
        """What this surgeon sews with."""
        return self.rng.choice(_words("threads")[PLAIN]) if self.short.brief else "3-0 Vicryl"

    def mark(self, name: str, text: str) -> tuple[str, str]:
        """The sentence with its mark, and the mark's name."""
        number = next(n for n in range(1, 99) if f"{name}-{n}" not in self._used)
        self._used.add(f"{name}-{number}")
        return f"[{text}]{{#{name}-{number}}}", f"{name}-{number}"

    def facet(self, name: str, *path: str, **filled: object) -> str:
        """A sentence that settles something of the operation as a whole."""
        text, self.marks[name] = self.mark(name.replace("_", "-"), self.words(*path, **filled))
        return text

    def told(self, *path: str, step: Step, name: str = "", **filled: object) -> str:
        """A sentence, and the step that it tells of."""
        text, mark = self.mark(path[-1], self.words(*path, **filled))
        self.steps.append(replace(step, evidence=mark, name=name))
        return text

    def site(self, site: Site) -> Iterator[str]:
        """The sentences of one site."""
        why = _words("reasons", site.why)
        where = _where(site)
        filled = {"where": where, "noun": why["noun"], **self._lesion(site, why), **self._measures(site)}
        for key, step in DONE[site.done](site):
            single = step.act not in ("resect", "join", "stoma")
            noun = NOUNS.get(key) if single else NOUNS.get(site.done, why["noun"])
            if noun == why["noun"] and site.lesions > 1:
                noun = f"{NUMBERS[site.lesions]} {noun}s"
            name = f"the {noun} in the {where}" if noun else ""
            if key == "join-newborn" and site is self.short.in_order[-1]:  # while the far end is open
                yield self.words("noise", "newborn")
            yield self.told("say", key, step=step, name=name, **filled)
        if site.done == "fistula to the bladder":
            yield self.words("noise", "bladder")

    def _lesion(self, site: Site, why: Mapping[str, Any]) -> dict[str, object]:
        """What was wrong there, in other words where the chart has spoken of the like before."""
        if site not in self.short.dead:
            return {}
        again = "next" if site.why in self._seen else "one"
        self._seen.add(site.why)
        which = "two" if site.lesions > 1 else again
        return {
            "lesion": self.another(f"{site.why}.{which}", why[which]) + self._caught(site, why),
            "it": "them" if site.lesions > 1 else "it",
            "was": "were" if site.lesions > 1 else "was",
            "one": self._as_one() if site.lesions > 1 else "",
            "nodes": ", the nodes of its mesentery with it" if site.why == "tumor" else "",
        }

    def _as_one(self) -> str:
        """That two lesions came out as one."""
        return self.words("one") if self.short.brief else " in one piece"

    def _measures(self, site: Site) -> dict[str, object]:
        """Roughly how far along it lies, from the end of the bowel that is nearer, and how much sound bowel
        goes with a tumor; told apart for a brief chart, which has room for them where little else is told."""
        past, short = site.start, VALVE - site.end
        about = round(min(past, short) / 5 + self.rng.randrange(-2, 3)) * 5
        at = f"about {about} cm " + ("past the ligament of Treitz" if past < short else "short of the valve")
        cm = min(WIDEST, int((site.length - TUMOR) / 2))
        alone = [site.done for site in self.short.sites] == ["joined"]
        return {
            "at": at,
            "far": f", {at}," if alone else "",
            "cm": cm,
            "clear": self._clear(alone, cm, site),
        }

    def _clear(self, alone: bool, cm: int, site: Site) -> str:
        """What went with a tumor in a brief chart, as far as there is room."""
        if not self.short.brief or site.why != "tumor" or len(self.short.sites) >= MANY:
            return ""
        its = "their" if site.lesions > 1 else "its"
        clear = _words("clear")["alone" if alone else "few"]
        return self.another("clear", clear).format(cm=cm, its=its)

    def _caught(self, site: Site, why: Mapping[str, str]) -> str:
        """What strangled a dead loop of who came blocked: the twist, or else one band."""
        if self.short.story != "blocked":
            return ""
        if "untwisted" in self.short.beside:
            return why.get("twist", "")
        return why.get("band", "") if site in self.short.dead[:1] else ""


#: What is spoken of at a spot, by its sentence, or at a place, by what was done there.
NOUNS = {
    "widened": "short ring",
    "ring-in-join": "narrow ring",
    "hole-surgeon": "scissors hole",
    "hole-trauma": "small hole",
    "hole-disease": "pinhole",
    "own piece": "torn stretch",
    "stapled joined": "two stapled ends",
    "more removed": "two stapled ends",
    "stoma closed with a piece": "old stoma",
    "loop": "loop",
    "loop-colostomy": "loop",
    "stone": "cut for the stone",
    "emptied": "purse string",
}


def case(short: Short, id: str = "short") -> Case:
    """A short chart as a case, its key being the rulebook's own."""
    told = _Chart(short)
    chart = _written(told)
    whole = Operation(
        approach=short.approach,
        steps=tuple(told.steps),
        valve=VALVE,
        follows=short.follows,
        days=short.days,
        left=short.left,
        surgeon=short.surgeon,
        unusual_work=short.unusual,
        marks=tuple(told.marks.items()),
        measured=frozenset(),
    )
    readings = _readings(short, whole)
    data = {
        "title": f"{id.replace('-', ' ').capitalize()}: {_person(short)}",
        "about": ["query"] * (len(readings) > 1) + list(_about(whole)),
        "level": 1,
    }
    made = Case(Path(f"{id}.md"), data, chart, {}, readings)
    return replace(made, data=data | {"key": _key(short, made)})


def _readings(short: Short, whole: Operation) -> tuple[Operation, ...]:
    """The operation, or both that the report allows, in the order in which its words suggest them."""
    site = short.open
    if site is None:
        return (whole,)
    steps = tuple(step for step in whole.steps if (step.act, step.start) != ("join", site.start))
    ends = f"the two ends {_at(site)} were"
    joined = replace(whole, says=f"{ends} {JOINED}")
    left = replace(whole, steps=steps, says=f"{ends} {LEFT}")
    return (joined, left) if site.done == "joined or left" else (left, joined)


def _key(short: Short, made: Case) -> dict[str, str]:
    """The claim and why; where the report leaves one open, what to ask."""
    site = short.open
    if site is None:
        return {"claim": expected(made.item), "why": " ".join(_why(short))}
    (open_,) = made.item.open_marks
    return {
        "claim": expected(made.item),
        "why": " ".join(_why_asked(short, site)),
        "ask": (
            f"Of the bowel {_at(site)} the report says that a piece was removed, and then:"
            f" “{made.evidence[open_]}” What was done with each of the two ends there: were they anastomosed,"
            " left stapled inside, treated in another way, or can it not be determined?"
        ),
    }


def _why_asked(short: Short, open_: Site) -> Iterator[str]:
    """What the report leaves open and what to ask: the reason of a key that asks."""
    yield (
        f"What became of the two ends {_at(open_)} is not said. {JOINED.capitalize()} or {LEFT} are different"
        " claims: ask the surgeon what was done with each end there."
    )
    if sure := [_at(site) for site in with_joins(short.sites) if site is not open_]:
        what, are = ("join", "is") if len(sure) == 1 else ("joins", "are")
        yield f"The {what} {listed(sure)} {are} certain."


def with_joins(sites: Iterable[Site]) -> list[Site]:
    """Those with ends put together, or perhaps put together."""
    return [site for site in sites if any(step.act == "join" for _, step in DONE[site.done](site))]


ENDED = {
    "converted": "It was finished open, so all of it is open.",
    "laparoscopic": "It was laparoscopic to the end.",
    "laparoscopic-assisted": (
        "It was laparoscopic: the bowel was freed and its vessels were cut through the ports, and a small"
        " opening only let it out to be cut and joined."
    ),
}
ONE_PLACE = ("two pieces", "three pieces")


def _why(short: Short) -> Iterator[str]:
    """How the operation ended, and what was counted in it: the reason of the key, in short sentences."""
    if short.approach in ENDED:
        yield ENDED[short.approach]

    def where(*done: str) -> list[str]:
        """The places where one of these was done, each with its preposition."""
        return [_at(site) for site in short.sites if site.done in done]

    apart = ("own piece", "stapled joined")
    joined = with_joins(short.sites)
    joins = [_at(site) for site in joined if site.done not in apart]
    if joins:
        stand = "stands" if len(joins) == 1 else "stand"
        told = f"{many(len(joins), 'join').capitalize()} {stand} when the abdomen is closed"
        if where(*apart):
            told = (
                f"Of the joins that stand when the abdomen is closed, {many(len(joins), 'is', 'are')} counted"
            )
        yield f"{told}: {listed(joins)}."
    for place in where(*ONE_PLACE):
        yield f"More than one piece came out {place} before the ends were joined: one place."
    for place in where("joined twice"):
        yield f"The bowel around the first join {place} did not pink up, and the join went with it."
    for place in where("own piece"):
        yield f"The join {place} mends the surgeon’s own tear and is not counted."
    for place in where("stapled joined"):
        yield f"Two ends left stapled {place} were joined, and nothing was removed."
    for place in where("brought out"):
        yield f"The end {place} was brought out and not joined."
    if not joined and "brought out" not in short.acts:
        yield "No piece was removed and joined."


def _at(site: Site) -> str:
    """Where a site is, with the preposition of its place."""
    return f"{'at' if site.where == 'valve' else 'in'} the {_where(site)}"


def _where(site: Site) -> str:
    return {"last ileum": "last of the ileum", "valve": "ileocecal valve"}.get(site.where, site.where)


def _written(chart: _Chart) -> str:
    short = chart.short
    before = _history(chart)
    steps = " ".join(_operation(chart))
    if short.brief:
        return _briefly(chart, before, steps)
    wanted = chart.facet("surgeon", "surgeon", short.surgeon) if short.surgeon != "primary" else ""
    newborn = short.story == "newborn"
    ends = _words("end")
    ill = "ischemia" if short.open else short.story  # who is looked into again goes to intensive care
    end = ends.get(ill, ends["usual"])[short.voice]
    parts = [
        *(("## Claim wanted", wanted) if wanted else ()),
        "## History",
        before,
        "## Operative report",
        _diagnosis(short),
        f"**Surgeon:** Attending, {'pediatric' if newborn else 'general'} surgery. **Anesthesia:** General.",
        f"**Description:** {steps}",
        end.format(blood=_blood(chart), harm=_harm(short)),
        "## Pathology",
        _pathology(chart),
    ]
    return "\n\n".join(parts) + "\n"


def _briefly(chart: _Chart, before: str, steps: str) -> str:
    """The same without what every report says."""
    harm = (
        f"\n\n**Complications:** {_harm(chart.short)}."
        if chart.short.acts & {"own piece", "own hole"}
        else ""
    )
    told = f"**Description:** {steps}{harm}"
    sent = " ".join(_pathology(chart).split("\n\n"))
    return f"## History\n\n{before}\n\n## Operative report\n\n{told}\n\n## Pathology\n\n{sent}\n"


def _story(short: Short) -> str:
    """The key of the history: a stoma is not closed but moved where a colostomy is made for it."""
    return "exchange" if "loop colostomy" in short.acts else short.story


def _history(chart: _Chart) -> str:
    short = chart.short
    an = "an" if str(short.age).startswith(("8", "11", "18")) else "a"
    who = {
        "an": an,
        "An": an.capitalize(),
        "age": short.age,
        "Age": short.age,
        "person": {"male": "man", "female": "woman"}[short.sex],
        "sex": short.sex[0].upper(),
        "weight": f"{chart.rng.randrange(24, 35) / 10:g}",
    }
    told = [(short.history or _usual_history(short)).format(**who)]
    before = (_words("before", key) for key in _before(short))
    told += [words[short.voice] for words in before if short.voice in words]
    if short.follows:
        told.append(chart.facet("session", "session", short.follows))
    told += [chart.facet("left", "left", where=site.where) for site in short.sites if site.left]
    chart.marks.pop("left", None)  # no facet of an operation, but a deciding sentence
    return " ".join(told)


def _usual_history(short: Short) -> str:
    """One of those of its story."""
    told = _words("history", _story(short))[short.voice]
    return told if isinstance(told, str) else told[(short.seed + short.age) % len(told)]


def _before(short: Short) -> Iterator[str]:
    """What else the history has to carry, since the operation speaks of it."""
    if short.unusual:
        yield "scars"
    elif short.story != "diversion" and short.acts & set(FREEING):
        yield "scar"
    if short.story == "crohn" and "brought out" in short.acts:
        yield "frail"
    for act, key in ({"bypass": "desmoid", "stone": "stone", "loop": "frail"} | FISTULAS).items():
        if act in short.acts:
            yield key


def _diagnosis(short: Short) -> str:
    """The diagnosis before, and after what was found."""
    before = _words("history", _story(short))["diagnosis"]
    after = "; ".join(_found(short, before))
    after = after[:1].upper() + after[1:]
    if after == before:
        return f"**Diagnosis, before and after:** {before}"
    return f"**Diagnosis before:** {before}. **Diagnosis after:** {after}"


def _found(short: Short, before: str) -> Iterator[str]:
    named = _words("after")
    causes = [before]
    if short.story == "blocked":
        causes = [named[key].format(where=where) for key, where in _causes(short)] or [before]
    dead: dict[str, list[str]] = {}
    for site in short.dead:
        after = _words("reasons", site.why).get("after")
        if after and short.story != "crohn":  # the disease has it in its name
            dead.setdefault(after, []).append(f"the {_where(site)}")
    told = HOLES | FISTULAS
    found = [f"{name} of {listed(places)}" for name, places in dead.items()]
    found += [named[told[s.done]].format(where=_where(s)) for s in short.sites if s.done in told]
    if short.story not in ("ulcer", "newborn", "fistula"):  # what was found says it better
        yield from causes
    yield from found
    yield from (named[key] for key in ("appendix-diseased", "hernia") if key in short.beside)


def _causes(short: Short) -> Iterator[tuple[str, str]]:
    """What blocked the bowel, and where."""
    if "untwisted" in short.beside:
        yield "untwisted", ""
    for site in short.sites:
        if site.done in ("stone", "bypass"):
            yield site.done, _where(site)
    if short.dead and "untwisted" not in short.beside:
        yield "band", ""
    elif not short.acts & {"untwisted", "stone", "bypass"} and short.acts & set(FREEING):
        yield "scar", ""


def _blood(chart: _Chart) -> int:
    """The mL lost: little that needs no blood, or enough for the units that were given."""
    short = chart.short
    if short.unusual:
        return chart.rng.randrange(1300, 1900, 50)
    if short.story == "newborn":
        return chart.rng.randrange(2, 12, 2)
    least = 40 * max(1, len(short.dead))
    return chart.rng.randrange(least, least + (80 if short.approach == "laparoscopic" else 160), 20)


def _harm(short: Short) -> str:
    """What the surgeon did that was not meant."""
    named = _words("harm")
    done = [named[site.done].format(where=_where(site)) for site in short.sites if site.done in named]
    return "; ".join(done) or str(named["none"])


def _operation(chart: _Chart) -> Iterator[str]:
    """The sentences of the operation, in order."""
    short = chart.short
    if not short.brief:
        yield chart.words("begin", "newborn" if short.story == "newborn" else "usual")
    yield from _beside(chart, LOOKS)
    if (entered := _entered(short)) == "laparoscopic-assisted":
        yield chart.words("opened", entered)  # what makes it so is told before the first piece
    else:
        yield chart.facet("approach", "opened", entered)
    if short.follows in ("staged", "complication"):
        chart.steps.append(Step("reopen", evidence=chart.marks["approach"]))
    yield from _beside(chart, FIRST)
    if short.unusual:
        yield chart.facet("unusual_work", "unusual")
    if short.story != "newborn" and not short.brief:
        yield chart.words("noise", _run(short))
    if entered == "laparoscopic-assisted":
        yield chart.facet("approach", "outside")
    for site in short.in_order:
        yield from chart.site(site)
    yield from _beside(chart, LAST)
    if short.story == "ischemia" and not short.open and not short.brief:
        yield chart.words("noise", "viable")
    if short.story != "newborn" and not short.brief:
        yield chart.words("wash", "soiled" if short.story == "ulcer" or short.acts & set(HOLES) else "usual")
    yield from _beside(chart, CLOSING)
    yield chart.words("close", _closed(chart), specimens=_specimens(chart))
    if short.open:
        yield chart.words("noise", "again")


def _beside(chart: _Chart, steps: Mapping[str, Step]) -> Iterator[str]:
    """The sentences of those of the small things that were done."""
    for key, step in steps.items():
        if key in chart.short.beside:
            yield chart.told("beside", key, step=step)


def _entered(short: Short) -> str:
    """Which words tell how the abdomen was entered."""
    if short.follows in ("staged", "complication"):
        return "again"
    if short.story == "newborn":
        return "newborn"
    if short.story == "diversion":
        return "stoma"
    looked = short.approach == "converted" and "look-first" in short.beside
    return "converted-looked" if looked else short.approach


def _run(short: Short) -> str:
    """Which words tell that the bowel was run."""
    if short.approach in ("laparoscopic", "laparoscopic-assisted"):
        return "scope"
    return short.story if short.story in ("ischemia", "tumor") else "open"


def _closed(chart: _Chart) -> str:
    if chart.short.approach == "laparoscopic-assisted":
        return "assisted"
    if chart.short.approach != "laparoscopic":
        return "newborn" if chart.short.story == "newborn" else "open"
    return "scope" if any(step.act == "resect" for step in chart.steps) else "scope-empty"


def _specimens(chart: _Chart) -> str:
    """What leaves in the bag, with its verb."""
    pieces = sum(step.act == "resect" for step in chart.steps)
    return "specimen was" if pieces == 1 else "specimens were"


SHEET = "{Organ}, {cm} cm: {found}."  # how pathology writes, but for brief charts


def _pathology(chart: _Chart) -> str:
    stomas = [step.start for step in chart.steps if step.act == "close_stoma"]
    rows = []
    pieces = [step for step in chart.steps if step.act == "resect"]
    sheet = chart.another("sheet", _words("sheet")[PLAIN]) if chart.short.brief else SHEET
    for place, step in enumerate(pieces):
        organ = "Ileum and cecum" if step.end > VALVE else "Small bowel"
        organ += " with stoma" if any(step.start < at < step.end for at in stomas) else ""
        sentence = str(step.evidence).rpartition("-")[0]
        apart = _words("found")
        why = {} if sentence in apart else _words("reasons", str(step.reason))
        found = apart.get(f"{sentence}-{chart.short.story}", apart.get(sentence)) or why["found"]
        cm = f"{_still_there(step, pieces[:place]):g}"
        if chart.short.brief and "brief" in why:
            found = chart.another(f"{why['noun']}.found", why["brief"])
        capital = {"Organ": organ, "Found": found[:1].upper() + found[1:]}
        rows.append(sheet.format(organ=organ.lower(), found=found, cm=cm, **capital))
    rows += [f"{text}." for key, text in _words("sent").items() if key in chart.short.acts]
    return "\n\n".join(rows) if rows else "Nothing sent."


def _still_there(step: Step, before: Sequence[Step]) -> float:
    """How many cm of a piece an earlier one had left: a join cut out has but its two sides."""
    gone = (min(step.end, each.end) - max(step.start, each.start) for each in before)
    return step.end - step.start - sum(cm for cm in gone if cm > 0)


def _person(short: Short) -> str:
    if short.story == "newborn":
        return "a boy of one day"
    return f"a {'man' if short.sex == 'male' else 'woman'} of {short.age}"


def _about(op: Operation) -> Iterator[str]:
    """What a short chart exercises."""
    joined = sum(place.joined for place in op.bowel.places)
    told = {
        "joins": joined > 0,
        "units": joined > 1,
        "approach": op.approach != "open",
        "colon": any(place.end > VALVE for place in op.bowel.places),
        "stoma": bool(op.did("stoma", "close_stoma")),
        "companions": bool(op.acts - {"resect", "join", "stoma", "close_stoma", "close_fistula"}),
        "sessions": bool(op.follows),
        "surgeons-modifiers": op.surgeon != "primary" or op.unusual_work,
    }
    yield from (topic for topic, there in told.items() if there)


def _words(*path: str) -> Mapping[str, Any]:
    words: Mapping[str, Any] = all_words()
    for name in path:
        words = words[name]
    return words


@cache
def all_words() -> dict[str, Any]:
    """The templates, as their file has them."""
    return toml("short_charts.toml")


# The list


@cache
def shorts() -> tuple[Short, ...]:
    """The short charts of the book, in their order."""
    return tuple(Short.read(row) for row in toml("shorts.toml")["short"])


def by_id() -> dict[str, Short]:
    """The same by the ids of their cases: short-1 and so on."""
    return {f"short-{i}": short for i, short in enumerate(shorts(), 1)}


@cache
def short_cases() -> Sequence[Case]:
    """The same as cases."""
    return tuple(case(short, id) for id, short in by_id().items())
