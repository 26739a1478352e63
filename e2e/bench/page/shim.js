// The peer: @bjorn3/browser_wasi_shim in a worker, its compiled module kept.
import { ConsoleStdout, Directory, File, OpenFile, PreopenDirectory, WASI } from "/shim/index.js";
import { serve, Sink } from "./worker.js";

serve(async (module, argv, stdin) => {
  const stdout = new Sink();
  const stderr = new Sink();
  const fds = [
    new OpenFile(new File(stdin)),
    new ConsoleStdout((data) => stdout.push(data)),
    new ConsoleStdout((data) => stderr.push(data)),
    new PreopenDirectory("/", new Map([["tmp", new Directory(new Map())]])),
  ];
  const wasi = new WASI(argv, [], fds, { debug: false });
  const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport });
  return { code: wasi.start(instance), stdout, stderr };
});
