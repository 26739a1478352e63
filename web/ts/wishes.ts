// What programs wish of the page by sequences that terminals know: a title (OSC 0 and 2), progress (OSC
// 9;4), a text for the clipboard (OSC 52), a notification (OSC 9 and 777). What reaches beyond the page is
// asked first; nothing is ever read from the clipboard.

import type { Ask } from "./ask.ts";

export type Wish =
  | { type: "title"; title: string }
  | { type: "task"; state: TaskState; percent: number }
  | { type: "copy"; text: string }
  | { type: "notify"; title: string; body: string };

/** How a task of a program goes. */
export type TaskState = "none" | "running" | "failed" | "unknown" | "paused";

const STATES: readonly TaskState[] = ["none", "running", "failed", "unknown", "paused"];

/** The longest text for the clipboard, in bytes, and for a title or a notification, in characters. */
const LONGEST_COPY = 1 << 20;
const LONGEST = 200;

/** The sequences that are wishes, by their numbers. */
export const WISHES: readonly (readonly [number: number, parse: (data: string) => Wish | undefined])[] = [
  [9, (data) => parseTask(data) ?? parseNote(data)],
  [52, parseCopy],
  [777, parseNotify],
];

/** 4;STATE;PERCENT of OSC 9. */
export function parseTask(data: string): Wish | undefined {
  const [, state, percent] = /^4;([0-4])(?:;(\d{1,3}))?;?$/.exec(data) ?? [];
  if (state === undefined) return undefined;
  return { type: "task", state: STATES[Number(state)]!, percent: Math.min(100, Number(percent ?? 0)) };
}

// Other sequences of OSC 9 begin with a number.
function parseNote(data: string): Wish | undefined {
  const body = clean(data);
  return body && !/^\d+(;|$)/.test(data) ? { type: "notify", title: "", body } : undefined;
}

/** notify;TITLE;BODY of OSC 777. */
export function parseNotify(data: string): Wish | undefined {
  const [what, title = "", ...body] = data.split(";");
  return what === "notify" && (title || body.length > 0) ? { type: "notify", title: clean(title), body: clean(body.join(";")) } : undefined;
}

/** TARGETS;BASE64 of OSC 52. A "?", which asks for what the clipboard has, is no wish that is heard. */
export function parseCopy(data: string): Wish | undefined {
  const [, base64] = /^[cpqs0-7]*;([A-Za-z0-9+/]+={0,2})$/.exec(data) ?? [];
  if (!base64 || base64.length > (LONGEST_COPY * 4) / 3) return undefined;
  try {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return { type: "copy", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return undefined;
  }
}

/** A title as it may stand anywhere. */
export function clean(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, "").trim().slice(0, LONGEST);
}

/** Grants wishes, or asks. */
export class Wishes {
  /** Shows the progress of a task. */
  readonly bar = document.createElement("div");
  private readonly ask: Ask;
  private readonly titled: (title: string) => void;
  /** A question is on the page: what programs wish meanwhile is let go. */
  private asking = false;
  /** What the user has said of notifications. */
  private notifies: boolean | undefined;

  constructor(ask: Ask, titled: (title: string) => void) {
    this.ask = ask;
    this.titled = titled;
    this.bar.className = "task";
    this.bar.hidden = true;
    this.bar.setAttribute("role", "progressbar");
    this.bar.setAttribute("aria-label", "what a program does");
    this.bar.append(document.createElement("i"));
  }

  take(wish: Wish): void {
    if (wish.type === "title") this.titled(wish.title);
    else if (wish.type === "task") this.task(wish.state, wish.percent);
    else if (!this.asking) {
      this.asking = true;
      void (wish.type === "copy" ? this.copy(wish.text) : this.notify(wish.title, wish.body))
        .catch((error: unknown) => console.warn(error))
        .finally(() => (this.asking = false));
    }
  }

  /** Forgets what the programs of a shell wished. */
  reset(): void {
    this.task("none", 0);
  }

  private task(state: TaskState, percent: number): void {
    this.bar.hidden = state === "none";
    this.bar.dataset["state"] = state;
    this.bar.style.setProperty("--done", String(percent / 100));
    if (state === "unknown") this.bar.removeAttribute("aria-valuenow");
    else this.bar.setAttribute("aria-valuenow", String(percent));
  }

  // The click is what lets the page write to the clipboard.
  private copy(text: string): Promise<unknown> {
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    return this.question(`A program wants to copy ${text.length} characters to the clipboard: ${shown}`, "Copy", () => navigator.clipboard.writeText(text));
  }

  private async notify(title: string, body: string): Promise<void> {
    if (typeof Notification !== "function" || this.notifies === false || Notification.permission === "denied") return;
    if (!this.notifies || Notification.permission !== "granted") {
      const said = `A program wants to notify you: ${[title, body].filter(Boolean).join(": ")}`;
      this.notifies = (await this.question(said, "Show notifications", () => Notification.requestPermission())) === "granted";
    }
    if (this.notifies) new Notification(title || body, title ? { body } : {});
  }

  // Resolves with what a click has done, undefined without one.
  private question<T>(title: string, button: string, act: () => Promise<T>): Promise<T | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    return this.ask.until(promise, { title, buttons: [[button, () => void act().then(resolve, reject)]] }, new AbortController().signal);
  }
}
