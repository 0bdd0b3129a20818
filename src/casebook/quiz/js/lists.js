// @ts-check
// What a reader has done so far, beside each case of a list, and what of the list to show. It is told from
// what this browser keeps; nothing is fetched.

import { every, make, seek } from "./parts.js";
import { attempts } from "./store.js";
import { several } from "./words.js";

const COUNTED = ["correct", "partly", "wrong"];
/** @type {[string, string][]} */
const SHOWN = [
  ["", "all"],
  ["new", "not done"],
  ["tried", "tried, not right yet"],
  ["plain", "plain"],
  ["realistic", "realistic"],
  ["noisy", "noisy"],
];

/** @param {HTMLElement} list */
export function marking(list) {
  const { all } = attempts();
  const rows = every(list, "li").map((row) => {
    const address = seek(row, "a", HTMLAnchorElement)?.getAttribute("href") ?? "";
    const id = address.match(/([\w-]+)\.html/)?.[1];
    const mine = all.filter((each) => each.case === id && COUNTED.includes(each.verdict));
    const state = stateOf(mine.map((each) => each.verdict === "correct"));
    const level = row.textContent?.match(/\((\w+)\)/)?.[1] ?? "";
    const className = `casebook-done casebook-done-${state}`;
    if (state) row.append(" ", make("span", { className }, WORDS[state]));
    return { row, state, level };
  });
  const done = rows.filter(({ state }) => state && state !== "tried").length;
  const first = rows.filter(({ state }) => state === "first").length;
  const at = first ? `, ${first} at the first try` : "";
  const tally = make("p", {}, `${done} of ${several(rows.length, "case")} right${at}.`);
  const select = make("select", {}, ...SHOWN.map(([value, words]) => make("option", { value }, words)));
  const label = make("label", {}, "Show ", select);
  select.addEventListener("change", () => {
    for (const { row, state, level } of rows) row.hidden = !shows(select.value, state, level);
  });
  list.previousElementSibling?.replaceChildren(tally, label);
}

/** @type {Record<string, string>} */
const WORDS = { first: "right at the first try", later: "right", tried: "not right yet" };

/** @param {boolean[]} right the answers in their order */
function stateOf(right) {
  if (!right.length) return "";
  if (right[0]) return "first";
  return right.includes(true) ? "later" : "tried";
}

/**
 * @param {string} wanted
 * @param {string} state
 * @param {string} level
 */
function shows(wanted, state, level) {
  if (!wanted) return true;
  if (wanted === "new") return !state;
  return wanted === "tried" ? state === "tried" : level === wanted;
}
