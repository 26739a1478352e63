// A page is killed at random moments of a load of writes, and opened again: whatever it
// had been told was done must be there, whole: on the origin's private file system, and on
// IndexedDB. STORE_KILLS is how often, STORE_SEED which moments, STORE_MEDIUM (opfs or idb)
// on which of the two alone.
import { prompted } from "../chromium.mjs";
import { expect, test, withoutPrivateFiles } from "../fixtures.ts";

const KILLS = Number(process.env["STORE_KILLS"] ?? 6);
const SEED = Number(process.env["STORE_SEED"] ?? 1);
const MEDIA = process.env["STORE_MEDIUM"]?.split(",") ?? ["opfs", "idb"];

/** Numbers from 0 to 1, the same for the same seed. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), seed | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a file of the load holds: numbered words, so that every place tells where it is from. */
function contents(name: string, generation: number, size: number): string {
  const word = `${name}.${generation};`;
  return word.repeat(Math.ceil(size / word.length)).slice(0, size);
}

interface Done {
  name: string;
  generation: number;
  size: number; // -1: removed
}

for (const medium of MEDIA) test(`a page that is killed ${KILLS} times loses no finished write on ${medium}`, async ({ context, site, watch }) => {
  test.setTimeout(30_000 + KILLS * 15_000);
  if (medium === "idb") await withoutPrivateFiles(context);
  const next = random(SEED);
  /** What is known to be done, and what may be, by name. */
  const done = new Map<string, Done>();
  const begun = new Map<string, Done>();
  for (let kill = 0; kill < KILLS; kill++) {
    const page = await context.newPage();
    watch(page);
    await page.exposeFunction("began", (what: Done) => void begun.set(what.name, what));
    await page.exposeFunction("ended", (what: Done) => {
      done.set(what.name, what);
      begun.delete(what.name);
    });
    await page.goto(`${site.url}?persist=crash`);
    await prompted(page);
    expect(await page.evaluate(() => shell.screen())).not.toContain("/home is in memory");
    expect((await page.evaluate(() => shell.run("mount | grep '/home '"))).stdout).toContain(`type ${medium} `);
    const there = await page.evaluate(async () => {
      const decoder = new TextDecoder();
      const files: [string, string][] = [];
      await shell.fs.mkdir("load", { recursive: true });
      for (const name of await shell.fs.readdir("load")) files.push([name, decoder.decode(await shell.fs.readFile(`load/${name}`))]);
      return files;
    });
    const found = new Map(there.filter(([name]) => !name.endsWith(".new")));
    for (const { name, generation, size } of done.values()) {
      const now = found.get(name);
      const wanted = size < 0 ? undefined : contents(name, generation, size);
      const other = begun.get(name);
      const also = other && (other.size < 0 ? undefined : contents(name, other.generation, other.size));
      const right = now === wanted || (other !== undefined && now === also);
      expect(right, `seed ${SEED}, after kill ${kill}: ${name} of generation ${generation} has ${now?.length} bytes of ${size}: ${now?.slice(0, 40)}`).toBe(true);
      // What may have been done is now known.
      if (other && now === also) done.set(name, other);
    }
    begun.clear();
    const seed = Math.floor(next() * 2 ** 31);
    const plan = Array.from({ length: 4000 }, (_, i) => {
      const pick = random(seed + i);
      const name = `file-${Math.floor(pick() * 24)}`;
      const size = pick() < 0.15 ? -1 : Math.floor(pick() ** 3 * 300_000);
      return { name, generation: kill * 10_000 + i, size, text: size < 0 ? "" : `${name}.${kill * 10_000 + i};` };
    });
    // The load runs until the page is no more.
    const running = page
      .evaluate(async (plan) => {
        const told = globalThis as unknown as { began(what: Done): Promise<void>; ended(what: Done): Promise<void> };
        for (const { text, ...what } of plan) {
          await told.began(what);
          const path = `load/${what.name}`;
          if (what.size < 0) {
            await shell.fs.rm(path).catch(() => {});
          } else {
            // As programs do that want all or nothing.
            await shell.fs.writeFile(`${path}.new`, text.repeat(Math.ceil(what.size / text.length)).slice(0, what.size));
            await shell.fs.rename(`${path}.new`, path);
          }
          await told.ended(what);
        }
      }, plan)
      .catch(() => {});
    const enough = Math.floor(next() * 40);
    const before = done.size;
    await expect.poll(() => begun.size > 0 && (done.size >= Math.min(before + enough, 24) || done.size > 20)).toBe(true);
    // Not when a call has just ended, but somewhere in the next ones.
    await new Promise((resolve) => setTimeout(resolve, next() * 60));
    await page.close();
    await running;
  }
});
