// @ts-check
// The grader of a page: Python (Pyodide) with our own modules, in a module worker.
//
//   in   {start: {base, files, lock, plain}}   once: the folder, what is in it, and whether to start plainly
//        {beat}                                comes back, as a sign of life; sent by itself before what takes long
//        {id, asked}                           a question, as the JSON that casebook.quiz.door reads
//   out  {progress: {got, of, slower}}         bytes of the files so far; why Python starts the slower way
//        {ready: {boot, bytes, times, why}}    boot is "snapshot" or "plain"; why not from the snapshot
//        {failed, unable}                      why the grader cannot start, or start anew: it ends with it;
//                                              unable where this browser never will
//        {id, told, ms} or {id, error}
//
// Files are packed with gzip and carry a digest of their content in their names, so a browser may keep them
// for ever. A snapshot is the memory of a Python that has the grader loaded. Where there is none, or where it
// does not fit, Python starts the plain way. Pyodide's way to load a snapshot is private to it: its version
// is pinned.

/** @typedef {{ file: string, bytes: number, size: number }} Kept how large a file is, packed and unpacked */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {{ base: string, files: Record<string, Kept>, lock: object }} Site */
/** @typedef {{ boot: Boot, times: Record<string, number>, answer(asked: string): string }} Grader */
/** @typedef {"snapshot" | "plain"} Boot */

/** @type {Site} */
let site = { base: "", files: {}, lock: {} };
let total = 0;
/** @type {Map<string, number>} */
const came = new Map(); // file name -> bytes of it so far
let slower = ""; // why not from the snapshot, where that went wrong
/** @type {Map<string, Promise<any>>} */
const wanted = new Map(); // file name -> promise of what it holds

// Loading

/** @param {string} name */
const key = (name) => site.files[name] ?? fail(`${name} is not among the files of this site`);

/**
 * @param {string} why
 * @returns {never}
 */
function fail(why) {
  throw new Error(why);
}

/** @param {unknown} error */
const reason = (error) => (error instanceof Error ? error.message : String(error));

/** Where this browser can do no better however often it is tried. */
class Unable extends Error {}

const got = () => [...came.values()].reduce((sum, bytes) => sum + bytes, 0);

/**
 * What `use` makes of a file. A response may be cut short or be something else, such as a hotel's page that
 * asks for a name, and the browser may have kept it: then the file is fetched once more, past what is kept.
 * @template T
 * @param {string} name
 * @param {(stream: ReadableStream<Bytes>) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function sound(name, use) {
  try {
    return await use(await open(name, "force-cache"));
  } catch (error) {
    if (error instanceof Unable) throw error;
    return use(await open(name, "reload"));
  }
}

/**
 * The content of a file as a stream, unpacked unless a server has already done so.
 * @param {string} name
 * @param {RequestCache} cache
 */
async function open(name, cache) {
  const { file } = key(name);
  came.set(name, 0);
  const response = await fetch(new URL(file, site.base), { cache }).catch(() =>
    fail("the connection failed"),
  );
  if (!response.ok || !response.body) return fail(`${file}: ${response.status} ${response.statusText}`);
  const reader = response.body.getReader();
  const start = await reader.read();
  /** @type {typeof start | null} */
  let first = start;
  const packed = start.value?.[0] === 0x1f && start.value?.[1] === 0x8b;
  const counted = new ReadableStream({
    async pull(out) {
      const { done, value } = first ?? (await reader.read());
      first = null;
      if (done) return out.close();
      arrived(name, value.length);
      out.enqueue(value);
    },
  });
  return packed ? counted.pipeThrough(new DecompressionStream("gzip")) : counted;
}

let told = 0;
/**
 * @param {string} name
 * @param {number} bytes
 */
function arrived(name, bytes) {
  came.set(name, (came.get(name) ?? 0) + bytes);
  if (got() < total && performance.now() - told < 80) return;
  told = performance.now();
  postMessage({ progress: { got: Math.min(got(), total), of: total, slower } });
}

/**
 * All of a file; gzip tells by itself where it was altered.
 * @param {string} name
 * @param {ReadableStream} stream
 */
async function collect(name, stream) {
  const { file, size } = key(name);
  const all = new Uint8Array(await new Response(stream).arrayBuffer());
  if (all.length !== size) fail(`${file} came with ${all.length} bytes and not ${size}`);
  return all;
}

/**
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} make
 * @returns {Promise<T>}
 */
function once(name, make) {
  const there = wanted.get(name);
  if (there) return there;
  const promise = make();
  promise.catch(() => wanted.delete(name)); // so that it can be tried again
  wanted.set(name, promise);
  return promise;
}

/** @param {string} name */
const bytes = (name) => once(name, () => sound(name, (stream) => collect(name, stream)));

/** @param {string} name */
const script = (name) =>
  once(name, async () => {
    const code = await sound(name, (stream) => collect(name, stream));
    const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    return import(address).finally(() => URL.revokeObjectURL(address));
  });

// The program, compiled while it arrives, and its bytes.
const program = () => once("pyodide.asm.wasm", () => sound("pyodide.asm.wasm", compiled));

/** @param {ReadableStream<Bytes>} stream */
async function compiled(stream) {
  const [one, other] = stream.tee();
  const headers = { "Content-Type": "application/wasm" };
  const making = WebAssembly.compileStreaming(new Response(one, { headers }));
  making.catch(() => {}); // first whether all of it came
  const code = await collect("pyodide.asm.wasm", other);
  const module = await making.catch((error) => {
    throw new Unable(reason(error));
  });
  return { module, code };
}

// Half of a snapshot is empty, and the constants of the program are in the .wasm already: neither is sent.
// What is sent: two numbers (length in bytes, pages), the places of the pages that hold something, and those
// pages.
const PAGE = 4096;

/**
 * @param {Bytes} snapshot
 * @param {Bytes} code
 */
export function pack(snapshot, code) {
  const full = overlay(snapshot, code);
  const places = [];
  for (let at = 0; at < full.length; at += PAGE) {
    if (full.subarray(at, at + PAGE).some(Boolean)) places.push(at / PAGE);
  }
  const head = Uint32Array.of(full.length, places.length, ...places);
  const packed = new Uint8Array(head.byteLength + places.length * PAGE);
  packed.set(new Uint8Array(head.buffer));
  for (const [i, place] of places.entries()) {
    packed.set(full.subarray(place * PAGE, (place + 1) * PAGE), head.byteLength + i * PAGE);
  }
  return packed;
}

/**
 * @param {Bytes} packed
 * @param {Bytes} code
 */
export function unpack(packed, code) {
  const [length, count] = new Uint32Array(packed.buffer, packed.byteOffset, 2);
  const places = new Uint32Array(packed.buffer, packed.byteOffset + 8, count);
  const full = new Uint8Array(Math.ceil(length / PAGE) * PAGE);
  for (const [i, place] of places.entries()) {
    const from = 8 + 4 * count + i * PAGE;
    full.set(packed.subarray(from, from + PAGE), place * PAGE);
  }
  return overlay(full.subarray(0, length), code);
}

/**
 * Put the constants in, or take them out. They stand in section 11 of the program; the second word of a
 * snapshot says where its memory starts.
 * @param {Bytes} snapshot
 * @param {Bytes} code
 */
function overlay(snapshot, code) {
  const memory = snapshot.subarray(new Uint32Array(snapshot.buffer, snapshot.byteOffset, 2)[1]);
  let at = 8;
  const number = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = code[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < code.length) {
    const section = code[at++];
    const length = number();
    const next = at + length;
    for (let left = section === 11 ? number() : 0; left > 0; left--) {
      if (code[at] !== 0 || code[at + 1] !== 65) fail("a data segment of a kind not known here");
      at += 2;
      let to = number();
      at++; // the end of the address
      for (let size = number(); size > 0; size--) memory[to++] ^= code[at++];
    }
    at = next;
  }
  return snapshot;
}

// Starting

const NEEDS = {
  snapshot: ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "snapshot"],
  plain: ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "casebook"],
};

/**
 * @param {Boot} how
 * @returns {Promise<Grader>}
 */
async function boot(how) {
  const missing = NEEDS[how].filter((name) => !wanted.has(name));
  total = missing.reduce((sum, name) => sum + key(name).bytes, got());
  /** @type {Record<string, number>} */
  const times = { started: performance.now() };
  const code = program();
  const asm = script("pyodide.asm.mjs");
  // A snapshot holds what it needs of the library.
  const library = how === "plain" ? bytes("python_stdlib.zip") : new Uint8Array();
  const ours = how === "plain" ? bytes("casebook") : null;
  const memory = how === "snapshot" ? unpacked(bytes("snapshot"), code) : undefined;
  // They are awaited below; none may be left without a listener.
  for (const each of [code, asm, library, ours, memory]) if (each instanceof Promise) each.catch(() => {});
  const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all([script("pyodide.mjs"), asm]);
  const [{ module }] = await Promise.all([code, library, ours, memory]);
  times.fetched = performance.now();
  const pyodide = await withFiles(module, library, (broken) =>
    Promise.race([
      broken,
      loadPyodide({
        indexURL: site.base,
        lockFileContents: site.lock,
        createPyodideModule,
        env: { PYTHONOPTIMIZE: "2", PYTHONHASHSEED: "0" }, // as the snapshot was made
        ...(memory && { _loadSnapshot: memory }),
      }),
    ]),
  );
  times.python = performance.now();
  postMessage({ beat: 0 }); // what comes next takes seconds
  if (ours) pyodide.unpackArchive((await ours).buffer, "wheel"); // a zip, unpacked where packages lie
  const door = pyodide.pyimport("casebook.quiz.door");
  times.ready = performance.now();
  return { boot: how, times, answer: (asked) => door.answer_json(asked) };
}

/**
 * @param {Promise<Bytes>} packed
 * @param {Promise<{ code: Bytes }>} program
 */
async function unpacked(packed, program) {
  const [memory, { code }] = await Promise.all([packed, program]);
  return unpack(memory, code);
}

/**
 * Pyodide asks for two files by itself: hand it what is already here. (A failing program would leave it
 * waiting for ever.)
 * @template T
 * @param {WebAssembly.Module} module
 * @param {Bytes | Promise<Bytes>} library
 * @param {(broken: Promise<never>) => Promise<T>} work
 */
async function withFiles(module, library, work) {
  const { fetch } = self;
  const { instantiateStreaming } = WebAssembly;
  /** @type {(why: unknown) => void} */
  let breaks = () => {};
  /** @type {Promise<never>} */
  const broken = new Promise((_, reject) => {
    breaks = reject;
  });
  self.fetch = async (what, ...rest) => {
    const address = what instanceof Request ? what.url : String(what);
    if (address.endsWith("/pyodide.asm.wasm")) return new Response();
    return address.endsWith("/python_stdlib.zip") ? new Response(await library) : fetch(what, ...rest);
  };
  WebAssembly.instantiateStreaming = async (_, imports) => {
    try {
      const { exports } = await WebAssembly.instantiate(module, imports);
      return { module, instance: { exports: asInTable(exports) } };
    } catch (error) {
      breaks(error);
      throw error;
    }
  };
  try {
    return await work(broken);
  } finally {
    self.fetch = fetch;
    WebAssembly.instantiateStreaming = instantiateStreaming;
  }
}

/**
 * The program's functions, each as the object that its table holds.
 *
 * A snapshot names functions by their places in the table. At its start Pyodide adds those that it does not
 * find there, and compares objects; but WebKit makes one object of a function for the exports and another for
 * the table. Hundreds would be added again, and all that comes after them would stand elsewhere. The name of
 * such an object is the number of its function.
 * @param {WebAssembly.Exports} exports
 */
function asInTable(exports) {
  const table = /** @type {WebAssembly.Table} */ (exports.__indirect_function_table);
  /** @type {Map<string, Function>} */
  const there = new Map();
  for (let place = table.length - 1; place >= 0; place--) {
    const held = table.get(place);
    if (held) there.set(held.name, held);
  }
  /** @param {[string, WebAssembly.ExportValue]} named */
  const own = ([name, it]) => [name, (typeof it === "function" && there.get(it.name)) || it];
  return Object.fromEntries(Object.entries(exports).map(own));
}

/**
 * `plain` is false, or why to start the plain way.
 * @param {string | false} plain
 * @returns {Promise<Grader>}
 */
async function start(plain) {
  let why = plain || (site.files.snapshot ? null : "this site has no snapshot");
  let grader;
  if (!why) {
    try {
      grader = await boot("snapshot");
    } catch (error) {
      if (error instanceof Unable) throw error;
      why = slower = reason(error);
    }
  }
  grader ??= await boot("plain");
  wanted.clear(); // the files are in Python's memory now
  const times = Object.entries(grader.times).map(([name, at]) => [name, performance.timeOrigin + at]);
  postMessage({ ready: { boot: grader.boot, bytes: got(), times: Object.fromEntries(times), why } });
  return grader;
}

/** @type {Promise<Grader> | undefined} */
let grader;

/** @param {string | false} plain */
function begin(plain) {
  const begun = start(plain);
  begun.catch((error) => postMessage({ failed: reason(error), unable: error instanceof Unable }));
  return begun;
}

/** @param {{ id: unknown, asked: string }} question */
async function answer({ id, asked }) {
  const mine = grader;
  const { boot: how, answer: ask } = (await mine) ?? fail("nobody has started the grader");
  const began = performance.now();
  try {
    postMessage({ id, told: ask(asked), ms: performance.now() - began });
  } catch (error) {
    if (how === "plain") throw error;
    // A snapshot may lack what this answer needs. Two answers may find that out, but Python starts anew once.
    slower ||= reason(error);
    if (grader === mine) grader = begin(slower);
    await answer({ id, asked });
  }
}

// Not where Node imports it, for `pack` and `unpack`.
if ("WorkerGlobalScope" in globalThis) {
  addEventListener("message", ({ data }) => {
    if ("beat" in data) {
      postMessage({ beat: data.beat });
    } else if (data.start) {
      const { plain, ...given } = data.start;
      site = given;
      grader = begin(plain);
    } else {
      answer(data).catch((error) => postMessage({ id: data.id, error: reason(error) }));
    }
  });
}
