// @ts-check
// The grader of a page: one worker for all quizzes of the page, started at the first touch.

import { fail } from "./parts.js";

/** @import { Ask, Tell, Timings } from "./types.d.ts" */

/** Where the book's files for the quiz lie. */
export const here = import.meta.url;

/** @type {Promise<Ask> | null} */
let grader = null;
let up = false; // Python is there: no more progress to tell
/** @type {Set<Tell>} */
const tellers = new Set();
/** @type {Timings} */
const timings = { verdicts: [] };

/** Whether Python is there, so that nothing need be fetched. */
export const awake = () => up;

/**
 * Start Python unless that was done, and ask it.
 * @param {Tell} [tell]
 */
export function start(tell) {
  if (tell && !up) tellers.add(tell);
  grader ??= launch().catch((error) => {
    grader = null;
    throw error;
  });
  return grader;
}

/**
 * A file of the site, read as JSON.
 * @param {string} address
 */
export async function json(address) {
  const response = await fetch(address, { cache: "no-cache" }).catch(() => fail("the connection failed"));
  if (!response.ok) fail(`${new URL(address).pathname.split("/").pop()} is missing (${response.status})`);
  return response.json();
}

/** @returns {Promise<Ask>} */
async function launch() {
  timings.touched ??= performance.now();
  window.casebookTimings = timings;
  const base = new URL("pyodide/", here).href;
  const { version, files, lock } = await json(`${base}runtime.json`);
  const worker = new Worker(new URL(`worker.js?v=${version}`, here), { type: "module", name: "casebook" });
  /** @type {Map<number, { resolve(told: any): void, reject(why: Error): void, at: number, what: string }>} */
  const waiting = new Map();
  const plain = new URLSearchParams(location.search).get("boot") === "plain" && "the address asks for it";
  let asked = 0;

  /** @param {string} why */
  function lost(why) {
    for (const { reject } of waiting.values()) reject(new Error(why));
    waiting.clear();
    worker.terminate();
    grader = null;
    up = false;
  }

  /** @param {{ boot: string, bytes: number, why: string | null, times: Record<string, number> }} ready */
  function started({ boot, bytes, why, times }) {
    if (why && why !== plain) console.warn(`casebook: Python started the slower way: ${why}`);
    const since = Object.entries(times).map(([name, at]) => [name, at - performance.timeOrigin]);
    Object.assign(timings, { boot, bytes, why, parts: Object.fromEntries(since), ready: performance.now() });
    performance.measure("casebook:ready", { start: timings.touched, end: timings.ready });
    tellers.clear();
    up = true;
  }

  /** @param {{ id: number, told: string, error?: string, ms: number }} answer */
  function heard({ id, told, error, ms }) {
    const question = waiting.get(id);
    if (!question) return;
    waiting.delete(id);
    const { resolve, reject, at, what } = question;
    if (error) return reject(new Error(error));
    if (what === "grade") timings.verdicts.push({ ms: performance.now() - at, python: ms });
    const answer = JSON.parse(told);
    if (answer.refused) reject(new Error(answer.refused));
    else resolve(answer);
  }

  await new Promise((resolve, reject) => {
    worker.onerror = (event) => {
      event.preventDefault();
      const why = event.message || "its program could not be loaded";
      lost(why);
      reject(new Error(why));
    };
    worker.onmessage = ({ data }) => {
      if (data.progress) for (const tell of tellers) tell(data.progress);
      if (data.ready) resolve(started(data.ready));
      if (data.failed) {
        lost(data.failed);
        reject(new Error(data.failed));
      }
      heard(data);
    };
    worker.postMessage({ start: { base, files, lock, plain } });
  });
  return (question) =>
    new Promise((resolve, reject) => {
      waiting.set(++asked, { resolve, reject, at: performance.now(), what: question.do });
      worker.postMessage({ id: asked, asked: JSON.stringify(question) });
    });
}
