// Prints how fast files that last are, beside bare synchronous access handles in the
// same browser: the file system itself in a worker, and the shell's commands and a guest on
// /home, beside /tmp in memory.
//
//   node e2e/bench/storage.mjs
//
// It takes a profile on disk: in a private window browsers keep such files elsewhere.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { buildStorageTests } from "../storage/build.mjs";
import { CHROMIUM } from "../chromium.mjs";
import { serve } from "../folders.mjs";
import { buildGuests } from "./guests.mjs";

const dist = process.env.DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
const { guests, missing } = buildGuests();
const works = guests.get("works");
const server = await serve({ dist, page: buildStorageTests() }, new Map(works ? [["/guest/works.wasm", works]] : []));
const profile = mkdtempSync(join(tmpdir(), "bushel-bench-"));
const browser = await chromium.launchPersistentContext(profile, CHROMIUM);
try {
  const page = await browser.newPage();
  await page.goto(`${server.url}/page/index.html`);
  await page.waitForFunction(() => globalThis.runTests !== undefined);
  const { text, code } = await page.evaluate(() => runTests(["-test.run=none", "-test.bench=Sequential|SmallFile|Sync"], "auto"));
  console.log(text.split("\n").filter((line) => /^(sequential|Benchmark(Small|Sync))/.test(line)).join("\n"));
  if (code !== 0) throw new Error(text);

  await page.goto(`${server.url}/dist/index.html?persist=bench`);
  await page.waitForFunction(() => globalThis.shell !== undefined);
  const lines = await page.evaluate(async () => {
    await shell.ready;
    const MiB = 64;
    const once = async (line) => {
      const { code, ms, stderr } = await shell.run(line);
      if (code !== 0) throw new Error(`${line}: ${stderr}`);
      return ms;
    };
    await once(`head -c ${MiB << 20} /dev/zero > big`);
    const out = [];
    for (const [what, line, before] of [
      ["cat to /dev/null", "cat big > /dev/null"],
      ["cp", "cp big copy", "rm -f copy"],
      ["cp and sync", "cp big copy; sync", "rm -f copy"],
    ]) {
      const times = [];
      for (let i = 0; i < 5; i++) {
        if (before) await once(before);
        times.push(await once(line));
      }
      times.sort((a, b) => a - b);
      out.push(`${what} of ${MiB} MiB on /home: ${((MiB * 1000) / times[2]).toFixed(0)} MiB/s`);
    }
    return out;
  });
  console.log(lines.join("\n"));
  if (!works) throw new Error(missing.get("works"));
  console.log((await page.evaluate(byGuest)).join("\n"));
} finally {
  await browser.close();
  await server.close();
  rmSync(profile, { recursive: true, force: true });
}

/** In the page: what a guest does with files in both places in turns; the median of five. */
async function byGuest() {
  const guest = "/tmp/works.wasm";
  await shell.fs.writeFile(guest, new Uint8Array(await (await fetch("/guest/works.wasm")).arrayBuffer()));
  const COUNT = 1000, MiB = 64;
  const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
  const run = async (line) => {
    const { code, stderr } = await shell.run(`${guest} ${line}`);
    if (code !== 0) throw new Error(`${line}: ${stderr}`);
    return Object.fromEntries([...stderr.matchAll(/^(\w+) (\d+)$/gm)].map(([, name, ns]) => [name, Number(ns)]));
  };
  const figures = new Map();
  const add = (what, value) => figures.set(what, [...(figures.get(what) ?? []), value]);
  for (let i = 0; i < 5; i++) {
    for (const place of ["/tmp", "/home/user"]) {
      for (const how of ["made", "overwritten"]) {
        add(`a small file ${how} and read back in ${place}, us`, (await run(`files ${place} ${COUNT}`)).files / 1e3 / COUNT);
      }
      await shell.run(`rm -f ${place}/small*`);
      const { write, read } = await run(`sequence ${place} ${MiB}`);
      add(`${MiB} MiB written by a guest in ${place}, MiB/s`, MiB / (write / 1e9));
      add(`${MiB} MiB read by a guest in ${place}, MiB/s`, MiB / (read / 1e9));
    }
  }
  return [...figures].map(([what, values]) => `${what}: ${median(values).toPrecision(3)}`);
}
