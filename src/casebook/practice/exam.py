"""A test drawn from a bank of cases: as even as can be over the things to learn, from plain to noisy, the
same for a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from random import Random
from typing import Any

from casebook.coding.claim import show

from .bank import Page, about_of, checked_seed, graded_item, level_of, pages_of, whole, words_of

#: Paces of a timed test: words read a minute, minutes at most to think about a case, which is thought about
#: as long as it is read, and minutes to write its claim. The usual one gives a chart of 190 words the 2.4
#: minutes of a question in a certification exam (AAPC, CPC: 100 questions in 4 hours; its exam page, read
#: 2026-11, confirmed), a full report of 620 about 5, which is 12 an hour (a benchmark for outpatient records
#: ascribed to AHIMA is 5 to 20 an hour; secondary), and a brief one of 80 words 1.3.
PACES = {"calm": (150, 3.0, 1.0), "usual": (200, 2.0, 0.5), "brisk": (250, 1.0, 0.25)}
SEEDS = 30  # tried for a test whose cases have different claims
NEW = 300  # tried at most for a test with no case that a reader has met


def draw(
    bank: Sequence[Page],
    number: int,
    seed: int | str,
    topics: list[str] | None = None,
    levels: list[int] | None = None,
    met: list[str] | None = None,
    first: list[str] | None = None,
) -> dict[str, Any]:
    """A test: `{"seed": ..., "items": [{"case": ..., "topic": ..., "level": ...}], "says": None or what to
    know of it, "minutes": how long it may take at each pace}`.

    `topic` is the one thing to learn that the case stands for in this test; of these each has as many cases
    as any other, or one more or less, unless the bank has no more of it. No case comes twice: a bank with
    fewer gives all it has and `says` so. `topics` and `levels` narrow the choice. The order of the bank does
    not matter.

    `met` has the cases that a reader has met, the longest ago first: none of them comes while there are
    others, and then those met longest ago. Of the others those of `first` come before the rest. Raises
    ValueError on anything else.
    """
    if not whole(number) or number < 1:
        raise ValueError("number: expected how many cases to draw, 1 or more")
    wanted = _list(topics, "topics", lambda t: isinstance(t, str), "words such as joins")
    reached = _list(levels, "levels", whole, "numbers such as 1")
    pages = pages_of(bank)
    about = {
        id: [t for t in about_of(page) if not wanted or t in wanted]
        for id, page in sorted(pages.items())
        if not reached or level_of(page) in reached
    }
    about = {id: told for id, told in about.items() if told}
    if not about:
        raise ValueError("No case of the bank fits what was asked for.")
    before = _list(met, "met", lambda id: isinstance(id, str), "names of cases")
    liked = _list(first, "first", lambda id: isinstance(id, str), "names of cases")
    rng = Random(f"draw:{checked_seed(seed)}")
    ids = _mixed(pages, list(about), rng)
    given: dict[str, str] = {}
    for tier in _tiers(ids, before, liked):
        told = {id: about[id] for id in about if id in tier}
        given |= _blueprint(told, tier, min(number - len(given), len(tier)), rng)
    items: list[dict[str, Any]] = [
        {"case": id, "topic": topic, "level": level_of(pages[id])} for id, topic in given.items()
    ]
    rng.shuffle(items)
    items.sort(key=lambda item: item["level"])
    short = f"Only {len(about)} {'case fits' if len(about) == 1 else 'cases fit'}: the test has all of them."
    return {
        "seed": seed,
        "items": items,
        "says": short if number > len(about) else None,
        "minutes": limits([pages[item["case"]] for item in items]),
    }


def draw_new(
    bank: Sequence[Page], number: int, seed: int, topics: list[str] | None = None, met: Sequence[str] = ()
) -> dict[str, Any]:
    """Of the tests of some seeds from this one on, that with the fewest cases met; of such, the one whose
    cases were met longest ago. Its seed alone gives it again, whatever was met since."""
    ago = {id: place for place, id in enumerate(met, 1)}

    def known(test: Mapping[str, Any]) -> tuple[int, int]:
        places = [ago[item["case"]] for item in test["items"] if item["case"] in ago]
        return len(places), sum(places)

    best = draw(bank, number, seed, topics)
    for more in range(1, NEW):
        if not known(best)[0]:
            break
        best = min(best, draw(bank, number, seed + more, topics), key=known)
    return best


def draw_apart(
    bank: Sequence[Page],
    number: int,
    seed: int,
    topics: list[str] | None = None,
    met: list[str] | None = None,
    first: list[str] | None = None,
) -> dict[str, Any]:
    """A test in which as few cases as can be have one claim: of the tests of some seeds from this one on the
    first such. Of cases of `first` with one claim, one alone comes before the others."""
    claims = {id: _claims(page) for id, page in pages_of(bank).items()}
    liked = [id for id in first or () if id in claims]
    Random(f"first:{checked_seed(seed)}").shuffle(liked)
    liked.sort(key=(met or []).count, reverse=True)  # of one claim the last is taken: one not met, if any
    chosen = list({claims[id]: id for id in liked}.values())

    def alike(test: Mapping[str, Any]) -> int:
        drawn = [claims[item["case"]] for item in test["items"]]
        return len(drawn) - len({*drawn})

    tests = (draw(bank, number, seed + more, topics, met=met, first=chosen) for more in range(SEEDS))
    return min(tests, key=alike) | {"seed": seed}


def _claims(page: Page) -> tuple[str, ...]:
    """What a case comes down to: its claim, or those that its readings give."""
    return tuple(sorted(show(claim.lines) for claim in graded_item(page).note.mains))


def limits(pages: Sequence[Page]) -> dict[str, int]:
    """How many minutes a test of these cases may take at each pace: their charts read once, time to think
    about each by its length, and to write its claim."""
    words = [words_of(page) for page in pages]
    return {
        pace: max(1, ceil(round(sum(each / speed + min(most, each / speed) + writing for each in words), 6)))
        for pace, (speed, most, writing) in PACES.items()
    }


def _tiers(ids: Sequence[str], met: Sequence[str], first: Sequence[str]) -> list[list[str]]:
    """The cases in the order in which they may be drawn: those not met, liked ones before others, then each
    that was met, the longest ago first. What was met twice was met last the second time."""
    ago = {id: place for place, id in enumerate(met)}
    new = [id for id in ids if id not in ago]
    liked, others = [id for id in new if id in first], [id for id in new if id not in first]
    again = sorted((id for id in ids if id in ago), key=ago.__getitem__)
    return [tier for tier in (liked, others, *([id] for id in again)) if tier]


def _mixed(pages: Mapping[str, Page], ids: list[str], rng: Random) -> list[str]:
    """The cases in an order of chance in which every level comes early."""
    rng.shuffle(ids)
    met: dict[int, int] = {}
    turn = {}
    for id in ids:
        level = level_of(pages[id])
        turn[id] = met[level] = met.get(level, 0) + 1
    return sorted(ids, key=turn.__getitem__)


def _blueprint(about: Mapping[str, list[str]], ids: list[str], number: int, rng: Random) -> dict[str, str]:
    """So many cases, each with the topic it stands for: the topics take one case each in turn until the
    number is reached."""
    given: dict[str, str] = {}

    def take(topic: str, passed: set[str]) -> bool:
        """One case more for the topic: a free one, or that of a topic which can take another instead."""
        passed.add(topic)
        mine = [id for id in ids if topic in about[id]]
        for id in mine:
            if id not in given or (given[id] not in passed and take(given[id], passed)):
                given[id] = topic
                return True
        return False

    topics = sorted({topic for told in about.values() for topic in told})
    rng.shuffle(topics)
    while len(given) < number:
        topics = [topic for topic in topics if len(given) < number and take(topic, set())]
    return given


# Reading a bank


def _list(value: object, name: str, fits: Any, words: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list | tuple) or not all(fits(v) for v in value):
        raise ValueError(f"{name}: expected a list of {words}")
    return list(value)
