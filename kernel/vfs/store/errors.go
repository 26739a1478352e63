package store

import "github.com/bushel-wasm/bushel/kernel/errno"

// The reasons for which [Open] refuses a device; it then has written nothing to it.
var (
	// ErrNewer is a store that a newer version of the project has written.
	ErrNewer error = errno.Faultf(errno.ENOTSUP, "the store was written by a newer version: use that version, or another name")
	// ErrForeign is a device with other contents than a store.
	ErrForeign error = errno.Faultf(errno.EINVAL, "there is something else than a store")
	// ErrDamaged is a store that does not check. What wraps it says where.
	ErrDamaged error = errno.Faultf(errno.EIO, "the store is damaged")
)

// errLost is the end of a read of what a damaged store has lost of a file.
var errLost = errno.Faultf(errno.EIO, "this part of the file was lost when its store was damaged")
