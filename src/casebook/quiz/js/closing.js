// @ts-check
// The close of a round of practice: which charts it had, and each wrong rule that it names.

import { list, make, sideBySide } from "./parts.js";
import { capital } from "./words.js";

/** @import { Practiced } from "./types.d.ts" */
/** @import { Child } from "./parts.js" */
/** @typedef {(id: string, name: string) => Child} Called what a chart is called */

/**
 * @param {Practiced["closing"]} told
 * @param {Called} called
 */
export function closed(told, called) {
  if (!told) return [];
  const charts = told.asked.map(({ case: id, name, right, yours, filed }) => [
    called(id, name),
    right ? ": right, " : ": not right, you gave ",
    make("code", {}, yours),
    !right && filed && "; filed is ",
    !right && filed && make("code", {}, filed),
  ]);
  return [make("p", {}, told.says), list(charts), ...told.rules.map((rule) => wrongRule(rule, called))];
}

/**
 * A wrong rule: what it is, why it tempts, what is so, and every chart on which it showed, with the two answers
 * side by side.
 * @param {NonNullable<Practiced["closing"]>["rules"][number]} told
 * @param {Called} called
 */
function wrongRule({ says, tempts, correction, charts, rests }, called) {
  return make(
    "section",
    { className: "casebook-layer" },
    make("h3", {}, capital(says)),
    rests && make("p", {}, rests),
    make("p", {}, make("strong", {}, "Why it tempts. "), tempts),
    make("p", {}, make("strong", {}, "What is so. "), correction),
    sideBySide(charts, ({ case: id, name }) => called(id, name)),
  );
}
