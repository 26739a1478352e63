package shell

import (
	"errors"
	"io/fs"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// errClosed is the use of a file number that is not open.
var errClosed error = errno.EBADF

func isEINTR(err error) bool { return err != nil && errors.Is(err, errno.EINTR) }

// isAbort reports whether err ends the line it is on.
func isAbort(err error) bool {
	if _, ok := errors.AsType[*arithError](err); ok {
		return true
	}
	_, ok := errors.AsType[*varError](err)
	return ok
}

// message is err's text, with the path before the reason and without the name
// of the system call.
func message(err error) string {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Path + ": " + pe.Err.Error()
	}
	return err.Error()
}

// reason is err's text without a path.
func reason(err error) string {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}
