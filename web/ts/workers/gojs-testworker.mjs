// A process worker for tests: locks itself down, and then runs one guest after
// another, as the jobs say.
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { FakeSys } from "./gojs-fakesys.mjs";

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
  for (const [path, text] of Object.entries(files)) {
    const { vals } = await sys.call({ op: 2, args: [0, 2 | 8, 0o644], path });
    await sys.call({ op: 5, args: [vals[0]], data: new TextEncoder().encode(text) });
    await sys.call({ op: 3, args: [vals[0]] });
  }
  const end = await runGo(modules.get(wasm), sys, { pid: 42, argv, env, cwd, fds: [[0, 2], [1, 2], [2, 2]] });
  const read = (path) => {
    try {
      return new TextDecoder().decode(sys.find(path).data);
    } catch {
      return undefined;
    }
  };
  results.push({ code: end.code, trap: end.trap && String(end.trap), stdout: sys.out[1], stderr: sys.out[2], files: Object.fromEntries(["/home/out.js"].map((p) => [p, read(p)])) });
}
post({ results, left, globals: Reflect.ownKeys(globalThis).filter((k) => typeof k === "string") });
