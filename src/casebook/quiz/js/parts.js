// @ts-check
// Small parts that everything else is made of. What comes from Python or a learner is shown as text, never as
// markup.

/** @import { Beside, Picture, Properties } from "./types.d.ts" */

/** @typedef {string | number | Node | false | null | undefined | Child[]} Child */

/**
 * Stop, and say why.
 * @param {string} why
 * @returns {never}
 */
export function fail(why) {
  throw new Error(why);
}

/** Where this browser can do no better however often it is tried; its message is a whole sentence. */
export class Unable extends Error {}

/** The page was left before an answer came; if the reader comes back to it, it is asked again. */
export class Left extends Error {}

/**
 * What went wrong, in words.
 * @param {unknown} error
 */
export const reason = (error) => (error instanceof Error ? error.message : String(error));

/**
 * The first element of its kind, or null.
 * @template {Element} T
 * @param {ParentNode} inside
 * @param {string} selector
 * @param {new () => T} kind
 */
export function seek(inside, selector, kind) {
  const found = inside.querySelector(selector);
  return found instanceof kind ? found : null;
}

/**
 * The first element of its kind, which must be there.
 * @template {Element} T
 * @param {ParentNode} inside
 * @param {string} selector
 * @param {new () => T} kind
 */
export function find(inside, selector, kind) {
  return seek(inside, selector, kind) ?? fail(`the page lacks ${selector}`);
}

/**
 * All HTML elements that a selector finds.
 * @param {ParentNode} inside
 * @param {string} selector
 */
export const every = (inside, selector) =>
  [...inside.querySelectorAll(selector)].filter((each) => each instanceof HTMLElement);

/**
 * An element with what is in it.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties} properties
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, properties, ...children) {
  const { aria, ...rest } = properties;
  const element = document.createElement(tag);
  Object.assign(element, rest);
  for (const [name, value] of Object.entries(aria ?? {})) {
    element.setAttribute(name === "role" ? "role" : `aria-${name}`, value);
  }
  append(element, children);
  return element;
}

/**
 * A paragraph in small letters.
 * @param {...Child} children
 */
export const aside = (...children) => make("p", { className: "casebook-hint" }, ...children);

/**
 * @param {Element} element
 * @param {Child[]} children
 */
function append(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child);
    else if (child || child === 0) element.append(child instanceof Node ? child : String(child));
  }
}

/**
 * The second half of a double click does nothing: by then something else may stand in the button's place.
 * @param {Child} words
 * @param {(event: MouseEvent) => unknown} work
 */
export function button(words, work) {
  const made = make("button", { type: "button" }, words);
  made.addEventListener("click", (event) => event.detail > 1 || work(event));
  return made;
}

/**
 * Buttons beside one another.
 * @param {...Child} buttons
 */
export const rowOf = (...buttons) => make("p", { className: "casebook-row-of" }, ...buttons);

/**
 * One step at a time: what is pressed while one is under way does nothing.
 * @param {(error: unknown, again: () => Promise<void>) => void} trouble what to do about a step that failed
 */
export function oneAtATime(trouble) {
  let busy = false;
  /**
   * @param {() => Promise<void>} work
   * @returns {Promise<void>}
   */
  async function alone(work) {
    if (busy) return;
    busy = true;
    try {
      await work();
    } catch (error) {
      trouble(error, () => alone(work));
    } finally {
      busy = false;
    }
  }
  return { alone, busy: () => busy };
}

/**
 * Go on from a heading that just came: by eye, and for who listens.
 * @param {HTMLElement} heading
 */
export function headed(heading) {
  heading.focus();
  heading.scrollIntoView({ block: "start" });
}

const CALM = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches;
const HEAD = 60; // pixels of the page's own head

/**
 * Bring what was just said into view, if it is not there: of the page, or of a part that scrolls by itself.
 * @param {HTMLElement} element
 * @param {HTMLElement} [inside]
 */
export function reveal(element, inside) {
  if (inSight(element, inside)) return;
  element.scrollIntoView({ block: "center", behavior: CALM ? "auto" : "smooth" });
}

/**
 * Whether all of an element can be seen, with room under it: in the page, or in a part that scrolls by itself.
 * @param {HTMLElement} element
 * @param {HTMLElement} [inside]
 */
export function inSight(element, inside) {
  const { top, bottom } = element.getBoundingClientRect();
  const box = inside?.getBoundingClientRect();
  const scrolls = inside && inside.scrollHeight > inside.clientHeight;
  const low = scrolls && box ? Math.min(innerHeight, box.bottom) : innerHeight;
  const high = scrolls && box ? Math.max(HEAD, box.top) : HEAD;
  return top >= high && bottom <= low - HEAD;
}

/**
 * Charts with the answer given and the right one.
 * @param {Beside[]} charts
 * @param {(chart: Beside) => Child} [named] how a chart is called, where not by its name alone
 */
export function sideBySide(charts, named = ({ name }) => name) {
  const head = ["Chart", "You", "Right claim"].map((each) => make("th", { scope: "col" }, each));
  const rows = charts.map((each) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, named(each)),
      ...[each.yours, each.filed].map((claim) => make("td", {}, make("code", {}, claim))),
    ),
  );
  const aria = { role: "region", label: "Your answers beside the right ones" };
  const table = make("table", {}, make("tr", {}, head), rows);
  return make("div", { className: "casebook-scroll", tabIndex: 0, aria }, table);
}

/** @param {Child[]} rows */
export const list = (rows) => make("ul", {}, ...rows.map((row) => make("li", {}, row)));

/**
 * @param {string} title
 * @param {...Child} parts
 */
export const layer = (title, ...parts) =>
  make("div", { className: "casebook-layer" }, make("h3", {}, title), ...parts);

/**
 * @param {string} title
 * @param {...Child} parts
 */
export const fold = (title, ...parts) =>
  make("details", { className: "casebook-layer" }, make("summary", {}, title), ...parts);

/**
 * A picture that Python drew from an operation; what a learner typed is never part of it.
 * @param {Picture} drawing
 */
export function picture({ svg, title, words }) {
  const drawn = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  return make(
    "figure",
    { className: "casebook-picture" },
    title && make("figcaption", {}, title),
    document.importNode(drawn, true),
    fold("The same in words", make("p", {}, words)),
  );
}
