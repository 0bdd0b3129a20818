// @ts-check
// The explanation of a graded answer: its parts, in the order in which they come. What is said, and in which
// order, is decided in Python (casebook.grading.feedback); here each kind of part gets its form.

import { composer } from "./composer.js";
import { button, fold, layer, list, make, picture, reason, sideBySide } from "./parts.js";
import { always, ending, pictures, step, told as tells } from "./steps.js";
import { allAtOnce } from "./store.js";

/** @import { Ask, Graded, Host, Part, Row, Rule } from "./types.d.ts" */
/** @import { Child } from "./parts.js" */

/**
 * `all` where nothing is held back; `rest` shows what was.
 * @typedef {{ answer: string, graded: Graded, tries: number, all: boolean, rest(): void, host: Host, ask: Ask }} Told
 */

/** @type {Partial<Record<string, (part: Part, told: Told) => HTMLElement>>} */
const FORMS = {
  settles: ({ title, rows }, { host }) =>
    layer(title, ...rows.map((row) => (row.name ? quote(row, host) : make("p", {}, row.says)))),
  // A wrong rule that was named says more than its lines.
  lines: ({ title, rows }, { graded }) =>
    (graded.misconceptions.length > 0 ? fold : layer)(title, list(rows.map(({ says }) => says))),
  diagnoses: (part) =>
    part.rows.length > 1 ? layer(part.title, list(part.rows.map(({ says }) => says))) : plain(part),
  filed: ({ title, rows }) =>
    layer(title, list(rows.map(({ code = "", says }) => [make("code", {}, code), `: ${says}`]))),
  ask: ({ rows }, { ask }) => composer(ask, rows[0].says),
  flip: (part, { answer, ask }) => flip(part, answer, ask),
  rules: ({ title, rows }, { host }) => fold(title, list(rows.map((row) => rule(row, host)))),
  again: ({ title, rows, charts = [], full = [] }) =>
    layer(
      title,
      ...rows.map(({ says }) => make("p", {}, says)),
      sideBySide(charts),
      full.length > 0 && fold("The correction in full", ...full.map(({ says }) => make("p", {}, says))),
    ),
  next: ({ rows: [{ says, case: id = "" }] }, { host }) =>
    make("p", { className: "casebook-next" }, `${says} `, host.link?.(id) ?? make("code", {}, id)),
};
const LAST = ["rules", "next"]; // they stand below what the answer would pay

/**
 * @param {Told} told
 * @returns {HTMLElement[]}
 */
export function explain(told) {
  const { answer, graded, tries, ask } = told;
  const at = step(graded, tries, told.all);
  /** @param {Part} part */
  const form = (part) => (FORMS[part.kind] ?? plain)(part, told);
  // A round or a test goes on by itself: no way to another case leads out of it.
  const stays = (/** @type {Part} */ { kind }) => kind !== "next" || !told.host.exam;
  const parts = graded.feedback.parts.filter(
    (part) => tells(at, part.kind, Boolean(told.host.exam)) && stays(part),
  );
  const given = tries > 1 ? `Try ${tries}: ` : "You answered ";
  const head = make("p", { className: "casebook-given" }, given, make("code", {}, answer.trim()));
  if (at < 3) return [head, ...parts.map(form), ...ending(at, answer, graded, ask, told.rest)];
  const drawn = parts.some(({ kind }) => kind === "flip"); // with the picture of what was done
  return [
    head,
    ...parts.filter(({ kind }) => !LAST.includes(kind)).map(form),
    ...(drawn ? [] : [pictures(answer, ask)]),
    fees(answer, ask),
    ...parts.filter(({ kind }) => LAST.includes(kind)).map(form),
    ...(allAtOnce() && !told.host.exam ? [always()] : []),
  ];
}

/**
 * What needs no form of its own: paragraphs, under a heading where there is one.
 * @param {Part} part
 */
function plain({ kind, title, rows }) {
  if (title) return layer(title, ...rows.map(({ says }) => make("p", {}, says)));
  return make("p", { className: `casebook-${kind}` }, rows.map(({ says }) => says).join(" "));
}

/**
 * A sentence of the chart, with the way to it.
 * @param {Row} row
 * @param {Host} host
 */
export function quote({ name = "", says }, host) {
  const place = host.where?.(name);
  // A quiz can stand on a page without its chart.
  const address = place ? `#${place.id}` : host.address?.(name);
  const line = place?.closest(".line")?.getAttribute("data-line");
  const words = `Show it in the chart${line ? `, line ${line}` : ""}`;
  const link = address && make("a", { href: address, className: "casebook-find" }, words);
  return make("blockquote", {}, make("p", {}, make("q", {}, says)), link);
}

/**
 * A rule with its sources, what leads to its place in the book, and what copies it.
 * @param {Rule} rule
 * @param {Pick<Host, "page">} [host]
 * @returns {Child[]}
 */
export function rule({ says, confidence = "", authorities = [], page = "", copy = "" }, host) {
  const sources = authorities.map(({ title, edition, address }) => {
    const text = `${title}, ${edition}`;
    return /^https?:\/\//.test(address) ? make("a", { href: address, rel: "noopener" }, text) : text;
  });
  const sure = make("span", { className: `casebook-sure casebook-${confidence}` }, confidence);
  const address = page && host?.page?.(page);
  const link = address && make("a", { href: address }, "This rule in the book");
  const words = address ? copy.replace(page, address) : copy;
  return [`${says} `, sure, list(sources), make("p", {}, link, link && " ", words && copying(words))];
}

/**
 * @param {string} words
 * @returns {Child[]}
 */
function copying(words) {
  const said = make("span", { className: "casebook-hint", aria: { live: "polite" } });
  const copy = button("Copy this rule", async () => {
    try {
      await navigator.clipboard.writeText(words);
      said.textContent = " Copied.";
    } catch {
      said.textContent = ` It cannot be copied from here; these are its words: ${words}`;
    }
  });
  return [copy, said];
}

/**
 * The bowel as operated beside the bowel that would make the answer right.
 * @param {Part} part
 * @param {string} answer
 * @param {Ask} ask
 */
function flip(part, answer, ask) {
  const pictures = make("div", { className: "casebook-pictures" });
  ask({ do: "beside", answer }).then(
    ({ operated, right_if }) =>
      pictures.append(...operated.map(picture), ...(right_if ? [picture(right_if)] : [])),
    () => pictures.remove(), // the words stand without it
  );
  const words = plain(part);
  words.append(pictures);
  return words;
}

/**
 * @param {string} answer
 * @param {Ask} ask
 */
function fees(answer, ask) {
  const inside = make("div", {});
  const box = fold("What your answer would pay", inside);
  const work = () => {
    inside.replaceChildren(make("p", {}, "Working it out..."));
    ask({ do: "fees", answer }).then(
      ({ lines, total, says }) =>
        inside.replaceChildren(
          list(lines),
          make("p", {}, make("strong", {}, total)),
          make("p", { className: "casebook-hint" }, says),
        ),
      (error) => inside.replaceChildren(make("p", {}, reason(error))),
    );
  };
  box.dataset.later = "";
  box.addEventListener("toggle", work, { once: true });
  return box;
}
