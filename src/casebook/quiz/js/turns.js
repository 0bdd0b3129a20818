// @ts-check
// The small questions of a chapter. What is said of each answer was worked out when the book was built and
// stands in the page; here it is looked up. Only a claim that nobody foresaw goes to the grader.

import { every, find, make, reason, reveal, seek } from "./parts.js";
import { keepTurn, keptTurns } from "./store.js";

/** @import { Host, Said } from "./types.d.ts" */
/** @typedef {{ said: [string, string, string][], table: Record<string, number>, page?: object }} Known */

/** @type {Partial<Record<string, string>>} */
const HEADLINE = {
  correct: "Right.",
  partly: "Partly right.",
  wrong: "Not yet.",
  invalid: "This could not be read.",
  blank: "Nothing is chosen yet.",
};

const SAME = "The answer is the same as before, so this counts as no other try.";

/**
 * How an answer is looked up: in small letters, without spaces beside a sign.
 * @param {string} text
 */
const written = (text) =>
  text
    .trim()
    .toLowerCase()
    .replace(/\s*([;,+x*-])\s*/g, "$1");

/**
 * @param {HTMLElement} section
 * @param {Host} host
 */
export function turning(section, host) {
  const id = section.dataset.turn ?? "";
  const form = find(section, "form", HTMLFormElement);
  const status = find(section, ".casebook-turn-status", HTMLElement);
  const says = find(section, ".casebook-turn-says", HTMLElement);
  const fold = find(section, ".casebook-turn-answer", HTMLDetailsElement);
  /** @type {Known} */
  const known = JSON.parse(section.querySelector("script")?.textContent ?? "{}");
  const kept = keptTurns()[id];
  let tries = kept?.tries ?? 0;
  let last = ""; // what was checked at the last of them
  let seen = kept?.seen ?? false; // whether the answer was opened before it was found
  section.classList.add("casebook-js");

  /** What was chosen, as the table has it. */
  function chosen() {
    const field = seek(form, "input[type=text]", HTMLInputElement);
    if (field) return written(field.value);
    if (section.dataset.kind === "order") {
      return every(form, "li")
        .map((row) => row.dataset.key)
        .join(",");
    }
    return [...form.querySelectorAll("input:checked")]
      .map((each) => (each instanceof HTMLInputElement ? each.value : ""))
      .join(",");
  }

  /**
   * @param {string} key
   * @returns {Promise<Said>}
   */
  async function judged(key) {
    const at = known.table[key];
    if (at !== undefined) {
      const [verdict, asks, told] = known.said[at];
      return { verdict, asks, told };
    }
    if (!key) return { verdict: "blank", asks: "Choose or write something first.", told: "" };
    if (!known.page) return { verdict: "wrong", asks: "Look once more.", told: "" };
    stale();
    status.textContent = "Starting the grader...";
    await host.ready(() => {});
    const answer = find(form, "input[type=text]", HTMLInputElement).value;
    const beside = { lines: null, diagnoses: null, confidence: null, seconds: null, hints: 0 };
    const { verdict, feedback } = await host.ask({ do: "grade", answer, ...beside, page: known.page });
    /** @param {string} kind */
    const part = (kind) =>
      feedback.parts
        .filter((each) => each.kind === kind)
        .flatMap(({ rows }) => rows.map((row) => row.says))
        .join(" ");
    return { verdict, asks: part("amounts"), told: part("correction") };
  }

  /** @param {Said} said @param {string} key what was chosen */
  function show({ verdict, asks, told }, key) {
    const read = verdict !== "invalid" && verdict !== "blank";
    const right = verdict === "correct";
    const same = read && !right && key === last && SAME;
    if (read && !same) tries++;
    if (read) last = key;
    const more = read ? [tries > 1 && told, tries > 2 && "The answer stands below."] : [];
    const parts = right ? [told] : [same, asks, ...more];
    says.replaceChildren(...parts.filter(Boolean).map((words) => make("p", {}, words)));
    if (right) fold.open = true;
    status.dataset.verdict = verdict;
    status.textContent = HEADLINE[verdict] ?? "Not yet.";
    section.classList.toggle("casebook-turn-right", right);
    if (read) keepTurn(id, { tries, right: right || Boolean(kept?.right), seen });
    reveal(status);
  }

  /** What was said was said of another answer. */
  function stale() {
    status.dataset.verdict = "";
    status.textContent = "";
    says.replaceChildren();
    section.classList.remove("casebook-turn-right");
  }

  fold.addEventListener("toggle", () => {
    if (!fold.open || status.dataset.verdict === "correct") return;
    seen = true;
    keepTurn(id, { tries, right: Boolean(kept?.right), seen });
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const key = chosen();
      show(await judged(key), key);
    } catch (error) {
      status.textContent = `The grader could not answer: ${reason(error)}.`;
    }
  });
  form.addEventListener("click", (event) => {
    const mover = event.target instanceof Element ? event.target.closest("[data-move]") : null;
    if (mover instanceof HTMLElement) {
      stale();
      move(mover);
    }
  });
  form.addEventListener("input", stale);
  tapping(section, form);
  if (kept?.right) status.textContent = "You had this right before.";
}

/**
 * Move a row of an order up or down; the button keeps the focus.
 * @param {HTMLElement} mover
 */
function move(mover) {
  const row = mover.closest("li");
  const up = mover.dataset.move === "-1";
  const other = up ? row?.previousElementSibling : row?.nextElementSibling;
  if (!row || !other) return;
  if (up) other.before(row);
  else other.after(row);
  mover.focus();
}

const FINGER = 22; // pixels from the middle of a number that a tap may lie: the circle is half as wide

/**
 * The number that a tap means: the nearest one within a finger's width, unless a letter lies nearer.
 * @param {SVGElement} drawn
 * @param {MouseEvent} tap
 */
function nearest(drawn, { clientX, clientY }) {
  const [first] = [...drawn.querySelectorAll("[data-number], [data-letter]")]
    .map((mark) => {
      const { x, y, width, height } = mark.getBoundingClientRect();
      return { mark, far: Math.hypot(clientX - x - width / 2, clientY - y - height / 2) };
    })
    .sort((one, other) => one.far - other.far);
  return first && first.far <= FINGER && first.mark.hasAttribute("data-number") ? first.mark : null;
}

/**
 * The numbers of a picture tick the boxes below it: for a finger or a mouse. Keys use the boxes.
 * @param {HTMLElement} section
 * @param {HTMLFormElement} form
 */
function tapping(section, form) {
  if (section.dataset.kind !== "tap") return;
  const drawn = seek(section, "svg", SVGElement);
  if (!drawn) return;
  /** @param {Element} mark */
  const box = (mark) =>
    seek(form, `input[value="${CSS.escape(mark.getAttribute("data-number") ?? "")}"]`, HTMLInputElement);
  const paint = () => {
    for (const mark of drawn.querySelectorAll("[data-number]")) {
      mark.classList.toggle("chosen", Boolean(box(mark)?.checked));
    }
  };
  drawn.addEventListener("click", (event) => {
    const mark = nearest(drawn, event);
    mark && box(mark)?.click();
  });
  form.addEventListener("change", paint);
  paint();
}
