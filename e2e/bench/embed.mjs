// Prints what shells cost the pages of other people: the script, ten shells on one page beside
// one, and the prompt on a page that was visited before.
//
//   node e2e/bench/embed.mjs [--rounds 5]
//
// The cache is the browser's own, so there is a profile on disk and a server that lets files be kept.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { chromium } from "@playwright/test";
import { CHROMIUM } from "../chromium.mjs";
import { serve } from "../folders.mjs";

const { values: flags } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(flags.rounds);
const dist = process.env.DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
const TEN = 10;

const html = (shells) => `<!doctype html><title>shells</title><link rel="icon" href="data:,">
  ${`<bushel-shell rows="6" persist="none"></bushel-shell>`.repeat(shells)}
  <script type="module">
    globalThis.prompted = [];
    addEventListener("bushel-ready", () => {
      if (prompted.push(performance.now()) === ${shells}) console.info("prompted");
    });
  </script>
  <script type="module" src="/dist/bushel.js"></script>`;
const files = new Map([1, TEN].map((shells) => [`/${shells}.html`, Buffer.from(html(shells))]));
const server = await serve({ dist }, files, { cached: true });
const launched = [];

async function launch() {
  const profile = mkdtempSync(join(tmpdir(), "bushel-bench-"));
  const context = await chromium.launchPersistentContext(profile, CHROMIUM);
  launched.push({ context, profile });
  return context;
}

/** Opens a page with so many shells, waits for all prompts, and measures. */
async function visit(context, shells) {
  const page = await context.newPage();
  const before = server.requests.length;
  // The page tells by itself: to ask it would be work of its thread, some 20 ms of it, in what is measured.
  const told = page.waitForEvent("console", (message) => message.text() === "prompted");
  await page.goto(`${server.url}/${shells}.html`);
  await told;
  const prompted = await page.evaluate(() => prompted);
  const fetched = server.requests.slice(before).filter((path) => path.endsWith(".wasm"));
  return { page, first: Math.min(...prompted), last: Math.max(...prompted), fetched };
}

/** What the processes of pages have for themselves, in MiB. */
async function memory(context) {
  const session = await context.browser().newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  let kib = 0;
  for (const { id, type } of processInfo) {
    if (type !== "renderer") continue;
    for (const [, n] of readFileSync(`/proc/${id}/smaps_rollup`, "utf8").matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)) kib += Number(n);
  }
  return kib / 1024;
}

/** The memory when it has come to rest: what was compiled and collected in the background is done. */
async function resting(context, page) {
  let last = Infinity;
  for (let turn = 0; turn < 20; turn++) {
    await page.requestGC();
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
    const now = await memory(context);
    if (Math.abs(now - last) < 0.01 * now) return now;
    last = now;
  }
  return last;
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const figures = { cold: [], again: [], ten: [], one: [], memory: [] };
const fetched = new Set();
try {
  for (let round = 0; round < rounds; round++) {
    const context = await launch();
    const cold = await visit(context, 1);
    figures.cold.push(cold.first);
    // What the browser has compiled is kept when it has been used, and the page is left.
    await cold.page.close();
    await (await visit(context, 1)).page.close();
    const again = await visit(context, 1);
    figures.again.push(again.first);
    const one = await resting(context, again.page);
    await again.page.close();
    const other = await launch();
    const ten = await visit(other, TEN);
    fetched.add(ten.fetched.sort().join(" "));
    figures.ten.push(ten.last);
    figures.one.push(ten.first);
    figures.memory.push((await resting(other, ten.page) - one) / (TEN - 1));
    for (const { context, profile } of launched.splice(0)) {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    }
  }
} finally {
  for (const { context, profile } of launched) {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
  server.close();
}

const kib = (name) => gzipSync(readFileSync(join(dist, name)), { level: 9 }).length / 1024;
const row = (...cells) => console.log(`| ${cells.join(" | ")} |`);
const met = (yes) => (yes ? "yes" : "no");
row("what", "unit", "figure", "target", "met");
row("---", "---", "--:", "---", "---");
row("bushel.js, gzip", "KiB", kib("bushel.js").toFixed(1), "≤ 100 KB", met(kib("bushel.js") * 1024 <= 100_000));
row("page to prompt, first visit", "ms", Math.round(median(figures.cold)), "", "");
row("page to prompt, visited before", "ms", Math.round(median(figures.again)), "< 300 ms", met(median(figures.again) < 300));
row("ten shells: first prompt", "ms", Math.round(median(figures.one)), "", "");
row("ten shells: last prompt", "ms", Math.round(median(figures.ten)), "", "");
row("ten shells: modules fetched", "", [...fetched].join("; ").replaceAll("/dist/", ""), "each once", met([...fetched].every((list) => new Set(list.split(" ")).size === list.split(" ").length)));
row("memory of an idle shell more", "MiB", median(figures.memory).toFixed(1), "", "");
