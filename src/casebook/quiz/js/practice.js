// @ts-check
// Practice: rounds of five without end. Python chooses the next chart, tells what is mastered, and closes a
// round; what is kept are the answers alone, each with the moment in which its round began.

import { chartOf, dated } from "./answers.js";
import { later, page, rules, way } from "./page.js";
import { aside, button, find, headed, make, oneAtATime, reason, rowOf } from "./parts.js";
import { fetched, known } from "./questions.js";
import { mount } from "./quiz.js";
import { ahead, reached } from "./reached.js";
import { named } from "./result.js";
import { attempts, met, record } from "./store.js";
import { coming } from "./words.js";

/** @import { Attempt, Beside, Desk, Graded, Practiced, Way } from "./types.d.ts" */

/**
 * @param {HTMLElement} section
 * @param {Desk} host
 */
export function practicing(section, host) {
  const stage = find(section, ".casebook-stage", HTMLElement);
  const size = find(section, ".casebook-size", HTMLElement);
  const status = find(section, ".casebook-test-status", HTMLElement);

  /** @type {Way} */
  let ways;

  async function told() {
    await host.ready((each) => {
      size.textContent = coming(each);
    });
    size.textContent = "The grader is ready. Nothing you type leaves your device.";
    const [{ all: bank }, table] = await Promise.all([known(), rules()]);
    ways = await way();
    const all = dated(attempts().all);
    const near = taught(ways, bank);
    return host.ask({
      do: "practice",
      attempts: all,
      bank,
      table,
      now: Date.now(),
      within: easy(near, ways, all),
      taught: near.map(({ id }) => id),
    });
  }

  const { alone } = oneAtATime((error, again) => {
    const why = make("p", { aria: { role: "alert" } }, `This could not go on: ${reason(error)}.`);
    show(why, button("Try again", again));
  });

  /** @param {(Node | null)[]} parts */
  function show(...parts) {
    stage.replaceChildren(...parts.filter((each) => each !== null));
  }

  /** @param {boolean} anew whether a round that is over was closed already */
  const step = (anew) =>
    alone(async () => {
      status.textContent = "Choosing the chart.";
      const each = await told();
      status.textContent = "";
      if (each.closing && !anew) return close(each);
      if (!each.ask)
        return show(
          make("p", {}, "You have seen every chart today. Come back tomorrow."),
          (await later()).standing(each),
        );
      return question(each, each.ask);
    });

  /**
   * @param {Practiced} each
   * @param {string} id
   */
  async function question(each, id) {
    const round = each.began ?? Date.now();
    const { sheet, quiz } = await fetched(id);
    const heading = make("h2", { tabIndex: -1 }, `Question ${each.place} of ${each.of}`);
    const on = button(each.place < each.of ? "Next question" : "Close the round", () => step(false));
    on.className = "casebook-check";
    on.hidden = true;
    const why = each.why ? aside(each.why) : null;
    show(heading, why, ahead(ways, id), sheet, quiz, rowOf(on), (await later()).standing(each));
    let first = true; // the first answer counts
    mount(quiz, {
      ...page(quiz),
      sheet,
      exam: {
        async answered(attempt, lay, graded) {
          const before = attempts().all;
          const trouble = first ? record({ ...attempt, round }) : "";
          first = false;
          lay(await shortly(graded, attempt, before));
          status.textContent = trouble;
          on.hidden = false;
        },
      },
    });
    headed(heading);
  }

  /**
   * What is said of an answer; where a rule errs once more, in short and beside the chart where it did before.
   * @param {Graded} graded
   * @param {Attempt} attempt
   * @param {Attempt[]} before
   */
  async function shortly(graded, attempt, before) {
    if (!graded.misconceptions.length) return graded;
    const [{ all: bank }, table] = await Promise.all([known(), rules()]);
    const { case: id, answer } = attempt;
    const told = await host
      .ask({ do: "once-more", attempts: dated(before), bank, table, case: id, answer })
      .catch(() => null); // the correction stands in full without it
    return told?.says ? repeated(graded, told.says, told.charts) : graded;
  }

  /** @param {Practiced} each */
  async function close(each) {
    const heading = make("h2", { tabIndex: -1 }, "This round");
    const { closed, standing } = await later();
    show(
      heading,
      ...closed(each.closing, chartNamed),
      rowOf(button("Another round", () => step(true))),
      standing(each),
    );
    headed(heading);
  }

  /**
   * @param {string} id
   * @param {string} name
   */
  const chartNamed = (id, name) => (chartOf(id) === id ? named(id, host.link) : name);

  show(rowOf(button("Start, or go on", () => step(false))));
}

/**
 * The same, its correction in short and its full words in a fold.
 * @param {Graded} graded
 * @param {string} says
 * @param {Beside[]} charts
 * @returns {Graded}
 */
function repeated(graded, says, charts) {
  const { parts } = graded.feedback;
  const at = parts.findIndex(({ kind }) => kind === "correction");
  const full = parts[at]?.rows ?? [];
  const again = { kind: "again", title: "Once more", rows: [{ says }], charts, full };
  const told = at < 0 ? [...parts, again] : parts.with(at, again);
  return { ...graded, feedback: { ...graded.feedback, parts: told } };
}

const FIRST = 10; // questions of practice, before which only brief charts come

/** @typedef {{ id: string, level?: number }} Known */

/**
 * The charts that the reader was prepared for.
 * @param {Way} told
 * @param {Known[]} bank
 */
function taught(told, bank) {
  const far = reached(told);
  return bank.filter(({ id }) => (told.after[id] ?? 0) <= far);
}

/**
 * Of these, at first the brief ones not met, or such as are plain. What was answered elsewhere, in a case or an
 * exit check, makes nobody used to practice. None whose answer was shown and that was never answered.
 * @param {Known[]} near
 * @param {Way} told
 * @param {Attempt[]} answers
 */
function easy(near, told, answers) {
  const answered = new Set(answers.map((each) => chartOf(each.case)));
  const shown = new Set(met().filter((id) => !answered.has(id)));
  const open = near.filter(({ id }) => !shown.has(id));
  const brief = open.filter(({ id }) => told.brief?.includes(id) && !answered.has(id));
  const plain = open.filter(({ level }) => (level ?? 1) === 1);
  const used = answers.filter(({ round }) => round).length >= FIRST;
  return (used ? open : brief.length ? brief : plain).map(({ id }) => id);
}
