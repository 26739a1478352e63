// The body of a request that comes in pieces: streamed where the browser can, else collected.

/** The most that is collected, in bytes. Browsers keep blobs out of memory. */
const MOST = 512 * 2 ** 20;

/** How much is collected before it becomes a blob, in bytes. */
const PART = 2 ** 20;

/** A body that the kernel gives in pieces, one for each time that it is asked. */
export class RequestBody {
  private readonly ask: () => void;
  private take: (data: Uint8Array<ArrayBuffer>, last: boolean) => void = () => {};

  /** ask asks the kernel for a piece. */
  constructor(ask: () => void) {
    this.ask = ask;
  }

  /** A piece that the kernel was asked for. */
  add(data: Uint8Array<ArrayBuffer>, last: boolean): void {
    this.take(data, last);
  }

  /** The body as a stream, which asks for what is wanted of it. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull: (controller) =>
          new Promise<void>((resolve) => {
            this.take = (data, last) => {
              if (data.length > 0) controller.enqueue(data);
              if (last) controller.close();
              resolve();
            };
            this.ask();
          }),
      },
      { highWaterMark: 0 },
    );
  }

  /** The body when all of it has come. */
  whole(): Promise<Blob> {
    const { promise, resolve, reject } = Promise.withResolvers<Blob>();
    const parts: Blob[] = [];
    let pieces: Uint8Array<ArrayBuffer>[] = [];
    let held = 0;
    let size = 0;
    this.take = (data, last) => {
      size += data.length;
      held += data.length;
      if (size > MOST) {
        reject(new Error(`a body of more than ${MOST} bytes, which this browser cannot stream to the server`));
        return;
      }
      pieces.push(data);
      if (held >= PART || last) {
        parts.push(new Blob(pieces));
        pieces = [];
        held = 0;
      }
      if (last) resolve(new Blob(parts));
      else this.ask();
    };
    this.ask();
    return promise;
  }
}

/** The browser knows bodies that are streams: it looks at duplex, and gives such a body no type. */
const knowsStreams = (() => {
  let asked = false;
  try {
    const request = new Request("https://localhost/", {
      method: "POST",
      body: new ReadableStream(),
      get duplex() {
        asked = true;
        return "half";
      },
    } as RequestInit);
    return asked && !request.headers.has("content-type");
  } catch {
    return false;
  }
})();

/** What is known of servers, by their origins. */
const streaming = new Map<string, Promise<boolean>>();

/** Whether a body can be streamed to a server: browsers do it by HTTP/2 and 3 alone, and not without encryption. */
export function streamsTo(target: URL, signal: AbortSignal): Promise<boolean> {
  if (!knowsStreams || target.protocol !== "https:") return Promise.resolve(false);
  let known = streaming.get(target.origin);
  if (!known) {
    known = speaksHTTP2(target, signal);
    streaming.set(target.origin, known);
  }
  return known;
}

/** How long the browser may take to tell how it has asked a server, in milliseconds. */
const PATIENCE = 1000;

/** Asks the server for nothing, and the browser how it did that. Servers of other origins have to allow it (Timing-Allow-Origin). */
async function speaksHTTP2(target: URL, signal: AbortSignal): Promise<boolean> {
  const protocol = Promise.withResolvers<string>();
  const observer = new PerformanceObserver((list) => {
    const [timing] = list.getEntriesByName(target.href) as PerformanceResourceTiming[];
    if (timing) protocol.resolve(timing.nextHopProtocol);
  });
  observer.observe({ type: "resource" });
  try {
    await fetch(target, { method: "HEAD", mode: "no-cors", credentials: "omit", cache: "no-store", signal });
    setTimeout(() => protocol.resolve(""), PATIENCE);
    return /^h[23]/.test(await protocol.promise);
  } catch {
    return false;
  } finally {
    observer.disconnect();
  }
}
