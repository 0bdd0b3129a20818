"""An operation: how it was approached, whose claim it is, and the ordered steps that shape the bowel.

Building one refuses the impossible, and says which step is at fault.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from casebook.errors import BowelError, OperationError

from .bowel import Bowel, Place, cm

APPROACHES = ("open", "laparoscopic", "converted", "robotic", "hand-assisted", "laparoscopic-assisted")
#: What takes the laparoscopic codes by a rule of its own, and that rule.
ASSISTED = {
    "robotic": "robot-or-hand",
    "hand-assisted": "robot-or-hand",
    "laparoscopic-assisted": "assisted",
}
SURGEONS = ("primary", "assistant", "assistant-nonphysician", "co-surgeon")
#: What an operation is beside its steps, and a sentence may say; `settled` is what settles a matter that
#: looked open (an addendum, or the body of a note against its heading), `no_stoma` that none was made.
FACETS = (
    "approach",
    "session",
    "surgeon",
    "unusual_work",
    "valve",
    "rectum",
    "indication",
    "settled",
    "no_stoma",
)
OPERATION_KEYS = (
    "says",
    "approach",
    "valve",
    "valve_gone",
    "rectum",
    "session",
    "surgeon",
    "teaching",
    "unusual_work",
    "evidence",
    "steps",
)
FOLLOWS = ("staged", "complication", "unrelated")
REASONS = (
    "stricture",
    "ischemia",
    "infarction",
    "tumor",
    "perforation",
    "fistula",
    "atresia",
    "margin",
    "injury",
    "join",
    "conduit",
)
LEADS = ("skin", "bowel", "bladder")  # where a fistula led
POINTS = (
    "stricturoplasty",
    "repair",
    "enterotomy",
    "diverticulectomy",
)  # done at one spot, apart or as part of something
MOST_STEPS = 60  # of an operation
MOST_LEFT = 20  # places that an earlier session left open
MOST_READINGS = 20  # of a note
LONGEST_NAME = 60  # characters of what a place is called
NEAR_A_JOIN = 5.0  # cm; closer than this a repair, opening or stricturoplasty is part of the join

#: Each step's key, and what its value may be: a span, a position, one of some words, or true.
STEPS: dict[str, tuple[str, ...] | str] = {
    "resect": "span",
    "join": "span",
    "bypass": "span",
    "stoma": "at",
    "stricturoplasty": "at",
    "repair": "at",
    "diverticulectomy": "at",
    "enterotomy": "at",
    "close_stoma": "at",
    "revise_stoma": "at",
    "feeding_catheter": "at",
    "lyse_adhesions": ("limited", "extensive"),
    "explore": ("laparotomy", "laparoscopy"),
    "close_fistula": ("bowel-skin", "bowel-bowel", "bowel-bladder"),
    "appendectomy": ("diseased", "incidental"),
    "hernia_repair": ("same-wound", "other-wound"),
    "mesentery_repair": "true",
    "omentectomy": "true",
    "untwist": "true",
    "reopen": "true",
}
#: What `true` stood for before a step had words of its own.
ONCE_TRUE = {"appendectomy": "incidental"}
#: Codes of a hernia mended in which something was caught, in the groin or at the front of the abdomen.
STRANGULATED = tuple("49507 49521 49553 49557 49592 49594 49596 49614 49616 49618".split())
#: What a step may say besides: `lesions` is how many diseased areas a piece holds, `decided` that what a
#: first look
#: through the laparoscope found led to the open operation, `tapered` that the wide end was narrowed for the
#: join, `cause` that
#: the surgeon injured the bowel, a hole or sound bowel that had to be removed; a repair's cause `fistula`
#: is the far opening of a fistula, sewn after the tract was taken off it; `to` says where a
#: fistula led that was the reason to remove a piece.
EXTRAS: dict[str, dict[str, tuple[str, ...] | str]] = {
    "resect": {"for": REASONS, "to": LEADS, "lesions": "count", "cause": ("surgeon",)},
    "join": {"tapered": "flag"},
    "stoma": {"kind": ("end", "loop")},
    "repair": {"cause": ("surgeon", "trauma", "disease", "fistula")},
    "enterotomy": {"kind": ("decompress",)},
    "revise_stoma": {"kind": ("simple", "deep", "hernia")},
    "explore": {"decided": "flag"},
    "hernia_repair": {"code": STRANGULATED},
}
REQUIRED = {"stoma": "kind", "repair": "cause", "revise_stoma": "kind"}


@dataclass(frozen=True)
class Step:
    """One thing done. `start` and `end` are cm (equal for a step at one position)."""

    act: str
    start: float = 0.0
    end: float = 0.0
    kind: str | None = None  # of a stoma, fistula, exploration or freeing; the cause of a repair or removal
    reason: str | None = None  # why a piece was removed
    leads: str | None = None  # where the fistula led that was the reason
    lesions: int = 1
    tapered: bool = False
    decided: bool = False
    code: str | None = None  # of a hernia mended, where it has one of its own
    evidence: str | None = None
    # The mark of another sentence that it takes to settle the step: who made a hole, what became of the ends.
    also: str | None = field(default=None, compare=False)
    name: str = field(default="", compare=False)  # what the chart calls the place: "the loop in the pelvis"

    @property
    def where(self) -> str:
        return cm(self.start) if self.start == self.end else f"{cm(self.start)} to {cm(self.end)}"

    def as_mapping(self) -> dict[str, Any]:
        shape = STEPS[self.act]
        value: Any = True if shape == "true" else self.kind if isinstance(shape, tuple) else self.start
        row: dict[str, Any] = {self.act: [self.start, self.end] if shape == "span" else value}
        row |= {"for": self.reason} if self.reason else {}
        row |= {"to": self.leads} if self.leads else {}
        row |= {"lesions": self.lesions} if self.lesions != 1 else {}
        row |= {"tapered": True} if self.tapered else {}
        row |= {"decided": True} if self.decided else {}
        row |= {"cause": self.kind} if self.act == "resect" and self.kind else {}
        row |= {REQUIRED[self.act]: self.kind} if self.act in REQUIRED else {}
        row |= {"kind": self.kind} if self.act == "enterotomy" and self.kind else {}
        row |= {"code": self.code} if self.code else {}
        row |= {"name": self.name} if self.name else {}
        row |= {"also": self.also} if self.also else {}
        return row | ({"evidence": self.evidence} if self.evidence else {})


@dataclass(frozen=True)
class Operation:
    """What was done, in order, and by whom. Building one checks that the bowel allows it (OperationError)."""

    approach: str = "open"
    steps: tuple[Step, ...] = ()
    valve: float = 600.0  # cm past the ligament of Treitz
    valve_gone: bool = False  # an earlier operation took it: there small bowel is joined to colon
    rectum: float | None = None  # where it begins, on the same measure; None where the chart does not say
    follows: str | None = None
    days: int = 1  # since the earlier operation
    left: tuple[tuple[float, float], ...] = ()
    surgeon: str = "primary"
    teaching: bool = False  # a resident took part, and the surgeon says they were there for the key parts
    unusual_work: bool = False
    says: str = ""
    marks: tuple[tuple[str, str], ...] = ()  # facets, each with the mark in the chart that says so
    # Positions in cm that the chart states; None where there is no chart, and so nothing but centimeters.
    measured: frozenset[float] | None = field(default=None, repr=False, compare=False)
    bowel: Bowel = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bowel", self._build())

    def _build(self) -> Bowel:
        bowel = Bowel(tuple(sorted((Place(a, b, left=True) for a, b in self.left), key=lambda p: p.start)))
        for i, step in enumerate(self.steps):
            try:
                match step.act:
                    case "resect":
                        bowel = bowel.cut(step.start, step.end, i)
                    case "join":
                        bowel = bowel.join(step.start, step.end, i)
                    case "stoma" if step.kind == "end":
                        bowel = bowel.bring_out(step.start, i)
                    case "stoma":
                        bowel = bowel.loop(step.start, i)
                    case act if STEPS[act] in ("at", "span"):
                        if step.start > step.end:
                            raise BowelError(
                                f"the ends are reversed: write [{cm(step.end)}, {cm(step.start)}]"
                            )
                        bowel.exists(step.start)
                        bowel.exists(step.end)
            except BowelError as error:
                raise OperationError(
                    f"step {i + 1}, {step.act} {step.where}: {error}", ("steps", i, step.act)
                ) from None
        return bowel

    def unusual(self, facet: str) -> bool:
        """Whether the operation as a whole is not what it would be taken for in this respect."""
        usual = {
            "approach": self.approach == "open",
            "session": not self.follows,
            "surgeon": self.surgeon == "primary",
            "unusual_work": not self.unusual_work,
            "settled": True,
            "no_stoma": True,
        }
        return not usual.get(facet, False)

    @cached_property
    def acts(self) -> frozenset[str]:
        return frozenset(s.act for s in self.steps)

    @property
    def opened(self) -> bool:
        """Whether it was open at its end, from the first cut or by conversion."""
        return self.approach in ("open", "converted")

    @property
    def open_already(self) -> bool:
        """Whether the abdomen was open, or freshly closed, before this operation began."""
        return bool(self.left or self.did("reopen"))

    def numbered(self, *acts: str) -> list[tuple[int, Step]]:
        """The steps of these acts, each with its place in the order."""
        if self.acts.isdisjoint(acts):
            return []
        return [(i, s) for i, s in enumerate(self.steps) if s.act in acts]

    def did(self, *acts: str) -> tuple[Step, ...]:
        """The steps of these kinds, in order."""
        if self.acts.isdisjoint(acts):
            return ()
        return tuple(s for s in self.steps if s.act in acts)

    @property
    def junction(self) -> str:
        """What the small bowel ends at, as people call it."""
        return "old ileocolic join" if self.valve_gone else "ileocecal valve"

    def reasons(self, place: Place) -> set[str | None]:
        return {self.steps[i].reason for i in place.cuts}

    def own_injury(self, place: Place) -> bool:
        """Whether all that is missing at a place went because of an injury by the surgeon."""
        return bool(place.cuts) and all(self.steps[i].kind == "surgeon" for i in place.cuts)

    def trimmed_only(self, place: Place) -> bool:
        """Whether a place left open by an earlier operation was at most trimmed today, which removes no
        segment."""
        return place.left and self.reasons(place) <= {"margin"}

    def redone(self, i: int) -> bool:
        """Whether step `i` cut out, for its own sake, a join made earlier in this operation."""
        step = self.steps[i]
        made = (s for s in self.steps[:i] if s.act == "join")
        return step.reason == "join" and any(step.start <= s.start and s.end <= step.end for s in made)

    @cached_property
    def apart(self) -> tuple[Step, ...]:
        """Stricturoplasties, repairs, openings and pouch removals that are neither beside a join nor in a
        span later out."""
        return tuple(s for i, s in enumerate(self.steps) if self._apart(i, s))

    def _apart(self, i: int, step: Step) -> bool:
        if step.act not in POINTS:
            return False
        out_later = any(s.act == "resect" and s.start <= step.start <= s.end for s in self.steps[i + 1 :])
        beside = step.act != "diverticulectomy" and any(
            abs(step.start - end) <= NEAR_A_JOIN for end in self._joined_ends
        )
        return not (out_later or beside)

    @cached_property
    def _joined_ends(self) -> tuple[float, ...]:
        """Where bowel was sewn to bowel: the ends of joined places, of a bypass, and of a stoma that was
        closed."""
        ends = [end for p in self.bowel.places if p.joined for end in (p.start, p.end)]
        return (*ends, *(end for s in self.did("bypass", "close_stoma") for end in (s.start, s.end)))

    def as_mapping(self) -> dict[str, Any]:
        session = {"follows": self.follows, "days": self.days} if self.follows else {}
        if self.left:
            session["left"] = [list(span) for span in self.left]
        row: dict[str, Any] = {"says": self.says} if self.says else {}
        row |= {"approach": self.approach, "valve": self.valve}
        row |= {"valve_gone": True} if self.valve_gone else {}
        row |= {"rectum": self.rectum} if self.rectum is not None else {}
        row |= {"session": session} if session else {}
        row |= {"surgeon": self.surgeon} if self.surgeon != "primary" else {}
        row |= {"teaching": True} if self.teaching else {}
        row |= {"unusual_work": True} if self.unusual_work else {}
        row |= {"evidence": _by_facet(self.marks)} if self.marks else {}
        return row | {"steps": [s.as_mapping() for s in self.steps]}


def _by_facet(marks: tuple[tuple[str, str], ...]) -> dict[str, str | list[str]]:
    """Each facet with its mark, or with its marks where two sentences say it together."""
    found: dict[str, list[str]] = {}
    for facet, mark in marks:
        found.setdefault(facet, []).append(mark)
    return {facet: names[0] if len(names) == 1 else names for facet, names in found.items()}
