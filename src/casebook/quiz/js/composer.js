// @ts-check
// The question to the surgeon: picked from sentences or written; Python judges it.

import { button, fold, layer, list, make, reason } from "./parts.js";

/** @import { Ask } from "./types.d.ts" */

/**
 * @param {Ask} ask
 * @param {string} model a question that would do
 */
export function composer(ask, model) {
  const name = `casebook-query-${Math.random().toString(36).slice(2, 8)}`;
  const field = make("textarea", { id: name, rows: 3, name: "query", maxLength: 5000 });
  const picks = make(
    "fieldset",
    { className: "casebook-picks", hidden: true },
    make("legend", {}, "Sentences to choose from"),
  );
  const status = make("p", { className: "casebook-query-status", aria: { live: "polite" } });
  const said = make("div", { className: "casebook-layers" });

  ask({ do: "query-options" }).then(
    ({ options }) => {
      for (const { text } of options) {
        const tick = make("input", { type: "checkbox" });
        tick.addEventListener("change", () => {
          const mine = text.split("\n");
          const others = field.value.split("\n").filter((line) => line.trim() && !mine.includes(line.trim()));
          field.value = [...others, ...(tick.checked ? [text] : [])].join("\n");
        });
        picks.append(make("label", { className: "casebook-pick" }, tick, make("span", {}, text)));
      }
      picks.hidden = !options.length;
    },
    () => {},
  );

  const check = button("Review the question", async () => {
    status.textContent = "";
    try {
      const judged = await ask({ do: "query-review", text: field.value });
      const { verdict, says, faults, good } = judged;
      status.textContent = says;
      status.dataset.verdict = verdict;
      said.replaceChildren(
        list([
          ...faults.map(({ says }) => [make("strong", {}, "To mend: "), says]),
          ...good.map((says) => [make("strong", {}, "Good: "), says]),
        ]),
        fold("A question that would do", make("p", { className: "casebook-model" }, judged.model || model)),
      );
    } catch (error) {
      status.textContent = `The question could not be checked: ${reason(error)}.`;
    }
  });
  return layer(
    "Ask the surgeon",
    make(
      "p",
      {},
      "Write the question you would send, or put it together from the sentences below. A good one asks openly about " +
        "what the note leaves open, quotes the chart, and suggests no answer.",
    ),
    make("label", { htmlFor: name }, "Your question"),
    field,
    picks,
    check,
    status,
    said,
  );
}
