// One quiz.
//
// The markup (casebook.quiz.markup makes it):
//
//   section.casebook-quiz[data-case][data-host=page|notebook]
//     form.casebook-form      textarea "Claim", rows, confidence, button "Check"; on a page div.casebook-fetch with size and progress
//     .casebook-status        role=status, the short verdict and nothing else; data-verdict is "" while there is none
//     .casebook-notice        role=alert, why the grader cannot answer
//     .casebook-layers        the explanation, layer by layer
//     button.casebook-open    opens and closes the worked answer
//     .casebook-worked        the worked answer
//
// The section has the class casebook-js where scripts run and data-live once `mount` has been here.
// A host is {ready(tell): Promise, ask(question): Promise<object>} and may have `where(mark)` (its element in the chart),
// `address(mark)` (where it stands on another page), `link(case)`, `keeps` (attempts and drafts are kept in this browser),
// `held` (a promise: no verdict before it) and `exam` ({answered(attempt, show)}: see exam.js).

export function mount(section, host) {
  if (section.dataset.live) return;
  section.dataset.live = "yes";
  section.classList.add("casebook-js");
  const find = (selector) => section.querySelector(selector);
  const id = section.dataset.case;
  const form = find("form");
  const field = find("textarea");
  const status = find(".casebook-status");
  const notice = find(".casebook-notice");
  const layers = find(".casebook-layers");
  const opener = find(".casebook-open");
  const worked = find(".casebook-worked");
  const size = find(".casebook-size");
  const bar = find("progress");
  const codes = find(".casebook-icd input");
  const hinter = find(".casebook-hinter");
  const hints = find(".casebook-hints");
  const before = find(".casebook-before");
  const hint = field.getAttribute("aria-describedby");
  const weight = size?.textContent;
  const whispers = section.appendChild(make("p", { className: "casebook-unseen", aria: { live: "polite" } }));
  let grader = null; // promise, once the reader has touched the form
  let round = 0;
  let tries = 0;
  let since = null; // when this answer was begun

  // Getting ready

  function wake() {
    grader ??= host.ready(progress).then(ready, (error) => {
      grader = null; // so that it can be tried again
      throw error;
    });
    return grader;
  }

  function ready() {
    if (!size) return;
    bar.hidden = true;
    size.textContent = "The grader is ready. Nothing you type leaves your device.";
  }

  function progress({ got, of }) {
    if (!size) return;
    bar.hidden = false;
    bar.value = got / of;
    size.textContent =
      got < of ? `Fetching the grader, ${(got / 1e6).toFixed(1)} of ${megabytes(of)}...` : `Starting the grader (${megabytes(of)})...`;
  }

  const ask = async (question) => {
    await wake();
    return host.ask(question);
  };

  // Asking

  const confidence = () => form.querySelector("input[name=confidence]:checked")?.value ?? null;

  async function check() {
    const mine = ++round;
    const answer = field.value;
    const lines = cite.chosen.size ? [...cite.chosen] : null;
    const diagnoses = codes?.value.trim() ? codes.value : null;
    status.textContent = "";
    status.dataset.verdict = "";
    notice.hidden = true;
    section.setAttribute("aria-busy", "true");
    const slow = setTimeout(() => (whispers.textContent = size?.querySelector("button") ? "The grader must be fetched first." : "Starting the grader."), 700);
    try {
      await wake();
      const told = { confidence: confidence(), seconds: since && Math.round((performance.now() - since) / 1000), hints: shownHints }; // for a notebook, which keeps them
      const graded = await host.ask({ do: "grade", answer, lines, diagnoses, ...told });
      if (mine === round) await take(answer, graded, told);
    } catch (error) {
      if (mine === round) giveUp(error);
    } finally {
      clearTimeout(slow);
      whispers.textContent = "";
      if (mine === round) section.removeAttribute("aria-busy");
    }
  }

  async function take(answer, graded, told) {
    const readable = graded.verdict !== "invalid" && graded.verdict !== "blank"; // what could not be read costs no try
    if (readable) tries++;
    section.dataset.tries = tries;
    if (!readable) return show(answer, graded, false);
    const attempt = {
      case: id, at: Date.now(), try: tries, answer: answer.trim(), verdict: graded.verdict, score: graded.score,
      misconceptions: graded.misconceptions.map((each) => each.id), ...told,
      ...(graded.evidence && { evidence: graded.evidence.score }),
    };
    since = performance.now();
    if (host.exam) return host.exam.answered(attempt, () => show(answer, graded, true));
    const trouble = host.keeps ? record(attempt) : "";
    const held = host.held?.();
    if (held) {
      status.textContent = "Noted. The verdict comes when it is revealed.";
      layers.replaceChildren();
      await held;
      if (field.value.trim() !== attempt.answer) return;
    }
    show(answer, graded, true);
    if (trouble) layers.append(make("p", { className: "casebook-doubt" }, trouble));
  }

  function giveUp(error) {
    if (size) {
      bar.hidden = true;
      size.textContent = weight;
    }
    const again = button("Try again", () => {
      find(".casebook-check").focus(); // this button goes away
      check();
    });
    const instead = host.exam ? "" : " Here is the worked answer instead.";
    notice.replaceChildren(make("p", {}, `The grader could not answer: ${error?.message ?? error}.${instead}`), again);
    notice.hidden = false;
    layers.replaceChildren();
    if (!host.exam) unfold(true);
  }

  function unfold(open) {
    worked.classList.toggle("casebook-shown", open);
    opener.setAttribute("aria-expanded", String(open));
    opener.textContent = open ? "Hide the worked answer" : "Show the worked answer";
  }

  // Showing

  function show(answer, graded, readable) {
    const { verdict, feedback, findings } = graded;
    section.graded = graded; // for whoever scripts the page
    unmark();
    cite.stop();
    const cited = [...cite.chosen].map((line) => line.split("-")[1]);
    layers.replaceChildren(
      ...(readable ? explain({ answer, told: feedback, findings, graded, tries, host, ask, cited }) : [make("p", { className: "casebook-amounts" }, feedback.amounts_to ?? "")]),
    );
    field.toggleAttribute("aria-invalid", false);
    field.setAttribute("aria-describedby", hint);
    if (!readable) {
      layers.firstElementChild.id = `${field.id}-why`;
      if (verdict === "invalid") field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", `${hint} ${field.id}-why`);
    }
    if (before) before.hidden = true;
    status.dataset.verdict = verdict;
    status.textContent = feedback.headline;
  }

  // In the chart: go to a sentence, mark it, and offer the way back.
  let marked = [];
  function unmark() {
    for (const undo of marked) undo();
    marked = [];
  }
  section.addEventListener("click", (event) => {
    const from = event.target.closest?.('a[href^="#"]');
    const sentence = from && document.getElementById(from.getAttribute("href").slice(1));
    if (!sentence || section.contains(sentence)) return;
    unmark();
    const back = make("a", { href: `#${section.id}`, className: "casebook-back" }, "Back to your claim");
    back.addEventListener("click", (event) => {
      event.preventDefault();
      from.scrollIntoView({ block: "center" });
      from.focus({ preventScroll: true });
      unmark();
    });
    sentence.classList.add("casebook-marked");
    sentence.tabIndex = -1;
    sentence.after(back);
    marked.push(() => {
      sentence.classList.remove("casebook-marked");
      sentence.removeAttribute("tabindex");
      back.remove();
    });
    requestAnimationFrame(() => sentence.focus({ preventScroll: true }));
  });

  // Hints, one after the other
  let shownHints = 0;
  hinter?.addEventListener("click", async () => {
    try {
      const { hints: all } = await ask({ do: "hints" });
      if (shownHints >= all.length) return;
      hints.append(make("li", {}, all[shownHints++]));
      hinter.textContent = shownHints < all.length ? `Another hint (${all.length - shownHints} left)` : "No more hints";
      hinter.setAttribute("aria-disabled", String(shownHints >= all.length));
    } catch (error) {
      giveUp(error);
    }
  });

  // What was begun here stays, also when the page is loaded again.
  const cite = citing(section, host.sheet ?? document.querySelector(".casebook-chart") ?? document.createElement("div"), save);
  function save() {
    since ??= performance.now();
    if (!host.keeps || host.exam) return;
    const values = { answer: field.value, lines: [...cite.chosen], confidence: confidence(), diagnoses: codes?.value ?? "" };
    keepDraft(id, values.answer || values.lines.length || values.diagnoses ? values : null);
  }
  if (host.keeps && !host.exam) {
    const { answer, lines, confidence: sure, diagnoses } = draft(id);
    if (answer) field.value = answer;
    if (diagnoses && codes) codes.value = diagnoses;
    const radio = sure && form.querySelector(`input[name=confidence][value="${CSS.escape(sure)}"]`);
    if (radio) radio.checked = true;
    cite.restore(lines);
    const last = attempts().all.findLast((each) => each.case === id);
    if (last && before) {
      before.append("Last time you answered ", make("code", {}, String(last.answer)), `: ${VERDICT[last.verdict] ?? "not graded"}.`);
      before.hidden = false;
    }
  }

  // The form

  const grow = () => (field.rows = Math.min(8, field.value.split("\n").length));
  const touched = () => wake().catch((error) => round === 0 && giveUp(error));
  for (const kind of ["focusin", "pointerdown", "input"]) form.addEventListener(kind, () => grader || touched());
  field.addEventListener("input", grow);
  form.addEventListener("input", save);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      check();
    }
  });
  form.onsubmit = null;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    check();
  });
  opener.addEventListener("click", () => unfold(opener.getAttribute("aria-expanded") !== "true"));
  building(section, field, ask);
  unfold(false);
  grow();
  if (section.dataset.asked) check();
  else if (form.contains(document.activeElement)) touched();
}
