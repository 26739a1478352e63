// Jobs: a program that computes without end is stopped, goes on, and is ended.
import type { Script } from "../demo.ts";

export default {
  title: "Jobs, with a guest that spins",
  guests: ["spin-c"],
  async play(demo) {
    await demo.line("run --engine=wazero bin/spin.wasm", /^spinning$/m);
    await demo.interrupt("Control+Z");
    await demo.line("jobs");
    await demo.line("bg");
    await demo.line("ps -o pid,stat,engine,comm");
    await demo.line("kill %1; wait");
    await demo.line("spin", /spinning[^]*spinning/);
    await demo.interrupt("Control+C");
    await demo.line("echo $?");
  },
} satisfies Script;
