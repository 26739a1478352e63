// Keys by their names, as Playwright has them ("Enter", "Control+C",
// "Shift+Tab"), and the bytes that a terminal sends for them (xterm's).

const ESC = "\x1b";

const PLAIN: Readonly<Record<string, string>> = {
  Enter: "\r", Tab: "\t", Escape: ESC, Backspace: "\x7f", Space: " ",
};
// Cursor keys and the like: CSI letter, or SS3 letter in application mode.
const LETTER: Readonly<Record<string, string>> = {
  ArrowUp: "A", ArrowDown: "B", ArrowRight: "C", ArrowLeft: "D", End: "F", Home: "H",
};
const FUNCTION: Readonly<Record<string, string>> = { F1: "P", F2: "Q", F3: "R", F4: "S" };
// The others: CSI number ~.
const NUMBER: Readonly<Record<string, number>> = {
  Insert: 2, Delete: 3, PageUp: 5, PageDown: 6,
  F5: 15, F6: 17, F7: 18, F8: 19, F9: 20, F10: 21, F11: 23, F12: 24,
};
const ALIAS: Readonly<Record<string, string>> = {
  Return: "Enter", Esc: "Escape", Up: "ArrowUp", Down: "ArrowDown", Left: "ArrowLeft", Right: "ArrowRight", Del: "Delete",
};
const MODIFIERS: Readonly<Record<string, "shift" | "alt" | "control">> = {
  Shift: "shift", Alt: "alt", Meta: "alt", Control: "control", Ctrl: "control", ControlOrMeta: "control",
};

/** The characters that a key sends. Throws a TypeError for a name that is no key. */
export function keySequence(name: string, applicationCursor = false): string {
  const held = { shift: false, alt: false, control: false };
  let key = name;
  for (let plus = key.indexOf("+", 1); plus > 0 && plus < key.length - 1; plus = key.indexOf("+", 1)) {
    const modifier = MODIFIERS[key.slice(0, plus)];
    if (!modifier) throw new TypeError(`${JSON.stringify(name)} is no key: ${JSON.stringify(key.slice(0, plus))} cannot be held`);
    held[modifier] = true;
    key = key.slice(plus + 1);
  }
  key = ALIAS[key] ?? key;
  const code = 1 + Number(held.shift) + 2 * Number(held.alt) + 4 * Number(held.control);

  const letter = LETTER[key];
  if (letter) return code > 1 ? `${ESC}[1;${code}${letter}` : ESC + (applicationCursor ? "O" : "[") + letter;
  const fn = FUNCTION[key];
  if (fn) return code > 1 ? `${ESC}[1;${code}${fn}` : `${ESC}O${fn}`;
  const number = NUMBER[key];
  if (number) return code > 1 ? `${ESC}[${number};${code}~` : `${ESC}[${number}~`;
  if (key === "Tab" && held.shift) return `${ESC}[Z`;

  let text = PLAIN[key];
  if (text === undefined) {
    if ([...key].length !== 1) throw new TypeError(`${JSON.stringify(name)} is no key`);
    text = held.shift ? key.toUpperCase() : key;
  }
  if (held.control) text = control(key === "Backspace" ? "\b" : text, name);
  return held.alt ? ESC + text : text;
}

function control(text: string, name: string): string {
  if (text === " " || text === "@") return "\0";
  if (text === "?") return "\x7f";
  const code = text.toUpperCase().charCodeAt(0);
  if (code >= 0x40 && code < 0x60) return String.fromCharCode(code & 0x1f);
  if (code < 0x20) return text;
  throw new TypeError(`${JSON.stringify(name)} is no key of a terminal`);
}
