"""Answers from elsewhere: the CSV files that Moodle, Canvas, Microsoft Forms and Google Forms write, and a
plain one of `learner,case,answer`.

A file with a row for each person has a column for each question. Which case a question is, its heading says
by the case's title or name; where it does not, the questions are taken in the order of the cases. Nothing in
a file raises: what cannot be used is named with file and line. Two people are never made one unseen.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from casebook.coding.claim import MAX_TEXT
from casebook.practice.responses import CODE, LATEST, LONGEST_NAME, Fault, Response, of_code, plain_name

MOST_BYTES = 50_000_000  # of a file
MOST_ROWS = 100_000
PLAIN = {"learner", "case", "answer"}
#: Columns that say who or when, in any of the systems; all others are questions.
ABOUT = {
    "id", "sis_id", "section", "section_id", "section_sis_id", "submitted", "attempt", "n correct",
    "n incorrect", "score", "start time", "completion time", "last modified time", "email", "email address",
    "name", "timestamp", "last name", "first name", "surname", "institution", "department", "state", "status",
    "started", "started on", "completed", "time taken", "duration", "id number", "username", "full name",
    "learner", "total points", "quiz feedback", "grade",
}  # fmt: skip
#: What tells two people of one name apart.
KNOWN = ("email", "email address", "sis_id", "id number", "username")
#: What columns beside a question's begin with.
BESIDE = ("points -", "feedback -", "right answer", "question ")
NUMBER = re.compile(r"-?\d+([.,]\d+)?")


def read_csv(path: str | Path, titles: Mapping[str, str]) -> tuple[list[Response], list[Fault]]:
    """The answers of one file; `titles` are the cases that it may hold, in the order of the questions, id to
    title."""
    file = Path(path)
    try:
        if file.stat().st_size > MOST_BYTES:
            return [], [Fault(file.name, 1, f"the file is larger than {MOST_BYTES // 1_000_000} MB")]
        text = file.read_bytes().decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), dialect=_dialect(text))
        rows = list(reader)
    except OSError as error:
        return [], [Fault(file.name, 1, f"the file cannot be read: {error.strerror or error}")]
    except UnicodeDecodeError:
        return [], [Fault(file.name, 1, "this is not UTF-8 text; save it as CSV (UTF-8) again")]
    except csv.Error as error:
        return [], [Fault(file.name, max(reader.line_num, 1), f"from here on this is no CSV file: {error}")]
    if len(rows) > MOST_ROWS:
        return [], [Fault(file.name, 1, f"the file holds more than {MOST_ROWS} rows")]
    if len(rows) < 2:
        return [], [
            Fault(
                file.name, 1, "the file holds no answers: a row of headings and a row for each were expected"
            )
        ]
    heads = [head.strip() for head in rows[0]]
    plain = {head.lower() for head in heads} >= PLAIN
    told = _plain(heads, rows) if plain else _wide(heads, rows, titles)
    responses: list[Response] = []
    faults: list[Fault] = []
    for each in told:
        if isinstance(each, Response):
            responses.append(each)
        else:
            faults.append(Fault(file.name, *each))
    return responses, faults


def _dialect(text: str) -> type[csv.Dialect]:
    """Commas, or the semicolons and tabs that some countries' spreadsheets write. Strict: a quotation mark
    that is never closed would take all who come after it into one answer."""

    class Found(csv.excel):
        strict = True
        delimiter = max(",;\t", key=text.partition("\n")[0].count)

    return Found


Told = Iterator[Response | tuple[int, str]]


def _plain(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Told:
    where = {head.lower(): number for number, head in enumerate(heads)}
    for line, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        cell = {name: row[where[name]].strip() if where[name] < len(row) else "" for name in PLAIN}
        if not cell["learner"] or not cell["case"]:
            yield line, "this row names no learner or no case"
            continue
        at = _moment(row[where["at"]]) if "at" in where and where["at"] < len(row) else None
        yield _response(cell["learner"], cell["case"], cell["answer"], at)


def _wide(heads: Sequence[str], rows: Sequence[Sequence[str]], titles: Mapping[str, str]) -> Told:
    questions = _questions(heads, rows, titles)
    if isinstance(questions, str):
        yield 1, questions
        return
    names = _names(heads, rows)
    for line, (row, (name, why)) in enumerate(zip(rows[1:], names, strict=True), 2):
        if why:
            yield line, why
        if not name:
            continue
        yield from _in_codes(row, name, line)
        for column, case in questions.items():
            answer = row[column].strip() if column < len(row) else ""
            if answer and answer != "-" and not answer.startswith(CODE):  # Moodle's sign for none
                yield _response(name, case, answer, None)


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


def _questions(
    heads: Sequence[str], rows: Sequence[Sequence[str]], titles: Mapping[str, str]
) -> dict[int, str] | str:
    """Which column answers which case; or why that cannot be said."""
    columns = [
        number
        for number, head in enumerate(heads)
        if head.lower() not in ABOUT and not _beside(head, number, heads) and _filled(rows, number)
    ]
    if not columns and any(cell.strip().startswith(CODE) for row in rows[1:] for cell in row):
        return {}  # codes alone: each names its cases
    named = {column: case for column in columns if (case := _case(heads[column], titles))}
    if not named:
        # Moodle keeps what was asked in columns of their own.
        asked = {
            number: _case(rows[1][number], titles)
            for number, head in enumerate(heads)
            if head.lower().startswith("question") and number < len(rows[1])
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


def _beside(head: str, number: int, heads: Sequence[str]) -> bool:
    """Whether a column holds the points of the question before it, as Canvas and Microsoft Forms write."""
    low = head.lower()
    return bool(NUMBER.fullmatch(head)) or low.startswith(
        ("points -", "feedback -", "right answer", "question ")
    )


def _filled(rows: Sequence[Sequence[str]], column: int) -> bool:
    """Whether a column holds anything but codes."""
    cells = [row[column].strip() for row in rows[1:] if column < len(row)]
    return any(cell and not cell.startswith(CODE) for cell in cells)


def _case(text: str, titles: Mapping[str, str]) -> str | None:
    """The case that a heading names: by its title, or by its name as a word."""
    low = " ".join(text.lower().split())
    by_title = [case for case, title in titles.items() if title.lower() in low]
    found = by_title or [
        case for case in titles if re.search(rf"(?<![\w-]){re.escape(case.lower())}(?![\w-])", low)
    ]
    return found[0] if len(found) == 1 else None


def _names(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """What to call whom, row by row, and what is to be said of it. Who has the same name and another address
    is another person; the same name without an address is not taken for the same person."""
    people = []
    for row in rows[1:]:
        told = {head.lower(): cell.strip() for head, cell in zip(heads, row, strict=False)}
        both = f"{told.get('first name', '')} {told.get('last name') or told.get('surname') or ''}".strip()
        name = told.get("name") or told.get("full name") or told.get("learner") or both
        number = told.get("id", "") if "sis_id" in told else ""  # Canvas's; elsewhere the row's
        known = next((told[key] for key in KNOWN if told.get(key)), number)
        people.append((name, known))
    alike = Counter(name.casefold() for name, _ in set(people))
    bare = Counter(name.casefold() for name, known in people if not known)
    names = []
    for line, (name, known) in enumerate(people, 2):
        if not name and not known:
            names.append(("", "this row names nobody" if any(c.strip() for c in rows[line - 1]) else ""))
        elif not known and bare[name.casefold()] > 1:
            names.append((f"{name} (row {line})", f"several rows are named {name}: they were kept apart"))
        elif name and alike[name.casefold()] > 1:
            names.append((f"{name} ({known or f'row {line}'})", ""))
        else:
            names.append((name or known, ""))
    return names


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
    plain = re.sub(r"\.(md|ya?ml)$", "", case.strip().lower())
    return Response(plain_name(learner), plain[:LONGEST_NAME], answer[: MAX_TEXT + 1], at)
