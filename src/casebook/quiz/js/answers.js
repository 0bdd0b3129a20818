// @ts-check
// A file of answers: how it is written, how an older one is brought up to date, and how two are made one.

import { fail, reason } from "./parts.js";

/** @import { Attempt } from "./types.d.ts" */

export const FORMAT = 1; // of the attempts

/**
 * Files of older books, oldest first: each step makes the next format. A file without a version is a bare
 * list.
 * @type {((attempts: unknown[]) => { version: number, attempts: unknown[] })[]}
 */
const OLDER = [(attempts) => ({ version: 1, attempts })];

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
const named = (value) => typeof value === "object" && value !== null;

/**
 * @param {unknown} value
 * @returns {value is Attempt}
 */
const isAttempt = (value) => named(value) && typeof value.case === "string";

/**
 * The attempts of what any edition kept. Throws where it is none of it.
 * @param {unknown} data
 */
export function upgrade(data) {
  const file = Array.isArray(data) ? { version: 0, attempts: data } : data;
  if (!named(file) || !Array.isArray(file.attempts) || !Number.isInteger(file.version)) {
    fail("this is no file of answers from the casebook");
  }
  let [version, attempts] = [Number(file.version), file.attempts];
  if (version > FORMAT) {
    fail(`it was written by a newer edition of this book (format ${version}; this one knows ${FORMAT})`);
  }
  while (version < FORMAT) ({ version, attempts } = OLDER[version](attempts));
  return attempts.filter(isAttempt);
}

/**
 * A file of answers: JSON lines, a head first; or one JSON value of an older kind.
 * @param {string} text
 */
export function parse(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  const values = [];
  for (const [i, line] of lines.entries()) {
    try {
      values.push(JSON.parse(line));
    } catch {
      if (i === 0) break; // perhaps one value over several lines
      fail(`line ${i + 1} is not JSON; the file may be cut short`);
    }
  }
  if (values[0]?.format === "casebook-answers") {
    return upgrade({ version: values[0].version, attempts: values.slice(1) });
  }
  try {
    return upgrade(JSON.parse(text));
  } catch (error) {
    return fail(error instanceof SyntaxError ? "it is not a file of answers" : reason(error));
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
 * @param {Attempt[]} attempts
 * @param {string} learner
 */
export function written(attempts, learner) {
  const head = { format: "casebook-answers", version: FORMAT, learner: learner.trim() || undefined };
  return [head, ...dated(attempts)].map((each) => `${JSON.stringify(each)}\n`).join("");
}

/**
 * Attempts of both, each once, in the order of time.
 * @param {Attempt[]} some
 * @param {Attempt[]} others
 */
export function merge(some, others) {
  const each = new Map(
    [...some, ...others].map((attempt) => [
      JSON.stringify([attempt.case, attempt.at, attempt.answer]),
      attempt,
    ]),
  );
  return [...each.values()].sort((one, two) => (one.at ?? 0) - (two.at ?? 0));
}
