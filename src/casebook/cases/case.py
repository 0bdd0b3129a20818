"""Case files: read them, and write the page's JSON.

A case is Markdown whose YAML front matter holds the operation and the author's key, and whose body is the
chart. A bare YAML file with the same keys, or with an operation alone, is accepted where only the operation
matters.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property, lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

from casebook import files
from casebook.coding import places
from casebook.coding.claim import Same
from casebook.coding.note import Note
from casebook.coding.operation import OPERATION_KEYS
from casebook.coding.places import listed
from casebook.coding.reading import meant, read_operation
from casebook.data import Lazy
from casebook.errors import CaseError, OperationError
from casebook.grading import Item
from casebook.grading.explanation import Diagnosis
from casebook.practice.editions import edition_of

from . import front_matter
from .keys import CASE_KEYS, HOLDS, KEY_KEYS, KINDS, MOST

SCHEMA = 1  # of the page's JSON
LARGEST = 1_000_000  # bytes of a case file
LONGEST_CHART = 100_000  # characters
UNSEEN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")  # kinds of characters
MARK = re.compile(r"\[([^\[\]]+)\]\{#([A-Za-z][\w-]*)\}")
_HERE = Path(__file__).parent.parent


@dataclass(frozen=True)
class Case:
    """One case file: the operation it could describe, the author's key, and the chart."""

    path: Path
    data: Mapping[str, Any]
    chart: str
    lines: Mapping[front_matter.Where, int] = field(repr=False)  # where each key stands in the file
    readings: tuple[Any, ...] = ()

    @property
    def operations(self) -> list[front_matter.Where]:
        """The way to each reading's keys."""
        if "readings" in self.data:
            return [("readings", i) for i in range(len(self.data["readings"]))]
        return [("operation",) if "operation" in self.data else ()]

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
    def filed(self) -> str:
        """The claim that somebody filed for it, which an audit asks about; "" where there is none."""
        return str(self.data.get("filed") or "")

    @property
    def key(self) -> dict[str, Any]:
        return dict(self.data.get("key") or {})

    @cached_property
    def evidence(self) -> dict[str, str]:
        """Every mark in the chart: its name and the words it marks, without stars for emphasis."""
        return {name: " ".join(words.replace("*", "").split()) for words, name in MARK.findall(self.chart)}

    @property
    def unmarked(self) -> str:
        """The chart without the marks that say which sentences decide."""
        return MARK.sub(r"\1", self.chart).strip()

    @cached_property
    def edition(self) -> str:
        """The digest of what an answer is given to: the chart, or the operation where there is none."""
        return edition_of(self.unmarked or json.dumps([op.as_mapping() for op in self.readings]))

    @cached_property
    def note(self) -> Note:
        return Note(self.readings)

    @cached_property
    def item(self) -> Item:
        known = self.newborn if self.chart.strip() else None
        apart = Lazy(lambda: self.apart)  # it asks all other cases, and few answers ask for it
        about = (self.evidence, self.key, apart, self.unmarked, self.filed, known)
        return Item(self.id, self.note, *about, worked_out=self._diagnosis)

    @cached_property
    def _diagnosis(self) -> Diagnosis:
        return Diagnosis(self.note)

    @cached_property
    def apart(self) -> dict[str, str]:
        """For every two misconceptions that give the same answer here: the first other case where they do
        not."""
        found = {}
        for ms in self._diagnosis.wrong_ways.values():
            for one, two in combinations(ms, 2):
                for other, given in _given_elsewhere().items():
                    if other != self.id and given.get(one.id, frozenset()) != given.get(two.id, frozenset()):
                        found[f"{one.id} {two.id}"] = other
                        break
        return found

    def page(self) -> dict[str, Any]:
        """The JSON that the page, the notebook and the class report hand to the grader."""
        asked: dict[str, Any] = {"chart": self.unmarked} if self.note.action == "query" else {}
        asked |= {"filed": self.filed} if self.filed else {}
        asked |= {"newborn": True} if self.newborn else {}
        return {
            "schema": SCHEMA,
            "id": self.id,
            "edition": self.edition,
            "words": len(self.unmarked.split()),
            "title": self.title,
            "about": self.about,
            "level": self.level,
            "readings": [op.as_mapping() for op in self.readings],
            "key": self.key,
            "evidence": self.evidence,
            "apart": self.apart,
            **asked,
        } | ({"measured": self.measured} if self.chart.strip() else {})

    @property
    def newborn(self) -> bool:
        """Whether the patient is newborn, by the head of the file."""
        patient = self.data.get("patient")
        return isinstance(patient, dict) and patient.get("newborn") is True

    @property
    def measured(self) -> list[float]:
        """The positions along the bowel, in cm, that the chart itself states."""
        return sorted({at for op in self.readings for at in op.measured or ()})

    def line(self, *path: str | int) -> int:
        """The line of a key, or of the nearest key above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def load(where: str | Path) -> Case:
    """Read a case file, or a shipped case by its id; a name with a slash is a file's. Raises CaseError."""
    path = Path(where)
    if not path.suffix and str(where) == path.name and not _there(path):
        path = cases_folder() / f"{path.name}.md"
        if not _there(path):
            raise CaseError(Path(str(where)[:80]), 1, _no_case(str(where)))
    if _unseen(path.stem):
        raise CaseError(
            Path("?"), 1, f"{path.stem!a}: a name holds a character that cannot be seen; rename it"
        )
    return _case(path, _text(path))


def _no_case(name: str) -> str:
    """What is said of a name that no shipped case has: the names that are near it, and where all stand."""
    near = get_close_matches(name[:80].lower(), [path.stem for path in library()], 3, 0.5)
    perhaps = f" perhaps {listed(near, 'or')} was meant;" if near else ""
    return (
        f"there is no case of this name;{perhaps} casebook list names them all, and a file of your own is"
        f" named with its ending, such as {name[:40]}.md"
    )


@lru_cache(maxsize=256)
def _case(path: Path, text: str) -> Case:
    """The case in a text; the same for the same text, with all that was worked out for it."""
    parsed = front_matter.parse(path, text)
    case = Case(path, parsed.data, parsed.chart, parsed.lines)
    if len(case.chart) > LONGEST_CHART:
        says = f"the chart has {len(case.chart)} characters, and a case has at most {LONGEST_CHART}"
        raise CaseError(path, 1, says)
    _check_words(case)
    _check_kinds(case)
    return replace(case, readings=_readings(case))


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # no name that a file can have
        return False


def _text(path: Path) -> str:
    try:
        with files.regular(path).open("rb") as file:
            content = file.read(LARGEST + 1)
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise CaseError(
            path, 1, f"the file is not UTF-8 text (byte {error.start}); save it as UTF-8"
        ) from None
    except OSError as error:
        raise CaseError(path, 1, f"the file cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise CaseError(path, 1, f"this is no name of a file: {error}") from None
    if len(content) > LARGEST:
        raise CaseError(path, 1, f"the file is larger than {LARGEST} bytes, which no case is")
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if unseen := _unseen(line):
            raise CaseError(path, number, unseen)
    return text


def _unseen(text: str) -> str:
    """Why a text cannot stand in a case, or "": nobody sees such characters, and some break a file for a
    learning system."""
    if text.isprintable():
        return ""
    found = next((c for c in text if c != "\t" and unicodedata.category(c) in UNSEEN), None)
    return f"the character U+{ord(found):04X} cannot be seen; delete it" if found else ""


def _check_words(case: Case) -> None:
    """Refuse words that YAML spells out of characters that cannot be seen. Raises CaseError."""
    todo: list[tuple[front_matter.Where, Any]] = [((), case.data)]
    while todo:
        where, value = todo.pop()
        if isinstance(value, dict | list):
            rows = value.items() if isinstance(value, dict) else enumerate(value)
            for key, each in rows:
                todo += [((*where, key), each), ((*where, key), key)]
        elif isinstance(value, str):
            for line in value.split("\n"):
                if unseen := _unseen(line):
                    raise CaseError(case.path, case.line(*where), unseen)


def _check_kinds(case: Case) -> None:
    """Refuse a key that holds something of another kind. Raises CaseError."""
    inner = case.data.get("key")
    for path, known, row in (
        ((), CASE_KEYS, case.data),
        (
            ("key",),
            KEY_KEYS,
            inner if isinstance(inner, dict) else {},
        ),
    ):
        for name, value in row.items():
            if name not in known or name not in KINDS:
                continue
            kind, words = KINDS[name]
            unfit = name in HOLDS and isinstance(value, list) and not HOLDS[name](value)
            if not isinstance(value, kind) or isinstance(value, bool) or unfit:
                raise CaseError(case.path, case.line(*path, name), f"{name}: expected {words}")
            if isinstance(value, str | list | dict) and len(value) > MOST[name]:
                of = "characters" if isinstance(value, str) else "of them"
                says = f"{name}: there are {len(value)} {of}, and a case has at most {MOST[name]}"
                raise CaseError(case.path, case.line(*path, name), says)
    try:
        json.dumps(inner)
    except (TypeError, ValueError):
        raise CaseError(case.path, case.line("key"), "key: put dates and the like between quotes") from None


def _readings(case: Case) -> tuple[Any, ...]:
    data = case.data
    if "readings" in data:
        rows = data["readings"]
        if not isinstance(rows, list) or not rows:
            raise CaseError(
                case.path, case.line("readings"), "readings: expected a list of at least one reading"
            )
        if len(rows) > MOST["readings"]:
            says = f"readings: there are {len(rows)}, and a case has at most {MOST['readings']}"
            raise CaseError(case.path, case.line("readings"), says)
        if "operation" in data:
            raise CaseError(case.path, case.line("operation"), "give either readings or operation, not both")
    elif "operation" in data:
        rows = [data["operation"]]
    else:
        rows = [{k: v for k, v in data.items() if k not in CASE_KEYS}]
        if "steps" not in data:
            raise CaseError(case.path, 1, "expected readings:, operation: or steps:")
    paths = case.operations
    known = CASE_KEYS if paths[0] else CASE_KEYS + OPERATION_KEYS
    for key in data:
        if key not in known:
            told = (
                f"a case has no key {str(key)[:40]!r}; it may have:"
                f" {', '.join(known)}{meant([str(key)], known)}"
            )
            raise CaseError(case.path, case.line(key), told)
    readings = []
    for row, path in zip(rows, paths, strict=True):
        try:
            readings.append(read_operation(row, path))
        except OperationError as error:
            raise CaseError(case.path, case.line(*error.path), error.message) from None
    if not case.chart.strip():
        return tuple(readings)
    stated = places.measured(case.unmarked, readings)
    return tuple(replace(op, measured=stated) for op in readings)


# Where the shipped cases are


def root() -> Path:
    """The folder that holds `cases/` and `_toc.yml`: the package's data when installed, else the
    repository."""
    inside = _HERE / "data"
    return inside if (inside / "cases").is_dir() else _HERE.parent.parent


def cases_folder() -> Path:
    """The folder of the shipped cases."""
    return root() / "cases"


def distinct(cases: Iterable[Case]) -> Iterator[Case]:
    """The cases as they are.

    Raises CaseError where two have one name, under which answers to both would be counted.
    """
    found: set[str] = set()
    for case in cases:
        if case.id in found:
            raise CaseError(
                case.path, 1, f"two cases are named {case.id}; name each once, or rename one of the files"
            )
        found.add(case.id)
        yield case


def library() -> list[Path]:
    """Every shipped case, in the order of the book's contents, then by name."""
    toc = root() / "_toc.yml"
    listed = re.findall(r"cases/([\w-]+)", toc.read_text("utf-8")) if toc.is_file() else []
    order = {name: i for i, name in enumerate(listed)}
    return sorted(cases_folder().glob("*.md"), key=lambda p: (order.get(p.stem, len(order)), p.stem))


def beyond() -> list[Path]:
    """The shipped charts of operations that no rule decides: to be met, and answered by nobody."""
    return sorted((cases_folder() / "outside").glob("*.md"))


@lru_cache(maxsize=1)
def _given_elsewhere() -> dict[str, dict[str, frozenset[Same]]]:
    """For every shipped case, the answers that each misconception gives."""
    table: dict[str, dict[str, frozenset[Same]]] = {}
    for path in library():
        try:
            ways = load(path)._diagnosis.wrong_ways
        except CaseError:
            continue
        given: dict[str, set[Same]] = {}
        for key, ms in ways.items():
            for m in ms:
                given.setdefault(m.id, set()).add(key)
        table[path.stem] = {id: frozenset(keys) for id, keys in given.items()}
    return table


def given_by_all() -> list[Any]:
    """What `Case.apart` rests on, as JSON can hold it: the same for the same answers of all shipped cases."""
    return [
        [case, id, sorted([code, n, sorted(marks)] for key in keys for code, n, marks in key)]
        for case, given in _given_elsewhere().items()
        for id, keys in sorted(given.items())
    ]
