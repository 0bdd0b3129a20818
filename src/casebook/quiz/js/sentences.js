// @ts-check
// A link of the quiz to a sentence of the chart: go there, mark it, and offer the way back.

import { make } from "./parts.js";

/**
 * Follow the links of a section; what is given back takes the marks away.
 * @param {HTMLElement} section
 */
export function following(section) {
  /** @type {(() => void) | null} */
  let undo = null;

  function unmark() {
    undo?.();
    undo = null;
  }

  section.addEventListener("click", (event) => {
    const from = event.target instanceof Element ? event.target.closest("a") : null;
    const place = from?.getAttribute("href") ?? "";
    const sentence = place.startsWith("#") && document.getElementById(place.slice(1));
    if (!from || !sentence || section.contains(sentence)) return;
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
    undo = () => {
      sentence.classList.remove("casebook-marked");
      sentence.removeAttribute("tabindex");
      back.remove();
    };
    requestAnimationFrame(() => sentence.focus({ preventScroll: true }));
  });
  return unmark;
}
