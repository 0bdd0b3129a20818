// @ts-check
// The book without a network: a service worker that keeps the pages that were read, and the grader once it was
// fetched. The build puts BOOK before it: the version, and a digest of every file of the book.
//
// What the site answers comes first, always; what is kept is for a site that does not answer. Nothing is kept
// but files of this very book, told by their digests: neither a damaged one nor one of another edition. Where
// the site was seen to have another edition, nothing that is kept is given out any more (an old page must not
// meet a new grader), until that edition's own service worker takes over.

/** @typedef {{ version: string, files: Record<string, string> }} Book */

const book = /** @type {Book} */ (/** @type {any} */ (globalThis).BOOK);
const self_ = /** @type {any} */ (globalThis); // the types of service workers do not go with those of pages
const root = new URL("./", location.href).href;
const OURS = `casebook ${root} `;
const STORE = OURS + book.version;
const MOVED = `${root}?moved`; // a note in the store: the site has another edition
let over = false; // once the reader wants nothing kept: what was under way then is not kept either
const FOREVER = /\.[0-9a-f]{16}\.\w+(\.gz)?$/; // a name by content

/**
 * A file of the book, or "".
 * @param {string} address
 */
function fileOf(address) {
  const { origin, pathname } = new URL(address);
  const place = origin + pathname.replace(/\/$/, "/index.html");
  const path = place.startsWith(root) ? decodeURI(place.slice(root.length)) : "";
  return Object.hasOwn(book.files, path) ? path : "";
}

/**
 * Keep what the site answered, if it is of this book.
 * @param {string} path
 * @param {Response} response
 * @param {boolean} starts whether a page starts with it
 */
async function keep(path, response, starts) {
  if (!response.ok) return;
  const content = await response.arrayBuffer();
  const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", content))];
  const hex = digest.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (over) return;
  const store = await caches.open(STORE);
  if (hex.startsWith(book.files[path])) {
    if (starts) await store.delete(MOVED);
    const headers = [...response.headers].filter(([name]) => /^content-(type|security-policy)$/.test(name));
    await store.put(root + path, new Response(content, { headers }));
  } else if (another(path, response, content)) {
    await store.put(MOVED, new Response());
  }
}

/**
 * Whether it can be a file of another edition, and is not what a hotel's network answers to everything.
 * @param {string} path
 * @param {Response} response
 * @param {ArrayBuffer} content
 */
function another(path, response, content) {
  const page = path.endsWith(".html");
  if (page) return new TextDecoder().decode(content).includes("data-content_root");
  return !response.headers.get("Content-Type")?.includes("html");
}

/** @param {string} path */
async function kept(path) {
  const store = await caches.open(STORE);
  return (await store.match(MOVED)) ? undefined : store.match(root + path);
}

/**
 * @param {any} event
 * @param {string} path
 */
async function answer(event, path) {
  const { request } = event;
  const starts = request.mode === "navigate";
  const sure = FOREVER.test(path) && (await (await caches.open(STORE)).match(root + path));
  if (sure) return sure;
  const response = await fetch(request).catch(() => null);
  if (response) {
    event.waitUntil(keep(path, response.clone(), starts).catch(() => {}));
    return response;
  }
  return (await kept(path)) ?? (starts ? absent() : Response.error());
}

/** A page for a page that is not there. */
function absent() {
  const page =
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    "<title>Not kept</title><h1>This page is not kept</h1><p>There is no network, and this page of the book was " +
    "not read before in this browser, or the book has changed since. Pages that you read, and the grader once " +
    "you used it, are kept.</p>";
  return new Response(page, { status: 503, headers: { "Content-Type": "text/html" } });
}

/**
 * What a page had fetched before this was there; with the grader's list goes the grader.
 * @param {string[]} addresses
 */
async function catchUp(addresses) {
  const paths = new Set(addresses.map(fileOf).filter(Boolean));
  if (paths.has("_static/casebook/pyodide/runtime.json")) {
    const grader = await (await fetch(`${root}_static/casebook/pyodide/runtime.json`)).json();
    for (const name of ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "snapshot"]) {
      const file = grader.files[name]?.file;
      if (file) paths.add(fileOf(`${root}_static/casebook/pyodide/${file}`));
    }
  }
  for (const path of paths) {
    if (!path || (await kept(path))) continue;
    await keep(path, await fetch(root + path, { cache: "force-cache" }), false);
  }
}

async function forgetOthers() {
  for (const name of await caches.keys()) {
    if (name.startsWith(OURS) && name !== STORE) await caches.delete(name);
  }
  await self_.clients.claim();
}

self_.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(forgetOthers()));
self_.addEventListener("message", (/** @type {any} */ event) => {
  if (event.data?.keep) {
    over = false; // wanted again, before this worker had gone
    event.waitUntil(catchUp(event.data.keep).catch(() => {}));
  }
  if (event.data?.end) {
    over = true;
    event.ports[0].postMessage("");
  }
});
self_.addEventListener("fetch", (/** @type {any} */ event) => {
  const path = event.request.method === "GET" && fileOf(event.request.url);
  if (path) event.respondWith(answer(event, path));
});
