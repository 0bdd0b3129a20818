// @ts-check
// How long this browser keeps what is kept here, and whether it keeps the book for reading without a network.

import { button, make } from "./parts.js";

const OFFLINE = "casebook.offline"; // book.js reads it too: "off", "on" or nothing

/**
 * Ask the browser not to delete by itself what is kept here; whether it promised. Firefox puts the question to
 * its reader: there only where the reader began it.
 */
export async function lasting(begun = false) {
  const { storage, userAgent } = navigator;
  if (!storage?.persisted) return false;
  if (await storage.persisted()) return true;
  return (begun || !userAgent.includes("Firefox")) && storage.persist();
}

const LASTING =
  "This browser has promised to keep your progress until you erase it or clear this site's data.";
const PASSING =
  "This browser may delete your progress by itself: Safari does so after seven days without a visit, others " +
  "when space runs short. Save it to a file now and then: loading the file brings it back.";

/** What the progress page says of how long things are kept. It fills itself. */
export function keeping() {
  const promise = make("div", {});
  const tell = (/** @type {boolean} */ promised) => {
    promise.replaceChildren(make("p", {}, promised ? LASTING : PASSING));
    if (!promised && "storage" in navigator) promise.append(ask);
  };
  const ask = button("Ask the browser to keep it", async () => {
    const promised = await lasting(true);
    tell(promised);
    if (!promised) ask.replaceWith(make("p", {}, "The browser did not promise it."));
  });
  tell(false); // what is so until the browser answers
  lasting()
    .then((promised) => promised && tell(true))
    .catch(() => {});
  return make("div", { className: "casebook-keeping" }, promise, offline());
}

/** The book without a network: said, and turned on and off. */
function offline() {
  const place = make("div", {});
  if (!navigator.serviceWorker || !document.body.dataset.offline) return place;
  let on = true;
  try {
    on = localStorage.getItem(OFFLINE) !== "off";
  } catch {
    return place; // a browser that keeps nothing keeps no pages either
  }
  function draw() {
    const says = on
      ? "The pages you read are kept in this browser, and the grader once you used it: they open without a network."
      : "Pages are not kept for reading without a network.";
    place.replaceChildren(make("p", {}, says), button(on ? "Do not keep pages" : "Keep pages", turn));
  }
  async function turn() {
    on = !on;
    localStorage.setItem(OFFLINE, on ? "on" : "off");
    if (!on) await forget();
    draw();
    place.querySelector("button")?.focus();
  }
  draw();
  return place;
}

const SOON = 1_000; // milliseconds in which a service worker says that it heard

/**
 * Tell a service worker to keep nothing more; resolves once it heard, or soon.
 * @param {ServiceWorker} worker
 */
const ended = (worker) =>
  new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    setTimeout(done, SOON);
    worker.postMessage({ end: true }, [port2]);
  });

/** End the service worker of this book, and delete what it kept. */
async function forget() {
  if (navigator.serviceWorker.controller) await ended(navigator.serviceWorker.controller);
  const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href).href;
  const all = await navigator.serviceWorker.getRegistrations();
  await Promise.all(all.filter(({ scope }) => scope === root).map((each) => each.unregister()));
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(`casebook ${root} `)).map((name) => caches.delete(name)),
  );
}
