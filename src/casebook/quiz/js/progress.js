// @ts-check
// The progress page: what was answered in this browser, what to see again, and the reader's own file of it.

import { dated, parse, written } from "./answers.js";
import { again, STANDS, standing } from "./due.js";
import { saved } from "./hold.js";
import { keeping } from "./keeping.js";
import { bank, chapter, rules } from "./page.js";
import { aside, button, fail, find, list, make, reason, rowOf } from "./parts.js";
import { isShort } from "./questions.js";
import { STORES } from "./schema.js";
import { addAttempts, attempts, erase, keptText, unkept } from "./store.js";
import { coming, several } from "./words.js";

/** @import { Attempt, Desk, Progress, Tell } from "./types.d.ts" */
/** @import { Child } from "./parts.js" */

const LISTED =
  "Listed here is what the grader counted when you answered. Practice lists every rule that would give the same answer.";
const ADDS =
  "The button grades these answers again. It adds what to see again, what you know of each subject, and which wrong rules your answers follow from.";
const LARGEST = 20e6; // bytes of a file of answers

/**
 * @param {HTMLElement} section
 * @param {Desk} host
 */
export function showProgress(section, host) {
  const stage = find(section, ".casebook-stage", HTMLElement);
  const status = find(section, ".casebook-test-status", HTMLElement);
  const size = find(section, ".casebook-size", HTMLElement);
  const picker = find(section, "input[type=file]", HTMLInputElement);
  const weight = size.textContent;
  let named = ""; // goes into the saved file alone, and only if typed
  let round = 0; // of what is drawn: details that come late are of no use

  /** @type {Tell} */
  const tell = (told) => {
    size.textContent = coming(told);
  };

  // What is kept is counted at once. The details need Python: they wait until they are asked for, unless it
  // is there already.
  function draw(said = "") {
    round++;
    status.textContent = said;
    const { all, unread } = attempts();
    size.hidden = Boolean(host.awake() || unread || !all.length);
    if (unread) {
      const why =
        `What this browser keeps cannot be used: ${unread}. It was left as it is. ` +
        "Save it, then erase it to start anew.";
      stage.replaceChildren(make("div", { className: "casebook-notice" }, make("p", {}, why)), tools());
      return;
    }
    if (!all.length) {
      const why = unkept();
      const blocked =
        `Nothing can be kept for this page, since ${why}. Answers last until you close the page that they ` +
        "were given on, and are not counted here.";
      const none = "No case has been answered in this browser yet. Your answers will be counted here.";
      stage.replaceChildren(make("p", {}, why ? blocked : none), tools());
      return;
    }
    const brief = make("p", {}, `${several(all.length, "answer")} so far.`);
    const more = button("Work out the details", details);
    const row = make("div", {}, glance(all), aside(ADDS), rowOf(more));
    stage.replaceChildren(brief, row, tools());
    if (host.awake()) details();

    async function details() {
      const mine = ++round;
      status.textContent = said;
      try {
        await host.ready(tell);
        const told = await host.ask({
          do: "progress",
          attempts: dated(all),
          bank: await bank(),
          table: await rules(),
          now: Date.now(),
          offset: -new Date().getTimezoneOffset(),
        });
        if (mine === round) show(told);
      } catch (error) {
        size.textContent = weight;
        const why = `The details could not be worked out: ${reason(error)}.`;
        if (mine === round) status.textContent = `${said} ${why}`.trim();
      }
    }

    /** @param {Progress} told */
    function show(told) {
      const asked = document.activeElement === more;
      const parts = detailed(told);
      size.hidden = true;
      row.replaceWith(...parts);
      if (told.says) brief.append(` ${told.says}`);
      if (told.unread) brief.append(` ${several(told.unread, "record")} could not be read.`);
      if (asked) parts[0].querySelector("h2")?.focus();
    }
  }

  /**
   * What can be told without Python: the cases that were answered, the latest first, and how each stands.
   * @param {Attempt[]} all
   */
  function glance(all) {
    const now = Date.now();
    const boxes = again(all, now);
    const ids = [...new Set(all.map((each) => each.case).reverse())];
    const stands = ids
      .map((id) => ({ id, state: standing(all, id, undefined) }))
      .filter(({ state }) => state);
    const [short, cases] = [true, false].map((brief) => stands.filter(({ id }) => isShort(id) === brief));
    /** @type {Child[]} */
    const rows = cases.map(({ id, state }) => {
      const due = (boxes.get(id)?.due ?? now + 1) <= now ? `, ${STANDS.due}` : "";
      return [host.link(id), `: ${STANDS[state]}${due}`];
    });
    const right = short.filter(({ state }) => state !== "tried").length;
    if (short.length) rows.push(`${several(short.length, "short chart")}: ${right} right`);
    return part("Cases so far", rows, "Nothing that counts yet.");
  }

  /** @param {Progress} told */
  const detailed = ({ due, open, by_case, topics, misconceptions, reach, earlier }) => [
    part(
      "To see again",
      [...due, ...open].map(({ case: id, says }) => [host.link(id), `: ${says}`]),
      "Nothing for now. What you get wrong comes back after a day, then after 3, 7 and 21.",
    ),
    part(
      "Subject by subject",
      topics.map(({ name, page, says }) => [
        page ? make("a", { href: chapter(page) }, name) : name,
        `: ${says}`,
      ]),
      "Nothing yet.",
    ),
    part(
      "What wrong answers amounted to",
      misconceptions.map(({ id, says }) => [
        `${says} `,
        make("a", { href: `${chapter("book/misconceptions")}#misconception-${id}` }, "The correction"),
      ]),
      "No answer of yours follows from a wrong rule that this book knows.",
    ),
    ...(misconceptions.length ? [aside(LISTED)] : []),
    ...(reach ? [make("p", {}, reach)] : []),
    part(
      "Case by case",
      by_case.map(({ case: id, says }) => [host.link(id), `: ${says}`]),
      "Nothing yet.",
    ),
    ...(earlier.length ? [older(earlier)] : []),
  ];

  /** @param {Progress["earlier"]} rows */
  function older(rows) {
    const told = part(
      "Given to an earlier edition",
      rows.map(({ case: id, says }) => [host.link(id), `: ${says}`]),
      "",
    );
    const why =
      "These charts have changed since. The answers are kept, and count in nothing above but what to see again.";
    find(told, "h2", HTMLElement).after(make("p", {}, why));
    return told;
  }

  /**
   * @param {string} title
   * @param {Child[]} rows
   * @param {string} none
   */
  const part = (title, rows, none) =>
    make("section", {}, make("h2", { tabIndex: -1 }, title), rows.length ? list(rows) : make("p", {}, none));

  function tools() {
    const asking = make("div", { className: "casebook-asking" });
    const remove = button("Erase", () => {
      const sure = button("Yes, erase everything", () => {
        erase();
        draw("Erased.");
      });
      const no = button("No, keep them", () => {
        asking.replaceChildren();
        remove.focus();
      });
      // Counted now: another tab may have added to them.
      const question = `Erase ${several(attempts().all.length, "answer")} from this browser? There is no way back.`;
      asking.replaceChildren(make("p", {}, question), sure, no);
      sure.focus();
    });
    const who = make("input", { type: "text", maxLength: 80, autocomplete: "off", value: named });
    who.addEventListener("input", () => {
      named = who.value;
    });
    const label = "Your name or number, only if whoever teaches you asks for it ";
    return make(
      "div",
      { className: "casebook-tools" },
      make("label", {}, label, who),
      button("Save to a file", save),
      button("Load from a file", () => picker.click()),
      remove,
      asking,
      keeping(),
    );
  }

  function save() {
    const { all, unread } = attempts();
    const text = unread ? (keptText() ?? "") : written(all, named);
    status.textContent = `Saved as ${saved(text)}.`;
  }

  /** @param {File} file */
  async function load(file) {
    if (file.size > LARGEST) fail("it is larger than 20 MB, which no file of answers is");
    const { attempts: more, odd } = parse(await file.text());
    const { added, unread, trouble } = addAttempts(more);
    if (unread) fail(`what this browser keeps cannot be used (${unread}); save and erase it first`);
    const left = odd ? ` Left out, since it could not be read: ${several(odd, "row")}.` : "";
    if (trouble) return `Loaded until this page is closed: ${trouble}.${left}`;
    return `Loaded: ${several(added, "new answer")}.${left}`;
  }

  picker.addEventListener("change", async () => {
    const file = picker.files?.[0];
    picker.value = "";
    if (!file) return;
    try {
      draw(await load(file));
    } catch (error) {
      status.textContent = `${file.name} was not loaded: ${reason(error)}.`;
    }
  });

  addEventListener("storage", ({ key }) => {
    if ((key === null || key === STORES.attempts.key) && !stage.contains(document.activeElement)) draw();
  });

  draw();
}
