// The fs object of a Go guest: the part of Node's that Go's syscall package
// calls, on the kernel's system calls. Functions take a callback as their last
// argument, which gets null or an error, and the result.

import { text, utf8, Writer } from "../bytes.ts";
import { decodeDirEntries, decodeStat } from "../record.ts";
import { At, AT_CWD, Op, Open, type Reply, type Request } from "../syscall.ts";
import { Errno, nodeError } from "./gojs-errors.ts";
import type { Loop } from "./gojs-loop.ts";
import { bytesOf } from "./gojs-memory.ts";
import { modeConstants, statObject } from "./gojs-stat.ts";

/** The flags of open. The numbers are ours to choose; these are Linux's. */
export const O = {
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_CREAT: 0o100,
  O_EXCL: 0o200,
  O_TRUNC: 0o1000,
  O_APPEND: 0o2000,
  O_NONBLOCK: 0o4000,
  O_DIRECTORY: 0o200000,
} as const;

const ATTR = { mode: 1, size: 2, atime: 4, mtime: 8 } as const;

/** sys.InfoSeek: the fd has an offset. */
const INFO_SEEK = 1 << 9;

/** How much one read or write moves at most; both may be short. */
const CHUNK = 1 << 20;

/** How much of a directory is asked for at once. */
const DIR_CHUNK = 32 << 10;

type Callback = (error: Error | null, ...results: unknown[]) => void;

function openFlags(flags: number): number {
  const access = flags & O.O_RDWR ? Open.read | Open.write : flags & O.O_WRONLY ? Open.write : Open.read;
  const with_ = (flag: number, ours: number): number => (flags & flag ? ours : 0);
  return (
    access |
    with_(O.O_CREAT, Open.create) |
    with_(O.O_EXCL, Open.excl) |
    with_(O.O_TRUNC, Open.trunc) |
    with_(O.O_APPEND, Open.append) |
    with_(O.O_NONBLOCK, Open.nonblock) |
    with_(O.O_DIRECTORY, Open.directory)
  );
}

function setAttr(set: number, a: { mode?: number; size?: number; atime?: number; mtime?: number }): Uint8Array {
  const ns = (seconds = 0): bigint => BigInt(Math.round(seconds * 1e6)) * 1000n;
  return new Writer()
    .u32(set)
    .u32((a.mode ?? 0) & 0o7777)
    .u64(a.size ?? 0)
    .u64(ns(a.atime))
    .u64(ns(a.mtime))
    .done();
}

/** What a guest passed as a path, as a number, and as its callback. */
function pathOf(v: unknown): string {
  if (typeof v !== "string") throw new TypeError("the path must be a string");
  return v;
}

function numberOf(v: unknown): number {
  if (typeof v !== "number" || !Number.isFinite(v)) throw new TypeError("the argument must be a number");
  return Math.trunc(v);
}

function callbackOf(args: readonly unknown[]): Callback {
  const last = args[args.length - 1];
  if (typeof last !== "function") throw new TypeError("the last argument must be a callback");
  return last as Callback;
}

/**
 * Makes the fs object of a guest.
 *
 * @param fds what is open at the start: fd and sys.FDInfo
 * @param resolve makes a path that is relative to a working directory of the
 *   guest's own choice into one that the kernel understands
 */
export function makeFS(loop: Loop, fds: Iterable<readonly [number, number]>, resolve: (path: string) => string): object {
  const infos = new Map(fds);

  /** Does a call, and gives the callback what result makes of the reply. */
  const run = (name: string, args: readonly unknown[], request: Request, result: (r: Reply) => unknown[] = () => [], path?: string): void => {
    const done = callbackOf(args);
    loop.syscall(request, (reply) => {
      if (reply.errno) loop.callback(done, [nodeError(reply.errno, name, path)]);
      else loop.callback(done, [null, ...result(reply)]);
    });
  };

  /** A call on a path. */
  const onPath = (name: string, args: readonly unknown[], op: Op, a: Request["args"], data?: Uint8Array, result?: (r: Reply) => unknown[]): void => {
    const path = pathOf(args[0]);
    run(name, args, { op, args: a!, path: resolve(path), ...(data ? { data } : {}) }, result, path);
  };

  const onFD = (name: string, args: readonly unknown[], op: Op, data?: Uint8Array, result?: (r: Reply) => unknown[]): void =>
    run(name, args, { op, args: [numberOf(args[0])], ...(data ? { data } : {}) }, result);

  const stat = (r: Reply): unknown[] => [statObject(decodeStat(r.data))];

  /** The part of a guest's array that a read or a write is about. */
  const part = (args: readonly unknown[]): Uint8Array => {
    const all = bytesOf(args[1]);
    if (!all) throw new TypeError("the buffer must be a typed array");
    const offset = args[2] === undefined ? 0 : numberOf(args[2]);
    const length = args[3] === undefined ? all.length - offset : numberOf(args[3]);
    if (offset < 0 || length < 0 || offset + length > all.length) throw new RangeError("the offset is out of range");
    return all.subarray(offset, offset + Math.min(length, CHUNK));
  };

  /** The offset to read or write at; null on what has none, where Go's own Seek has "succeeded". */
  const position = (fd: number, v: unknown): number | null => {
    if (typeof v !== "number" && typeof v !== "bigint") return null;
    return (infos.get(fd) ?? 0) & INFO_SEEK ? Number(v) : null;
  };

  const readdir = (done: Callback, path: string): void => {
    const names: string[] = [];
    const fail = (errno: number): void => loop.callback(done, [nodeError(errno, "scandir", path)]);
    loop.syscall({ op: Op.open, args: [AT_CWD, Open.read | Open.directory], path: resolve(path) }, (opened) => {
      if (opened.errno) return fail(opened.errno);
      const fd = opened.vals[0];
      const close = (then: () => void): void => loop.syscall({ op: Op.close, args: [fd] }, then);
      const next = (cookie: bigint): void =>
        loop.syscall({ op: Op.readdir, args: [fd, cookie, DIR_CHUNK] }, (reply) => {
          if (reply.errno) return close(() => fail(reply.errno));
          const entries = decodeDirEntries(reply.data);
          for (const { name } of entries) if (name !== "." && name !== "..") names.push(name);
          const last = entries[entries.length - 1];
          if (last) next(last.cookie);
          else close(() => loop.callback(done, [null, names]));
        });
      next(0n);
    });
  };

  /** Refuses a negative length, which the kernel cannot see. */
  const negative = (name: string, args: readonly unknown[]): boolean => {
    if (numberOf(args[1]) >= 0) return false;
    loop.soon(callbackOf(args), [nodeError(Errno.EINVAL, name)]);
    return true;
  };

  /** Succeeds for what is there: nothing belongs to anybody else. */
  const chown = (name: string, args: readonly unknown[], flags: number): void =>
    onPath(name, args, Op.stat, [AT_CWD, 0, 0, flags]);

  return {
    constants: { ...O, ...modeConstants, F_OK: 0, X_OK: 1, W_OK: 2, R_OK: 4 },

    open: (...args: unknown[]): void => {
      const flags = openFlags(numberOf(args[1] ?? 0));
      const mode = typeof args[2] === "number" ? args[2] & 0o7777 : 0o666;
      onPath("open", args, Op.open, [AT_CWD, flags, mode], undefined, ({ vals: [fd, info] }) => {
        infos.set(fd, info);
        return [fd];
      });
    },
    close: (...args: unknown[]): void => {
      infos.delete(numberOf(args[0]));
      onFD("close", args, Op.close);
    },
    read: (...args: unknown[]): void => {
      const fd = numberOf(args[0]);
      const to = part(args);
      const at = position(fd, args[4]);
      const request: Request = at === null ? { op: Op.read, args: [fd, to.length] } : { op: Op.pread, args: [fd, to.length, at] };
      run("read", args, request, ({ data }) => {
        to.set(data.subarray(0, to.length));
        return [Math.min(data.length, to.length), args[1]];
      });
    },
    write: (...args: unknown[]): void => {
      const fd = numberOf(args[0]);
      const data = part(args);
      const at = position(fd, args[4]);
      if (loop.handling && at === null && infos.has(fd)) {
        loop.writeNow(fd, data);
        callbackOf(args)(null, data.length, args[1]);
        return;
      }
      const request: Request = at === null ? { op: Op.write, args: [fd], data } : { op: Op.pwrite, args: [fd, 0, at], data };
      run("write", args, request, ({ vals }) => [vals[0], args[1]]);
    },
    writeSync: (...args: unknown[]): number => {
      const data = part(args);
      loop.writeNow(numberOf(args[0]), data);
      return data.length;
    },

    stat: (...args: unknown[]): void => onPath("stat", args, Op.stat, [AT_CWD], undefined, stat),
    lstat: (...args: unknown[]): void => onPath("lstat", args, Op.stat, [AT_CWD, 0, 0, At.noFollow], undefined, stat),
    fstat: (...args: unknown[]): void => onFD("fstat", args, Op.fstat, undefined, stat),
    readdir: (...args: unknown[]): void => readdir(callbackOf(args), pathOf(args[0])),
    readlink: (...args: unknown[]): void => onPath("readlink", args, Op.readlink, [AT_CWD], undefined, (r) => [text(r.data)]),

    mkdir: (...args: unknown[]): void => {
      const mode = typeof args[1] === "number" ? args[1] & 0o7777 : 0o777;
      onPath("mkdir", args, Op.mkdir, [AT_CWD, 0, mode]);
    },
    rmdir: (...args: unknown[]): void => onPath("rmdir", args, Op.rmdir, [AT_CWD]),
    unlink: (...args: unknown[]): void => onPath("unlink", args, Op.unlink, [AT_CWD]),
    rename: (...args: unknown[]): void => onPath("rename", args, Op.rename, [AT_CWD, AT_CWD], utf8(resolve(pathOf(args[1])))),
    link: (...args: unknown[]): void => onPath("link", args, Op.link, [AT_CWD, AT_CWD], utf8(resolve(pathOf(args[1])))),
    symlink: (...args: unknown[]): void => {
      const path = pathOf(args[1]);
      run("symlink", args, { op: Op.symlink, args: [AT_CWD], path: resolve(path), data: utf8(pathOf(args[0])) }, undefined, path);
    },

    chmod: (...args: unknown[]): void => onPath("chmod", args, Op.setattr, [AT_CWD], setAttr(ATTR.mode, { mode: numberOf(args[1]) })),
    fchmod: (...args: unknown[]): void => onFD("fchmod", args, Op.fsetattr, setAttr(ATTR.mode, { mode: numberOf(args[1]) })),
    chown: (...args: unknown[]): void => chown("chown", args, 0),
    lchown: (...args: unknown[]): void => chown("lchown", args, At.noFollow),
    fchown: (...args: unknown[]): void => onFD("fchown", args, Op.fstat),
    utimes: (...args: unknown[]): void =>
      onPath("utimes", args, Op.setattr, [AT_CWD], setAttr(ATTR.atime | ATTR.mtime, { atime: Number(args[1]), mtime: Number(args[2]) })),
    truncate: (...args: unknown[]): void => {
      if (!negative("truncate", args)) onPath("truncate", args, Op.setattr, [AT_CWD], setAttr(ATTR.size, { size: numberOf(args[1]) }));
    },
    ftruncate: (...args: unknown[]): void => {
      if (!negative("ftruncate", args)) onFD("ftruncate", args, Op.fsetattr, setAttr(ATTR.size, { size: numberOf(args[1]) }));
    },
    fsync: (...args: unknown[]): void => onFD("fsync", args, Op.sync),
  };
}
