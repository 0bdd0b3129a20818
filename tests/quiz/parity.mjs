// Grade under Pyodide what test_parity.py asks, in one process: the plain way, and from the snapshot the pages start from.
//
//   node parity.mjs PYODIDE ARCHIVE SNAPSHOT WORKER ASKED OUT

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, archive, snapshot, worker, asked, out] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")).href);
const { unpack } = await import(pathToFileURL(worker).href);
const { info } = JSON.parse(readFileSync(join(folder, "pyodide-lock.json"), "utf8"));
const options = {
  indexURL: folder,
  lockFileContents: { info, packages: {} },
  env: { PYTHONOPTIMIZE: "2", PYTHONHASHSEED: "0" },
};
const questions = JSON.parse(readFileSync(asked, "utf8"));

async function grade(how, prepare, more) {
  const began = performance.now();
  const python = await loadPyodide({ ...options, ...more });
  prepare(python);
  const door = python.pyimport("casebook.quiz.door");
  const graded = questions[how].map((question) => door.answer_json(question));
  return { graded, seconds: (performance.now() - began) / 1000 };
}

// From the snapshot there is no standard library and no archive: whatever grading needs must be in the memory already.
const nothing = `${out}.nothing`;
writeFileSync(nothing, "");
const memory = unpack(new Uint8Array(readFileSync(snapshot)), readFileSync(join(folder, "pyodide.asm.wasm")));
const plain = await grade(
  "plain",
  (python) => python.unpackArchive(new Uint8Array(readFileSync(archive)).buffer, "wheel"),
  {},
);
const fromSnapshot = await grade("snapshot", () => {}, { _loadSnapshot: memory, stdLibURL: nothing });
writeFileSync(out, JSON.stringify({ plain, snapshot: fromSnapshot }));
