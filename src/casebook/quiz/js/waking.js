// @ts-check
// The grader, fetched where a desk needs it, with its progress told beside the desk.

import { coming } from "./words.js";

/** @import { Tell } from "./types.d.ts" */

/**
 * Wait until the grader is ready.
 * @param {{ ready(tell: Tell, there?: HTMLElement): Promise<unknown> }} host
 * @param {HTMLElement} line where the progress is told
 * @param {string} [what] that is coming, in words
 */
export async function awoken(host, line, what) {
  await host.ready((told) => {
    line.textContent = coming(told, what);
  }, line);
  line.textContent = "";
}
