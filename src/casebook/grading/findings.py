"""What is off in an answer, line by line: each finding with the rule that stands against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache

from casebook.coding import edits
from casebook.coding.claim import Claim, Line, lines_of, same, show, tidy
from casebook.coding.operation import Operation
from casebook.coding.places import listed, many
from casebook.coding.rulebook import CODES, TWINS, UNLISTED, Derived, codes_of
from casebook.coding.rules import RULEBOOK

from .explanation import Diagnosis
from .marks import ROLES, SESSIONS, WORDS, against, needed, rule_of
from .told import (
    ATRESIA,
    FIRST,
    FURTHER,
    FURTHER_JOINS,
    counted_joins,
    for_what,
    opened,
    standing,
    to_unlisted,
    why_missing,
    why_units,
)

#: Which finding is told first: a wrong code before a mark, what was done before what the tables let through.
WORST = ("extra", "family", "line", "missing", "units", "modifier", "edit")


@dataclass(frozen=True)
class Finding:
    """One thing about an answer: `kind` is line | extra | units | modifier | family | missing | edit | query
    | unread | blank.

    It is mended by taking off the lines in `strike` and putting those in `put`; whoever does so for every
    finding in turn comes to an accepted claim. `briefly` says the same without the reason. `marks`: the
    modifiers that it is about, those that were typed first.
    """

    kind: str
    code: str
    says: str
    rule: str | None = None
    strike: Claim = ()
    put: Claim = ()
    briefly: str = ""
    marks: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, str | None]:
        return {"kind": self.kind, "code": self.code, "says": self.says, "rule": self.rule}


def worst_first(found: Iterable[Finding]) -> list[Finding]:
    """Findings in the order of `WORST`; those of another kind stand before all."""
    return sorted(found, key=lambda f: WORST.index(f.kind) if f.kind in WORST else 0)


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


def named_line(line: Line) -> str:
    """A line as one would type it, with the plain words of its code: less of them where 52 says that less was
    done."""
    if "52" in line.modifiers and line.code in FIRST | FURTHER:
        return f"{line} (a segment taken out, its ends not rejoined)"
    words = named(line.code).removeprefix(line.code)
    return f"{line}{words}"


def in_words(claim: Claim) -> str:
    """What a claim says was done, line by line, in plain words: “a first resection and join, open; two
    further ones”."""
    told = []
    for line in claim:
        beside = any(one.code in edits.bases()[line.code] for one in claim) if line.code in FURTHER else False
        marks = "; ".join(f"{mark}: {WORDS[mark]}" if mark in WORDS else mark for mark in line.modifiers)
        told.append(_done(line, beside) + (f" ({marks})" if marks else ""))
    return "; ".join(told)


def _done(line: Line, beside: bool) -> str:
    """What a line says was done; `beside`: the line of its first one is there."""
    code, by = line.code, "laparoscopic" if _is_scoped(line.code) else "open"
    words = code_words().get(code) or edits.outside().get(code) or f"{code}, which this book does not hold"
    one, more = words, f"{words}, {line.units} times"
    if "52" in line.modifiers and code in FIRST | FURTHER:
        one, more = f"a resection, {by}, without a join", f"{by} resections without a join"
    elif code in FIRST:
        one, more = f"a first {by} resection and join", f"first {by} resections, each with its join"
    elif code in FURTHER:
        one, more = f"a further {by} resection and join", f"further {by} resections, each with its join"
        one, more = ("a further one", "further ones") if beside else (one, more)
    return one if line.units == 1 else more if more.startswith(words) else many(line.units, "", more)


def findings(diagnosis: Diagnosis, claim: Claim, target: Derived) -> Iterable[Finding]:
    """Everything in which a claim differs from the accepted one it is compared with."""
    found = list(_findings(diagnosis, claim, target))
    later = next((f for f in found if any("51" in x.modifiers and str(x) in f.says for x in f.put)), None)
    # Each reason is given once: what stands against a wrong code says why another is right.
    told: set[str] = set()
    for each in found:
        why = each.rule and RULEBOOK[each.rule].says
        reason = why if why and why in each.says else each.says.removeprefix(each.briefly).strip()
        says, more = (
            each.briefly if each.briefly and reason in told else each.says,
            LATER if each is later else "",
        )
        told.add(reason)
        yield replace(each, says=says + more, briefly=each.briefly and each.briefly + more)


#: Said once where a line to put is shown with 51, which no answer is held to.
LATER = (
    " 51 marks a further procedure, any but the highest-valued one; it may be left off, since payers differ."
)


def _findings(diagnosis: Diagnosis, claim: Claim, target: Derived) -> Iterable[Finding]:
    claim = edits.on_second_codes(claim, target.marks)
    given = _by_code(lines_of(same(claim, target.free_51)))
    wanted = _by_code(lines_of(target.same()))
    blocked = {c: e for e in edits.scrub(claim) if e.blocks for c in e.codes[-1:]}
    done: set[str] = set()  # what one finding puts on, another does not put on again
    for code in dict.fromkeys(line.code for line in claim):
        if code in wanted:
            spelled = {m for line in claim if line.code == code for m in line.modifiers}
            found = _other_lines(diagnosis, target, given[code], wanted[code], blocked, spelled)
            yield from _listed_twice(claim, code, found)
        else:
            stray = _unsupported(_Extra(code, diagnosis, target, blocked, given))
            put = tuple(line for line in stray.put if line.code not in done)
            done |= {line.code for line in put}
            yield replace(stray, strike=given[code], put=put)
    yield from _missing(diagnosis, target, frozenset(given) | done)


def _listed_twice(claim: Claim, code: str, found: Iterable[Finding]) -> Iterable[Finding]:
    """The findings about a code, which say so where its units come of one line written twice."""
    lines = [line for line in claim if line.code == code]
    for each in found:
        if each.kind == "units" and len(lines) == 2 and lines[0] == lines[1]:
            twice = f"You listed {lines[0]} twice."
            yield replace(each, says=f"{twice} {each.says}", briefly=f"{twice} {each.briefly}")
        else:
            yield each


def _by_code(lines: Claim) -> dict[str, Claim]:
    """Lines by their code; one code may stand on two, with other marks."""
    found: dict[str, Claim] = {}
    for line in lines:
        found[line.code] = (*found.get(line.code, ()), line)
    return found


def _other_lines(
    diagnosis: Diagnosis,
    target: Derived,
    given: Claim,
    wanted: Claim,
    blocked: Mapping[str, edits.Edit],
    spelled: Set[str],
) -> Iterable[Finding]:
    """How the lines of a code that is right differ from the right ones: in units, then in marks, told as they
    were `spelled`."""
    if set(given) == set(wanted):
        return
    code = given[0].code
    have, right = sum(x.units for x in given), sum(x.units for x in wanted)
    # which marks change, and what is said of it
    marks = list(_marks_off(diagnosis, target, given, wanted, spelled))
    if len(given) == len(wanted) == 1:
        at = replace(given[0], units=right)
        if have != right:
            yield replace(_units_off(diagnosis, target, given, right, blocked), strike=given, put=(at,))
        for changed, finding in marks:
            now = replace(at, modifiers=tidy({*at.modifiers} ^ changed))
            yield replace(finding, strike=(at,), put=(now,))
            at = now
        return
    # On several lines: all that are off go at once, and what is said of single marks changes nothing more.
    strike = tuple(line for line in given if line not in wanted)
    put = tuple(line for line in wanted if line not in given)
    says = f"{code} stands here as {show(_shown(target, code))}."
    if have == right:
        yield Finding("modifier", code, says, marks[0][1].rule if marks else None, strike, put)
    else:
        off = replace(_units_off(diagnosis, target, given, right, blocked), strike=strike, put=put)
        if not put:
            says = f"Of your lines keep {listed(map(str, wanted))}, and leave off {listed(map(str, strike))}."
        yield replace(off, says=f"{off.says} {says}", briefly=f"{off.briefly} {says}")
    if put:
        yield from (finding for _, finding in marks)


def _shown(target: Derived, code: str) -> Claim:
    """The lines of the accepted claim that have a code, as one would type them."""
    return tuple(line for line in target.lines if line.code == code)


def _missing(diagnosis: Diagnosis, target: Derived, have: Set[str]) -> Iterable[Finding]:
    """The lines of the accepted claim that are not on this one."""
    needed = {line.code for line in target.lines}
    if diagnosis.note.action == "query":  # a line that only some readings have is not missing
        needed.intersection_update(*({line.code for line in main.lines} for main in diagnosis.note.mains))
    for code in dict.fromkeys(line.code for line in target.lines):
        if code not in needed or code in have:
            continue
        rules = target.rests_on.get(code, ())
        told = [r for r in rules if RULEBOOK[r].kind != "modifier"]
        rule = next((r for r in reversed(told) if RULEBOOK[r].kind == "bill"), told[-1] if told else None)
        rule = "unlisted" if code == UNLISTED else rule
        lines = _shown(target, code)
        yield replace(_lacking(diagnosis, target, lines, rule, have), put=lines)


def _lacking(
    diagnosis: Diagnosis, target: Derived, lines: Claim, rule: str | None, have: Set[str]
) -> Finding:
    """That lines of one code are missing, and what they stand for."""
    code, op = lines[0].code, diagnosis.reading_of(target)
    billed = {line.code for line in target.lines}
    what = " and ".join(map(named_line, lines))
    briefly = f"{what} is missing{for_what(op, target, code)}"
    says = f"{what} is missing{why_missing(op, target, code, rule)}"
    if code == UNLISTED:
        says = briefly = f"{briefly} {to_unlisted(op, target)}"
    if diagnosis.note.action == "query":
        says = briefly = f"{named(code)} is missing, which every reading has."
    elif own := [c for c in sorted(FURTHER & have & billed) if code in edits.bases()[c]]:
        says = f"Keep {own[0]} and put {what} before it{why_missing(op, target, code, rule)}"
        briefly = f"Keep {own[0]} and put {what} before it{for_what(op, target, code)}"
    return Finding("missing", code, says, rule, briefly=briefly)


def _units_off(
    diagnosis: Diagnosis, target: Derived, given: Claim, right: int, blocked: Mapping[str, edits.Edit]
) -> Finding:
    """Units that were typed and that are right: why, and besides what the limit does to them."""
    code, have = given[0].code, sum(line.units for line in given)
    rests = [r for r in target.rests_on[code] if RULEBOOK[r].kind != "modifier"]
    rule = "further-units" if code in FURTHER_JOINS else rests[-1] if rests else None
    says = f"{code} has {_units(right)} here, not {have}"
    briefly = f"{says}."
    if diagnosis.note.action == "query":
        each = {sum(x.units for x in main.lines if x.code == code) for main in diagnosis.note.mains}
        says = (
            f"{says}, by the reading nearest to this" if have in each else f"No reading gives {code} x{have}"
        )
        briefly = f"{says}."
    else:
        says += why_units(diagnosis.reading_of(target), target, code)
    says += "."
    if code in blocked and blocked[code].absolute:  # one that records can lift is no reason here
        limit = edits.limits()[code].units
        says += (
            f" Besides, its limit for one practitioner and one day is {limit}, and over it every unit of"
            f" {code} is denied."
        )
    return Finding("units", code, says, rule, briefly=briefly)


def _units(n: int) -> str:
    return "1 unit" if n == 1 else f"{n} units"


@dataclass(frozen=True)
class _Extra:
    """A code that the accepted claim does not have, and what there is to judge it by."""

    code: str
    diagnosis: Diagnosis
    target: Derived
    blocked: Mapping[str, edits.Edit]
    given: Mapping[str, Claim]

    @cached_property
    def billed(self) -> frozenset[str]:
        return frozenset(line.code for line in self.target.lines)

    @property
    def lead(self) -> str:
        return self.target.lines[0].code

    @property
    def open(self) -> bool:
        """Whether the note leaves open what was done."""
        return self.diagnosis.note.action == "query"

    @cached_property
    def op(self) -> Operation:
        return self.diagnosis.reading_of(self.target)

    def lines(self, code: str) -> Claim:
        """The lines of the accepted claim with a code that the answer lacks."""
        return () if code in self.given else _shown(self.target, code)

    @cached_property
    def family(self) -> str:
        """That it is of the other family besides; empty where it is of this one."""
        scoped = _is_scoped(self.code)
        ours = {_is_scoped(code) for code in self.billed if code in TWINS}
        ofone = self.code in TWINS or any(codes == (self.code, None) for codes in CODES.values())
        if not ofone or not ours or scoped in ours:
            return ""
        kind = "a laparoscopic" if scoped else "an open"
        return f" Besides, {self.code} is {kind} code, and {_DONE[self.op.approach]}."


def _unsupported(extra: _Extra) -> Finding:
    """Why a code does not belong on the claim: the first reason that holds."""
    found = (why(extra) for why in _WHY_NOT)
    return next((finding for finding in found if finding), None) or _without_reason(extra)


def _elsewhere(x: _Extra) -> Finding | None:
    """It stands in another accepted claim."""
    code, targets = x.code, x.diagnosis.targets
    other = next((c for c in targets if any(line.code == code for line in c.lines)), None)
    if other is None:
        return None
    whose = "another reading" if x.open else "another accepted claim"
    says = f"{code} belongs to {whose}, {show(other.lines)}. The two are not one claim."
    if show(other.lines) == code:
        says = f"{code} is the whole of {whose}. The two are not one claim."
    for beside in sorted(x.billed & x.given.keys()):
        found = edits.pair(code, beside)
        together = any({code, beside} <= c.marks.keys() for c in targets)
        if not x.open and not together and {*other.shown_by[code]} & {*x.target.shown_by[beside]}:
            says = f"{beside} and {code} stand for the same place: file one of the two."
        elif not x.open and found and found[2] == 0:
            says = f"{beside} and {code} are never paid together: keep {beside}{_with_the_rest(x)}."
    return Finding("line", code, says, (other.rests_on[code] or (None,))[-1])


def _with_the_rest(x: _Extra) -> str:
    """The codes of the accepted claim that the answer lacks."""
    lacking = [line.code for line in x.target.lines if line.code not in x.given]
    return f", with {listed(lacking)} for the rest" if lacking else ""


def _part_of_something(x: _Extra) -> Finding | None:
    """What it stands for was done, and is part of something else."""
    rule, named_as = _struck(x.diagnosis, x.target, x.code)
    if rule is None:
        return None
    says = f"{x.code} is not billed: {RULEBOOK[rule].says}"
    if named_as not in (x.code, UNLISTED):
        says += f" Nor is it the code of what was done, which is {named_as}."
        briefly = f"Nor is {x.code} the code of what was done, which is {named_as}."
        return Finding("line", x.code, says, rule, briefly=briefly)
    return Finding("line", x.code, says, rule)


def _for_the_base(x: _Extra) -> Finding | None:
    """An add-on typed where nothing but its base is billed."""
    lines = tuple(line for line in x.target.lines if line.code in FIRST | ATRESIA)
    if (
        x.code not in FURTHER_JOINS
        or x.open
        or not lines
        or x.billed & FURTHER_JOINS
        or {lines[0].code, TWINS.get(lines[0].code)} & x.given.keys()  # in whose place it then comes
    ):
        return None
    what = " and ".join(map(named_line, lines))
    others = [line.code for line in x.target.lines if line.code in _INSTEAD | _COLON]
    if others:
        says = f"Beside {listed(others)} the small-bowel segment is {what}, in place of {x.code}."
    elif len(counted_joins(x.op, x.target)) == 1:
        says = f"One join counts here: {what} in place of {x.code}. Nothing supports an add-on."
    else:
        says = f"Here it is {what}, in place of {x.code}."
    return Finding("line", x.code, says + x.family, "first-join", put=lines)


def _undone(x: _Extra) -> Finding | None:
    """What it stands for was not done, by any reading."""
    rule = _told_of(x.code)
    if TWINS.get(x.code) in x.billed or (rule is None and x.code not in FURTHER_JOINS):
        return None
    why = [_not_done(op, rule) for op in (x.diagnosis.note.readings if x.open else (x.op,))]
    if (
        rule == "first-join"
        and x.lead in _INSTEAD
        and x.lead in x.given
        and not x.billed & (FIRST | FURTHER_JOINS)
    ):
        why = [f"No small-bowel segment was removed and joined beside {x.lead}."]
    if not all(why):
        return None
    says = f"{why[0]} {named(x.code)} has no place here."
    if x.lead == "44125" and any("52" in line.modifiers for line in x.given.get(x.code, ())):
        says += " A 52 does not make it fit: 44125 stands for all of it, the removal and the stoma."
    return Finding("extra", x.code, says + x.family, rule)


def _of_no_reading(x: _Extra) -> Finding | None:
    if not x.open:
        return None
    return Finding("extra", x.code, f"No reading of this note gives {x.code}.", _told_of(x.code))


def _other_family(x: _Extra) -> Finding | None:
    code, billed = x.code, x.billed
    paired = code in TWINS and not TWINS.keys().isdisjoint(billed)
    if TWINS.get(code) in billed or (paired and _is_scoped(code) != any(map(_is_scoped, billed))):
        kind = "a laparoscopic" if _is_scoped(code) else "an open"
        why = f"{code} is {kind} code, and {_DONE[x.op.approach]}"
        twin = x.lines(TWINS.get(code, ""))
        use = f": use {' and '.join(map(named_line, twin))} instead" if twin else ""
        have, right = (sum(line.units for line in lines) for lines in (x.given[code], twin))
        units = f" It has {_units(right)} here, not {have}." if right not in (0, have) else ""
        return Finding("family", code, f"{why}{use}.{units}", "approach", put=twin)
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


def _only_open(x: _Extra) -> Finding | None:
    """An open code that says what was done by scope, where no code says that."""
    lines = x.lines(UNLISTED)
    if not lines or x.open or x.code not in opened(x.op):
        return None
    way = to_unlisted(x.op, x.target)
    says = f"{x.code} is an open code, and {_DONE[x.op.approach]}. {way}"
    return Finding("family", x.code, says, "unlisted", put=lines, briefly=way)


def _taken_place(x: _Extra) -> Finding | None:
    """Another code says the same thing that was done."""
    code, lead = x.code, x.lead
    if code in CODES["first"] and lead in _INSTEAD:
        rule, instead = _told_of(lead) or "part", lead
    else:
        groups = [group for group in (*map(_alike, _ALIKE), FURTHER_JOINS) if code in group]
        codes = (line.code for line in x.target.lines if any(line.code in group for group in groups))
        instead = next(codes, "")
        rule = next((r for r in x.target.rests_on.get(instead, ()) if RULEBOOK[r].kind == "bill"), "")
    if not instead:
        return None
    lines = x.lines(instead)
    what = " and ".join(map(named_line, lines)) or named(instead)
    briefly = f"What was done is {what} here, not {code}."
    says = f"{briefly} {RULEBOOK[rule].says}" if rule else briefly
    return Finding("extra", code, says, rule or None, put=lines, briefly=briefly)


def _denied(x: _Extra) -> Finding | None:
    """The tables shut it whatever is thought of it."""
    code = x.code
    if code in CODES["further"] and not edits.bases()[code] & x.billed:
        base = min(edits.bases()[code])
        says = f"{code} goes beside {base} only, and nothing here is billed as {base}.{x.family}"
        return Finding("line", code, says, "first-join")
    if code in x.blocked and not _liftable(x.blocked[code]):
        baseless = x.blocked[code].kind == "add-on-without-base"
        rule = "first-join" if baseless and code in FURTHER_JOINS else _told_of(code)
        why = f"{RULEBOOK[rule].says} " if rule and RULEBOOK[rule].kind == "inside" else ""
        return Finding("edit", code, why + x.blocked[code].plain, rule)
    return None


def _no_further(x: _Extra) -> Finding | None:
    """An add-on for a further join that is not there."""
    code = x.code
    if code not in FURTHER_JOINS or x.billed & FURTHER_JOINS or not x.billed & (FIRST | ATRESIA):
        return None
    first = next((c for c in x.billed if c in CODES["first"]), None)
    beside = next((c for c in x.billed if c in _INSTEAD), None)
    if first and beside and code in CODES["further"]:
        says = (
            f"The join of {beside} is its own; the first piece beside it is {first}, and no further one"
            f" supports {code}.{x.family}"
        )
        return Finding("line", code, says, "first-join")
    says = f"Nothing supports {code}: {standing(x.op, x.target)}.{x.family}"
    return Finding("line", code, says, "count-joins")


def _add_on(x: _Extra) -> Finding | None:
    """An add-on for other work."""
    code = x.code
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
    op = x.op
    if not (holds and _told_of(x.code) == "stoma" and op.did("stoma")) or op.bowel.loops:
        return None
    says = f"{x.code} is not billed: the stoma is in {x.lead}."
    rule = "stoma-in-colon-code" if x.lead in _COLON else "brought-out"
    return Finding("extra", x.code, says, rule)


_WHY_NOT = (
    _elsewhere,
    _stoma_inside,
    _part_of_something,
    _for_the_base,
    _fistula,
    _undone,
    _of_no_reading,
    _no_further,
    _other_family,
    _only_open,
    _taken_place,
    _denied,
    _add_on,
)


def _without_reason(x: _Extra) -> Finding:
    """Nothing of the kind was done: what the code is for, so that one sees that it is not here."""
    rule = _told_of(x.code)
    says = f"Nothing in this note is billed as {named(x.code)}."
    if rule:
        says += f" {RULEBOOK[rule].says}"
    return Finding("extra", x.code, says + x.family, rule)


def _not_done(op: Operation, rule: str | None) -> str | None:
    """What a code stands for and was not done, where the shape of the bowel shows it."""
    places = op.bowel.places
    if rule == "first-join":
        return _not_resected(op)
    if rule == "brought-out" and not op.did("stoma"):
        return "No end was brought to the skin."
    if rule == "brought-out" and places and all(p.joined for p in places if p.cuts):
        return "What was removed was joined."
    if rule == "atresia" and not any(s.reason == "atresia" for s in op.steps):
        return "No bowel was closed from birth."
    if rule == "ileocolic" and not any(p.start < op.valve < p.end for p in places):
        return f"No piece crosses the {op.junction}."
    if rule == "colon" and not any(p.start >= op.valve for p in places):
        across = any(p.end > op.valve for p in places)
        return f"No colon was removed{' but what went with the ileum in one piece' if across else ''}."
    act, says = _ACTS.get(rule or "", ("", ""))
    return says if act and not op.did(act) else None


#: What was not done, by the rule of its codes: the act, and the words where it is not there.
_ACTS = {
    "stoma": ("stoma", "No stoma was made."),
    "stoma-closed": ("close_stoma", "No stoma was closed."),
    "stoma-revised": ("revise_stoma", "No stoma was revised."),
    "stricturoplasty": ("stricturoplasty", "No stricture was widened."),
    "hole-sewn": ("repair", "No hole was sewn that has a code of its own."),
    "reopening": ("reopen", "No recent laparotomy was opened again."),
    "untwisting": ("untwist", "No loop was untwisted."),
    "bypass": ("bypass", "No loop was bypassed."),
    "pouch": ("diverticulectomy", "No Meckel's pouch was removed on its own."),
    "appendix": ("appendectomy", "No appendix was removed."),
    "diseased-appendix": ("appendectomy", "No appendix was removed."),
    "feeding-catheter": ("feeding_catheter", "No feeding tube was put into the bowel."),
    "hernia-at-the-wound": ("hernia_repair", "No hernia was mended."),
    "fistula-closed": ("close_fistula", "No fistula was closed."),
}


def _not_resected(op: Operation) -> str | None:
    """Why nothing here is a piece removed and joined."""
    cuts = [op.steps[i] for p in op.bowel.places for i in p.cuts]
    if not cuts:
        return "No bowel was removed."
    if all(op.trimmed_only(p) for p in op.bowel.places if p.cuts):
        return "No more than a trim was removed."
    return None if any(p.joined for p in op.bowel.places) else "No ends were joined."


#: The codes that take the place of a small-bowel resection with its join.
_INSTEAD = codes_of(
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
#: What of a piece removed only to close something, or because of an injury by the surgeon, is billed by part.
_PIECES = (
    FIRST | FURTHER,
    codes_of("ileocolic"),
    _COLON,
)


def _struck(diagnosis: Diagnosis, target: Derived, code: str) -> tuple[str | None, str]:
    """The rule that strikes what this code would stand for in this operation, if something of the kind was
    done and is billed under no code of the kind; and the code that it would have, where that is another."""
    if exact := next((rule for c, rule, _ in target.not_billed if c == code), None):
        return exact, code
    billed = {line.code for line in target.lines}
    op = diagnosis.reading_of(target)
    for c, rule, steps in target.not_billed:
        pieces = next((piece for piece in _PIECES if c in piece), None) if rule in _OF_PIECES else None
        alike = pieces
        for i in steps:
            alike = alike or _alike(op.steps[i].act)
        if alike and code in alike and alike.isdisjoint(billed):
            return rule, code if pieces or code in HERNIAS else c
    return None, code


_OF_PIECES = ("removed-to-close", "own-piece")


@cache
def _alike(act: str) -> frozenset[str]:
    if act == "hernia_repair":
        return HERNIAS
    if act == "close_stoma":
        return frozenset({"44620", "44625", "44626", "44227"})
    return codes_of(*_ALIKE.get(act, ())) - {UNLISTED}


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


@lru_cache(maxsize=512)
def _told_of(code: str) -> str | None:
    """The rule that tells when this code is billed, or what it is part of."""
    if beside := next((r for r, codes in _BESIDE.items() if code in codes), None):
        return beside
    return next(
        (r for r, names in _TOLD.items() if any(code in CODES[what] for what in names.split("; "))), None
    )


def _is_scoped(code: str) -> bool:
    return code in _SCOPED


_SCOPED = frozenset(scoped for opened, scoped in CODES.values() if opened != scoped)


def _marks_off(
    diagnosis: Diagnosis, target: Derived, given: Claim, wanted: Claim, spelled: Set[str]
) -> Iterable[tuple[frozenset[str], Finding]]:
    """Each mark that is wrong or lacking on the lines of a code, held against the right line most like it:
    one that takes the place of another together with it."""
    op, code = diagnosis.reading_of(target), given[0].code
    rights = [frozenset(line.modifiers) for line in wanted]
    anywhere = _marks_of_another(diagnosis, code)
    asked = diagnosis.note.action == "query"
    told: set[str] = set()
    for line in (line for line in given if line not in wanted):
        have = frozenset(line.modifiers)
        its = code if len(given) == 1 else str(line)  # of several lines of one code the one that is meant
        nearest = min(rights, key=lambda each: (len(each ^ have), sorted(each)))
        off = (have ^ nearest) - told
        for group in (frozenset(ROLES), frozenset(SESSIONS)):
            gone, come = off & group & have, off & group & nearest
            if len(gone) == len(come) == 1 and not (asked and anywhere):
                (wrong,), (right,) = gone, come
                briefly = f"{its} takes {right} here in place of {wrong}."
                says = f"{briefly} {needed(op, code, right, have)}"
                about = (wrong, right)
                finding = Finding("modifier", code, says, rule_of(right), briefly=briefly, marks=about)
                yield gone | come, finding
                told |= gone | come
        for mark in sorted(off - told):
            written: tuple[str, ...] = (mark,)
            if mark == "59" and mark in have:
                written = tuple(m for m in edits.ANOTHER_SITE if m in spelled) or written
            if mark in have and mark in anywhere:
                whose = "another reading" if asked else "a view that some hold"
                briefly, why = f"{its} takes {mark} by {whose} alone.", ""
            elif mark in have and mark == "51" and target.lines[0].code == code:
                briefly, why = f"{code} is the main line here, wherever it stands, and takes no 51.", ""
            elif mark in have:
                briefly, why = f"{its} does not take {listed(written)} here.", against(op, target, code, mark)
            else:
                briefly, why = f"{its} lacks {mark}.", needed(op, code, mark, have)
            says = f"{briefly} {why}".strip()
            finding = Finding("modifier", code, says, rule_of(mark), briefly=briefly, marks=written)
            yield frozenset({mark}), finding
        told |= off


def _marks_of_another(diagnosis: Diagnosis, code: str) -> frozenset[str]:
    """The marks that a code has by some reading of a note that leaves more than one, or by some view."""
    lines = (line for c in diagnosis.targets for line in c.lines if line.code == code)
    return frozenset(mark for line in lines for mark in line.modifiers)
