// The explorer: cut, join, divert; the picture, the claim and the reasons follow. The operation itself is the only state.

function exploring(section, host) {
  const find = (selector) => section.querySelector(selector);
  const controls = find("form");
  const stage = find(".casebook-stage");
  const status = find(".casebook-test-status");
  const size = find(".casebook-size");
  const part = (title, ...parts) => make("section", {}, make("h2", {}, title), ...parts);
  let operation = null;
  let queue = Promise.resolve();

  const tell = ({ got, of }) => (size.textContent = got < of ? `Fetching the program, ${megabytes(got)} of ${megabytes(of)}...` : "Starting...");
  const ask = async (question) => {
    await host.ready(tell);
    size.textContent = "";
    return host.ask(question);
  };

  // Each act is done to what the one before left, however fast they come.
  function act(what) {
    queue = queue.then(() => perform(what));
  }

  async function perform(what) {
    try {
      if (!what) operation = null; // anew
      const told = await ask({ do: "explore", operation, act: what });
      if (told.operation) operation = told.operation;
      draw(told);
      status.textContent = told.error ?? `Claim: ${told.claim}. ${several(told.joins, "join")} at closing.`;
    } catch (error) {
      status.textContent = `That could not be done: ${error.message}.`;
    }
  }

  function draw(told) {
    if (told.error) return;
    const open = told.open.map(([from, to]) =>
      make(
        "li",
        {},
        `Open from ${from} to ${to} cm: `,
        button("Join the ends", () => act({ do: "join", place: [from, to] })),
        " ",
        button("Bring the upper end out", () => act({ do: "stoma", at: from })),
      ),
    );
    const joined = told.joined.map(([from, to]) =>
      make("li", {}, `Joined, ${from} to ${to} cm: `, button("Take this join out again", () => act({ do: "redo", place: [from, to] }))),
    );
    const buttons = [...open, ...joined];
    stage.replaceChildren(
      picture({ svg: told.svg, words: told.words, title: "The bowel now" }),
      make("p", { className: "casebook-answer" }, "Claim: ", make("code", {}, told.claim)),
      buttons.length ? make("ul", { className: "casebook-places" }, buttons) : "",
      told.because.length ? part("Because", list(told.because.map(rule))) : "",
      told.not_billed.length ? part("Not billed", list(told.not_billed.map(({ code, says }) => [make("code", {}, code), ` ${says}`]))) : "",
    );
  }

  controls.addEventListener("submit", (event) => {
    event.preventDefault();
    const { from, to } = Object.fromEntries(new FormData(controls));
    act({ do: "cut", from: Number(from), to: Number(to) });
  });
  find(".casebook-check").addEventListener("click", (event) => event.detail > 1 && event.preventDefault()); // a double click cuts once
  controls.elements.approach.addEventListener("change", (event) => act({ do: "approach", approach: event.target.value }));
  find("[data-act=loop]").addEventListener("click", () => act({ do: "loop", at: Number(controls.elements.from.value) }));
  find("[data-act=widen]").addEventListener("click", () => act({ do: "widen", at: Number(controls.elements.from.value) }));
  find("[data-act=undo]").addEventListener("click", () => act({ do: "undo" }));
  find("[data-act=anew]").addEventListener("click", () => {
    controls.reset();
    act(null);
  });
}
