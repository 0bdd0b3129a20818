// @ts-check
// The casebook in a page: the quiz, the test of oneself, the progress and the explorer. One module, two
// hosts: a page of the book, where Python runs in a worker, and a notebook, where it answers by messages.
// casebook.quiz.module makes one file of it all.

import { testing } from "./exam.js";
import { holding, isHeld, silence } from "./hold.js";
import { marking } from "./lists.js";
import { render } from "./notebook.js";
import { desk, LOST, later, page, way } from "./page.js";
import { every, find } from "./parts.js";
import { practicing } from "./practice.js";
import { mount } from "./quiz.js";
import { glossary } from "./reading.js";
import { keepAllAtOnce } from "./store.js";
import { turning } from "./turns.js";
import { offering } from "./why.js";

/** @import { Desk } from "./types.d.ts" */

/**
 * A desk that comes by itself; what is pressed before it is there is done then.
 * @param {HTMLElement} section
 * @param {(parts: Awaited<ReturnType<typeof later>>) => unknown} begin
 */
async function coming(section, begin) {
  /** @type {HTMLElement[]} */
  const early = [];
  /** @param {MouseEvent} event */
  const note = ({ target, detail }) => {
    const pressed = target instanceof Element && target.closest("[data-act], [data-claim], [type=submit]");
    if (pressed instanceof HTMLElement && detail < 2) early.push(pressed);
  };
  /** @param {Event} event */
  const wait = (event) => event.preventDefault();
  section.addEventListener("click", note);
  section.addEventListener("submit", wait);
  try {
    const parts = await later();
    section.removeEventListener("click", note);
    section.removeEventListener("submit", wait);
    await begin(parts);
    for (const each of early) each.click();
  } catch {
    find(section, ".casebook-test-status", HTMLElement).textContent = LOST;
  }
}

/** @type {Record<string, (section: HTMLElement, host: Desk) => unknown>} */
const DESKS = {
  test: testing,
  practice: practicing,
  progress: (section, host) => coming(section, ({ showProgress }) => showProgress(section, host)),
  explorer: (section, host) => coming(section, ({ exploring }) => exploring(section, host)),
  claim: (section, host) => coming(section, ({ scrubbing }) => scrubbing(section, host)),
  today: (section, host) => coming(section, ({ today }) => today(section, host, way)),
};

function attach() {
  // A class that wants everything at once gives out links that end in ?feedback=all.
  const wish = new URLSearchParams(location.search).get("feedback");
  if (wish && wish !== "end") keepAllAtOnce(wish === "all");
  for (const section of every(document, 'section.casebook-quiz[data-host="page"]')) {
    const held = isHeld();
    mount(section, held ? holding(section, page(section)) : offering(section, page(section)));
    if (held) silence(section);
  }
  for (const section of every(document, "section.casebook-desk[data-desk]")) {
    section.classList.add("casebook-js");
    DESKS[section.dataset.desk ?? ""]?.(section, desk(section));
  }
  for (const list of every(document, "ul.casebook-cases")) marking(list);
  for (const mark of every(document, ".casebook-terms")) glossary(mark);
  for (const section of every(document, "section.casebook-turn")) turning(section, desk(section));
}

if (typeof document !== "undefined") {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", attach);
  else attach();
}

export default { render };
