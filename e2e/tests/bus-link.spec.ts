// A link between a page's bus and that of a real "bushel serve", both ways.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DIST, findGuest } from "../guests.ts";
import type { BushelShell } from "../../web/ts/bushel.ts";
import { expect, test } from "../fixtures.ts";

const kit = { services: [JSON.parse(readFileSync(new URL("../../examples/go/kit/kit.json", import.meta.url), "utf8"))] };
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TOKEN = "not to be guessed";

let dir = "";
let server: ChildProcess | undefined;
let host = "";

// Starts the server, on a port of its choice or on the one before.
async function serve(): Promise<void> {
  const addr = host || "localhost:0";
  server = spawn(join(dir, "bushel"), ["serve", "-addr", addr, "--bus", "--token", TOKEN, "--module", `kit=${join(dir, "kit.wasm")}`, DIST]);
  server.stderr!.on("data", (data) => console.log(`  [serve] ${data}`));
  host = await new Promise((resolve, reject) => {
    let said = "";
    server!.stdout!.on("data", (data) => {
      const found = /serving http:\/\/(\S+)/.exec((said += data));
      if (found) resolve(found[1]!);
    });
    server!.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
}

async function stop(): Promise<void> {
  const ended = new Promise((resolve) => server!.on("exit", resolve));
  server!.kill("SIGKILL");
  await ended;
}

test.beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "bus-link-"));
  execFileSync("go", ["build", "-o", join(dir, "bushel"), "./cmd/bushel"], { cwd: ROOT });
});

test.afterAll(() => rmSync(dir, { recursive: true, force: true }));

// The guest kit as a module of the server's.
function installKit(): void {
  const guest = findGuest("kit-go");
  test.skip("missing" in guest, "no guest kit-go");
  if ("bytes" in guest) writeFileSync(join(dir, "kit.wasm"), guest.bytes);
}

test("the page calls a module of the server, and that one of the page", async ({ context, watch, expectedErrors }) => {
  test.slow();
  expectedErrors.push(/WebSocket/); // while the server is away
  installKit();
  host = "";
  await serve();
  const page = await context.newPage();
  watch(page);
  await page.goto(`http://${host}/?persist=none`);
  await page.waitForFunction(() => globalThis.shell !== undefined);
  const linked = (times: number) => page.evaluate(async (times) => {
    await shell.run(`until [ $(grep -c linked /tmp/link.log) = ${times} ]; do sleep 0.05; done`);
  }, times);
  await page.evaluate(async (token) => {
    await shell.ready;
    void shell.run(`bus link ws://${location.host}/bus >/tmp/link.log 2>&1`, { env: { BUS_TOKEN: token } });
    await shell.run("until [ -e /tmp/link.log ]; do sleep 0.05; done");
  }, TOKEN);
  await linked(1);
  const got = await page.evaluate(async (kit) => {
    const { bus } = shell;
    const out: unknown[] = [];
    // The module runs natively; kit is a plain name that nobody has here.
    out.push(await bus.call("server:kit", "greet", { who: "Ann" }), await bus.call("kit", "greet", { who: "Bob" }));
    const changes: number[] = [];
    const counter: any = await bus.call("server:kit", "open", { start: 1, changed: (n: number) => void changes.push(n) });
    out.push(await counter.add({ n: 2 }), changes);
    const text = "some words ".repeat(60_000);
    const loud = (await bus.call("kit", "shout", { in: text })) as ReadableStream;
    out.push((await new Response(loud).text()) === text.toUpperCase());
    out.push((await shell.run("bus call server:kit greet who=shell")).stdout);
    // The module on the server calls the page.
    await bus.serve("page-kit", { greet: ({ who }) => `the page greets ${who}` }, { description: kit });
    out.push(await bus.call("server:kit", "ask", { pkg: "page:page-kit", who: "Cid" }));
    out.push(await bus.call("kit", "ask", { pkg: "page:os", who: "x" }).catch((e) => e.code));
    (globalThis as any).counter = counter;
    return out;
  }, kit as never);
  expect(got).toEqual(["hello, Ann", "hello, Bob", 3, [3], true, '{\n  "text": "hello, shell"\n}\n', "the page greets Cid", "permission_denied"]);

  // What is open when the server dies fails at once; the link comes back with it.
  const ended = page.evaluate(async () => {
    const { counter } = globalThis as any;
    const open = shell.bus.call("kit", "wait").catch((error) => error.code);
    return [(await counter.closed)?.code, await open];
  });
  await page.evaluate(() => shell.run("until bus stats '*' | grep -q ' 1 open'; do sleep 0.05; done"));
  await stop();
  expect(await ended).toEqual(["unavailable", "unavailable"]);
  expect(await page.evaluate(() => shell.bus.call("server:kit", "kit/1.Greet", { who: "x" }).catch((e) => e.code))).toBe("unavailable");
  await serve();
  await linked(2);
  expect(await page.evaluate(() => shell.bus.call("kit", "greet", { who: "again" }))).toBe("hello, again");
  await stop();
});

test("an element that says where is linked for as long as it lives", async ({ context, watch, expectedErrors, site }) => {
  test.slow();
  expectedErrors.push(/WebSocket/); // it is refused, and away
  installKit();
  host = "";
  await serve();
  const page = await context.newPage();
  watch(page);
  /** Puts a shell with those attributes into the page, at its prompt; it is globalThis.linked. */
  const put = (attributes: Record<string, string>) => page.evaluate(async (attributes) => {
    globalThis.linked?.remove();
    const element = document.createElement("bushel-shell") as BushelShell;
    for (const [name, value] of Object.entries({ persist: "none", ...attributes })) element.setAttribute(name, value);
    document.body.append(element);
    await element.ready;
    globalThis.linked = element;
  }, attributes);
  const log = (pattern: RegExp) => expect.poll(() => page.evaluate(async () => (await linked.run("cat /var/log/buslink.log")).stdout)).toMatch(pattern);
  const greet = (pkg: string) => page.evaluate(async (pkg) => linked.bus.call(pkg, "kit/1.Greet", { who: "Ann" }).catch((e) => e.code), pkg);

  await page.goto(`http://${host}/?persist=none`);
  await put({ "bus-link": "/bus", "bus-token": "a guess" });
  await log(/the link is down/);
  expect(await greet("server:kit")).not.toBe("hello, Ann");

  await put({ "bus-link": "/bus", "bus-token": TOKEN });
  await log(/linked/);
  expect([await greet("server:kit"), await greet("kit")]).toEqual(["hello, Ann", "hello, Ann"]);
  await page.evaluate(async (kit) => {
    await linked.bus.serve("page-kit", { greet: ({ who }) => `the page greets ${who}` }, { description: kit });
  }, kit as never);
  // A program that runs on the server calls the page.
  expect(await page.evaluate(() => linked.bus.call("server:kit", "ask", { pkg: "page:page-kit", who: "Cid" }))).toBe("the page greets Cid");

  await stop();
  await expect.poll(() => greet("server:kit")).toBe("unavailable");
  await serve();
  await log(/linked[^]*linked/);
  expect(await greet("kit")).toBe("hello, Ann");

  // A page of another host is not let in, though it knows the token.
  await page.goto(`${site.url}?persist=none`);
  await page.waitForFunction(() => globalThis.shell !== undefined);
  await put({ "bus-link": `ws://${host}/bus`, "bus-token": TOKEN });
  await log(/the link is down/);
  expect(await greet("server:kit")).not.toBe("hello, Ann");
  await stop();
});

declare global {
  // The shell whose link is tried.
  var linked: BushelShell;
}
