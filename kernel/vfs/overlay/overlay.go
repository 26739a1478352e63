package overlay

import (
	"sync"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// LogName is the file of an upper directory that says which lower names are hidden.
const LogName = ".overlay"

// Options are what New may be told.
type Options struct {
	// Lower are the directories to read, the topmost first. There is at least one.
	Lower []vfs.Dir
	// Upper is where changes go. Without it the file system is read-only.
	Upper vfs.MutableDir
	// Space, if it is not nil, answers for the upper directory's file system.
	Space vfs.Space
	// Yield is called now and then while a file is copied. It may be nil.
	Yield func()
}

// FS is the directories as one. It is a [vfs.FS], [vfs.Space], [vfs.ReadOnlyFS] and
// [vfs.Waiter].
type FS struct {
	opts Options
	dev  uint64
	top  *dir

	// mu guards the tree: all fields of directories, and ino, files and links. It is
	// held while a file is copied, which may take its time, so nothing that must
	// not wait takes it.
	mu    sync.Mutex
	ino   uint64
	files map[vfs.Node]*file // those of the upper layer, by their nodes there
	links map[vfs.Node]*link
	temp  int

	// placeMu guards, besides mu, where directories are. It is held for moments only.
	placeMu sync.Mutex
}

// New is the file system of o.
func New(o Options) *FS {
	if o.Yield == nil {
		o.Yield = func() {}
	}
	f := &FS{opts: o, dev: vfs.NewDev(), files: map[vfs.Node]*file{}, links: map[vfs.Node]*link{}}
	f.top = f.newDir(nil, "", o.Upper, o.Lower)
	f.top.parent = f.top
	return f
}

// Root is the top directory.
func (f *FS) Root() vfs.Dir { return f.top }

// Type is "overlay".
func (f *FS) Type() string { return "overlay" }

// ReadOnly reports whether there is no upper directory.
func (f *FS) ReadOnly() bool { return f.opts.Upper == nil }

// MayWait is true: a file may have to be copied, and others wait for that.
func (f *FS) MayWait() bool { return true }

// Space is the upper directory's.
func (f *FS) Space() (total, free uint64) {
	if f.opts.Space == nil {
		return 0, 0
	}
	return f.opts.Space.Space()
}

// Nodes is the upper directory's.
func (f *FS) Nodes() uint64 {
	if f.opts.Space == nil {
		return 0
	}
	return f.opts.Space.Nodes()
}

// number is a new node's number. The lock is held.
func (f *FS) number() uint64 {
	f.ino++
	return f.ino
}

// own makes st a description of this file system's node ino.
func (f *FS) own(st sys.Stat, ino uint64, err error) (sys.Stat, error) {
	st.Dev, st.Ino = f.dev, ino
	return st, err
}

// wrap is the overlay's node of n, an entry of d in one layer, which is not among its
// children. Each name of a lower layer is a node of its own. The lock is held.
func (f *FS) wrap(d *dir, name string, n vfs.Node, upper bool) vfs.Node {
	switch n := n.(type) {
	case vfs.Device:
		return n
	case vfs.File:
		o := f.files[n]
		if o == nil {
			o = &file{fs: f, ino: f.number(), dir: d, name: name, node: n, upper: upper}
			if upper {
				f.files[n] = o
			}
		}
		return o
	case vfs.Link:
		o := f.links[n]
		if o == nil {
			o = &link{fs: f, ino: f.number(), node: n, upper: upper, dir: d, name: name}
			if upper {
				f.links[n] = o
			}
		}
		return o
	}
	return n
}

// missing reports whether err says that there is nothing.
func missing(err error) bool { return errno.Of(err) == errno.ENOENT }
