// Which colours the terminal has: a palette, with what the page's style says in
// variables, or the system's own where its user has forced colours.

import type { ThemeName } from "./look.ts";
import { COLORS, DARK, LIGHT, type Color, type Palette } from "./palette.ts";

/** The variable of a page's style that sets a colour: --bushel-bright-red and the like. */
export const variable = (color: Color): string => `--bushel-${color.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Watches which colours are to be shown, now and whenever the system or the page changes its mind. */
export class Theme {
  private readonly dark_ = matchMedia("(prefers-color-scheme: dark)");
  private readonly forced = matchMedia("(forced-colors: active)");
  private readonly probe: HTMLElement;
  private readonly changed: (theme: Palette, dark: boolean) => void;
  private wanted: ThemeName = "auto";
  private readonly tell = () => this.changed(this.colors, this.dark);

  /** probe is an element of the shell that has the page's variables, and transitions on them. */
  constructor(probe: HTMLElement, changed: (theme: Palette, dark: boolean) => void) {
    this.probe = probe;
    this.changed = changed;
    probe.addEventListener("transitionend", (event) => event.propertyName.startsWith("--bushel-") && this.tell());
  }

  /** Begins to watch the system. */
  connect(name: ThemeName): void {
    this.dark_.addEventListener("change", this.tell);
    this.forced.addEventListener("change", this.tell);
    this.name = name;
  }

  disconnect(): void {
    this.dark_.removeEventListener("change", this.tell);
    this.forced.removeEventListener("change", this.tell);
  }

  set name(name: ThemeName) {
    this.wanted = name;
    this.tell();
  }

  get dark(): boolean {
    return this.wanted === "auto" ? this.dark_.matches : this.wanted === "dark";
  }

  get colors(): Palette {
    if (this.forced.matches) return this.system();
    const style = getComputedStyle(this.probe);
    const palette: Record<Color, string> = { ...(this.dark ? DARK : LIGHT) };
    const set = COLORS.filter((color) => style.getPropertyValue(variable(color)).trim() !== "");
    for (const color of set) palette[color] = this.resolve(style.getPropertyValue(variable(color)).trim()) ?? palette[color];
    // What is written on a ground of the page's own has to be told apart from it as the palette's is.
    if (set.includes("background") && !set.includes("cursorAccent")) palette.cursorAccent = palette.background;
    return palette;
  }

  // The one colour for text and the one for what is marked, that the user has chosen.
  private system(): Palette {
    const text = this.resolve("CanvasText")!;
    const palette = Object.fromEntries(COLORS.map((color) => [color, text])) as Record<Color, string>;
    palette.background = palette.cursorAccent = this.resolve("Canvas")!;
    palette.selectionBackground = this.resolve("Highlight")!;
    return palette;
  }

  // A colour as style has it ("oklch(…)", "Canvas") in the form that xterm reads, without
  // transparency; undefined if it is no colour.
  private resolve(value: string): string | undefined {
    if (!CSS.supports("color", value)) return undefined;
    const element = document.createElement("i");
    // Light colours of light-dark() stay those of the shell's own scheme.
    element.style.cssText = "display: none; forced-color-adjust: none";
    element.style.color = `color-mix(in srgb, ${value} 100%, transparent 0%)`;
    this.probe.append(element);
    const parts = /\(srgb ([^/)]+)/.exec(getComputedStyle(element).color)?.[1]?.trim().split(/\s+/).map(Number);
    element.remove();
    if (parts?.length !== 3 || parts.some(Number.isNaN)) return undefined;
    return `#${parts.map((part) => Math.round(255 * Math.min(1, Math.max(0, part))).toString(16).padStart(2, "0")).join("")}`;
  }
}
