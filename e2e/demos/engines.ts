// A program of one's own: dropped on the page, and run on both engines.
import type { Script } from "../demo.ts";

export default {
  title: "A WebAssembly program, dropped on the page",
  async play(demo) {
    await demo.drop("primes-c", "primes.wasm");
    await demo.line("ls -l *.wasm; file primes.wasm");
    await demo.line("primes 1000000");
    await demo.line("run --engine=wazero primes.wasm 10000");
    await demo.line("seq 3 | while read n; do primes ${n}000; done | sort -n");
  },
} satisfies Script;
