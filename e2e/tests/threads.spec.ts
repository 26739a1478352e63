// Guests with threads: on the browser's engine where the page is isolated, else on
// wazero, with equal outcomes.
import { prompted } from "../chromium.mjs";
import { type Engine, expect, type Ran, ShellPage, test } from "../fixtures.ts";
import { DIST } from "../guests.ts";
import { serveSite } from "../server.ts";

const WHY = "threads-zig: threads need cross-origin isolation on the browser's engine; running on wazero\n";

const TOO_LARGE = expect.stringMatching(/^threads-zig: needs \d+ [KM]iB of memory, and 128 KiB is the limit \(raise it with ulimit -v\)\n$/);

const WORKS: { line: string; ran: Ran }[] = [
  { line: "threads-zig count", ran: { code: 0, stdout: "8 threads counted 8000 under a mutex and 8000 atomically\n", stderr: "" } },
  { line: "threads-zig many", ran: { code: 0, stdout: "256 threads counted 2560\n", stderr: "" } },
  { line: "threads-zig trap", ran: { code: 134, stdout: "trap\n", stderr: "threads-zig: trap: unreachable\n" } },
  { line: "threads-zig exit", ran: { code: 9, stdout: "exit\n", stderr: "" } },
  { line: "threads-zig late", ran: { code: 0, stdout: "late\n", stderr: "" } },
];

for (const isolated of [false, true]) {
  const engines: Engine[] = ["browser", "wazero"];
  for (const engine of engines) {
    test(`threads on ${engine}, ${isolated ? "" : "not "}isolated`, async ({ context, watch }) => {
      const site = await serveSite(DIST, { isolated });
      try {
        const page = await context.newPage();
        watch(page);
        await page.goto(`${site.url}?engine=${engine}`);
        expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolated);
        await prompted(page);
        const user = new ShellPage(page);
        await user.install("threads-zig");
        // Told once, by the first run.
        const first = await user.run("threads-zig late");
        expect(first).toEqual({ code: 0, stdout: "late\n", stderr: !isolated && engine === "browser" ? WHY : "" });
        for (const { line, ran } of WORKS) {
          await test.step(line, async () => expect(await user.run(line)).toEqual(ran));
        }
        // One that waits for ever is ended from outside, and leaves nothing.
        const ended = await user.run('threads-zig wait > /tmp/said & until grep -q wait /tmp/said; do sleep 0.05; done; kill -9 $!; wait $!; echo $?');
        expect(ended).toMatchObject({ stdout: "137\n" });
        expect((await user.run("ps")).stdout).not.toContain("threads-zig");
        // So is one whose threads compute and make no call, by the terminal's key.
        await user.type("clear; threads-zig speed 4000000000 2\n");
        await expect.poll(async () => (await user.run("ps -e -o comm=")).stdout).toContain("threads-zig");
        await user.press("Control+C");
        await user.type("echo code $?\n");
        await user.seen("code 130");
        expect((await user.run("ps -e")).stdout).not.toContain("threads-zig");
        // The memory that they share has the limit of the process.
        expect(await user.run("ulimit -v 128; threads-zig late")).toMatchObject({ code: 126, stderr: TOO_LARGE });
        // None of their workers is left.
        const workers = () => page.workers().filter((worker) => worker.url().includes("process-worker")).length;
        await expect.poll(workers).toBeLessThanOrEqual(4);
      } finally {
        await site.close();
      }
    });
  }
}
