package localfs

import (
	"context"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// file is a file; see dir for ctx.
type file struct {
	*node
	ctx context.Context
}

// WithContext implements [vfs.Cancelable].
func (f *file) WithContext(ctx context.Context) vfs.Node { return &file{f.node, ctx} }

// Stat describes the file.
func (f *file) Stat() (sys.Stat, error) { return f.stat(f.ctx) }

// SetAttr sets the size and remembers the rest.
func (f *file) SetAttr(a sys.SetAttr) error { return f.setAttr(f.ctx, a) }

// ReadAt reads.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errno.EINVAL
	}
	path, err := f.path()
	if err != nil {
		return 0, err
	}
	return f.fs.host.Read(f.ctx, path, p, off)
}

// WriteAt writes.
func (f *file) WriteAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errno.EINVAL
	}
	if off > vfs.MaxFileSize-int64(len(p)) {
		return 0, errno.EFBIG
	}
	path, err := f.path()
	if err != nil || len(p) == 0 {
		return 0, err
	}
	if err := f.fs.host.Write(f.ctx, path, p, off); err != nil {
		return 0, err
	}
	f.written()
	return len(p), nil
}

// written forgets a time that was set.
func (f *file) written() {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	f.mtime = 0
}

// Append writes at the end; of the writers of this kernel one at a time.
func (f *file) Append(p []byte) (int64, error) {
	path, err := f.path()
	if err != nil {
		return 0, err
	}
	if err := f.fs.lock(f.ctx); err != nil {
		return 0, err
	}
	defer f.fs.unlock()
	info, err := f.fs.host.Stat(f.ctx, path)
	if err != nil {
		return 0, err
	}
	end := int64(info.Size)
	if len(p) == 0 {
		return end, nil
	}
	if err := f.fs.host.Write(f.ctx, path, p, end); err != nil {
		return end, err
	}
	f.written()
	return end + int64(len(p)), nil
}

// Sync has what was written last.
func (f *file) Sync() error {
	path, err := f.path()
	if err != nil {
		return err
	}
	return f.fs.host.Sync(f.ctx, path)
}

// Flush is Sync, but that a file that has been removed has nothing to lose.
func (f *file) Flush() error {
	if _, err := f.path(); err != nil {
		return nil
	}
	return f.Sync()
}

// Hold does nothing: the file is found by its path.
func (f *file) Hold() {}

// Release has what was written last, in its own time.
func (f *file) Release() {
	if path, err := f.path(); err == nil {
		f.fs.host.Close(path)
	}
}

var (
	_ vfs.Waiter     = (*FS)(nil)
	_ vfs.MutableDir = (*dir)(nil)
	_ vfs.Guarded    = (*dir)(nil)
	_ vfs.Located    = (*dir)(nil)
	_ vfs.Parent     = (*dir)(nil)
	_ vfs.Cancelable = (*dir)(nil)
	_ vfs.File       = (*file)(nil)
	_ vfs.Guarded    = (*file)(nil)
	_ vfs.Syncer     = (*file)(nil)
	_ vfs.Flusher    = (*file)(nil)
	_ vfs.Holder     = (*file)(nil)
	_ vfs.Cancelable = (*file)(nil)
)
