"""Where a sentence of a chart ends: for numbering its lines.

Marks, such as `[words]{#name}`, are never cut.
"""

from __future__ import annotations

import re

#: Words that a stop follows within a sentence, in the way clinicians write.
SHORT = frozenset(
    "dr mr mrs ms prof st no nos fig vs approx ca cf e.g i.e etc al dept est hx pt max min resp incl excl"
    " temp wt ht inc a.m p.m q.d b.i.d t.i.d q.i.d p.o i.v s.c c.o p.r.n".split()
)
#: A number or letter that begins an item of a list: at the start, or the first one after a label.
_ITEM = re.compile(r"^[\s\[(*]*(?:\d|[A-Z])$|:\**\s+[1A]$")
_STOP = re.compile(r"[.!?]+[\"'\u201d\u2019)\]]*(?:\{#[\w-]+\})?(?=\s)")
_NEXT = re.compile(r"\s+[\"'\u201c\u2018(\[*]*[A-Z0-9]")
_MARK = re.compile(r"\[[^\[\]]+\]\{#[A-Za-z][\w-]*\}")


def split(text: str) -> list[str]:
    """The sentences of a paragraph, in order; joined by single spaces they give its words back."""
    marks = [found.span() for found in _MARK.finditer(text)]
    found, start = [], 0
    for stop in _STOP.finditer(text):
        inside = any(a <= stop.start() < b and stop.end() < b for a, b in marks)
        before = re.search(r"[^\s(\[]*$", text[start : stop.start()])
        word = before[0].lower() if before else ""
        short = stop[0][0] == "." and (word in SHORT or bool(_ITEM.search(text[start : stop.start()])))
        if inside or short or not _NEXT.match(text, stop.end()):
            continue
        found.append(text[start : stop.end()])
        start = stop.end()
    found.append(text[start:])
    return [" ".join(sentence.split()) for sentence in found if sentence.strip()]


def worded(text: str) -> bool:
    """Whether anything is said: a number or a tick alone is no line that one could point at."""
    return any(letter.isalpha() for letter in text)
