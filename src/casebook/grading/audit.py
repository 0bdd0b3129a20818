"""A claim as somebody filed it, line by line: which lines stand, and what stands against the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from casebook.coding import edits
from casebook.coding.claim import Line, same, show
from casebook.coding.typed import read

from .findings import findings
from .item import Item
from .score import nearest


@dataclass(frozen=True)
class FiledLine:
    """One line of a filed claim: whether it stands in the accepted claim, why not, and what the learner said
    of it."""

    line: str
    stands: bool
    against: str = ""
    judged: bool | None = None

    @property
    def says(self) -> str:
        """Whether it stands, and whether that is what was said."""
        told = "It stands" if self.stands else "It does not stand"
        if self.judged is None:
            return f"{told}."
        return f"{told}, as you said." if self.judged == self.stands else f"{told}; you said otherwise."


def filed_lines(text: str) -> list[str]:
    """The lines of a filed claim as one would type them, in its order."""
    return [show((line,)) for line in read(text).claim]


def audit(item: Item, judged: Sequence[bool | None] = ()) -> list[FiledLine]:
    """Every line of the item's filed claim against the accepted claim nearest to it; none where nothing was
    filed.

    `judged` says of each line, in order, whether the learner let it stand; None where nothing was said.
    """
    claim = read(item.filed).claim
    if not claim or item.note.action != "bill":
        return []
    said = [*judged[: len(claim)], *[None] * (len(claim) - len(judged))]
    return [
        FiledLine(show((line,)), not against, against, says)
        for (line, against), says in zip(_against(item, claim), said, strict=True)
    ]


def _against(item: Item, claim: tuple[Line, ...]) -> Iterator[tuple[Line, str]]:
    """What stands against each line; "" for one that stands."""
    right = [accepted for _, accepted in item.diagnosis.right]
    if any(each.fits(claim) or each.fits(edits.on_second_codes(claim)) for each in right):
        yield from ((line, "") for line in claim)
        return
    target = nearest(item.diagnosis, claim)
    free = target.free_51
    wanted = list(target.same(free))
    found = list(findings(item.diagnosis, claim, target))
    for line in claim:
        (key,) = same((line,), free)
        if key in wanted:
            wanted.remove(key)  # a line of the accepted claim lets one line stand
            yield line, ""
        else:
            why = " ".join(f.says for f in found if f.code == line.code and f.kind != "missing")
            yield line, why or "The accepted claim has no such line."
