// @ts-check
// A question that stands in another part of the book: its chart and its quiz, fetched from where they are. A
// case has a page of its own; a short chart is a piece of HTML beside the scripts; a change of a case is that
// case's page with one sentence more, which Python words.

import { chartOf } from "./answers.js";
import { here, json } from "./grader.js";
import { address, bank, graded } from "./page.js";
import { every, fail, find, make } from "./parts.js";
import { capital } from "./words.js";

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
 * The chart and the quiz of a case, a short chart or a change; without what helps. Of a change Python is asked.
 * @param {string} id
 */
export async function fetched(id) {
  const chart = chartOf(id);
  const place = isShort(id) ? new URL(`shorts/${id}.html`, here).href : address(chart);
  const response = await fetch(place).catch(() => fail("the connection failed"));
  if (!response.ok) fail(`the case ${id} is missing (${response.status})`);
  const there = new DOMParser().parseFromString(await response.text(), "text/html");
  const sheet = document.adoptNode(find(there, ".casebook-chart", HTMLElement));
  const quiz = document.adoptNode(find(there, ".casebook-quiz", HTMLElement));
  for (const unwanted of every(quiz, UNWANTED)) unwanted.hidden = true;
  quiz.querySelector(".casebook-fetch")?.remove(); // where a question comes, the grader has come before
  if (chart !== id) changed(sheet, quiz, id, (await graded(id)).had ?? fail(`the change ${id} is missing`));
  return { sheet, quiz };
}

/**
 * Make the quiz of a case that of a change of it: what is otherwise stands above the chart, which need not be
 * read again, and above the claim. What was worked out beforehand, and the lines to mark, are those of the
 * chart as it is, and go.
 * @param {HTMLElement} sheet
 * @param {HTMLElement} quiz
 * @param {string} id
 * @param {string} had
 */
function changed(sheet, quiz, id, had) {
  quiz.dataset.case = id;
  delete quiz.dataset.verdicts;
  for (const box of every(quiz, ".casebook-cite, .casebook-icd")) box.remove();
  const claim = make("a", { href: `#${quiz.id}` }, "Go to your claim");
  const again = `You read ${capital(chartOf(id))} rightly. Here it is again, with a change.`;
  sheet.prepend(notice(again, had, claim));
  quiz.prepend(notice("", had, "The answer is what the rules of this book give."));
}

/**
 * @param {string} head
 * @param {string} had
 * @param {string | Node} more
 */
function notice(head, had, more) {
  return make(
    "div",
    { className: "casebook-notice casebook-changed" },
    head && make("p", {}, head),
    make("p", {}, make("strong", {}, `Had ${had}`), ", what would you file?"),
    make("p", {}, more),
  );
}
