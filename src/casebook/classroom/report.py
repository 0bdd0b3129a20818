"""The class report: one HTML file that stands alone, made from the tables of a cohort.

What learners typed reaches it as text alone: the template escapes everything that it is given, and it holds
no script.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from casebook.grading.misconceptions import MISCONCEPTIONS
from casebook.practice.responses import Fault

from .tables import WORDS, Cohort, clustered
from .templates import environment

MOST = 12  # rows of a plot
LETTERS = 12  # points: readable from the last row
DARK, PALE = "#1d4f5c", "#8aa9b0"
STEADY: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "casebook", "font.family": "sans-serif"}


@dataclass(frozen=True, repr=False)
class Plot:
    """A picture and the same in words."""

    svg: Markup
    says: str

    def __repr__(self) -> str:
        return textwrap.fill(self.says, 100)

    def _repr_html_(self) -> str:
        return str(Markup('<figure role="img" aria-label="{}">{}</figure>').format(self.says, self.svg))


def report(told: Cohort, faults: Sequence[Fault] = (), title: str = "Class report") -> str:
    """The report as HTML. `faults` are what of the response files could not be used."""
    page = environment("class_report.html")
    page.filters |= {"time": _time, "capital": _capital}
    learners = told.learners
    answers = int(told.cases["answered"].sum())
    return page.get_template("class_report.html").render(
        title=title,
        learners=_rows(learners),
        cases=_rows(told.cases),
        wrong_rules=_rows(told.wrong_rules),
        check=_rows(told.check),
        confidence=_rows(told.confidence[told.confidence["answered"] > 0]),
        common={
            case: _rows(rows[rows["verdict"] != "correct"].head(3))
            for case, rows in told.answers.groupby(level=0, sort=False)
        },
        misleading=_rows(told.cases[told.cases["reads"].str.contains("misleads")]),
        strangers=_rows(learners[learners["unexplained"].map(len) > 0]),
        left_out=list(told.left_out.items()),
        earlier=list(told.earlier.items()),
        faults=[str(fault) for fault in faults],
        answers=answers,
        weeks=_rows(told.weeks) if told.weeks["week"].nunique() > 1 else [],
        overall=overall(told),
        seconds=float(learners["seconds"].sum()),
        held=plot_wrong_rules(told.wrong_rules),
        votes=_rows(told.second_votes),
        facility=plot_cases(told.cases),
        words={id: m.says for id, m in MISCONCEPTIONS.items()},
    )


def overall(told: Cohort) -> dict[str, int]:
    """How many first answers were right, in whole percent too, with a 95 % interval that allows for a
    learner's answers going together."""
    right, of = told.learners["right"], told.learners["answered"]
    sums = (len(of[of > 0]), right.sum(), of.sum(), (right**2).sum(), (right * of).sum(), (of**2).sum())
    low, high = clustered(dict(zip(WORDS, map(float, sums), strict=True)))
    percent = round(100 * right.sum() / of.sum()) if of.sum() else 0
    return {"right": int(right.sum()), "of": int(of.sum()), "percent": percent, "low": low, "high": high}


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table with what is missing as None."""
    rows: list[dict[str, Any]] = table.reset_index().to_dict("records")
    return [
        {key: None if isinstance(value, float) and value != value else value for key, value in row.items()}
        for row in rows
    ]


def _time(seconds: float | None) -> str:
    """Seconds in words."""
    if seconds is None:
        return "not known"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


# Plots


def plot_wrong_rules(table: pd.DataFrame) -> Plot | None:
    """How many learners hold each wrong rule; None where nobody does."""
    held = table[table["held_by"] > 0].head(MOST)
    if held.empty:
        return None
    figure = Figure(figsize=(8, 0.6 + 0.42 * len(held)), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh(list(held.index), list(held["held_by"]), color=DARK, height=0.6)
    axes.bar_label(bars, padding=4, fontsize=LETTERS)
    axes.invert_yaxis()
    axes.set_xlabel("learners whose answers show it")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _plain(axes)
    says = "; ".join(f"{id}: {n}" for id, n in held["held_by"].items())
    return Plot(_svg(figure), f"Bars of how many learners hold each wrong rule. {says}.")


def plot_cases(table: pd.DataFrame) -> Plot | None:
    """The share that was right in each case with its interval, the hardest first; None where there are
    none."""
    rows = table.head(2 * MOST)
    if rows.empty:
        return None
    figure = Figure(figsize=(8, 0.8 + 0.28 * len(rows)), layout="constrained")
    axes = figure.subplots()
    # A name in dollar signs would be read as a formula.
    names, share = [str(name).replace("$", r"\$") for name in rows.index], rows["facility"] * 100
    axes.hlines(names, rows["low"], rows["high"], color=PALE, linewidth=5)
    axes.plot(share, names, "o", color=DARK)
    axes.set_xlim(0, 100)
    axes.invert_yaxis()
    axes.set_xlabel("right at the first answer, percent, with the 95 % interval")
    _plain(axes)
    says = "; ".join(f"{case} {value:.0f}" for case, value in share.items())
    return Plot(
        _svg(figure),
        f"A point for each case, the hardest first, with a bar for its interval. Percent right: {says}.",
    )


def _plain(axes: Any) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False, labelsize=LETTERS)
    axes.xaxis.label.set_size(LETTERS)
    axes.margins(x=0.1)


def _svg(figure: Figure) -> Markup:
    """A figure as SVG that is the same at every run; its words are text, which the writer of SVG escapes."""
    out = io.StringIO()
    with mpl.rc_context(STEADY):
        figure.savefig(out, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    svg = out.getvalue()
    return Markup(re.sub(r"^.*?(?=<svg )", "", svg, flags=re.DOTALL))
