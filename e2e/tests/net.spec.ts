// The services http and ws of the package os, with real servers on origins of their own.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onBothEngines, test } from "../fixtures.ts";
import { BIG, FLOOD, serveEcho, type Echo } from "../echo.ts";
import { talks } from "../talks.ts";

// Browsers tell of refusals on the console too.
test.use({ expectedErrors: [/Failed to load resource/, /blocked by CORS policy/, /WebSocket connection to/] });

let echo: Echo;
let closed: Echo; // does not let pages of other origins read
let nobody: string; // an origin without a server

test.beforeAll(async () => {
  echo = await serveEcho();
  closed = await serveEcho(false);
  const gone = createServer();
  await new Promise<void>((done) => gone.listen(0, "127.0.0.1", done));
  nobody = `localhost:${(gone.address() as AddressInfo).port}`;
  await new Promise((done) => gone.close(done));
});
test.beforeEach(() => echo.forget());
test.afterAll(async () => {
  await echo.close();
  await closed.close();
});

onBothEngines("a Go program makes requests", async (shell) => {
  test.slow();
  await shell.install("get-go");
  const get = async (args: string) => {
    const { code, stdout, stderr } = await shell.run(`get-go ${args}`);
    return `${code} ${stderr}${stdout}`;
  };
  const url = echo.http;
  expect(await get(`-H x-asked:yes ${url}/hello`)).toBe("0 200 OK\nx-told: yes\nGET hello");
  expect(await get(`-X DELETE ${url}/hello`)).toBe("0 200 OK\nx-told: \nDELETE hello");
  expect(await get(`${url}/missing`)).toBe("0 404 Not Found\nnothing here");
  expect(await get(`${url}/moved`)).toBe("0 200 OK\nx-told: \nredirected\nGET hello");
  expect(await get(`-redirect manual ${url}/moved`)).toBe("0 0 \n");
  expect(await get(`-redirect error ${url}/moved`)).toBe(
    "1 get: failed_precondition: the server redirects, and the request does not allow it\n",
  );
  expect(await get(`${url}/broken`)).toMatch(/^1 200 OK\nget: unavailable: the server broke off: .*\n(some)?$/);
  expect((await shell.run(`get-go ${url}/big | wc -c`)).stdout).toBe(`${BIG}\n`);
  const sent = await shell.run(`head -c ${BIG} /dev/zero | get-go -X POST -d ${url}/count`);
  expect(sent).toEqual({ code: 0, stdout: `${BIG} bytes`, stderr: "200 OK\nthe body was held\n" });
});

test("what cannot be read is told apart from what cannot be reached", async ({ open }) => {
  const shell = await open("browser");
  await shell.install("get-go");
  const get = async (args: string) => (await shell.run(`get-go ${args}`)).stderr;
  expect(await get(`${closed.http}/hello`)).toBe(
    `get: permission_denied: ${closed.http} does not allow this page to read it (CORS)\n`,
  );
  expect(await get(`-X PUT -H x-own:1 ${closed.http}/hello`)).toContain("(CORS)");
  expect(await get(`http://${nobody}/`)).toBe(`get: unavailable: the server ${nobody} cannot be reached\n`);
  expect(await get("gopher://x")).toContain("invalid_argument");
});

test("a program that is ended, and a call that is given up, end the request", async ({ open }) => {
  const shell = await open("browser");
  await shell.install("get-go");
  const before = { ...echo.hanging };
  const run = shell.run(`get-go ${echo.http}/hang > out 2>&1 & until grep -q begun out; do sleep 0.02; done; kill $!; wait; echo ended`);
  expect((await run).stdout).toBe("ended\n");
  await expect.poll(() => echo.hanging.left).toBe(before.left + 1);
  const url = `${echo.http}/hang`;
  const code = await shell.page.evaluate(async (url) => {
    const call = globalThis.shell.bus.call("os", "os.http/1.Fetch", { request: { url, whole: true } }, { timeout: 500 });
    return call.then(() => "", (error: { code: string }) => error.code);
  }, url);
  expect(code).toBe("deadline_exceeded");
  await expect.poll(() => echo.hanging.left).toBe(before.left + 2);
});

onBothEngines("a Go program talks by a WebSocket", async (shell) => {
  test.slow();
  await shell.install("socket-go");
  for (const { name, path, stdin, out, closed } of talks) {
    await test.step(name, async () => {
      expect((await shell.run(`socket-go ${echo.ws}${path}`, { stdin })).stdout).toMatch(out);
      if (closed) await expect.poll(() => echo.closed).toContain(closed);
    });
  }
  const none = await shell.run(`socket-go ws://${nobody}/`);
  expect(none.stderr).toMatch(/^socket: unavailable: the WebSocket cannot be opened: .*\n$/);
});

test("a server waits for a program that does not read", async ({ open }) => {
  test.slow();
  const shell = await open("browser");
  await shell.install("socket-go");
  // While the one does not read, the other does as much as the flood would take.
  const run = await shell.run(`
    (echo /wait; until test -e go; do sleep 0.02; done; echo /close 1000) | socket-go ${echo.ws}/flood > flood &
    until grep -q bytes flood; do sleep 0.02; done
    for i in 1 2 3 4; do for j in 1 2 3 4; do echo /bytes 4000000; done; done | socket-go ${echo.ws}/ | grep -c bytes
    touch go; wait; tail -n 1 flood`, { timeout: 60_000 });
  expect(run.stdout).toBe("16\nclosed 1000  clean true\n");
  expect(echo.flooded).toBeLessThan(FLOOD / 4);
});

for (const [name, prefix] of [["wasmer-bus", ""], ["wasm-bus", "old-"]] as const) {
  onBothEngines(`the crate ${name}: requests and WebSockets`, async (shell) => {
    test.slow();
    await shell.install(`${prefix}fetch-rust`, `${prefix}socket-rust`);
      const out = async (line: string) => (await shell.run(`${prefix}${line}`)).stdout;
    expect(await out(`fetch-rust GET ${echo.http}/hello`)).toBe("200 OK ok\nx-told: yes\nGET hello\n");
    expect(await out(`fetch-rust POST ${echo.http}/count hello`)).toBe("200 OK ok\n5 bytes\n");
    expect(await out(`fetch-rust GET ${echo.http}/missing`)).toBe("404 Not Found not ok\nnothing here\n");
    expect(await out(`fetch-rust GET http://${nobody}/`)).toBe("error number 103\n");
    expect(await out(`socket-rust ${echo.ws}/ one two`)).toBe("sent 3 bytes\ngot one\nsent 3 bytes\ngot two\n");
    expect(await out(`socket-rust ${echo.ws}/text one`)).toBe("sent 3 bytes\ngot one\n");
    expect(await out(`socket-rust ${echo.ws}/ bye`)).toBe("sent 3 bytes\nclosed\n");
  });
}
