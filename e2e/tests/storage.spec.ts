// The tests of web/storage, with the conformance suite of file systems, in a worker of
// the browser: on the origin's private file system and on IndexedDB.
import { buildStorageTests } from "../storage/build.mjs";
import { expect, test } from "../fixtures.ts";
import { serveSite, type Site } from "../server.ts";

declare global {
  var runTests: (args: string[], medium: "auto" | "idb") => Promise<{ text: string; code: number }>;
}

let site: Site;
test.beforeAll(async () => {
  test.setTimeout(240_000);
  site = await serveSite(buildStorageTests());
});
test.afterAll(() => site.close());

for (const medium of ["auto", "idb"] as const) {
  test(`the file system's suite passes on ${medium === "auto" ? "the private file system" : "IndexedDB"}`, async ({ page }) => {
    test.setTimeout(240_000);
    await page.goto(site.url);
    await page.waitForFunction(() => globalThis.runTests !== undefined);
    const { text, code } = await page.evaluate((medium) => runTests(["-test.v"], medium), medium);
    const failed = text.split("\n").filter((line) => line.includes("FAIL") || line.includes("panic"));
    expect(failed, text.slice(-4000)).toEqual([]);
    expect(code).toBe(0);
    expect(text.match(/--- PASS: TestSuite\//g)!.length).toBeGreaterThan(500);
  });
}
