// The memory of a Go guest and how numbers, strings and slices lie in it.

/**
 * GuestMemory says where the guest's memory is now. On the browser's engine it is
 * a WebAssembly.Memory from 0; on wazero it is a part of the interpreter's own
 * memory, and moves when it grows.
 */
export interface GuestMemory {
  buffer(): ArrayBuffer;
  base(): number;
  length(): number;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

const HIGH = 0x1_0000_0000;

/** View reads and writes a guest's memory. Addresses are the guest's own. */
export class View {
  readonly #memory: GuestMemory;
  #buffer: ArrayBuffer | undefined;
  #base = 0;
  #length = 0;
  #data = new DataView(new ArrayBuffer(0));
  #bytes = new Uint8Array(0);

  constructor(memory: GuestMemory) {
    this.#memory = memory;
  }

  /** Finds the memory again; to be called whenever the guest may have run. */
  refresh(): void {
    const buffer = this.#memory.buffer();
    const base = this.#memory.base();
    const length = this.#memory.length();
    if (buffer === this.#buffer && base === this.#base && length === this.#length) return;
    this.#buffer = buffer;
    this.#base = base;
    this.#length = length;
    this.#data = new DataView(buffer, base, length);
    this.#bytes = new Uint8Array(buffer, base, length);
  }

  getUint8(at: number): number {
    return this.#data.getUint8(at);
  }

  setUint8(at: number, v: number): void {
    this.#data.setUint8(at, v);
  }

  getInt32(at: number): number {
    return this.#data.getInt32(at, true);
  }

  getUint32(at: number): number {
    return this.#data.getUint32(at, true);
  }

  setUint32(at: number, v: number): void {
    this.#data.setUint32(at, v, true);
  }

  getFloat64(at: number): number {
    return this.#data.getFloat64(at, true);
  }

  setFloat64(at: number, v: number): void {
    this.#data.setFloat64(at, v, true);
  }

  /** An int64, rounded where it is no safe integer. */
  getInt64(at: number): number {
    return this.#data.getUint32(at, true) + this.#data.getInt32(at + 4, true) * HIGH;
  }

  setInt64(at: number, v: number): void {
    this.#data.setUint32(at, v, true); // ToUint32 takes the low bits of negative numbers too
    this.#data.setUint32(at + 4, Math.floor(v / HIGH), true);
  }

  /** Bytes of the memory itself; throws a RangeError if they are not all within it. */
  bytes(at: number, length: number): Uint8Array {
    if (!(at >= 0 && length >= 0 && at + length <= this.#length)) {
      throw new RangeError("memory access out of bounds");
    }
    return this.#bytes.subarray(at, at + length);
  }

  /** The bytes of the Go slice whose header is at `at`. */
  slice(at: number): Uint8Array {
    return this.bytes(this.getInt64(at), this.getInt64(at + 8));
  }

  /** The Go string whose header is at `at`. */
  string(at: number): string {
    return decoder.decode(this.slice(at));
  }
}

/** The UTF-8 form of a text. */
export function encode(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of UTF-8 bytes. */
export function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const getter = (name: PropertyKey): Function => Object.getOwnPropertyDescriptor(typedArray, name)!.get!;
const getTag = getter(Symbol.toStringTag);
const getBuffer = getter("buffer");
const getOffset = getter("byteOffset");
const getLength = getter("byteLength");

/**
 * The bytes of a typed array that a guest gave us, of one of the kinds `tags` if there
 * are any; undefined for anything else. None of the object's own properties is looked
 * at: a guest can put a function there, which would be called with what we work on.
 */
export function bytesOf(v: unknown, ...tags: string[]): Uint8Array<ArrayBuffer> | undefined {
  const tag = Reflect.apply(getTag, v, []) as string | undefined;
  if (tag === undefined || (tags.length > 0 && !tags.includes(tag))) return undefined;
  return new Uint8Array(
    Reflect.apply(getBuffer, v, []) as ArrayBuffer,
    Reflect.apply(getOffset, v, []) as number,
    Reflect.apply(getLength, v, []) as number,
  );
}
