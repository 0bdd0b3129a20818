// Make the memory snapshot that the page starts from. Run by runtime.py under Node:
//
//   node snapshot.mjs PYODIDE ARCHIVE ASKED OUT
//
// PYODIDE is the folder of the npm package, ARCHIVE what archive.py makes, ASKED a JSON list of lists of
// questions to answer once, so that all that an answer needs is there. Prints one line of JSON.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pack } from "./worker.js";

const [folder, archive, asked, out] = process.argv.slice(2);
// Python takes its own name, and the language, from here: the snapshot says nothing of who made it.
process.argv[1] = "/usr/bin/python";
const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")).href);
const { info } = JSON.parse(readFileSync(join(folder, "pyodide-lock.json"), "utf8"));
const python = await loadPyodide({
  indexURL: folder,
  lockFileContents: { info, packages: {} },
  // No docstrings; worker.js says the same.
  env: { PYTHONOPTIMIZE: "2", PYTHONHASHSEED: "0", PYTHONDONTWRITEBYTECODE: "1", LANG: "C.UTF-8" },
  _makeSnapshot: true,
});
const room = python._module.HEAPU8.length;
python.unpackArchive(new Uint8Array(readFileSync(archive)).buffer, "wheel");
const door = python.pyimport("casebook.quiz.door");
door.read_tables().destroy();
for (const questions of JSON.parse(readFileSync(asked, "utf8"))) {
  for (const question of questions) door.answer_json(JSON.stringify(question));
  door.forget_answers(); // at once: a snapshot of more memory than Pyodide starts with cannot be loaded
}
door.destroy();
python.runPython(
  "import gc, linecache, traceback; linecache.clearcache(); gc.collect(); del gc, linecache, traceback",
);
if (python._module.HEAPU8.length > room) {
  throw new Error("Python's memory grew beyond what it starts with: such a snapshot cannot be loaded");
}
forgetTrampoline(python._module);
const emptied = emptyFreeMemory(python._module);
const snapshot = python.makeMemorySnapshot();
const code = readFileSync(join(folder, "pyodide.asm.wasm"));
writeFileSync(out, pack(snapshot, code));
console.log(JSON.stringify({ bytes: snapshot.length, emptied }));

// Memory that Python gave back still holds what was there, and would be fetched by every reader. Walk the
// heap of dlmalloc: each chunk starts with its size, whose bit 2 says that it is in use; a free one keeps
// links in 32 bytes.
function emptyFreeMemory(module) {
  const { HEAPU8, HEAPU32 } = module;
  const end = module._sbrk(0);
  const free = [];
  let at = (module.___heap_base + 7) & ~7;
  while (at < end - 64) {
    const head = HEAPU32[(at + 4) >> 2];
    const size = head & ~7;
    if (size < 16 || at + size > end) return 0; // not the heap as we know it: leave all as it is
    if (!(head & 2) && size > 48) free.push([at, size]);
    at += size;
  }
  for (const [start, size] of free) HEAPU8.fill(0, start + 32, start + size);
  return free.reduce((sum, [, size]) => sum + size, 0);
}

// Python calls C functions through a small program, its trampoline, that Pyodide puts into the table of
// functions at each start; but not on iPhones and iPads, where WebKit's was broken. A snapshot must not name a
// place that is empty there. Without the address Python calls by way of JavaScript, a little slower.
function forgetTrampoline({ HEAP32, __PyRuntime, __PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET }) {
  const place = (__PyRuntime + HEAP32[__PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET >> 2]) >> 2;
  if (!HEAP32[place]) throw new Error("this Pyodide keeps the address of its trampoline elsewhere");
  HEAP32[place] = 0;
}
