// Firefox by WebDriver BiDi, which its release versions speak; the runner's own
// Firefox is a patched one.
import { test as base, expect } from "@playwright/test";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import type { BushelShell } from "../../web/ts/bushel.ts";
import { DIST } from "../guests.ts";
import { serveSite, type Site } from "../server.ts";

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
}

export const test = base.extend<Fixtures, { firefox: Firefox }>({
  firefox: [
    async ({}, use) => {
      const site = await serveSite(DIST);
      const browser = await puppeteer.launch({
        browser: "firefox",
        executablePath: process.env["FIREFOX"] ?? "/usr/bin/firefox-esr",
        headless: true,
      });
      await use({ browser, site });
      await browser.close();
      await site.close();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  open: async ({ firefox }, use, info) => {
    const pages: Page[] = [];
    const errors: string[] = [];
    await use(async (engine) => {
      const page = await firefox.browser.newPage();
      pages.push(page);
      page.on("console", (message) => console.log(`  [firefox] ${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => errors.push(String(error)));
      await page.goto(`${firefox.site.url}${engine ? `?engine=${engine}` : ""}`);
      await page.waitForFunction(() => globalThis.shell !== undefined);
      await page.evaluate(() => shell.ready);
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
