// What stat answers, as Go and Node's users read it.

import type { Stat } from "../record.ts";

/** The type bits of a mode, by kernel/sys's file types. */
const S_IF: Readonly<Record<number, number>> = {
  1: 0o060000, // block device
  2: 0o020000, // character device
  3: 0o040000, // directory
  4: 0o100000, // regular file
  5: 0o140000, // sockets
  6: 0o140000,
  7: 0o120000, // symbolic link
  8: 0o010000, // FIFO
};
const S_IFMT = 0o170000;

/** The user and the group that all files belong to, and all guests are. */
export const ID = 1000;

/** What fs.constants has of file modes. */
export const modeConstants = {
  S_IFMT,
  S_IFREG: 0o100000,
  S_IFDIR: 0o040000,
  S_IFCHR: 0o020000,
  S_IFBLK: 0o060000,
  S_IFIFO: 0o010000,
  S_IFLNK: 0o120000,
  S_IFSOCK: 0o140000,
};

/** The object that stat, lstat and fstat give to a guest. */
export function statObject(s: Stat): object {
  const type = S_IF[s.type] ?? 0;
  const is = (bits: number) => () => type === bits;
  return {
    dev: s.dev,
    ino: s.ino,
    mode: type | s.mode,
    nlink: s.nlink,
    uid: ID,
    gid: ID,
    rdev: 0,
    size: s.size,
    blksize: 4096,
    blocks: Math.ceil((s.size - s.holes) / 512),
    atimeMs: s.atimeMs,
    mtimeMs: s.mtimeMs,
    ctimeMs: s.ctimeMs,
    birthtimeMs: s.ctimeMs,
    isFile: is(0o100000),
    isDirectory: is(0o040000),
    isSymbolicLink: is(0o120000),
    isFIFO: is(0o010000),
    isSocket: is(0o140000),
    isCharacterDevice: is(0o020000),
    isBlockDevice: is(0o060000),
  };
}
