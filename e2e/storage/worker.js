// Runs the test binary of web/storage, on the disks and folders that the page's kernel has.
// What it prints goes to the page.
import "./wasm_exec.js";
import { Disks } from "./ts/workers/disks.js";
import { LocalFolders } from "./ts/workers/local.js";

const decoder = new TextDecoder();
let exports;
const go = new Go();
const program = {
  get exports() { return exports; },
  get bytes() { return new Uint8Array(exports.mem.buffer); },
  text: (at, n) => decoder.decode(program.bytes.subarray(at, at + n)),
  give(data) {
    const at = exports.buffer(data.length) >>> 0;
    program.bytes.set(data, at);
    return data.length;
  },
  resume: () => go._resume(),
};

const echo = new MessageChannel();
echo.port1.onmessage = () => { exports.parked(); go._resume(); };

globalThis.fs.writeSync = (fd, bytes) => {
  postMessage({ text: decoder.decode(bytes) });
  return bytes.length;
};

/** The file that bare reads and writes. */
async function bareFile() {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle("bare", { create: true });
  return handle.createSyncAccessHandle();
}

const folders = new LocalFolders((id, errno, a, b, data) => {
  exports.local_done(id, errno, a, b, program.give(data));
  go._resume();
});

/** What a picker would answer: the handles of the browser's own folders are the same. */
async function pick() {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle("picked", { create: true });
}

onmessage = async ({ data: { args, medium, module } }) => {
  const file = medium === "auto" ? await bareFile() : undefined;
  const bare = (write, piece, pieces) => {
    const buffer = new Uint8Array(piece).fill(1);
    if (write) file.truncate(0);
    const begun = performance.now();
    for (let i = 0; i < pieces; i++) {
      if (write) file.write(buffer, { at: i * piece });
      else file.read(buffer, { at: i * piece });
    }
    return performance.now() - begun;
  };
  folders.add(1, await pick());
  const disks = new Disks(medium);
  go.argv = ["storage.test", ...args];
  const local_begin = (id, folder, op, at, n, off, size, data, m) =>
    folders.begin(id, folder, op, program.text(at, n), off, size, program.bytes.slice(data, data + m));
  go.importObject.bushel = { ...disks.imports(program), local_begin, now: () => performance.now(), park: () => echo.port2.postMessage(0), bare };
  let code = 0;
  go.exit = (c) => { code = c; };
  const instance = await WebAssembly.instantiate(module, go.importObject);
  exports = instance.exports;
  try {
    await go.run(instance);
    postMessage({ code });
  } catch (error) {
    postMessage({ text: String(error.stack), code: 2 });
  }
};
