// A Go guest whose engine is wazero, in interp.wasm: the JavaScript half of
// package kernel/abi/gojs. The interpreter calls the guest's imports by number;
// the guest's memory is a part of the interpreter's own.
//
// Only the interpreter can enter the guest, and from the event loop only on a goroutine
// that may park. So events wait in GoHost's queue until that goroutine asks
// for the next. Within an import, the guest is entered at once, by an export.

import { type GoEnd, GoHost, type GoStart, type Guest } from "./gojs.ts";
import type { SysClient } from "./syscaller.ts";

/** What package kernel/abi/gojs exports. */
export interface GoJSExports {
  /** Lets the goroutine that runs the guest ask for events. */
  gojs_post(): void;
  /** Calls the guest's resume; 0 if the guest ended in it. */
  gojs_resume(): number;
  gojs_getsp(): number;
  /** Tells how the guest ended: 0 and an exit code, or 1 for a stack overflow. */
  gojs_ended(kind: number, code: number): void;
}

/** The Go program that has the interpreter. */
interface Interpreter {
  readonly exports: GoJSExports;
  /** Its memory; good until Go code runs the next time. */
  readonly bytes: Uint8Array;
  /** Runs the goroutines that an export has made ready. */
  resume(): void;
}

export class InterpretedGo {
  readonly #go: Interpreter;
  #host: GoHost | undefined;
  #base = 0;
  #length = 0;

  constructor(go: Interpreter) {
    this.#go = go;
  }

  /** Makes ready for a guest that the interpreter is about to run. */
  start(sys: SysClient, start: GoStart): void {
    const go = this.#go;
    const guest: Guest = {
      buffer: () => go.bytes.buffer as ArrayBuffer,
      base: () => this.#base,
      length: () => this.#length,
      run() {
        throw new Error("the interpreter runs the guest");
      },
      resume() {
        if (!go.exports.gojs_resume()) throw new Error("the guest has ended");
      },
      getsp: () => go.exports.gojs_getsp(),
      post() {
        go.exports.gojs_post();
        go.resume();
      },
    };
    const host = new GoHost(guest, sys, start);
    this.#host = host;
    void host.ended.then((end) => this.#ended(host, end));
  }

  #ended(host: GoHost, end: GoEnd): void {
    if (this.#host === host) this.#host = undefined;
    if ("code" in end) this.#go.exports.gojs_ended(0, end.code);
    else this.#go.exports.gojs_ended(1, 0);
    this.#go.resume();
  }

  /** The functions of module "bushel" that package kernel/abi/gojs imports. */
  imports(): Record<string, Function> {
    const move = (base: number, length: number): void => {
      this.#base = base >>> 0;
      this.#length = length >>> 0;
    };
    return {
      // The guest's memory is at base: its arguments are put there, and argc<<32 | argv
      // is the answer, 0 if they do not fit.
      gojs_begin: (base: number, length: number): bigint => {
        move(base, length);
        const block = this.#host?.begin();
        return block ? (BigInt(block.argc) << 32n) | BigInt(block.argv) : 0n;
      },
      // The guest calls an import: 1, or 0 if it has ended and is to be unwound.
      gojs_call: (index: number, sp: number, base: number, length: number): number => {
        move(base, length);
        return this.#host?.call(index, sp) ? 1 : 0;
      },
      // The guest's memory has moved.
      gojs_memory: move,
      // Whether there is an event, for which resume is to be called.
      gojs_next: (): number => (this.#host?.next() ? 1 : 0),
      // The guest has ended without having called exit.
      gojs_failed: (): void => this.#host?.fail(new Error("the guest has failed")),
    };
  }
}
