// The ends of channels between process workers: the bytes of a joined pipe go one way,
// and credit for what has been read the other, with the buffers that brought it.
// The Go half is package web/guest.
import type { GoProgram } from "./goruntime.ts";

/** What the Go half exports. */
export interface ChannelExports {
  channel_joined(pipe: number): void;
  channel_arrived(pipe: number, n: number): void;
  channel_credited(pipe: number, n: number): void;
  channel_drained(pipe: number): void;
  channel_turned(pipe: number): void;
  channel_rests(): void;
}

/** Reader to writer: so many bytes have been read, and these buffers can be filled anew. */
interface Credit {
  read: number;
  buffers: ArrayBuffer[];
}

// The globals may go: see gojs-lockdown.ts.
const OwnChannel = MessageChannel;
const later = setTimeout;

/** The size of a buffer that is filled again and again. */
const PIECE = 64 << 10;
/** How many of them a writer keeps. */
const MOST_KEPT = 8;

/** One end of a channel. */
class End {
  readonly #port: MessagePort;
  /** What has arrived, oldest first, and how much of the first has been taken. */
  readonly #arrived: Uint8Array<ArrayBuffer>[] = [];
  #taken = 0;
  /** Of a reader, to be given back; of a writer, to be filled. */
  #buffers: ArrayBuffer[] = [];
  /** How many messages have come. */
  #count = 0;

  constructor(port: MessagePort, arrived: (n: number) => void, credited: (n: number) => void) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<Uint8Array<ArrayBuffer> | Credit>) => {
      this.#count++;
      if (data instanceof Uint8Array) {
        this.#arrived.push(data);
        arrived(data.length);
      } else {
        for (const buffer of data.buffers) if (this.#buffers.length < MOST_KEPT) this.#buffers.push(buffer);
        credited(data.read);
      }
    };
  }

  post(data: Uint8Array): void {
    const n = data.length;
    const buffer = n <= PIECE ? (this.#buffers.pop() ?? new ArrayBuffer(PIECE)) : new ArrayBuffer(n);
    const piece = new Uint8Array(buffer, 0, n);
    piece.set(data);
    this.#port.postMessage(piece, [buffer]);
  }

  take(to: Uint8Array): number {
    let n = 0;
    while (n < to.length && this.#arrived.length > 0) {
      const piece = this.#arrived[0]!;
      const m = Math.min(to.length - n, piece.length - this.#taken);
      to.set(this.#taken === 0 && m === piece.length ? piece : piece.subarray(this.#taken, this.#taken + m), n);
      n += m;
      this.#taken += m;
      if (this.#taken === piece.length) {
        this.#arrived.shift();
        this.#taken = 0;
        if (piece.buffer.byteLength === PIECE) this.#buffers.push(piece.buffer);
      }
    }
    return n;
  }

  credit(read: number): void {
    const buffers = this.#buffers;
    this.#buffers = [];
    this.#port.postMessage({ read, buffers } satisfies Credit, buffers);
  }

  /**
   * Calls drained when all has arrived that was posted by now. Messages of a port are told
   * one after another, each when the one before has been, and a message to ourselves
   * gets in line behind the one that is next: if none has come by the time it is
   * back, there was none.
   */
  drain(drained: () => void): void {
    const count = this.#count;
    const { port1, port2 } = new OwnChannel();
    port1.onmessage = () => {
      port1.close();
      if (this.#count === count) drained();
      else this.drain(drained);
    };
    port2.postMessage(0);
  }

  close(): void {
    this.#port.onmessage = null;
    this.#port.close();
  }
}

/** The ends that a process holds, by the number of the pipe. */
export class Channels {
  readonly #go: GoProgram<ChannelExports>;
  readonly #resume: () => void;
  readonly #ends = new Map<number, End>();
  /** Messages to ourselves come back behind those that lie there. */
  readonly #echo = new OwnChannel();

  /** @param resume runs what an export has made ready, if that is goroutines */
  constructor(go: GoProgram<ChannelExports>, resume: () => void) {
    this.#go = go;
    this.#resume = resume;
    this.#echo.port1.onmessage = ({ data }: MessageEvent<number>) => {
      if (!this.#ends.has(data)) return;
      go.exports.channel_turned(data);
      resume();
    };
  }

  /** Takes an end that the kernel hands out. */
  join(pipe: number, port: MessagePort): void {
    const tell = (what: "channel_arrived" | "channel_credited") => (n: number) => {
      this.#go.exports[what](pipe, n);
      this.#resume();
    };
    this.#ends.set(pipe, new End(port, tell("channel_arrived"), tell("channel_credited")));
    this.#go.exports.channel_joined(pipe);
  }

  /** The functions of module "bushel" that the Go half imports. */
  imports(): Record<string, Function> {
    const go = this.#go;
    return {
      channel_post: (pipe: number, at: number, n: number) => this.#ends.get(pipe)!.post(go.bytes.subarray(at >>> 0, (at >>> 0) + n)),
      channel_take: (pipe: number, at: number, n: number) => this.#ends.get(pipe)!.take(go.bytes.subarray(at >>> 0, (at >>> 0) + n)),
      channel_credit: (pipe: number, n: number) => this.#ends.get(pipe)!.credit(n),
      channel_drain: (pipe: number) =>
        this.#ends.get(pipe)!.drain(() => {
          if (!this.#ends.has(pipe)) return;
          go.exports.channel_drained(pipe);
          this.#resume();
        }),
      channel_turn: (pipe: number) => this.#echo.port2.postMessage(pipe),
      channel_close: (pipe: number) => {
        this.#ends.get(pipe)?.close();
        this.#ends.delete(pipe);
      },
      channel_alarm: (ms: number) => void later(() => go.exports.channel_rests(), ms),
    };
  }
}
