// Everything that a browser may keep under our names, and every file of answers, made from the schema and
// spoiled by chance: nothing throws, what comes out is of its kind, and what was there stays there.
//
//   node kept.mjs SCRIPTS SEED TIMES CORPUS      prints one line of JSON; ends with 1 and the text that failed

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, seed, times, corpus] = process.argv.slice(2);
const script = (name) => import(pathToFileURL(`${folder}/${name}`).href);
const { ATTEMPT, STORES, read, version } = await script("schema.js");
const { parse, written } = await script("answers.js");

const held = new Map(); // the browser's store
let full = false;
globalThis.localStorage = {
  getItem: (key) => held.get(key) ?? null,
  removeItem: (key) => held.delete(key),
  setItem(key, text) {
    if (full) throw new DOMException("full", "QuotaExceededError");
    held.set(key, String(text));
  },
};
const store = await script("store.js");
const attempt = {
  case: "alder",
  at: 5,
  answer: "44120",
  verdict: "wrong",
  confidence: null,
  seconds: null,
};

// Chance, the same at every run

let state = Number(seed) >>> 0;
function chance() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(chance() * n);
const one = (list) => list[below(list.length)];
const some = (most, make) => Array.from({ length: below(most + 1) }, make);

const WORDS = [
  "alder",
  "44120; 44121",
  "",
  "constructor",
  "__proto__",
  "toString",
  "\u{1f600}",
  "\ud800",
  "<b>",
  "\n",
];
const nested = (levels) => JSON.parse("[".repeat(levels) + "]".repeat(levels));
const ODD = [
  () => null,
  () => ({}),
  () => [],
  () => ({ toString: 1 }),
  () => ({ toString: null }),
  () => ({ length: 3 }),
  () => ({ length: -1, 0: "x" }),
  () => JSON.parse('{"__proto__": {"case": "alder", "answer": "44120"}}'),
  () => one(WORDS),
  () => one([-1, 0, 0.5, 1e300, -1e300, 2 ** 53]),
  () => chance() < 0.5,
  () => nested(one([3, 40, 4000])),
  () => "x".repeat(30_000),
  () => some(3, odd),
];
function odd() {
  return one(ODD)();
}

/** A value of a kind, as the schema declares it; `spoiled` is how likely any part of it is something else. */
function made(kind, spoiled) {
  if (chance() < spoiled) return odd();
  if (kind.none && chance() < 0.2) return null;
  switch (kind.is) {
    case "text":
      return one(WORDS).slice(0, kind.most);
    case "number": {
      const value = one([kind.least, kind.most, kind.least + chance() * (kind.most - kind.least), 0, 1]);
      return kind.whole ? Math.round(value) : value;
    }
    case "word":
      return one(kind.of);
    case "list":
      return some(Math.min(4, kind.most), () => made(kind.of, spoiled));
    case "named":
      return Object.fromEntries(some(4, () => [one(WORDS), made(kind.of, spoiled)]));
    case "row": {
      const known = Object.entries(kind.fields)
        .filter(([name]) => kind.needs.includes(name) || chance() < 0.8)
        .map(([name, each]) => [name, made(each, spoiled)]);
      return Object.fromEntries([
        ...known,
        ...some(2, () => [`later-${below(9)}`, spoiled ? odd() : one(WORDS)]),
      ]);
    }
  }
}

/** Whether a value is wholly of its kind: said again in another way. */
function fits(kind, value) {
  if (value === null) return Boolean(kind.none);
  const all = (list, of) => list.every((each) => fits(of, each));
  switch (kind.is) {
    case "text":
      return typeof value === "string" && [...value].length <= kind.most;
    case "number":
      return Number.isFinite(value) && !(value < kind.least) && !(value > kind.most);
    case "word":
      return kind.of.includes(value);
    case "list":
      return Array.isArray(value) && value.length <= kind.most && all(value, kind.of);
    case "named":
      return Object.getPrototypeOf(value) === Object.prototype && all(Object.values(value), kind.of);
    case "row":
      return (
        kind.needs.every((name) => Object.hasOwn(value, name)) &&
        Object.entries(kind.fields).every(
          ([name, of]) => !Object.hasOwn(value, name) || fits(of, value[name]),
        )
      );
  }
}

// What must hold

const has = (list, row) => list.some((each) => JSON.stringify(each) === JSON.stringify(row));
const tried = { values: 0, texts: 0, files: 0, tabs: 0 };
let text = "";

function values() {
  for (const { kind } of Object.values(STORES)) {
    const good = made(kind, 0);
    text = JSON.stringify(good);
    assert.deepEqual(read(kind, JSON.parse(text)), JSON.parse(text)); // also what is not named in the schema
    const bad = made(kind, 0.15);
    text = JSON.stringify(bad);
    const found = read(kind, JSON.parse(text));
    assert.ok(found === undefined || fits(kind, found));
    if (found !== undefined) assert.deepEqual(read(kind, found), found);
    tried.values += 2;
  }
}

const spoiledText = (whole) => {
  if (chance() < 0.8) return whole;
  const at = below(whole.length + 1);
  return whole.slice(0, at) + one(["", "\u0000", "[", '"', "}", "NaN"]) + whole.slice(at + below(3));
};

/** What may stand under a name: an edition's own, an older one's, a newer one's, or anything. */
function anyText({ holds, kind, older }) {
  const rows = made(kind, one([0, 0.1, 0.5]));
  const whole = one([
    { version: older.length, [holds]: rows, later: odd() },
    { version: one([-1, 0, 0.5, 7, "1", null]), [holds]: rows },
    rows,
    odd(),
  ]);
  return spoiledText(JSON.stringify(whole) ?? "undefined");
}

/** Read and written to as the pages do; what stood there before is still there. */
function standing(texts) {
  held.clear();
  for (const [name, each] of Object.entries(texts)) held.set(STORES[name].key, each);
  text = JSON.stringify(texts);
  const before = (name) => {
    try {
      const value = JSON.parse(texts[name]);
      return value?.version === version(STORES[name]) ? (value[STORES[name].holds] ?? null) : null;
    } catch {
      return null;
    }
  };
  const now = (name) => JSON.parse(held.get(STORES[name].key))[STORES[name].holds];
  const { all, unread } = store.attempts();
  assert.ok(fits(STORES.attempts.kind, all));
  assert.ok(fits(STORES.tests.kind, store.keptTests()));
  assert.equal(typeof store.draft("alder"), "object");
  const rows = before("attempts");
  const said = store.record(attempt);
  assert.equal(Boolean(unread), Boolean(said));
  if (unread)
    assert.equal(held.get(STORES.attempts.key), texts.attempts); // left alone
  else {
    assert.ok(has(now("attempts"), attempt));
    if (Array.isArray(rows)) {
      const kept = rows.filter((row) => !read(ATTEMPT, row) || !has([attempt], row));
      for (const row of kept.filter((each) => !read(ATTEMPT, each))) assert.ok(has(now("attempts"), row));
    }
    assert.ok(store.attempts().all.length >= all.length);
  }
  const drafts = before("drafts");
  store.keepDraft("alder", { answer: "44120" });
  assert.equal(store.draft("alder").answer, "44120");
  const others = drafts && typeof drafts === "object" && !Array.isArray(drafts) ? drafts : {};
  for (const [name, row] of Object.entries(others)) {
    if (name !== "alder") assert.ok(has([Object.getOwnPropertyDescriptor(now("drafts"), name)?.value], row));
  }
  store.keepTest("joins", {
    seed: 1,
    items: [{ case: "alder" }],
    answers: [],
    kind: "typed",
    feedback: "end",
    ends: null,
    began: 8.64e15,
  });
  assert.ok(store.keptTests().joins);
  store.keepTest("joins", null);
  assert.ok(!store.keptTests().joins);
  assert.ok(fits(STORES.turns.kind, store.keptTurns()));
  store.keepTurn("joins-1", { tries: 1, right: true, seen: false });
  assert.equal(store.keptTurns()["joins-1"].tries, 1);
  store.keepShown("birch");
  const known = store.met();
  assert.ok(known.every((id) => typeof id === "string"));
  assert.equal(new Set(known).size, known.length);
  assert.ok(known.includes("birch"));
  for (const row of store.attempts().all) assert.ok(known.some((id) => row.case.startsWith(id)));
  store.erase();
  assert.equal(held.size, 0);
  tried.texts++;
}

/** What was met: the longest ago first, also what was shown and left out, or drawn by a test under way. */
function meeting() {
  text = "met";
  held.clear();
  assert.deepEqual(store.met(), []);
  const row = { case: "alder", at: 30, answer: "44120", verdict: "wrong", confidence: null, seconds: null };
  store.record(row);
  store.record({ ...row, case: "cedar~0a1", at: 10 });
  const drawn = { seed: 1, items: [{ case: "oak" }, { case: "alder" }], answers: [], began: 20, ends: null };
  store.keepTest("joins", { ...drawn, kind: "typed", feedback: "end" });
  assert.deepEqual(store.met(), ["cedar", "oak", "alder"]);
  store.keepShown("cedar"); // now, and left out
  assert.deepEqual(store.met(), ["oak", "alder", "cedar"]);
  store.keepTest("joins", null); // oak was drawn and never seen
  assert.deepEqual(store.met(), ["alder", "cedar"]);
  held.clear();
}

function files() {
  const attempts = some(5, () => made(ATTEMPT, one([0, 0.2])));
  opened(spoiledText(one([written(attempts, one(WORDS)), anyText(STORES.attempts)])));
}

function opened(content) {
  text = content;
  tried.files++;
  try {
    const { attempts, odd: rest } = parse(content);
    assert.ok(fits(STORES.attempts.kind, attempts));
    assert.ok(rest >= 0);
  } catch (error) {
    if (error.constructor !== Error) throw error;
    assert.ok(error.message.length > 10);
  }
}

/** Two tabs with one test, in any order: of every question the first answer stays. */
function tabs() {
  held.clear();
  const items = ["alder", "birch", "cedar", "elm"].slice(0, 1 + below(4)).map((id) => ({ case: id }));
  const begun = { seed: below(9), began: 5, items, kind: "typed", feedback: "once", ends: null };
  const each = [0, 1].map(() => ({ ...begun, items: [...items], answers: [] }));
  const first = new Map();
  store.keepTest("", each[0]);
  for (let step = 0; step < 12; step++) {
    const mine = one(each);
    const at = mine.answers.length;
    if (at >= items.length) continue;
    const answer = `44120 x${step + 1}`;
    mine.answers.push({ case: items[at].case, answer, confidence: null, seconds: null });
    assert.equal(store.keepTest("", mine), "");
    const there = store.keptTests()[""];
    if (!first.has(at)) first.set(at, answer);
    text = JSON.stringify(there);
    for (const [i, given] of first) assert.equal(there.answers[i]?.answer, given);
    assert.deepEqual(mine.answers, there.answers);
  }
  // A test begun later in another tab is not written over.
  store.keepTest("", { ...begun, began: 9, seed: 77, answers: [] });
  assert.match(store.keepTest("", each[0]), /another test/i);
  assert.equal(store.keptTests()[""].seed, 77);
  tried.tabs++;
}

/** A store that takes nothing: it stays in the page, and is told. */
function taken() {
  held.clear();
  full = true;
  assert.match(store.record(attempt), /stays only until you close this page/);
  assert.equal(store.attempts().all.length, 1);
  full = false;
  assert.equal(store.record({ ...attempt, at: 6 }), "");
  assert.equal(store.attempts().all.length, 2);
  assert.equal(JSON.parse(held.get("casebook.attempts")).attempts.length, 2);
}

try {
  for (const each of JSON.parse(readFileSync(corpus, "utf8"))) {
    standing(Object.fromEntries(Object.keys(STORES).map((name) => [name, each])));
    opened(each);
  }
  taken();
  meeting();
  for (let i = 0; i < Number(times); i++) {
    values();
    standing(Object.fromEntries(Object.entries(STORES).map(([name, each]) => [name, anyText(each)])));
    files();
    tabs();
  }
} catch (error) {
  console.error(`${error.stack}\nfailed on: ${text.slice(0, 900)}`);
  process.exit(1);
}
console.log(JSON.stringify(tried));
