// A worker of a bare program with threads. The first one gets {module, threads}, ports to the
// others, and then {memory, args} for each run; a thread gets {module, port}, and through the
// port what to begin.
import { bare, importsOf } from "./host.js";

const LAST = 2 ** 29 - 1;
let module;
let threads = [];
let id = 0;

function run({ memory, args }) {
  const process = bare(args, new Uint8Array(0));
  const spawn = (arg) => {
    id = (id % LAST) + 1;
    threads[id % threads.length].postMessage({ memory, id, arg });
    return id;
  };
  const imports = { wasi_snapshot_preview1: process.imports, wasi: { "thread-spawn": spawn }, env: { memory } };
  const { code, stdout } = process.start(new WebAssembly.Instance(module, importsOf(module, imports)), memory);
  postMessage({ code, stdout: new TextDecoder().decode(stdout.take()) });
}

function begin({ memory, id, arg }) {
  const { imports } = bare([], new Uint8Array(0));
  const instance = new WebAssembly.Instance(module, importsOf(module, { wasi_snapshot_preview1: imports, env: { memory } }));
  instance.exports.wasi_thread_start(id, arg);
}

onmessage = ({ data }) => {
  if (data.memory) return run(data);
  module = data.module;
  threads = data.threads ?? [];
  if (data.port) data.port.onmessage = (event) => begin(event.data);
  postMessage("ready");
};
