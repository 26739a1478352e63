package bus

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
)

// Error is a failure that crosses a link. An Error matches, for errors.Is, its [Code],
// its [Crate] number's and errno's own errors, and the sentinels of the standard
// library that mean the same, on both sides of a link.
type Error struct {
	Code    Code
	Crate   Crate  // the crate's number; 0 stands for that of the code
	Errno   uint16 // WASI preview 1's number, 0 if there is none
	Message string // one clear sentence, lower case
	// Details are a value in Format that tells more to programs.
	Format  Format
	Details []byte

	sentinel sentinel
}

// NewError is an error of code that says message.
func NewError(code Code, message string) *Error { return &Error{Code: code, Message: message} }

// Error is the message, or what the code says if there is none.
func (e *Error) Error() string {
	if e.Message == "" {
		return e.Code.String()
	}
	return e.Message
}

// sentinel is the number of an error of the standard library that no code stands for.
type sentinel uint8

// sentinels are those errors by their number on the wire.
var sentinels = [...]error{1: io.EOF, 2: io.ErrUnexpectedEOF, 3: io.ErrClosedPipe, 4: fs.ErrClosed}

// numbered is what error numbers of WASI are on either side: those of the kernel and,
// in a guest, the syscall package's.
type numbered interface {
	error
	WASI() uint16
}

// Is makes errors.Is hold across a link.
func (e *Error) Is(target error) bool {
	switch t := target.(type) {
	case Code:
		return e.Code == t
	case numbered:
		return e.Errno != 0 && e.Errno == t.WASI()
	}
	if n, ok := systemErrno(target); ok {
		return e.Errno == n
	}
	switch target {
	case context.Canceled:
		return e.Code == CodeCanceled
	case context.DeadlineExceeded, os.ErrDeadlineExceeded:
		return e.Code == CodeDeadlineExceeded
	case fs.ErrNotExist:
		return e.Code == CodeNotFound
	case fs.ErrExist:
		return e.Code == CodeAlreadyExists
	case fs.ErrPermission:
		return e.Code == CodePermissionDenied
	case fs.ErrInvalid:
		return e.Code == CodeInvalidArgument
	case errors.ErrUnsupported:
		return e.Code == CodeUnimplemented
	}
	return e.sentinel != 0 && int(e.sentinel) < len(sentinels) && target == sentinels[e.sentinel]
}

// standard says which codes stand for which errors of the standard library.
var standard = [...]struct {
	err  error
	code Code
}{
	{context.Canceled, CodeCanceled},
	{context.DeadlineExceeded, CodeDeadlineExceeded},
	{os.ErrDeadlineExceeded, CodeDeadlineExceeded},
	{fs.ErrNotExist, CodeNotFound},
	{fs.ErrExist, CodeAlreadyExists},
	{fs.ErrPermission, CodePermissionDenied},
	{fs.ErrInvalid, CodeInvalidArgument},
	{errors.ErrUnsupported, CodeUnimplemented},
}

// ErrorOf is err as it crosses a link: the [Error] that it is or wraps, with the text
// of the whole, or a new one whose code is that of the sentinel or number in it. It is
// nil for nil.
func ErrorOf(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := err.(*Error); ok {
		return e
	}
	if e, ok := errors.AsType[*Error](err); ok {
		outer := *e
		outer.Message = err.Error()
		return &outer
	}
	e := &Error{Code: CodeUnknown, Message: err.Error()}
	if code, ok := errors.AsType[Code](err); ok {
		e.Code = code
		return e
	}
	if n, ok := errors.AsType[numbered](err); ok {
		e.Errno = n.WASI()
	} else if n, ok := systemErrno(err); ok {
		e.Errno = n
	}
	for _, s := range standard {
		if errors.Is(err, s.err) {
			e.Code = s.code
			return e
		}
	}
	if e.Errno != 0 {
		e.Code = codeOfErrno(e.Errno)
	}
	for i, s := range sentinels {
		if s != nil && errors.Is(err, s) {
			e.sentinel = sentinel(i)
			e.Code = CodeOutOfRange
			break
		}
	}
	return e
}

// CodeOf is the code of err, 0 for nil.
func CodeOf(err error) Code {
	if err == nil {
		return 0
	}
	return ErrorOf(err).Code
}

// CrateNumber is the number that a guest of the wasmer_bus crate is told.
func (e *Error) CrateNumber() Crate {
	if e.Crate != 0 {
		return e.Crate
	}
	return e.Code.Crate()
}

// CrateError is the error that a guest of the wasmer_bus crate means by number n.
func CrateError(n Crate, message string) *Error {
	return &Error{Code: n.Code(), Crate: n, Message: message}
}

// codeOfErrno is the code for a number of WASI preview 1.
func codeOfErrno(n uint16) Code {
	switch n {
	case 2, 63, 76, 69: // EACCES EPERM ENOTCAPABLE EROFS
		return CodePermissionDenied
	case 44, 43, 71: // ENOENT ENODEV ESRCH
		return CodeNotFound
	case 20, 3: // EEXIST EADDRINUSE
		return CodeAlreadyExists
	case 28, 35, 37, 25: // EINVAL EMSGSIZE ENAMETOOLONG EILSEQ
		return CodeInvalidArgument
	case 73: // ETIMEDOUT
		return CodeDeadlineExceeded
	case 11, 27: // ECANCELED EINTR
		return CodeCanceled
	case 6, 14, 23, 38, 40, 64, 15, 53: // EAGAIN ECONNREFUSED EHOSTUNREACH ENETDOWN ENETUNREACH EPIPE ECONNRESET ENOTCONN
		return CodeUnavailable
	case 13: // ECONNABORTED
		return CodeAborted
	case 33, 41, 42, 48, 51, 19, 22: // EMFILE ENFILE ENOBUFS ENOMEM ENOSPC EDQUOT EFBIG
		return CodeResourceExhausted
	case 52, 58: // ENOSYS ENOTSUP
		return CodeUnimplemented
	case 8, 54, 55, 31, 10: // EBADF ENOTDIR ENOTEMPTY EISDIR EBUSY
		return CodeFailedPrecondition
	case 68, 61, 70: // ERANGE EOVERFLOW ESPIPE
		return CodeOutOfRange
	case 29: // EIO
		return CodeDataLoss
	}
	return CodeUnknown
}
