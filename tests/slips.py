"""Every answer that is one slip away from the right one, and how many of them the grader can explain.

A slip drops, adds or doubles a line, puts one unit more or less, adds or drops a modifier, swaps the family
of a line or of the whole claim, asks where the note settles it, or bills one reading where the note needs a
query.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from casebook import cases
from casebook.coding.claim import Claim, Line, show, tidy
from casebook.coding.rulebook import CODES, TWINS
from casebook.coding.views import accepted
from casebook.grading import Grade, Item
from tests.minimal_cases import FOLDER
from tests.minimal_cases import item as minimal

NEIGHBOURS = tuple(
    sorted({code for codes in CODES.values() for code in codes if code})
)  # every code that some rule gives
MARKS = ("22", "51", "52", "58", "59", "62", "78", "79", "80", "AS")  # every modifier that some rule gives


def everything() -> Iterator[tuple[str, Item]]:
    """Every minimal operation and every shipped case."""
    for path in sorted(FOLDER.glob("*.yaml")):
        yield path.stem, minimal(path.stem)
    for path in cases.library():
        yield path.stem, cases.load(path).item


@dataclass(frozen=True)
class Slip:
    """What slipped: its kind, the answer that comes of it, and the code and the modifier it is about."""

    kind: str
    text: str
    code: str = ""
    mark: str = ""


def slips(item: Item) -> Iterator[tuple[str, str]]:
    """What slipped, and the answer that comes of it; each answer once, and none that is accepted."""
    for slip in labelled(item):
        yield slip.kind, slip.text


def labelled(item: Item) -> Iterator[Slip]:
    """The slips with what they are about; each answer once, and none that is accepted."""
    seen = set()
    for slip in _all(item):
        if slip.text not in seen and item.grade(slip.text).verdict not in ("correct", "blank"):
            seen.add(slip.text)
            yield slip


def _all(item: Item) -> Iterator[Slip]:
    if item.note.action == "query":
        for op in item.note.readings:
            yield Slip("bill for query", show(accepted(op)[0][1].lines))
        return
    key = item.diagnosis.targets[0].lines
    yield Slip("query for bill", "query")
    for i, line in enumerate(key):
        others = key[:i] + key[i + 1 :]

        def put(new: Line, i: int = i) -> str:
            return show((*key[:i], new, *key[i + 1 :]))

        yield Slip("dropped", show(others), line.code)
        yield Slip("doubled", show((*key, line)), line.code)
        yield Slip("unit more", put(replace(line, units=line.units + 1)), line.code)
        if line.units > 1:
            yield Slip("unit less", put(replace(line, units=line.units - 1)), line.code)
        if line.code in TWINS:
            yield Slip("family of a line", put(replace(line, code=TWINS[line.code])), TWINS[line.code])
    yield from marked(key)
    yield Slip("family", show(replace(line, code=TWINS.get(line.code, line.code)) for line in key))
    for code in NEIGHBOURS:
        if all(line.code != code for line in key):
            yield Slip("added", show((*key, Line(code))), code)


def marked(key: Claim) -> Iterator[Slip]:
    """A claim with one modifier more or less on one line."""
    for i, line in enumerate(key):
        for mark in MARKS:
            kind, mine = "added", tidy((*line.modifiers, mark))
            if mark in line.modifiers:
                kind, mine = "dropped", tuple(m for m in line.modifiers if m != mark)
            text = show((*key[:i], replace(line, modifiers=mine), *key[i + 1 :]))
            yield Slip(f"modifier {kind}", text, line.code, mark)


def explained(grade: Grade) -> bool:
    """Whether the grader named a wrong rule, or a fault together with the rule that makes it one."""
    return bool(grade.misconceptions) or any(finding.rule for finding in grade.findings)


@dataclass
class Tally:
    """How many slips there were of each kind, how many were explained, and the rest."""

    total: Counter[str] = field(default_factory=Counter)
    explained: Counter[str] = field(default_factory=Counter)
    named: int = 0  # explained by a misconception
    rest: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.explained.total() / max(1, self.total.total())

    def add(self, name: str, item: Item) -> None:
        for kind, text in slips(item):
            grade = item.grade(text)
            self.total[kind] += 1
            self.named += bool(grade.misconceptions)
            if explained(grade):
                self.explained[kind] += 1
            else:
                self.rest.append(f"{name}: {kind}: {text}")
