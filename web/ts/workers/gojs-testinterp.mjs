// As gojs-testworker.mjs, but guests are interpreted by wazero, and jobs come one by one:
// to load a guest takes the interpreter seconds, to run it again nothing.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { FakeSys, readFile, writeFile } from "./gojs-fakesys.mjs";

const { code, interp, goroot, guests } = workerData;
globalThis.fs = createRequire(import.meta.url)("node:fs");
await import(`${goroot}/lib/wasm/wasm_exec.js`);
const { InterpretedGo } = await import(`${code}/workers/gojs-wazero.js`);
const { lockdown } = await import(`${code}/workers/gojs-lockdown.js`);
const module = new WebAssembly.Module(readFileSync(interp));
const post = parentPort.postMessage.bind(parentPort);
lockdown(globalThis);

const go = new Go();
go.argv = ["interp", ...guests];
let instance;
let sys;
const interpreted = new InterpretedGo({
  get exports() {
    return instance.exports;
  },
  get bytes() {
    return new Uint8Array(instance.exports.mem.buffer);
  },
  resume: () => go._resume(),
});
go.importObject.bushel = interpreted.imports();
go.importObject.test = {
  status: (status) => post({ code: status, stdout: sys.out[1], stderr: sys.out[2], files: { "/home/out.js": readFile(sys, "/home/out.js") } }),
};
instance = new WebAssembly.Instance(module, go.importObject);
void go.run(instance);

parentPort.on("message", async ({ wasm, argv, env = [], cwd = "/home", stdin, files = {} }) => {
  sys = new FakeSys({ stdin, cwd });
  for (const [path, text] of Object.entries(files)) await writeFile(sys, path, text);
  interpreted.start(sys, { pid: 42, argv, env, cwd, fds: [[0, 2], [1, 2], [2, 2]] });
  instance.exports.start(1 + guests.indexOf(wasm));
  go._resume();
});
