// @ts-check
// A claim in rows: code, units, modifiers. It writes the typed field; what is typed there Python reads, for
// this too.

import { button, make, reason, seek } from "./parts.js";
import { several } from "./words.js";

/** @import { Ask, Line } from "./types.d.ts" */

const SHOWN = 8; // of the codes found

/**
 * A line as one would type it.
 * @param {Line} line
 */
const typed = ({ code, units, modifiers }) =>
  code + modifiers.map((each) => `-${each}`).join("") + (units > 1 ? ` x${units}` : "");

/**
 * @param {HTMLElement} section
 * @param {HTMLTextAreaElement} field
 * @param {Ask} ask
 */
export function building(section, field, ask) {
  const box = seek(section, ".casebook-builder", HTMLDetailsElement);
  const body = box && seek(box, ".casebook-build", HTMLElement);
  if (!box || !body) return;
  const name = field.id;
  /** @type {Line[]} */
  let rows = [];
  /** @type {{ code: string, words: string, also: string }[] | null} */
  let codes = null;
  /** @type {{ code: string, words: string }[]} */
  let marks = [];
  /** @type {string | null} */
  let written = null; // what this put into the field
  const table = make("div", {
    className: "casebook-lines",
    aria: { role: "group", label: "Lines of the claim" },
  });
  const told = make("p", { className: "casebook-unseen", aria: { live: "polite" } });
  const search = make("input", {
    type: "search",
    id: `${name}-search`,
    autocomplete: "off",
    spellcheck: false,
    enterKeyHint: "search",
  });
  const found = make("ul", { className: "casebook-found" });
  const count = make("p", { className: "casebook-hint", aria: { live: "polite" } });

  /** @param {string} text */
  function put(text) {
    written = text;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  const write = () => put(rows.map(typed).join("; "));

  /** @param {string} code */
  function add(code) {
    rows.push({ code, units: 1, modifiers: [] });
    write();
    draw();
    told.textContent = `${code} added, line ${rows.length}.`;
    table.lastElementChild?.querySelector("input")?.focus();
  }

  /** @param {string} code */
  const words = (code) =>
    codes?.find((each) => each.code === code)?.words ?? "a code that this book does not know";

  const draw = () => table.replaceChildren(...rows.map(lineOf));

  /**
   * @param {Line} row
   * @param {number} i
   */
  function lineOf(row, i) {
    const units = make("input", {
      type: "number",
      min: "1",
      max: "99",
      value: String(row.units),
      inputMode: "numeric",
    });
    units.addEventListener("input", () => {
      row.units = Math.max(1, Math.min(99, Math.round(Number(units.value)) || 1));
      write();
    });
    const remove = button("Remove", () => {
      rows.splice(i, 1);
      write();
      draw();
      told.textContent = `${row.code} removed.`;
      (table.children[Math.min(i, rows.length - 1)]?.querySelector("input") ?? search).focus();
    });
    remove.setAttribute("aria-label", `Remove ${row.code}, line ${i + 1}`);
    const chosen = make("summary", {}, marked(row));
    const modifiers = make(
      "details",
      {},
      chosen,
      make("div", { className: "casebook-ticks" }, ticks(row, chosen)),
    );
    return make(
      "div",
      { className: "casebook-line", aria: { role: "group", label: `Line ${i + 1}, ${row.code}` } },
      make("p", {}, make("strong", {}, row.code), ` ${words(row.code)}`),
      make("label", { className: "casebook-units" }, "Units ", units),
      remove,
      modifiers,
    );
  }

  /**
   * What the fold of a row is called: it names the modifiers that the row has.
   * @param {Line} row
   */
  const marked = ({ modifiers }) => ["Modifiers", modifiers.join(", ")].filter(Boolean).join(": ");

  /**
   * A box for each modifier; one that was typed and has no box stays.
   * @param {Line} row
   * @param {HTMLElement} chosen
   */
  const ticks = (row, chosen) =>
    marks.map(({ code: modifier, words }) => {
      const tick = make("input", { type: "checkbox", checked: row.modifiers.includes(modifier) });
      tick.addEventListener("change", () => {
        const others = row.modifiers.filter((each) => each !== modifier);
        row.modifiers = tick.checked ? [...row.modifiers, modifier] : others;
        chosen.textContent = marked(row);
        write();
      });
      return make("label", { className: "casebook-tick" }, tick, `${modifier}, ${words}`);
    });

  function look() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = (codes ?? []).filter(({ code, words, also }) =>
      wanted.every((word) => `${code} ${words} ${also}`.toLowerCase().includes(word)),
    );
    const shown = wanted.length ? hits.slice(0, SHOWN) : [];
    found.replaceChildren(
      ...shown.map(({ code, words }) =>
        make(
          "li",
          {},
          button([make("strong", {}, code), ` ${words}`], () => add(code)),
        ),
      ),
    );
    const more = hits.length > SHOWN ? `; the first ${SHOWN} are shown` : "";
    const none = "No procedure has this name. Diagnoses have their own place: Add the diagnoses.";
    const number = hits.length ? `${several(hits.length, "code")} found${more}.` : none;
    count.textContent = wanted.length ? number : "";
  }

  // The field is what counts: take over what was typed there, as Python reads it.
  async function follow() {
    if (field.value === written) return;
    const asked = field.value;
    const { lines, error } = await ask({ do: "read", answer: asked });
    if (field.value !== asked) return;
    if (error) {
      told.textContent = "What is typed in the field could not be read, so the rows are as they were.";
      return;
    }
    rows = lines;
    written = asked;
    draw();
  }

  /** @param {HTMLElement} body */
  async function open(body) {
    if (codes) return follow();
    body.replaceChildren(make("p", { className: "casebook-hint" }, "Fetching the codes..."));
    try {
      ({ codes, modifiers: marks } = await ask({ do: "codes" }));
      const query = button("Ask the surgeon first", () => {
        rows = [];
        draw();
        put("query");
        told.textContent = "The answer is now: query.";
      });
      const label = make("label", { htmlFor: search.id }, "Find a code, by its number or in plain words");
      body.replaceChildren(table, label, search, count, found, query, told);
      await follow();
    } catch (error) {
      codes = null;
      const why = `The codes could not be fetched: ${reason(error)}. Type the claim above instead.`;
      body.replaceChildren(make("p", {}, why));
    }
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;
  field.addEventListener("input", () => {
    clearTimeout(later);
    if (box.open) later = setTimeout(() => follow().catch(() => {}), 300);
  });
  search.addEventListener("input", look);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // Enter is no Check here
    found.querySelector("button")?.click();
  });
  box.addEventListener("toggle", () => box.open && open(body));
}
