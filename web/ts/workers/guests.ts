// The process workers: a few warm spares for each engine, one guest in each,
// ended by termination, used again after a guest that ended by itself.
import type { FromProcess, ProcessModule, SharedGuest, StartThread, ToProcess } from "../protocol.ts";
import type { RemoteWorker, Workers } from "./remote.ts";
import { whenRoom } from "./room.ts";

/** A guest's code, compiled once however often it runs. */
interface Image {
  bytes: Uint8Array<ArrayBuffer>;
  /** The pages of the memory that it shares with its threads, if it does. */
  pages?: { initial: number; maximum: number };
  module?: WebAssembly.Module;
}

/** What the kernel is told. */
export interface GuestEvents {
  message(pid: number, data: Uint8Array): void;
  /** The guest has ended by itself; all its messages have been told. */
  gone(pid: number): void;
  /** The same of a thread that has a worker of its own. */
  threadMessage(pid: number, id: number, data: Uint8Array): void;
  threadGone(pid: number, id: number): void;
  /** The guest has been ended by end; all its messages, and those of its threads, have been told. */
  silent(pid: number): void;
  /** The guest cannot begin, or its worker has died. */
  failed(pid: number, reason: string, died: boolean): void;
}

interface Process {
  worker: RemoteWorker;
  /** The guest that runs in it, 0 for a spare. */
  pid: number;
  /** How many have run in it. */
  guests: number;
  /** The worker has been ended. */
  ended?: boolean;
  /** Of a further thread: its number and the process with the first. */
  thread?: { id: number; first: Process };
  /** Of a guest with threads: what begins one, and the further threads by number. */
  threads?: { start: Omit<StartThread, "id" | "arg">; running: Map<number, Process> };
}

/** A guest that waits for its worker or for its code, with the messages that came for it. */
interface Starting {
  messages: ToProcess[];
}

type Engine = "browser" | "wazero";

/** How many spares are made ahead, and how many are kept when guests give theirs back. */
const SPARES = 2;
const MOST_SPARES = 4;
/** How long after the start of a guest its spare is replaced, and after one spare the next is made, in milliseconds. */
const REST = 200;
/**
 * After how many guests a worker on the browser's engine is replaced. The memories of
 * guests that have ended are kept by their worker until it collects its garbage, and a
 * page has room for about a hundred in all its workers.
 */
const MOST_GUESTS = 32;

export class Guests {
  readonly #want: (name: ProcessModule) => void;
  readonly #workers: Workers;
  readonly #events: GuestEvents;
  readonly #images = new Map<number, Image>();
  readonly #starting = new Map<number, Starting>();
  readonly #running = new Map<number, Process>();
  readonly #spares: Record<Engine, Process[]> = { browser: [], wazero: [] };
  readonly #making: Record<Engine, number> = { browser: 0, wazero: 0 };
  readonly #wanted: Record<Engine, ((process: Process) => void)[]> = { browser: [], wazero: [] };
  /** Of which engines spares are made ahead, and when the next is. */
  readonly #ahead = new Set<Engine>();
  #warming: ReturnType<typeof setTimeout> | undefined;
  readonly #modules: Partial<Record<ProcessModule, PromiseWithResolvers<WebAssembly.Module>>> = {};

  /** want asks for a module, which is given by give. */
  constructor(want: (name: ProcessModule) => void, workers: Workers, events: GuestEvents) {
    this.#want = want;
    this.#workers = workers;
    this.#events = events;
  }

  /**
   * Makes spares of an engine ahead of their use, one after another: two at once take twice as
   * long, and the first program of a page waits for the first.
   */
  warm(engine: Engine): void {
    this.#ahead.add(engine);
    if (this.#making[engine] === 0 && this.#spares[engine].length < SPARES) this.#make(engine);
  }

  // The same after a while: to make a worker costs as much as ten short guests, which it would
  // hold up, and most have given theirs back by then.
  #warmSoon(engine: Engine): void {
    this.#ahead.add(engine);
    this.#warming ??= setTimeout(() => {
      this.#warming = undefined;
      for (const engine of this.#ahead) this.warm(engine);
    }, REST);
  }

  // Ends the spares, whose memories' room a guest needs.
  #makeRoom(): void {
    clearTimeout(this.#warming);
    this.#warming = undefined;
    for (const spares of Object.values(this.#spares)) {
      for (const { worker } of spares.splice(0)) worker.terminate();
    }
  }

  /** Keeps a guest's code under a number. */
  image(id: number, bytes: Uint8Array<ArrayBuffer>, initial: number, maximum: number): void {
    this.#images.set(id, maximum > 0 ? { bytes, pages: { initial, maximum } } : { bytes });
  }

  forget(id: number): void {
    this.#images.delete(id);
  }

  /** Begins guest pid. It may be posted to at once; if it cannot begin, failed is told. */
  start(pid: number, id: number, engine: Engine, abi: "wasi" | "gojs", info: Uint8Array<ArrayBuffer>): void {
    const image = this.#images.get(id)!;
    const starting: Starting = { messages: [] };
    this.#starting.set(pid, starting);
    const begin = (process: Process): void => {
      if (engine !== "browser" || !image.pages) return run(process);
      const { pages } = image;
      const fail = (error: unknown): void => {
        this.#fail(pid, reason(error));
        this.#giveBack(engine, process);
      };
      whenRoom(() => share(pages), () => this.#makeRoom(), (shared) => run(process, shared), fail);
    };
    const run = (process: Process, shared?: SharedGuest): void => {
      if (this.#starting.get(pid) !== starting) return this.#giveBack(engine, process); // killed meanwhile
      this.#starting.delete(pid);
      process.pid = pid;
      process.guests++;
      this.#running.set(pid, process);
      if (shared) {
        process.threads = { start: { type: "thread", image: image.module!, info, shared }, running: new Map() };
      }
      post(process.worker, { type: "start", abi, image: engine === "browser" ? image.module! : image.bytes, info, ...(shared && { shared }) });
      for (const message of starting.messages) post(process.worker, message);
      // An interpreter gives its worker back and is slow to begin: another is made when
      // one is needed.
      if (shared) this.warm(engine);
      else if (engine === "browser") this.#warmSoon(engine);
    };
    const take = (): void => this.#take(engine, begin);
    if (engine === "wazero" || image.module) return take();
    WebAssembly.compile(image.bytes).then(
      (module) => {
        image.module = module;
        take();
      },
      (error: unknown) => {
        const why = reason(error).replace(/^WebAssembly\.\w+\(\): /, "");
        this.#fail(pid, `malformed module, or one that needs what this browser does not have: ${why}`);
      },
    );
  }

  #take(engine: Engine, begin: (process: Process) => void): void {
    const spare = this.#spares[engine].pop();
    if (spare) return begin(spare);
    this.#wanted[engine].push(begin);
    if (this.#making[engine] < this.#wanted[engine].length) this.#make(engine);
  }

  // Begins a thread that the guest of process, or one of its threads, has asked for.
  #spawn(process: Process, id: number, arg: number): void {
    const first = process.thread?.first ?? process;
    if (first.ended) return;
    const { pid } = first;
    this.#take("browser", (worker) => {
      if (this.#running.get(pid) !== first || !first.threads) return this.#giveBack("browser", worker);
      worker.pid = pid;
      worker.thread = { id, first };
      first.threads.running.set(id, worker);
      post(worker.worker, { ...first.threads.start, id, arg });
    });
  }

  // A thread has ended, and nothing else of the guest.
  #threadEnded(process: Process): void {
    const { id, first } = process.thread!;
    const { pid } = process;
    if (first.threads) {
      first.threads.running.delete(id);
      Atomics.sub(first.threads.start.shared.count, 1, 1);
    }
    delete process.thread;
    if (!process.ended) this.#giveBack("browser", process);
    this.#events.threadGone(pid, id);
  }

  // Ends the further threads of a guest.
  #endThreads(first: Process): void {
    for (const { worker } of first.threads?.running.values() ?? []) worker.terminate();
    delete first.threads;
  }

  postThread(pid: number, id: number, data: Uint8Array<ArrayBuffer>): void {
    const thread = this.#running.get(pid)?.threads?.running.get(id);
    if (thread) post(thread.worker, data);
  }

  post(pid: number, data: Uint8Array<ArrayBuffer>): void {
    const process = this.#running.get(pid);
    if (process) post(process.worker, data);
    else this.#starting.get(pid)?.messages.push(data);
  }

  /** Hands the ends of a channel to the workers of two guests, if both run. */
  join(writer: number, reader: number, pipe: number): boolean {
    const [from, to] = [this.#running.get(writer), this.#running.get(reader)];
    if (!from || !to) return false;
    const { port1, port2 } = new MessageChannel();
    from.worker.postMessage({ type: "pipe", pipe, port: port1 }, [port1]);
    to.worker.postMessage({ type: "pipe", pipe, port: port2 }, [port2]);
    return true;
  }

  /** Stops an interpreted guest wherever it is, or lets it go on. */
  stop(pid: number, stopped: boolean): void {
    const message = { type: "stop", stopped } as const;
    const process = this.#running.get(pid);
    if (process) post(process.worker, message);
    else this.#starting.get(pid)?.messages.push(message);
  }

  /** Ends the guest, whatever it does, and tells silent when all that it has sent has been told. */
  end(pid: number): void {
    this.#starting.delete(pid);
    const first = this.#running.get(pid);
    const all = first ? [first, ...(first.threads?.running.values() ?? [])] : [];
    let left = all.length;
    if (left === 0) return void setTimeout(() => this.#events.silent(pid));
    for (const process of all) {
      process.ended = true;
      process.worker.silence(() => {
        if (--left === 0) this.#events.silent(pid);
      });
    }
  }

  /** Ends the guest at once, whatever it does. What it has sent is lost. */
  kill(pid: number): void {
    this.#starting.delete(pid);
    const process = this.#running.get(pid);
    if (!process) return;
    this.#running.delete(pid);
    process.worker.terminate();
    this.#endThreads(process);
  }

  #fail(pid: number, why: string, died = false): void {
    const known = this.#starting.delete(pid) || this.#running.delete(pid);
    if (known) this.#events.failed(pid, why, died);
  }

  /** Takes a module that was wanted, or why there is none. */
  give(name: ProcessModule, module: WebAssembly.Module | string): void {
    const wanted = this.#modules[name];
    if (typeof module !== "string") return wanted?.resolve(module);
    delete this.#modules[name]; // so that the next guest tries again
    wanted?.reject(new Error(module));
  }

  #module(engine: Engine): Promise<WebAssembly.Module> {
    const name = engine === "browser" ? "process" : "interp";
    if (!this.#modules[name]) {
      this.#modules[name] = Promise.withResolvers();
      this.#want(name);
    }
    return this.#modules[name].promise;
  }

  #make(engine: Engine): void {
    this.#making[engine]++;
    const process: Process = { worker: this.#workers.make(`bushel ${engine}`), pid: 0, guests: 0 };
    let lost = false;
    const notMade = (error: unknown): void => {
      if (lost) return;
      lost = true;
      process.worker.terminate();
      this.#notMade(engine, error);
    };
    process.worker.onmessage = ({ data }: MessageEvent<FromProcess>) => {
      if (data instanceof Uint8Array) {
        if (process.thread) this.#events.threadMessage(process.pid, process.thread.id, data);
        else if (process.pid !== 0) this.#events.message(process.pid, data);
      } else if (data.type === "warm") {
        this.#making[engine]--;
        this.#giveBack(engine, process);
        if (this.#ahead.has(engine)) this.#warmSoon(engine);
      } else if (data.type === "full") {
        this.#makeRoom();
      } else if (data.type === "held") {
        process.worker.watch(data.lock);
      } else if (data.type === "spawn") {
        this.#spawn(process, data.id, data.arg);
      } else if (data.type === "over") {
        const { pid } = process;
        this.kill(pid);
        this.#events.gone(pid);
      } else if (data.type === "idle" && process.thread) {
        this.#threadEnded(process);
      } else if (data.type === "idle" || data.type === "done") {
        const { pid } = process;
        this.#running.delete(pid);
        this.#endThreads(process);
        if (data.type === "idle" && !process.ended) this.#giveBack(engine, process);
        else process.worker.terminate();
        if (data.last.length > 0) this.#events.message(pid, data.last);
        this.#events.gone(pid);
      }
    };
    process.worker.onerror = (event) => {
      process.worker.terminate();
      const { first } = process.thread ?? { first: process };
      if (first !== process) first.worker.terminate();
      this.#endThreads(first);
      const spare = this.#spares[engine].indexOf(process);
      if (spare >= 0) this.#spares[engine].splice(spare, 1);
      else if (process.pid !== 0) this.#fail(process.pid, event.message || "its worker has died", true);
      else notMade(new Error(event.message.replace(/^Uncaught (Error: )?/, "") || "a worker cannot be started"));
    };
    // Its thread begins while the module comes.
    this.#module(engine).then((module) => {
      if (!lost) post(process.worker, { type: "boot", module, interprets: engine === "wazero" });
    }, notMade);
  }

  /** Guests that wait for a worker that cannot be made wait no longer. */
  #notMade(engine: Engine, error: unknown): void {
    this.#making[engine]--;
    if (this.#making[engine] > 0) return;
    this.#wanted[engine].length = 0;
    for (const pid of [...this.#starting.keys()]) this.#fail(pid, reason(error));
  }

  #giveBack(engine: Engine, process: Process): void {
    process.pid = 0;
    const next = this.#wanted[engine].shift();
    if (next) next(process);
    else if (engine === "browser" && process.guests >= MOST_GUESTS) {
      process.worker.terminate();
      this.#warmSoon(engine);
    } else if (this.#spares[engine].length < MOST_SPARES) this.#spares[engine].push(process);
    else process.worker.terminate();
  }
}

function post(worker: RemoteWorker, message: ToProcess): void {
  worker.postMessage(message, message instanceof Uint8Array && message.length > 8192 ? [message.buffer as ArrayBuffer] : []);
}

function share(pages: { initial: number; maximum: number }): SharedGuest {
  return { memory: new WebAssembly.Memory({ ...pages, shared: true }), count: new Int32Array(new SharedArrayBuffer(8)) };
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
