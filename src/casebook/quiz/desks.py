"""The HTML of the book's own desks: the test of oneself, the progress page, the explorer and the check of a
claim. The module brings them to life.

With scripts off each says what stands here otherwise, and where to go instead.
"""

from __future__ import annotations

from casebook.coding.claim import MAX_TEXT
from casebook.practice.explorer import look, start

from .markup import bowel, megabytes, options

FETCH = (
    "It runs in your browser: about {size}, fetched once, when you first use it. Nothing you type leaves your"
    " device."
)
DETAILS = "The details are worked out in your browser: about {size}, unless this browser has it already."


def _desk(
    name: str,
    without: str,
    inside: str,
    size: int | None,
    more: str = "",
    fetch: str = FETCH,
    first: str = "",
    last: str = "",
) -> str:
    """The frame of a desk; `first` stands on its stage until the script has something to show, `last` below
    it."""
    fetch = fetch.format(size=megabytes(size)) if size else ""
    return f"""<section class="casebook-desk" data-desk="{name}"{more}>
<p class="casebook-without">{without}</p>
<div class="casebook-desk-body">
{inside}
<p class="casebook-size">{fetch}</p>
<p class="casebook-test-status" role="status"></p>
<div class="casebook-stage">{first}</div>
{last}</div>
</section>
"""


PACE = (
    "At work: about 1½ minutes for a brief chart, 5 for a full report. For comparison, a certification exam"
    " gives 2.4 minutes a question (AAPC, CPC: 100 in 4 hours; confirmed, 2026-11)."
)

FEW = "These were three short charts. Three are few, and they show nothing of how you read a whole report."


def self_test(size: int | None, topics: str = "", pool: str = "", first: str = "", brief: str = "") -> str:
    """The test: how many questions, which kind, and then one after the other; `topics` narrows what it is on,
    and `pool` the cases that it draws, those of `first` before the rest. What a reader has met decides what
    is drawn from a pool: such a test has no number to repeat it by. `brief` are the charts of the short test
    that is offered first to who begins."""
    lengths = {n: f"{n} questions" for n in (("3", "5", "10") if topics else ("5", "10", "20"))}
    numbers = options(({"3": "3 brief charts"} if brief else {}) | lengths)
    kinds = options({"typed": "I type the claim", "choice": "I choose from several"})
    feedback = options({"once": "after each question", "end": "at the end"})
    paces = {"calm": "unhurried", "usual": "as at work", "brisk": "brisk"}
    pace = options({"": "no limit", **paces})
    seed = """<label>Number of the test, to repeat one
<input name="seed" type="text" inputmode="numeric" maxlength="20"></label>
"""
    number = "" if pool else seed
    about = f"casebook-pace-{topics.replace(' ', '-') or 'all'}"
    settings = f"""<label>Length <select name="number">{numbers}</select></label>
<label>Answers <select name="kind">{kinds}</select></label>
<label>Feedback <select name="feedback">{feedback}</select></label>
<label>Time, by the length of the charts
<select name="pace" aria-describedby="{about}">{pace}</select></label>
<p class="casebook-hint" id="{about}">{PACE}</p>
{number}"""
    if pool:  # one at the end of each chapter, mostly taken as it is
        settings = f"<details><summary>Settings</summary>{settings}</details>"
    form = f"""<form class="casebook-setup" autocomplete="off">
{settings}<button type="submit" class="casebook-check">Start the test</button>
</form>"""
    data = {"topics": topics, "pool": pool, "first": first, "brief": brief, "few": brief and FEW}
    return _desk(
        "test",
        "The test needs scripts, and a page opened from its site, not as a file. Without them, open any case:"
        " its worked answer stands under the chart.",
        form,
        size,
        "".join(f' data-{name}="{told}"' for name, told in data.items() if told),
    )


def practice(size: int | None) -> str:
    """Practice: a button, then one chart after the other."""
    return _desk(
        "practice",
        "Practice needs scripts, and a page opened from its site, not as a file. Without them, open any case:"
        " its worked answer stands under the chart.",
        "",
        size,
    )


def progress(size: int | None) -> str:
    """The progress page; the file picker stays out of sight, its button opens it."""
    picker = (
        '<input type="file" accept=".jsonl,.json,application/json" hidden aria-label="A file of answers"'
        ' class="casebook-picker">'
    )
    return _desk(
        "progress",
        "Your progress is kept and shown by a script, and none runs here: scripts are off, or this page was"
        " opened as a file and not from its site.",
        picker,
        size,
        fetch=DETAILS,
    )


def explorer(size: int | None) -> str:
    """The explorer: the picture and the claim first, then where to cut and what else to do."""
    ways = options({"open": "open", "laparoscopic": "laparoscopic", "converted": "converted"})
    untouched = look(start())
    claim = f'<p class="casebook-answer">Claim: <code>none</code>, since {untouched["beyond"]}</p>\n'
    picture = f'<figure class="casebook-picture">{untouched["svg"]}</figure>'
    approach = f'<label>Approach <select name="approach">{ways}</select></label>\n'
    return _desk(
        "explorer",
        "The explorer needs scripts, and a page opened from its site, not as a file. The chapters show the"
        " same pictures and claims.",
        bowel(picture, claim) + approach,
        size,
    )


def today(size: int | None) -> str:
    """The round of the day; it needs no Python."""
    return _desk(
        "today",
        "Today's round is put together by a script from what this browser keeps, and none runs here. The"
        ' <a href="first_cases.html">first cases</a> are a good place to begin.',
        "",
        None,
        first="<p>Your round is put together: what is due again, one new case, and the next chapter.</p>",
    )


SAMPLES = ("44120; 44121", "44160; 44121", "44120 x2", "44120; 44005")


def claim(size: int | None) -> str:
    """The check of a claim against the tables, and the way to the explorer."""
    samples = " ".join(
        f'<button type="button" data-claim="{sample}"><code>{sample}</code></button>' for sample in SAMPLES
    )
    form = f"""<form class="casebook-scrub" autocomplete="off">
<label for="scrub-claim">Claim</label>
<p class="casebook-hint" id="scrub-hint">Put a semicolon between codes. Units follow an x. A modifier
is two characters after a hyphen.</p>
<textarea id="scrub-claim" name="claim" rows="2" aria-describedby="scrub-hint" autocapitalize="off"
autocorrect="off" autocomplete="off" spellcheck="false" enterkeyhint="done" maxlength="{MAX_TEXT}"></textarea>
<p class="casebook-row-of"><button type="submit" class="casebook-check">Check the claim</button>
<a class="casebook-beside" href="explorer.html">Lay the operation out</a></p>
</form>"""
    # Below the stage: what is said of a claim stands right under its field.
    tries = f"""<p class="casebook-hint" id="scrub-try">Or try one:</p>
<div class="casebook-row-of casebook-samples" role="group" aria-labelledby="scrub-try">{samples}</div>
"""
    return _desk(
        "claim",
        "The check needs scripts, and a page opened from its site, not as a file. In a terminal it is"
        " <code>casebook scrub</code>.",
        form,
        size,
        last=tries,
    )
