// @ts-check
// Bowel to work on: its picture with the piece between two marks, the marks as sliders, and what can be done
// there and at each place. The explorer and the first step of a case are both this. The operation itself is
// the only state, and Python's; the scripts hand it back as it came.

import { button, every, find, make, picture, reason, seek } from "./parts.js";

/** @import { Act, Explored, Operation } from "./types.d.ts" */

/**
 * `ask` puts the question to Python, `say` tells how it went, `drawn` comes after each act that was done.
 * @typedef {{
 *   ask(question: { do: "explore", operation: Operation | null, act: Act | null }): Promise<Explored>,
 *   say(words: string): void,
 *   drawn(told: Explored): void,
 * }} Work
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {HTMLElement} box
 * @param {Work} work
 * @param {Operation | null} [kept]
 */
export function working(box, { ask, say, drawn }, kept = null) {
  const stage = find(box, ".casebook-bowel", HTMLElement);
  const places = find(box, ".casebook-places", HTMLElement);
  const spot = find(box, "[name=spot]", HTMLSelectElement);
  const marks = every(box, "[type=range]").filter((each) => each instanceof HTMLInputElement);
  const numbers = every(box, "[type=number]").filter((each) => each instanceof HTMLInputElement);
  const [from, to] = marks;
  const band = document.createElementNS(SVG, "rect");
  band.setAttribute("class", "band");
  let operation = kept;
  /** @type {Explored["ruler"] | null} */
  let ruler = null;
  /** @type {Promise<void>} */
  let queue = Promise.resolve();

  /**
   * Each act is done to what the one before left, however fast they come; without one it is only looked at.
   * @param {Act | null} act
   */
  function act(act) {
    queue = queue.then(() => perform(act));
    return queue;
  }

  /** @param {Act | null} act */
  async function perform(act) {
    try {
      const told = await ask({ do: "explore", operation, act });
      if (told.error) return say(told.error);
      operation = told.operation;
      draw(told);
      drawn(told);
    } catch (error) {
      say(`That could not be done: ${reason(error)}.`);
    }
  }

  /** @param {Explored} told */
  function draw(told) {
    const had = places.contains(document.activeElement);
    const figure = picture({ svg: told.svg, words: told.words, title: "" });
    ruler = told.ruler;
    seek(figure, "svg", SVGElement)?.prepend(band);
    stage.replaceChildren(figure);
    places.replaceChildren(...rows(told));
    places.hidden = !places.firstChild;
    mark();
    // The button that was pressed is gone with its row.
    if (had) (seek(places, "button", HTMLElement) ?? find(box, "[data-act=cut]", HTMLElement)).focus();
  }

  /** @param {Explored} told */
  function rows({ open, joined, out, called }) {
    /** @type {(place: number[], words: string, ...buttons: HTMLElement[]) => HTMLElement} */
    const row = ([a, b], words, ...buttons) =>
      make("li", {}, `${called[`${a} ${b}`]}, ${words}: `, ...buttons);
    /** @type {(at: number, end: string) => HTMLElement} */
    const bring = (at, end) => button(`Bring the ${end} end out`, () => act({ do: "stoma", at }));
    return [
      ...open.map((place) =>
        row(
          place,
          "open",
          button("Join the ends", () => act({ do: "join", place })),
          bring(place[0], "upper"),
          bring(place[1], "lower"),
          button("Leave them stapled inside", () => act({ do: "leave", place })),
        ),
      ),
      ...joined.map((place) =>
        row(
          place,
          "joined",
          button("Take this join out again", () => act({ do: "redo", place })),
        ),
      ),
      ...out.map(([a, b, at]) => row([a, b], "one end out", bring(at, "other"))),
    ];
  }

  /** The piece between the marks, in the picture. */
  function mark() {
    for (const each of marks) each.setAttribute("aria-valuetext", `${each.value} cm`);
    if (!ruler) return;
    const [a, b] = [at(ruler, Number(from.value)), at(ruler, Number(to.value))];
    const box = { x: a, y: ruler.top, width: b - a, height: ruler.height };
    for (const [name, value] of Object.entries(box)) band.setAttribute(name, String(value));
  }

  for (const [i, each] of [...marks, ...numbers].entries()) {
    each.addEventListener("input", () => {
      if (!each.value) return;
      const twin = (i < 2 ? numbers : marks)[i % 2];
      if (twin) twin.value = each.value;
      if (i < 2 || numbers.length) part(i % 2);
      mark();
    });
  }

  /**
   * The upper mark never lies below the lower one.
   * @param {number} moved
   */
  function part(moved) {
    if (Number(from.value) <= Number(to.value)) return;
    for (const each of [marks, numbers]) if (each.length) each[1 - moved].value = each[moved].value;
  }

  /** @type {Record<string, () => unknown>} */
  const acts = {
    cut: () => act({ do: "cut", from: Number(from.value), to: Number(to.value) }),
    spot: () =>
      act(
        spot.value === "bypass"
          ? { do: "bypass", from: Number(from.value), to: Number(to.value) }
          : { do: /** @type {"loop"} */ (spot.value), at: Number(from.value) },
      ),
    undo: () => act({ do: "undo" }),
    anew: () => {
      queue = queue.then(() => {
        operation = null;
      });
      return act(null);
    },
  };
  for (const each of every(box, "[data-act]")) {
    const work = acts[each.dataset.act ?? ""];
    // The second half of a double click does nothing.
    if (work) each.addEventListener("click", (event) => event.detail > 1 || work());
  }
  return { act, operation: () => operation };
}

/**
 * Where a cm lies in the picture.
 * @param {Explored["ruler"]} ruler
 * @param {number} cm
 */
function at({ points }, cm) {
  const i = Math.max(
    1,
    points.findIndex(([end]) => cm <= end),
  );
  const [[a, x], [b, y]] = [points[i - 1], points[i]];
  return x + ((y - x) * (cm - a)) / (b - a);
}
