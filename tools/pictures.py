"""Make the README's pictures anew from the built book, as its readers see it.

    make book && python tools/pictures.py [FOLDER]

They go to .github/screenshots, or to a folder that is named; each is made by doing what it shows.
"""

import contextlib
import json
import pathlib
import sys
import time
from collections.abc import Callable
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from casebook.cases import load  # noqa: E402
from casebook.grading import expected  # noqa: E402
from casebook.practice.likely import candidate_answers  # noqa: E402
from tools.bench import Counting, chromium  # noqa: E402

FOLDER = ROOT / ".github" / "screenshots"
SLOW = 120_000  # milliseconds: the first answer waits for Python to start
DAY = 86_400_000  # milliseconds
#: Answers of earlier days, so that the page of progress has something to tell: case, answer, verdict and
#: wrong rules.
KEPT: tuple[tuple[str, str, str, list[str]], ...] = (
    ("alder", "44120; 44121", "correct", []),
    ("birch", "44120; 44121", "wrong", ["lesions-counted"]),
    ("birch", "44120", "correct", []),
    ("cedar", "44120; 44121 x2", "wrong", ["pieces-counted"]),
    ("dogwood", "44120; 44121 x2", "correct", []),
    ("elm", "44202; 44203", "correct", []),
)
SEED, MISSED = "7", (2, 4)  # of a test of five: its number, and which of its questions are answered wrongly


def answer(page: Any, text: str) -> None:
    """Type one claim and wait for its verdict."""
    page.get_by_label("Claim", exact=True).fill(text)
    page.get_by_role("button", name="Check", exact=True).click()
    page.locator(".casebook-status:not([data-verdict=''])").wait_for(timeout=SLOW)
    page.wait_for_timeout(400)  # for what comes beside it


def at(page: Any, heading: Any) -> None:
    """Scroll so that something stands near the top."""
    heading.evaluate("each => window.scrollTo(0, each.getBoundingClientRect().top + scrollY - 80)")
    page.wait_for_timeout(400)


def case(page: Any) -> None:
    """A second wrong answer to a case, beside its chart: the verdict, and the line that decides."""
    page.goto(f"{page.base}/cases/birch.html")
    answer(page, "44120 x2")
    answer(page, "44120; 44121")
    # The claim has its own scrolling beside the chart: what is told stands below the field.
    page.locator(".casebook-status").evaluate("each => each.scrollIntoView({ block: 'start' })")
    at(page, page.get_by_role("heading", name="Operative report"))


def phone(page: Any) -> None:
    """The bowel as operated above what would make the answer right, on a phone in the dark."""
    page.goto(f"{page.base}/cases/alder.html")
    answer(page, "44120")
    page.get_by_role("button", name="Show the rest now").click()
    picture = page.locator(".casebook-layers .casebook-pictures svg").last
    picture.wait_for(timeout=SLOW)
    at(page, page.get_by_role("heading", name="When your answer would be right"))


def explorer(page: Any) -> None:
    """Two places joined."""
    page.goto(f"{page.base}/book/explorer.html")
    for start, end in ((180, 210), (400, 430)):
        page.get_by_label("From, cm").fill(str(start))
        page.get_by_label("To, cm").fill(str(end))
        page.get_by_role("button", name="Cut this piece out").click()
        page.get_by_role("button", name="Join the ends").click(timeout=SLOW)
    page.locator(".casebook-answer code", has_text="44120; 44121").wait_for(timeout=SLOW)
    at(page, page.locator(".casebook-desk"))


def wrong(id: str) -> str:
    """A wrong answer to a case that one wrong rule alone gives."""
    found = load(id)
    graded = ((text, found.item.grade(text)) for text in candidate_answers(found.page()))
    return next(text for text, grade in graded if grade.verdict == "wrong" and grade.counted)


def result(page: Any) -> None:
    """What a test of five tells."""
    page.goto(f"{page.base}/book/test_yourself.html")
    page.get_by_role("combobox", name="Length", exact=True).select_option("5")
    page.get_by_label("Feedback").select_option("end")
    page.get_by_label("Number of the test").fill(SEED)
    page.get_by_role("button", name="Start the test").click()
    for number in range(1, 6):
        page.get_by_role("heading", name=f"Question {number} of 5").wait_for(timeout=SLOW)
        id = page.locator(".casebook-stage .casebook-quiz").get_attribute("data-case")
        text = wrong(id) if number in MISSED else expected(load(id).item)
        page.get_by_label("Claim", exact=True).fill(text)
        page.get_by_role("button", name="Keep this answer").click()
    heading = page.get_by_role("heading", name="Your result")
    heading.wait_for(timeout=SLOW)
    at(page, heading)


def progress(page: Any) -> None:
    """By thing to learn and by wrong rule."""
    now = time.time() * 1000
    rows = [
        {"case": id, "answer": text, "verdict": verdict, "misconceptions": rules, "try": 1, "score": 0.0}
        | {"at": now - (len(KEPT) - i) * DAY, "edition": load(id).edition}
        for i, (id, text, verdict, rules) in enumerate(KEPT)
    ]
    page.goto(f"{page.base}/book/progress.html")
    page.evaluate("rows => localStorage.setItem('casebook.attempts', rows)", json.dumps(rows))
    page.reload()
    page.get_by_role("button", name="Work out the details").click()
    heading = page.get_by_role("heading", name="To see again")
    heading.wait_for(timeout=SLOW)
    at(page, heading)


WIDE = {"viewport": {"width": 1280, "height": 860}}
DARK_PHONE = {"viewport": {"width": 390, "height": 760}, "device_scale_factor": 1.5, "color_scheme": "dark"}
PICTURES: dict[str, tuple[Callable[[Any], None], dict[str, Any]]] = {
    "screenshot.png": (case, WIDE),
    "screenshot_phone.png": (phone, DARK_PHONE),
    "screenshot_explorer.png": (explorer, {"viewport": {"width": 1280, "height": 900}}),
    "screenshot_result.png": (result, {"viewport": {"width": 1280, "height": 900}}),
    "screenshot_progress.png": (progress, WIDE),
}


def main() -> None:
    """Make each in a browser of its own memory."""
    folder = pathlib.Path(sys.argv[1]) if sys.argv[1:] else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(Counting()) as site, chromium() as browser:
        for name, (show, options) in PICTURES.items():
            context = browser.new_context(**options)
            page = context.new_page()
            page.base = site.address
            show(page)
            page.screenshot(path=str(folder / name))
            context.close()
            print(folder / name)


if __name__ == "__main__":
    main()
