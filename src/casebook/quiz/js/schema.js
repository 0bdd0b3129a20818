// @ts-check
// What this book keeps in a browser and in files of answers, declared: the kind of each value, and how what
// older editions kept is brought up to date. All that comes from there is read by this, since anything may
// stand there: other editions, other pages of the site and the reader write there too.
//
// What does not fit its kind is passed over; a row that lacks what it needs is none. What is not named here
// is kept as it is, for an edition that knows it.

import { fail } from "./parts.js";

/**
 * `none` allows null; texts in characters, numbers from `least` to `most`.
 * @typedef {{ none?: boolean } & (
 *   | { is: "text", most: number }
 *   | { is: "number", least: number, most: number, whole?: boolean }
 *   | { is: "word", of: readonly unknown[] }
 *   | { is: "list", of: Kind, most: number }
 *   | { is: "named", of: Kind }
 *   | { is: "row", fields: Record<string, Kind>, needs: readonly string[] }
 * )} Kind
 */

/**
 * A value of the browser's store: its name there, what of it holds the rows, of which kind they are, and its
 * versions, oldest first: each step makes the next one.
 * @typedef {{ key: string, holds: string, kind: Kind, older: ((data: any) => unknown)[] }} Store
 */

const LATEST = 8.64e15; // the last moment that a clock can tell, epoch milliseconds
const DEEPEST = 12; // levels of what is not named here: Python reads it too
/** @param {number} most @returns {Kind} */
const text = (most) => ({ is: "text", most });
/** @param {number} most @returns {Kind} */
const count = (most) => ({ is: "number", least: 0, most, whole: true });
/** @param {number} most @returns {Kind} */
const upTo = (most) => ({ is: "number", least: 0, most });
/** @param {...unknown} of @returns {Kind} */
const word = (...of) => ({ is: "word", of });
/** @param {Kind} of @param {number} most @returns {Kind} */
const list = (of, most) => ({ is: "list", of, most });
/** @param {Kind} kind @returns {Kind} */
const orNone = (kind) => ({ ...kind, none: true });

const ID = text(200);
const ANSWER = text(20_000);
const SURE = orNone(word("sure", "fairly", "guessing"));
const VERDICTS = word("correct", "partly", "wrong", "invalid", "blank");
const SEED = { ...count(Number.MAX_SAFE_INTEGER), least: -Number.MAX_SAFE_INTEGER };

/** @type {Kind} */
export const ATTEMPT = {
  is: "row",
  needs: ["case", "answer"],
  fields: {
    case: ID,
    edition: ID,
    answer: ANSWER,
    at: upTo(LATEST),
    try: count(1e6),
    verdict: VERDICTS,
    score: upTo(1),
    misconceptions: list(ID, 200),
    confidence: SURE,
    seconds: orNone(upTo(1e9)),
    hints: count(1e6),
    evidence: upTo(1),
    test: SEED,
    held: word(true),
    kind: word("typed", "choice"),
    round: upTo(LATEST),
  },
};

/** @type {Kind} */
const CM = { is: "number", least: -1000, most: 5000 };
const SPAN = list(CM, 2);

/** @type {Kind} An operation as it was laid out on the bowel; Python reads it again. */
const LAID = {
  is: "row",
  needs: ["steps"],
  fields: {
    approach: word("open", "laparoscopic", "converted"),
    valve: CM,
    steps: list(
      {
        is: "row",
        needs: [],
        fields: {
          ...{ resect: SPAN, join: SPAN, leave: SPAN, bypass: SPAN },
          ...{ stoma: CM, stricturoplasty: CM, repair: CM, enterotomy: CM, diverticulectomy: CM },
          ...{ kind: word("end", "loop"), cause: word("disease"), for: word("join") },
        },
      },
      60,
    ),
  },
};

/** @type {Kind} */
const DRAFT = {
  is: "row",
  needs: [],
  fields: { answer: ANSWER, lines: list(ID, 2000), confidence: SURE, diagnoses: text(2000), laid: LAID },
};

/** @type {Kind} */
const GIVEN = {
  is: "row",
  needs: ["case", "answer"],
  fields: {
    ...{ case: ID, answer: ANSWER, confidence: SURE, seconds: orNone(upTo(1e9)), verdict: VERDICTS },
    marked: ANSWER,
  },
};

/** @type {Kind} */
const TEST = {
  is: "row",
  needs: ["seed", "items", "answers"],
  fields: {
    seed: SEED,
    items: list({ is: "row", needs: ["case"], fields: { case: ID } }, 1000),
    answers: list(GIVEN, 1000),
    kind: word("typed", "choice"),
    feedback: word("once", "end"),
    ends: orNone(upTo(LATEST)),
    began: upTo(LATEST),
    done: word(true, false),
    own: word(true, false),
  },
};

/** @type {Kind} A small question of a chapter. */
const TURN = {
  is: "row",
  needs: ["tries", "right", "seen"],
  fields: { tries: count(1e6), right: word(true, false), seen: word(true, false) },
};

/** Everything that is kept; `attempts` is also what a file of answers holds. */
export const STORES = {
  /** @type {Store} */
  attempts: {
    key: "casebook.attempts",
    holds: "attempts",
    kind: list(ATTEMPT, 1e6),
    older: [(attempts) => ({ attempts })], // a bare list
  },
  /** @type {Store} What was answered on held pages: it is handed in, and never judged here. */
  held: {
    key: "casebook.held",
    holds: "held",
    kind: list(ATTEMPT, 1e4),
    older: [],
  },
  /** @type {Store} */
  drafts: {
    key: "casebook.drafts",
    holds: "drafts",
    kind: { is: "named", of: DRAFT },
    older: [(drafts) => ({ drafts })], // each under its case
  },
  /** @type {Store} */
  tests: {
    key: "casebook.test",
    holds: "tests",
    kind: { is: "named", of: TEST },
    older: [(found) => ({ tests: Array.isArray(found.items) ? { "": found } : found })], // once one alone
  },
  /** @type {Store} */
  turns: {
    key: "casebook.turns",
    holds: "turns",
    kind: { is: "named", of: TURN },
    older: [(turns) => ({ turns })], // each under its name
  },
  /** @type {Store} When each chart or its answer was last shown, epoch milliseconds: others come before it. */
  shown: {
    key: "casebook.shown",
    holds: "shown",
    kind: { is: "named", of: upTo(LATEST) },
    older: [],
  },
  /** @type {Store} How a reader wants to be told, such as "all at once". */
  wishes: {
    key: "casebook.wishes",
    holds: "wishes",
    kind: { is: "named", of: word(true) },
    older: [],
  },
};

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export const named = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @param {unknown} value @param {number} levels @returns {boolean} */
const shallow = (value, levels = DEEPEST) =>
  typeof value !== "object" ||
  value === null ||
  (levels > 0 && Object.values(value).every((each) => shallow(each, levels - 1)));

/**
 * What of a value is of this kind; undefined where nothing is.
 * @param {Kind} kind
 * @param {unknown} value
 * @returns {any}
 */
export function read(kind, value) {
  if (value === null) return kind.none ? null : undefined;
  const fits = FITS[kind.is];
  return fits(/** @type {any} */ (kind), value);
}

/** @type {Record<Kind["is"], (kind: any, value: any) => unknown>} */
const FITS = {
  text: ({ most }, value) => (typeof value === "string" && value.length <= most ? value : undefined),
  number: ({ least, most, whole }, value) =>
    typeof value === "number" && value >= least && value <= most && (!whole || Number.isInteger(value))
      ? value
      : undefined,
  word: ({ of }, value) => (of.includes(value) ? value : undefined),
  list: ({ of, most }, value) =>
    Array.isArray(value)
      ? value
          .slice(0, most)
          .map((each) => read(of, each))
          .filter((each) => each !== undefined)
      : undefined,
  named: ({ of }, value) => (named(value) ? fields(value, (_, each) => read(of, each)) : undefined),
  row({ fields: known, needs }, value) {
    if (!named(value)) return undefined;
    const found = fields(value, (name, each) =>
      Object.hasOwn(known, name) ? read(known[name], each) : shallow(each) ? each : undefined,
    );
    return needs.every((/** @type {string} */ name) => Object.hasOwn(found, name)) ? found : undefined;
  },
};

/**
 * What is made of each field, without those of which nothing is.
 * @param {Record<string, unknown>} value
 * @param {(name: string, each: unknown) => unknown} make
 */
const fields = (value, make) =>
  Object.fromEntries(
    Object.entries(value)
      .map(([name, each]) => [name, make(name, each)])
      .filter(([, each]) => each !== undefined),
  );

/** @param {Store} store */
export const version = ({ older }) => older.length;

/**
 * What any edition kept, brought up to date: its version, what holds the rows, whatever else stands in it.
 * The rows are as they were. Throws, with why, where it is none of it.
 * @param {Store} store
 * @param {unknown} data
 * @returns {Record<string, any>}
 */
export function raised(store, data) {
  const told = named(data) && Number.isInteger(data.version) && store.holds in data;
  let at = told ? Number(/** @type {any} */ (data).version) : 0;
  let found = /** @type {any} */ (data);
  if (at > version(store)) {
    fail(`it was written by a newer edition of this book (format ${at}; this one knows ${version(store)})`);
  }
  const rows = Array.isArray(data) || named(data) ? data : fail(NONE);
  if (at < 0) fail(NONE);
  found = rows;
  for (; at < version(store); at++) found = store.older[at](found);
  const held = found[store.holds];
  if (store.kind.is === "list" ? !Array.isArray(held) : !named(held)) fail(NONE);
  return { ...found, version: version(store) };
}

const NONE = "this is nothing that the casebook keeps";
