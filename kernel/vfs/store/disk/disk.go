//go:build !js

package disk

import (
	"errors"
	"fmt"
	"os"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs/store"
)

// Device is a file as a [store.Device].
type Device struct{ file *os.File }

var _ store.Device = (*Device)(nil)

// Open takes the file path for a store, and makes an empty one if there is none.
//
// # Errors
//
// EBUSY if another program, or this one, has it open as a store; ENOTSUP on
// systems that cannot tell; and those of the host, such as ENOENT and EACCES.
func Open(path string) (*Device, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", err, number(err))
	}
	return New(file)
}

// New is Open for a file that is open to be read and written. It is the device's
// then, and closed if there is an error.
func New(file *os.File) (*Device, error) {
	if err := lock(file); err != nil {
		file.Close()
		if errors.Is(err, errno.EBUSY) {
			return nil, errno.Faultf(errno.EBUSY, "%s: another program has this store open", file.Name())
		}
		return nil, errno.Faultf(errno.Of(err), "%s cannot be locked: %s", file.Name(), err)
	}
	return &Device{file}, nil
}

// ReadAt implements [store.Device].
func (d *Device) ReadAt(p []byte, off int64) error {
	_, err := d.file.ReadAt(p, off)
	return number(err)
}

// WriteAt implements [store.Device].
func (d *Device) WriteAt(p []byte, off int64) error {
	_, err := d.file.WriteAt(p, off)
	return number(err)
}

// Size implements [store.Device].
func (d *Device) Size() (int64, error) {
	info, err := d.file.Stat()
	if err != nil {
		return 0, number(err)
	}
	if !info.Mode().IsRegular() {
		return 0, errno.EINVAL
	}
	return info.Size(), nil
}

// Truncate implements [store.Device].
func (d *Device) Truncate(size int64) error { return number(d.file.Truncate(size)) }

// Barrier implements [store.Device]: on a host there is no weaker one than Sync.
func (d *Device) Barrier() error { return d.Sync() }

// Sync implements [store.Device].
func (d *Device) Sync() error { return number(d.file.Sync()) }

// MayWait implements [store.Device]: the host has what was written.
func (d *Device) MayWait() bool { return false }

// Settle implements [store.Device].
func (d *Device) Settle() error { return nil }

// Room implements [store.Device]: what the host's disk has free.
func (d *Device) Room() uint64 { return room(d.file) }

// Close implements [store.Device], and lets others have the file.
func (d *Device) Close() error { return number(d.file.Close()) }
