//go:build !js

package hostfs

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"os"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// file is a regular file. The host's file is open while anybody holds it; without
// a holder it is opened for each call.
type file struct{ *node }

// Hold opens the host's file, so that it outlives its names.
func (f *file) Hold() {
	f.hold(func() (*os.File, bool, error) { return f.openHost(true) })
}

// lastPath is where the file was last seen. If it was replaced since it was looked
// up, what replaced it is there: as if the look-up had come later.
func (f *file) lastPath() (string, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	up, err := f.parent.path()
	return join(up, f.name), err
}

// openHost opens the host's file, to be written too if it may be.
func (f *file) openHost(write bool) (h *os.File, wide bool, err error) {
	path, err := f.lastPath()
	if err != nil {
		return nil, false, err
	}
	if write && !f.fs.opts.ReadOnly {
		h, err = f.fs.root.OpenFile(path, os.O_RDWR, 0)
		if err == nil {
			return h, true, nil
		}
		if !errors.Is(err, fs.ErrPermission) && number(err) != errno.EROFS {
			return nil, false, err
		}
		if h, err := f.fs.root.OpenFile(path, os.O_WRONLY, 0); err == nil {
			return h, true, nil
		}
	}
	h, err = f.fs.root.OpenFile(path, os.O_RDONLY, 0)
	return h, false, err
}

// with calls fn with the host's file. Calls that write are one after the other.
func (f *file) with(write bool, fn func(*os.File) error) error {
	if write {
		if err := f.fs.writable(); err != nil {
			return err
		}
	}
	f.mu.Lock()
	h, wide := f.open, f.wide
	if h == nil {
		var err error
		if h, wide, err = f.openHost(write); err != nil {
			f.mu.Unlock()
			return number(err)
		}
		defer h.Close()
	}
	if !write {
		f.mu.Unlock()
		return number(fn(h))
	}
	defer f.mu.Unlock()
	if !wide {
		return errno.EACCES
	}
	return number(fn(h))
}

// ReadAt reads from an offset; 0 bytes are the end.
func (f *file) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errno.EINVAL
	}
	err = f.with(false, func(h *os.File) (err error) {
		n, err = h.ReadAt(p, off)
		if err == io.EOF {
			err = nil
		}
		return err
	})
	return n, err
}

// WriteAt writes at an offset.
func (f *file) WriteAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errno.EINVAL
	}
	if off > math.MaxInt64-int64(len(p)) {
		return 0, errno.EFBIG
	}
	err = f.with(true, func(h *os.File) (err error) {
		n, err = h.WriteAt(p, off)
		return err
	})
	return n, err
}

// Append writes at the end. It is one step for this kernel's processes, not for
// programs of the host that write to the same file.
func (f *file) Append(p []byte) (end int64, err error) {
	err = f.with(true, func(h *os.File) error {
		info, err := h.Stat()
		if err != nil {
			return err
		}
		n, err := h.WriteAt(p, info.Size())
		end = info.Size() + int64(n)
		return err
	})
	return end, err
}

// Sync returns when the host has stored the file.
func (f *file) Sync() error {
	return f.with(false, func(h *os.File) error { return h.Sync() })
}

func (f *file) truncate(size uint64) error {
	if size > math.MaxInt64 {
		return errno.EFBIG
	}
	return f.with(true, func(h *os.File) error { return h.Truncate(int64(size)) })
}
