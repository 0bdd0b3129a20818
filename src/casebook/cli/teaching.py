"""The commands for whoever teaches: `casebook assign`, `class report`, `room` and `export`.

What only they need is imported when they run, so that the other commands start fast and work without it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from casebook import files
from casebook.cases import Case, library, load
from casebook.errors import CommandError


def add_to(commands: Any) -> None:
    """Add these commands to the parser's."""
    assign = commands.add_parser(
        "assign",
        help="write a notebook without keys for learners, and a key file",
        description="Write student/assignment.ipynb without keys, and instructor/key.json with them.",
    )
    assign.add_argument(
        "--cases",
        required=True,
        type=_names,
        metavar="CASE,CASE",
        help="names of shipped cases, or case files of your own",
    )
    assign.add_argument("--out", required=True, metavar="FOLDER", type=Path)
    assign.add_argument("--title", default="Assignment")
    assign.set_defaults(run=_assign)

    room = commands.add_parser(
        "class", help="what a class got wrong, and why", description="What a class got wrong, and why."
    )
    report = room.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "report",
        help="an HTML report from response files",
        description="Grade every answer in response files again, and report on the class.",
    )
    report.add_argument(
        "paths", metavar="PATH", nargs="+", type=Path, help="folders of response files, or files"
    )
    report.add_argument(
        "-o", "--out", metavar="FILE", type=Path, default=Path("report.html"), help="the report (report.html)"
    )
    report.add_argument("--csv", metavar="FOLDER", type=Path, help="the tables too, as CSV")
    report.add_argument(
        "--key", metavar="FILE", type=Path, help="the key.json of an assignment; else the shipped cases"
    )
    report.add_argument("--title", default="Class report")
    report.set_defaults(run=_report)

    phones = commands.add_parser(
        "room",
        help="a live room: a class answers from its phones",
        description="Serve cases to the phones of one room, and a panel to the instructor, until Ctrl+C.",
    )
    phones.add_argument("--cases", required=True, type=_names, metavar="CASE,CASE")
    phones.add_argument("--port", type=int, default=8765, metavar="PORT", help="8765 where not said")
    phones.add_argument("--lan", action="store_true", help="answer the phones of this network too")
    phones.add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help="where the votes are kept; the same file goes on with a lesson",
    )
    phones.add_argument(
        "--address", default="", metavar="URL", help="what phones open, where a proxy stands before the room"
    )
    phones.add_argument("--json", action="store_true", help="print one line of JSON when it answers")
    phones.set_defaults(run=_room)

    export = commands.add_parser(
        "export",
        help="cases as questions for a learning system",
        description="Write cases as multiple choice and short answer for a learning system.",
    )
    export.add_argument(
        "--to", required=True, choices=("moodle", "qti"), help="Moodle XML, or a QTI 1.2 package"
    )
    export.add_argument(
        "--cases",
        type=_names,
        metavar="CASE,CASE",
        help="names of shipped cases, or files; else every shipped case",
    )
    export.add_argument("-o", "--out", required=True, metavar="FILE", type=Path)
    export.add_argument("--title", default="Casebook")
    export.set_defaults(run=_export)


def _names(text: str) -> list[str]:
    """The names of an option, each once. Raises ArgumentTypeError where there is none."""
    names = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not names:
        raise argparse.ArgumentTypeError("expected names of cases, such as alder,birch, or files of cases")
    return names


def _cases(names: Iterable[str] | None) -> list[Case]:
    return [load(name) for name in (library() if names is None else names)]


def _needs(error: ImportError) -> CommandError:
    return CommandError(f"this command needs {error.name}; install it with: pip install 'casebook[teaching]'")


def _assign(args: argparse.Namespace) -> int:
    try:
        from casebook.classroom.assignments import assign
    except ImportError as error:
        raise _needs(error) from None
    for path in written(lambda: assign(_cases(args.cases), args.out, args.title), args.out):
        print(path)
    return 0


def _report(args: argparse.Namespace) -> int:
    try:
        from tqdm import tqdm

        from casebook.classroom import assignments, tables
        from casebook.classroom import report as class_report
    except ImportError as error:
        raise _needs(error) from None
    from casebook.practice.responses import files_of, read_folder

    tables_out = [args.csv / f"{name}.csv" for name in tables.NAMES] if args.csv else []
    files.not_among(
        [args.out, *tables_out],
        [*(file for path in args.paths for file in files_of(path)), *([args.key] if args.key else [])],
    )
    pages = assignments.read_key(args.key) if args.key else None
    responses, faults = [], []
    for path in args.paths:
        more, wrong = read_folder(path)
        responses += more
        faults += wrong
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    if len(faults) > 20:
        print(f"and {len(faults) - 20} more; the report lists them", file=sys.stderr)
    if not responses:
        raise CommandError(f"{args.paths[0]}: no answers were found, so there is nothing to report")

    told = tables.cohort(tables.frame_of(dict.fromkeys(responses)), pages, _bar(tqdm, "cases, then learners"))
    html = class_report.report(told, faults, args.title)
    written(lambda: files.write(args.out, html), args.out)
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
    if args.csv:
        for path in written(lambda: told.to_csv(args.csv), args.csv):
            print(path)
    return 0


def _room(args: argparse.Namespace) -> int:
    try:
        from casebook.classroom.phones.opened import LAN, Opened
    except ImportError as error:
        raise _needs(error) from None
    cases = _cases(args.cases)
    file = args.file or Path(f"room-{date.today()}-{'-'.join(case.id for case in cases)[:60]}.sqlite3")
    room = Opened(cases, file, port=args.port, lan=args.lan, address=args.address)
    if args.json:
        print(json.dumps({"join": room.join, "panel": room.panel}), flush=True)
    else:
        print(f"Phones open {room.join}   (code {room.votes.code})\nThe panel is  {room.panel}")
        print(f"The votes are kept in {file}. {LAN if args.lan else ONLY}\nCtrl+C ends the room.", flush=True)
    room.run()
    return 0


ONLY = "Only this machine can open the addresses; --lan lets the phones of its network in."


def _export(args: argparse.Namespace) -> int:
    try:
        from tqdm import tqdm

        from casebook.classroom import lms
    except ImportError as error:
        raise _needs(error) from None
    write = {"moodle": lms.moodle, "qti": lms.qti}[args.to]
    chosen = _cases(args.cases)
    files.not_among([args.out], [case.path for case in chosen])
    cases = _bar(tqdm, "cases")(chosen)
    number, left_out = written(lambda: write(cases, args.out, args.title), args.out)
    print(f"{args.out}: {number} questions")
    for why in left_out:
        print(f"left out: {why}")
    return 0


def many(number: int, what: str) -> str:
    """A number and what it counts."""
    return f"{number} {what}{'s' * (number != 1)}"


def _bar(tqdm: Any, what: str) -> Callable[[Iterable[Any]], Iterable[Any]]:
    """A bar on the terminal around a walk; none where nobody looks."""
    return lambda walk: tqdm(walk, desc=what, unit="", disable=None, file=sys.stderr)


def written(work: Callable[[], Any], path: Path) -> Any:
    """What is written, or a message where the folder does not allow it."""
    try:
        return work()
    except OSError as error:
        raise CommandError(f"{path}: it cannot be written: {error.strerror or error}") from None
