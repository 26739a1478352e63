package osfs

import (
	"context"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

const (
	// piece is the most that is read or written by one call, in bytes.
	piece = 256 << 10
	// maxSize is the largest size of a file.
	maxSize = 1<<63 - 1
)

func nowNanos() int64 { return time.Now().UnixNano() }

// file is a regular file.
type file struct{ view }

var (
	_ vfs.File       = file{}
	_ vfs.Holder     = file{}
	_ vfs.Syncer     = file{}
	_ vfs.Cancelable = file{}
)

// WithContext implements [vfs.Cancelable].
func (f file) WithContext(ctx context.Context) vfs.Node { return file{view{f.inode, ctx}} }

// Hold implements [vfs.Holder].
func (f file) Hold() {
	f.t.mu.Lock()
	defer f.t.mu.Unlock()
	f.holds++
}

// Release implements [vfs.Holder].
func (f file) Release() {
	f.t.mu.Lock()
	f.holds--
	var over handle
	if f.holds == 0 {
		over, f.inode.file = f.inode.file, nil
	}
	f.t.mu.Unlock()
	if over != nil {
		over.close()
	}
}

// use has fn do something with the file open. It stays open while somebody holds it.
func (i *inode) use(ctx context.Context, fn func(ctx context.Context, h handle) error) error {
	f := file{view{i, nil}}
	f.Hold()
	defer f.Release()
	return i.do(ctx, func(ctx context.Context, s server) error {
		i.t.mu.Lock()
		h := i.file
		i.t.mu.Unlock()
		if h == nil || !h.alive() {
			var err error
			if h, err = i.opened(ctx, s, h); err != nil {
				return err
			}
		}
		return fn(ctx, h)
	})
}

// opened opens the file in the stead of old.
func (i *inode) opened(ctx context.Context, s server, old handle) (handle, error) {
	path, err := i.where("")
	if err != nil {
		i.t.mu.Lock()
		now := i.file
		i.t.mu.Unlock()
		if now != nil && now.alive() {
			return now, nil // opened when it lost its name
		}
		return nil, errno.EIO // its module has ended
	}
	h, err := s.open(ctx, path)
	if err != nil {
		return nil, err
	}
	i.t.mu.Lock()
	now := i.file
	if now == old {
		i.file, now = h, h
	}
	i.t.mu.Unlock()
	if now != h {
		h.close() // another was faster
	}
	return now, nil
}

// lingers is how long a file that has lost its name stays open for who has just found it.
const lingers = 5 * time.Second

// keep opens the file name of i, if somebody knows it: it is about to lose its name.
func (i *inode) keep(ctx context.Context, s server, name string) {
	i.t.mu.Lock()
	k := i.kids[name]
	if k == nil || k.typ != sys.TypeRegular {
		i.t.mu.Unlock()
		return
	}
	k.holds++
	h := k.file
	i.t.mu.Unlock()
	if h == nil || !h.alive() {
		_, _ = k.opened(ctx, s, h) // else what reads it meets an error
	}
	time.AfterFunc(lingers, file{view{k, nil}}.Release)
}

// ReadAt implements [vfs.File].
func (f file) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errno.EINVAL
	}
	err = f.use(f.ctx, func(ctx context.Context, h handle) error {
		for n < len(p) {
			data, err := h.readAt(ctx, min(len(p)-n, piece), off+int64(n))
			switch {
			case err != nil:
				return err
			case len(data) > len(p)-n:
				return errno.EIO
			case len(data) == 0:
				return nil
			}
			n += copy(p[n:], data)
		}
		return nil
	})
	if n > 0 {
		err = nil // what has been read is not lost
	}
	return n, err
}

// WriteAt implements [vfs.File].
func (f file) WriteAt(p []byte, off int64) (n int, err error) {
	switch {
	case off < 0:
		return 0, errno.EINVAL
	case off > maxSize-int64(len(p)):
		return 0, errno.EFBIG
	}
	err = f.use(f.ctx, func(ctx context.Context, h handle) error {
		for n < len(p) {
			part := p[n:min(len(p), n+piece)]
			end, err := h.writeAt(ctx, part, off+int64(n))
			if err != nil {
				return err
			}
			if end != off+int64(n+len(part)) {
				return errno.EIO
			}
			n += len(part)
		}
		return nil
	})
	return n, err
}

// Append implements [vfs.File].
func (f file) Append(p []byte) (end int64, err error) {
	err = f.use(f.ctx, func(ctx context.Context, h handle) error {
		for first := true; first || len(p) > 0; first = false {
			part := p[:min(len(p), piece)]
			p = p[len(part):]
			if end, err = h.writeAt(ctx, part, -1); err != nil {
				return err
			}
			if end < int64(len(part)) {
				return errno.EIO
			}
		}
		return nil
	})
	return end, err
}

// Sync implements [vfs.Syncer].
func (f file) Sync() error {
	return f.use(f.ctx, func(ctx context.Context, h handle) error { return h.sync(ctx) })
}
