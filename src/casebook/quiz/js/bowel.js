// @ts-check
// Bowel to work on: its picture with the piece that would be cut, and what can be done there and at each
// place. The explorer and the first step of a case are both this: the one has two marks in centimeters, as
// sliders, the other a list of the free stretches, by order alone, and its picture can be tapped. The operation
// itself is the only state, and Python's; the scripts hand it back as it came.

import { button, every, find, inSight, make, picture, reason, seek } from "./parts.js";

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
const ALL = "all the bowel "; // before where a bridge lies (casebook.practice.gaps)
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
  const chosen = seek(box, ".casebook-chosen", HTMLElement);
  const cutter = find(box, "[data-act=cut]", HTMLElement);
  const spotter = find(box, "[data-act=spot]", HTMLElement);
  /** @type {Gap[]} */
  let gaps = [];
  const band = document.createElementNS(SVG, "rect");
  band.setAttribute("class", "band");
  let operation = kept;
  /** @type {Explored["ruler"] | null} */
  let ruler = null;
  /** @type {(string | undefined)[]} the stretch that was chosen at each act: it is again when the act is undone */
  const before = [];
  /** @type {Promise<void>} */
  let queue = Promise.resolve();
  /** @type {Set<string>} what was pressed before there was a picture */
  const heard = new Set();

  /**
   * Each act is done to what the one before left, however fast they come; without one it is only looked at.
   * One that depends on a stretch that is still awaited is made up when its turn comes.
   * @param {Act | null | (() => Act | null)} act
   */
  function act(act) {
    queue = queue.then(() => perform(act));
    return queue;
  }

  /** @param {Act | null | (() => Act | null)} wanted */
  async function perform(wanted) {
    try {
      if (wanted && !ruler) await perform(null);
      if (wanted && !ruler) return;
      const act = typeof wanted === "function" ? wanted() : wanted;
      if (wanted && !act) return;
      const was = gaps[Number(where?.value)]?.says;
      const told = await ask({ do: "explore", operation, act, by_order: Boolean(where) });
      if (told.error) return say(told.error);
      operation = told.operation;
      draw(told);
      if (act?.do === "undo") back(before.pop());
      else if (act) before.push(was);
      drawn(told);
      if (where && wanted && !inSight(stage)) stage.scrollIntoView(); // what was pressed lies below it
    } catch (error) {
      say(`That could not be done: ${reason(error)}.`);
    }
  }

  /** @param {string} [says] the stretch to choose, where there is one that says so */
  function back(says) {
    const at = gaps.findIndex((each) => each.says === says);
    if (!where || at < 0) return;
    where.value = String(at);
    name();
    mark();
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
    if (had) (seek(places, "button", HTMLElement) ?? cutter).focus();
  }

  /** @param {Explored} told */
  function rows({ open, left, joined, out, called }) {
    /** @type {(place: number[], words: string, ...buttons: (HTMLElement | false)[]) => HTMLElement} */
    const row = ([a, b], words, ...buttons) =>
      make("li", {}, `${called[`${a} ${b}`]}, ${words}${buttons[0] ? ": " : ""}`, ...buttons);
    /** @type {(at: number, end: string) => HTMLElement} */
    const bring = (at, end) => button(`Bring the ${end} end out`, () => act({ do: "stoma", at }));
    /** @param {[number, number]} place */
    const fates = (place) => [
      button("Join the ends", () => act({ do: "join", place })),
      bring(place[0], "upper"),
      bring(place[1], "lower"),
    ];
    return [
      ...open.map((place) =>
        row(
          place,
          "ends free",
          ...fates(place),
          button("Leave them stapled inside", () => act({ do: "leave", place })),
        ),
      ),
      ...left.map((place) => row(place, "ends stapled inside; you can still change that", ...fates(place))),
      ...joined.map((place) =>
        row(place, "joined", !where && button("Take this join out again", () => act({ do: "redo", place }))),
      ),
      ...out.map(([a, b, at]) => {
        const [out, inside] = at === b ? ["upper", "lower"] : ["lower", "upper"];
        return row([a, b], `${out} end out, the ${inside} one taken as stapled inside`, bring(at, inside));
      }),
    ];
  }

  /**
   * The stretches to choose from: the usual one is chosen. No bypass ends at a join itself.
   * @param {Gap[]} free
   */
  function offer(free) {
    gaps = free;
    for (const list of [where, other]) {
      const options = free.flatMap(({ says, itself }, i) =>
        list === other && itself ? [] : [make("option", { value: String(i) }, says)],
      );
      list?.replaceChildren(...options);
      if (list) list.value = String(free.findIndex((each) => each.usual));
    }
    chosen?.replaceChildren();
    name();
  }

  /** The buttons say where on the bowel what they do is done. */
  function name() {
    const gap = where && gaps[Number(where.value)];
    if (!gap) return;
    const whole = gap.says.startsWith(ALL) || gap.itself;
    cutter.textContent = `Cut ${whole ? "" : "a piece "}out ${gap.says}`;
    spotter.textContent = `Do it ${gap.itself ? "at " : ""}${gap.says.replace(ALL, "")}`;
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
   * A tap chooses the stretch that it meets, or the nearest; of several the smallest.
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
      return { far: Math.max(a - x, x - b, 0), wide: b - a };
    });
    const [nearest] = [...aside].sort((a, b) => a.far - b.far || a.wide - b.wide);
    where.value = String(aside.indexOf(nearest));
    choose();
  }

  /** The piece may stand where it stood: words say that the choice was heard. */
  function choose() {
    mark();
    name();
    const gap = gaps[Number(where?.value)];
    const whole = gaps.find(({ says }) => says === `${ALL}${gap?.says}`);
    const all = whole ? " All of it is a choice of its own in the list." : "";
    if (gap)
      chosen?.replaceChildren(`Chosen: ${gap.says}. To remove bowel, press “${cutter.textContent}”.${all}`);
  }

  if (where) {
    where.addEventListener("change", choose);
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

  /** @param {() => Act | null} made of what is chosen now, where that can be known */
  function chosenAct(made) {
    if (where && !ruler) return act(made);
    const now = made();
    return now && act(now);
  }

  /** @type {Record<string, () => unknown>} */
  const acts = {
    cut: () =>
      chosenAct(() => {
        const { from, to } = piece();
        return { do: "cut", from, to };
      }),
    spot: () =>
      chosenAct(() => {
        if (where && gaps[Number(where.value)].itself) {
          say("At a join itself a piece can be cut out. For this, choose a stretch beside it.");
          return null;
        }
        const { from, to } = piece();
        const at = where ? (from + to) / 2 : from;
        if (spot.value !== "bypass") return { do: /** @type {"loop"} */ (spot.value), at };
        const far = other && gaps[Number(other.value)];
        return { do: "bypass", from, to: far ? far.to : to };
      }),
    undo: () => act({ do: "undo" }),
    anew: () => {
      queue = queue.then(() => {
        operation = null;
        before.length = 0;
      });
      return act(null);
    },
  };
  for (const each of every(box, "[data-act]")) {
    const work = acts[each.dataset.act ?? ""];
    // The second half of a double click does nothing; before there are stretches to choose, each is heard once.
    if (work) each.addEventListener("click", (event) => event.detail > 1 || early(each) || work());
  }

  /**
   * Whether a button was pressed before, while the picture is still awaited.
   * @param {HTMLElement} pressed
   */
  function early(pressed) {
    if (ruler || !where) return false;
    const name = pressed.dataset.act ?? "";
    if (heard.has(name)) return true;
    heard.add(name);
    chosen?.replaceChildren(`“${pressed.textContent}” is noted: it is done as soon as the bowel is here.`);
    return false;
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
