// Signals: keys in the real terminal, and what they do to guests on both engines.
import { engines, expect, type ShellPage, test } from "../fixtures.ts";

/** The letter that ps shows for the state of the process of that name. */
async function stateOf(shell: ShellPage, name: string): Promise<string> {
  const { stdout } = await shell.run(`ps -e -o stat=,comm= | grep ' ${name}'`);
  return stdout.trim().slice(0, 1);
}

for (const engine of engines) {
  test(`keys end, stop and continue a guest that waits, on ${engine}`, async ({ open }) => {
    const shell = await open(engine);
    await shell.install("nap-c");
    const running = () => expect.poll(() => stateOf(shell, "nap-c"), { timeout: 20_000 }).toBe("S");
    await shell.type("nap-c 100000\n");
    await running();
    await shell.press("Control+Z");
    await shell.seen(/Stopped\s+nap-c 100000/);
    expect(await stateOf(shell, "nap-c")).toBe("T");
    await shell.type("clear; bg\n");
    await running();
    await shell.type("clear; jobs; echo listed\n");
    await shell.seen(/Running\s+nap-c 100000/);
    await shell.type("clear; fg\n");
    await expect.poll(() => shell.state()).toBe("running");
    await shell.press("Control+C");
    await shell.type("echo code $?\n");
    await shell.seen("code 130");
    await shell.type("clear; nap-c 100000\n");
    await running();
    await shell.press("Control+\\");
    await shell.type("echo code $?\n");
    await shell.seen("code 131");
    expect(await stateOf(shell, "nap-c")).toBe("");
  });

  test(`a guest in the background that reads the terminal stops until it is in the foreground, on ${engine}`, async ({ open }) => {
    const shell = await open(engine);
    await shell.install("cat-c");
    expect(await shell.run("cat-c & wait; cat-c | wc -c & wait; cat", { stdin: "the script's\n" })).toEqual({ code: 0, stdout: "0\nthe script's\n", stderr: "" });
    await shell.type("cat-c &\n");
    await expect.poll(() => stateOf(shell, "cat-c"), { timeout: 20_000 }).toBe("T");
    await shell.type("clear; jobs; echo the shell\\'s\n");
    await shell.seen(/Stopped \(tty input\) +cat-c/);
    await shell.seen(/^the shell's$/m);
    await shell.type("clear; fg\n");
    await expect.poll(() => shell.state()).toBe("running");
    await shell.type("its own\n");
    await shell.seen(/^its own\s+its own$/m);
    await shell.press("Control+D");
    await shell.type("echo code $?\n");
    await shell.seen("code 0");
  });

  test(`a guest that computes is stopped and continued, on ${engine}`, async ({ open }) => {
    const shell = await open(engine);
    await shell.install("spin-c");
    await shell.type("clear; spin-c\n");
    await shell.seen(/^spinning$/m);
    await shell.press("Control+Z");
    await shell.seen(/Stopped\s+spin-c/);
    expect(await stateOf(shell, "spin-c")).toBe("T");
    if (engine === "wazero") {
      // It really stands still: its worker has time for others.
      const worker = shell.page.workers().filter((w) => w.url().includes("process-worker"));
      await Promise.all(worker.map((w) => w.evaluate(() => new Promise((resolve) => setTimeout(resolve, 0)))));
    }
    await shell.type("clear; fg\n");
    await expect.poll(() => stateOf(shell, "spin-c")).toBe("R");
    await shell.press("Control+C");
    await shell.type("echo code $?\n");
    await shell.seen("code 130");
    expect(await stateOf(shell, "spin-c")).toBe("");
  });

  test(`kill sends each signal its default action, on ${engine}`, async ({ open }) => {
    const shell = await open(engine);
    await shell.install("nap-c", "spin-c");
    const ends: Record<string, number> = { HUP: 129, INT: 130, QUIT: 131, KILL: 137, PIPE: 141, ALRM: 142, TERM: 143, XCPU: 152 };
    for (const [signal, code] of Object.entries(ends)) {
      const guest = signal === "TERM" ? "spin-c" : "nap-c 100000";
      const got = await shell.run(`${guest} > /tmp/o & kill -${signal} $!; wait $!; echo $?`, { timeout: 20_000 });
      expect(got.stdout, signal).toBe(`${code}\n`);
    }
    // Those that do nothing, and a stop from outside.
    const line = "nap-c 300 & for s in CHLD WINCH URG CONT; do kill -$s $!; done; kill -STOP $!; sleep 0.1; ps -o stat= -p $!; kill -CONT $!; wait $!; echo $?";
    expect((await shell.run(line, { timeout: 20_000 })).stdout).toMatch(/^T\s*\nslept\n0\n$/);
  });

  test(`what a guest has written before it computes is there, also when it is killed, on ${engine}`, async ({ open }) => {
    const shell = await open(engine);
    await shell.install("burst-c");
    const lines = engine === "wazero" ? 300 : 3000;
    const size = async () => Number((await shell.run("wc -c < /tmp/burst")).stdout);
    await shell.type(`burst-c ${lines} > /tmp/burst\n`);
    await expect.poll(size, { timeout: 20_000 }).toBe(lines * 12);
    await shell.press("Control+C");
    await shell.type("echo code $?\n");
    await shell.seen("code 130");
    expect(await size()).toBe(lines * 12);
    // Killed in the middle, it is at its end when the wait for it is: nothing comes later.
    const { stdout } = await shell.run("burst-c 100000 > /tmp/burst & sleep 0.05; kill -9 $!; wait $!; wc -c < /tmp/burst; sleep 0.2; wc -c < /tmp/burst", { timeout: 20_000 });
    const [then, later] = stdout.trim().split("\n");
    expect(Number(later)).toBe(Number(then));
    expect(Number(then) % 12).toBe(0);
  });

  test(`a terminal that is closed ends its session, on ${engine}`, async ({ open }) => {
    const shell = await open(engine);
    await shell.install("nap-c", "spin-c");
    const code = await shell.page.evaluate(async () => {
      const { shell } = globalThis;
      const spawned = await shell.spawn("spin-c > /dev/null & nap-c 100000", { terminal: true });
      const reader = spawned.stdout.getReader();
      for (;;) {
        const { stdout } = await shell.run("ps -e -o comm=");
        if (stdout.includes("nap-c") && stdout.includes("spin-c")) break;
      }
      await reader.cancel();
      return spawned.exit;
    });
    expect(code).toBe(129);
    await expect.poll(async () => (await shell.run("ps -e -o comm=")).stdout).not.toMatch(/nap-c|spin-c/);
  });
}
