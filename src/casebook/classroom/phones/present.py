"""Who is in the room and has not answered yet. It is kept in memory alone: who only opens the page takes no
seat in the file, and is forgotten when the page is closed, or some time after the line ended."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .votes import MOST_OF_ONE, MOST_PEOPLE

FORGOTTEN = 20 * 60.0  # seconds without a line: a telephone sleeps while its owner reads


@dataclass
class _Seat:
    lines: int
    seen: float


class Present:
    """The lines that are open, by the address that they come from, and whoever waits at their end."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Seat] = {}  # by token, who came last at the end
        self._lines: Counter[str] = Counter()  # by address

    def full(self, host: str) -> bool:
        """Whether no more lines are kept open to this address, or to any."""
        return self._lines[host] >= MOST_OF_ONE or self.lines >= MOST_PEOPLE

    @property
    def lines(self) -> int:
        """How many lines are open."""
        return self._lines.total()

    @contextmanager
    def line(self, token: str, host: str, waits: bool) -> Iterator[None]:
        """A line, as long as it is open; `waits`: its owner has not answered yet."""
        self._lines[host] += 1
        if waits:
            seat = self._waiting.pop(token, None) or _Seat(0, 0.0)
            self._waiting[token] = _Seat(seat.lines + 1, time.monotonic())
            if len(self._waiting) > MOST_PEOPLE:
                del self._waiting[next(iter(self._waiting))]
        try:
            yield
        finally:
            self._lines[host] -= 1
            if not self._lines[host]:
                del self._lines[host]
            if token in self._waiting:
                self._waiting[token] = _Seat(max(0, self._waiting[token].lines - 1), time.monotonic())

    def answered(self, token: str) -> None:
        """Count somebody no longer among those who wait."""
        self._waiting.pop(token, None)

    def left(self, token: str) -> None:
        """Forget somebody who closed the page, unless another of theirs is open."""
        if token in self._waiting and self._waiting[token].lines <= 1:
            del self._waiting[token]

    @property
    def waiting(self) -> int:
        """How many are in the room and have not answered yet."""
        since = time.monotonic() - FORGOTTEN
        for token in [token for token, seat in self._waiting.items() if not seat.lines and seat.seen < since]:
            del self._waiting[token]
        return len(self._waiting)
