// One end of a bus link, in the page: it has opened the link, so its calls have odd
// numbers. bus/SPEC.md says what goes over it.

import { BusError } from "./buserror.ts";
import {
  BusKind, busFrame, type BusFrame, callPayload, faultPayload, hello, hex, methodID, OPEN, OPTIONAL, readCall, readFault, Splitter,
} from "./buswire.ts";

const MAX_FRAME = 16 << 20;
const MAX_CALLS = 16 << 10;

/** A result, or the arguments of a call. */
export interface Body {
  format: number;
  bytes: Uint8Array;
}

/** A call that came in. */
export interface Served extends Body {
  /** The method's number in hexadecimal digits. */
  method: string;
  /** Aborted when the caller no longer waits. */
  signal: AbortSignal;
}

export interface LinkOptions {
  /** Sends bytes; they are the port's own from then on. */
  send(frames: Uint8Array): void;
  /** Serves a call; what it throws is the fault. */
  serve?(call: Served): Promise<Body>;
  /** The link has ended. */
  closed?(error: BusError): void;
}

interface Waiter {
  resolve(body: Body): void;
  reject(error: unknown): void;
}

/** Link makes calls and serves them. */
export class Link {
  private readonly options: LinkOptions;
  private readonly splitter = new Splitter(MAX_FRAME);
  private readonly waiting = new Map<number, Waiter | undefined>(); // undefined: nobody waits any more
  private readonly serving = new Map<number, AbortController>();
  private lastID = -1;
  private ended: BusError | undefined;

  constructor(options: LinkOptions) {
    this.options = options;
    options.send(hello(MAX_FRAME, MAX_CALLS));
  }

  /** Calls a method of a package by its full name; rejects with a BusError, or with the signal's reason. */
  call(name: string, method: string, body: Body, signal?: AbortSignal): Promise<Body> {
    signal?.throwIfAborted();
    if (this.ended) return Promise.reject(this.ended);
    do this.lastID = (this.lastID + 2) % 0x1_0000_0000;
    while (this.waiting.has(this.lastID));
    const id = this.lastID;
    const frame = busFrame(BusKind.call, id, { format: body.format, method: methodID(method), payload: callPayload({ package: name }, body.bytes) });
    if (frame.length > MAX_FRAME) return Promise.reject(new BusError("resource_exhausted", `a call of ${frame.length} bytes is too long`));
    const answer = new Promise<Body>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.options.send(frame);
    if (!signal) return answer;
    const leave = () => {
      const waiter = this.waiting.get(id);
      if (!waiter) return;
      this.waiting.set(id, undefined); // the number is free when the callee's last frame has come
      this.options.send(busFrame(BusKind.close, id));
      waiter.reject(signal.reason);
    };
    signal.addEventListener("abort", leave);
    return answer.finally(() => signal.removeEventListener("abort", leave));
  }

  /** Takes bytes that have come. */
  receive(bytes: Uint8Array): void {
    try {
      for (const frame of this.splitter.take(bytes)) this.take(frame);
    } catch (error) {
      this.close(error instanceof BusError ? error : new BusError("invalid_argument", String(error)));
    }
  }

  /** Ends the link: all that is open fails with error, which is told to the other side. */
  close(error: BusError): void {
    if (this.ended) return;
    this.options.send(busFrame(BusKind.fault, 0, { payload: faultPayload(error) }));
    this.lost(error);
  }

  /** Ends the link, whose pipe has ended. */
  lost(error: BusError): void {
    if (this.ended) return;
    this.ended = error;
    for (const waiter of this.waiting.values()) waiter?.reject(error);
    this.waiting.clear();
    for (const abort of this.serving.values()) abort.abort(error);
    this.serving.clear();
    this.options.closed?.(error);
  }

  private take(frame: BusFrame): void {
    const { kind, id } = frame;
    switch (kind) {
      case BusKind.result:
        this.result(frame);
        break;
      case BusKind.fault:
        if (id === 0) this.lost(readFault(frame.payload));
        else this.end(id)?.reject(readFault(frame.payload));
        break;
      case BusKind.close:
        this.end(id);
        this.serving.get(id)?.abort(new BusError("canceled", "the call was canceled"));
        if (this.serving.delete(id)) this.options.send(busFrame(BusKind.fault, id, { payload: faultPayload(new BusError("canceled", "the call was canceled")) }));
        break;
      case BusKind.call:
      case BusKind.notify:
        void this.serve(frame);
        break;
      case BusKind.hello:
      case BusKind.data:
      case BusKind.credit:
        break; // calls of the page have no streams
      default:
        if (!(kind & OPTIONAL)) throw new BusError("unimplemented", `frames of kind ${kind} are not known`);
    }
  }

  private end(id: number): Waiter | undefined {
    const waiter = this.waiting.get(id);
    this.waiting.delete(id);
    return waiter;
  }

  // A call that stays open is closed at once: the page takes its value.
  private result({ id, flags, format, payload }: BusFrame): void {
    const waiter = this.waiting.get(id);
    if (flags & OPEN) {
      if (waiter) this.options.send(busFrame(BusKind.close, id));
      this.waiting.set(id, undefined);
    } else {
      this.waiting.delete(id);
    }
    waiter?.resolve({ format, bytes: payload.slice() });
  }

  private async serve({ kind, id, format, method, payload }: BusFrame): Promise<void> {
    const abort = new AbortController();
    const call = readCall(payload);
    if (kind === BusKind.call) this.serving.set(id, abort);
    let answer: Uint8Array;
    try {
      if (call.parent !== 0) throw new BusError("unimplemented", "a page's calls take no callbacks");
      if (!this.options.serve) throw new BusError("unimplemented", "the page serves nothing here");
      const result = await this.options.serve({ method: hex(method!), format, bytes: call.body.slice(), signal: abort.signal });
      answer = busFrame(BusKind.result, id, { format: result.format, payload: result.bytes });
      if (answer.length > MAX_FRAME) throw new BusError("resource_exhausted", `a result of ${answer.length} bytes is too long`);
    } catch (error) {
      const fault = error instanceof BusError ? error : new BusError("unknown", error instanceof Error ? error.message : String(error));
      answer = busFrame(BusKind.fault, id, { payload: faultPayload(fault) });
    }
    if (this.serving.delete(id)) this.options.send(answer);
  }
}
