// The page that searches the book. Pagefind looks through its index; here what it found is shown, as text: of
// an excerpt only the words that were looked for are marked.

const field = document.getElementById("query");
const told = document.getElementById("search-progress");
const results = document.getElementById("search-results");
const book = new URL(document.documentElement.dataset.content_root ?? "./", location.href);
const MOST = 20; // pages shown
const MODIFIER = /^(?:modifier )?-?(\d\d|[A-Z]{2})$/i;
const PAUSE = 500; // milliseconds after a letter
let pause;
let round = 0;

function make(tag, ...children) {
  const element = document.createElement(tag);
  element.append(...children);
  return element;
}

/** An excerpt is text with <mark>: it is taken apart, and nothing else of it comes into the page. */
function marked(excerpt) {
  const { body } = new DOMParser().parseFromString(excerpt, "text/html");
  return [...body.childNodes].map((node) =>
    node.nodeName === "MARK" ? make("mark", node.textContent) : node.textContent,
  );
}

const aged = ({ raw_url, url }) => Number((raw_url ?? url).includes("/cases/"));

function row({ raw_url, url, meta, excerpt }) {
  const link = make("a", meta.title ?? url);
  link.href = new URL((raw_url ?? url).replace(/^\//, ""), book).href;
  return make("li", link, make("p", ...marked(excerpt)));
}

/**
 * What is found, and the words that no page has as they were typed: then what is found is only near. Of a number,
 * only pages that have it, if any has: of “CR11168”, those that have 11168.
 */
async function hits(pagefind, wanted) {
  if (wanted.includes('"')) return { found: (await pagefind.search(wanted)).results, missing: [] };
  const holding = async (word) => new Set((await pagefind.search(`"${word}"`)).results.map(({ id }) => id));
  const [missing, near, exact] = [[], [], []];
  for (const word of wanted.split(/\s+/).filter((each) => /[\p{L}\p{N}]/u.test(each))) {
    const pages = await holding(word);
    if (!pages.size) missing.push(word);
    if (!/\d/.test(word)) near.push(word);
    else if (pages.size) near.push(word) && exact.push(pages);
    else
      for (const number of word.match(/\d+/g)) {
        const having = await holding(number);
        if (having.size) near.push(number) && exact.push(having);
      }
  }
  let found = near.length ? (await pagefind.search(near.join(" "))).results : [];
  for (const pages of exact) {
    const held = found.filter(({ id }) => pages.has(id));
    if (held.length) found = held;
  }
  return { found, missing };
}

const there = async (address) =>
  new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");

/** A modifier with its row of the chapter's table, where what is looked for is one. */
async function modifier(wanted) {
  const word = MODIFIER.exec(wanted)?.[1].toUpperCase();
  if (!word) return [];
  const address = new URL("book/sessions.html#modifiers", book);
  for (const row of (await there(address)).querySelectorAll("#modifiers > * tbody tr")) {
    const [name, ...on] = [...row.cells].map((cell) => (cell.querySelector("p") ?? cell).textContent.trim());
    if (!name.split(", ").includes(word)) continue;
    const link = make("a", `modifier ${name}`);
    link.href = address;
    return [make("li", link, make("p", `On 44120: ${on[0]}. On 44121: ${on[1]}.`))];
  }
  return [];
}

/** What a word of the field means, where the book explains it: that comes before the pages that use it. */
async function meaning(wanted) {
  const word = wanted.toLowerCase();
  for (const page of ["book/welcome.html", "book/glossary.html"]) {
    const address = new URL(page, book);
    for (const term of (await there(address)).querySelectorAll("dt[id^=term-]")) {
      const name = term.firstChild.textContent;
      const names = name.toLowerCase().split(/, | and /);
      if (!names.some((each) => word === each || word === `${each}s`)) continue;
      const link = make("a", name);
      link.href = `${address.href}#${term.id}`;
      return [make("li", link, make("p", term.nextElementSibling.textContent))];
    }
  }
  return [];
}

/** How many pages, or that they only resemble what was typed. */
function counted(found, missing) {
  if (!found.length) return "Nothing found";
  const typed = missing.map((word) => `“${word}”`).join(" or ");
  if (typed) return `No page has ${typed} as typed; the nearest are:`;
  const more = found.length > MOST ? `, the first ${MOST} are shown` : "";
  return `${found.length} page${found.length > 1 ? "s" : ""}${more}`;
}

async function look() {
  const mine = ++round;
  const wanted = field.value.trim();
  results.replaceChildren();
  told.textContent = wanted ? "Looking..." : "";
  if (!wanted) return;
  try {
    const pagefind = await import(new URL("pagefind/pagefind.js", book).href);
    await pagefind.options({ baseUrl: "/" });
    const { found, missing } = await hits(pagefind, wanted);
    const mark = await modifier(wanted).catch(() => []); // the pages stand without it
    const explained = mark.length ? mark : await meaning(wanted).catch(() => []);
    // What is a modifier is also an age: of a patient, in the title of a case.
    const pages = await Promise.all((mark.length ? found : found.slice(0, MOST)).map((each) => each.data()));
    if (mark.length) pages.sort((one, other) => aged(one) - aged(other));
    if (mine !== round) return;
    told.textContent = counted(found, missing);
    results.replaceChildren(make("ul", ...explained, ...pages.slice(0, MOST).map(row)));
  } catch (error) {
    if (mine === round) told.textContent = `The search could not start: ${error.message}`;
  }
}

function search() {
  clearTimeout(pause);
  history.replaceState(null, "", `?${new URLSearchParams({ q: field.value })}`);
  look();
}

field.form.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
field.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(search, PAUSE);
});
field.value = new URLSearchParams(location.search).get("q") ?? "";
look();
