"""Everything that can be wrong with a case that reads: each check is a small function, and `check` runs them
all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple

from casebook.coding.authorities import AUTHORITIES
from casebook.coding.claim import Answer, show
from casebook.coding.rules import RULEBOOK
from casebook.coding.typed import read
from casebook.coding.views import VIEWS
from casebook.errors import CaseError
from casebook.grading import icd10

from .case import MARK, Case, cases_folder, root
from .front_matter import Where
from .keys import KEY_KEYS, KINDS, NOISES, TOPICS

OF_SOURCES = "casebook code prints those of a case's rules, and data/authorities.toml has them all"


class Fault(NamedTuple):
    """What is wrong, and the way to the key at fault."""

    says: str
    where: Where = ()


def check(case: Case) -> Iterator[CaseError]:
    """Everything wrong with a case that reads: its key against the rules, its marks, sources, codes and
    words."""
    bare = case.path.suffix != ".md"  # a bare operation has no chart, and needs no key
    for one in (KEY_CHECKS if case.key else ()) if bare else (*CHART_CHECKS, *KEY_CHECKS):
        for fault in one(case):
            yield CaseError(case.path, case.line(*fault.where), fault.says)


def must_be_sound(case: Case, to_be: str) -> None:
    """Raises CaseError for a case without a chart or with a fault, which cannot `to_be` (set, printed) as it
    stands."""
    if not case.chart.strip():
        raise CaseError(case.path, 1, f"this case has no chart to read, so it cannot be {to_be}")
    if fault := next(check(case), None):
        raise fault


def key_answers(case: Case) -> list[Answer]:
    """The author's key, read as answers: the preferred one first."""
    claims = case.key.get("claim")
    return [read(str(c)) for c in (claims if isinstance(claims, list) else [claims])]


# What stands in the head, and the chart


def _chart(case: Case) -> Iterator[Fault]:
    if not case.chart.strip():
        yield Fault("the chart is missing; it follows the front matter", ("title",))


def _said(case: Case) -> Iterator[Fault]:
    """What every case says of itself."""
    for key, words in (
        ("title", "a title that gives nothing away"),
        ("about", "what it exercises"),
        ("authorities", "a source at least"),
    ):
        if key in case.data and not case.data[key]:
            yield Fault(f"{key}: expected {words}", (key,))
    for key in ("title", "about", "level", "patient", "key", "authorities"):
        if key not in case.data:
            yield Fault(f"a case also has {key}: ({KINDS[key][1]})")


def _patient(case: Case) -> Iterator[Fault]:
    patient = case.data.get("patient", {"newborn": True})
    newborn = patient == {"newborn": True} or patient == {"newborn": True, "sex": patient.get("sex")}
    age = patient.get("age")
    known = isinstance(age, int) and not isinstance(age, bool) and 0 <= age <= 120
    if not newborn and not (known and set(patient) <= {"age", "sex"}):
        yield Fault(
            "patient: expected {age: 62, sex: male}, the age in years; or {newborn: true}", ("patient",)
        )
    elif patient.get("sex") not in (None, "male", "female"):
        yield Fault("patient: sex: expected male or female", ("patient", "sex"))


def _topics(case: Case) -> Iterator[Fault]:
    for topic in case.about:
        if topic not in TOPICS:
            says = f"about: {topic!r} is not a thing to learn; it may be: {', '.join(TOPICS)}"
            yield Fault(says, ("about",))


def _level(case: Case) -> Iterator[Fault]:
    if case.data.get("level") not in (1, 2, 3):
        yield Fault("level: expected 1 (plain), 2 (realistic) or 3 (noisy)", ("level",))


def _noise(case: Case) -> Iterator[Fault]:
    if case.data.get("noise", "clean") not in NOISES:
        says = f"noise: {case.data['noise']!r} is not a kind of noise; it may be: {', '.join(NOISES)}"
        yield Fault(says, ("noise",))


def _filed(case: Case) -> Iterator[Fault]:
    if case.data.get("filed") and (told := read(case.data["filed"])).error:
        yield Fault(f"filed: {told.error}", ("filed",))


def _sources(case: Case) -> Iterator[Fault]:
    for source in case.data.get("authorities") or []:
        if source not in AUTHORITIES:
            says = f"authorities: there is no source {source!r}; {OF_SOURCES}"
            yield Fault(says, ("authorities",))


def _title(case: Case) -> Iterator[Fault]:
    if codes := re.findall(r"\b\d{5}\b", str(case.data.get("title"))):
        yield Fault(f"title: it names the code {codes[0]}; a title gives nothing away", ("title",))


def taken(case: Case) -> Iterator[Fault]:
    """Whether a shipped case has the name of this one."""
    mine = case.path.resolve().parent
    if mine != cases_folder().resolve() and (cases_folder() / case.path.name).is_file():
        yield Fault(
            f"a shipped case is named {case.id} already; give the file another name, one that casebook list"
            " does not have"
        )


def _name(case: Case) -> Iterator[Fault]:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", case.id):
        yield Fault(
            "the file's name is the name of the case: small letters, digits and hyphens, such as rowan.md"
        )
    else:
        yield from taken(case)


def _question(case: Case) -> Iterator[Fault]:
    claim = case.key.get("claim")
    if case.key.get("ask") and not isinstance(claim, list) and read(str(claim)).claim:
        says = "key: ask: this key bills, so there is nothing to ask; leave ask: out, or make the claim query"
        yield Fault(says, ("key", "ask"))


def _marks(case: Case) -> Iterator[Fault]:
    names = [name for _, name in MARK.findall(case.chart)]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield Fault(f"the chart marks {name} twice; mark names are unique")


def _evidence(case: Case) -> Iterator[Fault]:
    for r, op in enumerate(case.readings):
        base: Where = ("readings", r) if "readings" in case.data else ("operation",)
        named: list[tuple[str, str, Where]] = [
            (f"evidence: {facet}: ", mark, ("evidence", facet)) for facet, mark in op.marks
        ]
        for i, s in enumerate(op.steps):
            given = {"evidence": s.evidence, "also": s.also}
            named += [(f"{key}: ", mark, ("steps", i, key)) for key, mark in given.items() if mark]
        for what, mark, where in named:
            if mark not in case.evidence:
                says = f"{what}the chart marks no {mark!r}; write [the sentence]{{#{mark}}}"
                yield Fault(says, (*base, *where))


# The author's key


def _key_names(case: Case) -> Iterator[Fault]:
    for name in case.key:
        if name not in KEY_KEYS:
            yield Fault(f"key has no {name!r}; it may have: {', '.join(KEY_KEYS)}", ("key", name))


def _diagnoses(case: Case) -> Iterator[Fault]:
    where = ("key", "diagnoses")
    for codes in icd10.accepted(case.key.get("diagnoses")):
        for code in codes:
            if code not in icd10.complete():
                yield Fault(
                    f"diagnoses: {code} is not a complete code of the ICD-10-CM list held here", where
                )
        for fault in icd10.faults(codes):
            yield Fault(f"diagnoses: {fault['code']}: {fault['says']}", where)


def _why(case: Case) -> Iterator[Fault]:
    answered = case.key.get("claim") or case.note.out_of_scope
    if answered and case.chart and not str(case.key.get("why") or "").strip():
        yield Fault("key: expected why:, the author's reason in a sentence or two", ("key",))


def _claim(case: Case) -> Iterator[Fault]:
    """The key against the rules: the preferred answer, then the others that the author accepts."""
    where = ("key", "claim")
    if case.note.out_of_scope and case.chart:
        if case.key.get("claim"):
            yield Fault(f"claim: no rule decides this operation: {case.note.out_of_scope}", where)
        return
    if not case.key.get("claim"):
        yield Fault('key: expected claim:, such as "44120; 44121", or query', ("key",))
        return
    answers = key_answers(case)
    if unread := next((a for a in answers if a.error or a.blank), None):
        yield Fault(f"claim: {unread.error or 'nothing is there'}", where)
        return
    derived = case.note.action if case.note.action != "bill" else show(case.item.diagnosis.targets[0].lines)
    first = case.item.grade(str(answers[0]))
    if first.verdict != "correct" or first.view:
        says = f"the author's key is {answers[0]}, but the rules give {derived}: one of the two is wrong"
        yield Fault(says, where)
    for answer in answers[1:]:
        if case.item.grade(str(answer)).verdict != "correct":
            yield Fault(f"the author accepts {answer}, which no view in the rulebook gives", where)


def _tempting(case: Case) -> Iterator[Fault]:
    where = ("key", "tempting")
    readable = case.key.get("claim") and not any(a.error or a.blank for a in key_answers(case))
    for text, reason in (case.key.get("tempting") or {}).items() if readable else ():
        answer = read(str(text))
        if answer.error or answer.blank or case.item.grade(str(text)).verdict not in ("partly", "wrong"):
            yield Fault(f"tempting: {text}: {answer.error or 'it is not a wrong answer here'}", where)
        if not isinstance(reason, str) or not reason.strip():
            yield Fault(f"tempting: {text}: say in words why it tempts", where)


Check = Callable[[Case], Iterator[Fault]]
CHART_CHECKS: tuple[Check, ...] = (
    _chart,
    _said,
    _patient,
    _topics,
    _level,
    _noise,
    _filed,
    _sources,
    _title,
    _name,
    _question,
    _marks,
    _evidence,
)
KEY_CHECKS: tuple[Check, ...] = (_key_names, _diagnoses, _why, _claim, _tempting)


def ran_out(cases: Iterable[Case], today: date, *, book: bool = True) -> Iterator[str]:
    """Notes, not errors: sources no longer in force, the cases that stand on them, and with `book` the rules
    and pages."""
    loaded = list(cases)
    pages = {p.stem: p.read_text("utf-8") for p in sorted((root() / "book").glob("*.md"))} if book else {}
    for source in AUTHORITIES.values():
        if not source.ran_out(today):
            continue
        standing = {
            "rules": [r.id for r in RULEBOOK.values() if book and source.id in r.authorities],
            "views": [v.id for v in VIEWS.values() if book and source.id in v.authorities],
            "cases": [c.id for c in loaded if source.id in (c.data.get("authorities") or [])],
            "pages": [name for name, text in pages.items() if source.id in text],
        }
        if not (book or standing["cases"]):
            continue
        on = "".join(f"; {what}: {', '.join(names)}" for what, names in standing.items() if names)
        yield f"{source.id} ({source.edition}) was in force until {source.until}{on}"
