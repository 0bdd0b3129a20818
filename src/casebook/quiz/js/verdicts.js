// @ts-check
// Verdicts made beforehand by the grader (casebook.quiz.verdicts): what was typed is folded and looked up.
// Nothing is parsed or decided here; what is not found goes to Python.

/** @import { Asked, Looked, Table } from "./types.d.ts" */

const LONGEST = 200; // characters of an answer that is looked up

/**
 * What stands between semicolons or line breaks, in capitals, white space gone from around marks and made one
 * blank elsewhere; nothing empty.
 * @param {string} text
 */
export const folded = (text) =>
  text
    .toUpperCase()
    .replace(/[\n\r]/g, ";")
    .replace(/[\t ]*([-;,+&()*])[\t ]*/g, "$1")
    .split(";")
    .map((part) => part.replace(/[\t ]+/g, " ").replace(/^ | $/g, ""))
    .filter(Boolean);

/**
 * A value of a pool as it was.
 * @param {Table["pool"]} pool
 * @param {number} place
 * @returns {any}
 */
function unpooled(pool, place) {
  const value = pool[place];
  if (Array.isArray(value)) return value.map((each) => unpooled(pool, each));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unpooled(pool, each)]));
}

/**
 * The result for an answer as it was typed, or null where the table does not have it.
 * @param {Table} table
 * @param {string} text
 * @returns {Asked["grade"][1] | null}
 */
export function found(table, text) {
  if (text.length > LONGEST || !/^[\t\n\r\x20-\x7e]*$/.test(text)) return null;
  const known = folded(text).map((part) => (Object.hasOwn(table.forms, part) ? table.forms[part] : ""));
  if (known.includes("")) return null;
  const key = known.join(";").split(";").sort().join(";");
  return Object.hasOwn(table.answers, key) ? unpooled(table.pool, table.answers[key]) : null;
}

/**
 * What is known beforehand of the answer to a question, or null. What the lines, the diagnoses and the
 * judgement of a filed claim beside an answer come to is not.
 * @param {Table} table
 * @param {Looked} question
 */
export function known(table, question) {
  if (question.do === "grade") {
    const { answer = "", lines, diagnoses, judged } = question;
    return lines || diagnoses || judged?.some((each) => each !== null) ? null : found(table, answer);
  }
  return Object.hasOwn(table.asked, question.do) ? table.asked[question.do] : null;
}

/**
 * @param {string} address
 * @param {RequestCache} cache
 * @returns {Promise<Table | null>}
 */
async function fetched(address, cache) {
  const response = await fetch(address, { cache });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b; // unless the server has unpacked it
  const stream = new Blob([bytes]).stream();
  const text = packed ? stream.pipeThrough(new DecompressionStream("gzip")) : stream;
  return response.ok ? new Response(text).json() : null;
}

/**
 * The table of a case; null where none was made yet, or where it cannot be had. A bad one is asked for again,
 * past the cache that may have kept it.
 * @param {string} address
 */
export const table = (address) =>
  fetched(address, "no-cache")
    .catch(() => fetched(address, "reload"))
    .catch(() => null);
