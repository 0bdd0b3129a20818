"""The quiz on a small page of its own in a real browser: what the book's tests do not provoke."""

import gzip
import json
import time

import pytest
from playwright.sync_api import expect

from casebook import cases
from casebook.grading import grade_page
from casebook.quiz import markup, runtime
from tests.browser.page import SLOW, Quiz


def test_it_starts_from_the_snapshot_and_says_how_long_it_took(visit):
    quiz = visit()
    quiz.answer("44120; 44121", "correct")
    told = quiz.timings()
    assert (told["boot"], told["why"]) == ("snapshot", None)
    assert told["touched"] < told["parts"]["fetched"] < told["parts"]["ready"] <= told["ready"] + 1
    assert len(told["verdicts"]) == 1


def test_the_address_can_ask_for_the_plain_way(visit):
    quiz = visit()
    quiz.page.goto(f"{quiz.page.url}?boot=plain")
    quiz.answer("44120; 44121", "correct")
    assert quiz.timings()["boot"] == "plain"


def test_each_verdict_is_announced_once(visit):
    quiz = visit()
    quiz.answer("44120; 44121", "correct")
    quiz.page.evaluate(
        """() => {
            window.heard = [];
            const status = document.querySelector('[role=status]');
            new MutationObserver(() => status.textContent && heard.push(status.textContent))
              .observe(status, {childList: true, characterData: true, subtree: true});
        }"""
    )
    for answer, verdict in (
        ("44120; 44121", "correct"),
        ("44120 x2", "wrong"),
        ("44120 x2", "wrong"),
        ("?", "invalid"),
    ):
        quiz.check.focus()
        quiz.page.evaluate("document.querySelector('[role=status]').dataset.verdict = ''")
        quiz.answer(answer, verdict)
    assert quiz.page.evaluate("heard") == ["Correct.", "Not right.", "Not right.", "This could not be read."]


def test_focus_stays_and_a_new_line_is_not_an_answer(told):
    quiz = told()
    quiz.claim.focus()
    keys = quiz.page.keyboard
    keys.type("44120")
    keys.press("Shift+Enter")
    keys.type("44121")
    expect(quiz.claim).to_have_value("44120\n44121")
    assert quiz.section.get_attribute("data-tries") is None
    keys.press("Enter")
    expect(quiz.status).to_have_attribute("data-verdict", "correct", timeout=SLOW)
    expect(quiz.claim).to_be_focused()
    quiz.check.click()
    expect(quiz.check).to_be_focused()


def test_what_cannot_be_read_costs_no_try(visit):
    quiz = visit()
    for answer, verdict, tries in (
        ("", "blank", "0"),
        ("44120 ?", "invalid", "0"),
        ("44120-51; 44121", "partly", "1"),
        ("?", "invalid", "1"),
    ):
        quiz.answer(answer, verdict)
        assert quiz.section.get_attribute("data-tries") == tries
    expect(quiz.claim).to_have_attribute("aria-invalid", "true")
    described = quiz.claim.get_attribute("aria-describedby").split()
    assert "could not be read" in quiz.page.locator(f"#{described[-1]}").inner_text()
    quiz.answer("44120", "wrong")
    expect(quiz.claim).not_to_have_attribute("aria-invalid", "true")


def test_the_sentence_is_shown_in_place_and_there_is_a_way_back(told):
    quiz = told(viewport={"width": 390, "height": 300})
    quiz.answer("44120 x2", "wrong")
    quiz.section.get_by_role("button", name="Show the rest now").click()
    link = quiz.section.get_by_role("link", name="Show it in the chart").first
    link.click()
    sentence = quiz.page.locator("#s1")
    expect(sentence).to_be_in_viewport()
    expect(sentence).to_be_focused()
    expect(sentence).to_have_class("casebook-marked")
    back = quiz.page.get_by_role("link", name="Back to your claim")
    assert back.evaluate("e => getComputedStyle(e).position") == "static"  # it covers no text
    back.click()
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    expect(quiz.page.locator(".casebook-marked, .casebook-back")).to_have_count(0)
    assert quiz.page.locator("#s1 ~ *").count() == 0


def test_on_a_page_without_the_chart_the_link_leads_to_it(visit):
    quiz = visit("elsewhere")
    quiz.answer("44120 x2", "wrong")
    quiz.section.get_by_role("button", name="Show the rest now").click()
    link = quiz.section.locator(".casebook-layers .casebook-find").first
    assert link.get_attribute("href").endswith("/cases/rowan.html#s1")


def test_the_worked_answer_opens_and_closes_by_its_button(visit):
    quiz = visit()
    expect(quiz.worked).to_be_hidden()
    button = quiz.section.get_by_role("button", name="Show the worked answer")
    button.click()
    expect(quiz.worked).to_contain_text("44120; 44121")
    hide = quiz.section.get_by_role("button", name="Hide the worked answer")
    expect(hide).to_have_attribute("aria-expanded", "true")
    expect(hide).to_be_focused()
    hide.click()
    expect(quiz.worked).to_be_hidden()


def test_two_quizzes_share_one_python(visit, here):
    here.asked.clear()
    quiz = visit("both")
    quiz.answer("44120; 44121", "correct")
    Quiz(quiz.page, "sorrel").answer("44120", "correct")
    assert len([path for path in here.asked if "snapshot" in path]) == 1


def test_a_browser_that_saves_data_is_asked_first(visit, here):
    here.asked.clear()
    saving = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
    quiz = visit(before=lambda context: context.add_init_script(saving))
    quiz.claim.fill("44120; 44121")
    quiz.check.click()
    button = quiz.section.get_by_role("button", name="Fetch the grader, 7.6 MB")
    expect(button).to_be_visible()
    quiz.page.wait_for_timeout(300)
    assert not [path for path in here.asked if "pyodide" in path or "worker" in path]
    button.click()
    expect(quiz.status).to_have_attribute("data-verdict", "correct", timeout=SLOW)


def test_after_a_failure_it_can_be_tried_again(visit, watch):
    watch.forgive("Failed to load|ERR_FAILED")
    quiz = visit(before=lambda context: context.route("**/*.wasm*", lambda route: route.abort()))
    quiz.claim.fill("44120; 44121")
    quiz.check.click()
    again = quiz.section.get_by_role("button", name="Try again")
    expect(again).to_be_visible(timeout=SLOW)
    expect(quiz.section.get_by_role("alert")).to_contain_text("could not answer")
    expect(quiz.worked).to_be_visible()
    expect(quiz.claim).to_have_value("44120; 44121")
    quiz.page.context.unroute("**/*.wasm*")
    again.click()
    expect(quiz.status).to_have_attribute("data-verdict", "correct", timeout=SLOW)
    expect(again).to_be_hidden()
    assert quiz.timings()["boot"] == "snapshot"


def lacking(context):
    """A snapshot that starts, and then cannot answer."""
    text = (runtime.HERE / "worker.js").read_text("utf-8")
    fails = 'if (how === "snapshot") throw new Error("the snapshot lacks it"); '
    changed = text.replace("postMessage({ id, told:", f"{fails}postMessage({{ id, told:")
    assert changed != text
    context.route("**/worker.js*", lambda route: route.fulfill(body=changed, content_type="text/javascript"))


def test_questions_that_a_snapshot_cannot_answer_start_python_anew_once(visit):
    quiz = visit(before=lacking)
    came = quiz.page.evaluate(
        """async () => {
            const base = new URL("../_static/casebook/pyodide/", location.href).href;
            const { files, lock } = await (await fetch(`${base}runtime.json`)).json();
            const worker = new Worker("../_static/casebook/worker.js", { type: "module" });
            const came = { ready: [], told: 0, other: 0 };
            await new Promise((enough) => {
                worker.onmessage = ({ data }) => {
                    if (data.ready) came.ready.push(data.ready.boot);
                    else if (data.told) came.told++;
                    else if (!data.progress && !("beat" in data)) came.other++;
                    if (came.told + came.other === 2) setTimeout(enough, 1500);
                };
                worker.postMessage({ start: { base, files, lock, plain: false } });
                for (const id of [1, 2]) worker.postMessage({ id, asked: '{"do": "codes"}' });
            });
            worker.terminate();
            return came;
        }"""
    )
    assert came == {"ready": ["snapshot", "plain"], "told": 2, "other": 0}


def test_when_python_cannot_start_anew_it_can_be_tried_again(visit, watch):
    watch.forgive("Failed to load|ERR_FAILED|the slower way: the snapshot lacks it")

    def without_ours(context):
        lacking(context)
        context.route("**/casebook.*", lambda route: route.abort())

    quiz = visit(before=without_ours)
    quiz.claim.fill("44120; 44121")
    quiz.check.click()
    again = quiz.section.get_by_role("button", name="Try again")
    expect(again).to_be_visible(timeout=SLOW)
    quiz.page.context.unroute("**/casebook.*")
    again.click()
    expect(quiz.status).to_have_attribute("data-verdict", "correct", timeout=SLOW)
    assert quiz.timings()["boot"] == "plain"


@pytest.mark.parametrize("spoil", ["cut short", "of another Python"])
def test_a_snapshot_that_does_not_fit_is_let_go(visit, folder, watch, spoil):
    watch.forgive("Pyodide|fatal|error|wasm|Python started the slower way")
    (file,) = (folder / "_static" / "casebook" / "pyodide").glob("snapshot*")
    content = bytearray(gzip.decompress(file.read_bytes()))
    if spoil == "cut short":
        body = file.read_bytes()[:100_000]
    else:
        content[12 + int.from_bytes(content[4:8], "little") * 4 + 16] ^= 255  # a byte of Pyodide's build id
        body = gzip.compress(bytes(content), 1)
    quiz = visit(
        before=lambda context: context.route("**/*snapshot*", lambda route: route.fulfill(body=body))
    )
    quiz.claim.fill("44120; 44121")
    quiz.check.click()
    expect(quiz.section.locator(".casebook-size")).to_contain_text("The quick start failed", timeout=SLOW)
    if spoil == "of another Python":  # found out late; the plain way is the same for both
        expect(quiz.status).to_have_attribute("data-verdict", "correct", timeout=SLOW)
        assert quiz.timings()["boot"] == "plain"
        assert quiz.timings()["why"]


def test_a_server_that_unpacks_by_itself_does_no_harm(visit, folder):
    def unpacked(route):
        name = route.request.url.rpartition("/")[2]
        route.fulfill(body=gzip.decompress((folder / "_static" / "casebook" / "pyodide" / name).read_bytes()))

    quiz = visit(before=lambda context: context.route("**/*.gz", unpacked))
    quiz.answer("44120; 44121", "correct")
    assert quiz.timings()["boot"] == "snapshot"


NOTEBOOK = """async ({ html, graded }) => {
    const { default: { render } } = await import(new URL("../_static/casebook/quiz.js", location.href));
    const heard = { "msg:custom": new Set(), "change:held": new Set() };
    const values = { html, places: {}, held: true };
    const fire = (name, data) => { for (const work of heard[name]) work(data); };
    const listening = () => Object.values(heard).map((each) => each.size);
    const model = {
        get: (name) => values[name],
        on: (name, work) => heard[name].add(work),
        off: (name, work) => heard[name].delete(work),
        send: ({ id, asked }) => setTimeout(() => fire("msg:custom",
          JSON.parse(asked).do === "grade" ? { id, told: graded } : { id, error: "not here" })),
    };
    const el = document.body.appendChild(document.createElement("div"));
    const stop = render({ model, el });
    const status = el.querySelector("[role=status]");
    const until = async (done) => { while (!done()) await new Promise((go) => setTimeout(go, 20)); };
    el.querySelector("textarea").value = "44120";
    const seen = [];
    for (const _ of [1, 2]) {
        el.querySelector("form").requestSubmit();
        await until(() => status.textContent.startsWith("Noted"));
        seen.push(...listening());
    }
    values.held = false;
    fire("change:held");
    await until(() => status.dataset.verdict);
    seen.push(status.dataset.verdict);
    stop();
    return [...seen, ...listening()];
}"""


def test_in_a_notebook_a_held_verdict_comes_and_nothing_is_left_listening(visit, rowan):
    page = cases.load(rowan).page()
    given = {
        "html": markup.section_html(page, host="notebook"),
        "graded": json.dumps(grade_page(page, "44120")),
    }
    assert visit("elsewhere").page.evaluate(NOTEBOOK, given) == [1, 1, 1, 1, "wrong", 0, 0]


def test_what_was_checked_before_the_script_came_is_graded_then(visit):
    held = []
    quiz = visit(
        before=lambda context: context.route("**/quiz.js", lambda route: held.append(route)), wait="commit"
    )
    quiz.page.locator("section.casebook-js").wait_for()  # before that, what is typed can be lost
    quiz.claim.fill("44120; 44121")
    expect(quiz.claim).to_have_value("44120; 44121")
    quiz.check.click()
    expect(quiz.status).to_have_attribute("data-verdict", "")
    held[0].continue_()
    expect(quiz.status).to_have_attribute("data-verdict", "correct", timeout=SLOW)
    assert "?" not in quiz.page.url


#: Keeps every worker that the page makes, so that a test can end one without a word, as a browser does that
#: lacks memory.
CAUGHT = """(() => {
    window.workers = [];
    const Real = window.Worker;
    window.Worker = class extends Real {
        constructor(...given) { super(...given); window.workers.push(this); }
    };
})()"""


def test_a_grader_that_ended_without_a_word_is_started_again_within_seconds(visit):
    quiz = visit(before=lambda context: context.add_init_script(CAUGHT))
    quiz.answer("44120; 44121", "correct")
    quiz.page.evaluate("workers.at(-1).terminate()")
    quiz.page.evaluate("document.querySelector('[role=status]').dataset.verdict = ''")
    began = time.monotonic()
    quiz.answer("44120 x2", "wrong")
    assert time.monotonic() - began < 20  # four seconds of silence, and a start
    assert quiz.page.evaluate("workers.length") == 2


SPOILED = {
    "casebook.attempts": [{"case": "rowan", "at": 1, "answer": {"toString": 1}, "verdict": "wrong"}],
    "casebook.drafts": {"rowan": {"answer": ["44120"], "lines": {"length": 3}, "confidence": {"a": 1}}},
    "casebook.test": {"items": 5, "": {"items": {"length": 2}}},
}


def test_what_is_damaged_in_the_browsers_store_disables_nothing(told):
    text = json.dumps(SPOILED)
    fill = "if (location.protocol === 'http:') "
    fill += f"for (const [key, value] of Object.entries({text})) localStorage[key] ??= JSON.stringify(value)"
    quiz = told(before=lambda context: context.add_init_script(fill))
    quiz.answer("44120; 44121", "correct")
    kept = json.loads(quiz.page.evaluate("localStorage['casebook.attempts']"))
    assert kept["version"] == 1
    assert kept["attempts"][0] == SPOILED["casebook.attempts"][0]  # left as it is
    assert kept["attempts"][1]["answer"] == "44120; 44121"


def test_a_browser_that_keeps_nothing_says_so_with_the_verdict(told):
    throws = "{get() { throw new DOMException('', 'SecurityError'); }}"
    block = f"Object.defineProperty(window, 'localStorage', {throws})"
    quiz = told(before=lambda context: context.add_init_script(block))
    quiz.answer("44120; 44121", "correct")
    expect(quiz.section.get_by_text("stays only until you close this page")).to_be_visible()
    assert int(quiz.claim.get_attribute("maxlength")) == 2001
