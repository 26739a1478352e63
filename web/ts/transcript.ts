// What people who do not see the screen hear of it: each command with its output
// and its exit code, as a log that a screen reader speaks when it has nothing else
// to say, and that can be read again.

/** The text of a command's output: the whole, or its beginning and its end. */
export interface Excerpt {
  head: readonly string[];
  /** How many lines are left out between the two. */
  skipped: number;
  tail: readonly string[];
}

interface Entry {
  line: string;
  code: number;
  output: Excerpt;
}

/** How many commands are kept. */
const KEPT = 50;
/** How much of an output is spoken: lines of its beginning and of its end, and characters of each. */
export const HEAD = 12;
export const TAIL = 4;
const WIDTH = 400;
/** What comes in this time is spoken as one, in milliseconds: a screen reader drops what it gets too fast. */
const GATHER = 300;
/** How many commands of those are spoken whole, the last ones. */
const WHOLE = 3;

/** Transcript is the log, which is not drawn. */
export class Transcript {
  readonly element = document.createElement("div");
  /** The output is spoken by others: only commands and codes are said. */
  brief = false;
  private gathered: Entry[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.element.className = "unseen";
    this.element.setAttribute("role", "log");
    this.element.setAttribute("aria-live", "polite");
    this.element.setAttribute("aria-label", "commands and their output");
    this.element.setAttribute("part", "transcript");
  }

  /** Says that a command has ended. */
  add(line: string, code: number, output: Excerpt): void {
    this.gathered.push({ line, code, output });
    this.timer ??= setTimeout(() => this.flush(), GATHER);
  }

  /** Forgets everything. */
  clear(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.gathered = [];
    this.element.replaceChildren();
  }

  private flush(): void {
    this.timer = undefined;
    const whole = this.gathered.slice(-WHOLE);
    const rest = this.gathered.slice(0, -WHOLE);
    this.gathered = [];
    if (rest.length > 0) {
      const failed = rest.filter((entry) => entry.code !== 0).length;
      this.element.append(paragraph(`${count(rest.length, "command")} before, ${failed === 0 ? "none" : failed} of which failed`));
    }
    this.element.append(...whole.map((entry) => this.render(entry)));
    while (this.element.childElementCount > KEPT) this.element.firstElementChild!.remove();
  }

  private render({ line, code, output }: Entry): HTMLElement {
    const entry = document.createElement("div");
    entry.append(paragraph(`$ ${cut(line)}`));
    if (!this.brief) {
      if (output.skipped > 0) {
        entry.append(paragraph(`${count(output.head.length + output.skipped + output.tail.length, "line")} of output`));
      }
      entry.append(...output.head.map((text) => paragraph(cut(text))));
      if (output.skipped > 0) entry.append(paragraph(`${count(output.skipped, "line")} left out`));
      entry.append(...output.tail.map((text) => paragraph(cut(text))));
    }
    entry.append(paragraph(`exit code ${code}`));
    return entry;
  }
}

function paragraph(text: string): HTMLElement {
  const p = document.createElement("p");
  p.textContent = text;
  return p;
}

function cut(text: string): string {
  return text.length > WIDTH ? `${text.slice(0, WIDTH)}, ${count(text.length - WIDTH, "character")} more` : text;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
