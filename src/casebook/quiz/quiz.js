// The quiz, on a page of the book and in a notebook. One module, two hosts; no grading and no parsing here: what is typed
// goes to Python as it stands, and what comes back is shown as text.
//
// The markup (casebook.quiz.markup makes it):
//
//   section.casebook-quiz[data-case][data-host=page|notebook]
//     form.casebook-form      textarea "Claim", button "Check"; on a page div.casebook-fetch with the size and the progress
//     .casebook-status        role=status, the short verdict and nothing else; data-verdict is "" while there is none
//     .casebook-notice        role=alert, why the grader cannot answer
//     .casebook-layers        the explanation, layer by layer
//     button.casebook-open    opens and closes the worked answer
//     .casebook-worked        the worked answer
//
// The section has the class casebook-js where scripts run and data-live once `mount` has been here.
// A host is {ready(tell): Promise, grade({answer, evidence, diagnoses}): Promise<object>} and may have
// `places` (mark -> id of an element in the chart), `chart` (the address of its page), `saving` (a size: ask before fetching
// that much) and `link(case)`.

export function mount(section, host) {
  if (section.dataset.live) return;
  section.dataset.live = "yes";
  section.classList.add("casebook-js");
  const find = (selector) => section.querySelector(selector);
  const form = find("form");
  const field = find("textarea");
  const status = find(".casebook-status");
  const notice = find(".casebook-notice");
  const layers = find(".casebook-layers");
  const opener = find(".casebook-open");
  const worked = find(".casebook-worked");
  const size = find(".casebook-size");
  const bar = find("progress");
  const hint = field.getAttribute("aria-describedby");
  const weight = size?.textContent;
  const whispers = section.appendChild(make("p", { className: "casebook-unseen" }));
  whispers.setAttribute("aria-live", "polite");
  let grader = null; // promise, once the reader has touched the form
  let allowed = !host.saving;
  let round = 0;
  let tries = 0;

  // Getting ready

  function wake() {
    if (!allowed) return offer();
    grader ??= host.ready(progress).then(ready, (error) => {
      grader = null; // so that it can be tried again
      throw error;
    });
    return grader;
  }

  function ready() {
    if (!size) return;
    bar.hidden = true;
    size.textContent = "The grader is ready. Nothing you type leaves your device.";
  }

  function progress({ got, of }) {
    if (!size) return;
    bar.hidden = false;
    bar.value = got / of;
    size.textContent =
      got < of ? `Fetching the grader, ${(got / 1e6).toFixed(1)} of ${megabytes(of)}...` : `Starting the grader (${megabytes(of)})...`;
  }

  // A browser that saves data is asked first. The promise ends when the reader agrees.
  let agreement = null;
  function offer() {
    agreement ??= new Promise((agree) => {
      const button = make("button", { type: "button" }, `Fetch the grader, ${host.saving}`);
      button.addEventListener("click", () => {
        allowed = true;
        field.focus();
        agree();
      });
      size.replaceChildren("Your browser asks to save data, so nothing was fetched yet. ", button);
    }).then(wake);
    return agreement;
  }

  // Asking

  async function check() {
    const mine = ++round;
    const answer = field.value;
    status.textContent = "";
    status.dataset.verdict = "";
    notice.hidden = true;
    section.setAttribute("aria-busy", "true");
    const slow = setTimeout(() => (whispers.textContent = allowed ? "Starting the grader." : "The grader must be fetched first."), 700);
    try {
      await wake();
      const graded = await host.grade({ answer, evidence: null, diagnoses: null });
      if (mine === round) show(answer, graded);
    } catch (error) {
      if (mine === round) giveUp(error);
    } finally {
      clearTimeout(slow);
      whispers.textContent = "";
      if (mine === round) section.removeAttribute("aria-busy");
    }
  }

  function giveUp(error) {
    if (size) {
      bar.hidden = true;
      size.textContent = weight;
    }
    const again = make("button", { type: "button" }, "Try again");
    again.addEventListener("click", () => {
      find(".casebook-check").focus(); // this button goes away
      check();
    });
    notice.replaceChildren(make("p", {}, `The grader could not answer: ${error?.message ?? error}. Here is the worked answer instead.`), again);
    notice.hidden = false;
    layers.replaceChildren();
    unfold(true);
  }

  function unfold(open) {
    worked.classList.toggle("casebook-shown", open);
    opener.setAttribute("aria-expanded", String(open));
    opener.textContent = open ? "Hide the worked answer" : "Show the worked answer";
  }

  // Showing

  function show(answer, graded) {
    const { verdict, feedback, findings } = graded;
    const readable = verdict !== "invalid" && verdict !== "blank"; // what could not be read costs no try
    if (readable) tries++;
    unmark();
    layers.replaceChildren(...explain(answer, feedback, findings, readable));
    field.toggleAttribute("aria-invalid", false);
    field.setAttribute("aria-describedby", hint);
    if (!readable) {
      layers.firstElementChild.id = `${field.id}-why`;
      if (verdict === "invalid") field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", `${hint} ${field.id}-why`);
    }
    section.dataset.tries = tries;
    status.dataset.verdict = verdict;
    status.textContent = feedback.headline;
  }

  function explain(answer, told, findings, readable) {
    if (!readable) return [make("p", { className: "casebook-amounts" }, told.amounts_to ?? "")];
    const said = new Set([told.amounts_to, told.correction]);
    const off = findings.filter(({ kind, says }) => !said.has(says) && !(kind === "query" && told.correction));
    const lines = [...new Set(off.map(({ says }) => says))];
    return [
      make("p", { className: "casebook-given" }, tries > 1 ? `Try ${tries}: ` : "You answered ", make("code", {}, answer.trim())),
      told.amounts_to && make("p", { className: "casebook-amounts" }, told.amounts_to),
      told.settles.length && layer(told.settles_as, ...told.settles.map(quote)),
      told.correction && layer("What sets it right", make("p", {}, told.correction)),
      lines.length && layer("Line by line", list(lines.map((says) => [says]))),
      told.doubt && make("p", { className: "casebook-doubt" }, told.doubt),
      told.ask && layer("What to ask the surgeon", make("p", {}, told.ask)),
      told.flip && layer("What would make your answer right", make("p", {}, told.flip)),
      told.rules.length && fold("Why: rules and sources", list(told.rules.map(rule))),
      told.next && make("p", { className: "casebook-next" }, `${told.next.says} `, host.link?.(told.next.case) ?? make("code", {}, told.next.case)),
    ].filter(Boolean);
  }

  function quote({ name, text }) {
    const place = host.places?.[name];
    const page = document.getElementById(place) ? "" : host.chart; // a quiz can stand on a page without its chart
    const find = place && make("a", { href: `${page}#${place}`, className: "casebook-find" }, "Show it in the chart");
    return make("blockquote", {}, make("p", {}, make("q", {}, text)), find);
  }

  // In the chart: go to a sentence, mark it, and offer the way back.
  let marked = [];
  function unmark() {
    for (const undo of marked) undo();
    marked = [];
  }
  section.addEventListener("click", (event) => {
    const from = event.target.closest?.('a[href^="#"]');
    const sentence = from && document.getElementById(from.getAttribute("href").slice(1));
    if (!sentence || section.contains(sentence)) return;
    unmark();
    const back = make("a", { href: `#${section.id}`, className: "casebook-back" }, "Back to your claim");
    back.addEventListener("click", (event) => {
      event.preventDefault();
      from.scrollIntoView({ block: "center" });
      from.focus({ preventScroll: true });
      unmark();
    });
    sentence.classList.add("casebook-marked");
    sentence.tabIndex = -1;
    sentence.after(back);
    marked.push(() => {
      sentence.classList.remove("casebook-marked");
      back.remove();
    });
    requestAnimationFrame(() => sentence.focus({ preventScroll: true }));
  });

  // The form

  const grow = () => (field.rows = Math.min(8, field.value.split("\n").length));
  const touched = () => wake().catch((error) => round === 0 && giveUp(error));
  for (const kind of ["focusin", "pointerdown", "input"]) form.addEventListener(kind, () => grader || touched());
  field.addEventListener("input", grow);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      check();
    }
  });
  form.onsubmit = null;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    check();
  });
  opener.addEventListener("click", () => unfold(opener.getAttribute("aria-expanded") !== "true"));
  unfold(false);
  grow();
  if (section.dataset.asked) check();
  else if (form.contains(document.activeElement)) touched();
}

// Parts

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child || child === 0));
  return element;
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const list = (rows) => make("ul", {}, ...rows.map((row) => make("li", {}, ...row)));
const layer = (title, ...parts) => make("div", { className: "casebook-layer" }, make("h3", {}, title), ...parts);
const fold = (title, ...parts) => make("details", { className: "casebook-layer" }, make("summary", {}, title), ...parts);

function rule({ says, confidence, authorities }) {
  const sources = authorities.map(({ title, edition, address }) => {
    const text = `${title}, ${edition}`;
    return /^https?:\/\//.test(address) ? [make("a", { href: address, rel: "noopener" }, text)] : [text];
  });
  return [`${says} `, make("span", { className: `casebook-sure casebook-${confidence}` }, confidence), list(sources)];
}

// On a page: one worker for all quizzes of the page, started at the first touch

const here = import.meta.url;
let runtime = null;
const tellers = new Set();
const timings = { verdicts: [] };

function start() {
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

function fail(why) {
  throw new Error(why);
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
  }

  function ask(question) {
    return new Promise((resolve, reject) => {
      waiting.set(++asked, { resolve, reject, at: performance.now() });
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
    worker.onmessage = ({ data: { progress, ready, failed, id, graded, error, ms } }) => {
      if (progress) for (const tell of tellers) tell(progress);
      if (ready) {
        const times = since(ready.times);
        Object.assign(timings, { boot: ready.boot, bytes: ready.bytes, why: ready.why, parts: times, ready: performance.now() });
        performance.measure("casebook:ready", { start: timings.touched, end: timings.ready });
        tellers.clear();
        resolve();
      }
      if (failed) {
        lost(failed);
        reject(new Error(failed));
      }
      if (id) {
        const { resolve, reject, at } = waiting.get(id);
        waiting.delete(id);
        if (error) return reject(new Error(error));
        timings.verdicts.push({ ms: performance.now() - at, python: ms });
        resolve(JSON.parse(graded));
      }
    };
    worker.postMessage({ start: { base, files, lock, plain } });
  });
  return ask;
}

function page(section) {
  const size = section.querySelector(".casebook-size")?.textContent.match(/[\d.]+ MB/)?.[0];
  const address = (id) => new URL(`../../cases/${id}.html`, here).href;
  const host = {
    saving: navigator.connection?.saveData ? (size ?? "some megabytes") : null,
    chart: address(section.dataset.case),
    link: (id) => make("a", { href: address(id) }, `Go to the case ${id[0].toUpperCase()}${id.slice(1)}`),
    async ready(tell) {
      tellers.add(tell);
      const chart = json(new URL(`cases/${section.dataset.case}.json`, here).href, { cache: "no-cache" });
      const [page, ask] = await Promise.all([chart, start()]);
      host.places = page.anchors;
      host.grade = async (given) => (await start())({ page, ...given });
    },
    grade: null,
  };
  return host;
}

if (typeof document !== "undefined") {
  const attach = () => {
    for (const section of document.querySelectorAll('section.casebook-quiz[data-host="page"]')) mount(section, page(section));
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", attach);
  else attach();
}

// In a notebook: Python itself answers, by messages

let views = 0;

function render({ model, el }) {
  const section = new DOMParser().parseFromString(model.get("html"), "text/html").querySelector("section");
  const view = ++views; // one quiz can be shown twice: ids must differ
  for (const each of [section, ...section.querySelectorAll("*")]) {
    for (const name of ["id", "for", "aria-labelledby", "aria-describedby", "aria-controls"]) {
      if (each.hasAttribute(name)) each.setAttribute(name, `${each.getAttribute(name)}-${view}`);
    }
  }
  el.dataset.lmSuppressShortcuts = "true"; // letters typed here are no commands to the notebook
  el.replaceChildren(document.adoptNode(section));
  const waiting = new Map();
  const heard = ({ id, graded, error }) => {
    waiting.get(id)?.(graded ?? Promise.reject(new Error(error)));
    waiting.delete(id);
  };
  model.on("msg:custom", heard);
  mount(section, {
    link: (id) => make("code", {}, `quiz("${id}")`),
    ready: async () => {},
    grade: (given) =>
      new Promise((resolve, reject) => {
        const id = `${Math.random()}`; // another browser may show the same quiz
        const silent = setTimeout(() => reject(new Error("the notebook's Python does not answer; is its kernel running?")), 15_000);
        waiting.set(id, (answer) => {
          clearTimeout(silent);
          resolve(answer);
        });
        model.send({ id, ...given });
      }),
  });
  return () => model.off("msg:custom", heard);
}

export default { render };
