// Programs of both of the Rust crates' interfaces, and one that writes frames to /dev/bus, break the
// bus's rules: who does is told, in the same words on both engines, and others are served.
import { expect, onBothEngines, type ShellPage } from "../fixtures.ts";

const same = {
  deep: "1000 deep: hello\ndeeper: refused\n",
  back: "called back: from the callee\nback: back\n",
  never: "beside it: others\nbehind it: others\n",
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
  bare: {
    never: "never: error 4\nothers: served\n",
    twice: "twice: one\nthe next: 2\n",
    unasked: "unasked: asked\nthe next: 2\n",
    trap: "trap: error 14\nthe next: anew\n",
    exit: "exit: error 14\nthe next: anew\n",
    shut: "shut: error 14\nthe next: anew\n",
    wild: "wild: error 14\nthe next: anew\n",
    cycle: "cycle: error 8\nthe next: anew\n",
    leave: "leave: with six open\n",
  },
};

/** Makes the rogue a package of its name, and a command with .wasm behind it. */
async function installRogue(shell: ShellPage, name: string): Promise<void> {
  await shell.install(`${name}-c`);
  await shell.run(`ln -s $(command -v ${name}-c.wasm || command -v ${name}-c) /bin/${name}.wasm`);
}

interface Package {
  name: string;
  open: number;
}

async function packages(shell: ShellPage): Promise<Package[]> {
  return JSON.parse((await shell.run("bus ls --json")).stdout) as Package[];
}

for (const [name, tests] of Object.entries(rogues)) {
  onBothEngines(`${name} breaks the rules of the bus`, async (shell) => {
    await installRogue(shell, name);
    for (const [line, want] of Object.entries(tests)) {
      expect(await shell.run(`${name}.wasm ${line}`), line).toMatchObject({ code: 0, stdout: want, stderr: "" });
    }
    await expect.poll(async () => (await packages(shell)).some((pkg) => pkg.open > 0), "no call is left").toBe(false);
  });
}

for (const name of ["rogue", "old-rogue"]) {
  // Who is refused tries again at once: it must hear that there is room although it never waits.
  onBothEngines(`${name} has as many calls open as it may`, async (shell) => {
    await installRogue(shell, name);
    const busy = name === "rogue" ? 15 : 16;
    const room = `one more: error ${busy}\nafter one was closed: again\n`;
    for (const [line, want] of Object.entries({ full: room, "crowd 20000": `${room}open 12288, other errors 0\n` })) {
      expect(await shell.run(`${name}.wasm ${line}`), line).toMatchObject({ code: 0, stdout: want, stderr: "" });
    }
    await expect.poll(async () => (await packages(shell)).some((pkg) => pkg.open > 0), "no call is left").toBe(false);
  });
}
