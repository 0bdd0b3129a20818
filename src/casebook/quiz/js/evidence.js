// Cite the line: the learner marks the sentences that decide the claim. While marking, the chart is one list with one tab stop:
// arrow keys go from line to line, space marks; a touch or a click does the same.

function citing(section, chart, changed) {
  const lines = [...chart.querySelectorAll(".line[data-line]")];
  const box = section.querySelector(".casebook-cite");
  const toggle = box?.querySelector("button");
  const told = box?.querySelector("p");
  const chosen = new Set();
  if (!box || !lines.length) return { chosen, restore() {}, stop() {} };
  box.hidden = false;
  let at = 0;
  let on = false;
  const bar = make("div", { className: "casebook-marking-bar", hidden: true });
  const count = make("span", { aria: { live: "polite" } });
  const done = button("Done", () => {
    set(false);
    toggle.focus();
    section.scrollIntoView({ block: "start" });
  });
  bar.append(count, done);
  chart.after(bar);

  const key = (line) => `line-${line.dataset.line}`; // as the JSON of the page has it
  const say = () => {
    const marked = lines.filter((line) => chosen.has(key(line))).map((line) => line.dataset.line);
    told.textContent = marked.length ? `You marked ${marked.length === 1 ? "line" : "lines"} ${marked.join(", ")}.` : "No line marked. You need not.";
    count.textContent = marked.length ? `${several(marked.length, "line")} marked` : "Choose the lines that decide";
  };

  function mark(line, wanted = !chosen.has(key(line))) {
    chosen[wanted ? "add" : "delete"](key(line));
    line.classList.toggle("casebook-chosen", wanted);
    if (on) line.setAttribute("aria-selected", String(wanted));
    say();
  }

  function go(to) {
    lines[at].tabIndex = -1;
    at = Math.max(0, Math.min(lines.length - 1, to));
    lines[at].tabIndex = 0;
    lines[at].focus();
  }

  // Roles only while marking: otherwise the chart is text to read.
  function set(wanted) {
    on = wanted;
    toggle.setAttribute("aria-pressed", String(on));
    chart.classList.toggle("casebook-marking-on", on);
    bar.hidden = !on;
    for (const line of lines) {
      for (const [name, value] of [["role", "option"], ["aria-selected", String(chosen.has(key(line)))], ["tabindex", line === lines[at] ? "0" : "-1"]]) {
        if (on) line.setAttribute(name, value);
        else line.removeAttribute(name);
      }
    }
    const roles = { role: "listbox", "aria-multiselectable": "true", "aria-label": "The lines of the chart: arrow keys to move, space to mark" };
    for (const [name, value] of Object.entries(roles)) on ? chart.setAttribute(name, value) : chart.removeAttribute(name);
    for (const inner of chart.querySelectorAll("*")) {
      if (!inner.closest(".line")) on ? inner.setAttribute("role", "presentation") : inner.removeAttribute("role");
    }
  }

  toggle.addEventListener("click", () => {
    set(!on);
    if (on) go(at);
  });
  chart.addEventListener("click", (event) => {
    const line = event.target.closest(".line");
    if (!on || !line || String(getSelection()).trim()) return; // words may be selected as ever
    go(lines.indexOf(line));
    mark(line);
    changed();
  });
  chart.addEventListener("keydown", (event) => {
    if (!on || !event.target.classList?.contains("line")) return;
    const steps = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: lines.length - 1 };
    if (event.key in steps) go(steps[event.key]);
    else if (event.key === " " || event.key === "Enter") {
      mark(lines[at]);
      changed();
    } else if (event.key === "Escape") done.click();
    else return;
    event.preventDefault();
  });
  say();
  return {
    chosen,
    restore: (keys) => lines.filter((line) => keys?.includes(key(line))).forEach((line) => mark(line, true)),
    stop: () => set(false),
  };
}
