// shell.bus: packages that scripts of the page serve to each other. Arguments
// and results are copied as structured clones, so that neither side can touch
// the other's values.

/** Connect's codes. */
export type BusCode =
  | "canceled" | "unknown" | "invalid_argument" | "deadline_exceeded" | "not_found" | "already_exists"
  | "permission_denied" | "resource_exhausted" | "failed_precondition" | "aborted" | "out_of_range"
  | "unimplemented" | "internal" | "unavailable" | "data_loss" | "unauthenticated";

/** A call that failed. A handler may throw one to choose the code. */
export class BusError extends Error {
  override readonly name = "BusError";
  readonly code: BusCode;

  constructor(code: BusCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a handler may know of its call. */
export interface CallContext {
  /** Aborted when the caller no longer waits. */
  signal: AbortSignal;
}

export type Handler = (args: unknown, context: CallContext) => unknown;
export type Handlers = Readonly<Record<string, Handler>>;

/** What serve gives back. */
export interface Serving {
  /** Ends it; calls that are open fail with "unavailable". */
  close(): void;
}

interface Package {
  handlers: Handlers;
  gone: AbortController;
}

export class Bus {
  private readonly packages = new Map<string, Package>();

  /** Serves a package; rejects with "already_exists" if somebody does. */
  async serve(name: string, handlers: Handlers): Promise<Serving> {
    if (this.packages.has(name)) throw new BusError("already_exists", `the package ${name} is served already`);
    const served: Package = { handlers, gone: new AbortController() };
    this.packages.set(name, served);
    return {
      close: () => {
        if (this.packages.get(name) === served) this.packages.delete(name);
        served.gone.abort();
      },
    };
  }

  /** Calls a method; rejects with a BusError, or with the signal's reason. */
  async call(name: string, method: string, args?: unknown, options: { signal?: AbortSignal } = {}): Promise<unknown> {
    options.signal?.throwIfAborted();
    const served = this.packages.get(name);
    if (!served) throw new BusError("not_found", `nobody serves the package ${name}`);
    const handler = Object.hasOwn(served.handlers, method) ? served.handlers[method] : undefined;
    if (typeof handler !== "function") throw new BusError("unimplemented", `the package ${name} has no method ${method}`);
    const copy = clone(args, "invalid_argument", "the arguments cannot be sent");
    const signals = [served.gone.signal, ...(options.signal ? [options.signal] : [])];
    const signal = AbortSignal.any(signals);
    const left = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => {
        const gone = new BusError("unavailable", `the package ${name} is no longer served`);
        reject(options.signal?.aborted ? options.signal.reason : gone);
      });
    });
    const answered = (async () => {
      try {
        return clone(await handler.call(served.handlers, copy, { signal }), "internal", "the result cannot be sent");
      } catch (error) {
        if (error instanceof BusError) throw error;
        throw new BusError("unknown", error instanceof Error ? error.message : String(error));
      }
    })();
    return Promise.race([answered, left]);
  }
}

function clone(value: unknown, code: BusCode, what: string): unknown {
  try {
    return structuredClone(value);
  } catch (error) {
    throw new BusError(code, `${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
