// The page itself: colors, scrollable parts by keyboard, folded answers in print. The quiz has its own script.

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const names = { auto: "as the system", light: "light", dark: "dark" };
const button = document.getElementById("colors");

function color(mode) {
  root.dataset.mode = mode;
  root.dataset.theme = mode === "dark" || (mode === "auto" && dark.matches) ? "dark" : "light";
  button?.setAttribute("aria-label", `Colors: ${names[mode]}`);
  button?.setAttribute("title", `Colors: ${names[mode]}`);
}

button?.addEventListener("click", () => {
  const order = dark.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
  const mode = order[(order.indexOf(root.dataset.mode) + 1) % 3];
  try {
    localStorage.setItem("mode", mode);
  } catch {
    // a browser that keeps nothing still changes colors
  }
  color(mode);
});
dark.addEventListener("change", () => color(root.dataset.mode));
color(names[root.dataset.mode] ? root.dataset.mode : "auto");

// What scrolls sideways on a narrow screen can be reached and scrolled by keyboard.
function reach() {
  for (const part of document.querySelectorAll("pre, .wide, .pst-scrollable-table-container")) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
}
addEventListener("resize", reach);
reach();

// In the contents, the page being read is in sight; on the page, the part being read is marked.
document.querySelector("#contents .current")?.scrollIntoView({ block: "nearest" });

const places = new Map();
for (const link of document.querySelectorAll("#on-page a[href^='#']")) {
  const place = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (place) places.set(place, link);
}
const seen = new Set();
const watch = new IntersectionObserver(
  (changes) => {
    for (const { target, isIntersecting } of changes) seen[isIntersecting ? "add" : "delete"](target);
    const last = [...places.keys()].filter((place) => seen.has(place)).at(-1);
    for (const [place, link] of places) {
      if (place === last) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  },
  { rootMargin: "-10% 0px -65% 0px" },
);
for (const place of places.keys()) watch.observe(place);

// A menu that covers the page closes when a place in it was chosen.
for (const menu of document.querySelectorAll("[popover]")) {
  menu.addEventListener("click", (event) => {
    if (event.target.closest("a") && menu.matches(":popover-open")) menu.hidePopover();
  });
}

// What a mark in the text opened closes when the mark has left the screen, unless it is used by keyboard.
let pressed = null;
const marks = new IntersectionObserver((changes) => {
  for (const { target, isIntersecting } of changes) {
    const panel = target.popoverTargetElement;
    const keys = [target, panel].some(
      (each) => each.querySelector(":focus-visible") ?? each.matches(":focus-visible"),
    );
    if (!isIntersecting && !keys && panel.matches(":popover-open")) panel.hidePopover();
  }
});
addEventListener("click", ({ target }) => (pressed = target.closest?.("button")), true);
addEventListener(
  "toggle",
  ({ target, newState }) => {
    if (newState !== "open" || !target.matches?.(".rests-on, .casebook-term-says")) return;
    marks.disconnect();
    if (pressed?.popoverTargetElement === target) marks.observe(pressed);
  },
  true,
);

// Paper has no buttons: answers are printed open, and closed again afterwards; but for what is only worked out
// when it is opened.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open], [data-later], .casebook-form *)")];
  for (const each of opened) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of opened) each.open = false;
});

// The book without a network: offline.js keeps what was read. The reader can turn it off on the progress page;
// on an author's own machine, where other sites have the same address, it is off until it is turned on.
async function keepForOffline() {
  const { offline } = document.body.dataset;
  if (!offline || !navigator.serviceWorker) return;
  const own = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  const wanted = () => (localStorage.getItem("casebook.offline") ?? (own ? "off" : "on")) !== "off";
  if (!wanted()) return;
  const { active } = await navigator.serviceWorker
    .register(offline)
    .then(() => navigator.serviceWorker.ready);
  // What the page fetched before the worker saw its requests is told to it, and so is what was on its way then.
  const tell = (fetched) => {
    if (wanted()) active.postMessage({ keep: fetched.map(({ name }) => name) });
  };
  tell([{ name: location.href }, ...performance.getEntriesByType("resource")]);
  new PerformanceObserver((more) => tell(more.getEntries())).observe({ type: "resource" });
}
addEventListener("load", () => keepForOffline().catch(() => {})); // a browser that keeps nothing
