// Pictures of a page, one after another, as an animated GIF.
import gifenc from "gifenc";
import { PNG } from "pngjs";

/** A picture and how long it is shown, in milliseconds. */
export interface Frame {
  png: Buffer;
  ms: number;
}

/** One colour of a GIF's 256 says that a dot is as it was: what has not changed costs nothing. */
const COLORS = 255;
const SAME = 255;

/** All frames have one size; it throws for one of another. */
export function encodeGIF(frames: readonly Frame[]): Uint8Array {
  if (frames.length === 0) throw new Error("there are no frames");
  const pictures = frames.map(({ png }) => PNG.sync.read(png));
  const { width, height } = pictures[0]!;
  const strange = pictures.find((picture) => picture.width !== width || picture.height !== height);
  if (strange) throw new Error(`a frame has ${strange.width} by ${strange.height} dots, and the first ${width} by ${height}`);

  const palette = gifenc.quantize(sample(pictures.map((picture) => picture.data)), COLORS);
  while (palette.length <= SAME) palette.push([0, 0, 0]);
  const gif = gifenc.GIFEncoder();
  let shown: Uint8Array | undefined;
  let owed = 0; // a GIF counts in hundredths of a second
  pictures.forEach((picture, i) => {
    const index = gifenc.applyPalette(picture.data, palette.slice(0, COLORS));
    const before = shown;
    const changed = before ? index.map((color, at) => (color === before[at] ? SAME : color)) : index;
    owed += frames[i]!.ms;
    const delay = 10 * Math.round(owed / 10);
    owed -= delay;
    gif.writeFrame(changed, width, height, { ...(i === 0 ? { palette } : {}), delay, transparent: i > 0, transparentIndex: SAME, repeat: 0, dispose: 1 });
    shown = index;
  });
  gif.finish();
  return gif.bytes();
}

// The dots of a few pictures from all over, and of the last.
function sample(pictures: readonly Uint8Array[]): Uint8Array {
  const step = Math.ceil(pictures.length / 6);
  return new Uint8Array(Buffer.concat([...pictures.filter((_, i) => i % step === 0), pictures.at(-1)!]));
}
