// What stands in the shell's box while there is no terminal to see: a button to
// start it, how far the start has come, or why there is none.

import type { BushelError } from "./fault.ts";
import type { Progress } from "./module.ts";

const PHASES = { download: "Loading the shell", compile: "Preparing the shell", start: "Starting the shell" } as const;

export class Panel {
  readonly element = document.createElement("div");

  constructor() {
    this.element.className = "panel";
    this.element.hidden = true;
    this.element.setAttribute("part", "panel");
  }

  hide(): void {
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /** Offers to start the shell. */
  idle(start: () => void): void {
    this.show("idle", button("Start the shell", start));
  }

  private bar: HTMLElement | undefined;
  private bytes: HTMLElement | undefined;
  private phase: HTMLElement | undefined;

  progress({ loaded, total, phase }: Progress): void {
    if (!this.bar?.isConnected || !this.bytes || !this.phase) {
      this.bar = document.createElement("div");
      this.bar.className = "bar";
      this.bar.setAttribute("role", "progressbar");
      this.bar.setAttribute("aria-label", PHASES.download);
      this.bar.append(document.createElement("i"));
      this.phase = paragraph("phase", "");
      this.bytes = paragraph("faint", "");
      this.show("loading", this.phase, this.bar, this.bytes);
    }
    const done = total > 0 ? Math.min(1, loaded / total) : 0;
    this.bar.style.setProperty("--done", String(done));
    this.bar.setAttribute("aria-valuenow", String(Math.round(100 * done)));
    this.phase.textContent = PHASES[phase];
    this.bytes.textContent = total > 0 ? `${megabytes(loaded)} of ${megabytes(total)} MB` : `${megabytes(loaded)} MB`;
  }

  error(error: BushelError, retry: () => void): void {
    this.show(
      "error",
      paragraph("what", error.message),
      paragraph("cause", error.cause),
      paragraph("cure", error.cure),
      button("Try again", retry),
    );
    this.element.setAttribute("role", "alert");
  }

  private show(kind: string, ...children: HTMLElement[]): void {
    this.element.className = `panel ${kind}`;
    this.element.removeAttribute("role");
    this.element.replaceChildren(...children);
    this.element.hidden = false;
  }
}

function paragraph(className: string, text: string): HTMLElement {
  const p = document.createElement("p");
  p.className = className;
  p.textContent = text;
  return p;
}

function button(text: string, act: () => void): HTMLElement {
  const b = document.createElement("button");
  b.type = "button";
  b.textContent = text;
  b.addEventListener("click", act);
  return b;
}

export const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
