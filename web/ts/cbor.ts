// CBOR (RFC 8949), as far as plain values go: what calls on the bus carry.

import { text, utf8, Writer } from "./bytes.ts";

/** How many values may stand one in another. */
const DEPTH = 32;

/** The bytes of a value; throws a TypeError for what is no plain value. */
export function encodeCBOR(value: unknown): Uint8Array {
  const w = new Writer();
  put(w, value, 0);
  return w.done();
}

function head(w: Writer, major: number, n: number | bigint): void {
  if (n < 24) w.u8((major << 5) | Number(n));
  else if (n < 0x100) w.u8((major << 5) | 24).u8(Number(n));
  else if (n < 0x1_0000_0000) w.u8((major << 5) | 26).raw(big(4, (view) => view.setUint32(0, Number(n))));
  else w.u8((major << 5) | 27).raw(big(8, (view) => view.setBigUint64(0, BigInt(n))));
}

function big(size: number, set: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(size);
  set(new DataView(bytes.buffer));
  return bytes;
}

function put(w: Writer, value: unknown, depth: number): void {
  if (depth > DEPTH) throw new TypeError(`more than ${DEPTH} values one in another`);
  switch (typeof value) {
    case "undefined":
      w.u8(0xf7);
      return;
    case "boolean":
      w.u8(value ? 0xf5 : 0xf4);
      return;
    case "string": {
      const bytes = utf8(value);
      head(w, 3, bytes.length);
      w.raw(bytes);
      return;
    }
    case "bigint":
      if (BigInt.asUintN(64, value) !== value && BigInt.asUintN(64, -1n - value) !== -1n - value) throw new TypeError(`${value} has more than 64 bits`);
      head(w, value < 0n ? 1 : 0, value < 0n ? -1n - value : value);
      return;
    case "number":
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) head(w, value < 0 ? 1 : 0, value < 0 ? -1 - value : value);
      else w.u8(0xfb).raw(big(8, (view) => view.setFloat64(0, value)));
      return;
    case "object":
      return putObject(w, value, depth);
    default:
      throw new TypeError(`a ${typeof value} is no plain value`);
  }
}

function putObject(w: Writer, value: object | null, depth: number): void {
  if (value === null) {
    w.u8(0xf6);
  } else if (value instanceof Uint8Array || value instanceof ArrayBuffer) {
    const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
    head(w, 2, bytes.length);
    w.raw(bytes);
  } else if (value instanceof Date) {
    put(w, value.toISOString(), depth);
  } else if (Array.isArray(value)) {
    head(w, 4, value.length);
    for (const item of value) put(w, item, depth + 1);
  } else {
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    if (!(value instanceof Map) && Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) {
      throw new TypeError(`a ${value.constructor?.name || "strange object"} is no plain value`);
    }
    head(w, 5, entries.length);
    for (const [key, item] of entries) {
      put(w, key, depth + 1);
      put(w, item, depth + 1);
    }
  }
}

/** The value that the bytes are; throws a RangeError or TypeError for what is none. Byte strings become Uint8Arrays, maps objects. */
export function decodeCBOR(bytes: Uint8Array): unknown {
  const d = new Decoder(bytes);
  const value = d.value(0);
  if (d.at !== bytes.length) throw new RangeError(`${bytes.length - d.at} bytes follow the value`);
  return value;
}

class Decoder {
  at = 0;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private skip(n: number): number {
    const at = this.at;
    if (n > this.bytes.length - at) throw new RangeError("a value ends early");
    this.at += n;
    return at;
  }

  // The number behind a first byte; undefined for an item whose end is marked.
  private number(info: number): number | bigint | undefined {
    if (info < 24) return info;
    switch (info) {
      case 24:
        return this.view.getUint8(this.skip(1));
      case 25:
        return this.view.getUint16(this.skip(2));
      case 26:
        return this.view.getUint32(this.skip(4));
      case 27: {
        const n = this.view.getBigUint64(this.skip(8));
        return n <= Number.MAX_SAFE_INTEGER ? Number(n) : n;
      }
      case 31:
        return undefined;
    }
    throw new TypeError(`a value begins with ${info}`);
  }

  value(depth: number): unknown {
    if (depth > DEPTH) throw new TypeError(`more than ${DEPTH} values one in another`);
    const first = this.view.getUint8(this.skip(1));
    const major = first >> 5;
    if (major === 7) return this.simple(first & 31);
    const n = this.number(first & 31);
    switch (major) {
      case 0:
        return n;
      case 1:
        return typeof n === "bigint" ? -1n - n : -1 - (n as number);
      case 2:
        return this.string(n, 2);
      case 3:
        return text(this.string(n, 3));
      case 4: {
        const list: unknown[] = [];
        while (this.more(n, list.length)) list.push(this.value(depth + 1));
        return list;
      }
      case 5: {
        const entries: [string, unknown][] = [];
        while (this.more(n, entries.length)) entries.push([String(this.value(depth + 1)), this.value(depth + 1)]);
        return Object.fromEntries(entries);
      }
    }
    return this.value(depth + 1); // behind a tag, which says what the value means
  }

  // Whether a list with n elements, or a marked end, goes on after done.
  private more(n: number | bigint | undefined, done: number): boolean {
    if (n !== undefined) return done < n;
    if (this.bytes[this.at] !== 0xff) return true;
    this.at++;
    return false;
  }

  private string(n: number | bigint | undefined, major: number): Uint8Array {
    if (n !== undefined) {
      const at = this.skip(Number(n));
      return this.bytes.slice(at, at + Number(n));
    }
    const pieces: number[] = [];
    while (this.more(undefined, 0)) {
      const first = this.view.getUint8(this.skip(1));
      if (first >> 5 !== major || (first & 31) === 31) throw new TypeError("a string has a piece of another kind");
      pieces.push(...this.string(this.number(first & 31), major));
    }
    return Uint8Array.from(pieces);
  }

  private simple(info: number): unknown {
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
        return null;
      case 23:
        return undefined;
      case 25: {
        const half = this.view.getUint16(this.skip(2));
        const [sign, exponent, fraction] = [half & 0x8000 ? -1 : 1, (half >> 10) & 31, half & 1023];
        if (exponent === 31) return fraction ? NaN : sign * Infinity;
        return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
      }
      case 26:
        return this.view.getFloat32(this.skip(4));
      case 27:
        return this.view.getFloat64(this.skip(8));
    }
    throw new TypeError(`${info} is no value`);
  }
}
