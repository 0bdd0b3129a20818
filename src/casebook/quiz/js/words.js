// @ts-check
// Numbers and verdicts as a reader says them.

/** @type {Partial<Record<string, string>>} */
export const VERDICT = { correct: "right", partly: "partly right", wrong: "not right" };

/** @param {number} bytes */
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/** @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * @param {number} count
 * @param {string} one
 * @param {string} more
 */
export const several = (count, one, more = `${one}s`) => `${count} ${count === 1 ? one : more}`;
