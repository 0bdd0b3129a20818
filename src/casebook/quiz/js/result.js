// @ts-check
// What a test tells, once it is over. Python judged; here it is laid out.

import { chapter } from "./page.js";
import { aside, button, list, make, rowOf } from "./parts.js";
import { isShort } from "./questions.js";
import { capital, several, VERDICT } from "./words.js";

/** @import { Follow, Given, Graded, Result, Way } from "./types.d.ts" */
/** @import { Child } from "./parts.js" */

/** @typedef {(id: string) => HTMLElement} Link */

/**
 * What is said of the lines that a reader marked, in one line; undefined where none was.
 * @param {Graded} graded
 */
export const ofLines = ({ feedback }) =>
  feedback.parts
    .find(({ kind }) => kind === "evidence")
    ?.rows.map(({ says }) => says)
    .join(" ");

/**
 * What a test tells, in the order in which one wants to know it: how many were right, what to study next, and
 * then the details.
 * @param {Result} told
 * @param {Given[]} given the answers, each with what was said of its lines
 * @param {Link} link
 * @param {HTMLElement | false} rule which rule it was
 * @param {boolean} exit whether it closes a chapter, and says by itself what comes next
 */
export function parts(told, given, link, rule, exit) {
  const wrongly = told.misconceptions.map((each) => misconception(each, link, !exit));
  const right = make("p", {}, make("strong", {}, `${told.counted} `), told.says);
  const topics = told.topics.map(({ name, right, of }) => `${name}: ${right} of ${of}`);
  const read = told.read.map(({ page, title, why }) => [
    make("a", { href: chapter(page) }, title),
    `: ${why}`,
  ]);
  const astray = told.items.some(({ verdict }) => verdict === "wrong" || verdict === "partly");
  const none = make("p", {}, "No answer of yours follows from a wrong rule that this book knows.");
  const marked = given.flatMap(({ case: id, marked }) =>
    marked && told.items.some((each) => each.case === id) ? [[named(id, link), `: ${marked}`]] : [],
  );
  const whys = [...new Set(Object.values(told.why_next))];
  const tried = whys.map((why) => {
    const ids = Object.keys(told.why_next).filter((id) => told.why_next[id] === why);
    return [`${why} `, ids.flatMap((id) => [link(id), " "])];
  });
  return [
    part("How many were right", told.items.length > 0 && right),
    part("What to read next", !exit && read.length > 0 && list(read)),
    part("Cases to try next", !exit && tried.length > 0 && list(tried)),
    part("What your answers amount to", wrongly.length ? list(wrongly) : astray && !rule && none),
    rule,
    part("Subject by subject", topics.length > 0 && list(topics)),
    part("How sure you were", told.sure.length > 0 && list(told.sure)),
    part("Given to an earlier edition", told.earlier > 0 && make("p", {}, older(told.earlier))),
    part("Case by case", answers(told.items, link)),
    part("The lines you marked", marked.length > 0 && list(marked)),
  ].filter((each) => each instanceof HTMLElement);
}

/**
 * What an exit check says at its close: whether the reader is ready for what comes next, or what to read
 * again first, with what was missed; never a chapter that comes later.
 * @param {Result} told
 * @param {Way["chapters"]} chapters
 * @param {string} here the chapter
 */
export function ready({ right, items, topics }, chapters, here) {
  const at = chapters.findIndex(({ page }) => page === here);
  const next = chapters[at + 1] ?? { page: "book/first_cases", title: "the first cases" };
  /** @param {{ page: string, title: string }} each */
  const to = ({ page, title }) => make("a", { href: chapter(page) }, title);
  const strong = (/** @type {string} */ says) => make("strong", {}, says);
  if (right === items.length)
    return make("p", {}, strong("You are ready for what comes next: "), to(next), ".");
  const read = chapters.slice(0, at + 1);
  /** @type {Map<Way["chapters"][number], string[]>} */
  const back = new Map();
  /** @type {string[]} */
  const later = [];
  for (const { topic, name } of topics.filter((each) => each.right < each.of)) {
    const place = read.findLast(({ teaches }) => teaches.includes(topic));
    if (place) back.set(place, [...(back.get(place) ?? []), name]);
    else later.push(name);
  }
  if (back.size === 0 && later.length > 0) {
    const missed = `What you missed (${later.join(", ")}) has a chapter of its own later. Go on to `;
    return make("p", {}, strong("What was taught so far you had right. "), missed, to(next), ".");
  }
  if (back.size === 0) back.set(chapters[at], []);
  const links = [...back].flatMap(([each, names], i) => [
    i ? ", " : "",
    each.page === here ? "this chapter" : to(each),
    names.length > 0 && ` (${names.join(", ")})`,
  ]);
  const close = 3 * right >= 2 * items.length;
  const then = close ? ["; then go on to ", to(next), "."] : ["; then take this check once more."];
  return make(
    "p",
    {},
    strong(close ? "Nearly ready. " : "Not ready yet. "),
    "Read again: ",
    ...links,
    ...then,
  );
}

/**
 * Which wrong rule it was, as far as two charts tell it; one more chart where that would help. Nothing where no
 * answer follows from one.
 * @param {Follow} told
 * @param {Result} result
 * @param {() => void} further
 */
export function which(told, result, further) {
  if (!told.rules.length && !result.misconceptions.length) return false;
  const one = button("One more chart, to find out", further);
  const row = told.ask && rowOf(one);
  return make("section", {}, make("h3", {}, "Which rule it was"), ...concluded(told), row);
}

/**
 * What the tutor makes of the answers so far.
 * @param {Follow} told
 */
export function concluded({ says, rules, reach }) {
  const parts = [says, ...rules.map(({ correction }) => correction)].map((each) => make("p", {}, each));
  return reach ? [...parts, aside(reach)] : parts;
}

/** @param {number} number */
const older = (number) =>
  `${several(number, "answer")}: the charts have changed since, so these are not graded.`;

/**
 * A chart by its name, which leads to it where it has a page.
 * @param {string} id
 * @param {Link} link
 */
export const named = (id, link) => (isShort(id) ? capital(id.replace("-", " ")) : link(id));

/**
 * @param {string} title
 * @param {HTMLElement | false} body
 */
const part = (title, body) => body && make("section", {}, make("h3", {}, title), body);

/**
 * @param {Result["misconceptions"][number]} told
 * @param {Link} link
 * @param {boolean} whole with its correction
 * @returns {Child[]}
 */
function misconception({ says, correction, times, sure, cases }, link, whole) {
  const often = `${several(times, "time")}${sure ? `, ${sure} of them sure` : ""}`;
  return [
    make("strong", {}, capital(says)),
    ` (${often}). `,
    whole && `${correction} `,
    cases.map((id) => [named(id, link), " "]),
  ];
}

/**
 * @param {Result["items"]} items
 * @param {Link} link
 */
function answers(items, link) {
  const head = ["Case", "You", "Verdict", "Right claim"].map((each) => make("th", { scope: "col" }, each));
  const rows = items.map((each, i) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, `${i + 1}. `, named(each.case, link)),
      make("td", {}, each.answer ? make("code", {}, each.answer) : "no answer"),
      make("td", {}, VERDICT[each.verdict] ?? "no answer"),
      make("td", {}, make("code", {}, each.expected)),
    ),
  );
  const table = make(
    "table",
    {},
    make("caption", {}, "Your answers"),
    make("thead", {}, make("tr", {}, head)),
    make("tbody", {}, rows),
  );
  const aria = { role: "region", label: "Your answers" };
  return make("div", { className: "casebook-scroll", tabIndex: 0, aria }, table);
}
