"""Case files: read them, validate them with messages that name file, line and fix, and write the page's JSON.

A case is Markdown whose YAML front matter holds the operation and the author's key, and whose body is the chart. A bare
YAML file with the same keys, or with an operation alone, is accepted where only the operation matters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml

from casebook.coding.authorities import AUTHORITIES
from casebook.coding.claim import Answer, Same, read, show
from casebook.coding.operation import OPERATION_KEYS, OperationError, meant, read_operation
from casebook.coding.rules import RULEBOOK
from casebook.coding.views import VIEWS, Note
from casebook.grading import Item
from casebook.grading import icd10 as diagnoses
from casebook.grading.explanation import Diagnosis

SCHEMA = 1  # of the page's JSON
LARGEST = 1_000_000  # bytes of a case file
TOPICS = (
    "joins", "units", "approach", "base-code", "colon", "stoma", "companions", "sessions", "surgeons-modifiers", "query",
    "diagnoses",
)  # fmt: skip
CASE_KEYS = ("title", "about", "level", "noise", "filed", "patient", "readings", "operation", "key", "authorities")
#: What makes a chart hard to read: nothing, an unread transcript, text carried over, a form, a scanner's short forms, a later note, a resident's words.
NOISES = ("clean", "voice-recognition", "copied-forward", "template", "abbreviations", "addendum", "resident")
KEY_KEYS = ("claim", "diagnoses", "why", "ask", "tempting")
MARK = re.compile(r"\[([^\[\]]+)\]\{#([A-Za-z][\w-]*)\}")
_HERE = Path(__file__).parent.parent


class CaseError(ValueError):
    """A case file that cannot be used; reads as `file:line: message`."""

    def __init__(self, file: Path, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.line = line


@dataclass(frozen=True)
class Case:
    """One case file: the operation it could describe, the author's key, and the chart."""

    path: Path
    data: Mapping[str, Any]
    chart: str
    lines: Mapping[tuple[str | int, ...], int] = field(repr=False)  # where each key stands in the file
    readings: tuple[Any, ...] = ()

    @property
    def id(self) -> str:
        return self.path.stem

    @property
    def title(self) -> str:
        return str(self.data.get("title") or self.id)

    @property
    def about(self) -> list[str]:
        return list(self.data.get("about") or [])

    @property
    def level(self) -> int:
        return int(self.data.get("level") or 1)

    @property
    def key(self) -> dict[str, Any]:
        return dict(self.data.get("key") or {})

    @cached_property
    def evidence(self) -> dict[str, str]:
        """Every mark in the chart: its name and the words it marks, without stars for emphasis."""
        return {name: " ".join(words.replace("*", "").split()) for words, name in MARK.findall(self.chart)}

    @cached_property
    def note(self) -> Note:
        return Note(self.readings)

    @cached_property
    def item(self) -> Item:
        return Item(self.id, self.note, self.evidence, self.key, self.apart)

    @cached_property
    def apart(self) -> dict[str, str]:
        """For every two misconceptions that give the same answer here: the first other case where they do not."""
        found = {}
        for ms in Diagnosis(self.note).wrong_ways.values():
            for one, two in combinations(ms, 2):
                for other, given in _given_elsewhere().items():
                    if other != self.id and given.get(one.id, frozenset()) != given.get(two.id, frozenset()):
                        found[f"{one.id} {two.id}"] = other
                        break
        return found

    def page(self) -> dict[str, Any]:
        """The JSON that the page, the notebook and the class report hand to the grader."""
        return {
            "schema": SCHEMA, "id": self.id, "title": self.title, "about": self.about, "level": self.level,
            "readings": [op.as_mapping() for op in self.readings], "key": self.key, "evidence": self.evidence,
            "apart": self.apart,
        }  # fmt: skip

    def line(self, *path: str | int) -> int:
        """The line of a key, or of the nearest key above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def load(where: str | Path) -> Case:
    """Read a case file, or a shipped case by its id. Raises CaseError."""
    path = Path(where)
    if not path.suffix and not _there(path):
        path = cases_folder() / f"{path.name}.md"
        if not _there(path):
            known = ", ".join(p.stem for p in library())
            raise CaseError(Path(str(where)[:80]), 1, f"there is no case of this name; there are: {known}")
    return _parse(path, _text(path))


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # no name that a file can have
        return False


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise CaseError(path, 1, f"the file is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise CaseError(path, 1, f"the file cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise CaseError(path, 1, f"this is no name of a file: {error}") from None
    if len(content) > LARGEST:
        raise CaseError(path, 1, f"the file is larger than {LARGEST} bytes, which no case is")
    return text


def _parse(path: Path, text: str) -> Case:
    head, chart, shift = text, "", 0
    if path.suffix == ".md":
        front = re.match(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", text, re.DOTALL | re.MULTILINE)
        if not front:
            raise CaseError(path, 1, "a case starts with front matter between two lines of ---")
        head, chart, shift = front[1], text[front.end() :], 1
    try:
        node = yaml.compose(head, Loader=yaml.SafeLoader)
        lines = dict(_lines(node, set())) if node else {}
        data = yaml.safe_load(head)
    except yaml.MarkedYAMLError as error:
        quoted = "quoted scalar" in (error.context or "")  # an open quote is found at the end, and mended where it starts
        mark = error.context_mark if quoted else error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + 1 + shift
        raise CaseError(path, line, f"this is not YAML: {_plainly(str(error.problem or error.context))}") from None
    except _Unfit as error:
        raise CaseError(path, error.line + shift, str(error)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        at = getattr(error, "position", 0)  # of a character that no YAML may hold
        line = head.count("\n", 0, at) + 1 + shift
        why = getattr(error, "reason", None) or str(error)
        raise CaseError(path, line, f"this is not YAML that a case can hold: {why[:120]}") from None
    lines = {where: line + shift for where, line in lines.items()}
    if not isinstance(data, dict):
        raise CaseError(path, 1 + shift, "expected keys and values, such as steps: and a list")
    case = Case(path, data, chart, lines)
    _kinds(case)
    return Case(path, data, chart, lines, _readings(case))


#: What the parser says of the slips that authors make, and what to do about each.
SLIPS = {
    "mapping values are not allowed": "a colon stands inside words; put the words between quotes, or the line is indented too far",
    "cannot start any token": "a tab, or a sign such as @ or %, stands where a word should begin; indent with spaces, and quote the sign",
    "<stream end>": "a bracket or a brace was opened and not closed",
    "expected ',' or": "a bracket or a brace was opened and not closed, or a comma is missing in it",
    "could not find expected ':'": "a colon is missing after the key",
    "expected <block end>": "the line is not indented like those above it",
    "end of stream": "a quote was opened and not closed",
    "quoted scalar": "a quote was opened and not closed",
}


def _plainly(problem: str) -> str:
    """What the parser says of a file, in an author's words."""
    return next((words for sign, words in SLIPS.items() if sign in problem), f"{problem}; check the indentation and quotes")


#: What the keys beside the operation hold, and how to say so.
KINDS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "title": (str, "words"), "about": (list, "a list of words, such as [joins]"), "level": (int, "1, 2 or 3"),
    "noise": (str, "one word"), "filed": (str, "the claim as it was filed, to be judged"), "patient": (dict, "age and sex"), "key": (dict, "claim:, diagnoses: and why:"), "authorities": (list, "a list of sources"),
    "claim": ((str, int, list), 'a claim such as "44120; 44121", query, or a list of claims'),
    "diagnoses": (list, "a list of codes, such as [K50.012]"), "why": (str, "words"), "tempting": (dict, "answers, each with why it tempts"), "ask": (str, "words"),
}  # fmt: skip


def _kinds(case: Case) -> None:
    """Refuse a key that holds something of another kind."""
    inner = case.data.get("key")
    rows = [((), case.data), (("key",), inner if isinstance(inner, dict) else {})]
    for path, row in rows:
        for name, value in row.items():
            if name not in (KEY_KEYS if path else CASE_KEYS) or name not in KINDS:
                continue
            kind, words = KINDS[name]
            words_only = (
                name in ("about", "authorities") and isinstance(value, list) and not all(isinstance(v, str) for v in value)
            )
            if not isinstance(value, kind) or isinstance(value, bool) or words_only:
                raise CaseError(case.path, case.line(*path, name), f"{name}: expected {words}")
    try:
        json.dumps(inner)
    except (TypeError, ValueError):
        raise CaseError(case.path, case.line("key"), "key: put dates and the like between quotes") from None


class _Unfit(ValueError):
    """Something that YAML allows and a case does not; `line` counts within the front matter."""

    def __init__(self, message: str, node: Any) -> None:
        super().__init__(message)
        self.line = node.start_mark.line + 1


def _lines(node: Any, met: set[int], path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], int]]:
    if len(path) > 20:
        raise _Unfit("this is nested too deeply; a case needs five levels", node)
    if id(node) in met:  # an alias; aliases of aliases grow without end
        raise _Unfit("write it out, without anchors and aliases (& and *)", node)
    met.add(id(node))
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _Unfit("a key is one word", key)
            if key.value in seen:
                raise _Unfit(f"the key {str(key.value)[:40]} is given twice; keep one", key)
            seen.add(key.value)
            yield from (
                (p, min(n, key.start_mark.line + 1) if p == (*path, key.value) else n)
                for p, n in _lines(value, met, (*path, key.value))
            )
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            yield from _lines(value, met, (*path, i))
    else:
        try:
            yaml.SafeLoader("").construct_object(node)
        except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError):
            message = f"{node.value[:40]!r} cannot be read; put dates and the like between quotes, and write no !tags"
            raise _Unfit(message, node) from None


def _readings(case: Case) -> tuple[Any, ...]:
    data = case.data
    if "readings" in data:
        rows, base = data["readings"], ("readings",)
        if not isinstance(rows, list) or not rows:
            raise CaseError(case.path, case.line("readings"), "readings: expected a list of at least one reading")
        if "operation" in data:
            raise CaseError(case.path, case.line("operation"), "give either readings or operation, not both")
        paths: list[tuple[str | int, ...]] = [(*base, i) for i in range(len(rows))]
    elif "operation" in data:
        rows, paths = [data["operation"]], [("operation",)]
    else:
        rows, paths = [{k: v for k, v in data.items() if k not in CASE_KEYS}], [()]
        if "steps" not in data:
            raise CaseError(case.path, 1, "expected readings:, operation: or steps:")
    known = CASE_KEYS if paths[0] else CASE_KEYS + OPERATION_KEYS
    for key in data:
        if key not in known:
            told = f"a case has no key {str(key)[:40]!r}; it may have: {', '.join(known)}{meant([str(key)], known)}"
            raise CaseError(case.path, case.line(key), told)
    readings = []
    for row, path in zip(rows, paths, strict=True):
        try:
            readings.append(read_operation(row, path))
        except OperationError as error:
            raise CaseError(case.path, case.line(*error.path), error.message) from None
    return tuple(readings)


# Where the shipped cases are


def root() -> Path:
    """The folder that holds `cases/` and `_toc.yml`: the package's data when installed, else the repository."""
    inside = _HERE / "data"
    return inside if (inside / "cases").is_dir() else _HERE.parent.parent


def cases_folder() -> Path:
    """The folder of the shipped cases."""
    return root() / "cases"


def distinct(cases: Iterable[Case]) -> Iterator[Case]:
    """The cases as they are. Raises CaseError where two have one name, under which answers to both would be counted."""
    found: set[str] = set()
    for case in cases:
        if case.id in found:
            raise CaseError(case.path, 1, f"two cases are named {case.id}; name each once, or rename one of the files")
        found.add(case.id)
        yield case


def library() -> list[Path]:
    """Every shipped case, in the order of the book's contents, then by name."""
    toc = root() / "_toc.yml"
    listed = re.findall(r"cases/([\w-]+)", toc.read_text("utf-8")) if toc.is_file() else []
    order = {name: i for i, name in enumerate(listed)}
    return sorted(cases_folder().glob("*.md"), key=lambda p: (order.get(p.stem, len(order)), p.stem))


@lru_cache(maxsize=1)
def _given_elsewhere() -> dict[str, dict[str, frozenset[Same]]]:
    """For every shipped case, the answers that each misconception gives."""
    table: dict[str, dict[str, frozenset[Same]]] = {}
    for path in library():
        try:
            ways = Diagnosis(load(path).note).wrong_ways
        except CaseError:
            continue
        given: dict[str, set[Same]] = {}
        for key, ms in ways.items():
            for m in ms:
                given.setdefault(m.id, set()).add(key)
        table[path.stem] = {id: frozenset(keys) for id, keys in given.items()}
    return table


# Checking


def key_answers(case: Case) -> list[Answer]:
    """The author's key, read as answers: the preferred one first."""
    claims = case.key.get("claim")
    return [read(str(c)) for c in (claims if isinstance(claims, list) else [claims])]


def check(case: Case) -> Iterator[CaseError]:
    """Everything wrong with a case that reads: its key against the rules, its marks, sources, codes and words."""

    def wrong(message: str, *path: str | int) -> CaseError:
        return CaseError(case.path, case.line(*path), message)

    if case.path.suffix != ".md":  # a bare operation has no chart, and needs no key
        if case.key:
            yield from _check_key(case, wrong)
        return
    if not case.chart.strip():
        yield wrong("the chart is missing; it follows the front matter", "title")
    yield from _check_head(case, wrong)
    for key in ("title", "about", "level", "patient", "key", "authorities"):
        if key not in case.data:
            yield wrong(f"a case also has {key}:")
    for topic in case.about:
        if topic not in TOPICS:
            yield wrong(f"about: {topic!r} is not a thing to learn; it may be: {', '.join(TOPICS)}", "about")
    if case.data.get("level") not in (1, 2, 3):
        yield wrong("level: expected 1 (plain), 2 (realistic) or 3 (noisy)", "level")
    if case.data.get("noise", "clean") not in NOISES:
        yield wrong(f"noise: {case.data['noise']!r} is not a kind of noise; it may be: {', '.join(NOISES)}", "noise")
    if case.data.get("filed") and (told := read(case.data["filed"])).error:
        yield wrong(f"filed: {told.error}", "filed")
    for source in case.data.get("authorities") or []:
        if source not in AUTHORITIES:
            yield wrong(f"authorities: there is no source {source!r}; see data/authorities.toml", "authorities")
    if codes := re.findall(r"\b\d{5}\b", str(case.data.get("title"))):
        yield wrong(f"title: it names the code {codes[0]}; a title gives nothing away", "title")
    if not re.fullmatch(r"[a-z][a-z0-9-]*", case.id):
        yield wrong("the file's name is the name of the case: small letters, digits and hyphens, such as rowan.md")
    elif case.path.resolve().parent != cases_folder().resolve() and (cases_folder() / case.path.name).is_file():
        yield wrong(f"a shipped case is named {case.id} already; give the file another name")
    if case.key.get("ask") and not isinstance(case.key.get("claim"), list) and read(str(case.key.get("claim"))).claim:
        yield wrong("key: ask: this key bills, so there is nothing to ask; leave ask: out, or make the claim query", "key", "ask")
    names = [name for _, name in MARK.findall(case.chart)]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield wrong(f"the chart marks {name} twice; mark names are unique")
    base = "readings" if "readings" in case.data else "operation"
    for r, op in enumerate(case.readings):
        for facet, mark in op.marks:
            if mark not in case.evidence:
                stands = (base, r, "evidence", facet) if base == "readings" else (base, "evidence", facet)
                yield wrong(f"evidence: {facet}: the chart marks no {mark!r}; write [the sentence]{{#{mark}}}", *stands)
        for i, step in enumerate(op.steps):
            if step.evidence and step.evidence not in case.evidence:
                at = (base, r, "steps", i, "evidence") if base == "readings" else (base, "steps", i, "evidence")
                yield wrong(f"evidence: the chart marks no {step.evidence!r}; write [the sentence]{{#{step.evidence}}}", *at)
    yield from _check_key(case, wrong)


def _check_head(case: Case, wrong: Any) -> Iterator[CaseError]:
    """What the head says of the case and the patient."""
    for key, words in (
        ("title", "a title that gives nothing away"),
        ("about", "what it exercises"),
        ("authorities", "a source at least"),
    ):
        if key in case.data and not case.data[key]:
            yield wrong(f"{key}: expected {words}", key)
    patient = case.data.get("patient", {"newborn": True})
    newborn = patient == {"newborn": True} or patient == {"newborn": True, "sex": patient.get("sex")}
    age = patient.get("age")
    known = isinstance(age, int) and not isinstance(age, bool) and 0 <= age <= 120
    if not newborn and not (known and set(patient) <= {"age", "sex"}):
        yield wrong("patient: expected {age: 62, sex: male}, the age in years; or {newborn: true}", "patient")
    elif patient.get("sex") not in (None, "male", "female"):
        yield wrong("patient: sex: expected male or female", "patient", "sex")


def _check_key(case: Case, wrong: Any) -> Iterator[CaseError]:
    key = case.key
    for name in key:
        if name not in KEY_KEYS:
            yield wrong(f"key has no {name!r}; it may have: {', '.join(KEY_KEYS)}", "key", name)
    for codes in diagnoses.accepted(key.get("diagnoses")):
        for code in codes:
            if code not in diagnoses.complete():
                yield wrong(f"diagnoses: {code} is not a complete code of the ICD-10-CM list held here", "key", "diagnoses")
        for fault in diagnoses.faults(codes):
            yield wrong(f"diagnoses: {fault['code']}: {fault['says']}", "key", "diagnoses")
    if not key.get("claim"):
        yield wrong('key: expected claim:, such as "44120; 44121", or query', "key")
        return
    if case.chart and not str(key.get("why") or "").strip():
        yield wrong("key: expected why:, the author's reason in a sentence or two", "key")
    answers = key_answers(case)
    for answer in answers:
        if answer.error or answer.blank:
            yield wrong(f"claim: {answer.error or 'nothing is there'}", "key", "claim")
            return
    derived = case.note.action if case.note.action != "bill" else show(case.item.diagnosis.targets[0].lines)
    first = case.item.grade(str(answers[0]))
    if first.verdict != "correct" or first.view:
        yield wrong(f"the author's key is {answers[0]}, but the rules give {derived}: one of the two is wrong", "key", "claim")
    for text, reason in (key.get("tempting") or {}).items():
        answer = read(str(text))
        if answer.error or answer.blank or case.item.grade(str(text)).verdict not in ("partly", "wrong"):
            problem = answer.error or "it is not a wrong answer here"
            yield wrong(f"tempting: {text}: {problem}", "key", "tempting")
        if not isinstance(reason, str) or not reason.strip():
            yield wrong(f"tempting: {text}: say in words why it tempts", "key", "tempting")
    for answer in answers[1:]:
        if case.item.grade(str(answer)).verdict != "correct":
            yield wrong(f"the author accepts {answer}, which no view in the rulebook gives", "key", "claim")


def ran_out(cases: Iterable[Case], today: date, *, book: bool = True) -> Iterator[str]:
    """Sources no longer in force, and the cases that stand on them, with `book` also the rules, views and pages: notes, not errors."""
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
