// @ts-check
// The first step of a case: the operation laid out on the bowel, before any code, and compared with the chart.
// What is said of it is Python's (casebook.practice.laid_out).

import { working } from "./bowel.js";
import { quote } from "./explain.js";
import { find, make, reason, reveal } from "./parts.js";
import { awoken } from "./waking.js";

/** @import { Compared, Host, Operation } from "./types.d.ts" */

/**
 * @param {HTMLDetailsElement} box
 * @param {Host} host
 * @param {Operation | undefined} kept as it was laid out before
 * @param {() => void} changed
 */
export function laying(box, host, kept, changed) {
  const told = find(box, ".casebook-lay-told", HTMLElement);
  const size = find(box, ".casebook-lay-size", HTMLElement);
  const whispers = box.appendChild(make("p", { className: "casebook-unseen", aria: { live: "polite" } }));
  let anything = Boolean(kept);

  const ready = () => awoken(host, size);

  /** @param {...(Node | string)} rows */
  function say(...rows) {
    told.replaceChildren(...rows);
    const [first] = told.children;
    // Of what is higher than the window, its beginning is what must be seen.
    const shown = told.offsetHeight > innerHeight / 2 && first instanceof HTMLElement ? first : told;
    if (rows.length) reveal(shown, box.closest("section") ?? undefined);
  }

  const bowel = working(
    box,
    {
      async ask(question) {
        await ready();
        return host.ask(question);
      },
      say: (words) => say(make("p", {}, words)),
      drawn({ operation, words }) {
        whispers.textContent = words; // for those who do not see the picture
        const steps = operation?.steps;
        anything = Array.isArray(steps) && steps.length > 0;
        say();
        changed();
      },
    },
    kept ?? null,
  );
  bowel.act(null);
  find(box, "[data-act=compare]", HTMLElement).addEventListener("click", compare);

  async function compare() {
    try {
      await bowel.settled(); // a finger may be quicker than the act before
      await ready();
      const { verdict, says, differs } = await asked();
      const right = verdict === "same" || verdict === "open";
      say(
        make("p", { className: right ? "casebook-amounts casebook-laid-right" : "casebook-amounts" }, says),
        ...differs.flatMap((each) => [make("p", {}, each.says), ...each.rows.map((row) => quote(row, host))]),
      );
    } catch (error) {
      say(make("p", {}, `It could not be compared: ${reason(error)}.`));
    }
  }

  /**
   * @param {string} [answer]
   * @returns {Promise<Compared>}
   */
  const asked = (answer) =>
    host.ask({ do: "lay-out", operation: bowel.operation(), ...(answer !== undefined && { answer }) });

  return {
    /** What is laid out, to be kept; nothing where nothing is. */
    operation: () => (anything ? (bowel.operation() ?? undefined) : undefined),
    /**
     * Whether an answer went wrong by the reading or by a rule, and what to ask in place of the verdict's
     * question; nothing where nothing is to be said.
     * @param {string} answer
     */
    async about(answer) {
      if (!anything) return undefined;
      await ready();
      return asked(answer);
    },
  };
}
