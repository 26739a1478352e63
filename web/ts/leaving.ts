// How the keyboard leaves the terminal, which takes Tab for itself: by Escape, and
// Tab right after it. Who comes in by Tab is told so, to see as well as to hear.

const MODIFIERS = ["Shift", "Control", "Alt", "Meta"];

/** Leaving watches the keys that go to a terminal. */
export class Leaving {
  private readonly hint: Element | null;
  private readonly left: () => void;
  private escaped = false;
  /** A key has been pressed since the terminal has the keyboard. */
  private used = false;

  /** hint is shown to who comes by Tab; left is called when Escape and Tab were pressed. */
  constructor(hint: Element | null, left: () => void) {
    this.hint = hint;
    this.left = left;
  }

  /** Looks at a key before the terminal does; false: it is not the terminal's. */
  key(event: KeyboardEvent): boolean {
    if (event.type === "keyup") {
      // Tab was pressed elsewhere, and let go here.
      if (event.key === "Tab" && !this.used) this.hint?.classList.remove("unseen");
      return true;
    }
    if (event.type !== "keydown") return true;
    this.used = true;
    this.hint?.classList.add("unseen");
    if (MODIFIERS.includes(event.key)) return true;
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (event.key === "Tab" && plain && this.escaped) {
      this.escaped = false;
      this.left();
      return false;
    }
    this.escaped = event.key === "Escape" && plain && !event.shiftKey;
    return true;
  }

  /** The terminal has the keyboard no more. */
  end(): void {
    this.escaped = false;
    this.used = false;
    this.hint?.classList.add("unseen");
  }
}
