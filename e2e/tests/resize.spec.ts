// The terminal follows the box of its element, also where that has no size for a while.
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";

const html = (body: string) => `<!doctype html><script type="module" src="bushel.js"></script>${body}`;

/** The size that programs see, by stty; undefined as long as what is drawn differs. */
async function size(page: Page): Promise<{ cols: number; rows: number } | undefined> {
  return page.evaluate(async () => {
    const shell = document.querySelector("bushel-shell")!;
    const over = new Promise((resolve) => shell.addEventListener("bushel-exit", resolve, { once: true }));
    await shell.type("clear; stty size\n");
    await over;
    const found = /^(\d+) (\d+)$/m.exec(shell.screen());
    const drawn = shell.shadowRoot!.querySelectorAll(".xterm-rows > div").length;
    return found && Number(found[1]) === drawn ? { rows: Number(found[1]), cols: Number(found[2]) } : undefined;
  });
}

/** How much of the terminal's box the text leaves free, in lines and columns: less than one if it fits. */
const slack = (page: Page): Promise<{ lines: number; columns: number }> =>
  page.evaluate(() => {
    const root = document.querySelector("bushel-shell")!.shadowRoot!;
    const box = root.querySelector(".terminal")!.getBoundingClientRect();
    const screen = root.querySelector(".xterm-screen")!.getBoundingClientRect();
    const lines = root.querySelectorAll(".xterm-rows > div").length;
    const line = screen.height / lines;
    // The scroll bar has 14 pixels beside the text.
    return { lines: Math.floor((box.height - screen.height) / line), columns: Math.floor((box.width - 14 - screen.width) / (line / 2)) };
  });

async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForSelector("bushel-shell[state=ready]", { state: "attached" });
}

test("the terminal follows its box, and programs are told", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/box", { html: html(`<div id="box" style="width: 600px"><bushel-shell persist="none" style="height: 100%"></bushel-shell></div>`) });
  await open(page, `${site.url}box`);
  const wide = (await size(page))!;
  const set = (width: string, height: string) => page.evaluate(([width, height]) => Object.assign(document.getElementById("box")!.style, { width, height }), [width, height]);
  await set("300px", "200px");
  await expect.poll(() => size(page)).toMatchObject({ cols: expect.any(Number) });
  await expect.poll(async () => (await size(page))?.cols).toBeLessThan(wide.cols * 0.55);
  const small = (await size(page))!;
  await set("900px", "600px");
  await expect.poll(async () => (await size(page))?.rows).toBeGreaterThan(2.5 * small.rows);
  expect((await size(page))!.cols).toBeGreaterThan(wide.cols);
  expect(await slack(page)).toEqual({ lines: 0, columns: 0 });
});

test("a terminal without a size keeps its own, and follows again when it is shown", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/hide", { html: html(`<div id="box" style="width: 640px; height: 300px"><bushel-shell persist="none" style="height: 100%"></bushel-shell></div>`) });
  await open(page, `${site.url}hide`);
  const before = await size(page);
  expect(before).toBeDefined();
  const style = (changes: Record<string, string>) => page.evaluate((changes) => Object.assign(document.getElementById("box")!.style, changes), changes);
  for (const gone of [{ display: "none" }, { display: "block", width: "0px", height: "0px" }]) {
    await style(gone);
    expect(await size(page)).toEqual(before);
  }
  await style({ width: "320px", height: "200px" });
  await expect.poll(async () => (await size(page))?.cols).toBeLessThan(before!.cols * 0.6);
  expect(await slack(page)).toEqual({ lines: 0, columns: 0 });
});

test("a shell that starts in a closed <details> has its size when that is opened", async ({ context, site, watch }) => {
  const page = await context.newPage();
  watch(page);
  site.pages.set("/details", { html: html(`<details style="width: 500px"><summary>more</summary><bushel-shell rows="9" persist="none"></bushel-shell></details>`) });
  await open(page, `${site.url}details`);
  await page.evaluate(() => document.querySelector("bushel-shell")!.type("echo typed while closed\n"));
  await expect.poll(() => page.evaluate(() => document.querySelector("bushel-shell")!.screen())).toMatch(/^typed while closed$/m);
  await page.getByText("more").click();
  await expect(page.locator(".xterm-screen")).toBeVisible();
  await expect.poll(async () => (await size(page))?.rows).toBe(9);
  const open_ = (await size(page))!;
  expect(open_.cols).toBeLessThan(75);
  expect(open_.cols).toBeGreaterThan(40);
  expect(await slack(page)).toEqual({ lines: 0, columns: 0 });
  await page.getByText("more").click();
  await expect(page.locator(".xterm-screen")).toBeHidden();
  expect(await size(page)).toEqual(open_);
});
