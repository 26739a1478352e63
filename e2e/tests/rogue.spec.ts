// Programs of both of the Rust crates' interfaces that break the bus's rules: who does is told, in
// the same words on both engines, and others are served.
import { expect, onBothEngines } from "../fixtures.ts";

const same = {
  deep: "1000 deep: hello\ndeeper: refused\n",
  back: "called back: from the callee\nback: back\n",
  trap: "trap: error 7\nthe next: anew\n",
  exit: "exit: error 7\nthe next: anew\n",
  leave: "leave: with six open\n",
};
const rogues = {
  rogue: {
    ...same,
    cycle: "cycle: error 15\n",
    twice: "twice: one\nthe second: 8\n",
  },
  "old-rogue": {
    ...same,
    cycle: "cycle: error 16\n",
    twice: "twice: one\n",
  },
};

for (const [name, tests] of Object.entries(rogues)) {
  onBothEngines(`${name} breaks the rules of the bus`, async (shell) => {
    await shell.install(`${name}-c`);
    await shell.run(`ln -s $(command -v ${name}-c.wasm || command -v ${name}-c) /bin/${name}.wasm`);
    for (const [line, want] of Object.entries(tests)) {
      expect(await shell.run(`${name}.wasm ${line}`), line).toMatchObject({ code: 0, stdout: want, stderr: "" });
    }
  });

  // Who is refused tries again at once: it must hear that there is room although it never waits.
  onBothEngines(`${name} has as many calls open as it may`, async (shell) => {
    await shell.install(`${name}-c`);
    await shell.run(`ln -s $(command -v ${name}-c.wasm || command -v ${name}-c) /bin/${name}.wasm`);
    const busy = name === "rogue" ? 15 : 16;
    const room = `one more: error ${busy}\nafter one was closed: again\n`;
    for (const [line, want] of Object.entries({ full: room, "crowd 20000": `${room}open 12288, other errors 0\n` })) {
      expect(await shell.run(`${name}.wasm ${line}`), line).toMatchObject({ code: 0, stdout: want, stderr: "" });
    }
    const open = async () => JSON.parse((await shell.run("bus ls --json")).stdout).some((pkg: { open: number }) => pkg.open > 0);
    await expect.poll(open, "no call is left").toBe(false);
  });
}
