"""Editions: which text of a chart an answer was given to.

A chart is mended from one release to the next, and its key with it. Whatever keeps an answer keeps a short
digest of the text beside it, so that an answer to an older text is never graded against a newer one.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

LENGTH = 8  # hexadecimal digits: among a hundred charts no two texts meet by chance
LONGEST = 40  # characters of what a file may call an edition


def edition_of(text: str) -> str:
    """The digest of a text, whatever its lines and spaces."""
    return sha256(" ".join(text.split()).encode()).hexdigest()[:LENGTH]


def read_edition(value: object) -> str | None:
    """The edition that a stored answer tells of; None where it tells of none."""
    return value[:LONGEST] if isinstance(value, str) and value else None


def to_earlier(page: Mapping[str, Any], edition: str | None) -> bool:
    """Whether an answer of this edition was given to another text than that of the page.

    Of an answer that tells of no edition nothing is known: it comes from another program, and counts.
    """
    return bool(edition and page.get("edition") and edition != page["edition"])
