"""What is off in an answer, line by line: each finding with the rule that stands against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from casebook.coding import edits
from casebook.coding.claim import Claim, same, show
from casebook.coding.operation import Operation
from casebook.coding.rulebook import CODES, TWINS, UNLISTED, Derived
from casebook.coding.rules import RULEBOOK
from casebook.coding.rules.modifiers import GLOBAL_DAYS
from casebook.coding.views import accepted

from .explanation import Diagnosis
from .told import why_missing, why_units


@dataclass(frozen=True)
class Finding:
    """One thing about an answer: `kind` is line | extra | units | modifier | family | missing | edit | query
    | unread | blank."""

    kind: str
    code: str
    says: str
    rule: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        return {"kind": self.kind, "code": self.code, "says": self.says, "rule": self.rule}


def wanted_lines(target: Derived) -> list[tuple[str, int, frozenset[str]]]:
    """The lines of a claim in its own order, as `same` writes them."""
    keys = target.same()
    order = {line.code: i for i, line in enumerate(reversed(target.lines))}
    return sorted(keys, key=lambda k: (-order[k[0]], sorted(k[2])))


@lru_cache(maxsize=1)
def code_words() -> dict[str, str]:
    """Each code of the family in our own plain words."""
    return {row["code"]: row["words"] for row in edits.rows("codes.csv")}


@lru_cache(maxsize=1)
def field_words() -> dict[str, str]:
    """What people of the field call the thing that a code stands for: by it they look the code up."""
    return {row["code"]: row["also"] for name in ("codes.csv", "outside.csv") for row in edits.rows(name)}


def named(code: str) -> str:
    """A code with its plain words."""
    words, other = code_words().get(code), edits.outside().get(code)
    if other:
        return f"{code} ({other}; a code from outside this book)"
    return f"{code} ({words})" if words else code


def findings(diagnosis: Diagnosis, claim: Claim, target: Derived) -> Iterable[Finding]:
    """Everything in which a claim differs from the accepted one it is compared with."""
    found = list(_findings(diagnosis, claim, target))
    told = " ".join(f.says for f in found if f.kind != "missing")
    for each in found:
        # What stands against a wrong code has said why the right one is.
        again = each.kind == "missing" and each.rule and RULEBOOK[each.rule].says in told
        yield replace(each, says=f"In its place stands {named(each.code)}.") if again else each


def _findings(diagnosis: Diagnosis, claim: Claim, target: Derived) -> Iterable[Finding]:
    given = same(claim, target.free_51)
    wanted: dict[str, list[frozenset[str]]] = {}  # one code may stand on two lines, with other marks
    have, right_units = Counter[str](), Counter[str]()
    for code, units, marks in wanted_lines(target):
        wanted.setdefault(code, []).append(marks)
        right_units[code] += units
    for code, units, _ in given:
        have[code] += units
    blocked = {c: e for e in edits.scrub(claim) if e.blocks for c in e.codes[-1:]}
    for code in dict.fromkeys(line.code for line in claim):
        if code not in wanted:
            yield _unsupported(diagnosis, code, target, blocked)
            continue
        if have[code] != right_units[code]:
            yield _units_off(diagnosis, target, code, (have[code], right_units[code]), blocked)
        for c, _, marks in sorted(given, key=lambda k: (k[0], sorted(k[2]))):
            if c == code and marks not in wanted[code]:
                nearest = min(wanted[code], key=lambda each: len(each ^ marks))
                yield from _marks_off(diagnosis, target, code, marks, nearest)
    yield from _missing(diagnosis, target, have, wanted)


def _missing(
    diagnosis: Diagnosis, target: Derived, have: Counter[str], wanted: Iterable[str]
) -> Iterable[Finding]:
    """The lines of the accepted claim that are not on this one."""
    needed = set(wanted)
    if diagnosis.note.action == "query":  # a line that only some readings have is not missing
        needed.intersection_update(*({line.code for line in main.lines} for main in diagnosis.note.mains))
    for code in wanted:
        if code in needed and code not in have:
            rules = target.rests_on.get(code, ())
            told = [r for r in rules if RULEBOOK[r].kind != "modifier"]
            rule = next((r for r in reversed(told) if RULEBOOK[r].kind == "bill"), told[-1] if told else None)
            rule = "unlisted" if code == UNLISTED else rule
            if TWINS.get(code) in have:
                says = f"In its place stands {named(code)}."
            else:
                op = operation_of(diagnosis, target)
                says = f"{named(code)} is missing{why_missing(op, target, code, rule)}"
                if diagnosis.note.action == "query":
                    says = f"{named(code)} is missing, which every reading has."
            yield Finding("missing", code, says, rule)


def _units_off(
    diagnosis: Diagnosis,
    target: Derived,
    code: str,
    units: tuple[int, int],
    blocked: Mapping[str, edits.Edit],
) -> Finding:
    """Units that were typed and that are right: why, and besides what the limit does to them."""
    have, right = units
    rests = [r for r in target.rests_on[code] if RULEBOOK[r].kind != "modifier"]
    rule = "further-units" if edits.add_on(code) else rests[-1] if rests else None
    says = f"{code} has {_units(right)} here, not {have}"
    if diagnosis.note.action == "query":
        each = {sum(x.units for x in main.lines if x.code == code) for main in diagnosis.note.mains}
        says = (
            f"{says}, by the reading nearest to this" if have in each else f"No reading gives {code} x{have}"
        )
    else:
        says += why_units(operation_of(diagnosis, target), target, code)
    says += "."
    if code in blocked and blocked[code].absolute:  # one that records can lift is no reason here
        limit = edits.limits()[code].units
        says += f" Besides, its limit is {limit} a day, and going over it loses every unit of the day."
    return Finding("units", code, says, rule)


def _units(n: int) -> str:
    return "1 unit" if n == 1 else f"{n} units"


@dataclass(frozen=True)
class _Extra:
    """A code that the accepted claim does not have, and what there is to judge it by."""

    code: str
    diagnosis: Diagnosis
    target: Derived
    blocked: Mapping[str, edits.Edit]

    @property
    def billed(self) -> frozenset[str]:
        return frozenset(line.code for line in self.target.lines)

    @property
    def lead(self) -> str:
        return self.target.lines[0].code


def _unsupported(
    diagnosis: Diagnosis, code: str, target: Derived, blocked: Mapping[str, edits.Edit]
) -> Finding:
    """Why a code does not belong on the claim: the first reason that holds."""
    extra = _Extra(code, diagnosis, target, blocked)
    found = (why(extra) for why in _WHY_NOT)
    return next((finding for finding in found if finding), None) or _without_reason(extra)


def _elsewhere(x: _Extra) -> Finding | None:
    """It stands in another accepted claim."""
    code, targets = x.code, x.diagnosis.targets
    other = next((c for c in targets if any(line.code == code for line in c.lines)), None)
    if other is None:
        return None
    whose = "another reading" if x.diagnosis.note.action == "query" else "another accepted claim"
    says = f"{code} belongs to {whose}, {show(other.lines)}. The two are not one claim."
    if show(other.lines) == code:
        says = f"{code} is the whole of {whose}. The two are not one claim."
    return Finding("line", code, says, (other.rests_on[code] or (None,))[-1])


def _part_of_something(x: _Extra) -> Finding | None:
    """What it stands for was done, and is part of something else."""
    rule = _struck(x.diagnosis, x.target, x.code)
    says = f"{x.code} is not billed: {RULEBOOK[rule].says}" if rule else ""
    return Finding("line", x.code, says, rule) if rule else None


def _other_family(x: _Extra) -> Finding | None:
    code, billed = x.code, x.billed
    paired = code in TWINS and not TWINS.keys().isdisjoint(billed)
    if TWINS.get(code) in billed or (paired and _is_scoped(code) != any(map(_is_scoped, billed))):
        op = operation_of(x.diagnosis, x.target)
        says = (
            f"{code} is {'a laparoscopic' if _is_scoped(code) else 'an open'} code, and {_DONE[op.approach]}."
        )
        return Finding("family", code, says, "approach")
    return None


#: How an operation was done, to set against a code of the other family.
_DONE = {
    "open": "this operation was open",
    "converted": "this operation was finished open, which makes all of it open",
    "laparoscopic": "this operation was laparoscopic",
    "laparoscopic-assisted": "this operation was done mostly inside, which makes it laparoscopic",
    "robotic": "this operation was robotic, which takes the laparoscopic codes",
    "hand-assisted": "this operation was hand-assisted, which takes the laparoscopic codes",
}


def _taken_place(x: _Extra) -> Finding | None:
    """Another code says the same thing that was done."""
    code, lead = x.code, x.lead
    if code in CODES["first"] and lead in _INSTEAD:
        rule = _told_of(lead)
        says = f"Here {lead} takes the place of {code}: {RULEBOOK[rule or 'part'].says}"
        return Finding("extra", code, says, rule)
    groups = [group for group in map(_alike, _ALIKE) if code in group]
    instead = next((line.code for line in x.target.lines if any(line.code in g for g in groups)), None)
    if instead is None:
        return None
    rule = next((r for r in x.target.rests_on[instead] if RULEBOOK[r].kind == "bill"), None)
    why = f" {RULEBOOK[rule].says}" if rule else ""
    return Finding("extra", code, f"What was done is {named(instead)} here, not {code}.{why}", rule)


def _denied(x: _Extra) -> Finding | None:
    """The tables shut it whatever is thought of it."""
    code = x.code
    if code in CODES["further"] and not edits.bases()[code] & x.billed:
        base = min(edits.bases()[code])
        says = f"{code} rides on {base} only, and here {x.lead} takes its place."
        return Finding("line", code, says, "first-join")
    if code in x.blocked and not _liftable(x.blocked[code]):
        baseless = x.blocked[code].kind == "add-on-without-base"
        rule = "first-join" if baseless and code in _FURTHER else _told_of(code)
        why = f"{RULEBOOK[rule].says} " if rule and RULEBOOK[rule].kind == "inside" else ""
        return Finding("edit", code, why + x.blocked[code].plain, rule)
    return None


def _add_on(x: _Extra) -> Finding | None:
    """An add-on: for a further join that is not there, or for other work."""
    code = x.code
    if code in _FURTHER:
        first = next((c for c in x.billed if c in CODES["first"]), None)
        beside = next((c for c in x.billed if c in _INSTEAD), None)
        if first and beside and code in CODES["further"]:
            says = (
                f"The join of {beside} is its own; the first piece beside it is {first}, and no further one"
                f" supports {code}."
            )
            return Finding("line", code, says, "first-join")
        says = f"No further join supports {code}. {RULEBOOK['count-joins'].says}"
        return Finding("line", code, says, "count-joins")
    if edits.add_on(code) and _told_of(code) is None:
        says = (
            f"{named(code)} is an add-on for other work than a further join, and not among the things that"
            " this casebook codes."
        )
        return Finding("extra", code, says)
    return None


def _fistula(x: _Extra) -> Finding | None:
    code, rule = x.code, _told_of(x.code)
    if rule != "fistula-closed":
        return None
    if closure := next((c for c in x.billed if _told_of(c) == rule), None):
        says = (
            f"{code} closes another fistula, or the same without a piece removed. The closure that was done"
            f" is {named(closure)}."
        )
        return Finding("line", code, says, rule)
    if any(s.reason == "fistula" for op in x.diagnosis.note.readings for s in op.steps):
        says = (
            f"The fistula left with the piece: the resection is the one code for that site, and {code} is not"
            " billed."
        )
        return Finding("line", code, says, rule)
    return None


def _stoma_inside(x: _Extra) -> Finding | None:
    """A stoma beside the code that holds it."""
    holds = x.lead in (*CODES["removed, stoma"], UNLISTED, *CODES["colon, end stoma"])
    op = operation_of(x.diagnosis, x.target)
    if not (holds and _told_of(x.code) == "stoma" and op.did("stoma")) or op.bowel.loops:
        return None
    says = f"{x.code} is not billed: the stoma is in {x.lead}."
    return Finding("extra", x.code, says, "brought-out")


_WHY_NOT = (
    _elsewhere,
    _stoma_inside,
    _part_of_something,
    _other_family,
    _taken_place,
    _denied,
    _add_on,
    _fistula,
)


def _without_reason(x: _Extra) -> Finding:
    """Nothing of the kind was done: what the code is for, so that one sees that it is not here."""
    rule = _told_of(x.code)
    says = f"Nothing in this note is billed as {named(x.code)}."
    if why := _not_done(operation_of(x.diagnosis, x.target), rule) or (rule and RULEBOOK[rule].says):
        says += f" {why}"
    return Finding("extra", x.code, says, rule)


def _not_done(op: Operation, rule: str | None) -> str | None:
    """What a code stands for and was not done, where the shape of the bowel shows it."""
    places = op.bowel.places
    if rule == "first-join":
        return _not_resected(op)
    if rule == "brought-out" and places and all(p.joined for p in places if p.cuts):
        return "What was removed was joined."
    if rule == "atresia" and not any(s.reason == "atresia" for s in op.steps):
        return "No bowel was closed from birth."
    if rule == "ileocolic" and not any(p.start < op.valve < p.end for p in places):
        return "No piece crosses the ileocecal valve."
    if rule == "colon" and not any(p.end > op.valve for p in places):
        return "No colon was removed."
    if rule == "stoma" and not op.did("stoma"):
        return "No stoma was made."
    return "No stoma was closed." if rule == "stoma-closed" and not op.did("close_stoma") else None


def _not_resected(op: Operation) -> str | None:
    """Why nothing here is a piece removed and joined."""
    cuts = [op.steps[i] for p in op.bowel.places for i in p.cuts]
    if not cuts:
        return "No bowel was removed."
    if all(op.trimmed_only(p) for p in op.bowel.places if p.cuts):
        return "No more than a trim was removed."
    return None if any(p.joined for p in op.bowel.places) else "No ends were joined."


#: The codes that take the place of a small-bowel resection with its join.
_INSTEAD = {
    code
    for what in (
        "ileocolic",
        "removed, stoma",
        "atresia",
        "atresia, tapered",
        "stoma closed with resection",
        "bowel-skin",
        "bowel-bowel",
        "bowel-bladder",
        "bowel-bladder with resection",
    )
    for code in CODES[what]
    if code
}


_FURTHER = {code for what in ("further", "further atresia") for code in CODES[what] if code}

#: The codes that an act may be billed as, whatever its number, place and approach: where what was done of it
#: is part of something, all of them are struck for that reason.
_ALIKE: dict[str, tuple[str, ...]] = {
    "repair": ("one hole", "several holes", "colon hole", "colon hole, stoma"),
    "enterotomy": ("opening", "duodenal opening", "colon opening", "decompression"),
    "stricturoplasty": ("stricturoplasty",),
    "diverticulectomy": ("pouch",),
    "lyse_adhesions": ("freeing",),
    "explore": ("laparotomy", "laparoscopy"),
    "appendectomy": ("appendix", "diseased appendix"),
    "mesentery_repair": ("mesentery",),
    "omentectomy": ("omentum",),
    "reopen": ("reopened", "reopened for bleeding"),
    "untwist": ("untwisting",),
    "bypass": ("bypass",),
    "close_stoma": (),
    "hernia_repair": (),
}
_COLON = frozenset("44140 44141 44143 44144 44145 44146 44147 44204 44206 44207 44208".split())
HERNIAS = frozenset(str(code) for code in range(49591, 49597)) | frozenset(
    "49505 49507 49520 49521 49550 49553 49555 49557".split()
)
#: What of a piece removed only to close something, or because of the surgeon's own slip, is billed by part.
_PIECES = (
    frozenset(c for w in ("first", "further") for c in CODES[w] if c),
    frozenset(c for c in CODES["ileocolic"] if c),
    _COLON,
)


def _struck(diagnosis: Diagnosis, target: Derived, code: str) -> str | None:
    """The rule that strikes what this code would stand for in this operation, if something of the kind was
    done and is billed under no code of the kind."""
    if exact := next((rule for c, rule, _ in target.not_billed if c == code), None):
        return exact
    billed = {line.code for line in target.lines}
    op = operation_of(diagnosis, target)
    for c, rule, steps in target.not_billed:
        alike = next((piece for piece in _PIECES if c in piece), None) if rule in _OF_PIECES else None
        for i in steps:
            alike = alike or _alike(op.steps[i].act)
        if alike and code in alike and alike.isdisjoint(billed):
            return rule
    return None


_OF_PIECES = ("removed-to-close", "own-piece")


def operation_of(diagnosis: Diagnosis, target: Derived) -> Operation:
    """The reading that has this claim."""
    readings = diagnosis.note.readings
    return next((op for op in readings if any(claim is target for _, claim in accepted(op))), readings[0])


def _alike(act: str) -> frozenset[str]:
    if act == "hernia_repair":
        return HERNIAS
    if act == "close_stoma":
        return frozenset({"44620", "44625", "44626", "44227"})
    return frozenset(c for what in _ALIKE.get(act, ()) for c in CODES[what] if c and c != UNLISTED)


def _liftable(edit: edits.Edit) -> bool:
    """Whether a modifier or an appeal would lift the edit: then it is no reason against a code that nothing
    supports."""
    return edit.appealable or (edit.kind == "pair" and edits.pairs()[edit.codes[0], edit.codes[1]] == 1)


_TOLD = {
    "first-join": "first",
    "count-joins": "further",
    "brought-out": "removed, stoma",
    "ileocolic": "ileocolic",
    "colon": "colon; colon, stoma above; colon, end stoma",
    "atresia": "atresia; atresia, tapered; further atresia",
    "stoma": "stoma; colostomy",
    "stricturoplasty": "stricturoplasty",
    "bypass": "bypass",
    "pouch": "pouch",
    "hole-sewn": "one hole; several holes; colon hole; colon hole, stoma",
    "adhesions": "freeing",
    "exploration": "laparotomy",
    "untwisting": "untwisting",
    "decompression": "decompression",
    "diseased-appendix": "diseased appendix",
    "stoma-revised": (
        "ileostomy revised; ileostomy rebuilt; colostomy revised; colostomy rebuilt;"
        " colostomy rebuilt, hernia"
    ),
    "hernia-at-the-wound": "hernia",
    "opening": "opening; duodenal opening; colon opening",
    "look-through-scope": "laparoscopy",
    "appendix": "appendix",
    "stoma-closed": "stoma closed; stoma closed with resection",
    "mesentery": "mesentery",
    "omentum": "omentum",
    "fistula-closed": "bowel-skin; bowel-bowel; bowel-bladder; bowel-bladder with resection",
    "reopening": "reopened",
    "feeding-catheter": "feeding catheter; feeding tube alone",
}


#: What people bill besides that no word of the vocabulary says, by the rule that tells why not.
_BESIDE = {
    "hernia-at-the-wound": HERNIAS,
    "abscess-on-the-way": frozenset({"49020"}),
    "join-looked-at": frozenset({"44360", "44380", "44388", "45300", "45330", "45378"}),
}


def _told_of(code: str) -> str | None:
    """The rule that tells when this code is billed, or what it is part of."""
    if beside := next((r for r, codes in _BESIDE.items() if code in codes), None):
        return beside
    return next(
        (r for r, names in _TOLD.items() if any(code in CODES[what] for what in names.split("; "))), None
    )


def _is_scoped(code: str) -> bool:
    return any(scoped == code and opened != scoped for opened, scoped in CODES.values())


_MARK_SAYS = {
    "22": "22 needs a note that describes work far beyond the usual, and it goes on the resection code.",
    "51": "51 goes on later procedures that are not add-ons, and nowhere else.",
    "59": (
        "Nothing here needs 59: it is for a second service at a separate site whose code the tables pay only"
        " for separate work."
    ),
    "52": "52 says that less was done than the code describes.",
    "53": (
        "53 is for an operation stopped because the patient was in danger, not for one that was finished"
        " another way."
    ),
    "GC": (
        "GC goes on a line in which a resident took part, where the teaching surgeon says in the note that"
        " they were there for the key parts; this note does not say both."
    ),
    "82": "82 is for a physician who assists in a teaching hospital where no qualified resident was at hand.",
    **dict.fromkeys(
        ("76", "77"), "76 and 77 are for one procedure done again later; a second resection is the add-on."
    ),
    **dict.fromkeys(
        ("XE", "XP", "XU"), "Of the marks that open such a pair XS, or 59, is the one that says another site."
    ),
}
_SESSIONS = ("58", "78", "79")
_CAME = {
    "staged": "This return was planned.",
    "complication": "This return was for a complication of the earlier operation.",
    "unrelated": "This operation has nothing to do with the earlier one.",
}


def _no_session(op: Operation, mark: str) -> str:
    """Why an operation does not take the mark of a later session."""
    if not op.follows:
        return f"No earlier operation lies within the ninety days for which {mark} is asked."
    if op.days > GLOBAL_DAYS:
        return f"The ninety days of the earlier operation are over, so {mark} is not asked for."
    return _CAME[op.follows]


_WHOSE = {
    "primary": "the main surgeon",
    "assistant": "an assisting physician",
    "co-surgeon": "one of two surgeons",
    "assistant-nonphysician": "an assistant who is no physician",
}


def _marks_off(
    diagnosis: Diagnosis, target: Derived, code: str, given: frozenset[str], wanted: frozenset[str]
) -> Iterable[Finding]:
    target_marks = {mark for line in target.lines for mark in line.modifiers}
    for mark in sorted(given - wanted):
        if mark in ("80", "AS", "62"):
            says = f"This is the claim of {_WHOSE[diagnosis.note.readings[0].surgeon]}."
        elif mark in _SESSIONS and mark not in target_marks:
            says = _no_session(operation_of(diagnosis, target), mark)
        elif mark == "51" and target.free_51 and not edits.add_on(code):
            says = f"{code} comes first, since it is valued higher: 51 goes on the others."
        else:
            says = _MARK_SAYS.get(mark) or (
                RULEBOOK[mark].says if mark in RULEBOOK else f"Nothing in this note supports {mark}."
            )
        rule = mark if mark in RULEBOOK else "loose-ends" if mark == "52" else None
        yield Finding("modifier", code, f"{code} does not take {mark} here. {says}", rule)
    for mark in sorted(wanted - given):
        rule = mark if mark in RULEBOOK else "loose-ends" if mark == "52" else None
        says = RULEBOOK[rule].says if rule else ""
        if mark == "59" and given & edits.OPENING:
            says += " Other marks open the pair too, but 59 or XS is what says another site."
        yield Finding("modifier", code, f"{code} lacks {mark}. {says}".strip(), rule)
