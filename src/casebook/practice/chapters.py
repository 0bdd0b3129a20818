"""The Learn chapters: what each is the first to teach, and which cases hold nothing beyond what was taught so
far."""

from __future__ import annotations

from collections.abc import Iterable

from .bank import NO_TOPIC, TAUGHT, Page, about_of, graded_item, is_short, level_of, pages_of, words_of

#: The Learn chapters in their order, each with what it is the first to teach.
CHAPTERS: dict[str, tuple[str, ...]] = {
    "book/decision": ("joins", "units", "approach", "query"),
    "book/bowel": ("brought-out",),
    "book/reading": ("margins",),
    "book/crohn_case": (),
    "book/joins": ("redone-joins", "own-slips"),
    "book/family": ("base-code", "colon", "stoma", "companions"),
    "book/sessions": ("sessions", "surgeons-modifiers"),
    "book/queries": (),
}
FIRST_CODES = frozenset(("44120", "44121", "44202", "44203"))  # all that the first chapters speak of
#: What is done in the operations of the first chapters; whatever else is done comes with `companions`.
FIRST_ACTS = frozenset(("resect", "join", "explore", "lyse_adhesions", "mesentery_repair"))
#: What the second chapter adds: an end brought out, which is filed as 44125 where nothing was joined, and as
#: 44310 beside a join.
BROUGHT_OUT = frozenset(("stoma", "base-code"))
CODES_OF_ENDS = frozenset(("44125", "44310"))
#: How many chapters from the first on have brief charts in their exit checks, and no whole reports: later
#: ones need the reports, and there are many by then.
BRIEFLY = 5
BRIEF = 105  # words of the longest brief chart, its headings with it
ENOUGH = 12  # brief charts, from which number on a check has no need of others
NOISY = 3  # the level of a chart that only the last chapter prepares for


def needs(page: Page) -> set[str]:
    """What must have been taught before a case: what it is about, what its claims hold, and what was done."""
    note = graded_item(page).note
    lines = [line for main in note.mains for line in main.lines]
    steps = [step for op in note.readings for step in op.steps]
    found = set(about_of(page)) - {NO_TOPIC}
    firsts, acts = FIRST_CODES, FIRST_ACTS
    if end_out(page):
        found = (found - BROUGHT_OUT) | {"brought-out"}
        firsts, acts = firsts | CODES_OF_ENDS, acts | {"stoma"}
    found |= {"base-code" for line in lines if line.code not in firsts or "59" in line.modifiers}
    found |= {"surgeons-modifiers" for line in lines if set(line.modifiers) - {"51", "59"}}
    found |= {"companions" for step in steps if step.act not in acts}
    found |= {"margins" for step in steps if step.reason == "margin"}
    found |= {"redone-joins" for step in steps if step.reason == "join"}
    found |= {"own-slips" for op in note.readings for place in op.bowel.places if op.own_injury(place)}
    return found


def end_out(page: Page) -> bool:
    """Whether, in every reading of a chart, an end was brought out at one place at least, and all others
    were joined; and no loop of bowel was brought out."""
    bowels = [op.bowel for op in graded_item(page).note.readings]
    return bool(bowels) and all(
        not bowel.loops
        and any(place.brought_out for place in bowel.places)
        and (len(bowel.places) == 1 or any(place.joined for place in bowel.places))
        for bowel in bowels
    )


def shows_best(bank: object, chapter: str) -> list[str]:
    """The charts that show best what a chapter teaches, to be drawn first: of the ends of bowel, the brief
    ones in which an end was brought out."""
    return [
        id for id, page in pages_of(bank).items() if chapter == "book/bowel" and brief(page) and end_out(page)
    ]


def brief(page: Page) -> bool:
    """Whether a chart is read in a minute."""
    return is_short(str(page["id"])) and words_of(page) <= BRIEF


def teaches(chapter: str) -> set[str]:
    """What a Learn chapter teaches, for the first time or more of it."""
    first = set(CHAPTERS[chapter])
    return (
        first
        | {topic for topic, (_, page) in TAUGHT.items() if page == chapter}
        | (BROUGHT_OUT if "brought-out" in first else set())
    )


def taught(chapter: str) -> set[str]:
    """What was taught up to the end of a Learn chapter. Raises ValueError where there is no such chapter."""
    if chapter not in CHAPTERS:
        raise ValueError(f"{chapter} is no Learn chapter; there are: {', '.join(CHAPTERS)}")
    names = list(CHAPTERS)
    return {topic for name in names[: names.index(chapter) + 1] for topic in CHAPTERS[name]}


def first_for(page: Page) -> int:
    """How many Learn chapters stand before the one after which all is taught that a case needs; the last one
    for what none teaches."""
    wanted = needs(page)
    return next((i for i, name in enumerate(CHAPTERS) if wanted <= taught(name)), len(CHAPTERS) - 1)


def pool(bank: object, chapter: str, spared: Iterable[str] = ()) -> list[str]:
    """The charts that a chapter's exit check may draw: nothing that was not taught yet, nothing noisy before
    the last chapter, none of those `spared` for later; in the first chapters the brief ones alone, where
    there are enough, and no short ones in the others.

    What no rule settles is in no short chart, so no first check asks for it."""
    known, place, kept = taught(chapter), list(CHAPTERS).index(chapter), set(spared)
    last, shorts = place == len(CHAPTERS) - 1, place < BRIEFLY
    fit = {
        id: page
        for id, page in pages_of(bank).items()
        if id not in kept
        and (last or level_of(page) < NOISY)
        and (shorts or not is_short(id))
        and needs(page) <= known
    }
    quick = [id for id, page in fit.items() if brief(page)]
    return quick if len(quick) >= ENOUGH else list(fit)
