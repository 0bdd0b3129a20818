// @ts-check
// The close of a round of practice: which charts it had, and each wrong rule that it names; how the rules stand.

import { aside, list, make, sideBySide } from "./parts.js";
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

const NONE_YET =
  "No usual mistake is mastered or shaky yet: each word takes two charts, and mastered a day between them.";
const WORDS =
  "Mastered: you were right on at least two charts that tempt to it, one of them a day later. Shaky: you made it on " +
  "two charts. Unseen: neither so far, as most are after a few rounds.";
const FITTED =
  "These mistakes fit wrong answers of yours to two charts. Where the same answers fit two, both stand in a line:";

/**
 * How the rules stand: mastered, shaky, unseen, and no more than that.
 * @param {Practiced} each
 */
export function standing({ states: { mastered, shaky }, rules }) {
  /** @type {Child[]} */
  const rows = rules.map(({ says, state }) => [`${says}: `, make("strong", {}, state)]);
  return make(
    "section",
    { className: "casebook-layer" },
    make("h3", {}, "How you stand with the usual mistakes"),
    make(
      "p",
      {},
      mastered || shaky
        ? `Mastered so far: ${mastered}. Shaky: ${shaky}. The others take more charts to tell.`
        : NONE_YET,
    ),
    rows.length > 0 && make("p", {}, FITTED),
    rows.length > 0 && list(rows),
    aside(WORDS),
  );
}
