// System calls as kernel/sys has them: their numbers and flags, and the wire
// form of a request and a reply. Numbers are the link's protocol and only grow.

import { utf8 } from "./bytes.ts";
import { HEADER_SIZE, Kind, putHeader } from "./frame.ts";

export const Op = {
  exit: 1,
  open: 2,
  close: 3,
  read: 4,
  write: 5,
  pread: 6,
  pwrite: 7,
  seek: 8,
  fstat: 9,
  stat: 10,
  fsetattr: 11,
  setattr: 12,
  allocate: 13,
  sync: 14,
  readdir: 15,
  mkdir: 16,
  rmdir: 17,
  unlink: 18,
  rename: 19,
  link: 20,
  symlink: 21,
  readlink: 22,
  dup: 23,
  renumber: 24,
  getfd: 25,
  setfd: 26,
  poll: 27,
  pipe: 28,
  pty: 29,
  ttyget: 30,
  ttyset: 31,
  chdir: 32,
  getcwd: 33,
  umask: 34,
  spawn: 35,
  wait: 36,
  kill: 37,
  getpid: 38,
  setpgid: 39,
  setsid: 40,
  mounts: 41,
  statfs: 42,
  ps: 43,
  mount: 44,
  unmount: 45,
  pipejoin: 46,
  pipereturn: 47,
  rest: 48,
  listen: 49,
  accept: 50,
  connect: 51,
  shutdown: 52,
  recv: 53,
  feed: 55,
} as const;
export type Op = (typeof Op)[keyof typeof Op];

/** A dirfd that stands for the working directory. */
export const AT_CWD = -1;

export const Open = {
  read: 1 << 0,
  write: 1 << 1,
  append: 1 << 2,
  create: 1 << 3,
  excl: 1 << 4,
  trunc: 1 << 5,
  directory: 1 << 6,
  nonblock: 1 << 7,
  cloexec: 1 << 11,
} as const;

export const At = { noFollow: 1 } as const;

export const FileType = { directory: 3, regular: 4, symlink: 7 } as const;

/** A write that has no answer. */
export const WRITE_BEHIND = 2;

/** What a fd is, as open tells: here, that what comes on it may be sent unasked. */
export const FDInfo = { fed: 1 << 12 } as const;

/** What the kernel says with what it sends unasked: more will come so, that was all, or the rest is to be read. */
export const Fed = { more: 0, over: 1, off: 2 } as const;

export const TTYChange = { mode: 1, size: 2, group: 4 } as const;

/** One system call. Missing arguments are zero. */
export interface Request {
  op: Op;
  args?: readonly (number | bigint)[];
  path?: string;
  data?: Uint8Array;
}

/** The end of a system call. data is a part of the message that it came in. */
export interface Reply {
  errno: number;
  /** Rounded above 2^53. */
  vals: [number, number, number];
  data: Uint8Array;
}

const REQUEST_HEAD = 52;
const REPLY_HEAD = 32;
const EMPTY = new Uint8Array(0);

/** The frame of a call; with the id 0 of one that has no answer. So many bytes of data come behind it. */
export function encodeRequest(lane: number, id: number, request: Request, behind = 0): Uint8Array {
  const path = utf8(request.path ?? "");
  const data = request.data ?? EMPTY;
  const payload = REQUEST_HEAD + path.length + data.length;
  const frame = new Uint8Array(HEADER_SIZE + payload);
  const view = new DataView(frame.buffer);
  putHeader(view, id === 0 ? Kind.notify : Kind.call, lane, id, request.op, payload + behind);
  request.args?.forEach((arg, i) => {
    const at = HEADER_SIZE + 8 * i;
    if (typeof arg === "bigint") {
      view.setBigUint64(at, BigInt.asUintN(64, arg), true);
    } else {
      view.setUint32(at, arg % 0x1_0000_0000, true); // ToUint32 makes negative ones right
      view.setUint32(at + 4, Math.floor(arg / 0x1_0000_0000), true);
    }
  });
  view.setUint32(HEADER_SIZE + 48, path.length, true);
  frame.set(path, HEADER_SIZE + REQUEST_HEAD);
  frame.set(data, HEADER_SIZE + REQUEST_HEAD + path.length);
  return frame;
}

/** Reads the payload of a Notify frame with Op.feed: the number of the feed, a Fed, and what came. */
export function decodeFeed(payload: Uint8Array): { id: number; how: number; data: Uint8Array } {
  if (payload.length < REQUEST_HEAD) throw new RangeError(`a request of ${payload.length} bytes`);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return { id: view.getUint32(0, true), how: view.getUint32(8, true), data: payload.subarray(REQUEST_HEAD) };
}

/** Reads the payload of a Result frame. */
export function decodeReply(payload: Uint8Array): Reply {
  if (payload.length < REPLY_HEAD) throw new RangeError(`a reply of ${payload.length} bytes`);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const val = (at: number) => view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);
  return {
    errno: view.getUint16(0, true),
    vals: [val(8), val(16), val(24)],
    data: payload.subarray(REPLY_HEAD),
  };
}
