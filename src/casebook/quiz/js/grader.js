// @ts-check
// The grader of a page: one worker for all quizzes of the page, started at the first touch.

import { fail, Left, Unable } from "./parts.js";
import { pulse } from "./pulse.js";

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

// What the grader needs of a browser, asked once. Safari has switched WebAssembly off in Lockdown Mode.
const able = typeof WebAssembly === "object" && typeof DecompressionStream === "function";
const NEEDED =
  "The grader needs WebAssembly in a browser of 2023 or newer (Safari 16.4, Firefox 114, Chrome 112): " +
  "this one is older, or has it switched off";

/** Whether Python is there, so that nothing need be fetched. */
export const awake = () => up;

let end = () => {}; // ends the worker, where there is one

// A page that is left may be kept whole, for the back button; its Python would keep some 100 MB. It starts anew
// when it is asked again.
globalThis.addEventListener?.("pagehide", () => end());

/**
 * Start Python unless that was done, and ask it.
 * @param {Tell} [tell]
 */
export function start(tell) {
  if (tell && !up) {
    tellers.add(tell);
    tell({ got: 0, of: 0 });
  }
  grader ??= launch().catch((error) => {
    grader = null;
    throw error;
  });
  return grader;
}

/**
 * A file of the site, read as JSON. What is no JSON is asked for again, past what the browser has kept.
 * @param {string} address
 */
export const json = (address) => read(address, "no-cache").catch(() => read(address, "reload"));

/**
 * @param {string} address
 * @param {RequestCache} cache
 */
async function read(address, cache) {
  const name = new URL(address).pathname.split("/").pop();
  const response = await fetch(address, { cache }).catch(() => fail("the connection failed"));
  if (!response.ok) fail(`${name} is missing (${response.status})`);
  return response.json().catch(() => fail(`${name} came damaged`));
}

/** @returns {Promise<Ask>} */
async function launch() {
  if (!able) throw new Unable(NEEDED);
  timings.touched ??= performance.now();
  window.casebookTimings = timings;
  const base = new URL("pyodide/", here).href;
  const { version, files, lock } = await json(`${base}runtime.json`);
  const program = new URL(`worker.js?v=${version}`, here);
  const plain = new URLSearchParams(location.search).get("boot") === "plain" && "the address asks for it";
  const given = { base, files, lock, plain };
  return work(program, given).catch(async (error) => {
    if (error instanceof Dead) return work(program, given);
    if (!(error instanceof Unread)) throw error;
    await fetch(program, { cache: "reload" }).catch(() => {}); // the browser may have kept a bad one
    return work(program, given);
  });
}

/** The worker ended without a word. */
class Dead extends Error {}
/** @type {WeakSet<object>} */
const again = new WeakSet(); // questions that were asked of a worker that died of them, or before them

/** The worker's own program could not be run. */
class Unread extends Error {}

/**
 * @param {URL} program
 * @param {{ plain: string | false }} given
 * @returns {Promise<Ask>}
 */
async function work(program, given) {
  const worker = new Worker(program, { type: "module", name: "casebook" });
  /** @type {Map<number, { resolve(told: any): void, reject(why: Error): void, at: number, what: string }>} */
  const waiting = new Map();
  let asked = 0;

  /** @param {Error} why */
  function lost(why) {
    life.stop();
    for (const { reject } of waiting.values()) reject(why);
    waiting.clear();
    worker.terminate();
    grader = null;
    up = false;
  }

  let ended = lost;
  const life = pulse(worker, () => ended(new Dead("it ended without a word, and again when started anew")));

  /** @param {{ boot: string, bytes: number, why: string | null, times: Record<string, number> }} ready */
  function started({ boot, bytes, why, times }) {
    if (why && !given.plain) console.warn(`casebook: Python started the slower way: ${why}`);
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
    if (!waiting.size) life.stop();
    const { resolve, reject, at, what } = question;
    if (error) return reject(new Error(error));
    if (what === "grade") timings.verdicts.push({ ms: performance.now() - at, python: ms });
    const answer = JSON.parse(told);
    if (answer.refused) reject(new Error(answer.refused));
    else resolve(answer);
  }

  await new Promise((resolve, reject) => {
    ended = (why) => {
      lost(why);
      reject(why);
    };
    end = () => ended(new Left("the page was left meanwhile"));
    worker.onerror = (event) => {
      event.preventDefault();
      ended(new Unread(event.message || "its program could not be loaded"));
    };
    worker.onmessage = ({ data }) => {
      life.heard();
      if (data.progress) for (const tell of tellers) tell(data.progress);
      if (data.ready) resolve(started(data.ready));
      if (data.failed) ended(data.unable ? new Unable(NEEDED) : new Error(data.failed));
      heard(data);
    };
    worker.postMessage({ start: given });
    life.watch(false);
  });
  life.stop();
  /** @type {Ask} */
  const ask = (question) =>
    new Promise((resolve, reject) => {
      life.watch(!waiting.size);
      waiting.set(++asked, { resolve, reject, at: performance.now(), what: question.do });
      worker.postMessage({ id: asked, asked: JSON.stringify(question) });
    });
  return (question) =>
    ask(question).catch(async (error) => {
      if (!(error instanceof Dead) || again.has(question)) throw error;
      again.add(question);
      return (await start())(question);
    });
}
