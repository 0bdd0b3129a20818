// @ts-check
// Held: a case, or a test, that is answered for somebody else to judge. What was noted is handed in as a file
// or as a code; the page says neither verdict nor worked answer. It keeps no secret: the book is public, and
// what is handed in says that it was answered on such a page.

import { written } from "./answers.js";
import { aside, button, every, find, make, reveal, rowOf } from "./parts.js";
import { note, noted } from "./store.js";
import { several } from "./words.js";

/** @import { Attempt, Host, Noted } from "./types.d.ts" */

const HELP =
  ".casebook-open, .casebook-worked, .casebook-hinter, .casebook-hints, .casebook-lay, .casebook-before";
export const HONEST =
  "This page says no verdict. It cannot keep one from somebody who looks for it, since the book is public; " +
  "what you hand in says that it was answered on such a page.";
const MOST = 50; // questions of a set test

const NAME = /^[a-z][a-z0-9-]{0,60}$/;
const NUMBERS = 1e6;

/**
 * The number of a test of these cases, always the same.
 * @param {string[]} cases
 */
const numbered = (cases) => [...cases.join()].reduce((n, c) => (n * 31 + c.charCodeAt(0)) % NUMBERS, 1);

let named = ""; // who hands in, until the page is closed

const asked = () => new URLSearchParams(location.search);

/** Whether the address asks that no verdict be said. */
export const isHeld = () => asked().has("hold");

/**
 * A test that an address sets: so many questions that its number draws, or these cases.
 * @typedef {{ seed: number, number: number, cases?: string[] }} SetTest
 */

/**
 * The test that the address sets, such as ?seed=7&n=10&feedback=end or ?assignment=oak,elm; null where it
 * sets none.
 * @returns {SetTest | null}
 */
export function setTest() {
  const given = asked();
  const cases = [...new Set(given.get("assignment")?.split(",") ?? [])].filter((id) => NAME.test(id));
  if (cases.length) return { seed: numbered(cases), number: cases.length, cases: cases.slice(0, MOST) };
  const [seed, number] = [Number(given.get("seed")), Number(given.get("n") ?? 10)];
  const whole = Number.isSafeInteger(seed) && seed > 0 && Number.isInteger(number);
  if (given.get("feedback") !== "end" || !whole || number < 1 || number > MOST) return null;
  return { seed, number };
}

/**
 * What is noted of an attempt: the verdict, and whatever follows from it, is left out.
 * @param {Attempt} attempt
 * @returns {Noted}
 */
const bare = ({ case: id, edition, at, answer, confidence, seconds, test }) => ({
  ...{ case: id, edition, at, answer, confidence, seconds, test },
  held: true,
});

/**
 * Note an attempt of a held page, in the place of an earlier one. Why it stays only for a while, or "".
 * @param {Attempt} attempt
 */
export const noting = (attempt) => note(bare(attempt));

/**
 * Take away what says or shows an answer.
 * @param {HTMLElement} quiz
 */
export function silence(quiz) {
  for (const each of every(quiz, HELP)) each.remove();
}

/**
 * The host of a held case: what is answered is noted below the form and never judged on the page.
 * @param {HTMLElement} quiz
 * @param {Host} host
 * @returns {Host}
 */
export function holding(quiz, host) {
  const status = find(quiz, ".casebook-status", HTMLElement);
  const layers = find(quiz, ".casebook-layers", HTMLElement);
  const box = make("div", {});
  const show = () => box.replaceChildren(...(noted().length ? [handing(noted)] : []));
  const form = find(quiz, "form", HTMLFormElement);
  form.before(aside(HONEST));
  layers.after(box);
  show();
  return {
    ...host,
    exam: {
      answered(attempt) {
        const trouble = noting(attempt);
        layers.replaceChildren();
        status.textContent = `Noted. You may change it until you hand it in. ${trouble}`.trim();
        show();
        reveal(status, quiz);
      },
    },
  };
}

/**
 * What hands answers in: a name, a file, a code.
 * @param {() => Noted[]} answers
 */
export function handing(answers) {
  const who = make("input", { type: "text", maxLength: 80, autocomplete: "off", value: named });
  const code = make("textarea", { rows: 3, aria: { label: "Your code" } });
  code.readOnly = true;
  const said = make("p", { className: "casebook-hint", aria: { live: "polite" } });
  const rows = answers();
  const text = () => written(rows, who.value);
  const fill = () => {
    code.value = coded(rows.length, text());
  };
  const save = button("Save the file", () => {
    said.textContent = `Saved as ${saved(text())}.`;
  });
  const copy = button("Copy the code", async () => {
    code.select();
    try {
      await navigator.clipboard.writeText(code.value);
      said.textContent = "Copied.";
    } catch {
      said.textContent = "The browser does not copy by itself: the code is selected, copy it.";
    }
  });
  who.addEventListener("input", () => {
    named = who.value;
    fill();
  });
  fill();
  return make(
    "div",
    { className: "casebook-tools casebook-handing" },
    make("h3", {}, "Hand it in"),
    make("p", {}, `${several(rows.length, "answer")} noted: save the file or copy the code.`),
    make("label", {}, "Your name or number, as your class knows you ", who),
    rowOf(save, copy),
    code,
    said,
  );
}

/**
 * A file of answers as one word, which says how many answers it holds, so that a part of it is known for one.
 * @param {number} number
 * @param {string} text
 */
function coded(number, text) {
  const bytes = new TextEncoder().encode(text);
  const letters = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return `casebook1.${number}.${letters.replace(/\+/g, "-").replace(/\//g, "_")}`;
}

/**
 * Save a file of answers; its name.
 * @param {string} text
 */
export function saved(text) {
  const href = URL.createObjectURL(new Blob([text], { type: "application/jsonl" }));
  const download = fileName();
  make("a", { href, download }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
  return download;
}

// Files are picked by their kind on an iPhone, and a .jsonl has none there: it could not be picked again.
function fileName() {
  const { userAgent, platform, maxTouchPoints } = navigator;
  const phone = /iP(hone|ad|od)/.test(userAgent) || (platform === "MacIntel" && maxTouchPoints > 1);
  return `casebook-answers.${phone ? "json" : "jsonl"}`;
}
