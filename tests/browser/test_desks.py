"""The desks of the book in a real browser: progress, today, lists, the explorer, a claim checked; and a case
by keyboard alone."""

import json
import re
from functools import cache

import pytest
from playwright.sync_api import expect

from casebook.cases import library, load
from casebook.classroom.report import report
from casebook.classroom.tables import cohort, frame_of
from casebook.grading.scrubbed import scrubbed
from casebook.practice.responses import read_folder
from tests.browser.page import PHONE, SAVING, SLOW, Quiz, right, tab_to
from tools.bench import PAINT
from tools.engines import IPHONE

OLDER = [
    {"case": "alder", "at": 1_700_000_000_000, "answer": "44120 x2", "verdict": "wrong", "misconceptions": []}
]


SEED = (
    "if (location.protocol === 'http:' && !sessionStorage.seeded) "
    f"{{ sessionStorage.seeded = 1; localStorage['casebook.attempts'] = {json.dumps(json.dumps(OLDER))} }}"
)


def fetched(site):
    """What was asked of the site that a page needs only for grading."""
    return [path for path in site.asked if "pyodide" in path or "worker" in path or "bank" in path]


@pytest.mark.parametrize(
    ("desk", "press"),
    [
        ("test_yourself", "Start the test"),
        ("progress", "Work out the details"),
        ("explorer", "Cut this piece out"),
        ("check_a_claim", "44160; 44121"),
    ],
)
def test_a_desk_fetches_nothing_until_it_is_used_and_asks_a_browser_that_saves_data(visit, site, desk, press):
    site.forget()
    page = visit(f"book/{desk}.html", before=lambda p: p.add_init_script(SAVING + ";" + SEED))
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name=press).click()
    agree = page.get_by_role("button", name=re.compile(r"Fetch the grader, [\d.]+ MB"))
    expect(agree).to_be_visible()
    page.wait_for_timeout(300)
    assert not fetched(site)
    agree.click()
    done = {
        "test_yourself": page.get_by_role("heading", name="Question 1 of 3"),
        "progress": page.get_by_role("heading", name="To see again"),
        "explorer": page.get_by_role("button", name="Join the ends"),
        "check_a_claim": page.get_by_role("heading", name="Looked up in"),
    }[desk]
    expect(done).to_be_visible(timeout=SLOW)
    expect(agree).to_have_count(0)


def test_a_case_by_keyboard_alone_with_lines_a_question_and_another_try(visit):
    page = visit("cases/juniper.html")
    here, keys = Quiz(page), page.keyboard
    tab_to(page, here.section.get_by_role("button", name="Mark the lines that decide"))
    keys.press("Enter")
    for _ in range(30):
        keys.press("ArrowDown")
    keys.press("Space")
    keys.press("Escape")
    expect(here.section.get_by_text("You marked line")).to_be_visible()
    tab_to(page, here.claim)
    keys.type("44120")
    keys.press("Enter")
    expect(here.status).to_have_attribute("data-verdict", "partly", timeout=SLOW)
    expect(here.claim).to_be_focused()
    keys.press("Control+A")
    keys.type("query")
    keys.press("Enter")
    expect(here.status).to_have_attribute("data-verdict", "correct")
    tab_to(page, here.section.get_by_label("Your question"))
    keys.type("How many joins stood at closing?")
    tab_to(page, here.section.get_by_role("button", name="Review the question"))
    keys.press("Enter")
    expect(here.section.get_by_text("It asks about what the note leaves open.")).to_be_visible()


def test_progress_is_saved_erased_after_asking_and_loaded_again(visit, site, tmp_path, violations):
    site.forget()
    page = visit("book/progress.html", before=lambda p: p.add_init_script(SEED))
    stage = page.locator(".casebook-stage")
    expect(stage).to_contain_text("1 answer so far.")
    # What is known without Python stands there at once, and what the button adds is said beside it.
    glance = stage.locator("section", has=page.get_by_role("heading", name="Cases so far"))
    expect(glance.get_by_role("listitem")).to_have_text(["Alder: not right yet, due again"])
    expect(stage).to_contain_text("which wrong rules your answers follow from")
    page.wait_for_load_state("networkidle")
    assert violations(page) == []
    assert not fetched(site)
    page.get_by_role("button", name="Work out the details").click()
    # Missed long ago, so due; and without an edition, so listed as given to an earlier one.
    for heading in ("To see again", "Given to an earlier edition"):
        under = stage.locator("section", has=page.get_by_role("heading", name=heading))
        expect(under.get_by_role("link", name="Alder")).to_be_visible(timeout=SLOW)
    assert violations(page) == []
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save to a file").click()
    file = tmp_path / "answers.jsonl"
    saved.value.save_as(file)
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    dated = [{"edition": "before editions", **each} for each in OLDER]
    assert lines == [{"format": "casebook-answers", "version": 1}, *dated]
    page.get_by_role("button", name="Erase", exact=True).click()
    assert nearest(page.locator(".casebook-asking button")) >= 8
    page.get_by_role("button", name="No, keep them").click()
    assert page.evaluate("localStorage['casebook.attempts']")
    page.get_by_role("button", name="Erase", exact=True).click()
    page.get_by_role("button", name="Yes, erase everything").click()
    expect(stage).to_contain_text("No case has been answered")
    assert page.evaluate("localStorage['casebook.attempts'] ?? null") is None
    for new in ("1 new answer", "0 new answers"):  # loaded twice, counted once
        page.locator("input[type=file]").set_input_files(file)
        expect(page.locator(".casebook-test-status")).to_have_text(f"Loaded: {new}.")
        expect(stage).to_contain_text("1 answer so far.")
        assert len(json.loads(page.evaluate("localStorage['casebook.attempts']"))["attempts"]) == 1
    again = stage.locator("section", has=page.get_by_role("heading", name="To see again"))
    expect(again.get_by_role("link", name="Alder")).to_be_visible()  # unasked, for Python is here by now
    expect(page.locator(".casebook-test-status")).to_have_text("Loaded: 0 new answers.")


@pytest.mark.parametrize("promised", [True, False])
def test_whether_progress_lasts_is_said_and_the_file_can_be_picked_again_on_an_iphone(visit, promised):
    """Safari deletes what a site keeps after seven days without a visit; reviews come after 7 and 21."""

    def browser(page):
        page.add_init_script(SEED)
        page.add_init_script(
            "window.asked = 0; const storage = { persisted: async () => false,"
            f" persist: async () => {{ window.asked++; return {json.dumps(promised)}; }} }};"
            "Object.defineProperty(navigator, 'storage', { value: storage })"
        )

    page = visit("book/progress.html", before=browser, user_agent=IPHONE)
    said = "has promised to keep" if promised else "Save it to a file now and then"
    expect(page.locator(".casebook-keeping")).to_contain_text(said)
    assert page.evaluate("window.asked") == 1
    expect(page.get_by_role("button", name="Ask the browser to keep it")).to_have_count(0 if promised else 1)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save to a file").click()
    assert saved.value.suggested_filename == "casebook-answers.json"
    assert ".json," in page.locator("input[type=file]").get_attribute("accept")


def test_what_the_page_saves_the_class_report_reads_with_the_same_grades(visit, tmp_path):
    page = visit("cases/alder.html", before=lambda p: p.add_init_script(SAVING))
    site = page.url.rsplit("/cases/", 1)[0]
    given = {"alder": "44120 x2", "birch": right("birch"), "juniper": "44120"}
    said = {}
    for case, answer in given.items():
        page.goto(f"{site}/cases/{case}.html")
        here = Quiz(page)
        here.section.get_by_label("sure", exact=True).check()
        here.claim.fill(answer)
        here.check.click()
        expect(here.status).not_to_have_attribute("data-verdict", "", timeout=SLOW)
        said[case] = here.section.evaluate("e => e.graded")
    page.goto(f"{site}/book/progress.html")
    page.get_by_label("Your name or number").fill("Ada <b>L.</b>")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save to a file").click()
    saved.value.save_as(tmp_path / "casebook-answers.jsonl")
    responses, faults = read_folder(tmp_path)
    assert not faults
    assert [(r.learner, r.case, r.answer, r.confidence) for r in responses] == [
        ("Ada <b>L.</b>", *pair, "sure") for pair in given.items()
    ]
    told = cohort(frame_of(responses))
    for case, graded in said.items():
        row = told.answers.loc[case]
        assert row["verdict"] == graded["verdict"]
        assert row["wrong_rules"] == [m["id"] for m in graded["misconceptions"]]
        assert round(told.cases.loc[case, "score"], 2) == graded["score"]
    assert "<b>L." not in report(told)


def test_a_file_that_is_none_is_refused_with_the_reason(visit, tmp_path):
    page = visit("book/progress.html")
    said = page.locator(".casebook-test-status")
    for i, (content, why) in enumerate(
        (
            ("", "not a file of answers"),
            ('{"format": "casebook-answers", "version": 9}\n', "newer edition"),
            ("hello", "not a file of answers"),
            ('{"format": "casebook-answers", "version": 1}\n{"case": "al', "cut short"),
            ("[[[[", "not a file of answers"),
        )
    ):
        file = tmp_path / f"<b>odd{i}.jsonl"
        file.write_text(content, "utf-8")
        page.locator("input[type=file]").set_input_files(file)
        expect(said).to_contain_text(why)
        expect(said).to_contain_text(file.name)
        assert page.evaluate("localStorage['casebook.attempts'] ?? null") is None, content


def test_the_explorer_follows_what_is_done(visit, violations):
    page = visit("book/explorer.html", viewport={"width": 390, "height": 844})
    claim, status = page.locator(".casebook-answer code"), page.locator(".casebook-test-status")
    for start, end in ((300, 330), (400, 430)):
        page.get_by_label("From, cm").fill(str(start))
        page.get_by_label("To, cm").fill(str(end))
        page.get_by_role("button", name="Cut this piece out").click()
        expect(status).to_contain_text("Claim: none, since two ends are open", timeout=SLOW)
        page.get_by_role("button", name="Join the ends").click()
        expect(status).to_contain_text("at closing")
    expect(claim).to_have_text("44120; 44121")
    assert violations(page) == []
    page.get_by_label("From, cm").fill("310")
    page.get_by_label("To, cm").fill("320")
    page.get_by_role("button", name="Cut this piece out").click()
    expect(status).not_to_contain_text("Claim")
    expect(claim).to_have_text("44120; 44121")
    page.get_by_label("Approach").select_option("laparoscopic")
    expect(claim).to_have_text("44202; 44203")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    buttons = page.locator(".casebook-desk button:visible, .casebook-desk select")
    assert nearest(buttons) >= 8  # pixels: a finger hits the one it means


def nearest(things):
    """The least distance between two of these, in pixels, across or down."""
    boxes = things.evaluate_all("all => all.map((each) => each.getBoundingClientRect().toJSON())")

    def apart(a, b):
        return max(
            a["left"] - b["right"], b["left"] - a["right"], a["top"] - b["bottom"], b["top"] - a["bottom"]
        )

    return min(apart(a, b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_the_explorer_s_picture_and_claim_are_seen_at_once(visit):
    page = visit("book/explorer.html")
    for width, height in ((1280, 720), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for part in (".casebook-bowel svg", ".casebook-answer"):
            expect(page.locator(part)).to_be_in_viewport(ratio=1)


def test_a_claim_is_checked_on_a_phone_in_the_words_of_the_command_line(visit, violations):
    page = visit("book/check_a_claim.html", viewport={"width": 390, "height": 844})
    page.get_by_label("Claim", exact=True).fill("44120 x2; 44005; 99213")
    page.keyboard.press("Enter")
    told = scrubbed("44120 x2; 44005; 99213")
    expect(page.locator(".casebook-test-status")).to_have_text(told["headline"], timeout=SLOW)
    expect(page.locator(".casebook-test-status")).to_be_in_viewport()
    stage = page.locator(".casebook-stage")
    for row in [*told["edits"], *told["tables"], {"says": told["not_read"]}]:
        expect(stage).to_contain_text(row["says"])
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_label("Claim", exact=True).fill("two, please")
    page.get_by_role("button", name="Check the claim").click()
    expect(page.locator(".casebook-test-status")).to_contain_text("a line starts with a five-character code")
    expect(stage).to_be_empty()
    page.get_by_role("link", name="Lay the operation out", exact=True).click()
    expect(page.locator('[data-desk="explorer"]')).to_be_visible()


def test_in_the_explorer_no_act_is_lost_however_fast_they_come(visit):
    page = visit("book/explorer.html")
    page.get_by_role("button", name="Cut this piece out").dblclick()
    page.get_by_label("From, cm").fill("400")
    page.get_by_label("To, cm").fill("430")
    page.get_by_role("button", name="Cut this piece out").click()  # Python has not come yet
    joins = page.get_by_role("button", name="Join the ends")
    expect(joins).to_have_count(2, timeout=SLOW)
    joins.evaluate_all("all => all.forEach((each) => each.click())")
    expect(page.locator(".casebook-answer code")).to_have_text("44120; 44121")
    expect(page.locator(".casebook-test-status")).to_have_text("Claim: 44120; 44121. 2 joins at closing.")


DAY = 86_400_000  # milliseconds


def kept_before(*tries):
    """Answers of earlier days, as this browser would have kept them: (case, verdict, days ago)."""
    rows = [
        {
            "case": case,
            "edition": load(case).page()["edition"],
            "answer": "44120",
            "verdict": verdict,
            "ago": ago,
        }
        for case, verdict, ago in tries
    ]
    return (
        "if (location.protocol === 'http:' && !sessionStorage.seeded) { sessionStorage.seeded = 1;"
        f" const rows = {json.dumps(rows)}.map(({{ ago, ...row }}) =>"
        f" ({{ ...row, at: Date.now() - ago * {DAY} }}));"
        " localStorage['casebook.attempts'] = JSON.stringify({ version: 1, attempts: rows });"
        " const drafts = { cedar: { answer: '44120' }, elm: { answer: '44120; 4' } };"
        " localStorage['casebook.drafts'] = JSON.stringify({ version: 1, drafts }); }"
    )


@cache
def tried():
    return kept_before(
        ("alder", "correct", 9), ("birch", "wrong", 8), ("birch", "correct", 6), ("cedar", "wrong", 5)
    )


def test_a_list_tells_what_was_done_and_shows_a_part_of_it_without_python(visit, site, violations):
    site.forget()
    page = visit("book/first_cases.html", before=lambda p: p.add_init_script(tried()))
    head, rows = page.locator(".casebook-list-head"), page.locator(".casebook-cases li")
    expect(head).to_contain_text("2 of 13 cases right, 1 at the first try, 2 due again.")
    expect(rows.nth(0)).to_contain_text("right at the first try")
    expect(rows.nth(2)).to_contain_text("not right yet due again")
    # What a case is about stands in no page: it is asked for when a thing to learn is chosen.
    assert not [path for path in site.asked if path.endswith("way.json")]
    head.get_by_label("Show").select_option("due")
    expect(head.get_by_role("status")).to_have_text("2 of 13 shown.")
    shown = page.locator(".casebook-cases li:visible a")
    expect(shown).to_have_text([re.compile("Birch"), re.compile("Cedar")])
    head.get_by_label("Show").select_option("")
    head.get_by_label("About").select_option("approach")
    first = [load(path) for path in library()[:13]]
    about = [case for case in first if "approach" in case.about]
    expect(head.get_by_role("status")).to_have_text(f"{len(about)} of 13 shown.")
    assert site.asked[-1].endswith("way.json")
    head.get_by_label("Level").select_option("realistic")
    left = [case.title for case in about if case.level == 2]
    assert 0 < len(left) < 13
    expect(shown).to_have_text(left)
    assert violations(page) == []
    assert not fetched(site)


def test_today_has_what_is_due_one_new_case_and_the_next_chapter(visit, site, violations):
    site.forget()
    page = visit(
        "book/today.html", before=lambda p: p.add_init_script(tried()), viewport={"width": 390, "height": 844}
    )
    under = {
        head: page.locator(
            ".casebook-stage > section", has=page.get_by_role("heading", name=head, exact=True)
        )
        for head in ("See again", "One new case", "The next chapter")
    }
    # The one that waits longest first.
    expect(under["See again"].get_by_role("link")).to_have_text(["Cedar", "Birch"])
    expect(under["See again"]).to_contain_text("missed 5 days ago")
    expect(under["The next chapter"].get_by_role("link")).to_have_text(["The decision on one page"])
    assert violations(page) == []
    assert not fetched(site)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    # The old answer is not in the way of a new try; one that was only begun is.
    under["See again"].get_by_role("link", name="Cedar").click()
    here = Quiz(page)
    expect(here.section.get_by_text("What you answered")).to_be_visible()
    expect(here.claim).to_have_value("")
    expect(here.section.locator(".casebook-before code")).to_be_hidden()
    page.goto(f"{site.address}/cases/elm.html")
    expect(Quiz(page).claim).to_have_value("44120; 4")


def test_today_reckons_what_is_still_open_and_says_one_number_of_minutes(visit):
    missed = {"case": "elm", "answer": "44120 x9", "verdict": "wrong"}
    kept = json.dumps({"version": 1, "attempts": [missed]})
    seed = (
        f"{{ const kept = {kept}; kept.attempts[0].at = Date.now() - 1000;"
        " localStorage['casebook.attempts'] = JSON.stringify(kept); }"
    )
    page = visit("book/today.html", before=lambda p: p.add_init_script(seed), viewport=PHONE)
    stage = page.locator(".casebook-stage")
    again = stage.locator("section", has=page.get_by_role("heading", name="See again"))
    expect(again.get_by_role("listitem")).to_contain_text("still open: not right yet")
    expect(stage).not_to_contain_text("Nothing is due")
    told = re.compile(r"about (\d+) minute")
    head, *rows = [int(number) for number in told.findall(stage.inner_text())]
    assert head == sum(rows)
    assert head <= 10
    assert len(rows) == 2  # what is open, and a new case


def test_today_of_who_has_done_nothing_begins_at_the_beginning(visit):
    stage = visit("book/today.html").locator(".casebook-stage")
    expect(stage.get_by_role("link")).to_have_text(["Alder", "The decision on one page"])


def test_without_scripts_the_desks_say_where_to_go(visit):
    page = visit("book/welcome.html", java_script_enabled=False)
    for name in ("test_yourself", "progress", "explorer", "check_a_claim", "today"):
        page.goto(page.url.replace(page.url.split("/")[-1], f"{name}.html"))
        expect(page.locator(".casebook-without")).to_be_visible()
        expect(page.locator(".casebook-desk-body")).to_be_hidden()


# Held: nothing is judged on the page


def test_a_diagnosis_is_found_by_its_name_and_no_code_needs_to_be_known(visit, violations):
    page = visit("cases/birch.html", viewport={"width": 390, "height": 844})
    page.get_by_text("Add the diagnoses").click()
    search = page.get_by_label("Find a diagnosis")
    search.fill("crohn sbo")
    found = page.locator(".casebook-icd .casebook-found button")
    expect(found.filter(has_text="K50.012")).to_be_visible(timeout=SLOW)
    assert violations(page) == []
    found.filter(has_text="K50.012").click()
    expect(page.get_by_label("Diagnosis codes")).to_have_value("K50.012")
    expect(page.locator(".casebook-names")).to_contain_text("with intestinal obstruction", timeout=SLOW)
    expect(found).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("kept", [str, tried])
@pytest.mark.parametrize("name", ["progress", "today"])
def test_nothing_moves_while_a_page_of_its_own_script_comes(visit, name, kept):
    page = visit(f"book/{name}.html", before=lambda p: p.add_init_script(kept()), viewport=PHONE)
    expect(page.locator(".casebook-stage")).not_to_be_empty()
    page.wait_for_timeout(300)
    assert page.evaluate(PAINT)["shift"] < 0.02
