package hackfs

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"sync"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// errNegative is what package os says of an offset under 0.
var errNegative = errors.New("negative offset")

// File is an open file with an offset. It may be used by several goroutines at
// once.
type File struct {
	fs    *FS
	name  string
	place vfs.Place
	flags sys.OpenFlag

	mu     sync.Mutex
	closed bool
	off    int64
	cookie uint64
}

func newFile(f *FS, name string, p vfs.Place, flags sys.OpenFlag) *File {
	if h, ok := p.Node().(vfs.Holder); ok {
		h.Hold()
	}
	return &File{fs: f, name: name, place: p, flags: flags}
}

// with calls what while the file is open, and makes its error a *fs.PathError.
func (f *File) with(op string, what func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := fs.ErrClosed
	if !f.closed {
		err = what()
	}
	if err == io.EOF {
		return err
	}
	if err == errNegative {
		return &fs.PathError{Op: op, Path: f.name, Err: err}
	}
	return pathError(op, f.name, err)
}

// file is the node if it is a file that was opened with access.
func (f *File) file(access sys.OpenFlag) (vfs.File, error) {
	if f.flags&access == 0 {
		return nil, errno.EBADF
	}
	if n, ok := f.place.Node().(vfs.File); ok {
		return n, nil
	}
	return nil, errno.EISDIR
}

// Close ends the use of the file.
func (f *File) Close() error {
	return f.with("close", func() error {
		f.closed = true
		if h, ok := f.place.Node().(vfs.Holder); ok {
			h.Release()
		}
		return nil
	})
}

// Stat describes the file.
func (f *File) Stat() (fs.FileInfo, error) {
	var st sys.Stat
	err := f.with("stat", func() (err error) {
		st, err = f.place.Stat()
		return err
	})
	if err != nil {
		return nil, err
	}
	return info{path.Base(f.name), st}, nil
}

// Read reads from the offset.
func (f *File) Read(p []byte) (n int, err error) {
	err = f.with("read", func() error {
		n, err = f.readAt(p, f.off)
		f.off += int64(n)
		if n == 0 && err == nil && len(p) > 0 {
			err = io.EOF
		}
		return err
	})
	return n, err
}

// ReadAt reads at off.
func (f *File) ReadAt(p []byte, off int64) (n int, err error) {
	err = f.with("readat", func() error {
		if off < 0 {
			return errNegative
		}
		if n, err = f.readAt(p, off); err == nil && n < len(p) {
			err = io.EOF
		}
		return err
	})
	return n, err
}

func (f *File) readAt(p []byte, off int64) (int, error) {
	node, err := f.file(sys.ORead)
	if err != nil {
		return 0, err
	}
	return node.ReadAt(p, off)
}

func (f *File) readAll() ([]byte, error) { return io.ReadAll(f) }

// Write writes at the offset, or at the end with os.O_APPEND.
func (f *File) Write(p []byte) (n int, err error) {
	err = f.with("write", func() error {
		node, err := f.file(sys.OWrite)
		if err != nil {
			return err
		}
		if f.flags&sys.OAppend != 0 {
			if f.off, err = node.Append(p); err == nil {
				n = len(p)
			}
			return err
		}
		n, err = node.WriteAt(p, f.off)
		f.off += int64(n)
		return err
	})
	return n, err
}

// WriteAt writes at off.
func (f *File) WriteAt(p []byte, off int64) (n int, err error) {
	err = f.with("writeat", func() error {
		if off < 0 {
			return errNegative
		}
		node, err := f.file(sys.OWrite)
		if err != nil {
			return err
		}
		n, err = node.WriteAt(p, off)
		return err
	})
	return n, err
}

// Seek moves the offset. Going to the start of a directory begins its listing anew.
func (f *File) Seek(off int64, whence int) (to int64, err error) {
	err = f.with("seek", func() error {
		switch whence {
		case io.SeekStart:
			to = off
		case io.SeekCurrent:
			to = f.off + off
		case io.SeekEnd:
			st, err := f.place.Stat()
			if err != nil {
				return err
			}
			to = int64(st.Size) + off
		default:
			return errno.EINVAL
		}
		if to < 0 {
			return errno.EINVAL
		}
		if f.off = to; to == 0 {
			f.cookie = 0
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return to, nil
}

// ReadDir lists the next n entries, all that are left if n is not positive.
func (f *File) ReadDir(n int) (list []fs.DirEntry, err error) {
	err = f.with("readdirent", func() error {
		d, err := f.place.Dir()
		if err != nil {
			return err
		}
		lstat := func(name string) (fs.FileInfo, error) { return f.fs.Lstat(path.Join(f.name, name)) }
		err = d.ReadDir(f.cookie, func(e sys.DirEntry) bool {
			list = append(list, entry{e, lstat})
			f.cookie = e.Cookie
			return n <= 0 || len(list) < n
		})
		if err == nil && n > 0 && len(list) == 0 {
			err = io.EOF
		}
		return err
	})
	return list, err
}

// Sync does nothing: what has been written is where it stays, or the node sees
// to it.
func (f *File) Sync() error {
	return f.with("sync", func() error {
		if s, ok := f.place.Node().(vfs.Syncer); ok {
			return s.Sync()
		}
		return nil
	})
}

// Truncate sets the size.
func (f *File) Truncate(size int64) error {
	return f.with("truncate", func() error {
		if _, err := f.file(sys.OWrite); err != nil || size < 0 {
			return errno.EINVAL
		}
		return f.place.SetAttr(sys.SetAttr{Set: sys.AttrSize, Size: uint64(size)})
	})
}

// Chmod sets the permission bits.
func (f *File) Chmod(mode fs.FileMode) error {
	return f.with("chmod", func() error {
		return f.place.SetAttr(sys.SetAttr{Set: sys.AttrMode, Mode: posixMode(mode)})
	})
}

// Chtimes sets the times.
func (f *File) Chtimes(atime, mtime time.Time) error {
	return f.with("chtimes", func() error { return f.place.SetAttr(attrOfTimes(atime, mtime)) })
}
