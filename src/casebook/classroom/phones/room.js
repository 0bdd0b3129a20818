// The pages of a room: what is new comes by a stream, a form is sent without leaving the page. All works
// without this file too, by the page's own forms.

const page = () => /** @type {HTMLElement} */ (document.querySelector("main"));

/** @param {{at: number, turn: number, phase: string}} seen whether the page shows this vote already */
function shown(seen) {
  const { at, turn, phase } = page().dataset;
  return at === String(seen.at) && turn === String(seen.turn) && phase === seen.phase;
}

/** Show what the room shows now. A claim that was typed and not sent stays where the vote is still open. */
async function renew() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  if (!fresh) return;
  const typed = page().querySelector("textarea")?.value;
  const field = fresh.querySelector("textarea");
  const same = fresh.dataset.at === page().dataset.at && fresh.dataset.turn === page().dataset.turn;
  if (same && field && typed) field.value = typed;
  page().replaceWith(fresh);
  listen();
  fresh.querySelector("h1")?.focus({ preventScroll: same });
}

/** @param {SubmitEvent} event */
async function send(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  let status = /** @type {HTMLElement} */ (page().querySelector("[role=status]"));
  event.preventDefault();
  button.disabled = true;
  status.textContent = "Sending…";
  try {
    const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
    const body = new URLSearchParams(fields);
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      headers: { accept: "application/json" },
    });
    const told = await answer.json();
    if (answer.status === 409) {
      // The room is elsewhere: show where, and say there what became of the answer.
      await renew();
      status = /** @type {HTMLElement} */ (page().querySelector("[role=status]"));
    }
    status.textContent = told.says;
    status.dataset.verdict = answer.status === 422 ? "invalid" : "";
    status.scrollIntoView({ block: "nearest" });
  } catch {
    status.textContent = "The room did not answer. Tap Check again.";
  } finally {
    button.disabled = false;
  }
}

function listen() {
  page()
    .querySelector("form[action=answer]")
    ?.addEventListener("submit", (event) => {
      send(/** @type {SubmitEvent} */ (event));
    });
}

function follow() {
  const stream = new EventSource("stream");
  stream.onmessage = (event) => {
    const seen = JSON.parse(event.data);
    for (const place of page().querySelectorAll("[data-count]")) {
      place.textContent = String(seen[/** @type {HTMLElement} */ (place).dataset.count ?? ""]);
    }
    if (!shown(seen)) renew();
  };
  const lost = () => /** @type {HTMLElement | null} */ (page().querySelector(".lost"));
  stream.onopen = () => lost()?.setAttribute("hidden", "");
  stream.onerror = () => {
    lost()?.removeAttribute("hidden");
    // A browser tries again by itself only where no answer came: not after that of a proxy without a room.
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 3000 + 4000 * Math.random());
  };
}

if (page()?.dataset.phase) {
  listen();
  follow();
}
