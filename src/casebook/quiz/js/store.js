// @ts-check
// What the reader's own browser keeps: attempts, half-done answers, a test in progress. Nothing is ever sent
// anywhere.

import { FORMAT, upgrade } from "./answers.js";
import { reason } from "./parts.js";

/** @import { Attempt, Draft, Test, TurnKept } from "./types.d.ts" */

const KEPT = "casebook.attempts";
const DRAFTS = "casebook.drafts";
const TEST = "casebook.test";
const TURNS = "casebook.turns";

/** @type {Map<string, unknown>} */
const memory = new Map(); // where the browser keeps nothing: until the page is closed

/**
 * What is kept under a name, or null. It may be anything: other editions and the reader write there too.
 * @param {string} key
 * @returns {any}
 */
function kept(key) {
  if (memory.has(key)) return memory.get(key);
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** What is kept of the attempts, as it stands: for a file of what cannot be read. */
export function keptText() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/**
 * Keep a value. "" when the browser took it; if not, why, and it stays in the page.
 * @param {string} key
 * @param {unknown} value
 */
function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
    memory.delete(key);
    return "";
  } catch (error) {
    memory.set(key, value);
    const full = error instanceof DOMException && error.name === "QuotaExceededError";
    return full ? "the browser's store for this site is full" : "the browser does not allow it";
  }
}

/** Drop everything. */
export function erase() {
  for (const key of [KEPT, DRAFTS, TEST, TURNS]) keep(key, null);
}

/**
 * The tests under way, by what they are on: "" is everything. One alone is how older books kept it.
 * @returns {Record<string, Test | undefined>}
 */
export function keptTests() {
  const found = kept(TEST) ?? {};
  return found.items ? { "": found } : found;
}

/**
 * Why it is not kept for good, or "".
 * @param {string} topics
 * @param {Test | null} test
 */
export function keepTest(topics, test) {
  const all = { ...keptTests(), [topics]: test ?? undefined };
  const why = keep(TEST, Object.values(all).some(Boolean) ? all : null);
  return why && `The test stays only until you close this page: ${why}.`;
}

/**
 * `unread` says why what is kept cannot be used; it is then left alone, never written over.
 * @returns {{ all: Attempt[], unread: string }}
 */
export function attempts() {
  const data = kept(KEPT);
  if (data === null) return { all: [], unread: keptText() === null ? "" : "it is damaged" };
  try {
    return { all: upgrade(data), unread: "" };
  } catch (error) {
    return { all: [], unread: reason(error) };
  }
}

/**
 * Why they are not kept for good, or "".
 * @param {Attempt[]} all
 */
export const keepAttempts = (all) => keep(KEPT, { version: FORMAT, attempts: all });

/**
 * Keep one more; what to tell the reader where that failed, or "".
 * @param {Attempt} attempt
 */
export function record(attempt) {
  const { all, unread } = attempts(); // read again, since another tab may have added to it
  if (unread) return `Your answer was not kept: ${unread}. The page about your progress can help.`;
  const why = keepAttempts([...all, attempt]);
  return why && `Your progress stays only until you close this page: ${why}.`;
}

/**
 * @param {string} id
 * @returns {Draft}
 */
export const draft = (id) => kept(DRAFTS)?.[id] ?? {};

/**
 * @param {string} id
 * @param {Draft | null} values
 */
export function keepDraft(id, values) {
  const all = kept(DRAFTS) ?? {};
  if (values) all[id] = values;
  else delete all[id];
  keep(DRAFTS, all);
}

/**
 * The small questions of the chapters that were tried, by their names.
 * @returns {Record<string, TurnKept | undefined>}
 */
export function keptTurns() {
  const found = kept(TURNS);
  return found && typeof found === "object" ? found : {};
}

/**
 * @param {string} id
 * @param {TurnKept} told
 */
export const keepTurn = (id, told) => keep(TURNS, { ...keptTurns(), [id]: told });
