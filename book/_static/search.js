// The page that searches the book. Pagefind looks through its index; here what it found is shown, as text: of
// an excerpt only the words that were looked for are marked.

const field = document.getElementById("query");
const told = document.getElementById("search-progress");
const results = document.getElementById("search-results");
const book = new URL(document.documentElement.dataset.content_root ?? "./", location.href);
const MOST = 20; // pages shown
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

function row({ raw_url, url, meta, excerpt }) {
  const link = make("a", meta.title ?? url);
  link.href = new URL((raw_url ?? url).replace(/^\//, ""), book).href;
  return make("li", link, make("p", ...marked(excerpt)));
}

/** What is found; where a number is looked for, only pages that have it as it was typed, if any has. */
async function hits(pagefind, wanted) {
  let { results } = await pagefind.search(wanted);
  if (wanted.includes('"')) return results;
  for (const number of wanted.split(/\s+/).filter((word) => /\d/.test(word))) {
    const exact = new Set((await pagefind.search(`"${number}"`)).results.map(({ id }) => id));
    const held = results.filter(({ id }) => exact.has(id));
    if (held.length) results = held;
  }
  return results;
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
    const found = await hits(pagefind, wanted);
    const pages = await Promise.all(found.slice(0, MOST).map((each) => each.data()));
    if (mine !== round) return;
    const more = found.length > MOST ? `, the first ${MOST} are shown` : "";
    told.textContent = found.length
      ? `${found.length} page${found.length > 1 ? "s" : ""}${more}`
      : "Nothing found";
    results.replaceChildren(make("ul", ...pages.map(row)));
  } catch (error) {
    if (mine === round) told.textContent = `The search could not start: ${error.message}`;
  }
}

field.form.addEventListener("submit", (event) => {
  event.preventDefault();
  history.replaceState(null, "", `?${new URLSearchParams({ q: field.value })}`);
  look();
});
field.value = new URLSearchParams(location.search).get("q") ?? "";
look();
