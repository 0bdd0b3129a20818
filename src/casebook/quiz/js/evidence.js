// @ts-check
// Cite the line: the learner marks the sentences that decide the claim. While marking, the chart is one list
// with one tab stop: arrow keys go from line to line, space marks; a touch or a click does the same.

import { button, every, find, inSight, make, reveal, seek } from "./parts.js";
import { plain, readable } from "./reading.js";
import { several } from "./words.js";

const LISTED = {
  role: "listbox",
  "aria-multiselectable": "true",
  "aria-label": "The lines of the chart: arrow keys to move, space to mark",
};

const REPORT = /^operative report/i;

/**
 * @param {Node} first
 * @param {Node} then
 */
const follows = (first, then) =>
  Boolean(first.compareDocumentPosition(then) & Node.DOCUMENT_POSITION_FOLLOWING);

/**
 * As the JSON of the page has it.
 * @param {HTMLElement} line
 */
const key = (line) => `line-${line.dataset.line}`;

/**
 * @param {HTMLElement} section
 * @param {HTMLElement} chart
 * @param {() => void} changed
 * @returns {{ chosen: Set<string>, restore(keys: string[] | undefined): void, stop(): void }}
 */
export function citing(section, chart, changed) {
  readable(chart);
  const lines = every(chart, ".line[data-line]");
  const box = seek(section, ".casebook-cite", HTMLElement);
  /** @type {Set<string>} */
  const chosen = new Set();
  if (!box || !lines.length) return { chosen, restore() {}, stop() {} };
  const toggle = find(box, "button", HTMLButtonElement);
  const [told, rule] = every(box, "p");
  box.hidden = false;
  let at = 0;
  let on = false;
  const bar = make("div", { className: "casebook-marking-bar", hidden: true });
  const count = make("span", { aria: { live: "polite" } });
  const done = button("Back to your claim", () => {
    set(false);
    toggle.focus({ preventScroll: true });
    section.scrollIntoView({ block: "start" });
  });
  bar.append(count, done);
  chart.after(bar);

  function say() {
    const marked = lines.filter((line) => chosen.has(key(line))).map((line) => line.dataset.line);
    const which = `You marked ${marked.length === 1 ? "line" : "lines"} ${marked.join(", ")}.`;
    rule.hidden = !on && !marked.length;
    told.textContent = marked.length ? which : "No line marked. You need not.";
    count.textContent = marked.length
      ? `${several(marked.length, "line")} marked`
      : "Tap the sentences that decide";
  }

  /**
   * @param {HTMLElement} line
   * @param {boolean} wanted
   */
  function mark(line, wanted = !chosen.has(key(line))) {
    chosen[wanted ? "add" : "delete"](key(line));
    line.classList.toggle("casebook-chosen", wanted);
    if (on) line.setAttribute("aria-selected", String(wanted));
    say();
  }

  /** @param {number} to */
  function go(to) {
    lines[at].tabIndex = -1;
    at = Math.max(0, Math.min(lines.length - 1, to));
    lines[at].tabIndex = 0;
    lines[at].focus();
  }

  /**
   * Where marking begins: at the last line marked, else where the reader is in a chart that stands beside the
   * claim, else where the report does.
   */
  function begin() {
    const marked = lines.findLastIndex((line) => chosen.has(key(line)));
    if (marked >= 0) return marked;
    const beside = chart.scrollHeight > chart.clientHeight; // a chart under the claim's button is read already
    const seen = beside ? lines.findIndex((line) => inSight(line, chart)) : -1;
    if (seen >= 0) return seen;
    const report = every(chart, "h2").find((heading) => REPORT.test(heading.textContent ?? ""));
    return Math.max(0, report ? lines.findIndex((line) => follows(report, line)) : 0);
  }

  /**
   * Roles only while marking: otherwise the chart is text to read.
   * @param {Element} element
   * @param {Record<string, string>} attributes
   */
  function give(element, attributes) {
    for (const [name, value] of Object.entries(attributes)) {
      if (on) element.setAttribute(name, value);
      else element.removeAttribute(name);
    }
  }

  /** @param {boolean} wanted */
  function set(wanted) {
    if (wanted !== on) (wanted ? plain : readable)(chart);
    on = wanted;
    toggle.setAttribute("aria-pressed", String(on));
    chart.classList.toggle("casebook-marking-on", on);
    bar.hidden = !on;
    say();
    for (const line of lines) {
      const selected = String(chosen.has(key(line)));
      give(line, { role: "option", "aria-selected": selected, tabindex: line === lines[at] ? "0" : "-1" });
    }
    give(chart, LISTED);
    for (const inner of chart.querySelectorAll("*")) {
      if (!inner.closest(".line")) give(inner, { role: "presentation" });
    }
  }

  toggle.addEventListener("click", () => {
    set(!on);
    if (!on) return;
    lines[at].tabIndex = -1;
    at = begin();
    lines[at].tabIndex = 0;
    lines[at].focus({ preventScroll: true });
    reveal(lines[at], chart);
  });
  chart.addEventListener("click", (event) => {
    const line = event.target instanceof Element ? event.target.closest(".line") : null;
    const place = line instanceof HTMLElement ? lines.indexOf(line) : -1;
    if (!on || place < 0 || String(getSelection()).trim()) return; // words may be selected as ever
    go(place);
    mark(lines[place]);
    changed();
  });
  chart.addEventListener("keydown", (event) => {
    if (!on || !(event.target instanceof Element) || !event.target.classList.contains("line")) return;
    /** @type {Record<string, number>} */
    const steps = {
      ArrowDown: at + 1,
      ArrowRight: at + 1,
      ArrowUp: at - 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: lines.length - 1,
    };
    if (event.key in steps) go(steps[event.key]);
    else if (event.key === " " || event.key === "Enter") {
      mark(lines[at]);
      changed();
    } else if (event.key === "Escape") done.click();
    else return;
    event.preventDefault();
  });
  say();
  return {
    chosen,
    restore(keys) {
      for (const line of lines) if (keys?.includes(key(line))) mark(line, true);
    },
    stop: () => set(false),
  };
}
