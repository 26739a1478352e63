// Pictures in the terminal, by SIXEL and by iTerm's sequence. It is a bundle of its own, loaded when
// the first picture comes.

import { ImageAddon } from "@xterm/addon-image";
import type { Terminal } from "@xterm/xterm";

/** The most pixels of a picture, and the most bytes that all of them have, in MB. */
const PIXELS = 1 << 24;
const STORAGE = 64;

/** How often it is looked whether the decoder of SIXEL is there, and how often at most; in milliseconds, that is 2 seconds. */
const LOOK = 5;
const LOOKS = 400;

/** Has a terminal draw pictures; resolves when the first may come. */
export async function drawPictures(terminal: Terminal): Promise<void> {
  const addon = new ImageAddon({ pixelLimit: PIXELS, storageLimit: STORAGE, enableSizeReports: false });
  terminal.loadAddon(addon);
  // The add-on compiles its decoder of SIXEL behind our back and lets go of what comes before.
  const decoder = () => (addon as unknown as { _handlers?: Map<string, { _dec?: unknown }> })._handlers?.get("sixel")?._dec;
  for (let i = 0; i < LOOKS && !decoder(); i++) await new Promise((resolve) => setTimeout(resolve, LOOK));
}
