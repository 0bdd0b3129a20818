// @ts-check
// How far a reader has come in the Learn chapters, and which charts that prepares for. What each chart needs
// was worked out in Python (casebook.practice.chapters); what was begun is told by the small questions.

import { chapter } from "./page.js";
import { make } from "./parts.js";
import { keptTurns } from "./store.js";

/** @import { Way } from "./types.d.ts" */

/**
 * The place of the last chapter that was begun, or of one that some charts met needed; the first for nobody.
 * @param {Way} way
 * @param {string[]} met
 */
export function reached({ chapters, after }, met = []) {
  const kept = keptTurns();
  const begun = chapters.findLastIndex(({ turns }) => turns.some((id) => kept[id]));
  return Math.max(0, begun, ...met.map((id) => after[id] ?? 0));
}

/**
 * What to say beside a chart that needs a chapter which was not begun; null where none is needed.
 * @param {Way} way
 * @param {string} id
 * @param {string[]} met
 */
export function ahead(way, id, met = []) {
  const at = way.after[id] ?? 0;
  if (at <= reached(way, met)) return null;
  const { page, title } = way.chapters[at];
  const link = make("a", { href: chapter(page) }, title);
  const says = "This chart needs a chapter that you have not begun: ";
  return make("p", { className: "casebook-hint" }, says, link, ".");
}
