// @ts-check
// Today: what is due, one new case and the next chapter, in ten minutes. Told from what this browser keeps.

import { again, isToday, since } from "./due.js";
import { find, list, make, reason } from "./parts.js";
import { attempts, keptTurns, unkept } from "./store.js";
import { several } from "./words.js";

/** @import { Attempt, Desk, Way } from "./types.d.ts" */
/** @import { Child } from "./parts.js" */

const ROUND = 10; // minutes
const DAY = { weekday: "long", month: "long", day: "numeric" };

/**
 * @param {HTMLElement} section
 * @param {Desk} host
 * @param {() => Promise<Way>} way
 */
export async function today(section, host, way) {
  const stage = find(section, ".casebook-stage", HTMLElement);
  const status = find(section, ".casebook-test-status", HTMLElement);
  try {
    draw(await way());
  } catch (error) {
    status.textContent = `Today's round could not be put together: ${reason(error)}.`;
  }

  /** @param {Way} told */
  function draw({ cases, chapters }) {
    const { all, unread } = attempts();
    const now = Date.now();
    const boxes = [...again(all, now)].filter(([id]) => cases[id]).sort(([, a], [, b]) => a.due - b.due);
    const due = boxes.filter(([, box]) => box.due <= now);
    const open = boxes.filter(([id, box]) => box.due > now && leftWrong(all, id));
    const done = new Set(all.map((each) => each.case));
    const fresh = Object.keys(cases).find((id) => !done.has(id));
    let left = ROUND;
    const shown = due.filter(([id], i) => {
      left -= cases[id].minutes;
      return !i || left >= 0;
    });
    const used = shown.reduce((sum, [id]) => sum + cases[id].minutes, 0);
    const one = fresh && (!used || used + cases[fresh].minutes <= ROUND) ? fresh : "";
    const minutes = used + (one ? cases[one].minutes : 0);
    const why = unread || unkept();
    const answered = all.filter(({ at }) => isToday(at));
    stage.replaceChildren(
      make("p", {}, why ? `What you do cannot be kept here: ${why}.` : head(minutes, answered.length)),
      part(
        "See again",
        shown.map(([id, box]) => [host.link(id), `: ${patient(cases[id].title)}; ${since(box, now)}`]),
        boxes.length ? `Nothing is due. The next one comes back ${on(boxes[0][1].due)}.` : NOTHING,
      ),
      due.length > shown.length
        ? make("p", {}, `${several(due.length - shown.length, "more case")} can wait.`)
        : "",
      open.length
        ? part(
            "Still open",
            open.map(([id]) => [host.link(id), `: ${patient(cases[id].title)}; not right yet`]),
            "",
          )
        : "",
      part(
        "One new case",
        one
          ? [
              [
                host.link(one),
                `: ${patient(cases[one].title)}, about ${several(cases[one].minutes, "minute")}`,
              ],
            ]
          : [],
        fresh ? "Not today: what is due fills the ten minutes." : "None is left. You have met them all.",
      ),
      part("The next chapter", reading(chapters, host), "You have been through every Learn chapter."),
    );
  }
}

/**
 * Whether the last answer to a case was not right.
 * @param {Attempt[]} all
 * @param {string} id
 */
const leftWrong = (all, id) => {
  const last = all.findLast(
    (each) => each.case === id && ["correct", "partly", "wrong"].includes(each.verdict),
  );
  return Boolean(last && last.verdict !== "correct");
};

const NOTHING = "Nothing is due. A case you get wrong comes back here after a day, then after 3, 7 and 21.";

/**
 * @param {number} minutes
 * @param {number} answers
 */
const head = (minutes, answers) =>
  (answers ? `${several(answers, "answer")} today so far. ` : "") +
  (minutes ? `This round takes about ${several(minutes, "minute")}.` : "There is nothing to do but read.");

/** @param {number} at */
const on = (at) => `on ${new Date(at).toLocaleDateString("en-US", /** @type {any} */ (DAY))}`;

/** @param {string} title */
const patient = (title) => title.replace(/^[^:]*: /, "");

/**
 * The chapter that was begun last, or the one after it where all its questions were answered or looked up.
 * @param {Way["chapters"]} chapters
 * @param {Desk} host
 * @returns {Child[]}
 */
function reading(chapters, host) {
  const kept = keptTurns();
  const over = (/** @type {string} */ id) => Boolean(kept[id]?.right || kept[id]?.seen);
  const last = chapters.findLastIndex(({ turns }) => turns.some((id) => kept[id]));
  const at = last < 0 ? 0 : chapters[last].turns.every(over) ? last + 1 : last;
  const next = chapters[at];
  if (!next) return [];
  const met = next.turns.filter(over).length;
  const so = met ? `: ${met} of ${several(next.turns.length, "small question")} done` : "";
  return [[make("a", { href: host.page?.(`${next.page}.html`) }, next.title), so]];
}

/**
 * @param {string} title
 * @param {Child[]} rows
 * @param {string} none
 */
const part = (title, rows, none) =>
  make("section", {}, make("h2", {}, title), rows.length ? list(rows) : make("p", {}, none));
