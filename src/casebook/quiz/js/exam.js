// @ts-check
// Test yourself: cases drawn by blueprint, one after the other, and what they tell. Python draws and judges;
// the state is kept after every step, so that a page that is loaded again goes on where it stood.

import { chartOf, dated } from "./answers.js";
import { HONEST, handing, noting, setTest, silence } from "./hold.js";
import { later, page, rules, way } from "./page.js";
import { aside, button, find, headed, make, oneAtATime, reason, reveal, rowOf } from "./parts.js";
import { fetched, isShort, known } from "./questions.js";
import { mount } from "./quiz.js";
import { nearest } from "./reached.js";
import { ofLines } from "./result.js";
import { attempts, keepShown, keepTest, keptTests, met, noted, record } from "./store.js";
import { coming, several } from "./words.js";

/** @import { SetTest } from "./hold.js" */
/** @import { Attempt, Desk, Given, Graded, Host, Tell, Test } from "./types.d.ts" */

const MINUTE = 60_000; // milliseconds
const SEEDS = 1e6;
const BY_CHOICE = "casebook-by-choice"; // of a quiz whose claim is chosen, and not typed

/**
 * @param {HTMLElement} section
 * @param {Desk} host
 */
export function testing(section, host) {
  const setup = find(section, "form", HTMLFormElement);
  const stage = find(section, ".casebook-stage", HTMLElement);
  const size = find(section, ".casebook-size", HTMLElement);
  const status = find(section, ".casebook-test-status", HTMLElement);
  const near = make("p", { className: "casebook-hint casebook-near", aria: { role: "status" } });
  const data = section.dataset;
  const topics = data.topics ?? ""; // what the test is on; each such test is kept apart
  const set = topics ? null : setTest(); // by the address: then nothing is judged here
  const pool = data.pool?.split(" "); // of an exit check: what was taught so far
  const first = data.first?.split(" "); // of these, what shows best what the chapter taught
  const chapterHere = location.pathname.split("/").at(-1)?.replace(".html", "");
  const check = pool && `${topics} ${chapterHere}`;
  const name = set ? `set ${set.seed} ${set.cases ?? set.number}` : (check ?? topics);
  let test = keptTests()[name] ?? null;
  /** @type {Awaited<ReturnType<typeof known>> | null} */
  let pages = null; // the cases, and all that can be asked, once they were fetched
  /** @type {unknown} */
  let table = null; // what each wrong rule answers, once it was fetched
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let clock;
  let unkept = ""; // why what is done here stays only until the page is closed

  /** @type {Tell} */
  const tell = (told) => {
    size.textContent = coming(told);
  };

  async function ready() {
    await host.ready(tell);
    pages ??= await known();
    size.textContent = "The grader is ready. Nothing you type leaves your device.";
  }

  function store(why = "") {
    unkept = keepTest(name, test) || why;
  }

  /** @param {string} words */
  function say(words) {
    status.textContent = [words, unkept].filter(Boolean).join(". ");
  }

  /** Say beside the button that was pressed that it works; the page's own status may be out of view. */
  function working() {
    near.textContent = "Working out your result";
    reveal(near);
  }

  /** @param {Test} test */
  const over = ({ done, answers, items, ends }) =>
    done || answers.length >= items.length || (ends && Date.now() >= ends);

  /** @param {unknown} error */
  function trouble(error) {
    status.textContent = "";
    const again = button("Try again", () => (test ? go() : setup.requestSubmit()));
    const why = make("p", {}, `The test could not go on: ${reason(error)}.`);
    stage.replaceChildren(make("div", { className: "casebook-notice", aria: { role: "alert" } }, why, again));
  }

  const { alone, busy } = oneAtATime(trouble);

  async function draw() {
    const asked = new FormData(setup);
    /** @param {string} name */
    const chosen = (name) => String(asked.get(name) ?? "");
    const pace = set ? "" : chosen("pace");
    status.textContent = "Drawing the test.";
    await ready();
    const items = set?.cases?.map((id) => ({ case: id }));
    const drawn = items ? { seed: set?.seed ?? 0, items, minutes: {} } : await drew(chosen);
    const ends = pace ? Date.now() + drawn.minutes[pace] * MINUTE : null;
    const began = Date.now();
    const [kind, feedback] = set ? ["typed", "end"] : [chosen("kind"), chosen("feedback")];
    const own = Boolean(pool) || unmet(chosen);
    test = { ...drawn, kind, feedback, began, ends, answers: [], own };
    store();
    await step();
  }

  /**
   * Whether brief charts are drawn of those that this reader has not met; a number that was typed draws of all.
   * @param {(name: string) => string} chosen what the form says
   */
  const unmet = (chosen) => !set && chosen("number") === "3" && !chosen("seed").trim();

  /**
   * The cases that a number draws.
   * @param {(name: string) => string} chosen what the form says
   */
  const drew = (chosen) => {
    const few = chosen("number") === "3" && !set ? data.brief?.split(" ") : undefined;
    return host.ask({
      do: "draw",
      bank: few ? pages?.all.filter(({ id }) => few.includes(id)) : pool ? pages?.all : pages?.cases,
      number: set?.number ?? Number(chosen("number")),
      seed: set?.seed ?? (Math.abs(parseInt(chosen("seed"), 10)) || Math.floor(Math.random() * SEEDS)),
      topics: topics ? topics.split(" ") : null,
      pool: few && unmet(chosen) ? few : pool,
      first,
      met: set || chosen("seed").trim() ? [] : met(), // a number that was typed brings its own test
    });
  };

  async function step() {
    setup.hidden = true;
    clearInterval(clock);
    if (test && !set && over(test)) working();
    await ready();
    if (!test) return;
    fit(test);
    await (over(test) ? finish(test) : question(test, test.items[test.answers.length].case));
  }

  const go = () => alone(step);

  /**
   * Leave out what this edition of the book has not: a test may have been begun in another.
   * @param {Test} test
   */
  function fit(test) {
    const ids = new Set(pages?.all.map((each) => each.id));
    const there = test.items.map(({ case: id }) => ids.has(chartOf(id)));
    if (there.every(Boolean)) return;
    test.items = test.items.filter((_, i) => there[i]);
    test.answers = test.answers.filter((_, i) => there[i]);
    unkept = "What this edition of the book has not was left out";
  }

  /**
   * @param {Test} test
   * @param {string} id
   */
  async function question(test, id) {
    const place = `Question ${test.answers.length + 1} of ${test.items.length}`;
    const { sheet, quiz } = await fetched(id);
    const heading = make("h2", { tabIndex: -1 }, place);
    const left = make("p", { className: "casebook-hint", role: "timer" });
    const { edition } = quiz.dataset;
    const blank = { case: id, answer: "", confidence: null, seconds: null, edition };
    const skip = button("Leave this one out", () => next(test, { ...blank, verdict: "blank" }));
    const on = button(test.answers.length + 1 < test.items.length ? "Next question" : "See the result", go);
    on.className = "casebook-check";
    on.hidden = true;
    const stop = button("End the test here", () => end(test));
    near.textContent = "";
    stage.replaceChildren(heading, left, sheet, quiz, rowOf(on, skip, stop), near);
    keepShown(chartOf(id));

    /**
     * @param {Attempt} attempt
     * @param {(told: Graded) => void} show
     * @param {Graded} graded
     */
    function answered(attempt, show, graded) {
      if (busy() || !stage.contains(quiz)) return; // too late: the question was left while Python was at it
      const kind = quiz.classList.contains(BY_CHOICE) ? "choice" : "typed";
      const counted = { ...attempt, test: test.seed, kind };
      const why = set ? noting(counted) : record(counted);
      const { answer, confidence, seconds, edition } = attempt;
      const given = { case: id, answer, confidence, seconds, edition, marked: ofLines(graded) };
      if (test.feedback === "end") return next(test, given, why);
      if (test.items[test.answers.length]?.case === id) {
        test.answers.push(given); // the first answer counts
        store(why);
        skip.hidden = true;
        stop.hidden = test.answers.length === test.items.length;
        on.hidden = false;
        say("");
      }
      show(graded);
    }

    const live = { ...page(quiz), sheet, exam: { answered } };
    if (test.kind === "choice") await offer(test, quiz, live);
    mount(quiz, live);
    if (set) silence(quiz);
    if (test.feedback === "end") find(quiz, ".casebook-check", HTMLElement).textContent = "Keep this answer";
    headed(heading); // which says the place
    say("");
    if (test.ends) count(test, test.ends, left);
  }

  /**
   * Tell the time that is left, and end the test when there is none.
   * @param {Test} test
   * @param {number} ends
   * @param {HTMLElement} left
   */
  function count(test, ends, left) {
    function tick() {
      const seconds = Math.max(0, Math.round((ends - Date.now()) / 1000));
      const rest = String(seconds % 60).padStart(2, "0");
      left.textContent = `${Math.floor(seconds / 60)} min ${rest} s left`;
      if (!seconds) end(test);
    }
    tick();
    clearInterval(clock);
    clock = setInterval(tick, 1000);
  }

  /**
   * @param {Test} test
   * @param {Given} answer
   * @param {string} [why]
   */
  const next = (test, answer, why) =>
    alone(() => {
      test.answers.push(answer);
      store(why);
      return step();
    });

  /** @param {Test} test */
  const end = (test) =>
    alone(() => {
      test.done = true;
      store();
      return step();
    });

  /** @param {Test} test */
  async function finish(test) {
    say("");
    if (set) return handIn(test);
    const missing = test.items
      .slice(test.answers.length)
      .map(({ case: id }) => ({ case: id, answer: "", confidence: null, seconds: null }));
    const answers = [...dated(test.answers), ...missing];
    const asked = test.more ?? 0;
    const drawn = answers.slice(0, answers.length - asked); // what was asked afterwards is no part of the test
    const here = new Set(drawn.map((each) => chartOf(each.case)));
    const right = attempts().all.filter(({ verdict }) => verdict === "correct");
    const solved = new Set(right.map((each) => each.case)); // these are no cases to try next
    const told = await host.ask({
      do: "result",
      answers: drawn,
      bank: pages?.all.filter(({ id }) => here.has(id) || !solved.has(id)),
    });
    table ??= await rules();
    const ids = answers.map((each) => each.case);
    const book = await way();
    const follow = await nearest(
      book,
      pages?.all ?? [],
      ids,
      ids.slice(0, drawn.length),
      (near) => host.ask({ do: "follow", answers, bank: near, table, asked, kind: test.kind }),
      !drawn.every((each) => isShort(each.case)),
    );
    const heading = make("h2", { tabIndex: -1 }, "Your result");
    const number = `This test has the number ${test.seed}: with it the same questions come again.`;
    const print = button("Print", () => window.print());
    const { parts, ready: closing, which } = await later();
    say("");
    stage.replaceChildren(
      heading,
      ...(pool ? [closing(told, book.chapters, `book/${chapterHere}`)] : []),
      aside(drawn.length === 3 && drawn.every((each) => isShort(each.case)) && data.few),
      ...parts(
        told,
        drawn,
        host.link,
        which(follow, told, () => further(test, follow.ask ?? "", missing)),
        Boolean(pool),
      ),
      aside(!pool && !test.own && number),
      rowOf(print, button("Another test", again)),
    );
    headed(heading);
  }

  /**
   * The end of a test that the address set: what was answered, to be handed in.
   * @param {Test} test
   */
  function handIn(test) {
    const ids = new Set(test.items.map((each) => each.case));
    const mine = () => noted().filter((each) => each.test === test.seed && ids.has(each.case));
    const heading = make("h2", { tabIndex: -1 }, "The test is done");
    stage.replaceChildren(heading, aside(HONEST), handing(mine));
    heading.focus();
  }

  /**
   * One more chart, the one that tells most about which rule it was.
   * @param {Test} test
   * @param {string} id
   * @param {Given[]} missing
   */
  const further = (test, id, missing) =>
    alone(() => {
      test.answers.push(...missing);
      test.items.push({ case: id });
      Object.assign(test, { more: (test.more ?? 0) + 1, done: false, ends: null });
      store();
      return step();
    });

  function again() {
    if (busy()) return;
    test = null;
    keepTest(name, null);
    stage.replaceChildren();
    setup.hidden = false;
    const first = setup.querySelector("select, input");
    if (first instanceof HTMLElement) first.focus();
  }

  /** @param {SetTest} set */
  function offerSet({ seed, number }) {
    setup.hidden = true;
    stage.replaceChildren(
      make("p", {}, `A test was set for you: number ${seed}, ${several(number, "question")}.`),
      aside(HONEST),
      rowOf(button("Start the test", () => alone(draw))),
    );
  }

  /** @param {Test} test */
  function offerOld(test) {
    setup.hidden = true;
    const done = over(test);
    const questions = several(test.items.length, "question");
    const under = `A test is under way: ${test.answers.length} of ${questions} answered.`;
    const on = button(done ? (set ? "Hand it in" : "See the result") : "Go on", go);
    stage.replaceChildren(
      make("p", {}, done ? "Your last test is finished." : under),
      rowOf(on, !set && button("Start another", again)),
      near,
    );
  }

  setup.addEventListener("submit", (event) => {
    event.preventDefault();
    alone(draw);
  });
  if (test?.items?.length) offerOld(test);
  else if (set) offerSet(set);
}

/**
 * Choices fill the typed field: what is graded is the same either way. What the reader answered before the test
 * tells which wrong claims tempt; the field itself comes where it is asked for.
 * @param {Test} test
 * @param {HTMLElement} quiz
 * @param {Host} live
 */
async function offer(test, quiz, live) {
  await live.ready(() => {});
  const before = attempts().all.filter(({ at }) => Number(at) < (test.began ?? 0));
  const { choices, words } = await live.ask({ do: "choices", seed: test.seed, attempts: before });
  const field = find(quiz, "textarea", HTMLTextAreaElement);
  const legend = make("legend", {}, "Which claim should be filed?");
  const group = make("fieldset", { className: "casebook-choices casebook-picks" }, legend);
  for (const [i, choice] of choices.entries()) {
    const radio = make("input", { type: "radio", name: "choice", value: choice });
    radio.addEventListener("change", () => {
      field.value = choice;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const told = make("span", {}, make("code", {}, choice), "\n", words[i]);
    group.append(make("label", { className: "casebook-pick" }, radio, told));
  }
  const other = button("Type it instead", () => {
    group.hidden = quiz.classList.toggle(BY_CHOICE) === false;
    other.textContent = group.hidden ? "Choose instead" : "Type it instead";
    const first = group.hidden ? field : group.querySelector("input:checked, input");
    if (first instanceof HTMLElement) first.focus();
  });
  const row = make("div", { className: "casebook-row-of" }, other);
  find(quiz, "form", HTMLFormElement).prepend(group, row);
  quiz.classList.add(BY_CHOICE);
}
