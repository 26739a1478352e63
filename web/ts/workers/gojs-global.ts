// The global object that a Go guest sees as js.Global(): an object of our own
// with the language's own parts and what Go's packages use. The language's parts
// are the worker's, frozen by gojs-lockdown.ts; nothing here leads to the network,
// to storage, to another worker or to the worker's own global object.

import { makeConsole } from "./gojs-console.ts";
import { makeFS } from "./gojs-fs.ts";
import type { Loop } from "./gojs-loop.ts";
import { bytesOf } from "./gojs-memory.ts";
import { type GoStart, makePath, makeProcess, WorkingDirectory } from "./gojs-process.ts";
import type { Timers } from "./gojs-timers.ts";

/**
 * The names that a guest gets as they are. They hold no authority: what they
 * can reach is only each other. EventTarget and all that inherits from it is
 * absent for a reason: its methods, called on undefined, act on the worker.
 */
export const LANGUAGE = [
  "AggregateError",
  "Array",
  "ArrayBuffer",
  "BigInt",
  "BigInt64Array",
  "BigUint64Array",
  "Boolean",
  "DataView",
  "Date",
  "Error",
  "EvalError",
  "Float32Array",
  "Float64Array",
  "Int16Array",
  "Int32Array",
  "Int8Array",
  "Intl",
  "Iterator",
  "JSON",
  "Map",
  "Math",
  "Number",
  "Object",
  "Promise",
  "RangeError",
  "ReferenceError",
  "Reflect",
  "RegExp",
  "Set",
  "String",
  "Symbol",
  "SyntaxError",
  "TextDecoder",
  "TextEncoder",
  "TypeError",
  "URIError",
  "Uint16Array",
  "Uint32Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "WeakMap",
  "WeakSet",
  "decodeURI",
  "decodeURIComponent",
  "encodeURI",
  "encodeURIComponent",
  "isFinite",
  "isNaN",
  "parseFloat",
  "parseInt",
] as const;

const language = new Map<string, unknown>();
for (const name of LANGUAGE) if (name in globalThis) language.set(name, (globalThis as Record<string, unknown>)[name]);

const now = performance.now.bind(performance);
const timeOrigin = performance.timeOrigin;

function functionOf(v: unknown): Function {
  if (typeof v !== "function") throw new TypeError("the callback must be a function");
  return v;
}

/** Makes the global object of one guest. All that is not the language's is made anew for it. */
export function makeGlobal(loop: Loop, timers: Timers, start: GoStart): object {
  const cwd = new WorkingDirectory(start.cwd);
  const global: Record<string, unknown> = {};
  for (const [name, value] of language) global[name] = value;

  const timeout = (fn: unknown, delay: unknown, ...args: unknown[]): number => {
    const callback = functionOf(fn);
    return timers.set(Number(delay), (id) => {
      timers.clear(id);
      loop.callback(callback, args);
    });
  };
  const interval = (fn: unknown, delay: unknown, ...args: unknown[]): number => {
    const callback = functionOf(fn);
    const ms = Number(delay);
    return timers.set(ms, function fire(id) {
      timers.again(id, ms, fire);
      loop.callback(callback, args);
    });
  };
  const clear = (id: unknown): void => timers.clear(Number(id));

  Object.assign(global, {
    Infinity,
    NaN,
    globalThis: global,
    fs: makeFS(loop, start.fds, (path) => cwd.resolve(path)),
    process: makeProcess(loop, start, cwd),
    path: makePath(cwd),
    console: makeConsole(loop),
    performance: { now: () => now(), timeOrigin },
    crypto: {
      getRandomValues: (array: unknown): unknown => {
        const bytes = bytesOf(array);
        if (!bytes) throw new TypeError("the argument must be a typed array");
        loop.random(bytes);
        return array;
      },
    },
    setTimeout: timeout,
    setInterval: interval,
    clearTimeout: clear,
    clearInterval: clear,
    queueMicrotask: (fn: unknown): void => loop.soon(functionOf(fn), []),
  });
  return global;
}
