// @ts-check
// A chart made easier to read: sections that never decide a claim fold, and short forms explain themselves at
// a tap. Both are undone while lines are marked, when the chart is one list. Without scripts it is plain text.

import { button, every, make } from "./parts.js";

const FOLDING = "section#imaging, section#pathology"; // tests hold that no deciding sentence stands in these

/** @param {HTMLElement} chart */
export function readable(chart) {
  for (const section of every(chart, FOLDING)) {
    const heading = section.firstElementChild;
    if (!heading) continue;
    const box = make("details", { className: "casebook-section", open: true });
    heading.querySelector("a.headerlink")?.remove(); // a link within a control could be reached by nobody
    box.append(make("summary", {}, heading), ...section.childNodes);
    section.replaceChildren(box);
  }
  explain(chart, chart);
}

/**
 * The words of the glossary in a chapter, which the mark at its end tells.
 * @param {HTMLElement} mark
 */
export function glossary(mark) {
  const text = mark.closest("article");
  if (text) explain(text, mark);
}

/** @param {HTMLElement} chart */
export function plain(chart) {
  for (const box of every(chart, ".casebook-section")) {
    const [summary, ...rest] = box.childNodes;
    box.replaceWith(...summary.childNodes, ...rest);
  }
  for (const word of every(chart, ".casebook-whole, .casebook-term")) {
    const around = word.parentNode;
    word.replaceWith(word.textContent ?? "");
    around?.normalize();
  }
  for (const box of every(chart, ".casebook-term-says")) box.remove();
}

const TAIL = /^(?:['’]s)?[.,;:)]*/u;
const NO_TEXT =
  "h1, h2, h3, a, summary, button, label, legend, code, script, svg, table, dl, details, .casebook-desk, .rests-on";

/**
 * The first place of each word becomes a button that opens its sentence.
 * @param {HTMLElement} chart
 * @param {HTMLElement} told
 */
function explain(chart, told) {
  /** @type {Record<string, string>} */
  const terms = JSON.parse(told.dataset.terms ?? "{}");
  const left = new Set(Object.keys(terms));
  if (!left.size || !("popover" in HTMLElement.prototype)) return;
  const box = make("div", { className: "casebook-term-says", aria: { live: "polite" } });
  box.popover = "auto";
  const words = [...left].sort((one, two) => two.length - one.length);
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  const any = new RegExp(`(?<!\\w)(?:${escaped.join("|")})(?!\\w)`, "gu");
  const walker = document.createTreeWalker(chart, NodeFilter.SHOW_TEXT);
  /** @type {Text[]} */
  const texts = [];
  while (walker.nextNode()) if (walker.currentNode instanceof Text) texts.push(walker.currentNode);
  for (const text of texts) {
    const inside = text.parentElement;
    if (!inside || inside.closest(chart === told ? "h2, h3, a, summary" : NO_TEXT)) continue;
    /** @type {(string | HTMLElement)[]} */
    const parts = [];
    let from = 0;
    for (const { 0: word, index } of text.data.matchAll(any)) {
      if (!left.delete(word)) continue;
      const made = term(word, terms[word], box);
      const tail = TAIL.exec(text.data.slice(index + word.length))?.[0];
      // A line may break beside a button, and then a comma would stand alone.
      const whole = tail ? make("span", { className: "casebook-whole" }, made, tail) : made;
      parts.push(text.data.slice(from, index), whole);
      from = index + word.length + (tail?.length ?? 0);
    }
    if (parts.length) text.replaceWith(...parts, text.data.slice(from));
  }
  chart.append(box);
}

/**
 * @param {string} word
 * @param {string} says
 * @param {HTMLElement} box
 */
function term(word, says, box) {
  const made = button(word, () => {
    const open = box.matches(":popover-open");
    if (open && box.dataset.word !== word) box.hidePopover(); // the browser opens it again, for this word
    box.dataset.word = word;
    box.replaceChildren(make("strong", {}, word), ` ${says}`);
  });
  made.className = "casebook-term";
  made.popoverTargetElement = box;
  return made;
}
