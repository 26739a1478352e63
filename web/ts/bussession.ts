// A session: a call that is under way or stays open, at the end that made it or the one that
// serves it. Calls along it are to an object, or callbacks; they end with it.

import { BusError, busError } from "./buserror.ts";
import { Stream } from "./busstream.ts";
import { BusKind, busFrame, cost, DataFlag, faultPayload, OPEN, readCredit, readData, readFault, type BusFrame } from "./buswire.ts";

/** A result, or the arguments of a call. */
export interface Body {
  format: number;
  bytes: Uint8Array;
}

/** What ends a call well. */
export interface Answer extends Body {
  /** The call stays open: an object, or streams. */
  open: boolean;
}

/** A call that came in. */
export interface Incoming extends Body {
  session: Session;
  /** The method's number in hexadecimal digits. */
  method: string;
  /** When the caller gives up, as Date.now has it; undefined: never. */
  deadline: number | undefined;
  /** The caller's process, 0 if it is not known. */
  caller: number;
}

/** Serves a call: it answers by the session, at once or later. */
export type Serve = (call: Incoming) => void;

/** How a call is made. */
export interface CallHow {
  signal?: AbortSignal | undefined;
  /** How long the answer may take, in milliseconds. */
  timeout?: number | undefined;
  /** The call is to stay open when it is answered. */
  keep?: boolean | undefined;
  /** Serves callbacks. */
  serve?: Serve | undefined;
}

/** What a session needs of its link. */
export interface SessionLink {
  readonly maxFrame: number;
  start(parent: Session | undefined, name: string, method: string, body: Body, how: CallHow): Session;
  notify(parent: Session | undefined, name: string, method: string, body: Body): void;
  send(frame: Uint8Array): void;
  forget(session: Session): void;
}

export const canceled = (): BusError => new BusError("canceled", "the call was canceled", { crate: 7 });

/** What nobody waits for: the answer to a call that came in. */
const NEVER = new Promise<never>(() => {});

/** How many streams a call has at most. */
const STREAMS = 16;

export class Session {
  readonly id: number;
  /** Whether the other side made the call. */
  readonly came: boolean;
  readonly depth: number;
  /** Who serves the calls along this one. */
  serve: Serve | undefined;
  /** The end of a call that this side made. */
  readonly answer: Promise<Answer>;
  answered = false;
  open = false;

  private readonly link: SessionLink;
  private readonly parent: Session | undefined;
  private readonly children = new Set<Session>();
  private readonly streams = new Map<number, Stream>();
  private readonly onEnds: ((error: BusError | undefined) => void)[] = [];
  private abort: AbortController | undefined;
  private resolve: (answer: Answer) => void = () => {};
  private reject: (error: unknown) => void = () => {};
  private ended: BusError | null | undefined; // null: it is over and did not fail

  constructor(link: SessionLink, id: number, came: boolean, parent: Session | undefined, serve?: Serve) {
    this.link = link;
    this.id = id;
    this.came = came;
    this.parent = parent;
    this.serve = serve;
    this.depth = parent ? parent.depth + 1 : 0;
    parent?.children.add(this);
    if (came) {
      this.answer = NEVER;
      return;
    }
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.answer.catch(() => {});
  }

  /** Why it is over; undefined while it is not, null if it did not fail. */
  over(): BusError | null | undefined {
    return this.ended;
  }

  /** The longest piece of a stream that the other side takes. */
  get longest(): number {
    return this.link.maxFrame - cost(0);
  }

  /** Aborted when the session is over. */
  get signal(): AbortSignal {
    this.abort ??= new AbortController();
    if (this.ended !== undefined) this.abort.abort(this.ended ?? undefined);
    return this.abort.signal;
  }

  /** Has fn called once when the session is over, with the error if it failed. */
  onEnd(fn: (error: BusError | undefined) => void): void {
    if (this.ended === undefined) this.onEnds.push(fn);
    else fn(this.ended ?? undefined);
  }

  /** Calls a method along this call. */
  call(method: string, body: Body, how: CallHow = {}): Session {
    return this.link.start(this, "", method, body, how);
  }

  /** Makes a call along this one that has no answer. */
  notify(method: string, body: Body): void {
    this.link.notify(this, "", method, body);
  }

  /** The stream with that number; it exists as soon as one side speaks of it. */
  stream(number: number): Stream {
    let stream = this.streams.get(number);
    if (!stream) {
      if (this.streams.size >= STREAMS) throw new BusError("invalid_argument", `more than ${STREAMS} streams of a call`);
      stream = new Stream(this, number);
      this.streams.set(number, stream);
    }
    return stream;
  }

  /** Sends a frame of this call, unless it is over. */
  send(kind: number, flags: number, payload: Uint8Array, format = 0): void {
    if (this.ended === undefined && this.id !== 0) this.link.send(busFrame(kind, this.id, { format, flags, payload }));
  }

  /** Answers the call, which is over then, or stays open. It throws for an answer that is too long. */
  reply(body: Body, stays = false): void {
    if (this.ended !== undefined || this.answered) return;
    const frame = busFrame(BusKind.result, this.id, { format: body.format, flags: stays ? OPEN : 0, payload: body.bytes });
    if (frame.length > this.link.maxFrame) throw new BusError("resource_exhausted", `a result of ${frame.length} bytes is too long`);
    this.answered = true;
    if (!stays) this.end(null); // what is below ends first
    if (this.id !== 0) this.link.send(frame);
    if (stays) this.open = true;
    else this.link.forget(this);
  }

  /** Ends the call that came in, or what it has become, with an error. */
  fault(error: unknown): void {
    if (this.ended !== undefined) return;
    const told = busError(error);
    this.answered = true;
    this.end(told);
    if (this.id !== 0) this.link.send(busFrame(BusKind.fault, this.id, { format: 16, payload: faultPayload(told) }));
    this.link.forget(this);
  }

  /** Ends the call and all below it: it is given up, or an object given back. */
  close(error: unknown = canceled()): void {
    if (this.ended !== undefined) return;
    if (this.came && !this.open) return this.fault(error);
    if (this.id !== 0) this.link.send(busFrame(BusKind.close, this.id));
    if (this.came) this.link.forget(this); // else the callee's last frame is still to come
    this.reject(error);
    this.end(busError(error));
  }

  /** Takes a frame of this call; throws for one that breaks the protocol. */
  receive(frame: BusFrame): void {
    switch (frame.kind) {
      case BusKind.result: {
        this.answered = true;
        const open = (frame.flags & OPEN) !== 0;
        if (!open) this.link.forget(this);
        if (this.ended !== undefined) return; // it was given up
        this.open = open;
        this.resolve({ format: frame.format, bytes: frame.payload, open });
        if (!open) this.end(null);
        return;
      }
      case BusKind.fault: {
        const error = readFault(frame.payload, frame.format);
        this.link.forget(this);
        this.reject(error);
        this.end(error);
        return;
      }
      case BusKind.close:
        if (this.came) return this.close();
        if (!this.answered) throw new BusError("invalid_argument", `a close of the call ${this.id} instead of an answer`);
        this.link.forget(this);
        this.end(null);
        return;
      case BusKind.data: {
        if (this.ended !== undefined) return;
        const { stream, body } = readData(frame.payload);
        const failure = frame.flags & DataFlag.error ? readFault(body, frame.format) : undefined;
        this.stream(stream).receive(frame.flags, frame.format, body, failure);
        return;
      }
      case BusKind.credit: {
        if (this.ended !== undefined) return;
        const { stream, bytes } = readCredit(frame.payload);
        this.stream(stream).receiveCredit(bytes, frame.flags);
        return;
      }
    }
  }

  /** Ends it on this side, and all below; of it nothing is sent, of those below what they need. */
  end(error: BusError | null, linkEnded = false): void {
    const list: Session[] = [this];
    for (let session = list.pop(); session; session = list.pop()) {
      if (session.ended !== undefined) continue;
      const why = session === this || linkEnded ? error : canceled();
      if (session !== this && session.came && session.id !== 0 && !linkEnded) {
        session.link.send(busFrame(BusKind.fault, session.id, { payload: faultPayload(canceled()) }));
        session.link.forget(session);
      }
      list.push(...session.children);
      session.finish(why);
    }
  }

  private finish(error: BusError | null): void {
    this.ended = error;
    this.parent?.children.delete(this);
    this.children.clear();
    this.serve = undefined;
    if (!this.answered) this.reject(error ?? canceled());
    for (const stream of this.streams.values()) stream.wake();
    this.abort?.abort(error ?? undefined);
    for (const fn of this.onEnds.splice(0)) fn(error ?? undefined);
  }
}
