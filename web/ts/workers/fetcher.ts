// Requests of the kernel: web/kernel/fetch_js.go is the other half.
import { RequestBody, streamsTo } from "./fetchbody.ts";
import { whyNot } from "./fetchwhy.ts";

/** What the kernel is told of a request: of its head or its failure once, then of one more for each pull. */
export const HEAD = 1;
export const PIECE = 2;
export const END = 3;
export const FAILED = 4;
/** It may send a piece of the request's body. */
export const WANTS = 5;

export type Tell = (id: number, kind: number, data: Uint8Array) => void;

/** The head of a request, as the kernel writes it. */
interface Head {
  url: string;
  method: string;
  headers: [name: string, value: string][];
  redirect: "follow" | "error" | "manual";
  cache: RequestCache;
  /** Its body comes in pieces. */
  stream: boolean;
}

/** A failure, as the kernel reads it. */
export interface Failure {
  /** What is at fault: the way to the server, a rule of the browser, a redirection, or the request. */
  kind: "network" | "refused" | "redirect" | "invalid";
  message: string;
}

const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();

interface Exchange {
  abort: AbortController;
  body?: RequestBody;
  answer?: ReadableStreamDefaultReader<Uint8Array> | undefined;
}

/** Requests under way, by the kernel's numbers. The kernel is told nothing while it calls. */
export class Fetcher {
  private readonly base: string;
  private readonly credentials: RequestCredentials;
  private readonly tell: Tell;
  private readonly open = new Map<number, Exchange>();

  /** base is what relative URLs are taken from. */
  constructor(base: string, credentials: RequestCredentials, tell: Tell) {
    this.base = base;
    this.credentials = credentials;
    this.tell = tell;
  }

  /** Begins a request. content is its body, unless it has none or comes in pieces. */
  begin(id: number, head: string, content: Uint8Array<ArrayBuffer>): void {
    const exchange: Exchange = { abort: new AbortController() };
    this.open.set(id, exchange);
    this.request(id, exchange, JSON.parse(head) as Head, content).catch((error: unknown) =>
      this.fail(id, error instanceof Refusal ? error.failure : { kind: "network", message: text(error) }),
    );
  }

  /** A piece of a request's body, after which there is more (0), nothing (1), or never will be (2). */
  body(id: number, data: Uint8Array<ArrayBuffer>, last: number): void {
    const exchange = this.open.get(id);
    if (last === 2) exchange?.abort.abort();
    else queueMicrotask(() => exchange?.body?.add(data, last === 1));
  }

  /** Asks for the next piece of the answer. */
  pull(id: number): void {
    const answer = this.open.get(id)?.answer;
    const read = answer?.read() ?? Promise.resolve({ done: true, value: undefined } as const);
    read.then(
      ({ done, value }: ReadableStreamReadResult<Uint8Array>) => {
        if (!done) this.say(id, PIECE, value);
        else if (this.open.delete(id)) this.tell(id, END, EMPTY);
      },
      (error: unknown) => this.fail(id, { kind: "network", message: `the server broke off: ${text(error)}` }),
    );
  }

  /** Ends a request, of which the kernel wants to hear no more. */
  abort(id: number): void {
    this.open.get(id)?.abort.abort();
    this.open.delete(id);
  }

  private say(id: number, kind: number, data: Uint8Array): void {
    if (this.open.has(id)) this.tell(id, kind, data);
  }

  private fail(id: number, failure: Failure): void {
    if (this.open.delete(id)) this.tell(id, FAILED, encoder.encode(JSON.stringify(failure)));
  }

  private async request(id: number, exchange: Exchange, head: Head, content: Uint8Array<ArrayBuffer>): Promise<void> {
    const { signal } = exchange.abort;
    if (!URL.canParse(head.url, this.base)) throw new Refusal("invalid", `${head.url} is no URL`);
    const target = new URL(head.url, this.base);
    if (target.protocol !== "http:" && target.protocol !== "https:") {
      throw new Refusal("invalid", "its URL is of neither http nor https");
    }
    const init: RequestInit & { duplex?: "half" } = {
      method: head.method,
      headers: head.headers,
      // A redirection that is refused must be known from a server that is not there.
      redirect: head.redirect === "error" ? "manual" : head.redirect,
      cache: head.cache,
      credentials: this.credentials,
      signal,
    };
    let held = false;
    if (head.stream) {
      exchange.body = new RequestBody(() => this.say(id, WANTS, EMPTY));
      held = !(await streamsTo(target, signal));
      if (held) {
        init.body = await exchange.body.whole();
      } else {
        init.body = exchange.body.stream();
        init.duplex = "half";
      }
    } else if (content.length > 0) {
      init.body = content;
    }
    let response: Response;
    try {
      response = await fetch(target, init);
    } catch (error) {
      throw signal.aborted ? error : new Refusal(...(await whyNot(target, error, signal)));
    }
    if (response.type === "opaqueredirect" && head.redirect === "error") {
      throw new Refusal("redirect", "the server redirects, and the request does not allow it");
    }
    exchange.answer = response.body?.getReader();
    const answer = {
      status: response.status,
      status_text: response.statusText,
      headers: [...response.headers].map(([name, value]) => ({ name, value })),
      url: response.url,
      redirected: response.redirected,
      held,
    };
    this.say(id, HEAD, encoder.encode(JSON.stringify(answer)));
  }
}

/** A failure on its way to the kernel. */
class Refusal extends Error {
  readonly failure: Failure;

  constructor(kind: Failure["kind"], message: string) {
    super(message);
    this.failure = { kind, message };
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
