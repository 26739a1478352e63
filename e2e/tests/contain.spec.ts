// Programs that do not behave: the page stays alive, and nothing of them is left.
import type { Worker } from "@playwright/test";
import { engines, expect, type ShellPage, test } from "../fixtures.ts";

/**
 * How long a key may take to its echo, in milliseconds. The aim is 100; a machine that
 * does ten things at once gets more, and the figure is printed.
 */
const PATIENCE = 1_000;

/** The most process workers that wait for guests when nothing runs, on one engine. */
const SPARES = 4;

/** Types keys at the prompt, and returns how long each took to its echo, in milliseconds. */
async function echoes(shell: ShellPage, count = 10): Promise<number[]> {
  return shell.page.evaluate(async (count) => {
    const { shell } = globalThis;
    const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
    const line = () => shell.screen().split("\n").at(-1)!;
    const all: number[] = [];
    for (let i = 0; i < count; i++) {
      const before = line();
      const begun = performance.now();
      void shell.type("x");
      while (line() === before) await turn();
      all.push(Math.round(performance.now() - begun));
    }
    await shell.press("Control+U");
    return all;
  }, count);
}

async function responsive(shell: ShellPage, what: string): Promise<void> {
  const all = await echoes(shell);
  console.log(`  echo under ${what}: median ${all.sort((a, b) => a - b)[all.length >> 1]} ms, worst ${all.at(-1)} ms`);
  expect(all[all.length >> 1]).toBeLessThan(PATIENCE);
}

/** Interrupts what runs in the terminal, and returns how long the prompt took, in milliseconds. */
async function interrupt(shell: ShellPage): Promise<number> {
  return shell.page.evaluate(async () => {
    const { shell } = globalThis;
    const ended = new Promise<void>((resolve) => shell.addEventListener("bushel-exit", () => resolve(), { once: true }));
    const begun = performance.now();
    void shell.press("Control+C");
    await ended;
    return Math.round(performance.now() - begun);
  });
}

const guests = (workers: Worker[]): number => workers.filter((worker) => worker.url().includes("process-worker")).length;

/** What the kernel counts: the open files, each end of a pipe among them, and the joined pipes. */
async function inUse(shell: ShellPage): Promise<string> {
  return (await shell.run("read open rest < /proc/sys/fs/file-nr; echo $open open; cat /proc/joined")).stdout;
}

/** By page, what was in use when it had just opened. */
const atFirst = new WeakMap<ShellPage, string>();

/** Opens a page of which it is known what is in use there. */
async function fresh(open: Open, engine?: Parameters<Open>[0]): Promise<ShellPage> {
  const shell = await open(engine);
  // What the first run opens stays open, and the terminal's shell may still be at its start.
  const rests = async () => atFirst.get(shell) === atFirst.set(shell, await inUse(shell)).get(shell);
  await expect.poll(rests).toBe(true);
  return shell;
}

type Open = Parameters<Parameters<typeof test>[2]>[0]["open"];

/** Only the terminal's shell is left: no process, no open file or pipe, no worker but spares. */
async function leavesNothing(shell: ShellPage): Promise<void> {
  const left = async () => (await shell.run("ps -e -o stat=,comm= | grep -v -e ' ps' -e ' grep' -e ' init' -e ' sh'")).stdout;
  await expect.poll(left, { timeout: 30_000 }).toBe("");
  await expect.poll(() => inUse(shell), { timeout: 30_000 }).toBe(atFirst.get(shell)!);
  await expect.poll(() => guests(shell.page.workers()), { timeout: 30_000 }).toBeLessThanOrEqual(SPARES);
}

/** Ends all there is, and has the terminal begin a new shell. */
async function end(shell: ShellPage): Promise<void> {
  await shell.run("kill -9 -1", { timeout: 20_000 }).catch(() => {});
  await shell.seen("press a key for a new one");
  await shell.type("\n");
}

for (const engine of engines) {
  test(`Ctrl-C ends a guest that spins, on ${engine}`, async ({ open }) => {
    const shell = await fresh(open, engine);
    await shell.install("spin-c");
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      await shell.type("clear; spin-c\n");
      await shell.seen(/^spinning$/m);
      times.push(await interrupt(shell));
      await shell.type("echo code $?\n");
      await shell.seen("code 130");
    }
    console.log(`  Ctrl-C to the prompt on ${engine}: ${times.sort((a, b) => a - b).join(", ")} ms`);
    expect(times[2]).toBeLessThan(PATIENCE);
    await leavesNothing(shell);
  });

  test(`a flood is interrupted at once, on ${engine}`, async ({ open }) => {
    const shell = await fresh(open, engine);
    await shell.install("flood-c");
    for (const line of ["yes", "flood-c"]) {
      const times: number[] = [];
      for (let i = 0; i < 5; i++) {
        await shell.type(`clear; ${line}\n`);
        await shell.seen(/^y\ny\ny$/m);
        times.push(await interrupt(shell));
      }
      console.log(`  Ctrl-C to the prompt under ${line} on ${engine}: ${times.sort((a, b) => a - b).join(", ")} ms`);
      expect(times[2]).toBeLessThan(PATIENCE);
    }
    await leavesNothing(shell);
  });

  test(`guests that spin, flood and take memory leave the page alive, on ${engine}`, async ({ open }) => {
    test.setTimeout(120_000);
    const shell = await fresh(open, engine);
    await shell.install("spin-c", "flood-c", "hog-c");
    await shell.type("clear; spin-c > /dev/null & flood-c > /dev/null & (while :; do hog-c 100 > /dev/null; done) &\n");
    await shell.seen("$");
    await expect.poll(() => guests(shell.page.workers())).toBeGreaterThan(2);
    await responsive(shell, `three guests on ${engine}`);
    await end(shell);
    await leavesNothing(shell);
  });

  test(`guests that are started without end meet the limit of processes, on ${engine}`, async ({ open }) => {
    test.setTimeout(120_000);
    const shell = await fresh(open, engine);
    await shell.install("nap-c");
    await shell.write("/tmp/said", "");
    await shell.type("clear; ulimit -u 16\n(while :; do nap-c 1000000 & done) 2> /tmp/said &\n");
    const said = () => shell.page.evaluate(async () => new TextDecoder().decode((await globalThis.shell.fs.readFile("/tmp/said")).subarray(0, 100)));
    await expect.poll(said, { timeout: 40_000 }).toMatch(/^sh: limit of 16 processes reached \(raise it with ulimit -u\)\n/);
    await responsive(shell, `a storm of guests on ${engine}`);
    await end(shell);
    await leavesNothing(shell);
  });

  test(`a worker that dies ends its guest and no other, on ${engine}`, async ({ open }) => {
    const shell = await fresh(open, engine);
    await shell.install("nap-c");
    await shell.run("nap-c 0"); // now a worker is there for the next
    const napping = shell.run("nap-c 60000");
    await expect.poll(async () => (await shell.run("ps -e -o comm=")).stdout).toContain("nap-c");
    // Each of them dies, the one with the guest and the spares, when all are watched.
    const watched = async () => (await shell.page.evaluate(() => navigator.locks.query())).pending?.length;
    await expect.poll(async () => (await watched()) === guests(shell.page.workers())).toBe(true);
    const dead = shell.page.workers().filter((worker) => worker.url().includes("process-worker"));
    await Promise.all(dead.map((worker) => worker.evaluate(() => void setTimeout(() => self.close())).catch(() => {})));
    expect(await napping).toMatchObject({ code: 134, stderr: "nap-c: its worker has died\n" });
    // The spares that died are replaced.
    expect(await shell.run("nap-c 0")).toMatchObject({ code: 0 });
    await leavesNothing(shell);
  });
}

test("a fork bomb leaves the page alive", async ({ open }) => {
  test.setTimeout(180_000);
  const shell = await fresh(open);
  await shell.type("clear; f(){ f|f& };f\n");
  const count = async () => Number((await shell.run("ps -e -o pid= | wc -l")).stdout);
  await expect.poll(count, { timeout: 60_000 }).toBeGreaterThan(100);
  await responsive(shell, "a fork bomb");
  await end(shell);
  await leavesNothing(shell);
  expect((await shell.run("echo fine")).stdout).toBe("fine\n");
});

test("200 idle processes leave the page alive", async ({ open }) => {
  test.setTimeout(120_000);
  const shell = await fresh(open);
  await shell.install("nap-c");
  await shell.type("clear; for i in $(seq 185); do sleep 1000 & done 2>/dev/null; for i in $(seq 15); do nap-c 1000000 & done 2>/dev/null; echo all\n");
  await shell.seen(/^all$/m);
  await expect.poll(async () => Number((await shell.run("ps -e -o comm= | grep -c -e sleep -e nap-c")).stdout)).toBe(200);
  await responsive(shell, "200 idle processes");
  await end(shell);
  await leavesNothing(shell);
});
