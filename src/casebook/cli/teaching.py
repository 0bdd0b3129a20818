"""The commands for whoever teaches: `casebook assign`, `pack`, `class`, `room` and `export`.

What only they need is imported when they run, so that the other commands start fast and work without it.
"""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

from casebook import files
from casebook.cases import TOPICS
from casebook.errors import CommandError

from . import classes
from .shared import (
    address_in,
    bar,
    cases_named,
    many,
    names_in,
    needs,
    network_in,
    port_in,
    title_in,
    written,
)


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
        type=names_in,
        metavar="CASE,CASE",
        help="names of shipped cases, or case files of your own",
    )
    assign.add_argument("--out", required=True, metavar="FOLDER", type=Path)
    assign.add_argument("--title", type=title_in, default="Assignment")
    assign.set_defaults(run=_assign)

    paper = commands.add_parser(
        "pack",
        help="charts as worksheets for paper, and the key",
        description="Write charts as worksheets to print, and beside them the key as a file of its own.",
    )
    paper.add_argument("--cases", required=True, type=names_in, metavar="CASE,CASE")
    paper.add_argument("-o", "--out", metavar="FILE", type=Path, default=Path("pack.html"))
    paper.add_argument("--title", type=title_in, default="Worksheets")
    paper.set_defaults(run=_pack)

    classes.add_to(commands)

    phones = commands.add_parser(
        "room",
        help="a live room: a class answers from its phones",
        description="Serve cases to the phones of one room, and a panel to the instructor, until Ctrl+C.",
    )
    phones.add_argument("--cases", required=True, type=names_in, metavar="CASE,CASE")
    phones.add_argument("--port", type=port_in, default=8765, metavar="PORT", help="8765 where not said")
    phones.add_argument("--lan", action="store_true", help="answer the phones of this network too")
    phones.add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help="where the votes are kept; the same file goes on with a lesson",
    )
    phones.add_argument(
        "--address",
        type=address_in,
        metavar="URL",
        help="what phones open, where a proxy stands before the room",
    )
    phones.add_argument(
        "--proxy",
        type=network_in,
        action="append",
        default=[],
        metavar="ADDRESS",
        help="another machine whose proxy hands requests on, and is believed where they come from"
        " (X-Forwarded-For); one on this machine is",
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
        type=names_in,
        metavar="CASE,CASE",
        help="names of shipped cases, or files; else every shipped case",
    )
    export.add_argument("--kind", choices=("typed", "choice", "both"), default="both")
    export.add_argument("--topic", choices=TOPICS, help="only those about this")
    export.add_argument("--level", type=int, choices=(1, 2, 3), help="1 plain, 2 realistic, 3 noisy")
    export.add_argument("-o", "--out", required=True, metavar="FILE", type=Path)
    export.add_argument("--title", type=title_in, default="Casebook")
    export.set_defaults(run=_export)


def _assign(args: argparse.Namespace) -> int:
    try:
        from casebook.classroom.assignments import assign

        made = written(lambda: assign(cases_named(args.cases), args.out, args.title), args.out)
    except ImportError as error:
        raise needs(error) from None
    for path in made:
        print(path)
    return 0


def _pack(args: argparse.Namespace) -> int:
    try:
        from casebook.classroom.pack import pack
    except ImportError as error:
        raise needs(error) from None
    for path in written(lambda: pack(cases_named(args.cases), args.out, args.title), args.out):
        print(path)
    return 0


def _room(args: argparse.Namespace) -> int:
    try:
        from casebook.classroom.phones.opened import LAN, Opened
    except ImportError as error:
        raise needs(error, "room") from None
    if args.proxy and not args.lan:
        raise CommandError(
            "--proxy names another machine, and without --lan none can reach the room: say --lan"
        )
    cases = cases_named(args.cases)
    file = args.file or Path(f"room-{date.today()}-{'-'.join(case.id for case in cases)[:60]}.sqlite3")
    room = Opened(cases, file, port=args.port, lan=args.lan, address=args.address or "", proxies=args.proxy)
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
        raise needs(error) from None
    write = {"moodle": lms.moodle, "qti": lms.qti}[args.to]
    chosen = [
        case
        for case in cases_named(args.cases)
        if args.topic in (None, *case.about) and args.level in (None, case.level)
    ]
    if not chosen:
        raise CommandError("no case is left by --cases, --topic and --level")
    files.not_among([args.out], [case.path for case in chosen])
    cases = bar(tqdm, "cases")(chosen)
    try:  # what only one kind of file needs is imported where that is written
        number, left_out = written(lambda: write(cases, args.out, args.title, args.kind), args.out)
    except ImportError as error:
        raise needs(error) from None
    print(f"{args.out}: {many(number, 'question')}")
    for why in left_out:
        print(f"left out: {why}")
    return 0
