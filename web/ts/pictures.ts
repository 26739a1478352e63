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

/** What the add-on keeps to itself. */
interface Inside {
  _handlers?: Map<string, { _dec?: unknown; end?: (success: boolean) => boolean | Promise<boolean> }>;
}

/** Has a terminal draw pictures; resolves when the first may come. */
export async function drawPictures(terminal: Terminal): Promise<void> {
  const addon = new ImageAddon({ pixelLimit: PIXELS, storageLimit: STORAGE, enableSizeReports: false });
  terminal.loadAddon(addon);
  // The add-on compiles its decoder of SIXEL behind our back and lets go of what comes before.
  const handlers = (addon as unknown as Inside)._handlers;
  const decoder = () => handlers?.get("sixel")?._dec;
  // What the browser cannot decode would be an error that nobody catches, as it is none of SIXEL's.
  const iterm = handlers?.get("iip");
  const end = iterm?.end?.bind(iterm);
  if (iterm && end) {
    iterm.end = (success) => {
      const shown = end(success);
      return typeof shown === "boolean" ? shown : shown.catch((error: unknown) => (console.warn("a picture cannot be shown:", error), true));
    };
  }
  for (let i = 0; i < LOOKS && !decoder(); i++) await new Promise((resolve) => setTimeout(resolve, LOOK));
}
