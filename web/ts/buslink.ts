// One end of a bus link: bus/SPEC.md says what goes over it. The page opens its links, so its
// calls have odd numbers; the other end, which accepts, has even ones.

import { BusError, busError } from "./buserror.ts";
import { type Body, type CallHow, type Incoming, type Serve, Session, type SessionLink } from "./bussession.ts";
import {
  BusKind, busFrame, type BusFrame, callHead, faultPayload, hello, hex, KEEP, methodID, OPTIONAL, readCall, readFault, readHello,
  Splitter, VERSION,
} from "./buswire.ts";

const MAX_FRAME = 16 << 20;
const MAX_CALLS = 16 << 10;
const MAX_DEPTH = 1 << 10;

export interface LinkOptions {
  /** Sends bytes; they are the port's own from then on. */
  send(frames: Uint8Array): void;
  /** Serves calls to packages; nothing: they are refused. */
  serve?: Serve;
  /** The other side has opened the link. */
  accepts?: boolean;
  /** The link has ended. */
  closed?(error: BusError): void;
}

/** Link makes calls and serves them. */
export class Link implements SessionLink {
  private readonly options: LinkOptions;
  private readonly splitter = new Splitter(MAX_FRAME);
  private readonly calls = new Map<number, Session>(); // until the callee's last frame
  private incoming = 0; // those of calls that the other side made
  private lastID: number;
  private greeted = false;
  private peerCalls = MAX_CALLS;
  private ended: BusError | undefined;
  /** The longest frame that the other side takes. */
  maxFrame = MAX_FRAME;

  constructor(options: LinkOptions) {
    this.options = options;
    this.lastID = options.accepts ? 0 : -1;
    options.send(hello(MAX_FRAME, MAX_CALLS));
  }

  /** How many calls are not over, in both directions. */
  get size(): number {
    return this.calls.size;
  }

  /** Begins a call of a package's method by its full name; its answer rejects with a BusError, or with the signal's reason. */
  call(name: string, method: string, body: Body, how: CallHow = {}): Session {
    return this.start(undefined, name, method, body, how);
  }

  start(parent: Session | undefined, name: string, method: string, body: Body, how: CallHow): Session {
    how.signal?.throwIfAborted();
    const over = this.ended ?? parent?.over();
    if (over) throw over;
    if (over === null) throw new BusError("canceled", "the session is closed", { crate: 8 });
    if (parent && parent.depth >= MAX_DEPTH) throw new BusError("resource_exhausted", `more than ${MAX_DEPTH} sessions one below another`);
    if (this.calls.size - this.incoming >= this.peerCalls) throw new BusError("resource_exhausted", `more than ${this.peerCalls} calls are open`);
    do this.lastID = (this.lastID + 2) % 0x1_0000_0000;
    while (this.lastID === 0 || this.calls.has(this.lastID));
    const timeout = how.timeout === undefined ? 0 : Math.min(Math.max(Math.ceil(how.timeout), 1), 0xffff_ffff);
    const frame = this.callFrame(BusKind.call, this.lastID, parent, name, method, timeout, body, how.keep ? KEEP : 0);
    const session = new Session(this, this.lastID, false, parent, how.serve);
    this.calls.set(session.id, session);
    this.options.send(frame);
    this.watch(session, how);
    return session;
  }

  notify(parent: Session | undefined, name: string, method: string, body: Body): void {
    if (this.ended) throw this.ended;
    this.options.send(this.callFrame(BusKind.notify, 0, parent, name, method, 0, body, 0));
  }

  private callFrame(kind: number, id: number, parent: Session | undefined, name: string, method: string, timeout: number, body: Body, flags: number): Uint8Array {
    const head = callHead({ package: name, parent: parent?.id ?? 0, timeout });
    const frame = busFrame(kind, id, { format: body.format, flags, method: methodID(method), payload: body.bytes }, head);
    if (frame.length > this.maxFrame) throw new BusError("resource_exhausted", `a call of ${frame.length} bytes is too long`);
    return frame;
  }

  // Gives the call up when the signal says so, until it is over, or the time for its answer is.
  private watch(session: Session, { signal, timeout }: CallHow): void {
    if (signal) {
      const leave = () => session.close(signal.reason);
      signal.addEventListener("abort", leave);
      session.onEnd(() => signal.removeEventListener("abort", leave));
    }
    if (timeout === undefined) return;
    const late = () => session.close(new BusError("deadline_exceeded", "the time for the call is over"));
    const timer = setTimeout(late, Math.min(timeout, 0x7fff_ffff));
    const stop = () => clearTimeout(timer);
    session.answer.then(stop, stop);
  }

  /** Takes bytes that have come. */
  receive(bytes: Uint8Array): void {
    try {
      for (const frame of this.splitter.take(bytes)) {
        if (this.ended) return;
        this.take(frame);
      }
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
    const all = [...this.calls.values()];
    this.calls.clear();
    for (const session of all) session.end(error, true);
    this.options.closed?.(error);
  }

  /** Sends a frame, unless the link has ended. */
  send(frame: Uint8Array): void {
    if (!this.ended) this.options.send(frame);
  }

  /** Frees the number of a call that is over. */
  forget(session: Session): void {
    if (this.calls.get(session.id) !== session) return;
    this.calls.delete(session.id);
    if (session.came) this.incoming--;
  }

  private mine(id: number): boolean {
    return id !== 0 && (id & 1) === (this.options.accepts ? 0 : 1);
  }

  private take(frame: BusFrame): void {
    const { kind, id } = frame;
    if (kind === BusKind.hello) return this.greet(frame.payload);
    if (!this.greeted) throw new BusError("invalid_argument", "the first frame is not a hello");
    switch (kind) {
      case BusKind.call:
      case BusKind.notify:
        return this.serve(frame);
      case BusKind.result:
      case BusKind.fault:
        return this.answered(frame);
      case BusKind.close:
      case BusKind.data:
      case BusKind.credit:
        this.calls.get(id)?.receive(frame); // what has crossed the end of its call is dropped
        return;
    }
    if (!(kind & OPTIONAL)) throw new BusError("unimplemented", `frames of kind ${kind} are not known`);
  }

  private greet(payload: Uint8Array): void {
    if (this.greeted) throw new BusError("invalid_argument", "a second hello");
    const { version, maxFrame, maxCalls } = readHello(payload);
    if (version !== VERSION) throw new BusError("unimplemented", `version ${version} of the protocol is not known, only ${VERSION}`);
    if (maxFrame < 4 << 10 || maxCalls === 0) throw new BusError("invalid_argument", `a hello with frames of ${maxFrame} bytes and ${maxCalls} calls`);
    this.greeted = true;
    this.maxFrame = maxFrame;
    this.peerCalls = maxCalls;
  }

  private answered(frame: BusFrame): void {
    const { kind, id } = frame;
    if (kind === BusKind.fault && id === 0) return this.lost(readFault(frame.payload, frame.format));
    if (!this.mine(id)) return; // the other side says that an answer of ours was none
    const session = this.calls.get(id);
    if (session && !(kind === BusKind.result && session.answered)) return session.receive(frame);
    const stray = new BusError("failed_precondition", session ? `call ${id} was answered before` : `nobody waits for an answer to call ${id}`);
    this.options.send(busFrame(BusKind.fault, id, { payload: faultPayload(stray) }));
  }

  private serve({ kind, id, format, method, payload }: BusFrame): void {
    const call = readCall(payload);
    if (kind === BusKind.notify ? id !== 0 : id === 0 || this.mine(id) || this.calls.has(id)) {
      throw new BusError("invalid_argument", `a call with the id ${id}`);
    }
    const parent = this.calls.get(call.parent);
    const serve = call.parent === 0 ? this.options.serve : parent?.serve;
    const refusal = this.refusal(call.parent, parent, serve);
    const session = new Session(this, id, true, id === 0 ? undefined : parent);
    if (id !== 0) {
      this.calls.set(id, session);
      this.incoming++;
    }
    if (!serve || refusal) return session.fault(refusal);
    const deadline = call.timeout === 0 ? undefined : Date.now() + call.timeout;
    if (deadline !== undefined) {
      const late = () => session.answered || session.fault(new BusError("deadline_exceeded", "the time for the call is over"));
      const timer = setTimeout(late, Math.min(call.timeout, 0x7fff_ffff));
      session.onEnd(() => clearTimeout(timer));
    }
    const incoming: Incoming = { session, method: hex(method!), format, bytes: call.body, deadline, caller: call.caller };
    try {
      serve(incoming);
    } catch (error) {
      session.fault(busError(error));
    }
  }

  private refusal(id: number, parent: Session | undefined, serve: Serve | undefined): BusError | undefined {
    if (id !== 0 && (!parent || parent.over() !== undefined)) return new BusError("not_found", `there is no open call ${id}`, { crate: 8 });
    if (parent && parent.depth >= MAX_DEPTH) return new BusError("resource_exhausted", `more than ${MAX_DEPTH} sessions one below another`);
    if (this.incoming >= MAX_CALLS) return new BusError("resource_exhausted", `more than ${MAX_CALLS} calls are open`);
    if (serve) return undefined;
    if (id !== 0) return new BusError("unimplemented", "the page takes no calls here", { crate: 10 });
    return new BusError("unimplemented", "the page serves nothing here", { crate: 3 });
  }
}
