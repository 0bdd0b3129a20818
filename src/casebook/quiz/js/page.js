// @ts-check
// A page of the book: what it offers to a quiz, and to the parts of the book that are no quiz.

import { chartOf } from "./answers.js";
import { awake, here, json, start } from "./grader.js";
import { button, make, seek } from "./parts.js";
import { known, table } from "./verdicts.js";
import { capital } from "./words.js";

/** @import { Desk, Host, Page } from "./types.d.ts" */

/**
 * The page of a case.
 * @param {string} id
 */
export const address = (id) => new URL(`../../cases/${id}.html`, here).href;

/**
 * A page of the book by its name, such as book/joins.
 * @param {string} name
 */
export const chapter = (name) => new URL(`../../${name}.html`, here).href;

/** All cases, for tests drawn from them. */
export const bank = () => json(new URL("bank.json", here).href);

/** Which wrong rules give which answer to each case: for the next question. */
export const rules = () => json(new URL("tutor.json", here).href);

/**
 * What the grader gets of a question. A change is Python's to work out.
 * @param {string} id
 * @returns {Promise<Page>}
 */
export async function graded(id) {
  const page = await json(new URL(`cases/${chartOf(id)}.json`, here).href);
  if (chartOf(id) === id) return page;
  const ask = await start();
  return { ...(await ask({ do: "changed", page, change: id })), anchors: {} };
}

/** @type {Promise<import("./types.d.ts").Way> | null} */
let ways = null;

/** The cases and the chapters in their order: a few kilobytes, fetched when a page asks for them. */
export function way() {
  ways ??= json(new URL("way.json", here).href).catch((error) => {
    ways = null;
    throw error;
  });
  return ways;
}

// A browser that saves data is asked first, wherever on the page; one yes is enough for all of it.
let agreed = !globalThis.navigator?.connection?.saveData;
/** @type {Set<() => void>} */
const agreeing = new Set();

/**
 * @param {HTMLElement} section
 * @param {string} weight
 * @param {HTMLElement | null} size where it is asked
 * @returns {Promise<void> | null}
 */
function agreement(section, weight, size = seek(section, ".casebook-size", HTMLElement)) {
  if (agreed || !size) return null;
  const status = seek(section, ".casebook-test-status", HTMLElement);
  const focused = section.contains(document.activeElement) ? document.activeElement : null;
  const back = focused ?? section.querySelector(":is(textarea, select, button):not(.casebook-lay *)");
  const fetching = button(`Fetch the grader, ${weight}`, () => {
    agreed = true;
    for (const go of agreeing) go();
    agreeing.clear();
    if (back instanceof HTMLElement) back.focus();
  });
  size.replaceChildren("Your browser asks to save data, so nothing was fetched yet. ", fetching);
  if (status) status.textContent = "The grader must be fetched first.";
  return new Promise((agree) =>
    agreeing.add(() => {
      size.textContent = "Fetching the grader...";
      if (status) status.textContent = "";
      agree();
    }),
  );
}

/**
 * What the grader weighs, as the page says it.
 * @param {HTMLElement} section
 */
const weighed = (section) =>
  section.querySelector(".casebook-size")?.textContent?.match(/[\d.]+ MB/)?.[0] ?? "some megabytes";

/**
 * Work that is done once; one that failed can be tried again.
 * @template T
 * @param {() => Promise<T>} work
 */
function once(work) {
  /** @type {Promise<T> | null} */
  let done = null;
  return () => {
    done ??= work().catch((error) => {
      done = null;
      throw error;
    });
    return done;
  };
}

export const LOST = "A part of this page could not be fetched. Load the page again.";

/**
 * What only a touch needs.
 * @returns {Promise<typeof import("./later.js")>}
 */
export const later = once(() => import(new URL(LATER, here).href));

/**
 * @param {HTMLElement} section
 * @returns {Host}
 */
export function page(section) {
  const weight = weighed(section);
  const id = section.dataset.case ?? "";
  /** @type {Page} */
  let chart = { anchors: {} };
  const charted = once(async () => {
    chart = await graded(id);
  });
  const likely = once(async () => {
    if (!section.dataset.verdicts || new URLSearchParams(location.search).has("boot")) return null;
    const [answers] = await Promise.all([table(new URL(section.dataset.verdicts, here).href), charted()]);
    return answers;
  });
  return {
    keeps: true,
    later,
    prepare: async () => Boolean(await likely()),
    sparing: () => !agreed,
    async known(question) {
      const answers = await likely();
      return answers && known(answers, question);
    },
    where: (name) => document.getElementById(chart.anchors[name]),
    address: (name) => (chart.anchors[name] ? `${address(id)}#${chart.anchors[name]}` : null),
    link: (id) => make("a", { href: address(id) }, `Go to the case ${capital(id)}`),
    page: (file) => new URL(`../../${file}`, here).href,
    async ready(tell, there) {
      await agreement(section, weight, there);
      await Promise.all([charted(), start(tell)]);
    },
    async ask(question) {
      const ask = await start();
      return ask({ page: chart, ...question });
    },
  };
}

/**
 * @param {HTMLElement} section
 * @returns {Desk}
 */
export function desk(section) {
  const weight = weighed(section);
  return {
    awake,
    link: (id) => make("a", { href: address(id) }, capital(id)),
    page: (file) => new URL(`../../${file}`, here).href,
    async ready(tell) {
      await agreement(section, weight);
      await start(tell);
    },
    async ask(question) {
      const ask = await start();
      return ask(question);
    },
  };
}
