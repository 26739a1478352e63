// The limit: the module instantiated with the fewest imports that the guests of
// the benchmark need, written by hand: host.js.
import { bare, importsOf } from "./host.js";
import { serve } from "./worker.js";

serve(async (module, argv, stdin) => {
  const process = bare(argv, stdin);
  const instance = await WebAssembly.instantiate(module, importsOf(module, { wasi_snapshot_preview1: process.imports }));
  return process.start(instance);
});
