"""The command line: `casebook code`, `grade`, `query`, `list`, `scrub`, `check`, `update-edits`; for a class
`assign`, `class`, `room`, `pack` and `export`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from casebook import __version__
from casebook.cases import TOPICS, Case, beyond, check, library, load, ran_out
from casebook.cases.checking import taken
from casebook.coding import refresh
from casebook.coding.claim import Line, show
from casebook.errors import CaseError, CommandError, TableError
from casebook.grading.feedback import Graded, in_text, result
from casebook.grading.scrubbed import scrubbed
from casebook.practice import query

from . import teaching
from .shared import many, written
from .terminal import ended, plain_streams


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it could answer, 1 when `check` found faults, 2 on a file that cannot be
    read."""
    with plain_streams():
        return ended(lambda: _command(argv))


def _command(argv: Sequence[str] | None) -> int:
    args = _parser().parse_args(argv)
    return int(args.run(args))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="casebook", description="Code, grade and check small-bowel resection cases."
    )
    parser.add_argument("--version", action="version", version=f"casebook {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, help: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help)
        sub.set_defaults(run=run)
        return sub

    code = command("code", _code, "what the rules say of a file's readings")
    grade = command("grade", _grade, "grade one answer to a case")
    scrub = command("scrub", _scrub, "check any claim against the CMS tables")
    checks = command("check", _check, "validate cases, their sources and their keys")
    for sub in (code, grade):
        sub.add_argument(
            "file", metavar="FILE", help="a case file, a bare operation, or the name of a shipped case"
        )
    grade.add_argument("answer", metavar="ANSWER", help='such as "44120; 44121 x2", or query')
    grade.add_argument("--evidence", metavar="NAME,NAME", help="the marked sentences that decide the claim")
    grade.add_argument("--diagnoses", metavar="CODE,CODE", help="ICD-10-CM codes, the first one first")
    asking = command("query", _query, "judge a question to the surgeon")
    asking.add_argument("file", metavar="CASE", help="a case file, or the name of a shipped case")
    asking.add_argument("question", metavar="QUESTION", help="the question, in quotation marks")
    scrub.add_argument("claim", metavar="CLAIM")
    checks.add_argument(
        "paths", metavar="PATH", nargs="*", type=Path, help="files or folders; else every shipped case"
    )
    listing = command("list", _list_cases, "the shipped cases, in teaching order")
    listing.add_argument("--topic", choices=TOPICS, help="only those about this")
    listing.add_argument("--level", type=int, choices=(1, 2, 3), help="1 plain, 2 realistic, 3 noisy")
    update = command(
        "update-edits", _update, "replace an edit table from CMS's own download, and show what changed"
    )
    update.add_argument(
        "file", metavar="FILE", type=Path, nargs="?", help="CMS's .zip, or the text file in it"
    )
    update.add_argument("--dry-run", action="store_true", help="show what would change, and write nothing")
    update.add_argument(
        "--force", action="store_true", help="also a table that lacks rows, or changes the claim of a case"
    )
    update.add_argument(
        "--back", choices=[t.name for t in refresh.TABLES], help="go back to the table held before this one"
    )
    teaching.add_to(commands)
    for sub in (code, grade, asking, scrub, listing):
        sub.add_argument("--json", action="store_true", help="print JSON for other programs")
    return parser


def _print_json(data: Any) -> None:
    print(json.dumps(data, indent=2, ensure_ascii=False))


def _code(args: argparse.Namespace) -> int:
    case = load(args.file)
    for fault in taken(case):
        print(f"note: {fault.says}", file=sys.stderr)
    found = case.note.as_dict()
    if args.json:
        _print_json(found)
        return 0
    if case.note.out_of_scope:
        print(f"out of scope: {case.note.out_of_scope}")
        return 0
    print("query: the readings have different claims" if found["action"] == "query" else "bill")
    for claim, op in zip(found["claims"], case.readings, strict=True):
        print(f"\n{_typed(claim['lines'])}" + (f"   ({op.says})" if op.says else ""))
        print(f"  sure: {claim['confidence']}")
        for reason in claim["because"]:
            print(f"  because: {reason['says']} [{', '.join(reason['authorities'])}]")
        for struck in claim["not_billed"]:
            print(f"  not billed: {struck['code']}. {struck['says']}")
        for view in claim["views"]:
            print(f"  also accepted: {_typed(view['lines'])}. {view['says']}")
        for edit in claim["edits"]:
            print(f"  edit: {edit['says']} [{edit['authority']}]")
    return 0


def _typed(lines: list[dict[str, Any]]) -> str:
    return show(Line(row["code"], row["units"], tuple(row["modifiers"])) for row in lines)


def _list(text: str | None) -> list[str] | None:
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]


def _grade(args: argparse.Namespace) -> int:
    case = load(args.file)
    graded = result(case.item.grade(args.answer), _list(args.evidence), _list(args.diagnoses))
    if args.json:
        _print_json(graded)
        return 0
    print("\n".join(told(graded)))
    return 0


def _query(args: argparse.Namespace) -> int:
    found = query.judge(load(args.file).item, args.question)
    if args.json:
        _print_json(found)
        return 0
    print(f"{found['verdict']}: {found['says']}")
    for fault in found["faults"]:
        print(f"  to mend: {fault['says']}")
    for good in found["good"]:
        print(f"  good: {good}")
    print(f"  a question that would do: {found['model']}")
    return 0


def told(graded: Graded) -> Iterator[str]:
    """What is said of an answer, as lines for a terminal: every part, in order."""
    yield graded["feedback"]["headline"]
    for part in graded["feedback"]["parts"]:
        if part["title"]:
            yield f"  {part['title']}:"
        yield from (f"    {line}" if part["title"] else f"  {line}" for line in in_text(part))


def _scrub(args: argparse.Namespace) -> int:
    found = scrubbed(args.claim)
    if args.json:
        _print_json(found)
        return 0
    print(found["headline"])
    for edit in found["edits"]:
        print(f"{'blocks' if edit['blocks'] else 'note'}: {edit['says']} [{edit['authority']}]")
    for table in found["tables"]:
        print(f"  {table['says']} [{table['id']}]")
    print(f"  {found['not_read']}")
    return 0


def _update(args: argparse.Namespace) -> int:
    if (args.file is None) == (args.back is None):
        raise CommandError("name CMS's file, or --back and a table: one of the two")
    if args.back:
        table = next(t for t in refresh.TABLES if t.name == args.back)
        path = written(lambda: refresh.back(table), refresh.FOLDER / table.file)
        print(f"{path} is again what it was before; the same command goes forward again")
        return 0
    table, rows = refresh.read_download(args.file)
    told = refresh.changes(table, rows)
    for line in told:
        print(line)
    print(f"{table.file}: {len(rows)} rows for this family, {len(told)} changes")
    if not told:
        return 0
    doubts = [*refresh.missing(table, rows), *_other_claims(table, rows)]
    for doubt in doubts:
        print(f"doubtful: {doubt}", file=sys.stderr)
    if doubts and not (args.force or args.dry_run):
        raise CommandError(f"{args.file}: nothing was changed; if the table is right, say so with --force")
    if not args.dry_run:
        path = written(lambda: refresh.write(table, rows), refresh.FOLDER / table.file)
        print(
            f"written to {path}; now set its edition in data/authorities.toml and run casebook check."
            f" casebook update-edits --back {table.name} goes back"
        )
    return 0


def _other_claims(table: refresh.Table, rows: list[refresh.Row]) -> Iterator[str]:
    """The shipped cases whose claim another table changes. Raises TableError where one cannot be coded."""
    notes = {case.id: case.readings for case in map(load, library())}
    try:
        held = refresh.claims(notes)
    except TableError:  # the table held is damaged, so there is nothing to compare with
        held = {}
    with refresh.instead(table, rows):
        new = refresh.claims(notes)
    changed = [name for name, claim in held.items() if new[name] != claim]
    if changed:
        more = ", ..." if len(changed) > 8 else ""
        yield f"it changes the claim of {', '.join(changed[:8])}{more}"


def _list_cases(args: argparse.Namespace) -> int:
    found = [case for case in map(load, library()) if args.topic in (None, *case.about)]
    chosen = [case for case in found if args.level in (None, case.level)]
    if args.json:
        _print_json([{"id": c.id, "title": c.title, "about": c.about, "level": c.level} for c in chosen])
        return 0
    for case in chosen:
        print(f"{case.id:<12} level {case.level}   {case.title.partition(': ')[2] or case.title}")
    return 0


def _inside(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.suffix in (".md", ".yaml", ".yml"))


def _folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # no name that a folder can have
        return False


def _check(args: argparse.Namespace) -> int:
    shipped = [*library(), *beyond()]
    files = [f for p in args.paths for f in (_inside(p) if _folder(p) else [p])] if args.paths else shipped
    if not files:
        where = ", ".join(map(str, args.paths))
        print(
            f"{where}:1: there is no case here; name a case file, or a folder with .md or .yaml files",
            file=sys.stderr,
        )
        return 1
    faults: list[CaseError] = []
    cases: list[Case] = []
    for file in files:
        try:
            case = load(file)
            cases.append(case)
            faults += check(case)
        except CaseError as error:
            faults.append(error)
    for fault in faults:
        print(fault, file=sys.stderr)
    for note in ran_out(cases, date.today(), book=not args.paths):
        print(f"note: {note} (no fault; where a later edition says the same, name that)")
    print(f"{many(len(files), 'case')}, {many(len(faults), 'fault')}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
