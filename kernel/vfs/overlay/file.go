package overlay

import (
	"context"
	"fmt"
	"sync"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// tempPrefix begins the names, in the top upper directory, of files that are being
// copied.
const tempPrefix = LogName + "."

// copySize is how much of a file is copied at once.
const copySize = 64 << 10

// file is a regular file of one of the layers.
type file struct {
	fs  *FS
	ino uint64
	// dir and name are where it was found, and where its copy goes.
	dir  *dir
	name string

	nameless bool // a lower file that has lost its name

	// mu guards, besides the file system's lock, which layer the file is in. It is
	// held for moments only.
	mu    sync.RWMutex
	node  vfs.File
	upper bool
	holds int
}

// current is the node that has the contents.
func (f *file) current() vfs.File {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.node
}

// Stat describes the file.
func (f *file) Stat() (sys.Stat, error) {
	st, err := f.current().Stat()
	return f.fs.own(st, f.ino, err)
}

// Permissions are those of the layer that the file is in; see [vfs.Guarded].
func (f *file) Permissions() uint32 { return vfs.Permissions(f.current()) }

// ReadAt reads.
func (f *file) ReadAt(p []byte, off int64) (int, error) { return f.current().ReadAt(p, off) }

// Version is another number after each change of the contents.
func (f *file) Version() uint64 {
	f.mu.RLock()
	defer f.mu.RUnlock()
	v := uint64(0)
	if n, ok := f.node.(vfs.Versioned); ok {
		v = n.Version() << 1
	} else if st, err := f.node.Stat(); err == nil {
		v = uint64(st.Ctime) << 1
	}
	if f.upper {
		v |= 1
	}
	return v
}

// SetAttr changes the upper layer's attributes.
func (f *file) SetAttr(a sys.SetAttr) error {
	limit := int64(-1)
	if a.Set&sys.AttrSize != 0 {
		limit = int64(a.Size)
	}
	n, err := f.writable(limit)
	if err != nil {
		return err
	}
	return n.SetAttr(a)
}

// WriteAt writes to the upper layer.
func (f *file) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.writable(-1)
	if err != nil {
		return 0, err
	}
	return n.WriteAt(p, off)
}

// Append writes to the upper layer.
func (f *file) Append(p []byte) (int64, error) {
	n, err := f.writable(-1)
	if err != nil {
		return 0, err
	}
	return n.Append(p)
}

// Sync makes what was written last, if the layer knows how.
func (f *file) Sync() error {
	if s, ok := f.current().(vfs.Syncer); ok {
		return s.Sync()
	}
	return nil
}

// Hold counts a user, in whatever layer the file is.
func (f *file) Hold() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.holds++
	hold(f.node)
}

// Release ends what one Hold began.
func (f *file) Release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.holds--
	release(f.node)
}

func hold(n vfs.Node) {
	if h, ok := n.(vfs.Holder); ok {
		h.Hold()
	}
}

func release(n vfs.Node) {
	if h, ok := n.(vfs.Holder); ok {
		h.Release()
	}
}

// writable is the upper layer's file, with the contents up to limit.
func (f *file) writable(limit int64) (vfs.File, error) {
	f.mu.RLock()
	n, upper := f.node, f.upper
	f.mu.RUnlock()
	if upper {
		return n, nil
	}
	if f.fs.opts.Upper == nil {
		return nil, errno.EROFS
	}
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	return f.raise(limit)
}

// raise copies the file to the upper layer, if it is not there; of the contents only
// what is before limit, unless that is below zero. The file system's lock is held.
func (f *file) raise(limit int64) (vfs.File, error) {
	if f.upper {
		return f.node, nil
	}
	if !f.nameless {
		if err := f.dir.raise(); err != nil {
			return nil, err
		}
	}
	st, err := f.node.Stat()
	if err != nil {
		return nil, err
	}
	size := int64(st.Size)
	if limit >= 0 {
		size = min(size, limit)
	}
	top := f.fs.opts.Upper
	restoreTop := f.fs.top.keepTimes()
	defer restoreTop()
	f.fs.temp++
	temp := fmt.Sprintf("%s%d", tempPrefix, f.fs.temp)
	// One of that name is what was left of an overlay that was ended in the middle.
	if err := top.Unlink(temp); err != nil && !missing(err) {
		return nil, err
	}
	made, err := top.Create(temp, st.Mode)
	if err != nil {
		return nil, err
	}
	hold(made) // until those who hold the file hold it
	defer release(made)
	err = f.copyTo(made, size)
	if err == nil {
		err = made.SetAttr(sys.SetAttr{
			Set: sys.AttrMode | sys.AttrSize | sys.AttrAtime | sys.AttrMtime, Mode: st.Mode, Size: uint64(size), Atime: st.Atime, Mtime: st.Mtime,
		})
	}
	switch {
	case err != nil:
	case f.nameless:
		err = top.Unlink(temp)
	default:
		restore := f.dir.keepTimes()
		err = top.Rename(temp, f.dir.upper, f.name)
		restore()
	}
	if err != nil {
		_ = top.Unlink(temp) // the error that counts is the one before
		return nil, err
	}
	f.moveTo(made)
	f.fs.files[made] = f
	return made, nil
}

// moveTo makes n, in the upper layer, the file's node.
func (f *file) moveTo(n vfs.File) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for range f.holds {
		hold(n)
		release(f.node)
	}
	f.node, f.upper = n, true
}

// copyTo copies the first size bytes; what is zero stays a hole.
func (f *file) copyTo(to vfs.File, size int64) error {
	buf := make([]byte, copySize)
	for off := int64(0); off < size; {
		n, err := f.node.ReadAt(buf[:min(copySize, size-off)], off)
		if err != nil {
			return err
		}
		if n == 0 {
			return errno.Faultf(errno.EIO, "the file below became shorter while it was copied")
		}
		if !zero(buf[:n]) {
			if _, err := to.WriteAt(buf[:n], off); err != nil {
				return err
			}
		}
		off += int64(n)
		f.fs.opts.Yield()
	}
	return nil
}

func zero(p []byte) bool {
	for _, b := range p {
		if b != 0 {
			return false
		}
	}
	return true
}

// unlinked notes that the file has lost a name. The file system's lock is held.
func (f *file) unlinked() {
	if !f.upper {
		// What is written now is written by who has it open.
		f.nameless = true
	} else if st, err := f.node.Stat(); err != nil || st.Nlink == 0 {
		delete(f.fs.files, f.node)
	}
}

// WithContext implements [vfs.Cancelable].
func (f *file) WithContext(ctx context.Context) vfs.Node { return &boundFile{f, ctx} }

// boundFile is a file for one operation.
type boundFile struct {
	*file
	ctx context.Context
}

// ReadAt reads.
func (f *boundFile) ReadAt(p []byte, off int64) (int, error) {
	return vfs.WithContext(f.ctx, f.current()).ReadAt(p, off)
}

// link is a symbolic link of one of the layers.
type link struct {
	fs  *FS
	ino uint64
	// The file system's lock guards the rest.
	dir      *dir
	name     string
	node     vfs.Link
	upper    bool
	nameless bool
}

// Stat describes the link.
func (l *link) Stat() (sys.Stat, error) {
	l.fs.mu.Lock()
	defer l.fs.mu.Unlock()
	st, err := l.node.Stat()
	return l.fs.own(st, l.ino, err)
}

// Readlink is the target.
func (l *link) Readlink() (string, error) {
	l.fs.mu.Lock()
	defer l.fs.mu.Unlock()
	return l.node.Readlink()
}

// SetAttr changes the upper layer's attributes.
func (l *link) SetAttr(a sys.SetAttr) error {
	l.fs.mu.Lock()
	defer l.fs.mu.Unlock()
	if err := l.raise(); err != nil {
		return err
	}
	return l.node.SetAttr(a)
}

// raise copies the link to the upper layer, if it is not there. The lock is held.
func (l *link) raise() error {
	switch {
	case l.upper:
		return nil
	case l.nameless:
		return errno.ENOENT
	}
	if err := l.dir.raise(); err != nil {
		return err
	}
	target, err := l.node.Readlink()
	if err != nil {
		return err
	}
	st, err := l.node.Stat()
	if err != nil {
		return err
	}
	restore := l.dir.keepTimes()
	made, err := l.dir.upper.Symlink(l.name, target)
	if err != nil {
		return err
	}
	restore()
	// Not every file system keeps the times of links.
	_ = made.SetAttr(sys.SetAttr{Set: sys.AttrAtime | sys.AttrMtime, Atime: st.Atime, Mtime: st.Mtime})
	l.node, l.upper = made, true
	l.fs.links[made] = l
	return nil
}

var (
	_ vfs.File       = (*file)(nil)
	_ vfs.Guarded    = (*file)(nil)
	_ vfs.Holder     = (*file)(nil)
	_ vfs.Syncer     = (*file)(nil)
	_ vfs.Versioned  = (*file)(nil)
	_ vfs.Cancelable = (*file)(nil)
	_ vfs.Link       = (*link)(nil)
)
