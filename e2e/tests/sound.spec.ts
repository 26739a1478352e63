// Sound: what a guest decodes reaches the page's AudioWorklet, sample by sample.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync } from "node:fs";
import { engines, expect, test, type ShellPage } from "../fixtures.ts";
import { DIST, findGuest } from "../guests.ts";
import { difference, EAVESDROP, frequency, heardSamples, listen, missing, tone, type Tone } from "../tones.ts";

const lacks = missing();
test.skip(lacks !== undefined, lacks);
test.skip("missing" in findGuest("play"), "no guest play: make build has not built it");

let song: Tone; // three seconds
let short: Tone; // what an interpreter decodes in a bearable time
test.beforeAll(() => {
  song = tone(3, 440, 660);
  short = tone(0.4, 440, 660);
});

test.beforeEach(async ({ context, site }) => {
  await context.addInitScript(listen);
  site.pages.set("/player.js", { html: EAVESDROP + readFileSync(`${DIST}/player.js`, "utf8"), headers: { "content-type": "text/javascript" } });
});
test.afterEach(({ site }) => void site.pages.delete("/player.js"));

/** What a browser takes for its user's will. */
const click = (shell: ShellPage): Promise<void> => shell.page.mouse.click(5, 5);
const played = (shell: ShellPage): Promise<number[]> => shell.page.evaluate(heardSamples);

test("a tone has its frequencies and its length", () => {
  expect(frequency(song.samples, 0)).toBeCloseTo(440, -1);
  expect(frequency(song.samples, 1)).toBeCloseTo(660, -1);
  expect(Math.abs(song.samples.length / 2 / 44_100 - 3)).toBeLessThan(0.1);
});

for (const engine of engines) {
  test(`what is heard is what a native decoder makes of it, on ${engine}`, async ({ open }) => {
    test.slow(engine === "wazero");
    const { mp3, samples } = engine === "wazero" ? short : song;
    const shell = await open(engine);
    await shell.write("song.mp3", mp3);
    await click(shell);
    expect(await shell.run("play song.mp3", { timeout: 120_000 })).toMatchObject({ code: 0, stdout: "" });
    expect(difference(await played(shell), samples)).toBeUndefined();
  });
}
