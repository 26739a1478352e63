package store

import "github.com/bushel-wasm/bushel/kernel/errno"

// refusal is why a store is not opened. It is also an errno.
type refusal struct {
	text  string
	errno errno.Errno
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.errno }

// The reasons for which [Open] refuses a device; it then has written nothing to it.
var (
	// ErrNewer is a store that a newer version of the project has written.
	ErrNewer error = &refusal{"the store was written by a newer version: use that version, or another name", errno.ENOTSUP}
	// ErrForeign is a device with other contents than a store.
	ErrForeign error = &refusal{"there is something else than a store", errno.EINVAL}
	// ErrDamaged is a store that does not check. What wraps it says where.
	ErrDamaged error = &refusal{"the store is damaged", errno.EIO}
)
