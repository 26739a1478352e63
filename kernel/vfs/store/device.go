package store

// Device is where a store keeps its bytes: like a file that nobody else has
// open. [FS] calls it from one goroutine at a time, but for Sync and Settle, which may
// run beside all others. Errors are, or wrap, an errno.Errno: ENOSPC or EDQUOT if it
// cannot grow, EIO for all else.
type Device interface {
	// ReadAt reads all of p, which lies within the size.
	ReadAt(p []byte, off int64) error
	// WriteAt writes all of p, which lies within the size. A write that fails may have
	// been done in part.
	WriteAt(p []byte, off int64) error
	// Size is the length in bytes.
	Size() (int64, error)
	// Truncate sets the length; new bytes are zeros.
	Truncate(size int64) error
	// Barrier keeps what was written before it from being overtaken, on the way to
	// the medium, by what is written later. It does not wait for other goroutines.
	Barrier() error
	// MayWait reports whether what was written is out of the reach of the program's end
	// only when Settle has returned. If it is not, Settle is not called.
	MayWait() bool
	// Settle returns when whatever becomes of the program, what was written before it
	// reaches the device. It may wait and run beside all others, as Sync.
	Settle() error
	// Sync returns when what was written before it is on the medium. It may wait.
	Sync() error
	// Room is how many bytes more the device may grow by, as far as is known.
	Room() uint64
	// Close ends the use of the device.
	Close() error
}
