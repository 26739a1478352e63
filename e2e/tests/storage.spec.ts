// The tests of web/storage, with the conformance suite of file systems, in a worker of
// the browser: on the origin's private file system, on IndexedDB, and on a folder as a
// picker gives it.
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

const media = [
  { name: "the private file system", medium: "auto", args: ["-test.skip=Folder"] },
  { name: "IndexedDB", medium: "idb", args: ["-test.skip=Folder"] },
  { name: "a folder that was picked", medium: "auto", args: ["-test.run=Folder"] },
] as const;
for (const { name, medium, args } of media) {
  test(`the file system's suite passes on ${name}`, async ({ page }) => {
    test.setTimeout(240_000);
    await page.goto(site.url);
    await page.waitForFunction(() => globalThis.runTests !== undefined);
    const { text, code } = await page.evaluate(([medium, args]) => runTests(["-test.v", ...args], medium), [medium, args] as const);
    const failed = text.split("\n").filter((line) => line.includes("FAIL") || line.includes("panic"));
    expect(failed, text.slice(-4000)).toEqual([]);
    expect(code).toBe(0);
    expect(text.match(/--- PASS: Test(Folder)?Suite\//g)!.length).toBeGreaterThan(args[0].includes("run") ? 300 : 500);
  });
}
