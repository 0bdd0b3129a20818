// @ts-check
// A file of answers: how it is written, how an older one is brought up to date, and how two are made one.

import { fail } from "./parts.js";
import { ATTEMPT, named, raised, read, STORES, version } from "./schema.js";

/** @import { Attempt, Noted } from "./types.d.ts" */

/**
 * The chart that a question is about: of a change, whose id has a mark and a digest behind it, the one changed.
 * @param {string} id
 */
export const chartOf = (id) => id.replace(/~[0-9a-f]{3}$/, "");

const FORMAT = version(STORES.attempts);

/**
 * A file of answers: JSON lines, a head first; or one JSON value of an older kind. The attempts in it, and
 * how many rows are none.
 * @param {string} text
 * @returns {{ attempts: Attempt[], odd: number }}
 */
export function parse(text) {
  const rows = raised(STORES.attempts, values(text.replace(/^\ufeff/, ""))).attempts;
  const attempts = rows.flatMap((/** @type {unknown} */ row) => read(ATTEMPT, row) ?? []);
  return { attempts, odd: rows.length - attempts.length };
}

/**
 * What a file holds, as one value.
 * @param {string} text
 */
function values(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  const found = [];
  for (const [i, line] of lines.entries()) {
    const value = json(line);
    if (value === undefined && i === 0) break; // perhaps one value over several lines
    if (value === undefined) fail(`line ${i + 1} is not JSON; the file may be cut short`);
    found.push(value);
  }
  const [head] = found;
  if (named(head) && head.format === "casebook-answers") {
    return { version: head.version, attempts: found.slice(1) };
  }
  return json(text) ?? fail("it is not a file of answers");
}

/**
 * The JSON of a text, or undefined where it is none.
 * @param {string} text
 * @returns {unknown}
 */
function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What stands for the edition of an answer that an older book kept without one. */
const BEFORE = "before editions";

/**
 * Answers with the edition of each: the book has written it ever since charts have editions.
 * @template {{ edition?: string }} Each
 * @param {Each[]} answers
 */
export const dated = (answers) => answers.map((each) => ({ edition: BEFORE, ...each }));

/**
 * The text of a file; a name is in it only where one was typed.
 * @param {(Attempt | Noted)[]} attempts
 * @param {string} learner
 */
export function written(attempts, learner) {
  const head = { format: "casebook-answers", version: FORMAT, learner: learner.trim() || undefined };
  return [head, ...dated(attempts)].map((each) => `${JSON.stringify(each)}\n`).join("");
}

/**
 * Attempts of both, each once, in the order of time. What is no attempt stays before them as it is.
 * @param {any[]} some
 * @param {Attempt[]} others
 * @returns {any[]}
 */
export function merge(some, others) {
  const each = new Map(
    [...some, ...others].map((row, i) => [
      read(ATTEMPT, row) ? JSON.stringify([row.case, row.at, row.answer]) : i,
      row,
    ]),
  );
  const at = (/** @type {any} */ row) => read(ATTEMPT, row)?.at ?? 0;
  return [...each.values()].sort((one, two) => at(one) - at(two));
}
