"""The quiz: one ES module with two hosts (the book's page, the notebook), and what builds the grader for the
page.

Nothing is imported here, so that the core and the book can name this package without a notebook's libraries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from .widget import Quiz


def quiz(case: str | Path, *, hold: bool = False) -> Quiz:
    """The quiz on a case, by its id or file: `quiz("juniper")`. Shows itself in a notebook; `check` works
    anywhere.

    With `hold`, for a class, no verdict is shown before `reveal()`.
    """
    from .widget import Quiz

    return Quiz(case, hold=hold)


def save(path: str | Path, *quizzes: Quiz, name: str = "") -> int:
    """Save what was answered in these quizzes as one response file for a class; how many answers.

    `name` only where it is asked for.
    """
    from .widget import save

    return save(path, *quizzes, name=name)


__all__ = ["quiz", "save"]
