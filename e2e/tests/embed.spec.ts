// A page on one origin drives the shell in a frame of another.
import { readFileSync } from "node:fs";
import { type BrowserContext, type Page } from "@playwright/test";
import type { connect as Connect, EmbeddedShell } from "../../web/ts/embed/connect.ts";
import { expect, test as base } from "../fixtures.ts";
import { DIST } from "../guests.ts";
import { serveSite, type Site } from "../server.ts";

declare global {
  var connect: typeof Connect;
  var embedded: EmbeddedShell;
}

interface Fixtures {
  host: Site;
  /** Lists the host's origin in the frame's embed.html. */
  listed: void;
  /** Opens a page of the host with a frame whose address has the query. */
  embed: (query?: string) => Promise<Page>;
}

const test = base.extend<Fixtures>({
  host: async ({}, use) => {
    const host = await serveSite(DIST);
    await use(host);
    await host.close();
  },
  listed: async ({ site, host }, use) => {
    site.pages.set("/embed.html", { html: embedPage(`<meta name="bushel-origins" content="https://other.example ${origin(host)}">`) });
    await use();
    site.pages.delete("/embed.html");
  },
  embed: async ({ context, site, host, watch }, use) => {
    await use((query = "") => open(context, watch, host, `${site.url}embed.html${query}`));
  },
});

const origin = (site: Site): string => new URL(site.url).origin;

const embedPage = (meta: string, attributes = ""): string =>
  readFileSync(`${DIST}/embed.html`, "utf8")
    .replace('<meta name="bushel-origins" content="">', meta)
    .replace("<bushel-shell>", `<bushel-shell ${attributes}>`);

async function open(context: BrowserContext, watch: (page: Page) => void, host: Site, src: string): Promise<Page> {
  const page = await context.newPage();
  watch(page);
  host.pages.set("/host", {
    html: `<!doctype html><script type="module">import { connect } from "./connect.js"; Object.assign(globalThis, { connect });</script>
      <iframe src="${src.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}" width="700" height="300"></iframe>`,
  });
  await page.goto(`${host.url}host`);
  await page.waitForFunction(() => globalThis.connect !== undefined);
  return page;
}

/** Connects, and keeps the shell as embedded. */
const join = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    globalThis.embedded = await connect(document.querySelector("iframe")!);
  });

test("a page of another origin that is listed drives the shell", async ({ listed, embed }) => {
  const page = await embed("?boot=click");
  await join(page);
  expect(await page.evaluate(() => embedded.state)).toBe("idle");
  const seen = await page.evaluate(async () => {
    const events: string[] = [];
    for (const name of ["state", "bushel-ready", "bushel-command", "bushel-exit"]) {
      embedded.addEventListener(name, (event) => events.push(`${name} ${JSON.stringify((event as CustomEvent).detail)}`.replace(/,"ms":[\d.]+/, "")));
    }
    await embedded.fs.mkdir("a/b", { recursive: true });
    await embedded.fs.writeFile("a/b/f.txt", "b\na\n");
    await embedded.fs.writeFile("a/g", new Blob(["b", "lob"]).stream());
    const stat = await embedded.fs.stat("a/b/f.txt");
    const { code, stdout, stdoutBytes } = await embedded.run("sort a/b/f.txt -; exit 3", { stdin: new Blob(["c\n"]).stream(), env: { X: "1" } });
    const missing = await embedded.fs.readFile("none").catch(({ name, code, path }) => ({ name, code, path }));
    await embedded.ready;
    await embedded.type("echo typ");
    await embedded.type("ed\n");
    await new Promise<void>((resolve) => embedded.addEventListener("bushel-exit", () => resolve(), { once: true }));
    return {
      code, stdout, bytes: stdoutBytes.length, stat: [stat.isFile(), stat.size, stat.mtime instanceof Date],
      text: await embedded.fs.readFile("a/g", "utf8"), raw: (await embedded.fs.readFile("a/g")).length,
      names: await embedded.fs.readdir("a"), types: await embedded.fs.readdir("a", { withFileTypes: true }),
      folders: (await embedded.fs.readdir("a", { withFileTypes: true })).map((entry) => entry.isDirectory()),
      missing, screen: await embedded.screen(), found: await embedded.find("typed"), events,
    };
  });
  expect(seen).toMatchObject({
    code: 3, stdout: "a\nb\nc\n", bytes: 6, stat: [true, 4, true], text: "blob", raw: 4, names: ["b", "g"],
    types: [{ name: "b", type: "directory" }, { name: "g", type: "file" }], folders: [true, false], missing: { name: "SystemError", code: "ENOENT", path: "none" }, found: true,
  });
  expect(seen.screen).toMatch(/^typed$/m);
  expect(seen.events).toEqual(expect.arrayContaining(['state {"state":"loading"}', "bushel-ready {}", 'bushel-command {"line":"echo typed"}', 'bushel-exit {"line":"echo typed","code":0}']));
});

test("streams, signals and terminals of what a page spawns in a frame", async ({ listed, embed }) => {
  const page = await embed();
  await join(page);
  const seen = await page.evaluate(async () => {
    const cat = await embedded.spawn("cat; echo done >&2; exit 5");
    const writer = cat.stdin.getWriter();
    const long = "0123456789".repeat(40_000);
    const wrote = writer.write(long).then(() => writer.close());
    const [out, err] = await Promise.all([new Response(cat.stdout).text(), new Response(cat.stderr).text()]);
    await wrote;
    const sleep = await embedded.spawn("sleep 60");
    await sleep.kill("TERM");
    const tty = await embedded.spawn("stty size", { terminal: { cols: 91, rows: 7 } });
    const size = await new Response(tty.stdout).text();
    // Who no longer reads an endless stream ends its writer.
    const yes = await embedded.spawn("yes");
    const reader = yes.stdout.getReader();
    await reader.read();
    await reader.cancel();
    const abort = new AbortController();
    const run = embedded.run("sleep 60", { signal: abort.signal }).catch((error: Error) => error.message);
    abort.abort(new Error("enough"));
    return { same: out === long, err, code: await cat.exit, killed: await sleep.exit, size: size.trim(), piped: await yes.exit, run: await run, late: (await embedded.run("sleep 60", { timeout: 50 })).code };
  });
  expect(seen).toEqual({ same: true, err: "done\n", code: 5, killed: 143, size: "7 91", piped: 141, run: "enough", late: 124 });
});

test("the bus of a frame's shell has functions, streams and errors as they are", async ({ listed, embed }) => {
  const page = await embed();
  await join(page);
  const seen = await page.evaluate(async () => {
    const serving = await embedded.bus.serve("page", {
      add: ({ a, b }: { a: number; b: number }) => a + b,
      fail: () => {
        throw new TypeError("not so");
      },
    });
    const added = await embedded.bus.call("page", "add", { a: 2, b: 40 });
    const shell = (await embedded.run("bus call page add a=1 b=2")).stdout.trim();
    const failed = await embedded.bus.call("page", "fail", {}).catch(({ name, code, message }) => ({ name, code, message }));
    const described = (await embedded.bus.describe("page")).services[0]!.methods.map(({ name }) => name);
    const nobody = await embedded.bus.call("nobody", "x").catch(({ name, code }) => ({ name, code }));
    await embedded.bus.call("os", "time.sleep", { duration_ms: 1 });
    serving.close();
    return { added, shell, failed, described, nobody };
  });
  expect(seen).toEqual({
    added: 42, shell: "3", failed: { name: "BusError", code: "unknown", message: "not so" }, described: ["add", "fail"],
    nobody: { name: "BusError", code: "not_found" },
  });
});

test("an origin that is not listed may not drive, and the shell is there for its reader", async ({ embed, host, site }) => {
  const page = await embed("?run=echo+for+the+reader");
  const refused = await page.evaluate(() => connect(document.querySelector("iframe")!).catch(({ code, message, cause }) => ({ code, message, cause })));
  expect(refused).toEqual({
    code: "refused", message: "This page may not drive the shell.", cause: `The frame's site, ${origin(site)}, does not list ${origin(host)}.`,
  });
  const frame = page.frameLocator("iframe");
  await expect(frame.locator("bushel-shell")).toHaveAttribute("state", "ready");
  await expect.poll(() => page.frames()[1]!.evaluate(() => shell.screen())).toMatch(/^for the reader$/m);
});

test("an address of a stranger gets nothing of the frame's site", async ({ embed, site, context }) => {
  await context.addCookies([{ name: "secret", value: "1", url: site.url }]);
  site.pages.set("/private", { html: "private" });
  const fetchIt = (url: string) => `bus call -t 9 os http.Fetch request='{"url": "${url}", "whole": true}' >>/tmp/got 2>&1`;
  const reach = `${fetchIt(`${site.url}private`)}; ${fetchIt("/private")}; mkdir /tmp/m; mount -t http ${site.url} /tmp/m >>/tmp/got 2>&1; echo end >>/tmp/got`;
  const policy = JSON.stringify({ "http:localhost": "allow", [`http:localhost:${new URL(site.url).port}`]: "allow" });
  const page = await embed(`?persist=home&init=${encodeURIComponent(reach)}&policy=${encodeURIComponent(policy)}&files=${encodeURIComponent(`${site.url}private`)}&colour=red`);
  const told: string[] = [];
  page.on("console", (message) => told.push(message.text()));
  await page.reload();
  const frame = () => page.frames()[1]!;
  await expect(page.frameLocator("iframe").locator("bushel-shell")).toHaveAttribute("state", "ready");
  const got = await frame().evaluate(() => shell.fs.readFile("/tmp/got", "utf8"));
  expect(got).toMatch(/end\n$/);
  expect(got.split("\n").slice(0, -2)).toEqual(Array(3).fill(expect.stringMatching(/the page says deny for (http|mount):localhost|is of neither http nor https/)));
  expect(await frame().evaluate(() => [shell.persist, shell.files, shell.credentials])).toEqual(["none", "", "omit"]);
  expect(told).toEqual(expect.arrayContaining([
    expect.stringContaining("files that last are only for pages that may drive the shell"),
    expect.stringContaining("files of the frame's own site are only for pages that may drive the shell"),
    expect.stringContaining("there is no parameter colour"),
  ]));
});

for (const [credentials, cookie] of [["same-origin", "secret=1"], ["omit", ""]] as const) {
  test(`with credentials=${credentials}, requests to the page's own site carry ${cookie || "nothing"}`, async ({ context, site, watch }) => {
    await context.addCookies([{ name: "secret", value: "1", url: site.url }]);
    const page = await context.newPage();
    watch(page);
    const carried: string[] = [];
    await page.context().route("**/private*", async (route) => {
      carried.push((await route.request().allHeaders())["cookie"] ?? "");
      await route.fulfill({ body: "private" });
    });
    site.pages.set("/credentials", {
      html: `<!doctype html><script type="module" src="bushel.js"></script>
        <bushel-shell credentials="${credentials}" persist="none"><bushel-file path="got" src="private-file"></bushel-file></bushel-shell>`,
    });
    await page.goto(`${site.url}credentials`);
    const line = `cat got; bus call os http.Fetch request='{"url": "${site.url}private", "whole": true}'`;
    expect((await page.evaluate((line) => document.querySelector("bushel-shell")!.run(line), line)).stdout).toMatch(/^private/);
    expect(carried).toEqual([cookie, cookie]);
  });
}

test("parameters set what the site has left open", async ({ context, site, host, watch }) => {
  site.pages.set("/embed.html", { html: embedPage(`<meta name="bushel-origins" content="*">`, 'prompt="site> " theme="dark"') });
  try {
    const query = new URLSearchParams({ prompt: "mine> ", theme: "light", init: "here=5", welcome: "hello there", run: "echo $here fires", engine: "wazero", readonly: "1", rows: "9" });
    const page = await open(context, watch, host, `${site.url}embed.html?${query}`);
    await join(page);
    await expect.poll(() => page.evaluate(() => embedded.screen())).toMatch(/^hello there\nsite> echo \$here fires\n5 fires\nsite>/);
    const attributes = await page.frames()[1]!.evaluate(() => Object.fromEntries(shell.getAttributeNames().map((name) => [name, shell.getAttribute(name)])));
    expect(attributes).toMatchObject({ theme: "dark", engine: "wazero", readonly: "", rows: "9", persist: "none" });
  } finally {
    site.pages.delete("/embed.html");
  }
});

test("pages of the frame's own site drive it, and a frame that is loaded anew is told", async ({ context, site, watch }) => {
  const page = await open(context, watch, site, `${site.url}embed.html`);
  await join(page);
  expect(await page.evaluate(async () => (await embedded.run("echo own")).stdout)).toBe("own\n");
  const open_ = page.evaluate(() => embedded.run("sleep 60").catch(({ code, cause }) => ({ code, cause })));
  await page.evaluate(() => (document.querySelector("iframe")!.src += "?anew"));
  expect(await open_).toEqual({ code: "closed", cause: "The frame has been loaded anew." });
  await join(page);
  expect(await page.evaluate(async () => (await embedded.run("echo again")).stdout)).toBe("again\n");
});

test("messages of another version or shape are answered in words, and harm nothing", async ({ listed, embed, site }) => {
  const page = await embed();
  await join(page);
  const answers = await page.evaluate(async (target) => {
    const frame = document.querySelector("iframe")!.contentWindow!;
    const first = (port: MessagePort) => new Promise<any>((resolve) => (port.onmessage = ({ data }) => resolve(data)));
    const knock = async (message: unknown) => {
      const { port1, port2 } = new MessageChannel();
      const answer = first(port1);
      frame.postMessage(message, target, [port2]);
      return answer;
    };
    const brief = ({ bushel, type, id, error }: any) => ({ bushel, type, ...(id === undefined ? {} : { id }), code: error.code, cause: error.cause });
    const all = [brief(await knock({ bushel: 2, type: "connect" })), brief(await knock({ bushel: 1, type: "hug" }))];
    const back = new Promise<any>((resolve) => addEventListener("message", ({ data }) => resolve(data), { once: true }));
    frame.postMessage({ bushel: 1, type: "connect" }, target);
    all.push(brief(await back));
    const { port1, port2 } = new MessageChannel();
    const welcome = first(port1);
    frame.postMessage({ bushel: 1, type: "connect" }, target, [port2]);
    all.push({ ...(await welcome), state: "" });
    for (const message of [7, { bushel: 9, type: "call", id: 4, member: "run", args: [] }, { bushel: 1, type: "call", id: 5, member: "eval", args: [] }, { bushel: 1, type: "call", id: 6, member: "run", args: [5] }, { bushel: 1, type: "call", id: 7, member: "run", args: ["echo x", 5] }]) {
      const answer = new Promise<any>((resolve) => {
        port1.onmessage = ({ data }) => data.type === "fault" && resolve(data);
      });
      port1.postMessage(message);
      const { error, ...rest } = await answer;
      all.push({ ...rest, code: error.code, message: error.message });
    }
    frame.postMessage("not ours", target);
    frame.postMessage({ some: "other" }, target);
    return { all, still: (await embedded.run("echo still")).stdout };
  }, origin(site));
  expect(answers).toEqual({
    still: "still\n",
    all: [
      { bushel: 1, type: "refused", code: "version", cause: 'It is "2", and version 1 is spoken here.' },
      { bushel: 1, type: "refused", code: "malformed", cause: 'It is a message of the type "hug", and not one of connect.' },
      { bushel: 1, type: "refused", code: "malformed", cause: "It is a connect without a port." },
      { bushel: 1, type: "welcome", state: "" },
      { bushel: 1, type: "fault", id: 0, code: "malformed", message: "The message cannot be read." },
      { bushel: 1, type: "fault", id: 4, code: "version", message: "The version of the message is not known." },
      { bushel: 1, type: "fault", id: 5, code: "member", message: "There is no such member." },
      { bushel: 1, type: "fault", id: 6, message: "the line is no text" },
      { bushel: 1, type: "fault", id: 7, message: "the options are no object" },
    ],
  });
});

test("a frame that is none of ours does not answer, and that is told", async ({ context, site, host, watch }) => {
  site.pages.set("/other", { html: "<p>another page</p>" });
  const page = await open(context, watch, host, `${site.url}other`);
  const told = await page.evaluate(() => connect(document.querySelector("iframe")!, { timeout: 300 }).catch(({ code, message }) => ({ code, message })));
  expect(told).toEqual({ code: "silent", message: "The frame does not answer." });
});
