"""Multiple choice for one case: the right answer among what wrong rules make of the same note."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from random import Random

from casebook.coding.claim import Claim, Same, show
from casebook.coding.note import Note
from casebook.coding.operation import Operation, Step
from casebook.coding.rulebook import TWINS
from casebook.coding.typed import read
from casebook.grading import Item, expected
from casebook.grading.explanation import Diagnosis, plain
from casebook.grading.misconceptions import Misconception

from .bank import checked_seed, whole

LEAST, MOST = 3, 10  # choices
ASKS = 0.3  # how often a case that bills offers "query": where it is offered it is then right about as often
AUTHORS = 2  # of the answers that an author finds tempting, which are always offered
POOL = 16  # wrong answers to choose from
OF_RULES = 9  # of these, at most, from wrong rules
DRAWN = 40  # sets of them that are compared


def choices(item: Item, seed: int | str, most: int = 5) -> list[str]:
    """From 3 to `most` typed answers in an order drawn by the seed, exactly one of them accepted: the
    preferred one.

    Wrong answers are an author's own, what wrong rules give, and slips of these: were all of them made from
    the right one, it would be told by standing in the middle. Of many sets that one is taken in which the
    right one stands where the seed says among the others, by what it shares with them. Raises ValueError for
    a case that no rule decides, and for a seed or a number that is none.
    """
    checked_seed(seed)
    if not whole(most) or not LEAST <= most <= MOST:
        raise ValueError(f"most: expected a whole number from {LEAST} to {MOST}")
    if item.note.action == "out-of-scope":
        raise ValueError("No rule of this casebook decides this case, so no choice would be right.")
    rng = Random(f"{seed}:{item.id}")
    right = expected(item)
    authors, others = _pool(item, rng)
    chosen = [right, *(["query"] if right != "query" and rng.random() < ASKS else [])]
    chosen += rng.sample(authors, min(AUTHORS, len(authors)))
    rest = [text for text in (*authors, *others) if text not in chosen]
    if len(chosen) + len(rest) < LEAST and "query" not in chosen:
        chosen.append("query")
    wanted = min(most - len(chosen), len(rest))
    # Never the first of them on purpose: where several are alike, it shares the first place anyway.
    number = len(chosen) + wanted
    place = rng.randrange(1, number)
    drawn = [[*chosen, *rng.sample(rest, wanted)] for _ in range(DRAWN if wanted < len(rest) else 1)]
    told = {text: _told(text) for text in (*chosen, *rest)}
    best = min(drawn, key=lambda texts: sum(abs(rank - place) for rank in _ranks([told[t] for t in texts])))
    rng.shuffle(best)
    return best


def _pool(item: Item, rng: Random) -> tuple[list[str], list[str]]:
    """The wrong answers to choose from: the author's own, and others, all of them surely no right ones."""
    seen = {item.compared(read(text)) for text in (expected(item), "query")}
    pool: list[str] = []

    def add(texts: Iterable[str], most: int) -> None:
        for text in texts:
            key = item.compared(read(text))
            if len(pool) < most and key not in seen and item.grade(text).verdict in ("partly", "wrong"):
                seen.add(key)
                pool.append(text)

    add(item.key.get("tempting") or {}, POOL)
    authors = list(pool)
    add(_tempting(item, rng), OF_RULES)
    for text in list(pool):
        add(_slips_of(read(text).claim), POOL)
    add(_slips(item), POOL)
    return authors, pool[len(authors) :]


def _ranks(told: list[tuple[frozenset[str], frozenset[str]]]) -> list[float]:
    """How many of the others come before the first of these answers, by each thing that could give it away:
    how often its lines and its codes stand in the others, in all and of each, and how alike it is to them."""
    lines, codes = zip(*told, strict=True)
    by = [(*_shared(i, lines), *_shared(i, codes)[:2]) for i in range(len(told))]
    return [sum((o > mine) + (o == mine) / 2 for o in others) for mine, *others in zip(*by, strict=True)]


def _told(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The lines and the codes of an answer; of a question to the surgeon, the word alone."""
    lines = frozenset(map(str, read(text).claim)) or frozenset((text,))
    return lines, frozenset(line[:5] for line in lines)


def _shared(i: int, sets: Sequence[frozenset[str]]) -> tuple[float, float, float]:
    """What one set has of the others: of each of its members, in all, and as a share of both."""
    mine, common = sets[i], [len(sets[i] & other) for j, other in enumerate(sets) if j != i]
    sizes = [len(other) for j, other in enumerate(sets) if j != i]
    alike = sum(n / (len(mine) + size - n) for n, size in zip(common, sizes, strict=True))
    return sum(common) / len(mine), float(sum(common)), alike


# What wrong rules give


def _tempting(item: Item, rng: Random) -> Iterator[str]:
    """The answers of wrong rules, each followed by one of another kind as long as there are any."""
    ways = [(_filed(item, key, ms[0]), ms) for key, ms in item.diagnosis.wrong_ways.items()]
    rng.shuffle(ways)
    told: set[str] = set()  # the rules already broken by a choice
    while ways:
        best = min(ways, key=lambda way: _rank(item, way, told))
        ways = [way for way in ways if way[1] != best[1]]  # one slip gives one choice
        told |= {rule for m in best[1] for rule in m.swaps}
        yield best[0]


def _rank(item: Item, way: tuple[str, tuple[Misconception, ...]], told: set[str]) -> tuple[bool, ...]:
    """What to take first: what is surely wrong, one reading of several, what tempts in this note alone,
    another rule broken."""
    text, ms = way
    rules = {rule for m in ms for rule in m.swaps}
    unsure = item.grade(text).doubt is not None
    return unsure, "settle" not in rules, any(m.id in _everywhere() for m in ms), bool(rules & told)


def _filed(item: Item, key: Same, m: Misconception) -> str:
    """A wrong claim as that wrong rule would have it filed: its lines in order and with 51, just as the right
    one has them."""
    by_way = (item.note.given_by(book) for book in m.ways)
    claims = [claim for of_reading in zip(*by_way, strict=True) for claim in of_reading]
    if "settle" in m.swaps and (settled := item.note.chosen(m.book)):
        claims = [settled]
    return show(next(claim.lines for claim in claims if plain(claim.lines) == key))


@lru_cache(maxsize=1)
def _everywhere() -> frozenset[str]:
    """The misconceptions that tempt in the plainest note of two joins, and so in nearly every note."""
    steps = tuple(
        Step(act, at, at + 20, reason=why)
        for at in (100, 300)
        for act, why in (("resect", "stricture"), ("join", None))
    )
    ways = Diagnosis(Note((Operation(steps=steps),))).wrong_ways
    return frozenset(m.id for ms in ways.values() for m in ms)


# Plain slips


def _slips(item: Item) -> Iterator[str]:
    """What a slip of the hand makes of each claim that the note could support."""
    for target in item.diagnosis.targets:
        yield show(target.lines)  # one reading's claim, where the note needs a query
        yield from _slips_of(target.lines)


def _slips_of(lines: Claim) -> Iterator[str]:
    """What a slip makes of a claim: the other family, a line less, a unit more."""
    if lines:
        yield show(replace(line, code=TWINS.get(line.code, line.code)) for line in lines)
    for i, line in enumerate(lines):
        if len(lines) > 1:
            yield show(lines[:i] + lines[i + 1 :])
        yield show((*lines[:i], replace(line, units=line.units + 1), *lines[i + 1 :]))
