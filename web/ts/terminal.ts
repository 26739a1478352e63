// The terminal on the page: xterm.js with its add-ons, fitted to its box. It is
// a bundle of its own, loaded when the first shell is.

import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal as XTerm, type IMarker, type ITheme } from "@xterm/xterm";
import { Announcement } from "./announce.ts";
import { Leaving } from "./leaving.ts";
import { type Mark, parseFolderMark, parsePromptMark } from "./marks.ts";
import type { Excerpt } from "./transcript.ts";
import { clean, type Wish, WISHES } from "./wishes.ts";

/**
 * How much output may wait to be drawn before reading pauses, and where it goes on, in
 * bytes. What waits stands before the answer to a key: short lines, of which each scrolls,
 * are drawn at some megabytes a second.
 */
const HIGH_WATER = 32 << 10;
const LOW_WATER = 16 << 10;

export interface TerminalEvents {
  onInput(data: string): void;
  onResize(cols: number, rows: number): void;
  onMark(mark: Mark): void;
  /** A program wishes something of the page. */
  onWish(wish: Wish): void;
  /** The keyboard has left, by Escape and Tab. The Escape has been typed. */
  onLeave(): void;
}

export interface TerminalLook {
  theme: ITheme;
  fontFamily: string;
  fontSize: number;
  /** Keeps a text for screen readers beside what is drawn. */
  screenReader: boolean;
}

/** Terminal is one terminal in one box. */
export class Terminal {
  private readonly xterm: XTerm;
  private readonly fit = new FitAddon();
  private readonly search = new SearchAddon();
  private readonly observer: ResizeObserver;
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");
  private readonly blink = () => void (this.xterm.options.cursorBlink = !this.still.matches && !this.xterm.options.disableStdin);
  /** Where the output of the command that runs begins. */
  private begun: { marker: IMarker | undefined; column: number } | undefined;
  private readonly announcement = new Announcement();
  /** What draws pictures: it is not wanted yet, on its way, or there. */
  private pictures: "none" | "there" | Promise<void> = "none";
  private pending = 0;
  private drained: (() => void) | undefined;

  constructor(box: HTMLElement, look: TerminalLook, events: TerminalEvents) {
    this.xterm = new XTerm({
      allowProposedApi: true, // the unicode add-on needs it
      cursorBlink: !this.still.matches,
      cursorInactiveStyle: "outline",
      fontFamily: look.fontFamily,
      fontSize: look.fontSize,
      linkHandler: {
        activate: (_, address) => void window.open(address, "_blank", "noopener"),
        hover: (_, address) => (box.title = address),
        leave: () => box.removeAttribute("title"),
      },
      lineHeight: 1.15,
      macOptionIsMeta: true,
      minimumContrastRatio: 4.5,
      screenReaderMode: look.screenReader,
      scrollback: 10_000,
      theme: look.theme,
    });
    this.xterm.loadAddon(this.fit);
    this.xterm.loadAddon(this.search);
    this.xterm.loadAddon(new Unicode11Addon());
    this.xterm.loadAddon(new WebLinksAddon());
    this.xterm.unicode.activeVersion = "11";
    this.xterm.onData(events.onInput);
    this.xterm.onBinary((data) => events.onInput(data));
    this.xterm.onResize(({ cols, rows }) => events.onResize(cols, rows));
    const hook = (number: number, parse: (data: string) => Mark | undefined) =>
      this.xterm.parser.registerOscHandler(number, (data) => {
        const mark = parse(data);
        if (mark) events.onMark(mark);
        return true;
      });
    for (const [number, parse] of WISHES) {
      this.xterm.parser.registerOscHandler(number, (data) => {
        const wish = parse(data);
        if (wish) events.onWish(wish);
        return true;
      });
    }
    this.xterm.onTitleChange((title) => events.onWish({ type: "title", title: clean(title) }));
    hook(133, parsePromptMark);
    hook(7, parseFolderMark);
    this.xterm.open(box);
    const leaving = new Leaving(box.parentNode?.querySelector("#hint") ?? null, events.onLeave);
    this.xterm.attachCustomKeyEventHandler((event) => leaving.key(event));
    const { textarea } = this.xterm;
    textarea?.setAttribute("aria-label", "Terminal");
    textarea?.setAttribute("aria-describedby", "hint");
    textarea?.addEventListener("blur", () => leaving.end());
    this.still.addEventListener("change", this.blink);
    this.refit(box);
    this.observer = new ResizeObserver(() => this.refit(box));
    this.observer.observe(box);
  }

  get cols(): number {
    return this.xterm.cols;
  }
  get rows(): number {
    return this.xterm.rows;
  }
  /** Programs such as editors ask for other cursor keys. */
  get applicationCursor(): boolean {
    return this.xterm.modes.applicationCursorKeysMode;
  }

  /** The height of a line in CSS pixels. */
  get lineHeight(): number {
    const screen = this.xterm.element?.querySelector(".xterm-screen");
    return screen ? screen.getBoundingClientRect().height / this.xterm.rows : 0;
  }

  /** Draws output. The promise resolves when more may come, so that a flood never piles up. */
  write(data: Uint8Array | string): Promise<void> {
    if (this.pictures === "none" && this.announcement.sees(data)) {
      this.pictures = import("./pictures.ts")
        .then(({ drawPictures }) => drawPictures(this.xterm))
        .catch((error: unknown) => console.warn("pictures cannot be drawn:", error))
        .then(() => void (this.pictures = "there"));
    }
    // What comes meanwhile comes behind the picture.
    if (typeof this.pictures === "object") return this.pictures.then(() => this.write(data));
    this.pending += data.length;
    this.xterm.write(data, () => {
      this.pending -= data.length;
      if (this.pending <= LOW_WATER) {
        this.drained?.();
        this.drained = undefined;
      }
    });
    if (this.pending <= HIGH_WATER) return Promise.resolve();
    return new Promise((resolve) => (this.drained = resolve));
  }

  /** Undoes what a program that died may have left behind: other screen, mouse, colours, hidden cursor. */
  restore(): void {
    // Leaving the other screen moves the cursor, also if it was not shown.
    const leave = this.xterm.buffer.active.type === "alternate" ? "\x1b[?1049l" : "";
    this.xterm.write(leave + "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1l\x1b>\x1b[?25h\x1b[0m\x1b[!p");
  }

  /** The text on the screen, or with the lines above it; rows that one long line fills are put together. */
  text(scrollback: boolean): string {
    const buffer = this.xterm.buffer.active;
    const lines: string[] = [];
    let at = scrollback ? 0 : buffer.viewportY;
    const end = scrollback ? buffer.length : buffer.viewportY + this.xterm.rows;
    // The screen may begin within a long line.
    for (let first = true; at < end; at++, first = false) {
      const line = buffer.getLine(at);
      if (!line) break;
      const more = buffer.getLine(at + 1)?.isWrapped === true && at + 1 < end;
      const text = line.translateToString(!more);
      if (line.isWrapped && !first) lines.push(lines.pop() + text);
      else lines.push(text);
    }
    while (lines.length > 0 && lines.at(-1) === "") lines.pop();
    return lines.join("\n");
  }

  /** Notes that what comes from here on is the output of a command. */
  markOutput(): void {
    this.begun?.marker?.dispose();
    this.begun = { marker: this.xterm.registerMarker(0), column: this.xterm.buffer.active.cursorX };
  }

  /** The lines from there to the cursor: the first head and the last tail of them, as far as they are kept. */
  output(head: number, tail: number): Excerpt {
    const buffer = this.xterm.buffer.normal;
    const { marker, column } = this.begun ?? { marker: undefined, column: 0 };
    this.begun = undefined;
    if (!marker) return { head: [], skipped: 0, tail: [] };
    const gone = marker.line < 0; // it has scrolled away, beyond what is kept
    const from = Math.max(0, marker.line);
    const end = buffer.baseY + buffer.cursorY + (buffer.cursorX > 0 ? 1 : 0);
    marker.dispose();
    const line = (at: number) => buffer.getLine(at)?.translateToString(true, at === from && !gone ? column : 0) ?? "";
    const lines = (a: number, b: number) => Array.from({ length: Math.max(0, b - a) }, (_, i) => line(a + i)).filter(Boolean);
    if (end - from <= head + tail) return { head: lines(from, end), skipped: 0, tail: [] };
    return { head: lines(from, from + head), skipped: end - from - head - tail, tail: lines(end - tail, end) };
  }

  /** Selects the next place where text stands, above or below; tells whether there is one. */
  find(text: string, backwards: boolean): boolean {
    return backwards ? this.search.findPrevious(text) : this.search.findNext(text);
  }

  setTheme(theme: ITheme): void {
    this.xterm.options.theme = theme;
  }
  setFont(family: string, size: number): void {
    this.xterm.options.fontFamily = family;
    this.xterm.options.fontSize = size;
    this.fit.fit();
  }
  /** Keys are not taken from the keyboard. */
  set readOnly(on: boolean) {
    this.xterm.options.disableStdin = on;
    this.blink();
  }
  set screenReader(on: boolean) {
    this.xterm.options.screenReaderMode = on;
  }
  focus(): void {
    this.xterm.focus();
  }

  dispose(): void {
    this.observer.disconnect();
    this.still.removeEventListener("change", this.blink);
    this.drained?.();
    this.xterm.dispose();
  }

  // A box that is not shown has no size, and keeps the terminal's as it is.
  private refit(box: HTMLElement): void {
    if (box.clientWidth > 0 && box.clientHeight > 0) this.fit.fit();
  }
}
