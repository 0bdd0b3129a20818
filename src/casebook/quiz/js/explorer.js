// @ts-check
// The explorer: cut, join, divert; the picture, the claim and the reasons follow. The operation itself is the
// only state.

import { rule } from "./explain.js";
import { button, find, list, make, picture, reason } from "./parts.js";
import { coming, several } from "./words.js";

/** @import { Act, Ask, Desk, Explored, Operation, Tell } from "./types.d.ts" */
/** @import { Child } from "./parts.js" */

/**
 * @param {HTMLElement} section
 * @param {Desk} host
 */
export function exploring(section, host) {
  const controls = find(section, "form", HTMLFormElement);
  const stage = find(section, ".casebook-stage", HTMLElement);
  const status = find(section, ".casebook-test-status", HTMLElement);
  const size = find(section, ".casebook-size", HTMLElement);
  const from = find(controls, "[name=from]", HTMLInputElement);
  const to = find(controls, "[name=to]", HTMLInputElement);
  const approach = find(controls, "[name=approach]", HTMLSelectElement);
  /** @type {Operation | null} */
  let operation = null;
  /** @type {Promise<void>} */
  let queue = Promise.resolve();

  /** @type {Tell} */
  const tell = (told) => {
    size.textContent = coming(told, "the program");
  };

  /** @type {Ask} */
  const ask = async (question) => {
    await host.ready(tell);
    size.textContent = "";
    return host.ask(question);
  };

  /**
   * Each act is done to what the one before left, however fast they come; none is to start anew.
   * @param {Act | null} act
   */
  function act(act) {
    queue = queue.then(() => perform(act));
  }

  /** @param {Act | null} act */
  async function perform(act) {
    try {
      if (!act) operation = null;
      const told = await ask({ do: "explore", operation, act });
      if (told.operation) operation = told.operation;
      if (!told.error) draw(told);
      status.textContent = told.error ?? `Claim: ${told.claim}. ${several(told.joins, "join")} at closing.`;
    } catch (error) {
      status.textContent = `That could not be done: ${reason(error)}.`;
    }
  }

  /** @param {Explored} told */
  function draw(told) {
    const { called } = told;
    const places = [
      ...told.open.map((each) => open(each, called)),
      ...told.joined.map((each) => joined(each, called)),
    ];
    const code = make("code", {}, told.claim);
    stage.replaceChildren(
      picture({ svg: told.svg, words: told.words, title: "The bowel now" }),
      make("p", { className: "casebook-answer" }, "Claim: ", code),
      places.length ? make("ul", { className: "casebook-places" }, places) : "",
      part(
        "Because",
        told.because.map((each) => rule(each, host)),
      ),
      part(
        "Not billed",
        told.not_billed.map(({ code, says }) => [make("code", {}, code), ` ${says}`]),
      ),
    );
  }

  /**
   * @param {string} title
   * @param {Child[]} rows
   */
  const part = (title, rows) => (rows.length ? make("section", {}, make("h2", {}, title), list(rows)) : "");

  /** @type {(place: [number, number], called: Explored["called"]) => HTMLElement} */
  const open = ([from, to], called) =>
    make(
      "li",
      {},
      `${called[`${from} ${to}`]}, open: `,
      button("Join the ends", () => act({ do: "join", place: [from, to] })),
      " ",
      button("Bring the upper end out", () => act({ do: "stoma", at: from })),
    );

  /** @type {(place: [number, number], called: Explored["called"]) => HTMLElement} */
  const joined = ([from, to], called) =>
    make(
      "li",
      {},
      `${called[`${from} ${to}`]}, joined: `,
      button("Take this join out again", () => act({ do: "redo", place: [from, to] })),
    );

  controls.addEventListener("submit", (event) => {
    event.preventDefault();
    act({ do: "cut", from: Number(from.value), to: Number(to.value) });
  });
  // A double click cuts once.
  find(section, ".casebook-check", HTMLElement).addEventListener("click", (event) => {
    if (event.detail > 1) event.preventDefault();
  });
  approach.addEventListener("change", () => act({ do: "approach", approach: approach.value }));

  /**
   * @param {string} name
   * @param {() => void} work
   */
  const on = (name, work) => find(section, `[data-act=${name}]`, HTMLElement).addEventListener("click", work);
  on("loop", () => act({ do: "loop", at: Number(from.value) }));
  on("widen", () => act({ do: "widen", at: Number(from.value) }));
  on("undo", () => act({ do: "undo" }));
  on("anew", () => {
    controls.reset();
    act(null);
  });
}
