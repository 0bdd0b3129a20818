// @ts-check
// The explorer: cut, join, divert; the picture, the claim and the reasons follow.

import { working } from "./bowel.js";
import { rule } from "./explain.js";
import { find, list, make, reveal } from "./parts.js";
import { awoken } from "./waking.js";
import { several } from "./words.js";

/** @import { Desk, Explored } from "./types.d.ts" */
/** @import { Child } from "./parts.js" */

/**
 * @param {HTMLElement} section
 * @param {Desk} host
 */
export function exploring(section, host) {
  const status = find(section, ".casebook-test-status", HTMLElement);
  const size = find(section, ".casebook-size", HTMLElement);
  const claim = find(section, ".casebook-answer", HTMLElement);
  const reasons = find(section, ".casebook-stage", HTMLElement);
  const approach = find(section, "[name=approach]", HTMLSelectElement);

  const { act } = working(section, {
    async ask(question) {
      await awoken(host, size, "the program");
      return host.ask(question);
    },
    say(words) {
      status.textContent = words;
      status.classList.remove("casebook-unseen");
      reveal(status);
    },
    drawn,
  });
  approach.addEventListener("change", () => act({ do: "approach", approach: approach.value }));

  /** @param {Explored} told */
  function drawn({ claim: code, beyond, joins, because, not_billed, operation }) {
    approach.value = String(operation?.approach ?? approach.value);
    const why = beyond && `, since ${beyond}`;
    claim.replaceChildren("Claim: ", make("code", {}, code), why);
    status.classList.add("casebook-unseen"); // the same is seen under the picture
    status.textContent = `Claim: ${code}${why}. ${several(joins, "join")} at closing.`;
    reasons.replaceChildren(
      part(
        "Because",
        because.map((each) => rule(each, host)),
      ),
      part(
        "Not billed",
        not_billed.map(({ code, says }) => [make("code", {}, code), ` ${says}`]),
      ),
    );
  }
}

/**
 * @param {string} title
 * @param {Child[]} rows
 */
const part = (title, rows) => (rows.length ? make("section", {}, make("h2", {}, title), list(rows)) : "");
