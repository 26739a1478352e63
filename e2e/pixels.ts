// Pictures that tests make, and what of them a terminal shows.
import type { Page } from "@playwright/test";
import { crc32, deflateSync } from "node:zlib";

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A PNG that claims a size and has pixels of one colour for rows of it. */
export function png(width: number, height: number, [r, g, b]: readonly [number, number, number], rows = height): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const line = Buffer.concat([Buffer.from([0]), Buffer.alloc(3 * Math.min(width, 4096)).map((_, i) => [r, g, b][i % 3]!)]);
  const pixels = Buffer.concat(Array.from({ length: rows }, () => line));
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head), chunk("IDAT", deflateSync(pixels)), chunk("IEND", Buffer.alloc(0))]);
}

/** How many pixels of a colour the pictures in the page's first terminal have. */
export const pixels = (page: Page, colour: readonly [number, number, number]): Promise<number> =>
  page.evaluate((colour) => {
    const layer = document.querySelector("bushel-shell")!.shadowRoot!.querySelector<HTMLCanvasElement>("canvas.xterm-image-layer");
    if (!layer || layer.width === 0) return 0;
    const { data } = layer.getContext("2d")!.getImageData(0, 0, layer.width, layer.height);
    let n = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255 && colour.every((c, j) => Math.abs(data[i + j]! - c) < 12)) n++;
    return n;
  }, colour);
