// @ts-check
// What a reader has done so far, beside each case of a list, and what of the list to show. It is told from
// what this browser keeps; which case is about what is fetched only when a thing to learn is chosen.

import { again, STANDS, standing } from "./due.js";
import { way } from "./page.js";
import { every, find, make, reason, seek } from "./parts.js";
import { attempts } from "./store.js";
import { several } from "./words.js";

/** @param {HTMLElement} list */
export function marking(list) {
  const head = list.previousElementSibling;
  if (!(head instanceof HTMLElement)) return;
  /** @type {Record<string, string>} */
  const editions = JSON.parse(head.dataset.editions ?? "{}");
  const { all } = attempts();
  const now = Date.now();
  const boxes = again(all, now);
  const rows = every(list, "li").map((row) => {
    const address = seek(row, "a", HTMLAnchorElement)?.getAttribute("href") ?? "";
    const id = address.match(/([\w-]+)\.html/)?.[1] ?? "";
    const state = standing(all, id, editions[id]);
    const due = (boxes.get(id)?.due ?? Number.POSITIVE_INFINITY) <= now;
    const level = row.textContent?.match(/\((\w+)\)/)?.[1] ?? "";
    for (const word of [state, due && "due"]) {
      const className = `casebook-done casebook-done-${word}`;
      if (word) row.append(" ", make("span", { className }, STANDS[word]));
    }
    return { row, id, level, is: [state || "new", due && "due"] };
  });
  /** @param {string} word */
  const count = (word) => rows.filter(({ is }) => is.includes(word)).length;
  const done = `${count("first") + count("later")} of ${several(rows.length, "case")} right`;
  const more = ["first", "due"]
    .filter(count)
    .map((word) => `, ${count(word)} ${word === "due" ? "due again" : "at the first try"}`);
  find(head, "p", HTMLElement).textContent = `${done}${more.join("")}.`;
  const said = find(head, "[role=status]", HTMLElement);
  const [show, level, topic] = ["show", "level", "topic"].map((name) =>
    find(head, `[name=${name}]`, HTMLSelectElement),
  );

  head.addEventListener("change", async () => {
    /** @type {Record<string, string[]>} */
    let about = {};
    let trouble = "";
    try {
      if (topic.value) ({ about } = await way());
    } catch (error) {
      trouble = `What the cases are about could not be fetched: ${reason(error)}.`;
      topic.value = "";
    }
    for (const { row, id, is, level: mine } of rows) {
      row.hidden =
        Boolean(show.value && !is.includes(show.value)) ||
        Boolean(level.value && mine !== level.value) ||
        Boolean(topic.value && !about[id]?.includes(topic.value));
    }
    said.textContent = trouble || `${rows.filter(({ row }) => !row.hidden).length} of ${rows.length} shown.`;
  });
}
