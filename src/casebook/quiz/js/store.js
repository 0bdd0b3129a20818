// What the reader's own browser keeps: attempts, half-done answers, a test in progress. Nothing is ever sent anywhere.

const KEPT = "casebook.attempts";
const DRAFTS = "casebook.drafts";
const TEST = "casebook.test";
const FORMAT = 1; // of the attempts

// Files of older books, oldest first: each step makes the next format. A file without a version is a bare list.
const OLDER = [(attempts) => ({ version: 1, attempts })];

const memory = new Map(); // where the browser keeps nothing: until the page is closed
let refused = "";

function kept(key) {
  if (memory.has(key)) return memory.get(key);
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

// Whether the browser took it; if not, it stays in the page.
function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
    memory.delete(key);
    refused = "";
    return true;
  } catch (error) {
    memory.set(key, value);
    refused = error?.name === "QuotaExceededError" ? "the browser's store for this site is full" : "the browser does not allow it";
    return false;
  }
}

// The tests under way, by what they are on: "" is everything. One alone is how older books kept it.
function keptTests() {
  const found = kept(TEST) ?? {};
  return found.items ? { "": found } : found;
}

// Why it is not kept for good, or "".
function keepTest(topics, test) {
  const all = { ...keptTests(), [topics]: test ?? undefined };
  return keep(TEST, Object.values(all).some(Boolean) ? all : null) ? "" : `The test stays only until you close this page: ${refused}.`;
}

export function upgrade(data) {
  let file = Array.isArray(data) ? { version: 0, attempts: data } : data;
  if (!file || typeof file !== "object" || !Array.isArray(file.attempts) || !Number.isInteger(file.version)) {
    fail("this is no file of answers from the casebook");
  }
  if (file.version > FORMAT) fail(`it was written by a newer edition of this book (format ${file.version}; this one knows ${FORMAT})`);
  while (file.version < FORMAT) file = OLDER[file.version](file.attempts);
  return file.attempts.filter((attempt) => attempt && typeof attempt === "object" && typeof attempt.case === "string");
}

// `unread` says why what is kept cannot be used; it is then left alone, never written over.
function attempts() {
  const data = kept(KEPT);
  if (data === null) return { all: [], unread: damaged() };
  try {
    return { all: upgrade(data), unread: "" };
  } catch (error) {
    return { all: [], unread: error.message };
  }
}

function damaged() {
  try {
    return localStorage.getItem(KEPT) === null ? "" : "it is damaged";
  } catch {
    return "";
  }
}

function keepAttempts(all) {
  return keep(KEPT, { version: FORMAT, attempts: all });
}

function record(attempt) {
  const { all, unread } = attempts(); // read again, since another tab may have added to it
  if (unread) return `Your answer was not kept: ${unread}. The page about your progress can help.`;
  if (keepAttempts([...all, attempt])) return "";
  return `Your progress stays only until you close this page: ${refused}.`;
}

// Attempts of both, each once, in the order of time.
function merge(some, others) {
  const each = new Map([...some, ...others].map((attempt) => [JSON.stringify([attempt.case, attempt.at, attempt.answer]), attempt]));
  return [...each.values()].sort((one, two) => (one.at ?? 0) - (two.at ?? 0));
}

const draft = (id) => kept(DRAFTS)?.[id] ?? {};

function keepDraft(id, values) {
  const all = kept(DRAFTS) ?? {};
  if (values) all[id] = values;
  else delete all[id];
  keep(DRAFTS, all);
}
