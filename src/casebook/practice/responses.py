"""Response files: the small file of answers that a learner saves from the book or a notebook, read for a
class.

JSON lines: a head, `{"format": "casebook-answers", "version": 1, "learner": "only where one was typed"}`,
then an answer a line. Of an answer these are taken: `case`, `answer`, `at` (epoch milliseconds),
`confidence`, `seconds`, `hints`, `test` (the number of a test, or a room's code), `edition` (the digest of
the chart that it was given to), `held` (on a page that said no verdict), `try` (of a room: which vote on the
case, from 1). A line may also be a code, which is
such a file as one word. What a file says of verdicts and scores is passed over, since the grader runs
again. Nothing in a file raises: what cannot be used is named with file and line.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import isfinite
from pathlib import Path
from typing import IO, Any

from casebook import files
from casebook.coding.claim import MAX_TEXT, show
from casebook.coding.typed import read

from .editions import read_edition
from .results import CONFIDENCE

FORMAT = "casebook-answers"
VERSION = 1
LONGEST = 64 * 1024  # bytes of a line
MOST = 20_000  # answers of a file
MOST_LINES = 100_000  # of a file, blank ones too
MOST_FAULTS = 20  # of a file; a file with more holds no answers
LONGEST_NAME = 80  # characters of a learner's name or of a case's
LATEST = 8.64e15  # the last moment that a browser's clock can tell, epoch milliseconds
ENDINGS = (".jsonl", ".json", ".ndjson")
SHEETS = (".xlsx", ".xls", ".ods", ".numbers")
AS_CSV = "save it as CSV (UTF-8), and name that file"
CODE = "casebook1."  # what a code begins with: a file of answers as one word, from a held page of the book
SAMPLES = "sample_responses"  # the folder of answers that come with the notebooks: nobody's


@dataclass(frozen=True)
class Response:
    """One answer of one learner: `at` in epoch milliseconds, `seconds` it took, `test` the number of the test
    that it was given in, `edition` the text of the chart that it was given to; None where the file does not
    tell. `held`: on a page of the book that said no verdict, where anybody could look for it elsewhere.
    `turn`: which try it was, or which of a room's votes on the case, from 1.
    """

    learner: str
    case: str
    answer: str
    at: float | None = None
    confidence: str | None = None
    seconds: float | None = None
    hints: int | None = None
    test: str | None = None
    edition: str | None = None
    held: bool = False
    turn: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Fault:
    """What of a file could not be used, and why."""

    file: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.says}"


def read_folder(
    folder: str | Path, cases: Collection[str] = (), elsewhere: Collection[Path] = ()
) -> tuple[list[Response], list[Fault]]:
    """Every response file in a folder and the folders in it, or one file.

    A learner is known by the name in the head of the file, else by the file's own name; where several files
    are named alike, as in the folders that learning systems make, by the folder's. Names that differ in
    capitals alone are one learner; files that are counted together are named among the faults. An answer that
    stands in several files of one learner counts once. An answer to a room's later vote on a case counts only
    of who answered the first: the others had heard the room talk, or the verdict; how many they are is told.
    Where `cases` are given, an answer to another one is named among the faults, and kept. Of files that are
    read `elsewhere` nothing is said.
    """
    root = Path(folder)
    if not _there(root):
        return [], [Fault(str(root), 1, "there is no such file or folder")]
    inside, answers = _inside(root), files_of(root)
    read = {path.resolve() for path in elsewhere}
    others = [p for p in inside if p.suffix.lower() not in ENDINGS and p.resolve() not in read]
    faults = [Fault(_under(root, p), 1, _no_answers(p)) for p in others]
    if not answers and root.is_dir() and (others or not inside):
        return [], [Fault(str(root), 1, f"no file in it ends in {' or '.join(ENDINGS)}"), *faults]
    found, more = read_files(root, answers, cases)
    return found, [*faults, *more]


def read_files(
    root: Path, answers: Sequence[Path], cases: Collection[str] = ()
) -> tuple[list[Response], list[Fault]]:
    """These response files, which lie in `root` or below it; learners are told apart, and `cases` taken, as
    in a folder."""
    faults: list[Fault] = []
    found: dict[Response, str] = {}
    known: dict[
        str, tuple[str, str]
    ] = {}  # a learner's name in small letters: as it was first written, and in which file
    for path, name in learners_of(root, answers).items():
        shown = _under(root, path)
        together = set()
        for each in read_file(path, name, shown, cases):
            if isinstance(each, Fault):
                faults.append(each)
                continue
            learner, first = known.setdefault(each.learner.casefold(), (each.learner, shown))
            if first != shown and learner not in together:
                together.add(learner)
                faults.append(Fault(shown, 1, counted_as_one(each.learner, first)))
            found.setdefault(replace(each, learner=learner), shown)
    late = _late(found)
    faults += _told_late([(found[each], each.case) for each in late])
    return [each for each in found if each not in late], faults


def _late(found: Iterable[Response]) -> set[Response]:
    """The answers to a room's later votes of who gave none to the first."""
    votes = [each for each in found if each.test and each.turn]
    began = {(each.learner, each.case, each.test) for each in votes if each.turn == 1}
    return {each for each in votes if (each.learner, each.case, each.test) not in began}


def _told_late(late: Sequence[tuple[str, str]]) -> Iterator[Fault]:
    """What is said of them, once for each file; `late` holds the file and the case of each."""
    for file in sorted({file for file, _ in late}):
        cases = Counter(case for of, case in late if of == file)
        which = ", ".join(f"{case} ({number})" for case, number in sorted(cases.items()))
        yield Fault(file, 1, f"first given in a later vote of a room, and so not counted: {which}")


def files_of(folder: str | Path) -> list[Path]:
    """The response files in a folder and the folders in it, or the one file."""
    return [p for p in _inside(Path(folder)) if p.suffix.lower() in ENDINGS]


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # no name that a file can have
        return False


def _inside(root: Path) -> list[Path]:
    if not _there(root):
        return []
    inside = [p for p in sorted(root.rglob("*")) if p.is_file()] if root.is_dir() else [root]
    return [p for p in inside if not any(map(_passed, p.relative_to(root).parts))]


def _passed(part: str) -> bool:
    """Whether a folder or file of this name is passed over: hidden, or the samples."""
    return part.startswith(".") or part == SAMPLES


def learners_of(root: Path, answers: Sequence[Path]) -> dict[Path, str]:
    """What to call the learner of each file where its head does not say: the file's name, or of namesakes
    what tells their folders apart."""
    alike: dict[str, list[Path]] = {}
    for path in answers:
        alike.setdefault(path.stem, []).append(path)
    names: dict[Path, str] = {}
    for stem, group in alike.items():
        parents = [list(path.relative_to(root).parts[:-1]) for path in group]
        while (
            all(parents) and len({each[-1] for each in parents}) == 1
        ):  # a folder that all of them have tells nobody apart
            parents = [each[:-1] for each in parents]
        for path, own in zip(group, parents, strict=True):
            apart = (
                own[-n:] for n in range(1, len(own) + 1) if sum(p[-n:] == own[-n:] for p in parents) == 1
            )
            names[path] = stem if len(group) == 1 else "/".join(next(apart, path.relative_to(root).parts))
    twice = Counter(name.casefold() for name in names.values())
    return {
        path: _moodle(name if twice[name.casefold()] == 1 else str(path.relative_to(root)))
        for path, name in names.items()
    }


def _moodle(name: str) -> str:
    """A name without what Moodle adds to the folder or file of a hand-in."""
    return re.sub(r"_assignsubmission_file.*", "", name)


def _under(root: Path, path: Path) -> str:
    return path.name if path == root else str(path.relative_to(root))


def _no_answers(path: Path) -> str:
    """Why a file of another kind was not read, and what to hand in."""
    if path.suffix.lower() == ".ipynb":
        return "a notebook was handed in; its last cell saves answers.jsonl: hand that file in"
    if path.suffix.lower() == ".zip":
        return "unpack this archive, and report on the folder again"
    if path.suffix.lower() == ".csv":
        lies = path.parent.name
        return f"this was not read: name a CSV file itself too, as in {lies} {lies}/{path.name}"
    if path.suffix.lower() in SHEETS:
        return f"this is a spreadsheet: {AS_CSV}"
    return f"this was not read: a file of answers ends in {' or '.join(ENDINGS)}"


def read_file(
    path: Path, learner: str | None = None, shown: str | None = None, cases: Collection[str] = ()
) -> Iterator[Response | Fault]:
    """The answers of one file, and then what of it could not be used, or is to be looked at; `learner` is who
    it belongs to where the head does not say. Where `cases` are given, answers to others are named."""
    shown = shown or path.name
    name = plain_name(learner if learner is not None else path.stem) or "unnamed"
    faults: dict[str, list[int]] = {}  # what is wrong, and in which lines
    doubts = Doubts(cases)
    answers = line = 0
    try:
        with files.regular(path).open("rb") as file:
            for line, text in _lines(file):
                if why := _too_much(line, text, answers, sum(map(len, faults.values()))):
                    faults[why] = [line]
                    break
                told = _told(text, line)
                if isinstance(told, str):
                    faults.setdefault(told, []).append(line)
                    continue
                if why := next((_other(row) for row in told if _is_head(row) and _other(row)), None):
                    faults[why] = [line]
                    break  # a file of another kind
                for row in told:
                    if _is_head(row):
                        name = plain_name(row.get("learner")) or name
                        doubts.head(name, line)
                    elif response := _response(name, row):
                        answers += 1
                        yield doubts.of_case(response, line)
                    else:
                        faults.setdefault(NO_ANSWER, []).append(line)
    except OSError as error:
        faults[f"the file cannot be read: {error.strerror or error}"] = [line + 1]
    if not answers and not faults:
        faults["the file holds no answers"] = [1]
    for says, lines in [*faults.items(), *doubts.told.items()]:
        yield Fault(shown, lines[0], says if len(lines) == 1 else f"{says} (and so in {len(lines) - 1} more)")


class Doubts:
    """What of a file was used and is to be looked at: `told`, each with its lines. Where `cases` are given,
    these are known."""

    def __init__(self, cases: Collection[str] = ()) -> None:
        self.told: dict[str, list[int]] = {}
        self._cases = cases
        self._heads: dict[str, int] = {}  # a learner's name in small letters: the line of its first head

    def head(self, learner: str, line: int) -> None:
        """Take note of a head, after which the answers of this learner stand."""
        if (first := self._heads.setdefault(learner.casefold(), line)) != line:
            self._say(counted_as_one(learner, f"line {first}"), line)

    def of_case(self, response: Response, line: int) -> Response:
        """The answer under the name that its case has; a name that no case has is told, and kept."""
        if not self._cases or response.case in self._cases:
            return response
        case = case_named(response.case, self._cases)
        if case not in self._cases:
            self._say(f"no case is named {plain_name(case)}", line)
        return replace(response, case=case)

    def _say(self, what: str, line: int) -> None:
        self.told.setdefault(what, []).append(line)


NO_ANSWER = "this is no answer: a case and an answer were expected"


def _is_head(row: Mapping[str, Any]) -> bool:
    return "case" not in row and ("format" in row or "version" in row)


def _too_much(line: int, text: bytes, answers: int, faults: int) -> str | None:
    """Why no more of a file is read, if so."""
    if line > MOST_LINES or answers >= MOST:
        what = f"{MOST_LINES} lines" if line > MOST_LINES else f"{MOST} answers"
        return f"the file holds more than {what}, which no learner's does; the rest was left out"
    if faults > MOST_FAULTS:
        return f"more than {MOST_FAULTS} lines could not be used; the rest of the file was left out"
    if line == 1 and (kind := files.no_text(text)):
        return f"this is {kind}, no file of answers; if it holds the answers of a form, {AS_CSV}"
    if line == 1 and text.strip() in (b"{", b"["):
        return "this is JSON that is laid out over many lines, such as a key; answers stand one to a line"
    return None


def _other(head: Mapping[str, Any]) -> str | None:
    """Why what follows this head is not read, if so."""
    if head.get("format", FORMAT) != FORMAT:
        return (
            f"this is a file of {str(head['format'])[:40]}, not of answers; save the answers from the book or"
            " the notebook again"
        )
    if head.get("version") != VERSION:
        return (
            f"the file is of format {str(head.get('version'))[:20]}; this casebook knows {VERSION}: update it"
        )
    return None


def write_file(path: str | Path, attempts: Iterable[Mapping[str, Any]], learner: str = "") -> int:
    """Save answers as a response file; how many. `learner` is written only where it is given.

    Raises OSError.
    """
    head: dict[str, Any] = {"format": FORMAT, "version": VERSION}
    if learner.strip():
        head["learner"] = plain_name(learner)
    rows = list(attempts)
    lines = (json.dumps(row, ensure_ascii=False) for row in (head, *rows))
    files.write(path, "".join(f"{line}\n" for line in lines))
    return len(rows)


def counted_as(text: str) -> str:
    """An answer as it is counted: the same claim reads the same, however it was typed. "" for what cannot be
    read."""
    answer = read(text)
    if answer.query:
        return "query"
    return show(sorted(answer.claim, key=lambda line: (line.code, line.modifiers)))


def first_answers(responses: Sequence[Response]) -> list[Response]:
    """Of each learner the first answer to each case, in the order of time; answers without a time keep their
    order and come last."""
    ordered = sorted(responses, key=lambda r: (r.at is None, r.at or 0.0))
    first: dict[tuple[str, str], Response] = {}
    for each in ordered:
        first.setdefault((each.learner, each.case), each)
    return list(first.values())


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, with their numbers; of a line that is too long only its beginning."""
    number = 0
    while text := file.readline(LONGEST + 1):
        number += 1
        more = text
        while len(more) > LONGEST and not more.endswith(b"\n"):
            more = file.readline(LONGEST + 1)
        if text.strip() or number > MOST_LINES:
            yield number, text


def _told(text: bytes, line: int) -> list[dict[str, Any]] | str:
    """The JSON objects of a line, or why there are none."""
    if len(text) > LONGEST:
        return f"the line is longer than {LONGEST} bytes, which no answer is"
    if text.startswith(CODE.encode()):
        return rows_of_code(text.decode("ascii", "replace").strip())
    try:
        value = json.loads(text.decode("utf-8-sig" if line == 1 else "utf-8"))
    except UnicodeDecodeError:
        return "this is not UTF-8 text; save the file from the book again"
    except RecursionError:
        return "this is nested too deeply for an answer"
    except ValueError:
        return "this is not JSON; the file may be cut short"
    rows = value if isinstance(value, list) else [value]  # the oldest files were one list
    if line == 1 and isinstance(value, dict) and isinstance(value.get("attempts"), list):
        rows = [{"format": FORMAT, "version": value.get("version")}, *value["attempts"]]
    return [row if isinstance(row, dict) else {} for row in rows]


def rows_of_code(code: str) -> list[dict[str, Any]] | str:
    """What a code holds, its head first; or why it cannot be used."""
    cut = "this code is cut short or was changed; copy it again, the whole of it"
    number, _, letters = code.removeprefix(CODE).partition(".")
    try:
        text = base64.b64decode(letters, altchars=b"-_", validate=True).decode("utf-8")
        rows = [json.loads(line) for line in text.split("\n") if line.strip()]
    except (ValueError, RecursionError):
        return cut
    whole = all(isinstance(row, dict) for row in rows) and number == str(len(rows) - 1)
    return rows if whole else cut


def of_code(code: str, learner: str) -> list[Response] | str:
    """The answers of a code that was handed in by this learner, whatever name stands in it; or why it cannot
    be used."""
    rows = rows_of_code(code)
    if isinstance(rows, str):
        return rows
    if why := next((_other(row) for row in rows if _is_head(row) and _other(row)), None):
        return why
    return [response for row in rows if (response := _response(learner, row))]


def counted_as_one(name: str, where: str) -> str:
    """What is said of a name that stands elsewhere too, in other capitals perhaps."""
    return f"{name} stands in {where} too: both were counted as one learner"


def plain_name(value: object) -> str:
    """A name on one line and of at most `LONGEST_NAME` characters, without characters that cannot be seen."""
    # One letter with its mark or two that look the same are one name.
    plain = unicodedata.normalize("NFC", value) if isinstance(value, str) else ""
    seen = "".join(c if c.isprintable() else " " for c in plain)
    return re.sub(r"\s+", " ", seen).strip()[:LONGEST_NAME]


def plain_answer(text: str) -> str:
    """An answer without the control characters that no form can type and some tables cannot hold."""
    if text.isprintable():
        return text
    return "".join(" " if unicodedata.category(c) == "Cc" and c not in "\t\n\r" else c for c in text)


def case_named(text: str, cases: Iterable[str] = ()) -> str:
    """The case that somebody typed, `Oak` or ` oak.md` for `oak`; as it was typed where none of these is
    meant."""
    plain = re.sub(r"\.(md|ya?ml)$", "", text.strip(), flags=re.IGNORECASE)
    known = list(cases)
    if plain in known:
        return plain
    return next((case for case in known if case.casefold() == plain.casefold()), plain)


def _response(learner: str, row: Mapping[str, Any]) -> Response | None:
    case, answer = row.get("case"), row.get("answer")
    if (
        not isinstance(case, str)
        or not case.strip()
        or len(case) > LONGEST_NAME
        or not isinstance(answer, str)
        or len(answer) > MAX_TEXT
    ):
        return None
    if not (answer + case).isascii():  # half a character, which JSON can hold, cannot be written anywhere
        case, answer = (text.encode("utf-8", "replace").decode("utf-8") for text in (case, answer))
    case, answer = case.strip(), plain_answer(answer)
    sure, turn = row.get("confidence"), _number(row.get("try"), 1000)
    hints = _number(row.get("hints"), 1000)
    return Response(
        learner,
        case,
        answer,
        _number(row.get("at"), LATEST),
        sure if isinstance(sure, str) and sure in CONFIDENCE else None,
        _number(row.get("seconds"), 1e7),
        None if hints is None else int(hints),
        _test(row.get("test")),
        read_edition(row.get("edition")),
        row.get("held") is True,
        None if turn is None else int(turn),
    )


def _test(value: object) -> str | None:
    """The number of the test that an answer belongs to, or a room's code; None for practice."""
    known = isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))
    return plain_name(str(value)) or None if known else None


def _number(value: object, most: float) -> float | None:
    good = (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and 0 <= value <= most
        and isfinite(value)
    )
    return float(value) if good and isinstance(value, int | float) else None
