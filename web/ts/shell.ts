// A running shell: its kernel, its terminal, and what stands on the two.

import type { Answer } from "./conversation.ts";
import { HOME } from "./environment.ts";
import { BushelError, reason } from "./fault.ts";
import { Files } from "./files.ts";
import { type Initial, place } from "./initial.ts";
import { Kernel } from "./kernel.ts";
import { type Limit, parseLimits } from "./limits.ts";
import { loadGrants, saveGrants } from "./grants.ts";
import { parsePolicy } from "./policy.ts";
import type { Mark } from "./marks.ts";
import type { OnProgress } from "./module.ts";
import { Processes } from "./processes.ts";
import type { Credentials, Engine, Settings } from "./protocol.ts";
import { type Opening, Session } from "./session.ts";
import { Op } from "./syscall.ts";
import type { Site } from "./site.ts";
import type { Terminal, TerminalEvents } from "./terminal.ts";
import type { Wish } from "./wishes.ts";

/**
 * A shell that has written something and no mark in this time, in milliseconds,
 * is one that has none: what it has written is taken for its prompt.
 */
const MARKLESS = 1_000;

/** What the owner of a shell hears from it. */
export interface ShellEvents {
  onProgress: OnProgress;
  onPrompt(): void;
  onCommand(line: string): void;
  onExit(line: string, code: number, ms: number): void;
  /** A program of the terminal wishes something of the page. */
  onWish(wish: Wish): void;
  /** The kernel has died. */
  onDeath(error: BushelError): void;
}

export interface ShellOptions {
  site: Site;
  engine: Engine;
  /** What each process may use, as the element's attribute has it. */
  limits: string;
  /** What its programs may use of services, as the element's attribute has it. */
  policy: string;
  /** What of its log goes to the console: a level, or empty. */
  log: string;
  /** The store that is to be /home; empty: /home is in memory. */
  store: string;
  /** The store was asked for: it is told if it cannot be had. */
  asked: boolean;
  /** Whether requests carry the reader's cookies for the page's own site. */
  credentials: Credentials;
  /** The files that are there before anything runs; throws a BushelError if they make no sense. */
  initial(): Initial;
  /** How the terminal's shells begin. */
  opening: Opening;
  /**
   * Makes the terminal in its box; called by start, while the kernel is on its way. It is to fetch
   * what it needs at once, and to compute when free has resolved.
   */
  terminal(events: TerminalEvents, free: Promise<void>): Promise<Terminal>;
  events: ShellEvents;
  /** What answers programs that want something of the page's user. */
  answers: ReadonlyMap<string, Answer>;
}

/** Shell is one shell from its boot to its end. */
export class Shell {
  /** The kernel takes calls and the first files are there; rejects with a BushelError. */
  readonly booted: Promise<{ kernel: Kernel; processes: Processes }>;
  /** The shell's own folder, as it told last. */
  folder = HOME;
  terminal: Terminal | undefined;
  private session: Session | undefined;
  private readonly options: ShellOptions;
  private readonly abort = new AbortController();
  private marked = false;
  private command: { line: string; begun: number } | undefined;
  /** A terminal's first prompt is waited for. */
  private starting = false;
  /** Resolves when the kernel boots, in its worker, and this thread has nothing else to do. */
  private readonly free = Promise.withResolvers<void>();

  constructor(options: ShellOptions) {
    this.options = options;
    this.booted = this.boot();
    this.booted.then(({ kernel }) => this.starting || kernel.warm(), () => {});
  }

  /** Resolves when the terminal's first shell has been started. */
  async start(): Promise<void> {
    this.starting = true;
    const events: TerminalEvents = {
      onInput: (data) => void this.session?.type(data).catch(() => {}),
      onResize: (cols, rows) => this.session?.resize(cols, rows),
      onMark: (mark) => this.mark(mark),
      onWish: (wish) => this.options.events.onWish(wish),
      // The line editor still waits for what Escape begins: a second one ends that.
      onLeave: () => this.command || void this.session?.type("\x1b").catch(() => {}),
    };
    const making = this.options.terminal(events, this.free.promise).catch((error) => {
      throw new BushelError(
        "not_found",
        "The terminal could not be loaded.",
        `A script of the site is missing or blocked: ${reason(error)}`,
        "Check that all files of the site were uploaded, beside each other, and reload the page.",
      );
    });
    making.catch(() => {});
    const { kernel, processes } = await this.booted;
    this.terminal = await making;
    if (this.abort.signal.aborted) {
      this.terminal.dispose();
      return;
    }
    const { notice, minor } = kernel.booted;
    if (notice && (this.options.asked || !minor)) await this.terminal.write(`\x1b[90m${notice}.\x1b[0m\r\n`);
    const { welcome } = this.options.opening;
    if (welcome) await this.terminal.write(`${welcome.replaceAll(/\r?\n/g, "\r\n")}\r\n`);
    const session = (this.session = new Session(kernel.client, processes, this.terminal, this.options.engine, this.options.opening));
    session.onShellExit = (code) => this.finish(code);
    session.onOutput = () => {
      session.onOutput = () => {};
      setTimeout(() => this.marked || this.abort.signal.aborted || this.prompted(), MARKLESS);
    };
    session.serve().catch((error) => {
      const cure = "Reload the page; if that does not help, the site was not built whole: run make build.";
      if (error instanceof BushelError) this.options.events.onDeath(error);
      else this.options.events.onDeath(new BushelError("shell", "The shell's program does not start.", reason(error), cure));
    });
  }

  /** Keys for the terminal's shell; resolves when the kernel has them. */
  async type(data: string): Promise<void> {
    await this.session?.type(data);
  }

  /** Ends everything at once. */
  close(error: BushelError): void {
    this.abort.abort(error);
    this.session?.close();
    this.terminal?.dispose();
    this.booted.then(({ kernel }) => kernel.close(error), () => {});
  }

  private async boot(): Promise<{ kernel: Kernel; processes: Processes }> {
    const { site, engine, store, credentials, events, answers } = this.options;
    const limits = limitsOf(this.options.limits);
    const initial = this.options.initial();
    const kernel = await Kernel.boot(
      { site, engine, store, credentials, settings: this.settings(), onGrants: (text) => saveGrants(store, text), onProgress: events.onProgress, onBoot: this.free.resolve, answers },
      this.abort.signal,
    );
    kernel.died.then((error) => this.abort.signal.aborted || events.onDeath(error));
    const { client } = kernel;
    await client.call({ op: Op.chdir, path: HOME });
    const processes = new Processes(client, engine, limits);
    try {
      await place(initial, new Files(async () => client), (line, options) => processes.run(line, options));
    } catch (error) {
      kernel.close(error as BushelError);
      throw error;
    }
    return { kernel, processes };
  }

  private settings(): Settings {
    const { policy, log, store } = this.options;
    const kept = loadGrants(store);
    try {
      return { policy: parsePolicy(policy), log, grants: kept ? JSON.parse(kept) : undefined };
    } catch (error) {
      throw new BushelError("policy", "The shell's policy makes no sense.", reason(error), "Correct the element's policy attribute.");
    }
  }

  private mark(mark: Mark): void {
    this.marked = true;
    switch (mark.type) {
      case "prompt":
        this.prompted();
        break;
      case "command":
        this.command = { line: mark.line, begun: performance.now() };
        this.options.events.onCommand(mark.line);
        break;
      case "exit":
        this.finish(mark.code);
        break;
      case "folder":
        this.folder = mark.path;
        break;
    }
  }

  // What programs will need is made ready behind the first prompt: it would take the time of what leads to it.
  private prompted(): void {
    this.options.events.onPrompt();
    if (!this.starting) return;
    this.starting = false;
    this.booted.then(({ kernel }) => kernel.warm(), () => {});
  }

  // A command ends by its mark, or with the shell that ran it.
  private finish(code: number): void {
    if (!this.command) return;
    const { line, begun } = this.command;
    this.command = undefined;
    this.options.events.onExit(line, code, performance.now() - begun);
  }
}

function limitsOf(attribute: string): Limit[] {
  try {
    return parseLimits(attribute);
  } catch (error) {
    throw new BushelError("limits", "The shell's limits make no sense.", reason(error), "Correct the element's limits attribute.");
  }
}
