// Prints how fast the site in dist is: ratios to the bare browser and to a peer,
// measured in turns in one Chromium.
//
//   node e2e/bench/run.mjs [--rounds 5] [--only write,cpu] [--engines browser,wazero] [--no-sizes] [--save docs/benchmarks.md]
//
// The machine may be busy with other things, so only what was measured side by side
// is compared: each work is done by Bushel, then by the others in the same page,
// and a ratio is the median of the rounds' ratios.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import { buildGuests, songs } from "./guests.mjs";
import { keepAwake, peakMemory } from "./machine.mjs";
import { sizeTable, speedTable } from "./report.mjs";
import { CHROMIUM } from "../chromium.mjs";
import { serve } from "../folders.mjs";
import { FIGURES, optionsFor, WORKS } from "./works.mjs";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    only: { type: "string" },
    engines: { type: "string", default: "browser,wazero" },
    limit: { type: "string", default: "60" },
    "no-sizes": { type: "boolean", default: false },
    save: { type: "string" },
  },
});
const only = flags.only?.split(",");
const works = WORKS.filter(({ id }) => !only || only.includes(id));
const engines = flags.engines.split(",");
const limit = Number(flags.limit) * 1000;
const folder = (path) => fileURLToPath(new URL(path, import.meta.url)).replace(/\/$/, "");
const dist = process.env.DIST ?? folder("../../dist");

const { guests, missing } = buildGuests();
const sung = songs([400, 4000, 20_000]);
if (sung.size > 0) guests.set("song", undefined);
else missing.set("song", "lame is not there: apt-get install lame");
for (const [name, why] of missing) console.error(`without ${name}: ${why}`);
const files = new Map([...guests].map(([name, code]) => [`/guest/${name}.wasm`, code]));
for (const [ms, mp3] of sung) files.set(`/song/${ms}.mp3`, mp3);
files.set("/index.html", readFileSync(folder("page/index.html")));
const folders = { dist, page: folder("page"), shim: folder("../../node_modules/@bjorn3/browser_wasi_shim/dist"), comlink: folder("../../node_modules/comlink/dist/esm") };
const [server, isolating] = await Promise.all([serve(folders, files), serve(folders, files, { isolated: true })]);
const browser = await chromium.launch(CHROMIUM);

/** By "figure, column" and "figure, column/bare", a figure a round. */
const samples = new Map();
const failures = new Set();

function note(key, value) {
  if (!samples.has(key)) samples.set(key, []);
  samples.get(key).push(value);
}

async function within(promise) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`not done within ${limit / 1000} s`)), limit); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function perform(page, { id, work, guest, repeat = 1, beside = [], awake = false, memory }, engine, options) {
  if (guest && !guests.has(guest)) return;
  const sleep = awake ? keepAwake() : () => {};
  const peak = memory && (await peakMemory(browser));
  try {
    await takeTurns(page, { id, work, repeat, beside }, engine, options);
  } finally {
    sleep();
  }
  if (peak) note(`${memory}, ${engine}`, await peak());
}

async function takeTurns(page, { id, work, repeat, beside }, engine, options) {
  const figures = {};
  const columns = ["bushel", ...beside.filter((c) => c === "bare" || engine === engines[0])];
  for (let turn = 0; turn < (engine === "wazero" ? 1 : repeat); turn++) {
    for (const column of columns) {
      try {
        const got = await within(page.evaluate(([c, w, o]) => bench.work(c, w, o), [column, work, options]));
        const best = (figures[column] ??= got);
        for (const [figure, value] of Object.entries(got)) best[figure] = FIGURES[figure]?.rate ? Math.max(best[figure], value) : Math.min(best[figure], value);
      } catch (error) {
        failures.add(`${id}, ${column === "bushel" ? engine : column}: ${String(error.message).split("\n")[0]}`);
        if (column === "bushel") throw error; // the page may hang
      }
    }
  }
  for (const [column, of] of Object.entries(figures)) {
    const name = column === "bushel" ? engine : column;
    for (const [figure, value] of Object.entries(of)) {
      note(`${figure}, ${name}`, value);
      if (column !== "bare" && figures.bare?.[figure]) note(`${figure}, ${name}/bare`, value / figures.bare[figure]);
    }
  }
}

// A context is a browser profile of its own, so every page begins with a cold cache.
async function open(engine, isolated = false) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${(isolated ? isolating : server).url}/index.html?engine=${engine}`);
  await page.waitForFunction(() => globalThis.bench && globalThis.prompted);
  await within(page.evaluate(() => prompted.then(() => {})));
  return { page, close: () => context.close() };
}

await (await open(engines[0])).close(); // so that the browser itself is warm
for (let round = 0; round < Number(flags.rounds); round++) {
  for (let turn = 0; turn < engines.length; turn++) {
    const engine = engines[(round + turn) % engines.length];
    const begun = Date.now();
    let opened = await open(engine);
    for (const work of works) {
      if (work.only && work.only !== engine) continue;
      if (work.isolated) {
        await opened.close();
        opened = await open(engine, true);
      }
      try {
        await perform(opened.page, work, engine, optionsFor(work, engine));
      } catch {
        await opened.close();
        opened = await open(engine);
      }
      if (work.isolated) {
        await opened.close();
        opened = await open(engine);
      }
    }
    await opened.close();
    console.error(`round ${round + 1}, ${engine}: ${((Date.now() - begun) / 1000).toFixed(0)} s`);
  }
}
const version = browser.version();
await browser.close();
server.close();
isolating.close();

const versionOf = (name) => JSON.parse(readFileSync(folder(`../../node_modules/${name}/package.json`), "utf8")).version;
const go = execFileSync("go", ["env", "GOVERSION"], { encoding: "utf8" }).trim();
const wazero = execFileSync("go", ["list", "-m", "-f", "{{.Version}}", "github.com/tetratelabs/wazero"], { encoding: "utf8" }).trim();
const parts = [];
function tell(part) {
  parts.push(part);
  console.log(`${part}\n`);
}
tell(
  `${new Date().toISOString().slice(0, 10)}, Chromium ${version}, ${go}, wazero ${wazero}, @bjorn3/browser_wasi_shim ${versionOf("@bjorn3/browser_wasi_shim")}, Comlink ${versionOf("comlink")}, ${cpus().length} cores; medians of ${flags.rounds} rounds.`,
);
tell(speedTable(samples, engines, "shim"));
tell(speedTable(samples, engines, "comlink", true));
for (const failure of failures) tell(`Failed: ${failure}`);
if (!flags["no-sizes"]) tell(await sizeTable(dist));

if (flags.save) {
  const MARK = /(<!-- make bench -->\n)[^]*?(\n<!-- end -->)/;
  const page = readFileSync(flags.save, "utf8");
  if (!MARK.test(page)) throw new Error(`${flags.save} has no place for the tables`);
  writeFileSync(flags.save, page.replace(MARK, (_, head, tail) => `${head}\n${parts.join("\n\n")}\n${tail}`));
}
