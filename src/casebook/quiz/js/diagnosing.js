// @ts-check
// Diagnoses found by their names, and the names of the codes that were typed. The field is what counts.

import { button, find, make, reason } from "./parts.js";
import { several } from "./words.js";

/** @import { Ask } from "./types.d.ts" */

const PAUSE = 300; // milliseconds after a key

/**
 * @param {HTMLDetailsElement} box
 * @param {Ask} ask
 */
export function diagnosing(box, ask) {
  if (box.dataset.live) return;
  box.dataset.live = "yes";
  const field = find(box, "input", HTMLInputElement);
  const search = make("input", {
    type: "search",
    id: `${field.id}-search`,
    autocomplete: "off",
    spellcheck: false,
    enterKeyHint: "search",
  });
  const found = make("ul", { className: "casebook-found" });
  const count = make("p", { className: "casebook-hint", aria: { live: "polite" } });
  const names = make("ul", { className: "casebook-names" });
  const label = make("label", { htmlFor: search.id }, "Find a diagnosis, by its name");
  box.append(names, label, search, count, found);
  let round = 0;

  /** @param {string} code */
  function add(code) {
    field.value = [field.value.trim().replace(/[,;]$/, ""), code].filter(Boolean).join(", ");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    search.value = "";
    search.focus();
    look();
  }

  async function look() {
    const mine = ++round;
    try {
      const told = await ask({ do: "diagnoses", words: search.value, codes: field.value });
      if (mine !== round) return;
      names.replaceChildren(
        ...told.names.map(({ code, words }) => make("li", {}, make("strong", {}, code), ` ${words}`)),
      );
      found.replaceChildren(
        ...told.found.map(({ code, words }) =>
          make(
            "li",
            {},
            button([make("strong", {}, code), ` ${words}`], () => add(code)),
          ),
        ),
      );
      const more = told.hits > told.found.length ? `; the first ${told.found.length} are shown` : "";
      const number = `${several(told.hits, "diagnosis", "diagnoses")} found${more}.`;
      count.textContent = search.value.trim() ? number : "";
    } catch (error) {
      if (mine === round) count.textContent = `The names could not be fetched: ${reason(error)}.`;
    }
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;
  for (const input of [field, search]) {
    input.addEventListener("input", () => {
      clearTimeout(later);
      later = setTimeout(look, PAUSE);
    });
  }
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // Enter is no Check here
    found.querySelector("button")?.click();
  });
  if (field.value) look();
}
