import { expect, test } from "@playwright/test";
import { PNG } from "pngjs";
import { encodeGIF } from "../gif.ts";
import { readGIF } from "../readgif.ts";

function picture(width: number, height: number, color: (x: number, y: number) => readonly number[]): Buffer {
  const png = new PNG({ width, height });
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) png.data.set([...color(x, y), 255], 4 * (y * width + x));
  return PNG.sync.write(png);
}

test("a GIF has its frames with their times", () => {
  const noise = picture(64, 48, (x, y) => [(x * 37 + y * 91) % 256, (x * 11) % 256, (y * 53) % 256]);
  const gif = encodeGIF([{ png: noise, ms: 14 }, { png: noise, ms: 14 }, { png: picture(64, 48, () => [1, 2, 3]), ms: 1_234 }]);
  // What a hundredth of a second has cut off is made good.
  expect(readGIF(gif)).toEqual({ width: 64, height: 48, delays: [10, 20, 1_230] });
});

test("a picture that has not changed costs nothing", () => {
  const noise = picture(64, 48, (x, y) => [(x * 37 + y * 91) % 256, (x * 11) % 256, (y * 53) % 256]);
  const one = encodeGIF([{ png: noise, ms: 100 }]);
  expect(encodeGIF([{ png: noise, ms: 100 }, { png: noise, ms: 100 }]).length).toBeLessThan(one.length + 200);
});

test("what makes no GIF is told", () => {
  expect(() => encodeGIF([])).toThrow("no frames");
  expect(() => encodeGIF([{ png: picture(2, 2, () => [0, 0, 0]), ms: 1 }, { png: picture(3, 2, () => [0, 0, 0]), ms: 1 }])).toThrow("3 by 2");
});
