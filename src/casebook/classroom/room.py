"""A class in one room, from a notebook: show a chart large, count the room's answers, and only then say what
each amounts to.

    room = Room(["alder", "birch"], folder="responses")
    room.chart()                                     # large enough for the last row
    room.open(lan=True)                              # phones answer, and a panel counts
    room.hands({"44120; 44121": 9, "44120 x2": 4})   # or shows of hands
    room.answers("44120\\nquery\\n44120; 44121")       # or a column of answers, pasted
    room.collect()                                   # or the files dropped in the folder
    room.reveal()                                    # what each answer amounts to
    room.bars()                                      # by wrong rule
    room.draw("44120 x2")                            # the bowel, beside the one that would make it right
    room.next()

What these give reads as plain text too. `room.panel()` is the same with buttons.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets
from IPython.display import display

from casebook.cases import Case, load
from casebook.coding.typed import read
from casebook.grading import Grade, expected
from casebook.grading.feedback import headline, in_short, slips, unasked
from casebook.practice.responses import counted_as, first_answers, read_folder
from casebook.quiz.chart import chart_html
from casebook.quiz.widget import Drawing, Quiz, Worked

if TYPE_CHECKING:
    from .phones.opened import Opened

STYLE = """<style>
.casebook-room {
  font-size: clamp(1rem, .8rem + 1.2vw, 1.6rem); line-height: 1.5; max-width: 60rem; overflow-wrap: anywhere;
}
.casebook-room h2 { line-height: 1.25; }
.casebook-room table { font-size: .9em; line-height: 1.35; border-collapse: collapse; }
.casebook-room table tr :is(td, th) { text-align: left !important; padding: .3em .5em; vertical-align: top; }
.casebook-room table tr th { overflow-wrap: normal; }
.casebook-room table tr th.whole { white-space: nowrap; }
.casebook-room table tr .n {
  text-align: right !important; white-space: nowrap; font-variant-numeric: tabular-nums;
}
.casebook-room .bar { display: inline-block; height: .8em; background: currentColor; }
</style>"""
LARGE = """<style>
.jp-Notebook { --jp-content-font-size1: 20px; --jp-code-font-size: 19px; --jp-cell-prompt-width: 92px; }
.jp-Notebook .jupyter-widgets :is(select, textarea, label), .jp-Notebook .jupyter-button {
  font-size: 19px; height: auto; width: auto; line-height: 1.6;
}
.jp-Notebook .jp-RenderedHTMLCommon table:not(.casebook-bars) { font-size: 19px; }
.jp-Notebook .jp-RenderedText pre { word-break: normal; overflow-wrap: anywhere; }
.jp-Notebook .casebook-quiz { zoom: 1.25; }
.jp-Notebook .casebook-quiz code { font-size: .95em; }
.jp-Notebook figure svg { width: 100%; max-width: 60rem; height: auto; }
.jp-Notebook figcaption { font-size: 20px; }
.jp-Notebook .casebook-pictures {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 38rem), 1fr));
}
</style>"""
WIDEST = 24  # of a bar, in characters' widths
SHORT = 24  # characters of an answer that stands on one line
UNREADABLE = "not readable"


@dataclass(frozen=True, repr=False)
class Shown:
    """Words and the same as HTML, large."""

    words: str
    html: str = field(repr=False)

    def __repr__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        return f'{STYLE}<div class="casebook-room">{self.html}</div>'


class Room:
    """The cases of a lesson, and the answers of the room to the one that is shown.

    Raises CaseError for an unknown case.
    """

    def __init__(self, cases: Sequence[str | Path], folder: str | Path | None = None) -> None:
        self.cases: list[Case] = [load(case) for case in cases]
        if not self.cases:
            raise ValueError("a lesson needs at least one case")
        self.folder = folder
        self.counts: dict[str, dict[str, int]] = {case.id: {} for case in self.cases}
        self._from_files: set[str] = set()  # cases whose answers were counted from files
        self._at = 0
        self._live: Opened | None = None
        self._moved: list[Callable[[], None]] = []  # what follows the case that is shown

    @property
    def case(self) -> Case:
        """The case that is shown."""
        return self.cases[self._live.votes.now.at if self._live else self._at]

    def chart(self) -> Shown:
        """The chart, large, without the marks that say which words decide."""
        title = self.case.title
        return Shown(title, f"<h2>{escape(title)}</h2>{chart_html(self.case, ids=False).html}")

    def hands(self, counts: Mapping[str, int]) -> Shown:
        """Count a show of hands: so many for each answer. An answer counted before is counted anew; what was
        counted from files is dropped.

        Raises ValueError for what is no count.
        """
        told: Counter[str] = Counter()  # one claim may be typed in two ways
        if not isinstance(counts, Mapping):
            raise ValueError(
                'hands: expected how many for each answer, such as {"44120; 44121": 9, "44120": 4}'
            )
        for text, number in counts.items():
            if type(number) is not int or number < 0:
                raise ValueError(f"{text}: expected how many hands, such as 7")
            told[_told(str(text))] += number
        if self.case.id in self._from_files:
            self._mine.clear()  # files and hands are the same people
        self._from_files.discard(self.case.id)
        self._mine.update(told)
        return self.tally()

    def answers(self, text: str) -> Shown:
        """Count a pasted column of answers, one a line, each of one person; they replace what was counted
        before. An answer that cannot be read is counted as such."""
        self._mine.clear()
        self._from_files.discard(self.case.id)
        self._mine.update(Counter(_told(line) for line in text.splitlines() if line.strip()))
        return self.tally()

    def open(self, file: str | Path | None = None, *, lan: bool = False, port: int = 0) -> Opened:
        """Let phones answer from now on; what they say is counted in the place of hands. `file` keeps the
        votes, and goes on with them where it holds some; else they last as long as this room. With `lan` the
        phones of this network may come in.

        Raises CommandError where the file or the port cannot be had.
        """
        from .phones.opened import Opened

        if self._live is not None:
            self._live.close()
            self._live = None  # also where no other one can be opened
        kept = Path(file) if file else Path(tempfile.mkdtemp(prefix="casebook-")) / "votes.sqlite3"
        self._live = Opened(self.cases, kept, lan=lan, port=port).start()
        return self._live

    def collect(self) -> Shown:
        """Count the answers to this case in the files of the folder, one for each learner; they replace what
        was counted before."""
        if self.folder is None:
            raise ValueError("say where the files are: Room([...], folder='responses')")
        responses, faults = read_folder(self.folder)
        self._mine.clear()
        self._from_files.add(self.case.id)
        for each in first_answers([r for r in responses if r.case == self.case.id]):
            self._mine[_told(each.answer)] = self._mine.get(_told(each.answer), 0) + 1
        told = self.tally()
        return Shown(
            "\n".join((told.words, *map(str, faults))),
            told.html + "".join(f"<p>{escape(str(f))}</p>" for f in faults),
        )

    def tally(self) -> Shown:
        """How many gave which answer; nothing of what is right."""
        rows = [(text, number, "") for text, number in self._sorted]
        return _bars(rows, "Nobody has answered yet.")

    def reveal(self) -> Shown:
        """The same with what each answer amounts to, and what is expected."""
        rows = []
        for text, number in self._sorted:
            grade = self.case.item.grade("" if text == UNREADABLE else text)
            told = _verdict(grade) if text != UNREADABLE else "no claim that can be read"
            rows.append((text, number, told))
        shown = _bars(rows, "Nobody has answered yet.")
        right = expected(self.case.item)
        return Shown(
            f"Expected: {right}\n{shown.words}",
            f"<p>Expected: <strong>{escape(right)}</strong></p>{shown.html}",
        )

    def bars(self) -> Shown:
        """How many people's answers each wrong rule gives, each person once: rules that give the same answer
        share a bar."""
        counts: dict[str, int] = {}
        for text, number in self._sorted:
            grade = self.case.item.grade("" if text == UNREADABLE else text)
            if name := _behind(grade) or ("no known rule" if grade.verdict in ("partly", "wrong") else ""):
                counts[name] = counts.get(name, 0) + number
        rows = sorted(
            ((name, number, "") for name, number in counts.items()), key=lambda row: (-row[1], row[0])
        )
        return _bars(rows, "No wrong rule shows in these answers.")

    def draw(self, answer: str | None = None) -> Drawing:
        """The bowel as operated, and the bowel that would make an answer right: the one that is given, else
        the room's commonest that is not."""
        answer = answer or next((text for text, _ in self._sorted if not self._right(text)), None)
        return Quiz(self.case.path).draw(answer)

    def explain(self) -> Worked:
        """The worked answer."""
        return Quiz(self.case.path).explain()

    def next(self) -> Shown:
        """Go on to the next case, and show its chart; at the end it stays with the last one."""
        self._go(min(self.cases.index(self.case) + 1, len(self.cases) - 1))
        return self.chart()

    def _right(self, text: str) -> bool:
        return text == UNREADABLE or self.case.item.grade(text).verdict == "correct"

    def _go(self, to: int) -> None:
        self._at = to
        if self._live:
            self._live.pages.act(f"go {to}")
        for follow in self._moved:
            follow()

    def panel(self) -> ipywidgets.Widget:
        """Buttons for the same: choose a case, count, reveal, draw."""
        return _panel(self)

    @property
    def _mine(self) -> dict[str, int]:
        return self.counts[self.case.id]

    @property
    def _sorted(self) -> list[tuple[str, int]]:
        counts: Counter[str] = Counter(self._mine)
        if self._live:
            now = self._live.votes.now
            for text, number in self._live.votes.counts(now.at, now.turn).items():
                counts[_told(text)] += number
        return sorted(
            ((text, number) for text, number in counts.items() if number),
            key=lambda row: (-row[1], row[0]),
        )


def projector() -> Shown:
    """Type that the last row can read, for the whole notebook in JupyterLab, as long as this output
    stands."""
    return Shown("Large type for a projector is on.", f"{LARGE}<p>Large type for a projector is on.</p>")


def read_hands(text: str) -> dict[str, int]:
    """Shows of hands as typed, a line each: `44120; 44121 = 7`.

    Raises ValueError with the line that cannot be read.
    """
    found: dict[str, int] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        answer, equals, number = line.rpartition("=")
        if not equals or not number.strip().isdecimal() or len(number.strip()) > 6:
            raise ValueError(f"{line[:60]}: write an answer, =, and how many hands, such as 44120; 44121 = 7")
        found[answer.strip()] = found.get(answer.strip(), 0) + int(number)
    return found


def _told(text: str) -> str:
    answer = read(text)
    return UNREADABLE if answer.error or answer.blank else counted_as(text)


def _verdict(grade: Grade) -> str:
    return " ".join(part for part in (headline(grade), in_short(grade)) if part)


def _behind(grade: Grade) -> str:
    """The wrong rules behind an answer, in words: that nothing was asked comes first."""
    first = "billing without the question that the note needs" if unasked(grade) else ""
    return slips(grade) if grade.one_reading else "; and ".join(filter(None, (first, slips(grade))))


def _bars(rows: Sequence[tuple[str, int, str]], none: str) -> Shown:
    """Names with bars, in words and as HTML; what a learner typed is text in both."""
    if not rows:
        return Shown(none, f"<p>{none}</p>")
    most = max(number for _, number, _ in rows)
    wide = max(len(name) for name, _, _ in rows)
    words = [
        f"{name:{wide}}  {number:3}  {'#' * round(WIDEST * number / most)}"
        + (f"\n{'':{wide}}       {told}" if told else "")
        for name, number, told in rows
    ]
    cells = (
        f'<tr><th scope="row"{" class=whole" * (len(name) <= SHORT)}>{escape(name)}</th>'
        f'<td class="n">{number}</td><td><span class="bar"'
        f' style="width:calc({round(number / most, 3)} * min({WIDEST}ch, 25vw))"'
        f' aria-hidden="true"></span><br>{escape(told)}</td></tr>'
        for name, number, told in rows
    )
    return Shown("\n".join(words), f'<table class="casebook-bars">{"".join(cells)}</table>')


def _panel(room: Room) -> ipywidgets.Widget:
    out = ipywidgets.Output()
    wide = ipywidgets.Layout(width="min(50rem, 100%)")
    cases = ipywidgets.Dropdown(
        layout=wide,
        description="Case",
        options=[(case.title, i) for i, case in enumerate(room.cases)],
        value=room._at,
    )
    hands = ipywidgets.Textarea(
        description="Hands", layout=wide, placeholder="44120; 44121 = 9\n44120 x2 = 4", rows=5
    )

    def show(what: Any) -> Any:
        def pressed(_: object) -> None:
            out.clear_output()
            with out:
                try:
                    display(what())  # type: ignore[no-untyped-call]
                except ValueError as error:
                    print(error)

        return pressed

    def chosen(change: Mapping[str, Any]) -> None:
        if change["new"] != room._at:
            hands.value = ""  # they belong to the case before
            room._go(change["new"])
            show(room.chart)(None)

    def follow() -> None:
        cases.value = room._at

    room._moved.append(follow)
    cases.observe(chosen, "value")
    acts = {
        "Chart": room.chart,
        "Count hands": lambda: room.hands(read_hands(hands.value)),
        "Count files": room.collect,
        "Reveal": room.reveal,
        "Wrong rules": room.bars,
        "Picture": room.draw,
        "Explain": room.explain,
    }
    buttons = []
    for name, act in acts.items():
        button = ipywidgets.Button(description=name)
        button.on_click(show(act))
        buttons.append(button)
    return ipywidgets.VBox([cases, hands, ipywidgets.HBox(buttons), out])
