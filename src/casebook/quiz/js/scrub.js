// @ts-check
// Check a claim: what Python says of it by the tables alone, and where to lay the operation out.

import { find, list, make, reason, reveal } from "./parts.js";
import { awoken } from "./waking.js";

/** @import { Desk, Scrubbed } from "./types.d.ts" */
/** @import { Child } from "./parts.js" */

/**
 * @param {string} title
 * @param {Child[]} rows
 */
const part = (title, rows) => make("section", {}, make("h2", {}, title), list(rows));

/**
 * @param {HTMLElement} section
 * @param {Desk} host
 */
export function scrubbing(section, host) {
  const form = find(section, "form", HTMLFormElement);
  const field = find(form, "textarea", HTMLTextAreaElement);
  const status = find(section, ".casebook-test-status", HTMLElement);
  const size = find(section, ".casebook-size", HTMLElement);
  const stage = find(section, ".casebook-stage", HTMLElement);
  let round = 0;

  const wake = () => awoken(host, size, "the program");

  async function check() {
    const mine = ++round;
    const answer = field.value;
    status.textContent = "";
    try {
      await wake();
      const told = await host.ask({ do: "scrub", answer });
      if (mine === round) show(told);
    } catch (error) {
      if (mine !== round) return;
      stage.replaceChildren();
      status.textContent = reason(error);
    }
    reveal(status);
  }

  /** @param {Scrubbed} told */
  function show({ typed, headline, edits, lines, tables, not_read }) {
    status.textContent = headline;
    const rows = edits.map(({ blocks, says }) => [
      make("strong", {}, blocks ? "Would be denied: " : "Note: "),
      says,
    ]);
    stage.replaceChildren(
      make("p", { className: "casebook-answer" }, make("code", {}, typed)),
      rows.length ? list(rows) : "",
      lines.length
        ? part(
            "The lines in plain words",
            lines.map(({ line, says }) => [make("code", {}, line), ` ${says}`]),
          )
        : "",
      make("p", {}, make("strong", {}, not_read)),
      part(
        "Looked up in",
        tables.map(({ says }) => says),
      ),
    );
  }

  // Not the samples: what tells of the fetching would move them from under the finger.
  form.addEventListener("focusin", () => wake().catch(() => {}), { once: true });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    check();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    check();
  });
  section.addEventListener("click", ({ target }) => {
    const sample = target instanceof Element ? target.closest("[data-claim]") : null;
    if (!(sample instanceof HTMLElement)) return;
    field.value = sample.dataset.claim ?? "";
    check();
  });
}
