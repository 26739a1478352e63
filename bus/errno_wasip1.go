package bus

import (
	"errors"
	"syscall"
)

// systemErrno finds the system's error number in err, which on wasip1 is WASI's.
func systemErrno(err error) (uint16, bool) {
	if e, ok := errors.AsType[syscall.Errno](err); ok && e != 0 {
		return uint16(e), true
	}
	return 0, false
}
