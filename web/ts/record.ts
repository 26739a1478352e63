// The records that system calls send and answer, as kernel/sys/record.go has
// them.

import { Reader, text, Writer } from "./bytes.ts";
import type { Limit } from "./limits.ts";

/** What a file is like. */
export interface Stat {
  dev: number;
  ino: number;
  type: number;
  mode: number;
  nlink: number;
  size: number;
  /** Milliseconds since 1970, as Date takes them. */
  atimeMs: number;
  mtimeMs: number;
  ctimeMs: number;
  /** How many bytes of size take no room. */
  holes: number;
}

export function decodeStat(data: Uint8Array): Stat {
  const r = new Reader(data);
  const ms = () => Number(r.i64() / 1000n) / 1000;
  return {
    dev: r.u64(),
    ino: r.u64(),
    type: r.u32(),
    mode: r.u32(),
    nlink: r.u64(),
    size: r.u64(),
    atimeMs: ms(),
    mtimeMs: ms(),
    ctimeMs: ms(),
    holes: r.u64(),
  };
}

/** An entry of a directory. cookie names the place after it. */
export interface DirEntry {
  cookie: bigint;
  type: number;
  name: string;
}

export function decodeDirEntries(data: Uint8Array): DirEntry[] {
  const r = new Reader(data);
  const list: DirEntry[] = [];
  while (r.left > 0) {
    const cookie = r.i64();
    r.u64(); // the inode
    const type = r.u16();
    list.push({ cookie, type, name: text(r.raw(r.u16())) });
  }
  return list;
}

/** What poll tells of an fd. */
export const Poll = { in: 1, out: 2, hup: 4, err: 8, bad: 16 } as const;

/** Asks poll for one fd. */
export function encodePoll(fd: number, events: number): Uint8Array {
  return new Writer().u32(fd).u16(events).u16(0).u64(0n).done();
}

/** What is the case, of a poll for one fd. */
export function decodePoll(data: Uint8Array): number {
  const r = new Reader(data);
  r.u32();
  r.u16();
  return r.u16();
}

export const SpawnFlag = { setPGID: 1, setSID: 2, foreground: 4, setTTY: 8 } as const;

/** What spawn starts; fds are pairs of the caller's fd and the new process's. */
export interface SpawnAttr {
  path?: string;
  argv: readonly string[];
  env: readonly string[];
  cwd?: string;
  fds: readonly (readonly [number, number])[];
  engine?: string;
  flags?: number;
  pgid?: number;
  tty?: number;
  limits?: readonly Limit[];
}

export function encodeSpawnAttr(a: SpawnAttr): Uint8Array {
  const w = new Writer();
  w.str(a.path ?? "").strs(a.argv).strs(a.env).str(a.cwd ?? "").u32(a.fds.length);
  for (const [from, to] of a.fds) w.u32(from).u32(to);
  w.str(a.engine ?? "").u32(a.flags ?? 0).u32(a.pgid ?? 0).u32(a.tty ?? 0);
  w.u32(0); // no directories of its own
  w.u32(a.limits?.length ?? 0);
  for (const { kind, value } of a.limits ?? []) w.u32(kind).u64(value);
  w.u32(0); // no grants of its own
  return w.done();
}

/** How a process ended: an exit code or a signal's number. */
export interface WaitStatus {
  /** The shell's exit code: the program's own, or 128 plus the signal. */
  code: number;
  signal: number;
}

export function waitStatus(status: number): WaitStatus {
  const signal = (status >> 8) & 0xff;
  return { code: signal ? 128 + signal : status & 0xff, signal };
}
