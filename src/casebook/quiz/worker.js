// The grader of a page: Python (Pyodide) with our own wheel, in a module worker.
//
//   in   {start: {base, files, lock, plain}}   once: the folder, what is in it, and whether to start the plain way
//        {id, asked}                           a question, as the JSON that casebook.quiz.door reads
//   out  {progress: {got, of}}                 bytes of the files so far
//        {ready: {boot, bytes, times, why}}    boot is "snapshot" or "plain"; why says what was wrong with a snapshot
//        {failed}                              why the grader cannot start, at first or anew; it is of no more use then
//        {id, told, ms} or {id, error}
//
// Files are packed with gzip and carry a digest of their content in their names, so a browser may keep them for ever.
// A snapshot is the memory of a Python that has the grader loaded. Where there is none, or where it does not fit, Python
// starts the plain way. Pyodide's way to load a snapshot is private to it: its version is pinned.

let files, base, lock;
let total = 0;
let got = 0;
const wanted = new Map(); // file name -> promise of what it holds

// Loading

const key = (name) => files[name] ?? fail(`${name} is not among the files of this site`);

function fail(why) {
  throw new Error(why);
}

// The content of a file as a stream, unpacked unless a server has already done so.
async function open(name) {
  const { file } = key(name);
  const response = await fetch(new URL(file, base), { cache: "force-cache" });
  if (!response.ok) fail(`${file}: ${response.status} ${response.statusText}`);
  const reader = response.body.getReader();
  let first = await reader.read();
  const packed = first.value?.[0] === 0x1f && first.value?.[1] === 0x8b;
  const counted = new ReadableStream({
    async pull(out) {
      const { done, value } = first ?? (await reader.read());
      first = null;
      if (done) return out.close();
      arrived(value.length);
      out.enqueue(value);
    },
  });
  return packed ? counted.pipeThrough(new DecompressionStream("gzip")) : counted;
}

let told = 0;
function arrived(bytes) {
  got += bytes;
  if (got >= total || performance.now() - told > 80) {
    told = performance.now();
    postMessage({ progress: { got: Math.min(got, total), of: total } });
  }
}

async function collect(stream, size) {
  const all = new Uint8Array(await new Response(stream).arrayBuffer());
  if (all.length !== size) fail(`a file has ${all.length} bytes and not ${size}`);
  return all;
}

function once(name, make) {
  if (!wanted.has(name)) {
    const promise = make();
    promise.catch(() => wanted.delete(name)); // so that it can be tried again
    wanted.set(name, promise);
  }
  return wanted.get(name);
}

const bytes = (name) => once(name, async () => collect(await open(name), key(name).size));

const script = (name) =>
  once(name, async () => {
    const address = URL.createObjectURL(new Blob([await new Response(await open(name)).arrayBuffer()], { type: "text/javascript" }));
    return import(address).finally(() => URL.revokeObjectURL(address));
  });

// The program, compiled while it arrives, and its bytes.
const program = () =>
  once("pyodide.asm.wasm", async () => {
    const [one, other] = (await open("pyodide.asm.wasm")).tee();
    const whole = collect(other, key("pyodide.asm.wasm").size);
    const compiled = WebAssembly.compileStreaming(new Response(one, { headers: { "Content-Type": "application/wasm" } }));
    const [module, code] = await Promise.all([compiled, whole]);
    return { module, code };
  });

// Half of a snapshot is empty, and the constants of the program are in the .wasm already: neither is sent. What is sent:
// two numbers (length in bytes, pages), the places of the pages that hold something, and those pages.
const PAGE = 4096;

export function pack(snapshot, code) {
  const full = overlay(snapshot, code);
  const places = [];
  for (let at = 0; at < full.length; at += PAGE) if (full.subarray(at, at + PAGE).some(Boolean)) places.push(at / PAGE);
  const head = Uint32Array.of(full.length, places.length, ...places);
  const packed = new Uint8Array(head.byteLength + places.length * PAGE);
  packed.set(new Uint8Array(head.buffer));
  places.forEach((place, i) => packed.set(full.subarray(place * PAGE, (place + 1) * PAGE), head.byteLength + i * PAGE));
  return packed;
}

export function unpack(packed, code) {
  const [length, count] = new Uint32Array(packed.buffer, packed.byteOffset, 2);
  const places = new Uint32Array(packed.buffer, packed.byteOffset + 8, count);
  const full = new Uint8Array(Math.ceil(length / PAGE) * PAGE);
  places.forEach((place, i) => full.set(packed.subarray(8 + 4 * count + i * PAGE, 8 + 4 * count + (i + 1) * PAGE), place * PAGE));
  return overlay(full.subarray(0, length), code);
}

// Put the constants in, or take them out. They stand in section 11 of the program; the second word of a snapshot says
// where its memory starts.
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
  plain: ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "wheel"],
};

async function boot(how) {
  total = got + NEEDS[how].reduce((sum, name) => sum + (wanted.has(name) ? 0 : key(name).bytes), 0);
  const times = { started: performance.now() };
  const code = program();
  const asm = script("pyodide.asm.mjs");
  const library = how === "plain" ? bytes("python_stdlib.zip") : new Uint8Array(); // a snapshot holds what it needs of it
  const wheel = how === "plain" ? bytes("wheel") : null;
  const memory = how === "snapshot" ? Promise.all([bytes("snapshot"), code]).then(([packed, { code }]) => unpack(packed, code)) : undefined;
  for (const each of [code, asm, library, wheel, memory]) each?.catch?.(() => {}); // awaited below; none may be left without a listener
  const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all([script("pyodide.mjs"), asm]);
  const [{ module }] = await Promise.all([code, library, wheel, memory]);
  times.fetched = performance.now();
  const pyodide = await withFiles(module, library, (broken) =>
    Promise.race([
      broken,
      loadPyodide({
        indexURL: base,
        lockFileContents: lock,
        createPyodideModule,
        env: { PYTHONOPTIMIZE: "2", PYTHONHASHSEED: "0" }, // as the snapshot was made
        ...(memory && { _loadSnapshot: memory }),
      }),
    ]),
  );
  times.python = performance.now();
  if (wheel) pyodide.unpackArchive((await wheel).buffer, "wheel");
  const door = pyodide.pyimport("casebook.quiz.door");
  times.ready = performance.now();
  return { boot: how, times, answer: (asked) => door.answer_json(asked) };
}

// Pyodide asks for two files by itself: hand it what is already here. (A failing program would leave it waiting for ever.)
async function withFiles(module, library, work) {
  const { fetch } = self;
  const { instantiateStreaming } = WebAssembly;
  let breaks;
  const broken = new Promise((_, reject) => (breaks = reject));
  self.fetch = async (what, ...rest) => {
    const address = String(what.url ?? what);
    if (address.endsWith("/pyodide.asm.wasm")) return new Response();
    return address.endsWith("/python_stdlib.zip") ? new Response(await library) : fetch(what, ...rest);
  };
  WebAssembly.instantiateStreaming = async (_, imports) => {
    try {
      return { module, instance: await WebAssembly.instantiate(module, imports) };
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

// `plain` is false, or why to start the plain way.
async function start({ plain, ...site }) {
  ({ files, base, lock } = site);
  let why = plain || (files.snapshot ? null : "this site has no snapshot");
  let grader;
  if (!why) {
    try {
      grader = await boot("snapshot");
    } catch (error) {
      why = String(error?.message ?? error);
    }
  }
  grader ??= await boot("plain");
  wanted.clear(); // the files are in Python's memory now
  const times = Object.fromEntries(Object.entries(grader.times).map(([name, at]) => [name, performance.timeOrigin + at]));
  postMessage({ ready: { boot: grader.boot, bytes: got, times, why } });
  return grader;
}

let grader;
let site;

function begin(how) {
  const begun = start(how);
  begun.catch((error) => postMessage({ failed: String(error?.message ?? error) }));
  return begun;
}

async function answer({ id, asked }) {
  const mine = grader;
  const { boot: how, answer: ask } = await mine;
  const began = performance.now();
  try {
    postMessage({ id, told: ask(asked), ms: performance.now() - began });
  } catch (error) {
    if (how === "plain") throw error;
    // A snapshot may lack what this answer needs. Two answers may find that out, but Python starts anew once.
    if (grader === mine) grader = begin({ ...site, plain: String(error?.message ?? error) });
    await answer({ id, asked });
  }
}

if (typeof WorkerGlobalScope !== "undefined") {
  addEventListener("message", ({ data }) => {
    if (data.start) {
      site = data.start;
      grader = begin(site);
    } else {
      answer(data).catch((error) => postMessage({ id: data.id, error: String(error?.message ?? error) }));
    }
  });
}
