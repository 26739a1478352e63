// Plays the demos and leaves what was recorded in build/demos: make demos.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "../fixtures.ts";
import { HUMAN, record, type Script } from "../demo.ts";

const OUT = fileURLToPath(new URL("../../build/demos", import.meta.url));
const DEMOS = new URL("../demos/", import.meta.url);

test.use({ viewport: { width: 800, height: 450 }, colorScheme: "dark" });

for (const file of readdirSync(fileURLToPath(DEMOS)).sort()) {
  const name = file.replace(/\.ts$/, "");
  test(name, async ({ page, site, watch }) => {
    test.setTimeout(120_000);
    watch(page);
    const { default: script } = (await import(new URL(file, DEMOS).href)) as { default: Script };
    const { cast, gif, png } = await record(page, site, script, HUMAN);
    mkdirSync(OUT, { recursive: true });
    if (cast !== undefined) writeFileSync(`${OUT}/${name}.cast`, cast);
    writeFileSync(`${OUT}/${name}.gif`, gif);
    writeFileSync(`${OUT}/${name}.png`, png);
    console.log(`  build/demos/${name}: ${script.title}; the GIF has ${gif.length} bytes`);
  });
}
