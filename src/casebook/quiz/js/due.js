// @ts-check
// What was answered of each case, and when it is to be seen again, told without Python: for the marks of a
// list and for the page Today. The rule is that of casebook.practice.review.again, and a test holds the two
// together.

import { several } from "./words.js";

/** @import { Attempt } from "./types.d.ts" */
/** @typedef {{ due: number, box: number }} Box when it is due, in epoch milliseconds */

const DAYS = [1, 3, 7, 21]; // until a case comes back, box by box
const DAY = 86_400_000; // milliseconds
/** @type {Record<string, string>} */
export const STANDS = {
  first: "right at the first try",
  later: "right",
  tried: "not right yet",
  due: "due again",
};
const COUNTED = ["correct", "partly", "wrong"];

/**
 * @param {Attempt} attempt
 */
const right = ({ verdict }) => verdict === "correct";

/**
 * Whether a moment, in epoch milliseconds, is of today by this browser's clock.
 * @param {number | undefined} at
 */
export const isToday = (at) => at !== undefined && new Date(at).toDateString() === new Date().toDateString();

/**
 * The attempts that count, in the order of time.
 * @param {Attempt[]} attempts
 */
const counted = (attempts) =>
  attempts
    .filter(({ verdict, at }) => COUNTED.includes(verdict) && at !== undefined)
    .sort((one, two) => Number(one.at) - Number(two.at) || Number(right(one)) - Number(right(two)));

/**
 * The box of each case that is to be seen again.
 * @param {Attempt[]} attempts
 * @param {number} now
 * @param {number} offset minutes east of UTC
 */
export function again(attempts, now, offset = -new Date().getTimezoneOffset()) {
  /** @type {Map<string, Box>} */
  const boxes = new Map();
  /** @type {Map<string, number>} */
  const days = new Map();
  for (const attempt of counted(attempts)) {
    const { case: id } = attempt;
    const at = Math.min(Number(attempt.at), now);
    const day = Math.floor((at + offset * 60_000) / DAY);
    const first = days.get(id) !== day;
    days.set(id, day);
    const box = right(attempt) ? (first ? (boxes.get(id)?.box ?? DAYS.length) + 1 : 0) : 1;
    if (box > DAYS.length) boxes.delete(id);
    else if (box) boxes.set(id, { due: at + DAYS[box - 1] * DAY, box });
  }
  return boxes;
}

/**
 * When it was answered that brought a case into its box, in words.
 * @param {Box} box
 * @param {number} now
 */
export function since({ due, box }, now) {
  const days = Math.floor((now - due) / DAY) + DAYS[box - 1];
  const ago = days > 0 ? `${several(days, "day")} ago` : "within the last day";
  return box === 1 ? `missed ${ago}` : `missed before, right ${ago}`;
}

/**
 * How a case stands: "" where it was not answered, else first (right at the first try), later or tried.
 * Answers to an earlier edition of its chart do not count; what tells of no edition is of one.
 * @param {Attempt[]} attempts
 * @param {string} id
 * @param {string | undefined} edition
 */
export function standing(attempts, id, edition) {
  const mine = counted(attempts.filter((each) => each.case === id && (!edition || each.edition === edition)));
  if (!mine.length) return "";
  if (right(mine[0])) return "first";
  return mine.some(right) ? "later" : "tried";
}
