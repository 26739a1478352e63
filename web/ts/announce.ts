// Tells when output begins a picture, before the terminal sees it.

const ESC = 0x1b;
/** What pictures begin with: iTerm's sequence, and SIXEL's string. */
const PICTURE = /^\x1b(\]1337;|P[0-9;]*q)/;
/** What may still become that. */
const PART = /^\x1b(\](1(3(37?)?)?)?|P[0-9;]*)?$/;
/** The longest beginning. */
const LONGEST = 20;

/** Watches output that comes in pieces. */
export class Announcement {
  /** What the last piece ended with, from its escape on, if it may become a picture. */
  private rest = "";

  /** Whether a picture begins in data, or with it. */
  sees(data: Uint8Array | string): boolean {
    if (this.rest) {
      const before = this.rest;
      this.rest = "";
      if (this.look(before + text(data, 0, LONGEST), data.length <= LONGEST)) return true;
    }
    for (let at = next(data, 0); at >= 0; at = next(data, at + 1)) {
      if (this.look(text(data, at, at + LONGEST), at + LONGEST >= data.length)) return true;
    }
    return false;
  }

  // Looks at what an escape begins; last says that there is no more of it yet.
  private look(from: string, last: boolean): boolean {
    if (PICTURE.test(from)) return true;
    if (last && PART.test(from)) this.rest = from;
    return false;
  }
}

function next(data: Uint8Array | string, from: number): number {
  return typeof data === "string" ? data.indexOf("\x1b", from) : data.indexOf(ESC, from);
}

function text(data: Uint8Array | string, from: number, to: number): string {
  return typeof data === "string" ? data.slice(from, to) : String.fromCharCode(...data.subarray(from, to));
}
