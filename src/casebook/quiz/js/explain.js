// @ts-check
// The explanation of a graded answer, layer by layer.

import { composer } from "./composer.js";
import { fold, layer, list, make, picture, reason } from "./parts.js";

/** @import { Ask, Diagnoses, Evidence, Graded, Host, Quote, Rule } from "./types.d.ts" */
/** @import { Child } from "./parts.js" */

/**
 * `cited` are the numbers of the lines that the learner marked.
 * @param {{ answer: string, graded: Graded, tries: number, host: Host, ask: Ask, cited: string[] }} given
 * @returns {HTMLElement[]}
 */
export function explain({ answer, graded, tries, host, ask, cited }) {
  const told = graded.feedback;
  const said = [told.amounts_to, told.correction, told.flip]; // nothing is said twice, word for word
  const off = graded.findings.filter(
    ({ kind, says }) => !said.some((text) => text?.includes(says)) && !(kind === "query" && told.correction),
  );
  const lines = [...new Set(off.map(({ says }) => says))];
  const flipped = told.correction ? told.flip?.replace(`: ${told.correction}`, ".") : told.flip;
  // A wrong rule that was named says more than its lines.
  const part = graded.misconceptions.length > 0 ? fold : layer;
  const given = tries > 1 ? `Try ${tries}: ` : "You answered ";
  return [
    make("p", { className: "casebook-given" }, given, make("code", {}, answer.trim())),
    told.amounts_to && make("p", { className: "casebook-amounts" }, told.amounts_to),
    told.tempts && make("p", { className: "casebook-tempts" }, told.tempts),
    told.settles.length > 0 && layer(told.settles_as, ...told.settles.map((each) => quote(each, host))),
    told.correction && layer("What sets it right", make("p", {}, told.correction)),
    lines.length > 0 && part("Line by line", list(lines)),
    told.doubt && make("p", { className: "casebook-doubt" }, told.doubt),
    graded.evidence && layer("The lines you marked", ...evidence(graded.evidence, host, cited)),
    graded.diagnoses && layer("The diagnoses", ...diagnoses(graded.diagnoses)),
    told.ask && composer(ask, told.ask),
    flipped && flip(flipped, answer, ask),
    fees(answer, ask),
    told.rules.length > 0 && fold("Why: rules and sources", list(told.rules.map(rule))),
    told.next &&
      make(
        "p",
        { className: "casebook-next" },
        `${told.next.says} `,
        host.link?.(told.next.case) ?? make("code", {}, told.next.case),
      ),
  ].filter((each) => each instanceof HTMLElement);
}

/**
 * The number of the line that holds a mark.
 * @param {Host} host
 * @param {string} name
 */
function lineOf(host, name) {
  const line = host.where?.(name)?.closest(".line");
  return line instanceof HTMLElement ? line.dataset.line : undefined;
}

/**
 * @param {Quote} said
 * @param {Host} host
 */
function quote({ name, text }, host) {
  const place = host.where?.(name);
  // A quiz can stand on a page without its chart.
  const address = place ? `#${place.id}` : host.address?.(name);
  const line = lineOf(host, name);
  const words = `Show it in the chart${line ? `, line ${line}` : ""}`;
  const link = address && make("a", { href: address, className: "casebook-find" }, words);
  return make("blockquote", {}, make("p", {}, make("q", {}, text)), link);
}

/**
 * @param {Evidence} told
 * @param {Host} host
 * @param {string[]} cited
 * @returns {Child[]}
 */
function evidence({ found, missed, irrelevant }, host, cited) {
  /** @param {string[]} names */
  const places = (names) => [...new Set(names.map((name) => lineOf(host, name) ?? name))];
  /** @param {string[]} numbers */
  const lines = (numbers) => `${numbers.length === 1 ? "line" : "lines"} ${numbers.join(", ")}`;
  const which = found.length ? ` (${places(found).join(", ")})` : "";
  const others = cited.filter((line) => !places(found).includes(line));
  const all = !missed.length && !irrelevant.length;
  const some = `${found.length} of ${found.length + missed.length} deciding lines found${which}.`;
  return [
    make("p", {}, all ? "These are just the lines that decide." : some),
    missed.length > 0 && make("p", {}, `Missed: ${lines(places(missed))}.`),
    irrelevant.length > 0 && make("p", {}, `True, but not what decides: ${lines(others)}.`),
  ];
}

/**
 * @param {Diagnoses} told
 * @returns {Child[]}
 */
function diagnoses({ expected, found, missed, extra, first_right, findings }) {
  const said = findings.map(({ says }) => says);
  if (!missed.length && !extra.length && first_right) {
    return [make("p", {}, "The codes and their order are right."), said.length > 0 && list(said)];
  }
  const rows = [
    found.length > 0 && `Right: ${found.join(", ")}.`,
    missed.length > 0 && `Missing: ${missed.join(", ")}.`,
    extra.length > 0 && `Not needed: ${extra.join(", ")}.`,
    !first_right && `${expected[0]} comes first.`,
    ...said,
  ];
  return [list(rows.filter(Boolean))];
}

/**
 * @param {Rule} rule
 * @returns {Child[]}
 */
export function rule({ says, confidence, authorities }) {
  const sources = authorities.map(({ title, edition, address }) => {
    const text = `${title}, ${edition}`;
    return /^https?:\/\//.test(address) ? make("a", { href: address, rel: "noopener" }, text) : text;
  });
  const sure = make("span", { className: `casebook-sure casebook-${confidence}` }, confidence);
  return [`${says} `, sure, list(sources)];
}

/**
 * The bowel as operated beside the bowel that would make the answer right.
 * @param {string} says
 * @param {string} answer
 * @param {Ask} ask
 */
function flip(says, answer, ask) {
  const pictures = make("div", { className: "casebook-pictures" });
  ask({ do: "beside", answer }).then(
    ({ operated, right_if }) =>
      pictures.append(...operated.map(picture), ...(right_if ? [picture(right_if)] : [])),
    () => pictures.remove(), // the words stand without it
  );
  return layer("What would make your answer right", make("p", {}, says), pictures);
}

/**
 * @param {string} answer
 * @param {Ask} ask
 */
function fees(answer, ask) {
  const inside = make("div", {}, make("p", {}, "Working it out..."));
  const box = fold("What your answer would pay", inside);
  const work = () =>
    ask({ do: "fees", answer }).then(
      ({ lines, total, says }) =>
        inside.replaceChildren(
          list(lines),
          make("p", {}, make("strong", {}, total)),
          make("p", { className: "casebook-hint" }, says),
        ),
      (error) => inside.replaceChildren(make("p", {}, reason(error))),
    );
  box.addEventListener("toggle", work, { once: true });
  return box;
}
