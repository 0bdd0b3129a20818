"""Wrong rules that people really use: each is the rulebook with a rule exchanged, and so gives a whole wrong
claim.

The words (what it amounts to, why it tempts, what corrects it) stand in `data/misconceptions.toml`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from casebook.coding import edits
from casebook.coding.bowel import Place
from casebook.coding.claim import Same
from casebook.coding.places import bridge
from casebook.coding.rulebook import CODES, Derivation, Rulebook, Service, main_lines, marked, steps_of
from casebook.coding.rules import RULEBOOK
from casebook.data import Lazy, toml
from casebook.errors import OutOfScope

HALF_METRE = 50.0  # cm
NEAR_VALVE = 40.0  # cm
Swap = Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Misconception:
    """`says` completes “This is what … gives.”, `you` tells it of one answer; `settles` are the acts whose
    sentence in the chart settles it, and `lacks` is, by act, what is said under the sentence that speaks for
    it."""

    id: str
    says: str
    you: str
    tempts: str
    correction: str
    settles: tuple[str, ...]
    against: tuple[str, ...]  # the rules that correct it: the swapped ones, unless said otherwise
    swaps: Mapping[str, Swap]
    book: Rulebook
    ways: tuple[Rulebook, ...]  # this rulebook, and others that the same slip gives
    lacks: Mapping[str, str] = field(default_factory=dict)
    tokens: frozenset[str] = frozenset()  # it is told only of an answer with one of these modifiers
    held: str = ""  # beside others: "often", "seldom", or between the two
    topic: str = ""  # the thing to learn that it belongs to
    besides: str = ""  # how its correction ends, where that speaks of other charts than those that show it

    @property
    def here(self) -> str:
        """The correction in a chart that shows it: without what holds of other charts."""
        return self.correction.removesuffix(self.besides).rstrip()

    def as_dict(self) -> dict[str, str]:
        return {"id": self.id, "says": f"This is what {self.says} gives.", "correction": self.correction}


def _right(id: str, *args: Any) -> Any:
    """What the right rule says."""
    return RULEBOOK[id].ask(*args)


def _nothing(*_: Any) -> list[Any]:
    return []


def _unmarked(d: Derivation, lines: list[Service]) -> list[Service]:
    return lines


def _given(value: Any) -> Swap:
    return lambda *_: value


def _joins(d: Derivation, *parts: str) -> list[Place]:
    return d.places(*(parts or ("joined",)))


def _as(what: str, units: Callable[[int], int], base: str | None = None) -> Swap:
    """First-join, with every joined place billed as `what`."""

    def bill(d: Derivation) -> Iterable[Service]:
        if places := _joins(d):
            if base:
                yield d.service(base, steps=steps_of(places), rank="resection")
            yield d.service(what, steps=steps_of(places), rank="resection", units=units(len(places)))

    return bill


def _paid(best: Callable[..., int], claims: Sequence[Same], values: Sequence[float]) -> int:
    """Which claim pays most or least. Of two with one value, that with fewer codes marked 52 pays more: the
    mark says that less was done."""

    def pay(at: int) -> tuple[float, int]:
        return values[at], -sum("52" in marks for _, _, marks in claims[at])

    return best(range(len(claims)), key=pay)


def _when(test: Callable[[Derivation], object], wrong: Swap, id: str = "first-join") -> Swap:
    """The wrong rule where the test holds, else the right one."""
    return lambda d, *args: wrong(d, *args) if test(d) else _right(id, d, *args)


def _family(approach: Callable[[str], str]) -> Swap:
    """The approach misread: another approach in the place of the one that was used."""

    def read(d: Derivation) -> str:
        seen = approach(d.op.approach)
        return _right("approach", d) if seen == d.op.approach else seen

    return read


def _count(measure: Callable[[Derivation, Place], int]) -> Swap:
    return lambda d, place: max(1, measure(d, place))


def _lesions(d: Derivation, place: Place) -> int:
    pieces = [d.op.steps[i] for i in place.cuts]
    return sum(s.lesions for s in pieces if s.reason not in ("margin", "join") and not bridge(s, pieces))


def _played(change: Callable[[Derivation, Place, str], str]) -> dict[str, Swap]:
    """Places that play another part."""
    return {"part": lambda d, place: change(d, place, _right("part", d, place))}


def _also(id: str, more: Callable[[Derivation], Iterable[Service]]) -> dict[str, Swap]:
    """A bill rule that names something more."""
    return {id: lambda d: [*_right(id, d), *more(d)]}


def _ileum_too(what: str) -> dict[str, Swap]:
    """The ileum in an ileocolic piece, billed once more by itself."""

    def ileum(d: Derivation) -> Iterable[Service]:
        if places := d.places("ileocolic"):
            yield d.service(what, steps=steps_of(places), rank="resection")

    return _also("ileocolic", ileum)


def _instead(id: str, what: str, rank: str = "resection") -> dict[str, Swap]:
    """A bill rule whose services are billed as something else."""

    def bill(d: Derivation) -> Iterable[Service]:
        return [replace(s, what=what, code=d.code(what), rank=rank) for s in _right(id, d)]

    return {id: bill}


def _mixed(d: Derivation) -> Iterable[Service]:
    opened = d.ask("approach") == "open"
    for s in _right("first-join", d):
        yield replace(s, code=CODES["further"][opened]) if s.what == "further" else s


def _both_families(d: Derivation) -> Iterable[Service]:
    return [replace(s, code=CODES[s.what][1]) for s in _right("first-join", d) if s.what == "first"]


def _on_add_ons(modifier: str, id: str, follows: str | None = None) -> Swap:
    def mark(d: Derivation, lines: list[Service]) -> list[Service]:
        done: list[Service] = _right(id, d, lines)
        if follows and d.op.follows != follows:
            return done
        return marked(done, [i for i, s in enumerate(done) if edits.add_on(s.code)], modifier, id)

    return mark


def _forced(d: Derivation, lines: list[Service]) -> list[Service]:
    shut = [edits.pair(a.code, b.code) for i, a in enumerate(lines) for b in lines[i + 1 :]]
    second = {p[1] for p in shut if p and p[2] == 0}
    if not second:
        raise OutOfScope("there are no two codes to force")
    return marked(_right("59", d, lines), [i for i, s in enumerate(lines) if s.code in second], "59", "59")


def _unearned(d: Derivation, lines: list[Service]) -> list[Service]:
    return marked(lines, main_lines(lines)[:1], "22", "22")


def _for_add_on(d: Derivation, lines: list[Service]) -> list[Service]:
    return _unearned(d, lines) if len(_joins(d, "joined", "atresia")) > 1 else _right("22", d, lines)


def _second_apart(d: Derivation, lines: list[Service]) -> list[Service]:
    """Further units of an add-on on a line of their own, with 59."""
    found = []
    for s in _right("59", d, lines):
        if edits.add_on(s.code) and s.units > 1:
            marks = s.modifiers | {"59"}
            found += [replace(s, units=1), replace(s, units=s.units - 1, modifiers=marks)]
        else:
            found.append(s)
    return found


def _each_hole(d: Derivation) -> Iterable[Service]:
    """The code of one hole for each of several."""
    for s in _right("hole-sewn", d):
        yield (
            replace(s, what="one hole", code=d.code("one hole"), units=len(s.steps))
            if (s.what == "several holes")
            else s
        )


def _on_mains(modifier: str, when: Callable[[Derivation], object] = lambda d: True) -> Swap:
    """A mark on the codes that are no add-ons, where the test holds."""
    return lambda d, lines: marked(lines, main_lines(lines), modifier, modifier) if when(d) else lines


def _on_base(modifier: str, role: str) -> Swap:
    return _on_mains(modifier, lambda d: d.op.surgeon == role)


def _follow_up(modifier: str, follows: str) -> Swap:
    return _on_mains(modifier, lambda d: d.op.follows == follows)


def _assistant(modifier: str, role: str) -> Swap:
    return lambda d, lines: (
        marked(lines, range(len(lines)), modifier, modifier) if d.op.surgeon == role else lines
    )


def _closures(d: Derivation) -> list[Place]:
    return d.places("stoma closure", "fistula closure")


def _colon_base(d: Derivation) -> list[Place]:
    return d.places("ileocolic", "colon", "colon, brought out")


def _later(d: Derivation) -> bool:
    return d.op.follows is not None


def _no_other_base(d: Derivation) -> bool:
    return not (_colon_base(d) or _closures(d) or _later(d))


def _out(d: Derivation) -> list[Place]:
    return d.places("brought out")


def _loop(d: Derivation) -> bool:
    return bool(d.op.bowel.loops and _joins(d))


def _first_session(modifier: str) -> Swap:
    """A mark of a later session on the first."""
    return _when(lambda d: d.op.follows is None, _on_mains(modifier), modifier)


def _holes(d: Derivation) -> Iterable[Service]:
    """Every sewn hole as a further resection."""
    for s in _right("hole-sewn", d):
        yield replace(s, what="further", code=d.code("further"), units=len(s.steps), rank="resection")


def _capped(d: Derivation, joins: int) -> int:
    limit: int = edits.limits()[d.code("further")].units
    return min(limit, int(_right("further-units", d, joins)))


def _fistula_closed(d: Derivation) -> bool:
    return bool(d.op.did("close_fistula"))


def _colon_and_stoma(d: Derivation) -> Iterable[Service]:
    """A colon piece with its stoma, said as a joined piece and a stoma beside it."""
    for s in _right("colon", d):
        if s.what in ("colon, end stoma", "colon, stoma above"):
            yield replace(s, what="colon", code=d.code("colon"))
            if s.what == "colon, end stoma":
                yield d.service("colostomy", steps=s.steps)
        else:
            yield s


def _colon_without_stoma(d: Derivation) -> Iterable[Service]:
    """A colon piece with its stoma, said as a joined piece and no more."""
    return [s for s in _colon_and_stoma(d) if s.what != "colostomy"]


def _no_colostomy(d: Derivation) -> Iterable[Service]:
    return [s for s in _right("stoma", d) if s.what != "colostomy" or not d.places("colon")]


def _open_codes(d: Derivation) -> Iterable[Service]:
    """What is part of something, under the open codes also where the operation was by scope."""
    for s in _right("done-but-inside", d):
        small = [i for i in s.steps if d.op.steps[i].start < d.op.valve]
        what = "colon hole" if not small else "one hole" if len(small) == 1 else "several holes"
        yield replace(s, code=CODES[what][0]) if s.what == "own injury" else s


def _several(d: Derivation) -> Iterable[Service]:
    """Own holes counted as several, also one."""
    for s in _open_codes(d):
        yield replace(s, code=CODES["several holes"][0]) if s.what == "own injury" else s


def _own_holes(d: Derivation) -> bool:
    return any(s.kind == "surgeon" for s in d.op.did("repair"))


_FREED = _when(_own_holes, _nothing, "adhesions")
_SMALL_THINGS = dict.fromkeys(("adhesions", "exploration", "mesentery", "omentum", "appendix"), _nothing) | {
    "bypass-beside-resection": _when(
        lambda d: d.ask("approach") == "open", _nothing, "bypass-beside-resection"
    )
}
#: The modifiers that an answer must have for a slip to be told of it.
TOKENS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        ("unusual-work-instead", "unusual-work-unearned", "unusual-work-on-add-on"), frozenset({"22"})
    ),
    "multiple-on-add-on": frozenset({"51"}),
    **dict.fromkeys(("pair-forced", "separate-on-add-on"), frozenset(edits.SEPARATE)),
    "return-mark-unearned": frozenset({"78"}),
    "staged-mark-unearned": frozenset({"58"}),
    "session-mark-confused": frozenset({"58", "78"}),
    "every-return-unplanned": frozenset({"78"}),
    "second-unit-apart": frozenset(edits.SEPARATE),
    "return-mark-on-add-on": frozenset({"79"}),
    "role-mark-unearned": frozenset({"80"}),
    "role-mark-confused": frozenset({"80", "AS"}),
}
#: Slips that are set right by the main claim, also where another accepted one is nearer to the answer.
OF_MAIN = frozenset({"add-on-on-stoma-code", "join-and-stoma-codes"})
#: Slips that some answers do not tell apart, and that come to the same: one is told of them.
ALIKE = (
    ("first-reading-billed", "cheaper-reading-billed", "dearer-reading-billed"),
    ("add-on-on-colon-code", "add-on-alone", "add-on-every-join"),
    ("add-on-on-closure", "add-on-alone", "add-on-every-join"),
    ("next-day-as-add-on", "add-on-alone", "add-on-every-join"),
    ("add-on-alone", "add-on-every-join"),
)
#: Nobody would think of these first: where another wrong rule gives the same answer, that one is told.
FAR_FETCHED = frozenset({"length-counted"})
_EVERY = _as("further", lambda n: n)

_SWAPS: dict[str, dict[str, Swap]] = {
    "pieces-counted": {"count-joins": _count(lambda d, p: len(p.cuts))},
    "lesions-counted": {"count-joins": _count(_lesions)},
    "length-counted": {"count-joins": _count(lambda d, p: 1 + int((p.end - p.start) // HALF_METRE))},
    "joins-ever-counted": {"count-joins": _count(lambda d, p: len(p.joins))},
    "one-unit-for-all": {"further-units": lambda d, joins: min(1, joins - 1)},
    "counted-from-first": {"further-units": lambda d, joins: joins if joins > 1 else 0},
    "primary-per-join": {"first-join": _as("first", lambda n: n)},
    "add-on-alone": {"first-join": _as("further", lambda n: max(1, n - 1))},
    "add-on-every-join": {"first-join": _when(_no_other_base, _EVERY)},
    "add-on-left-out": {"further-units": _given(0)},
    "capped-at-the-limit": {"further-units": _capped},
    "unusual-work-instead": {"further-units": _given(0), "22": _for_add_on},
    "unusual-work-unearned": {"22": _unearned},
    "unusual-work-missed": {"22": _unmarked},
    "unusual-work-on-add-on": {"22": _on_add_ons("22", "22")},
    "multiple-on-add-on": {"51": _on_add_ons("51", "51")},
    "separate-on-add-on": {"59": _on_add_ons("59", "59")},
    "second-unit-apart": {"59": _second_apart},
    "separate-mark-missing": {"59": _unmarked},
    "pair-forced": _SMALL_THINGS | {"59": _forced},
    "open-for-laparoscopic": {"approach": _family(lambda a: "open" if a == "laparoscopic" else a)},
    "open-for-assisted": {"assisted": _given("open"), "robot-or-hand": _given("open")},
    "laparoscopic-for-open": {"approach": _family(lambda a: "laparoscopic" if a == "open" else a)},
    "converted-as-laparoscopic": {"approach": _family(lambda a: "laparoscopic" if a == "converted" else a)},
    "converted-as-both": _also(
        "first-join", lambda d: _both_families(d) if d.op.approach == "converted" else []
    ),
    "converted-start-billed": {"laparoscopic-start": _nothing},
    "look-billed": {"look-through-scope": _nothing},
    "families-mixed": {"first-join": _mixed},
    "add-on-on-colon-code": {"first-join": _when(_colon_base, _EVERY)},
    "add-on-on-stoma-code": (
        {"first-join": _when(_out, _EVERY)} | _instead("stoma-beside-join", "removed, stoma")
    ),
    "ileocolic-as-small": _played(lambda d, p, part: "joined" if part == "ileocolic" else part),
    "ileum-counted-apart": _ileum_too("further"),
    "ileocolic-as-colon": _instead("ileocolic", "colon"),
    "ileum-billed-beside": _ileum_too("first"),
    "small-as-ileocolic": _played(
        lambda d, p, part: "ileocolic" if part == "joined" and p.end > d.op.valve - NEAR_VALVE else part
    ),
    "duodenum-left-out": _played(
        lambda d, p, part: "as it was left" if part == "joined" and p.start < 0 else part
    ),
    "atresia-as-ordinary": _played(lambda d, p, part: "joined" if part == "atresia" else part),
    "ordinary-as-atresia": _played(
        lambda d, p, part: (
            "atresia"
            if part == "joined"
            and d.ask("approach") == "open"
            and d.op.reasons(p) & {"infarction", "perforation"}
            else part
        )
    ),
    "stoma-as-join": _played(lambda d, p, part: "joined" if part == "brought out" else part),
    "end-stoma-as-join-and-stoma": {
        "brought-out": _when(
            lambda d: _out(d) and not d.places("joined", "atresia"),
            lambda d: [
                d.service("first", steps=steps_of(_out(d)), rank="resection"),
                d.service("stoma", steps=steps_of(_out(d))),
            ],
            "brought-out",
        )
    },
    "stoma-billed-twice": _also(
        "brought-out",
        lambda d: [d.service("stoma", steps=steps_of(_out(d)))] if _out(d) and not _joins(d) else [],
    ),
    "loop-as-end": (
        {"first-join": _when(_loop, _as("removed, stoma", lambda n: 1))}
        | {"stoma": _when(_loop, _nothing, "stoma")}
    ),
    "stoma-left-off": {"stoma": _nothing, "stoma-beside-join": _nothing},
    "join-and-stoma-codes": _instead("stoma-beside-join", "removed, stoma"),
    "adhesions-billed": {"adhesions": _nothing},
    "exploration-billed": {"exploration": _nothing},
    "mesentery-billed": {"mesentery": _nothing},
    "omentum-billed": {"omentum": _nothing},
    "appendix-billed": {"appendix": _nothing},
    "diseased-appendix-left-off": {"diseased-appendix": _nothing},
    "appendix-stand-alone": {
        "diseased-appendix": lambda d: [
            replace(s, code=d.code("appendix")) for s in _right("diseased-appendix", d)
        ]
    },
    "untwisting-billed": {"untwisted-on-the-way": _nothing},
    "untwisting-as-looking": _instead("untwisting", "laparotomy", "minor"),
    "letting-out-billed": {"letting-out": _nothing},
    "letting-out-as-opening": _instead("decompression", "opening", "procedure"),
    "hernia-billed": {"hernia-at-the-wound": _nothing},
    "far-opening-billed": {"far-opening": _nothing},
    "closure-and-colostomy": {"closure-beside-colostomy": _nothing},
    "colostomy-billed-apart": {"colon": _colon_and_stoma, "stoma-in-colon-code": _nothing},
    "colon-stoma-left-off": {
        "colon": _colon_without_stoma,
        "stoma-in-colon-code": _nothing,
        "stoma": _no_colostomy,
    },
    "reopening-billed": {"reopening": _nothing},
    "bypass-billed": {"bypass-beside-resection": _nothing},
    "bypass-as-add-on": _instead("bypass", "further"),
    "stricturoplasty-as-add-on": _instead("stricturoplasty", "further"),
    "stricturoplasty-left-off": {"stricturoplasty": _nothing},
    "at-the-join-billed": {"part-of-join": _nothing},
    "own-injury-billed": {"own-injury": _nothing},
    "own-injury-as-add-on": _also(
        "hole-sewn",
        lambda d: [
            d.service("further", steps=[i], rank="resection")
            for i, s in d.numbered("repair")
            if s.kind == "surgeon"
        ],
    )
    | _played(lambda d, p, part: "joined" if part == "own piece" else part),
    "hole-as-add-on": {"hole-sewn": _holes},
    "holes-counted-apart": {"hole-sewn": _each_hole},
    "hole-left-off": {"hole-sewn": _nothing},
    "pouch-in-piece-billed": {"pouch-in-piece": _nothing},
    "pouch-as-resection": {
        "pouch": lambda d: [
            replace(s, what=(what := "further" if _joins(d) else "first"), code=d.code(what))
            for s in _right("pouch", d)
        ]
    },
    "next-day-as-add-on": {"first-join": _when(_later, _EVERY)},
    "session-mark-missing": {"58": _unmarked, "78": _unmarked, "79": _unmarked},
    "return-mark-unearned": {"78": _first_session("78")},
    "staged-mark-unearned": {"58": _first_session("58")},
    "session-mark-confused": {"58": _follow_up("78", "staged"), "78": _follow_up("58", "complication")},
    "every-return-unplanned": {"58": _follow_up("78", "staged"), "79": _follow_up("78", "unrelated")},
    "return-mark-on-add-on": {"79": _on_add_ons("79", "79", "unrelated")},
    "stapled-ends-as-resection": _played(
        lambda d, p, part: "joined" if part == "stapled ends joined" else part
    ),
    "resection-as-stapled-ends": _played(
        lambda d, p, part: "stapled ends joined" if part == "joined" and p.left else part
    ),
    "loose-as-joined": _played(lambda d, p, part: "joined" if part == "loose" else part),
    "role-mark-missing": {"80": _unmarked, "AS": _unmarked, "62": _unmarked},
    "role-mark-on-base-alone": {
        "80": _on_base("80", "assistant"),
        "AS": _on_base("AS", "assistant-nonphysician"),
        "62": _on_base("62", "co-surgeon"),
    },
    "role-mark-unearned": {
        "80": _when(
            lambda d: d.op.surgeon == "primary",
            lambda d, lines: marked(lines, range(len(lines)), "80", "80"),
            "80",
        )
    },
    "role-mark-confused": {
        "80": _assistant("AS", "assistant"),
        "AS": _assistant("80", "assistant-nonphysician"),
    },
    "closure-and-resection": {"removed-to-close": _nothing},
    "resection-for-closure": {
        "fistula-closed": _nothing,
        "removed-to-close": _when(_fistula_closed, _nothing, "removed-to-close"),
    },
    "add-on-on-closure": {"first-join": _when(_closures, _EVERY)},
    "closure-without-resection": {"closure-removed": _given(False)},
    "first-reading-billed": {"settle": lambda claims, values: 0},
    "dearer-reading-billed": {"settle": lambda claims, values: _paid(max, claims, values)},
    "cheaper-reading-billed": {"settle": lambda claims, values: _paid(min, claims, values)},
    "asked-without-need": {"settle": lambda claims, values: None},
}


#: Other whole claims that the same slip gives: by the open code of an act that has none by scope, or another
#: code of its kind, or with a small thing left standing beside it.
_ALSO: dict[str, tuple[dict[str, Swap], ...]] = {
    "own-injury-billed": (
        {"own-injury": _nothing, "done-but-inside": _open_codes},
        {"own-injury": _nothing, "done-but-inside": _several},
        {"own-injury": _nothing, "done-but-inside": _open_codes, "adhesions": _FREED},
        {"own-injury": _nothing, "done-but-inside": _several, "adhesions": _FREED},
    ),
    "stoma-billed-twice": (
        {"stoma-in-colon-code": _nothing},
        _also(
            "colon",
            lambda d: [
                d.service("colostomy", steps=steps_of(p)) for p in [d.places("colon, brought out")] if p
            ],
        )
        | {"stoma-in-colon-code": _nothing},
    ),
    "appendix-billed": (
        {"appendix": _nothing, "small-things": lambda d: _incidental_as(d, "diseased appendix")},
    ),
}


def _incidental_as(d: Derivation, what: str) -> Iterable[Service]:
    for s in _right("small-things", d):
        yield replace(s, code=d.code(what)) if s.what == "appendix" else s


def _load() -> dict[str, Misconception]:
    words = toml("misconceptions.toml")
    if words.keys() != _SWAPS.keys():
        raise RuntimeError(
            f"misconceptions.toml and misconceptions.py differ in: {words.keys() ^ _SWAPS.keys()}"
        )
    return {
        id: Misconception(
            id,
            row["says"],
            row["you"],
            row["tempts"],
            " ".join(filter(None, (row["correction"], row.get("besides")))),
            tuple(row["settles"]),
            tuple(row.get("against", _SWAPS[id])),
            _SWAPS[id],
            RULEBOOK.swap(_SWAPS[id]),
            tuple(RULEBOOK.swap(swaps) for swaps in (_SWAPS[id], *_ALSO.get(id, ()))),
            row.get("lacks", {}),
            TOKENS.get(id, frozenset()),
            row.get("held", ""),
            row["topic"],
            row.get("besides", ""),
        )
        for id, row in words.items()
    }


MISCONCEPTIONS: Mapping[str, Misconception] = Lazy(_load)
