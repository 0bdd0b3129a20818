// A claim in rows: code, units, modifiers. It writes the typed field; what is typed there Python reads, for this too.

const MODIFIERS = ["22", "51", "52", "58", "59", "62", "78", "79", "80", "AS"];

function building(section, field, ask) {
  const box = section.querySelector(".casebook-builder");
  const body = box?.querySelector(".casebook-build");
  if (!body) return;
  const name = field.id;
  let rows = [];
  let codes = null;
  let written = null; // what this put into the field
  const table = make("div", { className: "casebook-lines", aria: { role: "group", label: "Lines of the claim" } });
  const told = make("p", { className: "casebook-unseen", aria: { live: "polite" } });
  const search = make("input", { type: "search", id: `${name}-search`, autocomplete: "off", spellcheck: false, enterKeyHint: "search" });
  const found = make("ul", { className: "casebook-found" });
  const count = make("p", { className: "casebook-hint", aria: { live: "polite" } });

  function write() {
    written = rows.map(({ code, units, modifiers }) => code + modifiers.map((m) => `-${m}`).join("") + (units > 1 ? ` x${units}` : "")).join("; ");
    field.value = written;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function add(code) {
    rows.push({ code, units: 1, modifiers: [] });
    write();
    draw();
    told.textContent = `${code} added, line ${rows.length}.`;
    table.lastElementChild.querySelector("input").focus();
  }

  const words = (code) => codes?.find((each) => each.code === code)?.words ?? "a code outside this family";

  function draw() {
    table.replaceChildren(
      ...rows.map((row, i) => {
        const units = make("input", { type: "number", min: 1, max: 99, value: row.units, inputMode: "numeric" });
        units.addEventListener("input", () => {
          row.units = Math.max(1, Math.min(99, Math.round(Number(units.value)) || 1));
          write();
        });
        const boxes = MODIFIERS.map((m) => {
          const tick = make("input", { type: "checkbox", checked: row.modifiers.includes(m) });
          tick.addEventListener("change", () => {
            row.modifiers = tick.checked ? [...row.modifiers, m] : row.modifiers.filter((each) => each !== m); // a typed one has no box and stays
            write();
          });
          return make("label", { className: "casebook-tick" }, tick, m);
        });
        const remove = button("Remove", () => {
          rows.splice(i, 1);
          write();
          draw();
          told.textContent = `${row.code} removed.`;
          (table.children[Math.min(i, rows.length - 1)]?.querySelector("input") ?? search).focus();
        });
        remove.setAttribute("aria-label", `Remove ${row.code}, line ${i + 1}`);
        const line = make(
          "div",
          { className: "casebook-line" },
          make("p", {}, make("strong", {}, row.code), ` ${words(row.code)}`),
          make("label", { className: "casebook-units" }, "Units ", units),
          remove,
          make("details", {}, make("summary", {}, "Modifiers"), make("div", { className: "casebook-ticks" }, boxes)),
        );
        line.setAttribute("role", "group");
        line.setAttribute("aria-label", `Line ${i + 1}, ${row.code}`);
        line.querySelector("details").open = row.modifiers.length > 0;
        return line;
      }),
    );
  }

  function look() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = wanted.length ? codes.filter(({ code, words }) => wanted.every((word) => `${code} ${words}`.toLowerCase().includes(word))) : [];
    found.replaceChildren(
      ...hits.slice(0, 8).map(({ code, words }) => make("li", {}, button([make("strong", {}, code), ` ${words}`], () => add(code)))),
    );
    count.textContent = wanted.length ? `${several(hits.length, "code")} found${hits.length > 8 ? "; the first 8 are shown" : ""}.` : "";
  }

  // The field is what counts: take over what was typed there, as Python reads it.
  async function follow() {
    if (field.value === written) return;
    const asked = field.value;
    const { lines, error } = await ask({ do: "read", answer: asked });
    if (field.value !== asked) return;
    if (error) return void (told.textContent = "What is typed in the field could not be read, so the rows are as they were.");
    rows = lines;
    written = asked;
    draw();
  }

  let later;
  field.addEventListener("input", () => {
    clearTimeout(later);
    if (box.open) later = setTimeout(() => follow().catch(() => {}), 300);
  });
  search.addEventListener("input", look);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // Enter is no Check here
    found.querySelector("button")?.click();
  });
  box.addEventListener("toggle", async () => {
    if (!box.open || codes) return box.open && follow();
    body.replaceChildren(make("p", { className: "casebook-hint" }, "Fetching the codes..."));
    try {
      ({ codes } = await ask({ do: "codes" }));
      body.replaceChildren(
        table,
        make("label", { htmlFor: search.id }, "Find a code, by its number or in plain words"),
        search,
        count,
        found,
        button("Ask the surgeon first", () => {
          rows = [];
          draw();
          field.value = written = "query";
          field.dispatchEvent(new Event("input", { bubbles: true }));
          told.textContent = "The answer is now: query.";
        }),
        told,
      );
      await follow();
    } catch (error) {
      codes = null;
      body.replaceChildren(make("p", {}, `The codes could not be fetched: ${error.message}. Type the claim above instead.`));
    }
  });
}
