"""The HTML of a chapter's pictures and small questions. `js/turns.js` brings the questions to life.

With scripts off a question shows its picture and its answer, folded, and no form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from casebook.coding.claim import show
from casebook.coding.note import Note
from casebook.coding.operation import Operation
from casebook.coding.places import many
from casebook.coding.typed import read
from casebook.money import fees
from casebook.practice import belly, loops, undone
from casebook.practice.denied import meanings
from casebook.practice.turns import Turn

LEGENDS = {
    "tap": "Tap the numbers in the picture, or tick them here.",
    "order": "Move each line to its place.",
    "line": "Choose one sentence.",
    "denied": "Choose one.",
}


def figure(op: Operation, title: str, view: str, before: str = "", told: str = "", whole: bool = True) -> str:
    """One picture with its title, and the same in words. `before` is what is drawn above it, `told` the words
    of that."""
    drawn = loops.draw(op, title or "The operation", view, whole)
    caption = f"<figcaption>{escape(title)}</figcaption>" if title else ""
    words = " ".join(filter(None, (told, loops.in_words(op, view))))
    return (
        f'<figure class="casebook-picture">{caption}{before}{drawn}<details><summary>The same in words'
        f"</summary><p>{escape(words)}</p></details></figure>\n"
    )


def pictures(op: Operation, titles: Mapping[str, str]) -> str:
    """Several views of one operation side by side; `titles` by view."""
    inside = "".join(figure(op, title, view) for view, title in titles.items())
    return f'<div class="casebook-pictures">{inside}</div>\n'


def counted(rows: Sequence[tuple[str, str, Operation, str]], claims: bool = True) -> str:
    """Operations, each with what it is, what is to be said of it, and the view of its picture, above which
    stands what took a join out again, and which is no higher than it needs; under each what there
    is to count in it."""
    inside = []
    for i, (what, says, op, view) in enumerate(rows, 1):
        title = f"{i}. {what}" if claims and len(rows) > 1 else what
        picture = figure(op, title, view, undone.draw(op), undone.in_words(op), whole=False)
        under = (f"<p>{escape(says)}</p>" if says else "") + (_count(op) if claims else "")
        inside.append(f"<li>{picture}{f'<div>{under}</div>' if under else ''}</li>")
    return f'<ol class="casebook-counted">{"".join(inside)}</ol>\n'


def _count(op: Operation) -> str:
    """Pieces, joins and claim of an operation; other accepted claims with them."""
    note = Note((op,))
    claims = dict.fromkeys(show(claim.lines) for _, claim in note.accepted())
    codes = [f"<code>{escape(claim)}</code>" for claim in claims]
    pieces, stand = len(op.did("resect")), sum(p.joined for p in op.bowel.places)
    own = sum(p.joined and op.own_injury(p) for p in op.bowel.places)
    left_out = f", {many(own, 'of them', 'of them')} not counted" if own else ""
    also = f", or by another accepted view {' or '.join(codes[1:])}" if codes[1:] else ""
    return (
        f"<p>{pieces} {'piece' if pieces == 1 else 'pieces'} out, {stand}"
        f" {'join stands' if stand == 1 else 'joins stand'}{left_out}: {codes[0]}{also}</p>"
    )


def accesses(ops: Mapping[str, Operation], name: str) -> str:
    """Ways in, each drawn on a belly, with the claim that the same operation has by it."""
    inside = [
        f'<li><figure class="casebook-picture"><figcaption>{escape(words)}</figcaption>'
        f"{belly.draw(op.approach, words, f'{name}-{i}')}<p>{escape(belly.SAYS[op.approach])}</p></figure>"
        f"<p><code>{escape(show(Note((op,)).mains[0].lines))}</code></p></li>"
        for i, (words, op) in enumerate(ops.items())
    ]
    return f'<ol class="casebook-counted casebook-accesses">{"".join(inside)}</ol>\n'


def remittance(filed: str, denied: Mapping[str, str], charges: Mapping[int, float]) -> str:
    """What a payer sent back: each line of the claim with its charge, what was allowed (USD, the national fee
    of the schedule held), and the codes of what was denied, with their meanings below."""
    claim = read(filed).claim
    codes = {str(code): str(why).split() for code, why in denied.items()}
    kept = tuple(line for line in claim if line.code not in codes)
    allowed = {paid.line: paid.usd or 0.0 for paid in fees.pays(kept)}
    charged = {str(code): float(usd) for code, usd in charges.items()}
    came = {line: escape(" ".join(codes.get(line.code, ["paid"]))) for line in claim}
    rows = "".join(
        f'<tr><th scope="row"><code>{escape(str(line))}</code></th><td>{charged[line.code]:,.2f}</td>'
        f"<td>{allowed.get(line, 0.0):,.2f}</td><td>{came[line]}</td></tr>"
        for line in claim
    )
    known = meanings()
    told = "".join(
        f"<dt>{escape(code)}</dt><dd>{escape(known[code])}</dd>"
        for code in dict.fromkeys(code for each in codes.values() for code in each)
    )
    return (
        '<div class="casebook-scroll" role="group" tabindex="0" aria-label="What came back">'
        "<table><caption>What came back, in USD</caption><thead><tr>"
        '<th scope="col">Line</th><th scope="col">Charged</th><th scope="col">Allowed</th>'
        f'<th scope="col">Codes</th></tr></thead><tbody>{rows}</tbody></table></div>'
        f'<dl class="casebook-remarks">{told}</dl>\n'
    )


# Small questions


def question(turn: Turn, id: str, picture: str, page: Mapping[str, Any] | None) -> str:
    """The form of a small question and what is known of its answers. `page` is for the grader, where a claim
    is typed that is not in the table."""
    inside = FORMS[turn.kind]
    said = list(dict.fromkeys([*turn.table.values()]))
    data: dict[str, Any] = {
        "said": [[each.verdict, each.asks, each.says] for each in said],
        "table": {key: said.index(each) for key, each in turn.table.items()},
    }
    data |= {"page": page} if page else {}
    known = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f"""{picture}<form class="casebook-turn-form" autocomplete="off">
{inside(turn, id)}
<button type="submit" class="casebook-check">Check</button>
</form>
<p class="casebook-turn-status" role="status" data-verdict=""></p>
<div class="casebook-turn-says"></div>
<script type="application/json">{known}</script>
"""


def _legend(turn: Turn) -> str:
    hint = f' <span class="casebook-hint">{LEGENDS[turn.kind]}</span>' if turn.kind in LEGENDS else ""
    return f"<legend>{escape(turn.ask)}{hint}</legend>"


def _choices(turn: Turn, id: str, kind: str, of: str) -> str:
    rows = "".join(
        f'<label class="casebook-{of}"><input type="{kind}" name="{id}" value="{escape(key)}">'
        f"<span>{escape(words)}</span></label>"
        for key, words in turn.options
    )
    return f'<fieldset class="casebook-{of}s">{_legend(turn)}{rows}</fieldset>'


def _ticks(turn: Turn, id: str) -> str:
    return _choices(turn, id, "checkbox", "chip")


def _chips(turn: Turn, id: str) -> str:
    return _choices(turn, id, "radio", "chip")


def _sentences(turn: Turn, id: str) -> str:
    return _choices(turn, id, "radio", "sentence")


def _rows(turn: Turn, id: str) -> str:
    rows = "".join(
        f'<li data-key="{escape(key)}"><span>{escape(words)}</span><button type="button" data-move="-1"'
        f' aria-label="Move up: {escape(words)}">\u2191</button><button type="button" data-move="1"'
        f' aria-label="Move down: {escape(words)}">\u2193</button></li>'
        for key, words in turn.options
    )
    return f'<fieldset>{_legend(turn)}<ol class="casebook-order">{rows}</ol></fieldset>'


def _field(turn: Turn, id: str) -> str:
    return (
        f'<label for="{id}-claim">{escape(turn.ask)}</label><input id="{id}-claim" name="claim" type="text"'
        f' aria-describedby="{id}-how" autocapitalize="off" autocorrect="off" spellcheck="false"'
        f' enterkeyhint="done"><p class="casebook-hint" id="{id}-how">Codes with <code>;</code> between them,'
        " units after an <code>x</code>. To ask the surgeon first: <code>query</code>.</p>"
    )


FORMS = {
    "tap": _ticks,
    "count": _chips,
    "order": _rows,
    "line": _sentences,
    "claim": _field,
    "denied": _sentences,
}


def answer(turn: Turn, after: str) -> str:
    """The right answer, first of what the fold holds, and the pictures that show it."""
    words = f"<code>{escape(turn.answer)}</code>" if turn.kind == "claim" else escape(turn.answer)
    return f'<p class="casebook-answer">{words}</p>\n{after}'
