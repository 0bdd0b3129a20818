"""What a class got wrong, and why: every answer is graded again and counted by case, learner, wrong rule and
confidence.

    told = cohort(frame_of(read_folder("responses")[0]))
    told.cases, told.learners, told.wrong_rules

The frame is one of pandas, or of Dask where a class outgrows one machine; the call is the same. What is
counted adds up, so that a part of the learners can be counted alone. Only the first answer to a case that
could be read counts: later ones were given knowing the verdict.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from math import atanh, exp, log, sqrt, tanh
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pandas as pd

from casebook import files
from casebook.cases import library, load
from casebook.grading import Grade, expected
from casebook.grading.feedback import in_short
from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.practice.bank import Page
from casebook.practice.editions import read_edition
from casebook.practice.responses import Response, counted_as, first_answers
from casebook.practice.results import CONFIDENCE, Z, wilson

from .again import Gain, moved
from .beliefs import Bank
from .cells import safe

COLUMNS = ("learner", "case", "answer", "at", "confidence", "seconds", "hints")
NAMES = (
    "cases",
    "learners",
    "wrong_rules",
    "answers",
    "confidence",
    "weeks",
    "check",
    "second_votes",
)  # of the tables
ENOUGH = 8  # learners at least before a case's discrimination is put into words
EACH = 3  # who were right, and who were not, at least before that
GOOD = 0.7  # of the other cases right: a learner who knows the rules
APART = 0.3  # a correlation from which a case tells learners apart
NEXT = 3  # cases to try against a wrong rule
DIGITS = 3  # after the point, in CSV files
CHECK = 3  # questions at most to check a class with
SUMS = (
    "answered",
    "right",
    "score",
    "sure_wrong",
    "timed",
    "log_seconds",
    "strong",
    "strong_right",
    "n",
    "x",
    "y",
    "yy",
    "xy",
)
WORDS = (
    "learners",
    "right",
    "answered",
    "right_right",
    "right_answered",
    "answered_answered",
)  # sums of a word of confidence
VOTE = ("case", "room", "vote", "both", "gained", "lost", "stayed_right", "stayed_wrong", "missing")
WEEK = ("learner", "week", "answered", "wrong_rules", "right", "low", "high")


@dataclass(frozen=True, eq=False)
class Cohort:
    """A class in tables. Shares are of 1, intervals are of 95 % and in percent, times in seconds.

    - `cases`: how many were right, how well the case tells good students from others, how long it took,
    whether it misleads.
    - `learners`: how many were right, which wrong rules the answers show, which others show `once` or more
    without being steady, and how many answers no known rule gives.
    - `wrong_rules`: who holds each, in how many answers it shows, and which cases show it next.
    - `answers`: what was answered to each case, most frequent first, and what it amounts to.
    - `confidence`: how often each word of confidence was right. One learner's answers go together, and the
    intervals allow for it.
    - `weeks`: each learner's first tries on new charts, week by week (named by its Monday, by this machine's
    clock): which wrong rules they tell apart, and how many were right.
    - `check`: as few cases as can be, three at most, to ask the class next: which held rules each shows, and
    to how many of their holders it is new.
    - `second_votes`: where a room voted again on a case, how many went from not right to right and back among
    those who answered both votes, and how many did not vote again (`casebook.classroom.again`).
    - `left_out`: answers to cases that this bank has not, by case.
    - `earlier`: answers to earlier editions of cases, which are not graded, by case.
    """

    cases: pd.DataFrame
    learners: pd.DataFrame
    wrong_rules: pd.DataFrame
    answers: pd.DataFrame
    confidence: pd.DataFrame
    weeks: pd.DataFrame
    check: pd.DataFrame
    second_votes: pd.DataFrame
    left_out: pd.Series = field(repr=False)
    earlier: pd.Series = field(repr=False)

    def to_csv(self, folder: str | Path) -> list[Path]:
        """Every table as a file in a folder, which is made, all or none; their paths. Raises OSError."""
        return files.write_all({Path(folder, name): text for name, text in self.csv().items()})

    def csv(self) -> dict[str, str]:
        """Every table as the text of a CSV file, by its name. A cell that a spreadsheet would run is made
        text."""
        return {
            f"{name}.csv": getattr(self, name)
            .reset_index()
            .map(_cell)
            .to_csv(index=False, lineterminator="\n")
            for name in NAMES
        }


def frame_of(responses: Iterable[Response]) -> pd.DataFrame:
    """Responses as a table, a row each."""
    rows = [each.as_dict() for each in responses]
    texts = dict.fromkeys(("learner", "case", "answer", "confidence", "edition", "test"), "string")
    numbers = dict.fromkeys(("at", "seconds", "hints", "turn"), "float64")
    return pd.DataFrame(rows, columns=[*COLUMNS, "edition", "test", "turn"]).astype(texts | numbers)


def shipped() -> list[Page]:
    """The pages of every case of this casebook."""
    return [load(path).page() for path in library()]


def cohort(
    frame: Any, pages: Sequence[Page] | None = None, progress: Callable[[Iterable[Any]], Iterable[Any]] = iter
) -> Cohort:
    """A class in tables, from a frame with the columns of `COLUMNS`, pandas's or Dask's; `pages` are its
    cases, else the shipped ones.

    `progress` wraps the walks over cases and learners, as tqdm does. Raises ValueError where a column is
    missing or a case cannot be graded.
    """
    if missing := [name for name in COLUMNS if name not in frame.columns]:
        raise ValueError(
            f"the table lacks {', '.join(missing)}; casebook.classroom.frame_of makes one from responses"
        )
    bank = json.dumps(shipped() if pages is None else list(pages))
    if hasattr(frame, "to_delayed"):  # Dask's; each learner's answers must be together
        from dask.base import compute
        from dask.delayed import delayed

        count, text = delayed(_count), delayed(bank)
        parts = compute(*[count(part, text) for part in frame.shuffle("learner").to_delayed()])
    else:
        parts = (_count(frame, bank, progress),)
    return _together(parts, _bank(bank))


# Counting


@dataclass(frozen=True, eq=False)
class _Part:
    """What some of the learners come to; two parts add up."""

    learners: list[dict[str, Any]]
    cases: dict[str, dict[str, float]]
    answers: dict[tuple[str, str], int]
    shown: dict[tuple[str, str], int]
    confidence: dict[str, dict[str, float]]
    weeks: list[dict[str, Any]]
    moved: dict[tuple[str, str, int, str], int]  # case, room, vote and how somebody moved
    left_out: dict[str, int]
    earlier: dict[str, int]


@lru_cache(maxsize=4)
def _bank(pages: str) -> Bank:
    return Bank.of(json.loads(pages))


def _count(
    frame: pd.DataFrame, pages: str, progress: Callable[[Iterable[Any]], Iterable[Any]] = iter
) -> _Part:
    """What the learners of a frame come to. A learner's rows must all be in it."""
    bank = _bank(pages)
    bank.prepare(progress)
    part = _Part([], {}, {}, {}, {}, [], {}, {}, {})
    groups = list(frame.groupby("learner", sort=True))
    for learner, rows in progress(groups):
        responses = [
            Response(
                str(learner),
                _case(str(row.case), bank),
                "" if pd.isna(row.answer) else str(row.answer),
                _known(row.at),
                _word(row.confidence),
                _known(row.seconds),
                test=_text(getattr(row, "test", None)),
                edition=read_edition(getattr(row, "edition", None)),
                turn=_whole(getattr(row, "turn", None)),
            )
            for row in rows.itertuples()
        ]
        _learner(part, bank, str(learner), responses)
    return part


def _known(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _word(value: Any) -> str | None:
    return None if pd.isna(value) or value not in CONFIDENCE else str(value)


def _learner(part: _Part, bank: Bank, learner: str, responses: list[Response]) -> None:
    mine: list[Response] = []
    unread = 0
    for each in responses:
        if each.case not in bank.items:
            part.left_out[each.case] = part.left_out.get(each.case, 0) + 1
        elif bank.to_earlier(each.case, each.edition):
            part.earlier[each.case] = part.earlier.get(each.case, 0) + 1
        elif bank.items[each.case].grade(each.answer).verdict in ("invalid", "blank"):
            unread += 1
        else:
            mine.append(each)
    _votes(part, bank, mine)
    mine = first_answers(mine)
    grades = {each.case: bank.items[each.case].grade(each.answer) for each in mine}
    right = sum(grade.verdict == "correct" for grade in grades.values())
    sure = [grades[each.case].verdict == "correct" for each in mine if each.confidence == "sure"]
    profile = bank.profile({each.case: each.answer for each in mine})
    low, high = wilson(right, len(mine))
    part.learners.append(
        {
            "learner": learner,
            "answered": len(mine),
            "right": right,
            "low": low,
            "high": high,
            "sure": len(sure),
            "sure_wrong": len(sure) - sum(sure),
            "seconds": sum(each.seconds or 0.0 for each in mine),
            "holds": [b.id for b in profile.held],
            "or": {b.id: list(b.alike) for b in profile.beliefs if b.alike},
            "perhaps": [b.id for b in profile.beliefs if not b.held],
            "once": _shown(grades.values(), {id for b in profile.beliefs for id in (b.id, *b.alike)}),
            "unexplained": list(profile.unexplained),
            "unread": unread,
            "done": sorted(grades),
        }
    )
    for word in CONFIDENCE:
        told = [grades[each.case].verdict == "correct" for each in mine if each.confidence == word]
        if told:
            good, of = sum(told), len(told)
            _add(
                part.confidence.setdefault(word, dict.fromkeys(WORDS, 0.0)),
                zip(WORDS, (1, good, of, good * good, good * of, of * of), strict=True),
            )
    part.weeks.extend(_weeks(learner, mine, grades))
    for each in mine:
        _answer(part, bank, each, grades[each.case], right, len(mine))


def _shown(grades: Iterable[Grade], besides: Collection[str] = ()) -> dict[str, int]:
    """The wrong rules that answers tell apart, the most frequent first, `besides` those known already."""
    shown = Counter(m.id for grade in grades for m in grade.counted if m.id not in besides)
    return dict(shown.most_common())


def _votes(part: _Part, bank: Bank, mine: Sequence[Response]) -> None:
    """How a learner moved from each vote of a room on a case to the next."""
    given = {(each.case, each.test, each.turn): each.answer for each in mine if each.test and each.turn}
    for (case, room, turn), answer in given.items():
        if room and turn:
            kind = moved(answer, given.get((case, room, turn + 1), ""), _right_in(bank, case))
            key = (case, room, turn + 1, kind)
            part.moved[key] = part.moved.get(key, 0) + 1


def _right_in(bank: Bank, case: str) -> Callable[[str], bool]:
    return lambda answer: bank.items[case].grade(answer).verdict == "correct"


def _weeks(learner: str, mine: Sequence[Response], grades: Mapping[str, Grade]) -> Iterator[dict[str, Any]]:
    """What a learner's first tries come to, week by week; those without a date come last."""
    by_week: dict[str, list[Grade]] = {}
    for each in mine:
        by_week.setdefault(_monday(each.at), []).append(grades[each.case])
    for week in sorted(by_week, key=lambda week: (not week, week)):
        given = by_week[week]
        right = sum(grade.verdict == "correct" for grade in given)
        low, high = wilson(right, len(given))
        told = (learner, week, len(given), _shown(given), right, low, high)
        yield dict(zip(WEEK, told, strict=True))


def _monday(at: float | None) -> str:
    """The Monday of a moment's week; "" where none is told, or no calendar has it."""
    if not at:
        return ""
    try:
        day = datetime.fromtimestamp(at / 1000).date()
    except (ValueError, OverflowError, OSError):
        return ""
    return str(day - timedelta(days=day.weekday()))


def _answer(part: _Part, bank: Bank, each: Response, grade: Any, right: int, of: int) -> None:
    good = grade.verdict == "correct"
    sums = part.cases.setdefault(each.case, dict.fromkeys(SUMS, 0.0))
    sums["answered"] += 1
    sums["right"] += good
    sums["score"] += grade.score
    sums["sure_wrong"] += each.confidence == "sure" and not good
    if each.seconds:
        sums["timed"] += 1
        sums["log_seconds"] += log(each.seconds)
    if of > 1:
        rest = (right - good) / (of - 1)  # how the learner did on the other cases
        sums["strong"] += rest >= GOOD
        sums["strong_right"] += good and rest >= GOOD
        _add(sums, (("n", 1.0), ("x", good), ("y", rest), ("yy", rest * rest), ("xy", good * rest)))
    told = (each.case, counted_as(each.answer))
    part.answers[told] = part.answers.get(told, 0) + 1
    for m in grade.misconceptions:
        part.shown[each.case, m.id] = part.shown.get((each.case, m.id), 0) + 1


def _add(sums: dict[str, float], more: Iterable[tuple[str, float]]) -> None:
    for name, value in more:
        sums[name] += value


def _case(name: str, bank: Bank) -> str:
    """The case that a name means, which somebody may have typed: `Oak` and `oak.md` are `oak`."""
    plain = re.sub(r"\.(md|ya?ml)$", "", name.strip().lower())
    return name if name in bank.items or plain not in bank.items else plain


# Adding up


def _together(parts: Sequence[_Part], bank: Bank) -> Cohort:
    learners = sorted((row for part in parts for row in part.learners), key=lambda row: row["learner"])
    cases: dict[str, dict[str, float]] = {}
    for part in parts:
        for case, sums in part.cases.items():
            _add(cases.setdefault(case, dict.fromkeys(SUMS, 0.0)), sums.items())
    answers, shown, moves, left_out, earlier = (
        _added(getattr(part, name) for part in parts)
        for name in ("answers", "shown", "moved", "left_out", "earlier")
    )
    return Cohort(
        cases=_cases(cases, shown, bank),
        learners=pd.DataFrame(learners, columns=_LEARNER).set_index("learner"),
        wrong_rules=_wrong_rules(learners, shown, bank),
        answers=_answers(answers, bank),
        confidence=_confidence(parts),
        weeks=pd.DataFrame(
            sorted((row for part in parts for row in part.weeks), key=lambda row: row["learner"]),
            columns=WEEK,
        ).set_index("learner"),
        check=_check(learners, bank),
        second_votes=_second_votes(moves),
        left_out=_by_case(left_out),
        earlier=_by_case(earlier),
    )


def _second_votes(moves: Mapping[tuple[str, str, int, str], int]) -> pd.DataFrame:
    """A row for each vote that somebody had answered the vote before as well."""
    found: dict[tuple[str, str, int], dict[str, int]] = {}
    for (case, room, turn, kind), people in moves.items():
        found.setdefault((case, room, turn), {})[kind] = people
    gains = {vote: Gain(**kinds) for vote, kinds in found.items()}
    rows = [
        {"case": case, "room": room, "vote": turn, "both": gain.both, **asdict(gain)}
        for (case, room, turn), gain in sorted(gains.items())
        if gain.both
    ]
    return pd.DataFrame(rows, columns=VOTE).set_index("case")


def _by_case(counts: Mapping[str, int]) -> pd.Series:
    return pd.Series(counts, name="answers", dtype="int64").rename_axis("case").sort_index()


_LEARNER = [
    "learner",
    "answered",
    "right",
    "low",
    "high",
    "sure",
    "sure_wrong",
    "seconds",
    "holds",
    "or",
    "perhaps",
    "once",
    "unexplained",
    "unread",
    "done",
]


def _added(counts: Iterable[Mapping[Any, int]]) -> dict[Any, int]:
    total: dict[Any, int] = {}
    for each in counts:
        for key, number in each.items():
            total[key] = total.get(key, 0) + number
    return total


def _cases(
    cases: Mapping[str, Mapping[str, float]], shown: Mapping[tuple[str, str], int], bank: Bank
) -> pd.DataFrame:
    rows = []
    for case in bank.items:
        if case not in cases:
            continue
        s = cases[case]
        of, right = int(s["answered"]), int(s["right"])
        low, high = wilson(right, of)
        tells, tells_low, tells_high = discrimination(s)
        reads = discrimination_in_words(s, len(cases))
        most = max(((n, id) for (c, id), n in shown.items() if c == case), default=(0, ""))
        rows.append(
            {
                "case": case,
                "answered": of,
                "right": right,
                "facility": right / of,
                "low": low,
                "high": high,
                "score": s["score"] / of,
                "discrimination": tells,
                "tells_low": tells_low,
                "tells_high": tells_high,
                "reads": reads,
                "strong": int(s["strong"]),
                "strong_right": int(s["strong_right"]),
                "sure_wrong": int(s["sure_wrong"]),
                "seconds": exp(s["log_seconds"] / s["timed"]) if s["timed"] else None,
                "most_shown": most[1],
                "shown": most[0],
            }
        )
    names = [
        "case",
        "answered",
        "right",
        "facility",
        "low",
        "high",
        "score",
        "discrimination",
        "tells_low",
        "tells_high",
        "reads",
        "strong",
        "strong_right",
        "sure_wrong",
        "seconds",
        "most_shown",
        "shown",
    ]
    return pd.DataFrame(rows, columns=names).set_index("case").sort_values(["high", "facility", "case"])


def discrimination(
    sums: Mapping[str, float], z: float = Z
) -> tuple[float | None, float | None, float | None]:
    """How well a case tells learners apart: the correlation of being right here with being right elsewhere,
    and its interval by Fisher's z.

    None where all or nobody were right, or all did alike elsewhere: then nothing can be told.
    """
    n, x, y = sums["n"], sums["x"], sums["y"]
    across, down = n * x - x * x, n * sums["yy"] - y * y
    if n < 4 or across <= 1e-9 or down <= 1e-9:
        return None, None, None
    r = max(-0.999, min(0.999, (n * sums["xy"] - x * y) / sqrt(across * down)))
    reach = z / sqrt(n - 3)
    return r, tanh(atanh(r) - reach), tanh(atanh(r) + reach)


def discrimination_in_words(sums: Mapping[str, float], cases: int) -> str:
    """A case's discrimination in words, which say no more than its interval does.

    Among many cases some look odd by chance. What is said without *perhaps* holds with the interval widened
    to 99 % for so many `cases` together (Bonferroni; not 95 %, since Fisher's z is too narrow so far out for
    a dozen learners).
    """
    tells, low, high = discrimination(sums)
    if sums["n"] < ENOUGH:
        return "too few to say"
    if sums["x"] in (0, sums["n"]):
        return "all alike"
    if tells is None or low is None or high is None:
        return "cannot be told"  # whoever answered did alike elsewhere
    if not EACH <= sums["x"] <= sums["n"] - EACH:
        return "too few to say"
    _, surely_low, surely_high = discrimination(sums, NormalDist().inv_cdf(1 - 0.005 / max(1, cases)))
    if high < 0:
        return (
            "misleads good students"
            if surely_high is not None and surely_high < 0
            else "perhaps misleads good students"
        )
    if low > 0:
        return "tells well" if surely_low is not None and surely_low > 0 else "perhaps tells well"
    return "tells little" if high < APART else "cannot be told yet"


def _wrong_rules(
    learners: Sequence[Mapping[str, Any]], shown: Mapping[tuple[str, str], int], bank: Bank
) -> pd.DataFrame:
    rows = []
    answers = _added({id: n} for (_, id), n in shown.items())
    for id, m in MISCONCEPTIONS.items():
        holding = [row for row in learners if id in row["holds"]]
        doubtful = [row for row in learners if id in row["perhaps"]]
        holders, perhaps = ([row["learner"] for row in rows] for rows in (holding, doubtful))
        if not answers.get(id) and not holders and not perhaps:
            continue
        met = {case for case, wrong in shown if wrong == id}
        telling = bank.shows[id]
        done = [row["done"] for row in holding or doubtful or learners]  # of those who should try again
        fresh = [case for case in bank.items if case in telling and not all(case in each for each in done)]
        rows.append(
            {
                "wrong_rule": id,
                "says": m.says,
                "correction": m.correction,
                "held_by": len(holders),
                "perhaps_by": len(perhaps),
                "answers": answers.get(id, 0),
                "learners": holders,
                "cases": sorted(met),
                "next_cases": sorted(fresh, key=lambda case: sum(case in each for each in done))[:NEXT],
            }
        )
    names = [
        "wrong_rule",
        "says",
        "correction",
        "held_by",
        "perhaps_by",
        "answers",
        "learners",
        "cases",
        "next_cases",
    ]
    table = pd.DataFrame(rows, columns=names).set_index("wrong_rule")
    return table.sort_values(
        ["held_by", "perhaps_by", "answers", "wrong_rule"], ascending=[False, False, False, True]
    )


def _check(learners: Sequence[Mapping[str, Any]], bank: Bank) -> pd.DataFrame:
    """The few cases that show most of what the class holds to those who hold it: each time the one that adds
    most learners, until none adds any."""
    new = {
        case: {
            id: number
            for id in MISCONCEPTIONS
            if case in bank.shows[id]
            and (number := sum(id in row["holds"] and case not in row["done"] for row in learners))
        }
        for case in bank.items
    }
    reached: dict[str, int] = {}
    rows: list[dict[str, Any]] = []

    def added(case: str) -> int:
        return sum(max(0, number - reached.get(id, 0)) for id, number in new[case].items())

    while len(rows) < CHECK and (case := max(new, key=added, default="")) and added(case):
        told = [id for id, number in new[case].items() if number > reached.get(id, 0)]
        rows.append({"case": case, "wrong_rules": told, "learners": max(new[case][id] for id in told)})
        reached |= {id: new[case][id] for id in told}
    return pd.DataFrame(rows, columns=["case", "wrong_rules", "learners"]).set_index("case")


def _answers(answers: Mapping[tuple[str, str], int], bank: Bank) -> pd.DataFrame:
    rows = []
    for (case, text), number in answers.items():
        item = bank.items[case]
        grade = item.grade(text)
        found = grade.misconceptions
        told = "accepted" if grade.verdict == "correct" else in_short(grade)
        row = {
            "case": case,
            "answer": text,
            "number": number,
            "verdict": grade.verdict,
            "amounts_to": told or "no known rule",
        }
        rows.append(row | {"wrong_rules": [m.id for m in found], "expected": expected(item)})
    names = ["case", "answer", "number", "verdict", "amounts_to", "wrong_rules", "expected"]
    return (
        pd.DataFrame(rows, columns=names)
        .sort_values(["case", "number", "answer"], ascending=[True, False, True])
        .set_index("case")
    )


def _confidence(parts: Sequence[_Part]) -> pd.DataFrame:
    rows = []
    for word in CONFIDENCE:
        sums = dict.fromkeys(WORDS, 0.0)
        for part in parts:
            _add(sums, part.confidence.get(word, {}).items())
        right, of, learners = (int(sums[name]) for name in ("right", "answered", "learners"))
        low, high = clustered(sums)
        share = right / of if of else None
        rows.append(
            {
                "confidence": word,
                "right": right,
                "answered": of,
                "learners": learners,
                "share": share,
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(rows).set_index("confidence")


def clustered(sums: Mapping[str, float]) -> tuple[int, int]:
    """The 95 % interval of a share whose answers come several from one learner, in whole percent.

    Wilson's, with as many answers as would vary so much if each came from another learner: the variance is
    that of a ratio over learners (Cochran, Sampling Techniques, 3rd ed., 1977, chapter 9). Where it cannot be
    told, there are as many answers as learners.
    """
    learners, right, of = sums["learners"], sums["right"], sums["answered"]
    if not of:
        return wilson(0, 0)
    share = right / of
    spread = (
        sums["right_right"] - 2 * share * sums["right_answered"] + share * share * sums["answered_answered"]
    )
    if learners < 2 or right in (0, of):
        return wilson(share * learners, learners)
    varies = learners / (learners - 1) * max(spread, 0.0) / of**2
    worth = max(1.0, min(share * (1 - share) / varies, of)) if varies > 0 else of
    return wilson(share * worth, worth)


def _cell(value: Any) -> Any:
    """A cell of a CSV file: lists as words, a number with as many digits as mean something."""
    if isinstance(value, list):
        value = ", ".join(value)
    if isinstance(value, dict):
        value = "; ".join(
            f"{key}: {', '.join(told) if isinstance(told, list) else told}" for key, told in value.items()
        )
    return safe(round(value, DIGITS) if isinstance(value, float) else value)
