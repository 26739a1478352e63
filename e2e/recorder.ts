// What is seen on a page, with the time: pictures for a GIF, and what a terminal was
// given to draw, for asciinema.
import type { CDPSession, Page } from "@playwright/test";
import { encodeGIF, type Frame } from "./gif.ts";

declare global {
  /** What has been drawn in terminals so far: milliseconds since 1970 and text. */
  var drawn: [at: number, text: string][] | undefined;
  /** Columns and rows of the terminal that has drawn last. */
  var size: [cols: number, rows: number] | undefined;
}

/** Put before bushel.js on a page, it notes in drawn what terminals draw. */
export const NOTE_OUTPUT = `
import { Terminal } from "./terminal.js";
globalThis.drawn = [];
const decoder = new TextDecoder();
const write = Terminal.prototype.write;
Terminal.prototype.write = function (data) {
  globalThis.size = [this.cols, this.rows];
  drawn.push([Date.now(), typeof data === "string" ? data : decoder.decode(data, { stream: true })]);
  return write.call(this, data);
};
`;

/** The longest that nothing moves, in milliseconds. */
const STILL = 1_500;
/** The end is shown so long. */
const END = 3_000;

export class Recorder {
  private readonly page: Page;
  private readonly session: CDPSession;
  private readonly frames: { at: number; png: Buffer }[] = [];
  private readonly holds: { at: number; ms: number }[] = [];
  private readonly begun = Date.now();

  private constructor(page: Page, session: CDPSession) {
    this.page = page;
    this.session = session;
    session.on("Page.screencastFrame", ({ data, sessionId, metadata }) => {
      this.frames.push({ at: 1_000 * (metadata.timestamp ?? Date.now() / 1_000), png: Buffer.from(data, "base64") });
      session.send("Page.screencastFrameAck", { sessionId }).catch(() => {}); // the page has gone
    });
  }

  static async start(page: Page): Promise<Recorder> {
    const session = await page.context().newCDPSession(page);
    const recorder = new Recorder(page, session);
    await session.send("Page.startScreencast", { format: "png", everyNthFrame: 1 });
    return recorder;
  }

  /** Lets who watches look at what is there: the recording stands still, and nobody waits. */
  hold(ms: number): void {
    this.holds.push({ at: Date.now(), ms });
  }

  async stop(): Promise<void> {
    await this.session.send("Page.stopScreencast");
  }

  /** What has been seen, as a GIF. */
  gif(): Uint8Array {
    // They may come in another order than they were taken.
    const frames = this.frames.toSorted((a, b) => a.at - b.at);
    const list: Frame[] = frames.map(({ at, png }, i) => {
      const next = frames[i + 1]?.at;
      const held = this.held(at, next ?? Infinity);
      return { png, ms: next === undefined ? END : Math.min(STILL, next - at) + held };
    });
    return encodeGIF(list);
  }

  /** What the terminal was given, in asciinema's format, version 2. */
  async cast(title: string): Promise<string> {
    const { drawn, size } = await this.page.evaluate(() => ({ drawn: globalThis.drawn ?? [], size: globalThis.size ?? [80, 24] }));
    const header = { version: 2, width: size[0], height: size[1], timestamp: Math.floor(this.begun / 1_000), title, env: { TERM: "xterm-256color" } };
    let time = 0;
    let last = drawn[0]?.[0] ?? this.begun;
    const events = drawn.map(([at, text]) => {
      time += Math.min(STILL, at - last) + this.held(last, at);
      last = at;
      return JSON.stringify([Number((time / 1_000).toFixed(3)), "o", text]);
    });
    return `${[JSON.stringify(header), ...events].join("\n")}\n`;
  }

  private held(from: number, to: number): number {
    return this.holds.filter(({ at }) => from <= at && at < to).reduce((sum, { ms }) => sum + ms, 0);
  }
}
