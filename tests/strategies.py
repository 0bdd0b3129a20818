"""What Hypothesis draws: operations, notes, claims and texts. All of them shrink."""

from hypothesis import strategies as st

from casebook.coding import edits
from casebook.coding.claim import MODIFIERS, Line, tidy
from casebook.coding.note import Note
from casebook.coding.rulebook import CODES
from casebook.testing.operations import draw

FAMILY = tuple(sorted({c for codes in CODES.values() for c in codes if c} | {"44799", "44238"}))


def operations(*levels):
    """Made-up operations of these levels; the source of chance is Hypothesis's own, so that examples
    shrink."""
    return st.builds(draw, st.randoms(use_true_random=False), st.sampled_from(levels or (1, 2, 3)))


def decided(*levels):
    """Operations that some rule decides."""
    return operations(*levels).filter(lambda op: Note((op,)).out_of_scope is None)


def codes():
    return st.one_of(
        st.sampled_from(FAMILY),
        st.sampled_from(sorted(edits.family())),
        st.from_regex(r"\A[0-9]{4}[0-9AFMTU]\Z"),
    )


def claim_lines():
    marks = st.frozensets(st.sampled_from(sorted(MODIFIERS)), max_size=3).map(tidy)
    return st.builds(Line, codes(), st.integers(1, 12), marks)


def claims(most=6):
    return st.lists(claim_lines(), min_size=1, max_size=most).map(tuple)


def acts():
    """Things done to a bowel, possible or not: the act, where, and how long a piece."""
    act = st.sampled_from(("cut", "join", "bring_out", "loop"))
    return st.lists(st.tuples(act, st.integers(-30, 300), st.integers(1, 60)), max_size=14)
