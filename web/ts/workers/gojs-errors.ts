// Errors as Go's file system calls expect them from JavaScript: an Error with
// POSIX's name of the error as code. Go panics on a code that it does not know.

import { SystemError } from "../errno.ts";

/** Codes of ours that Go does not know, and what it is told instead. */
const UNKNOWN: Readonly<Record<string, string>> = {
  ENOTCAPABLE: "EACCES",
  ENOTRECOVERABLE: "EIO",
  EOWNERDEAD: "EIO",
  ETXTBSY: "EBUSY",
};

/** The numbers that this side uses itself. */
export const Errno = { EBADF: 8, EINVAL: 28, EIO: 29, ENOENT: 44, ENOTDIR: 54 } as const;

/** The error of a failed call. */
export function nodeError(errno: number, syscall: string, path?: string): Error {
  const { code, message } = new SystemError(errno, syscall, path);
  const known = Object.hasOwn(UNKNOWN, code) ? UNKNOWN[code]! : code;
  return Object.assign(new Error(`${known}: ${message}`), { code: known, errno: -errno, syscall }, path === undefined ? {} : { path });
}
