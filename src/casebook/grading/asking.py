"""What to ask of a note before another try: a question about one part of the claim in which the answer is
off, and never about a part that it has right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from casebook.coding import edits
from casebook.coding.claim import Claim
from casebook.coding.rulebook import CODES, TWINS, UNLISTED, UNLISTED_OPEN, Derived, codes_of

from .findings import worst_first
from .item import Grade
from .marks import ROLES, SESSIONS
from .score import nearest
from .told import ATRESIA, FIRST, FURTHER, FURTHER_JOINS

#: What to ask of a note, and the rules that make it the thing to ask: what is rare first, what every note has
#: last.
#: Of the rules in a row, the one that says most stands first.
QUESTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "How was the operation finished, open or laparoscopically?",
        (
            "conversion",
            "assisted",
            "robot-or-hand",
            "58-after-look",
            "laparoscopic-start",
            "look-through-scope",
            "approach",
            "unlisted",
        ),
    ),
    (
        "What was the main work where the bowel was closed, and what was removed only in order to close it?",
        (
            "closure-beside-colostomy",
            "far-opening",
            "removed-to-close",
            "closure-removed",
            "fistula-closed",
            "stoma-closed",
            "stoma-revised",
            "closure-beside-colon",
        ),
    ),
    ("Was the bowel closed from birth, or lost to a disease?", ("atresia-alone", "not-atresia", "atresia")),
    (
        "Which part of the bowel does each removed piece belong to?",
        ("one-colon-resection", "stoma-in-colon-code", "ileocolic", "colon", "duodenum"),
    ),
    (
        "What became of the ends at each place: joined, brought to the skin, or closed and left inside?",
        (
            "loose-beside-stoma",
            "stoma-beside-join",
            "brought-out",
            "stapled-ends-joined",
            "loose-ends",
            "stoma",
        ),
    ),
    (
        (
            "What was done to the bowel besides, for what reason, and how far from the joins and the removed"
            " pieces?"
        ),
        (
            "own-injury",
            "own-piece",
            "part-of-join",
            "pouch-in-piece",
            "bypass-beside-resection",
            "stricturoplasty",
            "hole-sewn",
            "bypass",
            "pouch",
            "opening",
            "feeding-catheter",
        ),
    ),
    (
        "Which of the things done along the way stand on their own, and which are part of something larger?",
        (
            "appendix-with-cecum",
            "diseased-appendix",
            "hernia-at-the-wound",
            "untwisted-on-the-way",
            "untwisting",
            "letting-out",
            "decompression",
            "abscess-on-the-way",
            "join-looked-at",
            "adhesions",
            "exploration",
            "mesentery",
            "omentum",
            "appendix",
            "reopening",
            "small-things",
        ),
    ),
    (
        "How many joins stand when the abdomen is closed?",
        ("redone-join", "count-joins", "one-place", "further-units", "first-join"),
    ),
    ("What does this operation have to do with the earlier one?", ("58", "78", "79", "same-day")),
    ("What part did this surgeon play in the operation?", ("80", "AS", "62")),
    ("Does the note describe work far beyond the usual?", ("22",)),
)
APPROACH, CLOSED, BORN, PART, ENDS, BESIDES, ALONG_THE_WAY, COUNT, SESSION, ROLE, UNUSUAL = QUESTIONS
#: What is asked in their stead of who laid the operation out as the chart tells it: of the rule.
BY_RULE: dict[Row, str] = {
    PART: "Which code stands for a piece of the part of the bowel where you laid it?",
    ENDS: "Which code says what became of the ends as you laid them out, and what does it hold already?",
    BESIDES: (
        "Which of what was done besides is billed for itself, and which, for its reason or its place, is part"
        " of something larger?"
    ),
    COUNT: "What does a claim count: pieces, diseased areas, or joins that stand at closing?",
}
NOTHING_OPEN = "You could lay out all that was done. What is left to ask the surgeon?"
#: Asked of an answer alone: the count of a chart says nothing of how it is written.
WRITTEN = "Which code stands for the first piece that was removed and joined, and which for each further one?"
NO_SENTENCE = "Which line of your claim has no sentence of the note behind it?"
WHERE = "Where does the note say so?"

Row = tuple[str, tuple[str, ...]]

_STOMA_OF_COLON = ("colon, stoma above", "colon, end stoma", "colostomy")
#: The services that a question is about.
_CODES: dict[Row, frozenset[str]] = {
    CLOSED: codes_of(
        "stoma closed",
        "stoma closed with resection",
        "bowel-skin",
        "bowel-bowel",
        "bowel-bladder",
        "bowel-bladder with resection",
        *(what for what in CODES if what.endswith(("revised", "rebuilt", "rebuilt, hernia"))),
    ),
    BORN: ATRESIA | codes_of("further atresia"),
    PART: codes_of("ileocolic", "colon", *_STOMA_OF_COLON, "colon hole", "colon hole, stoma", "colon opening")
    | codes_of("duodenal opening"),
    ENDS: codes_of("removed, stoma", "stoma", *_STOMA_OF_COLON),
    BESIDES: codes_of(
        "stricturoplasty",
        "bypass",
        "one hole",
        "several holes",
        "colon hole",
        "colon hole, stoma",
        "pouch",
        "opening",
        "duodenal opening",
        "colon opening",
        "feeding catheter",
        "feeding tube alone",
    ),
}
_JOINED = FIRST | FURTHER_JOINS | ATRESIA | codes_of("ileocolic", "colon", "colon, stoma above", "bypass")
_MARKS = {SESSION: SESSIONS.keys(), ROLE: ROLES.keys(), UNUSUAL: {"22"}}
_TWINS = {**TWINS, UNLISTED: UNLISTED_OPEN, UNLISTED_OPEN: UNLISTED}
_OPEN = {scoped: opened for opened, scoped in CODES.values() if scoped and scoped != opened} | {
    UNLISTED: UNLISTED_OPEN
}


def question_by_rule(grade: Grade) -> str | None:
    """The question to ask of a wrong answer whose reading is right; None where the usual one asks for no
    reading of the bowel."""
    if not grade.claim:
        return NOTHING_OPEN
    if all(f.kind == "modifier" for f in grade.findings):
        return None
    asked = question_for(grade) or ""
    return next((by_rule for row, by_rule in BY_RULE.items() if asked.startswith(row[0])), None)


#: Of a base and an add-on of two families, one of which may well be the right one.
MIXED = "Which base code does your add-on belong to, and is it the one on your claim?"


def question_for(grade: Grade) -> str | None:
    """The question to ask of a wrong claim before another try; None for any other answer.

    It is about a part in which the claim differs from the preferred one and from the accepted one that it is
    nearest to, by the rules that stand against it where they are known. Where a note needs a question to the
    surgeon, it is about what its readings differ in, in a part in which the claim is not that of each of
    them.
    """
    item = grade.item
    if item is None or not grade.claim or grade.verdict not in ("partly", "wrong"):
        return None
    if grade.likely and grade.likely[0].id == "families-mixed":
        return MIXED
    asks = item.note.action == "query"
    claim = edits.on_second_codes(grade.taken, item.diagnosis.supported)
    near = [nearest(item.diagnosis, claim), item.diagnosis.targets[0]]
    targets = [each.lines for each in (item.note.mains if asks else near)]
    enough = any if asks else all
    for row in bearing_on(item.note.mains) if asks else _by_rules(grade):
        if enough(off(row, claim, each) for each in targets):
            return f"{row[0]} {WHERE}"
    return WRITTEN if enough(_written(claim) != _written(each) for each in targets) else NO_SENTENCE


def off(row: Row, claim: Claim, accepted: Claim) -> bool:
    """Whether a claim differs from an accepted one in what a question is about."""
    if row == APPROACH:
        right = {line.code for line in accepted}
        return any(line.code not in right and _TWINS.get(line.code) in right for line in claim)
    if row == COUNT:
        return _joins(claim) != _joins(accepted)
    if row in _MARKS:
        return _marked(row, claim) != _marked(row, accepted)
    return _lines(row, claim) != _lines(row, accepted)


def _lines(row: Row, claim: Claim) -> Counter[str]:
    """How often each service stands in a claim that a question is about; the last one is about all that no
    other is about."""
    known = _CODES.get(row)
    elsewhere = _JOINED.union(*_CODES.values())
    found: Counter[str] = Counter()
    for line in claim:
        loose = row == ENDS and line.code in FIRST | FURTHER and "52" in line.modifiers
        if loose or (line.code in known if known else line.code not in elsewhere):
            found[_OPEN.get(line.code, line.code)] += line.units
    return found


def _joins(claim: Claim) -> int:
    """The anastomoses that a claim stands for."""
    return sum(line.units for line in claim if line.code in _JOINED and "52" not in line.modifiers)


def _written(claim: Claim) -> tuple[int, int]:
    """How many of them by the code of the first, and how many by that of each further one."""
    first, further = (sum(x.units for x in claim if x.code in codes) for codes in (FIRST, FURTHER))
    return first, further


def _marked(row: Row, claim: Claim) -> set[str]:
    return {mark for line in claim for mark in line.modifiers} & _MARKS[row]


def _by_rules(grade: Grade) -> Iterator[Row]:
    """The questions in the order of what stands against an answer: the slips that explain it, then its
    findings, the worst first; then all others."""
    rules = [
        *(rule for m in grade.likely for rule in m.against),
        *(f.rule for f in worst_first(grade.findings)),
    ]
    yield from (row for rule in rules for row in QUESTIONS if rule in row[1])
    yield from QUESTIONS


def bearing_on(claims: Sequence[Derived]) -> list[Row]:
    """The questions that bear on these claims; where the claims differ, those of what differs stand first."""
    played = played_in(claims)
    lines = [{(line.code, line.units) for line in claim.lines} for claim in claims]
    differ = {
        rule
        for claim, mine in zip(claims, lines, strict=True)
        for code, units in mine
        if not all((code, units) in others for others in lines)
        for rule in claim.rests_on[code]
    }
    return sorted(
        (row for row in QUESTIONS if played & set(row[1])), key=lambda row: not differ & set(row[1])
    )


def played_in(claims: Iterable[Derived]) -> set[str]:
    """Every rule that played a part, also those that struck something."""
    return {
        rule for claim in claims for rule in (*claim.because, *(struck for _, struck, _ in claim.not_billed))
    }
