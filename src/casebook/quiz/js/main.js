// @ts-check
// The casebook in a page: the quiz, the test of oneself, the progress and the explorer. One module, two
// hosts: a page of the book, where Python runs in a worker, and a notebook, where it answers by messages.
// casebook.quiz.module makes one file of it all.

import { testing } from "./exam.js";
import { exploring } from "./explorer.js";
import { marking } from "./lists.js";
import { render } from "./notebook.js";
import { desk, page } from "./page.js";
import { every } from "./parts.js";
import { showProgress } from "./progress.js";
import { mount } from "./quiz.js";
import { scrubbing } from "./scrub.js";
import { keepAllAtOnce } from "./store.js";
import { today } from "./today.js";
import { turning } from "./turns.js";

/** @type {Record<string, typeof testing>} */
const DESKS = { test: testing, progress: showProgress, explorer: exploring, claim: scrubbing, today };

function attach() {
  // A class that wants everything at once gives out links that end in ?feedback=all.
  const wish = new URLSearchParams(location.search).get("feedback");
  if (wish) keepAllAtOnce(wish === "all");
  for (const section of every(document, 'section.casebook-quiz[data-host="page"]')) {
    mount(section, page(section));
  }
  for (const section of every(document, "section.casebook-desk[data-desk]")) {
    section.classList.add("casebook-js");
    DESKS[section.dataset.desk ?? ""]?.(section, desk(section));
  }
  for (const list of every(document, "ul.casebook-cases")) marking(list);
  for (const section of every(document, "section.casebook-turn")) turning(section, desk(section));
}

if (typeof document !== "undefined") {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", attach);
  else attach();
}

export default { render };
