"""Who of a roster handed something in, where a name was written otherwise: "Lee, Ann" for Ann Lee, or the
folder of a learning system, `Lee_Ann_1001`.

A name is somebody's of the roster where it is spelled so, capitals aside, or is the same name turned about a
comma. A folder's name is, where its words are one person's and nobody else's, and nobody else handed in under
a name that may be this person's too: two people are never made one on a guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

#: What follows a name in a folder's: its number, before which Canvas says who was late.
NUMBERED = re.compile(r"(_late)?_\d", re.IGNORECASE)


@dataclass(frozen=True)
class Match:
    """`names`: whose of the roster each name is; `perhaps`: who it may be of the roster, where that is not
    sure."""

    names: Mapping[str, str]
    perhaps: Mapping[str, tuple[str, ...]]


def match(handed: Iterable[str], roster: Sequence[str]) -> Match:
    """Whose of the roster the names are under which something was handed in."""
    handed = list(dict.fromkeys(handed))
    names = {name: found[0] for name in handed if len(found := _spelled(name, roster)) == 1}
    folders = {name: fits for name in handed if name not in names and (fits := _in_folder(name, roster))}
    taken = set(names.values())
    perhaps: dict[str, tuple[str, ...]] = {}
    for name, fits in folders.items():
        alone = sum(fits[0] in each for each in folders.values()) == 1
        if len(fits) == 1 and alone and fits[0] not in taken:
            names[name] = fits[0]
        else:
            perhaps[name] = fits
    return Match(names, perhaps)


def _spelled(name: str, roster: Sequence[str]) -> Sequence[str]:
    """Who is spelled so; where nobody is, who is when the names are turned about their commas."""
    plain = [each for each in roster if each.casefold() == name.casefold()]
    return plain or [each for each in roster if _turned(each) == _turned(name)]


def _turned(name: str) -> str:
    """`Lee, Ann` as `ann lee`."""
    last, comma, first = name.casefold().partition(",")
    return f"{first.strip()} {last.strip()}" if comma and first.strip() and "," not in first else last.strip()


def _in_folder(name: str, roster: Collection[str]) -> tuple[str, ...]:
    """Whose a folder or file of this name may be: `Lee_Ann_1001`, or Canvas's `leeann_1001_7_answers`."""
    if "_" not in name:
        return ()
    words = _letters(NUMBERED.split(name)[0])
    return tuple(each for each in roster if words in _orders(each))


def _orders(name: str) -> set[str]:
    """The letters of a name, its first word first or any other: where the family's name begins is not
    known."""
    words = _turned(name).split()
    return {_letters("".join(words[n:] + words[:n])) for n in range(len(words))}


def _letters(text: str) -> str:
    """The letters alone, small and without marks."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if c.isalpha())
