// @ts-check
// After a wrong answer that a known wrong rule gives: up to three more charts, to find out whether it was that
// rule. Python decides which, and what they tell; the answers are kept like all others.

import { dated } from "./answers.js";
import { page, rules } from "./page.js";
import { button, make, reason, rowOf } from "./parts.js";
import { fetched, known } from "./questions.js";
import { mount } from "./quiz.js";
import { concluded } from "./result.js";
import { attempts, record } from "./store.js";
import { coming } from "./words.js";

/** @import { Given, Graded, Host } from "./types.d.ts" */

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

  /** @param {Given} first @param {Graded} graded */
  function why(first, graded) {
    if (under) return;
    box.hidden = graded.verdict === "correct" || !graded.misconceptions.length;
    box.replaceChildren(
      button("Find out why, with up to three more charts", () => {
        under = true;
        asking(box, host, [first]).finally(() => {
          under = false;
        });
      }),
    );
  }
  return { ...host, why };
}

/**
 * Ask until Python has enough.
 * @param {HTMLElement} box
 * @param {Host} host
 * @param {Given[]} answers
 */
async function asking(box, host, answers) {
  const status = make("p", { className: "casebook-hint", aria: { role: "status" } }, "Choosing the chart.");
  box.replaceChildren(make("h3", { tabIndex: -1 }, "Which rule it was"), status);
  try {
    await host.ready((told) => {
      status.textContent = coming(told);
    });
    const [{ all: bank }, table] = await Promise.all([known(), rules()]);
    const before = dated(attempts().all);
    for (;;) {
      const asked = answers.length - 1;
      const told = await host.ask({ do: "follow", answers, bank, table, asked, before });
      if (!told.ask) return show(box, concluded(told));
      answers.push(await one(box, told.ask, told.says));
    }
  } catch (error) {
    const again = button("Try again", () => asking(box, host, answers));
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
 * One short chart; resolves to its answer when the reader goes on.
 * @param {HTMLElement} box
 * @param {string} id
 * @param {string} says
 * @returns {Promise<Given>}
 */
async function one(box, id, says) {
  const { sheet, quiz } = await fetched(id);
  return new Promise((done) => {
    const on = button("Go on", () => given && done(given));
    on.className = "casebook-check";
    on.hidden = true;
    /** @type {Given | null} */
    let given = null;
    show(box, [make("p", {}, says), sheet, quiz, rowOf(on)]);
    mount(quiz, {
      ...page(quiz),
      sheet,
      exam: {
        answered(attempt, lay) {
          if (!given) {
            record(attempt);
            const { answer, confidence, seconds, edition } = attempt;
            given = { case: id, answer, confidence, seconds, edition };
          }
          on.hidden = false;
          lay();
        },
      },
    });
  });
}
