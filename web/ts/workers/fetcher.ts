// Fetches for the kernel: web/kernel/fetch_js.go is the other half.

/** What the kernel is told of a request's end; a status of these is none of HTTP's. */
export const FAILED = 0;
export const OVER_LIMIT = 1;

/** Takes the end of a request. total is -1 if it is not known. */
export type Done = (id: number, status: number, total: number, body: Uint8Array) => void;

const EMPTY = new Uint8Array(0);

/** Requests under way, by the kernel's numbers. */
export class Fetcher {
  private readonly base: string;
  private readonly done: Done;
  private readonly open = new Map<number, AbortController>();

  /** base is what relative URLs are taken from. */
  constructor(base: string, done: Done) {
    this.base = base;
    this.done = done;
  }

  /** Begins a request for the bytes from from to to; to below zero asks for all. More than limit bytes fail. */
  begin(id: number, url: string, from: number, to: number, limit: number): void {
    const abort = new AbortController();
    this.open.set(id, abort);
    this.get(id, url, from, to, limit, abort.signal)
      .catch((error: unknown) => this.end(id, FAILED, -1, new TextEncoder().encode(why(error))));
  }

  abort(id: number): void {
    this.open.get(id)?.abort();
    this.open.delete(id);
  }

  private async get(id: number, url: string, from: number, to: number, limit: number, signal: AbortSignal): Promise<void> {
    let target: URL;
    try {
      target = new URL(url, this.base);
    } catch {
      throw new Error(`${url} is no URL`);
    }
    if (target.protocol !== "http:" && target.protocol !== "https:") throw new Error("its URL is of neither http nor https");
    const headers: Record<string, string> = to >= 0 ? { Range: `bytes=${from}-${to}` } : {};
    // The kernel keeps what it gets, and a browser's cache gives no parts of what it has in ranges.
    const response = await fetch(target, { headers, signal, credentials: "same-origin", cache: to >= 0 ? "no-store" : "no-cache" });
    const total = /\/(\d+)$/.exec(response.headers.get("Content-Range") ?? "");
    const known = total ? Number(total[1]) : -1;
    if (response.status !== 200 && response.status !== 206) {
      void response.body?.cancel().catch(() => {});
      this.end(id, response.status, known, EMPTY);
      return;
    }
    const pieces: Uint8Array[] = [];
    let size = 0;
    const reader = response.body?.getReader();
    for (;;) {
      const piece = await reader?.read().catch((error: unknown) => {
        throw new Error(`the server broke off: ${error instanceof Error ? error.message : String(error)}`);
      });
      if (!piece || piece.done) break;
      size += piece.value.length;
      if (size > limit) {
        void reader?.cancel().catch(() => {});
        this.end(id, OVER_LIMIT, known, EMPTY);
        return;
      }
      pieces.push(piece.value);
    }
    const body = new Uint8Array(size);
    let at = 0;
    for (const piece of pieces) {
      body.set(piece, at);
      at += piece.length;
    }
    this.end(id, response.status, known, body);
  }

  private end(id: number, status: number, total: number, body: Uint8Array): void {
    if (this.open.delete(id)) this.done(id, status, total, body);
  }
}

/** Browsers do not say why a request failed, so that pages learn nothing of other servers. */
function why(error: unknown): string {
  if (error instanceof TypeError) return "the server cannot be reached, or does not allow this page to read it (CORS)";
  return error instanceof Error ? error.message : String(error);
}
