"""The bank: pages of cases by their ids, what each is about, and the item that grades it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from casebook.grading import Item, item_of
from casebook.grading.misconceptions import MISCONCEPTIONS

from .editions import read_edition, to_earlier

Page = Mapping[str, Any]


#: Every thing to learn: its name in words, and the page of the book that teaches it.
TAUGHT: dict[str, tuple[str, str]] = {
    "joins": ("counting joins", "book/joins"),
    "units": ("units of the add-on", "book/joins"),
    "approach": ("open or laparoscopic", "book/family"),
    "base-code": ("which base code", "book/family"),
    "colon": ("colon and valve", "book/family"),
    "stoma": ("stomas", "book/family"),
    "companions": ("what is part of something larger", "book/family"),
    "sessions": ("later sessions", "book/sessions"),
    "surgeons-modifiers": ("modifiers", "book/sessions"),
    "query": ("when to ask the surgeon", "book/queries"),
}


BESIDE = "diagnoses"  # scored beside the claim, so that no claim tells whether it was learned

USUAL = 600  # words of a chart
NO_TOPIC = "other"  # what a case is about that does not say so


def pages_of(bank: object) -> dict[str, Page]:
    """The pages of a bank by their ids, in its order. Raises ValueError where it is no list of cases."""
    if not isinstance(bank, list | tuple):
        raise ValueError("bank: expected a list of cases")
    found: dict[str, Page] = {}
    for i, page in enumerate(bank):
        if not isinstance(page, Mapping) or not isinstance(page.get("id"), str) or not page["id"]:
            raise ValueError(f"bank: number {i + 1} is no case with an id")
        found.setdefault(page["id"], page)
    return found


def is_short(case: str) -> bool:
    """Whether the id is that of a short chart."""
    return case.startswith("short-")


def usable(rows: object, pages: Mapping[str, Page]) -> Iterator[Mapping[str, Any]]:
    """Those of some answers that were given to the text which a page of the bank has now; none where `rows`
    is no list."""
    for row in rows if isinstance(rows, list | tuple) else ():
        if not isinstance(row, Mapping) or not isinstance(row.get("answer"), str):
            continue
        page = pages.get(row["case"]) if isinstance(row.get("case"), str) else None
        if page and not to_earlier(page, read_edition(row.get("edition"))):
            yield row


def graded(rows: object, pages: Mapping[str, Page]) -> list[Mapping[str, Any]]:
    """The usable ones that were graded when they were kept, in the order of time."""
    told = [
        row
        for row in usable(rows, pages)
        if isinstance(row.get("at"), int | float) and row.get("verdict") in ("correct", "partly", "wrong")
    ]
    return sorted(told, key=lambda row: float(row["at"]))


def about_of(page: Page) -> list[str]:
    """What of the claim a case is about."""
    about = page.get("about")
    words = (
        [word for word in about if isinstance(word, str) and word not in ("", BESIDE)]
        if isinstance(about, list | tuple)
        else []
    )
    return list(dict.fromkeys(words)) or [NO_TOPIC]


def told_of(page: Page, right: bool, blamed: Iterable[str] = ()) -> dict[str, bool]:
    """Whether an answer was right in each thing to learn that it tells of: all that the case is about. A
    wrong one that is known to come of some of them counts against these, also where the case is not about
    them, and against no other."""
    against = dict.fromkeys(blamed, False) if not right else {}
    return dict.fromkeys(about_of(page), right or bool(against)) | against


def topics_of_rules(ids: Iterable[str]) -> list[str]:
    """The things to learn that some wrong rules belong to."""
    return list(dict.fromkeys(MISCONCEPTIONS[id].topic for id in ids))


def level_of(page: Page) -> int:
    """The level of a case: 1, 2 or 3."""
    level: Any = page.get("level")
    return int(level) if whole(level) and level in (1, 2, 3) else 1


def words_of(page: Page) -> int:
    """The words of a chart; the usual number where the page does not tell."""
    words: Any = page.get("words")
    return int(words) if whole(words) and words > 0 else USUAL


def topic_in_words(topic: str) -> str:
    """A thing to learn in words."""
    return TAUGHT[topic][0] if topic in TAUGHT else topic.replace("-", " ")


def without_places(page: Page) -> dict[str, Any]:
    """A page without what only the browser needs: where its marks and lines stand."""
    return {key: value for key, value in page.items() if key not in ("anchors", "lines")}


def graded_item(page: Page) -> Item:
    """The item of a page that may be anything.

    Raises ValueError, which names the case, where it cannot be graded.
    """
    try:
        return item_of(without_places(page))
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise ValueError(f"the case {page.get('id')} cannot be graded: {error}") from None


LONGEST = 100  # characters of a seed


def whole(value: object) -> bool:
    """Whether a JSON value is a whole number; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def checked_seed(seed: object) -> int | str:
    """A seed: a whole number, or a short text as a reader types one. Raises ValueError."""
    if isinstance(seed, str) and len(seed) <= LONGEST:
        return seed
    if isinstance(seed, int) and whole(seed):
        return seed
    raise ValueError(f"seed: expected a whole number or a text of at most {LONGEST} characters")
