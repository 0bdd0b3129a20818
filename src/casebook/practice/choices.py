"""Multiple choice for one case: the right answer among wrong ones that this learner, or most, would give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import permutations
from random import Random

from casebook.coding.claim import Same, show
from casebook.coding.note import Note
from casebook.coding.operation import Operation, Step
from casebook.coding.rulebook import CODES, TWINS, UNLISTED
from casebook.coding.typed import read
from casebook.grading import Item, expected
from casebook.grading.explanation import Diagnosis, plain
from casebook.grading.marks import ROLES, SESSIONS
from casebook.grading.misconceptions import FAR_FETCHED, Misconception
from casebook.grading.told import FIRST, FURTHER, FURTHER_JOINS

from .bank import checked_seed, whole
from .likely import likely_answers

LEAST, MOST = 3, 10  # choices
ASKS = 0.3  # how often a case that bills offers "query": where it is offered it is then right about as often
SEEN = 2  # of the claims of wrong rules that this learner was seen to hold, which stand first
AUTHORS = 2  # of the answers that an author finds tempting, which come next
POOL = 12  # wrong answers to choose the rest from, the likeliest ones
LIKELY = 80  # of the likely answers of a case that are looked through for them
DRAWN = 40  # sets of them that are compared
OPENED = frozenset(opened for opened, scoped in CODES.values() if opened != scoped)
SCOPED = frozenset(scoped for opened, scoped in CODES.values() if scoped and opened != scoped) | {UNLISTED}
#: What tells of an earlier operation, of another surgeon, or of unusual work.
OF_THE_CHART = (frozenset(SESSIONS), frozenset(ROLES), frozenset({"22"}))


def choices(item: Item, seed: int | str, most: int = 5, held: Iterable[str] = ()) -> list[str]:
    """From 3 to `most` typed answers in an order drawn by the seed, exactly one of them accepted: the
    preferred one.

    The wrong ones are, in this order: what rules give that this learner was seen to hold (`held`, ids of
    misconceptions, the last seen first), what the author finds tempting, and the likeliest wrong answers to
    this chart; one at least is what a wrong rule gives that tempts here and not in nearly every chart, where
    there is one. Of many sets of the last that one is taken in which the right one stands where the seed says
    among the others, by what it shares with them: else it would be told by standing in the middle. Raises
    ValueError for a case that no rule decides, and for a seed or a number that is none.
    """
    checked_seed(seed)
    if not whole(most) or not LEAST <= most <= MOST:
        raise ValueError(f"most: expected a whole number from {LEAST} to {MOST}")
    if item.note.action == "out-of-scope":
        raise ValueError("No rule of this casebook decides this case, so no choice would be right.")
    rng = Random(f"{seed}:{item.id}")
    right = expected(item)
    pool = _Pool(item)
    seen = pool.take(_of_rules(item, held), SEEN)
    authors = pool.take(item.key.get("tempting") or {})
    chosen = [right, *(["query"] if right != "query" and rng.random() < ASKS else [])]
    chosen += [*seen, *rng.sample(authors, min(AUTHORS, len(authors)))][: most - len(chosen)]
    of_chart = _of_this_chart(item)
    own = pool.take(of_chart.values())
    others = pool.take(_likely(item), POOL)
    rest = [text for text in (*authors, *own, *others) if text not in chosen]
    if len(chosen) + len(rest) < LEAST and "query" not in chosen:
        chosen.append("query")
    wanted = min(most - len(chosen), len(rest))
    # Never the first of them on purpose: where several are alike, it shares the first place anyway.
    number = len(chosen) + wanted
    place = rng.randrange(1, number)
    told = [text for text in (*chosen, *rest) if plain(read(text).claim) in of_chart]
    first = [] if {*told} & {*chosen} else told
    drawn = [
        [*chosen, *_sampled(rng, rest, first, wanted)] for _ in range(DRAWN if wanted < len(rest) else 1)
    ]
    shared = _Shared([*chosen, *rest])
    best = min(drawn, key=lambda texts: sum(abs(rank - place) for rank in shared.ranks(texts)))
    rng.shuffle(best)
    return best


def _sampled(rng: Random, texts: Sequence[str], first: Sequence[str], number: int) -> list[str]:
    """So many of some texts, one of the first among them where there are any."""
    one = rng.sample(first, min(1, len(first), number))
    return [*one, *rng.sample([text for text in texts if text not in one], number - len(one))]


class _Pool:
    """The wrong answers that were taken for a case: each once, whether it has 51 where payers differ or not,
    and all of them surely no right ones."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.seen: set[Same | str] = {"query", *self._keys(expected(item))}

    def _keys(self, text: str) -> set[Same | str]:
        answer = read(text)
        return {self.item.compared(answer), "query" if answer.query else plain(answer.claim)}

    def take(self, texts: Iterable[str], most: int = MOST) -> list[str]:
        """The first of some answers, `most` at most, that are wrong and were not taken yet."""
        taken: list[str] = []
        for text in texts:
            keys = self._keys(text)
            if len(taken) == most:
                break
            if not keys & self.seen and self.item.grade(text).verdict in ("partly", "wrong"):
                self.seen |= keys
                taken.append(text)
        return taken


def _of_rules(item: Item, rules: Iterable[str]) -> Iterator[str]:
    """What these wrong rules give, as their holders would file it."""
    ways = item.diagnosis.wrong_ways.items()
    for id in rules:
        for key, ms in ways:
            yield from (_filed(item, key, m) for m in ms if m.id == id)


def _of_this_chart(item: Item) -> dict[Same, str]:
    """What wrong rules give that do not tempt in nearly every chart, by its lines."""
    ways = item.diagnosis.wrong_ways.items()
    far = _everywhere() | FAR_FETCHED
    return {key: _filed(item, key, m) for key, ms in ways for m in ms if m.id not in far}


@lru_cache(maxsize=4)  # a test asks for several cases, a class for one case again and again
def _likely(item: Item) -> tuple[str, ...]:
    """The likeliest answers that somebody would write who has this chart: no code that neither what was done
    nor a wrong rule brings up, none of them several times but where it can be, no mark of an earlier
    operation, of another surgeon or of unusual work where nothing tells of one, and open and laparoscopic
    codes together only where a wrong rule puts them so."""
    right = [line for target in item.diagnosis.targets for line in target.lines]
    ways = item.diagnosis.wrong_ways
    told = [line for key, ms in ways.items() if any(m.id not in _everywhere() for m in ms) for line in key]
    codes = {line.code for line in right} | {code for key in ways for code, _, _ in key} | FIRST | FURTHER
    codes |= {TWINS[code] for code in codes if code in TWINS}
    worn = {mark for line in right for mark in line.modifiers} | {
        mark for *_, marks in told for mark in marks
    }
    mixed = any(len(_families(show(target.lines))) > 1 for target in item.diagnosis.targets)
    silent = frozenset(mark for marks in OF_THE_CHART if not marks & worn for mark in marks)
    if all(op.approach == "open" for op in item.note.readings):
        codes -= {UNLISTED} - {line.code for line in right}
    several = FIRST | FURTHER_JOINS | {code for key in ways for code, units, _ in key if units > 1}
    return tuple(
        text
        for text in likely_answers(item, LIKELY)
        if all(
            line.code in codes
            and silent.isdisjoint(line.modifiers)
            and (line.units == 1 or line.code in several)
            for line in read(text).claim
        )
        and (plain(read(text).claim) in ways or len(_families(text)) < 2 or mixed)
    )


def _families(text: str) -> set[bool]:
    """Of the codes that say how the operation was done, whether each is laparoscopic."""
    return {line.code in SCOPED for line in read(text).claim if line.code in SCOPED | OPENED}


class _Shared:
    """What every two of some answers share, worked out once for all the sets that are drawn of them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._told = {text: _told(text) for text in texts}
        self._pairs = {(one, two): self._pair(one, two) for one, two in permutations(texts, 2)}

    def _pair(self, one: str, two: str) -> tuple[int, float, int, bool]:
        """How many lines and how many codes they share; between these, how alike their lines are, from 0
        to 1; last, whether the one is part of the other."""
        (lines, codes), (others, other_codes) = self._told[one], self._told[two]
        common = len(lines & others)
        return common, common / (len(lines) + len(others) - common), len(codes & other_codes), lines < others

    def _by(self, one: str, texts: Sequence[str]) -> tuple[float, ...]:
        """By each thing that could give an answer away: how often its lines and its codes stand in the
        others, in all and of each, how alike it is to them, and of how many it is part."""
        lines, codes = self._told[one]
        common, alike, coded, part = map(
            sum, zip(*(self._pairs[one, two] for two in texts if two != one), strict=True)
        )
        return common / len(lines), common, alike, coded / len(codes), coded, part

    def ranks(self, texts: Sequence[str]) -> list[float]:
        """How many of the others come before the first of these answers, by each of these things."""
        by = zip(*(self._by(one, texts) for one in texts), strict=True)
        return [sum((o > mine) + (o == mine) / 2 for o in others) for mine, *others in by]


def _told(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The lines and the codes of an answer; of a question to the surgeon, the word alone."""
    lines = frozenset(map(str, read(text).claim)) or frozenset((text,))
    return lines, frozenset(line[:5] for line in lines)


# What wrong rules give


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
