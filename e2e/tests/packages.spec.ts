// Programs that are installed: from the site's catalogue, from URLs, over reloads, and not at all.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync } from "node:fs";
import { engines, expect, onBothEngines, test, type ShellPage } from "../fixtures.ts";
import { DIST } from "../guests.ts";

interface Offered {
  name: string;
  url: string;
  size: number;
}
const offered = (JSON.parse(readFileSync(`${DIST}/catalog.json`, "utf8")) as { packages: Offered[] }).packages;

/** Skips the test if the catalogue has no such package, since its module is not built. */
function need(name: string): Offered {
  const found = offered.find((p) => p.name === name);
  test.skip(!found, `no package ${name}: make build has not built it`);
  return found!;
}

// Browsers tell of refusals on the console too.
test.use({ expectedErrors: [/Failed to load resource/, /blocked by CORS policy/] });

let server: Server;
let origin: string;
test.beforeAll(async () => {
  const module = readFileSync(`${DIST}/process.wasm`);
  server = createServer((request, response) => {
    const cors = { "access-control-allow-origin": "*" };
    if (request.url === "/closed.wasm") response.end(module);
    else if (request.url === "/hello") response.writeHead(200, cors).end("hello\n");
    else if (request.url === "/page.wasm") response.writeHead(200, cors).end("<!doctype html><title>Log in</title>");
    else if (request.url === "/half.wasm") response.writeHead(200, { ...cors, "content-length": module.length }).write(module.subarray(0, 1 << 20), () => response.destroy());
    else response.writeHead(404, cors).end("not here");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
test.afterAll(() => void server.close());

const files = async (shell: ShellPage): Promise<string> => (await shell.run("find .cache bin .local -type f 2>/dev/null | grep -v catalog.json")).stdout;

onBothEngines("a package comes from the catalogue, runs, and goes", async (shell) => {
  need("primes");
  const ran = [];
  for (const line of ["primes 100", "install primes", "primes 100", "packages -i | wc -l", "uninstall primes", "primes"]) ran.push(await shell.run(line));
  expect(ran[0]).toEqual({ code: 127, stdout: "", stderr: "sh: primes: command not found\nsh: the package primes has it: install primes\n" });
  expect(ran[1]).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^primes is installed: \d+\.\d MB, run it by its name: primes\n$/) });
  expect(ran[2]).toMatchObject({ code: 0, stderr: "" });
  expect(ran[3]!.stdout).toBe("1\n");
  expect(ran.slice(4).map(({ code }) => code)).toEqual([0, 127]);
  return ran;
});

for (const engine of engines) {
  test(`a program of the catalogue may use what that grants it, and nothing else, on ${engine}`, async ({ open, context }) => {
    test.slow(engine === "wazero");
    need("get");
    const packages = offered.map((p) => (p.name === "get" ? { ...p, grants: ["http:127.0.0.1"] } : p));
    await context.route("**/catalog.json", (route) => route.fulfill({ json: { packages } }));
    const shell = await open(engine);
    const elsewhere = origin.replace("127.0.0.1", "localhost");
    expect(await shell.run("install get")).toMatchObject({ code: 0, stdout: expect.stringMatching(/\nit may use: http:127.0.0.1\n$/) });
    const run = (line: string) => shell.run(line, { timeout: 60_000 });
    expect(await run(`get ${origin}/hello`)).toMatchObject({ code: 0, stdout: "hello\n" });
    const refused = await run(`get ${elsewhere}/hello`);
    expect([refused.code, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toContain(`the grant http:localhost is missing: the package get does not declare it: put "http:localhost" into /home/user/bin/get.wasm.grants`);
    // The user's own rules hold besides, and cannot give it more.
    expect((await run(`bus grants allow http:localhost; get ${elsewhere}/hello`)).stderr).toContain("the package get does not declare it");
    expect((await run(`bus grants deny http:127.0.0.1; get ${origin}/hello`)).stderr).toContain("the user's rule for http:127.0.0.1 denies it");
    await run("bus grants forget http:127.0.0.1 http:localhost");
    expect(await run(`get ${origin}/hello`)).toMatchObject({ code: 0, stdout: "hello\n" });
    expect(await run("uninstall get; ls bin")).toMatchObject({ stdout: "get is gone\n" });
  });
}

onBothEngines("a page that was open before knows what has been built since, and waits for what is being built", async (shell) => {
  need("primes");
  const context = shell.page.context();
  let catalog: unknown = { packages: [] };
  await context.route("**/catalog.json", (route) => route.fulfill({ json: catalog }));
  const ran = [];
  for (const line of ["packages", "primes 100", "install primes"]) ran.push(await shell.run(line));
  expect(ran).toEqual([
    { code: 0, stdout: "", stderr: "packages: the catalogue is empty, and nothing is installed\n" },
    { code: 127, stdout: "", stderr: "sh: primes: command not found\n" },
    { code: 1, stdout: "", stderr: "install: primes: the catalogue has no such package; the command packages lists it\n" },
  ]);
  catalog = { packages: [], building: ["jq", "primes"] };
  expect(await shell.run("packages")).toEqual({ code: 0, stdout: "", stderr: "packages: still being built: jq, primes\n" });
  expect((await shell.run("primes 100")).stderr).toBe("sh: primes: command not found\nsh: the package primes has it, which is still being built: install primes waits for it\n");
  await shell.type("install primes\n");
  await shell.seen("primes is still being built, and is waited for: ^C gives it up");
  await shell.press("Control+C");
  await shell.idle();
  expect(await files(shell)).toBe("");
  await shell.type("clear; install primes; echo code $?\n");
  await shell.seen("primes is still being built");
  catalog = { packages: offered.filter(({ name }) => name === "primes") };
  await shell.seen(/primes is installed: .*\n(.*\n)*code 0/);
  expect((await shell.run("packages")).stdout).toMatch(/^\* primes .*\n$/);
  expect(await shell.run("primes 100")).toMatchObject({ code: 0, stderr: "" });
  await context.unroute("**/catalog.json");
});

test("what is installed is there after a reload, and what was fetched is not fetched again", async ({ open, context }) => {
  const { url } = need("jq");
  const shell = await open("browser", "persist=packages-test");
  expect(await shell.run("install -q jq && echo '[1, 2]' | jq -c '.[1]'")).toEqual({ code: 0, stdout: "2\n", stderr: "" });
  await shell.page.close();
  let fetched = 0;
  await context.route(`**/${url}`, (route) => {
    fetched++;
    return route.continue();
  });
  const again = await open("browser", "persist=packages-test");
  expect(await again.run("echo '[1, 2]' | jq -c '.[0]'; uninstall jq && install -q jq && echo '[3]' | jq -c '.[0]'")).toEqual({ code: 0, stdout: "1\njq 0.12.16 is gone\n3\n", stderr: "" });
  expect(fetched).toBe(0);
});

test("how far it is shows on the terminal, and ^C ends it with nothing left", async ({ open }) => {
  const { size } = need("jq");
  const shell = await open("browser");
  const gate = createServer((_, response) => {
    response.writeHead(200, { "access-control-allow-origin": "*", "content-length": size });
    response.write(Buffer.concat([Buffer.from("\0asm\x01\0\0\0", "latin1"), Buffer.alloc(1 << 20)]));
  });
  await new Promise<void>((done) => gate.listen(0, "127.0.0.1", done));
  await shell.type(`install http://127.0.0.1:${(gate.address() as AddressInfo).port}/slow.wasm\n`);
  await shell.seen(/\d\.\d of \d+\.\d MB, \d+%/);
  await shell.press("Control+C");
  await shell.idle();
  expect(await files(shell)).toBe("");
  gate.closeAllConnections();
  gate.close();
});

test("what cannot be installed is told in a sentence, and leaves nothing", async ({ open, context }) => {
  const { url } = need("primes");
  const shell = await open("browser");
  const install = async (what: string) => {
    const { code, stdout, stderr } = await shell.run(`install ${what}`);
    expect([code, stdout]).toEqual([1, ""]);
    return stderr;
  };
  expect(await install(`${origin}/closed.wasm`)).toBe(`install: ${origin}/closed.wasm: ${origin} does not allow this page to read it (CORS)\n`);
  expect(await install(`${origin}/page.wasm`)).toBe(`install: ${origin}/page.wasm: it is a web page, and no WebAssembly module\n`);
  expect(await install(`${origin}/none.wasm`)).toBe(`install: ${origin}/none.wasm: the server answers 404 Not Found\n`);
  expect(await install(`${origin}/half.wasm`)).toMatch(/^install: \S+: the server broke off[^\n]*\n$/);
  await context.route(`**/${url}`, (route) => route.fulfill({ body: readFileSync(`${DIST}/${url}`).fill(0, 100, 101) }));
  expect(await install("primes")).toMatch(/^install: primes: its SHA-256 is [0-9a-f]{64}, and not the expected [0-9a-f]{64}\n$/);
  await context.route("**/catalog.json", (route) => route.fulfill({ body: "<!doctype html>" }));
  expect(await shell.run("primes")).toMatchObject({ code: 127, stderr: "sh: primes: command not found\n" });
  expect(await files(shell)).toBe("");
  expect((await shell.run("echo unharmed")).stdout).toBe("unharmed\n");
});
