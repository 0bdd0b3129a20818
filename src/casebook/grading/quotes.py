"""The marked sentences of a chart that settle a matter."""

from __future__ import annotations

from collections.abc import Iterable

from casebook.coding.operation import FACETS

from .item import Grade, Item
from .parts import Row

#: What of an operation as a whole a rule looks at.
FACET_OF = {
    **dict.fromkeys(
        ("approach", "conversion", "assisted", "robot-or-hand", "unlisted", "laparoscopic-start"), "approach"
    ),
    **dict.fromkeys(("58", "78", "79", "58-after-look", "same-day"), "session"),
    **dict.fromkeys(("80", "AS", "62"), "surgeon"),
    "22": "unusual_work",
}


MOST_QUOTED = 3  # sentences for one answer
MOST_IN_WORKED = 6


def settling(item: Item, grade: Grade | None = None, acts: Iterable[str] = ()) -> tuple[Row, ...]:
    """The marked sentences of the chart that settle an answer, or with `acts` what was done."""
    most = MOST_IN_WORKED if grade is None else MOST_QUOTED
    if item.note.action == "query" and (marks := [name for name in item.open_marks if name in item.evidence]):
        return tuple(Row(name=name, says=item.evidence[name]) for name in marks[:most])
    known = grade.likely if grade else ()
    acts = [act for m in known for act in m.settles] if known else list(acts)
    rules = [f.rule or "" for f in grade.findings if f.kind != "units"] if grade and not acts else []
    facets = {act for act in acts if act in FACETS} | {FACET_OF[rule] for rule in rules if rule in FACET_OF}
    if whole := [name for name in item.marked(*facets) if name in item.evidence]:
        return tuple(Row(name=name, says=item.evidence[name]) for name in whole[:most])
    if facets and facets.issuperset(acts) and all(rule in FACET_OF for rule in rules):
        return ()  # that the chart says nothing of it settles it
    steps = [s for op in item.note.readings for s in op.steps]
    chosen = (
        item.differing if item.note.action == "query" else [s for act in acts for s in steps if s.act == act]
    )
    if not chosen and any(m.lacks for m in known[:1]):
        return ()  # nothing in the chart speaks for it
    if not chosen and grade is not None:
        codes = {c for f in grade.findings for c in (f.code, *(x.code for x in f.put)) if c} or {
            c for t in item.diagnosis.targets[:1] for c in t.shown_by
        }
        by = [i for t in item.diagnosis.targets[:1] for c in codes for i in t.shown_by.get(c, ())]
        by += [
            i for t in item.diagnosis.targets[:1] for c, _, where in t.not_billed if c in codes for i in where
        ]
        chosen = [item.note.readings[0].steps[i] for i in sorted(set(by))]
    chosen = [s for s in chosen if s.evidence] or [
        s for s in steps if s.evidence and s.act in ("join", "stoma")
    ]
    first = {
        op.steps[i].evidence
        for op in item.note.readings
        for p in op.bowel.places
        for i in (*p.joins[-1:], *p.stomas)
    }
    names = list(dict.fromkeys(s.evidence for s in chosen if s.evidence in item.evidence))
    kept = sorted(names, key=lambda name: name not in first)[
        :most
    ]  # what stands at closing before what was done on the way
    names = [name for name in names if name in kept]
    return tuple(Row(name=str(n), says=item.evidence[str(n)]) for n in names[:most])
