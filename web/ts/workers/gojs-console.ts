// The console of a Go guest: it writes to the guest's standard output and error.

import type { Loop } from "./gojs-loop.ts";
import { encode } from "./gojs-memory.ts";

/** A value as a console shows it. */
export function inspect(v: unknown, top = true): string {
  switch (typeof v) {
    case "string":
      return top ? v : JSON.stringify(v);
    case "function":
      return `[Function: ${v.name || "(anonymous)"}]`;
    case "bigint":
      return `${v}n`;
    case "object":
      break;
    default:
      return String(v);
  }
  if (v === null) return "null";
  if (v instanceof Error) return top ? `${v.name}: ${v.message}` : `[${v.name}: ${v.message}]`;
  if (v instanceof Date) return v.toISOString();
  if (!top) return Array.isArray(v) ? "[Array]" : "[Object]";
  if (Array.isArray(v) || ArrayBuffer.isView(v)) return `[ ${[...(v as unknown[])].slice(0, 100).map((x) => inspect(x, false)).join(", ")} ]`;
  const fields = Object.entries(v).slice(0, 100);
  return fields.length === 0 ? "{}" : `{ ${fields.map(([k, x]) => `${k}: ${inspect(x, false)}`).join(", ")} }`;
}

/** Makes the console object. */
export function makeConsole(loop: Loop): object {
  const to =
    (fd: number) =>
    (...args: unknown[]): void =>
      loop.writeNow(fd, encode(`${args.map((a) => inspect(a)).join(" ")}\n`));
  const out = to(1);
  const err = to(2);
  return {
    log: out,
    info: out,
    debug: out,
    dir: (v: unknown): void => out(v),
    warn: err,
    error: err,
    trace: err,
    assert: (ok: unknown, ...args: unknown[]): void => {
      if (!ok) err("assertion failed", ...args);
    },
  };
}
