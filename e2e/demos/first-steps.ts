// First steps: files, pipes, loops, and where to read on.
import type { Script } from "../demo.ts";

export default {
  title: "First steps and pipes",
  async play(demo) {
    await demo.line("printf 'ada 36\\nalan 41\\ngrace 85\\n' > people");
    await demo.line("sort -k 2 -nr people | head -n 2");
    await demo.line("awk '{ sum += $2 } END { print sum / NR }' people");
    await demo.line("for n in {1..3}; do echo $((n * n)); done | paste -s -d +");
    await demo.line("seq 100000 | grep 7 | wc -l");
    await demo.line("man -k checksum");
  },
} satisfies Script;
