// The pages of a room: what is new comes by a stream, a form is sent without leaving the page. All works
// without this file too, by the page's own forms.

/** @typedef {{at: number, turn: number, phase: string}} Vote */

const page = () => /** @type {HTMLElement} */ (document.querySelector("main"));
const line = () => /** @type {HTMLElement} */ (page().querySelector("[role=status]"));
const field = () => page().querySelector("textarea");
const PLACE = `typed ${location.pathname}`; // of what was typed and not sent, in this tab's own store
const AGAIN = 2000; // milliseconds after which a page that did not come is asked for again

let latest = /** @type {Vote | null} */ (null); // the vote that the room shows
let renewing = false;
let over = false; // the room was ended on purpose

/** @param {Vote} seen whether the page shows this vote already */
function shown(seen) {
  const { at, turn, phase } = page().dataset;
  return at === String(seen.at) && turn === String(seen.turn) && phase === seen.phase;
}

/** What was typed and not sent; "" where the room has it. */
function draft() {
  const typed = field();
  return typed && typed.value !== typed.defaultValue ? typed.value.trim() : "";
}

/** Remember what is being typed, for a page that is loaded anew; what would put another claim in its place is
 * out of the way until it is sent or taken back. */
function remember() {
  page().querySelector("form.same")?.toggleAttribute("hidden", Boolean(draft()));
  try {
    if (draft()) sessionStorage.setItem(PLACE, JSON.stringify([page().dataset.at, field()?.value]));
    else sessionStorage.removeItem(PLACE);
  } catch {} // a browser that keeps nothing
}

/** Put back what was typed before the page was loaded anew. */
function recall() {
  try {
    const [at, typed] = JSON.parse(sessionStorage.getItem(PLACE) ?? "[]");
    if (at === page().dataset.at) keep(typed);
  } catch {} // the same
}

/** @param {string} typed a claim that was not sent: into the field, or where the vote is over beside it */
function keep(typed) {
  const into = field();
  if (!into || !typed || typed === into.dataset.answer) return;
  into.value = typed;
  into.closest(".unsent")?.removeAttribute("hidden");
}

/** Show what the room shows now. What was typed stays, and so does the place of a page on the same chart. */
async function renew() {
  if (renewing) return;
  renewing = true;
  try {
    do await replace();
    while (latest && !shown(latest));
  } catch {
    setTimeout(renew, AGAIN);
  } finally {
    renewing = false;
  }
}

async function replace() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = fresh.querySelector("main");
  if (!answer.ok || !main) throw new Error("no page");
  const [typed, same] = [draft(), main.dataset.at === page().dataset.at];
  const who = page().querySelector(".who");
  const held = /** @type {HTMLElement | null} */ (
    who?.contains(document.activeElement) && document.activeElement
  );
  page().replaceWith(main);
  document.title = fresh.title;
  if (who) main.querySelector(".who")?.replaceWith(who); // with a name that is being typed
  if (same) keep(typed);
  else if (typed) line().textContent = `The room moved on before you sent this: ${typed}`;
  ready();
  told();
  const at = held || main.querySelector("h1");
  at?.focus({ preventScroll: same || at === held });
  if (!same) scrollTo(0, 0);
}

/** @param {HTMLFormElement} form @returns {Promise<[number, any]>} the status, and what is said */
async function posted(form) {
  const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { accept: "application/json" },
  });
  return [answer.status, await answer.json()];
}

/** @param {string} says @param {string} verdict */
function say(says, verdict = "") {
  line().textContent = says;
  line().dataset.verdict = verdict;
  line().scrollIntoView({ block: "nearest" });
}

/** Send an answer. @param {HTMLFormElement} form */
async function send(form) {
  const sent = String(new FormData(form).get("claim"));
  const [code, told] = await posted(form);
  if (code === 200) noted(sent);
  if (code === 409) await renew(); // the room is elsewhere: show where, and say it once
  const said = code === 409 && (line().textContent || page().querySelector(".unsent:not([hidden])"));
  if (!said) say(told.says, code === 422 ? "invalid" : "");
}

/** @param {string} sent an answer that the room has */
function noted(sent) {
  const into = field();
  if (into && !draft()) into.value = sent;
  if (into) into.defaultValue = sent;
  const says = page().querySelector(".casebook-check span");
  if (says) says.textContent = "Send again";
  page().querySelector("form.same")?.remove();
  remember();
}

/** Keep a name. @param {HTMLFormElement} form */
async function call(form) {
  const [code, told] = await posted(form);
  if (code !== 200) return say(told.says);
  const [who, says] = [form.closest("details"), form.parentElement?.querySelector("summary")];
  const name = /** @type {HTMLInputElement} */ (form.elements.namedItem("name"));
  if (says) says.textContent = told.name ? `You are ${told.name}` : "Give a name, if you want to";
  name.value = told.name;
  who?.removeAttribute("open");
}

/** @param {SubmitEvent} event */
async function submitted(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const act = { answer: send, name: call }[form.getAttribute("action") ?? ""];
  if (!act) return;
  event.preventDefault();
  const button = form.querySelector("button");
  if (button) button.disabled = true;
  if (act === send) say("Sending…");
  try {
    await act(form);
  } catch {
    say(over ? "The lesson is over. This was not sent." : "The room did not answer. Tap the button again.");
  } finally {
    if (button) button.disabled = false;
  }
}

/** Enter sends, as in a chat, and with Shift begins a new line. @param {KeyboardEvent} event */
function pressed(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.target !== field()) return;
  event.preventDefault();
  const button = field()?.form?.querySelector("button");
  if (button && !button.disabled) field()?.form?.requestSubmit();
}

/** Say what only this file can do. */
function ready() {
  const into = field();
  if (into) into.enterKeyHint = "send";
  page().querySelector(".enter")?.removeAttribute("hidden");
  remember();
}

/** Say of the line what is so: lost, or ended on purpose. @param {boolean} lost */
function told(lost = false) {
  page().querySelector(".over")?.toggleAttribute("hidden", !over);
  page()
    .querySelector(".lost")
    ?.toggleAttribute("hidden", over || !lost);
}

function follow() {
  const stream = new EventSource("stream");
  stream.onmessage = (event) => {
    const seen = JSON.parse(event.data);
    latest = seen;
    over = false; // a room that was ended may be opened again
    told();
    for (const place of page().querySelectorAll("[data-count]")) {
      place.textContent = String(seen[/** @type {HTMLElement} */ (place).dataset.count ?? ""]);
    }
    if (!shown(seen)) renew();
  };
  stream.addEventListener("over", () => {
    over = true;
    told();
  });
  stream.onerror = () => {
    told(true);
    // A browser tries again by itself only where no answer came: not after that of a proxy without a room.
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 3000 + 4000 * Math.random());
  };
}

if (page()?.dataset.phase) {
  addEventListener("submit", submitted);
  addEventListener("input", remember);
  addEventListener("keydown", pressed);
  // Who closed the page is no longer waited for; a page that comes back has a new line.
  if (page().closest(".phone")) addEventListener("pagehide", () => navigator.sendBeacon("left"));
  recall();
  ready();
  follow();
}
