// @ts-check
// After a wrong answer that a known wrong rule gives: a few more charts, to find out whether it was that rule,
// and two more for who wants to go on. Python decides which, and what they tell; the answers are kept like all
// others.

import { dated } from "./answers.js";
import { later, page, rules, way } from "./page.js";
import { button, make, reason, rowOf } from "./parts.js";
import { fetched, known } from "./questions.js";
import { mount } from "./quiz.js";
import { nearest } from "./reached.js";
import { attempts, record } from "./store.js";
import { coming } from "./words.js";

/** @import { Given, Host } from "./types.d.ts" */

const MOST = 5; // charts: as if all were asked, for who stops before

/**
 * A host that offers this under a wrong answer.
 * @param {HTMLElement} section
 * @param {Host} host
 * @returns {Host}
 */
export function offering(section, host) {
  const box = make("section", { className: "casebook-desk casebook-js casebook-why", hidden: true });
  section.after(box);
  let under = false; // way: what was begun stays when the claim is checked again

  /** @param {Given} first @param {{ verdict: string, misconceptions: unknown[] }} graded */
  function why(first, graded) {
    if (under) return;
    box.hidden = graded.verdict === "correct" || !graded.misconceptions.length;
    offer(first);
  }

  /** @param {Given} first */
  const ask = (first) => button("Find out why, with one to five more charts", () => begin([first], false));

  /** @param {Given} first */
  function offer(first) {
    box.replaceChildren(ask(first));
  }

  /** @param {Given[]} answers @param {boolean} further */
  function begin(answers, further) {
    under = true;
    const ways = { on: () => begin(answers, true), anew: () => ask(answers[0]) };
    asking(box, host, answers, further, ways).finally(() => {
      under = false;
    });
  }
  // Where the last answer was wrong, the offer still stands when the page is opened again.
  const { case: id, edition } = section.dataset;
  const last = attempts().all.findLast((each) => each.case === id);
  if (last && last.edition === edition && last.kind !== "choice") {
    const { answer = "", confidence = null, seconds = null, verdict = "", misconceptions = [] } = last;
    why({ case: id ?? "", answer, confidence, seconds, edition }, { verdict, misconceptions });
  }
  return { ...host, why };
}

/**
 * Ask until Python has enough, and offer to go `on` where it may tell more then; or until the reader has. Then
 * what the answers come to so far is said, with the button for `anew`.
 * @param {HTMLElement} box
 * @param {Host} host
 * @param {Given[]} answers
 * @param {boolean} further
 * @param {{ on: () => void, anew: () => HTMLElement }} ways
 */
async function asking(box, host, answers, further, ways) {
  const { on, anew } = ways;
  const status = make("p", { className: "casebook-hint", aria: { role: "status" } }, "Choosing the chart.");
  box.replaceChildren(make("h3", { tabIndex: -1 }, "Which rule it was"), status);
  try {
    await host.ready((told) => {
      status.textContent = coming(told);
    });
    const [{ all: bank }, table] = await Promise.all([known(), rules()]);
    const before = dated(attempts().all);
    const told = await way();
    const met = [...before, ...answers].map((each) => each.case);
    for (;;) {
      const asked = answers.length - 1;
      const next = await nearest(
        told,
        bank,
        met,
        met.slice(-1),
        (near) => host.ask({ do: "follow", answers, bank: near, table, asked, before, further }),
        false,
      );
      if (!next.ask)
        return show(box, [
          ...(await later()).concluded(next),
          ...(next.further ? [rowOf(button("One or two more charts", on))] : []),
        ]);
      const { given, goes } = await one(box, next.ask, next.says);
      if (given) answers.push(given);
      if (!goes) {
        const so = await host.ask({ do: "follow", answers, bank, table, asked: MOST, before, further });
        return show(box, [...(await later()).concluded(so), rowOf(anew())]);
      }
    }
  } catch (error) {
    const again = button("Try again", () => asking(box, host, answers, further, ways));
    show(box, [make("p", {}, `This could not go on: ${reason(error)}.`), again]);
  }
}

/**
 * @param {HTMLElement} box
 * @param {(Node | string)[]} parts
 */
function show(box, parts) {
  const heading = make("h3", { tabIndex: -1 }, "Which rule it was");
  box.replaceChildren(heading, ...parts);
  heading.focus();
}

/**
 * One short chart; resolves to its answer, if there is one, when the reader goes on or stops.
 * @param {HTMLElement} box
 * @param {string} id
 * @param {string} says
 * @returns {Promise<{ given: Given | null, goes: boolean }>}
 */
async function one(box, id, says) {
  const { sheet, quiz } = await fetched(id);
  return new Promise((done) => {
    const on = button("Go on", () => given && done({ given, goes: true }));
    on.className = "casebook-check";
    on.hidden = true;
    const stop = button("Stop here", () => done({ given, goes: false }));
    /** @type {Given | null} */
    let given = null;
    show(box, [make("p", {}, says), sheet, quiz, rowOf(on, stop)]);
    mount(quiz, {
      ...page(quiz),
      sheet,
      exam: {
        answered(attempt, lay, graded) {
          if (!given) {
            record(attempt);
            const { answer, confidence, seconds, edition } = attempt;
            given = { case: id, answer, confidence, seconds, edition };
          }
          on.hidden = false;
          lay(graded);
        },
      },
    });
  });
}
