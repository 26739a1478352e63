// A sys client: the page is process 1, and all that it wants of the kernel is a
// system call. Calls of one turn of the event loop go out in one message.

import { concat } from "./bytes.ts";
import { SystemError } from "./errno.ts";
import { frames, Kind, MAX_FRAME, UNORDERED } from "./frame.ts";
import { decodeFeed, decodeReply, encodeRequest, Op, type Reply, type Request } from "./syscall.ts";

/** Where messages to the kernel go, one or its pieces: a Worker, or a stand-in for it. */
export interface Port {
  postMessage(message: Uint8Array | Uint8Array[], transfer: Transferable[]): void;
}

/** From here on a message's pieces are moved as they are, and not put together. */
const MOVED = 16 << 10;

interface Waiter {
  request: Request;
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/** The names of the calls, as errors tell them. */
export const opName: ReadonlyMap<number, string> = new Map<number, string>(Object.entries(Op).map(([name, number]) => [number, name]));

/** What takes what the kernel sends unasked: how is a Fed, and the bytes are its own. lost is told when the client is closed. */
export interface Feed {
  receive(how: number, data: Uint8Array): void;
  lost(error: Error): void;
}

/** Client performs system calls and hands each its own reply. */
export class Client {
  private readonly port: Port;
  private readonly waiting = new Map<number, Waiter>();
  private readonly lanes = new Set<number>();
  private readonly fed = new Map<number, Feed>();
  private lastFeed = 0;
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
      this.post(frame);
    });
  }

  /** Performs a call that has no answer, with data in pieces; the two are of less than MAX_FRAME bytes. The pieces are the client's, their buffers whole. */
  tell(request: Omit<Request, "data">, lane: number, pieces: readonly Uint8Array[] = []): void {
    if (this.dead) return;
    const length = pieces.reduce((n, piece) => n + piece.length, 0);
    this.post(encodeRequest(lane, 0, request, length), ...pieces);
  }

  private post(...pieces: Uint8Array[]): void {
    if (this.out.length === 0) queueMicrotask(() => this.flush());
    this.out.push(...pieces);
  }

  /** Has feed take what the kernel sends unasked under the number that it returns, until starve. */
  feeds(feed: Feed): number {
    this.fed.set(++this.lastFeed, feed);
    return this.lastFeed;
  }

  /** Ends what feeds began. */
  starve(id: number): void {
    this.fed.delete(id);
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
      if (frame.kind === Kind.notify && frame.method === Op.feed) {
        const { id, how, data } = decodeFeed(frame.payload);
        this.fed.get(id)?.receive(how, data);
        continue;
      }
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
    const fed = [...this.fed.values()];
    this.fed.clear();
    for (const { lost } of fed) lost(error);
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const waiter of all) waiter.reject(error);
  }

  private flush(): void {
    if (this.out.length === 0) return;
    const pieces = this.out;
    this.out = [];
    const length = pieces.reduce((n, piece) => n + piece.length, 0);
    const message = pieces.length > 1 && length >= MOVED ? pieces : concat(pieces);
    const buffers = message instanceof Uint8Array ? [message.buffer] : message.map(({ buffer }) => buffer);
    this.port.postMessage(message, buffers as ArrayBuffer[]);
  }
}
