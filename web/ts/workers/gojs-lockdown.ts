// Takes from a process worker, before its first guest, what a Go guest could
// get out with. Such a guest holds JavaScript values and may read, write and call
// whatever they lead to, so every object that it can reach must be without authority:
//
//   - every function leads to Function by its constructor, and Function makes
//     code that sees the worker's global object. The four constructors of functions
//     are replaced by one that throws;
//   - the language's own objects are shared by all guests of a worker and by our
//     code, so they are frozen: no guest can change what the next one, or we, call;
//   - should a way to the worker's global object be left nevertheless, nothing there is
//     worth it: what is not on a short list is deleted.
//
// Nothing here makes code from text, so a page may forbid that ("unsafe-eval").

import { LANGUAGE } from "./gojs-global.ts";

/** What the worker's own Go runtime and engine go on using by its global name. */
const KEPT = ["WebAssembly", "console", "crypto", "performance", "setTimeout", "clearTimeout", "queueMicrotask", "fs", "process", "path", "Go", "globalThis", "undefined", "NaN", "Infinity"];

/** Thrown by what has been taken away. */
function forbidden(): never {
  throw new TypeError("code cannot be made from text here");
}

/** The prototypes of the four kinds of function. */
function functionPrototypes(): object[] {
  return [function () {}, async function () {}, function* () {}, async function* () {}].map((f) => Object.getPrototypeOf(f) as object);
}

/** Objects of the language that no global name leads to. */
function hidden(): object[] {
  const proto = (v: unknown): object => Object.getPrototypeOf(v) as object;
  const list: object[] = [
    ...functionPrototypes(),
    proto(Int8Array),
    proto([][Symbol.iterator]()),
    proto(new Map()[Symbol.iterator]()),
    proto(new Set()[Symbol.iterator]()),
    proto(""[Symbol.iterator]()),
    proto(/a/[Symbol.matchAll]("")),
    proto((function* () {})()),
    proto((async function* () {})()),
    (function () {
      return arguments;
    })(),
  ];
  if (typeof Intl === "object" && "Segmenter" in Intl) {
    const segments = new Intl.Segmenter().segment("a");
    list.push(proto(segments), proto(segments[Symbol.iterator]()));
  }
  return list;
}

/**
 * Properties that objects often have of their own though their prototype has them too.
 * Freezing alone would make an assignment to them fail.
 */
const OVERRIDDEN: readonly (readonly [string, readonly string[]])[] = [
  ["Object", ["constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf"]],
  ...["Error", "AggregateError", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError"].map(
    (name) => [name, ["constructor", "message", "name", "toString"]] as const,
  ),
];

/** Makes a property one that can be assigned to on objects that inherit it, and on them only. */
function allowOverride(prototype: object, name: string): void {
  const found = Object.getOwnPropertyDescriptor(prototype, name);
  if (!found || !("value" in found) || !found.configurable) return;
  const { value } = found as { value: unknown };
  Object.defineProperty(prototype, name, {
    enumerable: found.enumerable ?? false,
    configurable: false,
    get: () => value,
    set(this: unknown, v: unknown) {
      if (this === prototype || Object(this) !== this) throw new TypeError(`${name} cannot be changed`);
      const own = this as object;
      if (Object.hasOwn(own, name)) Reflect.set(own, name, v);
      else Object.defineProperty(own, name, { value: v, writable: true, enumerable: true, configurable: true });
    },
  });
}

/**
 * Freezes everything that roots lead to, by properties, accessors and prototypes.
 *
 * @throws if one of those that must not be reached is among it
 */
function freezeAll(roots: Iterable<unknown>, never: ReadonlySet<unknown>): void {
  const seen = new Set<object>();
  const queue: object[] = [];
  const visit = (v: unknown, from: string): void => {
    if (v === null || (typeof v !== "object" && typeof v !== "function") || seen.has(v)) return;
    if (never.has(v)) throw new Error(`lockdown: ${from} leads out`);
    seen.add(v);
    queue.push(v);
  };
  for (const root of roots) visit(root, "a root");
  for (let o = queue.pop(); o; o = queue.pop()) {
    Object.freeze(o);
    visit(Object.getPrototypeOf(o), "a prototype");
    for (const key of Reflect.ownKeys(o)) {
      const d = Object.getOwnPropertyDescriptor(o, key)!;
      visit(d.value, String(key));
      visit(d.get, String(key));
      visit(d.set, String(key));
    }
  }
}

/** Deletes what scope and its prototypes have, but for some names; returns what cannot be deleted. */
function strip(scope: object, keep: ReadonlySet<string>): string[] {
  const left: string[] = [];
  for (let o: object | null = scope; o && o !== Object.prototype; o = Object.getPrototypeOf(o) as object | null) {
    for (const key of Reflect.ownKeys(o)) {
      if (typeof key !== "string" || keep.has(key) || (o !== scope && key === "constructor")) continue;
      if (!Reflect.deleteProperty(o, key)) left.push(key);
    }
  }
  return left;
}

/**
 * Locks the worker down, once. What else the worker needs it has in variables of its
 * own by now; a handler that is assigned, as onmessage, stays.
 *
 * @param keep further global names that stay
 * @returns the names that should have gone and cannot be deleted
 * @throws if a guest could still get out: no guest must be run then
 */
export function lockdown(scope: typeof globalThis = globalThis, keep: readonly string[] = []): string[] {
  const constructors = functionPrototypes().map((p) => (p as { constructor: unknown }).constructor);

  const none = function () {
    forbidden();
  };
  Object.defineProperty(none, "name", { value: "Function" });
  Object.defineProperty(none, "prototype", { value: Function.prototype, writable: false }); // for instanceof
  for (const p of functionPrototypes()) Object.defineProperty(p, "constructor", { value: none, writable: false, configurable: false });

  // They tell of the last match, whoever made it.
  for (const name of ["input", "$_", "lastMatch", "$&", "lastParen", "$+", "leftContext", "$`", "rightContext", "$'", ..."123456789"].map((n) => (n >= "1" && n <= "9" ? `$${n}` : n))) {
    Reflect.deleteProperty(RegExp, name);
  }

  const names = scope as unknown as Record<string, unknown>;
  for (const [name, properties] of OVERRIDDEN) {
    const prototype = (names[name] as { prototype: object } | undefined)?.prototype;
    if (prototype) for (const property of properties) allowOverride(prototype, property);
  }

  const never = new Set<unknown>([scope, globalThis, ...constructors, names["eval"], names["EventTarget"], names["WebAssembly"]].filter((v) => v !== undefined));
  freezeAll([...LANGUAGE.map((name) => names[name]), ...hidden()], never);

  return strip(scope, new Set<string>([...LANGUAGE, ...KEPT, ...keep]));
}
