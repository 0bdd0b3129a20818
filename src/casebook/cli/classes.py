"""`casebook class report`, `gradebook` and `feedback`: what a class did, for the teacher, for a grade book,
and for each learner."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casebook import files
from casebook.cases import beyond, library
from casebook.errors import CommandError
from casebook.practice.bank import Page
from casebook.practice.responses import (
    Fault,
    Response,
    counted_as_one,
    files_of,
    read_files,
    read_folder,
)

from .shared import address_in, bar, cases_named, many, names_in, needs, title_in, written

if TYPE_CHECKING:
    from casebook.classroom.gradebook import GradeBook

MOST_FAULTS = 20  # shown in the terminal
NOT_ANSWERED = "who handed nothing in is not in it; --roster names everybody"


def add_to(commands: Any) -> None:
    """Add these commands to the parser's."""
    room = commands.add_parser(
        "class", help="what a class got wrong, and why", description="What a class got wrong, and why."
    ).add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, help: str, description: str, out: str) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = room.add_parser(name, help=help, description=description)
        sub.add_argument(
            "paths", metavar="PATH", nargs="+", type=Path,
            help="folders of response files, files, or CSV from Moodle, Canvas or a form",
        )  # fmt: skip
        sub.add_argument("-o", "--out", metavar="PATH", type=Path, default=Path(out), help=f"({out})")
        sub.add_argument(
            "--key", metavar="FILE", type=Path, help="the key.json of an assignment; else the shipped cases"
        )
        sub.add_argument("--cases", type=names_in, metavar="CASE,CASE", help="only these")
        sub.add_argument("--since", type=_day, metavar="DATE", help="only answers of this day or later")
        sub.add_argument("--test", default="", metavar="NUMBER", help="only answers of this test or room")
        sub.add_argument("--anonymous", action="store_true", help="numbers in the place of names")
        sub.set_defaults(run=run)
        return sub

    report = command(
        "report", _report, "an HTML report from response files",
        "Grade every answer in response files again, and report on the class.", "report.html",
    )  # fmt: skip
    report.add_argument("--csv", metavar="FOLDER", type=Path, help="the tables too, as CSV")
    report.add_argument("--title", type=title_in, default="Class report")
    book = command(
        "gradebook", _gradebook, "a grade book, for people, Canvas and Moodle",
        "Write four CSV files over the cases that were set: for people, Canvas, Moodle, and the answers.",
        "grades",
    )  # fmt: skip
    book.add_argument(
        "--roster", type=Path, metavar="FILE", help="a name a line, or CSV: who should have answered"
    )
    back = command(
        "feedback", _feedback, "a page for each learner",
        "Write a page for each learner: every answer to what was set, why, and what next.", "feedback",
    )  # fmt: skip
    back.add_argument("--title", type=title_in, default="Your answers")
    back.add_argument(
        "--book",
        type=address_in,
        metavar="URL",
        help="where the book is read: its chapters are links",
    )
    back.add_argument(
        "--roster", type=Path, metavar="FILE", help="a name a line, or CSV: who should have answered"
    )
    back.add_argument(
        "--force", action="store_true", help="take away pages of an earlier run that this one does not write"
    )


def _day(text: str) -> float:
    """A day as epoch milliseconds, by this machine's clock."""
    try:
        return datetime.fromisoformat(text).timestamp() * 1000
    except (ValueError, OverflowError, OSError):
        raise argparse.ArgumentTypeError("expected a date such as 2026-11-29") from None


def _pages(args: argparse.Namespace) -> list[Page] | None:
    """The cases that were set: the key's, those named, or None where neither says."""
    from casebook.classroom.assignments import read_key

    if args.key:
        pages: list[Page] = read_key(args.key)
        known = {page["id"] for page in pages}
        if unknown := [case for case in args.cases or () if case not in known]:
            raise CommandError(f"{args.key}: this key has no {', '.join(unknown)}")
        return [page for page in pages if not args.cases or page["id"] in args.cases]
    return [case.page() for case in cases_named(args.cases)] if args.cases else None


def _answers(args: argparse.Namespace, pages: Sequence[Page]) -> tuple[list[Response], list[Fault], int]:
    """Every answer that the options leave; what of the files could not be used, which is told too; and how
    many answers were left out for their cases."""
    from casebook.classroom.forms import read_csvs
    from casebook.classroom.gradebook import chosen

    titles = {str(page["id"]): str(page.get("title") or page["id"]) for page in pages}
    responses: list[Response] = []
    faults: list[Fault] = []
    known = {*titles, *(path.stem for path in (*library(), *beyond()))}
    forms = [path for path in args.paths if path.suffix.lower() == ".csv"]
    single = [path for path in args.paths if path.is_file() and path not in forms]
    read = [
        (str(path), read_folder(path, known, forms))
        for path in args.paths
        if path not in single and path not in forms
    ]
    if forms:
        read.append((", ".join(map(str, forms)), read_csvs(forms, titles, known)))
    if single:  # together, so that files of one name are told apart by their folders
        root = Path(os.path.commonpath([path.resolve().parent for path in single]))
        found = read_files(root, [path.resolve() for path in single], known)
        read.append((", ".join(map(str, single)), found))
    first: dict[str, tuple[str, str]] = {}  # a learner's name in small letters: as first written, and where
    for where, (more, wrong) in read:
        faults += wrong
        for name in dict.fromkeys(each.learner for each in more):
            if (met := first.setdefault(name.casefold(), (name, where)))[1] != where:
                faults.append(Fault(where, 1, counted_as_one(name, met[1])))
        responses += [replace(each, learner=first[each.learner.casefold()][0]) for each in more]
    for fault in faults[:MOST_FAULTS]:
        print(fault, file=sys.stderr)
    if len(faults) > MOST_FAULTS:
        print(f"and {len(faults) - MOST_FAULTS} more; the report lists them", file=sys.stderr)
    if not responses:
        raise CommandError(f"{args.paths[0]}: no answers were found, so there is nothing to report")
    # An answer to a case that nobody knows stays, and its learner with it: it may be a slip of the pen.
    unknown = {each.case for each in responses} - known
    ids = [*titles, *unknown] if args.cases else ()
    asked = chosen(dict.fromkeys(responses), since=args.since, test=args.test)
    left = chosen(asked, cases=ids)
    return left, faults, len(asked) - len(left)


def _apart(args: argparse.Namespace, outputs: Iterable[Path]) -> None:
    """Raises CommandError where the command would write over a file that it reads, or cannot write one."""
    outputs = list(outputs)
    files.can_be_written(outputs)
    read = [file for path in args.paths for file in (path, *files_of(path))]
    files.not_among(outputs, [*read, *(path for path in (args.key, getattr(args, "roster", None)) if path)])


def _report(args: argparse.Namespace) -> int:
    try:
        from tqdm import tqdm

        from casebook.classroom import report as class_report
        from casebook.classroom import tables
        from casebook.classroom.gradebook import numbered
    except ImportError as error:
        raise needs(error) from None

    _apart(args, [args.out, *(args.csv / f"{name}.csv" for name in tables.NAMES if args.csv)])
    pages = _pages(args)
    bank = tables.shipped() if pages is None else pages
    responses, faults, _ = _answers(args, bank)
    if args.anonymous:
        responses, faults = numbered(responses), []
    told = tables.cohort(tables.frame_of(responses), bank, bar(tqdm, "cases, then learners"))
    html = class_report.report(told, faults, args.title)
    tables_of = {args.csv / name: text for name, text in told.csv().items()} if args.csv else {}
    _, *beside = written(lambda: files.write_all({args.out: html, **tables_of}), args.out)
    learners, answers = int((told.learners["answered"] > 0).sum()), int(told.cases["answered"].sum())
    print(
        f"{args.out}: {many(learners, 'learner')}, {many(answers, 'first answer')} to"
        f" {many(len(told.cases), 'case')}"
    )
    if lost := int(told.left_out.sum()):
        which = (
            "the key's"
            if args.key
            else "this casebook's; an assignment of your own is graded with --key key.json"
        )
        print(f"{lost} answers were left out: their cases are not {which}", file=sys.stderr)
    _say_earlier(told.earlier.to_dict())
    _say_held(responses)
    for path in beside:
        print(path)
    return 0


def _say_earlier(counts: Mapping[str, int]) -> None:
    """Name the cases whose answers were given to an earlier edition, and so are not graded."""
    if counts:
        which = ", ".join(f"{case} ({number})" for case, number in sorted(counts.items()))
        print(f"given to an earlier edition of the chart, and not graded: {which}", file=sys.stderr)


def _say_held(responses: Iterable[Response]) -> None:
    """Say how many answers were given where the verdict was only not shown."""
    if number := sum(each.held for each in responses):
        print(
            f"{many(number, 'answer')} given on held pages, whose verdicts can be looked up", file=sys.stderr
        )


def _book(args: argparse.Namespace) -> tuple[GradeBook, list[Page]]:
    """The grade book of what was set, and its cases."""
    from casebook.classroom.gradebook import FILES, gradebook

    _apart(args, [args.out / name for name in FILES])
    pages = _pages(args)
    if pages is None:
        raise CommandError("say what was set, so that what was not answered counts too: --key or --cases")
    responses, _, others = _answers(args, pages)
    roster = _roster(args.roster) if args.roster else []
    book = gradebook(responses, pages, roster)
    if lost := others + sum(book.left_out.values()):
        print(f"{many(lost, 'answer')} to cases that were not set: left out", file=sys.stderr)
    _say_earlier(book.earlier)
    _say_held(responses)
    if args.anonymous:
        book = book.anonymous()
    if roster:
        _say_roster(book)
    else:
        print(NOT_ANSWERED, file=sys.stderr)
    return book, pages


def _say_roster(book: GradeBook) -> None:
    """Say who was found on the roster under another spelling, who is not on it, and who handed nothing in."""
    from casebook.classroom.gradebook import ABSENT, STRANGE

    told = [("found on the roster", [f"{name} as {meant}" for name, meant in book.taken_for.items()])]
    told += [(says, [name for name, why in book.roster.items() if why == says]) for says in (STRANGE, ABSENT)]
    for says, names in told:
        if names:
            listed = "; ".join(f"{name} ({may})" if (may := book.may_be(name)) else name for name in names)
            print(f"{says} ({len(names)}): {listed}", file=sys.stderr)


def _roster(path: Path) -> list[str]:
    from casebook.classroom.forms import read_roster

    names, said = read_roster(path)
    for fault in said:
        print(fault, file=sys.stderr)
    return names


def _gradebook(args: argparse.Namespace) -> int:
    try:
        book, _ = _book(args)
    except ImportError as error:
        raise needs(error) from None
    for path in written(lambda: book.to_csv(args.out), args.out):
        print(path)
    return 0


def _feedback(args: argparse.Namespace) -> int:
    try:
        from tqdm import tqdm

        from casebook.classroom.returned import give_back

        book, pages = _book(args)
    except ImportError as error:
        raise needs(error) from None
    pages_of = bar(tqdm, "learners")
    made = written(
        lambda: give_back(
            book, pages, args.out, args.title, pages_of, replace=args.force, address=args.book or ""
        ),
        args.out,
    )
    print(f"{args.out}: {many(len(made), 'page')}")
    return 0
