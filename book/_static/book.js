// The page itself: colours, scrollable parts by keyboard, folded answers in print. The quiz has its own script.

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const names = { auto: "as the system", light: "light", dark: "dark" };
const button = document.getElementById("colours");

function colour(mode) {
  root.dataset.mode = mode;
  root.dataset.theme = mode === "dark" || (mode === "auto" && dark.matches) ? "dark" : "light";
  button?.setAttribute("aria-label", `Colours: ${names[mode]}`);
  button?.setAttribute("title", `Colours: ${names[mode]}`);
}

button?.addEventListener("click", () => {
  const order = dark.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
  const mode = order[(order.indexOf(root.dataset.mode) + 1) % 3];
  try {
    localStorage.setItem("mode", mode);
  } catch {
    // a browser that keeps nothing still changes colours
  }
  colour(mode);
});
dark.addEventListener("change", () => colour(root.dataset.mode));
colour(names[root.dataset.mode] ? root.dataset.mode : "auto");

// What scrolls sideways on a narrow screen can be reached and scrolled by keyboard.
function reach() {
  for (const part of document.querySelectorAll("pre, .pst-scrollable-table-container")) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
}
addEventListener("resize", reach);
reach();

// A menu that covers the page closes when a place in it was chosen.
for (const menu of document.querySelectorAll("[popover]")) {
  menu.addEventListener("click", (event) => {
    if (event.target.closest("a") && menu.matches(":popover-open")) menu.hidePopover();
  });
}

// Paper has no buttons: answers are printed open, and closed again afterwards.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const each of opened) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of opened) each.open = false;
});
