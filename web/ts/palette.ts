// The terminal's colours: two quiet palettes, light and dark, each with a
// contrast of 4.5 or more against its ground for every colour that carries text.

import type { ITheme } from "@xterm/xterm";

/** The colours of a terminal that a palette has, in the order of the variables that set them. */
export const COLORS = [
  "background", "foreground", "cursor", "cursorAccent", "selectionBackground",
  "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
  "brightBlack", "brightRed", "brightGreen", "brightYellow", "brightBlue", "brightMagenta", "brightCyan", "brightWhite",
] as const satisfies readonly (keyof ITheme)[];

export type Color = (typeof COLORS)[number];
export type Palette = Readonly<Record<Color, string>>;

export const DARK: Palette = {
  background: "#14171c",
  foreground: "#d8dce3",
  cursor: "#8fb8f0",
  cursorAccent: "#14171c",
  selectionBackground: "#35507a",
  black: "#2a2f38",
  red: "#f0787c",
  green: "#8fca7a",
  yellow: "#e2bd6b",
  blue: "#7fb0f2",
  magenta: "#cf9aec",
  cyan: "#6cc9c9",
  white: "#d8dce3",
  brightBlack: "#8891a0",
  brightRed: "#ff9a9d",
  brightGreen: "#abe096",
  brightYellow: "#f4d58d",
  brightBlue: "#a3c9ff",
  brightMagenta: "#e2b8fb",
  brightCyan: "#93e3e3",
  brightWhite: "#ffffff",
};

export const LIGHT: Palette = {
  background: "#fcfcfa",
  foreground: "#24292f",
  cursor: "#2f64b5",
  cursorAccent: "#fcfcfa",
  selectionBackground: "#c5dafa",
  black: "#24292f",
  red: "#b3262e",
  green: "#2f6f27",
  yellow: "#7d5600",
  blue: "#1f5fb8",
  magenta: "#8435a8",
  cyan: "#0b6a70",
  white: "#5c6570",
  brightBlack: "#626b76",
  brightRed: "#c4303a",
  brightGreen: "#357a2c",
  brightYellow: "#8a6100",
  brightBlue: "#2f6fd0",
  brightMagenta: "#9a45c0",
  brightCyan: "#0f767c",
  brightWhite: "#3a424c",
};
