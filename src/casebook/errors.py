"""Every error that this package raises on purpose, under one root."""

from __future__ import annotations

from pathlib import Path


class CasebookError(Exception):
    """The root: whatever is raised on purpose, with words for the person who must do something about it."""


class BowelError(CasebookError, ValueError):
    """Something that cannot be done to the bowel as it is."""


class OperationError(CasebookError, ValueError):
    """An operation that cannot be read or cannot be; `path` leads to the key at fault."""

    def __init__(self, message: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


class OutOfScope(CasebookError):
    """An operation that the vocabulary cannot say or that no rule decides; the message is the reason."""


class CaseError(CasebookError, ValueError):
    """A case file that cannot be used; reads as `file:line: message`."""

    def __init__(self, file: Path, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.line = line


class TableError(CasebookError, ValueError):
    """A table, or a file of one, that cannot be used; the message says what to do."""


class CommandError(CasebookError):
    """A command that cannot be carried out; the message says why and what to do."""
