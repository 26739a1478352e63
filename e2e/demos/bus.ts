// The bus: a service in one line, called, counted, traced.
import type { Script } from "../demo.ts";

export default {
  title: "The bus: serve, call, trace",
  async play(demo) {
    await demo.line("bus serve loud loud/1.Up 'tr a-z A-Z' &");
    await demo.line("until bus ls | grep loud; do :; done");
    await demo.line("bus call loud Up text=hello");
    await demo.line("trace -e bus bus call loud Up text=again");
    await demo.line("bus stats loud");
    await demo.line("kill %1");
  },
} satisfies Script;
