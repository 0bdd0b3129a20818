// @ts-check
// A question that stands in another part of the book: its chart and its quiz, fetched from where they are. A
// case has a page of its own; a short chart is a piece of HTML beside the scripts.

import { here, json } from "./grader.js";
import { address, bank } from "./page.js";
import { every, fail, find } from "./parts.js";

const UNWANTED = "script, .casebook-worked, .casebook-open, .casebook-hinter"; // while it is asked
const SHORT = /^short-\d+$/;

/** @param {string} id */
export const isShort = (id) => SHORT.test(id);

/** All cases, and all that can be asked. */
export async function known() {
  const shorts = json(new URL("shorts.json", here).href);
  const [cases, more] = await Promise.all([bank().then(list), shorts.then(list)]);
  return { cases, all: [...cases, ...more] };
}

/**
 * @param {unknown} pages
 * @returns {{ id: string }[]}
 */
const list = (pages) => (Array.isArray(pages) ? pages : []);

/**
 * The chart and the quiz of a case or a short chart; without what helps.
 * @param {string} id
 */
export async function fetched(id) {
  const place = isShort(id) ? new URL(`shorts/${id}.html`, here).href : address(id);
  const response = await fetch(place).catch(() => fail("the connection failed"));
  if (!response.ok) fail(`the case ${id} is missing (${response.status})`);
  const there = new DOMParser().parseFromString(await response.text(), "text/html");
  const sheet = document.adoptNode(find(there, ".casebook-chart", HTMLElement));
  const quiz = document.adoptNode(find(there, ".casebook-quiz", HTMLElement));
  for (const unwanted of every(quiz, UNWANTED)) unwanted.hidden = true;
  return { sheet, quiz };
}
