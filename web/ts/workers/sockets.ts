// WebSockets of the kernel: web/kernel/sockets_js.go is the other half. Where the browser has
// WebSocketStream, a message is read when it is wanted and the server waits meanwhile;
// elsewhere what comes is kept, up to a bound, at which the socket is closed.

/** What the kernel is told of a socket. */
export const OPENED = 1;
export const TEXT = 2;
export const BINARY = 3;
/** So many bytes are on their way. */
export const SENT = 4;
/** The last that is told: how it has ended, or why it was not opened. */
export const CLOSED = 5;
export const FAILED = 6;

export type Tell = (id: number, kind: number, a: number, data: Uint8Array) => void;

/** The longest message, in bytes, and the most that is kept of a server that does not wait. */
const MOST = 16 * 2 ** 20;

/** How long a network may take what was sent before a socket is closed all the same, in milliseconds. */
const PATIENCE = 2000;

/** How the browser closes a socket that has broken a bound of ours. */
const TOO_MUCH = 4009;

const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();

const NOT_OPENED =
  "the WebSocket cannot be opened: no server is there, or it refuses, or speaks no WebSocket, which browsers do not tell apart";

interface Socket {
  /** Sends a message. */
  send(message: string | Uint8Array<ArrayBuffer>, size: number): void;
  /** Asks for one message, or the end. */
  pull(): void;
  close(code: number, reason: string): void;
}

/** How a socket tells of itself. */
interface Events {
  opened(protocol: string): void;
  message(data: string | ArrayBuffer | Uint8Array): void;
  sent(bytes: number): void;
  closed(code: number, reason: string, clean: boolean): void;
  failed(why: string): void;
}

/** Sockets by the kernel's numbers. The kernel is told nothing while it calls. */
export class Sockets {
  private readonly tell: Tell;
  private readonly live = new Map<number, Socket>();

  constructor(tell: Tell) {
    this.tell = tell;
  }

  open(id: number, head: string): void {
    queueMicrotask(() => this.begin(id, head));
  }

  send(id: number, text: boolean, data: Uint8Array<ArrayBuffer>): void {
    queueMicrotask(() => this.live.get(id)?.send(text ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(data) : data, data.length));
  }

  pull(id: number): void {
    queueMicrotask(() => this.live.get(id)?.pull());
  }

  close(id: number, code: number, reason: string): void {
    queueMicrotask(() => this.live.get(id)?.close(code, reason));
  }

  private begin(id: number, head: string): void {
    const { url, protocols } = JSON.parse(head) as { url: string; protocols: string[] };
    const over = (kind: number, code: number, data: string) => {
      if (this.live.delete(id)) this.tell(id, kind, code, encoder.encode(data));
    };
    const events: Events = {
      opened: (protocol) => this.tell(id, OPENED, 0, encoder.encode(protocol)),
      message: (data) => {
        if (typeof data === "string") this.tell(id, TEXT, 0, encoder.encode(data));
        else this.tell(id, BINARY, 0, data instanceof Uint8Array ? data : new Uint8Array(data));
      },
      sent: (bytes) => this.tell(id, SENT, bytes, EMPTY),
      closed: (code, reason, clean) => over(CLOSED, code, JSON.stringify({ reason, clean })),
      failed: (why) => over(FAILED, 0, why),
    };
    try {
      this.live.set(id, typeof WebSocketStream === "function" ? new StreamSocket(url, protocols, events) : new EventSocket(url, protocols, events));
    } catch (error) {
      this.tell(id, FAILED, 0, encoder.encode(error instanceof Error ? error.message : String(error)));
    }
  }
}

type Chunk = string | ArrayBuffer | Uint8Array;

interface StreamOpened {
  readable: ReadableStream<Chunk>;
  writable: WritableStream<string | Uint8Array<ArrayBuffer>>;
  protocol: string;
}

/** What no library of types has yet. */
declare class WebSocketStream {
  constructor(url: string, options: { protocols: string[] });
  readonly opened: Promise<StreamOpened>;
  readonly closed: Promise<{ closeCode?: number; reason?: string }>;
  close(info?: { closeCode?: number; reason?: string }): void;
}

/** A socket on WebSocketStream. */
class StreamSocket implements Socket {
  private readonly events: Events;
  private readonly socket: WebSocketStream;
  private reader?: ReadableStreamDefaultReader<Chunk>;
  private writer?: WritableStreamDefaultWriter<string | Uint8Array<ArrayBuffer>>;
  private tooLong = false;
  private last: Promise<void> = Promise.resolve(); // what was written last

  constructor(url: string, protocols: string[], events: Events) {
    this.events = events;
    this.socket = new WebSocketStream(url, { protocols });
    this.socket.closed.catch(() => {});
    this.socket.opened.then(
      ({ readable, writable, protocol }) => {
        this.reader = readable.getReader();
        this.writer = writable.getWriter();
        this.writer.closed.catch(() => {});
        events.opened(protocol);
      },
      () => events.failed(NOT_OPENED),
    );
  }

  send(message: string | Uint8Array<ArrayBuffer>, size: number): void {
    const sent = () => this.events.sent(size);
    this.last = this.writer?.write(message).then(sent, sent) ?? this.last; // a reader meets why
  }

  pull(): void {
    this.reader?.read().then(
      ({ done, value }) => {
        if (done) void this.ended();
        else if ((typeof value === "string" ? value.length : value.byteLength) > MOST) this.refuse();
        else this.events.message(value);
      },
      () => void this.ended(),
    );
  }

  close(code: number, reason: string): void {
    if (!this.reader) {
      // Not open yet: it never will be, as far as the kernel is concerned.
      this.socket.opened.then(() => this.socket.close({ closeCode: code, reason }), () => {});
      this.events.failed("it was closed before it was open");
      return;
    }
    void this.finish(code, reason);
  }

  /** Closes when what was sent is on its way, and reads what nobody wants any more, so that the server's answer is met. */
  private async finish(code: number, reason: string): Promise<void> {
    await Promise.race([this.last, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    try {
      this.socket.close({ closeCode: code, reason });
      while (!(await this.reader!.read()).done);
    } catch {
      // The end says why.
    }
    await this.ended();
  }

  private refuse(): void {
    this.tooLong = true;
    this.close(TOO_MUCH, "a message that is too long");
  }

  private async ended(): Promise<void> {
    if (this.tooLong) {
      this.events.closed(1006, `a message of more than ${MOST} bytes`, false);
      return;
    }
    try {
      const { closeCode, reason } = await this.socket.closed;
      this.events.closed(closeCode ?? 1005, reason ?? "", true);
    } catch (error) {
      this.events.closed(1006, error instanceof Error ? error.message : "", false);
    }
  }
}

/** How much the browser may hold of what is sent, in bytes, and how often it is asked, in milliseconds. */
const HELD = 256 * 1024;
const ASK = 10;

/** A socket on WebSocket, which neither waits for a reader nor tells when it has sent. */
class EventSocket implements Socket {
  private readonly events: Events;
  private readonly socket: WebSocket;
  private readonly queue: (string | ArrayBuffer)[] = [];
  private kept = 0;
  private wanted = 0;
  private end?: () => void;
  private unsent = 0;

  constructor(url: string, protocols: string[], events: Events) {
    this.events = events;
    this.socket = new WebSocket(url, protocols);
    this.socket.binaryType = "arraybuffer";
    let opened = false;
    this.socket.onopen = () => {
      opened = true;
      events.opened(this.socket.protocol);
    };
    this.socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.kept += typeof data === "string" ? data.length : data.byteLength;
      if (this.kept > MOST) {
        this.end ??= () => events.closed(1006, `more than ${MOST} bytes that nobody has read, from a server that this browser cannot make wait`, false);
        this.socket.close(TOO_MUCH, "the reader is too slow");
        return;
      }
      this.queue.push(data);
      this.serve();
    };
    this.socket.onclose = ({ code, reason, wasClean }) => {
      if (!opened) events.failed(NOT_OPENED);
      this.end ??= () => events.closed(code, reason, wasClean);
      this.drained();
      this.serve();
    };
  }

  send(message: string | Uint8Array<ArrayBuffer>, size: number): void {
    this.unsent += size;
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(message);
    this.drained();
  }

  pull(): void {
    this.wanted++;
    this.serve();
  }

  close(code: number, reason: string): void {
    if (this.socket.readyState === WebSocket.CONNECTING) this.events.failed("it was closed before it was open");
    this.socket.close(code, reason);
    this.queue.length = 0;
    this.wanted = Infinity;
    this.serve();
  }

  /** Gives what is wanted and there. */
  private serve(): void {
    while (this.wanted > 0 && this.queue.length > 0) {
      const data = this.queue.shift()!;
      this.wanted--;
      this.kept -= typeof data === "string" ? data.length : data.byteLength;
      this.events.message(data);
    }
    if (this.wanted > 0) this.end?.();
  }

  /** Tells what was sent when the browser holds little of it. There is no event for that. */
  private drained(): void {
    if (this.unsent === 0) return;
    if (this.socket.readyState === WebSocket.OPEN && this.socket.bufferedAmount > HELD) {
      setTimeout(() => this.drained(), ASK);
      return;
    }
    const bytes = this.unsent;
    this.unsent = 0;
    this.events.sent(bytes);
  }
}
