// A sys client: the page is process 1, and all that it wants of the kernel is a
// system call. Calls of one turn of the event loop go out in one message.

import { concat } from "./bytes.ts";
import { SystemError } from "./errno.ts";
import { frames, Kind, MAX_FRAME, UNORDERED } from "./frame.ts";
import { decodeReply, encodeRequest, Op, type Reply, type Request } from "./syscall.ts";

/** Where messages to the kernel go: a Worker, or a stand-in for it. */
export interface Port {
  postMessage(message: Uint8Array, transfer: Transferable[]): void;
}

interface Waiter {
  request: Request;
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/** The names of the calls, as errors tell them. */
export const opName: ReadonlyMap<number, string> = new Map<number, string>(Object.entries(Op).map(([name, number]) => [number, name]));

/** Client performs system calls and hands each its own reply. */
export class Client {
  private readonly port: Port;
  private readonly waiting = new Map<number, Waiter>();
  private readonly lanes = new Set<number>();
  private out: Uint8Array[] = [];
  private lastID = 0;
  private dead: Error | undefined;
  private readonly watchers = new Set<() => void>();

  constructor(port: Port) {
    this.port = port;
  }

  /** Performs a call; rejects with a SystemError if the kernel does. */
  call(request: Request, lane: number = UNORDERED): Promise<Reply> {
    if (this.dead) return Promise.reject(this.dead);
    return new Promise((resolve, reject) => {
      do this.lastID = (this.lastID + 1) >>> 0;
      while (this.lastID === 0 || this.waiting.has(this.lastID));
      const frame = encodeRequest(lane, this.lastID, request);
      if (frame.length > MAX_FRAME) {
        reject(new RangeError(`a system call with ${frame.length} bytes is too long`));
        return;
      }
      this.waiting.set(this.lastID, { request, resolve, reject });
      if (this.out.push(frame) === 1) queueMicrotask(() => this.flush());
    });
  }

  /** Takes a lane that nobody else uses: its calls are begun in order, each after the one before ended. */
  takeLane(): number {
    let lane = 1;
    while (this.lanes.has(lane)) lane++;
    this.lanes.add(lane);
    return lane;
  }

  /** Gives a lane back, when its last call has ended. */
  giveLane(lane: number): void {
    this.lanes.delete(lane);
  }

  /** Takes a message from the kernel. */
  receive(message: Uint8Array): void {
    for (const frame of frames(message)) {
      const waiter = this.waiting.get(frame.id);
      if (!waiter || frame.kind !== Kind.result) continue;
      this.waiting.delete(frame.id);
      const reply = decodeReply(frame.payload);
      if (reply.errno === 0) waiter.resolve(reply);
      else waiter.reject(new SystemError(reply.errno, opName.get(waiter.request.op) ?? "?", waiter.request.path));
    }
  }

  /** Has act told when the client is closed, until the function that it returns is called. */
  whenClosed(act: () => void): () => void {
    this.watchers.add(act);
    return () => this.watchers.delete(act);
  }

  /** Ends every open call, and all calls to come, with error. */
  close(error: Error): void {
    this.dead ??= error;
    for (const act of this.watchers) act();
    this.watchers.clear();
    this.out = [];
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const waiter of all) waiter.reject(error);
  }

  private flush(): void {
    if (this.out.length === 0) return;
    const message = concat(this.out);
    this.out = [];
    this.port.postMessage(message, [message.buffer as ArrayBuffer]);
  }
}
