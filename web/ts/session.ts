// The interactive shell of a terminal: a pseudo-terminal with /bin/sh on it,
// and a new one when that has ended.

import { utf8 } from "./bytes.ts";
import type { Client } from "./client.ts";
import { environment, HOME } from "./environment.ts";
import { reason } from "./fault.ts";
import { Files, writeAll } from "./files.ts";
import { hungUp, type Processes } from "./processes.ts";
import type { Engine } from "./protocol.ts";
import { Op } from "./syscall.ts";
import type { Terminal } from "./terminal.ts";

const READ = 32 << 10;

/** The file of the line that a shell begins with. */
const INIT = "/tmp/.bushel-init";

/** How a terminal's shells begin. */
export interface Opening {
  /** A line of the shell's language that runs before the first prompt; empty: none. */
  init: string;
  /** What the prompt is, in the manner of PS1; empty: the shell's own. */
  prompt: string;
  /** What stands above the first prompt; empty: nothing. */
  welcome: string;
}

/** Session joins a terminal and the shells that run on it, one after another. */
export class Session {
  private readonly client: Client;
  private readonly processes: Processes;
  private readonly terminal: Terminal;
  private readonly engine: Engine;
  private readonly opening: Opening;
  private master: number | undefined;
  private input: string[] = [];
  private sending: Promise<void> | undefined;
  private again: (() => void) | undefined;
  private closed = false;
  /** Told whenever a shell has written to its terminal. */
  onOutput: () => void = () => {};
  /** Told when a shell has ended, with its exit code. */
  onShellExit: (code: number) => void = () => {};

  constructor(client: Client, processes: Processes, terminal: Terminal, engine: Engine, opening: Opening) {
    this.client = client;
    this.processes = processes;
    this.terminal = terminal;
    this.engine = engine;
    this.opening = opening;
  }

  /** Runs shells until the session is closed. Rejects if the first one does not start. */
  async serve(): Promise<void> {
    for (let first = true; !this.closed; first = false) {
      try {
        const code = await this.shell();
        if (this.closed) return;
        this.onShellExit(code);
        this.terminal.restore();
        await this.terminal.write(`\r\n\x1b[90m[the shell has ended with code ${code}; press a key for a new one]\x1b[0m\r\n`);
      } catch (error) {
        if (this.closed) return;
        if (first) throw error;
        await this.terminal.write(`\r\n[no new shell: ${reason(error)}; press a key to try again]\r\n`);
      }
      await new Promise<void>((resolve) => (this.again = resolve));
    }
  }

  /** Sends keys to the shell; resolves when the kernel has taken them. */
  type(data: string): Promise<void> {
    if (this.again) {
      // The key that asks for a new shell is not for that shell.
      this.again();
      this.again = undefined;
      return Promise.resolve();
    }
    this.input.push(data);
    // What is typed while a message is on its way goes with the next.
    this.sending ??= this.send().finally(() => (this.sending = undefined));
    return this.sending;
  }

  resize(cols: number, rows: number): void {
    if (this.master !== undefined) this.processes.resize(this.master, cols, rows).catch(() => {});
  }

  close(): void {
    this.closed = true;
    this.again?.();
  }

  private async send(): Promise<void> {
    while (this.input.length > 0 && this.master !== undefined) {
      const data = utf8(this.input.join(""));
      this.input = [];
      await writeAll(this.client, this.master, data).catch((error) => {
        if (!hungUp(error)) throw error;
      });
    }
  }

  private async shell(): Promise<number> {
    const { cols, rows } = this.terminal;
    const { init, prompt } = this.opening;
    const changes: Record<string, string> = {};
    if (prompt) changes["PS1"] = prompt;
    if (init) {
      // $ENV is what an interactive shell runs first; the shells below it have their own.
      const file = `unset ENV\n[ ! -f ${HOME}/.shrc ] || . ${HOME}/.shrc\n${init}\n`;
      await new Files(async () => this.client).writeFile(INIT, file);
      changes["ENV"] = INIT;
    }
    const attr = { path: "/bin/sh", argv: ["sh"], env: environment(this.engine, changes), engine: this.engine };
    const { master, pid } = await this.processes.spawnOnPTY(attr, cols, rows);
    this.master = master;
    if (cols !== this.terminal.cols || rows !== this.terminal.rows) this.resize(this.terminal.cols, this.terminal.rows);
    const ended = this.processes.wait(pid);
    const drawn = this.draw(master);
    try {
      const { code } = await ended;
      // What the shell said last is still to be read; a job that it left behind
      // keeps the terminal open and may go on in silence.
      await Promise.race([drawn, new Promise((resolve) => setTimeout(resolve, 200))]);
      return code;
    } finally {
      this.master = undefined;
      this.input = [];
      this.client.call({ op: Op.close, args: [master] }).catch(() => {});
    }
  }

  private async draw(master: number): Promise<void> {
    for (;;) {
      try {
        const { data } = await this.client.call({ op: Op.read, args: [master, READ] });
        if (data.length === 0) return;
        await this.terminal.write(data);
        this.onOutput();
      } catch {
        return; // hung up, or closed
      }
    }
  }
}
