// Sound: what a guest decodes reaches the page's AudioWorklet, sample by sample.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync } from "node:fs";
import { engines, expect, onBothEngines, test, type ShellPage } from "../fixtures.ts";
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

test("it waits for its user, says so, and begins by itself then", async ({ open, context }) => {
  // The runner's own calls count as a user's, so the page is told otherwise.
  await context.addInitScript(() => {
    let allowed = false;
    addEventListener("pointerdown", () => (allowed = true), true);
    globalThis.AudioContext = class extends AudioContext {
      constructor(options?: AudioContextOptions) {
        super(options);
        if (!allowed) void super.suspend();
      }
      override resume(): Promise<void> {
        return allowed ? super.resume() : new Promise(() => {});
      }
    };
  });
  const shell = await open("browser");
  await shell.write("song.mp3", short.mp3);
  await shell.type("play song.mp3; echo code $?\n");
  await shell.seen("play: the browser wants a click or a key on the page before it lets sound begin");
  await shell.seen(/… song.mp3/);
  expect(await played(shell)).toEqual([]);
  await click(shell);
  await shell.seen("code 0");
  expect(difference(await played(shell), short.samples)).toBeUndefined();
});

test("it plays from a pipe and from a URL, and what another guest computes makes no gap", async ({ open }) => {
  const { mp3 } = song;
  const server = createServer((request, response) => {
    const missing = request.url !== "/song.mp3";
    response.writeHead(missing ? 404 : 200, { "access-control-allow-origin": "*" }).end(missing ? "" : mp3);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const shell = await open("browser");
  await shell.write("song.mp3", mp3);
  await shell.install("spin-c");
  await click(shell);
  expect(await shell.run(`play -q ${url}/song.mp3`, { timeout: 60_000 })).toEqual({ code: 0, stdout: "", stderr: expect.not.stringContaining("play:") });
  const first = await played(shell);
  expect(difference(first, song.samples)).toBeUndefined();
  await shell.page.evaluate(() => void (overheard.length = 0));
  const ran = await shell.run("spin-c & cat song.mp3 | play -q; code=$?; kill %1; exit $code", { timeout: 60_000 });
  expect(ran).toMatchObject({ code: 0 });
  expect(difference(await played(shell), song.samples)).toBeUndefined();
  expect(await shell.run(`play ${url}/none.mp3`)).toMatchObject({ code: 1, stderr: `play: ${url}/none.mp3: the server answers 404 Not Found\n` });
  server.close();
});

test("the terminal shows how far it is, and keys pause, go on, and end it", async ({ open }) => {
  const shell = await open("browser");
  await shell.write("song.mp3", tone(8, 440, 660).mp3);
  await shell.run("install -q play");
  await shell.type("play song.mp3\n");
  await shell.seen(/▶ song.mp3 {2}\[=* +\] 0:0\d \/ 0:08/);
  await expect.poll(async () => (await played(shell)).length).toBeGreaterThan(10_000);
  await shell.type(" ");
  await shell.seen(/⏸ song.mp3/);
  await expect
    .poll(async () => {
      const before = (await played(shell)).length;
      await shell.run("sleep 0.2");
      return (await played(shell)).length - before;
    })
    .toBe(0);
  await shell.press("ArrowUp");
  await shell.seen(/\/ 0:08 {2}105%/);
  await shell.press("ArrowRight");
  await shell.seen(/⏸ song.mp3 .* 0:0[5-7] \/ 0:08/);
  await shell.type(" ");
  await shell.seen(/▶ song.mp3 .* 0:0[5-7] \/ 0:08/);
  await shell.type("q");
  await shell.idle();
  expect((await shell.run("echo unharmed")).stdout).toBe("unharmed\n");
});

test("where decoding is slower than the song, the line shows all the same, and q ends it", async ({ open }) => {
  test.slow();
  const shell = await open("wazero");
  await shell.write("song.mp3", tone(8, 440, 660).mp3);
  await shell.run("install -q play");
  await click(shell);
  await shell.type("play song.mp3\n");
  await expect.poll(() => shell.screen(), { timeout: 60_000 }).toMatch(/▶ song.mp3 {2}\[=* +\] 0:0\d \/ 0:08/);
  await shell.type("q");
  await shell.page.waitForFunction(() => globalThis.shell.state === "ready", undefined, { timeout: 60_000 });
  expect((await shell.run("echo unharmed")).stdout).toBe("unharmed\n");
});

onBothEngines("what cannot be played is told in a sentence", async (shell) => {
  test.slow();
  await click(shell);
  await shell.write("half.mp3", short.mp3.subarray(0, short.mp3.length / 2));
  await shell.write("wave.mp3", "RIFF\x24\0\0\0WAVEfmt ");
  await shell.write("wild.mp3", Buffer.concat([Buffer.from("ID3\x04\0\0\x7f\x7f\x7f\x7f", "latin1"), short.mp3]));
  let x = 1;
  await shell.write("noise.mp3", Buffer.from(Array.from({ length: 100_000 }, () => (x = (Math.imul(x, 1664525) + 1013904223) >>> 0) >>> 24)));
  await shell.run("install -q play");
  const play = async (file: string) => {
    const { code, stderr } = await shell.run(`play -q ${file}`, { timeout: 60_000 });
    return `${code} ${stderr}`;
  };
  expect(await play("noise.mp3")).toBe("1 play: noise.mp3: it is no MP3\n");
  expect(await play("wave.mp3")).toBe("1 play: wave.mp3: it is a WAV file, and no MP3\n");
  expect(await play("wild.mp3")).toBe("1 play: wild.mp3: its ID3 tag claims 268435465 bytes, which is too long\n");
  expect(await play("none.mp3")).toBe("1 play: none.mp3: No such file or directory\n");
  const nowhere = new URL("none.mp3", shell.page.url()).href;
  expect(await play(nowhere)).toBe(`1 play: ${nowhere}: the server answers 404 Not Found\n`);
  expect(await play("''")).toBe("1 play: '': No such file or directory\n");
  expect(await play("half.mp3")).toMatch(/^1 play: half.mp3: it is cut short: 0\.\d of 0\.\d seconds are there\n$/);
});
