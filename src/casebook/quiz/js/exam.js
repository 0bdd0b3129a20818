// Test yourself: cases drawn by blueprint, one after the other, and what they tell. Python draws and judges; the state is kept
// after every step, so that a page that is loaded again goes on where it stood.

function testing(section, host) {
  const find = (selector) => section.querySelector(selector);
  const setup = find("form");
  const stage = find(".casebook-stage");
  const size = find(".casebook-size");
  const status = find(".casebook-test-status");
  let test = null;
  let known = null;
  let clock = 0;
  let busy = false;
  let unkept = ""; // why what is done here stays only until the page is closed

  const tell = ({ got, of }) => (size.textContent = `Fetching the grader, ${(got / 1e6).toFixed(1)} of ${megabytes(of)}...`);
  const ready = async () => {
    await host.ready(tell);
    known ??= await bank();
    size.textContent = "The grader is ready. Nothing you type leaves your device.";
  };
  const topics = section.dataset.topics ?? ""; // what the test is on; each such test is kept apart
  const store = (why = "") => (unkept = keepTest(topics, test) || why);
  const say = (words) => (status.textContent = [words, unkept].filter(Boolean).join(". "));
  const over = () => test.done || test.answers.length >= test.items.length || (test.ends && Date.now() >= test.ends);
  const trouble = (error) => {
    status.textContent = "";
    const again = button("Try again", () => (test ? go() : setup.requestSubmit()));
    stage.replaceChildren(make("div", { className: "casebook-notice", aria: { role: "alert" } }, make("p", {}, `The test could not go on: ${error.message}.`), again));
  };

  // One step at a time: what is pressed while the next question is on its way does nothing.
  async function alone(work) {
    if (busy) return;
    busy = true;
    try {
      await work();
    } catch (error) {
      trouble(error);
    } finally {
      busy = false;
    }
  }

  setup.addEventListener("submit", (event) => {
    event.preventDefault();
    alone(async () => {
      const { number, kind, feedback, minutes, seed } = Object.fromEntries(new FormData(setup));
      status.textContent = "Drawing the test.";
      await ready();
      const drawn = await host.ask({ do: "draw", bank: known, number: Number(number), seed: Math.abs(parseInt(seed, 10)) || Math.floor(Math.random() * 1e6), topics: topics ? topics.split(" ") : null });
      test = { ...drawn, kind, feedback, ends: Number(minutes) ? Date.now() + Number(minutes) * 60_000 : null, answers: [] };
      store();
      await step();
    });
  });

  async function step() {
    setup.hidden = true;
    clearInterval(clock);
    await ready();
    await (over() ? finish() : question(test.items[test.answers.length].case));
  }

  const go = () => alone(step);

  async function question(id) {
    const place = `Question ${test.answers.length + 1} of ${test.items.length}`;
    const response = await fetch(address(id)).catch(() => fail("the connection failed"));
    if (!response.ok) fail(`the case ${id} is missing (${response.status})`);
    const there = new DOMParser().parseFromString(await response.text(), "text/html");
    const sheet = document.adoptNode(there.querySelector(".casebook-chart"));
    const quiz = document.adoptNode(there.querySelector(".casebook-quiz"));
    for (const unwanted of quiz.querySelectorAll("script, .casebook-worked, .casebook-open, .casebook-hinter")) unwanted.hidden = true;
    const heading = make("h2", { tabIndex: -1 }, place);
    const left = make("p", { className: "casebook-hint", role: "timer" });
    const skip = button("Leave this one out", () => next({ case: id, answer: "", confidence: null, seconds: null, verdict: "blank" }));
    const on = button(test.answers.length + 1 < test.items.length ? "Next question" : "See the result", () => go());
    on.className = "casebook-check";
    on.hidden = true;
    stage.replaceChildren(heading, left, sheet, quiz, make("p", { className: "casebook-row-of" }, on, skip, button("End the test here", end)));
    const own = page(quiz);
    const exam = {
      answered(attempt, show) {
        if (busy || !stage.contains(quiz)) return; // too late: the question was left while Python was at it
        const why = record(attempt);
        const { answer, confidence, seconds } = attempt;
        if (test.feedback === "end") return next({ case: id, answer, confidence, seconds }, why);
        if (test.items[test.answers.length]?.case === id) {
          test.answers.push({ case: id, answer, confidence, seconds }); // the first answer counts
          store(why);
          skip.hidden = true;
          on.hidden = false;
          say(place);
        }
        show();
      },
    };
    const live = { ...own, sheet, exam };
    if (test.kind === "choice") await offer(quiz, live);
    mount(quiz, live);
    if (test.feedback === "end") quiz.querySelector(".casebook-check").textContent = "Keep this answer";
    heading.focus();
    heading.scrollIntoView({ block: "start" });
    say(place);
    if (test.ends) {
      const tick = () => {
        const seconds = Math.max(0, Math.round((test.ends - Date.now()) / 1000));
        left.textContent = `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s left`;
        if (!seconds) end();
      };
      tick();
      clearInterval(clock);
      clock = setInterval(tick, 1000);
    }
  }

  // Choices fill the typed field: what is graded is the same either way.
  async function offer(quiz, live) {
    await live.ready(() => {});
    const { choices } = await live.ask({ do: "choices", seed: test.seed });
    const field = quiz.querySelector("textarea");
    const group = make("fieldset", { className: "casebook-choices" }, make("legend", {}, "Which claim should be filed?"));
    for (const choice of choices) {
      const radio = make("input", { type: "radio", name: "choice", value: choice });
      radio.addEventListener("change", () => {
        field.value = choice;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
      group.append(make("label", { className: "casebook-pick" }, radio, make("code", {}, choice)));
    }
    quiz.querySelector("form").prepend(group);
    quiz.classList.add("casebook-by-choice");
  }

  function next(answer, why) {
    return alone(() => {
      test.answers.push(answer);
      store(why);
      return step();
    });
  }

  function end() {
    return alone(() => {
      test.done = true;
      store();
      return step();
    });
  }

  async function finish() {
    say("");
    const missing = test.items.slice(test.answers.length).map(({ case: id }) => ({ case: id, answer: "", confidence: null, seconds: null }));
    const told = await host.ask({ do: "result", answers: [...test.answers, ...missing], bank: known });
    const heading = make("h2", { tabIndex: -1 }, "Your result");
    const name = (id) => host.link(id);
    const wrongly = told.misconceptions.map((m) => [
      make("strong", {}, capital(m.says)),
      ` (${several(m.times, "time")}${m.sure ? `, ${m.sure} of them sure` : ""}). `,
      m.correction,
      " ",
      m.cases.map((id) => [name(id), " "]),
    ]);
    const rows = told.items.map((each, i) => [
      make("th", { scope: "row" }, `${i + 1}. `, name(each.case)),
      make("td", {}, each.answer ? make("code", {}, each.answer) : "no answer"),
      make("td", {}, VERDICT[each.verdict] ?? "no answer"),
      make("td", {}, make("code", {}, each.expected)),
    ]);
    const part = (title, body) => body && make("section", {}, make("h3", {}, title), body);
    const table = make(
      "table",
      {},
      make("caption", {}, "Your answers"),
      make("thead", {}, make("tr", {}, ["Case", "You", "Verdict", "Filed"].map((head) => make("th", { scope: "col" }, head)))),
      make("tbody", {}, rows.map((cells) => make("tr", {}, cells))),
    );
    const kept = make("div", { className: "casebook-scroll", tabIndex: 0, aria: { role: "region", label: "Your answers" } }, table);
    stage.replaceChildren(
      ...[
        heading,
        part("What your answers amount to", wrongly.length ? list(wrongly) : make("p", {}, "No wrong rule shows in your answers.")),
        part("How many were right", make("p", {}, make("strong", {}, `${told.right} of ${told.of} (${told.percent} %). `), told.says)),
        part("How sure you were", told.sure.length && list(told.sure)),
        part("By thing to learn", list(told.topics.map((t) => `${t.name}: ${t.right} of ${t.of}`))),
        part("Where to read", told.read.length && list(told.read.map(({ page, title, why }) => [make("a", { href: new URL(`../../${page}.html`, here).href }, title), `: ${why}`]))),
        part("Cases to try next", told.next_cases.length && list(told.next_cases.map((id) => [name(id)]))),
        part("Case by case", kept),
        make("p", { className: "casebook-hint" }, `This test has the number ${test.seed}: with it the same questions come again.`),
        make("p", { className: "casebook-row-of" }, button("Print", () => print()), button("Another test", again)),
      ].filter(Boolean),
    );
    heading.focus();
    heading.scrollIntoView({ block: "start" });
  }

  function again() {
    if (busy) return;
    test = null;
    keepTest(topics, null);
    stage.replaceChildren();
    setup.hidden = false;
    setup.querySelector("select, input").focus();
  }

  test = keptTests()[topics];
  if (test?.items?.length) {
    setup.hidden = true;
    const done = over();
    const words = done ? "Your last test is finished." : `A test is under way: ${test.answers.length} of ${several(test.items.length, "question")} answered.`;
    stage.replaceChildren(make("p", {}, words), make("p", { className: "casebook-row-of" }, button(done ? "See the result" : "Go on", go), button("Start another", again)));
  }
}
