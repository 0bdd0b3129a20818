// The progress page: what was answered in this browser, what to see again, and the reader's own file of it.

function showProgress(section, host) {
  const stage = section.querySelector(".casebook-stage");
  const status = section.querySelector(".casebook-test-status");
  const size = section.querySelector(".casebook-size");
  const weight = size.textContent;
  const picker = section.querySelector("input[type=file]");
  let named = ""; // goes into the saved file alone, and only if typed
  let round = 0; // of what is drawn: details that come late are of no use

  const tell = ({ got, of }) => (size.textContent = got < of ? `Fetching the grader, ${megabytes(got)} of ${megabytes(of)}...` : "Starting the grader...");

  // What is kept is counted at once. The details need Python: they wait until they are asked for, unless it is there already.
  function draw(said = "") {
    round++;
    status.textContent = said;
    const { all, unread } = attempts();
    size.hidden = Boolean(host.awake || unread || !all.length);
    if (unread) {
      return stage.replaceChildren(
        make("div", { className: "casebook-notice" }, make("p", {}, `What this browser keeps cannot be used: ${unread}. It was left as it is. Save it, then erase it to start anew.`)),
        tools(all),
      );
    }
    if (!all.length) return stage.replaceChildren(make("p", {}, "No case has been answered in this browser yet. Your answers will be counted here."), tools(all));
    const answered = new Set(all.map((each) => each.case)).size;
    const brief = make("p", {}, `${several(all.length, "answer")} to ${several(answered, "case")} so far.`);
    const more = button("Work out the details", () => details());
    stage.replaceChildren(brief, make("p", { className: "casebook-row-of" }, more), tools(all));
    if (host.awake) details();

    async function details() {
      const mine = ++round;
      status.textContent = said;
      try {
        await host.ready(tell);
        const told = await host.ask({ do: "progress", attempts: all, bank: await bank(), now: Date.now(), offset: -new Date().getTimezoneOffset() });
        if (mine === round) show(told);
      } catch (error) {
        size.textContent = weight;
        if (mine === round) status.textContent = `${said} The details could not be worked out: ${error.message}.`.trim();
      }
    }

    function show(told) {
      const part = (title, rows, none) => make("section", {}, make("h2", { tabIndex: -1 }, title), rows.length ? list(rows) : make("p", {}, none));
      const asked = document.activeElement === more;
      size.hidden = true;
      more.parentElement.replaceWith(
        part("To see again", told.due.map(({ case: id, says }) => [host.link(id), `: ${says}`]), "Nothing for now. What you get wrong comes back after a day, then after 3, 7 and 21."),
        part("By thing to learn", told.topics.map(({ name, says }) => `${name}: ${says}`), "Nothing yet."),
        part("What wrong answers amounted to", told.misconceptions.map(({ says }) => says), "No wrong rule shows in your answers."),
      );
      if (told.unread) brief.append(` ${several(told.unread, "record")} could not be read.`);
      if (asked) brief.nextElementSibling.querySelector("h2").focus();
    }
  }

  function tools(all) {
    const erase = button("Erase", () => {
      const sure = button("Yes, erase everything", () => {
        for (const key of [KEPT, DRAFTS, TEST]) keep(key, null);
        draw("Erased.");
      });
      asking.replaceChildren(make("p", {}, `Erase ${several(all.length, "answer")} from this browser? There is no way back.`), sure, button("No, keep them", () => {
        asking.replaceChildren();
        erase.focus();
      }));
      sure.focus();
    });
    const asking = make("div", { className: "casebook-asking" });
    const who = make("input", { type: "text", maxLength: 80, autocomplete: "off", value: named });
    who.addEventListener("input", () => (named = who.value));
    const ask = make("label", {}, "Your name or number, only if whoever teaches you asks for it ", who);
    return make("div", { className: "casebook-tools" }, ask, button("Save to a file", save), button("Load from a file", () => picker.click()), erase, asking);
  }

  function save() {
    let text;
    try {
      text = localStorage.getItem(KEPT);
    } catch {
      text = null;
    }
    const lines = attempts().unread ? text : [JSON.stringify({ format: "casebook-answers", version: FORMAT, learner: named.trim() || undefined }), ...attempts().all.map((each) => JSON.stringify(each))].join("\n") + "\n";
    const link = make("a", { href: URL.createObjectURL(new Blob([lines ?? ""], { type: "application/jsonl" })), download: "casebook-answers.jsonl" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    status.textContent = "Saved as casebook-answers.jsonl.";
  }

  picker.addEventListener("change", async () => {
    const [file] = picker.files;
    picker.value = "";
    if (!file) return;
    try {
      if (file.size > 20e6) fail("it is larger than 20 MB, which no file of answers is");
      const read = parse(await file.text());
      const { all, unread } = attempts();
      if (unread) fail(`what this browser keeps cannot be used (${unread}); save and erase it first`);
      const merged = merge(all, read);
      const told = keepAttempts(merged) ? `Loaded: ${several(merged.length - all.length, "new answer")}.` : `Loaded until this page is closed: ${refused}.`;
      draw(told);
    } catch (error) {
      status.textContent = `${file.name} was not loaded: ${error.message}.`;
    }
  });

  draw();
}

// A file of answers: JSON lines, a head first; or one JSON value of an older kind.
export function parse(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  const values = [];
  for (const [i, line] of lines.entries()) {
    try {
      values.push(JSON.parse(line));
    } catch {
      if (i === 0) break; // perhaps one value over several lines
      fail(`line ${i + 1} is not JSON; the file may be cut short`);
    }
  }
  if (values[0]?.format === "casebook-answers") return upgrade({ version: values[0].version, attempts: values.slice(1) });
  try {
    return upgrade(JSON.parse(text));
  } catch (error) {
    fail(error instanceof SyntaxError ? "it is not a file of answers" : error.message);
  }
}
