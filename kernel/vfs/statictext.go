package vfs

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// staticText is a file whose contents are made when it is opened.
type staticText struct{ staticNode }

// Snapshot is the file with its contents of now.
func (t staticText) Snapshot() (File, error) {
	e, err := t.fs.find(t.path)
	if err != nil {
		return nil, err
	}
	if e.Text == nil {
		return nil, errno.ENOENT
	}
	text, err := e.Text()
	if err != nil {
		return nil, err
	}
	st, err := t.Stat()
	if err != nil {
		return nil, err
	}
	now := t.fs.clock()
	st.Size, st.Atime, st.Mtime, st.Ctime = uint64(len(text)), now, now, now
	return &textFile{stat: st, text: text}, nil
}

// ReadAt reads from the contents as they are now.
func (t staticText) ReadAt(p []byte, off int64) (int, error) {
	f, err := t.Snapshot()
	if err != nil {
		return 0, err
	}
	return f.ReadAt(p, off)
}

// WriteAt answers EROFS.
func (t staticText) WriteAt([]byte, int64) (int, error) { return 0, errno.EROFS }

// Append answers EROFS.
func (t staticText) Append([]byte) (int64, error) { return 0, errno.EROFS }

// textFile is a file with contents that never change.
type textFile struct {
	stat sys.Stat
	text []byte
}

// Stat describes the file.
func (f *textFile) Stat() (sys.Stat, error) { return f.stat, nil }

// SetAttr answers EROFS.
func (f *textFile) SetAttr(sys.SetAttr) error { return errno.EROFS }

// ReadAt reads from off.
func (f *textFile) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errno.EINVAL
	}
	if off >= int64(len(f.text)) {
		return 0, nil
	}
	return copy(p, f.text[off:]), nil
}

// WriteAt answers EROFS.
func (f *textFile) WriteAt([]byte, int64) (int, error) { return 0, errno.EROFS }

// Append answers EROFS.
func (f *textFile) Append([]byte) (int64, error) { return 0, errno.EROFS }
