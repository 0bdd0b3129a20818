// The casebook in a page: the quiz, the test of oneself, the progress and the explorer. One module, two hosts: a page of the book,
// where Python runs in a worker, and a notebook, where it answers by messages. No grading and no parsing here: what is typed goes to
// Python as it stands, and what comes back is shown as text. (The files of quiz/js are joined into this one by casebook.quiz.module.)

// Small parts

function make(tag, properties, ...children) {
  const { data, aria, ...rest } = properties ?? {};
  const element = Object.assign(document.createElement(tag), rest);
  Object.assign(element.dataset, data);
  for (const [name, value] of Object.entries(aria ?? {})) element.setAttribute(name === "role" ? "role" : `aria-${name}`, value);
  element.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return element;
}

// The second half of a double click does nothing: by then something else may stand in the button's place.
function button(words, work, properties) {
  const made = make("button", { type: "button", ...properties }, words);
  made.addEventListener("click", (event) => event.detail > 1 || work(event));
  return made;
}

const list = (rows, properties) => make("ul", properties, ...rows.map((row) => make("li", {}, row)));
const layer = (title, ...parts) => make("div", { className: "casebook-layer" }, make("h3", {}, title), ...parts);
const fold = (title, ...parts) => make("details", { className: "casebook-layer" }, make("summary", {}, title), ...parts);
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const capital = (text) => text[0].toUpperCase() + text.slice(1);
const several = (count, one, more = `${one}s`) => `${count} ${count === 1 ? one : more}`;
const VERDICT = { correct: "right", partly: "partly right", wrong: "not right" };

// A picture that Python drew from an operation; what a learner typed is never part of it.
function picture({ svg, title, words }) {
  const drawn = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  const figure = make("figure", { className: "casebook-picture" }, title && make("figcaption", {}, title));
  figure.append(document.importNode(drawn, true), fold("The same in words", make("p", {}, words)));
  return figure;
}

function fail(why) {
  throw new Error(why);
}
