// A process worker for tests: locks itself down, and then runs one guest after
// another, as the jobs say.
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { FakeSys, readFile, writeFile } from "./gojs-fakesys.mjs";

const { code, jobs, locked } = workerData;
const { runGo } = await import(`${code}/workers/gojs.js`);
const { lockdown } = await import(`${code}/workers/gojs-lockdown.js`);
const modules = new Map();
for (const { wasm } of jobs) if (!modules.has(wasm)) modules.set(wasm, new WebAssembly.Module(readFileSync(wasm)));
const post = parentPort.postMessage.bind(parentPort);
const left = locked === false ? [] : lockdown(globalThis);

const results = [];
for (const { wasm, argv, env = [], cwd = "/home", stdin, files = {} } of jobs) {
  const sys = new FakeSys({ stdin, cwd });
  for (const [path, text] of Object.entries(files)) await writeFile(sys, path, text);
  const end = await runGo(modules.get(wasm), sys, { pid: 42, argv, env, cwd, fds: [[0, 2], [1, 2], [2, 2]] }, () => {});
  results.push({ code: end.code, trap: end.trap && String(end.trap), stdout: sys.out[1], stderr: sys.out[2], files: { "/home/out.js": readFile(sys, "/home/out.js") } });
}
post({ results, left, globals: Reflect.ownKeys(globalThis).filter((k) => typeof k === "string") });
