// The JavaScript half of the browser's engine (package kernel/engine/browser):
// makes a guest's imports, lets the guest wait by JSPI, and copies its memory.
import type { SharedGuest, SpawnThread } from "../protocol.ts";
import type { GoProgram } from "./goruntime.ts";
import { NoRoom, whenRoom } from "./room.ts";
import { describeTrap } from "./traps.ts";

/** What the Go half exports. */
export interface EngineExports {
  bushel_host(index: number): number;
  bushel_exiting(): number;
  bushel_entering(): void;
  bushel_entered(): void;
  bushel_returned(): number;
  ended(kind: number, length: number): void;
}

/** The ways in which a run ends, as the Go half's Ended numbers them. */
export const END = { returned: 0, unwound: 1, trapped: 2, notRun: 3 } as const;
const WAITS = 1;
/** How many threads a guest has at most besides the first: each is a worker. */
const MOST_THREADS = 128;
const LAST_THREAD = 2 ** 29 - 1;
const UNWINDS = 2;

/** Unwinds a guest that has exited; nobody but this file may see it. */
class Unwind extends Error {}

type Import = (...args: never[]) => unknown;

interface HostFunction {
  module: string;
  name: string;
  call: unknown; // an import: a function, or a WebAssembly.Suspending of one
}

// JSPI is younger than TypeScript's library.
declare global {
  namespace WebAssembly {
    const Suspending: new (f: Function) => object;
    function promising(f: Function): (...args: unknown[]) => Promise<unknown>;
  }
}

/** The engine can let a guest wait. */
const canWait = "Suspending" in WebAssembly && "promising" in WebAssembly;

const encoder = new TextEncoder();
const { LinkError } = WebAssembly; // the global may go: see gojs-lockdown.ts

export class BrowserEngine {
  /** The module that the next engine_run starts. */
  module: WebAssembly.Module | undefined;

  readonly #go: GoProgram<EngineExports>;
  readonly #full: () => void;
  /** What the guest shares with its threads, and the way to ask for one. */
  #shared: (SharedGuest & { spawn: (message: SpawnThread) => void }) | undefined;
  #memory: WebAssembly.Memory | undefined;
  #guest = new Uint8Array(0);
  #stackAt = 0;
  // The host functions' stack in Go's memory, seen as each type of value.
  #i32 = new Int32Array(0);
  #i64 = new BigInt64Array(0);
  #f32 = new Float32Array(0);
  #f64 = new Float64Array(0);
  /** The guest's calls that wait: several if it was entered meanwhile, the innermost last. */
  #waiting: { resolve: (value: unknown) => void; reject: (reason: unknown) => void }[] = [];
  #exports: WebAssembly.Exports | undefined;
  /** How many runs there were: what is entered late belongs to an earlier one. */
  #runs = 0;
  #tables = new Map<string, Map<string, HostFunction>>();

  /** @param full is called when there is no room for a guest's memory */
  constructor(go: GoProgram<EngineExports>, full: () => void) {
    this.#go = go;
    this.#full = full;
  }

  /** Makes the next engine_run a thread of a guest that has this in common. */
  share(shared: SharedGuest, spawn: (message: SpawnThread) => void): void {
    this.#shared = { ...shared, spawn };
  }

  #spawn(arg: number): number {
    if (!this.#shared) return -1;
    const { count, spawn } = this.#shared;
    if (Atomics.add(count, 1, 1) >= MOST_THREADS) {
      Atomics.sub(count, 1, 1);
      return 0;
    }
    const id = ((Atomics.add(count, 0, 1) >>> 0) % LAST_THREAD) + 1;
    spawn({ type: "spawn", id, arg });
    return id;
  }

  /** The functions of module "bushel" that the Go half imports. */
  imports(): Record<string, Function> {
    const go = this.#go;
    const SMALL = 32; // up to here a loop is faster than a view and a set
    return {
      engine_run: (table: number, tableLength: number, start: number, startLength: number, stack: number, id: number, arg: number) => {
        this.#stackAt = stack >>> 0;
        this.#i32 = new Int32Array(0);
        this.#run(go.text(table, tableLength), go.text(start, startLength), id === 0 ? [] : [id, arg]);
      },
      thread_spawn: (arg: number) => this.#spawn(arg),
      engine_resume: () => this.#goOn(),
      engine_enter: (name: number, nameLength: number, types: number, typesLength: number) =>
        this.#enter(go.text(name, nameLength), go.text(types, typesLength)),
      engine_end: () => this.#end(END.returned, ""),
      mem_size: () => this.#memory?.buffer.byteLength ?? 0,
      mem_grow: (pages: number) => {
        try {
          return this.#memory?.grow(pages >>> 0) ?? -1;
        } catch {
          return -1;
        }
      },
      mem_read: (off: number, p: number, n: number): number => {
        off >>>= 0;
        p >>>= 0;
        n >>>= 0;
        if (off + n > this.#guest.length && !this.#within(off + n)) return 1;
        const guest = this.#guest;
        const own = go.bytes;
        if (n <= SMALL) for (let i = 0; i < n; i++) own[p + i] = guest[off + i]!;
        else own.set(guest.subarray(off, off + n), p);
        return 0;
      },
      mem_write: (off: number, p: number, n: number): number => {
        off >>>= 0;
        p >>>= 0;
        n >>>= 0;
        if (off + n > this.#guest.length && !this.#within(off + n)) return 1;
        const guest = this.#guest;
        const own = go.bytes;
        if (n <= SMALL) for (let i = 0; i < n; i++) guest[off + i] = own[p + i]!;
        else guest.set(own.subarray(p, p + n), off);
        return 0;
      },
    };
  }

  // Looks at the memory again, which may have grown, and says whether it reaches to end.
  #within(end: number): boolean {
    if (!this.#memory) return false;
    this.#guest = new Uint8Array(this.#memory.buffer);
    return end <= this.#guest.length;
  }

  #run(table: string, start: string, args: number[]): void {
    const module = this.module!;
    this.module = undefined;
    if (!canWait) {
      queueMicrotask(() => this.#failed(new NotRun("cannot run on this browser's engine, which cannot let it wait: wazero can run it")));
      return;
    }
    whenRoom(
      () => new WebAssembly.Instance(module, this.#importsOf(module, this.#table(table))),
      this.#full,
      (instance) => this.#begin(instance, start, args),
      (error) => queueMicrotask(() => this.#failed(error)),
    );
  }

  #begin(instance: WebAssembly.Instance, start: string, args: number[]): void {
    let main: Function;
    try {
      this.#exports = instance.exports;
      const memory = this.#shared?.memory ?? instance.exports["memory"];
      this.#memory = memory instanceof WebAssembly.Memory ? memory : undefined;
      this.#guest = new Uint8Array(0);
      const exported = instance.exports[start];
      if (typeof exported !== "function") {
        throw new NotRun(
          typeof instance.exports["_initialize"] === "function"
            ? `is a library (it exports "_initialize" and no "${start}"), not a program`
            : `has no function "${start}" to begin with`,
        );
      }
      // Of its results JavaScript tells nothing.
      if (exported.length !== args.length) {
        throw new NotRun(`its function "${start}" is not one to begin ${args.length === 0 ? "with: it has" : "a thread with: it has other"} parameters`);
      }
      main = exported;
    } catch (error) {
      queueMicrotask(() => this.#failed(error));
      return;
    }
    // Begun in a microtask of its own, so that no Go code is on the stack below it.
    queueMicrotask(() => {
      WebAssembly.promising(main)(...args).then(
        () => this.#go.exports.bushel_returned() || this.#end(END.returned, ""),
        (error: unknown) => this.#failed(error),
      );
    });
  }

  // Calls an export while the guest waits, or after its start function has returned. In a
  // microtask of its own, for the host function that asked may not have returned.
  #enter(name: string, types: string): number {
    const exported = this.#exports?.[name];
    if (typeof exported !== "function" || exported.length !== types.length) return 1;
    this.#stack();
    const args = Array.from(types, (type, i) => (type === "l" ? this.#i64[i] : this.#i32[2 * i]));
    const run = this.#runs;
    queueMicrotask(() => {
      if (run !== this.#runs) return;
      this.#go.exports.bushel_entering();
      WebAssembly.promising(exported)(...args).then(
        (result) => {
          if (run !== this.#runs) return;
          if (typeof result === "number") this.#stack()[0] = result;
          this.#go.exports.bushel_entered();
        },
        (error: unknown) => run === this.#runs && this.#failed(error),
      );
    });
    return 0;
  }

  #failed(error: unknown): void {
    if (error instanceof Unwind) this.#end(END.unwound, "");
    else this.#end(...endOf(error));
  }

  #end(kind: number, text: string): void {
    this.#waiting = [];
    this.#runs++;
    this.#go.exports.ended(kind, this.#go.give(encoder.encode(text))); // it asks for the memory's size
    this.#memory = this.#shared = this.#exports = undefined;
    this.#guest = new Uint8Array(0);
  }

  #goOn(): void {
    const call = this.#waiting.pop();
    if (!call) this.#failed(new Unwind()); // its start function has returned
    else if (this.#go.exports.bushel_exiting()) call.reject(new Unwind());
    else call.resolve(this.#stack()[0]);
  }

  #stack(): Int32Array {
    if (this.#i32.length === 0) {
      const buffer = this.#go.exports.mem.buffer;
      this.#i32 = new Int32Array(buffer, this.#stackAt, 32);
      this.#i64 = new BigInt64Array(buffer, this.#stackAt, 16);
      this.#f32 = new Float32Array(buffer, this.#stackAt, 32);
      this.#f64 = new Float64Array(buffer, this.#stackAt, 16);
    }
    return this.#i32;
  }

  #importsOf(module: WebAssembly.Module, table: Map<string, HostFunction>): WebAssembly.Imports {
    const imports: Record<string, Record<string, unknown>> = {};
    for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
      if (kind === "memory" && this.#shared) {
        (imports[from] ??= {})[name] = this.#shared.memory;
        continue;
      }
      const host = kind === "function" ? table.get(`${from}\t${name}`) : undefined;
      if (!host) throw new NotRun(`needs import "${from}"."${name}" (${kind}), which nothing here provides`);
      (imports[from] ??= {})[name] = host.call;
    }
    return imports as WebAssembly.Imports;
  }

  #table(text: string): Map<string, HostFunction> {
    let table = this.#tables.get(text);
    if (!table) {
      table = new Map();
      const lines = text.split("\n");
      for (let index = 0; index < lines.length - 1; index++) {
        const [module, name, params, results, waits] = lines[index]!.split("\t") as [string, string, string, string, string];
        const f = this.#wrap(index, params, results);
        table.set(`${module}\t${name}`, { module, name, call: waits ? new WebAssembly.Suspending(f) : f });
      }
      this.#tables.set(text, table);
    }
    return table;
  }

  // Makes the import that calls host function index.
  #wrap(index: number, params: string, results: string): Import {
    const host = this.#go.exports.bushel_host;
    const finish = (status: number): unknown => {
      if (status === 0) {
        if (this.#i32.length === 0) this.#stack();
        if (results === "i") return this.#i32[0];
        return results === "l" ? this.#i64[0] : results === "d" ? this.#f64[0] : results === "f" ? this.#f32[0] : undefined;
      }
      if (status === UNWINDS) throw new Unwind();
      if (status !== WAITS) throw new Error(`host function answered ${status}`);
      return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    };
    // The shapes that are called most are written out.
    if (params === "iiii" && results === "i") {
      return (a: number, b: number, c: number, d: number) => {
        const s = this.#i32.length === 0 ? this.#stack() : this.#i32;
        s[0] = a;
        s[2] = b;
        s[4] = c;
        s[6] = d;
        const status = host(index);
        return status === 0 && this.#i32.length !== 0 ? this.#i32[0] : finish(status);
      };
    }
    if (!/[^i]/.test(params)) {
      return (...args: number[]) => {
        const s = this.#i32.length === 0 ? this.#stack() : this.#i32;
        for (let i = 0; i < args.length; i++) s[2 * i] = args[i]!;
        return finish(host(index));
      };
    }
    return (...args: (number | bigint)[]) => {
      if (this.#i32.length === 0) this.#stack();
      for (let i = 0; i < args.length; i++) {
        const type = params[i];
        if (type === "l") this.#i64[i] = args[i] as bigint;
        else if (type === "d") this.#f64[i] = args[i] as number;
        else if (type === "f") this.#f32[2 * i] = args[i] as number;
        else this.#i32[2 * i] = args[i] as number;
      }
      return finish(host(index));
    };
  }
}

/** A module that cannot be started; the message is the reason. */
export class NotRun extends Error {}

/** What an error that ended a run, or kept it from beginning, is to the Go half. */
export function endOf(error: unknown): [kind: number, text: string] {
  if (error instanceof NotRun || error instanceof NoRoom) return [END.notRun, error.message];
  if (error instanceof LinkError) return [END.notRun, `does not fit what it imports: ${error.message}`];
  const trap = describeTrap(error);
  if (trap) return [END.trapped, trap];
  return [END.notRun, `cannot be started: ${error instanceof Error ? error.message : String(error)}`];
}
