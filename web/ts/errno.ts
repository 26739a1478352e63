// Error numbers by name and message, as kernel/errno/errno.go has them, and the
// error that a failed system call throws.

// The place in the list is the number; 0 is success.
const TABLE: readonly (readonly [name: string, text: string])[] = [
  ["OK", "success"],
  ["E2BIG", "argument list too long"],
  ["EACCES", "permission denied"],
  ["EADDRINUSE", "address in use"],
  ["EADDRNOTAVAIL", "address not available"],
  ["EAFNOSUPPORT", "address family not supported"],
  ["EAGAIN", "resource temporarily unavailable"],
  ["EALREADY", "connection already in progress"],
  ["EBADF", "bad file descriptor"],
  ["EBADMSG", "bad message"],
  ["EBUSY", "device or resource busy"],
  ["ECANCELED", "operation canceled"],
  ["ECHILD", "no child processes"],
  ["ECONNABORTED", "connection aborted"],
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "connection reset"],
  ["EDEADLK", "resource deadlock would occur"],
  ["EDESTADDRREQ", "destination address required"],
  ["EDOM", "argument out of domain of function"],
  ["EDQUOT", "disk quota exceeded"],
  ["EEXIST", "file exists"],
  ["EFAULT", "bad address"],
  ["EFBIG", "file too large"],
  ["EHOSTUNREACH", "host is unreachable"],
  ["EIDRM", "identifier removed"],
  ["EILSEQ", "illegal byte sequence"],
  ["EINPROGRESS", "operation in progress"],
  ["EINTR", "interrupted function call"],
  ["EINVAL", "invalid argument"],
  ["EIO", "input/output error"],
  ["EISCONN", "socket is connected"],
  ["EISDIR", "is a directory"],
  ["ELOOP", "too many levels of symbolic links"],
  ["EMFILE", "too many open files"],
  ["EMLINK", "too many links"],
  ["EMSGSIZE", "message too large"],
  ["EMULTIHOP", "multihop attempted"],
  ["ENAMETOOLONG", "file name too long"],
  ["ENETDOWN", "network is down"],
  ["ENETRESET", "connection aborted by network"],
  ["ENETUNREACH", "network unreachable"],
  ["ENFILE", "too many open files in system"],
  ["ENOBUFS", "no buffer space available"],
  ["ENODEV", "no such device"],
  ["ENOENT", "no such file or directory"],
  ["ENOEXEC", "exec format error"],
  ["ENOLCK", "no locks available"],
  ["ENOLINK", "link has been severed"],
  ["ENOMEM", "cannot allocate memory"],
  ["ENOMSG", "no message of the desired type"],
  ["ENOPROTOOPT", "protocol not available"],
  ["ENOSPC", "no space left on device"],
  ["ENOSYS", "function not implemented"],
  ["ENOTCONN", "socket is not connected"],
  ["ENOTDIR", "not a directory"],
  ["ENOTEMPTY", "directory not empty"],
  ["ENOTRECOVERABLE", "state not recoverable"],
  ["ENOTSOCK", "not a socket"],
  ["ENOTSUP", "operation not supported"],
  ["ENOTTY", "inappropriate I/O control operation"],
  ["ENXIO", "no such device or address"],
  ["EOVERFLOW", "value too large for data type"],
  ["EOWNERDEAD", "previous owner died"],
  ["EPERM", "operation not permitted"],
  ["EPIPE", "broken pipe"],
  ["EPROTO", "protocol error"],
  ["EPROTONOSUPPORT", "protocol not supported"],
  ["EPROTOTYPE", "protocol wrong type for socket"],
  ["ERANGE", "result too large"],
  ["EROFS", "read-only file system"],
  ["ESPIPE", "illegal seek"],
  ["ESRCH", "no such process"],
  ["ESTALE", "stale file handle"],
  ["ETIMEDOUT", "operation timed out"],
  ["ETXTBSY", "text file busy"],
  ["EXDEV", "invalid cross-device link"],
  ["ENOTCAPABLE", "capabilities insufficient"],
];

/** The number of an error by its name, such as "ENOENT"; 0 for no error's name. */
export function numberOf(name: string): number {
  return Math.max(0, TABLE.findIndex((row) => row[0] === name));
}

/** A system call that failed. code is POSIX's name of the error, such as "ENOENT". */
export class SystemError extends Error {
  override readonly name = "SystemError";
  readonly errno: number;
  readonly code: string;
  readonly syscall: string;
  readonly path: string | undefined;

  constructor(errno: number, syscall: string, path?: string) {
    const [code, text] = TABLE[errno] ?? [`E${errno}`, `error ${errno}`];
    super(path === undefined ? `${syscall}: ${text}` : `${syscall} ${path}: ${text}`);
    this.errno = errno;
    this.code = code;
    this.syscall = syscall;
    this.path = path;
  }
}

/** Reports whether a thrown value is the system error of that name. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof SystemError && error.code === code;
}
