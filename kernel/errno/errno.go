// Package errno has the error numbers of the kernel. They are those of WASI
// preview 1 (wasi_snapshot_preview1, type errno), so that an ABI hands them to
// a guest as they are; their names and meanings are POSIX's.
//
// Only numbers, names and their mapping to Go's sentinel errors belong here.
package errno

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strconv"
)

// Errno is an error number of WASI preview 1. Zero is success and is never
// used as an error value.
type Errno uint16

// The error numbers.
const (
	E2BIG           Errno = 1  // argument list too long
	EACCES          Errno = 2  // permission denied
	EADDRINUSE      Errno = 3  // address in use
	EADDRNOTAVAIL   Errno = 4  // address not available
	EAFNOSUPPORT    Errno = 5  // address family not supported
	EAGAIN          Errno = 6  // resource temporarily unavailable
	EALREADY        Errno = 7  // connection already in progress
	EBADF           Errno = 8  // bad file descriptor
	EBADMSG         Errno = 9  // bad message
	EBUSY           Errno = 10 // device or resource busy
	ECANCELED       Errno = 11 // operation canceled
	ECHILD          Errno = 12 // no child processes
	ECONNABORTED    Errno = 13 // connection aborted
	ECONNREFUSED    Errno = 14 // connection refused
	ECONNRESET      Errno = 15 // connection reset
	EDEADLK         Errno = 16 // resource deadlock would occur
	EDESTADDRREQ    Errno = 17 // destination address required
	EDOM            Errno = 18 // argument out of domain of function
	EDQUOT          Errno = 19 // disk quota exceeded
	EEXIST          Errno = 20 // file exists
	EFAULT          Errno = 21 // bad address
	EFBIG           Errno = 22 // file too large
	EHOSTUNREACH    Errno = 23 // host is unreachable
	EIDRM           Errno = 24 // identifier removed
	EILSEQ          Errno = 25 // illegal byte sequence
	EINPROGRESS     Errno = 26 // operation in progress
	EINTR           Errno = 27 // interrupted function call
	EINVAL          Errno = 28 // invalid argument
	EIO             Errno = 29 // input/output error
	EISCONN         Errno = 30 // socket is connected
	EISDIR          Errno = 31 // is a directory
	ELOOP           Errno = 32 // too many levels of symbolic links
	EMFILE          Errno = 33 // too many open files
	EMLINK          Errno = 34 // too many links
	EMSGSIZE        Errno = 35 // message too large
	EMULTIHOP       Errno = 36 // multihop attempted
	ENAMETOOLONG    Errno = 37 // file name too long
	ENETDOWN        Errno = 38 // network is down
	ENETRESET       Errno = 39 // connection aborted by network
	ENETUNREACH     Errno = 40 // network unreachable
	ENFILE          Errno = 41 // too many open files in system
	ENOBUFS         Errno = 42 // no buffer space available
	ENODEV          Errno = 43 // no such device
	ENOENT          Errno = 44 // no such file or directory
	ENOEXEC         Errno = 45 // exec format error
	ENOLCK          Errno = 46 // no locks available
	ENOLINK         Errno = 47 // link has been severed
	ENOMEM          Errno = 48 // cannot allocate memory
	ENOMSG          Errno = 49 // no message of the desired type
	ENOPROTOOPT     Errno = 50 // protocol not available
	ENOSPC          Errno = 51 // no space left on device
	ENOSYS          Errno = 52 // function not implemented
	ENOTCONN        Errno = 53 // socket is not connected
	ENOTDIR         Errno = 54 // not a directory
	ENOTEMPTY       Errno = 55 // directory not empty
	ENOTRECOVERABLE Errno = 56 // state not recoverable
	ENOTSOCK        Errno = 57 // not a socket
	ENOTSUP         Errno = 58 // operation not supported
	ENOTTY          Errno = 59 // inappropriate I/O control operation
	ENXIO           Errno = 60 // no such device or address
	EOVERFLOW       Errno = 61 // value too large for data type
	EOWNERDEAD      Errno = 62 // previous owner died
	EPERM           Errno = 63 // operation not permitted
	EPIPE           Errno = 64 // broken pipe
	EPROTO          Errno = 65 // protocol error
	EPROTONOSUPPORT Errno = 66 // protocol not supported
	EPROTOTYPE      Errno = 67 // protocol wrong type for socket
	ERANGE          Errno = 68 // result too large
	EROFS           Errno = 69 // read-only file system
	ESPIPE          Errno = 70 // illegal seek
	ESRCH           Errno = 71 // no such process
	ESTALE          Errno = 72 // stale file handle
	ETIMEDOUT       Errno = 73 // operation timed out
	ETXTBSY         Errno = 74 // text file busy
	EXDEV           Errno = 75 // invalid cross-device link
	ENOTCAPABLE     Errno = 76 // capabilities insufficient
)

var table = [...]struct{ name, text string }{
	E2BIG:           {"E2BIG", "argument list too long"},
	EACCES:          {"EACCES", "permission denied"},
	EADDRINUSE:      {"EADDRINUSE", "address in use"},
	EADDRNOTAVAIL:   {"EADDRNOTAVAIL", "address not available"},
	EAFNOSUPPORT:    {"EAFNOSUPPORT", "address family not supported"},
	EAGAIN:          {"EAGAIN", "resource temporarily unavailable"},
	EALREADY:        {"EALREADY", "connection already in progress"},
	EBADF:           {"EBADF", "bad file descriptor"},
	EBADMSG:         {"EBADMSG", "bad message"},
	EBUSY:           {"EBUSY", "device or resource busy"},
	ECANCELED:       {"ECANCELED", "operation canceled"},
	ECHILD:          {"ECHILD", "no child processes"},
	ECONNABORTED:    {"ECONNABORTED", "connection aborted"},
	ECONNREFUSED:    {"ECONNREFUSED", "connection refused"},
	ECONNRESET:      {"ECONNRESET", "connection reset"},
	EDEADLK:         {"EDEADLK", "resource deadlock would occur"},
	EDESTADDRREQ:    {"EDESTADDRREQ", "destination address required"},
	EDOM:            {"EDOM", "argument out of domain of function"},
	EDQUOT:          {"EDQUOT", "disk quota exceeded"},
	EEXIST:          {"EEXIST", "file exists"},
	EFAULT:          {"EFAULT", "bad address"},
	EFBIG:           {"EFBIG", "file too large"},
	EHOSTUNREACH:    {"EHOSTUNREACH", "host is unreachable"},
	EIDRM:           {"EIDRM", "identifier removed"},
	EILSEQ:          {"EILSEQ", "illegal byte sequence"},
	EINPROGRESS:     {"EINPROGRESS", "operation in progress"},
	EINTR:           {"EINTR", "interrupted function call"},
	EINVAL:          {"EINVAL", "invalid argument"},
	EIO:             {"EIO", "input/output error"},
	EISCONN:         {"EISCONN", "socket is connected"},
	EISDIR:          {"EISDIR", "is a directory"},
	ELOOP:           {"ELOOP", "too many levels of symbolic links"},
	EMFILE:          {"EMFILE", "too many open files"},
	EMLINK:          {"EMLINK", "too many links"},
	EMSGSIZE:        {"EMSGSIZE", "message too large"},
	EMULTIHOP:       {"EMULTIHOP", "multihop attempted"},
	ENAMETOOLONG:    {"ENAMETOOLONG", "file name too long"},
	ENETDOWN:        {"ENETDOWN", "network is down"},
	ENETRESET:       {"ENETRESET", "connection aborted by network"},
	ENETUNREACH:     {"ENETUNREACH", "network unreachable"},
	ENFILE:          {"ENFILE", "too many open files in system"},
	ENOBUFS:         {"ENOBUFS", "no buffer space available"},
	ENODEV:          {"ENODEV", "no such device"},
	ENOENT:          {"ENOENT", "no such file or directory"},
	ENOEXEC:         {"ENOEXEC", "exec format error"},
	ENOLCK:          {"ENOLCK", "no locks available"},
	ENOLINK:         {"ENOLINK", "link has been severed"},
	ENOMEM:          {"ENOMEM", "cannot allocate memory"},
	ENOMSG:          {"ENOMSG", "no message of the desired type"},
	ENOPROTOOPT:     {"ENOPROTOOPT", "protocol not available"},
	ENOSPC:          {"ENOSPC", "no space left on device"},
	ENOSYS:          {"ENOSYS", "function not implemented"},
	ENOTCONN:        {"ENOTCONN", "socket is not connected"},
	ENOTDIR:         {"ENOTDIR", "not a directory"},
	ENOTEMPTY:       {"ENOTEMPTY", "directory not empty"},
	ENOTRECOVERABLE: {"ENOTRECOVERABLE", "state not recoverable"},
	ENOTSOCK:        {"ENOTSOCK", "not a socket"},
	ENOTSUP:         {"ENOTSUP", "operation not supported"},
	ENOTTY:          {"ENOTTY", "inappropriate I/O control operation"},
	ENXIO:           {"ENXIO", "no such device or address"},
	EOVERFLOW:       {"EOVERFLOW", "value too large for data type"},
	EOWNERDEAD:      {"EOWNERDEAD", "previous owner died"},
	EPERM:           {"EPERM", "operation not permitted"},
	EPIPE:           {"EPIPE", "broken pipe"},
	EPROTO:          {"EPROTO", "protocol error"},
	EPROTONOSUPPORT: {"EPROTONOSUPPORT", "protocol not supported"},
	EPROTOTYPE:      {"EPROTOTYPE", "protocol wrong type for socket"},
	ERANGE:          {"ERANGE", "result too large"},
	EROFS:           {"EROFS", "read-only file system"},
	ESPIPE:          {"ESPIPE", "illegal seek"},
	ESRCH:           {"ESRCH", "no such process"},
	ESTALE:          {"ESTALE", "stale file handle"},
	ETIMEDOUT:       {"ETIMEDOUT", "operation timed out"},
	ETXTBSY:         {"ETXTBSY", "text file busy"},
	EXDEV:           {"EXDEV", "invalid cross-device link"},
	ENOTCAPABLE:     {"ENOTCAPABLE", "capabilities insufficient"},
}

// Error is the message that strerror gives, in lower case.
func (e Errno) Error() string {
	if int(e) < len(table) && table[e].text != "" {
		return table[e].text
	}
	return "error " + strconv.Itoa(int(e))
}

// Name is the number's POSIX name, such as "ENOENT".
func (e Errno) Name() string {
	if int(e) < len(table) && table[e].name != "" {
		return table[e].name
	}
	return "E" + strconv.Itoa(int(e))
}

// WASI is the number, by which package bus knows one: it crosses links with an error.
func (e Errno) WASI() uint16 { return uint16(e) }

// Is maps the number to the sentinels of io/fs, os and context, for errors.Is.
func (e Errno) Is(target error) bool {
	switch target {
	case fs.ErrNotExist:
		return e == ENOENT
	case fs.ErrExist:
		return e == EEXIST || e == ENOTEMPTY
	case fs.ErrPermission:
		return e == EACCES || e == EPERM || e == ENOTCAPABLE
	case fs.ErrInvalid:
		return e == EINVAL
	case os.ErrDeadlineExceeded, context.DeadlineExceeded:
		return e == ETIMEDOUT
	case context.Canceled:
		return e == ECANCELED
	case errors.ErrUnsupported:
		return e == ENOSYS || e == ENOTSUP
	}
	return false
}

// Of finds the number that stands for err: zero for nil, the Errno that err
// wraps, the number of a known sentinel, and EIO for all else.
func Of(err error) Errno {
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[Errno](err); ok {
		return e
	}
	for _, m := range [...]struct {
		sentinel error
		number   Errno
	}{
		{fs.ErrNotExist, ENOENT},
		{fs.ErrExist, EEXIST},
		{fs.ErrPermission, EACCES},
		{fs.ErrInvalid, EINVAL},
		{fs.ErrClosed, EBADF},
		{context.DeadlineExceeded, ETIMEDOUT},
		{context.Canceled, ECANCELED},
		{errors.ErrUnsupported, ENOTSUP},
	} {
		if errors.Is(err, m.sentinel) {
			return m.number
		}
	}
	return EIO
}

// Err is e as an error, nil for success.
func (e Errno) Err() error {
	if e == 0 {
		return nil
	}
	return e
}
