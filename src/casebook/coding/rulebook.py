"""How a rulebook works: rules by kind, the services they name, and the one pass from an operation to its
claim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from casebook.errors import OutOfScope

from . import edits
from .authorities import weakest
from .bowel import Place
from .claim import Claim, Line, Same, same, tidy
from .operation import ASSISTED, Operation, Step

UNLISTED = "44238"  # a laparoscopic act on bowel that has no code of its own
UNLISTED_OPEN = "44799"

#: What a service is called in each family: open, laparoscopic (None: no code of its own).
CODES: dict[str, tuple[str, str | None]] = {
    "first": ("44120", "44202"),
    "further": ("44121", "44203"),
    "removed, stoma": ("44125", None),
    "ileocolic": ("44160", "44205"),
    "colon": ("44140", "44204"),
    "colon, stoma above": ("44141", None),
    "colon, end stoma": ("44143", "44206"),
    "atresia": ("44126", None),
    "atresia, tapered": ("44127", None),
    "further atresia": ("44128", None),
    "stoma": ("44310", "44187"),
    "colostomy": ("44320", "44188"),
    "stricturoplasty": ("44615", None),
    "bypass": ("44130", None),
    "one hole": ("44602", None),
    "several holes": ("44603", None),
    "colon hole": ("44604", None),
    "colon hole, stoma": ("44605", None),
    "pouch": ("44800", None),
    "opening": ("44020", None),
    "duodenal opening": ("44010", None),
    "colon opening": ("44025", None),
    "freeing": ("44005", "44180"),
    "laparotomy": ("49000", "49320"),
    "laparoscopy": ("49320", "49320"),
    "stoma closed": ("44620", None),
    "stoma closed with resection": ("44625", "44227"),
    "bowel-skin": ("44640", None),
    "bowel-bowel": ("44650", None),
    "bowel-bladder": ("44660", None),
    "bowel-bladder with resection": ("44661", None),
    "appendix": ("44950", "44970"),
    "mesentery": ("44850", None),
    "omentum": ("49255", None),
    "feeding catheter": ("44015", "44015"),
    "feeding tube alone": ("44300", "44186"),
    "reopened": ("49002", None),
    "reopened for bleeding": ("35840", None),
    "decompression": ("44021", None),
    "untwisting": ("44050", None),
    "diseased appendix": ("44955", "44970"),
    "ileostomy revised": ("44312", "44312"),
    "ileostomy rebuilt": ("44314", "44314"),
    "colostomy revised": ("44340", "44340"),
    "colostomy rebuilt": ("44345", "44345"),
    "colostomy rebuilt, hernia": ("44346", "44346"),
    "hernia": ("49591", "49591"),
}
#: The same service in the other family.
TWINS = {
    a: b
    for opened, scoped in CODES.values()
    if scoped
    for a, b in ((opened, scoped), (scoped, opened))
    if a != b
}


def codes_of(*services: str) -> frozenset[str]:
    """The codes of these services in both families. Raises KeyError for a service that `CODES` has not."""
    return frozenset(code for what in services for code in CODES[what] if code)


@dataclass(frozen=True)
class Service:
    """Something done, as a line of a claim would say it. `steps` are the steps that show it."""

    what: str
    code: str
    units: int = 1
    modifiers: frozenset[str] = frozenset()
    because: tuple[str, ...] = ()
    steps: tuple[int, ...] = ()
    rank: str = "procedure"  # resection | procedure | minor


#: Functions that stand in for those of rules, by the rule.
Swaps = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True)
class Rule:
    """One rule: its kind (read, bill, inside, modifier), its plain sentence, and what it rests on."""

    id: str
    kind: str  # read | bill | inside | modifier
    says: str
    authorities: tuple[str, ...]
    confidence: str
    decisions: tuple[str, ...]
    ask: Callable[..., Any]
    sections: Mapping[str, str] = field(default_factory=dict)  # authority -> where in it, such as VI.H.11

    def as_dict(self) -> dict[str, object]:
        return {"rule": self.id, "says": self.says, "authorities": list(self.authorities)}


class Rulebook(Mapping[str, Rule]):
    """The rules by id, in the order they run. A swapped book shares all but the exchanged ones, which are
    its `swaps`; `asks` are the functions of all."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = dict(rules)
        self.swaps: Swaps = {}
        self.asks: Swaps = {rule.id: rule.ask for rule in rules.values()}
        # Ids: an exchanged rule is of the same kind and runs in the same place.
        self.bill, self.inside, self.modifiers = (
            tuple(rule.id for rule in rules.values() if rule.kind == kind)
            for kind in ("bill", "inside", "modifier")
        )

    def __getitem__(self, id: str) -> Rule:
        return self._rules[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    def swap(self, swaps: Swaps) -> Rulebook:
        book = copy(self)
        book._rules = self._rules | {id: replace(self._rules[id], ask=ask) for id, ask in swaps.items()}
        book.swaps, book.asks = {**self.swaps, **swaps}, {**self.asks, **swaps}
        return book


class Derivation:
    """One operation being read with one rulebook; rules ask one another through it."""

    def __init__(self, op: Operation, book: Rulebook) -> None:
        self.op = op
        self.book = book
        self._asks = book.asks
        self._parts: dict[str, list[Place]] | None = None

    def ask(self, id: str, *args: Any) -> Any:
        return self._asks[id](self, *args)

    def billed(self, id: str) -> Iterable[Service]:
        """The services that a bill rule names."""
        services: Iterable[Service] = self.ask(id)
        return services

    def places(self, *parts: str) -> list[Place]:
        """The places that play one of these parts; each place plays exactly one."""
        if self._parts is None:
            self._parts = {}
            for place in self.op.bowel.places:
                self._parts.setdefault(self.ask("part", place), []).append(place)
        if len(parts) == 1:
            return self._parts.get(parts[0], [])
        return sorted((p for part in parts for p in self._parts.get(part, ())), key=lambda p: p.start)

    def code(self, what: str) -> str:
        opened, scoped = CODES[what]
        return opened if self.ask("approach") == "open" else scoped or UNLISTED

    def service(
        self, what: str, *because: str, units: int = 1, steps: Iterable[int] = (), rank: str = "procedure"
    ) -> Service:
        code = self.code(what)
        why = because if code != UNLISTED else (*because, "unlisted")
        if self.op.approach == "converted":
            why = ("conversion", *why)
        elif self.op.approach in ASSISTED:
            why = (ASSISTED[self.op.approach], *why)
        elif code != CODES[what][0]:
            why = ("approach",) + why
        return Service(what, code, units, frozenset(), why, tuple(steps), rank)

    def numbered(self, *acts: str) -> list[tuple[int, Step]]:
        return self.op.numbered(*acts)


def steps_of(places: Iterable[Place]) -> tuple[int, ...]:
    """The steps that show these places: their cuts, the join that stands, their stomas."""
    return tuple(sorted({i for p in places for i in (*p.cuts, *p.joins[-1:], *p.stomas)}))


def named(services: list[Service], *names: str) -> list[Service]:
    """The services so named."""
    return [s for s in services if s.what in names]


def marked(lines: list[Service], at: Iterable[int], modifier: str, rule: str) -> list[Service]:
    """The lines with one modifier more on those at the given positions."""
    chosen = set(at)
    return [
        replace(s, modifiers=s.modifiers | {modifier}, because=(*s.because, rule)) if i in chosen else s
        for i, s in enumerate(lines)
    ]


def main_lines(lines: list[Service]) -> list[int]:
    """The positions of the lines that are not add-ons."""
    return [i for i, s in enumerate(lines) if not edits.add_on(s.code)]


# From rules to claim


@dataclass(frozen=True)
class Derived:
    """The claim of one operation: its lines, the rules behind it, and what was done but is not billed."""

    lines: Claim = ()
    because: tuple[str, ...] = ()
    not_billed: tuple[tuple[str, str, tuple[int, ...]], ...] = ()  # code, rule, steps
    confidence: str = "confirmed"
    shown_by: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # code -> steps
    rests_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # code -> rules
    out_of_scope: str | None = None

    def same(self, free_51: frozenset[str] | None = None) -> Same:
        return self._same if free_51 is None else same(self.lines, free_51)

    @cached_property
    def _same(self) -> Same:
        return same(self.lines, self.free_51)

    def fits(self, claim: Claim) -> bool:
        """Whether a claim is this one but for what does not matter: order, split lines, XS for 59, 51 where
        this one has it."""
        return same(claim, self.free_51) == self._same

    @cached_property
    def free_51(self) -> frozenset[str]:
        """The codes on which 51 may be written or left out, since contractors differ."""
        return frozenset(line.code for line in self.lines if "51" in line.modifiers)

    @cached_property
    def in_order(self) -> tuple[tuple[str, int, frozenset[str]], ...]:
        """The lines in their own order, as `same` writes them."""
        order = {line.code: i for i, line in enumerate(reversed(self.lines))}
        return tuple(sorted(self._same, key=lambda k: (-order[k[0]], sorted(k[2]))))

    @cached_property
    def marks(self) -> Mapping[str, frozenset[frozenset[str]]]:
        """The modifiers that each code has, line by line, as `same` writes them."""
        codes = {code for code, _, _ in self._same}
        return {code: frozenset(marks for c, _, marks in self._same if c == code) for code in codes}

    @property
    def rvu(self) -> float:
        """Total facility RVU of the lines, July 2026; no reduction applied."""
        table = edits.values()
        return sum(table[s.code].total * s.units for s in self.lines if s.code in table)


def run(d: Derivation) -> Derived:
    """What the derivation's rulebook says of its operation. Never raises; what no rule decides has
    `out_of_scope`."""
    try:
        services: list[Service] = [s for id in d.book.bill for s in d.billed(id)]
        struck: list[tuple[str, str, tuple[int, ...]]] = []
        for id in d.book.inside:
            for s in d.ask(id, services):
                struck.append((s.code, id, s.steps))
                services = [other for other in services if other is not s]
        if not services:
            return Derived(out_of_scope="nothing that was done is billed by the rules of this casebook")
        lines = edits.listed(_merged(services))
        for id in d.book.modifiers:
            lines = d.ask(id, lines)
    except OutOfScope as reason:
        return Derived(out_of_scope=str(reason))
    because = tuple(dict.fromkeys(id for s in lines for id in s.because))
    rules = dict.fromkeys((*because, *(id for _, id, _ in struck)))
    return Derived(
        lines=tuple(Line(s.code, s.units, tidy(s.modifiers)) for s in lines),
        because=because,
        not_billed=tuple(struck),
        confidence=weakest([d.book[id].confidence for id in rules]),
        shown_by=MappingProxyType({s.code: s.steps for s in reversed(lines)}),
        rests_on=MappingProxyType({s.code: s.because for s in reversed(lines)}),
    )


class Trace(Derivation):
    """One operation read rightly, with every question asked on the way and what came of it (`claim`): tells
    cheaply which swaps change nothing, and which rules they leave alone."""

    def __init__(self, op: Operation, book: Rulebook) -> None:
        super().__init__(op, book)
        self._asked: dict[str, list[tuple[tuple[Any, ...], Any]]] = {}
        self._rests: dict[str, set[str]] = {}  # rule -> the rules that it asked, and itself
        self._open: list[set[str]] = []  # the same of the questions that are being answered
        self._running = True
        self.claim = run(self)
        self._running = False

    def ask(self, id: str, *args: Any) -> Any:
        if not self._running:  # what a swapped rule asks is no question of the right way
            return super().ask(id, *args)
        rests = {id}
        self._open.append(rests)
        try:
            answer = super().ask(id, *args)
            if isinstance(answer, Iterator):
                answer = list(answer)
        finally:
            self._open.pop()
        self._rests.setdefault(id, set()).update(rests)
        if self._open:
            self._open[-1] |= rests
        # Without arguments there is one question, however often it is asked.
        if args or id not in self._asked:
            self._asked.setdefault(id, []).append((args, answer))
        return answer

    def places(self, *parts: str) -> list[Place]:
        found = super().places(*parts)
        if self._open:  # the parts are asked once and kept, but whoever looks at them rests on them
            self._open[-1] |= self._rests.get("part", set())
        return found

    def by(self, book: Rulebook) -> Derived:
        """What a swapped rulebook says of the operation; `claim` itself where its swaps change nothing."""
        return self.claim if self.alike(book.swaps) else run(_Again(self, book))

    def named_by(self, id: str, swaps: Swaps) -> list[Service] | None:
        """The services that a bill rule named, where it rests on no swapped rule."""
        if id not in self._asked or not self._rests[id].isdisjoint(swaps):
            return None
        services: list[Service] = self._asked[id][0][1]
        return services

    def alike(self, swaps: Swaps) -> bool:
        """Whether the swapped rules answer every question as the right ones did, so that the claim stays the
        same."""
        for id, swap in swaps.items():
            for args, answer in self._asked.get(id, ()):
                try:
                    other = swap(self, *args)
                except OutOfScope:
                    return False
                if (list(other) if isinstance(other, Iterator) else other) != answer:
                    return False
        return True


class _Again(Derivation):
    """The operation of a trace, read with a swapped rulebook: what rests on no swapped rule is as it was."""

    def __init__(self, trace: Trace, book: Rulebook) -> None:
        super().__init__(trace.op, book)
        self._trace = trace

    def billed(self, id: str) -> Iterable[Service]:
        before = self._trace.named_by(id, self.book.swaps)
        return super().billed(id) if before is None else before


def _merged(services: list[Service]) -> list[Service]:
    """One line for one code with one set of modifiers; the unlisted code stands once for the whole
    operation."""
    lines: dict[tuple[str, frozenset[str]], Service] = {}
    for s in services:
        seen = lines.get((s.code, s.modifiers))
        if seen is None:
            lines[s.code, s.modifiers] = s
        else:
            units = 1 if s.code == UNLISTED else seen.units + s.units
            because = tuple(dict.fromkeys((*seen.because, *s.because)))
            lines[s.code, s.modifiers] = replace(
                seen, units=units, because=because, steps=(*seen.steps, *s.steps)
            )
    return [replace(s, units=1) if s.code == UNLISTED else s for s in lines.values()]
