"""The abbreviations and terms of art of the charts, each explained in one plain sentence."""

from __future__ import annotations

import re
from functools import lru_cache

from casebook.data import toml


@lru_cache(maxsize=1)
def entries() -> tuple[tuple[re.Pattern[str], str], ...]:
    """What finds the words of each entry, and what it says. The longest word of an entry is tried first."""
    found = []
    for entry in toml("chart_words.toml")["term"]:
        words = "|".join(re.escape(word) for word in sorted(entry["words"], key=len, reverse=True))
        found.append((re.compile(rf"(?<!\w)(?:{words})s?(?!\w|[’']?[a-rt-z])"), str(entry["says"])))
    return tuple(found)


def terms_in(text: str) -> dict[str, str]:
    """What a text needs explained, as it first stands there, with its sentence; in the order of the text."""
    first = ((match, says) for pattern, says in entries() if (match := pattern.search(text)))
    return {match[0]: says for match, says in sorted(first, key=lambda pair: pair[0].start())}
