// What a GIF says of itself: its size, and how long each picture is shown.

export interface GIF {
  width: number;
  height: number;
  /** In milliseconds. */
  delays: number[];
}

/** Throws if the file is none, or not whole. */
export function readGIF(gif: Uint8Array): GIF {
  const bytes = Buffer.from(gif);
  if (bytes.toString("latin1", 0, 6) !== "GIF89a") throw new Error("this is no GIF");
  const table = (flags: number): number => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  const delays: number[] = [];
  let at = 13 + table(bytes.readUInt8(10));
  const skip = (): void => {
    while (bytes.readUInt8(at) > 0) at += 1 + bytes.readUInt8(at);
    at++;
  };
  for (;;) {
    switch (bytes.readUInt8(at)) {
      case 0x3b: // the end
        return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8), delays };
      case 0x21: // an extension, of which 0xf9 is shown before a picture
        if (bytes.readUInt8(at + 1) === 0xf9) delays.push(10 * bytes.readUInt16LE(at + 4));
        at += 2;
        skip();
        break;
      case 0x2c: // a picture
        at += 10 + table(bytes.readUInt8(at + 9)) + 1;
        skip();
        break;
      default:
        throw new Error(`a GIF has no block ${bytes.readUInt8(at)}`);
    }
  }
}
