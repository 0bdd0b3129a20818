"""What a terminal gets: words and never commands, whatever stands in a file or a name; and an end without a
traceback, however a command ends."""

from __future__ import annotations

import contextlib
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from casebook.errors import CasebookError

STOPPED = 130  # the exit status of what Ctrl+C ended
_TURNS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # of the direction


def plain(text: str) -> str:
    """A text whose characters all show: what would move the cursor, ring or turn words around, and half a
    character, is spelled out, in a way that JSON knows too."""
    if text.isprintable():
        return text
    return "".join(f"\\u{ord(c):04x}" if _commands(c) else c for c in text)


def _commands(c: str) -> bool:
    return c in _TURNS or (c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cs"))


class Plain:
    """A stream that shows every character; `real` is the one behind it, for a bar that moves the cursor."""

    def __init__(self, real: Any) -> None:
        self.real = real

    def write(self, text: str) -> int:
        self.real.write(plain(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


@contextlib.contextmanager
def plain_streams() -> Iterator[None]:
    """Have whatever is printed meanwhile show every character; where there is no stream, nothing is."""
    before = sys.stdout, sys.stderr
    with contextlib.ExitStack() as opened:
        streams = [each or opened.enter_context(open(os.devnull, "w", encoding="utf-8")) for each in before]
        if hasattr(streams[0], "reconfigure"):
            streams[0].reconfigure(encoding="utf-8")
        sys.stdout, sys.stderr = map(Plain, streams)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before


def ended(work: Callable[[], int]) -> int:
    """The exit status of a command; 2 and why where it could not be carried out."""
    try:
        status = work()
        sys.stdout.flush()
    except CasebookError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:  # the reader, such as head, has seen enough
        _let_go()
        return 0
    except OSError as error:
        _let_go()
        print(f"it could not be done: {error.strerror or error}", file=sys.stderr)
        return 2
    return status


def _let_go() -> None:
    """Have what is still to be printed go nowhere, since Python tries again when it ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
