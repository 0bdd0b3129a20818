"""Wrong rules that the rulebook does not know, for learners made up to test that they are not taken for known
ones."""

from casebook.coding import edits
from casebook.coding.rulebook import marked
from casebook.coding.rules import RULEBOOK


def _right(id, *args):
    return RULEBOOK[id].ask(*args)


def _repeat_mark(d, lines):
    """76 on every add-on, as if it were a repeated procedure."""
    lines = list(_right("51", d, lines))
    return marked(lines, [i for i, s in enumerate(lines) if edits.add_on(s.code)], "76", "51")


def _closure_beside(d):
    """A closure of a stoma beside every first join, though there was none."""
    yield from _right("first-join", d)
    if d.places("joined"):
        yield d.service("stoma closed", "first-join")


def _bilateral(d, lines):
    """50 on every resection."""
    lines = list(_right("51", d, lines))
    return marked(lines, [i for i, s in enumerate(lines) if s.rank == "resection"], "50", "51")


def _opening_beside(d):
    """The first join, and an opening of the bowel for each."""
    yield from _right("first-join", d)
    if places := d.places("joined"):
        yield d.service("opening", "first-join", units=len(places) + 1)


STRANGERS = {
    "repeat-mark": {"51": _repeat_mark},
    "closure-beside": {"first-join": _closure_beside},
    "bilateral": {"51": _bilateral},
    "opening-beside": {"first-join": _opening_beside},
}
