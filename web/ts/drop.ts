// Files dropped on the terminal are written to the shell's folder.

import { reason } from "./fault.ts";
import type { Files } from "./files.ts";
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
    const files = [...event.dataTransfer.files];
    if (files.length === 0) return;
    event.preventDefault();
    this.take(files, shell).catch((error) => this.say(reason(error), true));
  }

  private async take(files: readonly File[], { files: tree, folder }: DropTarget): Promise<void> {
    const into = folder();
    const failures: string[] = [];
    for (const file of files) {
      this.say(`Copying ${file.name}`, false);
      try {
        await tree.writeFile(`${into}/${file.name}`, file, {
          mode: 0o755,
          onProgress: (n) => this.say(`Copying ${file.name}: ${megabytes(n)} of ${megabytes(file.size)} MB`, false),
        });
      } catch (error) {
        failures.push(`${file.name}: ${reason(error)}`);
      }
    }
    this.host.focus();
    const done = files.length - failures.length;
    this.say([...(done > 0 ? [summary(files, into, done)] : []), ...failures].join("; "), true);
  }

  private say(text: string, last: boolean): void {
    this.notice.textContent = text;
    clearTimeout(this.timer);
    if (last) this.timer = setTimeout(() => (this.notice.textContent = ""), STAY);
  }
}

function summary(files: readonly File[], folder: string, done: number): string {
  const only = files[0]!.name;
  if (done > 1 || files.length > 1) return `${done} files are now in ${folder}`;
  const hint = only.endsWith(".wasm") ? `; run it by its name: ${only.slice(0, -".wasm".length)}` : "";
  return `${only} is now in ${folder}${hint}`;
}
