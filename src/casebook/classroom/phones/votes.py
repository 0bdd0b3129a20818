"""The votes of one lesson, in one SQLite file that survives a restart in the middle.

A case is voted on in turns: open, closed, revealed; then perhaps again, after the room has talked. Each
person has one answer a turn, the last one given. A person is a token that a browser keeps, and a name only
where one was typed.
"""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casebook.errors import CommandError
from casebook.practice.responses import FORMAT, VERSION

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is read for another
CODE = 5  # letters of a room's code
PHASES = ("open", "closed", "revealed")
MOST_PEOPLE = 5_000  # in one room
MOST_OF_ONE = 1_000  # people of one address: more than the largest class behind one line
PATIENCE = 2.0  # seconds for another program to let go of the file
LONGEST_NAME = 40  # characters
GUEST = re.compile(r"guest \d+")  # how the room calls whoever gave no name
TABLES = """
CREATE TABLE IF NOT EXISTS lesson (code TEXT NOT NULL, secret TEXT NOT NULL, cases TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS shown (at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS vote (
  at INTEGER NOT NULL, turn INTEGER NOT NULL, phase TEXT NOT NULL, PRIMARY KEY (at, turn));
CREATE TABLE IF NOT EXISTS person (
  number INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answer (
  at INTEGER NOT NULL, turn INTEGER NOT NULL, person INTEGER NOT NULL REFERENCES person, answer TEXT NOT NULL,
  told REAL NOT NULL, edition TEXT, PRIMARY KEY (at, turn, person));
"""


NOW = "SELECT vote.at, turn, phase FROM vote JOIN shown ON vote.at = shown.at ORDER BY turn DESC LIMIT 1"
ANEW = f"INSERT INTO vote SELECT at, turn + 1, 'open' FROM ({NOW}) WHERE phase != 'open'"


class Closed(Exception):
    """The vote that an answer was meant for takes none now."""


class Moved(Exception):
    """The room shows another case or turn than the one that an answer was meant for."""


class Full(Exception):
    """The room holds as many people as it can, or as many of one address as it takes: all have answered."""


@dataclass(frozen=True)
class Vote:
    """What is voted on: the case by its place in the lesson (from 0), the turn (from 1), the phase."""

    at: int
    turn: int
    phase: str

    @property
    def place(self) -> tuple[int, int]:
        """The case and the turn."""
        return self.at, self.turn


@dataclass(frozen=True)
class Mine:
    """What one person's page shows of them: the name; the answer to the vote that is shown, and the one to
    the vote before it on this case; "" where there is none."""

    name: str = ""
    answer: str = ""
    before: str = ""


class Votes:
    """The lesson's file. Every change is on the disk before its call returns, and nobody else has the file
    while this is open: the system lets go of it when the program ends, however it ends.

    `editions` are the digests of the charts that are shown, by case; each answer keeps its own, since a chart
    may be mended between two lessons from one file.

    `host`, where people come in, is the address that they come from. It is never kept in the file: it only
    holds one client back from taking all seats. Who has never answered gives way to whoever comes.

    Raises CommandError where the file is no lesson, one on other cases, or open elsewhere.
    """

    def __init__(
        self, file: str | Path, cases: Sequence[str], editions: Mapping[str, str] | None = None
    ) -> None:
        self.file = Path(file)
        self.cases = list(cases)
        self._editions = dict(editions or {})
        self._lock = threading.RLock()
        self._of: defaultdict[str, set[int]] = defaultdict(set)  # the people of each address
        if str(file) == ":memory:":
            raise CommandError(":memory: is no file and would keep no vote; name a file")
        try:
            self._db = sqlite3.connect(
                self.file, PATIENCE, check_same_thread=False, isolation_level=None, cached_statements=64
            )
            self.code, self.secret = self._taken()
        except sqlite3.DatabaseError as error:
            raise CommandError(f"{self.file}: {_plain(error)}") from None

    def _taken(self) -> tuple[str, str]:
        """Take the file for this program alone; the code and the secret of its lesson."""
        try:
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._not_another()
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(TABLES)
            begun = self._begun()
            self._whole()
        except BaseException:
            self._db.close()
            raise
        return begun

    def _not_another(self) -> None:
        """Raises CommandError where the file is another program's, or of an earlier form."""
        known = {row[0] for row in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        columns = {row[1] for row in self._db.execute("PRAGMA table_info(answer)")}
        if known and ("lesson" not in known or "edition" not in columns):
            raise self._no_lesson()

    def _no_lesson(self) -> CommandError:
        return CommandError(f"{self.file}: it holds no lesson of this edition; name another file")

    def _whole(self) -> None:
        """Raises CommandError where the file shows no vote, or holds what no lesson has."""
        row = self._shown()
        most = self._one("SELECT max(at) FROM (SELECT at FROM vote UNION SELECT at FROM answer)")[0]
        if row is None or row[2] not in PHASES or not self._known(row[0], row[1]) or not self._known(most, 1):
            raise self._no_lesson()

    def _known(self, at: object, turn: object) -> bool:
        return isinstance(at, int) and isinstance(turn, int) and 0 <= at < len(self.cases) and turn > 0

    def _begun(self) -> tuple[str, str]:
        """The code and the secret of the lesson in the file, or of a new one."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            found = self._db.execute("SELECT code, secret, cases FROM lesson").fetchone()
            if found is None:
                code = "".join(secrets.choice(LETTERS) for _ in range(CODE))
                secret = secrets.token_urlsafe(16)
                self._db.execute(
                    "INSERT INTO lesson VALUES (?, ?, ?)", (code, secret, json.dumps(self.cases))
                )
                self._db.execute("INSERT INTO shown VALUES (0)")
                self._db.execute("INSERT INTO vote VALUES (0, 1, 'open')")
                return code, secret
        try:
            kept = json.loads(found[2])
        except (TypeError, ValueError):
            raise self._no_lesson() from None
        if not isinstance(kept, list) or not all(isinstance(case, str) for case in kept):
            raise self._no_lesson()
        if kept != self.cases:
            raise CommandError(
                f"{self.file}: it holds a lesson on {', '.join(kept)}; name another file with"
                " --file, or the same cases"
            )
        return str(found[0]), str(found[1])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    # What is voted on

    @property
    def now(self) -> Vote:
        """The vote that is shown."""
        return Vote(*self._shown())

    def _shown(self) -> Any:
        return self._one(NOW)

    def go(self, at: int) -> None:
        """Show the case at this place of the lesson; a case that was not shown before is opened."""
        if not 0 <= at < len(self.cases):
            raise ValueError("there is no such case in this lesson")
        self._change(
            ("UPDATE shown SET at = ?", (at,)),
            (
                "INSERT INTO vote SELECT ?, 1, 'open' WHERE NOT EXISTS (SELECT 1 FROM vote WHERE at = ?)",
                (at, at),
            ),
        )

    def turn_to(self, phase: str) -> None:
        """Open, close or reveal the vote that is shown. What was revealed is not opened again: it is voted on
        anew."""
        if phase not in PHASES:
            raise ValueError(f"expected one of {', '.join(PHASES)}")
        now = self.now
        if now.phase != "revealed":
            self._change(("UPDATE vote SET phase = ? WHERE at = ? AND turn = ?", (phase, now.at, now.turn)))

    def again(self) -> None:
        """Vote on the same case once more; what was answered before is kept. A vote that is
        still open stays as it is, so that a second tap does nothing."""
        self._change((ANEW, ()))

    # Who answers what

    def answer(self, token: str, text: str, to: tuple[int, int] | None = None, host: str = "") -> Vote:
        """Note an answer to the vote that is shown, in the place of an earlier one. `to` is the case and the
        turn that it was meant for, where they are known.

        Raises Moved where the room shows another, Closed where it takes none, Full where the room takes
        nobody new, sqlite3.Error where the file cannot be written.
        """
        if not self.file.exists():  # what is written to a file that was removed is lost, and nobody told
            raise sqlite3.OperationalError("the file was removed")
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            now = self.now
            if to not in (None, now.place):
                raise Moved
            if now.phase != "open":
                raise Closed
            edition = self._editions.get(self.cases[now.at])
            self._db.execute(
                "INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET answer = excluded.answer, told = excluded.told, edition = excluded.edition",
                (now.at, now.turn, self._person(token, host), text, time.time(), edition),
            )
        return now

    def name(self, token: str, name: str, host: str = "") -> str:
        """Call a person by a name of at most 40 characters on one line; the name as it was kept. Two who give
        the same are told apart by a number; so is a name that the room gives to whoever has none."""
        wanted = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:LONGEST_NAME]
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            person = self._person(token, host)
            others = self._db.execute("SELECT name FROM person WHERE number != ? AND name != ''", (person,))
            taken = {str(row[0]).casefold() for row in others}
            kept, n = wanted, 1
            while kept and (kept.casefold() in taken or GUEST.fullmatch(kept.casefold())):
                n += 1
                kept = f"{wanted} ({n})"
            self._db.execute("UPDATE person SET name = ? WHERE number = ?", (kept, person))
        return kept

    def _person(self, token: str, host: str) -> int:
        found = self._db.execute("SELECT number FROM person WHERE token = ?", (token,)).fetchone()
        if found:
            return int(found[0])
        if len(self._of[host]) >= MOST_OF_ONE:
            self._give_way(self._of[host])
        elif int(self._one("SELECT count(*) FROM person")[0]) >= MOST_PEOPLE:
            self._give_way()
        number = self._db.execute("INSERT INTO person (token, name) VALUES (?, '')", (token,)).lastrowid or 0
        self._of[host].add(number)
        return number

    def _give_way(self, among: Collection[int] | None = None) -> None:
        """Free the seat of whoever came first and has never answered. Raises Full."""
        idle = self._db.execute(
            "SELECT number FROM person WHERE number NOT IN (SELECT person FROM answer) ORDER BY number"
        )
        first = next((number for (number,) in idle if among is None or number in among), None)
        if first is None:
            raise Full
        self._db.execute("DELETE FROM person WHERE number = ?", (first,))
        for numbers in self._of.values():
            numbers.discard(first)

    def mine(self, token: str) -> Mine:
        """What a person said so far; of a token that nobody has, nothing."""
        now = self.now
        given = "(SELECT answer FROM answer WHERE person = number AND at = ? AND turn = ?)"
        row = self._one(
            f"SELECT name, {given}, {given} FROM person WHERE token = ?",
            (now.at, now.turn, now.at, now.turn - 1, token),
        )
        return Mine(*(str(each or "") for each in row)) if row else Mine()

    @property
    def people(self) -> int:
        """How many people have answered in any vote."""
        return int(self._one("SELECT count(DISTINCT person) FROM answer")[0])

    def knows(self, token: str) -> bool:
        """Whether a person has answered in any vote."""
        asked = "SELECT 1 FROM answer JOIN person ON person = number WHERE token = ? LIMIT 1"
        return self._one(asked, (token,)) is not None

    def answered(self, vote: Vote) -> int:
        """How many have answered in a vote."""
        return int(
            self._one("SELECT count(*) FROM answer WHERE at = ? AND turn = ?", (vote.at, vote.turn))[0]
        )

    def missing(self, vote: Vote) -> int:
        """How many answered the vote before on the same case, and not this one."""
        asked = "SELECT person FROM answer WHERE at = ? AND turn = ?"
        both = f"SELECT count(*) FROM ({asked} EXCEPT {asked})"
        return int(self._one(both, (vote.at, vote.turn - 1, vote.at, vote.turn))[0])

    def counts(self, at: int, turn: int) -> Counter[str]:
        """How many people gave which answer, as typed."""
        with self._lock:
            rows = self._db.execute(
                "SELECT answer FROM answer WHERE at = ? AND turn = ?", (at, turn)
            ).fetchall()
        return Counter(str(row[0]) for row in rows)

    def moves(self, at: int, turn: int) -> Counter[tuple[str, str]]:
        """How many people went from which answer in the vote before to which in this one, as typed; "" where
        a person gave none."""
        with self._lock:
            rows = self._db.execute(
                "SELECT max(CASE turn WHEN ? THEN answer END), max(CASE turn WHEN ? THEN answer END)"
                " FROM answer WHERE at = ? AND turn IN (?, ?) GROUP BY person",
                (turn - 1, turn, at, turn - 1, turn),
            ).fetchall()
        return Counter((str(before or ""), str(now or "")) for before, now in rows)

    # Afterwards

    def rows(self) -> Iterator[dict[str, Any]]:
        """The lesson as lines of a response file: a head for each person, then their answers in time.

        A person without a name is called guest and a number.
        """
        with self._lock:
            people = self._db.execute("SELECT number, name FROM person ORDER BY number").fetchall()
            given = self._db.execute(
                "SELECT person, at, turn, answer, told, edition FROM answer ORDER BY person, told"
            ).fetchall()
        for number, name in people:
            mine = [row for row in given if row[0] == number]
            if not mine:
                continue
            yield {"format": FORMAT, "version": VERSION, "learner": name or f"guest {number}"}
            for _, at, turn, answer, told, edition in mine:
                row = {"case": self.cases[at], "answer": answer, "at": round(told * 1000), "try": turn}
                yield {**row, "test": self.code, **({"edition": edition} if edition else {})}

    def export(self) -> str:
        """The same as the text of the file."""
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows())

    def _one(self, asked: str, given: tuple[Any, ...] = ()) -> Any:
        with self._lock:
            return self._db.execute(asked, given).fetchone()

    def _change(self, *changes: tuple[str, tuple[Any, ...]]) -> None:
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for change, given in changes:
                self._db.execute(change, given)


def _plain(error: sqlite3.DatabaseError) -> str:
    """Why a file cannot be had, and what to do."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return (
            "another room, or another program, has this file open; end that one first, or name another file"
            " with --file"
        )
    return f"no lesson can be kept here: {error}"
