"""What several commands share."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from casebook.cases import Case, library, load
from casebook.errors import CommandError

LONGEST_TITLE = 200  # characters
LAST_PORT = 65535


def names_in(text: str) -> list[str]:
    """The names of an option, each once. Raises ArgumentTypeError where there is none."""
    names = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not names:
        raise argparse.ArgumentTypeError("expected names of cases, such as alder,birch, or files of cases")
    return names


def cases_named(names: Iterable[str] | None) -> list[Case]:
    """The cases of these names or files; every shipped one where none is named. Raises CaseError."""
    return [load(name) for name in (library() if names is None else names)]


def needs(error: ImportError, extra: str = "teaching") -> CommandError:
    """What to install where a command lacks a library: the extra of `pyproject.toml` that holds it."""
    library = str(error.name).partition(".")[0]
    return CommandError(f"this command needs {library}; install it with: pip install 'casebook[{extra}]'")


def title_in(text: str) -> str:
    """A title that can be written anywhere. Raises ArgumentTypeError."""
    if not text.isprintable() or len(text) > LONGEST_TITLE:
        raise argparse.ArgumentTypeError(
            f"expected at most {LONGEST_TITLE} characters, all of which can be seen"
        )
    return text


def port_in(text: str) -> int:
    """The number of a port. Raises ArgumentTypeError."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to {LAST_PORT}")
    return int(text)


def address_in(text: str) -> str:
    """The address of a page that phones can open. Raises ArgumentTypeError."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        good = None
    if not good or not re.fullmatch(r"[!-~]+", text) or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError("expected an address such as https://room.example.org/lesson")
    return text


def network_in(text: str) -> str:
    """An address of a machine, or a network. Raises ArgumentTypeError."""
    try:
        return str(ip_network(text)) if "/" in text else str(ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError("expected an address such as 10.0.0.5, or 10.0.0.0/24") from None


def many(number: int, what: str) -> str:
    """A number and what it counts."""
    return f"{number} {what}{'s' * (number != 1)}"


def bar(tqdm: Any, what: str) -> Callable[[Iterable[Any]], Iterable[Any]]:
    """A bar on the terminal around a walk; none where nobody looks."""
    real = getattr(sys.stderr, "real", sys.stderr)  # a bar moves the cursor
    return lambda walk: tqdm(walk, desc=what, unit="", disable=None, file=real)


def written(work: Callable[[], Any], path: Path) -> Any:
    """What is written, or a message where the folder does not allow it."""
    try:
        return work()
    except OSError as error:
        raise CommandError(f"{path}: it cannot be written: {error.strerror or error}") from None
