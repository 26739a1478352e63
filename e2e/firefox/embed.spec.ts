// The element, cells and frames on other people's pages, in Firefox.
import type { connect as Connect } from "../../web/ts/embed/connect.ts";
import { DIST } from "../guests.ts";
import { serveSite } from "../server.ts";
import { expect, test } from "./firefox.ts";

declare global {
  var connect: typeof Connect;
}

const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:";

test("several shells and a cell of a page share each module", async ({ firefox, visit }) => {
  const shells = `<bushel-shell rows="4" persist="none"></bushel-shell>`.repeat(3);
  firefox.site.pages.set("/three", { html: `<!doctype html><script type="module" src="bushel.js"></script>${shells}<pre>echo cell</pre><bushel-cell></bushel-cell>` });
  const page = await visit(`${firefox.site.url}three`);
  await page.waitForFunction(() => document.querySelectorAll("bushel-shell[state=ready]").length === 3);
  const outputs = await page.evaluate(async () => {
    const ran = await Promise.all([...document.querySelectorAll("bushel-shell")].map(async (shell, i) => (await shell.run(`echo ${i} > /tmp/f; ls /tmp; cat /tmp/f`)).stdout));
    return [...ran, (await document.querySelector("bushel-cell")!.run()).output];
  });
  expect(outputs).toEqual(["f\n0\n", "f\n1\n", "f\n2\n", "cell\n"]);
  // What guests need may come after the prompt.
  const fetched = () => page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname).filter((path) => path.endsWith(".wasm")).sort());
  await expect.poll(fetched).toEqual(["/kernel.wasm", "/process.wasm"]);
});

test("the page works under a strict policy, colours included", async ({ visit }) => {
  const strict = await serveSite(DIST, { policy: POLICY });
  try {
    const page = await visit(`${strict.url}?persist=none&theme=dark`);
    await page.waitForSelector("bushel-shell[state=ready]");
    await page.evaluate(() => document.querySelector("bushel-shell")!.type(String.raw`clear; printf '\033[31mred\033[0m \033[38;2;10;200;30mgreen\033[0m\n'` + "\n"));
    const colour = (word: string) =>
      page.evaluate((word) => {
        const spans = [...document.querySelector("bushel-shell")!.shadowRoot!.querySelectorAll(".xterm-rows span")];
        const span = spans.find((span) => span.textContent === word);
        return span && getComputedStyle(span).color;
      }, word);
    await expect.poll(() => colour("green")).toBe("rgb(10, 200, 30)");
    await expect.poll(() => colour("red")).toBe("rgb(240, 120, 124)");
    expect(strict.violations).toEqual([]);
  } finally {
    await strict.close();
  }
});

test("a page of another origin that is listed drives the shell in a frame, and no other", async ({ firefox, visit }) => {
  const host = await serveSite(DIST);
  try {
    const page = await visit(`${firefox.site.url}embed.html`); // its HTML, to be changed
    const html = await page.evaluate(async () => (await fetch("embed.html")).text());
    firefox.site.pages.set("/listed.html", { html: html.replace('"bushel-origins" content=""', `"bushel-origins" content="${new URL(host.url).origin}"`) });
    const drive = `import { connect } from "./connect.js"; Object.assign(globalThis, { connect });`;
    host.pages.set("/host", { html: `<!doctype html><script type="module">${drive}</script><iframe src="${firefox.site.url}listed.html" width="600" height="200"></iframe>` });
    host.pages.set("/other", { html: `<!doctype html><script type="module">${drive}</script><iframe src="${firefox.site.url}embed.html" width="600" height="200"></iframe>` });
    const other = await visit(`${host.url}other`);
    await other.waitForFunction(() => globalThis.connect !== undefined);
    expect(await other.evaluate(() => connect(document.querySelector("iframe")!).catch(({ code }) => code))).toBe("refused");
    const listed = await visit(`${host.url}host`);
    await listed.waitForFunction(() => globalThis.connect !== undefined);
    const seen = await listed.evaluate(async () => {
      const shell = await connect(document.querySelector("iframe")!);
      await shell.fs.writeFile("f", new Blob(["b\na\n"]).stream());
      const cat = await shell.spawn("cat");
      const writer = cat.stdin.getWriter();
      void writer.write("streamed").then(() => writer.close());
      const streamed = await new Response(cat.stdout).text();
      await shell.bus.serve("page", { add: ({ a, b }: { a: number; b: number }) => a + b });
      const { stdout, code } = await shell.run("sort f; bus call page add a=40 b=2; exit 6");
      await shell.ready;
      await shell.type("echo typed\n");
      while (!/^typed$/m.test(await shell.screen())) await new Promise(requestAnimationFrame);
      return { streamed, stdout, code };
    });
    expect(seen).toEqual({ streamed: "streamed", stdout: "a\nb\n42\n", code: 6 });
  } finally {
    await host.close();
  }
});
