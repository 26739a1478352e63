package storage

import (
	"unsafe"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs/store"
	"github.com/bushel-wasm/bushel/web/worker"
)

//go:wasmimport bushel disk_read
//go:noescape
func jsRead(id uint32, p unsafe.Pointer, n uint32, off float64) uint32

//go:wasmimport bushel disk_write
//go:noescape
func jsWrite(id uint32, p unsafe.Pointer, n uint32, off float64) uint32

//go:wasmimport bushel disk_size
//go:noescape
func jsSize(id uint32) float64

//go:wasmimport bushel disk_truncate
//go:noescape
func jsTruncate(id uint32, size float64) uint32

//go:wasmimport bushel disk_flush
//go:noescape
func jsFlush(id uint32) uint32

//go:wasmimport bushel disk_settle
//go:noescape
func jsSettle(id, token, medium uint32)

//go:wasmimport bushel disk_room
//go:noescape
func jsRoom(id uint32) float64

//go:wasmimport bushel disk_close
//go:noescape
func jsClose(id uint32) uint32

// Device is an open disk as a [store.Device].
type Device struct {
	id   uint32
	slow bool
}

var _ store.Device = (*Device)(nil)

func result(e uint32) error { return errno.Errno(e).Err() }

// ReadAt implements [store.Device].
func (d *Device) ReadAt(p []byte, off int64) error {
	return result(jsRead(d.id, worker.Pointer(p), uint32(len(p)), float64(off)))
}

// WriteAt implements [store.Device].
func (d *Device) WriteAt(p []byte, off int64) error {
	return result(jsWrite(d.id, worker.Pointer(p), uint32(len(p)), float64(off)))
}

// Size implements [store.Device].
func (d *Device) Size() (int64, error) { return int64(jsSize(d.id)), nil }

// Truncate implements [store.Device].
func (d *Device) Truncate(size int64) error { return result(jsTruncate(d.id, float64(size))) }

// Barrier implements [store.Device].
func (d *Device) Barrier() error { return result(jsFlush(d.id)) }

// MayWait implements [store.Device]: IndexedDB has what was written only when a
// transaction has ended.
func (d *Device) MayWait() bool { return d.slow }

// Settle implements [store.Device].
func (d *Device) Settle() error { return d.settle(0) }

func (d *Device) settle(medium uint32) error {
	token, end := waits.begin()
	jsSettle(d.id, token, medium)
	return (<-end).err
}

// Sync implements [store.Device].
func (d *Device) Sync() error {
	if d.slow {
		return d.settle(1)
	}
	return d.Barrier()
}

// Room implements [store.Device]: what is left of the origin's quota.
func (d *Device) Room() uint64 { return uint64(jsRoom(d.id)) }

// Close implements [store.Device], and lets other tabs have the store.
func (d *Device) Close() error { return result(jsClose(d.id)) }
