// GoHost runs one Go program that was built with GOOS=js, as a guest: it is
// what Go's wasm_exec.js is to a page, with JavaScript values of a bare global
// object, and the kernel's system calls below it.
//
// The guest runs on either engine. On the browser's the imports are JavaScript
// functions, and GoHost enters the guest itself. On wazero (gojs-wazero.ts) the
// interpreter calls imports by number, and takes the events from a queue, because
// only it can enter the guest, on a goroutine of its own.
//
// How an event gets in: _pendingEvent of the object that Go knows as jsGo is set,
// and the guest's resume function is called, which runs until all of its
// goroutines wait. Without a pending event, resume looks after timers.

import { Op, type Reply, type Request } from "../syscall.ts";
import { NotRun } from "./engine.ts";
import { Errno } from "./gojs-errors.ts";
import { makeGlobal } from "./gojs-global.ts";
import { type Import, type ImportHost, imports } from "./gojs-imports.ts";
import type { Loop } from "./gojs-loop.ts";
import { encode, type GuestMemory, View } from "./gojs-memory.ts";
import { inspect } from "./gojs-console.ts";
import { type ArgBlock, putArgs } from "./gojs-args.ts";
import type { GoStart } from "./gojs-process.ts";
import { Timers } from "./gojs-timers.ts";
import { Values } from "./gojs-values.ts";
import { whenRoom } from "./room.ts";
import type { SysClient } from "./syscaller.ts";

export type { GoStart } from "./gojs-process.ts";
export type { GuestMemory } from "./gojs-memory.ts";

/** The guest, as its host enters it. */
export interface Guest extends GuestMemory {
  /** Calls the guest's function of that name. */
  run(argc: number, argv: number): void;
  resume(): void;
  getsp(): number;
  /**
   * Asks for next to be called, if only somebody else can enter the guest from its
   * event loop. resume is then only called within an import.
   */
  post?(): void;
}

/** How a guest ended: with an exit code, or with what it or the engine threw. */
export type GoEnd = { code: number } | { trap: unknown };

/** A call of one of the guest's functions. */
interface Event {
  /** What Go sees. */
  shown: { readonly id: number; this: unknown; args: ArrayLike<unknown>; result: unknown };
  /** Called when the guest's run is over that the event began. */
  done(): void;
}

/** A turn of the guest: an event, or a timer of its runtime. */
type Job = { event: Event; then?: (result: unknown) => void } | { timer: number };

/** Thrown to unwind a guest that has ended. */
const UNWIND = Object.freeze(new Error("the program has ended"));

const setTimer = setTimeout;
const microtask = queueMicrotask;
const fillRandom = crypto.getRandomValues.bind(crypto);

export class GoHost implements ImportHost, Loop {
  readonly view: View;
  readonly values: Values;
  readonly ended: Promise<GoEnd>;
  over = false;
  entries = 0;

  readonly #guest: Guest;
  readonly #sys: SysClient;
  readonly #start: GoStart;
  /** The object that Go's syscall/js knows as jsGo. */
  readonly #go: { _pendingEvent: Event["shown"] | null; _makeFuncWrapper: (id: number) => Function };
  /** The runtime's timers, and the guest's own. */
  readonly #wakes = new Timers();
  readonly #timers = new Timers();
  readonly #jobs: Job[] = [];
  /** The job whose turn it is. */
  #job: Job | undefined;
  /** A guest that others enter is running, or will be. */
  #busy = false;
  /** How many imports are being served, one within another. */
  #depth = 0;
  /** What else the guest may be waiting for. */
  #waiting = 0;
  #checking = false;
  /** How many of the guest's functions have been called and have not returned. */
  #handling = 0;
  #deadlocked = false;
  #resting = false;
  /** Writes whose end the guest's end waits for. */
  readonly #writes = new Set<Promise<unknown>>();
  #end!: (end: GoEnd) => void;

  constructor(guest: Guest, sys: SysClient, start: GoStart) {
    this.#guest = guest;
    this.#sys = sys;
    this.#start = start;
    this.view = new View(guest);
    this.ended = new Promise((resolve) => (this.#end = resolve));
    this.#go = { _pendingEvent: null, _makeFuncWrapper: (id) => this.#wrap(id) };
    this.values = new Values(makeGlobal(this, this.#timers, start), this.#go);
  }

  // Running.

  /** Runs the guest, on an engine whose guests are entered from here, to its end. */
  run(): Promise<GoEnd> {
    const block = this.begin();
    if (block) this.#enter(() => this.#guest.run(block.argc, block.argv));
    return this.ended;
  }

  /** Puts arguments and environment into the guest's memory; undefined: they do not fit, and it has ended. */
  begin(): ArgBlock | undefined {
    this.view.refresh();
    const block = putArgs(this.view, this.#start.argv, this.#start.env);
    if (!block) {
      this.writeNow(2, encode(`${this.#start.argv[0] ?? "go"}: argument list too long\n`));
      this.#finish({ code: 126 });
    }
    this.#busy = this.#guest.post !== undefined;
    return block;
  }

  /**
   * Ends the turn before and begins the next, for a guest that is entered by
   * somebody else: true if resume is to be called, false if there is nothing to do until post.
   */
  next(): boolean {
    this.#endTurn();
    if (this.over) return false;
    const job = this.#jobs.shift();
    this.#busy = job !== undefined;
    this.#rests(!job);
    if (!job) {
      this.#settle();
      return false;
    }
    this.#beginTurn(job);
    return true;
  }

  /** Ends the guest with what its engine reports; not if it has ended already. */
  fail(error: unknown): void {
    if (!this.over) this.#finish({ trap: error });
  }

  /** The imports of modules "gojs" and "go" for a guest that calls them itself. */
  imports(): Record<string, (sp: number) => void> {
    const functions: Record<string, (sp: number) => void> = {};
    for (const [name, fn] of imports) {
      functions[name] = (sp) => {
        if (!this.over) this.#serve(fn, sp);
        if (this.over) throw UNWIND;
      };
    }
    return functions;
  }

  /** Calls the import of that number; false if the guest has ended and is to be unwound. Never throws. */
  call(index: number, sp: number): boolean {
    if (!this.over) this.#serve(imports[index]![1], sp);
    return !this.over;
  }

  #serve(fn: Import, sp: number): void {
    this.#depth++;
    try {
      this.view.refresh();
      fn(this, sp >>> 0);
    } catch (error) {
      this.#uncaught(error);
    } finally {
      this.#depth--;
    }
  }

  /** Ends a guest that has made JavaScript throw where Go does not expect it: in a getter, say. */
  #uncaught(error: unknown): void {
    if (this.over) return; // unwinding
    if (error instanceof RangeError && error.message.includes("call stack")) {
      this.#finish({ trap: error });
      return;
    }
    this.writeNow(2, encode(`uncaught JavaScript error: ${inspect(error)}\n`));
    this.#finish({ code: 2 });
  }

  #enter(run: () => void): void {
    this.entries++;
    this.#rests(false);
    try {
      run();
    } catch (error) {
      this.fail(error);
    }
    this.#rests(true);
    this.#settle();
  }

  /** Tells whether the guest waits for an event. */
  #rests(waits: boolean): void {
    if (this.over || this.#resting === waits) return;
    this.#resting = waits;
    this.#sys.rests(waits);
  }

  #beginTurn(job: Job): void {
    this.#job = job;
    this.#go._pendingEvent = "event" in job ? job.event.shown : null;
  }

  #endTurn(): void {
    const job = this.#job;
    this.#job = undefined;
    if (!job || this.over) return;
    if ("event" in job) {
      job.event.done();
      job.then?.(job.event.shown.result);
    }
    // A timer that Go has not taken back came a little early for Go's clock.
    else if (this.#wakes.has(job.timer)) this.#wakes.again(job.timer, 1, this.#wake);
  }

  /** Gives the guest a turn, now or when it can be entered. */
  #turn(job: Job): void {
    if (this.over) return;
    if (this.#guest.post) {
      this.#jobs.push(job);
      this.#guest.post();
      return;
    }
    this.#beginTurn(job);
    this.#enter(() => this.#guest.resume());
    this.#endTurn();
  }

  /** Looks, when all promises have settled, whether the guest can still be woken, and if not, has Go report a deadlock. */
  #settle(): void {
    if (this.over || this.#checking || !this.#idle()) return;
    this.#checking = true;
    setTimer(() => {
      this.#checking = false;
      if (this.over || !this.#idle()) return;
      if (this.#deadlocked) {
        this.#finish({ code: 2 });
        return;
      }
      this.#deadlocked = true;
      this.#turn({ event: this.#event(0, undefined, []) });
    }, 0);
  }

  #idle(): boolean {
    return this.#waiting + this.#wakes.size + this.#timers.size + this.#jobs.length === 0 && !this.#job && !this.#busy && this.#depth === 0;
  }

  #finish(end: GoEnd): void {
    this.over = true;
    this.#wakes.clearAll();
    this.#timers.clearAll();
    this.#jobs.length = 0;
    void Promise.allSettled(this.#writes).then(() => this.#end(end));
  }

  // The guest's functions.

  #wrap(id: number): Function {
    const called = (self: unknown, args: ArrayLike<unknown>): unknown => this.#called(id, self, args);
    return function (this: unknown): unknown {
      return called(this, arguments);
    };
  }

  /** A function of the guest's has been called, by it, by us, or by a promise that it has made. */
  #called(id: number, self: unknown, args: ArrayLike<unknown>): unknown {
    if (this.over) return undefined;
    const event = this.#event(id, self, args);
    if (this.#depth > 0) {
      this.#go._pendingEvent = event.shown;
      this.entries++;
      try {
        this.#guest.resume();
      } catch (error) {
        this.fail(error);
      }
      event.done();
      if (this.over) throw UNWIND;
      this.view.refresh();
      return event.shown.result;
    }
    if (!this.#guest.post) {
      this.#turn({ event });
      return event.shown.result;
    }
    // Whoever calls from the event loop takes a promise for the result as the result.
    return new Promise((then) => this.#turn({ event, then }));
  }

  /**
   * Makes an event. It is being handled from when Go takes its id until Go sets its
   * result, or until done, for a function that Go has released has no result.
   */
  #event(id: number, self: unknown, args: ArrayLike<unknown>): Event {
    let state: "new" | "handling" | "done" = "new";
    let result: unknown;
    const enter = (): void => {
      if (state !== "new") return;
      state = "handling";
      this.#handling++;
    };
    const done = (): void => {
      if (state === "handling") this.#handling--;
      state = "done";
    };
    const shown = {
      get id() {
        enter();
        return id;
      },
      this: self,
      args,
      get result() {
        return result;
      },
      set result(v) {
        result = v;
        done();
      },
    };
    return { shown, done };
  }

  // What the guest's objects use: see Loop.

  get handling(): boolean {
    return this.#handling > 0;
  }

  callback(fn: Function, args: unknown[]): void {
    if (this.over) return;
    try {
      Reflect.apply(fn, undefined, args);
    } catch (error) {
      this.#uncaught(error);
    }
    this.#settle();
  }

  soon(fn: Function, args: unknown[]): void {
    this.#waiting++;
    microtask(() => {
      this.#waiting--;
      this.callback(fn, args);
    });
  }

  syscall(request: Request, then: (reply: Reply) => void): void {
    this.#waiting++;
    const end = (reply: Reply): void => {
      this.#waiting--;
      if (this.over) return;
      try {
        then(reply);
      } catch (error) {
        this.#uncaught(error);
      }
      this.#settle();
    };
    this.#sys.call(request).then(end, () => end({ errno: Errno.EIO, vals: [0, 0, 0], data: new Uint8Array(0) }));
  }

  tell(request: Request): void {
    this.#sys.call(request).catch(() => {}); // nobody to tell
  }

  writeNow(fd: number, bytes: Uint8Array): void {
    const write: Promise<unknown> = this.#sys.call({ op: Op.write, args: [fd], data: bytes.slice() }).finally(() => this.#writes.delete(write));
    this.#writes.add(write);
    write.catch(() => {}); // as a write to a closed stream: nobody to tell
  }

  exit(code: number): never {
    if (!this.over) this.#finish({ code: code & 0xff });
    throw UNWIND;
  }

  random(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += 65536) fillRandom(bytes.subarray(at, at + 65536) as Uint8Array<ArrayBuffer>);
  }

  // What only the imports use: see ImportHost.

  stackPointer(sp: number, entries: number): number {
    const at = entries === this.entries ? sp : this.#guest.getsp() >>> 0;
    // The import may also have run the interpreter's own Go code, which moves all memory
    // when it grows.
    this.view.refresh();
    return at;
  }

  debug(value: unknown): void {
    this.writeNow(2, encode(`${inspect(value)}\n`));
  }

  readonly #wake = (id: number): void => this.#turn({ timer: id });

  setWake(delay: number): number {
    return this.#wakes.set(delay, this.#wake);
  }

  clearWake(id: number): void {
    this.#wakes.clear(id);
  }
}

interface GoExports {
  mem: WebAssembly.Memory;
  run(argc: number, argv: number): void;
  resume(): void;
  getsp(): number;
}

/** The names that Go has given to the module of its imports: since 1.21, and before. */
const MODULES = ["gojs", "go"];

/** Refuses a module that cannot be run, in the words of package kernel/abi/gojs. */
function check(module: WebAssembly.Module): void {
  const known = new Set(imports.map(([name]) => name));
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== "function" || !MODULES.includes(from) || !known.has(name)) {
      throw new NotRun(`needs import "${from}"."${name}" (${kind}), which nothing here provides`);
    }
  }
  const offers = new Map(WebAssembly.Module.exports(module).map((e) => [e.name, e.kind]));
  for (const name of ["run", "resume", "getsp"]) {
    if (offers.get(name) !== "function") throw new NotRun(`has no function "${name}", which a Go program has`);
  }
  if (offers.get("mem") !== "memory") throw new NotRun("has no memory");
}

/**
 * Runs a Go program on the browser's engine, to its end; full is called when there is no room
 * for its memory. It throws a NotRun, or what
 * WebAssembly throws, if the module cannot be run.
 */
export function runGo(module: WebAssembly.Module, sys: SysClient, start: GoStart, full: () => void): Promise<GoEnd> {
  check(module);
  let exports!: GoExports;
  const guest: Guest = {
    buffer: () => exports.mem.buffer as ArrayBuffer,
    base: () => 0,
    length: () => exports.mem.buffer.byteLength,
    run: (argc, argv) => exports.run(argc, argv),
    resume: () => exports.resume(),
    getsp: () => exports.getsp(),
  };
  const host = new GoHost(guest, sys, start);
  const functions = host.imports();
  const imports = Object.fromEntries(MODULES.map((name) => [name, functions]));
  return new Promise((resolve, reject) => {
    const begin = (instance: WebAssembly.Instance): void => {
      exports = { ...instance.exports } as unknown as GoExports;
      resolve(host.run());
    };
    whenRoom(() => new WebAssembly.Instance(module, imports), full, begin, reject);
  });
}
