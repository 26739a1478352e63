package store

import (
	"runtime"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// file is a regular file.
type file struct {
	common
	size    int64
	extents []extent // in order; what they leave out is a hole
	holds   int
	version uint64
	limbo   bool  // it is in the file system's list
	doomed  int64 // since when
	gone    bool  // its contents have been given up

	watchers vfs.Watchers
}

// Stat describes the file.
func (f *file) Stat() (sys.Stat, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	st := f.stat(sys.TypeRegular, f.size)
	st.Holes = uint64(max(0, f.size-int64(f.blocks())<<blockBits))
	return st, nil
}

// SetAttr changes attributes: EFBIG for a size over [vfs.MaxFileSize].
func (f *file) SetAttr(a sys.SetAttr) (err error) {
	sized := a.Set&sys.AttrSize != 0
	if sized && a.Size > maxFileSize {
		return errno.EFBIG
	}
	fs := f.fs
	now := fs.clock()
	defer fs.settle(&err)
	fs.mu.Lock()
	defer fs.mu.Unlock()
	size := f.size
	if sized {
		size = int64(a.Size)
		if f.gone {
			return errno.ESTALE
		}
		if err := f.blank(size); err != nil {
			return err
		}
	}
	c := f.changed(a, size, now)
	if sized && a.Set&(sys.AttrMtime|sys.AttrMtimeNow) == 0 {
		c.mtime = now
	}
	if err := fs.setAttrs(f, c); err != nil {
		return err
	}
	if sized {
		f.version++
		f.tell(nil)
	}
	return nil
}

// Version counts the changes of the contents.
func (f *file) Version() uint64 {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	return f.version
}

// ReadAt reads from off. It sets the access time if the file was changed after
// the last one, as Linux does; that is recorded with the next change of the file.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errno.EINVAL
	}
	if len(p) == 0 {
		return 0, nil
	}
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	switch {
	case f.gone:
		return 0, errno.ESTALE
	case off >= f.size:
		return 0, nil
	case int64(len(p)) > f.size-off:
		p = p[:f.size-off]
	}
	n, err := f.read(p, off)
	if n > 0 && f.atime <= max(f.mtime, f.ctime) {
		f.atime = f.fs.clock()
		f.fs.touch(f)
	}
	return n, err
}

// read fills p, which ends within the file.
func (f *file) read(p []byte, off int64) (n int, err error) {
	for i := f.search(uint64(off) >> blockBits); n < len(p); {
		pos := off + int64(n)
		rest := p[n:]
		if i == len(f.extents) {
			clear(rest)
			return len(p), nil
		}
		x := f.extents[i]
		if begin := int64(x.log) << blockBits; pos < begin {
			rest = rest[:min(int64(len(rest)), begin-pos)]
			clear(rest)
			n += len(rest)
			continue
		}
		rest = rest[:min(int64(len(rest)), int64(x.end())<<blockBits-pos)]
		if x.phys.start < firstBlock {
			return n, errLost
		}
		if err := f.fs.dev.ReadAt(rest, x.phys.offset()+pos-int64(x.log)<<blockBits); err != nil {
			return n, err
		}
		n += len(rest)
		i++
	}
	return n, nil
}

// Hold counts a user of the file.
func (f *file) Hold() {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	f.holds++
}

// Release ends a Hold. The room of a file without name and user is free.
func (f *file) Release() {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if f.holds--; f.holds == 0 && f.nlink == 0 && !f.gone {
		f.fs.doom(f)
	}
}

func (f *file) fileType() sys.FileType { return sys.TypeRegular }

// blocks is how many blocks the contents take.
func (f *file) blocks() uint64 {
	n := uint64(0)
	for _, x := range f.extents {
		n += uint64(x.phys.n)
	}
	return n
}

const (
	// limboTime is how long a file waits for somebody who has found it and not yet
	// said so, in nanoseconds, and maxLimbo how many do.
	limboTime = int64(time.Second)
	maxLimbo  = 1 << 14
)

// alone says that a goroutine is never stopped between two steps, so that whoever
// has found a file has said so before another can remove it.
const alone = runtime.GOARCH == "wasm"

// doom puts f, which has neither name nor user, into limbo.
func (fs *FS) doom(f *file) {
	now := fs.clock()
	if !f.limbo {
		f.limbo, f.doomed = true, now
		fs.limbo = append(fs.limbo, f)
	}
	n := max(0, len(fs.limbo)-maxLimbo)
	for n < len(fs.limbo) && (alone || now-fs.limbo[n].doomed > limboTime) {
		n++
	}
	if n > 0 {
		fs.bury(n)
	}
}

// bury gives up the n files that are longest in limbo. One that is held again
// comes back when it is released.
func (fs *FS) bury(n int) {
	for _, f := range fs.limbo[:n] {
		f.limbo = false
		if f.holds == 0 && !f.gone {
			fs.unsaid = append(fs.unsaid, f.ino)
			fs.applyGone(f)
		}
	}
	fs.limbo = append(fs.limbo[:0], fs.limbo[n:]...)
}

func (fs *FS) applyGone(f *file) {
	f.cut(0)
	f.gone = true
	fs.forget(f)
}
