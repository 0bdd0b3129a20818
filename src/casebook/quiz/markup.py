"""The HTML of one quiz, for the book's page and the notebook alike. `quiz.js` brings it to life.

Everything is escaped here, once. With scripts off the form is hidden and the worked answer stands open; with
scripts on
it is the other way round (`quiz.css` does both, by the class `casebook-js` on the section).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from casebook.coding.claim import MAX_TEXT
from casebook.grading.audit import filed_lines
from casebook.grading.worked import worked as work_out

CONFIDENCE = {"sure": "sure", "fairly": "fairly sure", "guessing": "guessing"}
ABOUT_BYTES = 7_500_000  # what the browser fetches to grade on the page, where the build does not say

#: What can be done at one spot of the bowel, as casebook.practice.explorer names it.
SPOTS = {
    "loop": "bring a loop to the skin",
    "stoma": "divide, and bring the upper end out",
    "widen": "widen a stricture",
    "hole": "sew a hole",
    "pouch": "remove a pouch",
    "opening": "open and close again",
    "bypass": "join side to side with the lower mark",
}
#: The same where there are no marks.
BY_ORDER = {"bypass": "join side to side with another loop"}


def options(rows: Mapping[str, str]) -> str:
    """What a list to choose from holds: each value and its words."""
    return "".join(f'<option value="{value}">{words}</option>' for value, words in rows.items())


def bowel(picture: str, under: str) -> str:
    """Bowel to work on (quiz/js/bowel.js): its picture, what stands `under` it, two marks that arrow keys
    move or that are typed in centimeters, and what can be done."""
    marks = "".join(
        f"""<label>{words} mark<input name="{name}" type="range" min="-30" max="700" step="1"
value="{value}"></label>
<label>{name.capitalize()}, cm<input name="{name}-cm" type="number" min="-30" max="700"
step="1" value="{value}"></label>
"""
        for name, words, value in (("from", "Upper", 300), ("to", "Lower", 330))
    )
    return f"""<div class="casebook-bowel">{picture}</div>
{under}<div class="casebook-explore">
{marks}</div>
<p class="casebook-row-of">
<button type="button" data-act="cut">Cut this piece out</button>
<button type="button" data-act="undo">Undo</button>
<button type="button" data-act="anew">Start anew</button>
</p>
<ul class="casebook-places" hidden></ul>
<div class="casebook-row-of casebook-spot"><label>At the upper mark
<select name="spot">{options(SPOTS)}</select></label>
<button type="button" data-act="spot">Do it</button></div>
"""


#: What is asked of a chart, where no chapter around it says so.
ASK = "Which claim does the surgeon file for this operation?"
#: The operation laid out by order alone: where, and what was done there; then what became of the ends.
LAY = f"""<details class="casebook-lay" data-later><summary>Lay it out first</summary>
<p class="casebook-hint">The line is the bowel, drawn straight. Tap it where a piece came out, or choose the
place from the list; then cut the piece out, and say what became of the two ends. No distance counts: the
order does, and what became of each place. Two pieces and all the bowel between them are one place.</p>
<p class="casebook-lay-size casebook-hint"></p>
<div class="casebook-bowel"></div>
<p class="casebook-chosen casebook-hint" aria-live="polite"></p>
<div class="casebook-where"><label>Where <select name="where"></select></label>
<button type="button" class="casebook-compare" data-act="cut">Cut a piece out</button></div>
<ul class="casebook-places" hidden></ul>
<details class="casebook-spot"><summary>Something else was done</summary>
<label>What <select name="spot">{options(SPOTS | BY_ORDER)}</select></label>
<label hidden>Its other end <select name="other"></select></label>
<button type="button" data-act="spot">Do it</button></details>
<p class="casebook-row-of">
<button type="button" class="casebook-compare" data-act="compare">Compare with the chart</button>
<button type="button" data-act="undo">Undo</button>
<button type="button" data-act="anew">Start anew</button></p>
<div class="casebook-lay-told" aria-live="polite"></div>
</details>
"""


#: Runs where it stands, before the module that it waits for. It shows the form, keeps a hasty Check until the
#: quiz is
#: ready, and gives way to the worked answer where the module cannot load: a page opened as a file, an old
#: browser, a lost file.
BOOT = """
(function (quiz) {
  var form = quiz.querySelector("form"), notice = quiz.querySelector(".casebook-notice");
  function giveUp(why) {
    quiz.classList.remove("casebook-js");
    notice.textContent = why;
    notice.hidden = false;
  }
  if (location.protocol === "file:") {
    giveUp("This page was opened as a file, and a browser does not let a file start the grader. " +
      "Open the book from its site, " +
      "or run make serve and open the address it prints. Here is the worked answer.");
    return;
  }
  quiz.classList.add("casebook-js");
  form.onsubmit = function () { quiz.dataset.asked = "yes"; return false; };
  addEventListener("load", function () {
    if (!quiz.dataset.live) giveUp("The quiz could not start in this browser. Here is the worked answer.");
  });
})(document.currentScript.parentNode);
"""


def section_html(
    page: Mapping[str, Any],
    *,
    download_bytes: int | None = ABOUT_BYTES,
    host: str = "page",
    chart: str = "",
    verdicts: str = "",
    heading: str = "Your claim",
) -> str:
    """The `<section class="casebook-quiz">` of a case.

    `page` is the JSON of the case and may hold `anchors` (mark to element id). `download_bytes` is what the
    grader
    weighs; None says nothing of it. `host` is `page` or `notebook`. `chart` is the HTML of the chart where
    the page
    does not show it. `verdicts` is where the table of verdicts made beforehand lies, beside the scripts.
    `heading` names the form, where a page may hold another.
    """
    case = escape(str(page["id"]))
    name = f"casebook-{case}"
    on_page = host == "page"
    fetching = ""
    if on_page and download_bytes:
        when = (
            "Likely answers are checked at once. For any other the grader, about"
            f" {megabytes(download_bytes)}, is fetched once and runs in your browser."
            if verdicts
            else f"The grader runs in your browser: about {megabytes(download_bytes)}, fetched once, when you"
            " first use this form."
        )
        fetching = f"""<div class="casebook-fetch">
<p class="casebook-size">{when} Nothing you type leaves your device.</p>
<progress max="1" value="0" aria-label="Fetching the grader" hidden></progress>
</div>"""
    known = f' data-verdicts="{escape(verdicts)}"' if verdicts else ""
    boot = f"<script>{BOOT}</script>" if on_page else ""
    sure = "\n".join(
        f'<label><input type="radio" name="confidence" value="{value}"> {words}</label>'
        for value, words in CONFIDENCE.items()
    )
    solution = _worked(work_out(page), page.get("anchors") or {})
    sheet = (
        '<details class="casebook-sheet"><summary>The chart</summary>'
        f'<div class="casebook-chart">{chart}</div></details>'
        if chart
        else ""
    )
    return f"""<section class="casebook-quiz" id="{name}" data-case="{case}" data-host="{escape(host)}"{known}
data-edition="{escape(str(page.get("edition", "")))}"
aria-labelledby="{name}-title">
<h2 id="{name}-title">{escape(heading)}</h2>
<div class="casebook-before" hidden></div>
{sheet}{LAY if on_page else ""}<form class="casebook-form" novalidate autocomplete="off">
<div class="casebook-cite" hidden>
<button type="button" aria-pressed="false">Mark the lines that decide</button>
<p class="casebook-hint"></p>
<p class="casebook-hint" hidden>{DECIDES}</p>
</div>
{_filed(name, str(page.get("filed") or ""))}{claim_field(name)}
<details class="casebook-builder"><summary>Build it row by row, or find a code by its words</summary>
<div class="casebook-build"></div></details>
{DIAGNOSES.format(name=name) if page["key"].get("diagnoses") else ""}<fieldset class="casebook-confidence">
<legend>How sure are you? <span class="casebook-hint">You need not say.</span></legend>
{sure}
</fieldset>
<div class="casebook-row">
<button type="submit" class="casebook-check">Check</button>
<button type="button" class="casebook-hinter">Hint</button>
</div>
<ol class="casebook-hints" aria-live="polite"></ol>
{fetching}
</form>
<div class="casebook-paper" aria-hidden="true"><p>Claim</p><p>Lines that decide</p><p>Why</p></div>
<div class="casebook-status" role="status" data-verdict=""></div>
<div class="casebook-notice" role="alert" hidden></div>
<div class="casebook-layers"></div>
<button type="button" class="casebook-open" aria-expanded="false"
aria-controls="{name}-worked">Show the worked answer</button>
<div class="casebook-worked" id="{name}-worked">
<h3>The worked answer</h3>
{solution}
</div>
{boot}</section>
"""


def _filed(name: str, filed: str) -> str:
    """What asks of each line of a filed claim whether it stands; nothing where nothing was filed."""
    rows = "".join(
        f"""<fieldset class="casebook-filed-line"><legend><code>{escape(line)}</code></legend>
<span class="casebook-filed-choices">
<label><input type="radio" name="filed-{i}" value="stands"> stands</label>
<label><input type="radio" name="filed-{i}" value="falls"> does not</label></span></fieldset>
"""
        for i, line in enumerate(filed_lines(filed))
    )
    if not rows:
        return ""
    return f"""<div class="casebook-filed" role="group" aria-labelledby="{name}-filed">
<p class="casebook-filed-head" id="{name}-filed">The claim as filed: which lines stand?</p>
{rows}<p class="casebook-hint">Then give the claim as it should have been filed.</p>
</div>
"""


#: Which lines count, in one rule for every chart.
DECIDES = (
    "A line decides if the claim would be another had it said otherwise: how the operation was done, what"
    " became of the ends at each place, a further piece cut off the same ends, and what else is billed or"
    " marked. That a piece came out is told by what became of its ends."
)
#: Only where a case says which diagnoses are right: what is not judged is not asked.
DIAGNOSES = """<details class="casebook-icd"><summary>Add the diagnoses</summary>
<label for="{name}-icd">Diagnosis codes, the first one first</label>
<input id="{name}-icd" name="diagnoses" type="text" autocapitalize="characters" autocomplete="off"
spellcheck="false" maxlength="500">
</details>
"""


def claim_field(name: str, text: str = "") -> str:
    """The field for a typed claim with its label and its hint, for a form of this name; `text` stands in
    it. The hint tells the forms in words: an example would be somebody's answer, or nonsense."""
    return f"""<label for="{name}-claim">Claim</label>
<p class="casebook-hint" id="{name}-hint">Put a semicolon between codes. Units follow an x. A modifier
is two characters after a hyphen. To ask the surgeon first: <code>query</code>.</p>
<textarea id="{name}-claim" name="claim" rows="1" aria-describedby="{name}-hint" autocapitalize="off"
autocorrect="off" autocomplete="off" spellcheck="false" enterkeyhint="done"
maxlength="{MAX_TEXT + 1}">{escape(text)}</textarea>"""


def megabytes(size: int) -> str:
    """Bytes as a reader says them: 6.4 MB."""
    return f"{size / 1e6:.1f} MB"


def _worked(worked: Mapping[str, Any], anchors: Mapping[str, str]) -> str:
    """The worked answer: the claim first, then part by part."""
    answer = f'<p class="casebook-answer">{_code(worked["answer"])}</p>'
    return "\n".join([answer, *(_part(part, anchors) for part in worked.get("parts", ()))])


def _part(part: Mapping[str, Any], anchors: Mapping[str, str]) -> str:
    title = f"<h4>{escape(part['title'])}</h4>" if part["title"] else ""
    if part["kind"] == "settles":
        return title + "".join(_quoted(row, anchors) for row in part["rows"])
    if part["kind"] in IN_LISTS:
        return title + _listed(map(_row, part["rows"]))
    return title + "".join(f"<p>{escape(row['says'])}</p>" for row in part["rows"])


IN_LISTS = ("readings", "because", "not_billed", "views")


def _row(row: Mapping[str, Any]) -> str:
    if "authorities" in row:
        return _rule(row)
    says = _sentence(row["says"])
    return f"{says} {_code(row['code'])}" if "code" in row else says


def _listed(items: Iterable[str]) -> str:
    rows = "".join(f"<li>{item}</li>" for item in items)
    return f"<ul>{rows}</ul>" if rows else ""


def _code(text: object) -> str:
    return f"<code>{escape(str(text))}</code>"


def _quoted(sentence: Mapping[str, str], anchors: Mapping[str, str]) -> str:
    if "name" not in sentence:  # what is said of the sentence above
        return f"<p>{escape(sentence['says'])}</p>"
    place = anchors.get(sentence["name"])
    find = f'<a class="casebook-find" href="#{escape(place)}">Show it in the chart</a>' if place else ""
    return f"<blockquote><p><q>{escape(sentence['says'])}</q></p>{find}</blockquote>"


def _rule(rule: Mapping[str, Any]) -> str:
    sure = escape(str(rule.get("confidence", "")))
    badge = f' <span class="casebook-sure casebook-{sure}">{sure}</span>' if sure else ""
    return _sentence(rule["says"]) + badge + _listed(map(_source, rule.get("authorities", ())))


def _source(source: Mapping[str, str]) -> str:
    title = f"{escape(source['title'])}, {escape(source['edition'])}"
    address = source.get("address", "")
    return (
        f'<a href="{escape(address)}">{title}</a>' if address.startswith(("https://", "http://")) else title
    )


def _sentence(text: str) -> str:
    """Escaped, with a capital at the start and a stop at the end."""
    text = str(text).strip()
    text = text[:1].upper() + text[1:]
    return escape(text if text.endswith((".", "?", "!")) else f"{text}.") if text else ""
