// The system calls of a guest whose ABI is written in TypeScript. They go through
// the process's link client in Go, which keeps their order.

import { frames } from "../frame.ts";
import { decodeReply, encodeRequest, type Reply, type Request } from "../syscall.ts";
import type { GoProgram } from "./goruntime.ts";
import type { SysClient } from "./syscaller.ts";

/** What the Go half, package web/guest, exports. */
export interface CallExports {
  call(length: number): void;
  rests(waits: number): void;
}

export class Calls implements SysClient {
  readonly #go: GoProgram<CallExports>;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #lastID = 0;

  constructor(go: GoProgram<CallExports>) {
    this.#go = go;
  }

  /** The functions of module "bushel" that the Go half imports. */
  imports(): Record<string, Function> {
    return {
      called: (at: number, n: number) => {
        const [frame] = frames(this.#go.copy(at, n));
        const done = this.#waiting.get(frame!.id);
        this.#waiting.delete(frame!.id);
        done?.(decodeReply(frame!.payload));
      },
    };
  }

  rests(waits: boolean): void {
    this.#go.exports.rests(waits ? 1 : 0);
  }

  call(request: Request): Promise<Reply> {
    return new Promise((resolve) => {
      const id = ++this.#lastID;
      this.#waiting.set(id, resolve);
      // The lane is chosen by the Go half.
      this.#go.exports.call(this.#go.give(encodeRequest(0, id, request)));
    });
  }
}
