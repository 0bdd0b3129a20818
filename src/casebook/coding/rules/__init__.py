"""The rulebook: from the shape of an operation to the claim, by small cited rules that read in order.

Four kinds, run in this order. A *read* rule answers one question about the operation. A *bill* rule names
services done, the small ones too. An *inside* rule strikes a service that is part of another. A *modifier*
rule adds one. Every rule can be swapped: a misconception and an accepted dissenting view are rulebooks with
a rule exchanged. What the vocabulary can say and no rule decides is refused first, with its reason (`scope`).
"""

from __future__ import annotations

from casebook.coding import edits
from casebook.coding.claim import Claim
from casebook.coding.operation import Operation
from casebook.coding.rulebook import Derivation, Derived, Rulebook, run

from . import bill, inside, modifiers, read  # noqa: F401  (each enters its rules)
from .entering import RULES
from .scope import refused

RULEBOOK = Rulebook(RULES)


def derive(op: Operation, book: Rulebook = RULEBOOK) -> Derived:
    """What the rules say of one operation, or `out_of_scope` where no rule decides it. Never raises."""
    if why := refused(op):
        return Derived(out_of_scope=why)
    found = run(Derivation(op, book))
    if book is RULEBOOK and (says := shut(found.lines)):
        return Derived(out_of_scope=f"no rule decides what is billed here: {says.rstrip('.')}")
    return found


def shut(claim: Claim) -> str | None:
    """Why the tables refuse a claim whatever its modifiers, in words; units over a limit may be appealed and
    are no reason."""
    return next((e.says for e in edits.scrub(claim) if e.blocks and e.kind != "units"), None)
