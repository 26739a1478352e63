// What a call carries, as JavaScript has it: plain values in a body, functions as callbacks,
// objects with methods, async iterables of items and ReadableStreams of bytes. Which
// parameter or result is what, the method's description says.

import { concat } from "./bytes.ts";
import { BusError, busError } from "./buserror.ts";
import { callbackOf, type Contract, memberName, methodsOf, undescribed, type VarDescription } from "./buscontract.ts";
import { type Answer, type Body, type CallHow, type Incoming, type Serve, type Session } from "./bussession.ts";
import type { Item, Stream } from "./busstream.ts";
import { decode, encode, Format, hex, methodID } from "./buswire.ts";
import { reason } from "./fault.ts";
import { chunks, type Source } from "./source.ts";

/** The formats of the Rust crates (bus/SPEC.md, section 6). */
export type BodyFormat = keyof typeof FORMATS;
const FORMATS = { raw: 0, bincode: 1, mpack: 2, json: 3, yaml: 4, xml: 5 } as const;

/** How a call is made. */
export interface CallOptions {
  /** Gives the call up; an object or a stream that it returned ends then too. */
  signal?: AbortSignal;
  /** How long the answer may take, in milliseconds; the callee is told. */
  timeout?: number;
  /**
   * The method returns an object, and its package does not describe that, as those of the Rust crates do
   * not: the call comes to a KeptObject. Where a description says so it is not needed.
   */
  keep?: boolean;
  /**
   * Of a method that no description has, whose arguments are not written in JSON: args is a Uint8Array in this
   * format, and an answer in it comes as one.
   */
  format?: BodyFormat;
  /** What the other side may call while the call is open, by full names; for methods that no description has. */
  callbacks?: Readonly<Record<string, Handler>>;
}

/** What a handler may know of its call. */
export interface CallContext {
  /** Aborted when the caller no longer waits, or has given the object back. */
  signal: AbortSignal;
  /** When the caller gives up, as Date.now has it; undefined: never. */
  deadline: number | undefined;
  /** The caller's process; 0 if it is not known. */
  caller: number;
}

/** Serves a method. Callbacks get their arguments one behind another, methods as the members of one object. */
export type Handler = (args: any, context: CallContext) => unknown;

/** An object at the other side: its methods, and its end. It should be closed. */
export interface RemoteObject {
  /** Gives it back; what is under way on it fails. */
  close(): void;
  [Symbol.dispose](): void;
  /** Resolves when it is no more, with the error if it failed. */
  readonly closed: Promise<BusError | undefined>;
  readonly [method: string]: unknown;
}

/** An object whose methods no description has. They are called by their full names, with plain values. */
export interface KeptObject {
  call(method: string, args?: unknown, options?: CallOptions): Promise<unknown>;
  /** Gives it back; what is under way on it fails. */
  close(): void;
  [Symbol.dispose](): void;
  /** Resolves when it is no more, with the error if it failed. */
  readonly closed: Promise<BusError | undefined>;
}

/** Starts a call with a body: to a package, or along a session. */
export type Start = (method: string, body: Body, how: CallHow) => Session;

type Values = Readonly<Record<string, unknown>>;

const isStream = (v: VarDescription): boolean => v.kind === "bytes" || v.kind === "items";

/** Calls the method and waits for what it returns. */
export async function callMethod(start: Start, of: Contract, args: unknown, options: CallOptions = {}): Promise<unknown> {
  options.signal?.throwIfAborted();
  const params = of.method.params ?? [];
  const given = params.length > 0 ? members(of, params, args) : {};
  const body = options.format
    ? written(options.format, args)
    : { format: of.format, bytes: encoded(of.format, params.length > 0 ? plainOnes(params, given) : args, "invalid_argument", "the arguments cannot be sent") };
  const pumps = params.filter(isStream).map((p) => [p, items(p, of.format, given[p.name] ?? [])] as const); // none is an empty one
  const keep = options.keep || (of.method.results ?? []).some((r) => r.kind === "object");
  const session = start(of.full, body, { ...options, keep, serve: callbacks(of, params, given, options.callbacks) });
  session.onEnd(() => params.filter((p) => p.kind === "object").forEach((p) => dispose(given[p.name])));
  for (const [param, source] of pumps) void session.stream(param.stream ?? 0).pump(source);
  const answer = await session.answer;
  try {
    return options.keep && !of.method.results?.length ? kept(session, answer) : results(of, session, answer);
  } catch (error) {
    session.close();
    throw error;
  }
}

// The arguments by the parameters' names.
function members(of: Contract, params: readonly VarDescription[], args: unknown): Values {
  if (args === undefined || args === null) return {};
  const known = params.map((p) => p.name);
  if (typeof args !== "object" || Array.isArray(args)) throw new BusError("invalid_argument", `${of.full} wants an object with ${known.join(", ")}`);
  const odd = Object.keys(args).find((name) => !known.includes(name));
  if (odd !== undefined) throw new BusError("invalid_argument", `${of.full} has no parameter ${odd}, only ${known.join(", ")}`);
  return args as Values;
}

// The members that are plain values: what the body has.
function plainOnes(vars: readonly VarDescription[], all: Values): Values {
  return Object.fromEntries(vars.filter((v) => !v.kind && all[v.name] !== undefined).map((v) => [v.name, all[v.name]]));
}

// A body that the caller has written.
function written(format: BodyFormat, args: unknown): Body {
  if (!Object.hasOwn(FORMATS, format)) throw new BusError("invalid_argument", `there is no format ${format}`);
  if (!(args instanceof Uint8Array)) throw new BusError("invalid_argument", `arguments in the format ${format} are a Uint8Array`);
  return { format: FORMATS[format], bytes: args };
}

function encoded(format: number, data: unknown, code: "invalid_argument" | "internal", what: string): Uint8Array {
  try {
    if (format === Format.json && typeof data === "function") throw new TypeError("a function is no plain value");
    return encode(format, data);
  } catch (error) {
    throw new BusError(code, `${what}: ${reason(error)}`);
  }
}

function decoded(body: Body): unknown {
  try {
    return decode(body.format, body.bytes);
  } catch (error) {
    throw new BusError("invalid_argument", `what came cannot be read: ${reason(error)}`, { crate: 2 });
  }
}

function record(body: Body): Values {
  const value = decoded(body);
  return typeof value === "object" && value !== null ? (value as Values) : {};
}

// Serves the functions and the objects among the arguments, for as long as the call is open.
function callbacks(of: Contract, params: readonly VarDescription[], given: Values, named: CallOptions["callbacks"]): Serve | undefined {
  const methods = new Map<string, Method>();
  for (const [full, handler] of Object.entries(named ?? {})) {
    if (typeof handler !== "function") throw new BusError("invalid_argument", `${full} is no function`);
    const callback = undescribed(full);
    methods.set(numberOf(callback), { of: callback, handler });
  }
  for (const param of params) {
    const value = given[param.name];
    if (value === undefined || value === null) continue;
    if (param.kind === "callback") {
      if (typeof value !== "function") throw new BusError("invalid_argument", `${param.name} is no function`);
      const callback = callbackOf(of, param);
      methods.set(numberOf(callback), { of: callback, handler: value as Handler, positional: true });
    } else if (param.kind === "object") {
      objectMethods(of, param, value, methods);
    }
  }
  return methods.size > 0 ? dispatch(methods) : undefined;
}

/** A method that is served. */
export interface Method {
  of: Contract;
  handler: Handler;
  /** The handler takes the parameters one behind another. */
  positional?: boolean;
}

/** The method's number in hexadecimal digits. */
export const numberOf = (of: Contract): string => hex(methodID(of.full));

/** Serves calls by their methods' numbers. */
export function dispatch(methods: ReadonlyMap<string, Method>): Serve {
  return (call) => {
    const method = methods.get(call.method);
    if (!method) throw new BusError("unimplemented", `there is no method ${call.method}`, { crate: 9 });
    void serveMethod(call, method);
  };
}

function objectMethods(of: Contract, v: VarDescription, object: unknown, into: Map<string, Method>): void {
  if (typeof object !== "object" || object === null) throw new TypeError(`${v.name || "the result"} is no object`);
  const own = object as Values;
  for (const method of methodsOf(of, v.type)) {
    const handler = own[memberName(method.method.name)] ?? own[method.method.name];
    if (typeof handler === "function") into.set(numberOf(method), { of: method, handler: handler.bind(object) as Handler });
  }
}

/** Serves one call, and ends it. */
async function serveMethod(call: Incoming, { of, handler, positional }: Method): Promise<void> {
  const { session } = call;
  // The signal is made for who wants it.
  const context: CallContext = { get signal() { return session.signal; }, deadline: call.deadline, caller: call.caller };
  try {
    const params = of.method.params ?? [];
    let result: unknown;
    if (params.length === 0) {
      result = await handler(decoded(call), context);
    } else {
      const values = record(call);
      const all = params.map((p) => incoming(of, p, values, session));
      const args = Object.fromEntries(params.map((p, i) => [p.name, all[i]]));
      result = await (positional ? (handler as (...all: unknown[]) => unknown)(...all, context) : handler(args, context));
    }
    answerWith(call, of, result);
  } catch (error) {
    session.fault(busError(error));
  }
}

// What stands for a parameter in the callee, or for a result in the caller.
function incoming(of: Contract, v: VarDescription, values: Values, session: Session, spent: () => void = () => {}): unknown {
  switch (v.kind) {
    case "callback":
      return callbackStub(callbackOf(of, v), session);
    case "object":
      return objectStub(of, v, session);
    case "bytes":
      return byteStream(session.stream(v.stream ?? 0), spent);
    case "items":
      return itemStream(session.stream(v.stream ?? 0), spent);
  }
  return values[v.name];
}

function callbackStub(of: Contract, session: Session): (...args: unknown[]) => Promise<unknown> {
  const start: Start = (method, body, how) => session.call(method, body, how);
  return (...args) => {
    const params = of.method.params ?? [];
    const named = params.length > 0 ? Object.fromEntries(params.map((p, i) => [p.name, args[i]])) : args[0];
    return invoke(session, start, of, named);
  };
}

async function invoke(session: Session, start: Start, of: Contract, args: unknown, options?: CallOptions): Promise<unknown> {
  if (!of.method.notify) return callMethod(start, of, args, options);
  const params = of.method.params ?? [];
  session.notify(of.full, { format: of.format, bytes: encode(of.format, params.length > 0 ? plainOnes(params, members(of, params, args)) : args) });
  return undefined;
}

// Objects that were dropped without being closed are given back when the collector finds them.
const dropped = new FinalizationRegistry<Session>((session) => session.close());

function objectStub(of: Contract, v: VarDescription, session: Session): RemoteObject {
  const start: Start = (method, body, how) => session.call(method, body, how);
  const stub: Record<string | symbol, unknown> = {};
  for (const method of methodsOf(of, v.type)) {
    stub[memberName(method.method.name)] = (args?: unknown, options?: CallOptions) => invoke(session, start, method, args, options);
  }
  stub["close"] = () => session.close();
  stub[Symbol.dispose ?? Symbol.for("Symbol.dispose")] = () => session.close();
  stub["closed"] = ended(session);
  dropped.register(stub, session);
  return Object.freeze(stub) as unknown as RemoteObject;
}

// What a call has returned that was to be kept.
function kept(session: Session, answer: Answer): KeptObject {
  if (!answer.open) throw new BusError("failed_precondition", "the method has returned no object");
  const stub: KeptObject = {
    call: (method, args, options) => callMethod((full, body, how) => session.call(full, body, how), undescribed(method), args, options),
    close: () => session.close(),
    [Symbol.dispose ?? Symbol.for("Symbol.dispose")]: () => session.close(),
    closed: ended(session),
  } as KeptObject;
  dropped.register(stub, session);
  return Object.freeze(stub);
}

// Resolves when the session is over, with the error if it failed.
const ended = (session: Session): Promise<BusError | undefined> =>
  new Promise((resolve) => session.onEnd((error) => resolve(error?.code === "canceled" ? undefined : error)));

// What a call has returned: the value if it is one, else an object of the results.
function results(of: Contract, session: Session, answer: Answer): unknown {
  const list = of.method.results ?? [];
  const live = list.some((r) => r.kind);
  if (!live && answer.open) session.close();
  if (list.length === 0) return decoded(answer);
  const values = list.some((r) => !r.kind) ? record(answer) : {};
  // The call of streams alone is over when nothing of them can be read any more.
  const left = new Set(list.filter((r) => r.kind));
  const all = list.map((r) => (r.kind && !answer.open ? null : incoming(of, r, values, session, () => left.delete(r) && left.size === 0 && session.close())));
  return list.length === 1 ? all[0] : Object.fromEntries(list.map((r, i) => [r.name, all[i]]));
}

// Answers a call with what its handler has returned.
function answerWith({ session, format: asked }: Incoming, of: Contract, result: unknown): void {
  const list = of.method.results ?? [];
  const format = asked === Format.json ? Format.json : of.format === Format.raw ? Format.raw : Format.cbor;
  const all: Values = list.length === 1 ? { [list[0]!.name]: result } : ((result ?? {}) as Values);
  const bytes = encoded(format, list.length > 0 ? plainOnes(list, all) : result, "internal", "the result cannot be sent");
  const live = list.filter((r) => r.kind);
  if (live.length === 0) return session.reply({ format, bytes });
  const methods = new Map<string, Method>();
  for (const r of live) if (r.kind === "object") objectMethods(of, r, all[r.name], methods);
  const sources = live.filter(isStream).map((r) => [r, items(r, format, all[r.name])] as const);
  session.serve = methods.size > 0 ? dispatch(methods) : undefined;
  session.reply({ format, bytes }, true);
  const pumps = sources.map(([r, source]) => session.stream(r.stream ?? 0).pump(source));
  const objects = live.filter((r) => r.kind === "object").map((r) => all[r.name]);
  if (objects.length === 0) void Promise.all(pumps).then(() => session.close());
  session.onEnd(() => objects.forEach(dispose));
}

// Tells an object that it is not used any more.
function dispose(object: unknown): void {
  if (object === undefined || object === null) return;
  const own = object as Record<string | symbol, unknown>;
  const end = own[Symbol.dispose ?? Symbol.for("Symbol.dispose")] ?? own["close"];
  if (typeof end === "function") Promise.resolve().then(() => end.call(object) as unknown).catch(() => {});
}

// The items, or the pieces, of what was given for a stream; throws for what is none.
function items(v: VarDescription, format: number, source: unknown): AsyncIterator<Item> {
  if (v.kind === "bytes") return map(chunks(Array.isArray(source) ? concat(source as Uint8Array[]) : (source as Source)), (bytes) => ({ format: Format.raw, bytes }));
  const encodeItem = (item: unknown): Item => ({ format, bytes: encoded(format, item, "invalid_argument", "an item cannot be sent") });
  if (source instanceof ReadableStream) {
    const reader = (source as ReadableStream<unknown>).getReader(); // not every browser can iterate over a stream
    return map({ next: () => reader.read() as Promise<IteratorResult<unknown>>, return: async () => (await reader.cancel(), { done: true, value: undefined }) }, encodeItem);
  }
  const all = source as AsyncIterable<unknown> & Iterable<unknown>;
  const iterator = all?.[Symbol.asyncIterator]?.() ?? all?.[Symbol.iterator]?.();
  if (!iterator) throw new BusError("invalid_argument", `${v.name || "the stream"} is no iterable and no ReadableStream`);
  return map(iterator as AsyncIterator<unknown>, encodeItem);
}

function map<T>(source: AsyncIterator<T>, fn: (value: T) => Item): AsyncIterator<Item> {
  return {
    async next() {
      const { done, value } = await source.next();
      return done ? { done: true, value: undefined } : { done: false, value: fn(await value) };
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
}

// A stream of bytes that came; it is read only as fast as it is wanted.
function byteStream(stream: Stream, spent: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const bytes = await stream.read().catch((error) => {
          spent();
          throw error;
        });
        if (bytes) return controller.enqueue(bytes);
        spent();
        controller.close();
      },
      cancel() {
        stream.stop();
        spent();
      },
    },
    { highWaterMark: 0 },
  );
}

// Items that came. Leaving a loop over them tells the sender. Who asks for several at once gets them in order.
function itemStream(stream: Stream, spent: () => void): AsyncIterableIterator<unknown> {
  let last: Promise<unknown> = Promise.resolve();
  const next = async (): Promise<IteratorResult<unknown>> => {
    const item = await stream.recv().catch((error) => {
      spent();
      throw error;
    });
    if (item) return { done: false, value: decoded(item) };
    spent();
    return { done: true, value: undefined };
  };
  const end = async (): Promise<IteratorResult<unknown>> => {
    stream.stop();
    spent();
    return { done: true, value: undefined };
  };
  const iterator = {
    next: () => {
      const mine = last.then(next);
      last = mine.catch(() => {});
      return mine;
    },
    return: end,
    [Symbol.asyncIterator]: () => iterator,
    [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]: end,
  };
  return iterator as AsyncIterableIterator<unknown>;
}
