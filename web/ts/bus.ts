// shell.bus: the page calls packages of the shell's bus, and serves some of its own.
// It reaches the bus as any program does, by /dev/bus.

import { text, utf8 } from "./bytes.ts";
import { BusError } from "./buserror.ts";
import { type Body, Link, type LinkOptions, type Served } from "./buslink.ts";
import { decode, encode, Format, hex, methodID } from "./buswire.ts";
import type { Client } from "./client.ts";
import { reason } from "./fault.ts";
import { AT_CWD, Op, Open } from "./syscall.ts";

export { type BusCode, BusError } from "./buserror.ts";

/** How much one read may bring. */
const PIECE = 256 << 10;

const DESCRIBE = "bus/1.Describe";
const LISTEN = "bus/1.Listen";

/** What a handler may know of its call. */
export interface CallContext {
  /** Aborted when the caller no longer waits. */
  signal: AbortSignal;
}

export type Handler = (args: unknown, context: CallContext) => unknown;
/** Methods by their names: full ones (service/major.Method), or short ones, which stand for PACKAGE/1.NAME. */
export type Handlers = Readonly<Record<string, Handler>>;

/** What serve gives back. */
export interface Serving {
  /** Ends it; calls that are open fail with "unavailable". */
  close(): void;
}

/** A method as a package describes it. */
interface Described {
  name: string;
  format: number;
}

/** Opens a link to the bus; it is a stand-in's place in tests. */
export type Connect = (options: Omit<LinkOptions, "send">) => Promise<Link>;

/** Bus makes calls and serves packages. Values are plain ones, bytes and dates among them; neither side can touch the other's. */
export class Bus {
  private readonly connect: Connect;
  private link: Promise<Link> | undefined;
  private readonly described = new Map<string, Promise<Described[]>>();

  constructor(connect: Connect) {
    this.connect = connect;
  }

  /**
   * Calls a method of a package, by its full name or the end of one ("time.sleep" for
   * os.time/1.Sleep); rejects with a BusError, or with the signal's reason.
   */
  async call(name: string, method: string, args?: unknown, options: { signal?: AbortSignal } = {}): Promise<unknown> {
    options.signal?.throwIfAborted();
    const found = await this.find(name, method);
    const body = { format: found.format, bytes: plain(found.format, args, "invalid_argument", "the arguments cannot be sent") };
    const link = await this.open();
    try {
      return value(await link.call(name, found.name, body, options.signal));
    } catch (error) {
      if (error instanceof BusError) this.described.delete(name); // it may be another by now
      throw error;
    }
  }

  /** Serves a package; rejects with "already_exists" if somebody does. */
  async serve(name: string, handlers: Handlers): Promise<Serving> {
    const methods = new Map<string, Handler>();
    const full = (method: string) => (method.includes("/") || method.includes("::") ? method : `${name}/1.${method}`);
    for (const [method, handler] of Object.entries(handlers)) methods.set(hex(methodID(full(method))), handler.bind(handlers));
    const description = describe(Object.keys(handlers).map(full));
    const gone = new BusError("unavailable", `the package ${name} is no longer served`);
    const link = await this.connect({ serve: (call) => answer(call, methods, description) });
    try {
      const listen = new Uint8Array([0, 0, 0, 0, ...utf8(name)]);
      await link.call("bus", LISTEN, { format: Format.raw, bytes: listen });
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

  // The full name and the format of a method.
  private async find(name: string, method: string): Promise<Described> {
    const whole = method.includes("/") || method.includes("::");
    let list = this.described.get(name);
    if (!list) {
      list = this.open().then((link) => link.call(name, DESCRIBE, { format: Format.json, bytes: utf8("{}") })).then(parse);
      this.described.set(name, list);
      list.catch(() => this.described.delete(name));
    }
    let methods: Described[] = [];
    try {
      methods = await list;
    } catch (error) {
      if (!(error instanceof BusError && error.code === "unimplemented")) throw error;
    }
    if (whole) return methods.find((m) => m.name === method) ?? { name: method, format: Format.json };
    const end = `.${method.toLowerCase()}`;
    const found = methods.filter((m) => `.${m.name.replace(/\/\d+/, "").toLowerCase()}`.endsWith(end));
    if (found.length === 1) return found[0]!;
    this.described.delete(name);
    if (found.length > 1) throw new BusError("invalid_argument", `${method} may mean ${found[0]!.name} or ${found[1]!.name}`);
    throw new BusError("unimplemented", `the package ${name} has no method ${method}`);
  }
}

// The methods of a description, see bus/desc.
function parse(body: Body): Described[] {
  const { services } = JSON.parse(text(body.bytes)) as {
    services: { name: string; format?: string; methods: { name: string; params?: unknown[]; results?: unknown[] }[] }[];
  };
  return services.flatMap((service) =>
    service.methods.map((m) => {
      const generated = (m.params?.length ?? 0) + (m.results?.length ?? 0) > 0;
      const format = service.format ?? (generated ? "cbor" : "json");
      return { name: `${service.name}.${m.name}`, format: format === "cbor" ? Format.cbor : format === "raw" ? Format.raw : Format.json };
    }),
  );
}

function describe(methods: readonly string[]): string {
  const services = new Map<string, { name: string; format: string; methods: object[] }>();
  for (const method of methods) {
    const dot = method.lastIndexOf(".");
    const service = method.slice(0, dot);
    if (!services.has(service)) services.set(service, { name: service, format: "cbor", methods: [] });
    services.get(service)!.methods.push({ name: method.slice(dot + 1), id: hex(methodID(method)) });
  }
  return JSON.stringify({ services: [...services.values()] });
}

async function answer(call: Served, methods: ReadonlyMap<string, Handler>, description: string): Promise<Body> {
  if (call.method === hex(methodID(DESCRIBE))) return { format: Format.json, bytes: utf8(description) };
  const handler = methods.get(call.method);
  if (!handler) throw new BusError("unimplemented", `there is no method ${call.method}`);
  const result = await handler(value(call), { signal: call.signal });
  const format = call.format === Format.json ? Format.json : Format.cbor;
  return { format, bytes: plain(format, result, "internal", "the result cannot be sent") };
}

function plain(format: number, data: unknown, code: "invalid_argument" | "internal", what: string): Uint8Array {
  try {
    if (format === Format.json && typeof data === "function") throw new TypeError("a function is no plain value");
    return encode(format, data);
  } catch (error) {
    throw new BusError(code, `${what}: ${reason(error)}`);
  }
}

function value(body: Body): unknown {
  try {
    return decode(body.format, body.bytes);
  } catch (error) {
    throw new BusError("invalid_argument", `what came cannot be read: ${reason(error)}`);
  }
}

/** Opens links by /dev/bus of the kernel, which is asked for at each. */
export function device(kernel: () => Promise<Client>): Connect {
  return async (options) => {
    const client = await kernel();
    const path = "/dev/bus";
    const { vals } = await client.call({ op: Op.open, path, args: [AT_CWD, Open.read | Open.write | Open.cloexec, 0] });
    const fd = vals[0];
    const lane = client.takeLane();
    let last: Promise<unknown> = Promise.resolve();
    const link = new Link({
      ...options,
      send: (data) => {
        last = client.call({ op: Op.write, args: [fd], data }, lane);
        last.catch((error) => link.lost(new BusError("unavailable", reason(error))));
      },
      closed: (error) => {
        options.closed?.(error);
        const close = () => client.call({ op: Op.close, args: [fd] }, lane).then(() => client.giveLane(lane)).catch(() => {});
        last.then(close, close);
      },
    });
    void read(client, fd, link);
    return link;
  };
}

async function read(client: Client, fd: number, link: Link): Promise<void> {
  try {
    for (;;) {
      const { data } = await client.call({ op: Op.read, args: [fd, PIECE] });
      if (data.length === 0) break;
      link.receive(data.slice());
    }
    link.lost(new BusError("unavailable", "the link is closed"));
  } catch (error) {
    link.lost(new BusError("unavailable", reason(error)));
  }
}
