// A stream of a call: a pipe in either direction, of bytes or of items, with credit.

import { concat } from "./bytes.ts";
import { BusError, busError } from "./buserror.ts";
import { BusKind, cost, creditPayload, DataFlag, dataPayload, faultPayload, Format, STOP, WINDOW } from "./buswire.ts";

/** The longest piece that is sent, so that a window holds a few. */
const PIECE = 64 << 10;

/** The longest item that is taken, in bytes. */
const MAX_ITEM = 16 << 20;

/** What a stream needs of its call. */
export interface StreamOwner {
  /** Sends a frame of the call, unless that is over. */
  send(kind: number, flags: number, payload: Uint8Array, format?: number): void;
  /** Why the call is over; undefined while it is not, null if that is no failure. */
  over(): BusError | null | undefined;
  /** The longest piece that the other side takes. */
  readonly longest: number;
}

interface Piece {
  format: number;
  body: Uint8Array;
  more: boolean;
}

/** What readers get. */
export interface Item {
  format: number;
  bytes: Uint8Array;
}

/** Stream is one stream of a call. One may read and one may write at a time. */
export class Stream {
  private readonly owner: StreamOwner;
  private readonly number: number;

  private queue: Piece[] = [];
  private allowed = WINDOW; // what the other side may still send
  private used = 0; // what was read and is not given back yet
  private ended = false; // nothing more comes
  private failure: BusError | undefined; // with ended: why
  private stopped = false; // this side reads no more
  private reader: (() => void) | undefined;

  private credit = WINDOW; // what this side may still send
  private finished = false; // this side sends no more
  private refused = false; // the other side reads no more
  private writer: (() => void) | undefined;

  constructor(owner: StreamOwner, number: number) {
    this.owner = owner;
    this.number = number;
  }

  /** Takes a piece that has come; throws for one that breaks the protocol. */
  receive(flags: number, format: number, body: Uint8Array, failure: BusError | undefined): void {
    const last = (flags & DataFlag.end) !== 0;
    const price = last ? 0 : cost(body.length);
    if (failure && !last) throw new BusError("invalid_argument", `data with the flags ${flags}`);
    if (last && !failure && body.length > 0) throw new BusError("invalid_argument", `an end with ${body.length} bytes`);
    if (this.ended) throw new BusError("invalid_argument", `data after the end of the stream ${this.number}`);
    if (price > this.allowed) throw new BusError("invalid_argument", `${price} bytes of a stream that has credit for ${this.allowed}`);
    this.allowed -= price;
    this.ended = last;
    if (failure && !this.stopped) this.failure = failure;
    if (!last && !this.stopped) this.queue.push({ format, body, more: (flags & DataFlag.more) !== 0 });
    this.wake();
  }

  /** Takes credit that has come. */
  receiveCredit(bytes: number, flags: number): void {
    if (flags & STOP) this.refused = true;
    this.credit += bytes;
    if (this.credit > 0x7fff_ffff) throw new BusError("invalid_argument", "more credit than there is");
    this.wake();
  }

  /** Lets who waits look again. */
  wake(): void {
    const [reader, writer] = [this.reader, this.writer];
    this.reader = this.writer = undefined;
    reader?.();
    writer?.();
  }

  /** The next piece of bytes; undefined at the end. Rejects with what the stream or its call failed with. */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const piece = await this.next();
      if (!piece || piece.body.length > 0) return piece?.body;
    }
  }

  /** The next item; undefined at the end. */
  async recv(): Promise<Item | undefined> {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const piece = await this.next();
      if (!piece) {
        if (pieces.length > 0) throw new BusError("out_of_range", "the stream ended within an item");
        return undefined;
      }
      pieces.push(piece.body);
      size += piece.body.length;
      if (size > MAX_ITEM) {
        this.stop();
        throw new BusError("resource_exhausted", `an item of more than ${MAX_ITEM} bytes`);
      }
      if (!piece.more) return { format: piece.format, bytes: concat(pieces) };
    }
  }

  private async next(): Promise<Piece | undefined> {
    for (;;) {
      const piece = this.queue.shift();
      if (piece) {
        this.used += cost(piece.body.length);
        if (this.used >= WINDOW / 4 && !this.ended) {
          this.owner.send(BusKind.credit, 0, creditPayload(this.number, this.used));
          this.allowed += this.used;
          this.used = 0;
        }
        return piece;
      }
      if (this.failure) throw this.failure;
      if (this.ended || this.stopped) return undefined;
      const over = this.owner.over();
      if (over) throw over;
      if (over === null) throw new BusError("out_of_range", "the call ended before the stream");
      await new Promise<void>((resolve) => (this.reader = resolve));
    }
  }

  /** Says that this side reads no more. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.queue = [];
    if (!this.ended) this.owner.send(BusKind.credit, STOP, creditPayload(this.number, 0));
    this.wake();
  }

  /** Whether nothing can be read any more. */
  get spent(): boolean {
    return this.stopped || (this.ended && this.queue.length === 0);
  }

  /** Sends bytes of the stream, or an item of it; waits while the other side is slow. False: nobody reads any more. */
  async send(format: number, body: Uint8Array): Promise<boolean> {
    const most = Math.min(PIECE, this.owner.longest);
    let at = 0;
    for (;;) {
      if (this.refused || this.finished || this.owner.over() !== undefined) return false;
      const left = body.length - at;
      const n = Math.min(left, most, this.credit - cost(0));
      if (n < left && n < Math.min(most, WINDOW / 8)) {
        await new Promise<void>((resolve) => (this.writer = resolve));
        continue;
      }
      this.credit -= cost(n);
      const piece = dataPayload(this.number, body.subarray(at, at + n));
      this.owner.send(BusKind.data, n < left ? DataFlag.more : 0, piece, format);
      at += n;
      if (at === body.length) return true;
    }
  }

  /** Ends the stream in this direction; the reader meets the end, or error. */
  finish(error?: unknown): void {
    if (this.finished) return;
    this.finished = true;
    const body = error === undefined ? new Uint8Array() : faultPayload(busError(error));
    const flags = DataFlag.end | (error === undefined ? 0 : DataFlag.error);
    this.owner.send(BusKind.data, flags, dataPayload(this.number, body), Format.cbor);
  }

  /**
   * Sends all of a source, and the end. It leaves the source, also while that has nothing to
   * give, when nobody reads any more.
   */
  async pump(source: AsyncIterator<Item>): Promise<void> {
    try {
      for (;;) {
        const next = await this.unlessRefused(source.next());
        if (!next) return;
        if (next.done) break;
        if (!(await this.send(next.value.format, next.value.bytes))) return;
      }
      this.finish();
    } catch (error) {
      this.finish(error);
    } finally {
      source.return?.().catch(() => {});
    }
  }

  // What the promise brings; undefined as soon as nobody reads any more.
  private unlessRefused<T>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      promise.then(resolve, reject);
      const look = () => {
        if (this.refused || this.owner.over() !== undefined) resolve(undefined);
        else this.writer = look;
      };
      look();
    });
  }
}
