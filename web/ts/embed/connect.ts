// For pages that embed embed.html in a frame: a shell that is driven as the element is.
//
//	import { connect } from "bushel/embed";
//	const shell = await connect(document.querySelector("iframe"));
//	const { stdout } = await shell.run("ls");

import { Bus, over } from "../bus.ts";
import { byPort } from "../busport.ts";
import type { State } from "../element.ts";
import { BushelError } from "../fault.ts";
import { Entry, FileStat, type Files } from "../files.ts";
import type { RunOptions, RunResult, Spawned, SpawnOptions } from "../processes.ts";
import type { Source } from "../source.ts";
import { Asker } from "./ask.ts";
import { receiveStream, sendStream } from "./portstream.ts";
import { type Answer, decodeError, isOurs, message, read } from "./protocol.ts";

export type { Handlers, ServeOptions, Serving } from "../bus.ts";
export { BusError } from "../buserror.ts";
export { SystemError } from "../errno.ts";
export { BushelError } from "../fault.ts";
export type { Entry, FileKind, FileStat } from "../files.ts";
export type { RunOptions, RunResult, Spawned, SpawnOptions } from "../processes.ts";

/** How a frame is connected to. */
export interface ConnectOptions {
  /** The origin that the frame's page must have; that of its src if nothing is said. */
  origin?: string;
  /** How long the frame may take to answer, in milliseconds: 60,000 if nothing is said. */
  timeout?: number;
  /** Gives it up. */
  signal?: AbortSignal;
}

/** The shell's files, as the element has them; onProgress of writeFile cannot be told. */
export type EmbeddedFiles = Pick<Files, "readFile" | "writeFile" | "readdir" | "stat" | "lstat" | "mkdir" | "rm" | "rename">;

/**
 * The shell in a frame. Its members are the element's; those that the element answers at once
 * return promises here. Its events have the element's names, and "state".
 */
export class EmbeddedShell extends EventTarget {
  readonly fs: EmbeddedFiles;
  /** The shell's bus: functions, objects and streams go through it as they are. */
  readonly bus: Bus;
  private readonly asker: Asker;
  private state_: State;

  /** @internal connect makes them. */
  constructor(port: MessagePort, state: State) {
    super();
    this.state_ = state;
    this.asker = new Asker(port, (answer) => this.told(answer));
    this.fs = filesOf(this.asker);
    this.bus = new Bus(
      over(async (end) => {
        const { port1, port2 } = new MessageChannel();
        const wire = await byPort(port1)(end);
        await this.asker.call("bus.link", [port2]);
        return wire;
      }),
    );
  }

  /** What the shell was doing when the frame last said so. */
  get state(): State {
    return this.state_;
  }
  /** Resolves at the first prompt; rejects with a BushelError if there will be none. It does not start the shell. */
  get ready(): Promise<void> {
    return this.asker.call("ready", []) as Promise<void>;
  }

  /** Starts the shell, if it is idle or has failed. */
  start(): Promise<void> {
    return this.asker.call("start", []) as Promise<void>;
  }
  /** Puts the keyboard into the terminal. */
  focus(): Promise<void> {
    return this.asker.call("focus", []) as Promise<void>;
  }
  /** Runs a shell line apart from the terminal. */
  run(line: string, options: RunOptions = {}): Promise<RunResult> {
    return this.asker.call("run", [line, options], options.signal) as Promise<RunResult>;
  }
  /** Starts a shell line and hands out its streams. */
  async spawn(line: string, options: SpawnOptions = {}): Promise<Spawned> {
    return spawned((await this.asker.call("spawn", [line, options])) as SpawnedPorts);
  }
  /** Types text into the terminal, a newline as Enter; resolves when the kernel has it. */
  type(text: string): Promise<void> {
    return this.asker.call("type", [text]) as Promise<void>;
  }
  /** Presses a key such as "Control+C"; resolves when the kernel has it. */
  press(key: string): Promise<void> {
    return this.asker.call("press", [key]) as Promise<void>;
  }
  /** The terminal's text; with scrollback, also what has scrolled away. */
  screen(options: { scrollback?: boolean } = {}): Promise<string> {
    return this.asker.call("screen", [options]) as Promise<string>;
  }
  /** Selects the next place in the terminal where text stands; tells whether there is one. */
  find(text: string, options: { backwards?: boolean } = {}): Promise<boolean> {
    return this.asker.call("find", [text, options]) as Promise<boolean>;
  }
  /** Lets the frame go; the shell in it goes on. */
  close(error: BushelError = closed("It was closed by this page.")): void {
    this.asker.close(error);
  }

  private told(answer: Answer): void {
    if (answer.type !== "event") return;
    if (answer.name === "state") this.state_ = (answer.detail as { state: State }).state;
    this.dispatchEvent(new CustomEvent(answer.name, { detail: answer.detail }));
  }
}

interface SpawnedPorts {
  pid: number;
  stdin: MessagePort;
  stdout: MessagePort;
  stderr: MessagePort;
  control: MessagePort;
}

/**
 * Connects to the frame's shell: rejects with a BushelError if the frame does not allow it, is none
 * of ours or speaks another version. The shell ends with the frame's page; connect again after that.
 */
export async function connect(frame: HTMLIFrameElement, options: ConnectOptions = {}): Promise<EmbeddedShell> {
  const origin = options.origin ?? new URL(frame.src, document.baseURI).origin;
  const { signal, timeout = 60_000 } = options;
  signal?.throwIfAborted();
  const done = new AbortController();
  try {
    return await new Promise<EmbeddedShell>((resolve, reject) => {
      const late = setTimeout(() => reject(silent(origin, timeout)), timeout);
      done.signal.addEventListener("abort", () => clearTimeout(late));
      signal?.addEventListener("abort", () => reject(signal.reason), { signal: done.signal });
      const ask = (): void => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }: MessageEvent<unknown>) => {
          try {
            resolve(welcomed(frame, origin, port1, data));
          } catch (error) {
            reject(error);
          }
        };
        // It is dropped if the frame has not come to its page yet.
        frame.contentWindow?.postMessage(message({ type: "connect" }), { targetOrigin: origin, transfer: [port2] });
      };
      // A frame that listens says so; one that did long ago answers the first question.
      window.addEventListener("message", (event) => isHello(event, frame, origin) && ask(), { signal: done.signal });
      ask();
    });
  } finally {
    done.abort();
  }
}

const isHello = ({ data, source, origin }: MessageEvent<unknown>, frame: HTMLIFrameElement, from: string): boolean =>
  source === frame.contentWindow && origin === from && isOurs(data) && (data as { type?: unknown }).type === "hello";

function welcomed(frame: HTMLIFrameElement, origin: string, port: MessagePort, data: unknown): EmbeddedShell {
  const answer = read(data, ["welcome", "refused", "fault"]) as Answer;
  if (answer.type !== "welcome") throw decodeError((answer as { error: Parameters<typeof decodeError>[0] }).error);
  const shell = new EmbeddedShell(port, answer.state as State);
  const left = (event: MessageEvent): void => {
    if (!isHello(event, frame, origin)) return;
    window.removeEventListener("message", left);
    shell.close(closed("The frame has been loaded anew."));
  };
  window.addEventListener("message", left);
  return shell;
}

function filesOf(asker: Asker): EmbeddedFiles {
  const call = (member: string, ...args: unknown[]) => asker.call(`fs.${member}`, args);
  return {
    readFile: ((path: string, encoding?: unknown) => call("readFile", path, encoding)) as Files["readFile"],
    writeFile: (path: string, data: Source, options) => call("writeFile", path, data, options) as Promise<void>,
    readdir: (async (path: string, options?: unknown) => ((await call("readdir", path, options)) as (string | Entry)[]).map(entry)) as Files["readdir"],
    stat: async (path) => revived(await call("stat", path)),
    lstat: async (path) => revived(await call("lstat", path)),
    mkdir: (path, options) => call("mkdir", path, options) as Promise<void>,
    rm: (path, options) => call("rm", path, options) as Promise<void>,
    rename: (from, to) => call("rename", from, to) as Promise<void>,
  };
}

const revived = (fields: unknown): FileStat => Object.assign(Object.create(FileStat.prototype) as FileStat, fields);

const entry = (e: string | Entry): string | Entry => (typeof e === "string" ? e : new Entry(e.name, e.type, e.parentPath));

function spawned({ pid, stdin, stdout, stderr, control }: SpawnedPorts): Spawned {
  const asker = new Asker(control);
  const input = new TransformStream<Uint8Array | string, Uint8Array | string>();
  sendStream(input.readable, stdin);
  const exit = asker.call("exit", []) as Promise<number>;
  exit.catch(() => {}); // not everybody asks
  return {
    pid,
    stdin: input.writable,
    stdout: receiveStream(stdout),
    stderr: receiveStream(stderr),
    exit,
    kill: (signal) => asker.call("kill", [signal]) as Promise<void>,
    resize: (size) => asker.call("resize", [size]) as Promise<void>,
  };
}

const closed = (why: string): BushelError => new BushelError("closed", "The connection to the frame has ended.", why, "Connect to it again.");

const silent = (origin: string, ms: number): BushelError =>
  new BushelError("silent", "The frame does not answer.", `Within ${ms / 1000} seconds nothing came from it that ${origin} sent.`, "Check that the frame shows embed.html, and that it is of this origin.");
