// Little-endian records, as Go's side writes and reads them: numbers one
// behind another, texts with their length in four bytes before them.

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const EMPTY = new Uint8Array(0);

/** The bytes of a text as UTF-8. */
export function utf8(text: string): Uint8Array {
  return text === "" ? EMPTY : encoder.encode(text);
}

/** The text of UTF-8 bytes; what is not UTF-8 becomes U+FFFD. */
export function text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Puts pieces together; a single piece is returned as it is. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const all = new Uint8Array(pieces.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Writer builds a record. */
export class Writer {
  private bytes = new Uint8Array(256);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  private room(n: number): number {
    const at = this.length;
    this.length += n;
    if (this.length > this.bytes.length) {
      const bigger = new Uint8Array(Math.max(this.length, 2 * this.bytes.length));
      bigger.set(this.bytes.subarray(0, at));
      this.bytes = bigger;
      this.view = new DataView(bigger.buffer);
    }
    return at;
  }

  u8(n: number): this {
    const at = this.room(1); // it may make a new view
    this.view.setUint8(at, n);
    return this;
  }

  u16(n: number): this {
    const at = this.room(2); // it may make a new view
    this.view.setUint16(at, n, true);
    return this;
  }

  u32(n: number): this {
    const at = this.room(4); // it may make a new view
    this.view.setUint32(at, n, true);
    return this;
  }

  /** n may be negative (two's complement) or a bigint; a number must be a safe integer. */
  u64(n: number | bigint): this {
    const at = this.room(8);
    if (typeof n === "bigint") {
      this.view.setBigUint64(at, BigInt.asUintN(64, n), true);
    } else {
      this.view.setUint32(at, n % 0x1_0000_0000, true); // ToUint32 makes negative ones right
      this.view.setUint32(at + 4, Math.floor(n / 0x1_0000_0000), true);
    }
    return this;
  }

  raw(bytes: Uint8Array): this {
    const at = this.room(bytes.length);
    this.bytes.set(bytes, at);
    return this;
  }

  str(s: string): this {
    const bytes = utf8(s);
    return this.u32(bytes.length).raw(bytes);
  }

  strs(list: readonly string[]): this {
    this.u32(list.length);
    for (const s of list) this.str(s);
    return this;
  }

  /** The record; the writer is not to be used after it. */
  done(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

/** Reader reads a record and throws a RangeError where it is too short. */
export class Reader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  private skip(n: number): number {
    const at = this.at;
    if (n > this.left) throw new RangeError(`a record ends ${n - this.left} bytes early`);
    this.at += n;
    return at;
  }

  u8(): number {
    return this.view.getUint8(this.skip(1));
  }

  u16(): number {
    return this.view.getUint16(this.skip(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  /** A number, rounded above 2^53. */
  u64(): number {
    const at = this.skip(8);
    return this.view.getUint32(at + 4, true) * 0x1_0000_0000 + this.view.getUint32(at, true);
  }

  i64(): bigint {
    return this.view.getBigInt64(this.skip(8), true);
  }

  /** A part of the record itself, not a copy. */
  raw(n: number): Uint8Array {
    const at = this.skip(n);
    return this.bytes.subarray(at, at + n);
  }

  str(): string {
    return text(this.raw(this.u32()));
  }
}
