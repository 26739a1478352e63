// Arguments and environment of a Go guest. They lie between address 4096 and
// 12288, where the linker lets the program's data begin: each text ends in a
// zero and is filled up to eight bytes, and after the last one stand the addresses, of the
// arguments, zero, of the environment, zero.

import { encode, type View } from "./gojs-memory.ts";

const FIRST = 4096;
const LIMIT = FIRST + 8192;

/** Where the guest's run function finds its arguments. */
export interface ArgBlock {
  argc: number;
  argv: number;
}

const room = (bytes: Uint8Array): number => ((bytes.length + 8) & ~7) + 8;

/**
 * Writes arguments and environment. The largest variables are left out if not all
 * fit; arguments never are: undefined says that they do not fit.
 */
export function putArgs(view: View, argv: readonly string[], env: readonly string[]): ArgBlock | undefined {
  const args = argv.map(encode);
  // Sorted, as programs built for a browser have always met them.
  let vars = [...env].sort().map(encode);
  let size = 16;
  for (const a of args) size += room(a);
  if (FIRST + size > LIMIT) return undefined;
  for (const v of vars) size += room(v);
  if (FIRST + size > LIMIT) {
    const largest = new Set<Uint8Array>();
    for (const v of [...vars].sort((a, b) => b.length - a.length)) {
      if (FIRST + size <= LIMIT) break;
      largest.add(v);
      size -= room(v);
    }
    vars = vars.filter((v) => !largest.has(v));
  }

  let at = FIRST;
  const put = (bytes: Uint8Array): number => {
    const start = at;
    const end = (at + bytes.length + 8) & ~7;
    const to = view.bytes(start, end - start);
    to.fill(0);
    to.set(bytes);
    at = end;
    return start;
  };
  const pointers = [...args.map(put), 0, ...vars.map(put), 0];
  const block = { argc: args.length, argv: at };
  for (const p of pointers) {
    view.setUint32(at, p);
    view.setUint32(at + 4, 0);
    at += 8;
  }
  return block;
}
