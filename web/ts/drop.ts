// Files and folders dropped on the terminal are written to the shell's folder. Files
// that are there are replaced, as by a new build of a program.

import { reason } from "./fault.ts";
import type { Files } from "./files.ts";
import { type Found, fromDrop } from "./found.ts";
import { megabytes } from "./panel.ts";

/** How long a notice stays when its work is done, in milliseconds. */
const STAY = 6_000;

export interface DropTarget {
  files: Files;
  /** The shell's folder. */
  folder(): string;
}

/** Takes files that are dropped on host. notice shows how it goes; target is shown while one hovers. */
export class Drop {
  private readonly host: HTMLElement;
  private readonly notice: HTMLElement;
  private readonly target: HTMLElement;
  private readonly shell: () => DropTarget | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: HTMLElement, notice: HTMLElement, target: HTMLElement, shell: () => DropTarget | undefined) {
    this.host = host;
    this.notice = notice;
    this.target = target;
    this.shell = shell;
    host.addEventListener("dragover", (event) => this.over(event));
    host.addEventListener("dragleave", () => (this.target.hidden = true));
    host.addEventListener("drop", (event) => this.drop(event));
  }

  private over(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes("Files") || !this.shell()) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.target.hidden = false;
  }

  private drop(event: DragEvent): void {
    this.target.hidden = true;
    const shell = this.shell();
    if (!event.dataTransfer || !shell) return;
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    this.take(fromDrop(event.dataTransfer), shell).catch((error) => this.say(reason(error), true));
  }

  private async take(dropped: Promise<Found[]>, { files: tree, folder }: DropTarget): Promise<void> {
    const into = folder();
    const found = await dropped;
    const total = found.reduce((n, { file }) => n + (file?.size ?? 0), 0);
    const failures: string[] = [];
    let before = 0;
    for (const { name, file } of found) {
      this.say(`Copying ${name}`, false);
      try {
        check(name);
        const parent = file ? name.split("/").slice(0, -1).join("/") : name;
        if (parent) await tree.mkdir(`${into}/${parent}`, { recursive: true });
        if (file) {
          await tree.writeFile(`${into}/${name}`, file, {
            mode: 0o755,
            onProgress: (n) => this.say(`Copying ${name}: ${megabytes(before + n)} of ${megabytes(total)} MB`, false),
          });
        }
      } catch (error) {
        failures.push(`${name}: ${reason(error)}`);
      }
      before += file?.size ?? 0;
    }
    this.host.focus();
    this.say([...summary(found, into, failures.length), ...failures].join("; "), true);
  }

  private say(text: string, last: boolean): void {
    this.notice.textContent = text;
    clearTimeout(this.timer);
    if (last) this.timer = setTimeout(() => (this.notice.textContent = ""), STAY);
  }
}

// A browser gives no such names; a script that made up an event may.
function check(name: string): void {
  if (name.split("/").some((part) => part === "" || part === "." || part === ".." || part.includes("\0"))) {
    throw new Error("that is no name for a file here");
  }
}

function summary(found: readonly Found[], folder: string, failed: number): string[] {
  const done = found.length - failed;
  if (found.length === 0) return ["There was no file in what was dropped"];
  if (done === 0) return [];
  const only = found[0]!.name;
  if (found.length > 1) return [`${done} files are now in ${folder}`];
  const hint = only.endsWith(".wasm") ? `; run it by its name: ${only.slice(0, -".wasm".length)}` : "";
  return [`${only} is now in ${folder}${hint}`];
}
