// @ts-check
// How much is told at which try. A first wrong answer gets its verdict, what it amounts to and a question; a
// second one besides the line that decides and the picture of what was done; then comes everything. The words are
// Python's; here only parts are held back, by their kind.

import { button, make, picture } from "./parts.js";
import { allAtOnce, keepAllAtOnce } from "./store.js";

/** @import { Ask, Graded } from "./types.d.ts" */

const FIRST = ["amounts", "doubt", "evidence", "diagnoses"];
const SECOND = [...FIRST, "tempts", "settles"];
const ONCE = "right"; // the whole claim, only where no other try counts
const LAST_STEP = 3;

/**
 * Which step an answer is at: 1, 2, or 3 for everything.
 * @param {Graded} graded
 * @param {number} tries
 * @param {boolean} all
 */
export const step = (graded, tries, all) =>
  all || graded.verdict === "correct" ? LAST_STEP : Math.min(tries, LAST_STEP);

/**
 * Whether a part is told at a step; `once` where an answer counts once.
 * @param {number} at
 * @param {string} kind
 * @param {boolean} once
 */
export const told = (at, kind, once) =>
  kind === ONCE ? once : at >= LAST_STEP || (at === 1 ? FIRST : SECOND).includes(kind);

/**
 * What stands under the parts of a step: a question, then a picture besides, and the way to the rest.
 * @param {number} at
 * @param {string} answer
 * @param {Graded} graded
 * @param {Ask} ask
 * @param {() => void} rest
 */
export function ending(at, answer, graded, ask, rest) {
  const more = button("Show the rest now", () => rest());
  const row = make("div", { className: "casebook-row-of casebook-rest" }, more, always(rest));
  return [question(graded, ask), ...(at > 1 ? [pictures(answer, ask)] : []), row];
}

/**
 * The wish to have everything at once, which can be taken back where everything stands.
 * @param {() => void} [rest]
 */
export function always(rest) {
  const box = make("input", { type: "checkbox", checked: allAtOnce() });
  box.addEventListener("change", () => {
    keepAllAtOnce(box.checked);
    if (box.checked) rest?.();
  });
  return make("label", { className: "casebook-tick" }, box, "Always show everything at once");
}

/**
 * The question that this answer asks of its reader, or else this note.
 * @param {Graded} graded
 * @param {Ask} ask
 */
function question(graded, ask) {
  const words = make("p", { className: "casebook-question casebook-retry" });
  if (graded.feedback.question) put(words, graded.feedback.question);
  else
    ask({ do: "hints" }).then(
      ({ hints }) => words.hasChildNodes() || put(words, hints[0] ?? ""),
      () => words.remove(), // the verdict stands without it
    );
  return words;
}

/**
 * @param {Element} words
 * @param {string} says
 */
const put = (words, says) => words.replaceChildren(make("strong", {}, "Before you try again: "), says);

/**
 * Ask this in place of what is asked before another try, where that is asked at all.
 * @param {Element} layers
 * @param {string} says
 */
export function askInstead(layers, says) {
  const words = layers.querySelector(".casebook-retry");
  if (words) put(words, says);
}

/**
 * The bowel as operated, one picture for each reading.
 * @param {string} answer
 * @param {Ask} ask
 */
export function pictures(answer, ask) {
  const shown = make("div", { className: "casebook-pictures" });
  ask({ do: "beside", answer }).then(
    ({ operated }) => shown.append(...operated.map(picture)),
    () => shown.remove(), // the words stand without it
  );
  return shown;
}
