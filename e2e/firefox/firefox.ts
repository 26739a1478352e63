// Firefox by WebDriver BiDi, which its release versions speak; the runner's own
// Firefox is a patched one.
import { test as base, expect } from "@playwright/test";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import type { BushelShell } from "../../web/ts/bushel.ts";
import { DIST, findGuest } from "../guests.ts";
import type { Ran } from "../fixtures.ts";
import { serveSite, type Site } from "../server.ts";
import { NO_SPEAKER, startSpeaker } from "../speaker.ts";

export { expect } from "@playwright/test";

declare global {
  var shell: BushelShell;
}

interface Firefox {
  browser: Browser;
  site: Site;
}

interface Fixtures {
  /** Opens dist/index.html and waits for the prompt. */
  open: (engine?: string) => Promise<Page>;
  /** Opens any page. */
  visit: (url: string) => Promise<Page>;
  /** Errors that a test means to see; any other fails it. */
  expectedErrors: RegExp[];
}

interface Worker {
  firefox: Firefox;
  /** Whether Firefox has a device to play on; it has none unless a file says so. */
  speaker: boolean;
}

export const test = base.extend<Fixtures, Worker>({
  speaker: [false, { option: true, scope: "worker" }],
  firefox: [
    async ({ speaker }, use) => {
      const device = speaker ? await startSpeaker() : undefined;
      const site = await serveSite(DIST);
      const browser = await puppeteer.launch({
        browser: "firefox",
        executablePath: process.env["FIREFOX"] ?? "/usr/bin/firefox-esr",
        headless: true,
        env: { ...process.env, ...(device?.env ?? NO_SPEAKER) },
      });
      await use({ browser, site });
      await browser.close();
      await device?.close();
      await site.close();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  expectedErrors: async ({}, use) => {
    await use([]);
  },
  open: async ({ firefox, visit }, use) => {
    await use(async (engine) => {
      const page = await visit(`${firefox.site.url}${engine ? `?engine=${engine}` : ""}`);
      await page.waitForFunction(() => globalThis.shell !== undefined);
      await page.evaluate(() => shell.ready);
      return page;
    });
  },
  visit: async ({ firefox, expectedErrors }, use, info) => {
    const pages: Page[] = [];
    const errors: string[] = [];
    await use(async (url) => {
      const page = await firefox.browser.newPage();
      pages.push(page);
      page.on("console", (message) => console.log(`  [firefox] ${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => {
        if (!expectedErrors.some((e) => e.test(String(error)))) errors.push(String(error));
      });
      await page.goto(url);
      return page;
    });
    for (const page of pages) {
      if (info.status !== info.expectedStatus) {
        await page.screenshot({ path: `${info.outputPath("firefox")}.png` as `${string}.png` }).catch(() => {});
      }
      await page.close();
    }
    expect(errors, "errors on the page").toEqual([]);
  },
});

/** Puts guests into the shell's bin folder; skips the test, by name, if one is not built. */
export async function install(page: Page, ...names: string[]): Promise<void> {
  for (const name of names) {
    const guest = findGuest(name);
    if ("missing" in guest) {
      base.skip(true, `no guest ${name}: ${guest.missing}`);
      continue;
    }
    await page.evaluate(
      async (name, base64) => {
        await shell.fs.mkdir("bin", { recursive: true });
        await shell.fs.writeFile(`bin/${name}.wasm`, Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
      },
      name,
      guest.bytes.toString("base64"),
    );
  }
}

/** Runs a line; the result is what it prints, and its code. */
export async function run(page: Page, line: string, options: { stdin?: string; timeout?: number } = {}): Promise<Ran> {
  return page.evaluate(
    async (line, options) => {
      const { code, stdout, stderr } = await shell.run(line, options);
      return { code, stdout, stderr };
    },
    line,
    options,
  );
}
