// The functions that a Go program built with GOOS=js imports. Each has one
// parameter, the stack pointer: arguments lie from sp+8 on in Go's own layout,
// and the results behind them.

import { bytesOf, encode, type View } from "./gojs-memory.ts";
import type { Values } from "./gojs-values.ts";

/** What the imports use of their guest's host. */
export interface ImportHost {
  readonly view: View;
  readonly values: Values;
  /** True once the program has exited; what is thrown then only unwinds it. */
  readonly over: boolean;
  /** How often the guest has been entered. */
  readonly entries: number;
  /**
   * The stack pointer of the import that is being served: sp, unless the guest has
   * been entered again since entries was noted, and has moved its stack.
   */
  stackPointer(sp: number, entries: number): number;
  exit(code: number): void;
  writeNow(fd: number, bytes: Uint8Array): void;
  random(bytes: Uint8Array): void;
  debug(value: unknown): void;
  /** Wakes the guest after a delay in milliseconds, under the id that it returns. */
  setWake(delay: number): number;
  clearWake(id: number): void;
}

/** An import; sp is unsigned. */
export type Import = (host: ImportHost, sp: number) => void;

const now = performance.now.bind(performance);
const dateNow = Date.now;
const timeOrigin = dateNow() - now();

/** An import whose failure the guest is told: the result, and behind it whether it is one. */
function calling(resultAt: number, call: (host: ImportHost, sp: number) => unknown): Import {
  return (host, sp) => {
    const entries = host.entries;
    let result: unknown;
    let ok = 1;
    try {
      result = call(host, sp);
    } catch (error) {
      if (host.over) throw error;
      result = error;
      ok = 0;
    }
    sp = host.stackPointer(sp, entries);
    host.values.store(host.view, sp + resultAt, result);
    host.view.setUint8(sp + resultAt + 8, ok);
  };
}

/** The object that Get and its like are called on; Go has made sure that it is one. */
const object = ({ values, view }: ImportHost, sp: number): object => values.load(view, sp + 8) as object;

/** The bytes of an array that CopyBytesToGo and CopyBytesToJS take. */
const byteArray = (v: unknown): Uint8Array | undefined => bytesOf(v, "Uint8Array", "Uint8ClampedArray");

/** Copies as many bytes as both have room for, and reports how many. */
function copy(view: View, at: number, to: Uint8Array | undefined, from: Uint8Array | undefined): void {
  if (!to || !from) {
    view.setUint8(at + 8, 0);
    return;
  }
  const n = Math.min(to.length, from.length);
  to.set(from.subarray(0, n));
  view.setInt64(at, n);
  view.setUint8(at + 8, 1);
}

/**
 * The imports by name. Package kernel/abi/gojs calls them by their place in this
 * list, so its own list has the same order.
 */
export const imports: readonly (readonly [name: string, fn: Import])[] = [
  // func wasmExit(code int32)
  ["runtime.wasmExit", (h, sp) => h.exit(h.view.getInt32(sp + 8))],

  // func wasmWrite(fd uintptr, p unsafe.Pointer, n int32)
  ["runtime.wasmWrite", (h, sp) => h.writeNow(h.view.getInt64(sp + 8), h.view.bytes(h.view.getInt64(sp + 16), h.view.getInt32(sp + 24)))],

  // func resetMemoryDataView(): the memory is found again before every import.
  ["runtime.resetMemoryDataView", () => {}],

  // func nanotime1() int64
  ["runtime.nanotime1", (h, sp) => h.view.setInt64(sp + 8, (timeOrigin + now()) * 1e6)],

  // func walltime() (sec int64, nsec int32)
  [
    "runtime.walltime",
    (h, sp) => {
      const ms = dateNow();
      h.view.setInt64(sp + 8, Math.floor(ms / 1000));
      h.view.setUint32(sp + 16, (ms % 1000) * 1e6);
    },
  ],

  // func scheduleTimeoutEvent(delay int64) int32
  ["runtime.scheduleTimeoutEvent", (h, sp) => h.view.setUint32(sp + 16, h.setWake(h.view.getInt64(sp + 8)))],

  // func clearTimeoutEvent(id int32)
  ["runtime.clearTimeoutEvent", (h, sp) => h.clearWake(h.view.getInt32(sp + 8))],

  // func getRandomData(r []byte)
  ["runtime.getRandomData", (h, sp) => h.random(h.view.slice(sp + 8))],

  // func finalizeRef(v ref)
  ["syscall/js.finalizeRef", (h, sp) => h.values.release(h.view.getUint32(sp + 8))],

  // func stringVal(value string) ref
  ["syscall/js.stringVal", (h, sp) => h.values.store(h.view, sp + 24, h.view.string(sp + 8))],

  // func valueGet(v ref, p string) ref
  [
    "syscall/js.valueGet",
    (h, sp) => {
      const entries = h.entries;
      const result = Reflect.get(object(h, sp), h.view.string(sp + 16));
      h.values.store(h.view, h.stackPointer(sp, entries) + 32, result);
    },
  ],

  // func valueSet(v ref, p string, x ref)
  ["syscall/js.valueSet", (h, sp) => void Reflect.set(object(h, sp), h.view.string(sp + 16), h.values.load(h.view, sp + 32))],

  // func valueDelete(v ref, p string)
  ["syscall/js.valueDelete", (h, sp) => void Reflect.deleteProperty(object(h, sp), h.view.string(sp + 16))],

  // func valueIndex(v ref, i int) ref
  [
    "syscall/js.valueIndex",
    (h, sp) => {
      const entries = h.entries;
      const result = Reflect.get(object(h, sp), h.view.getInt64(sp + 16));
      h.values.store(h.view, h.stackPointer(sp, entries) + 24, result);
    },
  ],

  // func valueSetIndex(v ref, i int, x ref)
  ["syscall/js.valueSetIndex", (h, sp) => void Reflect.set(object(h, sp), h.view.getInt64(sp + 16), h.values.load(h.view, sp + 24))],

  // func valueCall(v ref, m string, args []ref) (ref, bool)
  [
    "syscall/js.valueCall",
    calling(56, (h, sp) => {
      const v = h.values.load(h.view, sp + 8);
      const name = h.view.string(sp + 16);
      const args = h.values.loadSlice(h.view, sp + 32); // before a getter can move the stack
      return Reflect.apply(Reflect.get(v as object, name) as Function, v, args);
    }),
  ],

  // func valueInvoke(v ref, args []ref) (ref, bool)
  [
    "syscall/js.valueInvoke",
    calling(40, (h, sp) => Reflect.apply(h.values.load(h.view, sp + 8) as Function, undefined, h.values.loadSlice(h.view, sp + 16))),
  ],

  // func valueNew(v ref, args []ref) (ref, bool)
  [
    "syscall/js.valueNew",
    calling(40, (h, sp) => Reflect.construct(h.values.load(h.view, sp + 8) as Function, h.values.loadSlice(h.view, sp + 16))),
  ],

  // func valueLength(v ref) int
  [
    "syscall/js.valueLength",
    (h, sp) => {
      const entries = h.entries;
      const length = Math.trunc(Number(Reflect.get(object(h, sp), "length")));
      h.view.setInt64(h.stackPointer(sp, entries) + 16, length);
    },
  ],

  // func valuePrepareString(v ref) (ref, int)
  [
    "syscall/js.valuePrepareString",
    (h, sp) => {
      const entries = h.entries;
      const bytes = encode(String(h.values.load(h.view, sp + 8)));
      sp = h.stackPointer(sp, entries);
      h.values.store(h.view, sp + 16, bytes);
      h.view.setInt64(sp + 24, bytes.length);
    },
  ],

  // func valueLoadString(v ref, b []byte)
  [
    "syscall/js.valueLoadString",
    ({ view, values }, sp) => {
      const text = byteArray(values.load(view, sp + 8));
      const to = view.slice(sp + 16);
      if (text) to.set(text.subarray(0, to.length));
    },
  ],

  // func valueInstanceOf(v ref, t ref) bool
  [
    "syscall/js.valueInstanceOf",
    (h, sp) => {
      const entries = h.entries;
      const is = h.values.load(h.view, sp + 8) instanceof (h.values.load(h.view, sp + 16) as Function);
      h.view.setUint8(h.stackPointer(sp, entries) + 24, is ? 1 : 0);
    },
  ],

  // func copyBytesToGo(dst []byte, src ref) (int, bool)
  ["syscall/js.copyBytesToGo", ({ view, values }, sp) => copy(view, sp + 40, view.slice(sp + 8), byteArray(values.load(view, sp + 32)))],

  // func copyBytesToJS(dst ref, src []byte) (int, bool)
  ["syscall/js.copyBytesToJS", ({ view, values }, sp) => copy(view, sp + 40, byteArray(values.load(view, sp + 8)), view.slice(sp + 16))],

  // A plain number instead of a stack pointer; only the runtime's own debugging uses it.
  ["debug", (h, value) => h.debug(value)],
];
