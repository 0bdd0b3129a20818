// @ts-check
// In a notebook: Python itself answers, by messages.

import { find, make } from "./parts.js";
import { mount } from "./quiz.js";

/** @import { Model } from "./types.d.ts" */

const NAMING = ["id", "for", "aria-labelledby", "aria-describedby", "aria-controls"];
const PATIENCE = 15_000; // milliseconds

let views = 0;

/**
 * What anywidget calls to show a quiz; it is given back what ends it.
 * @param {{ model: Model, el: HTMLElement }} widget
 */
export function render({ model, el }) {
  const told = new DOMParser().parseFromString(String(model.get("html")), "text/html");
  const section = find(told, "section", HTMLElement);
  const view = ++views; // one quiz can be shown twice: ids must differ
  for (const each of [section, ...section.querySelectorAll("*")]) {
    for (const name of NAMING) {
      if (each.hasAttribute(name)) each.setAttribute(name, `${each.getAttribute(name)}-${view}`);
    }
  }
  el.dataset.lmSuppressShortcuts = "true"; // letters typed here are no commands to the notebook
  el.replaceChildren(document.adoptNode(section));
  /** @type {Map<string, (answer: any) => void>} */
  const waiting = new Map();
  /** @param {{ id: string, told?: string, error?: string }} message */
  function heard({ id, told, error }) {
    waiting.get(id)?.(told === undefined ? Promise.reject(new Error(error)) : JSON.parse(told));
    waiting.delete(id);
  }
  /** @type {Set<() => void>} */
  const revealing = new Set();
  function revealed() {
    if (model.get("held")) return;
    for (const go of revealing) go();
    revealing.clear();
  }
  model.on("msg:custom", heard);
  model.on("change:held", revealed);
  const places = /** @type {Record<string, string>} */ (model.get("places"));
  mount(section, {
    sheet: section.querySelector(".casebook-chart"),
    where: (name) => section.querySelector(`[id="${CSS.escape(places[name] ?? "")}-${view}"]`),
    held: () => (model.get("held") ? new Promise((go) => revealing.add(go)) : null),
    link: (id) => make("code", {}, `quiz("${id}")`),
    ready: async () => {},
    ask: (question) =>
      new Promise((resolve, reject) => {
        const id = `${Math.random()}`; // another browser may show the same quiz
        const silent = setTimeout(() => {
          waiting.delete(id);
          reject(new Error("the notebook's Python does not answer; is its kernel running?"));
        }, PATIENCE);
        waiting.set(id, (answer) => {
          clearTimeout(silent);
          resolve(answer);
        });
        // As text: a kernel in a browser has a null of its own.
        model.send({ id, asked: JSON.stringify(question) });
      }),
  });
  return () => {
    model.off("msg:custom", heard);
    model.off("change:held", revealed);
  };
}
