// The JavaScript values that a Go guest holds. Go has them as 64-bit references:
// 0 is undefined, a number that is neither 0 nor NaN is itself, and everything
// else is a NaN with an id in bits 0–31 and a type in bits 32–34. Ids are
// counted, and Go's finalizers give them back.

import type { View } from "./gojs-memory.ts";

const NAN_HEAD = 0x7ff8_0000;

function typeFlag(v: unknown): number {
  switch (typeof v) {
    case "object":
      return v === null ? 0 : 1;
    case "string":
      return 2;
    case "symbol":
      return 3;
    case "function":
      return 4;
    default:
      return 0;
  }
}

/** Values is the table of one guest's references. */
export class Values {
  readonly #values: unknown[];
  readonly #counts: number[];
  readonly #ids = new Map<unknown, number>();
  readonly #free: number[] = [];

  /**
   * @param global what js.Global() is, id 5
   * @param go the object with _pendingEvent and _makeFuncWrapper, id 6
   */
  constructor(global: object, go: object) {
    this.#values = [NaN, 0, null, true, false, global, go];
    this.#counts = this.#values.map(() => Infinity);
    this.#values.forEach((v, id) => this.#ids.set(v, id));
  }

  /** The value of the reference at `at`; undefined for a reference that nobody gave. */
  load(view: View, at: number): unknown {
    const f = view.getFloat64(at);
    if (f === 0) return undefined;
    if (f === f) return f;
    return this.#values[view.getUint32(at)];
  }

  /** The values of the Go slice of references whose header is at `at`. */
  loadSlice(view: View, at: number): unknown[] {
    const array = view.getInt64(at);
    const length = view.getInt64(at + 8);
    view.bytes(array, length * 8); // throws for a wild length, before room is made
    const list = new Array<unknown>(length);
    for (let i = 0; i < length; i++) list[i] = this.load(view, array + 8 * i);
    return list;
  }

  /** Puts a reference to v at `at`, and counts it. */
  store(view: View, at: number, v: unknown): void {
    if (typeof v === "number" && v !== 0) {
      if (v === v) {
        view.setFloat64(at, v);
      } else {
        view.setUint32(at, 0);
        view.setUint32(at + 4, NAN_HEAD);
      }
      return;
    }
    if (v === undefined) {
      view.setFloat64(at, 0);
      return;
    }
    let id = this.#ids.get(v);
    if (id === undefined) {
      id = this.#free.pop() ?? this.#values.length;
      this.#values[id] = v;
      this.#counts[id] = 0;
      this.#ids.set(v, id);
    }
    this.#counts[id]!++;
    view.setUint32(at, id);
    view.setUint32(at + 4, NAN_HEAD | typeFlag(v));
  }

  /** Takes back one reference of id. */
  release(id: number): void {
    const left = (this.#counts[id] ?? 0) - 1;
    if (left < 0) return; // not one that we gave
    this.#counts[id] = left;
    if (left > 0) return;
    this.#ids.delete(this.#values[id]);
    this.#values[id] = null;
    this.#free.push(id);
  }

  /** How many values the guest holds, the seven fixed ones included. */
  get size(): number {
    return this.#ids.size;
  }
}
