// One demo, played without a person's patience: what is recorded is what was seen.
import { PNG } from "pngjs";
import { record } from "../demo.ts";
import firstSteps from "../demos/first-steps.ts";
import { expect, test } from "../fixtures.ts";
import { readGIF } from "../readgif.ts";

test.use({ viewport: { width: 800, height: 450 }, colorScheme: "dark" });

test("a demo is played and recorded", async ({ page, site, watch }) => {
  watch(page);
  const { cast, gif, png } = await record(page, site, firstSteps, { key: 0, look: 1_000 });
  const [header, ...events] = cast!.trimEnd().split("\n").map((line) => JSON.parse(line));
  expect(header).toMatchObject({ version: 2, title: firstSteps.title });
  expect(header.width).toBeGreaterThan(60);
  expect(header.height).toBeGreaterThan(15);
  expect(events.every(([time, kind, text]) => typeof time === "number" && kind === "o" && typeof text === "string")).toBe(true);
  const times = events.map(([time]) => time as number);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times.at(-1)).toBeGreaterThan(4); // it is looked at after each of six lines
  const text = events.map(([, , text]) => text).join("");
  expect(text).toContain("grace 85\r\nalan 41\r\n");
  expect(text).toContain("1+4+9");
  expect(text).toContain("sha256sum");

  const picture = readGIF(gif);
  expect([picture.width, picture.height]).toEqual([800, 450]);
  expect(picture.delays.length).toBeGreaterThan(2);
  const seconds = picture.delays.reduce((sum, delay) => sum + delay, 0) / 1_000;
  expect(seconds).toBeGreaterThan(3);
  expect(seconds).toBeLessThan(60);
  expect(PNG.sync.read(png).width).toBe(800);
});
