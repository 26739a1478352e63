//go:build unix

package hostfs

import (
	"errors"
	"strings"
	"syscall"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

var numbers = map[syscall.Errno]errno.Errno{
	syscall.E2BIG: errno.E2BIG, syscall.EACCES: errno.EACCES, syscall.EAGAIN: errno.EAGAIN,
	syscall.EBADF: errno.EBADF, syscall.EBUSY: errno.EBUSY, syscall.EDQUOT: errno.EDQUOT,
	syscall.EEXIST: errno.EEXIST, syscall.EFAULT: errno.EFAULT, syscall.EFBIG: errno.EFBIG,
	syscall.EINTR: errno.EINTR, syscall.EINVAL: errno.EINVAL, syscall.EIO: errno.EIO,
	syscall.EISDIR: errno.EISDIR, syscall.ELOOP: errno.ELOOP, syscall.EMFILE: errno.EMFILE,
	syscall.EMLINK: errno.EMLINK, syscall.ENAMETOOLONG: errno.ENAMETOOLONG, syscall.ENFILE: errno.ENFILE,
	syscall.ENODEV: errno.ENODEV, syscall.ENOENT: errno.ENOENT, syscall.ENOMEM: errno.ENOMEM,
	syscall.ENOSPC: errno.ENOSPC, syscall.ENOTDIR: errno.ENOTDIR, syscall.ENOTEMPTY: errno.ENOTEMPTY,
	syscall.ENOTSUP: errno.ENOTSUP, syscall.ENXIO: errno.ENXIO, syscall.EOVERFLOW: errno.EOVERFLOW,
	syscall.EPERM: errno.EPERM, syscall.EROFS: errno.EROFS, syscall.ESPIPE: errno.ESPIPE,
	syscall.ESTALE: errno.ESTALE, syscall.ETXTBSY: errno.ETXTBSY, syscall.EXDEV: errno.EXDEV,
}

// number is the kernel's error for one of the host's.
func number(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[syscall.Errno](err); ok {
		if n, ok := numbers[e]; ok {
			return n
		}
		return errno.EIO
	}
	if strings.Contains(err.Error(), "path escapes") { // os.Root's, which has no name
		return errno.ENOTCAPABLE
	}
	return errno.Of(err)
}
