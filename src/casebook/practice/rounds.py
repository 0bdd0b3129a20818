"""Practice without end, in rounds of five: what to ask next, and what is mastered, shaky or unseen.

Nothing is kept but the answers. Of each wrong rule a share says how likely it is that the learner knows
better: Bayesian knowledge tracing over the charts in which it shows. A rule comes back after 1, 3, 7 and 21
days, and at once where it was missed; of the charts in which it shows, that is asked which the learner is
expected to get right about six times in seven. A rule that gave an answer shows again on another chart of
the round, or on the first of the next one; where several rules give it, the next chart tells them apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from casebook.errors import CasebookError
from casebook.grading import Grade, expected
from casebook.grading.findings import named, worst_first
from casebook.grading.misconceptions import MISCONCEPTIONS

from .bank import Page, about_of, graded, graded_item, is_short, level_of, pages_of
from .changed import chart_of, is_change, pages_of_changes
from .review import DAY, DAYS, LATEST
from .tutor import CHARTS, Table, as_written, how_often

ROUND = 5  # questions
WANTED = 0.85  # of the answers to be right
MASTERED = 0.95  # from which share on a rule is mastered
EARLY = 2  # questions of a round, among which one shows what the last round named and did not show again
SESSION = DAY / 2  # milliseconds: a round that was left for longer is begun anew


@dataclass(frozen=True)
class Tracing:
    """How knowing a rule shows in an answer, and how it is learned.

    `known`: the share of learners who know better before the first chart. `learned`: of those who do not, how
    many do after the next one and its feedback. `guess`: how often who does not know better answers rightly
    (who holds a wrong rule follows it eight times in ten). `slip`: how often who knows falls for it still.
    """

    known: float
    learned: float
    guess: float
    slip: float

    def after(self, known: float, right: bool) -> float:
        """The share after one more answer, and what it taught."""
        if right:
            likely = known * (1 - self.slip)
            given = likely / (likely + (1 - known) * self.guess)
        else:
            likely = known * self.slip
            given = likely / (likely + (1 - known) * (1 - self.guess))
        return given + (1 - given) * self.learned


#: By how the answer was given. To choose is easier: the right answer stands among four.
TRACING = {"typed": Tracing(0.5, 0.2, 0.2, 0.05), "choice": Tracing(0.5, 0.1, 0.45, 0.05)}


@dataclass(frozen=True)
class Tried:
    """One first answer to a chart on a day. `held` are the wrong rules that give it."""

    case: str
    at: float  # epoch milliseconds
    right: bool
    held: frozenset[str]
    way: str
    round: float | None  # when its round began, epoch milliseconds
    answer: str


@dataclass
class Rule:
    """What is known of one wrong rule: `known` the share, `right_on` the charts answered rightly since it was
    missed, `first` when the first of them was, `missed_on` the charts with an answer that it gives, `met_on`
    all charts answered in which it shows, `box` how often it came back and was right, `since` when."""

    id: str
    known: float = TRACING["typed"].known
    right_on: set[str] = field(default_factory=set)
    missed_on: set[str] = field(default_factory=set)
    met_on: set[str] = field(default_factory=set)
    box: int = 0
    since: float = 0.0
    first: float = 0.0
    last: float = 0.0

    @property
    def state(self) -> str:
        """`mastered` takes right answers on two different charts, one of them a day after the first, since it
        was missed; `shaky` takes answers to two different charts that the rule gives; what is neither is
        `unseen`: too few charts have told of it, or all on one day. No word rests on a single chart."""
        apart = len(self.right_on) >= CHARTS and self.last - self.first >= DAY
        if self.known >= MASTERED and apart:
            return "mastered"
        return "shaky" if len(self.missed_on) >= CHARTS else "unseen"

    def take(self, tried: Tried) -> None:
        """One more answer to a chart in which the rule shows."""
        right = self.id not in tried.held
        chart = chart_of(tried.case)
        self.met_on.add(chart)
        self.known = TRACING[tried.way].after(self.known, right)
        if not right:
            self.missed_on.add(chart)
            self.box, self.since = 0, tried.at
            self.right_on.clear()
            return
        self.first = self.first if self.right_on else tried.at
        self.last = tried.at
        if tried.at - self.since >= DAY or not self.box:
            self.box, self.since = min(self.box + 1, len(DAYS)), tried.at
        self.right_on.add(chart)

    def due(self, now: float) -> bool:
        """Whether it is time to see it again: at once where it was missed last, else after its box's days."""
        return bool(self.met_on) and (self.box == 0 or now - self.since >= DAYS[self.box - 1] * DAY)


class Practice:
    """What the answers of one learner tell, and what to ask next at a moment `now`, in epoch milliseconds."""

    def __init__(
        self, attempts: Sequence[Mapping[str, Any]], bank: Sequence[Page], table: Table, now: float
    ) -> None:
        self.pages = pages_of(bank)
        rows: Sequence[object] = attempts
        given = [row.get("case") for row in rows if isinstance(row, Mapping)]
        known = [case for case in given if isinstance(case, str) and case in table]
        self.pages |= pages_of_changes(self.pages, known)
        self.now = now
        self.table = table
        self.shows = {
            case: {rule for held in row.values() for rule in held if rule in MISCONCEPTIONS}
            for case, row in table.items()
            if chart_of(case) in self.pages
        }
        self.tried = list(self._read(attempts, table))
        able = {rule for shown in self.shows.values() for rule in shown}
        self.rules = {id: Rule(id) for id in MISCONCEPTIONS if id in able}
        for each in self.tried:
            told = self.shows[each.case]
            for rule in told if each.right else told & each.held:
                self.rules[rule].take(each)

    def _read(self, attempts: Sequence[object], table: Table) -> Iterator[Tried]:
        """The first answer to each chart of each day, in the order of time."""
        seen: set[tuple[str, int]] = set()
        for row in graded(attempts, self.pages):
            case, text, verdict = row["case"], row["answer"], row["verdict"]
            day = (case, int(row["at"] // DAY))
            if case not in self.shows or day in seen:
                continue
            seen.add(day)
            held = () if verdict == "correct" else table[case].get(as_written(text), ())
            began = row.get("round")
            yield Tried(
                case,
                min(float(row["at"]), self.now),
                verdict == "correct",
                frozenset(held),
                "choice" if row.get("kind") == "choice" else "typed",
                float(began) if isinstance(began, int | float) else None,
                text,
            )

    # The round

    @property
    def round(self) -> list[Tried]:
        """The answers of the round that is under way, or was the last one."""
        began = next((each.round for each in reversed(self.tried) if each.round is not None), None)
        if began is None or self.now - max(e.at for e in self.tried if e.round == began) > SESSION:
            return []
        return [each for each in self.tried if each.round == began]

    @property
    def begun(self) -> list[Tried]:
        """The answers of the round that is under way; none where the next question opens one."""
        return [] if len(self.round) >= ROUND else self.round

    @property
    def before(self) -> list[Tried]:
        """The answers of the last round before the one that is under way or is opened next."""
        under = self.begun[0].round if self.begun else None
        began = next((e.round for e in reversed(self.tried) if e.round not in (None, under)), None)
        return [each for each in self.tried if began is not None and each.round == began]

    def named(self, done: Sequence[Tried]) -> dict[str, list[Tried]]:
        """The wrong rules that a round names, each with the wrong answers that it gives: the fewest rules
        that give all that any gives, and of such as give the same number that which the other answers leave
        likeliest."""
        left = [each for each in done if not each.right and each.held & self.shows[each.case]]
        found: dict[str, list[Tried]] = {}
        while left:
            times = Counter(rule for each in left for rule in each.held & self.shows[each.case])
            rule = min(times, key=lambda id: (-times[id], self.rules[id].known, id))
            found[rule] = [each for each in left if rule in each.held]
            left = [each for each in left if rule not in each.held]
        return found

    def left(self, fitted: Sequence[Tried], done: Sequence[Tried]) -> set[str]:
        """The wrong rules that give all of some answers of a round, but for those that a right answer of it
        speaks against."""
        given = set(frozenset.intersection(*(each.held for each in fitted))) & self.rules.keys()
        return given - {rule for each in done if each.right for rule in self.shows[each.case]}

    def expected(self, case: str) -> float:
        """How likely the learner is to get a chart right: none of its rules must give the answer. The rules
        that matter are those that are least known."""
        typed = TRACING["typed"]
        weakest = sorted(self.rules[rule].known for rule in self.shows[case])[:2]
        likely = 1.0
        for known in weakest:
            likely *= known * (1 - typed.slip) + (1 - known) * (1 - (1 - typed.guess) * HELD)
        return likely

    def focus(self) -> list[str]:
        """The rules to work on: first those missed and due, then those that are due, then such as were met on
        the fewest charts, those that are held often before the rest; last those that are mastered. What gave
        an answer of this round comes once more (see `next_case`), and is not worked on beyond that."""
        this_round = {rule for each in self.begun for rule in self.shows[each.case] & each.held}

        def order(rule: Rule) -> tuple[int, float, float, int, str]:
            met, often = min(len(rule.met_on), CHARTS), -how_often(rule.id)
            if rule.due(self.now) and rule.state != "mastered" and rule.id not in this_round:
                return 0 if rule.missed_on else 1, rule.known, often, 0, rule.id
            stands = 3 if rule.state == "mastered" else 2
            return stands, met, often, -len(self._charts(rule.id)), rule.id

        return [rule.id for rule in sorted(self.rules.values(), key=order)]

    def _charts(self, rule: str) -> list[str]:
        return [case for case, shown in self.shows.items() if rule in shown]

    def _about(self, case: str) -> Page:
        """The page that says what a question is about: of a change, that of its chart."""
        return self.pages[chart_of(case)]

    def next_case(self, within: Collection[str] = (), taught: Collection[str] = ()) -> str | None:
        """The chart to ask, or a change of one that was answered rightly: one not seen for a day, of another
        topic than the last, and of such that on which most is yet to be seen; from those `within`, and
        changes of these that ask for no more, as long as there is one. None where all were seen today.

        Where several rules gave the last wrong answer it is one that tells them apart; else one in which a
        rule shows that gave an answer of this round or of the last and has not shown since, and else one in
        which the first rule of the focus shows. For the first two, other short charts on what was `taught`,
        where that is told, serve as well.
        """
        left = self._free()
        met = {rule for case in within for rule in self.shows.get(case, ())}
        near = [case for case in left if chart_of(case) in within]
        begun = [case for case in near if not is_change(case) or self.shows[case] <= met]
        ready = [case for case in left if is_short(case) and (not taught or case in taught)]
        if found := self.apart(begun, ready) or self._showing(self._once(), begun, ready):
            return found
        for cases in (begun, left):
            if found := self._showing(self.focus(), cases):
                return found
        return None

    def _free(self) -> list[str]:
        """What may be asked now: what was not asked today, and changes of such charts alone as were read
        rightly, and not just now."""
        today = {each.case for each in self.tried if self.now - each.at < DAY}
        read = {each.case: each.right for each in self.tried}  # how each was answered last
        misread = {chart_of(case) for case, right in read.items() if not right}
        before = chart_of(self.tried[-1].case) if self.tried else ""

        def free(case: str) -> bool:
            chart = chart_of(case)
            changed = read.get(chart) is True and chart not in misread and chart != before
            return case not in today and (changed or not is_change(case))

        return [case for case in self.shows if free(case)]

    def _cost(self, case: str) -> tuple[float, int, str]:
        """How far a chart is from the one to ask, the least first."""
        last = set(about_of(self._about(self.tried[-1].case))) if self.tried else set()
        times = sum(each.case == case for each in self.tried)
        same = 0.1 * bool(last & set(about_of(self._about(case))[:1]))
        level = 0.1 * (level_of(self._about(case)) - 1)
        away = abs(self.expected(case) - WANTED) + same + level + 0.2 * times
        unseen = sum(len(self.rules[rule].met_on) < CHARTS for rule in self.shows[case])
        return round(away, 1), -unseen, case

    def _showing(self, rules: Sequence[str], *among: Sequence[str]) -> str | None:
        """The best chart in which the first of some rules shows that shows in any, of the first charts that
        have one."""
        for rule in rules:
            for cases in among:
                if showing := [case for case in cases if rule in self.shows[case]]:
                    return min(showing, key=self._cost)
        return None

    def _once(self) -> list[str]:
        """The rules that gave an answer of this round, and early in it of the last, and that no chart has
        shown since."""
        rounds = [self.begun, self.before] if len(self.begun) < EARLY else [self.begun]
        left = []
        for done in rounds:
            for rule, fitted in self.named(done).items():
                since = self.tried[self.tried.index(fitted[-1]) + 1 :]
                if not any(rule in self.shows[each.case] for each in since):
                    left.append(rule)
        return left

    def apart(self, *among: Sequence[str]) -> str | None:
        """Where several rules give the last wrong answer and no answer since tells them apart, the chart that
        does so best; None where there is nothing to tell apart, or nothing that does."""
        done = self.begun or self.before
        last = next((i for i in reversed(range(len(done))) if not done[i].right), None)
        if last is None:
            return None
        rules = sorted(done[last].held & self.shows[done[last].case])
        if any(self._parts(each.case, rules) for each in done[last + 1 :]):
            return None
        for cases in among:
            if telling := {case: n for case in cases if (n := self._parts(case, rules))}:
                return min(telling, key=lambda case: (-telling[case], self._cost(case)))
        return None

    def _parts(self, case: str, rules: Sequence[str]) -> int:
        """How many of some rules a chart tells from the most that answer alike to it."""
        if not rules or self.shows[case].isdisjoint(rules):
            return 0
        given = {rule: answer for answer, held in self.table[case].items() for rule in held}
        return len(rules) - max(Counter(given.get(rule, "") for rule in rules).values())


APART = "More than one wrong rule fits an answer of yours. This chart tells them apart."
HELD = 0.25  # of those who do not know better of a rule, how many hold it rather than another


def practice(
    attempts: Sequence[Mapping[str, Any]],
    bank: Sequence[Page],
    table: Table,
    now: float,
    within: Collection[str] = (),
    taught: Collection[str] = (),
) -> dict[str, Any]:
    """What the page of practice shows; charts `within` come first, then those on what was `taught`.

    `ask` is the next chart, or None, and `why` what it is for, where that can be told; `place` which question
    of its round it is, and `began` when the round under way began, None for a new one; `states` says how many
    rules are mastered, shaky and unseen, `rules` which are shaky, and which mastered that were so, one row
    for such as fit the same answers, which counts once; `closing` is what a finished round was about, else
    None.

    Raises ValueError where `attempts`, `bank` or `table` is something else.
    """
    if not isinstance(attempts, list | tuple) or not isinstance(table, Mapping):
        raise ValueError("practice: expected answers, a bank and a table")
    mine = Practice(attempts, bank, table, float(now))
    done = mine.round
    finished = len(done) >= ROUND
    states = [rule.state for rule in mine.rules.values()]
    rows = _missed(mine)
    ask = mine.next_case(within, taught)
    return {
        "ask": ask,
        "why": APART if ask and mine.apart([ask]) else "",
        "place": 1 if finished else len(done) + 1,
        "of": ROUND,
        "began": None if finished or not done else done[0].round,
        "states": {
            "mastered": states.count("mastered"),
            "shaky": sum(each["state"] == "shaky" for each in rows),
            "unseen": states.count("unseen"),
        },
        "rules": rows,
        "closing": _closing(mine, done) if finished else None,
    }


def _missed(mine: Practice) -> list[dict[str, str]]:
    """The rules of which something can be said: answers to two different charts fitted them. The last missed
    stand first; those that fit the same wrong answers, and stand alike, are told in one row, since nothing
    tells them apart."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for rule in sorted(mine.rules.values(), key=lambda rule: (-rule.since, rule.id)):
        if len(rule.missed_on) >= CHARTS:
            fits = tuple(i for i, each in enumerate(mine.tried) if rule.id in each.held)
            groups.setdefault((fits, rule.state), []).append(rule.id)
    return [
        {
            "id": ids[0],
            "says": "; or ".join(MISCONCEPTIONS[id].says for id in ids),
            "state": mine.rules[ids[0]].state,
        }
        for ids in groups.values()
    ]


def _closing(mine: Practice, done: Sequence[Tried]) -> dict[str, Any]:
    """What a round was about: how many were right, `asked` which chart was right or wrong and with what
    claim, and each rule that it names, with every chart on which it showed and the two answers side by
    side."""
    rows = []
    for rule, fitted in mine.named(done).items():
        wrong = MISCONCEPTIONS[rule]
        others = mine.left(fitted, done) - {rule}
        rows.append(
            {
                "says": wrong.says,
                "tempts": wrong.tempts,
                "correction": wrong.correction,
                "charts": [_beside(mine, each.case, each.answer) for each in fitted],
                "rests": _rests(
                    fitted, others, any(each.right and rule in mine.shows[each.case] for each in done)
                ),
            }
        )
    right = sum(each.right for each in done)
    asked = [_beside(mine, each.case, each.answer) | {"right": each.right} for each in done]
    says = f"{right} of {len(done)} right."
    return {"right": right, "of": len(done), "says": says, "asked": asked, "rules": rows}


def _rests(fitted: Sequence[Tried], others: Collection[str], avoided: bool) -> str:
    """What a name in a close rests on, where that is little: one chart, beside another on which it was
    `avoided` or none, or answers that fit other rules."""
    if others:
        which = "; or ".join(MISCONCEPTIONS[id].says for id in sorted(others))
        return f"Or it was {which}: your answers fit that as well."
    if len({chart_of(each.case) for each in fitted}) >= CHARTS:
        return ""
    if avoided:
        return "One chart shows it. Another that could have shown it you had right: it may have been a slip."
    return "One chart shows it, which may have been a slip. The next round tests it again."


def _beside(mine: Practice, case: str, answer: str) -> dict[str, str]:
    """One chart with the answer given and the right one; a change by the name of its chart."""
    name = str(mine.pages[chart_of(case)].get("title") or chart_of(case)).partition(":")[0]
    changed = ", changed" if is_change(case) else ""
    return {"case": case, "name": name + changed, "yours": answer, "filed": _filed(mine.pages[case])}


def once_more(
    attempts: Sequence[Mapping[str, Any]],
    bank: Sequence[Page],
    table: Table,
    case: str,
    answer: str,
) -> dict[str, Any]:
    """Where a wrong answer follows from a rule that gave one to another chart before, and is named with both:
    `says` what it is in short, by the name of that chart, and `charts` both of them with the answers side by
    side; else `says` is "" and `charts` empty. `attempts` are those before this answer.

    Raises ValueError where `bank` is something else, or the case is not of it.
    """
    none: dict[str, Any] = {"says": "", "charts": []}
    rules = set(table.get(case, {}).get(as_written(answer), ()))
    mine = Practice(attempts, bank, table, LATEST)
    mine.pages |= pages_of_changes(mine.pages, [case])
    if case not in mine.pages:
        raise ValueError(f"once more: no chart {case}")
    grade = graded_item(mine.pages[case]).grade(answer)
    named_here = [m.id for m in grade.likely if m.id in rules]
    others = [each for each in mine.tried if chart_of(each.case) != chart_of(case) and not each.right]
    formers = (each for each in reversed(others) if not each.held.isdisjoint(named_here))
    pairs = ((each, id) for each in formers for id in _named(mine, each) if id in named_here)
    former, rule = next(pairs, (None, ""))
    if former is None:
        return none
    charts = [_beside(mine, each, text) for each, text in ((former.case, former.answer), (case, answer))]
    says = f"As in {charts[0]['name']}, this is what {MISCONCEPTIONS[rule].says} gives. {_here(grade)}"
    return {"says": says.strip(), "charts": charts}


def _named(mine: Practice, tried: Tried) -> list[str]:
    """The rules that the verdict on an answer names, the likeliest first."""
    return [m.id for m in graded_item(mine.pages[tried.case]).grade(tried.answer).likely]


def _here(grade: Grade) -> str:
    """What is off in this answer, in the fewest words: its worst finding, without what the code means."""
    return next(
        ((f.briefly or f.says).replace(named(f.code), f.code) for f in worst_first(grade.findings)), ""
    )


def _filed(page: Page) -> str:
    try:
        return expected(graded_item(page))
    except (CasebookError, ValueError):
        return ""
