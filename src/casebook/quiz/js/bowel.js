// @ts-check
// Bowel to work on: its picture with the piece that would be cut, and what can be done there and at each
// place. The explorer and the first step of a case are both this: the one has two marks in centimeters, as
// sliders, the other a list of the free stretches, by order alone, and its picture can be tapped. The operation
// itself is the only state, and Python's; the scripts hand it back as it came.

import { button, every, find, make, picture, reason, seek } from "./parts.js";

/** @import { Act, Explored, Gap, Operation } from "./types.d.ts" */

/**
 * `ask` puts the question to Python, `say` tells how it went, `drawn` comes after each act that was done.
 * @typedef {{
 *   ask(question: { do: "explore", operation: Operation | null, act: Act | null, by_order: boolean }): Promise<Explored>,
 *   say(words: string): void,
 *   drawn(told: Explored): void,
 * }} Work
 */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 360; // of the picture, in its own units (casebook.practice.diagram)

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
  const where = seek(box, "[name=where]", HTMLSelectElement); // then all goes by order alone
  const other = seek(box, "[name=other]", HTMLSelectElement);
  /** @type {Gap[]} */
  let gaps = [];
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
      const told = await ask({ do: "explore", operation, act, by_order: Boolean(where) });
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
    offer(told.gaps);
    places.replaceChildren(...rows(told));
    places.hidden = !places.firstChild;
    mark();
    // The button that was pressed is gone with its row.
    if (had) (seek(places, "button", HTMLElement) ?? find(box, "[data-act=cut]", HTMLElement)).focus();
  }

  /** @param {Explored} told */
  function rows({ open, joined, out, called }) {
    /** @type {(place: number[], words: string, ...buttons: (HTMLElement | false)[]) => HTMLElement} */
    const row = ([a, b], words, ...buttons) =>
      make("li", {}, `${called[`${a} ${b}`]}, ${words}${buttons[0] ? ": " : ""}`, ...buttons);
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
        row(place, "joined", !where && button("Take this join out again", () => act({ do: "redo", place }))),
      ),
      ...out.map(([a, b, at]) => row([a, b], "one end out", bring(at, "other"))),
    ];
  }

  /**
   * The free stretches to choose from: the usual one is chosen.
   * @param {Gap[]} free
   */
  function offer(free) {
    gaps = free;
    for (const list of [where, other]) {
      list?.replaceChildren(...free.map(({ says }, i) => make("option", { value: String(i) }, says)));
      if (list) list.value = String(free.findIndex((each) => each.usual));
    }
  }

  /** The piece that would be cut: a stretch that was chosen, or what lies between the marks. */
  function piece() {
    const [a, b] = marks;
    return where ? gaps[Number(where.value)] : { from: Number(a.value), to: Number(b.value) };
  }

  /** The piece that would be cut, in the picture. */
  function mark() {
    for (const each of marks) each.setAttribute("aria-valuetext", `${each.value} cm`);
    const chosen = piece();
    if (!ruler || !chosen) return;
    const [a, b] = [at(ruler, chosen.from), at(ruler, chosen.to)];
    const box = { x: a, y: ruler.top, width: b - a, height: ruler.height };
    for (const [name, value] of Object.entries(box)) band.setAttribute(name, String(value));
  }

  /**
   * A tap chooses the stretch that it meets, or the nearest.
   * @param {MouseEvent} event
   */
  function tapped({ clientX }) {
    const drawn = seek(stage, "svg", SVGElement)?.getBoundingClientRect();
    if (!ruler || !where || !drawn) return;
    const x = ((clientX - drawn.left) * WIDTH) / drawn.width;
    const aside = gaps.map(({ low, high }) => {
      const [a, b] = [
        at(/** @type {Explored["ruler"]} */ (ruler), low),
        at(/** @type {Explored["ruler"]} */ (ruler), high),
      ];
      return Math.max(a - x, x - b, 0);
    });
    where.value = String(aside.indexOf(Math.min(...aside)));
    mark();
  }

  if (where) {
    where.addEventListener("change", mark);
    stage.addEventListener("click", tapped);
    spot.addEventListener("change", () => {
      const beside = other?.closest("label");
      if (beside) beside.hidden = spot.value !== "bypass";
    });
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
    if (Number(marks[0].value) <= Number(marks[1].value)) return;
    for (const each of [marks, numbers]) if (each.length) each[1 - moved].value = each[moved].value;
  }

  /** @type {Record<string, () => unknown>} */
  const acts = {
    cut: () => {
      const { from, to } = piece();
      return act({ do: "cut", from, to });
    },
    spot: () => {
      const { from, to } = piece();
      const at = where ? (from + to) / 2 : from;
      if (spot.value !== "bypass") return act({ do: /** @type {"loop"} */ (spot.value), at });
      const far = other && gaps[Number(other.value)];
      return act({ do: "bypass", from, to: far ? far.to : to });
    },
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
  // `settled` comes when all that was pressed is done.
  return { act, operation: () => operation, settled: () => queue };
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
