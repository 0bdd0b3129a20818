// @ts-check
// How far a reader has come in the Learn chapters, and which charts that prepares for. What each chart needs
// was worked out in Python (casebook.practice.chapters); what was begun is told by the small questions.

import { chapter } from "./page.js";
import { aside, make } from "./parts.js";
import { isShort } from "./questions.js";
import { keptTurns } from "./store.js";

/** @import { Follow, Way } from "./types.d.ts" */

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
  return aside(says, link, ".");
}

/**
 * What to ask next of that which the reader was prepared for, by the chapters begun and by what some charts met
 * needed: short charts and changes of what was read; where these tell too little, `whole` charts too, after a test
 * that was of such. Where nothing of it tells enough nothing is asked: who has just erred is given nothing that
 * needs a chapter not read.
 * @param {Way} way
 * @param {{ id: string }[]} bank
 * @param {string[]} met all charts answered
 * @param {string[]} by those of them that say how far the reader is
 * @param {(near: { id: string }[]) => Promise<Follow>} ask
 * @param {boolean} whole
 */
export async function nearest(way, bank, met, by, ask, whole) {
  const begun = way.chapters.slice(0, reached(way) + 1).flatMap(({ teaches }) => teaches);
  const known = new Set([...begun, ...by.flatMap((id) => way.needs[id] ?? [])]);
  const near = bank.filter(({ id }) => met.includes(id) || way.needs[id]?.every((topic) => known.has(topic)));
  const next = await ask(near.filter(({ id }) => isShort(id) || met.includes(id)));
  return next.ask || !whole ? next : ask(near);
}
