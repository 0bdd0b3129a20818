"""What to ask next: hints, multiple choice, a drawn test and its result, and when to see a case again.

The first four come from rooms of their own and are handed on here. All times are epoch milliseconds, as a
browser gives them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from casebook.grading.misconceptions import MISCONCEPTIONS

from .bank import TAUGHT, Page, graded_item, pages_of, told_of, topic_in_words, topics_of_rules, whole
from .choices import choices
from .editions import read_edition, to_earlier
from .exam import draw
from .hints import hints
from .results import blamed, result, tells

DAYS = (1, 3, 7, 21)  # until a case comes back, box by box
DAY = 86_400_000  # milliseconds
LATEST = 8.64e15  # the last moment that a browser's clock can tell
VERDICTS = ("correct", "partly", "wrong")  # those that count
REACH = "The charts you answered test only some of the usual mistakes. Practice tests the rest."
OPEN = "still open: not right yet"  # of a case never right and not due; quiz/js/today.js says the same
WITHOUT_COUNT = ("invalid", "blank")


@dataclass(frozen=True)
class Attempt:
    """One answer that counts: `at` in epoch milliseconds, the misconceptions that explain it, and what was
    typed, where that was kept."""

    case: str
    right: bool
    at: float
    misconceptions: tuple[str, ...] = field(default=())
    edition: str | None = None
    answer: str = ""


def again(attempts: Sequence[Mapping[str, Any]], now: float, offset: int = 0) -> list[dict[str, Any]]:
    """When to see which case again: `[{"case": ..., "due_at": epoch milliseconds, "box": 1 to 4}]`, the
    soonest first.

    An attempt is `{"case": ..., "verdict": ..., "at": epoch milliseconds}`. The rule:

    - A case enters box 1 with a wrong or partly right answer, and any later one sends it back there.
    - A right answer moves it up one box when it is the first answer of its day; more answers on that day do
    not.
    - In box 1, 2, 3, 4 it is due 1, 3, 7, 21 days after the answer that brought it there. Moved up from box
    4, it leaves.
    - A case never missed is not listed. Blank and unreadable answers do not count, not even as the first of a
    day.

    `offset` is the reader's clock in minutes east of UTC, for where a day ends. An answer dated after `now`
    counts as of now.
    What is no attempt is left out. Raises ValueError where `attempts` is no list or `now` no time.
    """
    return _boxes(_read(attempts, now)[0], offset)


def _boxes(attempts: Sequence[Attempt], offset: int) -> list[dict[str, Any]]:
    if not whole(offset) or abs(offset) > DAY // 60_000:
        raise ValueError("offset: expected minutes east of UTC")
    box: dict[str, int] = {}
    since: dict[str, float] = {}
    last_day: dict[str, int] = {}
    for each in attempts:
        day = int((each.at + offset * 60_000) // DAY)
        first = last_day.get(each.case) != day
        last_day[each.case] = day
        if not each.right:
            box[each.case], since[each.case] = 1, each.at
        elif each.case in box and first:
            box[each.case], since[each.case] = box[each.case] + 1, each.at
            if box[each.case] > len(DAYS):
                del box[each.case]
    rows = [{"case": case, "due_at": since[case] + DAYS[at - 1] * DAY, "box": at} for case, at in box.items()]
    return sorted(rows, key=lambda row: (row["due_at"], row["case"]))


def seen_to_hold(attempts: Sequence[Mapping[str, Any]]) -> list[str]:
    """The wrong rules that gave answers of a reader, by what was kept of these, the last first. What is no
    attempt is left out. Raises ValueError where `attempts` is no list."""
    read, _ = _read(attempts, LATEST)
    return list(dict.fromkeys(id for each in reversed(read) for id in each.misconceptions))


def progress(
    attempts: Sequence[Mapping[str, Any]],
    bank: Sequence[Page],
    now: float,
    offset: int = 0,
    table: object = None,
) -> dict[str, Any]:
    """What a reader has done so far, from the attempts stored; the verdicts kept stand, and a wrong answer is
    graded again only to tell what it counts against.

    `cases` counts those of the bank: `done`, `first_right`, `of`. `due` and `later` are the rows of `again`
    for cases of the bank, with words, and `open` those of `later` that were never right. `topics` and
    `misconceptions` have `first_right` of `of` cases answered rightly at the first try, `tries` (for a
    misconception: the answers it explains, to short charts as well, read from the attempt's own
    `misconceptions`) and `last_seen` (epoch milliseconds); what was missed last stands first. `of` for a
    misconception counts the cases tried in which it shows; `could` counts the wrong rules that show in any of
    them, out of `of`, as `table` has it (see `tutor.row`; worked out where it is not given), and `reach` says
    what to do about the others. `by_case` has the cases answered, in the bank's order, and `says` how many.
    `unread` counts records that are no attempts, `elsewhere` those of cases that this bank has not. Attempts
    at an earlier edition of a chart are told in `earlier`, case by case, and count nowhere else but in `due`,
    `later` and `open`. Raises ValueError as `again`.
    """
    pages = pages_of(bank)
    read, unread = _read(attempts, now)
    known = [each for each in read if each.case in pages]
    older = [each for each in known if to_earlier(pages[each.case], each.edition)]
    mine = [each for each in known if not to_earlier(pages[each.case], each.edition)]
    elsewhere = [each for each in read if each.case not in pages]
    first: dict[str, bool] = {}
    for each in mine:
        first.setdefault(each.case, each.right)
    shows = _shows(first, pages, table)
    could = len(frozenset().union(*shows.values()))
    boxes = [row | {"says": _when(row, now)} for row in _boxes(known, offset)]
    found = {each.case for each in known if each.right}
    return {
        "cases": {"done": len(first), "first_right": sum(first.values()), "of": len(pages)},
        "due": [row for row in boxes if row["due_at"] <= now],
        "later": [row for row in boxes if row["due_at"] > now],
        "open": [row | {"says": OPEN} for row in boxes if row["due_at"] > now and row["case"] not in found],
        "topics": _topics(mine, pages),
        "misconceptions": _misconceptions(mine, elsewhere, shows, first, now),
        "could": could,
        "of": len(MISCONCEPTIONS),
        "reach": REACH if 0 < could < len(MISCONCEPTIONS) else "",
        "by_case": _cases(mine, pages),
        "says": _counted(mine, len(elsewhere)),
        "unread": unread,
        "elsewhere": len(elsewhere),
        "earlier": [
            {"case": case, "says": _many(tries, "answer")}
            for case, tries in sorted(Counter(each.case for each in older).items())
        ],
    }


def _counted(mine: Sequence[Attempt], elsewhere: int) -> str:
    """How many cases stand in the list, and which answers are to none of them."""
    listed = len({each.case for each in mine})
    says = f"The list below has {_many(listed, 'case')}." if listed else ""
    others = f"{_many(elsewhere, 'answer')} to short charts and changed ones, which have no line there."
    return f"{says} {others if elsewhere else ''}".strip()


def _shows(first: Mapping[str, bool], pages: Mapping[str, Page], table: object) -> dict[str, frozenset[str]]:
    """The wrong rules that give a wrong answer in each case answered."""
    rows = table if isinstance(table, Mapping) else {}
    return {
        case: (
            frozenset(id for ids in rows[case].values() for id in ids if id in MISCONCEPTIONS)
            if isinstance(rows.get(case), Mapping)
            else tells(pages[case])
        )
        for case in first
    }


def _cases(attempts: Sequence[Attempt], pages: Mapping[str, Page]) -> list[dict[str, Any]]:
    rows = []
    for case in pages:
        right = [each.right for each in attempts if each.case == case]
        if not right:
            continue
        at = right.index(True) + 1 if True in right else 0
        says = ("right at the first try" if at == 1 else f"right at try {at}") if at else "not right yet"
        rows.append({"case": case, "right_at": at, "says": f"{says}, {_many(len(right), 'try', 'tries')}"})
    return rows


def _topics(attempts: Sequence[Attempt], pages: Mapping[str, Page]) -> list[dict[str, Any]]:
    """Each thing to learn that first answers tell of; a wrong one that known wrong rules alone give counts
    against theirs, any other against what the grader finds off in it."""
    first = {each.case: each for each in reversed(attempts)}
    told = {
        case: told_of(pages[case], each.right, _blamed(each, pages[case])) for case, each in first.items()
    }
    rows = []
    for topic in dict.fromkeys(topic for each in told.values() for topic in each):
        rights = [each[topic] for each in told.values() if topic in each]
        seen = [each.at for each in attempts if topic in told[each.case]]
        right = sum(rights)
        says = f"{right} of {len(rights)} right at the first try, {_many(len(seen), 'try', 'tries')} in all"
        row = {
            "topic": topic,
            "name": topic_in_words(topic),
            "page": TAUGHT[topic][1] if topic in TAUGHT else "",
            "first_right": right,
            "of": len(rights),
            "tries": len(seen),
        }
        rows.append(row | {"last_seen": max(seen), "says": says})
    return sorted(rows, key=lambda row: (row["first_right"] / row["of"], row["topic"]))


def _blamed(each: Attempt, page: Page) -> list[str]:
    """What a first answer counts against. A wrong one is graded again where the wrong rules that were kept do
    not tell: where none were kept, or where modifiers may be off besides."""
    if each.right or not each.answer or (each.misconceptions and "-" not in each.answer):
        return topics_of_rules(each.misconceptions)
    grade = graded_item(page).grade(each.answer)
    return topics_of_rules(each.misconceptions) if grade.verdict == "correct" else blamed(page, grade)


def _misconceptions(
    attempts: Sequence[Attempt],
    elsewhere: Sequence[Attempt],
    shows: Mapping[str, frozenset[str]],
    first: Mapping[str, bool],
    now: float,
) -> list[dict[str, Any]]:
    seen: dict[str, list[float]] = {}
    for each in (*attempts, *elsewhere):
        for id in each.misconceptions:
            seen.setdefault(id, []).append(each.at)
    rows = []
    for id, times in seen.items():
        m = MISCONCEPTIONS[id]
        cases = [case for case, told in shows.items() if id in told]
        right = sum(first[case] for case in cases)
        says = (
            f"{m.says[0].upper()}{m.says[1:]}: seen in {len(times)} of your answers, the last"
            f" {_ago(max(times), now)}."
        )
        row = {"id": id, "says": says, "correction": m.correction, "first_right": right, "of": len(cases)}
        rows.append(row | {"tries": len(times), "last_seen": max(times)})
    return sorted(rows, key=lambda row: (-row["last_seen"], -row["tries"], row["id"]))


# Reading attempts, and saying when


def _read(attempts: object, now: Any) -> tuple[list[Attempt], int]:
    """The attempts that count, in the order of time, and how many records could not be read."""
    if not isinstance(attempts, list | tuple):
        raise ValueError("attempts: expected a list of attempts")
    if not _time(now):
        raise ValueError("now: expected a time in epoch milliseconds")
    found: list[tuple[float, Attempt]] = []
    unread = 0
    for row in attempts:
        told: Mapping[str, Any] = row if isinstance(row, Mapping) else {}
        case, verdict, at = told.get("case"), told.get("verdict"), told.get("at")
        if (
            not isinstance(case, str)
            or not case
            or verdict not in (*VERDICTS, *WITHOUT_COUNT)
            or at is None
            or not _time(at)
        ):
            unread += 1
        elif verdict in VERDICTS:
            ms, edition = _known(told.get("misconceptions")), read_edition(told.get("edition"))
            answer = told["answer"] if isinstance(told.get("answer"), str) else ""
            found.append((at, Attempt(case, verdict == "correct", min(at, now), ms, edition, answer)))
    found.sort(key=lambda pair: (pair[0], pair[1].case, pair[1].right))
    return [each for _, each in found], unread


def _time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LATEST


def _known(ids: object) -> tuple[str, ...]:
    if not isinstance(ids, list | tuple):
        return ()
    return tuple(dict.fromkeys(id for id in ids if isinstance(id, str) and id in MISCONCEPTIONS))


def _when(row: Mapping[str, Any], now: float) -> str:
    last = _ago(row["due_at"] - DAYS[row["box"] - 1] * DAY, now)
    return f"missed {last}" if row["box"] == 1 else f"missed before, right {last}"


def _ago(at: float, now: float) -> str:
    days = int((now - at) // DAY)
    return f"{_many(days, 'day')} ago" if days else "within the last day"


def _many(number: int, one: str, more: str = "") -> str:
    return f"{number} {one if number == 1 else more or one + 's'}"


__all__ = ["DAYS", "again", "choices", "draw", "hints", "progress", "result", "seen_to_hold"]
