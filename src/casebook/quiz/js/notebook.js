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
  const heard = ({ id, told, error }) => {
    waiting.get(id)?.(told === undefined ? Promise.reject(new Error(error)) : JSON.parse(told));
    waiting.delete(id);
  };
  const revealing = new Set();
  const revealed = () => {
    if (model.get("held")) return;
    for (const go of revealing) go();
    revealing.clear();
  };
  model.on("msg:custom", heard);
  model.on("change:held", revealed);
  const places = model.get("places");
  mount(section, {
    sheet: section.querySelector(".casebook-chart"),
    where: (name) => section.querySelector(`[id="${CSS.escape(places[name] ?? "")}-${view}"]`),
    held: () => model.get("held") && new Promise((go) => revealing.add(go)),
    link: (id) => make("code", {}, `quiz("${id}")`),
    ready: async () => {},
    ask: (question) =>
      new Promise((resolve, reject) => {
        const id = `${Math.random()}`; // another browser may show the same quiz
        const silent = setTimeout(() => {
          waiting.delete(id);
          reject(new Error("the notebook's Python does not answer; is its kernel running?"));
        }, 15_000);
        waiting.set(id, (answer) => {
          clearTimeout(silent);
          resolve(answer);
        });
        model.send({ id, asked: JSON.stringify(question) }); // as text: a kernel in a browser has a null of its own
      }),
  });
  return () => {
    model.off("msg:custom", heard);
    model.off("change:held", revealed);
  };
}

export default { render };
