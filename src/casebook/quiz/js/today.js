// @ts-check
// Today: what is due, one new case, and the next chapter, which is not reckoned in. Told from what this browser keeps.

import { again, isToday, since, standing } from "./due.js";
import { find, list, make, reason } from "./parts.js";
import { attempts, keptTests, keptTurns, unkept } from "./store.js";
import { several } from "./words.js";

/** @import { Attempt, Desk, Way } from "./types.d.ts" */
/** @import { Child } from "./parts.js" */

const ROUND = 10; // minutes at most, but for a single case that takes longer
const FEW = 2; // cases to see again that leave room for a new one, whatever it takes
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
    const open = boxes.filter(([id, box]) => box.due > now && standing(all, id, undefined) === "tried");
    const done = new Set(all.map((each) => each.case));
    const fresh = Object.keys(cases).find((id) => !done.has(id));
    // One reckoning: what is due, then what is still open, then a new case, as long as they fit the round.
    let used = 0;
    /**
     * @param {string} id
     * @param {boolean} [anyhow]
     */
    const fits = (id, anyhow) => {
      if (used && !anyhow && used + cases[id].minutes > ROUND) return false;
      used += cases[id].minutes;
      return true;
    };
    const [shown, still] = [due, open].map((boxes) => boxes.filter(([id]) => fits(id)));
    const waiting = due.length + open.length - shown.length - still.length;
    const few = shown.length + still.length <= FEW;
    const one = fresh && !waiting && fits(fresh, few) ? fresh : "";
    const why = unread || unkept();
    const answered = all.filter(({ at }) => isToday(at));
    /** @param {string} id */
    const called = (id) => `: ${patient(cases[id].title)}, about ${several(cases[id].minutes, "minute")}`;
    stage.replaceChildren(
      make("p", {}, why ? `What you do cannot be kept here: ${why}.` : head(used, answered.length)),
      part(
        "See again",
        [
          ...shown.map(([id, box]) => [host.link(id), `${called(id)}; ${since(box, now)}`]),
          ...still.map(([id]) => [host.link(id), `${called(id)}; still open: not right yet`]),
        ],
        boxes.length ? `Nothing is due or open. The next one comes back ${on(boxes[0][1].due)}.` : NOTHING,
      ),
      waiting ? make("p", {}, `${several(waiting, "more case")} can wait.`) : "",
      part(
        "One new case",
        one ? [[host.link(one), called(one)]] : [],
        fresh ? "Not today: what you see again fills the round." : "None is left. You have met them all.",
      ),
      part("The next chapter", reading(chapters, all, host), "You have been through every Learn chapter."),
    );
  }
}

const NOTHING =
  "Nothing is due. A case you get wrong stands here until it is right, and comes back after a day, then after 3, " +
  "7 and 21.";

/**
 * @param {number} minutes
 * @param {number} answers
 */
const head = (minutes, answers) =>
  (answers ? `${several(answers, "answer")} today so far. ` : "") +
  (minutes
    ? `The cases below take about ${several(minutes, "minute")}. The chapter takes its own time.`
    : "There is nothing to do but read.");

/** @param {number} at */
const on = (at) => `on ${new Date(at).toLocaleDateString("en-US", /** @type {any} */ (DAY))}`;

/** @param {string} title */
const patient = (title) => title.replace(/^[^:]*: /, "");

/**
 * The chapters whose exit check was not passed; and the one that was begun last, or the one after it where its
 * check was passed or all its questions were answered or looked up.
 * @param {Way["chapters"]} chapters
 * @param {Attempt[]} all
 * @param {Desk} host
 * @returns {Child[]}
 */
function reading(chapters, all, host) {
  const kept = keptTurns();
  const checks = chapters.map(({ page }) => checked(page, all));
  const over = (/** @type {string} */ id) => Boolean(kept[id]?.right || kept[id]?.seen);
  const last = chapters.findLastIndex(({ turns }, i) => checks[i] || turns.some((id) => kept[id]));
  const at = last < 0 ? 0 : checks[last] || chapters[last].turns.every(over) ? last + 1 : last;
  /** @param {Way["chapters"][number]} chapter */
  const link = ({ page, title }) => make("a", { href: host.page?.(`${page}.html`) }, title);
  const rows = chapters.flatMap((each, i) => {
    const { right = 0, of = 0 } = checks[i] ?? {};
    const says = `: its exit check once more, ${right} of ${of} ${right === 1 ? "was" : "were"} right`;
    return 3 * right < 2 * of ? [[link(each), says]] : [];
  });
  const next = chapters[at];
  if (!next) return rows;
  const met = next.turns.filter(over).length;
  const so = met ? `: ${met} of ${several(next.turns.length, "small question")} done` : "";
  return [...rows, [link(next), so]];
}

/**
 * How many charts of a chapter's exit check were right, the last time that it was done.
 * @param {string} chapter
 * @param {Attempt[]} all
 */
function checked(chapter, all) {
  const [, test] =
    Object.entries(keptTests()).find(([name]) => name.endsWith(` ${chapter.split("/").at(-1)}`)) ?? [];
  if (!test?.done) return null;
  const mine = all.filter(({ test: seed, verdict }) => seed === test.seed && verdict === "correct");
  const right = test.items.filter(({ case: id }) => mine.some((each) => each.case === id));
  return { right: right.length, of: test.items.length };
}

/**
 * @param {string} title
 * @param {Child[]} rows
 * @param {string} none
 */
const part = (title, rows, none) =>
  make("section", {}, make("h2", {}, title), rows.length ? list(rows) : make("p", {}, none));
