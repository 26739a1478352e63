// The element on pages of other people, and what it says when it cannot start.
import { expect, test } from "../fixtures.ts";
import { DIST } from "../guests.ts";
import { serveSite } from "../server.ts";

const tag = (attributes = "", src = "bushel.js") =>
  `<!doctype html><script type="module" src="${src}"></script><bushel-shell ${attributes}>printed</bushel-shell>`;

test("several shells on a page share one kernel file and nothing else", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  let fetched = 0;
  page.on("request", (request) => (fetched += Number(request.url().endsWith("/kernel.wasm"))));
  site.pages.set("/two", { html: `${tag("id=a rows=8")}<bushel-shell id=b rows=8></bushel-shell>` });
  await page.goto(`${site.url}two`);
  await page.waitForSelector("#a[state=ready]");
  await page.waitForSelector("#b[state=ready]");
  expect(fetched).toBe(1);
  const seen = await page.evaluate(async () => {
    const [a, b] = [...document.querySelectorAll("bushel-shell")];
    await a!.fs.writeFile("/tmp/mine", "a");
    return b!.run("cat /tmp/mine").then((result) => result.code);
  });
  expect(seen).not.toBe(0);
});

test("ten shells and a cell on a page fetch and compile each module once", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  const fetched: string[] = [];
  context.on("request", (request) => {
    if (request.url().endsWith(".wasm")) fetched.push(new URL(request.url()).pathname);
  });
  await page.addInitScript(() => {
    const compiled: string[] = ((globalThis as unknown as { compiled: string[] }).compiled = []);
    const { compileStreaming } = WebAssembly;
    WebAssembly.compileStreaming = async (source) => {
      compiled.push(new URL((await source).url).pathname);
      return compileStreaming(source);
    };
    WebAssembly.compile = () => Promise.reject(new Error("the page compiles while it loads"));
  });
  const shells = Array.from({ length: 10 }, (_, i) => `<bushel-shell id="s${i}" rows="4" persist="none"></bushel-shell>`);
  site.pages.set("/ten", { html: `${tag("rows=4 persist=none").replace(/<bushel-shell.*/, "")}${shells.join("")}<pre>echo cell</pre><bushel-cell></bushel-cell>` });
  await page.goto(`${site.url}ten`);
  for (let i = 0; i < 10; i++) await page.waitForSelector(`#s${i}[state=ready]`);
  const outputs = await page.evaluate(async () => {
    const bytes = await (await fetch("examples/hello-c.wasm")).arrayBuffer();
    const shells = [...document.querySelectorAll("bushel-shell")];
    const ran = await Promise.all(
      shells.map(async (shell, i) => {
        await shell.fs.writeFile("hello.wasm", bytes);
        return (await shell.run(`./hello.wasm >/dev/null && echo ${i}; ls /tmp`)).stdout;
      }),
    );
    return [...ran, (await document.querySelector("bushel-cell")!.run()).output];
  });
  expect(outputs).toEqual([...Array.from({ length: 10 }, (_, i) => `${i}\n`), "cell\n"]);
  const once = ["/kernel.wasm", "/process.wasm"];
  expect(fetched.filter((path) => !path.startsWith("/examples/")).sort()).toEqual(once);
  expect((await page.evaluate(() => (globalThis as unknown as { compiled: string[] }).compiled)).sort()).toEqual(once);
});

test("boot=click waits for a click and shows what is printed", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/click", { html: tag("boot=click") });
  await page.goto(`${site.url}click`);
  await page.waitForSelector("bushel-shell[state=idle]");
  await expect(page.getByText("printed")).toBeVisible();
  await page.getByRole("button", { name: "Start the shell" }).click();
  await page.waitForSelector("bushel-shell[state=ready]");
  await page.keyboard.type("echo clicked\n");
  await expect.poll(() => page.evaluate(() => document.querySelector("bushel-shell")!.screen())).toMatch(/^clicked$/m);
});

test("boot=click takes a click anywhere but on a link or behind a selection", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  const printed = '<p id="text">what is printed</p><a href="#elsewhere">a link</a>';
  const html = `<script type="module" src="/bushel.js"></script><bushel-shell boot="click">${printed}</bushel-shell>`;
  site.pages.set("/anywhere", { html });
  const state = () => page.evaluate(() => document.querySelector("bushel-shell")!.state);
  await page.goto(`${site.url}anywhere`);
  await page.waitForSelector("bushel-shell[state=idle]");
  await page.getByText("a link").click();
  await page.waitForURL(/#elsewhere$/);
  expect(await state()).toBe("idle");
  await page.evaluate(() => {
    getSelection()!.selectAllChildren(document.getElementById("text")!);
    document.querySelector("bushel-shell")!.click(); // as the one that a drag of the mouse ends with
  });
  expect(await state()).toBe("idle");
  await page.evaluate(() => getSelection()!.removeAllRanges());
  await page.click("bushel-shell");
  await page.waitForSelector("bushel-shell[state=ready]");
  await page.keyboard.type("echo clicked\n");
  await expect.poll(() => page.evaluate(() => document.querySelector("bushel-shell")!.screen())).toMatch(/^clicked$/m);
});

test("boot=click is started by what needs it", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/need", { html: tag("boot=click") });
  await page.goto(`${site.url}need`);
  await page.waitForSelector("bushel-shell[state=idle]");
  expect(await page.evaluate(async () => (await document.querySelector("bushel-shell")!.run("echo woken")).stdout)).toBe("woken\n");
});

test("boot=visible starts when it is scrolled to", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/visible", { html: `<div style="height:4000px">far above</div>${tag("boot=visible")}` });
  await page.goto(`${site.url}visible`);
  await page.waitForSelector("bushel-shell[state=idle]");
  await page.evaluate(() => document.querySelector("bushel-shell")!.scrollIntoView());
  await page.waitForSelector("bushel-shell[state=ready]");
});

test("rows sets the height and theme the colours", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/look", { html: tag('rows="10" theme="dark"') });
  await page.goto(`${site.url}look`);
  await page.waitForSelector("bushel-shell[state=ready]");
  const look = () =>
    page.evaluate(() => {
      const shell = document.querySelector("bushel-shell")!;
      return { height: shell.offsetHeight, ground: getComputedStyle(shell).backgroundColor };
    });
  const dark = await look();
  expect(dark.height).toBeGreaterThan(150);
  expect(dark.height).toBeLessThan(260);
  await page.evaluate(() => void (document.querySelector("bushel-shell")!.theme = "light"));
  expect((await look()).ground).not.toBe(dark.ground);
});

test("bushel.js may come from another origin", async ({ context, site, watch }) => {
  const other = await serveSite(DIST, { cors: true });
  try {
    const page = await context.newPage();
    watch(page);
    site.pages.set("/other", { html: tag("", `${other.url.replace("localhost", "127.0.0.1")}bushel.js`) });
    await page.goto(`${site.url}other`);
    await page.waitForSelector("bushel-shell[state=ready]");
    expect(await page.evaluate(async () => (await document.querySelector("bushel-shell")!.run("echo far | cat")).stdout)).toBe("far\n");
  } finally {
    await other.close();
  }
});

test("a server that does not know the type of .wasm will do", async ({ context, watch }) => {
  const careless = await serveSite(DIST, { type: "text/plain" });
  try {
    const page = await context.newPage();
    watch(page);
    await page.goto(careless.url);
    await page.waitForSelector("bushel-shell[state=ready]");
    expect(await page.evaluate(async () => (await shell.run("echo fine")).stdout)).toBe("fine\n");
  } finally {
    await careless.close();
  }
});

const failures: { name: string; break: string; code: string; says: RegExp }[] = [
  { name: "kernel.wasm is missing", break: "kernel.wasm", code: "not_found", says: /404/ },
  { name: "kernel-worker.js is missing", break: "kernel-worker.js", code: "not_found", says: /404.*kernel-worker/ },
];
for (const failure of failures) {
  test(`the page says so when ${failure.name}`, async ({ context, site, watch, expectedErrors }) => {
    expectedErrors.push(/404/);
    const page = await context.newPage();
    watch(page);
    await page.route(`**/${failure.break}`, (route) => route.fulfill({ status: 404 }));
    site.pages.set("/broken", { html: `<p>the rest of the page</p>${tag()}` });
    await page.goto(`${site.url}broken`);
    await page.waitForSelector("bushel-shell[state=error]");
    await expect(page.getByRole("alert")).toContainText(failure.says);
    await expect(page.getByText("the rest of the page")).toBeVisible();
    const error = await page.evaluate(() => document.querySelector("bushel-shell")!.ready.catch(({ code, message, cause, cure }) => ({ code, message, cause, cure })));
    expect(error).toMatchObject({ code: failure.code });
    await page.unroute(`**/${failure.break}`);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.waitForSelector("bushel-shell[state=ready]");
  });
}

test("the page says so when the kernel is damaged", async ({ context, site, watch, expectedErrors }) => {
  const page = await context.newPage();
  watch(page);
  expectedErrors.push(/./);
  await page.route("**/kernel.wasm", (route) => route.fulfill({ contentType: "application/wasm", body: "no module" }));
  site.pages.set("/damaged", { html: tag() });
  await page.goto(`${site.url}damaged`);
  await page.waitForSelector("bushel-shell[state=error]");
  await expect(page.getByRole("alert")).toContainText("damaged");
});

test("the page says so when it is offline", async ({ context, site, watch, expectedErrors }) => {
  expectedErrors.push(/ERR_INTERNET_DISCONNECTED|Failed to load/);
  const page = await context.newPage();
  watch(page);
  site.pages.set("/offline", { html: tag("boot=click") });
  await page.goto(`${site.url}offline`);
  await page.waitForSelector("bushel-shell[state=idle]");
  await context.setOffline(true);
  await page.evaluate(() => document.querySelector("bushel-shell")!.start());
  await page.waitForSelector("bushel-shell[state=error]");
  await expect(page.getByRole("alert")).toContainText("offline");
  await context.setOffline(false);
});

for (const [policy, says] of [
  ["default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self'; worker-src 'self'", /wasm-unsafe-eval/],
  ["default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'", /worker-src/],
] as const) {
  test(`the page says so when its policy forbids: ${policy.split(";").at(-2)}; ${policy.split(";").at(-1)}`, async ({ context, site, watch, expectedErrors }) => {
    expectedErrors.push(/Content Security Policy|Failed to construct/i);
    const page = await context.newPage();
    watch(page);
    site.pages.set("/policy", { html: tag(), headers: { "content-security-policy": policy } });
    await page.goto(`${site.url}policy`);
    await page.waitForSelector("bushel-shell[state=error]");
    await expect(page.getByRole("alert")).toContainText(says);
  });
}
