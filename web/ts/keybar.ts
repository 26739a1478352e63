// The keys that the keyboards of phones lack, as a bar below the terminal. Styles
// show it where the pointer is a finger.

import { keySequence } from "./keys.ts";

/** Text, name for those who do not see it, and key. */
const KEYS: readonly (readonly [text: string, label: string, key: string])[] = [
  ["Esc", "Esc", "Escape"],
  ["Tab", "Tab", "Tab"],
  ["←", "Left", "ArrowLeft"],
  ["↑", "Up", "ArrowUp"],
  ["↓", "Down", "ArrowDown"],
  ["→", "Right", "ArrowRight"],
  ["|", "Pipe", "|"],
  ["~", "Tilde", "~"],
  ["^C", "Ctrl C", "Control+C"],
];

/** KeyBar is a bar of keys, one of which holds Control for the next key. */
export class KeyBar {
  readonly element = document.createElement("div");
  private readonly control: HTMLButtonElement;

  /** press is called with the name of a key that was pressed. */
  constructor(press: (key: string) => void) {
    this.element.className = "keys";
    this.element.setAttribute("role", "toolbar");
    this.element.setAttribute("aria-label", "keys");
    this.element.setAttribute("part", "keys");
    // A tap must not take the focus from the terminal, whose keyboard would go.
    this.element.addEventListener("pointerdown", (event) => event.preventDefault());
    this.element.addEventListener("mousedown", (event) => event.preventDefault());
    const buttons = KEYS.map(([text, label, key]) =>
      this.button(text, label, () => {
        const held = this.holding && key.startsWith("Arrow");
        this.hold(false);
        press(held ? `Control+${key}` : key);
      }),
    );
    this.control = this.button("Ctrl", "Ctrl, for the next key", () => this.hold(!this.holding));
    this.hold(false);
    buttons.splice(2, 0, this.control);
    this.element.append(...buttons);
  }

  /** What was typed, with Control if that is held; it is not held any more then. */
  apply(data: string): string {
    if (!this.holding) return data;
    this.hold(false);
    if ([...data].length !== 1) return data;
    try {
      return keySequence(`Control+${data}`);
    } catch {
      return data; // no terminal has that key
    }
  }

  private get holding(): boolean {
    return this.control.getAttribute("aria-pressed") === "true";
  }

  private hold(on: boolean): void {
    this.control.setAttribute("aria-pressed", String(on));
  }

  private button(text: string, label: string, act: () => void): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.setAttribute("aria-label", label);
    button.setAttribute("part", "key");
    button.addEventListener("click", act);
    return button;
  }
}
