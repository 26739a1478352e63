// shell.bus: the page calls packages of the shell's bus, and serves some of its own.
// It reaches the bus as any program does, by /dev/bus: see busdevice.ts.

import { text, utf8 } from "./bytes.ts";
import { type Contract, contracts, type Description, describeNames, findMethod, isFull, numbered } from "./buscontract.ts";
import { BusError } from "./buserror.ts";
import { Link, type LinkOptions } from "./buslink.ts";
import { Format, hex, methodID } from "./buswire.ts";
import { callMethod, type CallOptions, dispatch, type Handler, type Method, numberOf } from "./busvalues.ts";

export type { Description, MethodDescription, ObjectDescription, ServiceDescription, VarDescription } from "./buscontract.ts";
export { type BusCode, BusError, type BusErrorInfo } from "./buserror.ts";
export type { BodyFormat, CallContext, CallOptions, Handler, KeptObject, RemoteObject } from "./busvalues.ts";

const DESCRIBE = "bus/1.Describe";
const PING = "bus/1.Ping";
const LISTEN = "bus/1.Listen";
const DESCRIBE_ID = hex(methodID(DESCRIBE));
const PING_ID = hex(methodID(PING));

/** Methods by their names: full ones (service/major.Method), or short ones, which a description has, or which stand for PACKAGE/1.NAME. */
export type Handlers = Readonly<Record<string, Handler>>;

/** How a package is served. */
export interface ServeOptions {
  /** What its methods take and return. Without one they take and return plain values. */
  description?: Description;
}

/** What serve gives back. */
export interface Serving {
  /** Ends it; calls that are open fail with "unavailable". */
  close(): void;
}

/** What the frames of a link go out by. */
export interface Wire {
  /** The bytes are its own from then on. */
  send(frames: Uint8Array): void;
  /** Ends it, behind what is still to be sent. */
  close(): void;
}

/** Who takes the frames that come by a wire, and hears of its end. */
export interface WireEnd {
  receive(frames: Uint8Array): void;
  lost(error: BusError): void;
}

/** Opens a wire to the bus; end hears of nothing before a turn after that. */
export type Dial = (end: WireEnd) => Promise<Wire>;

/** Opens a link to the bus; it is a stand-in's place in tests. */
export type Connect = (options: Omit<LinkOptions, "send">) => Promise<Link>;

/** What is known of a package: what it says of itself, and the methods that were called, by the names that they were called by. */
interface Known {
  description: Promise<Description>;
  methods: Map<string, Contract>;
}

/** Bus makes calls and serves packages. */
export class Bus {
  private readonly connect: Connect;
  private link: Promise<Link> | undefined;
  private readonly known = new Map<string, Known>();

  constructor(connect: Connect) {
    this.connect = connect;
  }

  /**
   * Calls a method of a package, by its full name or the end of one ("time.sleep" for
   * os.time/1.Sleep); rejects with a BusError, or with the signal's reason.
   *
   * Where the package describes the method, args is an object of its parameters: plain values,
   * functions (callbacks, served while the call is open), objects, iterables for streams of items, and
   * what fetch takes as a body for streams of bytes. A single result is returned itself, several as an
   * object of them: plain values, objects with methods and close(), async iterators, ReadableStreams.
   * Where it does not, the option keep asks for an object, and callbacks has what it may call.
   */
  async call(name: string, method: string, args?: unknown, options: CallOptions = {}): Promise<unknown> {
    options.signal?.throwIfAborted();
    const began = performance.now();
    const found = await within(this.find(name, method), options);
    const link = await this.open();
    const { timeout } = options;
    const left = timeout === undefined ? options : { ...options, timeout: timeout - (performance.now() - began) };
    try {
      return await callMethod((full, body, how) => link.call(name, full, body, how), found, args, left);
    } catch (error) {
      if (error instanceof BusError) this.known.delete(name); // it may be another by now
      throw error;
    }
  }

  /** What a package serves; rejects with "unimplemented" if it does not say so. */
  async describe(name: string): Promise<Description> {
    return this.of(name).description;
  }

  private of(name: string): Known {
    let known = this.known.get(name);
    if (!known) {
      const description = this.open()
        .then((link) => link.call(name, DESCRIBE, { format: Format.json, bytes: utf8("{}") }).answer)
        .then((answer) => JSON.parse(text(answer.bytes)) as Description);
      known = { description, methods: new Map() };
      const asked = known;
      this.known.set(name, asked);
      description.catch(() => this.known.get(name) === asked && this.known.delete(name));
    }
    return known;
  }

  /** Serves a package; rejects with "already_exists" if somebody does. */
  async serve(name: string, handlers: Handlers, options: ServeOptions = {}): Promise<Serving> {
    const full = (method: string) => (isFull(method) ? method : `${name}/1.${method}`);
    const description = numbered(options.description ?? describeNames(Object.keys(handlers).map(full)));
    const serve = dispatch(serving(name, handlers, contracts(description), options.description ? undefined : full));
    const gone = new BusError("unavailable", `the package ${name} is no longer served`);
    const link = await this.connect({
      serve: (call) => {
        if (call.method === DESCRIBE_ID) call.session.reply({ format: Format.json, bytes: utf8(JSON.stringify(description)) });
        else if (call.method === PING_ID) call.session.reply(call);
        else serve(call);
      },
    });
    try {
      const listen = new Uint8Array([0, 0, 0, 0, ...utf8(name)]);
      await link.call("bus", LISTEN, { format: Format.raw, bytes: listen }).answer;
    } catch (error) {
      link.close(gone);
      throw error;
    }
    return { close: () => link.close(gone) };
  }

  private open(): Promise<Link> {
    if (!this.link) {
      const link = this.connect({
        closed: () => {
          if (this.link === link) this.link = undefined;
          this.known.clear();
        },
      });
      this.link = link;
      link.catch(() => {
        if (this.link === link) this.link = undefined;
      });
    }
    return this.link;
  }

  private async find(name: string, method: string): Promise<Contract> {
    const known = this.of(name);
    const found = known.methods.get(method);
    if (found) return found;
    let list: Contract[] = [];
    try {
      list = contracts(await known.description);
    } catch (error) {
      if (!(error instanceof BusError && error.code === "unimplemented")) throw error;
    }
    try {
      const contract = findMethod(name, list, method);
      known.methods.set(method, contract);
      return contract;
    } catch (error) {
      this.known.delete(name);
      throw error;
    }
  }
}

// What found comes to, which others wait for too, unless the caller gives up before.
function within<T>(found: Promise<T>, { signal, timeout }: CallOptions): Promise<T> {
  if (!signal && timeout === undefined) return found;
  return new Promise((resolve, reject) => {
    const late = () => reject(new BusError("deadline_exceeded", "the time for the call is over"));
    const leave = () => reject(signal?.reason);
    const timer = timeout === undefined ? undefined : setTimeout(late, Math.min(timeout, 0x7fff_ffff));
    signal?.addEventListener("abort", leave);
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", leave);
    };
    found.then(resolve, reject).finally(settle);
  });
}

// The handlers by the numbers of their methods. A handler that the description does not have is an error.
function serving(pkg: string, handlers: Handlers, list: readonly Contract[], full?: (method: string) => string): Map<string, Method> {
  const methods = new Map<string, Method>();
  for (const [name, handler] of Object.entries(handlers)) {
    if (typeof handler !== "function") throw new BusError("invalid_argument", `${name} is no function`);
    const of = findMethod(pkg, list, full ? full(name) : name);
    methods.set(numberOf(of), { of, handler: handler.bind(handlers) });
  }
  return methods;
}

/** Opens links by what dial opens. */
export function over(dial: Dial): Connect {
  return async (options) => {
    // Nothing comes before the link is there: what comes does so in a later turn.
    const end: WireEnd = { receive: (bytes) => link.receive(bytes), lost: (error) => link.lost(error) };
    const wire = await dial(end);
    const link = new Link({
      ...options,
      send: (frames) => wire.send(frames),
      closed: (error) => {
        options.closed?.(error);
        wire.close();
      },
    });
    return link;
  };
}
