"""Which wrong rule a learner holds, which question tells most about it, and when to stop asking.

A table says of every case which wrong rules give which wrong answer (`row` makes a case's); it is worked out
when the book is built. The beliefs about a learner are a share for each wrong rule, and for three others:
nobody's (no rule of the book is held), an unknown rule, carelessness. Each answer changes the shares by
Bayes's rule; the next question is the one whose answer is expected to tell most, in bits.

What was measured: who misreads one chart in five is taken for the holder of a rule in one case in four,
unless a rule must show on two different charts before it is named. So it must.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

from casebook.coding.claim import Same, lines_of, show
from casebook.coding.places import listed, many
from casebook.coding.rulebook import Rulebook
from casebook.coding.typed import read
from casebook.grading import Item
from casebook.grading.explanation import plain
from casebook.grading.misconceptions import MISCONCEPTIONS

from .bank import Page, graded, graded_item, is_short, pages_of, usable
from .changed import able, all_changes, chart_of, choose, is_change, pages_of_changes

SLIP = 0.10  # of all answers: a slip of the hand or the eye
FOLLOWS = 0.80  # of the answers in which a held rule matters: how often it is followed
#: Where an answer lands: right; where no rule leads; where some rule leads. For a slip, for who follows a
#: rule that the book does not know, and for who is careless.
SLIPPED, UNKNOWN, CARELESS = (0.03, 0.60, 0.37), (0.45, 0.47, 0.08), (0.45, 0.33, 0.22)
#: The shares before the first answer: one rule of the book, no rule, an unknown rule, carelessness.
ONE, NONE, OTHERS, CARE = 0.50, 0.35, 0.10, 0.05
#: How often a rule is held beside others, by the word in the table of wrong rules.
HELD = {"often": 6.0, "": 2.0, "seldom": 1.0}
SURE = 0.9  # from which share on a rule is named
LIKELY = 0.5  # from which share on a rule that is not named is likelier than all else
FITS_NONE = 0.95  # from which share on no rule is looked for any more: nothing known fits
CHARTS = 2  # different charts on which a rule must have shown before it is named
WHOLE_CASE = 0.5  # of what a short chart is worth that tells as much: it takes three times the reading
FRESH = 12  # charts answered rightly last, of which changes are asked
LITTLE = 0.03  # bits: a question that is expected to tell less is not asked
AFTER_TEST = 5  # questions at most after a test
AFTER_ONE = 3  # after a single answer; as many as after a test while a rule has shown, and where one goes on

Row = dict[str, list[str]]  # of one case: a wrong answer, and the rules that give it
Table = Mapping[str, Row]


def row(item: Item, rules: Iterable[str] | None = None) -> Row:
    """Which wrong rules, of all or of some, give which wrong answer to a case, as their holder would file
    it."""
    if item.note.action == "out-of-scope":
        return {}
    found: Row = {}
    for id in MISCONCEPTIONS if rules is None else rules:
        m = MISCONCEPTIONS[id]
        if "settle" not in m.swaps and all(trace.alike(m.swaps) for trace in item.note.traces):
            continue  # every question that is asked gets the same answer
        answer = wrongly_filed(item, m.book)
        if answer is not None:
            text = answer if isinstance(answer, str) else show(lines_of(answer))
            found.setdefault(text, []).append(m.id)
    return found


def wrongly_filed(item: Item, book: Rulebook) -> Same | str | None:
    """What who follows a rulebook files: a claim as it is compared, or "query"; None where that is right, and
    where the rulebook has nothing to say, so that its holder answers rightly."""
    claim = item.note.chosen(book)
    if claim is None:
        return None if item.note.action == "query" else "query"
    if claim.out_of_scope is not None:
        return None
    key = plain(claim.lines)
    right = item.note.action == "bill" and key in {plain(t.lines) for t in item.diagnosis.targets}
    return None if right else key


def rows_of_changes(item: Item, chosen: Mapping[str, Iterable[str]]) -> dict[str, Row]:
    """The same of some changes of a chart, each with the rules that show in it and not in the chart as it is:
    who holds one of the others did not answer that rightly."""
    found = {each.id: row(each.item, chosen[each.id]) for each in all_changes(item) if each.id in chosen}
    return {id: answers for id, answers in found.items() if answers}


def table_of(items: Mapping[str, Item]) -> dict[str, Row]:
    """The table of some cases and short charts, and of the changes of the cases that are worth asking."""
    table = {id: row(item) for id, item in items.items()}
    of_charts = {id: able(item) for id, item in items.items() if not is_short(id)}
    chosen = choose(of_charts, charts_showing(table))
    for chart, changes in chosen.items():
        table |= rows_of_changes(items[chart], changes)
    return in_order(table)


def in_order(table: Table) -> dict[str, Row]:
    """The same table with like rows one after the other: the page's copy is a tenth smaller so."""
    return {
        id: table[id] for id in sorted(table, key=lambda id: (is_change(id), list(table[id].values()), id))
    }


def charts_showing(table: Table) -> Counter[str]:
    """On how many questions each wrong rule shows."""
    return Counter(rule for answers in table.values() for rule in rules_of(answers))


def rules_of(answers: Row) -> set[str]:
    """The wrong rules that show in a row."""
    return {rule for held in answers.values() for rule in held}


def how_often(rule: str) -> float:
    """How often a rule is held beside others."""
    return HELD[MISCONCEPTIONS[rule].held]


@dataclass(frozen=True)
class Asked:
    """One answer as the tutor sees it: the rules that give it, or none; `right` where it is accepted."""

    case: str
    right: bool
    rules: frozenset[str]


class Tutor:
    """What is believed of one learner. `asked` are the answers so far, one a question."""

    def __init__(self, table: Table, rules: Sequence[str] = ()) -> None:
        self.table = table
        self.rules = list(rules or MISCONCEPTIONS)
        self.asked: list[Asked] = []
        self._place = {rule: i for i, rule in enumerate(self.rules)}
        self._groups = {case: self._grouped(answers) for case, answers in table.items()}
        self._rows = dict(table)
        self._changes: dict[str, list[str]] = {}
        for case in filter(is_change, table):
            self._changes.setdefault(chart_of(case), []).append(case)
        held = [how_often(rule) for rule in self.rules]
        self.shares = [ONE * each / sum(held) for each in held] + [NONE, OTHERS, CARE]

    def _grouped(self, answers: Row) -> list[list[int]]:
        return [[self._place[rule] for rule in held if rule in self._place] for held in answers.values()]

    def answered(self, case: str, right: bool, answer: str, whole: Row | None = None) -> None:
        """Take an answer in: `answer` as the table writes it, or anything else. A question counts once, and a
        change only of a chart that was answered rightly. `whole` is the row of a change with all rules that
        show, of which the table has only some."""
        if any(one.case == case for one in self.asked):
            return
        if is_change(case) and chart_of(case) not in {one.case for one in self.asked if one.right}:
            return
        if whole is not None:
            self._rows[case], self._groups[case] = whole, self._grouped(whole)
        held = [] if right else list(self._rows.get(case, {}).get(answer, ()))
        self.asked.append(Asked(case, right, frozenset(held)))
        if case not in self._rows:
            return
        places = {self._place[rule] for rule in held if rule in self._place}
        self._learn(self._groups[case], right, places)

    def _learn(self, groups: Sequence[Sequence[int]], right: bool, said: Collection[int]) -> None:
        kind = 0 if right else 2 if said else 1
        parts = max(1, len(groups)) if kind == 2 else 1
        slip = SLIP * SLIPPED[kind] / parts
        shows = {rule for group in groups for rule in group}
        new = []
        for rule, share in enumerate(self.shares[:-3]):
            if rule in said:
                likely = slip + (1 - SLIP) * FOLLOWS
            elif rule in shows:
                likely = slip + (1 - SLIP) * (1 - FOLLOWS) * right
            else:
                likely = slip + (1 - SLIP) * right
            new.append(share * likely)
        none, unknown, careless = self.shares[-3:]
        new += [
            none * (slip + (1 - SLIP) * right),
            unknown * UNKNOWN[kind] / parts,
            careless * CARELESS[kind] / parts,
        ]
        total = sum(new)
        self.shares = [share / total for share in new]

    # What is believed

    @property
    def named(self) -> tuple[str, ...]:
        """The rule that may be named, with those whose answers to these charts are the same; none where it
        showed on too few charts, or where the shares do not bear it. A chart and its changes are one."""
        charts: dict[str, set[str]] = {}
        for each in self.asked:
            for rule in each.rules:
                charts.setdefault(rule, set()).add(chart_of(each.case))
        alike: dict[tuple[bool, ...], list[str]] = {}
        for rule in self.rules:
            if len(charts.get(rule, ())) >= CHARTS:
                alike.setdefault(self._pattern(rule), []).append(rule)
        for rules in alike.values():
            if sum(self.shares[self._place[rule]] for rule in rules) > SURE:
                return tuple(rules)
        return ()

    def against(self, rule: str) -> list[str]:
        """The questions whose answers do not fit a rule: wrong ones that it does not give, and right ones to
        charts in which it shows. Where there are some, a rule near it that the book does not know may be
        held."""
        others = [each for each in self.asked if rule not in each.rules]
        return [
            each.case for each in others if not each.right or rule in rules_of(self._rows.get(each.case, {}))
        ]

    def shown(self, rule: str) -> int:
        """On how many charts, changes of one counting as others, the answer was the rule's."""
        return sum(rule in each.rules for each in self.asked)

    @property
    def likeliest(self) -> str | None:
        """The rule that may be held, though the answers are not enough to name it: it showed, and is likelier
        than all else together; None where there is none."""
        shown = {rule for each in self.asked for rule in each.rules if rule in self._place}
        best = max(sorted(shown), key=lambda rule: self.shares[self._place[rule]], default=None)
        return best if best is not None and self.shares[self._place[best]] > LIKELY else None

    def _pattern(self, rule: str) -> tuple[bool, ...]:
        """What a rule would have answered to each chart, as far as these answers tell it from others."""
        told: list[bool] = []
        for each in self.asked:
            shows = any(rule in held for held in self._rows.get(each.case, {}).values())
            told += (rule in each.rules, shows)
        return tuple(told)

    @property
    def fits_none(self) -> bool:
        """Whether no rule of the book, nor none at all, is likely to have given these answers."""
        return self.shares[-2] + self.shares[-1] > FITS_NONE

    @property
    def settled(self) -> bool:
        """Whether more questions would change little: a rule can be named, or nothing known fits."""
        return bool(self.named) or self.fits_none or self.shares[-3] > FITS_NONE

    def stops(self, asked: int, most: int) -> bool:
        """Whether nothing is asked any more, after so many questions of at most so many. After a test one
        looks also where all was right, since ten charts could have shown only some of the rules. After a
        single answer there are as many as after a test while a rule has shown on one chart of those that are
        needed."""
        wrong = [each for each in self.asked if not each.right]
        if not self.asked or self.settled or (most < AFTER_TEST and not wrong):
            return True
        return asked >= (most if self.likeliest is None else AFTER_TEST)

    def could_show(self) -> int:
        """How many wrong rules the answered charts could have shown, on as many charts as naming needs."""
        charts: dict[str, set[str]] = {}
        for each in self.asked:
            for rule in rules_of(self._rows.get(each.case, {})):
                charts.setdefault(rule, set()).add(chart_of(each.case))
        return sum(len(shown) >= CHARTS for shown in charts.values())

    # What to ask

    def gain(self, case: str) -> float:
        """What the answer to a case is expected to tell, in bits."""
        groups = self._groups[case]
        parts = max(1, len(groups))
        unknown, careless = self.shares[-2:]
        steady = 1 - unknown - careless
        masses = [sum(map(self.shares.__getitem__, group)) for group in groups]
        keep, shows = 1 - SLIP, sum(masses)
        wild = [
            SLIP * steady * SLIPPED[kind] + unknown * UNKNOWN[kind] + careless * CARELESS[kind]
            for kind in range(3)
        ]
        answers = [keep * (steady - shows * FOLLOWS) + wild[0], wild[1]]
        answers += [keep * FOLLOWS * mass + wild[2] / parts for mass in masses]
        usual, follower, stranger, hasty = _spread(len(groups))
        given = (steady - shows) * usual + shows * follower + unknown * stranger + careless * hasty
        return _entropy(answers) - given

    def open(self, cases: Collection[str] | None = None) -> list[str]:
        """What may be asked: of some cases, or of all, those not answered yet, and the changes of those that
        were answered rightly last, where they ask for no rule that none of the cases shows. A chart that was
        misread, itself or in a change, is changed no more: what is misread once stays so, and would speak for
        a rule that nobody holds."""
        done = {each.case for each in self.asked}
        misread = {chart_of(each.case) for each in self.asked if not each.right}
        read = [each.case for each in self.asked if each.right and each.case in self._changes]
        fresh = [case for case in read if case not in misread][-FRESH:]
        known = self.table if cases is None else [case for case in self.table if case in cases]
        whole = [case for case in known if not is_change(case)]
        met = {rule for case in whole for group in self._groups[case] for rule in group}
        changes = [
            each
            for case in fresh
            for each in self._changes[case]
            if cases is None or all(rule in met for group in self._groups[each] for rule in group)
        ]
        return [case for case in [*whole, *changes] if case not in done and self._groups[case]]

    def next_case(self, cases: Collection[str] | None = None) -> str | None:
        """The question of these that tells most for what it takes to read, None where none tells enough."""
        gains = {case: self.gain(case) for case in self.open(cases)}
        best = max(gains, key=lambda case: gains[case] * _worth(case), default="")
        return best if best and gains[best] > LITTLE else None


def _worth(case: str) -> float:
    return 1.0 if is_short(case) or is_change(case) else WHOLE_CASE


def _entropy(shares: Sequence[float]) -> float:
    return -sum(share * log2(share) for share in shares if share > 0)


_SPREADS: dict[int, tuple[float, float, float, float]] = {}


def _spread(groups: int) -> tuple[float, float, float, float]:
    """How uncertain an answer is, in bits, for who holds a rule that does not show, one that does, an unknown
    rule, and for who is careless."""
    if groups not in _SPREADS:
        parts = max(1, groups)
        slip = [SLIP * share for share in SLIPPED]
        each = [slip[2] / parts] * groups
        keep = 1 - SLIP
        usual = [keep + slip[0], slip[1], *each]
        follower = [slip[0] + keep * (1 - FOLLOWS), slip[1], *each]
        if groups:
            follower[2] += keep * FOLLOWS
        others = [[a, b, *[c / parts] * groups] for a, b, c in (UNKNOWN, CARELESS)]
        _SPREADS[groups] = (
            _entropy(usual), _entropy(follower), _entropy(others[0]), _entropy(others[1])
        )  # fmt: skip
    return _SPREADS[groups]


# For the page


ALL_RIGHT = (
    "Every answer was right. These charts test only some of the usual mistakes; a few more test others."
)
REACH = "These charts test only some of the usual mistakes. Practice tests the rest."
NEAR = "; or it was something like it, for {answers} not fit"
FEW = 3  # charts that are named
CHOSEN = "Answers chosen from several do not tell a wrong rule from a guess. Typed ones can."


def follow(
    answers: Sequence[Mapping[str, Any]],
    bank: Sequence[Page],
    table: Table,
    asked: int = 0,
    most: int = AFTER_TEST,
    *,
    typed: bool = True,
    before: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """What answers to cases of the bank tell of wrong rules, and what to ask next.

    Answers that were chosen from several, not `typed`, tell nothing. `before` are the attempts kept earlier,
    as they were graded then: what was right there speaks against the rules that would have shown. Where those
    and the answers follow no rule, what was wrong there tells nothing.

    `asked` is how many of them were asked by this room already, of `most`. Only what the bank has is asked,
    and changes of it (see `changed`).
    Gives `rules`, that which may be named with those it cannot be told from; `says`, in words; `ask`, the
    next case or None; `further`, whether there is none only because `most` were asked;
    `could`, how many of the `of` wrong rules these charts could have shown twice, and `reach`, what to do
    about the others. Answers that cannot be read, and those to an earlier edition of a
    chart, tell nothing. Raises ValueError where `answers`, `bank` or `table` is something else.
    """
    if not isinstance(answers, list | tuple) or not isinstance(table, Mapping):
        raise ValueError("follow: expected answers, a bank and a table")
    pages = pages_of(bank)
    if not typed:
        none: dict[str, Any] = {"rules": [], "ask": None, "further": False, "could": 0, "reach": ""}
        return {**none, "says": CHOSEN, "of": len(MISCONCEPTIONS)}
    given = [each.get("case") for each in (*answers, *before) if isinstance(each, Mapping)]
    all_pages = pages | pages_of_changes(pages, given)
    now = [each for each in usable(answers, all_pages) if chart_of(each["case"]) in table]
    anew = {each["case"] for each in now}
    kept = [each for each in graded(before, all_pages) if each["case"] not in anew]
    kept = [each for each in kept if each.get("kind") != "choice"]
    tutor, astray = _taught(table, all_pages, kept, now), set()
    if tutor.fits_none:  # wrong answers may be given on purpose: then these are asked about by themselves
        astray = {each["case"] for each in kept if each["verdict"] != "correct"}  # and asked no second time
        tutor = _taught(table, all_pages, [each for each in kept if each["case"] not in astray], now)
    rules, could = tutor.named, tutor.could_show()
    following = None if tutor.stops(asked, AFTER_TEST) else tutor.next_case(pages.keys() - astray)
    ask = None if tutor.stops(asked, most) else following
    says = _says(tutor, rules, ask, asked)
    return {
        "rules": [MISCONCEPTIONS[rule].as_dict() for rule in rules],
        "says": says,
        "ask": ask,
        "further": asked >= most and ask is None and following is not None,
        "could": could,
        "of": len(tutor.rules),
        "reach": REACH if 0 < could < len(tutor.rules) and says != ALL_RIGHT else "",
    }


def _taught(
    table: Table,
    pages: Mapping[str, Page],
    kept: Sequence[Mapping[str, Any]],
    now: Sequence[Mapping[str, Any]],
) -> Tutor:
    """A tutor who knows what was kept, and these answers."""
    tutor = Tutor(table)
    for each in kept:
        _take(tutor, pages, each, each["verdict"])
    for each in now:
        _take(tutor, pages, each, _verdict(pages, each))
    return tutor


def _verdict(pages: Mapping[str, Page], given: Mapping[str, Any]) -> str:
    return graded_item(pages[given["case"]]).grade(given["answer"]).verdict


def _take(tutor: Tutor, pages: Mapping[str, Page], given: Mapping[str, Any], verdict: str) -> None:
    """Take one graded answer in; one that cannot be read tells nothing."""
    case = given["case"]
    if verdict in ("invalid", "blank"):
        return
    item = graded_item(pages[case])
    whole = row(item) if is_change(case) else None
    answers = tutor.table.get(case, {}) if whole is None else whole
    tutor.answered(case, verdict == "correct", told_apart(item, given["answer"], answers, tutor), whole)


def told_apart(item: Item, typed: str, answers: Row, tutor: Tutor) -> str:
    """An answer as the table writes it. Where the table has none such, since something else is off as well,
    but the verdict names a wrong rule: the answer of that rule. Of several it is the one that showed before.
    """
    text = as_written(typed)
    if text in answers:
        return text
    named = [m.id for m in item.grade(typed).counted]
    held = [rule for rule in named if tutor.shown(rule)] or named
    return next((each for each, rules in answers.items() if len(held) == 1 and held[0] in rules), text)


def as_written(text: str) -> str:
    """An answer as the table writes it."""
    answer = read(text)
    return "query" if answer.query else show(lines_of(plain(answer.claim)))


def _those(cases: Sequence[str]) -> str:
    """The answers to these questions, by the names of their charts, or how many, with the verb."""
    names = [_called(case) for case in cases]
    if len(names) > FEW:
        return f"{len(names)} other answers of yours do"
    return f"your answer{'s' * (len(names) > 1)} to {listed(names)} do{'es' * (len(names) == 1)}"


ONE_CHART = "One chart cannot tell a wrong rule from a slip"


def _fits(tutor: Tutor, last: Asked) -> str:
    """Which mistake a wrong answer fits."""
    fits = [MISCONCEPTIONS[rule].says for rule in tutor.rules if rule in last.rules]
    several = "more than one mistake" if fits else "no mistake that this book knows"
    return f"Your answer to {_called(last.case)} fits {fits[0] if len(fits) == 1 else several}"


def _before_a_chart(tutor: Tutor, ask: str) -> str:
    """Why a further chart is asked: to see the mistake again that the last wrong answer fits; or else what
    speaks against that one, and how many others it looks for."""
    last = next(each for each in reversed(tutor.asked) if not each.right)
    says, shows = _fits(tutor, last), rules_of(tutor.table.get(ask, {}))
    if last.rules & shows:
        return f"{says}. {ONE_CHART}; another one can."
    would = [
        each.case
        for each in tutor.asked
        if each.right and last.rules & rules_of(tutor.table.get(each.case, {}))
    ]
    charts = list(dict.fromkeys(map(_called, would)))
    if len(charts) >= CHARTS:
        told = f"{len(charts)} charts" if len(charts) > FEW else listed(charts)
        says = f"You were right on {told}, where the same mistake would have shown, so it was perhaps a slip"
    else:
        says += ", or was a slip"
    return f"{says}. The next chart looks for {many(len(shows), 'other usual mistake')}."


def _after_charts(tutor: Tutor) -> str:
    """What it comes to where nothing is named: what the last wrong answer fits, and whether all was right
    after it."""
    place = max(i for i, each in enumerate(tutor.asked) if not each.right)
    last, after = tutor.asked[place], tutor.asked[place + 1 :]
    if not after:
        return f"{_fits(tutor, last)}. {ONE_CHART}."
    return f"{_fits(tutor, last)}; what came after it was right. So far it looks like a slip."


def _called(case: str) -> str:
    """A question by the name of its chart."""
    return chart_of(case).replace("-", " ").capitalize()


def _says(tutor: Tutor, rules: Sequence[str], ask: str | None, asked: int) -> str:
    if rules:
        charts = tutor.shown(rules[0])
        which = "; or ".join(MISCONCEPTIONS[rule].says for rule in rules)
        off = tutor.against(rules[0])
        near = NEAR.format(answers=_those(off)) if off else ""
        return f"{charts} charts fit {which}{near}."
    if not tutor.asked:
        return "Nothing was answered, so there is no wrong rule to look for."
    if all(one.right for one in tutor.asked):
        return ALL_RIGHT if ask else "Every answer was right, so there is no wrong rule to look for."
    if ask:
        return _before_a_chart(tutor, ask)
    if (shown := tutor.likeliest) and tutor.shown(shown) >= CHARTS:
        fit = f"{tutor.shown(shown)} charts fit {MISCONCEPTIONS[shown].says}"
        return f"It is not clear: {fit}, and other answers of yours do not."
    if tutor.shares[-3] > SURE:
        return "Your answers fit no wrong rule that this book knows: these look like slips."
    if tutor.shares[-2] + tutor.shares[-1] > SURE:
        return "Your answers fit no wrong rule that this book knows."
    return _after_charts(tutor) if asked else "These answers do not tell."
