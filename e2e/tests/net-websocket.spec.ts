// WebSockets in browsers that have no WebSocketStream.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serveEcho, type Echo } from "../echo.ts";
import { expect, test } from "../fixtures.ts";
import { DIST } from "../guests.ts";
import { POUR, talks } from "../talks.ts";

test.use({ expectedErrors: [/WebSocket connection to/] });

let echo: Echo;

test.beforeAll(async ({ site }) => {
  echo = await serveEcho();
  const script = readFileSync(join(DIST, "kernel-worker.js"), "utf8");
  // Not by a route: what a browser has not loaded from this machine may not open sockets to it.
  site.pages.set("/kernel-worker.js", { html: `delete globalThis.WebSocketStream;${script}`, headers: { "content-type": "text/javascript" } });
});
test.beforeEach(() => echo.forget());
test.afterAll(async ({ site }) => {
  site.pages.delete("/kernel-worker.js");
  await echo.close();
});

test("without WebSocketStream sockets work by WebSocket", async ({ open }) => {
  const shell = await open("browser");
  await shell.install("socket-go");
  for (const { name, path, stdin, out, closed } of talks) {
    await test.step(name, async () => {
      expect((await shell.run(`socket-go ${echo.ws}${path}`, { stdin })).stdout).toMatch(out);
      if (closed) await expect.poll(() => echo.closed).toContain(closed);
    });
  }
  expect((await shell.run("socket-go ws://localhost:1/")).stderr).toMatch(/^socket: unavailable: the WebSocket cannot be opened: .*\n$/);
});

test("without WebSocketStream a server that does not wait is closed", async ({ open }) => {
  const shell = await open("browser");
  await shell.install("socket-go");
  const slow = shell.run(`(echo /wait; until test -e go; do sleep 0.02; done; echo /close 1000) | socket-go ${echo.ws}/flood`, { timeout: 60_000 });
  await expect.poll(() => echo.closed).toContain("4009 the reader is too slow");
  await shell.run("touch go");
  expect((await slow).stdout).toMatch(/^open \n65536 bytes\nclosed 1006 more than 16777216 bytes that nobody has read, .* clean false\n$/);
});

test("without WebSocketStream a program waits for a server that does not read", async ({ open }) => {
  test.slow();
  const shell = await open("browser");
  await shell.install("socket-go");
  const pour = (path: string) => `(echo /send ${POUR.size} ${POUR.times}; echo /close 4001 poured) | socket-go ${echo.ws}/${path} > ${path}`;
  const slow = shell.run(`${pour("hold")}; tail -n 1 hold`, { timeout: 120_000 });
  await expect.poll(() => echo.held.count).toBe(1);
  // While the one waits, the other sends as much to a server that reads.
  const quick = await shell.run(`until grep -q sent hold; do sleep 0.02; done; ${pour("sink")}; tail -n 1 sink; grep -c sent hold`, { timeout: 120_000 });
  expect(quick.stdout).toMatch(/^closed 4001 poured clean true\n\d+\n$/);
  expect(Number(quick.stdout.split("\n")[1])).toBeLessThan(POUR.times / 2);
  echo.held.go();
  expect((await slow).stdout).toBe("closed 4001 poured clean true\n");
  expect(echo.held.bytes).toBe(POUR.size * POUR.times);
});
