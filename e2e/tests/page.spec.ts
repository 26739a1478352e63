import { expect, test } from "../fixtures.ts";

test("the page needs no header and comes to a prompt", async ({ open }) => {
  const shell = await open();
  expect(await shell.page.evaluate(() => crossOriginIsolated)).toBe(false);
  expect(await shell.state()).toBe("ready");
  expect(await shell.screen()).not.toBe("");
});

test("?run= types a command and Enter", async ({ open }) => {
  const shell = await open(undefined, "run=echo%20one-%24((1%2B1))");
  await shell.seen(/^one-2$/m);
});

test("what ?run= brings finds nothing of the reader's, whatever else the address says", async ({ open, site }) => {
  const mine = await open(undefined, "persist=home");
  await mine.run("echo precious > kept; sync kept");
  await mine.page.close();
  const shell = await open(undefined, `persist=home&run=${encodeURIComponent("cat kept; rm -rf ~/* /home; echo gone")}`);
  await shell.seen(/^gone$/m);
  expect(await shell.screen()).toMatch(/brought a line[^]*cat: kept: no such file/i);
  expect(await shell.page.evaluate(() => [globalThis.shell.persist, globalThis.shell.credentials])).toEqual(["none", "omit"]);
  site.pages.set("/private", { html: "private" });
  const { stdout, stderr } = await shell.run(`bus call os http.Fetch request='{"url": "${site.url}private", "whole": true}'`);
  expect(stdout + stderr).toContain("the page says deny for http:localhost");
  await shell.page.close();
  expect((await (await open(undefined, "persist=home")).run("cat kept")).stdout).toBe("precious\n");
});

test("?engine= picks the engine of what is run", async ({ open }) => {
  const shell = await open("wazero");
  expect((await shell.run("echo $BUSHEL_ENGINE")).stdout).toBe("wazero\n");
});

test("progress is told in bytes until the shell is ready", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/progress", {
    html: `<!doctype html><script>
      events = [];
      for (const type of ["bushel-progress", "bushel-ready"]) {
        addEventListener(type, (e) => events.push([type, e.detail, document.querySelector("bushel-shell").state]));
      }
    </script><script type="module" src="bushel.js"></script><bushel-shell></bushel-shell>`,
  });
  await page.goto(`${site.url}progress`);
  await page.waitForSelector("bushel-shell[state=ready]");
  const events = await page.evaluate(() => (globalThis as unknown as { events: [string, { loaded: number; total: number; phase: string }, string][] }).events);
  const progress = events.filter(([type]) => type === "bushel-progress").map(([, detail]) => detail);
  expect(progress.length).toBeGreaterThan(1);
  for (const { loaded, total } of progress) expect(loaded).toBeLessThanOrEqual(total);
  expect(progress.at(-1)!.loaded).toBeGreaterThan(1_000_000);
  expect(events.at(-1)![0]).toBe("bushel-ready");
  expect(events.at(-1)![2]).toBe("ready");
});

test("a page visited before tells of its progress too", async ({ context, site, watch }) => {
  site.pages.set("/again", {
    html: `<!doctype html><script>
      last = undefined;
      addEventListener("bushel-progress", (e) => (last = e.detail));
    </script><script type="module" src="bushel.js"></script><bushel-shell persist="none"></bushel-shell>`,
  });
  for (const visit of ["first", "second"]) {
    const page = await context.newPage();
    watch(page);
    await page.goto(`${site.url}again`);
    await page.waitForSelector("bushel-shell[state=ready]");
    const last = await page.evaluate(() => (globalThis as unknown as { last: { loaded: number; total: number; phase: string } }).last);
    expect(last.total, visit).toBeGreaterThan(1_000_000);
    expect(last, visit).toEqual({ loaded: last.total, total: last.total, phase: "compile" });
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith("/kernel.wasm")).length), visit).toBe(1);
    await page.close();
  }
});

test("the terminal follows the size of its box", async ({ open }) => {
  const shell = await open();
  const width = () => shell.page.evaluate(() => globalThis.shell.shadowRoot!.querySelector(".xterm-screen")!.clientWidth);
  await shell.page.setViewportSize({ width: 600, height: 300 });
  await expect.poll(width).toBeLessThan(600);
  const small = Number((await onTerminal(shell, "stty size || tput cols")).trim().split(/\s+/).at(-1));
  await shell.page.setViewportSize({ width: 1200, height: 300 });
  await expect.poll(width).toBeGreaterThan(1000);
  const large = Number((await onTerminal(shell, "stty size || tput cols")).trim().split(/\s+/).at(-1));
  expect(large).toBeGreaterThan(small);
});

test("taken off the page, the shell ends its workers; put back, it starts anew", async ({ open }) => {
  const shell = await open();
  await expect.poll(() => shell.page.workers().length).toBeGreaterThan(0);
  await shell.page.evaluate(() => globalThis.shell.remove());
  await expect.poll(() => shell.page.workers().length).toBe(0);
  expect(await shell.page.evaluate(() => globalThis.shell.ready.then(String, (error) => error.code))).toBe("closed");
  await shell.page.evaluate(() => {
    document.body.append(globalThis.shell);
    return globalThis.shell.ready;
  });
  expect((await shell.run("echo back")).stdout).toBe("back\n");
});

test("taken off the page, the shell ends what waits for it", async ({ open }) => {
  const shell = await open();
  const codes = await shell.page.evaluate(async () => {
    const { shell } = globalThis;
    const child = await shell.spawn("cat");
    const left = Promise.withResolvers<string>();
    const silent = () => new ReadableStream<Uint8Array>({ cancel: () => left.resolve("left") });
    const code = (promise: Promise<unknown>) => promise.then(() => "done", (error) => error.code);
    const waiting = [
      code(shell.run("cat", { stdin: silent() })),
      code(shell.fs.writeFile("/tmp/never", silent())),
      code(child.exit),
      code(child.stdout.getReader().read()),
      code(shell.bus.call("os", "time.sleep", { duration_ms: 600_000 })),
    ];
    while (!(await shell.fs.stat("/tmp/never").catch(() => undefined))); // until it has begun
    shell.remove();
    return Promise.all([...waiting, left.promise]);
  });
  expect(codes).toEqual(["closed", "closed", "closed", "closed", "unavailable", "left"]);
});

test("moved on the page, the shell stays", async ({ open }) => {
  const shell = await open();
  await shell.write("kept", "yes");
  await shell.page.evaluate(() => {
    const section = document.createElement("section");
    document.body.append(section);
    section.append(globalThis.shell);
  });
  expect((await shell.run("cat kept")).stdout).toBe("yes");
});

/** What a line prints on the terminal. */
async function onTerminal(shell: import("../fixtures.ts").ShellPage, line: string): Promise<string> {
  const before = await shell.screen();
  await shell.page.evaluate((line) => {
    const done = new Promise((resolve) => globalThis.shell.addEventListener("bushel-exit", resolve, { once: true }));
    return globalThis.shell.type(`${line}\n`).then(() => done);
  }, line);
  await expect.poll(() => shell.screen()).not.toBe(before);
  const lines = (await shell.screen()).split("\n");
  return lines.filter((text) => /^[\d ]+$/.test(text)).at(-1) ?? "";
}
