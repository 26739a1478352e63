// shell.run and shell.spawn: a shell line as a process group of its own, apart
// from the terminal.

import type { Client } from "./client.ts";
import { environment, type Env } from "./environment.ts";
import { isErrno, SystemError } from "./errno.ts";
import { type Limit, type Limits, parseLimits } from "./limits.ts";
import { ENGINES, type Engine } from "./protocol.ts";
import { encodeSpawnAttr, SpawnFlag, waitStatus, type SpawnAttr, type WaitStatus } from "./record.ts";
import { SIGINT, SIGKILL, signalNumber } from "./signal.ts";
import type { Source } from "./source.ts";
import { Descriptor, pump, readable, readAll, writable } from "./streams.ts";
import { Op, Open, TTYChange, AT_CWD, type Reply } from "./syscall.ts";

/** How long after SIGINT an aborted run is killed, in milliseconds. */
const GRACE = 500;
/** How long output may still come after a killed run's end, in milliseconds. */
const LINGER = 100;
/** The longest time that a timer takes, in milliseconds. */
const LONGEST = 0x7fffffff;
/** How much a pipe to or from a program holds: each time that it is empty or full costs a round trip. */
const PIPE = 1 << 20;
/** Control-D, as it is typed. */
const END_OF_INPUT = new Uint8Array([4]);
/** The exit code of a run that was out of time, as timeout(1) has it. */
const TIMED_OUT = 124;

export interface LineOptions {
  /** The folder to run in; the home folder if nothing is said. */
  cwd?: string;
  env?: Env;
  engine?: Engine;
  /** What it may use; of the others it has the element's. */
  limits?: Limits | string;
}

export interface RunOptions extends LineOptions {
  stdin?: Source;
  /** Milliseconds until the whole group is killed; the code is then 124. */
  timeout?: number;
  /** Aborting it interrupts the group, kills it half a second later, and rejects with the signal's reason. */
  signal?: AbortSignal;
}

export interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
  stdoutBytes: Uint8Array;
  stderrBytes: Uint8Array;
  /** From the call to the end, in milliseconds. */
  ms: number;
}

export interface SpawnOptions extends LineOptions {
  /** Give it a terminal of its own, of 80 columns and 24 rows or as it says. */
  terminal?: boolean | { cols?: number; rows?: number };
}

/** A process that spawn has started. */
export interface Spawned {
  readonly pid: number;
  readonly stdin: WritableStream<Uint8Array | string>;
  readonly stdout: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Empty with a terminal, where everything comes by stdout. */
  readonly stderr: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The exit code, 128 plus the signal if one has ended it. */
  readonly exit: Promise<number>;
  /** Sends a signal (SIGTERM if nothing is said) to it and all that it started. */
  kill(signal?: string | number): Promise<void>;
  /** Changes the size of its terminal. */
  resize(size: { cols: number; rows: number }): Promise<void>;
}

/** Processes starts shell lines. engine and limits are the shell's own. */
export class Processes {
  private readonly client: Client;
  private readonly engine: Engine;
  private readonly limits: readonly Limit[];
  private devNull: Promise<number> | undefined;

  constructor(client: Client, engine: Engine, limits: readonly Limit[]) {
    this.client = client;
    this.engine = engine;
    this.limits = limits;
  }

  async run(line: string, options: RunOptions = {}): Promise<RunResult> {
    const begun = performance.now();
    const { client } = this;
    const { signal, timeout, stdin } = options;
    signal?.throwIfAborted();
    const attr = this.attributes(line, options);
    const [out, err, input] = await Promise.all([this.pipe(), this.pipe(), stdin === undefined ? this.nothing() : this.pipe()]);
    const childIn = typeof input === "number" ? input : input[0];
    const theirs = [out[1], err[1], ...(typeof input === "number" ? [] : [input[0]])];
    const spawned = this.spawnWith({ ...attr, fds: [[childIn, 0], [out[1], 1], [err[1], 2]] }, theirs);
    const { promise: stop, resolve: leave } = Promise.withResolvers<void>();
    const outputs = Promise.all([readAll(client, out[0], stop), readAll(client, err[0], stop)]);
    outputs.catch(() => {});
    const ended = spawned.then((pid) => this.wait(pid));
    let fault: { error: unknown } | undefined;
    let late = false;
    const { promise: killed, resolve: isKilled } = Promise.withResolvers<void>();
    const kill = (pid: number) => {
      this.kill(pid, SIGKILL);
      isKilled();
    };
    // What has left the group may hold the pipes for ever.
    Promise.all([ended, killed]).then(() => setTimeout(leave, LINGER), leave);
    if (typeof input !== "number") {
      // Its input is on the way while the program is started.
      pump(client, input[1], stdin!, ended.catch(() => {})).catch((error) => {
        fault = { error };
        spawned.then(kill, () => {});
      });
    }
    const pid = await spawned; // if it fails, their ends are closed, and so the reads and the pump end
    const timers: ReturnType<typeof setTimeout>[] = [];
    if (timeout !== undefined && Number.isFinite(timeout)) {
      timers.push(setTimeout(() => ((late = true), kill(pid)), Math.min(Math.max(0, timeout), LONGEST)));
    }
    const abort = () => {
      this.kill(pid, SIGINT);
      timers.push(setTimeout(kill, GRACE, pid));
    };
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
    try {
      const [status, [stdout, stderr]] = await Promise.all([ended, outputs]);
      signal?.throwIfAborted();
      if (fault) throw fault.error;
      return {
        code: late ? TIMED_OUT : status.code,
        stdout: stdout.text,
        stderr: stderr.text,
        stdoutBytes: stdout.bytes,
        stderrBytes: stderr.bytes,
        ms: performance.now() - begun,
      };
    } finally {
      timers.forEach(clearTimeout);
      signal?.removeEventListener("abort", abort);
    }
  }

  async spawn(line: string, options: SpawnOptions = {}): Promise<Spawned> {
    return options.terminal ? this.onTerminal(line, options) : this.onPipes(line, options);
  }

  private async onPipes(line: string, options: SpawnOptions): Promise<Spawned> {
    const { client } = this;
    const attr = this.attributes(line, options);
    const [input, out, err] = await Promise.all([this.pipe(), this.pipe(), this.pipe()]);
    const fds = [[input[0], 0], [out[1], 1], [err[1], 2]] as const;
    let pid: number;
    try {
      pid = await this.spawnWith({ ...attr, fds }, [input[0], out[1], err[1]]);
    } catch (error) {
      for (const fd of [input[1], out[0], err[0]]) client.call({ op: Op.close, args: [fd] }).catch(() => {});
      throw error;
    }
    const stdin = new Descriptor(client, input[1]);
    const exit = this.exit(pid);
    // Not everybody closes an input that nobody reads any more.
    exit.then(() => stdin.closeIfUnread()).catch(() => {});
    return {
      pid,
      stdin: writable(stdin),
      stdout: readable(new Descriptor(client, out[0])),
      stderr: readable(new Descriptor(client, err[0])),
      exit,
      kill: (signal = "TERM") => this.send(pid, signalNumber(signal)),
      resize: () => Promise.reject(new TypeError("it has no terminal to resize: spawn it with terminal: true")),
    };
  }

  private async onTerminal(line: string, options: SpawnOptions): Promise<Spawned> {
    const { client } = this;
    const size = typeof options.terminal === "object" ? options.terminal : {};
    const attr = this.attributes(line, options);
    const spawned = await this.spawnOnPTY(attr, size.cols ?? 80, size.rows ?? 24);
    const { pid } = spawned;
    const master = new Descriptor(client, spawned.master);
    return {
      pid,
      stdin: writable(master, () => master.call(Op.write, [], END_OF_INPUT).catch(() => {})),
      stdout: readable(master, hungUp),
      stderr: new ReadableStream({ start: (controller) => controller.close() }),
      exit: this.exit(pid),
      kill: (signal = "TERM") => this.send(pid, signalNumber(signal)),
      resize: async (to) => void (await master.call(Op.ttyset, resizing(to.cols, to.rows))),
    };
  }

  /** Starts a process as the leader of a session on a terminal of its own; the caller reads and closes master. */
  async spawnOnPTY(attr: Omit<SpawnAttr, "fds">, cols: number, rows: number): Promise<{ master: number; pid: number }> {
    const { client } = this;
    const [master, tty] = (await client.call({ op: Op.pty, args: [cols, rows] })).vals;
    const flags = SpawnFlag.setSID | SpawnFlag.setTTY | SpawnFlag.foreground;
    try {
      const pid = await this.spawnWith({ ...attr, flags, tty, fds: [[tty, 0], [tty, 1], [tty, 2]] }, [tty]);
      return { master, pid };
    } catch (error) {
      client.call({ op: Op.close, args: [master] }).catch(() => {});
      throw error;
    }
  }

  async resize(master: number, cols: number, rows: number): Promise<void> {
    await this.client.call({ op: Op.ttyset, args: [master, ...resizing(cols, rows)] });
  }

  /** Waits for a child's end. */
  async wait(pid: number): Promise<WaitStatus> {
    const reply = await this.client.call({ op: Op.wait, args: [pid, 0] });
    return waitStatus(reply.vals[1]);
  }

  // Who does not ask for it is not told that the shell was closed before.
  private exit(pid: number): Promise<number> {
    const code = this.wait(pid).then((status) => status.code);
    code.catch(() => {});
    return code;
  }

  private attributes(line: string, options: LineOptions): Omit<SpawnAttr, "fds"> {
    const engine = options.engine ?? this.engine;
    if (!ENGINES.includes(engine)) throw new TypeError(`${JSON.stringify(engine)} is no engine: it is one of ${ENGINES.join(", ")}`);
    return {
      path: "/bin/sh",
      argv: ["sh", "-c", String(line)],
      env: environment(engine, options.env),
      cwd: options.cwd ?? "",
      engine,
      flags: SpawnFlag.setPGID,
      limits: parseLimits(options.limits),
    };
  }

  // The child's ends are closed in the same message, in the same lane: each
  // after the one before has ended, and so after the child has its copies.
  private async spawnWith(attr: SpawnAttr, theirs: readonly number[]): Promise<number> {
    const { client } = this;
    const lane = client.takeLane();
    const limits = [...this.limits, ...(attr.limits ?? [])]; // the last of a kind holds
    const spawned = client.call({ op: Op.spawn, data: encodeSpawnAttr({ ...attr, limits }) }, lane);
    const closed = theirs.map((fd) => client.call({ op: Op.close, args: [fd] }, lane));
    Promise.allSettled<Reply>(closed).then(() => client.giveLane(lane));
    try {
      return (await spawned).vals[0];
    } catch (error) {
      await this.checkDirectory(attr.cwd);
      throw error;
    }
  }

  // A spawn fails with the same number for a program and for a directory that is not there.
  private async checkDirectory(path?: string): Promise<void> {
    if (!path) return;
    const { client } = this;
    try {
      const { vals } = await client.call({ op: Op.open, args: [AT_CWD, Open.read | Open.directory], path });
      client.call({ op: Op.close, args: [vals[0]] }).catch(() => {});
    } catch (error) {
      if (error instanceof SystemError) throw new SystemError(error.errno, "chdir", path);
      throw error;
    }
  }

  private async pipe(): Promise<[read: number, write: number]> {
    const { vals } = await this.client.call({ op: Op.pipe, args: [PIPE] });
    return [vals[0], vals[1]];
  }

  // One fd of /dev/null serves every run that is given no input.
  private nothing(): Promise<number> {
    this.devNull ??= this.client.call({ op: Op.open, args: [AT_CWD, Open.read], path: "/dev/null" }).then(({ vals }) => vals[0]);
    this.devNull.catch(() => (this.devNull = undefined));
    return this.devNull;
  }

  private kill(pid: number, signal: number): void {
    this.send(pid, signal).catch(() => {});
  }

  // To the whole group, which has the number of its first process.
  private async send(pid: number, signal: number): Promise<void> {
    await this.client.call({ op: Op.kill, args: [-pid, signal] });
  }
}

// What ttyset is given, after the fd.
const resizing = (cols: number, rows: number) => [TTYChange.size, 0, (BigInt(cols) << 32n) | BigInt(rows)] as const;

/** Reading a terminal whose last process has gone fails with EIO, as on Linux: it is its end. */
export const hungUp = (error: unknown): boolean => isErrno(error, "EIO");
