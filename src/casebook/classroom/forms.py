"""Answers from elsewhere: the CSV files that Moodle, Canvas, Microsoft Forms and Google Forms write, and a
plain one of `learner,case,answer`.

A file with a row for each person has a column for each question. Which case a question is, its heading says
by the case's title or name; where it does not, the questions are taken in the order of the cases. Nothing in
a file raises: what cannot be used is named with file and line. Two people are never made one unseen.

Which code of each system writes and reads these files: ARCHITECTURE.md.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from pathlib import Path

from casebook import files
from casebook.coding.claim import MAX_TEXT
from casebook.errors import CommandError
from casebook.practice.responses import (
    AS_CSV,
    CODE,
    LATEST,
    LONGEST_NAME,
    Doubts,
    Fault,
    Response,
    case_named,
    counted_as_one,
    of_code,
    plain_answer,
    plain_name,
)

MOST_BYTES = 50_000_000  # of a file
MOST_ROWS = 100_000
DELIMITERS = (",", ";", "\t", "|")
PLAIN = {"case", "answer"}  # beside a column of names
#: Columns that say who or when, in any of the systems; all others are questions.
ABOUT = {
    "id", "sis_id", "section", "section_id", "section_sis_id", "submitted", "attempt", "n correct",
    "n incorrect", "score", "start time", "completion time", "last modified time", "email", "email address",
    "name", "timestamp", "last name", "first name", "surname", "institution", "department", "state", "status",
    "started", "started on", "completed", "time taken", "duration", "id number", "username", "full name",
    "learner", "total points", "total score", "quiz feedback", "grade", "root_account",
}  # fmt: skip
#: Columns that only Canvas's student analysis has; without leave to see numbers of its own, no `sis_id`.
CANVAS = {"sis_id", "section_id"}
#: What tells two people of one name apart.
KNOWN = ("email", "email address", "sis_id", "id number", "username")
#: Columns of a roster that hold such a number under another heading.
ON_ROSTER = {"sis user id": "sis_id", "student id": "id number"}
#: Columns with the whole of a name.
WHO = (
    "name", "full name", "learner", "student", "participant", "names", "learners", "students", "participants",
)  # fmt: skip
#: What columns beside a question's begin with, and what they end with.
BESIDE = ("points -", "feedback -", "right answer")
BESIDE_ENDS = ("[score]", "[feedback]")
#: Moodle's column of what was asked, which has one of its response beside it.
ASKED = re.compile(r"question (\d+)")
#: What a spreadsheet's first line may say of what parts its cells.
PARTED = re.compile(r'"?sep=(.)"?\r?(\n|$)', re.IGNORECASE)
#: Headings of a column of names.
NAMED = {*WHO, "last name", "surname"}
NUMBER = re.compile(r"-?\d+([.,]\d+)?")
#: Moodle's points, of the whole or of a question.
POINTS = re.compile(r"(grade|q\. ?\d+) ?/ ?\d+([.,]\d+)?")

Told = Iterator[Response | tuple[int, str]]


def read_csv(
    path: str | Path, titles: Mapping[str, str], cases: Collection[str] = ()
) -> tuple[list[Response], list[Fault]]:
    """The answers of one file; `titles` are the cases that it may hold, in the order of the questions, id to
    title. `cases` are all that are known, where an answer to another one is to be told."""
    return read_csvs([Path(path)], titles, cases)


def read_csvs(
    paths: Sequence[Path], titles: Mapping[str, str], cases: Collection[str] = ()
) -> tuple[list[Response], list[Fault]]:
    """The answers of several files, whose people are told apart together, by name and address."""
    responses: list[Response] = []
    faults: list[Fault] = []
    tables: list[_Table] = []
    for file in paths:
        table = _table(file)
        if isinstance(table, Fault):
            faults.append(table)
        else:
            tables.append(table)
    for table, names in zip(tables, _names(tables), strict=True):
        doubts = Doubts(cases)
        told = _plain(table, names, doubts) if table.plain else _wide(table, names, titles)
        for each in (*_unused_cells(table), *told):
            if isinstance(each, Response):
                responses.append(each)
            else:
                faults.append(Fault(table.file, *each))
        faults += [Fault(table.file, line, says) for says, lines in doubts.told.items() for line in lines]
    return responses, faults


@dataclass(frozen=True)
class _Table:
    """A file as rows: its name, the headings, the rows below them, and the line at which each begins: a
    quoted cell may hold line ends."""

    file: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    lines: Sequence[int]

    @property
    def numbered(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Each row with its line."""
        return zip(self.lines, self.rows, strict=True)

    @property
    def plain(self) -> bool:
        """Whether it has an answer a row."""
        heads = {head.lower() for head in self.heads}
        return heads >= PLAIN and bool(heads & NAMED)


def _table(file: Path) -> _Table | Fault:
    """The rows of a file, or why there are none."""
    text = _text(file)
    if isinstance(text, Fault):
        return text
    try:
        rows = list(_rows(text))
    except _NotCsv as error:
        return Fault(file.name, error.line, f"from here on this is no CSV file: {error}")
    if len(rows) > MOST_ROWS:
        return Fault(file.name, 1, f"the file holds more than {MOST_ROWS} rows")
    if len(rows) < 2:
        says = "the file holds no answers: a row of headings and a row for each were expected"
        return Fault(file.name, 1, says)
    (_, heads), *below = rows
    return _Table(
        file.name, [head.strip() for head in heads], [row for _, row in below], [line for line, _ in below]
    )


def _text(file: Path) -> str | Fault:
    """The text of a file, or why it cannot be had."""
    try:
        if files.regular(file).stat().st_size > MOST_BYTES:
            return Fault(file.name, 1, f"the file is larger than {MOST_BYTES // 1_000_000} MB")
        held = file.read_bytes()
        if what := files.no_text(held):
            return Fault(file.name, 1, f"this is {what}, not UTF-8 text; {AS_CSV}")
        return held.decode("utf-8-sig")
    except OSError as error:
        return Fault(file.name, 1, f"the file cannot be read: {error.strerror or error}")
    except UnicodeDecodeError:
        return Fault(file.name, 1, "this is not UTF-8 text; save it as CSV (UTF-8) again")


class _NotCsv(ValueError):
    """Where rows end that can be read: the message says why, `line` from where on."""

    def __init__(self, why: object, line: int) -> None:
        super().__init__(str(why))
        self.line = line


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row and the line at which it begins. Raises _NotCsv."""
    said = PARTED.match(text)
    before = 0
    if said:
        text, before = text[said.end() :], 1
    reader = csv.reader(io.StringIO(text, newline=""), dialect=_dialect(text, said[1] if said else ""))
    begins = 1
    try:
        for row in reader:
            yield before + begins, row
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _NotCsv(error, before + begins) from None


def read_roster(path: str | Path) -> tuple[list[str], list[Fault]]:
    """The names of a class, and what is to be said of them: a name a line, or a CSV file with headings of
    which one is of names.

    Raises CommandError where the file cannot be read.
    """
    file = Path(path)
    text = _text(file)
    if isinstance(text, Fault):
        raise CommandError(f"{file}: {text.says}, or as text with a name a line")
    said: list[Fault] = []
    people = [(number, plain_name(line)) for number, line in enumerate(text.split("\n"), 1)]
    first, heads = _headings(text)
    if heads:
        said.append(Fault(file.name, first, f"taken for headings, and not for a name: {', '.join(heads)}"))
        people = _listed(file, heads) if len(heads) > 1 else people[first:]
    met: dict[str, int] = {}
    for number, name in people:
        if name and (before := met.setdefault(name.casefold(), number)) != number:
            said.append(Fault(file.name, number, counted_as_one(name, f"line {before}")))
    return list(dict.fromkeys(name for _, name in people if name)), said


def _headings(text: str) -> tuple[int, list[str]]:
    """The line of a roster's headings and the headings, none where it has no column of names."""
    try:
        line, cells = next(_rows(text), (1, []))
    except _NotCsv:  # a quotation mark in a name
        return 1, []
    heads = [plain_name(cell) for cell in cells]
    return (line, heads) if NAMED & {head.lower() for head in heads} else (1, [])


def _listed(file: Path, heads: Sequence[str]) -> list[tuple[int, str]]:
    """The names of a roster with several columns, each with its line; namesakes as in files of answers."""
    table = _table(file)
    if isinstance(table, Fault):
        raise CommandError(f"{file}:{table.line}: {table.says}")
    rows = [
        (line, dict(zip(map(str.lower, heads), map(str.strip, row), strict=False)))
        for line, row in table.numbered
    ]
    people = [
        (line, *_person({ON_ROSTER.get(head, head): cell for head, cell in row.items()}))
        for line, row in rows
    ]
    known = Counter(name.casefold() for name, _ in {(name.casefold(), known) for _, name, known in people})
    return [
        (line, f"{name} ({number})" if number and known[name.casefold()] > 1 else name)
        for line, name, number in people
    ]


def _unused_cells(table: _Table) -> Told:
    """The rows that hold more than the headings name, as where a comma in an answer parted it."""
    for line, row in table.numbered:
        if any(cell.strip() for cell in row[len(table.heads) :]):
            yield line, "this row has more cells than there are headings; what is beyond them was not used"


def _dialect(text: str, said: str = "") -> type[csv.Dialect]:
    """What the file says parts its cells, or commas, or what some countries' spreadsheets write. Strict: a
    quotation mark that is never closed would take all who come after it into one answer."""

    class Found(csv.excel):
        strict = True
        delimiter = said if said in DELIMITERS else max(DELIMITERS, key=text.partition("\n")[0].count)

    return Found


def _plain(table: _Table, names: Sequence[tuple[str, str]], doubts: Doubts) -> Told:
    where = {head.lower(): number for number, head in enumerate(table.heads)}
    used = {number for head, number in where.items() if head in PLAIN | ABOUT | NAMED | {"at"}}
    yield from _unused(table, set(range(len(table.heads))) - used, "it is none of learner, case, answer, at")
    found: list[Response] = []
    undated: set[tuple[str, str]] = set()
    for (line, row), (name, why) in zip(table.numbered, names, strict=True):
        if not any(cell.strip() for cell in row):
            continue
        case, answer, date = (_cell(row, where.get(head)) for head in ("case", "answer", "at"))
        if not name or not case:
            yield line, "this row names no learner or no case"
            continue
        if why:
            yield line, why
        at = _moment(date)
        response = doubts.of_case(_response(name, case, answer, at), line)
        if date and at is None:
            undated.add((response.learner, response.case))
            yield (
                line,
                f"the date {plain_name(date)} cannot be read (2026-11-29 can): the rows' order was kept",
            )
        found.append(response)
    for each in found:  # among dates of which one is not known, none says which answer was first
        yield replace(each, at=None) if (each.learner, each.case) in undated else each


def _cell(row: Sequence[str], number: int | None) -> str:
    return row[number].strip() if number is not None and number < len(row) else ""


def _wide(table: _Table, names: Sequence[tuple[str, str]], titles: Mapping[str, str]) -> Told:
    columns = _asking(table.heads, table.rows)
    questions = _questions(table.heads, table.rows, titles, columns)
    if isinstance(questions, str):
        yield 1, questions
        return
    yield from _unused(table, set(columns) - set(questions), "its heading names no case, or more than one")
    rows = list(zip(table.numbered, names, strict=True))
    for (line, row), (name, why) in sorted(rows, key=lambda each: _attempt(table.heads, each[0][1])):
        if why:
            yield line, why
        if not name:
            continue
        yield from _in_codes(row, name, line)
        for column, case in questions.items():
            answer = row[column].strip() if column < len(row) else ""
            if answer and answer != "-" and not answer.startswith(CODE):  # Moodle's sign for none
                yield _response(name, case, answer, None)


def _attempt(heads: Sequence[str], row: Sequence[str]) -> int:
    """Which attempt a row of Canvas's is, where it says so: Canvas writes the latest first."""
    where = next((number for number, head in enumerate(heads) if head.lower() == "attempt"), None)
    told = _cell(row, where)
    return int(told) if told.isascii() and told.isdigit() and len(told) < 9 else 0


def _unused(table: _Table, columns: Collection[int], why: str) -> Told:
    """The columns that hold something and were not used."""
    for number in sorted(columns):
        if _filled(table.rows, number):
            yield 1, f"the column {plain_name(table.heads[number]) or number + 1} was not used: {why}"


def _in_codes(row: Sequence[str], name: str, line: int) -> Told:
    """The answers of the codes that somebody pasted into a form, wherever they stand in the row."""
    for cell in map(str.strip, row):
        if not cell.startswith(CODE):
            continue
        found = of_code(cell, plain_name(name))
        if isinstance(found, str):
            yield line, found
        else:
            yield from found


def _asking(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """The columns that hold answers, as far as their headings tell."""
    return [
        number
        for number, head in enumerate(heads)
        if head.lower() not in ABOUT and not _beside(head, heads) and _filled(rows, number)
    ]


def _questions(
    heads: Sequence[str], rows: Sequence[Sequence[str]], titles: Mapping[str, str], columns: list[int]
) -> dict[int, str] | str:
    """Which of these columns answers which case; or why that cannot be said."""
    if not columns and any(cell.strip().startswith(CODE) for row in rows for cell in row):
        return {}  # codes alone: each names its cases
    named = {column: case for column in columns if (case := _case(heads[column], titles))}
    if not named:
        # Moodle keeps what was asked in columns of their own.
        asked = {
            number: _case(rows[0][number], titles)
            for number, head in enumerate(heads)
            if _asked(head, heads) and number < len(rows[0])
        }
        answers = [column for column in columns if heads[column].lower().startswith("response")]
        known = [case for case in asked.values() if case]
        if answers and len(known) == len(answers):
            return dict(zip(answers, known, strict=True))
        columns = answers or columns
    if named:
        twice = [case for case, times in Counter(named.values()).items() if times > 1]
        return f"two columns are about the case {twice[0]}" if twice else named
    if len(columns) == len(titles):
        return dict(zip(columns, titles, strict=True))
    return (
        f"{len(columns)} questions were found and {len(titles)} cases were set; put the case's name into the"
        " question's heading, or name the cases with --cases in the order of the questions"
    )


def _beside(head: str, heads: Sequence[str]) -> bool:
    """Whether a column holds what belongs to a question and is no answer: its points, its words."""
    low = head.lower()
    points = NUMBER.fullmatch(head) or POINTS.fullmatch(low)
    return bool(points) or low.startswith(BESIDE) or low.endswith(BESIDE_ENDS) or _asked(head, heads)


def _asked(head: str, heads: Sequence[str]) -> bool:
    """Whether a column holds what was asked: the responses stand in one of their own."""
    number = ASKED.fullmatch(head.lower())
    return number is not None and f"response {number[1]}" in {each.lower() for each in heads}


def _filled(rows: Sequence[Sequence[str]], column: int) -> bool:
    """Whether a column holds anything but codes."""
    cells = [row[column].strip() for row in rows if column < len(row)]
    return any(cell and not cell.startswith(CODE) for cell in cells)


def _case(text: str, titles: Mapping[str, str]) -> str | None:
    """The case that a heading names: by its title, or by its name as a word."""
    low = " ".join(unescape(text).lower().split())  # Canvas takes tags out and leaves entities in
    by_title = [case for case, title in titles.items() if title.lower() in low]
    found = by_title or [
        case for case in titles if re.search(rf"(?<![\w-]){re.escape(case.lower())}(?![\w-])", low)
    ]
    return found[0] if len(found) == 1 else None


def _person(told: Mapping[str, str]) -> tuple[str, str]:
    """Whom a row names, and what tells such a person from a namesake: an address or a number, or ""."""
    both = f"{told.get('first name', '')} {told.get('last name') or told.get('surname') or ''}".strip()
    name = next((told[head] for head in WHO if told.get(head)), both)
    number = told.get("id", "") if told.keys() & CANVAS else ""  # elsewhere it is the row's
    return plain_name(name), plain_name(next((told[key] for key in KNOWN if told.get(key)), number))


def _names(tables: Sequence[_Table]) -> list[list[tuple[str, str]]]:
    """What to call whom, file by file and row by row, and what is to be said of it.

    Who has the same name and another address is another person, also in another file; the same name without
    an address is not taken for the same person, but where no file has it twice and none tells an address.
    """
    people = [
        [
            _person({h.lower(): cell.strip() for h, cell in zip(table.heads, row, strict=False)})
            for row in table.rows
        ]
        for table in tables
    ]
    alike: dict[str, dict[str, str]] = {}  # a name: its addresses, each with the file that has it first
    for table, rows in zip(tables, people, strict=True):
        for name, known in rows:
            alike.setdefault(name.casefold(), {}).setdefault(known.casefold(), table.file)
    seen: dict[tuple[str, str], str] = {}  # by name and address: the name that is shown
    return [_named(table, rows, alike, seen) for table, rows in zip(tables, people, strict=True)]


def _named(
    table: _Table,
    people: Sequence[tuple[str, str]],
    alike: Mapping[str, Mapping[str, str]],
    seen: dict[tuple[str, str], str],
) -> list[tuple[str, str]]:
    """The names of one file's rows; `seen` is added to."""
    bare = Counter() if table.plain else Counter(name.casefold() for name, known in people if not known)
    before = set(seen)
    said: set[tuple[str, str]] = set()
    names = []
    for (line, row), (name, known) in zip(table.numbered, people, strict=True):
        person = (name.casefold(), known.casefold())
        others = alike[name.casefold()] if name else {}
        elsewhere = next((file for file in others.values() if file != table.file), "")
        if not name and not known:
            empty = table.plain or not any(map(str.strip, row))
            names.append(("", "" if empty else "this row names nobody"))
        elif not known and bare[name.casefold()] > 1:
            where = f"{table.file}, line {line}" if elsewhere else f"line {line}"
            names.append((f"{name} ({where})", f"several rows are named {name}: they were kept apart"))
        else:
            shown = f"{name} ({known or 'no address'})" if len(others) > 1 else name or known
            why = "" if person in said else _namesakes(name, known, others, elsewhere, person in before)
            said.add(person)
            names.append((seen.setdefault(person, shown), why))
    return names


def _namesakes(name: str, known: str, others: Mapping[str, str], elsewhere: str, before: bool) -> str:
    """What is to be said of a name that others have too, `elsewhere`; `before`: it was met with
    this address."""
    if len(others) > 1 and (elsewhere or not known):
        where = f"stands in {elsewhere} too" if elsewhere else "stands here also"
        return f"{name} {where}, with another address or none: they were kept apart"
    if before and not known and elsewhere:
        return counted_as_one(name, elsewhere)
    return ""


def _moment(text: str) -> float | None:
    """A time as epoch milliseconds: such a number, or an ISO date."""
    try:
        plain = text.strip()
        number = NUMBER.fullmatch(plain)
        at = float(plain.replace(",", ".")) if number else datetime.fromisoformat(plain).timestamp() * 1000
    except (ValueError, OverflowError, OSError):
        return None
    return at if 0 <= at <= LATEST else None


def _response(learner: str, case: str, answer: str, at: float | None) -> Response:
    plain = case_named(case.strip().lower())
    return Response(
        plain_name(learner), plain[:LONGEST_NAME], plain_answer(answer).strip()[: MAX_TEXT + 1], at
    )
