// Firefox on a machine that has nothing to play sound on.
import { findGuest } from "../guests.ts";
import { missing, tone } from "../tones.ts";
import { expect, run, test } from "./firefox.ts";

const lacks = missing();
test.skip(lacks !== undefined, lacks);
test.skip("missing" in findGuest("play"), "no guest play: make build has not built it");

test("without a device it says so", async ({ open }) => {
  const page = await open();
  const { mp3 } = tone(1, 440, 660);
  await page.evaluate((base64) => shell.fs.writeFile("song.mp3", Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))), mp3.toString("base64"));
  await page.mouse.click(5, 5);
  expect(await run(page, "install -q play; play song.mp3", { timeout: 50_000 })).toEqual({
    code: 1,
    stdout: "",
    stderr: "play: song.mp3: the browser plays no sound: it finds no device to play it on\n",
  });
});
