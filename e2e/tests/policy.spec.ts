// The page under a strict content security policy.
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { DIST } from "../guests.ts";
import { pixels, png } from "../pixels.ts";
import { serveSite, type Site } from "../server.ts";

const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:";

const COLOURS = String.raw`printf '\033[31mred\033[0m \033[1;44mblue\033[0m \033[38;5;208morange\033[0m \033[38;2;10;200;30mgreen\033[48;2;90;0;90mdeep\033[0m \033[7mback\033[0m \033[2mdim\033[0m\n'`;

/** Counts in the page, from its first moment, what its policy forbids. */
async function count(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const seen: string[] = ((globalThis as unknown as { violations: string[] }).violations = []);
    document.addEventListener("securitypolicyviolation", (event) => {
      if (event.disposition === "enforce") seen.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`);
    });
  });
  return () => page.evaluate(() => (globalThis as unknown as { violations: string[] }).violations);
}

/** Prints words in colours, and tells how each one looks, and the terminal's rest. */
async function look(page: Page): Promise<Record<string, unknown>> {
  await page.evaluate(async (line) => {
    const shell = document.querySelector("bushel-shell")!;
    await shell.type(`clear; ${line}\n`);
  }, COLOURS);
  await expect.poll(() => page.evaluate(() => document.querySelector("bushel-shell")!.screen())).toMatch(/^red blue orange greendeep back dim$/m);
  await expect.poll(() => page.evaluate(() => document.querySelector("bushel-shell")!.state)).toBe("ready");
  const words = () =>
    page.evaluate(() => {
      const root = document.querySelector("bushel-shell")!.shadowRoot!;
      const style = (element: Element) => {
        const { color, backgroundColor, fontWeight, fontFamily, fontSize, display, height } = getComputedStyle(element);
        return { color, backgroundColor, fontWeight, fontFamily, fontSize, display, height };
      };
      const looks: Record<string, unknown> = {};
      for (const span of root.querySelectorAll(".xterm-rows span")) {
        const text = span.textContent!.trim();
        if (/^(red|blue|orange|green|deep|back|dim)$/.test(text)) looks[text] = style(span);
      }
      looks["slider"] = style(root.querySelector(".scrollbar > .slider")!);
      looks["rows"] = style(root.querySelector(".xterm-rows")!);
      return looks;
    });
  await expect.poll(async () => Object.keys(await words()).sort()).toEqual(["back", "blue", "deep", "dim", "green", "orange", "red", "rows", "slider"]);
  return words();
}

async function withPolicy(body: (site: Site) => Promise<void>): Promise<void> {
  const site = await serveSite(DIST, { policy: POLICY });
  try {
    await body(site);
  } finally {
    await site.close();
  }
}

test("the page works under a strict policy, and looks as it does without one", async ({ context, site, watch }) => {
  await withPolicy(async (strict) => {
    const looks: unknown[] = [];
    for (const url of [strict.url, site.url]) {
      const page = await context.newPage();
      watch(page);
      const others: string[] = [];
      page.on("request", (request) => {
        if (/^http/.test(request.url()) && !request.url().startsWith(url)) others.push(request.url());
      });
      const violations = await count(page);
      await page.goto(`${url}?persist=none&theme=dark`);
      await page.waitForSelector("bushel-shell[state=ready]");
      const seen = await look(page);
      expect((seen["red"] as { color: string }).color).not.toBe((seen["orange"] as { color: string }).color);
      expect((seen["green"] as { color: string }).color).toBe("rgb(10, 200, 30)");
      looks.push(seen);
      expect(await page.evaluate(async () => (await document.querySelector("bushel-shell")!.run("printf 'b\\na\\n' | sort")).stdout)).toBe("a\nb\n");
      await page.evaluate(() => (document.querySelector("bushel-shell")!.theme = "light"));
      looks.push(await look(page));
      expect(await violations()).toEqual([]);
      expect(others, "requests to others").toEqual([]);
    }
    expect(strict.violations).toEqual([]);
    expect(looks[0]).toEqual(looks[2]);
    expect(looks[1]).toEqual(looks[3]);
    expect(looks[0]).not.toEqual(looks[1]);
  });
});

for (const engine of ["browser", "wazero"] as const) {
  test(`cells and guests work under a strict policy, on ${engine}`, async ({ context, watch }) => {
    await withPolicy(async (strict) => {
      const page = await context.newPage();
      watch(page);
      const violations = await count(page);
      strict.pages.set("/cells", {
        html: `<!doctype html><script type="module" src="bushel.js"></script>
          <pre><code>echo $((6 * 7)) | cat</code></pre><bushel-cell id="one" expected="42" editable engine="${engine}"></bushel-cell>
          <pre><code>false</code></pre><bushel-cell id="two" engine="${engine}"></bushel-cell>
          <bushel-shell boot="click" rows="8" engine="${engine}"><bushel-file path="a.txt">text</bushel-file></bushel-shell>`,
      });
      await page.goto(`${strict.url}cells`);
      await page.locator("#one").getByRole("button").click();
      await page.waitForSelector("#one[state=done]");
      await page.locator("#two").getByRole("button").click();
      await page.waitForSelector("#two[state=failed]");
      await page.getByRole("button", { name: "Start the shell" }).click();
      await page.waitForSelector("bushel-shell[state=ready]");
      const ran = await page.evaluate(async () => {
        const shell = document.querySelector("bushel-shell")!;
        const module = await (await fetch("examples/hello-c.wasm")).arrayBuffer().catch(() => undefined);
        if (module) await shell.fs.writeFile("hello.wasm", module);
        const { code, stdout } = await shell.run("cat a.txt; ./hello.wasm");
        return { code, stdout };
      });
      expect(ran).toEqual({ code: 0, stdout: expect.stringMatching(/^text.+/s) });
      expect(await violations()).toEqual([]);
      expect(strict.violations).toEqual([]);
    });
  });
}

test("a frame works under a strict policy, and so does the page that drives it", async ({ context, watch }) => {
  await withPolicy(async (strict) => {
    const page = await context.newPage();
    watch(page);
    const violations = await count(page);
    strict.pages.set("/host", { html: `<!doctype html><script type="module" src="drive.js"></script><iframe src="embed.html?run=echo+framed" width="700" height="300"></iframe>` });
    await page.route("**/drive.js", (route) => {
      const body = `import { connect } from "./connect.js"; document.title = (await (await connect(document.querySelector("iframe"))).run("echo driven")).stdout;`;
      return route.fulfill({ contentType: "text/javascript", body });
    });
    await page.goto(`${strict.url}host`);
    await expect(page).toHaveTitle(/driven/);
    await expect.poll(() => page.frames()[1]!.evaluate(() => document.querySelector("bushel-shell")!.screen())).toMatch(/^framed$/m);
    expect(await violations()).toEqual([]);
    expect(strict.violations).toEqual([]);
  });
});

test("pictures are shown under a strict policy, by both protocols", async ({ context, watch }) => {
  await withPolicy(async (strict) => {
    const page = await context.newPage();
    watch(page);
    const violations = await count(page);
    await page.goto(`${strict.url}?persist=none`);
    await page.waitForSelector("bushel-shell[state=ready]");
    await page.evaluate(async (red) => {
      const shell = document.querySelector("bushel-shell")!;
      await shell.fs.writeFile("red.png", Uint8Array.from(red));
      await shell.fs.writeFile("six", '\x1bP0;1;0q"1;1;60;12#1;2;0;0;100#1!60~-#1!60~\x1b\\');
      await shell.type("clear; imgcat red.png; cat six; echo\n");
    }, [...png(40, 20, [200, 0, 0])]);
    await expect.poll(() => pixels(page, [200, 0, 0])).toBeGreaterThanOrEqual(700);
    await expect.poll(() => pixels(page, [0, 0, 255])).toBeGreaterThanOrEqual(600);
    expect(await violations()).toEqual([]);
    expect(strict.violations).toEqual([]);
  });
});

test("what a policy forbids is counted", async ({ context }) => {
  await withPolicy(async (strict) => {
    const page = await context.newPage();
    const violations = await count(page);
    strict.pages.set("/bad", { html: `<!doctype html><p style="color: red">red</p><style>p { margin: 0 }</style>` });
    await page.goto(`${strict.url}bad`);
    await expect.poll(async () => (await violations()).length).toBe(2);
    await expect.poll(() => strict.violations.length).toBe(2);
  });
});
