// @ts-check
// Numbers and verdicts as a reader says them.

/** @import { Fetched } from "./types.d.ts" */

/** @type {Partial<Record<string, string>>} */
export const VERDICT = { correct: "right", partly: "partly right", wrong: "not right" };

/** @param {number} bytes */
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * How far Python is on its way to the page.
 * @param {Fetched} progress
 * @param {string} what it is called there
 */
export function coming({ got, of, slower }, what = "the grader") {
  const first = slower ? `The quick start failed (${slower}), so this takes longer. ` : "";
  const begun = got > 0 ? `, ${(got / 1e6).toFixed(1)} of ${megabytes(of)}` : "";
  return (
    first + (got > 0 && got >= of ? `Starting ${what} (${megabytes(of)})...` : `Fetching ${what}${begun}...`)
  );
}

/** @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * @param {number} count
 * @param {string} one
 * @param {string} more
 */
export const several = (count, one, more = `${one}s`) => `${count} ${count === 1 ? one : more}`;
