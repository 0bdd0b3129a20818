"""The explorer in a notebook: sliders and buttons around `casebook.explorer`.

    x = explore()
    x                                            # shows it
    x.act({"do": "cut", "from": 300, "to": 330}) # the same from code

What it gives as plain text does not change from run to run, so that a notebook can be tested.
"""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as w

from casebook.practice import diagram, explorer

from .widget import _lines

WIDE = w.Layout(width="32rem", max_width="100%")


class Explorer:
    """One operation, built up act by act. `state` is its mapping, as in a case file."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = explorer.start()
        self.shown = explorer.look(self.state)
        named: dict[str, Any] = {
            "style": {"description_width": "7rem"},
            "layout": WIDE,
            "continuous_update": False,
        }
        self._from = w.IntSlider(300, 0, 640, 5, description="From, cm", **named)
        self._to = w.IntSlider(330, 0, 640, 5, description="To, cm", **named)
        self._approach = w.Dropdown(
            options=explorer.APPROACHES, description="Approach", style=named["style"], layout=WIDE
        )
        self._picture, self._said = w.HTML(), w.HTML()
        self._places = w.VBox()
        self._approach.observe(
            lambda change: self.act({"do": "approach", "approach": change["new"]}), "value"
        )
        acts = {
            "Cut this piece out": lambda: {"do": "cut", "from": self._from.value, "to": self._to.value},
            "Bring a loop to the skin at From": lambda: {"do": "loop", "at": self._from.value},
            "Widen a stricture at From": lambda: {"do": "widen", "at": self._from.value},
            "Undo": lambda: {"do": "undo"},
            "Start anew": lambda: None,
        }
        buttons = [self._button(words, make) for words, make in acts.items()]
        row = w.HBox(buttons, layout=w.Layout(flex_flow="row wrap"))
        self.box = w.VBox(
            [self._from, self._to, self._approach, row, self._picture, self._places, self._said]
        )
        self._draw()

    def act(self, act: dict[str, Any] | None) -> Explorer:
        """Do one thing more; None starts anew. What cannot be done is said, and changes nothing."""
        told = explorer.explore(self.state if act else None, act)
        if told["error"]:
            self._said.value = f"<p><strong>That cannot be done:</strong> {escape(told['error'])}</p>"
            return self
        self.state, self.shown = told["operation"], told
        self._draw()
        return self

    def _button(self, words: str, make: Any) -> w.Button:
        button = w.Button(description=words, layout=w.Layout(width="auto"))
        button.on_click(lambda _: self.act(make()))
        return button

    def _draw(self) -> None:
        shown = self.shown
        self._picture.value = (
            f"<style>{diagram.STYLE}</style>{shown['svg']}<p>Claim: <code>{escape(shown['claim'])}</code>"
            f"{escape(_why(shown))}</p>"
        )
        reasons = "".join(
            f"<li>{escape(rule['says'])} ({escape(rule['confidence'])})</li>" for rule in shown["because"]
        )
        struck = "".join(f"<li>{escape(n['code'])}: {escape(n['says'])}</li>" for n in shown["not_billed"])
        self._said.value = (f"<p>Because:</p><ul>{reasons}</ul>" if reasons else "") + (
            f"<p>Not billed:</p><ul>{struck}</ul>" if struck else ""
        )
        rows = []
        for a, b in shown["open"]:
            rows.append(
                self._button(f"Join the ends at {a:g} and {b:g}", lambda p=[a, b]: {"do": "join", "place": p})
            )
            rows += [
                self._button(f"Bring the end at {at:g} out", lambda at=at: {"do": "stoma", "at": at})
                for at in (a, b)
            ]
            rows.append(
                self._button(
                    f"Leave the ends at {a:g} and {b:g} stapled", lambda p=[a, b]: {"do": "leave", "place": p}
                )
            )
        for a, b in shown["joined"]:
            rows.append(
                self._button(
                    f"Take the join at {a:g} and {b:g} out again", lambda p=[a, b]: {"do": "redo", "place": p}
                )
            )
        self._places.children = rows

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = self.box._repr_mimebundle_(**options)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return {**data, "text/plain": repr(self)}

    def __repr__(self) -> str:
        parts = [_lines(self.shown["words"]), f"Claim: {self.shown['claim']}{_why(self.shown)}"]
        parts += [_lines(rule["says"], mark="- ") for rule in self.shown["because"]]
        return "\n".join(part for part in parts if part)


def _why(shown: dict[str, Any]) -> str:
    """Why there is no claim, to follow it; nothing where there is one."""
    return f", since {shown['beyond']}" if shown["beyond"] else ""


def explore() -> Explorer:
    """An explorer with nothing done yet."""
    return Explorer()


__all__ = ["Explorer", "explore"]
