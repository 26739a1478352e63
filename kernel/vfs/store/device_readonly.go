package store

import "github.com/bushel-wasm/bushel/kernel/errno"

// readOnly is a device to which nothing is written, whatever is tried.
type readOnly struct{ Device }

func (readOnly) WriteAt([]byte, int64) error { return errno.EROFS }
func (readOnly) Truncate(int64) error        { return errno.EROFS }
func (readOnly) Barrier() error              { return nil }
func (readOnly) Sync() error                 { return nil }
func (readOnly) MayWait() bool               { return false }
func (readOnly) Room() uint64                { return 0 }
