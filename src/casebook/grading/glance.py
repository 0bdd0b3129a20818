"""What a glance tells of a claim before anything is derived: that no operation has it, or what an operation
must have to get it.

Each is a condition that every claim of the rulebook and of the views meets, so that an operation which misses
it may be left out unlooked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations

from casebook.coding import edits
from casebook.coding.claim import Claim, Same, same
from casebook.coding.operation import Operation
from casebook.coding.rulebook import CODES, UNLISTED
from casebook.coding.rules.modifiers import able_22, tied

from .marks import ROLES, SESSIONS

LOOK = "49320"  # the one code that a pair lets by without 59, and 58 may leave out
OPEN = {opened for opened, _ in CODES.values()} - {scoped for _, scoped in CODES.values()}
SCOPED = {scoped for _, scoped in CODES.values() if scoped} - {opened for opened, _ in CODES.values()} | {
    UNLISTED
}
#: By what an operation must have, the services that nothing else gives: one of the acts, or something that
#: `_features` finds.
_GIVES = {
    "resect": "first; further; removed, stoma",
    "across": "ileocolic",
    "colon": "colon; colon, stoma above; colon, end stoma",
    "atresia": "atresia; atresia, tapered; further atresia",
    "small-stoma": "stoma; removed, stoma",
    "colon-stoma": "colostomy; colon, stoma above; colon, end stoma; colon hole, stoma",
    "stricturoplasty": "stricturoplasty",
    "bypass left": "bypass",
    "repair": "one hole; several holes; colon hole; colon hole, stoma",
    "diverticulectomy": "pouch",
    "enterotomy": "opening; duodenal opening; colon opening; decompression",
    "lyse_adhesions": "freeing",
    "explore": "laparotomy",
    "close_stoma": "stoma closed; stoma closed with resection",
    "close_fistula leads": "bowel-skin; bowel-bowel; bowel-bladder; bowel-bladder with resection",
    "appendectomy": "appendix; diseased appendix",
    "mesentery_repair": "mesentery",
    "omentectomy": "omentum",
    "feeding_catheter": "feeding catheter; feeding tube alone",
    "reopen": "reopened; reopened for bleeding",
    "untwist": "untwisting",
    "revise_stoma": (
        "ileostomy revised; ileostomy rebuilt; colostomy revised; colostomy rebuilt;"
        " colostomy rebuilt, hernia"
    ),
}


def _features(op: Operation) -> Iterator[str]:
    """What of an operation decides codes and is no act by itself."""
    places = op.bowel.places
    if any(p.start < op.valve < p.end for p in places):
        yield "across"
    if any(p.start >= op.valve and p.start < p.end for p in places):
        yield "colon"
    if any(s.reason == "atresia" for s in op.steps):
        yield "atresia"
    if any(s.start <= op.valve for s in op.did("stoma")):
        yield "small-stoma"
    if any(s.start >= op.valve for s in op.did("stoma")):
        yield "colon-stoma"
    if any(s.leads for s in op.steps):
        yield "leads"  # a fistula that was the reason to remove a piece
    if op.left:
        yield "left"  # ends that an earlier operation left stapled


@lru_cache(maxsize=1)
def _takes() -> dict[str, frozenset[str]]:
    """For each code what an operation must have, each as words of which one is enough."""
    found: dict[str, set[str]] = {}
    for acts, names in _GIVES.items():
        for code in (code for what in names.split("; ") for code in CODES[what] if code):
            found.setdefault(code, set()).add(acts)
    return {code: frozenset(each) for code, each in found.items() if code not in (UNLISTED, LOOK)}


@dataclass(frozen=True)
class Look:
    """What a glance sees of an operation. Equal ones are told apart by no claim."""

    unusual: bool
    extensive: bool  # freeing that a view holds to be unusual work
    follows: str | None
    decided: bool
    surgeon: str
    opened: bool
    loose: bool
    has: frozenset[str]


def look(op: Operation) -> Look:
    """A glance at an operation."""
    return Look(
        op.unusual_work,
        any(s.kind == "extensive" for s in op.did("lyse_adhesions")),
        tied(op),
        any(s.decided for s in op.steps),
        op.surgeon,
        op.opened,
        any(p.open for p in op.bowel.places),
        op.acts | frozenset(_features(op)),
    )


@dataclass(eq=False)
class Sought:
    """A claim for which an operation is sought."""

    claim: Claim
    _lacks: dict[Look, frozenset[str]] = field(default_factory=dict)
    _same: dict[frozenset[str], Same] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.marks = {mark for line in self.claim for mark in line.modifiers}
        self.codes = {line.code for line in self.claim}
        self.takes_22 = any(not edits.add_on(code) and able_22(code) for code in self.codes)
        self.needs = {need for code in self.codes for need in _takes().get(code, ())}

    def same(self, free: frozenset[str]) -> Same:
        """The claim as it is compared with one that takes 51 on these codes."""
        if free not in self._same:
            self._same[free] = same(self.claim, free)
        return self._same[free]

    def lacks(self, seen: Look) -> frozenset[str]:
        """What another operation must have: one change mends one of these at most."""
        if seen not in self._lacks:
            self._lacks[seen] = frozenset(self._lacking(seen))
        return self._lacks[seen]

    def _lacking(self, seen: Look) -> Iterator[str]:
        argued = "22" in self.marks and seen.extensive
        if ("22" in self.marks) != seen.unusual and self.takes_22 and not argued:
            yield "unusual work"
        follows = next((SESSIONS[m] for m in sorted(self.marks) if m in SESSIONS), None)
        if follows != seen.follows and not seen.decided:
            yield "session"
        if next((ROLES[m] for m in sorted(self.marks) if m in ROLES), "primary") != seen.surgeon:
            yield "surgeon"
        if (self.codes & OPEN and not seen.opened) or (self.codes & SCOPED and seen.opened):
            yield "approach"
        if "52" in self.marks and not seen.loose:
            yield "ends left loose"
        for need in self.needs:
            if seen.has.isdisjoint(need.split()):
                yield need

    @property
    def impossible(self) -> bool:
        """Whether no operation at all has this claim."""
        mixed = bool(self.codes & OPEN) and bool(self.codes & SCOPED)
        return mixed or any(broken(self) for broken in (_first_has_51, _apart_from_nothing, _unevenly_marked))


def _mains(sought: Sought) -> list[tuple[str, frozenset[str]]]:
    """The lines that are no add-ons, in the order of a claim, each code with its marks but for 51."""
    return [
        (line.code, frozenset("59" if m == "XS" else m for m in line.modifiers) - {"51"})
        for line in edits.listed(sought.claim)
        if not edits.add_on(line.code)
    ]


def _first_has_51(sought: Sought) -> bool:
    """51 on the code that comes first, which stands on one line alone."""
    mains = _mains(sought)
    if not mains:
        return False
    first = mains[0][0]
    marked = any("51" in line.modifiers for line in sought.claim if line.code == first)
    return marked and len({marks for code, marks in mains if code == first}) == 1


def _apart_from_nothing(sought: Sought) -> bool:
    """59 where no pair asks for it, or none on the second code of a pair that does."""
    wanted = set()
    for one, two in combinations(sorted(sought.codes), 2):
        pair = edits.pair(one, two)
        if pair and pair[2] == 1 and not edits.add_on(pair[1]) and LOOK not in pair[:2]:
            wanted.add(pair[1])
    looked = LOOK in sought.codes  # its pairs may stand without
    for line in sought.claim:
        apart = bool({"59", "XS"} & set(line.modifiers))
        if (apart and line.code not in wanted and not looked) or (line.code in wanted and not apart):
            return True
    return False


def _unevenly_marked(sought: Sought) -> bool:
    """A mark of the surgeon's role that some line lacks, one of the session that some main line lacks, or 22
    twice."""
    mains = [marks for code, marks in _mains(sought) if code != LOOK]
    for mark in SESSIONS.keys() & sought.marks:
        if any(mark not in marks for marks in mains):
            return True
    for mark in ROLES.keys() & sought.marks:
        if any(mark not in line.modifiers for line in sought.claim):
            return True
    return sum("22" in marks for marks in mains) > 1
