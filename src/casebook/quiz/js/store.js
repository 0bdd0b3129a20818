// @ts-check
// What the reader's own browser keeps: attempts, half-done answers, a test in progress. Nothing is ever sent
// anywhere. Everything is read by the schema, and written into what stands there, so that rows of other
// editions stay.

import { chartOf, merge } from "./answers.js";
import { lasting } from "./keeping.js";
import { reason } from "./parts.js";
import { raised, read, STORES, version } from "./schema.js";

/** @import { Attempt, Draft, Given, Noted, Test, TurnKept } from "./types.d.ts" */
/** @import { Store } from "./schema.js" */

/** @type {Map<string, unknown>} */
const memory = new Map(); // where the browser keeps nothing: until the page is closed

/** What is kept of the attempts, as it stands: for a file of what cannot be read. */
export const keptText = () => textOf(STORES.attempts);

/** @param {Store} store */
function textOf({ key }) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * What is kept, brought up to date; and why it cannot be used, or "".
 * @param {Store} store
 * @returns {{ all: Record<string, any>, why: string }}
 */
function kept(store) {
  const none = { version: version(store), [store.holds]: store.kind.is === "list" ? [] : {} };
  const text = memory.has(store.key) ? null : textOf(store);
  try {
    const data = text === null ? memory.get(store.key) : JSON.parse(text);
    return { all: data === undefined ? none : raised(store, data), why: "" };
  } catch (error) {
    return { all: none, why: error instanceof SyntaxError ? "it is damaged" : reason(error) };
  }
}

/**
 * Keep a value; null drops it. "" when the browser took it; if not, why, and it stays in the page.
 * @param {Store} store
 * @param {unknown} value
 */
function keep({ key }, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
    memory.delete(key);
    return "";
  } catch (error) {
    if (value === null) memory.delete(key);
    else memory.set(key, value);
    const full = error instanceof DOMException && error.name === "QuotaExceededError";
    return full ? "the browser's store for this site is full" : "the browser does not allow it";
  }
}

/** Why nothing is kept for good here, or "". */
export function unkept() {
  try {
    localStorage.setItem("casebook.probe", "");
    localStorage.removeItem("casebook.probe");
    return "";
  } catch (error) {
    const full = error instanceof DOMException && error.name === "QuotaExceededError";
    return full ? "" : "the browser does not allow it";
  }
}

/** Drop everything. */
export function erase() {
  for (const store of Object.values(STORES)) keep(store, null);
}

/**
 * Keep or drop one of several under its name. Why it is not kept for good, or "".
 * @param {Store} store
 * @param {string} name
 * @param {unknown} value
 */
function keepOne(store, name, value) {
  const { all } = kept(store); // what cannot be used of these is of no worth
  const others = Object.entries(all[store.holds]).filter(([each]) => each !== name);
  const rows = value === null ? others : [...others, [name, value]];
  return keep(store, rows.length ? { ...all, [store.holds]: Object.fromEntries(rows) } : null);
}

/**
 * The tests under way, by what they are on: "" is everything.
 * @returns {Record<string, Test | undefined>}
 */
export const keptTests = () => read(STORES.tests.kind, kept(STORES.tests).all.tests);

/**
 * Keep a test, or drop it. Where another tab has gone on with it, what was answered there is taken in: of two
 * answers to a question the first counts. Why it is not kept for good, or "".
 * @param {string} topics
 * @param {Test | null} test
 */
export function keepTest(topics, test) {
  const there = keptTests()[topics];
  if (test && there && isOther(test, there)) {
    return "Another test was begun meanwhile; this one stays only until you close this page.";
  }
  if (test && there && test.seed === there.seed && test.began === there.began) {
    test.answers = joined(test, there.answers);
    test.done ||= there.done;
  }
  const why = keepOne(STORES.tests, topics, test);
  return why && `The test stays only until you close this page: ${why}.`;
}

/**
 * Keep that a chart was shown in a test, or its answer on its page, also where nothing is answered then.
 * @param {string} chart
 */
export const keepShown = (chart) => keepOne(STORES.shown, chart, Date.now());

/**
 * The charts that this reader has met, the longest ago first: answered anywhere, shown in a test, or drawn by
 * one that is under way.
 * @returns {string[]}
 */
export function met() {
  /** @type {Map<string, number>} */
  const last = new Map();
  /** @param {string} id @param {number} [at] */
  const seen = (id, at = 0) => last.set(chartOf(id), Math.max(at, last.get(chartOf(id)) ?? 0));
  for (const { case: id, at } of attempts().all) seen(id, at);
  for (const test of Object.values(keptTests())) {
    for (const { case: id } of test?.done ? [] : (test?.items ?? [])) seen(id, test?.began);
  }
  const shown = read(STORES.shown.kind, kept(STORES.shown).all.shown);
  for (const [id, at] of Object.entries(shown)) seen(id, Number(at));
  return [...last].sort(([, one], [, other]) => one - other).map(([id]) => id);
}

/**
 * The answers to a test's questions, in their order, up to the first that has none.
 * @param {Test} test
 * @param {Given[]} theirs these come before its own
 */
function joined({ items, answers }, theirs) {
  const given = new Map([...answers, ...theirs].map((each) => [each.case, each]));
  const first = items.findIndex(({ case: id }) => !given.has(id));
  const done = first < 0 ? items : items.slice(0, first);
  return done.flatMap(({ case: id }) => given.get(id) ?? []);
}

/**
 * Whether what is kept is another test, begun after this one.
 * @param {Test} test
 * @param {Test} there
 */
const isOther = (test, there) => (there.began ?? 0) > (test.began ?? 0);

/**
 * `unread` says why what is kept cannot be used; it is then left alone, never written over.
 * @returns {{ all: Attempt[], unread: string }}
 */
export function attempts() {
  const { all, why } = kept(STORES.attempts);
  return { all: read(STORES.attempts.kind, all.attempts), unread: why };
}

/**
 * Keep more attempts beside those that are there, each once. How many were new, why they could not be added,
 * and why they are not kept for good.
 * @param {Attempt[]} more
 */
export function addAttempts(more) {
  const { all, why } = kept(STORES.attempts); // read again, since another tab may have added to it
  if (why) return { added: 0, unread: why, trouble: "" };
  const merged = merge(all.attempts, more);
  const trouble = keep(STORES.attempts, { ...all, attempts: merged });
  return { added: merged.length - all.attempts.length, unread: "", trouble };
}

/**
 * Keep one more; what to tell the reader where that failed, or "".
 * @param {Attempt} attempt
 */
export function record(attempt) {
  const { unread, trouble } = addAttempts([attempt]);
  if (unread) return `Your answer was not kept: ${unread}. The page about your progress can help.`;
  lasting().catch(() => {}); // reviews come after 7 and 21 days, and Safari deletes after seven
  return trouble && `Your progress stays only until you close this page: ${trouble}.`;
}

/**
 * What was answered on held pages.
 * @returns {Noted[]}
 */
export const noted = () => read(STORES.held.kind, kept(STORES.held).all.held);

/**
 * Note an answer of a held page in the place of an earlier one to the same case in the same test. Why it
 * stays only for a while, or "".
 * @param {Noted} answer
 */
export function note(answer) {
  const { all, why } = kept(STORES.held);
  if (why) return `It was not kept: ${why}.`;
  const same = (/** @type {any} */ each) => each?.case === answer.case && each?.test === answer.test;
  const held = [...all.held.filter((/** @type {unknown} */ each) => !same(each)), answer];
  const trouble = keep(STORES.held, { ...all, held });
  return trouble && `It stays only until you close this page: ${trouble}.`;
}

/**
 * @param {string} id
 * @returns {Draft}
 */
export const draft = (id) => read(STORES.drafts.kind, kept(STORES.drafts).all.drafts)[id] ?? {};

/**
 * @param {string} id
 * @param {Draft | null} values
 */
export const keepDraft = (id, values) => keepOne(STORES.drafts, id, values);

/**
 * The small questions of the chapters that were tried, by their names.
 * @returns {Record<string, TurnKept | undefined>}
 */
export const keptTurns = () => read(STORES.turns.kind, kept(STORES.turns).all.turns);

/**
 * @param {string} id
 * @param {TurnKept} told
 */
export const keepTurn = (id, told) => keepOne(STORES.turns, id, told);

/** Whether this reader, or the class whose link was followed, wants all that is said of an answer at once. */
export const allAtOnce = () =>
  read(STORES.wishes.kind, kept(STORES.wishes).all.wishes)["all at once"] === true;

/** @param {boolean} wanted */
export const keepAllAtOnce = (wanted) => keepOne(STORES.wishes, "all at once", wanted || null);
