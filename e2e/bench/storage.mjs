// Prints how fast files that last are, beside bare synchronous access handles in the
// same browser: the file system itself in a worker, and the shell's commands on /home.
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

const dist = process.env.DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
const server = await serve({ dist, page: buildStorageTests() }, new Map());
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
} finally {
  await browser.close();
  await server.close();
  rmSync(profile, { recursive: true, force: true });
}
