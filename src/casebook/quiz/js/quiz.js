// @ts-check
// One quiz.
//
// The markup (casebook.quiz.markup makes it):
//
//   section.casebook-quiz[data-case][data-host=page|notebook][data-edition]
//     form.casebook-form      textarea "Claim", rows, confidence, button "Check"; on a page also size and
//                             progress, in div.casebook-fetch
//     .casebook-status        role=status, the short verdict and nothing else; data-verdict is "" while there
//                             is none
//     .casebook-notice        role=alert, why the grader cannot answer
//     .casebook-layers        the explanation, layer by layer
//     button.casebook-open    opens and closes the worked answer
//     .casebook-worked        the worked answer
//
// The section has the class casebook-js where scripts run and data-live once `mount` has been here. No
// grading and no parsing here: what is typed goes to Python as it stands, and what comes back is shown as
// text.

import { building } from "./builder.js";
import { isToday } from "./due.js";
import { citing } from "./evidence.js";
import { explain } from "./explain.js";
import { aside, button, every, find, Left, make, reason, reveal, seek, Unable } from "./parts.js";
import { following } from "./sentences.js";
import { askInstead } from "./steps.js";
import { allAtOnce, attempts, draft, keepDraft, keepShown, record } from "./store.js";
import { folded } from "./verdicts.js";
import { coming, VERDICT } from "./words.js";

/** @import { Ask, Attempt, Graded, Host, Tell } from "./types.d.ts" */
/** @typedef {{ confidence: string | null, seconds: number | null, hints: number }} Beside */

const UNCOUNTED = "You looked at the worked answer before, so this try is not counted.";
const SAME = "The claim is the same as before, so this counts as no other try.";

/**
 * @param {HTMLElement} section
 * @param {Host} host
 */
export function mount(section, host) {
  if (section.dataset.live) return;
  section.dataset.live = "yes";
  section.classList.add("casebook-js");
  const id = section.dataset.case ?? "";
  const form = find(section, "form", HTMLFormElement);
  const field = find(section, "textarea", HTMLTextAreaElement);
  const status = find(section, ".casebook-status", HTMLElement);
  const notice = find(section, ".casebook-notice", HTMLElement);
  const layers = find(section, ".casebook-layers", HTMLElement);
  const opener = find(section, ".casebook-open", HTMLElement);
  const worked = find(section, ".casebook-worked", HTMLElement);
  const checker = find(section, ".casebook-check", HTMLElement);
  const size = seek(section, ".casebook-size", HTMLElement);
  const bar = seek(section, "progress", HTMLProgressElement);
  const codes = seek(section, ".casebook-icd input", HTMLInputElement);
  const hinter = seek(section, ".casebook-hinter", HTMLElement);
  const hints = seek(section, ".casebook-hints", HTMLElement);
  const before = seek(section, ".casebook-before", HTMLElement);
  const lay = seek(section, ".casebook-lay", HTMLDetailsElement);
  const hint = field.getAttribute("aria-describedby") ?? "";
  const weight = size?.textContent ?? "";
  const whispers = section.appendChild(make("p", { className: "casebook-unseen", aria: { live: "polite" } }));
  /** @type {Promise<void> | null} */
  let grader = null; // once the reader has touched the form
  let round = 0;
  let tries = 0;
  let last = ""; // what was checked at the last of them
  let solved = false;
  let ended = false; // by a look at the worked answer before the case was solved
  let shownHints = 0;
  let unanswered = false; // the page was left while it was checking
  /** @type {number | null} */
  let since = null; // when this answer was begun

  // Getting ready

  function wake() {
    grader ??= host.ready(progress).then(
      () => fetching("The grader is ready. Nothing you type leaves your device."),
      (error) => {
        grader = null; // so that it can be tried again
        throw error;
      },
    );
    return grader;
  }

  /**
   * Say how far the grader is; `share` of it has come, or none is to be shown.
   * @param {string} words
   * @param {number | null} share
   */
  function fetching(words, share = null) {
    if (!size) return;
    size.textContent = words;
    if (!bar) return;
    bar.hidden = share === null;
    if (share !== null) bar.value = share;
  }

  // Where a verdict stands, what comes in the background is nobody's wait.
  /** @type {Tell} */
  const progress = (told) => {
    if (!status.dataset.verdict) fetching(coming(told), told.got / (told.of || 1));
  };

  /** @type {Ask} */
  const ask = async (question) => {
    // Where even that cannot be had, Python says why.
    const known = /** @type {any} */ (await host.known?.(question).catch(() => null));
    if (known) return known;
    await wake();
    return host.ask(question);
  };

  // Asking

  function confidence() {
    return seek(form, "input[name=confidence]:checked", HTMLInputElement)?.value ?? null;
  }

  /** What was said of each line of a filed claim: it stands, it does not, or nothing. */
  const judged = () =>
    every(form, ".casebook-filed-line").map((line) => {
      const said = seek(line, "input:checked", HTMLInputElement)?.value;
      return said ? said === "stands" : null;
    });

  async function check() {
    const mine = ++round;
    const answer = field.value;
    const lines = cite.chosen.size ? [...cite.chosen] : null;
    const diagnoses = codes?.value.trim() ? codes.value : null;
    status.textContent = "";
    status.dataset.verdict = "";
    layers.replaceChildren(); // what was said of another answer
    notice.hidden = true;
    waiting(true);
    const slow = setTimeout(() => {
      const asking = size?.querySelector("button");
      whispers.textContent = asking ? "The grader must be fetched first." : "Starting the grader.";
    }, 700);
    try {
      const seconds = since && Math.round((performance.now() - since) / 1000);
      // For a notebook, which keeps them.
      const beside = { confidence: confidence(), seconds, hints: shownHints };
      const graded = await ask({ do: "grade", answer, lines, diagnoses, judged: judged(), ...beside });
      const asked = JSON.stringify([folded(answer), lines, diagnoses, judged()]);
      if (mine === round) await take(answer, graded, beside, asked);
      // For the answers that nobody expects, while the reader reads.
      if (!grader && !host.sparing?.()) wake().catch(() => fetching(weight));
    } catch (error) {
      unanswered = error instanceof Left;
      if (mine === round) giveUp(error);
    } finally {
      clearTimeout(slow);
      whispers.textContent = "";
      if (mine === round) waiting(false);
    }
  }

  /** @param {boolean} yes */
  function waiting(yes) {
    if (yes) section.setAttribute("aria-busy", "true");
    else section.removeAttribute("aria-busy");
    checker.textContent = yes ? "Checking..." : "Check";
  }

  /**
   * @param {string} answer
   * @param {Graded} graded
   * @param {Beside} beside
   * @param {string} asked what was checked: the claim as it is read, and what counts beside it
   */
  async function take(answer, graded, beside, asked) {
    // What could not be read costs no try.
    const readable = graded.verdict !== "invalid" && graded.verdict !== "blank";
    const same = readable && asked === last;
    if (readable && !same) tries++;
    section.dataset.tries = String(tries);
    if (!readable) return show(answer, graded, false);
    last = asked;
    /** @type {Attempt} */
    const attempt = {
      case: id,
      edition: section.dataset.edition,
      at: Date.now(),
      try: tries,
      answer: answer.trim(),
      verdict: graded.verdict,
      score: graded.score,
      misconceptions: graded.counted,
      ...beside,
      ...(graded.evidence && { evidence: graded.evidence.score }),
    };
    since = performance.now();
    if (host.exam) {
      const lay = (/** @type {Graded} */ told) => show(answer, told, true);
      return host.exam.answered(attempt, lay, graded);
    }
    const trouble = host.keeps && !ended && !same ? record(attempt) : "";
    const held = host.held?.();
    if (held) {
      status.textContent = "Noted. The verdict comes when it is revealed.";
      layers.replaceChildren();
      await held;
      if (field.value.trim() !== attempt.answer) return;
    }
    show(answer, graded, true);
    if (ended) layers.append(aside(UNCOUNTED));
    else if (same) layers.prepend(make("p", { className: "casebook-hint casebook-same" }, SAME));
    if (trouble) layers.append(make("p", { className: "casebook-doubt" }, trouble));
    const { confidence, seconds, edition } = attempt;
    host.why?.({ case: id, answer: attempt.answer, confidence, seconds, edition }, graded);
    const mine = round;
    laid?.about(attempt.answer).then(
      (told) => {
        if (!told?.about || mine !== round) return;
        layers.prepend(make("p", { className: "casebook-question" }, told.about));
        if (told.asks) askInstead(layers, told.asks);
      },
      () => {}, // the verdict stands without it
    );
  }

  /** @param {unknown} error */
  function giveUp(error) {
    if (error instanceof Left) return;
    fetching(weight);
    const again = button("Try again", () => {
      checker.focus(); // this button goes away
      check();
    });
    const never = error instanceof Unable;
    const why = never ? error.message : `The grader could not answer: ${reason(error)}`;
    const instead = host.exam ? "" : " Here is the worked answer instead.";
    notice.replaceChildren(make("p", {}, `${why}.${instead}`), ...(never ? [] : [again]));
    notice.hidden = false;
    layers.replaceChildren();
    if (!host.exam) unfold(true);
  }

  /** @param {boolean} open */
  function unfold(open) {
    worked.classList.toggle("casebook-shown", open);
    opener.setAttribute("aria-expanded", String(open));
    const over = solved || ended || host.exam;
    const words = over ? "Show the worked answer" : "Show the worked answer and end this case";
    opener.textContent = open ? "Hide the worked answer" : words;
  }

  // Showing

  const unmark = following(section);

  /**
   * @param {string} answer
   * @param {Graded} graded
   * @param {boolean} readable
   */
  function show(answer, graded, readable) {
    Object.assign(section, { graded }); // for whoever scripts the page
    unmark();
    cite.stop();
    field.toggleAttribute("aria-invalid", false);
    field.setAttribute("aria-describedby", hint);
    if (readable) {
      /** @param {boolean} all */
      const lay = (all) =>
        layers.replaceChildren(...explain({ answer, graded, tries, all, rest, host, ask }));
      const rest = () => {
        lay(true);
        layers.tabIndex = -1;
        layers.focus({ preventScroll: true }); // the button that was pressed is gone
      };
      lay(ended || Boolean(host.exam) || allAtOnce());
      if (graded.verdict === "correct") solve();
    } else {
      const why = `${field.id}-why`;
      const words = graded.feedback.parts.flatMap(({ rows }) => rows.map(({ says }) => says)).join(" ");
      layers.replaceChildren(make("p", { className: "casebook-amounts", id: why }, words));
      if (graded.verdict === "invalid") field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", `${hint} ${why}`);
    }
    if (before) before.hidden = true;
    status.dataset.verdict = graded.verdict;
    status.textContent = graded.feedback.headline;
    reveal(status, section);
  }

  /** The case is solved: what was typed is not kept for the next time, which is to be a try of its own. */
  function solve() {
    solved = true;
    unfold(worked.classList.contains("casebook-shown"));
    if (keeps) keepDraft(id, null);
  }

  // Hints, one after the other
  hinter?.addEventListener("click", async () => {
    try {
      const { hints: all } = await ask({ do: "hints" });
      // What the verdict asks already is no hint.
      if (!shownHints && layers.textContent?.includes(all[0]?.split("?")[0])) shownHints++;
      if (shownHints >= all.length) return;
      hints?.append(make("li", {}, all[shownHints++]));
      const left = all.length - shownHints;
      hinter.textContent = left ? `Another hint (${left} left)` : "No more hints";
      hinter.setAttribute("aria-disabled", String(!left));
    } catch (error) {
      giveUp(error);
    }
  });

  // What was begun here stays, also when the page is loaded again.
  const sheet = host.sheet ?? seek(document, ".casebook-chart", HTMLElement) ?? make("div", {});
  const cite = citing(section, sheet, save);
  const keeps = host.keeps && !host.exam;
  /** @type {ReturnType<typeof import("./later.js").laying> | null} */
  let laid = null;
  if (lay && keeps && host.later) lay.addEventListener("toggle", unfoldLay);
  else if (lay) lay.hidden = true;

  const icd = codes?.closest("details");
  icd?.addEventListener("toggle", async () => {
    if (icd.open) (await host.later?.().catch(() => null))?.diagnosing(icd, ask);
  });

  async function unfoldLay() {
    if (!lay?.open || laid) return;
    try {
      const { laying } = await /** @type {NonNullable<Host["later"]>} */ (host.later)();
      laid ??= laying(lay, host, draft(id).laid, save);
    } catch (error) {
      find(lay, ".casebook-lay-told", HTMLElement).textContent = `It could not be fetched: ${reason(error)}.`;
    }
  }

  function save() {
    since ??= performance.now();
    if (!keeps) return;
    const values = {
      answer: field.value,
      lines: [...cite.chosen],
      confidence: confidence(),
      diagnoses: codes?.value ?? "",
      laid: laid ? laid.operation() : draft(id).laid,
    };
    const { answer, lines, diagnoses } = values;
    keepDraft(id, answer || lines.length || diagnoses || values.laid ? values : null);
  }

  function restore() {
    const { answer, lines, confidence: sure, diagnoses } = draft(id);
    const last = attempts().all.findLast((each) => each.case === id);
    // What was checked on an earlier day is no answer begun: to see it again is to try it anew.
    const checked = last && answer?.trim() === last.answer && !isToday(last.at);
    if (answer && !checked) field.value = answer;
    if (diagnoses && codes) codes.value = diagnoses;
    const picked = sure && `input[name=confidence][value="${CSS.escape(sure)}"]`;
    const radio = picked && seek(form, picked, HTMLInputElement);
    if (radio) radio.checked = true;
    cite.restore(lines);
    if (!last || !before) return;
    const same = last.edition === section.dataset.edition;
    const verdict = `${VERDICT[last.verdict] ?? "not graded"}${same ? "" : ", in an earlier edition of this chart"}`;
    const old = make("details", {}, make("summary", {}, "What you answered"));
    old.append(make("code", {}, String(last.answer)));
    before.append(`Last time: ${verdict}. Try it anew before you look.`, old);
    before.hidden = false;
  }

  if (keeps) restore();

  // The form

  function grow() {
    field.rows = Math.min(8, field.value.split("\n").length);
  }

  // What is known beforehand comes at the first touch, or where nothing is, Python.
  async function touched() {
    const known = await host.prepare?.().catch(() => false);
    if (!known) await wake().catch((error) => round === 0 && giveUp(error));
  }

  for (const kind of ["focusin", "pointerdown", "input"]) {
    form.addEventListener(kind, () => grader || touched());
  }
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
  opener.addEventListener("click", () => {
    ended ||= !solved;
    if (keeps) keepShown(id);
    unfold(opener.getAttribute("aria-expanded") !== "true");
  });
  building(section, field, ask);
  unfold(false);
  grow();
  // By the back button to a page that was kept whole: its Python ended when it was left.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    grader = null;
    if (unanswered) check();
    unanswered = false;
  });
  if (section.dataset.asked) check();
  else if (form.contains(document.activeElement)) touched();
}
