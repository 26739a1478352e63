//go:build linux || darwin

package disk

import (
	"errors"
	"os"
	"syscall"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// lock makes file this program's alone until it is closed: EBUSY if it is another's.
func lock(file *os.File) error {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errno.EBUSY
	}
	return number(err)
}

// room is how many bytes are free on file's disk.
func room(file *os.File) uint64 {
	var st syscall.Statfs_t
	if syscall.Fstatfs(int(file.Fd()), &st) != nil {
		return 0
	}
	return st.Bavail * uint64(st.Bsize)
}

// number is the kernel's error for one of the host's.
func number(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC):
		return errno.ENOSPC
	case errors.Is(err, syscall.EDQUOT):
		return errno.EDQUOT
	case errors.Is(err, syscall.EFBIG):
		return errno.EFBIG
	case errors.Is(err, syscall.EISDIR):
		return errno.EISDIR
	case errors.Is(err, syscall.ENOTDIR):
		return errno.ENOTDIR
	}
	return errno.Of(err)
}
