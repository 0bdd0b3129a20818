// On a page: one worker for all quizzes of the page, started at the first touch

const here = import.meta.url;
let runtime = null;
let up = false; // Python is there: no more progress to tell
const tellers = new Set();
const timings = { verdicts: [] };

function start(tell) {
  if (tell && !up) tellers.add(tell);
  runtime ??= launch().catch((error) => {
    runtime = null;
    throw error;
  });
  return runtime;
}

async function json(address, options) {
  const response = await fetch(address, options).catch(() => fail("the connection failed"));
  if (!response.ok) fail(`${new URL(address).pathname.split("/").pop()} is missing (${response.status})`);
  return response.json();
}

async function launch() {
  timings.touched ??= performance.now();
  window.casebookTimings = timings;
  const base = new URL("pyodide/", here).href;
  const { version, files, lock } = await json(`${base}runtime.json`, { cache: "no-cache" });
  const worker = new Worker(new URL(`worker.js?v=${version}`, here), { type: "module", name: "casebook" });
  const waiting = new Map();
  const plain = new URLSearchParams(location.search).get("boot") === "plain" && "the address asks for it";
  const since = (times) => Object.fromEntries(Object.entries(times).map(([name, at]) => [name, at - performance.timeOrigin]));
  let asked = 0;

  function lost(why) {
    for (const { reject } of waiting.values()) reject(new Error(why));
    waiting.clear();
    worker.terminate();
    runtime = null;
    up = false;
  }

  function ask(question) {
    return new Promise((resolve, reject) => {
      waiting.set(++asked, { resolve, reject, at: performance.now(), what: question.do });
      worker.postMessage({ id: asked, asked: JSON.stringify(question) });
    });
  }

  await new Promise((resolve, reject) => {
    worker.onerror = (event) => {
      event.preventDefault?.();
      const why = event.message || "its program could not be loaded";
      lost(why);
      reject(new Error(why));
    };
    worker.onmessage = ({ data: { progress, ready, failed, id, told, error, ms } }) => {
      if (progress) for (const tell of tellers) tell(progress);
      if (ready) {
        const times = since(ready.times);
        Object.assign(timings, { boot: ready.boot, bytes: ready.bytes, why: ready.why, parts: times, ready: performance.now() });
        performance.measure("casebook:ready", { start: timings.touched, end: timings.ready });
        tellers.clear();
        up = true;
        resolve();
      }
      if (failed) {
        lost(failed);
        reject(new Error(failed));
      }
      if (waiting.has(id)) {
        const { resolve, reject, at, what } = waiting.get(id);
        waiting.delete(id);
        if (error) return reject(new Error(error));
        if (what === "grade") timings.verdicts.push({ ms: performance.now() - at, python: ms });
        const answer = JSON.parse(told);
        answer.refused ? reject(new Error(answer.refused)) : resolve(answer);
      }
    };
    worker.postMessage({ start: { base, files, lock, plain } });
  });
  return ask;
}

const address = (id) => new URL(`../../cases/${id}.html`, here).href;
const bank = () => json(new URL("bank.json", here).href, { cache: "no-cache" });

// A browser that saves data is asked first, wherever on the page; one yes is enough for all of it.
let agreed = !globalThis.navigator?.connection?.saveData;
const agreeing = new Set();

function agreement(section, weight) {
  const size = section.querySelector(".casebook-size");
  if (agreed || !size) return null;
  const status = section.querySelector(".casebook-test-status");
  const back = section.contains(document.activeElement) ? document.activeElement : section.querySelector("textarea, select, button");
  const fetching = button(`Fetch the grader, ${weight}`, () => {
    agreed = true;
    for (const go of agreeing) go();
    agreeing.clear();
    back?.focus();
  });
  size.replaceChildren("Your browser asks to save data, so nothing was fetched yet. ", fetching);
  if (status) status.textContent = "The grader must be fetched first.";
  return new Promise((agree) =>
    agreeing.add(() => {
      size.textContent = "Fetching the grader...";
      if (status) status.textContent = "";
      agree();
    }),
  );
}

const weighed = (section) => section.querySelector(".casebook-size")?.textContent.match(/[\d.]+ MB/)?.[0] ?? "some megabytes";

function page(section) {
  const weight = weighed(section);
  return {
    keeps: true,
    where(name) {
      return document.getElementById(this.page.anchors[name]);
    },
    address(name) {
      const place = this.page.anchors[name];
      return place && `${address(section.dataset.case)}#${place}`;
    },
    link: (id) => make("a", { href: address(id) }, `Go to the case ${capital(id)}`),
    async ready(tell) {
      await agreement(section, weight);
      const chart = json(new URL(`cases/${section.dataset.case}.json`, here).href, { cache: "no-cache" });
      [this.page] = await Promise.all([chart, start(tell)]);
    },
    async ask(question) {
      return (await start())({ page: this.page, ...question });
    },
  };
}

// A desk is a part of the book that is no quiz on a case: the test, the progress, the explorer.
function desk(section) {
  const weight = weighed(section);
  return {
    get awake() {
      return up; // nothing need be fetched
    },
    link: (id) => make("a", { href: address(id) }, capital(id)),
    async ready(tell) {
      await agreement(section, weight);
      await start(tell);
    },
    ask: async (question) => (await start())(question),
  };
}

const DESKS = { test: testing, progress: showProgress, explorer: exploring };

if (typeof document !== "undefined") {
  const attach = () => {
    for (const section of document.querySelectorAll('section.casebook-quiz[data-host="page"]')) mount(section, page(section));
    for (const section of document.querySelectorAll("section.casebook-desk[data-desk]")) {
      section.classList.add("casebook-js");
      DESKS[section.dataset.desk]?.(section, desk(section));
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", attach);
  else attach();
}
