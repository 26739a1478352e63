package hackfs

import (
	"io/fs"
	"syscall"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// hostError lets an errno also be found as the operating system's number, which
// is what hackpadfs compares with.
type hostError struct{ errno.Errno }

// Unwrap is the errno.
func (e hostError) Unwrap() error { return e.Errno }

var hostNumbers = map[errno.Errno]syscall.Errno{
	errno.EBADF: syscall.EBADF, errno.EEXIST: syscall.EEXIST, errno.EINVAL: syscall.EINVAL,
	errno.EISDIR: syscall.EISDIR, errno.ENOENT: syscall.ENOENT, errno.ENOSYS: syscall.ENOSYS,
	errno.ENOTDIR: syscall.ENOTDIR, errno.ENOTEMPTY: syscall.ENOTEMPTY, errno.EPERM: syscall.EPERM,
}

// Is reports whether target is the same number of the operating system's, or a
// sentinel for it.
func (e hostError) Is(target error) bool {
	if n, ok := target.(syscall.Errno); ok {
		return hostNumbers[e.Errno] == n
	}
	return e.Errno.Is(target)
}

// pathError is err as io/fs wants it, nil if err is nil.
func pathError(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: path, Err: hostErr(err)}
}

func hostErr(err error) error {
	if err == fs.ErrClosed {
		return err
	}
	return hostError{errno.Of(err)}
}
