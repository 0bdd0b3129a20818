"""The quiz of a case page in a real browser: what a reader types, and what the page answers."""

import json
import re

import pytest
from playwright.sync_api import expect

from casebook import cli
from casebook.cases import load
from casebook.grading import grade_page
from tests.browser.conftest import ALL_LOOKS, LOOKS
from tests.browser.page import SLOW, Quiz, an_answer
from tests.told import rows_of, said

UNLIKELY = "44120 x7; 44005-59"  # no page knows what is said of it without Python
RUNTIME = re.compile(r"pyodide|worker|snapshot|\.whl|wheel|\.gz$|\.wasm")


@pytest.fixture(scope="module")
def case(case_ids):
    """The first case of the teaching order."""
    return case_ids[0]


def test_every_verdict_and_the_status_holds_nothing_else(quiz, case):
    here = quiz(case)
    page = load(case).page()
    for verdict in ("wrong", "correct", "partly", "invalid", "blank"):
        answer = an_answer(case, verdict)
        here.answer(answer, verdict)
        # The page says what this Python says: one grader.
        expect(here.status).to_have_text(grade_page(page, answer)["feedback"]["headline"])
        assert len(here.status.inner_text()) < 80
        if verdict == "wrong" and (correction := rows_of(grade_page(page, answer), "correction")):
            here.section.get_by_role("button", name="Show the rest now").click()
            for row in correction:
                expect(here.section).to_contain_text(row["says"])
                expect(here.status).not_to_contain_text(row["says"])


def test_a_second_wrong_answer_is_told_no_less_than_a_first(quiz):
    """What it says, the line that decides, and the question that it asks; not yet what sets it right."""
    here = quiz("birch")
    page = load("birch").page()
    for answer in ("44120; 44121", "44121 x2"):
        here.answer(answer, "wrong")
        graded = grade_page(page, answer)
        layers = here.section.locator(".casebook-layers")
        expect(layers.locator(".casebook-amounts")).to_have_text(said(graded, "amounts"))
        expect(layers).to_contain_text(graded["feedback"]["question"])
        expect(layers).not_to_contain_text(rows_of(graded, "correction")[0]["says"])
    expect(layers.locator("blockquote")).to_have_count(1)
    expect(layers.locator("svg").first).to_be_visible()


def test_the_same_claim_checked_again_is_no_second_try(quiz):
    """Nor is it after a slip of the pen in between; another claim is one."""
    here = quiz("birch")
    layers = here.section.locator(".casebook-layers")
    here.answer("44120; 44121", "wrong")
    expect(layers).to_be_visible()
    for answer in ("44120; 44121", "44120;44121 ", "what", " 44120 ; 44121"):
        here.answer(answer, "invalid" if answer == "what" else "wrong")
        if answer != "what":
            expect(layers).to_contain_text("The claim is the same as before")
        expect(layers.locator("blockquote, svg")).to_have_count(0)
    kept = json.loads(here.page.evaluate("localStorage['casebook.attempts']"))
    assert len(kept["attempts"]) == 1
    here.answer("44121 x2", "wrong")
    expect(layers).to_contain_text("Try 2: ")
    expect(layers).not_to_contain_text("the same as before")
    expect(layers.locator("blockquote")).to_have_count(1)


def test_enter_and_tab_are_enough(quiz, case):
    here = quiz(case)
    here.claim.focus()
    here.page.keyboard.type(an_answer(case, "correct"))
    for _ in range(6):
        here.page.keyboard.press("Tab")
        if here.page.evaluate("document.activeElement.textContent.trim()") == "Check":
            break
    here.page.keyboard.press("Enter")
    expect(here.status).to_have_attribute("data-verdict", "correct", timeout=SLOW)


def test_an_untouched_page_holds_the_answer_back_and_loads_nothing_of_the_grader(quiz, case, site):
    site.forget()
    here = quiz(case)
    expect(here.claim).to_be_visible()
    expect(here.worked).to_be_hidden()
    expect(here.section).to_contain_text(re.compile(r"[0-9.]+\s?MB"))  # how large the grader is
    here.page.wait_for_load_state("networkidle")
    here.page.mouse.wheel(0, 4000)
    here.page.wait_for_timeout(500)
    assert not [path for path in site.asked if RUNTIME.search(path)]
    here.claim.focus()
    expect(here.status).not_to_have_attribute("data-verdict", "correct")
    here.answer(an_answer(case, "correct"), "correct")
    assert [path for path in site.asked if RUNTIME.search(path)]


def test_no_scripts(quiz, case):
    here = quiz(case, java_script_enabled=False)
    expect(
        here.page.get_by_role("heading", name=re.compile("operative report", re.IGNORECASE)).first
    ).to_be_visible()
    expect(here.worked).to_be_visible()
    expect(here.claim).to_be_hidden()
    expect(here.check).to_be_hidden()


def test_the_button_says_that_it_is_checking(quiz, case):
    here = quiz(case)
    here.claim.fill(UNLIKELY)
    here.check.click()
    expect(here.section.get_by_role("button", name="Checking...", exact=True)).to_be_visible()
    expect(here.status).to_have_attribute("data-verdict", "wrong", timeout=SLOW)
    expect(here.check).to_be_visible()


@pytest.mark.parametrize("lack", ["WebAssembly", "DecompressionStream"])
def test_a_browser_that_cannot_says_what_is_needed_and_offers_no_other_try(quiz, case, site, lack):
    site.forget()
    here = quiz(case, before=lambda page: page.add_init_script(f"delete globalThis.{lack}"))
    here.claim.fill(UNLIKELY)
    here.check.click()
    expect(here.section.get_by_role("alert")).to_contain_text("a browser of 2023 or newer (Safari 16.4")
    expect(here.worked).to_be_visible()
    expect(here.section.get_by_role("button", name="Try again")).to_have_count(0)
    assert not [path for path in site.asked if "pyodide" in path]


@pytest.mark.parametrize(
    "spoilt", [lambda content: content[: len(content) // 2], lambda _: b"<p>Sign in</p>"]
)
def test_a_bad_response_is_not_kept(visit, case, watch, spoiling, spoilt):
    """A file cut short, or a hotel's page in its place: every file of the grader, at its first time."""
    watch.forgive("SyntaxError|Unexpected|expression")
    bad = spoiling(RUNTIME, spoilt)
    here = Quiz(visit(f"{bad.address}/cases/{case}.html"))
    here.answer(UNLIKELY, "wrong")
    assert here.timings()["boot"] == "snapshot"
    assert len(bad.spoilt) == 7  # the table of verdicts, the manifest, the worker, and four files
    bad.asked.clear()
    here.page.reload()
    here.answer(UNLIKELY, "wrong")
    assert not [path for path in bad.asked if re.search(r"pyodide.*\.gz", path)], "what is good is kept"


@pytest.mark.parametrize("lost", ["**/*worker.js*", "**/pyodide/**"])
def test_a_grader_that_cannot_start_opens_the_worked_answer(quiz, case, watch, lost):
    watch.forgive("Failed to load|ERR_FAILED|worker|pyodide|fetch")
    here = quiz(case, before=lambda page: page.context.route(lost, lambda route: route.abort()))
    here.claim.fill(UNLIKELY)
    here.check.click()
    expect(here.worked).to_be_visible(timeout=SLOW)
    expect(here.section).to_contain_text(re.compile(r"could not|cannot|did not", re.IGNORECASE))


def test_without_the_snapshot_python_starts_the_slower_way_and_the_page_says_why(quiz, case, watch, site):
    watch.forgive("404|Failed to load|casebook: Python started the slower way: .* 404")
    missing = []

    def gone(route):
        missing.append(route.request.url)
        route.fulfill(status=404, body="")

    here = quiz(case, before=lambda page: page.context.route("**/*snapshot*", gone))
    here.page.evaluate(
        "() => { const line = document.querySelector('.casebook-size'); window.told = [];"
        " new MutationObserver(() => window.told.push(line.textContent)).observe(line, { childList: true }) }"
    )
    here.claim.fill(UNLIKELY)
    here.check.click()
    # That Python then starts and grades is in tests/quiz/test_page.py: the plain way is the same for all.
    here.page.wait_for_function(
        "() => told.some((line) => line.startsWith('The quick start failed'))", timeout=SLOW
    )
    assert missing, "the page did not ask for the snapshot, so this test tested nothing"
    told = here.page.evaluate("window.told")
    assert any(line.startswith("The quick start failed (snapshot") and "404" in line for line in told), told


def test_hostile_text_is_text(quiz, case):
    here = quiz(case)
    before = here.section.locator("img, script, iframe").count()
    title = here.page.title()
    for text in (
        "<img src=x onerror=\"document.title='owned'\">",
        "</textarea><script>document.title='owned'</script>",
        "44120\u202e <b>; 44121\u0000",
        "javascript:document.title='owned'",
    ):
        here.page.evaluate("document.querySelector('[role=status]').dataset.verdict = ''")
        here.answer(text, "invalid")
        assert here.section.locator("img, script, iframe").count() == before, text
        assert here.page.title() == title, text


def test_a_page_opened_as_a_file_says_so(visit, built_book, case, watch):
    watch.forgive("file:|origin|CORS|Failed to load|ERR_")
    here = Quiz(visit((built_book / "cases" / f"{case}.html").as_uri()))
    expect(here.worked).to_be_visible()
    expect(here.section).to_contain_text(re.compile("file", re.IGNORECASE))


@pytest.mark.parametrize("looks", [LOOKS, pytest.param(ALL_LOOKS, marks=pytest.mark.slow)], ids=len)
def test_accessible(quiz, case, violations, looks):
    """Before an answer and after it, in each width and color scheme."""
    here = quiz(case)
    for answered in (False, True):
        if answered:
            here.answer(an_answer(case, "partly"), "partly")
            here.section.locator("details").evaluate_all("each => each.forEach(e => { e.open = true })")
        for width, scheme in looks:
            here.page.set_viewport_size({"width": width, "height": 900})
            here.page.emulate_media(color_scheme=scheme)
            here.page.evaluate("scheme => document.documentElement.dataset.theme = scheme", scheme)
            look = f"{width} pixels, {scheme}, {'answered' if answered else 'untouched'}"
            assert violations(here.page, "section.casebook-quiz") == [], look
            assert here.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
                f"the page scrolls sideways: {look}"
            )


@pytest.mark.slow
def test_every_case_grades_its_own_answer(quiz, case_ids):
    for case in case_ids:
        here = quiz(case)
        here.answer(an_answer(case, "correct"), "correct")
        here.page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_on_paper_the_answer_has_a_sheet_of_its_own(quiz, case, scripts):
    here = quiz(case, java_script_enabled=scripts)
    here.page.emulate_media(media="print")
    expect(here.worked).to_be_visible()
    expect(here.section.locator(".casebook-paper")).to_be_visible()
    expect(here.check).to_be_hidden()
    assert here.worked.evaluate("e => getComputedStyle(e).breakBefore") == "page"
    sheets = len(re.findall(rb"/Type /Page\b", here.page.pdf()))
    here.worked.evaluate("e => e.style.setProperty('display', 'none', 'important')")
    without = len(re.findall(rb"/Type /Page\b", here.page.pdf()))
    assert sheets > without >= 1


ANSWER = "44120; 44121 x2; 44005"


@pytest.mark.parametrize("every", [25, pytest.param(1, marks=pytest.mark.slow)])
def test_the_page_and_the_command_line_say_the_same(visit, case_ids, capsys, every):
    """One browser session for the cases; test_parity.py compares all cases and answers, in Pyodide without a
    page, and test_lab.py in JupyterLab."""
    page = visit(f"cases/{case_ids[0]}.html")
    for case in (*case_ids[::every], case_ids[-1]):
        page.goto(page.url.replace(page.url.split("/")[-1], f"{case}.html"))
        here = Quiz(page)
        assert cli.main(["grade", case, ANSWER, "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        here.answer(ANSWER, said["verdict"])
        assert here.section.evaluate("e => e.graded") == said


def test_marking_begins_at_the_report_and_leads_back_to_the_claim(quiz):
    """Where no line of the chart is in sight; where some is, nothing moves."""
    here = quiz("alder", viewport={"width": 390, "height": 500}, is_mobile=True, has_touch=True)
    page, mark = here.page, here.section.get_by_role("button", name="Mark the lines that decide")
    mark.evaluate("e => scrollTo(0, scrollY + e.getBoundingClientRect().bottom - 100)")
    mark.tap()
    line = page.locator(".line:focus")
    expect(line).to_be_in_viewport()
    assert line.evaluate("e => e.closest('section').querySelector('h2').textContent").startswith("Operative")
    line.tap()
    page.get_by_role("button", name="Back to your claim").tap()
    expect(mark).to_be_focused()
    expect(here.claim).to_be_in_viewport()
    mark.tap()  # again: at the line that was marked
    expect(page.locator(".line:focus.casebook-chosen")).to_be_in_viewport()
    page.keyboard.press("Escape")
    page.evaluate("scrollTo(0, 400)")
    mark.evaluate("e => e.click()")
    expect(page.locator(".line:focus")).to_be_in_viewport()


def test_the_rule_over_a_heading_of_a_chart_spans_the_sheet(quiz):
    widths = (
        quiz("alder")
        .page.locator(".casebook-chart")
        .evaluate(
            """chart => [...chart.querySelectorAll("*")]
            .filter((e) => e.offsetWidth && parseFloat(getComputedStyle(e).borderTopWidth))
            .map((e) => e.getBoundingClientRect().width / chart.clientWidth)"""
        )
    )
    assert len(widths) >= 3
    assert min(widths) > 0.8


def test_a_line_that_a_finger_marked_has_the_color_of_a_mark(quiz):
    here = quiz("alder", viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    here.section.get_by_role("button", name="Mark the lines that decide").tap()
    one, two = (here.page.locator(f"#line-{n}") for n in (2, 3))
    two.tap()
    one.tap()  # the last one tapped was gray
    colors = [line.evaluate("e => getComputedStyle(e).backgroundColor") for line in (one, two)]
    assert colors[0] == colors[1] != "rgba(0, 0, 0, 0)"
