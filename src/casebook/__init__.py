"""An open casebook that teaches, and grades, one hard decision in surgical coding: CPT 44121.

CPT is a registered trademark of the American Medical Association. This is teaching, not billing advice.

    import casebook

    casebook.grade("alder", "44120; 44121")     # the JSON of `casebook grade`
    casebook.load("alder").item.grade("44120").verdict

What stands here is loaded when it is first asked for; the quiz is `from casebook.quiz import quiz`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cases import Case as Case
    from .cases import check as check
    from .cases import library as library
    from .cases import load as load
    from .cases.doors import grade as grade
    from .coding.edits import scrub as scrub
    from .coding.rules import derive as derive
    from .coding.typed import read as read_claim  # noqa: F401
    from .errors import CasebookError as CasebookError
    from .errors import CaseError as CaseError
    from .grading import Item as Item

__version__ = "0.2.0"

#: What is handed out, where it lives, and what it is called there.
_DOORS = {
    "Case": ("cases", "Case"),
    "CaseError": ("errors", "CaseError"),
    "CasebookError": ("errors", "CasebookError"),
    "Item": ("grading", "Item"),
    "check": ("cases", "check"),
    "derive": ("coding.rules", "derive"),
    "grade": ("cases.doors", "grade"),
    "library": ("cases", "library"),
    "load": ("cases", "load"),
    "read_claim": ("coding.typed", "read"),
    "scrub": ("coding.edits", "scrub"),
}
__all__ = ["__version__", *_DOORS]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _DOORS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, inside = _DOORS[name]
    return getattr(import_module(f"{__name__}.{module}"), inside)


def __dir__() -> list[str]:
    return sorted({*globals(), *_DOORS})
