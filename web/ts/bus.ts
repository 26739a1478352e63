// shell.bus: the page calls packages of the shell's bus, and serves some of its own.
// It reaches the bus as any program does, by /dev/bus.

import { concat, text, utf8 } from "./bytes.ts";
import { type Contract, contracts, type Description, describeNames, findMethod, isFull, numbered } from "./buscontract.ts";
import { BusError } from "./buserror.ts";
import { Link, type LinkOptions } from "./buslink.ts";
import { Format, hex, methodID } from "./buswire.ts";
import { callMethod, type CallOptions, dispatch, type Handler, type Method, numberOf } from "./busvalues.ts";
import type { Client } from "./client.ts";
import { reason } from "./fault.ts";
import { AT_CWD, Op, Open } from "./syscall.ts";

export type { Description, MethodDescription, ObjectDescription, ServiceDescription, VarDescription } from "./buscontract.ts";
export { type BusCode, BusError, type BusErrorInfo } from "./buserror.ts";
export type { BodyFormat, CallContext, CallOptions, Handler, KeptObject, RemoteObject } from "./busvalues.ts";

/** How much one read may bring. */
const PIECE = 256 << 10;

const DESCRIBE = "bus/1.Describe";
const PING = "bus/1.Ping";
const LISTEN = "bus/1.Listen";

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

/** Bus makes calls and serves packages. */
export class Bus {
  private readonly connect: Connect;
  private link: Promise<Link> | undefined;
  private readonly described = new Map<string, Promise<Description>>();

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
    const found = await this.find(name, method);
    const link = await this.open();
    try {
      return await callMethod((full, body, how) => link.call(name, full, body, how), found, args, options);
    } catch (error) {
      if (error instanceof BusError) this.described.delete(name); // it may be another by now
      throw error;
    }
  }

  /** What a package serves; rejects with "unimplemented" if it does not say so. */
  async describe(name: string): Promise<Description> {
    let description = this.described.get(name);
    if (!description) {
      description = this.open()
        .then((link) => link.call(name, DESCRIBE, { format: Format.json, bytes: utf8("{}") }).answer)
        .then((answer) => JSON.parse(text(answer.bytes)) as Description);
      this.described.set(name, description);
      description.catch(() => this.described.delete(name));
    }
    return description;
  }

  /** Serves a package; rejects with "already_exists" if somebody does. */
  async serve(name: string, handlers: Handlers, options: ServeOptions = {}): Promise<Serving> {
    const full = (method: string) => (isFull(method) ? method : `${name}/1.${method}`);
    const description = numbered(options.description ?? describeNames(Object.keys(handlers).map(full)));
    const serve = dispatch(serving(name, handlers, contracts(description), options.description ? undefined : full));
    const gone = new BusError("unavailable", `the package ${name} is no longer served`);
    const link = await this.connect({
      serve: (call) => {
        if (call.method === hex(methodID(DESCRIBE))) call.session.reply({ format: Format.json, bytes: utf8(JSON.stringify(description)) });
        else if (call.method === hex(methodID(PING))) call.session.reply(call);
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
          this.described.clear();
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
    let list: Contract[] = [];
    try {
      list = contracts(await this.describe(name));
    } catch (error) {
      if (!(error instanceof BusError && error.code === "unimplemented")) throw error;
    }
    try {
      return findMethod(name, list, method);
    } catch (error) {
      this.described.delete(name);
      throw error;
    }
  }
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

/** Opens /dev/bus of the kernel, which is asked for at each. */
export function device(kernel: () => Promise<Client>): Dial {
  return async (end) => {
    const client = await kernel();
    const path = "/dev/bus";
    const { vals } = await client.call({ op: Op.open, path, args: [AT_CWD, Open.read | Open.write | Open.cloexec, 0] });
    const fd = vals[0];
    const lane = client.takeLane();
    let last: Promise<unknown> = Promise.resolve();
    let out: Uint8Array[] = [];
    const flush = () => {
      last = client.call({ op: Op.write, args: [fd], data: concat(out) }, lane);
      out = [];
      last.catch((error) => end.lost(new BusError("unavailable", reason(error))));
    };
    void read(client, fd, end);
    return {
      send: (frames) => {
        if (out.push(frames) === 1) queueMicrotask(flush); // what one turn sends is one write
      },
      close: () => {
        const close = () => client.call({ op: Op.close, args: [fd] }, lane).then(() => client.giveLane(lane)).catch(() => {});
        queueMicrotask(() => void last.then(close, close)); // behind what is still to be sent
      },
    };
  };
}

async function read(client: Client, fd: number, end: WireEnd): Promise<void> {
  try {
    for (;;) {
      const { data } = await client.call({ op: Op.read, args: [fd, PIECE] });
      if (data.length === 0) break;
      end.receive(data.slice());
    }
    end.lost(new BusError("unavailable", "the link is closed"));
  } catch (error) {
    end.lost(new BusError("unavailable", reason(error)));
  }
}
