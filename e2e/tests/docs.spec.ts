// The documentation: every page, every cell, every link.
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { DIST, findGuest } from "../guests.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DOCS = `${DIST}/docs`;

/** Runs each cell of a page, and returns those that did not do as they should. */
async function runCells(page: Page): Promise<string[]> {
  const missing = await page.evaluate(() => [...document.querySelectorAll<HTMLElement>("bushel-cell[data-needs]")].map((cell) => cell.dataset["needs"]!));
  const skip = missing.filter((name) => "missing" in findGuest(name));
  return page.evaluate(async (skip) => {
    await customElements.whenDefined("bushel-cell");
    const wrong: string[] = [];
    const cells = [...document.querySelectorAll("bushel-cell")].filter((cell) => !skip.includes(cell.dataset["needs"] ?? ""));
    for (const cell of cells) {
      const code = cell.code;
      try {
        const { ok, output, expected } = await cell.run();
        if (!ok || cell.state !== "done") wrong.push(`${code}\nprinted ${JSON.stringify(output)}\nand not ${JSON.stringify(expected)}`);
      } catch (error) {
        wrong.push(`${code}\nfailed: ${String(error)}`);
      }
    }
    return wrong;
  }, skip);
}

// Each file of docs is a page, and the manual is one.
const files = readdirSync(`${ROOT}/docs`).filter((file) => file.endsWith(".md"));
const names = [...files.map((file) => file.replace(/md$/, "html")), "commands.html"];

test.beforeAll(() => {
  execFileSync("go", ["run", "./cmd/docs", "-o", DOCS], { cwd: ROOT, stdio: "inherit" });
});

for (const name of names) {
  test(`${name} is whole, and its examples do what they say`, async ({ context, site, watch }) => {
    test.setTimeout(180_000);
    const page = await context.newPage();
    watch(page);
    await page.goto(`${site.url}docs/${name}`);
    expect(await runCells(page)).toEqual([]);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.target.flat().join(" ")}: ${node.failureSummary}`))).toEqual([]);

    const links = await page.evaluate(() => [...document.links].map((link) => link.href).filter((href) => href.startsWith(location.origin)));
    for (const link of new Set(links)) {
      const { hash, origin, pathname } = new URL(link);
      const answer = await page.request.get(origin + pathname);
      expect(answer.status(), link).toBe(200);
      const id = decodeURIComponent(hash.slice(1));
      if (id) expect(await answer.text(), link).toContain(`id="${id}"`);
    }
  });
}

test("there is a page for all files and for nothing else", () => {
  expect(readdirSync(DOCS).filter((file) => file.endsWith(".html")).sort()).toEqual(names.sort());
});

test("the pages fit a phone", async ({ browser, site }) => {
  const context = await browser.newContext({ viewport: { width: 360, height: 700 }, isMobile: true, hasTouch: true });
  const page = await context.newPage();
  for (const name of names) {
    await page.goto(`${site.url}docs/${name}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(360);
  }
  await context.close();
});
