// Sound in Firefox: what a guest decodes reaches the page's AudioWorklet, sample by sample.
import { readFileSync } from "node:fs";
import type { ConsoleMessage, Page } from "puppeteer-core";
import { engines } from "../fixtures.ts";
import { DIST, findGuest } from "../guests.ts";
import { difference, EAVESDROP, frequency, heardSamples, listen, missing, tone, type Tone } from "../tones.ts";
import { expect, run, test } from "./firefox.ts";
import { missingSpeaker } from "../speaker.ts";

const lacks = missing() ?? missingSpeaker();
test.skip(lacks !== undefined, lacks);
test.skip("missing" in findGuest("play"), "no guest play: make build has not built it");
test.use({ speaker: true });

let song: Tone; // three seconds
let short: Tone; // what an interpreter decodes in a bearable time
test.beforeAll(({ firefox: { site } }) => {
  song = tone(3, 440, 660);
  short = tone(0.4, 440, 660);
  const headers = { "content-type": "text/javascript" };
  site.pages.set("/player.js", { html: EAVESDROP + readFileSync(`${DIST}/player.js`, "utf8"), headers });
  site.pages.set("/page.js", { html: `(${String(listen)})();\n${readFileSync(`${DIST}/page.js`, "utf8")}`, headers });
});
test.afterAll(({ firefox: { site } }) => {
  for (const path of ["/player.js", "/page.js", "/song.mp3", "/waits"]) site.pages.delete(path);
});

async function give(page: Page, name: string, data: Buffer): Promise<void> {
  await page.evaluate((name, base64) => shell.fs.writeFile(name, Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))), name, data.toString("base64"));
}

for (const engine of engines) {
  test(`what is heard is what a native decoder makes of it, on ${engine}`, async ({ open }) => {
    test.slow();
    const { mp3, samples } = engine === "wazero" ? short : song;
    const page = await open(engine);
    await give(page, "song.mp3", mp3);
    await page.mouse.click(5, 5);
    const ran = await run(page, "play -q song.mp3", { timeout: 120_000 });
    expect(ran).toEqual({ code: 0, stdout: "", stderr: expect.not.stringContaining("play:") });
    const heard = await page.evaluate(heardSamples);
    expect(difference(heard, samples)).toBeUndefined();
    if (engine === "wazero") return; // too short for its frequency
    const tones = Int16Array.from(heard);
    expect(frequency(tones, 0)).toBeCloseTo(440, -1);
    expect(frequency(tones, 1)).toBeCloseTo(660, -1);
    expect(Math.abs(tones.length / 2 / 44_100 - 3)).toBeLessThan(0.1);
  });
}

test("it waits for its user, says so, and begins by itself then", async ({ firefox: { site }, visit }) => {
  // What a test evaluates counts as its user's will, so the page drives itself until the click.
  site.pages.set("/song.mp3", { html: short.mp3, headers: { "content-type": "audio/mpeg" } });
  const script = async (): Promise<void> => {
    await import("/page.js" as string);
    await shell.ready;
    await shell.fs.writeFile("song.mp3", new Uint8Array(await (await fetch("song.mp3")).arrayBuffer()));
    await shell.type("play song.mp3; echo code $?\n");
    while (!shell.screen().includes("wants a click")) await new Promise((done) => setTimeout(done, 20));
    console.log(`it waits, ${overheard.length} pieces were heard, active ${navigator.userActivation.hasBeenActive}`);
  };
  site.pages.set("/waits", { html: `<!doctype html><script type="module">await (${String(script)})();</script><p>text</p><bushel-shell persist="none"></bushel-shell>` });
  let waits: (text: string) => void;
  const waited = new Promise<string>((done) => (waits = done));
  const page = await visit("about:blank");
  page.on("console", (message: ConsoleMessage) => {
    if (message.text().startsWith("it waits")) waits(message.text());
  });
  await page.goto(`${site.url}waits`);
  expect(await waited).toBe("it waits, 0 pieces were heard, active false");
  await page.mouse.click(5, 5);
  await page.waitForFunction(() => /^code 0$/m.test(shell.screen()));
  expect(difference(await page.evaluate(heardSamples), short.samples)).toBeUndefined();
});
