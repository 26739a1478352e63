package index

import (
	"context"
	"io"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// Content is the bytes of a file. Its method may be called by several goroutines
// at once.
type Content interface {
	// ReadAt reads into p from off, which is in the file, and no further than its
	// end. It returns at least one byte or an error, and an error soon after ctx is
	// done, which may be nil.
	ReadAt(ctx context.Context, p []byte, off int64) (int, error)
}

// node is what all nodes have.
type node struct {
	tree  *Tree
	ino   uint64
	mode  uint32
	mtime int64
	nlink uint64
}

func (n *node) stat(t sys.FileType, size uint64) (sys.Stat, error) {
	return sys.Stat{
		Dev: n.tree.dev, Ino: n.ino, Type: t, Mode: n.mode, Nlink: n.nlink, Size: size,
		Atime: n.mtime, Mtime: n.mtime, Ctime: n.mtime,
	}, nil
}

// Permissions are the permission bits; see [vfs.Guarded].
func (n *node) Permissions() uint32 { return n.mode }

// SetAttr is EROFS.
func (n *node) SetAttr(sys.SetAttr) error { return errno.EROFS }

type dir struct {
	node
	parent  *dir
	name    string
	entries map[string]vfs.Node
	names   []string // in the order of their coming, which cookies count
}

func (d *dir) Stat() (sys.Stat, error) { return d.stat(sys.TypeDirectory, uint64(len(d.names))) }

func (d *dir) Parent() (vfs.Dir, error) { return d.parent, nil }

func (d *dir) Location() (vfs.Dir, string, error) { return d.parent, d.name, nil }

func (d *dir) Lookup(name string) (vfs.Node, error) {
	n := d.entries[name]
	if n == nil {
		return nil, errno.ENOENT
	}
	return n, nil
}

func (d *dir) ReadDir(cookie uint64, yield func(sys.DirEntry) bool) error {
	for i := cookie; i < uint64(len(d.names)); i++ {
		e := sys.DirEntry{Cookie: i + 1, Name: d.names[i]}
		switch n := d.entries[e.Name].(type) {
		case *dir:
			e.Ino, e.Type = n.ino, sys.TypeDirectory
		case *file:
			e.Ino, e.Type = n.ino, sys.TypeRegular
		case *link:
			e.Ino, e.Type = n.ino, sys.TypeSymlink
		}
		if !yield(e) {
			break
		}
	}
	return nil
}

type file struct {
	node
	size    uint64
	content Content
}

func (f *file) Stat() (sys.Stat, error) { return f.stat(sys.TypeRegular, f.size) }

func (f *file) ReadAt(p []byte, off int64) (int, error) { return f.read(context.Background(), p, off) }

func (f *file) WriteAt([]byte, int64) (int, error) { return 0, errno.EROFS }

func (f *file) Append([]byte) (int64, error) { return 0, errno.EROFS }

// WithContext implements [vfs.Cancelable].
func (f *file) WithContext(ctx context.Context) vfs.Node { return &boundFile{f, ctx} }

func (f *file) read(ctx context.Context, p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errno.EINVAL
	}
	if uint64(off) >= f.size {
		return 0, nil
	}
	if f.tree.closed.Load() {
		return 0, errno.Faultf(errno.EIO, "what it was read from has been unmounted")
	}
	p = p[:min(uint64(len(p)), f.size-uint64(off))]
	for n := 0; n < len(p); {
		m, err := f.content.ReadAt(ctx, p[n:], off+int64(n))
		n += m
		switch {
		case err == io.EOF && n < len(p), err == nil && m <= 0:
			return n, errno.Faultf(errno.EIO, "it ends after %d of %d bytes", off+int64(n), f.size)
		case err != nil && err != io.EOF:
			return n, err
		}
	}
	return len(p), nil
}

// boundFile is a file for one operation.
type boundFile struct {
	*file
	ctx context.Context
}

func (f *boundFile) ReadAt(p []byte, off int64) (int, error) { return f.read(f.ctx, p, off) }

type link struct {
	node
	target string
}

func (l *link) Stat() (sys.Stat, error) { return l.stat(sys.TypeSymlink, uint64(len(l.target))) }

func (l *link) Readlink() (string, error) { return l.target, nil }

var (
	_ vfs.FS         = (*Tree)(nil)
	_ vfs.Space      = (*Tree)(nil)
	_ vfs.ReadOnlyFS = (*Tree)(nil)
	_ vfs.Waiter     = (*Tree)(nil)
	_ vfs.Located    = (*dir)(nil)
	_ vfs.Guarded    = (*dir)(nil)
	_ vfs.Parent     = (*dir)(nil)
	_ vfs.File       = (*file)(nil)
	_ vfs.Guarded    = (*file)(nil)
	_ vfs.Cancelable = (*file)(nil)
	_ vfs.Link       = (*link)(nil)
)
